//! The values of a row, whichever database it comes from. SQLite has one kind of integer, PostgreSQL three.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use terjuman_model::{DocumentStatus, JobStatus, Timestamp};
use uuid::Uuid;

use crate::JobsError;
use crate::store::codes;
use crate::store::position::Queue;

/// A row, column by column. A value that makes no sense is an error, never a guess.
pub(crate) trait Columns {
    /// A wide integer: a row's number, a token, a moment.
    fn number(&self, column: &'static str) -> Result<i64, JobsError>;

    /// A narrow integer that is never negative.
    fn count(&self, column: &'static str) -> Result<u32, JobsError>;

    /// One of the [`codes`].
    fn code(&self, column: &'static str) -> Result<i64, JobsError>;

    /// Yes or no.
    fn flag(&self, column: &'static str) -> Result<bool, JobsError>;

    /// A number between 0 and 1.
    fn fraction(&self, column: &'static str) -> Result<f32, JobsError>;

    /// A text.
    fn text(&self, column: &'static str) -> Result<&str, JobsError>;

    /// A text that may be missing.
    fn text_if_any(&self, column: &'static str) -> Result<Option<&str>, JobsError>;

    /// An id.
    fn id(&self, column: &'static str) -> Result<Uuid, JobsError>;

    /// A wide integer that is never negative.
    fn unsigned<T: TryFrom<i64>>(&self, column: &'static str) -> Result<T, JobsError> {
        T::try_from(self.number(column)?).map_err(|_| JobsError::Invalid(column))
    }

    /// A moment.
    fn moment(&self, column: &'static str) -> Result<Timestamp, JobsError> {
        self.number(column).map(Timestamp)
    }

    /// The column `status` of a document.
    fn document_status(&self) -> Result<DocumentStatus, JobsError> {
        codes::document_status(self.code("status")?)
    }

    /// The column `status` of a job.
    fn job_status(&self) -> Result<JobStatus, JobsError> {
        codes::job_status(self.code("status")?)
    }

    /// The column `queue`.
    fn queue(&self) -> Result<Queue, JobsError> {
        codes::queue(self.code("queue")?)
    }
}

/// The rows of a database whose narrow integers and codes are read as these types.
macro_rules! columns {
    ($row:ty, $count:ty, $code:ty) => {
        impl Columns for $row {
            fn number(&self, column: &'static str) -> Result<i64, JobsError> {
                Ok(self.try_get(column)?)
            }

            fn count(&self, column: &'static str) -> Result<u32, JobsError> {
                u32::try_from(self.try_get::<$count, _>(column)?).map_err(|_| JobsError::Invalid(column))
            }

            fn code(&self, column: &'static str) -> Result<i64, JobsError> {
                Ok(self.try_get::<$code, _>(column)?.into())
            }

            fn flag(&self, column: &'static str) -> Result<bool, JobsError> {
                Ok(self.try_get(column)?)
            }

            fn fraction(&self, column: &'static str) -> Result<f32, JobsError> {
                Ok(self.try_get(column)?)
            }

            fn text(&self, column: &'static str) -> Result<&str, JobsError> {
                Ok(self.try_get(column)?)
            }

            fn text_if_any(&self, column: &'static str) -> Result<Option<&str>, JobsError> {
                Ok(self.try_get(column)?)
            }

            fn id(&self, column: &'static str) -> Result<Uuid, JobsError> {
                Ok(self.try_get(column)?)
            }
        }
    };
}

columns!(SqliteRow, i64, i64);
columns!(PgRow, i32, i16);
