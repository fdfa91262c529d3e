//! What the engine promises, with real models: nothing lost, nothing invented, every link in its place.

use std::sync::atomic::{AtomicUsize, Ordering};

use terjuman_nmt::{Pairs, Source, TranslateError, Translator, Unit, Watch, parse_pair};

use crate::support::{marked, neural, plain, translate};

#[track_caller]
fn check(pair: &str, text: &str, expected: &str) {
    let Some(neural) = neural() else { return };
    assert_eq!(translate(neural, pair, &[marked(text)]).remove(0).text, expected);
}

#[test]
fn sentences_are_translated_in_order_and_the_same_in_any_company() {
    let Some(neural) = neural() else { return };
    let texts = ["Good morning.", "The house is small.", "Where is the station?", "42", "", "Good morning."];
    let sources: Vec<Source> = texts.iter().map(|text| plain(text)).collect();
    let together = translate(neural, "en-pt", &sources);
    assert_eq!(together[0].text, "Bom dia.");
    assert_eq!(together[3].text, "42");
    assert_eq!(together[0], together[5]);
    for (source, translated) in sources.iter().zip(&together) {
        let linked = Source { linked: true, ..source.clone() };
        assert_eq!(translate(neural, "en-pt", &[linked]).remove(0).text, translated.text);
        assert!(!translated.kept_as_source);
    }
}

#[test]
fn pairs_are_those_of_the_store_with_their_variants() {
    let Some(neural) = neural() else { return };
    let Pairs::Only(pairs) = neural.pairs() else { panic!("this engine does not translate every pair") };
    let shown: Vec<_> = pairs.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["en-pt", "en-pt-pt", "pt-en", "pt-pt-en"]);
    assert!(neural.supports(&parse_pair("en-pt-pt").unwrap()));
    assert!(!neural.supports(&parse_pair("en-de").unwrap()));
    assert_eq!(neural.unit(), Unit::Sentence);
    let error = neural.translate(&parse_pair("en-de").unwrap(), &[plain("x")], &()).unwrap_err();
    assert!(matches!(error, TranslateError::UnknownPair(_)));
}

#[test]
fn typography_capitals_and_ornaments_come_back() {
    check("en-pt", "HELLO WORLD, THIS IS A WARNING!", "OLÁ, MUNDO, ISSO É UM AVISO!");
    check("en-pt", "Great work 👍🏽! See you tomorrow 😀", "Grande trabalho 👍🏽! Vejo você amanhã 😀");
    check("en-pt", "• First item of the list", "• Primeiro item da lista");
    check("en-pt", "你好 means hello in Chinese.", "你好 significa olá em chinês.");
    check("pt-en", "Às vezes chove, mas a Índia é linda.", "Sometimes it rains, but India is beautiful.");
}

#[test]
fn invented_tails_do_not_come_out() {
    check("pt-en", "Olá, mundo!", "Hello, world!");
}

#[test]
fn terms_and_placeholders_stand_where_they_belong() {
    check("en-pt", "The ⟦printer=>impressora⟧ is out of paper.", "A impressora está fora de papel.");
    check(
        "en-pt",
        "The ⟦power supply=>fonte de alimentação⟧ of the ⟦laptop=>portátil⟧ must be replaced.",
        "A fonte de alimentação do portátil deve ser substituída.",
    );
    check("en-pt", "Item #5 is 50% off & free.", "Item #5 é 50% de desconto e grátis.");
}

#[test]
fn links_join_the_words_that_mean_the_same() {
    let Some(neural) = neural() else { return };
    let source = Source { linked: true, ..marked("Press the red button of ⟦{device}⟧ — then wait.") };
    let translated = translate(neural, "en-pt", std::slice::from_ref(&source)).remove(0);
    let linked = |from: &str, to: &str| {
        translated
            .links
            .iter()
            .any(|link| &source.text[link.source.clone()] == from && &translated.text[link.target.clone()] == to)
    };
    for (from, to) in [("Press", "Pressione"), ("red", "vermelho"), ("button", "botão"), ("{device}", "{device}")] {
        assert!(linked(from, to), "{from} {to}: {translated:?}");
    }
    assert!(linked("—", "—") && linked(".", "."), "{translated:?}");
    assert!(!linked("red", "botão"));
}

#[test]
fn fixed_ranges_side_by_side_have_links_of_their_own() {
    let Some(neural) = neural() else { return };
    let source = Source { linked: true, ..marked("Copy ⟦{a}⟧/⟦{b}⟧ to the folder.") };
    let translated = translate(neural, "en-pt", std::slice::from_ref(&source)).remove(0);
    for (fixed, place) in source.fixed.iter().zip(&translated.fixed) {
        let own = translated.links.iter().filter(|link| link.target == *place).collect::<Vec<_>>();
        assert!(own.len() == 1 && own[0].source == fixed.range, "{translated:?}");
    }
}

#[test]
fn hostile_texts_end_soon_and_lose_nothing() {
    let Some(neural) = neural() else { return };
    let endless = "x".repeat(60_000);
    let texts = [
        format!("Before {endless} after"),
        "the ".repeat(400),
        "word ".repeat(2_000),
        "a\u{301}".repeat(2_000),
        "😀".repeat(500),
        "!?".repeat(3_000),
        "\u{202e}\u{200d}\u{feff}".to_owned(),
        "{}".repeat(1_000) + " some words " + &"{} text ".repeat(50),
    ];
    let sources: Vec<_> = texts.iter().map(|text| Source { linked: true, ..plain(text.trim()) }).collect();
    let translated = translate(neural, "en-pt", &sources);
    assert!(translated[0].text.contains(&endless));
    for (source, translated) in sources.iter().zip(&translated) {
        assert!(translated.text.len() <= 20 * source.text.len().max(10));
    }
    assert_eq!(translated[4].text, texts[4]);
    assert_eq!(translated[7].text.matches("{}").count(), 1_050);
}

/// Cancels after so many questions.
struct Impatient {
    questions: AtomicUsize,
    most: usize,
    bytes: AtomicUsize,
}

impl Watch for Impatient {
    fn is_cancelled(&self) -> bool {
        self.questions.fetch_add(1, Ordering::SeqCst) >= self.most
    }
    fn advanced(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::SeqCst);
    }
}

#[test]
fn a_watch_cancels_and_is_told_every_byte() {
    let Some(neural) = neural() else { return };
    let sources: Vec<_> =
        (0..600).map(|index| plain(&format!("This is the number {} of many.", index % 500))).collect();
    let pair = parse_pair("en-pt").unwrap();
    let watch = |most| Impatient { questions: AtomicUsize::new(0), most, bytes: AtomicUsize::new(0) };
    let impatient = watch(10);
    let error = neural.translate(&pair, &sources, &impatient).unwrap_err();
    assert!(matches!(error, TranslateError::Cancelled));
    let patient = watch(usize::MAX);
    neural.translate(&pair, &sources[..40], &patient).unwrap();
    assert_eq!(patient.bytes.into_inner(), sources[..40].iter().map(|source| source.text.len()).sum::<usize>());
}
