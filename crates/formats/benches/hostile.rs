//! Documents that nobody writes: large and of one thing. Each is read, given back as it came and written anew, or refused;
//! each in a process of its own, once and twice as large, with the memory that it takes above its own bytes. `-- NAME…` measures only those whose names begin so.

#![allow(clippy::print_stdout, reason = "the table is printed")]

#[path = "common/package.rs"]
mod package;
mod shapes;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use shapes::SHAPES;
use terjuman_formats::{Limits, Options, Target, extract};
use terjuman_model::{Mark, TaggedText};

/// What is killed.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [one, name, scale] = arguments.as_slice()
        && one == "--one"
    {
        return measure(name, scale.parse().expect("a number"));
    }
    println!("| | size | outcome | seconds | memory | twice as large | outcome | memory | times |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, ..) in SHAPES {
        if !arguments.is_empty() && !arguments.iter().any(|wanted| name.starts_with(wanted.as_str())) {
            continue;
        }
        let (once, twice) = (figures(name, 1), figures(name, 2));
        let times = once.seconds.max(0.001);
        println!(
            "| {name} | {:.1} MB | {} | {:.2} | {:.0} MB | {:.2} | {} | {:.0} MB | {:.1} |",
            once.bytes / 1e6,
            once.outcome,
            once.seconds,
            once.memory / 1e6,
            twice.seconds,
            twice.outcome,
            twice.memory / 1e6,
            twice.seconds / times
        );
    }
}

struct Figures {
    bytes: f64,
    seconds: f64,
    memory: f64,
    outcome: String,
}

fn figures(name: &str, scale: usize) -> Figures {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .args(["--one", name, &scale.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs again");
    let begun = Instant::now();
    while child.try_wait().expect("it is ours").is_none() {
        if begun.elapsed() > PATIENCE {
            child.kill().expect("it is ours");
            child.wait().expect("it is ours");
            return Figures { bytes: 0.0, seconds: PATIENCE.as_secs_f64(), memory: 0.0, outcome: "gave up".into() };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("it has ended");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut words = text.trim().splitn(4, ' ');
    let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(f64::NAN);
    let (bytes, seconds, memory) = (number(), number(), number());
    Figures { bytes, seconds, memory, outcome: words.next().unwrap_or("it died").to_owned() }
}

/// Prints bytes, seconds of the processor, bytes of memory, and what came of it.
fn measure(name: &str, scale: usize) {
    let (_, format, size, make) = SHAPES.iter().find(|(known, ..)| *known == name).expect("a shape of the table");
    let document = make(size * scale);
    // A document that repeats itself has the ratio of a bomb, which is to be seen only where it is one.
    let is_bomb = name.starts_with("zip-");
    let limits = if is_bomb { Limits::default() } else { Limits { zip_ratio: 10_000, ..Limits::default() } };
    let target = Target { source_language: None, language: "pt".parse().ok() };
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let room = status("VmRSS");
    let before = worked();
    let mut at = Vec::new();
    let outcome = match extract(*format, &document, &Options::default(), &limits) {
        Ok(extracted) => {
            at.push(worked() - before);
            let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
            let same = extracted.skeleton.merge(&sources, &target).map_err(|error| error.to_string());
            at.push(worked() - before);
            // Who translates has one list of translations at a time.
            let longer: Vec<_> = sources.into_iter().map(|source| changed(&source)).collect();
            let written = extracted.skeleton.merge(&longer, &target);
            let tags = extracted.segments.iter().map(|segment| segment.tags.len()).max().unwrap_or_default();
            match (same, written) {
                (Err(error), _) => format!("NOT SAME: {error}"),
                (_, Ok(_)) => format!("{} segments of at most {tags} tags", longer.len()),
                (_, Err(error)) => format!("not written: {error}"),
            }
        }
        Err(error) => format!("refused: {error}"),
    };
    let parts: Vec<String> = at.iter().map(|at| format!("{at:.2}")).collect();
    let (seconds, memory) = (worked() - before, status("VmHWM") - room);
    println!("{} {seconds} {memory} {outcome} ({})", document.len(), parts.join(", "));
}

/// Bytes that the system says the process has or had; zero where it does not tell.
fn status(name: &str) -> f64 {
    let told = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let value = told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    value.and_then(|value| value.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or_default() * 1024.0
}

fn changed(source: &TaggedText) -> TaggedText {
    let marks = source.marks().iter().map(|mark| Mark { at: mark.at + 3, ..*mark }).collect();
    TaggedText::with_marks(format!("é {}", source.text()), marks)
}

/// Seconds that this thread has had the processor.
fn worked() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    told.split(' ').next().and_then(|word| word.parse::<f64>().ok()).unwrap_or_default() / 1e9
}
