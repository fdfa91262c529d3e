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
    seen.texts.extend(message.subject().map(str::to_owned));
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
