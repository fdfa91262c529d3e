//! How far the translation is: bars with rate and time left on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressStyle};
use terjuman_model::Failure;
use terjuman_pipeline::{Report, Watch};

use crate::output::{print, report};

/// All documents of one call.
pub(super) struct Progress {
    bars: Option<MultiProgress>,
    documents: usize,
    words: AtomicU64,
    begun: Instant,
}

/// One document on its way.
pub(super) struct Document<'a> {
    all: &'a Progress,
    label: String,
    bar: ProgressBar,
    begun: Instant,
}

impl Progress {
    pub(super) fn new(documents: usize) -> Self {
        let bars = std::io::stderr().is_terminal().then(MultiProgress::new);
        Self { bars, documents, words: AtomicU64::new(0), begun: Instant::now() }
    }

    pub(super) fn begin(&self, label: &str) -> Document<'_> {
        let bar = match &self.bars {
            Some(bars) => bars.add(ProgressBar::new(0).with_style(style())),
            None => ProgressBar::hidden(),
        };
        bar.set_prefix(label.to_owned());
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Document { all: self, label: label.to_owned(), bar, begun: Instant::now() }
    }

    /// The closing line, if there was more than one document.
    pub(super) fn end(&self, failed: usize) {
        if self.documents > 1 {
            let seconds = self.begun.elapsed().as_secs_f64();
            let words = self.words.load(Ordering::Relaxed);
            let done = self.documents - failed;
            self.line(&format!(
                "{done} of {} documents translated, {words} words in {seconds:.1} s ({:.0} words/s)",
                self.documents,
                words as f64 / seconds.max(0.001)
            ));
        }
    }

    /// On standard output, between the bars.
    pub(super) fn print(&self, text: &str) {
        match &self.bars {
            Some(bars) => bars.suspend(|| print(text)),
            None => print(text),
        }
    }

    fn line(&self, line: &str) {
        match &self.bars {
            Some(bars) => bars.suspend(|| report(line)),
            None => report(line),
        }
    }
}

fn style() -> ProgressStyle {
    let template = "{prefix:30!} {bar:30} {percent:>3}% {binary_bytes_per_sec:>12} {eta:>5} left";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Document<'_> {
    pub(super) fn finished(&self, output: &Path, outcome: &Report) {
        self.bar.finish_and_clear();
        self.all.words.fetch_add(outcome.words as u64, Ordering::Relaxed);
        let kept = match outcome.kept_as_source {
            0 => String::new(),
            kept => format!(", {kept} sentences kept as they were"),
        };
        let seconds = self.begun.elapsed().as_secs_f64();
        let line = format!("{} -> {} ({} words in {seconds:.1} s{kept})", self.label, output.display(), outcome.words);
        self.all.line(&line);
    }

    /// `error: CODE: message`; with several documents the message says which.
    pub(super) fn failed(&self, failure: &Failure, named: bool) {
        self.bar.finish_and_clear();
        let which = if named { format!("{}: ", self.label) } else { String::new() };
        self.all.line(&format!("error: {}: {which}{}", failure.code, failure.message.replace(['\n', '\r'], " ")));
    }
}

impl Watch for Document<'_> {
    fn total(&self, source_bytes: usize) {
        self.bar.set_length(source_bytes as u64);
        self.bar.set_message(HumanBytes(source_bytes as u64).to_string());
    }

    fn advanced(&self, source_bytes: usize) {
        self.bar.inc(source_bytes as u64);
    }
}
