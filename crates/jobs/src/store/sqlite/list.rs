//! The list operations: filters, order, and pages by key, each read from an index.
//!
//! The inner query finds a page's rows in an index alone; only those rows are then fetched. Several statuses are one
//! branch each, which the database merges: an `IN` would make it read everything and sort.

use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqlitePool};
use terjuman_model::Timestamp;
use uuid::Uuid;

use crate::{Cursor, Document, Job, JobsError, ListQuery, Order, OrderField, Page};

/// Whose entries are listed.
#[derive(Debug, Clone)]
pub(super) enum Scope {
    /// A resource's jobs.
    Jobs { resource: String },
    /// A job's documents: few enough that one index serves every filter.
    Documents { job: i64 },
}

impl Scope {
    fn table(&self) -> &'static str {
        match self {
            Self::Jobs { .. } => "jobs",
            Self::Documents { .. } => "documents",
        }
    }

    fn columns(&self) -> &'static str {
        match self {
            Self::Jobs { .. } => super::rows::JOB,
            Self::Documents { .. } => super::rows::DOCUMENT,
        }
    }
}

/// What an entry is ordered by.
pub(super) trait Listed {
    /// The entry's value of a sort key.
    fn key(&self, field: OrderField) -> Timestamp;
    /// The last sort key.
    fn id(&self) -> Uuid;
}

impl Listed for Job {
    fn key(&self, field: OrderField) -> Timestamp {
        match field {
            OrderField::Created => self.created,
            OrderField::LastAction => self.last_action,
        }
    }

    fn id(&self) -> Uuid {
        self.id.0
    }
}

impl Listed for Document {
    fn key(&self, field: OrderField) -> Timestamp {
        match field {
            OrderField::Created => self.created,
            OrderField::LastAction => self.last_action,
        }
    }

    fn id(&self) -> Uuid {
        self.id.0
    }
}

const NEWEST_FIRST: &[Order] = &[Order { field: OrderField::Created, descending: true }];

/// The order of a query that names none.
fn order<S>(query: &ListQuery<S>) -> &[Order] {
    if query.order.is_empty() { NEWEST_FIRST } else { &query.order }
}

/// One page.
pub(super) async fn page<S: Copy, T: Listed>(
    readers: &SqlitePool,
    scope: &Scope,
    query: &ListQuery<S>,
    code: fn(S) -> i64,
    read: impl Fn(&SqliteRow) -> Result<T, JobsError>,
) -> Result<Page<T>, JobsError> {
    if query.after.as_ref().is_some_and(|cursor| cursor.keys.len() != order(query).len()) {
        return Err(JobsError::Invalid("cursor"));
    }
    let limit = query.limit.max(1) as usize;
    let rows = select(scope, query, code).build().fetch_all(readers).await?;
    let mut items = rows.iter().take(limit).map(&read).collect::<Result<Vec<T>, JobsError>>()?;
    items.truncate(limit);
    let next = items
        .last()
        .filter(|_| rows.len() > limit)
        .map(|last| Cursor { keys: order(query).iter().map(|order| last.key(order.field)).collect(), id: last.id() });
    Ok(Page { items, next })
}

/// The statement of a page: one entry more than asked for, to know whether a next page exists.
pub(super) fn select<S: Copy>(scope: &Scope, query: &ListQuery<S>, code: fn(S) -> i64) -> QueryBuilder<Sqlite> {
    let order = order(query);
    let mut sql = QueryBuilder::new(format!("SELECT {} FROM (", scope.columns()));
    let mut statuses: Vec<i64> = query.statuses.iter().map(|status| code(*status)).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let branches = matches!(scope, Scope::Jobs { .. }) && query.ids.is_empty() && !statuses.is_empty();
    if branches {
        for (index, status) in statuses.iter().enumerate() {
            sql.push(if index == 0 { "" } else { " UNION ALL " });
            push_branch(&mut sql, scope, query, order);
            sql.push(" AND status = ").push_bind(*status);
        }
    } else {
        push_branch(&mut sql, scope, query, order);
        if !statuses.is_empty() {
            push_in(&mut sql, "+status", statuses.into_iter());
        }
    }
    push_order(&mut sql, "", order);
    sql.push(" LIMIT ").push_bind(i64::from(query.limit.max(1)) + 1);
    if query.skip > 0 {
        sql.push(" OFFSET ").push_bind(i64::from(query.skip));
    }
    // CROSS JOIN keeps the order of the loops: the page first, then its rows by number.
    sql.push(format!(") AS page CROSS JOIN {} AS entry ON entry.row = page.row", scope.table()));
    push_order(&mut sql, "page.", order);
    sql
}

