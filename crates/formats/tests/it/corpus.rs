//! Every document of the shared corpus, if it is at hand: identity gives the bytes back, and every
//! translation is written.

#![expect(clippy::print_stdout, reason = "a test says what it passed over")]

use std::io::Read as _;
use std::path::{Path, PathBuf};

use terjuman_formats::{Format, FormatError, Limits, Options, Target, extract};
use terjuman_model::{Piece, TaggedText};

const NOWHERE: Target = Target { source_language: None, language: None };

/// The documents of a format; says so where the corpus is missing, and fails where it must not be.
#[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
pub(crate) fn documents(folder: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus").join(folder);
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", corpus.display());
        println!("skipped: there is no corpus of {folder}");
        return Vec::new();
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()).collect()
}

#[track_caller]
fn check(folder: &str, format: Format) {
    for path in documents(folder) {
        let bytes = std::fs::read(&path).expect("a listed file can be read");
        let name = path.display();
        let read = |bytes: &[u8]| extract(format, bytes, &Options::default(), &Limits::default());
        let extracted = match read(&bytes) {
            Ok(extracted) => extracted,
            Err(error @ (FormatError::Empty | FormatError::Encoding(_))) => {
                println!("{name}: {error}");
                continue;
            }
            Err(error) => panic!("{name}: {error}"),
        };
        let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
        let same = extracted.skeleton.merge(&sources, &NOWHERE).expect("identity can be written");
        assert!(same == bytes, "{name}: identity changed the document");
        let marked: Vec<_> = sources.iter().map(wrap).collect();
        let written = extracted.skeleton.merge(&marked, &NOWHERE).expect("a translation can be written");
        read(&written).expect("what was written can be read");
        for wrapped in &marked {
            let word = wrapped.text().split_whitespace().next().unwrap_or_default();
            assert!(is_within(&written, word), "{name}: a translation was not written");
        }
    }
}

/// Whether the document holds the word; documents that are not UTF-8 are not looked into.
fn is_within(document: &[u8], word: &str) -> bool {
    std::str::from_utf8(document).is_ok_and(|text| text.contains(word)) || std::str::from_utf8(document).is_err()
}

/// The text in brackets, every mark at its letters.
fn wrap(source: &TaggedText) -> TaggedText {
    let marks = source.marks().iter().map(|mark| terjuman_model::Mark { at: mark.at + 1, ..*mark }).collect();
    TaggedText::with_marks(format!("[{}]", source.text()), marks)
}

#[test]
fn text_files() {
    check("txt", Format::Txt);
}

#[test]
fn comma_separated_files() {
    check("csv", Format::Csv);
}

#[test]
fn tab_separated_files() {
    check("tsv", Format::Tsv);
}

#[test]
fn opendocument() {
    check("odt", Format::Odt);
    check("odp", Format::Odp);
    check("ods", Format::Ods);
}

/// Encrypted decks are refused; each other one comes back from identity, says after a translation what was said, and
/// shows no word that stayed.
#[test]
fn presentations() {
    let mut poor = Vec::new();
    for path in documents("pptx") {
        let bytes = std::fs::read(&path).expect("a listed file can be read");
        let name = path.display();
        let read = |bytes: &[u8]| extract(Format::Pptx, bytes, &Options::default(), &Limits::default());
        let extracted = match read(&bytes) {
            Ok(extracted) => extracted,
            Err(error @ FormatError::Encrypted) => {
                println!("{name}: {error}");
                continue;
            }
            Err(error) => panic!("{name}: {error}"),
        };
        let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
        let same = extracted.skeleton.merge(&sources, &NOWHERE).expect("identity can be written");
        assert!(same == bytes, "{name}: identity changed the document");
        let turned: Vec<_> = sources.iter().map(far).collect();
        let written = extracted.skeleton.merge(&turned, &NOWHERE).expect("a translation can be written");
        let again = read(&written).expect("what was written can be read");
        let again: Vec<_> = again.segments.iter().map(|segment| segment.source.clone()).collect();
        assert_eq!(again.len(), turned.len(), "{name}: segments");
        for (found, expected) in again.iter().zip(&turned) {
            assert_eq!(found, expected, "{name}: found again");
        }
        let (words, left) = shown(&written);
        let tags: usize = extracted.segments.iter().map(|segment| segment.tags.len()).sum();
        println!("{name}: {} segments, {tags} tags, {} of {words} words left", sources.len(), left.len());
        if left.len() * 200 > words {
            poor.push(format!("{name}: {left:?}"));
        }
    }
    assert!(poor.is_empty(), "{}", poor.join("\n"));
}

