//! Every document of the corpus, if it is at hand.

use std::path::{Path, PathBuf};

use terjuman_model::{FailureCode, Segment};

use super::canonical::canonical;
use super::engine::pseudo;
use crate::docx::skeleton::DocxSkeleton;
use crate::docx::take_apart;
use crate::extent::Extent;
use crate::package::Package;
use crate::xml::XmlPart;
use crate::{FormatError, Limits, Options, Target};

const NOWHERE: Target = Target { source_language: None, language: None };

/// The documents of a folder of the corpus; says so where it is missing, and fails where it must not be.
#[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
fn documents(folder: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus").join(folder);
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", corpus.display());
        println!("skipped: there is no corpus of {folder}");
        return Vec::new();
    };
    let mut documents: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|p| p.is_file()).collect();
    documents.sort();
    documents
}

fn read(bytes: &[u8]) -> Result<(Vec<Segment>, DocxSkeleton), FormatError> {
    take_apart(bytes, &Options::default(), &Limits::default(), &mut Vec::new())
}

#[test]
fn documents_survive() {
    let (mut failed, mut tags, mut all, mut many) = (Vec::new(), 0, 0, 0);
    for path in documents("docx") {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let (segments, skeleton) = match read(&bytes) {
            Ok(read) => read,
            Err(error) => {
                println!("{name}: {error}");
                failed.push(format!("{name}: {error}"));
                continue;
            }
        };
        tags += segments.iter().map(|segment| segment.tags.len()).sum::<usize>();
        many += segments.iter().filter(|segment| segment.tags.len() > 6).count();
        all += segments.len();
        if let Err(what) = check(&bytes, &segments, &skeleton) {
            failed.push(format!("{name}: {what}"));
        }
    }
    println!("{tags} tags in {all} segments, {many} with more than 6");
    assert!(failed.is_empty(), "{}\n{} failed", failed.join("\n"), failed.len());
}

#[test]
fn hostile_documents_are_refused() {
    for path in documents("docx/hostile") {
        let bytes = std::fs::read(&path).unwrap();
        let error = read(&bytes).err().map(|error| error.code());
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected =
            if name.contains("password") { FailureCode::DocumentEncrypted } else { FailureCode::CorruptDocument };
        assert_eq!(error, Some(expected), "{name}");
    }
}

fn check(bytes: &[u8], segments: &[Segment], skeleton: &DocxSkeleton) -> Result<(), String> {
    let sources: Vec<_> = segments.iter().map(|segment| segment.source.clone()).collect();
    let write =
        |translations: &[_], extent| skeleton.write(translations, &NOWHERE, extent).map_err(|e| format!("write: {e}"));
    if write(&sources, Extent::Changed)? != bytes {
        return Err("identity changed the document".into());
    }
    // Written anew, every part says the same.
    let rewritten = write(&sources, Extent::All)?;
    let (mut before, mut after) = (open(bytes), open(&rewritten));
    for part in &skeleton.parts {
        let decode = |package: &mut Package| XmlPart::decode(&part.name, package.require(&part.name).unwrap()).unwrap();
        let (old, new) = (canonical(&decode(&mut before)), canonical(&decode(&mut after)));
        if let Some(at) = (0..old.len().max(new.len())).find(|at| old.get(*at) != new.get(*at)) {
            let context =
                |lines: &[String]| lines[at.saturating_sub(12).min(lines.len())..(at + 12).min(lines.len())].join("|");
            return Err(format!("{}: not the same:\n{}\n{}", part.name, context(&old), context(&new)));
        }
    }
    let (again, _) = read(&rewritten).map_err(|e| format!("reading again: {e}"))?;
    same(&again, segments, |segment| segment.source.clone()).map_err(|e| format!("forced {e}"))?;
    // What is translated is found again.
    let translations: Vec<_> = segments.iter().map(pseudo).collect();
    let translated = write(&translations, Extent::Changed)?;
    cover(&translated)?;
    let (again, _) = read(&translated).map_err(|e| format!("reading pseudo: {e}"))?;
    same(&again, segments, pseudo).map_err(|e| format!("pseudo {e}"))
}

/// What is left of the source's letters, as somebody sees it who knows nothing but `w:t`: addresses, dates, references
/// to sources, never more than a small part.
fn cover(translated: &[u8]) -> Result<(), String> {
    let mut package = open(translated);
    let names: Vec<_> =
        package.names().filter(|name| name.starts_with("word/") && name.ends_with(".xml")).map(str::to_owned).collect();
    let (mut words, mut left) = (0, Vec::new());
    for name in names.iter().filter(|name| !name.contains("glossary")) {
        let bytes = package.require(name).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for piece in text.split("<w:t>").chain(text.split("<w:t xml:space=\"preserve\">")).skip(1) {
            let piece = piece.split("</w:t>").next().unwrap().replace("&amp;", " ");
            for word in piece
                .split(|c: char| !c.is_alphabetic())
                .filter(|word| word.chars().count() > 2 && !piece.contains('<'))
            {
                words += 1;
                if word.is_ascii() {
                    left.push(word.to_owned());
                }
            }
        }
    }
    let few = left.len() * 50 <= words || left.len() <= 20;
    if few { Ok(()) } else { Err(format!("{} of {words} words are left: {:?}", left.len(), &left[..20])) }
}

fn open(bytes: &[u8]) -> Package {
    Package::open(bytes, &Limits::default()).unwrap()
}

fn same(
    found: &[Segment],
    segments: &[Segment],
    translate: fn(&Segment) -> terjuman_model::TaggedText,
) -> Result<(), String> {
    for (found, segment) in found.iter().zip(segments) {
        let expected = translate(segment);
        if found.source != expected || found.tags != segment.tags {
            return Err(format!(
                "again: {:?} {:?}\ninstead of {:?} {:?}",
                found.source, found.tags, expected, segment.tags
            ));
        }
    }
    if found.len() == segments.len() {
        Ok(())
    } else {
        Err(format!("{} segments, not {}", found.len(), segments.len()))
    }
}
