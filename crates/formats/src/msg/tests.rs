//! Messages built and read again by another implementation of compound files.

use std::io::{Cursor, Read as _, Write as _};

use terjuman_model::TaggedText;

use super::{lzfu, *};

/// Properties of a message under construction: a path, and its bytes.
struct Built {
    records: Vec<(u32, u32)>,
    streams: Vec<(String, Vec<u8>)>,
    version: cfb::Version,
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

impl Built {
    fn new() -> Self {
        Self { records: Vec::new(), streams: Vec::new(), version: cfb::Version::V3 }
    }

    fn number(mut self, id: u16, value: u32) -> Self {
        self.records.push((u32::from(id) << 16 | 3, value));
        self
    }

    fn stream(mut self, tag: u32, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let end = match tag & 0xffff {
            0x1f => 2,
            0x1e => 1,
            _ => 0,
        };
        self.records.push((tag, bytes.len() as u32 + end));
        self.streams.push((format!("/__substg1.0_{tag:08X}"), bytes));
        self
    }

    fn text(self, id: u16, text: &str) -> Self {
        self.stream(u32::from(id) << 16 | 0x1f, wide(text))
    }

    fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.streams.push((path.to_owned(), bytes.into()));
        self
    }

    fn build(self) -> Vec<u8> {
        let mut file = cfb::CompoundFile::create_with_version(self.version, Cursor::new(Vec::new())).unwrap();
        let mut list = vec![0; 32];
        for (tag, value) in &self.records {
            list.extend([*tag, 6, *value, 0].iter().flat_map(|word| word.to_le_bytes()));
        }
        file.create_stream("/__properties_version1.0").unwrap().write_all(&list).unwrap();
        for (path, bytes) in &self.streams {
            if let Some((storage, _)) = path.rsplit_once('/').filter(|(storage, _)| !storage.is_empty()) {
                file.create_storage_all(storage).unwrap();
            }
            file.create_stream(path).unwrap().write_all(bytes).unwrap();
        }
        file.flush().unwrap();
        file.into_inner().into_inner()
    }
}

fn read(bytes: &[u8]) -> Result<Extracted, FormatError> {
    extract(bytes, &Options::default(), &Limits::default())
}

fn texts(bytes: &[u8]) -> Vec<String> {
    read(bytes).unwrap().segments.iter().map(|segment| segment.source.text().to_owned()).collect()
}

/// Every stream but those of free space, as the other implementation reads them.
fn streams(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut file = cfb::CompoundFile::open_strict(Cursor::new(bytes)).expect("a sound file");
    let paths: Vec<_> = file.walk().filter(|entry| entry.is_stream()).map(|entry| entry.path().to_owned()).collect();
    let mut read = |path: &std::path::Path| {
        let mut data = Vec::new();
        file.open_stream(path).unwrap().read_to_end(&mut data).unwrap();
        (path.display().to_string(), data)
    };
    paths.iter().map(|path| read(path)).collect()
}

fn find<'a>(streams: &'a [(String, Vec<u8>)], name: &str) -> Option<&'a [u8]> {
    streams.iter().find(|(path, _)| path.ends_with(name)).map(|(_, data)| data.as_slice())
}

/// The value in the record of a property.
fn record(streams: &[(String, Vec<u8>)], tag: u32) -> Option<u32> {
    let list = &streams.iter().find(|(path, _)| path == "/__properties_version1.0").unwrap().1;
    list[32..]
        .chunks_exact(16)
        .find(|record| record[..4] == tag.to_le_bytes())
        .map(|record| u32::from_le_bytes(record[8..12].try_into().unwrap()))
}

/// Identity gives the bytes back; gives the streams of the message with every text changed.
#[track_caller]
fn translated(bytes: &[u8], translate: impl Fn(&str) -> String) -> Vec<(String, Vec<u8>)> {
    let extracted = read(bytes).unwrap();
    let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
    let target = Target { source_language: None, language: "pt".parse().ok() };
    assert!(extracted.skeleton.merge(&sources, &target).unwrap() == bytes);
    let changed: Vec<_> = sources
        .iter()
        .map(|source| TaggedText::with_marks(translate(source.text()), source.marks().to_vec()))
        .collect();
    let written = extracted.skeleton.merge(&changed, &target).unwrap();
    let again: Vec<_> = texts(&written);
    let expected: Vec<_> = changed.iter().map(|text| text.text().to_owned()).collect();
    assert_eq!(again, expected);
    streams(&written)
}

