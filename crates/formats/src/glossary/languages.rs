//! Whether the language that a file states is one of the pair's.

use terjuman_model::LanguageTag;

/// Whether `stated` is the same language as `wanted`; regions do not matter (`pt-BR` fits `pt-PT`), scripts do.
pub(super) fn fits(stated: &str, wanted: &LanguageTag) -> bool {
    let stated = stated.trim();
    let primary = stated.split(['-', '_']).next().unwrap_or_default();
    // `en-Latn-US` is not in the table of languages, yet `en` is.
    let Ok(tag) = stated.parse::<LanguageTag>().or_else(|_| primary.parse()) else { return false };
    if tag == *wanted {
        return true;
    }
    if tag.primary() != wanted.primary() {
        return false;
    }
    match (script(stated).or(script(tag.code())), script(wanted.code())) {
        // `zh` alone does not say which Chinese.
        (Some(a), Some(b)) => primary == stated || a.eq_ignore_ascii_case(b),
        _ => true,
    }
}

fn script(tag: &str) -> Option<&str> {
    tag.split(['-', '_']).skip(1).find(|part| part.len() == 4 && part.bytes().all(|b| b.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(stated: &str, wanted: &str, expected: bool) {
        assert_eq!(fits(stated, &wanted.parse().unwrap()), expected, "{stated} for {wanted}");
    }

    #[test]
    fn regions_do_not_matter_and_scripts_do() {
        for (stated, wanted) in [
            ("pt", "pt"),
            ("PT-br", "pt"),
            ("pt_BR", "pt-pt"),
            ("pt-PT", "pt"),
            ("en-US", "en"),
            ("en-Latn-US", "en"),
            ("zh", "zh-Hant"),
            ("zh-TW", "zh-Hant"),
            ("zh-Hant-HK", "zh-Hant"),
            ("no", "nb"),
            ("fr-CA", "fr"),
        ] {
            check(stated, wanted, true);
        }
        for (stated, wanted) in
            [("es", "pt"), ("zh-CN", "zh-Hant"), ("sr-Cyrl", "sr-Latn"), ("", "en"), ("x-none", "en"), ("eng", "en")]
        {
            check(stated, wanted, false);
        }
    }
}
