//! What a page shows, by the tokens of the HTML standard.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};

use super::Seen;

/// Elements whose text is no prose.
const SILENT: &[&str] = &[
    "script", "style", "code", "pre", "kbd", "samp", "var", "tt", "math", "template", "rt", "iframe", "noframes",
    "noembed",
];

const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "param",
    "frame",
];

/// Elements in a line of text, which a filter may split, move and join.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "kbd", "mark",
    "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "ins", "del",
];

/// What says how something is read aloud, with its brackets: it has no place in most translations.
const READINGS: &[&str] = &["rt", "rp", "rtc"];

/// Attributes that hold text, or say its language.
const FREE: &[&str] = &[
    "srcdoc",
    "alt",
    "title",
    "placeholder",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "aria-valuetext",
    "aria-placeholder",
    "summary",
    "standby",
    "abbr",
    "label",
    "value",
    "content",
    "lang",
    "xml:lang",
    "dir",
    "charset",
];

#[derive(Default)]
struct State {
    seen: Seen,
    text: String,
    /// The element whose text is not read, and how often it is open.
    silent: Option<(String, usize)>,
}

impl State {
    fn start(&mut self, tag: &Tag) {
        let name = &*tag.name;
        let value = |key: &str| tag.attrs.iter().find(|a| &*a.name.local == key).map(|a| a.value.to_string());
        if !INLINE.contains(&name) {
            self.seen.end(&mut self.text);
        }
        // A page whose new text has other characters than its encoding says which one it is in.
        let is_free = name == "meta" && value("name").or_else(|| value("property")).is_none();
        if !INLINE.contains(&name) && !READINGS.contains(&name) && !is_free {
            let kept = tag.attrs.iter().filter(|attribute| !FREE.contains(&&*attribute.name.local));
            let kept: Vec<_> = kept.map(|a| format!("{}={}", a.name.local, a.value)).collect();
            self.seen.element(format!("{name} {}", kept.join(" ")));
        }
        if let Some((silent, depth)) = &mut self.silent {
            *depth += usize::from(silent == name && !tag.self_closing);
            return;
        }
        let is_kept = value("translate").is_some_and(|translate| translate.eq_ignore_ascii_case("no"))
            || value("class").is_some_and(|class| class.split_whitespace().any(|class| class == "notranslate"));
        if (is_kept || SILENT.contains(&name)) && !VOID.contains(&name) {
            self.silent = Some((name.to_owned(), 1));
        }
        if is_kept {
            return;
        }
        let kind = value("type").unwrap_or_default().to_ascii_lowercase();
        let of = value("name").or_else(|| value("property")).unwrap_or_default().to_ascii_lowercase();
        for attribute in &tag.attrs {
            let is_text = match &*attribute.name.local {
                "alt" | "placeholder" | "aria-label" => true,
                "title" => name != "link",
                "value" => name == "input" && ["submit", "button", "reset"].contains(&kind.as_str()),
                "label" => ["option", "optgroup", "track"].contains(&name),
                "content" => {
                    name == "meta" && ["description", "keywords", "og:title", "og:description"].contains(&of.as_str())
                }
                _ => false,
            };
            if is_text {
                self.seen.texts.push(attribute.value.to_string());
            }
        }
    }

    fn end(&mut self, name: &str) {
        if !INLINE.contains(&name) {
            self.seen.end(&mut self.text);
        }
        if let Some((silent, depth)) = &mut self.silent
            && silent == name
        {
            *depth -= 1;
            if *depth == 0 {
                self.silent = None;
            }
        }
    }
}

#[derive(Default)]
struct Sink(RefCell<State>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) if state.silent.is_none() => state.text.push_str(&text),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                state.start(&tag);
                return match &*tag.name {
                    "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                    "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
                    "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => TokenSinkResult::Continue,
                };
            }
            Token::TagToken(tag) => state.end(&tag.name),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

pub(super) fn read(html: &str, seen: &mut Seen) {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Sink::default(), Default::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut state = tokenizer.sink.0.into_inner();
    state.seen.end(&mut state.text);
    seen.texts.append(&mut state.seen.texts);
    for (element, count) in state.seen.elements {
        *seen.elements.entry(element).or_insert(0) += count;
    }
}