fn push_branch<S>(sql: &mut QueryBuilder<Sqlite>, scope: &Scope, query: &ListQuery<S>, order: &[Order]) {
    let keys: Vec<&str> = order.iter().map(|order| column(order.field)).collect();
    sql.push(format!("SELECT row, id, {} FROM {} WHERE ", keys.join(", "), scope.table()));
    // `+` keeps the planner from walking the whole scope when it can look the ids up.
    let scope_prefix = if query.ids.is_empty() { "" } else { "+" };
    match scope {
        Scope::Jobs { resource } => sql.push(scope_prefix).push("resource = ").push_bind(resource.clone()),
        Scope::Documents { job } => sql.push(scope_prefix).push("job = ").push_bind(*job),
    };
    if !query.ids.is_empty() {
        push_in(sql, "id", query.ids.iter().copied());
    }
    if let Some(from) = query.created_from {
        sql.push(" AND created >= ").push_bind(from.0);
        // Implied, since nothing acts before it is created: it bounds the walk when the last action is the order.
        if order[0].field == OrderField::LastAction {
            sql.push(" AND last_action >= ").push_bind(from.0);
        }
    }
    if let Some(to) = query.created_to {
        sql.push(" AND created <= ").push_bind(to.0);
    }
    if let Some(cursor) = &query.after {
        push_after(sql, order, cursor);
    }
}

/// Entries behind the cursor in the order of all keys and the id.
fn push_after(sql: &mut QueryBuilder<Sqlite>, order: &[Order], cursor: &Cursor) {
    let beyond = |descending: bool| if descending { " < " } else { " > " };
    let descending = order[0].descending;
    if let ([only], [key]) = (order, cursor.keys.as_slice()) {
        // A row value is one range of the index.
        sql.push(format!(" AND ({}, id){}(", column(only.field), beyond(descending)));
        sql.push_bind(key.0).push(", ").push_bind(cursor.id).push(")");
        return;
    }
    // Keys may run in different directions, which no row value can say. The first bound is implied and serves the index.
    sql.push(format!(" AND {}{}", column(order[0].field), if descending { " <= " } else { " >= " }));
    sql.push_bind(cursor.keys[0].0).push(" AND (");
    for depth in 0..=order.len() {
        sql.push(if depth == 0 { "(" } else { " OR (" });
        for (before, key) in order.iter().zip(&cursor.keys).take(depth) {
            sql.push(format!("{} = ", column(before.field))).push_bind(key.0).push(" AND ");
        }
        match (order.get(depth), cursor.keys.get(depth)) {
            (Some(order), Some(key)) => {
                sql.push(format!("{}{}", column(order.field), beyond(order.descending))).push_bind(key.0);
            }
            _ => {
                sql.push(format!("id{}", beyond(descending))).push_bind(cursor.id);
            }
        }
        sql.push(")");
    }
    sql.push(")");
}

fn push_in<T>(sql: &mut QueryBuilder<Sqlite>, column: &str, values: impl Iterator<Item = T>)
where
    T: sqlx::Encode<'static, Sqlite> + sqlx::Type<Sqlite> + 'static,
{
    sql.push(format!(" AND {column} IN ("));
    let mut list = sql.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    sql.push(")");
}

fn push_order(sql: &mut QueryBuilder<Sqlite>, prefix: &str, order: &[Order]) {
    let direction = |descending: bool| if descending { "DESC" } else { "ASC" };
    let keys = order.iter().map(|o| format!("{prefix}{} {}", column(o.field), direction(o.descending)));
    let keys: Vec<String> = keys.collect();
    sql.push(format!(" ORDER BY {}, {prefix}id {}", keys.join(", "), direction(order[0].descending)));
}

fn column(field: OrderField) -> &'static str {
    match field {
        OrderField::Created => "created",
        OrderField::LastAction => "last_action",
    }
}

#[cfg(test)]
mod tests {
    use terjuman_model::JobStatus;

    use super::*;
    use crate::store::codes::job_code;
    use crate::store::sqlite::schema;

    /// The steps of the database's plan for a query over jobs.
    async fn plan(query: &ListQuery<JobStatus>) -> Vec<String> {
        use sqlx::{Connection, Row, SqliteConnection};
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        schema::migrate(&mut connection).await.unwrap();
        let scope = Scope::Jobs { resource: "a".into() };
        let sql = format!("EXPLAIN QUERY PLAN {}", select(&scope, query, job_code).sql().as_str());
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
