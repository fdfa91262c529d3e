//! The page of rules names tests that exist.

use std::collections::BTreeSet;
use std::path::Path;

/// The names of all functions in the sources below a folder that stand below a line with `test`, or in `proptest!`.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            tests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source is text");
            let mut is_marked = false;
            for line in text.lines().map(str::trim) {
                is_marked |= line.starts_with("#[test]");
                let Some((_, rest)) = line.split_once("fn ") else { continue };
                if std::mem::take(&mut is_marked) {
                    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                    found.insert(name.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_test_that_the_rules_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the crate lies in the workspace");
    let page = std::fs::read_to_string(root.join("docs/formats/rules.md")).expect("the page is there");
    let mut found = BTreeSet::new();
    for folder in ["crates/formats", "crates/pipeline"] {
        tests(&root.join(folder), &mut found);
    }
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| rule ") && !line.starts_with("| ---"));
    let mut count = 0;
    for row in rows {
        let (rule, names) = row.trim_matches(['|', ' ']).rsplit_once(" | ").expect("a row has two columns");
        let names: Vec<&str> = names.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test shows this: {rule}");
        for name in names {
            assert!(found.contains(name), "{rule}: `{name}` is no test");
            count += 1;
        }
    }
    assert!(count > 100, "the page has lost its rows");
}
