//! Room on the disk that is kept for a start.
//!
//! SQLite removes its log and the log's index when the database is closed, and cannot open it again without making new
//! ones. If somebody filled the disk meanwhile, nobody could even read what is there. So a file beside the database holds
//! as much room as a start takes. A start that fails gives it up and tries again; while the database is open, and when it
//! was closed, it is taken back.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// More than a start takes: 32 KiB for the index of the log, and a few pages in the log itself.
const BYTES: usize = 256 << 10;
/// What is written at a time: a block of most file systems.
const PIECE: usize = 4 << 10;

/// The file.
#[derive(Clone)]
pub(super) struct Spare {
    path: PathBuf,
}

impl Spare {
    /// That of this database.
    pub(super) fn beside(database: &Path) -> Self {
        let mut name = database.file_name().unwrap_or_default().to_owned();
        name.push("-spare");
        Self { path: database.with_file_name(name) }
    }

    /// Gives the room up. `false` if there was none.
    pub(super) fn give_up(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }

    /// Takes the room, all of it or none: what is left on a full disk is for those who work.
    pub(super) async fn keep(&self) {
        self.taking(Self::take_all).await;
    }

    /// Takes the room, as far as the disk has it: nobody works any more.
    pub(super) async fn keep_what_there_is(&self) {
        self.taking(Self::take).await;
    }

    async fn taking(&self, take: fn(&Self) -> io::Result<()>) {
        let spare = self.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || take(&spare)).await {
            tracing::debug!(%error, "there is little room for a start on a full disk: {error}");
        }
    }

    fn take_all(&self) -> io::Result<()> {
        let taken = self.take();
        if taken.is_err() {
            self.give_up();
        }
        taken
    }

    fn take(&self) -> io::Result<()> {
        if fs::metadata(&self.path).is_ok_and(|file| file.len() == BYTES as u64) {
            return Ok(());
        }
        let mut file = File::create(&self.path)?;
        let written = noise().chunks(PIECE).try_for_each(|piece| file.write_all(piece));
        // Until then, some file systems have only promised it.
        written.and(file.sync_all())
    }
}

/// Bytes that a file system which compresses makes no smaller.
fn noise() -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let words = (0..BYTES / 8).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.flatten().collect()
}
