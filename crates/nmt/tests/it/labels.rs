//! How many labels of our own list come out as a translator may write them: `tests/data/labels.*.tsv`.

use crate::support::{neural, plain, translate};

/// A label and what it may become, in small letters.
fn labels(list: &str) -> Vec<(&str, Vec<String>)> {
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (label, answers) = line.split_once('\t').unwrap();
            (label, answers.split('|').map(str::to_lowercase).collect())
        })
        .collect()
}

/// Asserts that at least so many labels come out well; tells those that do not.
#[track_caller]
fn check(pair: &str, list: &str, least: usize) {
    let Some(neural) = neural() else { return };
    let labels = labels(list);
    let sources: Vec<_> = labels.iter().map(|(label, _)| plain(label)).collect();
    let translated = translate(neural, pair, &sources);
    let mut good = 0;
    for ((label, answers), translated) in labels.iter().zip(&translated) {
        if answers.contains(&translated.text.to_lowercase()) {
            good += 1;
        } else {
            println!("{label} -> {}", translated.text);
        }
    }
    println!("{pair}: {good} of {} labels", labels.len());
    assert!(good >= least, "{pair}: {good} of {} labels, not {least}", labels.len());
}

#[test]
fn labels_come_out_as_people_write_them() {
    check("en-pt", include_str!("../data/labels.en-pt.tsv"), 252);
    check("pt-en", include_str!("../data/labels.pt-en.tsv"), 86);
}
