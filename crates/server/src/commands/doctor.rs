//! `terjuman doctor`: whether this machine is ready, and what to do where it is not.

use std::io::{ErrorKind, Read as _};
use std::net::{TcpListener, TcpStream, ToSocketAddrs as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use reqwest::Url;
use terjuman_nmt::Pairs;

use crate::config::{Config, Place};
use crate::output::print;
use crate::{descriptors, wiring};

/// How long a database may take to answer.
const CONNECT: Duration = Duration::from_secs(5);

/// The result of one check: what was found, or what to do.
type Check = Result<String, String>;

pub(crate) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let checks: [(&str, Check); 8] = [
        ("data directory", data_directory(&config.data_dir)),
        ("database", database(config)),
        ("secrets", secrets(config)),
        ("engine", engine(config)),
        ("storage", storage(config)),
        ("keys", keys(config)),
        ("port", port(config)),
        ("connections", connections(config)),
    ];
    for (name, check) in &checks {
        match check {
            Ok(found) => print(&format!("ok    {name}: {found}")),
            Err(advice) => print(&format!("FAIL  {name}: {advice}")),
        }
    }
    Ok(if checks.iter().all(|(_, check)| check.is_ok()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn data_directory(path: &Path) -> Check {
    std::fs::create_dir_all(path).map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
    let probe = path.join(format!(".terjuman-{}", std::process::id()));
    let written = std::fs::write(&probe, b"x").and_then(|()| std::fs::remove_file(&probe));
    written.map_err(|error| format!("{} cannot be written: {error}; set data_dir", path.display()))?;
    Ok(path.display().to_string())
}

/// Opens nothing: a database is brought up to date by the first server on it, not by a look at it.
fn database(config: &Config) -> Check {
    let place = config.database.place(&config.data_dir).map_err(|error| format!("{error:#}"))?;
    match place {
        Place::Sqlite(path) => sqlite(&path),
        Place::Postgres(url) => postgres(&url),
    }
}

fn sqlite(path: &Path) -> Check {
    let mut magic = [0; 16];
    match std::fs::File::options().read(true).write(true).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(format!("{} is made at the first start", path.display()));
        }
        Err(error) => return Err(format!("{} cannot be opened to read and write: {error}", path.display())),
        Ok(mut file) => {
            let read = file.read_exact(&mut magic);
            // One that was made and not yet written to is empty.
            if read.is_ok() && magic != *b"SQLite format 3\0" {
                return Err(format!("{} is no SQLite database; set database.url", path.display()));
            }
        }
    }
    Ok(path.display().to_string())
}

/// Whether somebody listens there. Name and password are tried by the server.
fn postgres(url: &str) -> Check {
    // Neither the URL nor what is wrong with it may show its password.
    let url = Url::parse(url).map_err(|_| "database.url is no URL".to_owned())?;
    if url.query_pairs().any(|(name, value)| name == "host" && value.starts_with('/')) {
        return Ok("a socket of this machine; the server tries it".to_owned());
    }
    let host = url.host_str().unwrap_or("localhost").trim_matches(['[', ']']).to_owned();
    let port = url.port().unwrap_or(5432);
    let addresses = (host.as_str(), port).to_socket_addrs();
    let addresses = addresses.map_err(|error| format!("{host} cannot be found: {error}; set database.url"))?;
    let reached = addresses.into_iter().any(|address| TcpStream::connect_timeout(&address, CONNECT).is_ok());
    if reached {
        Ok(format!("{host}:{port} answers"))
    } else {
        Err(format!("nobody answers at {host}:{port}; start PostgreSQL, or set database.url"))
    }
}

fn secrets(config: &Config) -> Check {
    config.secrets.check().map_err(|error| format!("{error:#}"))?;
    Ok("the keys can be used".to_owned())
}

/// Each connection takes a descriptor, and so do files and calls to storage.
fn connections(config: &Config) -> Check {
    let configured = config.http.max_connections;
    match (descriptors::connections(configured), descriptors::limit()) {
        (bounded, Some(limit)) if bounded < configured => {
            Ok(format!("{bounded} at a time, as {limit} descriptors may be open; `ulimit -n` raises that"))
        }
        (bounded, _) => Ok(format!("{bounded} at a time")),
    }
}

fn engine(config: &Config) -> Check {
    let engines = wiring::engines(config).map_err(|error| format!("{error:#}"))?;
    let name = engines.default_name();
    match engines.default_engine().pairs() {
        Pairs::Any => Ok(format!("{name}, any pair")),
        Pairs::Only(pairs) if pairs.is_empty() => {
            Err(format!("{name} has no model: get one with `terjuman models pull en-pt`"))
        }
        Pairs::Only(pairs) => Ok(format!("{name}, {} language pairs", pairs.len())),
    }
}

fn storage(config: &Config) -> Check {
    wiring::stores(config).map_err(|error| format!("{error:#}"))?;
    let roots = config.storage.file_roots.len();
    Ok(format!("Azure Blob by SAS URL; {roots} local folders under storage.file_roots"))
}

fn keys(config: &Config) -> Check {
    config.auth.check(config.http.listen).map_err(|error| error.to_string())?;
    Ok(match config.auth.keys.len() {
        0 => "none; on loopback the key terjuman-dev-key is accepted".to_owned(),
        count => format!("{count} configured"),
    })
}

fn port(config: &Config) -> Check {
    let address = config.http.listen;
    TcpListener::bind(address)
        .map(|_| format!("{address} is free"))
        .map_err(|error| format!("{address} cannot be used: {error}; set http.listen"))
}
