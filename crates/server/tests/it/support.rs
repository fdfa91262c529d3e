//! A server process of its own for a test, and the calls that tests make to it.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const KEY: &str = "terjuman-dev-key";
/// The setting of a process that names the file of its log. The process itself knows nothing of it.
pub(crate) const LOG: &str = "TEST_LOG";
const VERSION: &str = "api-version=2026-03-01";

/// What the environment says about the tests' own needs; `None`, said aloud, if it says nothing. In CI that fails.
#[expect(clippy::disallowed_methods, reason = "a test is told by the environment where its helpers are")]
pub(crate) fn needs(variable: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from);
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{variable} must be set in CI: run `make test`");
        println!("SKIPPED: {variable} is not set; `make test` sets it");
    }
    found
}

/// An address nobody listens on.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Waits until somebody accepts connections there.
pub(crate) fn wait_for(address: SocketAddr, process: &mut Child) {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(process.try_wait().unwrap().is_none(), "the process ended before it listened on {address}");
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody listens on {address}");
        std::thread::yield_now();
    }
}

/// A process that ends with this value, by its own id.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One process of a server, which can be started again.
pub(crate) struct Process {
    pub(crate) address: SocketAddr,
    role: &'static str,
    settings: BTreeMap<String, String>,
    running: Option<Running>,
}

impl Process {
    fn start(role: &'static str, mut settings: BTreeMap<String, String>) -> Self {
        let address = free_address();
        settings.insert("TERJUMAN_HTTP__LISTEN".to_owned(), address.to_string());
        let mut process = Self { address, role, settings, running: None };
        process.restart();
        process
    }

    /// Starts it (again), on the same data.
    pub(crate) fn restart(&mut self) {
        self.begin();
        self.listens();
    }

    /// Starts it (again), and does not wait for anything.
    pub(crate) fn begin(&mut self) {
        self.running = None;
        let process = Command::new(env!("CARGO_BIN_EXE_terjuman"))
            .args(["serve", "--role", self.role])
            .envs(&self.settings)
            .stdout(Stdio::null())
            .stderr(self.log())
            .spawn()
            .unwrap();
        self.running = Some(Running(process));
    }

    /// Where its log goes: a file, if the setting [`LOG`] names one.
    fn log(&self) -> Stdio {
        let Some(path) = self.settings.get(&format!("TERJUMAN_{LOG}")) else { return Stdio::inherit() };
        std::fs::File::options().create(true).append(true).open(path).unwrap().into()
    }

    /// Waits until it can be called.
    pub(crate) fn listens(&mut self) {
        wait_for(self.address, &mut self.running.as_mut().unwrap().0);
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(&mut self) -> std::process::ExitStatus {
        self.running.take().unwrap().0.wait().unwrap()
    }

    /// Kills it where it stands.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Asks it to stop, and waits until it has.
    pub(crate) fn stop(&mut self) -> std::process::ExitStatus {
        let mut running = self.running.take().unwrap();
        let id = running.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        running.0.wait().unwrap()
    }
}

/// A server whose data, sources and targets are in a directory of their own.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    process: Process,
    folder: TempDir,
    http: reqwest::Client,
}

