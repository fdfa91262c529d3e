//! Language tags as the API spells them: the codes it knows, their aliases, and which way they are written.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// Which way a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Latin, Cyrillic, Han and most others.
    LeftToRight,
    /// Arabic, Hebrew, Thaana and their relatives.
    RightToLeft,
}

use Direction::{LeftToRight, RightToLeft};

/// Every language code of the API (`api.md` section 17), its English name and its direction, by code.
const LANGUAGES: &[(&str, &str, Direction)] = &[
    ("af", "Afrikaans", LeftToRight),
    ("am", "Amharic", LeftToRight),
    ("ar", "Arabic", RightToLeft),
    ("as", "Assamese", LeftToRight),
    ("az", "Azerbaijani", LeftToRight),
    ("ba", "Bashkir", LeftToRight),
    ("be", "Belarusian", LeftToRight),
    ("bg", "Bulgarian", LeftToRight),
    ("bho", "Bhojpuri", LeftToRight),
    ("bn", "Bangla", LeftToRight),
    ("bo", "Tibetan", LeftToRight),
    ("brx", "Bodo", LeftToRight),
    ("bs", "Bosnian", LeftToRight),
    ("ca", "Catalan", LeftToRight),
    ("cs", "Czech", LeftToRight),
    ("cy", "Welsh", LeftToRight),
    ("da", "Danish", LeftToRight),
    ("de", "German", LeftToRight),
    ("doi", "Dogri", LeftToRight),
    ("dsb", "Lower Sorbian", LeftToRight),
    ("dv", "Divehi", RightToLeft),
    ("el", "Greek", LeftToRight),
    ("en", "English", LeftToRight),
    ("es", "Spanish", LeftToRight),
    ("et", "Estonian", LeftToRight),
    ("eu", "Basque", LeftToRight),
    ("fa", "Persian", RightToLeft),
    ("fi", "Finnish", LeftToRight),
    ("fil", "Filipino", LeftToRight),
    ("fj", "Fijian", LeftToRight),
    ("fo", "Faroese", LeftToRight),
    ("fr", "French", LeftToRight),
    ("fr-ca", "French (Canada)", LeftToRight),
    ("ga", "Irish", LeftToRight),
    ("gl", "Galician", LeftToRight),
    ("gom", "Konkani", LeftToRight),
    ("gu", "Gujarati", LeftToRight),
    ("ha", "Hausa", LeftToRight),
    ("he", "Hebrew", RightToLeft),
    ("hi", "Hindi", LeftToRight),
    ("hne", "Chhattisgarhi", LeftToRight),
    ("hr", "Croatian", LeftToRight),
    ("hsb", "Upper Sorbian", LeftToRight),
    ("ht", "Haitian Creole", LeftToRight),
    ("hu", "Hungarian", LeftToRight),
    ("hy", "Armenian", LeftToRight),
    ("id", "Indonesian", LeftToRight),
    ("ig", "Igbo", LeftToRight),
    ("ikt", "Inuinnaqtun", LeftToRight),
    ("is", "Icelandic", LeftToRight),
    ("it", "Italian", LeftToRight),
    ("iu", "Inuktitut", LeftToRight),
    ("iu-Latn", "Inuktitut (Latin)", LeftToRight),
    ("ja", "Japanese", LeftToRight),
    ("ka", "Georgian", LeftToRight),
    ("kk", "Kazakh", LeftToRight),
    ("km", "Khmer", LeftToRight),
    ("kmr", "Kurdish (Northern)", LeftToRight),
    ("kn", "Kannada", LeftToRight),
    ("ko", "Korean", LeftToRight),
    ("ks", "Kashmiri", RightToLeft),
    ("ku", "Kurdish (Central)", RightToLeft),
    ("ky", "Kyrgyz", LeftToRight),
    ("ln", "Lingala", LeftToRight),
    ("lo", "Lao", LeftToRight),
    ("lt", "Lithuanian", LeftToRight),
    ("lug", "Ganda", LeftToRight),
    ("lv", "Latvian", LeftToRight),
    ("lzh", "Chinese (Literary)", LeftToRight),
    ("mai", "Maithili", LeftToRight),
    ("mg", "Malagasy", LeftToRight),
    ("mi", "Māori", LeftToRight),
    ("mk", "Macedonian", LeftToRight),
    ("ml", "Malayalam", LeftToRight),
    ("mn-Cyrl", "Mongolian (Cyrillic)", LeftToRight),
    ("mn-Mong", "Mongolian (Traditional)", LeftToRight),
    ("mni", "Manipuri", LeftToRight),
    ("mr", "Marathi", LeftToRight),
    ("ms", "Malay", LeftToRight),
    ("mt", "Maltese", LeftToRight),
    ("mww", "Hmong Daw", LeftToRight),
    ("my", "Myanmar (Burmese)", LeftToRight),
    ("nb", "Norwegian", LeftToRight),
    ("ne", "Nepali", LeftToRight),
    ("nl", "Dutch", LeftToRight),
    ("nn", "Norwegian Nynorsk", LeftToRight),
    ("nso", "Sesotho sa Leboa", LeftToRight),
    ("nya", "Nyanja", LeftToRight),
    ("or", "Odia", LeftToRight),
    ("otq", "Querétaro Otomi", LeftToRight),
    ("pa", "Punjabi", LeftToRight),
    ("pl", "Polish", LeftToRight),
    ("prs", "Dari", RightToLeft),
    ("ps", "Pashto", RightToLeft),
    ("pt", "Portuguese (Brazil)", LeftToRight),
    ("pt-pt", "Portuguese (Portugal)", LeftToRight),
    ("ro", "Romanian", LeftToRight),
    ("ru", "Russian", LeftToRight),
    ("run", "Rundi", LeftToRight),
    ("rw", "Kinyarwanda", LeftToRight),
    ("sd", "Sindhi", RightToLeft),
    ("si", "Sinhala", LeftToRight),
    ("sk", "Slovak", LeftToRight),
    ("sl", "Slovenian", LeftToRight),
    ("sm", "Samoan", LeftToRight),
    ("sn", "Shona", LeftToRight),
    ("so", "Somali", LeftToRight),
    ("sq", "Albanian", LeftToRight),
    ("sr-Cyrl", "Serbian (Cyrillic)", LeftToRight),
    ("sr-Latn", "Serbian (Latin)", LeftToRight),
    ("st", "Sesotho", LeftToRight),
    ("sv", "Swedish", LeftToRight),
    ("sw", "Swahili", LeftToRight),
    ("ta", "Tamil", LeftToRight),
    ("te", "Telugu", LeftToRight),
    ("th", "Thai", LeftToRight),
    ("ti", "Tigrinya", LeftToRight),
    ("tk", "Turkmen", LeftToRight),
    ("tlh-Latn", "Klingon", LeftToRight),
    ("tlh-Piqd", "Klingon (plqaD)", LeftToRight),
    ("tn", "Setswana", LeftToRight),
    ("to", "Tongan", LeftToRight),
    ("tr", "Turkish", LeftToRight),
    ("tt", "Tatar", LeftToRight),
    ("ty", "Tahitian", LeftToRight),
    ("ug", "Uyghur", RightToLeft),
    ("uk", "Ukrainian", LeftToRight),
    ("ur", "Urdu", RightToLeft),
    ("uz", "Uzbek", LeftToRight),
    ("vi", "Vietnamese", LeftToRight),
    ("xh", "Xhosa", LeftToRight),
    ("yo", "Yoruba", LeftToRight),
    ("yua", "Yucatec Maya", LeftToRight),
    ("yue", "Cantonese (Traditional)", LeftToRight),
    ("zh-Hans", "Chinese Simplified", LeftToRight),
    ("zh-Hant", "Chinese Traditional", LeftToRight),
    ("zu", "Zulu", LeftToRight),
];