#[test]
fn subjects_bodies_and_what_repeats_them_are_translated() {
    let built = || {
        Built::new()
            .number(0x3ffd, 1252)
            .number(0x3fde, 1252)
            .text(0x001a, "IPM.Note")
            .text(0x0037, "RE: one two")
            .text(0x0e1d, "one two")
            .text(0x0070, "other topic")
            .text(0x1000, "First line.\r\n\r\nSecond line.\r\n")
            .stream(0x1013_0102, "<html><body><p>First line.<p>Caf\u{e9}".chars().map(|c| c as u8).collect::<Vec<_>>())
            .stream(0x1009_0102, lzfu::wrap(b"{\\rtf1 stale}"))
            .file("/__recip_version1.0_#00000000/__properties_version1.0", [0; 8])
            .file("/__recip_version1.0_#00000000/__substg1.0_3001001F", wide("Some One"))
            .file("/__attach_version1.0_#00000000/__properties_version1.0", [0; 8])
            .file("/__attach_version1.0_#00000000/__substg1.0_37010102", vec![7; 70_000])
            .file("/__attach_version1.0_#00000000/__substg1.0_3701000D/__substg1.0_0037001F", wide("inner words"))
    };
    for version in [cfb::Version::V3, cfb::Version::V4] {
        let bytes = Built { version, ..built() }.build();
        assert_eq!(texts(&bytes), ["one two", "First line.", "Café", "First line.", "Second line."]);
        let left = read(&bytes).unwrap().skeleton.untranslated();
        assert!(format!("{left:?}").contains("EmbeddedObject"), "{left:?}");
        let before = streams(&bytes);
        let after = translated(&bytes, |text| text.to_uppercase());
        assert_eq!(find(&after, "/__substg1.0_0037001F"), Some(&*wide("RE: ONE TWO")));
        assert_eq!(find(&after, "0E1D001F"), Some(&*wide("ONE TWO")));
        assert_eq!(find(&after, "1000001F"), Some(&*wide("FIRST LINE.\r\n\r\nSECOND LINE.\r\n")));
        assert_eq!(record(&after, 0x1000_001f), Some(2 * 29 + 2));
        assert_eq!(find(&after, "10130102"), Some(&b"<html lang=\"pt\"><body><p>FIRST LINE.<p>CAF\xc9"[..]));
        assert_eq!((find(&after, "10090102"), record(&after, 0x1009_0102)), (None, None));
        assert_eq!((record(&after, 0x0e1f_000b), record(&after, 0x1016_0003)), (Some(0), Some(3)));
        let kept = |streams: &[(String, Vec<u8>)]| {
            let parts = streams.iter().filter(|(path, _)| path.contains('#') || path.contains("0070"));
            parts.cloned().collect::<Vec<_>>()
        };
        assert_eq!(kept(&after), kept(&before));
        let after = translated(&bytes, |_| "日本".to_owned());
        assert_eq!(record(&after, 0x3fde_0003), Some(65001));
        assert!(std::str::from_utf8(find(&after, "10130102").unwrap()).unwrap().contains("日本"));
    }
}

#[test]
fn html_inside_rich_text_becomes_the_html_body() {
    let rich_text = b"{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 some words\\htmlrtf }\\htmlrtf0 {\\*\\htmltag72 </p>}}";
    let bytes = Built::new()
        .text(0x0037, "12")
        .text(0x1000, "some words")
        .stream(0x1009_0102, lzfu::wrap(rich_text))
        .number(0x3ffd, 1252)
        .build();
    assert_eq!(texts(&bytes), ["some words", "some words"]);
    let after = translated(&bytes, |_| "palavras é".to_owned());
    assert_eq!(find(&after, "10130102"), Some("<p>palavras é</p>".as_bytes()));
    assert_eq!((find(&after, "10090102"), record(&after, 0x1013_0102)), (None, Some(18)));
    assert_eq!((record(&after, 0x3fde_0003), record(&after, 0x0e1f_000b)), (Some(65001), Some(0)));
    assert_eq!(find(&after, "1000001F"), Some(&*wide("palavras é")));
}

