//! Sources, and what their translations have to be.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use bytes::Bytes;
use terjuman_nmt::Pseudo;
use terjuman_pipeline::{Limits, Options, Request, Watch, translate};

use super::world::lock;

/// Versions that a source may have.
pub(crate) const VERSIONS: u64 = 4;

/// A source's text; each version has another length.
pub(crate) fn source(container: &str, name: &str, version: u64) -> Bytes {
    let more = "Again, it says. ".repeat(usize::try_from(version).unwrap_or(0));
    format!("This is {name} in {container}. {more}It ends here.").into()
}

struct Never;

impl Watch for Never {
    fn is_cancelled(&self) -> bool {
        false
    }

    fn total(&self, _source_bytes: usize) {}

    fn advanced(&self, _source_bytes: usize) {}
}

/// The characters that an output charges, if it is a translation of any version of its source.
pub(crate) fn characters_of(container: &str, name: &str, output: &[u8]) -> Option<u64> {
    (0..VERSIONS)
        .map(|version| expected(container, name, version))
        .find(|(bytes, _)| bytes == output)
        .map(|found| found.1)
}

/// Made once: the worlds share their texts.
fn expected(container: &str, name: &str, version: u64) -> (Bytes, u64) {
    static KNOWN: OnceLock<Mutex<HashMap<Bytes, (Bytes, u64)>>> = OnceLock::new();
    let source = source(container, name, version);
    let known = KNOWN.get_or_init(Mutex::default);
    if let Some(found) = lock(known).get(&source) {
        return found.clone();
    }
    let request = Request {
        bytes: &source,
        name: Some(name),
        content_type: None,
        source: "en".parse().ok(),
        target: "pt".parse().unwrap(),
        engine: &Pseudo::default(),
        glossaries: &[],
        options: &Options::default(),
        limits: &Limits::default(),
    };
    let output = translate(&request, &Never).unwrap();
    let made = (Bytes::from(output.bytes), output.characters);
    lock(known).insert(source, made.clone());
    made
}
