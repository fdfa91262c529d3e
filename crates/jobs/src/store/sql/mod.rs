//! What SQLite and PostgreSQL have in common: the columns that are read, what is made of their values, and the words of
//! statements that both understand. How rows are found and locked, and how many are written at once, each does its own way.

pub(crate) mod claimed;
mod columns;
pub(crate) mod held;
pub(crate) mod request;
pub(crate) mod rows;
pub(crate) mod words;

pub(crate) use self::columns::Columns;

/// A number for a column; none takes one above `i64::MAX`.
pub(crate) fn signed(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}
