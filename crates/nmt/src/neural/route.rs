//! Which models lead from one language to another.

use terjuman_model::{LanguagePair, LanguageTag, languages};

/// One model, or two by way of English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Direct(LanguagePair),
    Pivot(LanguagePair, LanguagePair),
}

const PIVOT: &str = "en";

/// The route for a pair with the models there are.
pub(crate) fn route(models: &[LanguagePair], pair: &LanguagePair) -> Option<Route> {
    if pair.source.primary() == pair.target.primary() {
        // From one regional variant to another there is nothing to translate with.
        return find(models, pair).filter(|found| found == pair).map(Route::Direct);
    }
    if let Some(direct) = find(models, pair) {
        return Some(Route::Direct(direct));
    }
    let pivot: LanguageTag = PIVOT.parse().ok()?;
    let first = find(models, &LanguagePair { source: pair.source.clone(), target: pivot.clone() })?;
    let second = find(models, &LanguagePair { source: pivot, target: pair.target.clone() })?;
    Some(Route::Pivot(first, second))
}

/// Every pair that has a route, ordered by code.
pub(crate) fn pairs(models: &[LanguagePair]) -> Vec<LanguagePair> {
    let tags: Vec<LanguageTag> = languages().filter_map(|(code, ..)| code.parse().ok()).collect();
    let reads = |tag: &&LanguageTag| models.iter().any(|model| serves(&model.source, tag));
    let writes = |tag: &&LanguageTag| models.iter().any(|model| serves(&model.target, tag));
    let sources: Vec<_> = tags.iter().filter(reads).collect();
    let targets: Vec<_> = tags.iter().filter(writes).collect();
    let all = sources.iter().flat_map(|source| targets.iter().map(move |target| (*source, *target)));
    all.map(|(source, target)| LanguagePair { source: source.clone(), target: target.clone() })
        .filter(|pair| pair.source != pair.target && route(models, pair).is_some())
        .collect()
}

/// The model for a pair: of the very languages if there is one, of the base languages otherwise.
fn find(models: &[LanguagePair], pair: &LanguagePair) -> Option<LanguagePair> {
    let serving =
        models.iter().filter(|model| serves(&model.source, &pair.source) && serves(&model.target, &pair.target));
    let exact =
        |model: &&LanguagePair| usize::from(model.source == pair.source) + usize::from(model.target == pair.target);
    serving.max_by_key(exact).cloned()
}

/// Whether a model's language serves a request's: itself and its regional variants, but no other script.
fn serves(model: &LanguageTag, requested: &LanguageTag) -> bool {
    let region = || requested.code().split_once('-').is_some_and(|(_, region)| region.len() == 2);
    model == requested || (region() && model.code() == requested.primary())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::parse_pair;

    fn installed(pairs: &[&str]) -> Vec<LanguagePair> {
        pairs.iter().map(|pair| parse_pair(pair).unwrap()).collect()
    }

    fn wanted(source: &str, target: &str) -> LanguagePair {
        LanguagePair { source: source.parse().unwrap(), target: target.parse().unwrap() }
    }

    #[track_caller]
    fn check(models: &[&str], source: &str, target: &str, expected: Option<&str>) {
        let found = route(&installed(models), &wanted(source, target));
        let shown = found.map(|route| match route {
            Route::Direct(pair) => pair.to_string(),
            Route::Pivot(first, second) => format!("{first} {second}"),
        });
        assert_eq!(shown.as_deref(), expected);
    }

    #[test]
    fn direct_models_come_before_pivots_and_variants_are_served_by_their_language() {
        let models = &["en-pt", "pt-en", "en-fr", "fr-en", "zh-Hans-en"];
        check(models, "en", "pt", Some("en-pt"));
        check(models, "en-US", "pt-BR", Some("en-pt"));
        check(models, "en", "pt-pt", Some("en-pt"));
        check(models, "pt-PT", "fr-ca", Some("pt-en en-fr"));
        check(models, "zh", "pt", Some("zh-Hans-en en-pt"));
        check(models, "zh-Hant", "pt", None);
        check(models, "pt", "pt-pt", None);
        check(models, "pt", "zh", None);
        check(models, "de", "en", None);
        check(&["en-pt", "en-pt-pt"], "en", "pt-pt", Some("en-pt-pt"));
        check(&["pt-fr", "pt-en", "en-fr"], "pt", "fr", Some("pt-fr"));
    }

    #[test]
    fn pairs_are_direct_and_by_way_of_english() {
        let shown =
            |models: &[&str]| -> Vec<String> { pairs(&installed(models)).iter().map(ToString::to_string).collect() };
        assert_eq!(shown(&["en-pt", "pt-en"]), ["en-pt", "en-pt-pt", "pt-en", "pt-pt-en"]);
        assert_eq!(shown(&["de-en", "en-ja"]), ["de-en", "de-ja", "en-ja"]);
        assert!(shown(&[]).is_empty());
    }
}
