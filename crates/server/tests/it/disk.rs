//! A disk without one free block: a real one, in memory, of a few megabytes.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::Server;

struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None`, said aloud, where no file system can be mounted.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(folder.path()).stderr(Stdio::null());
        if !mount.status().is_ok_and(|status| status.success()) {
            println!("SKIPPED: no file system can be mounted here");
            return None;
        }
        Some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn fill(&self) {
        let mut filler = std::fs::File::options().create(true).append(true).open(self.path().join("filler")).unwrap();
        while filler.write_all(&[0; 512]).is_ok() {}
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_starts_on_a_full_disk_and_its_jobs_can_be_read() {
    let Some(disk) = SmallDisk::mount() else { return };
    let data = disk.path().join("data").display().to_string();
    let bounds = [("ADMISSION__MIN_FREE_BYTES", "0"), ("ADMISSION__MIN_FREE_PERCENT", "0")];
    let mut server = Server::start(&[bounds.as_slice(), &[("DATA_DIR", &data)]].concat());
    let source = server.documents("in", &[("1.txt", "These are some words.")]);
    let (_, accepted) = server.submit(&source, &server.url_of("out")).await.unwrap();
    let id = accepted["id"].as_str().unwrap().to_owned();
    assert_eq!(server.ended(&id).await["status"], "Succeeded");
    for orderly in [true, false, true] {
        if orderly {
            assert!(server.stop().success());
        } else {
            server.kill();
        }
        disk.fill();
        server.restart();
        let (status, job) = server.get(&format!("/translator/document/batches/{id}")).await.unwrap();
        assert_eq!((status, &job["status"]), (200, &"Succeeded".into()), "stopped in order: {orderly}");
    }
    let refused = loop {
        let (status, answer) = server.submit(&source, &server.url_of("more")).await.unwrap();
        if status != 202 {
            break (status, answer);
        }
    };
    assert_eq!(refused.0, 503, "{}", refused.1);
}
