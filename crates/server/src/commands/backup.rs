//! `terjuman backup`: a copy of the job database, from beside the server that works with it.

use std::process::ExitCode;

use anyhow::{Context, bail, ensure};

use crate::cli::BackupArguments;
use crate::config::{Config, Place};
use crate::output::print;

pub(crate) fn run(config: &Config, arguments: &BackupArguments) -> anyhow::Result<ExitCode> {
    let path = match config.database.place(&config.data_dir)? {
        Place::Sqlite(path) => path,
        Place::Postgres(_) => bail!(
            "the jobs are in a PostgreSQL database, which is backed up with its own tool: \
            pg_dump --format=custom --file=FILE \"$TERJUMAN_DATABASE__URL\""
        ),
    };
    let copy = &arguments.file;
    ensure!(path.is_file(), "there is no job database {}", path.display());
    ensure!(!copy.exists(), "{} exists already; a backup replaces nothing", copy.display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let copied = runtime.block_on(terjuman_jobs::backup(&path, copy));
    copied.with_context(|| format!("{} could not be copied to {}", path.display(), copy.display()))?;
    let bytes = std::fs::metadata(copy).map_or(0, |data| data.len());
    print(&format!(
        "copied {} to {}, {bytes} bytes; keep the key of [secrets] with it, but not beside it",
        path.display(),
        copy.display()
    ));
    Ok(ExitCode::SUCCESS)
}
