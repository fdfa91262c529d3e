//! The list of languages, as the Text Translator API has it: public, and only what the standard engine translates
//! (`api.md` section 17).

use std::collections::{BTreeMap, HashSet};

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use terjuman_model::Direction;
use terjuman_pipeline::Pairs;

use crate::App;
use crate::error::ApiError;
use crate::reply::Json;
use crate::request::query::Query;

#[derive(Serialize)]
struct LanguagesBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    translation: Option<BTreeMap<&'static str, LanguageBody>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LanguageBody {
    name: &'static str,
    native_name: &'static str,
    dir: &'static str,
}

/// `GET /languages`.
pub(crate) async fn languages(State(app): State<App>, RawQuery(query): RawQuery) -> Result<Response, ApiError> {
    let query = Query::parse(query.as_deref().unwrap_or_default());
    let scopes: Vec<_> = query.list("scope").collect();
    let wanted = scopes.is_empty() || scopes.iter().any(|scope| scope.eq_ignore_ascii_case("translation"));
    let translation = wanted.then(|| served(&app));
    Ok(Json(&LanguagesBody { translation }).into_response())
}

/// The languages that the standard engine translates from or into.
fn served(app: &App) -> BTreeMap<&'static str, LanguageBody> {
    let codes: Option<HashSet<_>> = match app.engines().default_engine().pairs() {
        Pairs::Any => None,
        Pairs::Only(pairs) => Some(pairs.iter().flat_map(|pair| [pair.source.code(), pair.target.code()]).collect()),
    };
    terjuman_model::languages()
        .filter(|(code, ..)| codes.as_ref().is_none_or(|codes| codes.contains(code)))
        .map(|(code, name, direction)| {
            let dir = match direction {
                Direction::LeftToRight => "ltr",
                Direction::RightToLeft => "rtl",
            };
            (code, LanguageBody { name, native_name: native_name(code).unwrap_or(name), dir })
        })
        .collect()
}

/// What a language calls itself, where it differs from the English name and many speak it.
fn native_name(code: &str) -> Option<&'static str> {
    NATIVE.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

const NATIVE: &[(&str, &str)] = &[
    ("am", "አማርኛ"),
    ("ar", "العربية"),
    ("az", "Azərbaycan"),
    ("be", "беларуская"),
    ("bg", "Български"),
    ("bn", "বাংলা"),
    ("bs", "Bosanski"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("cy", "Cymraeg"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("eu", "Euskara"),
    ("fa", "فارسی"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("fr-ca", "Français (Canada)"),
    ("ga", "Gaeilge"),
    ("gl", "Galego"),
    ("gu", "ગુજરાતી"),
    ("he", "עברית"),
    ("hi", "हिन्दी"),
    ("hr", "Hrvatski"),
    ("ht", "Kreyòl ayisyen"),
    ("hu", "Magyar"),
    ("hy", "Հայերեն"),
    ("id", "Bahasa Indonesia"),
    ("is", "Íslenska"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("ka", "ქართული"),
    ("kk", "Қазақ тілі"),
    ("kn", "ಕನ್ನಡ"),
    ("ko", "한국어"),
    ("lt", "Lietuvių"),
    ("lv", "Latviešu"),
    ("mk", "Македонски"),
    ("ml", "മലയാളം"),
    ("mr", "मराठी"),
    ("ms", "Bahasa Melayu"),
    ("mt", "Malti"),
    ("nb", "Norsk bokmål"),
    ("ne", "नेपाली"),
    ("nl", "Nederlands"),
    ("nn", "Norsk nynorsk"),
    ("pa", "ਪੰਜਾਬੀ"),
    ("pl", "Polski"),
    ("pt", "Português (Brasil)"),
    ("pt-pt", "Português (Portugal)"),
    ("ro", "Română"),
    ("ru", "Русский"),
    ("sk", "Slovenčina"),
    ("sl", "Slovenščina"),
    ("sq", "Shqip"),
    ("sr-Cyrl", "Српски (ћирилица)"),
    ("sr-Latn", "Srpski (latinica)"),
    ("sv", "Svenska"),
    ("sw", "Kiswahili"),
    ("ta", "தமிழ்"),
    ("te", "తెలుగు"),
    ("th", "ไทย"),
    ("tr", "Türkçe"),
    ("uk", "Українська"),
    ("ur", "اردو"),
    ("uz", "Oʻzbekcha"),
    ("vi", "Tiếng Việt"),
    ("zh-Hans", "中文 (简体)"),
    ("zh-Hant", "繁體中文 (繁體)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_names_are_of_known_languages() {
        let codes: HashSet<_> = terjuman_model::languages().map(|(code, ..)| code).collect();
        assert!(NATIVE.iter().all(|(code, _)| codes.contains(code)));
    }
}
