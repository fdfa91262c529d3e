//! Segments that are not in the document's language.
//!
//! A model takes every text for one in its source language. A paragraph that is in the target language already, or in a
//! third one, comes out garbled; so it is found and kept. Taking a sentence for foreign that is not costs more than
//! missing one that is, so three things must agree: small words that tell a language (`the`, `não`, `nicht`) are there,
//! those of the document's language are not, and the statistics say the same. Names, code and short texts have no small
//! words. What is short is judged by its neighbours, too.

use terjuman_model::{LanguageTag, Segment};
use whatlang::{Detector, Lang, Script, detect_script};

use crate::detection::lang_of;

/// What a segment is in, if not in the document's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// In the language that is wanted.
    Target,
    /// In a third one.
    Other,
}

/// Words that tell a language: frequent in it, and rare in others of its script or told apart by their number.
const SMALL_WORDS: &[(Lang, &[&str])] = &[
    (
        Lang::Eng,
        &[
            "the", "a", "in", "on", "as", "of", "and", "to", "is", "that", "for", "with", "this", "are", "be", "by",
            "from", "which", "have", "it", "was", "not", "can", "you", "will", "has", "or", "your", "if", "we", "an",
            "been", "they", "these",
        ],
    ),
    (
        Lang::Por,
        &[
            "o", "a", "e", "de", "que", "não", "para", "uma", "com", "os", "as", "do", "da", "dos", "das", "em", "no",
            "na", "por", "mais", "se", "ao", "pela", "pelo", "é", "são", "como", "foi", "ou", "um", "nos", "nas",
            "você", "seu", "sua",
        ],
    ),
    (
        Lang::Spa,
        &[
            "a", "de", "que", "el", "la", "los", "las", "una", "con", "para", "por", "del", "en", "se", "no", "al",
            "más", "es", "son", "como", "fue", "o", "un", "y", "su", "lo", "está", "pero", "sus", "este", "esta",
        ],
    ),
    (
        Lang::Fra,
        &[
            "de", "la", "le", "les", "des", "et", "en", "une", "que", "dans", "pour", "est", "du", "pas", "sur", "par",
            "au", "avec", "qui", "sont", "ne", "ce", "il", "vous", "nous", "un", "cette", "aux", "ou", "elle",
        ],
    ),
    (
        Lang::Deu,
        &[
            "der", "die", "das", "und", "ist", "nicht", "mit", "von", "den", "für", "auf", "ein", "eine", "zu", "im",
            "dem", "sich", "werden", "auch", "des", "wird", "sie", "es", "oder", "wir", "einer", "aus", "bei", "sind",
        ],
    ),
    (
        Lang::Ita,
        &[
            "di", "che", "il", "la", "per", "una", "con", "del", "della", "dei", "le", "non", "sono", "è", "gli",
            "nel", "alla", "un", "e", "da", "si", "come", "più", "delle", "questo", "anche", "al", "dal", "nella",
        ],
    ),
    (
        Lang::Nld,
        &[
            "de", "het", "een", "van", "en", "is", "dat", "niet", "voor", "met", "op", "te", "zijn", "aan", "ook",
            "wordt", "door", "bij", "die", "of", "naar", "uit", "deze", "worden", "als", "om",
        ],
    ),
];

/// So many words tell a language by themselves,
const ALONE: usize = 8;
/// so many if a neighbour is in the same,
const BESIDE: usize = 5;
/// and so many between two neighbours that are.
const BETWEEN: usize = 3;
/// Neighbours: so many segments to each side.
const REACH: usize = 3;

/// Words of a text in a language whose small words are not listed.
const UNLISTED_WORDS: usize = 15;
/// Letters of another script.
const SCRIPT_LETTERS: usize = 12;
/// More of a segment is not looked at.
const SAMPLE_BYTES: usize = 1_000;

/// Whether a word, in small letters, is one that sentences of the language are made of.
pub(crate) fn is_small_word(word: &str, language: &LanguageTag) -> bool {
    let lang = lang_of(language);
    SMALL_WORDS.iter().any(|(listed, words)| Some(*listed) == lang && words.contains(&word))
}

