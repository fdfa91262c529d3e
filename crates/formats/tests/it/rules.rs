//! The pages of the formats name tests that exist.

use std::collections::BTreeSet;
use std::path::Path;

/// The section of a page that lists what its format asks for, each rule with the tests that show it.
const SECTION: &str = "## Rules and their tests\n";
/// The page of the formats that have no such section of their own.
const PAGE: &str = "rules.md";

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
    let mut count = 0;
    for entry in std::fs::read_dir(root.join("docs/formats")).expect("the pages of the formats") {
        let path = entry.expect("a folder that can be read").path();
        let page = std::fs::read_to_string(&path).expect("a page that can be read");
        let table = match page.split_once(SECTION) {
            Some((_, table)) => table,
            None if path.ends_with(PAGE) => &page,
            None => continue,
        };
        let lines: Vec<&str> = table.lines().collect();
        let is_rule = |pair: &[&str]| pair[0].starts_with("| ") && !pair.iter().any(|line| line.starts_with("| ---"));
        let last = lines.last().filter(|line| line.starts_with("| "));
        for row in lines.windows(2).filter(|pair| is_rule(pair)).map(|pair| &pair[0]).chain(last) {
            let (rule, named) = row.trim_end_matches(" |").rsplit_once(" | ").expect("a row of two cells");
            let names: Vec<&str> = named.split('`').skip(1).step_by(2).collect();
            assert!(!names.is_empty(), "{}: no test for {rule}", path.display());
            for name in names {
                assert!(tests.contains(name), "{}: `{name}` is no test", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 200, "{count} tests are named");
}
