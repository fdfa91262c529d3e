//! Words whose full stop does not end a sentence.
//!
//! Only those that are always followed by something are listed: after `etc.` or `Inc.` a capital letter does begin a
//! sentence, and before a small one the Unicode rules make no cut anyway.

/// What a full stop after a word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It may end a sentence.
    MayEnd,
    /// It never does: a title, a reference.
    Continues,
    /// It does not where a number follows.
    ContinuesBeforeNumber,
}

/// Abbreviations that many languages share, without the last full stop.
const SHARED: &[&str] = &[
    "dr", "dra", "drs", "prof", "profa", "mr", "mrs", "ms", "st", "e.g", "i.e", "cf", "vs", "viz", "ca", "approx",
    "op", "p.ex", "ex", "gen", "col", "lt", "sgt", "capt", "rev", "hon",
];

/// Abbreviations that stand before numbers.
const BEFORE_NUMBERS: &[&str] = &[
    "no", "nos", "nr", "nº", "n", "núm", "num", "art", "arts", "fig", "figs", "sec", "sect", "vol", "vols", "ch",
    "chap", "cap", "p", "pp", "pg", "pág", "págs", "pag", "par", "eq", "eqs", "tab", "inc", "al", "ed", "ver", "tel",
    "ref", "abb", "bd", "kap", "abs", "nr", "s", "z", "č", "str", "рис", "табл", "стр", "гл", "ст",
];

const ENGLISH: &[&str] = &[
    "eg", "ie", "messrs", "mt", "ft", "gov", "sen", "rep", "pres", "supt", "fig", "figs", "jan", "feb", "aug", "sept",
    "oct", "nov", "dec",
];
const PORTUGUESE: &[&str] =
    &["sr", "sra", "srs", "sras", "srta", "art", "arts", "exmo", "exma", "eng", "av", "fig", "figs", "dept", "ltda"];
const SPANISH: &[&str] = &["sr", "sra", "srta", "sres", "d", "dña", "ud", "uds", "art", "arts", "avda", "fig", "p.ej"];
const FRENCH: &[&str] = &["m", "mm", "mme", "mlle", "me", "mgr", "art", "fig", "av", "p.ex", "c.-à-d"];
const GERMAN: &[&str] = &[
    "hr", "fr", "z.b", "d.h", "u.a", "bzw", "vgl", "s.o", "s.u", "sog", "ggf", "evtl", "inkl", "str", "abb", "dipl",
    "ing", "o.g", "i.d.r", "z.t", "v.a",
];
const ITALIAN: &[&str] = &["sig", "sigg", "dott", "avv", "ing", "art", "artt", "fig", "p.es", "ecc.ma"];
const DUTCH: &[&str] = &["dhr", "mevr", "mw", "bijv", "bv", "d.w.z", "o.a", "m.b.t", "art", "fig"];
const SLAVIC: &[&str] = &[
    "г", "ул", "им", "т.е", "т.н", "напр", "см", "ср", "проф", "акад", "пр", "np", "tzn", "ul", "św", "inż", "mgr",
    "hab", "tzv", "např", "tj", "ing", "mudr",
];
const NORDIC: &[&str] = &["f.eks", "t.ex", "bl.a", "dvs", "hr", "fr", "kl", "esim", "mm"];

/// What the full stop after `word` says; the word comes without it, in small letters.
pub(crate) fn stop_after(word: &str, language: &str) -> Stop {
    let own = match language {
        "en" => ENGLISH,
        "pt" | "gl" => PORTUGUESE,
        "es" | "ca" => SPANISH,
        "fr" => FRENCH,
        "de" => GERMAN,
        "it" => ITALIAN,
        "nl" | "af" => DUTCH,
        "ru" | "uk" | "be" | "bg" | "mk" | "sr" | "pl" | "cs" | "sk" | "sl" | "hr" | "bs" => SLAVIC,
        "sv" | "da" | "nb" | "nn" | "fi" => NORDIC,
        _ => &[],
    };
    if own.contains(&word) || SHARED.contains(&word) {
        Stop::Continues
    } else if BEFORE_NUMBERS.contains(&word) {
        Stop::ContinuesBeforeNumber
    } else {
        Stop::MayEnd
    }
}

/// Whether the language writes ordinals as a number and a full stop: `am 3. Oktober`.
pub(crate) fn has_dotted_ordinals(language: &str) -> bool {
    matches!(
        language,
        "de" | "cs"
            | "sk"
            | "sl"
            | "hr"
            | "bs"
            | "sr"
            | "da"
            | "nb"
            | "nn"
            | "fi"
            | "et"
            | "hu"
            | "lv"
            | "is"
            | "fo"
            | "tr"
            | "hsb"
            | "dsb"
    )
}
