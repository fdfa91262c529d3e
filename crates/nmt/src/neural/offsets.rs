//! Maps places in a vocabulary's normalised text back to the text as it was given.
//!
//! Normalisation (NFKC and white space, by a table in the vocabulary) changes lengths: `ﬁ` becomes `fi`, runs of white
//! space one `▁`. It works word by word and nearly always character by character, so the text is normalised again in
//! small pieces; where the pieces do not add up to the whole, ranges become coarser but never wrong by more than a word.

use std::ops::Range;

/// What stands for a space in normalised text.
pub(crate) const SPACE: char = '\u{2581}';

/// For stretches of the normalised text, in order and without gaps, the stretch of the given text they came from.
pub(crate) struct Offsets {
    stretches: Vec<(Range<usize>, Range<usize>)>,
    /// Whether the two differ only by `▁` for single spaces: places are computed, not looked up.
    prefix: Option<usize>,
}

impl Offsets {
    /// `normalise` must be the function that made `normalised` of `text`.
    pub(crate) fn new(text: &str, normalised: &str, normalise: impl Fn(&str) -> String) -> Self {
        if let Some(prefix) = plain_prefix(text, normalised) {
            return Self { stretches: Vec::new(), prefix: Some(prefix) };
        }
        let mut stretches = Vec::new();
        let mut at = 0;
        for word in words(text) {
            let form = normalise(&text[word.clone()]);
            let form = form.trim_start_matches(SPACE);
            let rest = &normalised[at..];
            let space = rest.len() - rest.trim_start_matches(SPACE).len();
            if !rest[space..].starts_with(form) {
                // The pieces do not add up: the rest of the text is spread over the rest of the normalised one.
                spread(&normalised[at..], at, &text[word.start..], word.start, &mut stretches);
                at = normalised.len();
                break;
            }
            at += space;
            characters(&text[word.clone()], word.start, form, at, &normalise, &mut stretches);
            at += form.len();
        }
        debug_assert!(stretches.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start));
        let _ = at;
        Self { stretches, prefix: None }
    }

    /// The range of the given text that a range of the normalised one came from.
    pub(crate) fn range(&self, text: &str, normalised: &str, range: &Range<usize>) -> Range<usize> {
        // The space before a word is not part of it.
        let piece = &normalised[range.clone()];
        let start = range.end - piece.trim_start_matches(SPACE).len();
        if let Some(prefix) = self.prefix {
            let back = |at: usize| at - 2 * normalised[..at].matches(SPACE).count() - prefix;
            let (start, end) = (back(start), back(range.end));
            return start..end.min(text.len());
        }
        let first = self.stretches.partition_point(|(form, _)| form.end <= start);
        let last = self.stretches.partition_point(|(form, _)| form.start < range.end);
        match self.stretches.get(first..last) {
            Some([(_, from), .., (_, to)]) => from.start..to.end,
            Some([(_, only)]) => only.clone(),
            Some([]) | None => {
                let at = self.stretches.get(first).map_or(text.len(), |(_, next)| next.start);
                at..at
            }
        }
    }
}

/// The length of what `normalised` has before the text (0, or 1 for the space that is put before the first word), if
/// they differ in nothing but the sign for a space.
fn plain_prefix(text: &str, normalised: &str) -> Option<usize> {
    let (rest, prefix) = match normalised.strip_prefix(SPACE) {
        Some(rest) if !text.starts_with(' ') => (rest, 1),
        _ => (normalised, 0),
    };
    let mut text = text.chars();
    let same = rest.chars().all(|form| match text.next() {
        Some(' ') => form == SPACE,
        Some(character) => character == form,
        None => false,
    });
    (same && text.next().is_none()).then_some(prefix)
}

/// Runs without white space.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.split_whitespace().map(|word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        start..start + word.len()
    })
}

/// Maps one word character by character, or as a whole if the characters' forms do not add up to the word's.
fn characters(
    word: &str,
    word_at: usize,
    form: &str,
    form_at: usize,
    normalise: &impl Fn(&str) -> String,
    out: &mut Vec<(Range<usize>, Range<usize>)>,
) {
    let begin = out.len();
    let mut at = 0;
    for (offset, character) in word.char_indices() {
        let source = word_at + offset..word_at + offset + character.len_utf8();
        let mut buffer = [0; 4];
        let piece = normalise(character.encode_utf8(&mut buffer));
        let piece = piece.trim_start_matches(SPACE);
        if !form[at..].starts_with(piece) {
            at = usize::MAX;
            break;
        }
        if piece.is_empty() {
            // A character that vanishes belongs to what stands before it.
            if let Some((_, before)) = out[begin..].last_mut() {
                before.end = source.end;
            }
        } else {
            out.push((form_at + at..form_at + at + piece.len(), source));
            at += piece.len();
        }
    }
    if at != form.len() {
        out.truncate(begin);
        spread(form, form_at, word, word_at, out);
    }
}

/// Maps a form to a text in proportion, character by character.
fn spread(form: &str, form_at: usize, text: &str, text_at: usize, out: &mut Vec<(Range<usize>, Range<usize>)>) {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let count = form.chars().count();
    for (index, (at, character)) in form.char_indices().enumerate() {
        let place = |index: usize| text_at + places[index * (places.len() - 1) / count];
        let source = place(index)..place(index + 1);
        out.push((form_at + at..form_at + at + character.len_utf8(), source));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stand-in for a vocabulary's normalisation: compatibility forms, white space, a leading space.
    fn normalise(text: &str) -> String {
        let folded: String = text
            .chars()
            .map(|character| match character {
                'ﬁ' => "fi".to_owned(),
                '…' => "...".to_owned(),
                'Ａ' => "A".to_owned(),
                '\u{200d}' => String::new(),
                'e' => "e".to_owned(),
                other => other.to_string(),
            })
            .collect::<String>()
            .replace("e\u{301}", "é");
        let words: Vec<_> = folded.split_whitespace().collect();
        format!("{SPACE}{}", words.join("\u{2581}"))
    }

    #[track_caller]
    fn check(text: &str, piece: &str, expected: &str) {
        let normalised = normalise(text);
        let offsets = Offsets::new(text, &normalised, normalise);
        let start = normalised.find(piece).unwrap();
        let range = offsets.range(text, &normalised, &(start..start + piece.len()));
        assert_eq!(&text[range], expected);
    }

    #[test]
    fn plain_text_maps_one_to_one() {
        check("Press the button", "▁the", "the");
        check("Olá, você", "ocê", "ocê");
        check("Olá, você", "▁Olá", "Olá");
    }

    #[test]
    fn forms_of_other_lengths_map_to_the_characters_they_came_from() {
        check("a  ﬁne day", "▁fi", "ﬁ");
        check("a  ﬁne day", "ne", "ne");
        check("wait… then", "...", "…");
        check("wait… then", "▁then", "then");
        check("Ａ\u{a0}\u{a0}b", "▁b", "b");
        check("x\u{200d}y z", "▁z", "z");
        check("cafe\u{301} bar", "▁bar", "bar");
        check("cafe\u{301} bar", "▁café", "cafe\u{301}");
    }

    #[test]
    fn ranges_stay_within_the_text_whatever_the_form() {
        let text = "one ﬁ two";
        let nonsense = |_: &str| "▁zzz▁y".to_owned();
        let normalised = nonsense(text);
        let offsets = Offsets::new(text, &normalised, nonsense);
        for (start, _) in normalised.char_indices() {
            let range = offsets.range(text, &normalised, &(start..normalised.len()));
            assert!(text.get(range).is_some());
        }
    }
}
