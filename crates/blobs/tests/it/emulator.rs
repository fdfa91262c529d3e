//! A program of this machine that stands for a cloud's storage, in a process of its own.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running emulator with nothing in it; it ends with this value.
pub(crate) struct Emulator {
    process: Child,
    /// Where it listens.
    pub(crate) host: String,
    /// Sets the stage.
    pub(crate) http: reqwest::Client,
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Emulator {
    /// Starts the executable that this variable of the environment names, told its port; `None`, said aloud, without it. In
    /// CI that fails.
    #[expect(clippy::disallowed_methods, reason = "a test is told by the environment where its emulator is")]
    #[expect(clippy::print_stdout, reason = "a skipped test says so")]
    pub(crate) async fn start(variable: &str, arguments: impl FnOnce(&mut Command, &str)) -> Option<Self> {
        let Ok(program) = std::env::var(variable) else {
            assert!(std::env::var("CI").is_err(), "{variable} must name an executable in CI");
            println!("SKIPPED: {variable} does not name an executable");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(program);
        arguments(&mut command, &port.to_string());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // A process default is needed by the plain client that sets the stage; another test may have set it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A connection that was kept may be closed by the server just when it is used again.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        let emulator = Self { process, host: format!("127.0.0.1:{port}"), http };
        let start = Instant::now();
        while tokio::net::TcpStream::connect(&emulator.host).await.is_err() {
            assert!(start.elapsed() < Duration::from_secs(60), "what {variable} names did not come up");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Some(emulator)
    }
}
