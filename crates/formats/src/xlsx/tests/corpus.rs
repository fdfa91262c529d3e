//! Every workbook of the corpus, if it is at hand.

use std::path::{Path, PathBuf};

use terjuman_model::{Segment, TaggedText};

use super::build::NOWHERE;
use crate::docx::tests::engine::pseudo;
use crate::extent::Extent;
use crate::package::Package;
use crate::xlsx::skeleton::XlsxSkeleton;
use crate::xlsx::take_apart;
use crate::{FormatError, Limits, Options};

/// The workbooks of the corpus; says so where it is missing, and fails where it must not be.
#[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
fn workbooks() -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/xlsx");
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", corpus.display());
        println!("skipped: there is no corpus of xlsx");
        return Vec::new();
    };
    let mut workbooks: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|p| p.is_file()).collect();
    workbooks.sort();
    workbooks
}

fn read(bytes: &[u8]) -> Result<(Vec<Segment>, XlsxSkeleton), FormatError> {
    take_apart(bytes, &Options::default(), &Limits::default(), &mut Vec::new())
}

#[test]
fn workbooks_survive() {
    let mut failed = Vec::new();
    for path in workbooks() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        match (name.as_str(), read(&bytes)) {
            ("fuzz-tiny.xlsx", Err(FormatError::Corrupt { .. })) => {}
            ("protected_sha512.xlsx", Err(FormatError::Encrypted)) => {}
            (_, Err(error)) => failed.push(format!("{name}: {error}")),
            (_, Ok((segments, skeleton))) => match check(&bytes, &segments, &skeleton) {
                Ok(left) => println!("{name}: {} segments, left {left:?}", segments.len()),
                Err(what) => failed.push(format!("{name}: {what}")),
            },
        }
    }
    assert!(failed.is_empty(), "{}\n{} failed", failed.join("\n"), failed.len());
}

/// Identity, forced identity, pseudo-translation; gives the strings with words that a pseudo-translation left.
fn check(bytes: &[u8], segments: &[Segment], skeleton: &XlsxSkeleton) -> Result<Vec<String>, String> {
    let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
    let write = |translations: &[TaggedText], extent| {
        skeleton.write(translations, &NOWHERE, extent).map_err(|e| format!("write: {e}"))
    };
    if write(&sources, Extent::Changed)? != bytes {
        return Err("identity changed the workbook".into());
    }
    let (again, _) = read(&write(&sources, Extent::All)?).map_err(|e| format!("reading again: {e}"))?;
    same(&again, segments, |segment| segment.source.clone()).map_err(|e| format!("forced {e}"))?;
    let translations: Vec<_> = segments.iter().map(pseudo).collect();
    let translated = write(&translations, Extent::Changed)?;
    let (again, _) = read(&translated).map_err(|e| format!("reading pseudo: {e}"))?;
    same(&again, segments, pseudo).map_err(|e| format!("pseudo {e}"))?;
    untouched(bytes, &translated)?;
    left(&translated)
}

fn same(found: &[Segment], segments: &[Segment], translate: fn(&Segment) -> TaggedText) -> Result<(), String> {
    for (found, segment) in found.iter().zip(segments) {
        let expected = translate(segment);
        if found.source != expected || found.tags != segment.tags {
            return Err(format!("again: {:?}\ninstead of {expected:?}", found.source));
        }
    }
    let (found, expected) = (found.len(), segments.len());
    if found == expected { Ok(()) } else { Err(format!("again: {found} segments, not {expected}")) }
}

/// Formulas, values and references are what they were: the sheets differ in nothing but inline strings and attributes
/// with words, which the gate has checked; here, the parts that must never change.
fn untouched(before: &[u8], after: &[u8]) -> Result<(), String> {
    let open = |bytes: &[u8]| Package::open(bytes, &Limits::default()).map_err(|e| e.to_string());
    let (mut before, mut after) = (open(before)?, open(after)?);
    let names: Vec<_> = before.names().map(str::to_owned).collect();
    if names != after.names().collect::<Vec<_>>() {
        return Err("entries changed".into());
    }
    for name in names {
        let kept = ["styles.xml", "theme", "media", "calcChain", "_rels", "vbaProject", "printerSettings", "[Content"];
        if kept.iter().any(|kept| name.contains(kept)) && before.read(&name).unwrap() != after.read(&name).unwrap() {
            return Err(format!("{name} changed"));
        }
    }
    Ok(())
}

/// Shared strings that still hold ASCII words, as somebody sees them who knows nothing but `t`.
fn left(translated: &[u8]) -> Result<Vec<String>, String> {
    let mut package = Package::open(translated, &Limits::default()).map_err(|e| e.to_string())?;
    let Some(bytes) = package.read("xl/sharedStrings.xml").map_err(|e| e.to_string())? else { return Ok(Vec::new()) };
    let text = String::from_utf8_lossy(&bytes);
    let words = |text: &str| text.split(|c: char| !c.is_alphabetic()).any(|word| word.len() > 3 && word.is_ascii());
    let pieces = text.split("</t>").filter_map(|piece| piece.rsplit_once('>').map(|(_, piece)| piece));
    Ok(pieces.filter(|piece| words(piece)).map(str::to_owned).collect())
}
