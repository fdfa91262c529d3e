//! `terjuman doctor`: whether this machine is ready, and what to do where it is not.

use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;

use terjuman_nmt::Pairs;

use crate::config::Config;
use crate::{print, wiring};

/// The result of one check: what was found, or what to do.
type Check = Result<String, String>;

pub(crate) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let checks: [(&str, Check); 5] = [
        ("data directory", data_directory(&config.data_dir)),
        ("engine", engine(config)),
        ("storage", storage(config)),
        ("keys", keys(config)),
        ("port", port(config)),
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
