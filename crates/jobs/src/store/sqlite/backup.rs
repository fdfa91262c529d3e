//! A copy of the database while a server works with it.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::JobsError;

/// Writes what the database at `path` holds at this moment into the new file `copy`, which is whole and on disk when this
/// returns. A server that works with the database goes on; what it commits meanwhile is not in the copy.
///
/// # Errors
/// If there is no database, the copy exists already, or cannot be written.
pub async fn backup(path: &Path, copy: &Path) -> Result<(), JobsError> {
    let failed = |error: std::io::Error| JobsError::Store(Box::new(error));
    // Created here and for its owner alone: it holds what the database holds. SQLite accepts an empty file.
    let file = create(copy).map_err(failed)?;
    let written = write(path, copy).await;
    let flushed = written.and_then(|()| file.sync_all().map_err(failed));
    let flushed = flushed.and_then(|()| {
        let folder = copy.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    });
    if flushed.is_err() {
        // Half a copy is worse than none.
        drop(std::fs::remove_file(copy));
    }
    flushed
}

fn create(copy: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::File::options().write(true).create_new(true).mode(0o600).open(copy)
}

async fn write(path: &Path, copy: &Path) -> Result<(), JobsError> {
    let copy = copy.to_str().ok_or_else(|| JobsError::store("the name of the copy is not UTF-8"))?;
    let options = SqliteConnectOptions::new().filename(path).disable_statement_logging();
    let mut connection = options.connect().await?;
    // One read transaction: the server's writes pass it by.
    sqlx::query("VACUUM INTO $1").bind(copy).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
