//! Listing jobs and documents: filters, order, and pages that do not shift.

use terjuman_model::{DocumentStatus, JobStatus, Timestamp};
use uuid::Uuid;

/// One page of a listing: filters are ANDed, then order, then `skip`, then `top`, then the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery<S> {
    /// Only these; empty for all.
    pub ids: Vec<Uuid>,
    /// Any of these; empty for all.
    pub statuses: Vec<S>,
    /// Created at or after.
    pub created_from: Option<Timestamp>,
    /// Created at or before.
    pub created_to: Option<Timestamp>,
    /// Sort keys by priority, each field at most once; the id is always the last key, in the direction of the first.
    pub order: Vec<Order>,
    /// Entries passed over. Only for a first page: a page with `after` has none.
    pub skip: u32,
    /// Entries on the page, at least 1.
    pub limit: u32,
    /// Only what comes after this entry.
    pub after: Option<Cursor>,
}

/// A page of jobs.
pub type JobQuery = ListQuery<JobStatus>;
/// A page of documents.
pub type DocumentQuery = ListQuery<DocumentStatus>;

/// One sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub field: OrderField,
    /// Newest first.
    pub descending: bool,
}

/// What a listing can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderField {
    /// `createdDateTimeUtc`.
    Created,
    /// `lastActionDateTimeUtc`.
    LastAction,
}

/// The last entry of a page: the next one starts behind it, however many entries have come since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The entry's values of the query's sort keys, in their order.
    pub keys: Vec<Timestamp>,
    /// The entry's id.
    pub id: Uuid,
}

/// Part of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The entries, in order.
    pub items: Vec<T>,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
}
