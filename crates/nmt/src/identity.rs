//! Hands every segment back: what a filter changes with this engine, it changes for no reason.

use terjuman_model::LanguagePair;

use crate::translator::{Link, Pairs, Source, TranslateError, Translated, Translator, Unit, Watch};

/// The engine `identity`. Glossary terms are applied, so that a glossary can be tried out alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Identity;

impl Translator for Identity {
    fn name(&self) -> &str {
        "identity"
    }

    fn pairs(&self) -> Pairs {
        Pairs::Any
    }

    fn unit(&self) -> Unit {
        Unit::Segment
    }

    fn changes_language(&self) -> bool {
        false
    }

    fn translate(
        &self,
        _pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        rewrite_all(sources, watch, |_, _| None)
    }
}

/// Rewrites character by character, with exact links word by word; fixed ranges come out as their texts.
///
/// `rewrite` gets a character outside the fixed ranges and its byte offset; `None` keeps it.
pub(crate) fn rewrite_all(
    sources: &[Source],
    watch: &dyn Watch,
    rewrite: impl Fn(&Source, char) -> Option<char>,
) -> Result<Vec<Translated>, TranslateError> {
    let mut out = Vec::with_capacity(sources.len());
    for source in sources {
        if watch.is_cancelled() {
            return Err(TranslateError::Cancelled);
        }
        out.push(rewrite_one(source, |character| rewrite(source, character)));
        watch.advanced(source.text.len());
    }
    Ok(out)
}

fn rewrite_one(source: &Source, rewrite: impl Fn(char) -> Option<char>) -> Translated {
    let mut out = Translated {
        fixed: Vec::with_capacity(source.fixed.len()),
        ..String::with_capacity(source.text.len() * 2).into()
    };
    let mut at = 0;
    for fixed in &source.fixed {
        rewrite_run(source, at..fixed.range.start, &rewrite, &mut out);
        let start = out.text.len();
        out.text.push_str(&fixed.text);
        if source.linked {
            out.links.push(Link { source: fixed.range.clone(), target: start..out.text.len() });
        }
        out.fixed.push(start..out.text.len());
        at = fixed.range.end;
    }
    rewrite_run(source, at..source.text.len(), &rewrite, &mut out);
    out
}

/// Links each character to its own, where links are wanted, as they take thirty times the room of the text: a tag inside a
/// word, as in a drop cap, keeps its place exactly.
fn rewrite_run(
    source: &Source,
    range: std::ops::Range<usize>,
    rewrite: &impl Fn(char) -> Option<char>,
    out: &mut Translated,
) {
    for (offset, character) in source.text[range.clone()].char_indices() {
        let at = range.start + offset;
        let start = out.text.len();
        out.text.push(rewrite(character).unwrap_or(character));
        if source.linked {
            out.links.push(Link { source: at..at + character.len_utf8(), target: start..out.text.len() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fixed;

    #[test]
    fn text_comes_back_with_a_link_for_each_character() {
        let source =
            Source { text: "né x".into(), fixed: vec![Fixed { range: 4..5, text: "term".into() }], linked: true };
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
        let unlinked = Source { linked: false, ..source.clone() };
        let [linked, unlinked] = [source, unlinked].map(|source| {
            let translated = Identity.translate(&pair, &[source], &()).unwrap().remove(0);
            assert_eq!(translated.text, "né term");
            assert_eq!(translated.fixed.first(), Some(&(4..8)));
            translated.links
        });
        assert_eq!(linked[1], Link { source: 1..3, target: 1..3 });
        assert_eq!(unlinked.capacity(), 0);
    }
}
