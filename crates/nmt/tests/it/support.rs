//! Where the real models are.

use std::path::PathBuf;
use std::sync::OnceLock;

use terjuman_model::LanguagePair;
use terjuman_nmt::{Fixed, Models, Neural, NeuralConfig, Source, Translated, Translator, parse_pair};

/// The folder of `scripts/get-models`, named by `TERJUMAN_TEST_MODELS`. Without it tests say that they were skipped;
/// with `CI` set, that is a failure.
#[expect(clippy::disallowed_methods, reason = "only the test run knows where the models are")]
pub(crate) fn models() -> Option<PathBuf> {
    let folder = std::env::var_os("TERJUMAN_TEST_MODELS").map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var_os("CI").is_none(), "TERJUMAN_TEST_MODELS is not set: run scripts/get-models");
        println!("skipped: TERJUMAN_TEST_MODELS names no folder of models");
    }
    // A relative name is the repository's, wherever the test runs.
    folder.map(|folder| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder))
}

/// One engine for all tests of a process.
pub(crate) fn neural() -> Option<&'static Neural> {
    static NEURAL: OnceLock<Option<Neural>> = OnceLock::new();
    let make = || {
        models()
            .map(|folder| Neural::new(Models::new(folder), &NeuralConfig::default()).expect("threads can be started"))
    };
    NEURAL.get_or_init(make).as_ref()
}

pub(crate) fn pair_of(text: &str) -> LanguagePair {
    parse_pair(text).expect("tests name pairs rightly")
}

pub(crate) fn plain(text: &str) -> Source {
    Source { text: text.into(), fixed: Vec::new(), linked: false }
}

/// A source whose fixed ranges stand in `⟦ ⟧`, or as `⟦source=target⟧` for a term.
pub(crate) fn marked(text: &str) -> Source {
    let mut source = Source { text: String::new(), fixed: Vec::new(), linked: false };
    for (index, piece) in text.split(['⟦', '⟧']).enumerate() {
        let start = source.text.len();
        let (from, to) = piece.split_once("=>").unwrap_or((piece, piece));
        source.text.push_str(from);
        if index % 2 == 1 {
            source.fixed.push(Fixed { range: start..source.text.len(), text: to.to_owned() });
        }
    }
    source
}

pub(crate) fn translate(neural: &Neural, pair: &str, sources: &[Source]) -> Vec<Translated> {
    let translated = neural.translate(&pair_of(pair), sources, &()).expect("the models are in the store");
    assert_eq!(translated.len(), sources.len());
    for (source, translated) in sources.iter().zip(&translated) {
        check(source, translated);
    }
    translated
}

/// What the seam promises of every translation.
#[track_caller]
pub(crate) fn check(source: &Source, translated: &Translated) {
    let Translated { text, links, fixed, .. } = translated;
    assert_eq!(fixed.len(), source.fixed.len());
    for (range, wanted) in fixed.iter().zip(&source.fixed) {
        assert_eq!(&text[range.clone()], wanted.text, "{} -> {text}", source.text);
    }
    for (index, range) in fixed.iter().enumerate() {
        let others = &fixed[index + 1..];
        assert!(others.iter().all(|other| other.end <= range.start || range.end <= other.start), "{text}");
    }
    assert!(source.linked || links.is_empty());
    for link in links {
        assert!(source.text.get(link.source.clone()).is_some_and(|word| !word.is_empty()), "{} {link:?}", source.text);
        assert!(text.get(link.target.clone()).is_some_and(|word| !word.is_empty()), "{text} {link:?}");
    }
    assert!(links.windows(2).all(|pair| pair[0].target.start <= pair[1].target.start), "{text}: {links:?}");
}
