//! Every document of the corpus, if it is at hand.

use std::path::{Path, PathBuf};

use terjuman_model::{Segment, TaggedText};

use super::canonical::canonical;
use super::engine::pseudo;
use crate::extent::Extent;
use crate::odf::skeleton::OdfSkeleton;
use crate::odf::styles::Styles;
use crate::odf::take_apart;
use crate::package::Package;
use crate::xml::XmlPart;
use crate::{FormatError, Limits, Options, Target};

const NOWHERE: Target = Target { source_language: None, language: None };

/// The documents of a folder of the corpus; says so where it is missing, and fails where it must not be.
#[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
pub(super) fn documents(folder: &str) -> Vec<PathBuf> {
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

fn read(bytes: &[u8]) -> Result<(Vec<Segment>, OdfSkeleton), FormatError> {
    take_apart(bytes, &Options::default(), &Limits::default(), &mut Vec::new())
}

#[test]
fn documents_survive() {
    let mut failed = Vec::new();
    for path in ["odt", "odp", "ods"].into_iter().flat_map(documents) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let (segments, skeleton) = match read(&bytes) {
            Ok(read) => read,
            Err(error) => {
                failed.push(format!("{name}: {error}"));
                continue;
            }
        };
        let tags: usize = segments.iter().map(|segment| segment.tags.len()).sum();
        let many = segments.iter().filter(|segment| segment.tags.len() > 6).count();
        println!("{name}: {tags} tags in {} segments, {many} with more than 6", segments.len());
        let checked = std::panic::AssertUnwindSafe(|| check(&bytes, &segments, &skeleton));
        if let Err(what) = std::panic::catch_unwind(checked).unwrap_or(Err("panic".into())) {
            failed.push(format!("{name}: {what}"));
        }
    }
    assert!(failed.is_empty(), "{}\n{} failed", failed.join("\n"), failed.len());
}

fn check(bytes: &[u8], segments: &[Segment], skeleton: &OdfSkeleton) -> Result<(), String> {
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
        let name = part.part.name.as_str();
        let styles = styles_of(&mut before, &part.part);
        let decode = |package: &mut Package| XmlPart::decode(name, package.require(name).unwrap()).unwrap();
        let (old, new) = (canonical(&decode(&mut before), &styles), canonical(&decode(&mut after), &styles));
        if let Some(at) = (0..old.len().max(new.len())).find(|at| old.get(*at) != new.get(*at)) {
            let context =
                |lines: &[String]| lines[at.saturating_sub(12).min(lines.len())..(at + 12).min(lines.len())].join("|");
            return Err(format!("{name}: not the same:\n{}\n{}", context(&old), context(&new)));
        }
    }
    // What nobody edits comes through byte for byte.
    let names: Vec<_> = before.names().map(str::to_owned).collect();
    for name in names.iter().filter(|name| skeleton.parts.iter().all(|part| part.part.name != **name)) {
        if before.read(name).unwrap() != after.read(name).unwrap() {
            return Err(format!("{name}: changed"));
        }
    }
    if names.first().map(String::as_str) != Some("mimetype") || rewritten[..100] != bytes[..100] {
        return Err("the media type does not come first as it was".into());
    }
    let (again, _) = read(&rewritten).map_err(|e| format!("reading again: {e}"))?;
    same(&again, segments, |segment| segment.source.clone()).map_err(|e| format!("forced {e}"))?;
    // What is translated is found again.
    let translations: Vec<_> = segments.iter().map(pseudo).collect();
    let translated = write(&translations, Extent::Changed)?;
    let (again, _) = read(&translated).map_err(|e| format!("reading pseudo: {e}"))?;
    same(&again, segments, pseudo).map_err(|e| format!("pseudo {e}"))
}

fn styles_of(package: &mut Package, part: &XmlPart) -> Styles {
    let limits = Limits::default();
    let own = Styles::read(part, &limits).unwrap();
    match package.read("styles.xml").unwrap() {
        Some(bytes) if part.name == "content.xml" => {
            own.over(&Styles::read(&XmlPart::decode("styles.xml", bytes).unwrap(), &limits).unwrap())
        }
        _ => own,
    }
}

fn open(bytes: &[u8]) -> Package {
    Package::open(bytes, &Limits::default()).unwrap()
}

fn same(found: &[Segment], segments: &[Segment], translate: fn(&Segment) -> TaggedText) -> Result<(), String> {
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
