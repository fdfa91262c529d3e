//! The list operations, as SQLite reads them.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqlitePool};
use uuid::Uuid;

use crate::store::listing::{self, Dialect, Listed, Scope};
use crate::{JobsError, ListQuery, Page};

impl Dialect for Sqlite {
    const UNINDEXED: &'static str = "+";
    const MERGES: bool = true;
    /// Keeps the order of the loops: the page first, then its rows by number.
    const JOIN: &'static str = "CROSS JOIN";

    fn number(sql: &mut QueryBuilder<Self>, value: i64) {
        sql.push_bind(value);
    }

    fn text(sql: &mut QueryBuilder<Self>, value: String) {
        sql.push_bind(value);
    }

    fn id(sql: &mut QueryBuilder<Self>, value: Uuid) {
        sql.push_bind(value);
    }
}

/// One page.
pub(super) async fn page<S: Copy, T: Listed>(
    readers: &SqlitePool,
    scope: &Scope,
    columns: &str,
    query: &ListQuery<S>,
    code: fn(S) -> i64,
    read: impl Fn(&SqliteRow) -> Result<T, JobsError>,
) -> Result<Page<T>, JobsError> {
    listing::check(query)?;
    let rows = listing::select::<Sqlite, S>(scope, columns, query, code).build().fetch_all(readers).await?;
    Ok(listing::page(query, rows.iter().map(read).collect::<Result<_, _>>()?))
}

#[cfg(test)]
mod tests {
    use terjuman_model::{JobStatus, Timestamp};
    use uuid::Uuid;

    use super::*;
    use crate::store::codes::job_code;
    use crate::store::listing::select;
    use crate::store::sql::rows;
    use crate::store::sqlite::schema;
    use crate::{Cursor, Order, OrderField};

    /// The steps of the database's plan for a query over jobs.
    async fn plan(query: &ListQuery<JobStatus>) -> Vec<String> {
        use sqlx::{Connection, Row, SqliteConnection};
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        schema::migrate(&mut connection).await.unwrap();
        let scope = Scope::Jobs { resource: "a".into() };
        let sql =
            format!("EXPLAIN QUERY PLAN {}", select::<Sqlite, _>(&scope, rows::JOB, query, job_code).sql().as_str());
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
        rows.iter().map(|row| row.get("detail")).collect()
    }

    /// Every row of the page comes from an index in the order wanted: no walk over a table, no sort but the page's own.
    #[track_caller]
    fn check(plan: &[String], index: &str) {
        let inner: Vec<_> = plan.iter().take_while(|step| !step.starts_with("SCAN page")).collect();
        assert!(inner.iter().any(|step| step.contains(index)), "{plan:#?}");
        let bad = |step: &&&String| step.starts_with("SCAN") || step.contains("TEMP B-TREE FOR ORDER");
        assert_eq!(inner.iter().find(bad), None, "{plan:#?}");
    }

    #[tokio::test]
    async fn every_listing_is_read_from_an_index() {
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
        let after = |keys: usize| Some(Cursor { keys: vec![Timestamp(1); keys], id: Uuid::nil() });
        check(&plan(&base).await, "jobs_created (resource=?)");
        let query = ListQuery { after: after(1), ..base.clone() };
        check(&plan(&query).await, "jobs_created (resource=? AND (created,id)<(?,?))");
        let query = ListQuery { created_from: Some(Timestamp(1)), created_to: Some(Timestamp(2)), ..base.clone() };
        check(&plan(&query).await, "jobs_created (resource=? AND created>? AND created<?)");
        let query = ListQuery { statuses: vec![JobStatus::Failed], after: after(1), ..base.clone() };
        check(&plan(&query).await, "jobs_status_created (resource=? AND status=? AND (created,id)<(?,?))");
        let query = ListQuery { statuses: vec![JobStatus::Failed, JobStatus::Running], ..base.clone() };
        check(&plan(&query).await, "jobs_status_created (resource=? AND status=?)");
        let query = ListQuery { order: newest(OrderField::LastAction), after: after(1), ..base.clone() };
        check(&plan(&query).await, "jobs_last_action (resource=? AND (last_action,id)<(?,?))");
        let query = ListQuery { statuses: vec![JobStatus::Failed], ..query };
        check(&plan(&query).await, "jobs_status_last_action (resource=? AND status=? AND (last_action,id)<(?,?))");
        let mut order = newest(OrderField::Created);
        order.push(Order { field: OrderField::LastAction, descending: false });
        let query = ListQuery { order, after: after(2), ..base.clone() };
        check(&plan(&query).await, "jobs_created (resource=? AND created<?)");
        let query = ListQuery { ids: vec![Uuid::nil()], ..base };
        assert!(plan(&query).await.iter().any(|step| step.contains("(id=?)")));
    }
}
