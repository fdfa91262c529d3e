//! What to do with documents in formats that are not read: the message of a refusal says it.

/// Extensions of a kind, and what their documents can be made.
const ADVICE: [(&[&str], &str); 9] = [
    (
        &[
            "doc", "dot", "wps", "wpd", "wri", "hwp", "hwpx", "sxw", "pages", "abw", "epub", "tex", "rst", "adoc",
            "org", "pdf",
        ],
        "save the document as .docx or .odt, and send that",
    ),
    (&["xls", "xlt", "xlsb", "xlam", "xla", "sxc", "numbers"], "save the workbook as .xlsx or .ods, and send that"),
    (&["ppt", "pps", "ppam", "ppa", "thmx", "sxi", "key"], "save the presentation as .pptx or .odp, and send that"),
    (
        &[
            "po",
            "pot",
            "ts",
            "resx",
            "strings",
            "stringsdict",
            "xcstrings",
            "properties",
            "arb",
            "ini",
            "xlz",
            "tmx",
            "tbx",
        ],
        "convert its messages to XLIFF (.xlf), translate them, and convert them back",
    ),
    (&["ditaval"], "it holds conditions and no text to read; send the .ditamap and the topics"),
    (
        &["yaml", "yml", "toml", "json5", "jsonc", "jsonl", "ndjson", "geojson", "webmanifest", "ipynb"],
        "send it as .json",
    ),
    (&["srt", "vtt", "sbv", "log", "text"], "send it as .txt"),
    (&["shtml", "hta", "php", "asp", "aspx", "jsp", "vue", "svelte"], "send the page that it makes as .html"),
    (&["emlx", "mbox", "oft"], "save each message as .eml or .msg, and send that"),
];

/// What can be done with documents whose names end in `extension`, if it is known to be no format of ours. Their bytes may well look
/// like plain text, which they are not.
pub(crate) fn advice(extension: &str) -> Option<&'static str> {
    let is_it = |known: &&str| known.eq_ignore_ascii_case(extension);
    ADVICE.iter().find(|(extensions, _)| extensions.iter().any(is_it)).map(|(_, advice)| *advice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Format, formats};

    #[test]
    fn no_format_is_refused_and_no_extension_has_two_advices() {
        let mut seen = std::collections::HashSet::new();
        for extension in ADVICE.iter().flat_map(|(extensions, _)| *extensions) {
            assert!(Format::from_name(&format!("a.{extension}")).is_none(), "{extension}");
            assert!(seen.insert(extension), "{extension}");
        }
        // What is advised is taken.
        for named in ADVICE.iter().flat_map(|(_, advice)| advice.split(['(', ')', ' ', ','])) {
            let taken = formats().iter().any(|entry| entry.extensions.contains(&named));
            assert!(!named.starts_with('.') || taken, "{named}");
        }
    }

    #[test]
    fn what_can_be_done_is_told() {
        assert_eq!(advice("PO"), advice("properties"));
        assert!(advice("xlsb").is_some_and(|advice| advice.contains(".xlsx")));
        assert_eq!(advice("jpg"), None);
    }
}
