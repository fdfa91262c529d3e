//! A PostgreSQL database of its own for a test, on the server that `scripts/with-postgres` starts.

use std::sync::Arc;

use sqlx::{Connection as _, PgConnection};
use terjuman_jobs::{FailPoints, PostgresOptions, PostgresStore};
use uuid::Uuid;

use crate::support::{CountingIds, FakeClock, queue, sealer};

/// The address of a server; the database named in it is only there to be connected to.
const SERVER: &str = "TERJUMAN_TEST_POSTGRES";

/// A database that is dropped with this value.
pub(crate) struct TestDatabase {
    server: String,
    name: String,
    ids: Arc<CountingIds>,
}

impl TestDatabase {
    /// `None`, said aloud, if there is no server. In CI that fails.
    pub(crate) async fn new() -> Option<Self> {
        let server = server()?;
        let name = format!("test_{}", Uuid::new_v4().simple());
        run(&server, &format!("CREATE DATABASE {name}")).await;
        Some(Self { server, name, ids: Arc::default() })
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        PostgresOptions { url: self.url(), max_connections: 8, queue: queue(), sealer: sealer() }
    }

    /// A store on it, as another process would have it.
    pub(crate) async fn open(&self, clock: Option<Arc<FakeClock>>) -> PostgresStore {
        let clock = clock.map(|clock| clock as _);
        PostgresStore::open_with(self.options(), clock, self.ids.clone(), FailPoints::default()).await.unwrap()
    }

    /// Nobody can reach it any more.
    pub(crate) async fn shut(&self) {
        let name = &self.name;
        run(&self.server, &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        run(&self.server, &end).await;
    }

    /// It can be reached again.
    pub(crate) async fn reopen(&self) {
        run(&self.server, &format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name)).await;
    }

    /// What another program does in it.
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(run(&server, &sql));
        });
        // A test that failed has more to say than this.
        drop(dropping.join());
    }
}

#[expect(clippy::disallowed_methods, reason = "a test is told by the environment where its helpers are")]
fn server() -> Option<String> {
    let found = std::env::var(SERVER).ok();
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{SERVER} must be set in CI: run `scripts/with-postgres COMMAND...`");
        println!("SKIPPED: {SERVER} is not set; `scripts/with-postgres COMMAND...` sets it");
    }
    found
}

async fn run(server: &str, sql: &str) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
