//! `terjuman translate`: files and folders, without a server.

mod inputs;
mod output;
mod progress;

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::Context;
use terjuman_model::{Failure, FailureCode, LanguageTag};
use terjuman_pipeline::{
    Changes, Failed, GlossaryFile, GlossaryFormat, Options, Report, Request, Stage, Translator, millis,
};

use crate::cli::{ReportForm, TranslateArguments};
use crate::config::Config;
use crate::output::report;
use crate::wiring;
use inputs::Work;
use progress::Progress;

/// A document that cannot be translated.
const EXIT_DOCUMENT: u8 = 3;

/// What all documents of the call share.
struct Call<'a> {
    config: &'a Config,
    source: Option<LanguageTag>,
    target: LanguageTag,
    engine: Arc<dyn Translator>,
    glossaries: Vec<GlossaryFile>,
    options: Options,
    report: Option<ReportForm>,
}

pub(crate) fn run(config: &Config, arguments: &TranslateArguments) -> anyhow::Result<ExitCode> {
    let language = |flag: &str, text: &str| {
        text.parse::<LanguageTag>().with_context(|| format!("{flag} {text}")).map_err(UsageError)
    };
    let prepared = (|| {
        let target = language("--to", &arguments.to)?;
        let source = arguments.from.as_deref().map(|from| language("--from", from)).transpose()?;
        let engines = wiring::engines(config).map_err(UsageError)?;
        let name = arguments.engine.as_deref().unwrap_or(&config.engine.default);
        let engine = engines.by_name(name).map_err(|error| UsageError(error.into()))?;
        let glossaries = arguments.glossaries.iter().map(|path| glossary(path)).collect::<Result<_, _>>()?;
        let work = inputs::plan(arguments, &target).map_err(UsageError)?;
        let options = config.options.with(&changes(&arguments.options).map_err(UsageError)?);
        let report = arguments.report;
        Ok::<_, UsageError>((Call { config, source, target, engine, glossaries, options, report }, work))
    })();
    let (call, work) = match prepared {
        Ok(prepared) => prepared,
        Err(UsageError(error)) => {
            report(&format!("error: {error:#}"));
            return Ok(ExitCode::from(crate::EXIT_USAGE));
        }
    };
    let failed = translate_all(&call, &work);
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(EXIT_DOCUMENT) })
}

struct UsageError(anyhow::Error);

fn changes(options: &[String]) -> anyhow::Result<Changes> {
    let mut changes = Changes::default();
    for option in options {
        let (name, value) = option.split_once('=').with_context(|| format!("--option {option}: it is NAME=VALUE"))?;
        changes.set(name.trim(), value).with_context(|| format!("--option {name}"))?;
    }
    Ok(changes)
}

fn glossary(path: &Path) -> Result<GlossaryFile, UsageError> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    let format = match extension.as_str() {
        "tsv" | "tab" => GlossaryFormat::Tsv,
        "xlf" | "xliff" => GlossaryFormat::Xliff,
        _ => GlossaryFormat::Csv,
    };
    let bytes = std::fs::read(path).with_context(|| format!("--glossary {}", path.display())).map_err(UsageError)?;
    Ok(GlossaryFile { bytes, format })
}

/// Translates everything, a few documents at a time; the number of those that failed.
fn translate_all(call: &Call<'_>, work: &[Work]) -> usize {
    let progress = Progress::new(work.len());
    let next = AtomicUsize::new(0);
    let failed = AtomicUsize::new(0);
    let writing = Mutex::new(());
    std::thread::scope(|scope| {
        for _ in 0..work.len().min(call.config.worker.concurrency) {
            scope.spawn(|| {
                while let Some(item) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let document = progress.begin(&item.label);
                    let report = match translate_one(call, item, &document, &writing) {
                        Ok(report) => {
                            document.finished(&item.output, &report);
                            report
                        }
                        Err(Failed { failure, report }) => {
                            failed.fetch_add(1, Ordering::Relaxed);
                            document.failed(&failure, work.len() > 1);
                            *report
                        }
                    };
                    if let Some(form) = call.report {
                        progress.print(&told(item, &report, form));
                    }
                }
            });
        }
    });
    progress.end(failed.load(Ordering::Relaxed));
    failed.into_inner()
}

/// A document's report as it is printed.
fn told(item: &Work, report: &Report, form: ReportForm) -> String {
    #[derive(serde::Serialize)]
    struct Told<'a> {
        document: &'a str,
        #[serde(flatten)]
        report: &'a Report,
    }
    match form {
        ReportForm::Json => serde_json::to_string(&Told { document: &item.label, report }).unwrap_or_default(),
        ReportForm::Text => {
            let lines: Vec<_> = report.lines().into_iter().map(|line| format!("  {line}")).collect();
            format!("{}\n{}", item.label, lines.join("\n"))
        }
    }
}

fn translate_one(
    call: &Call<'_>,
    item: &Work,
    document: &progress::Document<'_>,
    writing: &Mutex<()>,
) -> Result<Report, Failed> {
    let begun = Instant::now();
    let failed = |failure: Failure, mut report: Box<Report>, stage| {
        report.stage = stage;
        report.error = Some(failure.clone());
        report.durations.total_ms = millis(begun.elapsed());
        Failed { failure, report }
    };
    let bytes = read(call, &item.input).map_err(|failure| failed(failure, Box::default(), Stage::Read))?;
    let read_ms = millis(begun.elapsed());
    let request = Request {
        bytes: &bytes,
        name: item.input.file_name().and_then(|name| name.to_str()),
        content_type: None,
        source: call.source.clone(),
        target: call.target.clone(),
        engine: &*call.engine,
        glossaries: &call.glossaries,
        options: &call.options,
        limits: &call.config.limits,
    };
    let output = terjuman_pipeline::translate(&request, document)?;
    let mut report = output.report;
    let writes = Instant::now();
    let written = {
        let _one_at_a_time = writing.lock();
        output::write(&item.output, &output.bytes)
    };
    report.durations.read_ms = read_ms;
    report.durations.write_ms = millis(writes.elapsed());
    report.durations.total_ms = millis(begun.elapsed());
    match written {
        Ok(()) => Ok(report),
        Err(error) => {
            let message = format!("the output cannot be written: {error}");
            let failure = Failure::new(FailureCode::InvalidTargetDocumentAccessLevel, message);
            Err(failed(failure, Box::new(report), Stage::Write))
        }
    }
}

fn read(call: &Call<'_>, input: &Path) -> Result<Vec<u8>, Failure> {
    let limit = call.config.worker.max_document_bytes;
    let unreadable = |error: std::io::Error| {
        Failure::new(FailureCode::InvalidDocumentAccessLevel, format!("the file cannot be read: {error}"))
    };
    let size = std::fs::metadata(input).map_err(unreadable)?.len();
    if size > limit {
        let message = format!("the document has {size} bytes, more than the {limit} of worker.max_document_bytes");
        return Err(Failure::new(FailureCode::MaxDocumentSizeExceeded, message));
    }
    std::fs::read(input).map_err(unreadable)
}
