//! The list operations: filters, order, and pages by key, each read from an index.
//!
//! The inner query finds a page's rows in an index alone; only those rows are then fetched. Several statuses are one
//! branch each, which are merged: an `IN` would make the database read everything and sort.

use sqlx::QueryBuilder;
use terjuman_model::Timestamp;
use uuid::Uuid;

use crate::{Cursor, Document, Job, JobsError, ListQuery, Order, OrderField, Page};

/// What tells the databases apart.
pub(crate) trait Dialect: sqlx::Database {
    /// Stands before a column that shall not be looked up in an index.
    const UNINDEXED: &'static str;
    /// Whether branches that are read in order are merged, each no further than the page needs. Otherwise each says how
    /// far that is.
    const MERGES: bool;
    /// Joins the page, outside, with its rows.
    const JOIN: &'static str;

    /// Binds a number.
    fn number(sql: &mut QueryBuilder<Self>, value: i64);
    /// Binds a text.
    fn text(sql: &mut QueryBuilder<Self>, value: String);
    /// Binds an id.
    fn id(sql: &mut QueryBuilder<Self>, value: Uuid);
}

/// Whose entries are listed.
#[derive(Debug, Clone)]
pub(crate) enum Scope {
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
}

/// What an entry is ordered by.
pub(crate) trait Listed {
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

/// Whether the cursor fits the query: a value for each of its keys.
pub(crate) fn check<S>(query: &ListQuery<S>) -> Result<(), JobsError> {
    let fits = query.after.as_ref().is_none_or(|cursor| cursor.keys.len() == order(query).len());
    if fits { Ok(()) } else { Err(JobsError::Invalid("cursor")) }
}

/// The page of a query whose [statement](select) found these entries.
pub(crate) fn page<S, T: Listed>(query: &ListQuery<S>, mut items: Vec<T>) -> Page<T> {
    let limit = query.limit.max(1) as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| Cursor { keys: order(query).iter().map(|order| last.key(order.field)).collect(), id: last.id() });
    Page { items, next }
}

/// The statement of a page: one entry more than asked for, to know whether a next page exists.
/// `columns` are those of the table aliased `entry`.
pub(crate) fn select<D: Dialect, S: Copy>(
    scope: &Scope,
    columns: &str,
    query: &ListQuery<S>,
    code: fn(S) -> i64,
) -> QueryBuilder<D> {
    let (order, limit) = (order(query), i64::from(query.limit.max(1)) + 1);
    let mut sql = QueryBuilder::new(format!("SELECT {columns} FROM ("));
    let mut statuses: Vec<i64> = query.statuses.iter().map(|status| code(*status)).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let branches = matches!(scope, Scope::Jobs { .. }) && query.ids.is_empty() && !statuses.is_empty();
    if branches {
        let limited = statuses.len() > 1 && !D::MERGES;
        for (index, status) in statuses.iter().enumerate() {
            sql.push(if index == 0 { "" } else { " UNION ALL " });
            sql.push(if limited { "(" } else { "" });
            push_branch(&mut sql, scope, query, order);
            D::number(sql.push(" AND status = "), *status);
            if limited {
                push_order(&mut sql, "", order);
                D::number(sql.push(" LIMIT "), limit + i64::from(query.skip));
                sql.push(")");
            }
        }
    } else {
        push_branch(&mut sql, scope, query, order);
        if !statuses.is_empty() {
            push_in(&mut sql, &format!("{}status", D::UNINDEXED), statuses.into_iter(), D::number);
        }
    }
    push_order(&mut sql, "", order);
    D::number(sql.push(" LIMIT "), limit);
    if query.skip > 0 {
        D::number(sql.push(" OFFSET "), i64::from(query.skip));
    }
    sql.push(format!(") AS page {} {} AS entry ON entry.row = page.row", D::JOIN, scope.table()));
    push_order(&mut sql, "page.", order);
    sql
}

fn push_branch<D: Dialect, S>(sql: &mut QueryBuilder<D>, scope: &Scope, query: &ListQuery<S>, order: &[Order]) {
    let keys: Vec<&str> = order.iter().map(|order| column(order.field)).collect();
    sql.push(format!("SELECT row, id, {} FROM {} WHERE ", keys.join(", "), scope.table()));
    // The planner shall not walk the whole scope when it can look the ids up.
    let scope_prefix = if query.ids.is_empty() { "" } else { D::UNINDEXED };
    match scope {
        Scope::Jobs { resource } => D::text(sql.push(scope_prefix).push("resource = "), resource.clone()),
        Scope::Documents { job } => D::number(sql.push(scope_prefix).push("job = "), *job),
    }
    if !query.ids.is_empty() {
        push_in(sql, "id", query.ids.iter().copied(), D::id);
    }
    if let Some(from) = query.created_from {
        D::number(sql.push(" AND created >= "), from.0);
        // Implied, since nothing acts before it is created: it bounds the walk when the last action is the order.
        if order[0].field == OrderField::LastAction {
            D::number(sql.push(" AND last_action >= "), from.0);
        }
    }
    if let Some(to) = query.created_to {
        D::number(sql.push(" AND created <= "), to.0);
    }
    if let Some(cursor) = &query.after {
        push_after(sql, order, cursor);
    }
}

/// Entries behind the cursor in the order of all keys and the id.
fn push_after<D: Dialect>(sql: &mut QueryBuilder<D>, order: &[Order], cursor: &Cursor) {
    let beyond = |descending: bool| if descending { " < " } else { " > " };
    let descending = order[0].descending;
    if let ([only], [key]) = (order, cursor.keys.as_slice()) {
        // A row value is one range of the index.
        sql.push(format!(" AND ({}, id){}(", column(only.field), beyond(descending)));
        D::number(sql, key.0);
        D::id(sql.push(", "), cursor.id);
        sql.push(")");
        return;
    }
    // Keys may run in different directions, which no row value can say. The first bound is implied and serves the index.
    sql.push(format!(" AND {}{}", column(order[0].field), if descending { " <= " } else { " >= " }));
    D::number(sql, cursor.keys[0].0);
    sql.push(" AND (");
    for depth in 0..=order.len() {
        sql.push(if depth == 0 { "(" } else { " OR (" });
        for (before, key) in order.iter().zip(&cursor.keys).take(depth) {
            D::number(sql.push(format!("{} = ", column(before.field))), key.0);
            sql.push(" AND ");
        }
        match (order.get(depth), cursor.keys.get(depth)) {
            (Some(order), Some(key)) => {
                D::number(sql.push(format!("{}{}", column(order.field), beyond(order.descending))), key.0);
            }
            _ => {
                D::id(sql.push(format!("id{}", beyond(descending))), cursor.id);
            }
        }
        sql.push(")");
    }
    sql.push(")");
}

fn push_in<D: Dialect, T>(
    sql: &mut QueryBuilder<D>,
    column: &str,
    values: impl Iterator<Item = T>,
    bind: fn(&mut QueryBuilder<D>, T),
) {
    sql.push(format!(" AND {column} IN ("));
    for (index, value) in values.enumerate() {
        bind(sql.push(if index == 0 { "" } else { ", " }), value);
    }
    sql.push(")");
}

fn push_order<D: Dialect>(sql: &mut QueryBuilder<D>, prefix: &str, order: &[Order]) {
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
