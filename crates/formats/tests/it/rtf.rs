//! Rich text: every document of the shared corpus, and documents that were damaged on their way.

use terjuman_formats::{Extracted, Format, FormatError, Limits, Options, Target, extract};
use terjuman_model::{Piece, TaggedText};

use crate::corpus::{documents, far};
use crate::html::Dice;

const NOWHERE: Target = Target { source_language: None, language: None };

fn read(bytes: &[u8]) -> Result<Extracted, FormatError> {
    extract(Format::Rtf, bytes, &Options::default(), &Limits::default())
}

fn sources(extracted: &Extracted) -> Vec<TaggedText> {
    extracted.segments.iter().map(|segment| segment.source.clone()).collect()
}

/// Groups that somebody passes over who only wants to see the text.
const PASSED_OVER: &[&str] = &[
    "fonttbl",
    "colortbl",
    "stylesheet",
    "pict",
    "author",
    "operator",
    "keywords",
    "company",
    "listtext",
    "comment",
    "template",
    "sp",
    "nonesttables",
    "title",
    "subject",
    "ftnsep",
    "ftnsepc",
    "aftnsep",
    "aftnsepc",
];

/// The text of a document as somebody sees it who knows braces, backslashes and the groups above. ASCII only: every
/// other character is a `?`.
fn shown(document: &[u8]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    // For each open group, whether it is shown, and whether nothing was in it yet.
    let mut groups: Vec<(bool, bool)> = vec![(true, false)];
    let mut passed = 0usize;
    while let Some(&byte) = document.get(at) {
        at += 1;
        let (is_shown, fresh) = *groups.last().expect("the first one stays");
        match byte {
            b'{' => groups.push((is_shown, true)),
            b'}' => {
                groups.pop();
                if groups.is_empty() {
                    break;
                }
            }
            b'\r' | b'\n' => {}
            b'\\' => {
                let letters = document[at..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
                if letters == 0 {
                    let symbol = document[at];
                    at += 1;
                    match symbol {
                        b'*' if fresh => *groups.last_mut().expect("it is open") = (false, false),
                        b'\'' => {
                            at += 2;
                            if passed > 0 {
                                passed -= 1;
                            } else if is_shown {
                                out.push('?');
                            }
                        }
                        b'~' => out.push(' '),
                        _ => {}
                    }
                } else {
                    let name = std::str::from_utf8(&document[at..at + letters]).expect("it is ASCII");
                    at += letters;
                    let digits = document[at..].iter().take_while(|b| b.is_ascii_digit() || **b == b'-').count();
                    let number = std::str::from_utf8(&document[at..at + digits]).expect("it is ASCII");
                    at += digits + usize::from(document.get(at + digits) == Some(&b' '));
                    let is_text = ["annotation", "shpinst", "do"].contains(&name);
                    if fresh && PASSED_OVER.contains(&name) {
                        *groups.last_mut().expect("it is open") = (false, false);
                    } else if !fresh && is_text && document[..at].windows(3).rev().take(20).any(|w| w == b"{\\*") {
                        let outer = groups.len() >= 2 && groups[groups.len() - 2].0;
                        *groups.last_mut().expect("it is open") = (outer, false);
                    }
                    match name {
                        "u" if is_shown => {
                            out.push('?');
                            passed = 1;
                        }
                        "par" | "cell" | "tab" | "line" | "row" | "nestcell" => out.push(' '),
                        "deleted" => groups.last_mut().expect("it is open").0 = false,
                        "bin" => at += number.parse::<usize>().unwrap_or(0),
                        _ => {}
                    }
                }
                groups.last_mut().expect("it is open").1 = false;
            }
            _ => {
                if passed > 0 {
                    passed -= 1;
                } else if is_shown {
                    out.push(char::from(byte));
                }
                groups.last_mut().expect("it is open").1 = false;
            }
        }
    }
    out
}

fn words(document: &[u8]) -> Vec<String> {
    // A citation, which its field makes.
    let is_word = |word: &&str| word.chars().filter(char::is_ascii_alphabetic).count() > 1 && *word != "(Kramer)";
    shown(document).split_whitespace().filter(is_word).map(str::to_owned).collect()
}

/// Every character that is not ASCII becomes an `x`.
fn ascii(source: &TaggedText) -> TaggedText {
    let mut out = TaggedText::new();
    for piece in source.pieces() {
        match piece {
            Piece::Text(text) => text.chars().for_each(|c| out.push(if c.is_ascii() { c } else { 'x' })),
            Piece::Mark(edge, tag) => out.mark(edge, tag),
        }
    }
    out
}

/// Each one comes back from identity, says after a translation what was said, and shows no word that stayed.
#[test]
fn the_corpus() {
    let mut poor = Vec::new();
    for path in documents("rtf") {
        let bytes = std::fs::read(&path).expect("a listed file can be read");
        let name = path.display();
        let extracted = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let same = extracted.skeleton.merge(&sources(&extracted), &NOWHERE).expect("identity can be written");
        assert!(same == bytes, "{name}: identity changed the document");
        let turned: Vec<_> = sources(&extracted).iter().map(far).collect();
        let written = extracted.skeleton.merge(&turned, &NOWHERE).expect("a translation can be written");
        let again = read(&written).expect("what was written can be read");
        let again = sources(&again);
        assert_eq!(again.len(), turned.len(), "{name}: segments");
        for (found, expected) in again.iter().zip(&turned) {
            assert_eq!(found, expected, "{name}: found again");
        }
        let arabic = Target { source_language: "en".parse().ok(), language: "ar".parse().ok() };
        let written_in_arabic = extracted.skeleton.merge(&turned, &arabic).expect("it can be turned");
        let again = sources(&read(&written_in_arabic).expect("what was turned can be read"));
        assert!(again == turned, "{name}: found again, turned");
        let (all, left) = (words(&bytes), words(&written));
        let tags: usize = extracted.segments.iter().map(|segment| segment.tags.len()).sum();
        println!("{name}: {} segments, {tags} tags, {} of {} words left", turned.len(), left.len(), all.len());
        if left.len() * 200 > all.len() {
            poor.push(format!("{name}: {left:?}"));
        }
        // The same with all that is not ASCII.
        let plain: Vec<_> = sources(&extracted).iter().map(ascii).collect();
        let plain = extracted.skeleton.merge(&plain, &NOWHERE).expect("a translation can be written");
        let foreign = |document: &[u8]| shown(document).matches('?').count();
        let (all, left) = (foreign(&bytes), foreign(&plain));
        println!("{name}: {left} of {all} characters left that are not ASCII");
        if left * 200 > all {
            poor.push(format!("{name}: {left} of {all} characters"));
        }
    }
    assert!(poor.is_empty(), "{}", poor.join("\n"));
}

const DOCUMENT: &[u8] = b"{\\rtf1\\ansi\\ansicpg1252\\uc1\\deff0{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset128 MS Gothic;}}{\\info\
{\\title One}}\\pard\\plain\\ltrpar\\lang1033 Two {\\b three} \\'e9t\\'e9 {\\f1\\'94\\'4e} \\u8364?4{\\super\\chftn{\\footnote Five}}\\par\
{\\field{\\*\\fldinst HYPERLINK \"x\"}{\\fldrslt{\\ul six}\\par seven}} eight\\line nine\\tab ten\\cell{\\pict\\bin3 {}x}{\\*\\bkmkstart a}\
b{\\v c}\\i d\\i0 e{\\*\\bkmkend a}{\\shp{\\*\\shpinst{\\shptxt f\\par}}}\\uc2 \\u233??g\\row}";

#[test]
fn damaged_documents() {
    for round in 0..4_000u64 {
        let mut dice = Dice(round);
        let mut bytes = DOCUMENT.to_vec();
        for _ in 0..=dice.roll(4) {
            let start = dice.roll(bytes.len().max(1)).min(bytes.len());
            let end = (start + dice.roll(12)).min(bytes.len());
            match dice.roll(4) {
                0 => drop(bytes.drain(start..end)),
                1 => {
                    let again = bytes[start..end].to_vec();
                    bytes.splice(start..start, again);
                }
                2 => bytes[start..end].reverse(),
                _ if start < bytes.len() => {
                    bytes[start] = [0, b'{', b'}', b'\\', 0xff, b'\n', b' ', b'9'][dice.roll(8)]
                }
                _ => {}
            }
        }
        let shown = String::from_utf8_lossy(&bytes);
        let extracted = match read(&bytes) {
            Ok(extracted) => extracted,
            Err(error) => {
                assert!(crate::damage::is_refusal(&error), "round {round}: {error}\n{shown}");
                continue;
            }
        };
        let sources = sources(&extracted);
        let same = extracted.skeleton.merge(&sources, &NOWHERE).expect("identity can be written");
        assert!(same == bytes, "round {round}: identity changed\n{shown}");
        let turned: Vec<_> = sources.iter().map(far).collect();
        let arabic = Target { source_language: "en".parse().ok(), language: "ar".parse().ok() };
        match extracted.skeleton.merge(&turned, if round % 2 == 0 { &arabic } else { &NOWHERE }) {
            Ok(written) => drop(read(&written).unwrap_or_else(|error| panic!("round {round}: {error}\n{shown}"))),
            Err(error) => panic!("round {round}: {error}\n{shown}"),
        }
    }
}

/// Thousands of segments in one paragraph: a loop in a loop would not come to an end here.
#[test]
fn long_paragraphs_are_read_in_one_go() {
    let body = "{\\b Word}\\tab Name {\\i and} more{\\*\\bkmkstart x}\\tab ".repeat(4_000);
    let extracted = read(format!("{{\\rtf1 {body}}}").as_bytes()).expect("it can be read");
    assert_eq!(extracted.segments.len(), 8_000);
    let turned: Vec<_> = sources(&extracted).iter().map(far).collect();
    let written = extracted.skeleton.merge(&turned, &NOWHERE).expect("it can be written");
    assert_eq!(sources(&read(&written).expect("it can be read")), turned);
}
