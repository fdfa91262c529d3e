//! How PostgreSQL reads what is asked most: looked at on the server that `scripts/with-postgres` starts, over tables of
//! some size, as a database without rows has no need of an index.

use sqlx::{Connection, Execute, PgConnection, Postgres, QueryBuilder, Row};
use terjuman_model::{JobStatus, Timestamp};
use uuid::Uuid;

use super::connect::Database;
use super::schema;
use crate::store::codes::job_code;
use crate::store::listing::{Scope, select};
use crate::store::sql::rows;
use crate::{Cursor, ListQuery, Order, OrderField};

const SERVER: &str = "TERJUMAN_TEST_POSTGRES";

/// 20,000 jobs of two resources, nearly all of them ended, and 20,000 documents, a tenth of which wait.
const ROWS: &str = "\
    INSERT INTO jobs (id, resource, created, last_action, status, queue, run_at) \
        SELECT gen_random_uuid(), CASE WHEN n % 3 = 0 THEN 'b' ELSE 'a' END, n, n + 1, \
            CASE WHEN n % 50 = 0 THEN 0 WHEN n % 4 = 1 THEN 4 ELSE 3 END, CASE WHEN n % 100 = 50 THEN 0 ELSE 2 END, 0 \
        FROM generate_series(1, 20000) AS n; \
    INSERT INTO documents (id, job, resource, position, input, target, source_name, source_url, size, target_name, \
            target_url, language, created, last_action, status, queue, run_at, output_sha256) \
        SELECT gen_random_uuid(), 1 + n % 200, CASE WHEN n % 3 = 0 THEN 'b' ELSE 'a' END, n, 0, 0, '', '', 0, '', \
            '', 'pt', n, n, CASE WHEN n % 10 = 0 THEN 0 ELSE 3 END, CASE WHEN n % 10 = 0 THEN 0 ELSE 2 END, 0, \
            CASE WHEN n % 10 = 0 THEN NULL ELSE '' END \
        FROM generate_series(1, 20000) AS n; \
    ANALYZE";

/// A database with rows; it goes with the server. `None`, said aloud, without one. In CI that fails.
#[expect(clippy::disallowed_methods, reason = "a test is told by the environment where its helpers are")]
async fn filled() -> Option<PgConnection> {
    let Ok(server) = std::env::var(SERVER) else {
        assert!(std::env::var_os("CI").is_none(), "{SERVER} must be set in CI: run `scripts/with-postgres COMMAND...`");
        println!("SKIPPED: {SERVER} is not set; `scripts/with-postgres COMMAND...` sets it");
        return None;
    };
    let name = format!("test_{}", Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(create).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    let sealer = crate::Sealer::new(&crate::SealingKey::random().unwrap(), &[]);
    schema::migrate(&Database::new(&url).unwrap(), &sealer).await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(ROWS).execute(&mut connection).await.unwrap();
    Some(connection)
}

async fn plan(connection: &mut PgConnection, mut sql: QueryBuilder<Postgres>) -> Vec<String> {
    let mut query = sql.build();
    let arguments = query.take_arguments().unwrap().unwrap_or_default();
    let explain = sqlx::AssertSqlSafe(format!("EXPLAIN (COSTS OFF) {}", query.sql().as_str()));
    let rows = sqlx::query_with(explain, arguments).fetch_all(connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The page is read from this index, in its order: no walk over a table, and no sort of more than a page.
#[track_caller]
fn check(plan: &[String], index: &str) {
    let page: Vec<_> = plan.iter().skip_while(|step| !step.contains("Limit")).collect();
    assert!(page.iter().any(|step| step.contains(index)), "{index}: {plan:#?}");
    let bad = |step: &&&String| step.contains("Seq Scan") || step.contains("->  Sort") || step.contains("Bitmap");
    assert_eq!(page.iter().find(bad), None, "{plan:#?}");
}

#[tokio::test]
async fn postgres_reads_every_listing_from_an_index() {
    let Some(mut connection) = filled().await else { return };
    let newest = |field| vec![Order { field, descending: true }];
    let base = ListQuery {
        ids: Vec::new(),
        statuses: Vec::new(),
        created_from: None,
        created_to: None,
        order: newest(OrderField::Created),
        skip: 0,
        limit: 50,
        after: None,
    };
    let after = |keys: usize| Some(Cursor { keys: vec![Timestamp(10_000); keys], id: Uuid::nil() });
    let mut order = newest(OrderField::Created);
    order.push(Order { field: OrderField::LastAction, descending: false });
    let acted = newest(OrderField::LastAction);
    for (query, index) in [
        (base.clone(), "jobs_created"),
        (ListQuery { after: after(1), ..base.clone() }, "jobs_created"),
        (
            ListQuery { created_from: Some(Timestamp(100)), created_to: Some(Timestamp(9_000)), ..base.clone() },
            "jobs_created",
        ),
        (ListQuery { statuses: vec![JobStatus::Failed], after: after(1), ..base.clone() }, "jobs_status_created"),
        (ListQuery { statuses: vec![JobStatus::Failed, JobStatus::Succeeded], ..base.clone() }, "jobs_status_created"),
        (ListQuery { order: acted.clone(), after: after(1), ..base.clone() }, "jobs_last_action"),
        (ListQuery { order: acted, statuses: vec![JobStatus::Failed], ..base.clone() }, "jobs_status_last_action"),
        (ListQuery { order, after: after(2), ..base.clone() }, "jobs_created"),
    ] {
        let scope = Scope::Jobs { resource: "a".into() };
        check(&plan(&mut connection, select(&scope, rows::JOB, &query, job_code)).await, index);
    }
    let (scope, query) = (Scope::Jobs { resource: "a".into() }, ListQuery { ids: vec![Uuid::nil()], ..base });
    let plan = plan(&mut connection, select(&scope, rows::JOB, &query, job_code)).await;
    assert!(plan.iter().any(|step| step.contains("jobs_id_key")), "{plan:#?}");
}

#[tokio::test]
async fn postgres_reads_every_claim_from_an_index() {
    let Some(mut connection) = filled().await else { return };
    for (sql, index) in [
        (
            "SELECT row FROM documents WHERE queue = 0 AND lost = 0 AND resource = 'a' AND run_at <= 5 \
            ORDER BY job, size, position LIMIT 3 FOR NO KEY UPDATE SKIP LOCKED",
            "documents_waiting",
        ),
        ("SELECT min(resource) FROM documents WHERE queue = 0 AND lost = 0 AND resource > 'a'", "documents_waiting"),
        (
            "SELECT row FROM documents WHERE queue = 0 AND lost > 0 AND run_at <= 5 \
            ORDER BY lost, run_at, row LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED",
            "documents_suspect",
        ),
        (
            "SELECT row FROM jobs WHERE queue = 0 AND resource = 'a' AND run_at <= 5 ORDER BY run_at, row LIMIT 1 \
            FOR NO KEY UPDATE SKIP LOCKED",
            "jobs_waiting",
        ),
    ] {
        check(&plan(&mut connection, QueryBuilder::new(sql)).await, index);
    }
    let leased = QueryBuilder::new("SELECT row FROM documents WHERE queue = 1 AND lease_until < 5");
    let plan = plan(&mut connection, leased).await;
    assert!(plan.iter().any(|step| step.contains("documents_working")), "{plan:#?}");
}
