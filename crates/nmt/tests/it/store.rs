//! The model store with real models: adding, damage, what a running engine makes of both.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use terjuman_nmt::{Models, ModelsError, Neural, NeuralConfig, Pairs, Role, Source, TranslateError, Translator};

use crate::support::{marked, models, pair_of, plain, translate};

fn config() -> NeuralConfig {
    NeuralConfig { threads: std::num::NonZeroUsize::new(1), ..NeuralConfig::default() }
}

#[test]
fn a_model_that_is_added_is_used_at_once_and_one_removed_no_longer() {
    let Some(pack) = models() else { return };
    let work = tempfile::tempdir().unwrap();
    let store = Models::new(work.path().join("store"));
    let neural = Neural::new(store.clone(), &config()).unwrap();
    let pair = pair_of("en-pt");
    assert!(!neural.supports(&pair));
    store.add(&pack.join("en-pt")).unwrap();
    assert!(neural.supports(&pair) && !neural.supports(&pair_of("pt-en")));
    assert_eq!(translate(&neural, "en-pt", &[plain("Good morning.")])[0].text, "Bom dia.");
    store.remove(&pair).unwrap();
    assert!(matches!(neural.translate(&pair, &[plain("x")], &()), Err(TranslateError::UnknownPair(_))));
}

/// Changes one file of an installed model, and its hash with it if the damage is to get past the check.
fn damage(store: &Path, role: Role, is_known: bool, change: impl Fn(&mut Vec<u8>)) -> String {
    let models = Models::new(store);
    let mut manifest = models.get(&pair_of("en-pt")).unwrap();
    let file = manifest.files.iter_mut().find(|file| file.role == role).unwrap();
    let path = store.join("en-pt").join(&file.name);
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(&path, &bytes).unwrap();
    let name = file.name.clone();
    if is_known {
        file.size = bytes.len() as u64;
        file.sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        fs::write(store.join("en-pt/model.json"), serde_json::to_vec(&manifest).unwrap()).unwrap();
    }
    name
}

type Change<'a> = &'a dyn Fn(&mut Vec<u8>);

#[test]
fn a_damaged_file_is_named_and_never_a_panic() {
    let Some(pack) = models() else { return };
    let halve = |bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2);
    let garble = |bytes: &mut Vec<u8>| bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_mul(31).wrapping_add(7));
    let flip = |bytes: &mut Vec<u8>| bytes[100] ^= 0x40;
    let changes: [(&str, Change<'_>); 3] = [("halve", &halve), ("garble", &garble), ("flip", &flip)];
    for role in [Role::Model, Role::Vocab, Role::Shortlist] {
        for (change_name, change) in changes {
            for is_known in [false, true] {
                let work = tempfile::tempdir().unwrap();
                copy(&pack.join("en-pt"), &work.path().join("en-pt"));
                let name = damage(work.path(), role, is_known, change);
                let neural = Neural::new(Models::new(work.path()), &config()).unwrap();
                match neural.translate(&pair_of("en-pt"), &[plain("Good morning.")], &()) {
                    Err(TranslateError::Model { reason, .. }) => {
                        // Where the hash vouches for the damage, another file may be the one that does not fit.
                        let is_named = reason.contains(&name) || (is_known && reason.contains(".enpt."));
                        assert!(is_named, "{role} {change_name} {is_known}: {reason}");
                    }
                    // A wrong bit that the hash vouches for may go unnoticed.
                    Ok(_) => assert!(is_known, "{role} {change_name} went unnoticed"),
                    Err(error) => panic!("{role} {change_name} {is_known}: {error}"),
                }
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn what_does_not_work_is_not_added() {
    let Some(pack) = models() else { return };
    let work = tempfile::tempdir().unwrap();
    let folder = work.path().join("en-pt");
    copy(&pack.join("en-pt"), &folder);
    fs::remove_file(folder.join("model.json")).unwrap();
    fs::write(folder.join("vocab.enpt.spm"), "garbage").unwrap();
    let store = Models::new(work.path().join("store"));
    let error = store.add(&folder).unwrap_err();
    assert!(matches!(&error, ModelsError::Damaged { file, .. } if file == "vocab.enpt.spm"), "{error}");
    assert!(store.list().unwrap().is_empty());
}

#[test]
fn pairs_without_a_model_go_by_way_of_english_with_links_and_fixed_ranges() {
    let Some(pack) = models() else { return };
    let work = tempfile::tempdir().unwrap();
    copy(&pack.join("en-pt"), &work.path().join("en-pt"));
    // Galician is written much like Portuguese: the model for the one stands in for the other.
    copy(&pack.join("pt-en"), &work.path().join("gl-en"));
    let manifest = work.path().join("gl-en/model.json");
    let text = fs::read_to_string(&manifest).unwrap().replace(r#""source": "pt""#, r#""source": "gl""#);
    fs::write(&manifest, text).unwrap();
    let neural = Neural::new(Models::new(work.path()), &config()).unwrap();
    let shown = |pairs: Pairs| match pairs {
        Pairs::Only(pairs) => pairs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        Pairs::Any => Vec::new(),
    };
    assert_eq!(shown(neural.pairs()), ["en-pt", "en-pt-pt", "gl-en", "gl-pt", "gl-pt-pt"]);
    let sources = ["A casa de ⟦{nome}⟧ é pequena.", "⟦{a}⟧ e ⟦bomba=>bomba de calor⟧ 😀", "Bom dia.", "12"];
    let sources = sources.map(|text| Source { linked: true, ..marked(text) });
    let translated = translate(&neural, "gl-pt", &sources);
    assert_eq!(translated[0].text, "A casa de {nome} é pequena.");
    assert_eq!(translated[2].text, "Bom dia.");
    let word = |range: &std::ops::Range<usize>| &sources[0].text[range.clone()];
    let house = translated[0].links.iter().find(|link| &translated[0].text[link.target.clone()] == "casa").unwrap();
    assert_eq!(word(&house.source), "casa");
}

#[test]
fn a_model_is_let_go_under_the_memory_budget_and_loaded_again() {
    let Some(pack) = models() else { return };
    let config = NeuralConfig { memory_bytes: 1, cache_bytes: 0, ..config() };
    let neural = Neural::new(Models::new(pack), &config).unwrap();
    for _ in 0..2 {
        assert_eq!(translate(&neural, "en-pt", &[plain("Good morning.")])[0].text, "Bom dia.");
        assert_eq!(translate(&neural, "pt-en", &[plain("Bom dia.")])[0].text, "Good morning.");
    }
}

#[test]
fn many_callers_share_one_engine() {
    let Some(pack) = models() else { return };
    let config = NeuralConfig { threads: std::num::NonZeroUsize::new(2), ..NeuralConfig::default() };
    let neural = Neural::new(Models::new(pack), &config).unwrap();
    std::thread::scope(|scope| {
        for caller in 0..6 {
            let neural = &neural;
            scope.spawn(move || {
                let texts: Vec<_> = (0..20).map(|index| plain(&format!("Room {caller}{index} is free."))).collect();
                for (index, translated) in translate(neural, "en-pt", &texts).iter().enumerate() {
                    assert!(translated.text.contains(&format!("{caller}{index}")), "{}", translated.text);
                }
            });
        }
    });
}