/// Other spellings that the API takes, and a few that people write.
const ALIASES: &[(&str, &str)] = &[
    ("kk-cyrl", "kk"),
    ("kk-latn", "kk"),
    ("ku-arab", "ku"),
    ("ku-latn", "kmr"),
    ("no", "nb"),
    ("pt-br", "pt"),
    ("sr", "sr-Latn"),
    ("zh", "zh-Hans"),
    ("zh-cn", "zh-Hans"),
    ("zh-sg", "zh-Hans"),
    ("zh-hk", "zh-Hant"),
    ("zh-tw", "zh-Hant"),
    ("iw", "he"),
    ("in", "id"),
    ("tl", "fil"),
];

/// A known language. Compares by its canonical code; shows itself as it was spelled, which is what the API echoes.
#[derive(Debug, Clone)]
pub struct LanguageTag {
    spelled: String,
    row: usize,
}

/// The text names no known language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a known language code")]
pub struct LanguageTagError;

/// Every known language: canonical code, English name, direction; ordered by code.
pub fn languages() -> impl Iterator<Item = (&'static str, &'static str, Direction)> {
    LANGUAGES.iter().copied()
}

impl LanguageTag {
    /// The canonical code: `pt` for `PT-BR`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        LANGUAGES[self.row].0
    }

    /// The language without script or region: `zh` for `zh-Hans`, `pt` for `pt-pt`.
    #[must_use]
    pub fn primary(&self) -> &'static str {
        self.code().split('-').next().unwrap_or_default()
    }

    /// The English name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        LANGUAGES[self.row].1
    }

    /// Which way it is written.
    #[must_use]
    pub fn direction(&self) -> Direction {
        LANGUAGES[self.row].2
    }
}