/// For each segment, whether it is in another language than the document's.
pub(crate) fn foreign(segments: &[Segment], source: &LanguageTag, target: &LanguageTag) -> Vec<Option<Foreign>> {
    let nothing = vec![None; segments.len()];
    let Some(own) = lang_of(source).filter(|_| source.primary() != target.primary()) else { return nothing };
    let texts = || segments.iter().map(|segment| sample(segment.source.text()));
    let mut verdicts: Vec<Verdict> = texts().map(|text| verdict(text, own)).collect();
    // What is weak needs company, and what says nothing is what stands around it.
    for at in 0..verdicts.len() {
        if let Verdict::Foreign { lang, is_strong: false } = verdicts[at] {
            let is_same = |verdict: Option<Verdict>| verdict.and_then(Verdict::lang) == Some(lang);
            if !is_same(before(&verdicts, at)) && !is_same(after(&verdicts, at)) {
                verdicts[at] = Verdict::Unclear;
            }
        }
    }
    for (at, text) in texts().enumerate() {
        if verdicts[at] == Verdict::Unclear
            && let Some(lang) = before(&verdicts, at).and_then(Verdict::lang)
            && after(&verdicts, at).and_then(Verdict::lang) == Some(lang)
            && fits(text, lang, own)
        {
            verdicts[at] = Verdict::Foreign { lang, is_strong: false };
        }
    }
    let wanted = lang_of(target);
    let kind = |lang| if Some(lang) == wanted { Foreign::Target } else { Foreign::Other };
    verdicts.into_iter().map(|verdict| verdict.lang().map(kind)).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Own,
    Unclear,
    Foreign { lang: Lang, is_strong: bool },
}

impl Verdict {
    fn lang(self) -> Option<Lang> {
        match self {
            Self::Foreign { lang, .. } => Some(lang),
            Self::Own | Self::Unclear => None,
        }
    }
}

/// The nearest verdict before a segment that says something.
fn before(verdicts: &[Verdict], at: usize) -> Option<Verdict> {
    let near = &verdicts[at.saturating_sub(REACH)..at];
    near.iter().rev().copied().find(|verdict| *verdict != Verdict::Unclear)
}

/// The nearest one after it.
fn after(verdicts: &[Verdict], at: usize) -> Option<Verdict> {
    verdicts[at + 1..].iter().take(REACH).copied().find(|verdict| *verdict != Verdict::Unclear)
}

fn sample(text: &str) -> &str {
    &text[..text.floor_char_boundary(SAMPLE_BYTES)]
}

/// What one segment says by itself.
fn verdict(text: &str, own: Lang) -> Verdict {
    let Some(script) = detect_script(text) else { return Verdict::Unclear };
    let is_own_script = script.langs().contains(&own);
    if script != Script::Latin {
        return if is_own_script { Verdict::Own } else { by_script(text, script, own) };
    }
    let words = words(text);
    if words.len() < BESIDE || is_code(text) {
        return Verdict::Unclear;
    }
    let of_own = hits(&words, own);
    let Some((lang, of_other)) = likeliest(text, &words, own) else { return Verdict::Unclear };
    let is_listed = SMALL_WORDS.iter().any(|(lang, _)| *lang == own);
    if of_own.all >= 2 && of_own.all * 2 >= of_other.all {
        return Verdict::Own;
    }
    if of_other.different >= 3 && of_other.all * 5 >= words.len() && of_own.all * 2 < of_other.all {
        let both = Detector::with_allowlist(vec![own, lang]).detect(text);
        let is_told = both.is_some_and(|info| info.lang() == lang && (is_listed || info.is_reliable()));
        if is_told || !is_own_script {
            return Verdict::Foreign { lang, is_strong: words.len() >= ALONE };
        }
    }
    if is_own_script && is_listed && of_own.all * 20 < words.len() {
        by_statistics(text, &words, own)
    } else {
        Verdict::Unclear
    }
}

/// The other language whose small words the text has most of. Neighbours share many, so the statistics choose among those
/// that come close.
fn likeliest(text: &str, words: &[String], own: Lang) -> Option<(Lang, Hits)> {
    let others = SMALL_WORDS.iter().map(|(lang, _)| *lang).filter(|lang| *lang != own);
    let mut counted: Vec<(Lang, Hits)> = others.map(|lang| (lang, hits(words, lang))).collect();
    let most = counted.iter().map(|(_, hits)| hits.all).max()?;
    counted.retain(|(_, hits)| hits.all * 3 >= most * 2);
    if most > 0 && counted.len() > 1 {
        let close = counted.iter().map(|(lang, _)| *lang).collect();
        let told = Detector::with_allowlist(close).detect(text)?;
        counted.retain(|(lang, _)| *lang == told.lang());
    }
    counted.pop()
}

