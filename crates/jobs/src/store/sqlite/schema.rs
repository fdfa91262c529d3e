//! Numbered migrations, embedded; append-only. A file of an older version is brought up to date when it is opened.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqliteConnection};

use crate::JobsError;

/// Number, description, text. Never edit one that was released: its checksum is in every database.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "jobs and documents", include_str!("../../../migrations/sqlite/0001_jobs.sql")),
    (2, "reports", include_str!("../../../migrations/sqlite/0002_reports.sql")),
    (3, "durability", include_str!("../../../migrations/sqlite/0003_durability.sql")),
    (4, "looks", include_str!("../../../migrations/sqlite/0004_looks.sql")),
    (5, "settling", include_str!("../../../migrations/sqlite/0005_settling.sql")),
    (6, "turns", include_str!("../../../migrations/sqlite/0006_turns.sql")),
];

/// Brings the database to the newest version, each step in a transaction of its own.
pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<(), JobsError> {
    bring_to(connection, MIGRATIONS).await
}

async fn bring_to(connection: &mut SqliteConnection, all: &'static [(i64, &str, &str)]) -> Result<(), JobsError> {
    let migrations = all.iter().map(|(number, description, text)| {
        Migration::new(*number, Cow::Borrowed(*description), MigrationType::Simple, text.into_sql_str(), false)
    });
    // One process has the database (see the lock), so the migrator needs no lock of its own.
    Migrator::with_migrations(migrations.collect())
        .set_locking(false)
        .run_direct(None, connection, false)
        .await
        .map_err(|error| JobsError::Store(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use sqlx::Connection;

    use super::*;

    #[tokio::test]
    async fn a_file_of_any_released_version_is_brought_up_to_date() {
        for released in 1..MIGRATIONS.len() {
            let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
            bring_to(&mut connection, &MIGRATIONS[..released]).await.unwrap();
            let sql =
                "INSERT INTO jobs (id, resource, created, last_action, run_at) VALUES (zeroblob(16), 'a', 1, 1, 1)";
            sqlx::query(sql).execute(&mut connection).await.unwrap();
            migrate(&mut connection).await.unwrap();
            let sql = "SELECT (SELECT count(*) FROM jobs) - (SELECT count(*) FROM reports)";
            let left: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
            assert_eq!(left, 1);
        }
    }
}
