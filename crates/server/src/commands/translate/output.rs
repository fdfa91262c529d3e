//! Output files appear whole or not at all.

use std::io::Write;
use std::path::Path;

/// Writes beside the final name and renames: a reader never sees half a document, and a failure leaves none.
pub(super) fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".terjuman-{}-{name}", std::process::id()));
    let written = (|| {
        let mut file = std::fs::File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    })();
    if written.is_err() {
        // Best effort: the error that is reported is the first one.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}