/// Whether one sign in sixteen is one that programs are full of.
fn is_code(text: &str) -> bool {
    let signs = text.chars().filter(|character| "{}<>=;()[]_|\\/$#*+&".contains(*character)).count();
    signs * 16 > text.chars().count()
}

/// A language whose small words are not listed: the text must be long, and the statistics certain.
fn by_statistics(text: &str, words: &[String], own: Lang) -> Verdict {
    let small =
        text.split_whitespace().filter(|word| word.chars().all(|c| c.is_lowercase() || ",.;:".contains(c))).count();
    if words.len() < UNLISTED_WORDS || small * 2 < text.split_whitespace().count() {
        return Verdict::Unclear;
    }
    let told = whatlang::detect(text).filter(|info| info.is_reliable() && info.lang() != own);
    let Some(lang) = told.map(|info| info.lang()) else { return Verdict::Unclear };
    let both = Detector::with_allowlist(vec![own, lang]).detect(text);
    if both.is_some_and(|info| info.lang() == lang && info.is_reliable()) {
        Verdict::Foreign { lang, is_strong: true }
    } else {
        Verdict::Unclear
    }
}

/// A text in a script that the document's language is not written in.
fn by_script(text: &str, script: Script, own: Lang) -> Verdict {
    // Japanese and Chinese have their characters in common.
    let is_han = |script: Script| script.langs().iter().any(|lang| matches!(lang, Lang::Cmn | Lang::Jpn));
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    let latin = text.chars().filter(char::is_ascii_alphabetic).count();
    let least = if is_han(script) { SCRIPT_LETTERS / 2 } else { SCRIPT_LETTERS };
    if letters < least || latin * 5 > letters || is_han(script) && matches!(own, Lang::Cmn | Lang::Jpn) {
        return Verdict::Unclear;
    }
    match whatlang::detect(text) {
        Some(info) if info.lang() != own => Verdict::Foreign { lang: info.lang(), is_strong: true },
        _ => Verdict::Unclear,
    }
}

/// Whether a short text may be in the language of those around it.
fn fits(text: &str, lang: Lang, own: Lang) -> bool {
    let words = words(text);
    words.len() >= BETWEEN && hits(&words, lang).all > 0 && hits(&words, own).all == 0
}

struct Hits {
    all: usize,
    different: usize,
}

fn hits(words: &[String], lang: Lang) -> Hits {
    let list = SMALL_WORDS.iter().find(|(known, _)| *known == lang).map_or(&[][..], |(_, list)| list);
    let count = |small: &&str| words.iter().filter(|word| word == small).count();
    let counts = || list.iter().map(count).filter(|count| *count > 0);
    Hits { all: counts().sum(), different: counts().count() }
}

