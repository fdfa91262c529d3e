//! Languages as office formats name them.

use terjuman_model::LanguageTag;

/// Which of the three languages of a text a language is: they are set apart by script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    /// Latin, Greek, Cyrillic and what goes with them.
    Western,
    /// Chinese, Japanese, Korean.
    EastAsian,
    /// Written from right to left, or with letters that change their shape: Arabic, Hindi, Thai.
    Complex,
}

/// Codes whose usual place is not told by the code itself.
const CULTURES: &[(&str, &str)] = &[
    ("af", "af-ZA"),
    ("ar", "ar-SA"),
    ("bg", "bg-BG"),
    ("bn", "bn-BD"),
    ("ca", "ca-ES"),
    ("cs", "cs-CZ"),
    ("cy", "cy-GB"),
    ("da", "da-DK"),
    ("de", "de-DE"),
    ("el", "el-GR"),
    ("en", "en-US"),
    ("es", "es-ES"),
    ("et", "et-EE"),
    ("eu", "eu-ES"),
    ("fa", "fa-IR"),
    ("fi", "fi-FI"),
    ("fil", "fil-PH"),
    ("fr", "fr-FR"),
    ("fr-ca", "fr-CA"),
    ("ga", "ga-IE"),
    ("gl", "gl-ES"),
    ("gu", "gu-IN"),
    ("he", "he-IL"),
    ("hi", "hi-IN"),
    ("hr", "hr-HR"),
    ("hu", "hu-HU"),
    ("hy", "hy-AM"),
    ("id", "id-ID"),
    ("is", "is-IS"),
    ("it", "it-IT"),
    ("ja", "ja-JP"),
    ("ka", "ka-GE"),
    ("kk", "kk-KZ"),
    ("kn", "kn-IN"),
    ("ko", "ko-KR"),
    ("lt", "lt-LT"),
    ("lv", "lv-LV"),
    ("mk", "mk-MK"),
    ("ml", "ml-IN"),
    ("mr", "mr-IN"),
    ("ms", "ms-MY"),
    ("nb", "nb-NO"),
    ("ne", "ne-NP"),
    ("nl", "nl-NL"),
    ("nn", "nn-NO"),
    ("pa", "pa-IN"),
    ("pl", "pl-PL"),
    ("pt", "pt-BR"),
    ("pt-pt", "pt-PT"),
    ("ro", "ro-RO"),
    ("ru", "ru-RU"),
    ("sk", "sk-SK"),
    ("sl", "sl-SI"),
    ("sq", "sq-AL"),
    ("sr-Cyrl", "sr-Cyrl-RS"),
    ("sr-Latn", "sr-Latn-RS"),
    ("sv", "sv-SE"),
    ("sw", "sw-KE"),
    ("ta", "ta-IN"),
    ("te", "te-IN"),
    ("th", "th-TH"),
    ("tr", "tr-TR"),
    ("uk", "uk-UA"),
    ("ur", "ur-PK"),
    ("vi", "vi-VN"),
    ("yue", "zh-HK"),
    ("lzh", "zh-TW"),
    ("zh-Hans", "zh-CN"),
    ("zh-Hant", "zh-TW"),
];

/// Languages in complex scripts that are written from left to right.
const COMPLEX: &[&str] = &[
    "as", "bho", "bn", "bo", "brx", "doi", "gom", "gu", "hi", "hne", "km", "kn", "lo", "mai", "ml", "mni", "mr", "my",
    "ne", "or", "pa", "si", "ta", "te", "th",
];

/// The name of the language in office formats: with its usual place, or the code as it is.
pub(crate) fn culture(language: &LanguageTag) -> &str {
    let code = language.code();
    CULTURES.iter().find(|(known, _)| *known == code).map_or(code, |(_, culture)| culture)
}

/// The script that the language is written in.
pub(crate) fn script(language: &LanguageTag) -> Script {
    match language.code() {
        "zh-Hans" | "zh-Hant" | "yue" | "lzh" | "ja" | "ko" => Script::EastAsian,
        code if COMPLEX.contains(&code) || is_right_to_left(language) => Script::Complex,
        _ => Script::Western,
    }
}

/// Whether the language is written from right to left.
pub(crate) fn is_right_to_left(language: &LanguageTag) -> bool {
    language.direction() == terjuman_model::Direction::RightToLeft
}

/// Whether a name of a language in an office format is that of `language`, whatever the place.
pub(crate) fn is_language(name: &str, language: &LanguageTag) -> bool {
    let base = |name: &str| name.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    base(name) == base(culture(language))
}
