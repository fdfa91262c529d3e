use std::io::{Cursor, Read as _, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::opc::relationships_of;
use super::*;

/// A container made by another implementation: one entry stored, two deflated, with times, attributes and a comment.
fn container() -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let time = zip::DateTime::from_date_and_time(2020, 2, 3, 4, 5, 6).unwrap();
    let options = SimpleFileOptions::default().last_modified_time(time).unix_permissions(0o640);
    for (name, contents) in [("mimetype", "text"), ("Word/a.xml", "<a>first</a>"), ("b é.bin", "second second second")]
    {
        let method = if name == "mimetype" { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        writer.start_file(name, options.compression_method(method)).unwrap();
        writer.write_all(contents.as_bytes()).unwrap();
    }
    writer.set_comment("comment").unwrap();
    writer.finish().unwrap().into_inner()
}

fn open(bytes: &[u8]) -> Result<Package, FormatError> {
    Package::open(bytes, &Limits::default())
}

/// Name, contents, permissions, time, whether it is stored.
type Seen = (String, String, Option<u32>, Option<zip::DateTime>, bool);

/// Everything another implementation sees of the entries.
fn seen(bytes: &[u8]) -> Vec<Seen> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut contents = String::new();
            file.read_to_string(&mut contents).unwrap();
            let stored = file.compression() == CompressionMethod::Stored;
            (file.name().unwrap().to_string(), contents, file.unix_mode(), file.last_modified(), stored)
        })
        .collect()
}

#[test]
fn entries_are_read_by_name_in_any_case() {
    let mut package = open(&container()).unwrap();
    assert_eq!(package.names().collect::<Vec<_>>(), ["mimetype", "Word/a.xml", "b é.bin"]);
    assert!(package.contains("/word/A.xml") && !package.contains("word"));
    assert_eq!(package.read("word/a.xml").unwrap().unwrap(), b"<a>first</a>");
    assert_eq!(package.read("none").unwrap(), None);
    assert!(package.require("none").is_err());
}

#[test]
fn only_what_changes_is_written_anew() {
    let bytes = container();
    let package = open(&bytes).unwrap();
    assert_eq!(package.write(&Changes::default()).unwrap(), bytes);
    let mut changes = Changes::default();
    changes.replace(&package, "word/a.xml", "<a>new and longer</a>".into());
    changes.replace(&package, "mimetype", "other".into());
    let written = package.write(&changes).unwrap();
    let (before, after) = (seen(&bytes), seen(&written));
    assert_eq!(before[2], after[2]);
    assert_eq!(after[0].1, "other");
    assert_eq!(after[1].1, "<a>new and longer</a>");
    for (old, new) in before.iter().zip(&after) {
        assert_eq!((&old.0, old.2, old.3, old.4), (&new.0, new.2, new.3, new.4));
    }
    assert_eq!(ZipArchive::new(Cursor::new(&written)).unwrap().comment(), b"comment");
    let mut again = open(&written).unwrap();
    assert_eq!(again.read("mimetype").unwrap().unwrap(), b"other");
    let mut changes = Changes::default();
    changes.remove("word/a.xml");
    assert_eq!(seen(&again.write(&changes).unwrap()).len(), 2);
}

#[test]
fn containers_of_streams_and_wide_fields_are_copied() {
    let mut writer = ZipWriter::new_stream(Vec::new());
    let options = SimpleFileOptions::default();
    writer.start_file("a", options).unwrap();
    writer.write_all(b"streamed").unwrap();
    writer.start_file("b", options.large_file(true)).unwrap();
    writer.write_all(b"wide").unwrap();
    writer.start_file("c", options).unwrap();
    writer.write_all(b"last").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let mut package = open(&bytes).unwrap();
    assert_eq!(package.read("b").unwrap().unwrap(), b"wide");
    for name in ["a", "b", "c"] {
        let mut changes = Changes::default();
        changes.replace(&package, name, "changed".into());
        let written = package.write(&changes).unwrap();
        let contents: Vec<_> = seen(&written).into_iter().map(|entry| entry.1).collect();
        let expected = ["streamed", "wide", "last"].map(|contents| contents.to_owned());
        let at = usize::from(name.as_bytes()[0] - b'a');
        assert_eq!(contents[at], "changed");
        assert!((0..3).all(|index| index == at || contents[index] == expected[index]));
    }
}

#[test]
fn bombs_are_refused_while_they_expand() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["a", "b"] {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&vec![0; 12 << 20]).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let refused = |limits: &Limits| {
        let mut package = Package::open(&bytes, limits)?;
        package.read("a").and_then(|_| package.read("b"))
    };
    for limits in [
        Limits::default(),
        Limits { zip_entry_bytes: 1 << 20, ..Limits::default() },
        Limits { zip_total_bytes: 20 << 20, zip_ratio: 1_000_000, ..Limits::default() },
        Limits { zip_entries: 1, ..Limits::default() },
    ] {
        assert!(matches!(refused(&limits), Err(FormatError::TooComplex { .. })));
    }
    let limits = Limits { zip_ratio: 1_000_000, ..Limits::default() };
    assert_eq!(refused(&limits).unwrap().unwrap().len(), 12 << 20);
}

