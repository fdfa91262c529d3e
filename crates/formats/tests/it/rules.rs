//! The pages of the formats name tests that exist.

use std::collections::BTreeSet;
use std::path::Path;

/// The section of a page that lists what its format asks for, each rule with the tests that show it.
const SECTION: &str = "## Rules and their tests\n";

/// The names of all functions in the sources below a folder that are marked as tests, or stand in a `proptest!`.
fn tests_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a folder that can be read").path();
        if path.is_dir() {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source that can be read");
            let mut is_marked = false;
            for line in text.lines().map(str::trim) {
                is_marked |= line == "#[test]";
                let Some((_, rest)) = line.split_once("fn ") else { continue };
                let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                if std::mem::take(&mut is_marked) {
                    found.insert(name.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_test_that_the_pages_of_formats_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("a workspace");
    let mut tests = BTreeSet::new();
    tests_below(&root.join("crates"), &mut tests);
    let mut tables = 0;
    for entry in std::fs::read_dir(root.join("docs/formats")).expect("the pages of the formats") {
        let path = entry.expect("a folder that can be read").path();
        let page = std::fs::read_to_string(&path).expect("a page that can be read");
        let Some((_, table)) = page.split_once(SECTION) else { continue };
        tables += 1;
        let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(2).collect();
        assert!(!rows.is_empty(), "{}: no rule", path.display());
        for row in rows {
            let (rule, named) = row.trim_end_matches(" |").rsplit_once(" | ").expect("a row of two cells");
            let names: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
            assert!(!names.is_empty(), "{}: no test for {rule}", path.display());
            for name in names {
                assert!(tests.contains(name), "{}: `{name}` is no test", path.display());
            }
        }
    }
    assert!(tables >= 5, "{tables} pages have rules");
}
