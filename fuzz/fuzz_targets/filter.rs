//! The document filters: the first line is an extension, which says the format, and the rest is the document. What can be
//! read is written back with identity and with other words, and what was written can be looked at.
#![no_main]

use terjuman_formats::{Limits, Options, Target, extract, formats};
use terjuman_model::TaggedText;

const NOWHERE: Target = Target { source_language: None, language: None };

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some(end) = bytes.iter().take(16).position(|&byte| byte == b'\n') else { return };
    let (extension, document) = (&bytes[..end], &bytes[end + 1..]);
    let mut all = formats().iter();
    let Some(entry) = all.find(|entry| entry.extensions.iter().any(|known| known.as_bytes() == extension)) else {
        return;
    };
    let limits = Limits::default();
    let Ok(extracted) = extract(entry.format, document, &Options::default(), &limits) else { return };
    let sources: Vec<TaggedText> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
    let _ = extracted.skeleton.merge(&sources, &NOWHERE);
    let others: Vec<TaggedText> = sources
        .iter()
        .map(|source| TaggedText::with_marks(format!("{}.", source.text()), source.marks().to_vec()))
        .collect();
    if let Ok(written) = extracted.skeleton.merge(&others, &NOWHERE) {
        let _ = extract(entry.format, &written, &Options::default(), &limits);
    }
});