/// Nothing is wrong with any one of them: each stays below what is free of any ratio.
#[test]
fn a_container_of_many_small_bombs_is_refused() {
    let part = vec![0; 1 << 20];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..5 {
        writer.start_file(number.to_string(), SimpleFileOptions::default()).unwrap();
        writer.write_all(&part).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let read = |limits: &Limits| {
        let mut package = Package::open(&bytes, limits).unwrap();
        (0..5).map(|number| package.read(&number.to_string()).map(|part| part.unwrap().len())).collect::<Vec<_>>()
    };
    let read_by_default = read(&Limits::default());
    assert!(read_by_default[..4].iter().all(|length| matches!(length, Ok(length) if *length == part.len())));
    assert!(
        matches!(read_by_default[4], Err(FormatError::TooComplex { unit: "expanded bytes of all entries", .. })),
        "{read_by_default:?}"
    );
    // It is the ratio that refuses it.
    assert!(read(&Limits { zip_ratio: 10_000, ..Limits::default() }).iter().all(Result::is_ok));
}

/// Twenty parts have as many relationships as a part may have, which is what all parts may have.
#[test]
fn relationships_of_all_parts_are_counted_together() {
    let many = format!(
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{}</Relationships>",
        "<Relationship/>".repeat(10_000)
    );
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..21 {
        writer.start_file(format!("word/_rels/{number}.xml.rels"), SimpleFileOptions::default()).unwrap();
        writer.write_all(many.as_bytes()).unwrap();
    }
    let mut package = open(&writer.finish().unwrap().into_inner()).unwrap();
    let mut read = |number: usize| {
        relationships_of(&mut package, &format!("word/{number}.xml"), &Limits::default()).map(|found| found.len())
    };
    assert!((0..20).all(|number| matches!(read(number), Ok(10_000))));
    let refused = read(20);
    let unit = "relationships of all parts";
    assert!(
        matches!(&refused, Err(FormatError::TooComplex { limit: 200_000, unit: told }) if *told == unit),
        "{refused:?}"
    );
}

#[track_caller]
fn check_corrupt(bytes: &[u8]) {
    let read = open(bytes).and_then(|mut package| {
        let names: Vec<_> = package.names().map(str::to_owned).collect();
        names.iter().try_for_each(|name| package.read(name).map(|_| ()))
    });
    assert!(matches!(read, Err(FormatError::Corrupt { .. })), "{read:?}");
}

fn find(bytes: &[u8], needle: &[u8], nth: usize) -> usize {
    let places = bytes.windows(needle.len()).enumerate().filter(|(_, window)| *window == needle);
    places.map(|(at, _)| at).nth(nth).unwrap()
}

#[test]
fn lies_are_refused() {
    let bytes = container();
    let lie = |at: usize, value: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        bytes
    };
    let record = find(&bytes, b"PK\x01\x02", 1);
    check_corrupt(b"");
    check_corrupt(b"PK\x03\x04 and no more");
    check_corrupt(&bytes[..bytes.len() / 2]);
    check_corrupt(&lie(record + 16, &[1, 2, 3, 4])); // checksum
    check_corrupt(&lie(record + 24, &[1, 0, 0, 0])); // size
    check_corrupt(&lie(record + 20, &[255, 255, 0, 0])); // packed size
    check_corrupt(&lie(record + 20, &[255; 4])); // packed size in a field that is not there
    check_corrupt(&lie(record + 42, &[0, 0, 0, 0])); // offset of another entry
    check_corrupt(&lie(record + 46, b"Xord")); // another name than in the local header
    check_corrupt(&lie(record + 10, &[99, 0])); // method
    let both = find(&bytes, b"PK\x03\x04", 1);
    let mut overlong = bytes.clone();
    overlong[record + 20..record + 24].copy_from_slice(&60u32.to_le_bytes());
    overlong[both + 18..both + 22].copy_from_slice(&60u32.to_le_bytes());
    check_corrupt(&overlong); // runs into the next entry
    let end = find(&bytes, b"PK\x05\x06", 0);
    check_corrupt(&lie(end + 4, &[1, 0])); // several disks
    check_corrupt(&lie(end + 10, &[9, 0])); // count
    check_corrupt(&lie(end + 16, &[0, 0, 0, 1])); // start
    assert!(matches!(open(&lie(record + 8, &[1, 8])), Err(FormatError::Encrypted)));
}

#[test]
fn two_entries_of_one_name_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for name in ["word/a.xml", "WORD/a.xml"] {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
    }
    check_corrupt(&writer.finish().unwrap().into_inner());
}

#[test]
fn garbage_at_the_end_is_let_pass_and_dropped() {
    let bytes = container();
    let mut longer = bytes.clone();
    longer.extend_from_slice(&[0; 100]);
    let package = open(&longer).unwrap();
    let mut changes = Changes::default();
    changes.replace(&package, "mimetype", b"text".to_vec());
    assert_eq!(seen(&package.write(&changes).unwrap()), seen(&bytes));
}

#[test]
fn encrypted_office_documents_are_told_from_other_compound_files() {
    let mut bytes = COMPOUND_FILE.to_vec();
    bytes.extend_from_slice(&[0; 600]);
    assert!(matches!(open(&bytes), Err(FormatError::Corrupt { .. })));
    bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert!(matches!(open(&bytes), Err(FormatError::Encrypted)));
}

proptest::proptest! {
    #[test]
    fn damaged_containers_never_panic(flips in proptest::collection::vec((0usize..1000, 0u8..=255), 1..6), cut in 0usize..1000) {
        let mut bytes = container();
        for (at, value) in flips {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        bytes.truncate(bytes.len() - cut % 3 * (cut % bytes.len()) / 3);
        if let Ok(mut package) = open(&bytes) {
            let names: Vec<_> = package.names().map(str::to_owned).collect();
            for name in names {
                let _ = package.read(&name);
                let mut changes = Changes::default();
                changes.replace(&package, &name, b"new".to_vec());
                let _ = package.write(&changes);
            }
        }
    }
}
