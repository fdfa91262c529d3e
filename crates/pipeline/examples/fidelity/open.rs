//! Another program as the judge: LibreOffice opens what was written wherever it opens what was given, and lays it out on as
//! many pages.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use terjuman_formats::Format;

/// Documents of one call: the program takes longer to start than to convert one.
const BATCH: usize = 16;
/// The longest that one document may take, and a call besides.
const FOR_ONE: Duration = Duration::from_secs(20);
const FOR_ALL: Duration = Duration::from_secs(40);

/// The program, and a folder for what it writes.
pub(crate) struct Office {
    program: PathBuf,
    scratch: PathBuf,
    /// Documents that wait.
    waiting: Vec<Waiting>,
    written: usize,
}

struct Waiting {
    format: Format,
    name: String,
    source: PathBuf,
    forced: PathBuf,
    pseudo: PathBuf,
}

/// How many pages a document has; `None` where the program gave none.
pub(crate) struct Opened {
    pub(crate) format: Format,
    pub(crate) name: String,
    pub(crate) source: Option<usize>,
    pub(crate) forced: Option<usize>,
    pub(crate) pseudo: Option<usize>,
}

/// Formats that LibreOffice opens as what they are.
pub(crate) fn is_opened(format: Format) -> bool {
    use Format as F;
    [F::Docx, F::Pptx, F::Xlsx, F::Odt, F::Ods, F::Odp, F::Rtf, F::Html, F::Csv].contains(&format)
}

impl Office {
    /// The program that `OFFICE_APP` names, or `soffice` if there is one.
    #[expect(clippy::disallowed_methods, reason = "where another program is, is a matter of the machine")]
    pub(crate) fn find() -> Option<Self> {
        let program = PathBuf::from(std::env::var_os("OFFICE_APP").unwrap_or_else(|| "soffice".into()));
        let version = Command::new(&program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        let scratch = std::env::temp_dir().join(format!("terjuman-fidelity-{}", std::process::id()));
        version.ok().filter(std::process::ExitStatus::success)?;
        Some(Self { program, scratch, waiting: Vec::new(), written: 0 })
    }

    /// Keeps a document and what was made of it until [`Self::run`].
    pub(crate) fn add(&mut self, format: Format, name: &str, source: &[u8], forced: &[u8], pseudo: &[u8]) {
        self.written += 1;
        let extension = name.rsplit('.').next().unwrap_or_default();
        let folder = self.scratch.join("in");
        // Where nothing changed there is nothing to open again.
        let write = |kind: &str, bytes: &[u8], other: Option<&PathBuf>| {
            if let Some(other) = other.filter(|_| bytes == source) {
                return other.clone();
            }
            let path = folder.join(format!("{}-{kind}.{extension}", self.written));
            let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, bytes));
            written.expect("the folder for temporary files can be written to");
            path
        };
        let source = write("source", source, None);
        let forced = write("forced", forced, Some(&source));
        let pseudo = write("pseudo", pseudo, Some(&source));
        self.waiting.push(Waiting { format, name: name.to_owned(), source, forced, pseudo });
    }

    /// Opens everything that waits.
    pub(crate) fn run(self) -> Vec<Opened> {
        let mut paths: Vec<&Path> =
            self.waiting.iter().flat_map(|w| [w.source.as_path(), w.forced.as_path(), w.pseudo.as_path()]).collect();
        paths.dedup();
        let batches: VecDeque<_> = paths.chunks(BATCH).map(<[&Path]>::to_vec).collect();
        let (batches, pages) = (Mutex::new(batches), Mutex::new(BTreeMap::new()));
        let next = || batches.lock().expect("no thread panics with the lock").pop_front();
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(4);
        std::thread::scope(|scope| {
            for worker in 0..workers {
                let (next, pages, office) = (&next, &pages, &self);
                scope.spawn(move || {
                    while let Some(batch) = next() {
                        let mut found = office.pages(&batch, worker);
                        for path in batch.iter().filter(|_| batch.len() > 1) {
                            // One that brings the program down takes others with it.
                            if !found.contains_key(*path) {
                                found.extend(office.pages(&[path], worker));
                            }
                        }
                        pages.lock().expect("no thread panics with the lock").extend(found);
                    }
                });
            }
        });
        let pages = pages.into_inner().expect("no thread panics with the lock");
        let of = |path: &PathBuf| pages.get(path).copied();
        let opened = self.waiting.iter().map(|w| Opened {
            format: w.format,
            name: w.name.clone(),
            source: of(&w.source),
            forced: of(&w.forced),
            pseudo: of(&w.pseudo),
        });
        let opened = opened.collect();
        std::fs::remove_dir_all(&self.scratch).ok();
        opened
    }

    /// How many pages each document has that the program lays out.
    fn pages(&self, documents: &[&Path], worker: usize) -> BTreeMap<PathBuf, usize> {
        let out = self.scratch.join(format!("out-{worker}"));
        std::fs::remove_dir_all(&out).ok();
        let profile = self.scratch.join(format!("profile-{worker}"));
        let mut command = Command::new(&self.program);
        command.arg(format!("-env:UserInstallation=file://{}", profile.display()));
        command.args(["--headless", "--norestore", "--nolockcheck", "--convert-to", "pdf", "--outdir"]).arg(&out);
        command.args(documents).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let Ok(child) = command.spawn() else { return BTreeMap::new() };
        wait(child, FOR_ALL + FOR_ONE * u32::try_from(documents.len()).unwrap_or(u32::MAX));
        let pages = documents.iter().filter_map(|document| {
            let pdf = out.join(document.file_name()?).with_extension("pdf");
            Some((document.to_path_buf(), count(&std::fs::read(pdf).ok()?)?))
        });
        pages.collect()
    }
}

/// Waits until the program ends, and ends it with all that it started when it takes too long.
fn wait(mut child: Child, longest: Duration) {
    let start = Instant::now();
    while let Ok(None) = child.try_wait() {
        if start.elapsed() > longest {
            let group = format!("-{}", child.id());
            Command::new("kill").args(["-KILL", "--", &group]).status().ok();
            child.kill().ok();
            child.wait().ok();
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The pages of a PDF as LibreOffice writes it: their objects are not packed.
fn count(pdf: &[u8]) -> Option<usize> {
    const PAGE: &[u8] = b"/Type/Page/";
    let count = pdf.windows(PAGE.len()).filter(|window| *window == PAGE).count();
    (count > 0).then_some(count)
}
