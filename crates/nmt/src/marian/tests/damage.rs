//! Files that are truncated or corrupt: an error that names the file, never a panic, never nonsense.

use std::path::Path;

use super::*;
use crate::marian::LoadError;

fn error(files: &Files) -> Option<LoadError> {
    Engine::load(files, Kernel::detect()).err()
}

/// What is named in the error, which must be this file.
#[track_caller]
fn reason(files: &Files, file: &Path) -> String {
    let text = error(files).expect("a damaged file is refused").to_string();
    let name = file.display().to_string();
    assert!(text.starts_with(&name), "{text} does not name {name}");
    text[name.len()..].to_owned()
}

fn all(files: &Files) -> Vec<&Path> {
    [&files.model, &files.source_vocabulary, &files.target_vocabulary]
        .into_iter()
        .chain(&files.shortlist)
        .map(std::path::PathBuf::as_path)
        .collect()
}

#[test]
fn every_truncation_is_an_error_that_names_the_file() {
    let (_folder, files) = synthetic(&Recipe::base(41));
    let mut random = Random::new(41);
    for file in all(&files) {
        let whole = std::fs::read(file).expect("it was written");
        let lengths = (0..64).map(|_| random.below(whole.len())).chain([0, 1, 7, 8, 15, 16, whole.len() - 1]);
        for length in lengths.collect::<Vec<_>>() {
            std::fs::write(file, &whole[..length]).expect("it can be written");
            reason(&files, file);
        }
        std::fs::write(file, &whole).expect("it can be written");
    }
    assert!(error(&files).is_none());
}

#[test]
fn a_vocabulary_of_garbage_is_an_error_that_names_the_file() {
    let (_folder, files) = synthetic(&Recipe::base(45));
    let mut random = Random::new(45);
    let noise: Vec<u8> = (0..5000).map(|_| random.next() as u8).collect();
    // Also what one gets for a file that is not there any more, or that was not fetched.
    let page = b"<!DOCTYPE html><html><head><title>404 Not Found</title></head></html>";
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 814128\n";
    for file in [&files.source_vocabulary, &files.target_vocabulary] {
        let whole = std::fs::read(file).expect("it was written");
        for garbage in [&noise, &page[..], &pointer[..], &[0; 4096], &[0xff; 4096], b"\n", b"a\tb\n-1.5\tc\n"] {
            std::fs::write(file, garbage).expect("it can be written");
            assert!(matches!(error(&files), Some(LoadError::Damaged { .. } | LoadError::Unsupported { .. })));
            assert!(reason(&files, file).len() > ": ".len());
        }
        std::fs::write(file, &whole).expect("it can be written");
    }
    assert!(error(&files).is_none());
}

#[test]
fn flipped_bits_never_panic() {
    let (_folder, files) = synthetic(&Recipe::tiny(42));
    let mut random = Random::new(42);
    for file in all(&files) {
        let whole = std::fs::read(file).expect("it was written");
        for _ in 0..300 {
            let mut bytes = whole.clone();
            // Most of a file is weights: begin where the structure is.
            let reach = if random.below(2) == 0 { 4000.min(bytes.len()) } else { bytes.len() };
            for _ in 0..=random.below(3) {
                let place = random.below(reach);
                bytes[place] ^= 1 << random.below(8);
            }
            std::fs::write(file, &bytes).expect("it can be written");
            // Either refused, or some model, whose output is as good as its input.
            if let Ok(engine) = Engine::load(&files, Kernel::detect()) {
                let hypotheses = translate(&engine, &sentences(1, 2));
                hypotheses.iter().for_each(|hypothesis| drop(engine.decode(&hypothesis.ids)));
            }
        }
        std::fs::write(file, &whole).expect("it can be written");
    }
}

#[test]
fn a_shortlist_is_covered_by_its_checksum() {
    let (_folder, files) = synthetic(&Recipe::tiny(43));
    let file = files.shortlist.as_deref().expect("it has one");
    let mut bytes = std::fs::read(file).expect("it was written");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).expect("it can be written");
    assert_eq!(reason(&files, file), ": corrupt: the checksum does not match");
}

#[test]
fn what_belongs_to_another_model_is_noticed() {
    let (_one, tiny) = synthetic(&Recipe::tiny(44));
    let (_other, base) = synthetic(&Recipe::base(44));
    let mixed = Files { source_vocabulary: base.target_vocabulary.clone(), ..tiny.clone() };
    assert!(reason(&mixed, &mixed.source_vocabulary).contains("pieces, but the model has"));
    let swapped = Files { model: tiny.source_vocabulary.clone(), ..tiny.clone() };
    assert!(reason(&swapped, &swapped.model).contains("not a Marian binary model"));
    let missing = Files { shortlist: Some("nowhere/lex.bin".into()), ..tiny };
    assert!(matches!(error(&missing), Some(LoadError::Read { file, .. }) if file == Path::new("nowhere/lex.bin")));
}
