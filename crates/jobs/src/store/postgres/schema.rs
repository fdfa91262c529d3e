//! Numbered migrations, embedded; append-only. A database of an older version is brought up to date by the first process
//! of the new one, while processes of the old one go on: a migration may add, and not take away what they use.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection, SqlSafeStr};

use super::connect::Database;
use super::sealing;
use crate::{JobsError, Sealer};

/// Number, description, text. Never edit one that was released: its checksum is in every database.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "jobs and documents", include_str!("../../../migrations/postgres/0001_jobs.sql")),
    (2, "reports", include_str!("../../../migrations/postgres/0002_reports.sql")),
    (3, "durability", include_str!("../../../migrations/postgres/0003_durability.sql")),
    (4, "looks", include_str!("../../../migrations/postgres/0004_looks.sql")),
    (5, "settling", include_str!("../../../migrations/postgres/0005_settling.sql")),
    (6, "turns", include_str!("../../../migrations/postgres/0006_turns.sql")),
];

/// Names the lock that processes which start at once take in turn.
const LOCK: i64 = 0x7465_726a_756d_616e;

/// Brings the database to the newest version and under the current key, in one transaction: all of it or nothing.
pub(super) async fn migrate(database: &Database, sealer: &Sealer) -> Result<(), JobsError> {
    let mut connection = database.migrator().await?;
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    let migrations = MIGRATIONS.iter().map(|(number, description, text)| {
        Migration::new(*number, Cow::Borrowed(*description), MigrationType::Simple, text.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
        .set_locking(false)
        // A newer version was here: this process may start beside it all the same.
        .set_ignore_missing(true)
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(|error| JobsError::Store(Box::new(error)))?;
    sealing::adopt(&mut transaction, sealer).await?;
    transaction.commit().await?;
    connection.close().await?;
    Ok(())
}
