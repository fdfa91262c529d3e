//! Numbered migrations, embedded; append-only. A file of an older version is brought up to date when it is opened.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqliteConnection};

use crate::JobsError;

/// Number, description, text. Never edit one that was released: its checksum is in every database.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "jobs and documents", include_str!("../../../migrations/sqlite/0001_jobs.sql")),
    (3, "durability", include_str!("../../../migrations/sqlite/0003_durability.sql")),
];

/// Brings the database to the newest version, each step in a transaction of its own.
pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<(), JobsError> {
    let migrations = MIGRATIONS.iter().map(|(number, description, text)| {
        Migration::new(*number, Cow::Borrowed(*description), MigrationType::Simple, text.into_sql_str(), false)
    });
    // One process has the database (see the lock), so the migrator needs no lock of its own.
    Migrator::with_migrations(migrations.collect())
        .set_locking(false)
        .run_direct(None, connection, false)
        .await
        .map_err(|error| JobsError::Store(Box::new(error)))
}
