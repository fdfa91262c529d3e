//! The list operations, as PostgreSQL reads them.

use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::store::listing::{self, Dialect, Listed, Scope};
use crate::{JobsError, ListQuery, Page};

impl Dialect for Postgres {
    // It weighs its indexes by its statistics, and chooses the order of a join by itself.
    const UNINDEXED: &'static str = "";
    // Within branches it does not see that the index is in the order wanted, and would read all and sort.
    const MERGES: bool = false;
    const JOIN: &'static str = "JOIN";

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
    pool: &PgPool,
    scope: &Scope,
    columns: &str,
    query: &ListQuery<S>,
    code: fn(S) -> i64,
    read: impl Fn(&PgRow) -> Result<T, JobsError>,
) -> Result<Page<T>, JobsError> {
    listing::check(query)?;
    let rows = listing::select::<Postgres, S>(scope, columns, query, code).build().fetch_all(pool).await?;
    Ok(listing::page(query, rows.iter().map(read).collect::<Result<_, _>>()?))
}
