//! The page of promises names tests that exist.

use std::collections::BTreeSet;
use std::path::Path;

/// The names of all functions in the sources below a folder that stand below a line with `test`, or are listed in a suite.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                functions(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            // A promise of a suite is a plain function: its name stands a second time, in the list.
            let lists = text.split("conformance!([").skip(1).filter_map(|rest| rest.split("]);").next());
            let suite: BTreeSet<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
            let mut marked = false;
            for line in text.lines().map(str::trim) {
                marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                let Some((_, rest)) = line.split_once("fn ") else { continue };
                let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                if std::mem::take(&mut marked) || suite.contains(name) {
                    found.insert(name.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_test_that_the_promises_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let page = std::fs::read_to_string(root.join("docs/promises.md")).unwrap();
    let mut tests = BTreeSet::new();
    functions(&root.join("crates"), &mut tests);
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| P"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let numbers: Vec<String> = rows.iter().map(|row| row[1].to_owned()).collect();
    assert_eq!(numbers, (1..=21).map(|number| format!("P{number}")).collect::<Vec<_>>());
    for row in rows {
        let names: Vec<&str> = row[3].split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{} names no test", row[1]);
        for name in names {
            assert!(tests.contains(name), "{}: `{name}` is no test", row[1]);
        }
    }
    // The same for the faults of storage, in whichever column.
    let faults: Vec<&str> = page.lines().filter(|line| line.starts_with("| U")).collect();
    let numbers: Vec<&str> = faults.iter().filter_map(|row| row[2..].split(' ').next()).collect();
    let expected: Vec<String> = [8].into_iter().chain(14..=28).map(|number: u8| format!("U{number:02}")).collect();
    assert_eq!(numbers, expected);
    for row in faults {
        let cells = row.split('|').skip(3);
        let names: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        assert!(!names.is_empty(), "{row} names no test");
        for name in names {
            assert!(tests.contains(name), "{row}: `{name}` is no test");
        }
    }
}
