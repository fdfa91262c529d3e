//! What a message or web archive shows: its subject and its parts with text.

use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};

use super::{Seen, html};

pub(super) fn read(bytes: &[u8], seen: &mut Seen) {
    // The parser indexes past the end of some messages that end within a part.
    let parsed = std::panic::catch_unwind(|| MessageParser::default().parse(bytes));
    if let Ok(Some(message)) = parsed {
        of(&message, seen);
    }
}

fn of(message: &Message<'_>, seen: &mut Seen) {
    seen.texts.extend(message.subject().map(|subject| bare(subject).to_owned()));
    for part in &message.parts {
        let kind =
            part.content_type().map(|kind| (kind.ctype().to_owned(), kind.subtype().unwrap_or_default().to_owned()));
        let (family, kind) = kind.unwrap_or_else(|| ("text".into(), "plain".into()));
        seen.element(format!("{family}/{kind}"));
        if part.content_disposition().is_some_and(|disposition| disposition.is_attachment()) {
            continue;
        }
        match &part.body {
            PartType::Html(text) => html::read(text, seen),
            PartType::Text(text) if kind.eq_ignore_ascii_case("plain") => seen.texts.push(text.to_string()),
            PartType::Message(message) => of(message, seen),
            _ => {}
        }
    }
}

/// A subject without what programs put before it, which they know answers by (RFC 5322, 3.6.5).
pub(super) fn bare(subject: &str) -> &str {
    let mut rest = subject.trim_start();
    while let Some(after) = ["re:", "fw:", "fwd:"].iter().find_map(|prefix| {
        let (start, after) = rest.split_at_checked(prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then_some(after)
    }) {
        rest = after.trim_start();
    }
    rest
}