impl FromStr for LanguageTag {
    type Err = LanguageTagError;

    /// Case does not matter. A region that the table lacks falls back to its language: `en-US` is `en`.
    fn from_str(text: &str) -> Result<Self, LanguageTagError> {
        let spelled = text.trim();
        let find = |code: &str| LANGUAGES.iter().position(|(known, ..)| known.eq_ignore_ascii_case(code));
        let alias = |code: &str| ALIASES.iter().find(|(from, _)| from.eq_ignore_ascii_case(code)).map(|(_, to)| *to);
        let row = find(spelled).or_else(|| alias(spelled).and_then(find)).or_else(|| {
            let (primary, region) = spelled.split_once(['-', '_'])?;
            let is_region = region.len() == 2 && region.bytes().all(|b| b.is_ascii_alphabetic());
            let is_area = region.len() == 3 && region.bytes().all(|b| b.is_ascii_digit());
            (is_region || is_area).then(|| find(primary).or_else(|| alias(primary).and_then(find)))?
        });
        row.map(|row| Self { spelled: spelled.to_owned(), row }).ok_or(LanguageTagError)
    }
}

impl PartialEq for LanguageTag {
    fn eq(&self, other: &Self) -> bool {
        self.row == other.row
    }
}

impl Eq for LanguageTag {}

impl Hash for LanguageTag {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.row.hash(state);
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled)
    }
}

impl serde::Serialize for LanguageTag {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.spelled)
    }
}

impl<'de> serde::Deserialize<'de> for LanguageTag {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// From which language into which.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LanguagePair {
    /// The language of the document.
    pub source: LanguageTag,
    /// The language wanted.
    pub target: LanguageTag,
}

impl fmt::Display for LanguagePair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.source.code(), self.target.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_without_doubles() {
        let codes: Vec<_> = LANGUAGES.iter().map(|(code, ..)| code.to_lowercase()).collect();
        assert!(codes.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn spelling_is_kept_and_aliases_are_equal() {
        let spelled: LanguageTag = "PT-br".parse().unwrap();
        assert_eq!(spelled.to_string(), "PT-br");
        assert_eq!(spelled.code(), "pt");
        assert_eq!(spelled, "pt".parse().unwrap());
        assert_ne!(spelled, "pt-PT".parse().unwrap());
        assert_eq!("en-US".parse::<LanguageTag>().unwrap().code(), "en");
        assert_eq!("es-419".parse::<LanguageTag>().unwrap().code(), "es");
        assert_eq!("he".parse::<LanguageTag>().unwrap().direction(), Direction::RightToLeft);
    }

    #[test]
    fn unknown_codes_are_refused() {
        for bad in ["", "xx", "english", "en-", "e", "en-Latn-US", "en;drop"] {
            assert!(bad.parse::<LanguageTag>().is_err(), "{bad}");
        }
    }
}