#[test]
fn rich_text_of_its_own_is_translated_as_rich_text() {
    let bytes = Built::new().stream(0x1009_0102, lzfu::wrap(b"{\\rtf1\\ansi some {\\b bold} words\\par}")).build();
    let after = translated(&bytes, |text| text.to_uppercase());
    let rich_text = lzfu::expand(find(&after, "10090102").unwrap()).unwrap();
    assert!(String::from_utf8(rich_text).unwrap().contains("SOME"));
}

#[test]
fn rich_text_that_cannot_be_read_goes_when_the_text_changes() {
    let bytes = Built::new().text(0x1000, "some words").stream(0x1009_0102, [0; 40]).build();
    let warnings = read(&bytes).unwrap().warnings;
    assert_eq!(warnings.iter().map(|warning| warning.kind).collect::<Vec<_>>(), [WarningKind::PartKept]);
    let after = translated(&bytes, |_| "x y".to_owned());
    assert_eq!((find(&after, "10090102"), record(&after, 0x1016_0003)), (None, Some(1)));
}

#[test]
fn texts_without_a_code_page_of_their_own_become_unicode() {
    let bytes = Built::new().number(0x3fde, 65001).stream(0x0037_001e, *b"\xf6 one").build();
    let after = translated(&bytes, |text| text.replace("one", "dois"));
    assert_eq!((find(&after, "0037001F"), find(&after, "0037001E")), (Some(&*wide("\u{f6} dois")), None));
    let bytes = Built::new().number(0x3fde, 65001).stream(0x0037_001e, *b"one").build();
    assert_eq!(find(&translated(&bytes, |_| "dois".to_owned()), "0037001E"), Some(&b"dois"[..]));
}

#[test]
fn texts_in_a_code_page_stay_in_it_or_all_become_unicode() {
    let bytes = Built::new()
        .number(0x3ffd, 1251)
        .number(0x340d, 0x2_0000)
        .stream(0x0037_001e, *b"\xe0\xe2\xf2\xee one")
        .stream(0x0c1a_001e, *b"\xe0\xe2")
        .file("/__recip_version1.0_#00000000/__properties_version1.0", {
            let mut list = vec![0; 8];
            list.extend([0x3001_001eu32, 6, 3, 0].iter().flat_map(|word| word.to_le_bytes()));
            list
        })
        .file("/__recip_version1.0_#00000000/__substg1.0_3001001E", *b"\xe0\xe2")
        .build();
    let after = translated(&bytes, |text| text.replace("one", "два"));
    assert_eq!(find(&after, "0037001E"), Some(&b"\xe0\xe2\xf2\xee \xe4\xe2\xe0"[..]));
    let after = translated(&bytes, |text| text.replace("one", "é"));
    assert_eq!(find(&after, "0037001F"), Some(&*wide("авто é")));
    assert_eq!(find(&after, "0C1A001F"), Some(&*wide("ав")));
    assert_eq!(find(&after, "3001001F"), Some(&*wide("ав")));
    assert!(!after.iter().any(|(path, _)| path.ends_with("001E")));
    assert_eq!((record(&after, 0x340d_0003), record(&after, 0x0037_001f)), (Some(0x6_0000), Some(14)));
    let list = find(&after, "#00000000/__properties_version1.0").unwrap();
    assert_eq!(list[8..20], [0x1f, 0, 1, 0x30, 6, 0, 0, 0, 6, 0, 0, 0]);
}

#[test]
fn protected_messages_are_refused_and_signed_ones_warn() {
    let of_class = |class: &str| read(&Built::new().text(0x001a, class).text(0x0037, "some words").build());
    assert!(matches!(of_class("IPM.Note.SMIME"), Err(FormatError::Encrypted)));
    let signed = of_class("IPM.Note.SMIME.MultipartSigned").unwrap().warnings;
    assert_eq!(signed.iter().map(|warning| warning.kind).collect::<Vec<_>>(), [WarningKind::SignatureBroken]);
    let managed = Built::new()
        .text(0x0037, "some words")
        .file("/__attach_version1.0_#00000000/__substg1.0_370E001F", wide("application/x-microsoft-rpmsg-message"));
    assert!(matches!(read(&managed.build()), Err(FormatError::Encrypted)));
    assert!(matches!(read(&Built::new().text(0x0037, "12").build()), Err(FormatError::Empty)));
    assert!(matches!(read(b""), Err(FormatError::Empty)));
    let other = Built::new().file("/WordDocument", *b"x").build();
    let no_message = other.windows(2).position(|w| w == b"_\0").unwrap();
    let mut other = other;
    other[no_message] = b'X';
    assert!(matches!(read(&other), Err(FormatError::Corrupt { .. })));
}

