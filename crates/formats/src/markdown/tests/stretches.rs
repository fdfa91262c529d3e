//! Documents that are read in stretches, and those of the corpus.

use std::path::Path;

use super::*;

/// The documents of the corpus, where it is at hand.
#[test]
#[expect(clippy::disallowed_methods, reason = "only the test run knows whether a skip is a failure")]
fn documents_of_the_corpus_keep_their_structure() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/markdown");
    let Ok(entries) = std::fs::read_dir(&corpus) else {
        assert!(std::env::var_os("CI").is_none(), "the corpus is missing: {}", corpus.display());
        println!("skipped: there is no corpus of markdown");
        return;
    };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        println!("{}", path.display());
        let (segments, skeleton) = open(&text);
        round_trips(&segments, &skeleton, &text);
        assert_eq!(found(&text, true), found(&text, false));
    }
}

/// What is found in a document that is read in stretches, or in one.
pub(super) fn found(markdown: &str, in_stretches: bool) -> (Vec<Segment>, Vec<std::ops::Range<usize>>, Untranslated) {
    let (head, _) = front_matter::read(markdown, &Options::default(), &mut Untranslated::default());
    let mut masked = mask::mask(markdown, head.end);
    if !in_stretches {
        masked.headings.clear();
    }
    let (mut found, mut extras, mut untranslated) =
        (Texts::default(), extras::Extras::default(), Untranslated::default());
    let (options, limits) = (Options::default(), Limits::default());
    let read = walk::walk(markdown, &masked, &options, &limits, &mut found, &mut extras, &mut untranslated);
    if read.is_err() {
        return Default::default();
    }
    found.sort_by_key(|place: &slot::Place| (place.range().start, std::cmp::Reverse(place.range().end)));
    (found.segments, found.slots.iter().map(slot::Place::range).collect(), untranslated)
}

#[test]
fn documents_are_read_in_stretches_as_they_are_in_one() {
    for markdown in [
        "a\n\n# b\n\n[c]\n\n# d\n\n[c]: /e \"f g\"\n",
        "[c]\n\n# d\n\n```\n[c]: /e\n```\n",
        "- ```\n  a\n\n# b\n\n```\nc\n\n# d\n```\n\n# e\n",
        "<!-- a\n\n# b\n\n-->\n\n# c\n\n<pre>\n\n# d\n",
        "````\n```\n\n# a\n````\n\n# b\n\n~~~\nc\n~~~\n\n# d\n",
        "> a\n\n# b\n\n![c][]\n\n# e\n\n[C]: /e\n\n# f\n\n[c]: /g \"h i\"\n",
        "a[^1]\n\n# b\n\n[^1]: c\n\n# d\n",
        "term\n: meaning\n\n# a\n\n: no meaning\r\n\r\n# b [x\\]y]\r\n\r\n# c\r\n\r\n[x\\]y]: z\r\n",
    ] {
        assert_eq!(found(markdown, true), found(markdown, false), "{markdown:?}");
    }
}