/// Each ASCII letter becomes a Cyrillic one.
pub(crate) fn far(source: &TaggedText) -> TaggedText {
    let mut out = TaggedText::new();
    for piece in source.pieces() {
        match piece {
            Piece::Text(text) => text.chars().for_each(|c| out.push(far_letter(c))),
            Piece::Mark(edge, tag) => out.mark(edge, tag),
        }
    }
    out
}

fn far_letter(letter: char) -> char {
    let base = match letter {
        'a'..='z' => 0x430 - u32::from('a'),
        'A'..='Z' => 0x410 - u32::from('A'),
        _ => return letter,
    };
    char::from_u32(base + u32::from(letter)).unwrap_or(letter)
}

/// How many words a deck shows, and those still in ASCII, as somebody sees it who knows nothing but `a:t` and `c:v`.
fn shown(deck: &[u8]) -> (usize, Vec<String>) {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(deck)).expect("a deck is a container");
    let (mut words, mut left) = (0, Vec::new());
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("an entry can be opened");
        let name = file.name().expect("an entry has a name").to_string();
        let folders = ["ppt/slides/slide", "ppt/notesSlides/n", "ppt/charts/c", "ppt/diagrams/d", "ppt/comments/"];
        if !folders.iter().any(|folder| name.starts_with(folder)) || !name.ends_with(".xml") {
            continue;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).expect("a part is text");
        let first = |piece: &str| piece.split('<').next().unwrap_or_default().replace("&amp;", " ");
        let paragraphs = text.split("</a:p>").map(|paragraph| paragraph.split("<a:t>").skip(1).map(first).collect());
        let values = text.split("<c:v>").skip(1).map(first);
        for piece in paragraphs.chain(values).collect::<Vec<String>>() {
            // Addresses and paths.
            if piece.starts_with('/') || ["://", "mailto:", "www."].iter().any(|address| piece.contains(address)) {
                continue;
            }
            for word in piece.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 2) {
                words += 1;
                if word.is_ascii() {
                    left.push(word.to_owned());
                }
            }
        }
    }
    (words, left)
}

/// The two copies of a body say the same, and another reader of compound files finds every stream that did not change.
#[test]
fn outlook_messages() {
    let read_streams = |bytes: &[u8]| {
        let mut file = cfb::CompoundFile::open(std::io::Cursor::new(bytes.to_vec())).expect("a compound file");
        let paths: Vec<_> = file.walk().filter(|entry| entry.is_stream()).map(|e| e.path().to_owned()).collect();
        let mut streams = std::collections::BTreeMap::new();
        for path in paths {
            let mut data = Vec::new();
            file.open_stream(&path).expect("a stream").read_to_end(&mut data).expect("a stream in memory");
            streams.insert(path, data);
        }
        streams
    };
    for path in documents("msg") {
        let bytes = std::fs::read(&path).expect("a listed file can be read");
        let name = path.display();
        let read = |bytes: &[u8]| extract(Format::Msg, bytes, &Options::default(), &Limits::default());
        let extracted = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
        let same = extracted.skeleton.merge(&sources, &NOWHERE).expect("identity can be written");
        assert!(same == bytes, "{name}: identity changed the document");
        let marked: Vec<_> = sources.iter().map(wrap).collect();
        let written = extracted.skeleton.merge(&marked, &NOWHERE).expect("a translation can be written");
        let again = read(&written).unwrap_or_else(|error| panic!("{name}: {error}"));
        // Blanks at the edge of a text are found again inside the brackets.
        let said = |text: &TaggedText| text.text().replace(|c: char| c.is_whitespace(), "");
        let again: Vec<_> = again.segments.iter().map(|segment| said(&segment.source)).collect();
        assert_eq!(again, marked.iter().map(said).collect::<Vec<_>>(), "{name}");
        let (before, after) = (read_streams(&bytes), read_streams(&written));
        let differ: Vec<_> = before.iter().filter(|(path, data)| after.get(*path) != Some(*data)).collect();
        println!("{name}: {} segments, {} of {} streams changed", sources.len(), differ.len(), before.len());
        let parts = ["0037", "0070", "0E1D", "1000", "1009", "1013", "__properties_version1.0"];
        for (path, data) in differ {
            let path = path.display().to_string();
            // A message has one kind of text: where one has to be Unicode, all become it.
            let widened = path.strip_suffix("001E").and_then(|stem| after.get(Path::new(&format!("{stem}001F"))));
            if widened.is_some_and(|wide| wide.len() == data.len() * 2 && wide.iter().step_by(2).eq(data.iter())) {
                continue;
            }
            assert!(!path.contains('#') && parts.iter().any(|part| path.contains(part)), "{name}: {path} changed");
        }
    }
}