#[test]
fn loops_and_lies_are_refused_at_once() {
    let bytes = Built::new().text(0x0037, "some words").file("/large", vec![1; 200_000]).build();
    let at = |place: usize| u32::from_le_bytes(bytes[place..place + 4].try_into().unwrap()) as usize;
    let (table, directory) = ((at(76) + 1) * 512, (at(48) + 1) * 512);
    let with = |place: usize, value: u64, width: usize| {
        let mut bytes = bytes.clone();
        bytes[place..place + width].copy_from_slice(&value.to_le_bytes()[..width]);
        bytes
    };
    let root_child = at(directory + 76) * 128 + directory;
    let large = (0..20).map(|n| directory + n * 128).find(|at| bytes[*at..].starts_with(b"l\0a\0r\0g\0e\0")).unwrap();
    for damaged in [
        with(30, 0xffff, 2),                                                // shift of sectors
        with(68, 5, 4),                                                     // a list of tables in the midst of data
        with(48, u64::from(u32::MAX - 100), 4),                             // a directory beyond the end
        with(table + 4 * at(48), at(48) as u64, 4),                         // a directory that follows itself
        with(root_child + 72, at(directory + 76) as u64, 4),                // an entry that follows itself
        with(root_child + 68, 0x00ff_ffff, 4),                              // an entry that there is not
        with(large + 120, 1 << 31, 4),                                      // a stream longer than the file
        with(large + 120, 250_000, 4),                                      // a stream longer than its chain
        with(large + 116, at(48) as u64, 4),                                // a stream in the directory
        with(table + 4 * (at(large + 116) + 2), at(large + 116) as u64, 4), // a stream that runs in a circle
        bytes[..600].to_vec(),
    ] {
        assert!(matches!(read(&damaged), Err(FormatError::Corrupt { .. })));
    }
    // A list of tables that leads back to itself.
    let mut looped = with(68, (bytes.len() / 512 - 1) as u64, 4);
    looped.extend([0xff; 508]);
    looped.extend(((bytes.len() / 512 - 1) as u32).to_le_bytes());
    assert!(matches!(read(&looped), Err(FormatError::Corrupt { .. })));
}

#[test]
fn large_files_have_lists_of_tables() {
    let bytes = Built::new().text(0x0037, "some words").file("/large", vec![1; 9 << 20]).build();
    let after = translated(&bytes, |text| text.to_uppercase());
    assert!(find(&after, "large").is_some_and(|data| data == vec![1; 9 << 20]));
}

proptest::proptest! {
    #[test]
    fn damaged_messages_never_panic(flips in proptest::collection::vec((0usize..8192, 0u8..=255), 1..8), cut in 0usize..9000) {
        let mut bytes = Built::new()
            .text(0x0037, "one two")
            .text(0x1000, "three four")
            .stream(0x1013_0102, *b"<p>five")
            .stream(0x1009_0102, lzfu::wrap(b"{\\rtf1\\fromhtml1 six}"))
            .build();
        for (at, value) in flips {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        bytes.truncate(bytes.len().min(cut + 1000));
        let extracted = read(&bytes);
        if let Err(error) = &extracted {
            let codes = ["NoTranslatableText", "WrongDocumentEncoding", "DocumentEncrypted", "CorruptDocument", "DocumentTooComplex"];
            proptest::prop_assert!(codes.contains(&error.code().to_string().as_str()), "{}", error);
        }
        if let Ok(extracted) = extracted {
            let texts: Vec<_> = extracted.segments.iter().map(|segment| {
                TaggedText::with_marks(segment.source.text().to_uppercase(), segment.source.marks().to_vec())
            }).collect();
            let _ = extracted.skeleton.merge(&texts, &Target { source_language: None, language: None });
        }
    }
}
