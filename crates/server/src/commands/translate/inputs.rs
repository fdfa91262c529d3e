//! Which files are translated, and where each translation goes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};
use terjuman_model::LanguageTag;
use terjuman_pipeline::Format;
use walkdir::WalkDir;

use crate::cli::TranslateArguments;

/// One document of the call.
pub(super) struct Work {
    /// How it is shown.
    pub(super) label: String,
    pub(super) input: PathBuf,
    pub(super) output: PathBuf,
}

/// Names every output. A folder gives every file below it that has a known format; a file named on the command line
/// is always taken, so that an unsupported one is an error and not a silence.
pub(super) fn plan(arguments: &TranslateArguments, target: &LanguageTag) -> anyhow::Result<Vec<Work>> {
    let mut found: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut has_folder = false;
    for input in &arguments.inputs {
        if input.is_dir() {
            has_folder = true;
            let before = found.len();
            walk(input, &mut found)?;
            ensure!(found.len() > before, "there is no document of a known format in {}", input.display());
        } else if input.is_file() {
            let name = input.file_name().map(PathBuf::from).unwrap_or_default();
            found.push((input.clone(), name));
        } else {
            bail!("there is no file or folder {}", input.display());
        }
    }
    let is_folder = |path: &Path| has_folder || found.len() > 1 || path.is_dir() || ends_in_separator(path);
    let into_folder = arguments.output.as_deref().map(|path| (path, is_folder(path)));
    let work: Vec<_> = found
        .into_iter()
        .map(|(input, relative)| {
            let output = match into_folder {
                None => beside(&input, target),
                Some((path, true)) => path.join(&relative),
                Some((path, false)) => path.to_path_buf(),
            };
            Work { label: relative.display().to_string(), input, output }
        })
        .collect();
    check_outputs(&work)?;
    Ok(work)
}

fn walk(folder: &Path, found: &mut Vec<(PathBuf, PathBuf)>) -> anyhow::Result<()> {
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        let known = entry.file_name().to_str().and_then(Format::from_name).is_some();
        if entry.file_type().is_file() && known {
            let relative = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_path_buf();
            found.push((entry.into_path(), relative));
        }
    }
    Ok(())
}

fn ends_in_separator(path: &Path) -> bool {
    path.to_string_lossy().ends_with(std::path::MAIN_SEPARATOR)
}

/// `report.docx` into `pt` becomes `report.pt.docx`.
fn beside(input: &Path, target: &LanguageTag) -> PathBuf {
    let stem = input.file_stem().unwrap_or_default().to_string_lossy();
    let extension = input.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    input.with_file_name(format!("{stem}.{target}{extension}"))
}

/// No output may be an input of the call, and no two outputs the same file.
fn check_outputs(work: &[Work]) -> anyhow::Result<()> {
    let inputs: std::collections::HashSet<_> = work.iter().filter_map(|item| item.input.canonicalize().ok()).collect();
    let mut outputs = HashMap::new();
    for item in work {
        let written = item.output.canonicalize().ok();
        ensure!(
            !written.is_some_and(|path| inputs.contains(&path)),
            "{} would be overwritten by a translation: give another --output",
            item.output.display()
        );
        if let Some(other) = outputs.insert(&item.output, &item.input) {
            bail!("{} and {} would both become {}", other.display(), item.input.display(), item.output.display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(inputs: &[PathBuf], output: Option<PathBuf>) -> TranslateArguments {
        TranslateArguments {
            inputs: inputs.to_vec(),
            to: "pt".into(),
            from: None,
            output,
            engine: None,
            glossaries: Vec::new(),
            options: Vec::new(),
            report: None,
        }
    }

    #[track_caller]
    fn check(dir: &Path, inputs: &[&str], output: Option<&str>, expected: &[&str]) {
        let inputs: Vec<_> = inputs.iter().map(|input| dir.join(input)).collect();
        let work = plan(&arguments(&inputs, output.map(|o| dir.join(o))), &"pt".parse().unwrap()).unwrap();
        let outputs: Vec<_> =
            work.iter().map(|item| item.output.strip_prefix(dir).unwrap().display().to_string()).collect();
        assert_eq!(outputs, expected);
    }

    #[test]
    fn outputs_are_named_beside_in_a_folder_or_as_given() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        std::fs::create_dir_all(root.join("in/deep")).unwrap();
        for name in ["in/a.txt", "in/deep/b.MD", "in/c.jpg", "in/d"] {
            std::fs::write(root.join(name), "x").unwrap();
        }
        check(root, &["in/a.txt"], None, &["in/a.pt.txt"]);
        check(root, &["in/a.txt"], Some("new.txt"), &["new.txt"]);
        check(root, &["in/a.txt"], Some("in/deep"), &["in/deep/a.txt"]);
        check(root, &["in"], Some("out"), &["out/a.txt", "out/deep/b.MD"]);
        check(root, &["in/c.jpg"], Some("x.jpg"), &["x.jpg"]);
        let refused = |inputs: &[PathBuf], output| plan(&arguments(inputs, output), &"pt".parse().unwrap()).is_err();
        assert!(refused(&[root.join("in/a.txt")], Some(root.join("in/a.txt"))), "an input is never overwritten");
        assert!(refused(&[root.join("in")], Some(root.join("in"))));
        assert!(refused(&[root.join("absent.txt")], None));
        assert!(refused(&[root.join("in/a.txt"), root.join("in/a.txt")], Some(root.join("out"))));
    }
}
