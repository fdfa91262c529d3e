//! A copy that was taken while the server worked ends every job that was open.

use std::process::Command;

use crate::support::Server;

const DOCUMENTS: usize = 6;

fn backup(data: &std::path::Path, file: &std::path::Path, more: &[(&str, &str)]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terjuman"));
    command.arg("backup").arg(file).env("TERJUMAN_DATA_DIR", data).envs(more.iter().copied());
    command.output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_copy_ends_every_open_job() {
    let settings = [("ENGINE__PSEUDO_DELAY_MS", "400"), ("WORKER__CONCURRENCY", "1")];
    let mut server = Server::start(&settings);
    let texts: Vec<_> = (0..DOCUMENTS).map(|i| (format!("{i}.txt"), format!("This is text {i}."))).collect();
    let texts: Vec<_> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let source = server.documents("in", &texts);
    let (_, accepted) = server.submit(&source, &server.url_of("out")).await.unwrap();
    let id = accepted["id"].as_str().unwrap().to_owned();
    let path = format!("/translator/document/batches/{id}");
    // Some have ended, one is at work, some wait.
    while server.get(&path).await.unwrap().1["summary"]["success"].as_u64() < Some(2) {
        tokio::task::yield_now().await;
    }
    let (data, file) = (server.folder().join("data"), server.folder().join("copy.db"));
    let copied = backup(&data, &file, &[]);
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    // What was written since is not in the copy, but it is in the target.
    while server.get(&path).await.unwrap().1["summary"]["success"].as_u64() < Some(4) {
        tokio::task::yield_now().await;
    }
    server.kill();
    // Restored: the copy and the key, and nothing else.
    let key = std::fs::read(data.join("secrets.key")).unwrap();
    std::fs::remove_dir_all(&data).unwrap();
    std::fs::create_dir(&data).unwrap();
    std::fs::rename(&file, data.join("jobs.db")).unwrap();
    std::fs::write(data.join("secrets.key"), key).unwrap();
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(data.join("secrets.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
    server.restart();
    let job = server.ended(&id).await;
    assert_eq!(job["status"], "Succeeded", "{job}");
    assert_eq!(job["summary"]["success"].as_u64(), Some(DOCUMENTS as u64), "{job}");
    assert_eq!(std::fs::read_dir(server.folder().join("out")).unwrap().count(), DOCUMENTS);
}

#[test]
fn a_backup_replaces_nothing_and_names_the_tool_of_another_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.db");
    let told = |output: std::process::Output| {
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let missing = told(backup(folder.path(), &file, &[]));
    assert!(missing.contains("there is no job database"), "{missing}");
    std::fs::write(folder.path().join("jobs.db"), b"").unwrap();
    std::fs::write(&file, b"precious").unwrap();
    let exists = told(backup(folder.path(), &file, &[]));
    assert!(exists.contains("exists already"), "{exists}");
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    let url = ("TERJUMAN_DATABASE__URL", "postgres://user:PASSWORD@localhost/jobs");
    let postgres = told(backup(folder.path(), &file, &[url]));
    assert!(postgres.contains("pg_dump") && !postgres.contains("PASSWORD"), "{postgres}");
}
