//! A server process on a free port, with data and documents of its own.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// Ends with this value.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Child,
    /// `None` if it is another server's.
    folder: Option<TempDir>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts one and waits for its first good answer.
    pub(crate) fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let (address, process) = spawn("all", folder.path(), settings);
        Self { address, process, folder: Some(folder) }
    }

    /// [`Server::start`] of a process with this role that sees the documents of `root`, another server or none.
    pub(crate) fn start_as(role: &str, root: Option<&Server>, settings: &[(&str, &str)]) -> Self {
        let own = root.is_none().then(|| tempfile::tempdir().expect("a temporary directory"));
        let folder =
            own.as_ref().or(root.and_then(|root| root.folder.as_ref())).expect("a folder of one's own or another's");
        let (address, process) = spawn(role, folder.path(), settings);
        Self { address, process, folder: own }
    }

    /// Where its data and documents are.
    pub(crate) fn root(&self) -> &Path {
        self.folder.as_ref().expect("a server that documents are asked of has a folder").path()
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Resident memory of the process.
    pub(crate) fn resident_bytes(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// The most it was at any time.
    pub(crate) fn peak_bytes(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// The processor's time that it has taken.
    pub(crate) fn processor(&self) -> Duration {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        // What follows the name, which may hold blanks: the 12th and 13th, in hundredths of a second.
        let behind = text.rsplit_once(')').map_or("", |(_, behind)| behind);
        let ticks =
            behind.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
        Duration::from_millis(ticks * 10)
    }

    fn memory(&self, row: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with(row)).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or_default() * 1024
    }

    /// The URL of a folder below the root.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("file://{}", self.root().join(name).display())
    }

    /// A folder that is not there: a job from it is refused by its validation, at next to no cost.
    pub(crate) fn absent(&self) -> String {
        self.url("absent")
    }

    /// A folder with so many small documents.
    pub(crate) fn documents(&self, count: usize) -> String {
        let folder = self.root().join("in");
        std::fs::create_dir(&folder).expect("a new folder");
        for index in 0..count {
            let text = format!("This is document {index}.\nIt has two lines, and both of them are short.\n");
            std::fs::write(folder.join(format!("{index:04}.txt")), text).expect("a new file");
        }
        self.url("in")
    }
}

fn spawn(role: &str, root: &Path, settings: &[(&str, &str)]) -> (SocketAddr, Child) {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
    let temporary = root.join("tmp");
    std::fs::create_dir_all(&temporary).expect("a folder for temporary files");
    let process = Command::new(env!("CARGO_BIN_EXE_terjuman"))
        .args(["serve", "--role", role])
        .env("TERJUMAN_HTTP__LISTEN", address.to_string())
        .env("TERJUMAN_DATA_DIR", root.join("data"))
        .env("TERJUMAN_STORAGE__FILE_ROOTS", root)
        .env("TERJUMAN_ENGINE__DEFAULT", "pseudo")
        .env("TERJUMAN_LOG__LEVEL", "error")
        .env("TMPDIR", &temporary)
        .envs(settings.iter().map(|(key, value)| (format!("TERJUMAN_{key}"), value)))
        .stdout(Stdio::null())
        .spawn()
        .expect("the program is built");
    while !answers(address) {
        std::thread::sleep(Duration::from_millis(1));
    }
    (address, process)
}

fn answers(address: SocketAddr) -> bool {
    use std::io::{Read, Write};
    let Ok(mut stream) = std::net::TcpStream::connect(address) else { return false };
    let asked = stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    asked.is_ok() && stream.read_to_end(&mut answer).is_ok() && answer.starts_with(b"HTTP/1.1 200")
}
