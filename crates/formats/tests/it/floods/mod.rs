//! Floods of one thing in every text format: what is meant to take a reader's time, stack or memory. Each is read, given back
//! as it came and written anew, or refused with a reason; in quadratic time any of them would take minutes.

mod data;
mod mail;
mod markdown;
mod markup;
mod rtf;
mod texts;

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use terjuman_formats::{Format, FormatError, Limits, Options, Target, extract};
use terjuman_model::{Mark, TaggedText};

/// Far above what any of them takes on a slow machine, far below what quadratic time would. With optimization, what is
/// promised: `cargo test --release -p terjuman-formats --test it floods`.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 15 } else { 2 });

const NOWHERE: Target = Target { source_language: None, language: None };

#[track_caller]
fn survives(format: Format, document: &[u8]) {
    let started = worked();
    let start = String::from_utf8_lossy(&document[..document.len().min(120)]).into_owned();
    match extract(format, document, &Options::default(), &Limits::default()) {
        Ok(extracted) => {
            let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
            let same = extracted.skeleton.merge(&sources, &NOWHERE).expect("identity can be written");
            assert!(same == document, "identity changed {start}");
            let longer: Vec<_> = sources
                .iter()
                .map(|source| {
                    let marks = source.marks().iter().map(|mark| Mark { at: mark.at + 3, ..*mark }).collect();
                    TaggedText::with_marks(format!("é {}", source.text()), marks)
                })
                .collect();
            // A gate may refuse what it cannot be sure of, as long as it says so.
            match extracted.skeleton.merge(&longer, &NOWHERE) {
                Ok(_) | Err(FormatError::Verification(_) | FormatError::TooComplex { .. }) => {}
                Err(error) => panic!("{start}: {error}"),
            }
        }
        Err(error) => assert!(crate::damage::is_refusal(&error), "{start}: {error}"),
    }
    let taken = worked() - started;
    assert!(taken < PATIENCE, "{start}: took {taken:?}");
}

/// How long this thread has had the processor, which other programs do not change; where the system does not tell, the
/// clock does.
fn worked() -> Duration {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat");
    let told = told.ok().and_then(|told| told.split(' ').next()?.parse().ok());
    told.map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}

/// Each piece so often that it fills as many bytes, alone and between words, in what the format needs around it.
#[track_caller]
fn floods(format: Format, (before, after): (&str, &str), pieces: &[&str]) {
    const BYTES: usize = 60_000;
    for piece in pieces {
        let flood = piece.repeat(BYTES / piece.len());
        survives(format, format!("{before}{flood}{after}").as_bytes());
        survives(format, format!("{before}One {flood} two{after}").as_bytes());
        // Cut off, as a transfer that broke.
        survives(format, format!("{before}One {flood}").as_bytes());
    }
}
