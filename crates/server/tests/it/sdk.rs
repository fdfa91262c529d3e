//! The official clients against a server of ours and a real Azurite.

use std::process::{Command, Stdio};

use crate::support::{Running, Server, free_address, needs, wait_for};

/// Runs a suite to its end; what it printed is shown if it fails.
fn run(suite: &str) {
    let (Some(azurite), Some(sdks)) = (needs("TERJUMAN_TEST_AZURITE"), needs("TERJUMAN_TEST_SDKS")) else { return };
    let address = free_address();
    let mut process = Command::new(azurite)
        .args(["--inMemoryPersistence", "--blobHost", "127.0.0.1", "--blobPort", &address.port().to_string()])
        .args(["--silent", "--skipApiVersionCheck", "--disableTelemetry"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for(address, &mut process);
    let _azurite = Running(process);
    // The delay gives the suites the time they take to cancel a job, as the cloud's own slowness does.
    let host = address.to_string();
    let server = Server::start(&[("STORAGE__ALLOW_HOSTS", host.as_str()), ("WORKER__START_DELAY_MS", "100")]);
    let output = Command::new(sdks.join(suite).join("run"))
        .env("TERJUMAN_ENDPOINT", format!("http://{}", server.address))
        .env("AZURITE_BLOBS", format!("http://{address}/devstoreaccount1"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    println!("{}", text.lines().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_python_sdks_own_suite_passes() {
    run("python");
}

#[test]
fn both_javascript_clients_walk_the_contract() {
    run("js");
}
