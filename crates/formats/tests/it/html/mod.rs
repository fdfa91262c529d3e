//! HTML against a second parser: what is translated, and that nothing else changes.

mod compare;
mod hostile;
mod nasty;
mod projection;
mod segments;
mod target;
mod tree;

use std::collections::HashSet;

use terjuman_formats::{Extracted, Format, FormatError, Limits, Options, Target, extract};
use terjuman_model::{Edge, Mark, Piece, Segment, TagId, TagKind, TaggedText};

use self::compare::{BRACKETS, Findings, compare, look_alike};
pub(crate) use self::nasty::Dice;

const NOWHERE: Target = Target { source_language: None, language: None };

fn read(bytes: &[u8]) -> Result<Extracted, FormatError> {
    extract(Format::Html, bytes, &Options::default(), &Limits::default())
}

/// Every letter outside protected tags as its look-alike, all of it in brackets. Marks at the ends stay at the ends.
fn pseudo(segment: &Segment) -> TaggedText {
    let mut out = TaggedText::new();
    let mut texts = Vec::new();
    let mut protected = 0;
    for piece in segment.source.pieces() {
        match piece {
            Piece::Text(text) if protected == 0 => {
                texts.push(out.text().len());
                text.chars().for_each(|c| out.push(look_alike(c)));
                texts.push(out.text().len());
            }
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(edge, tag) => {
                if segment.kind(tag) == TagKind::Protected {
                    protected += if edge == Edge::Open { 1 } else { -1 };
                }
                out.mark(edge, tag);
            }
        }
    }
    let (Some(first), Some(last)) = (texts.first(), texts.last()) else { return out };
    // The brackets go inside what is marked around the first and the last letter.
    let first_inside = out.marks().partition_point(|mark| mark.at <= *first);
    let last_inside = out.marks().partition_point(|mark| mark.at < *last);
    let [open, close] = BRACKETS.map(char::len_utf8);
    let move_by =
        |index: usize| (if index >= first_inside { open } else { 0 }) + (if index >= last_inside { close } else { 0 });
    let marks = out.marks().iter().enumerate().map(|(i, mark)| Mark { at: mark.at + move_by(i), ..*mark }).collect();
    let mut text = out.text().to_owned();
    text.insert(*last, BRACKETS[1]);
    text.insert(*first, BRACKETS[0]);
    TaggedText::with_marks(text, marks)
}

/// The words in reverse order with their tags, where the kinds of the tags allow it.
fn reversed(segment: &Segment) -> TaggedText {
    let text = segment.source.text();
    let is_kept = |kind| matches!(kind, TagKind::Isolated | TagKind::Protected);
    if segment.tags.iter().any(|tag| is_kept(tag.kind)) {
        return segment.source.clone();
    }
    // Each word with the blanks behind it, and the place where it goes.
    let mut words = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(' ') {
        words.push(start..at + 1);
        start = at + 1;
    }
    words.push(start..text.len());
    let mut out = String::new();
    let mut moved = Vec::new();
    for word in words.iter().rev() {
        moved.push((word.clone(), out.len()));
        out.push_str(&text[word.clone()]);
    }
    let place = |at: usize| {
        moved.iter().find(|(word, _)| word.contains(&at)).map_or(0, |(word, start)| start + at - word.start)
    };
    let mut marks = Vec::new();
    for tag in (0..segment.tags.len()).map(|index| TagId(u32::try_from(index).expect("tests have few tags"))) {
        let own: Vec<_> = segment.source.marks().iter().filter(|mark| mark.tag == tag).collect();
        match own.as_slice() {
            [open, close] if open.at < close.at => {
                // The letters of the pair, in runs.
                let mut places: Vec<_> =
                    text[open.at..close.at].char_indices().map(|(i, c)| (place(open.at + i), c.len_utf8())).collect();
                places.sort_unstable();
                let (first, (last, length)) = (places[0].0, places[places.len() - 1]);
                marks.push(Mark { at: first, tag, edge: Edge::Open });
                marks.push(Mark { at: last + length, tag, edge: Edge::Close });
            }
            others => marks.extend(others.iter().map(|mark| Mark {
                at: mark.at.checked_sub(1).map_or(0, |at| {
                    let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
                    place(at) + text[at..].chars().next().map_or(0, char::len_utf8)
                }),
                ..**mark
            })),
        }
    }
    TaggedText::with_marks(out, marks)
}

