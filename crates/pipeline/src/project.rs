//! Puts the tags of a segment at their places in its translation, along the engine's links.

use terjuman_model::{Edge, Mark, TaggedText};
use terjuman_nmt::Translated;

/// The translation with every mark of `source`, each once and in the order it had.
///
/// A mark goes where the link that touches it on its inner side leads: an opening one to the start of the words after
/// it, a closing or zero-width one to the end of the words before it. Marks never cross, so nesting stays legal
/// whatever the engine did to the order of the words.
pub(crate) fn project(source: &TaggedText, translated: &Translated) -> TaggedText {
    let length = source.text().len();
    let mut marks = Vec::with_capacity(source.marks().len());
    let mut floor = 0;
    for mark in source.marks() {
        let at = match mark.edge {
            _ if mark.at == 0 => 0,
            _ if mark.at == length => translated.text.len(),
            Edge::Open => start_after(translated, mark.at),
            Edge::Close | Edge::Point => end_before(translated, mark.at),
        };
        floor = floor.max(at);
        marks.push(Mark { at: floor, ..*mark });
    }
    TaggedText::with_marks(translated.text.clone(), marks)
}

/// Links of the engines that exist so far come in source order: a binary search finds the place.
fn start_after(translated: &Translated, at: usize) -> usize {
    let index = translated.links.partition_point(|link| link.source.start < at);
    translated.links.get(index).map_or(translated.text.len(), |link| link.target.start)
}

fn end_before(translated: &Translated, at: usize) -> usize {
    let index = translated.links.partition_point(|link| link.source.end <= at);
    index.checked_sub(1).map_or(0, |last| translated.links[last].target.end)
}

#[cfg(test)]
mod tests {
    use terjuman_model::{LanguagePair, Segment, TagKind};
    use terjuman_nmt::{Identity, Pseudo, Source, Translator};

    use super::*;

    /// `Press [bold]start[/bold] now[break]`
    fn segment() -> Segment {
        let mut segment = Segment::default();
        let bold = segment.add_tag(TagKind::Format);
        let line = segment.add_tag(TagKind::Break);
        segment.source.push_str("Press ");
        segment.source.open(bold);
        segment.source.push_str("start");
        segment.source.close(bold);
        segment.source.push_str(" now");
        segment.source.point(line);
        segment
    }

    fn through(engine: &dyn Translator, segment: &Segment) -> TaggedText {
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
        let source = Source { text: segment.source.text().into(), fixed: Vec::new(), linked: true };
        let translated = engine.translate(&pair, &[source], &()).unwrap().remove(0);
        project(&segment.source, &translated)
    }

    #[test]
    fn identity_gives_the_very_same_text_and_marks() {
        let segment = segment();
        assert_eq!(through(&Identity, &segment), segment.source);
    }

    #[test]
    fn inner_tags_stay_at_their_letters_and_outer_ones_outside_the_brackets() {
        let projected = through(&Pseudo::default(), &segment());
        let places: Vec<_> = projected.marks().iter().map(|m| &projected.text()[..m.at]).collect();
        assert_eq!(places, ["[Ṕŕéśś ", "[Ṕŕéśś śťáŕť", projected.text()]);
    }
}
