//! Which language a document is in.

use terjuman_model::{LanguageTag, Segment};
use terjuman_nmt::{Pairs, Translator};
use whatlang::{Detector, Lang};

/// Bytes of prose that are enough to tell a language.
const SAMPLE_BYTES: usize = 5_000;

/// Bytes of Latin script that tell something although the statistics are not sure.
const TELLING_BYTES: usize = 100;

/// Stretches of the document that the prose is taken from: a title page, a contents list or a quotation is not all.
const SAMPLES: usize = 20;

/// The language of the document's own text, among those that the engine translates into `target` and `target` itself.
///
/// Where the text does not tell, English if it is among them, else the first; then the language is a guess.
pub(crate) fn detect_language(segments: &[Segment], engine: &dyn Translator, target: &LanguageTag) -> Detected {
    let candidates = candidates(engine, target);
    let prose = prose(segments);
    let known: Vec<Lang> = candidates.iter().filter_map(lang_of).collect();
    let told = Detector::with_allowlist(known).detect(&prose);
    // A few words tell nothing. A document in the target's own language must be certain: taking another for it leaves
    // it untranslated.
    let is_latin = |info: &whatlang::Info| info.script() == whatlang::Script::Latin;
    let is_told = |info: &whatlang::Info| {
        info.is_reliable()
            || (lang_of(target) != Some(info.lang()) && (prose.len() >= TELLING_BYTES || !is_latin(info)))
    };
    let found = told.filter(is_told).and_then(|info| candidates.iter().find(|tag| lang_of(tag) == Some(info.lang())));
    let fallback = || candidates.iter().find(|tag| tag.code() == "en" && *tag != target).or_else(|| candidates.first());
    let language = found.or_else(fallback).cloned().unwrap_or_else(|| target.clone());
    Detected { language, is_guess: found.is_none() }
}

/// A language that was told from text.
pub(crate) struct Detected {
    pub(crate) language: LanguageTag,
    /// The text did not tell.
    pub(crate) is_guess: bool,
}

/// The languages that the document may be in, the more common one first where two are told as one.
fn candidates(engine: &dyn Translator, target: &LanguageTag) -> Vec<LanguageTag> {
    let mut candidates: Vec<LanguageTag> = match engine.pairs() {
        Pairs::Any => Lang::all().iter().filter_map(|lang| tag_of(*lang)).collect(),
        Pairs::Only(pairs) => pairs.into_iter().filter(|pair| pair.target == *target).map(|pair| pair.source).collect(),
    };
    if !candidates.contains(target) {
        candidates.push(target.clone());
    }
    candidates
}

/// Prose from all over the document, the longer segments first of each stretch.
fn prose(segments: &[Segment]) -> String {
    let mut prose = String::new();
    for stretch in segments.chunks(segments.len().div_ceil(SAMPLES).max(1)) {
        let mut taken = 0;
        // Headings, cells and labels are full of names and numbers; sentences tell more.
        let (long, short): (Vec<_>, Vec<_>) =
            stretch.iter().map(|segment| segment.source.text()).partition(|text| text.len() >= 60);
        for text in long.into_iter().chain(short) {
            let room = SAMPLE_BYTES / SAMPLES - taken;
            let text = &text[..text.floor_char_boundary(room)];
            taken += text.len();
            prose.push_str(text);
            prose.push('\n');
            if taken + 4 > SAMPLE_BYTES / SAMPLES {
                break;
            }
        }
    }
    prose
}

/// The codes that differ from the ISO 639-3 ones by more than their length are spelled out.
const CODES: &[(Lang, &str)] = &[
    (Lang::Eng, "en"),
    (Lang::Rus, "ru"),
    (Lang::Cmn, "zh-Hans"),
    (Lang::Spa, "es"),
    (Lang::Por, "pt"),
    (Lang::Ita, "it"),
    (Lang::Ben, "bn"),
    (Lang::Fra, "fr"),
    (Lang::Deu, "de"),
    (Lang::Ukr, "uk"),
    (Lang::Kat, "ka"),
    (Lang::Ara, "ar"),
    (Lang::Hin, "hi"),
    (Lang::Jpn, "ja"),
    (Lang::Heb, "he"),
    (Lang::Pol, "pl"),
    (Lang::Amh, "am"),
    (Lang::Kor, "ko"),
    (Lang::Nob, "nb"),
    (Lang::Dan, "da"),
    (Lang::Swe, "sv"),
    (Lang::Fin, "fi"),
    (Lang::Tur, "tr"),
    (Lang::Nld, "nl"),
    (Lang::Hun, "hu"),
    (Lang::Ces, "cs"),
    (Lang::Ell, "el"),
    (Lang::Bul, "bg"),
    (Lang::Mar, "mr"),
    (Lang::Kan, "kn"),
    (Lang::Ron, "ro"),
    (Lang::Slv, "sl"),
    (Lang::Hrv, "hr"),
    (Lang::Srp, "sr-Cyrl"),
    (Lang::Mkd, "mk"),
    (Lang::Lit, "lt"),
    (Lang::Lav, "lv"),
    (Lang::Est, "et"),
    (Lang::Tam, "ta"),
    (Lang::Vie, "vi"),
    (Lang::Urd, "ur"),
    (Lang::Tha, "th"),
    (Lang::Guj, "gu"),
    (Lang::Uzb, "uz"),
    (Lang::Pan, "pa"),
    (Lang::Aze, "az"),
    (Lang::Ind, "id"),
    (Lang::Tel, "te"),
    (Lang::Pes, "fa"),
    (Lang::Mal, "ml"),
    (Lang::Ori, "or"),
    (Lang::Mya, "my"),
    (Lang::Nep, "ne"),
    (Lang::Sin, "si"),
    (Lang::Khm, "km"),
    (Lang::Tuk, "tk"),
    (Lang::Zul, "zu"),
    (Lang::Sna, "sn"),
    (Lang::Afr, "af"),
    (Lang::Slk, "sk"),
    (Lang::Cat, "ca"),
    (Lang::Tgl, "fil"),
    (Lang::Hye, "hy"),
    (Lang::Cym, "cy"),
];