/// The text of a document whose encoding its bytes or its declaration tell.
fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let label = head.split("charset=").nth(1).map(|rest| rest.trim_start_matches(['"', '\'', ' ']).to_owned());
    let label = label
        .and_then(|l| l.split(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c)).next().map(str::to_owned));
    let encoding = label
        .and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
        .filter(|encoding| *encoding != encoding_rs::UTF_8)
        .unwrap_or(encoding_rs::WINDOWS_1252);
    encoding.decode(bytes).0.into_owned()
}

/// Everything that has to be true of every document. `None` if it is refused for a good reason.
fn check_all(bytes: &[u8]) -> Result<Option<Findings>, String> {
    let extracted = match read(bytes) {
        Ok(extracted) => extracted,
        Err(FormatError::Empty | FormatError::Encoding(_) | FormatError::TooComplex { .. }) => return Ok(None),
        Err(error) => return Err(format!("refused: {error}")),
    };
    let segments = &extracted.segments;
    let merge =
        |translations: &[TaggedText]| extracted.skeleton.merge(translations, &NOWHERE).map_err(|e| e.to_string());
    let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
    if merge(&sources)? != bytes {
        return Err("identity changed the document".into());
    }
    let translations: Vec<_> = segments.iter().map(pseudo).collect();
    let written = merge(&translations)?;
    let findings = compare(&tree::parse(&decode(bytes)), &tree::parse(&decode(&written)))?;
    let again = read(&written).map_err(|error| format!("cannot be read again: {error}"))?;
    let again: Vec<_> = again.segments.into_iter().map(|segment| segment.source).collect();
    if let Some((one, other)) = translations.iter().zip(&again).find(|(one, other)| one != other) {
        return Err(format!("another segment came out: {one:?} and {other:?}"));
    }
    if translations.len() != again.len() {
        return Err(format!("{} segments became {}", translations.len(), again.len()));
    }
    let arabic = Target { source_language: "en".parse().ok(), language: "ar".parse().ok() };
    let turned = extracted.skeleton.merge(&translations, &arabic).map_err(|e| format!("into Arabic: {e}"))?;
    // All that it says may be in a pronunciation, which goes.
    match read(&turned) {
        Ok(_) | Err(FormatError::Empty) => {}
        Err(error) => return Err(format!("cannot be read in Arabic: {error}")),
    }
    let moved: Vec<_> = segments.iter().map(reversed).collect();
    let written = merge(&moved)?;
    read(&written).map_err(|error| format!("cannot be read when words moved: {error}"))?;
    let (before, after) = (tags(&decode(bytes)), tags(&decode(&written)));
    if before != after {
        let lost: Vec<_> = before.difference(&after).take(3).collect();
        return Err(format!("words that moved took tags with them: {lost:?}"));
    }
    Ok(Some(findings))
}

/// The kinds of elements in a document.
fn tags(html: &str) -> HashSet<String> {
    let name = |step| match step {
        tree::Step::Open(element) => Some(element.name),
        _ => None,
    };
    tree::parse(html).into_iter().filter_map(name).collect()
}

#[track_caller]
fn check(html: &str) {
    if let Err(error) = check_all(html.as_bytes()) {
        panic!("{error}\n{html}");
    }
}

#[test]
fn documents_of_the_corpus() {
    for path in crate::corpus::documents("html") {
        let bytes = std::fs::read(&path).expect("a listed file can be read");
        match check_all(&bytes) {
            Ok(Some(findings)) => {
                let most = findings.words / 200;
                assert!(findings.unchanged <= most, "{}: {:?}", path.display(), findings.left);
            }
            Ok(None) => {}
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}