impl Server {
    /// Starts one with the engine `pseudo` and these settings besides (`TERJUMAN_` is put in front).
    pub(crate) fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_as("all", settings)
    }

    /// The same in another role.
    pub(crate) fn start_as(role: &'static str, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut all = BTreeMap::from([
            ("TERJUMAN_DATA_DIR".to_owned(), folder.path().join("data").display().to_string()),
            ("TERJUMAN_ENGINE__DEFAULT".to_owned(), "pseudo".to_owned()),
            ("TERJUMAN_STORAGE__FILE_ROOTS".to_owned(), folder.path().display().to_string()),
            ("TERJUMAN_LOG__LEVEL".to_owned(), "warn".to_owned()),
        ]);
        all.extend(settings.iter().map(|(key, value)| (format!("TERJUMAN_{key}"), (*value).to_owned())));
        let _ = rustls::crypto::ring::default_provider().install_default();
        // A kept connection would lead to the process before the last restart.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        let process = Process::start(role, all);
        Self { address: process.address, process, folder, http }
    }

    /// Another process with the same settings, at an address of its own.
    pub(crate) fn beside(&self, role: &'static str) -> Process {
        Process::start(role, self.process.settings.clone())
    }

    /// Starts the process (again), on the same data.
    pub(crate) fn restart(&mut self) {
        self.process.restart();
    }

    /// Kills the process where it stands.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Asks the process to stop, and waits until it has.
    pub(crate) fn stop(&mut self) -> std::process::ExitStatus {
        self.process.stop()
    }

    /// The process that serves.
    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    /// The process that serves, to be ended and begun.
    pub(crate) fn process_mut(&mut self) -> &mut Process {
        &mut self.process
    }

    /// The directory that is the server's one file root.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A new folder with these documents; its `file://` URL.
    pub(crate) fn documents(&self, name: &str, documents: &[(&str, &str)]) -> String {
        let folder = self.folder().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in documents {
            std::fs::write(folder.join(name), text).unwrap();
        }
        self.url_of(name)
    }

    /// The `file://` URL of a folder below the root.
    pub(crate) fn url_of(&self, name: &str) -> String {
        format!("file://{}", self.folder().join(name).display())
    }

    /// Starts a job from one folder into another; the answer's status and body.
    pub(crate) async fn submit(&self, source: &str, target: &str) -> Result<(u16, Value), reqwest::Error> {
        self.submit_for(source, target, None).await
    }

    /// The same for the engine of this name.
    pub(crate) async fn submit_for(
        &self,
        source: &str,
        target: &str,
        deployment: Option<&str>,
    ) -> Result<(u16, Value), reqwest::Error> {
        let mut body = job(source, target);
        if let Some(deployment) = deployment {
            body["inputs"][0]["targets"][0]["deploymentName"] = deployment.into();
        }
        self.call(reqwest::Method::POST, "/translator/document/batches", Some(&body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<(u16, Value), reqwest::Error> {
        self.call(reqwest::Method::GET, path, None).await
    }

    /// Asks a process beside this one.
    pub(crate) async fn get_from(&self, process: &Process, path: &str) -> u16 {
        let url = format!("http://{}{path}", process.address);
        self.http.get(url).header("Ocp-Apim-Subscription-Key", KEY).send().await.unwrap().status().as_u16()
    }

    /// What a process beside this one answers.
    pub(crate) async fn text_of(&self, process: &Process, path: &str) -> String {
        self.http.get(format!("http://{}{path}", process.address)).send().await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<(u16, Value), reqwest::Error> {
        self.call(reqwest::Method::DELETE, path, None).await
    }

    /// Asks until the job has ended.
    pub(crate) async fn ended(&self, id: &str) -> Value {
        self.until(id, &["Succeeded", "Failed", "Cancelled", "ValidationFailed"]).await
    }

    /// Asks until the job has one of these statuses.
    pub(crate) async fn until(&self, id: &str, statuses: &[&str]) -> Value {
        loop {
            let (status, job) = self.get(&format!("/translator/document/batches/{id}")).await.unwrap();
            assert_eq!(status, 200, "{job}");
            assert_consistent(&job);
            if statuses.contains(&job["status"].as_str().unwrap()) {
                return job;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), reqwest::Error> {
        self.call_at(self.address, method, path, body).await
    }

    /// Calls the process at this address.
    pub(crate) async fn call_at(
        &self,
        address: SocketAddr,
        method: reqwest::Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), reqwest::Error> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let url = format!("http://{address}{path}{separator}{VERSION}");
        let mut request = self.http.request(method, url).header("Ocp-Apim-Subscription-Key", KEY);
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }
}

/// The body of a submit, from one folder into another.
pub(crate) fn job(source: &str, target: &str) -> Value {
    json!({"inputs": [{
        "source": {"sourceUrl": source, "language": "en"},
        "targets": [{"targetUrl": target, "language": "pt"}],
    }]})
}

/// The counters of a job add up.
#[track_caller]
pub(crate) fn assert_consistent(job: &Value) {
    let count = |name: &str| job["summary"][name].as_u64().unwrap_or_else(|| panic!("{name} is missing in {job}"));
    let parts = ["failed", "success", "inProgress", "notYetStarted", "cancelled"].map(count);
    assert_eq!(count("total"), parts.iter().sum::<u64>(), "{job}");
}