/// The words in small letters. An elided one (`l'eau`) is two.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|character: char| !character.is_alphabetic());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "The committee has approved the budget for the next year, and it will be published soon.";
    const PORTUGUESE: &str =
        "O conselho aprovou o orçamento para o próximo ano, que será publicado em breve na página.";
    const SPANISH: &str = "El consejo ha aprobado el presupuesto para el próximo año, y se publicará en la página.";
    const FRENCH: &str = "Le conseil a approuvé le budget pour l'année prochaine, qui est publié dans le rapport.";
    const GERMAN: &str = "Der Rat hat den Haushalt für das nächste Jahr gebilligt, und er wird bald veröffentlicht.";
    const SWEDISH: &str = "Styrelsen har godkänt budgeten för nästa år, och den kommer att publiceras på webbplatsen inom kort, \
        tillsammans med en förklaring till alla som vill veta mer om hur pengarna används under året.";
    const RUSSIAN: &str = "Совет утвердил бюджет на следующий год, и скоро он будет опубликован.";

    #[track_caller]
    fn check(pair: (&str, &str), texts: &[&str], expected: &[Option<Foreign>]) {
        let segments: Vec<_> = texts.iter().map(|text| Segment::plain(*text)).collect();
        assert_eq!(foreign(&segments, &pair.0.parse().unwrap(), &pair.1.parse().unwrap()), expected, "{texts:?}");
    }

    #[test]
    fn paragraphs_in_other_languages_are_found() {
        use Foreign::{Other, Target};
        let texts = [ENGLISH, PORTUGUESE, SPANISH, FRENCH, GERMAN, SWEDISH, RUSSIAN, "这是一个用中文写的段落。"];
        let other = Some(Other);
        check(("en", "pt"), &texts, &[None, Some(Target), other, other, other, other, other, other]);
        check(("pt", "en"), &texts, &[Some(Target), None, other, other, other, other, other, other]);
        check(("en", "pt-pt"), &[ENGLISH, PORTUGUESE], &[None, Some(Target)]);
        check(("de", "fr"), &[GERMAN, FRENCH, ENGLISH], &[None, Some(Target), other]);
        check(("ja", "en"), &["これは日本語の文章です。", "日本国憲法", ENGLISH], &[None, None, Some(Target)]);
    }

    #[test]
    fn names_code_and_short_texts_are_left_alone() {
        for text in [
            "Rio de Janeiro, São Paulo, Universidade de Lisboa",
            "Banco do Brasil",
            "Olá, mundo!",
            "de la Cruz, María José; dos Santos, João; van der Berg, Jan",
            "if (a != null) { return de.que.para(com); } else { os.no(na); }",
            "SELECT * FROM os WHERE no = 1 AND de = 2 OR as IS NOT NULL",
            "Schwarzwälder Kirschtorte",
            "x = 1; y = 2",
            "C'est la vie, as they say in the streets of Paris and in the south of France.",
            "The German word \"Der Hund ist im Haus\" means that the dog is in the house.",
            "Total 12 34 56 78 90 12 34 56",
            "",
        ] {
            check(("en", "pt"), &[text], &[None]);
        }
        check(("pt", "pt-pt"), &[ENGLISH], &[None]);
        check(("tlh-Latn", "pt"), &[PORTUGUESE], &[None]);
    }

    #[test]
    fn neighbours_decide_over_short_ones() {
        let short = "Aprovado em reunião de conselho";
        let target = Some(Foreign::Target);
        check(("en", "pt"), &[short], &[None]);
        check(("en", "pt"), &[PORTUGUESE, short, PORTUGUESE], &[target, target, target]);
        check(("en", "pt"), &[PORTUGUESE, "Approved by the board", PORTUGUESE], &[target, None, target]);
        check(("en", "pt"), &[ENGLISH, short, ENGLISH], &[None, None, None]);
    }

    /// Folders of the corpus, and parts of what stands in English documents there and is in another language.
    const FOLDERS: &[&str] = &["docx", "eml", "html", "markdown", "odt", "pptx", "rtf", "txt", "xlsx"];
    const KNOWN: &[&str] = &["Lorem ipsum", "Cum sociis natoque", "Vestibulum at purus", "Este informe contiene"];

    #[test]
    #[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
    fn english_documents_have_no_foreign_paragraphs_but_those_they_have() {
        use terjuman_formats::{Limits, Options, detect, extract};
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
        if !corpus.is_dir() {
            assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", corpus.display());
            println!("skipped: there is no corpus");
            return;
        }
        let (english, portuguese) = ("en".parse().unwrap(), "pt".parse().unwrap());
        let (mut documents, mut looked_at) = (0, 0);
        for folder in FOLDERS {
            let Ok(entries) = std::fs::read_dir(corpus.join(folder)) else { continue };
            for path in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_file()) {
                let Ok(bytes) = std::fs::read(&path) else { continue };
                let name = path.file_name().and_then(|name| name.to_str());
                let Ok(format) = detect(name, None, &bytes) else { continue };
                if bytes.len() > 1 << 20 {
                    continue;
                }
                let Ok(found) = extract(format, &bytes, &Options::default(), &Limits::default()) else { continue };
                let engine = terjuman_nmt::Pseudo::default();
                let detected = crate::detection::detect_language(&found.segments, &engine, &portuguese);
                if detected.language != english || detected.is_guess {
                    continue;
                }
                documents += 1;
                looked_at += found.segments.len();
                let verdicts = foreign(&found.segments, &english, &portuguese);
                for (segment, _) in found.segments.iter().zip(verdicts).filter(|(_, verdict)| verdict.is_some()) {
                    let text = segment.source.text();
                    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
                    let is_other_script = text.chars().filter(char::is_ascii_alphabetic).count() * 2 < letters;
                    let is_known = KNOWN.iter().any(|part| text.contains(part));
                    assert!(is_other_script || is_known, "{}: {}", path.display(), sample(text));
                }
            }
        }
        println!("{documents} documents, {looked_at} segments");
    }

    #[test]
    fn long_texts_take_time_in_proportion() {
        let segments: Vec<_> = (0..3).map(|_| Segment::plain("que não para uma ".repeat(100_000))).collect();
        assert_eq!(foreign(&segments, &"en".parse().unwrap(), &"pt".parse().unwrap()), [Some(Foreign::Target); 3]);
    }
}
