//! How long the engine takes over texts that nobody writes, as they grow, and how much memory.
//!
//! `cargo bench -p terjuman-nmt --bench hostile [-- MEGABYTES...]` (by default 2.5, 5 and 10) needs no models: a cipher, which is
//! as large as tests need it, translates. Each text is one source, all on one line, so that nobody but the engine cuts it. What
//! comes out is compared with what should; then processor time, which has to grow as the text does, and the peak of memory
//! above what was there before.

#![expect(clippy::print_stdout, reason = "a bench tells what it measured")]

#[path = "common/clock.rs"]
mod clock;

use std::num::NonZeroUsize;

use terjuman_nmt::marian::measure::{Alphabet, Recipe, Shape};
use terjuman_nmt::{Models, Neural, NeuralConfig, Source, Translator, parse_pair};

/// A text, or what repeats in it.
struct Kind {
    name: &'static str,
    bit: String,
    /// Of Japanese, which has no spaces.
    is_unspaced: bool,
    /// What must come out as often as it went in; `None` for all of it, as the cipher has it.
    kept: Option<char>,
}

const MARKS: &str = "\u{301}\u{308}";

fn kinds() -> Vec<Kind> {
    let words = ["sor", "etna", "ilu", "shard", "moot", "pyre", "fib", "wand", "gak", "quiz", "jet", "ox"];
    let line: Vec<&str> = (0..600).map(|at| words[(at * 5 + at / 12) % words.len()]).collect();
    let kana: Vec<char> = Alphabet::JAPANESE.letters.chars().collect();
    let unspaced: String = (0..800).map(|at| kana[(at * 7 + at / 26) % kana.len()]).collect();
    let kind = |name, bit: String, is_unspaced, kept| Kind { name, bit, is_unspaced, kept };
    vec![
        kind("words on one line", line.join(" ") + " ", false, None),
        kind("letters without a space, of a script that has none", unspaced, true, None),
        kind("one word", "sore".to_owned(), false, Some('s')),
        kind("emoji", "😀👍🏽👩‍👩‍👧‍👦".to_owned(), false, Some('😀')),
        kind("mixed scripts", "sor etna привет ilu 日本語 moot שלום wand ไทย fib ".to_owned(), false, Some('ש')),
        kind("control characters", "sor\u{1}etna \u{7}ilu\u{202e} moot\u{0} ".to_owned(), false, Some('\u{7}')),
        kind("combining marks", format!("sor e{} etna ", MARKS.repeat(200)), false, Some('\u{308}')),
    ]
}

fn memory(key: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok()).unwrap_or_default() / 1024
}

fn main() {
    let mut sizes: Vec<f64> = std::env::args().skip(1).filter_map(|size| size.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![2.5, 5.0, 10.0];
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let spaced = Recipe::cipher(Shape::Tiny, Alphabet::LATIN, None);
    let unspaced = Recipe::cipher(Shape::Tiny, Alphabet::JAPANESE, Some(Alphabet::GREEK));
    for (pair, recipe) in [("fr-el", &spaced), ("ja-el", &unspaced)] {
        std::fs::create_dir_all(folder.path().join("in").join(pair)).expect("a folder can be made");
        recipe.write(&folder.path().join("in").join(pair));
    }
    let models = Models::new(folder.path().join("store"));
    models.add(&folder.path().join("in")).expect("the models are sound");
    let config = NeuralConfig { threads: NonZeroUsize::new(1), cache_bytes: 0, ..NeuralConfig::default() };
    let neural = Neural::new(models, &config).expect("threads can be started");
    for kind in kinds() {
        let (pair, recipe) = if kind.is_unspaced { ("ja-el", &unspaced) } else { ("fr-el", &spaced) };
        let pair = parse_pair(pair).expect("it is a pair");
        let mut times = Vec::new();
        for size in &sizes {
            let bytes = (size * 1e6) as usize;
            let text = kind.bit.repeat(bytes.div_ceil(kind.bit.len()));
            let source = Source { text: text.trim_end().to_owned(), fixed: Vec::new(), linked: false };
            // From here on the peak is a new one.
            let _ = std::fs::write("/proc/self/clear_refs", "5");
            let (before, held) = (clock::process(), memory("VmRSS"));
            let translated = neural.translate(&pair, std::slice::from_ref(&source), &()).expect("the model is there");
            let spent = (clock::process() - before).as_secs_f64();
            let peak = memory("VmHWM").saturating_sub(held);
            let text = &translated[0].text;
            match kind.kept {
                Some(kept) => {
                    assert_eq!(text.matches(kept).count(), source.text.matches(kept).count(), "{}", kind.name)
                }
                None => {
                    let is_letter = |letter: &char| !letter.is_whitespace();
                    let letters = |text: &str| text.chars().filter(is_letter).collect::<String>();
                    assert!(letters(text) == letters(&recipe.enciphered(&source.text)), "{}", kind.name);
                }
            }
            times.push(spent / size);
            println!(
                "{}, {size} MB: {spent:.2} s of processor time, {:.3} s a MB, {peak} MB of memory",
                kind.name,
                spent / size
            );
        }
        if let [first, .., last] = &*times {
            println!("{}: a byte of the longest costs {:.2} times one of the shortest", kind.name, last / first);
        }
    }
    crowd(&neural);
}

/// Many callers with a large text each.
fn crowd(neural: &Neural) {
    let (callers, bytes) = (64, 250_000);
    let line = &kinds()[0].bit;
    let text = line.repeat(bytes / line.len()).trim_end().to_owned();
    let source = Source { text, fixed: Vec::new(), linked: true };
    let pair = parse_pair("fr-el").expect("it is a pair");
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let held = memory("VmRSS");
    std::thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| neural.translate(&pair, std::slice::from_ref(&source), &()).expect("the model is there"));
        }
    });
    let peak = memory("VmHWM").saturating_sub(held);
    println!("{callers} callers with {bytes} bytes each, links wanted: {peak} MB of memory");
}
