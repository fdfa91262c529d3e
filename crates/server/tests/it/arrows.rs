//! The allowed arrows between the crates.

use std::path::Path;

#[test]
fn crates_depend_on_each_other_one_way_only() {
    let allowed = [
        ("model", &[][..]),
        ("formats", &["model"]),
        ("nmt", &["model"]),
        ("blobs", &["model"]),
        ("pipeline", &["model", "formats", "nmt"]),
        ("jobs", &["model", "pipeline", "blobs"]),
        ("api", &["model", "pipeline", "jobs"]),
        ("server", &["model", "formats", "nmt", "pipeline", "blobs", "jobs", "api"]),
    ];
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    assert_eq!(std::fs::read_dir(crates).unwrap().count(), allowed.len(), "a crate without a row here");
    for (name, arrows) in allowed {
        let manifest = std::fs::read_to_string(crates.join(name).join("Cargo.toml")).unwrap();
        // Tests may use what they like: arrows are about what ships.
        let shipped = manifest.split("[dev-dependencies]").next().unwrap();
        for line in shipped.lines().filter(|line| line.starts_with("terjuman-")) {
            let target = line.trim_start_matches("terjuman-").split(['.', ' ']).next().unwrap();
            assert!(arrows.contains(&target), "{name} must not depend on {target}");
        }
    }
}