fn tag_of(lang: Lang) -> Option<LanguageTag> {
    let (_, code) = CODES.iter().find(|(known, _)| *known == lang)?;
    code.parse().ok()
}

/// Scripts and regions of a language are told as one.
pub(crate) fn lang_of(tag: &LanguageTag) -> Option<Lang> {
    let primary = |code: &'static str| code.split('-').next().unwrap_or_default();
    let found = CODES.iter().find(|(_, code)| primary(code) == tag.primary());
    found.map(|(lang, _)| *lang)
}

#[cfg(test)]
mod tests {
    use terjuman_model::LanguagePair;
    use terjuman_nmt::{Pseudo, Source, TranslateError, Translated, Unit, Watch};

    use super::*;

    struct Only(&'static [(&'static str, &'static str)]);

    impl Translator for Only {
        fn pairs(&self) -> Pairs {
            let pair = |(source, target): &(&str, &str)| LanguagePair {
                source: source.parse().unwrap(),
                target: target.parse().unwrap(),
            };
            Pairs::Only(self.0.iter().map(pair).collect())
        }

        fn unit(&self) -> Unit {
            Unit::Sentence
        }

        fn translate(
            &self,
            pair: &LanguagePair,
            _sources: &[Source],
            _watch: &dyn Watch,
        ) -> Result<Vec<Translated>, TranslateError> {
            Err(TranslateError::UnknownPair(pair.clone()))
        }
    }

    #[track_caller]
    fn check(engine: &dyn Translator, to: &str, texts: &[&str], expected: &str) {
        let segments: Vec<_> = texts.iter().map(|text| Segment::plain(*text)).collect();
        assert_eq!(detect_language(&segments, engine, &to.parse().unwrap()).language.code(), expected);
    }

    const PORTUGUESE: &str = "Uma informação é útil quando chega a tempo às pessoas que dela precisam.";
    const ENGLISH: &str = "Information is useful when it arrives in time for the people who need it.";

    #[test]
    fn every_code_is_a_known_language() {
        for (lang, code) in CODES {
            assert_eq!(lang_of(&code.parse().unwrap()), Some(*lang), "{code}");
        }
    }

    #[test]
    fn the_language_is_told_from_the_text() {
        check(&Pseudo::default(), "fr", &[PORTUGUESE], "pt");
        check(&Pseudo::default(), "fr", &[ENGLISH], "en");
        check(&Pseudo::default(), "fr", &["これは日本語の文章です。"], "ja");
        check(&Pseudo::default(), "pt", &["42"], "en");
        check(&Pseudo::default(), "pt", &["Hello"], "en");
        check(&Pseudo::default(), "pt", &[PORTUGUESE], "pt");
    }

    #[test]
    fn only_languages_that_the_engine_knows_are_told() {
        let engine = Only(&[("en", "pt"), ("es", "pt"), ("en", "de")]);
        check(&engine, "pt", &["Det här är en mening på svenska som ingen modell kan."], "en");
        check(&engine, "pt", &["Esta es una frase en español que un modelo sí puede traducir."], "es");
        check(&engine, "de", &[ENGLISH], "en");
        check(&Only(&[("de", "fr")]), "fr", &["42"], "de");
    }

    #[test]
    fn the_whole_document_counts_and_not_only_its_start() {
        let mut texts = vec![ENGLISH; 10];
        texts.extend([PORTUGUESE; 90]);
        check(&Pseudo::default(), "fr", &texts, "pt");
        let long = ENGLISH.repeat(1_000);
        check(&Pseudo::default(), "fr", &[&long], "en");
    }
}
