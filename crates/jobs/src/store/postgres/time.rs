//! The time of leases: the database's, whatever the clocks of the machines around it say.

use std::sync::Arc;

use sqlx::PgConnection;
use terjuman_model::Timestamp;

use crate::{Clock, JobsError};

/// The database's time, in microseconds, at the begin of the transaction.
macro_rules! now {
    () => {
        "(extract(epoch FROM now()) * 1000000)::bigint"
    };
}
pub(super) use now;

/// Tells the time.
pub(super) struct Time {
    given: Option<Arc<dyn Clock>>,
}

impl Time {
    /// The database's time, unless a test gives a clock.
    pub(super) fn new(given: Option<Arc<dyn Clock>>) -> Self {
        Self { given }
    }

    /// For statements that take the time themselves: what they take instead of [`now!`].
    pub(super) fn given(&self) -> Option<i64> {
        self.given.as_ref().map(|clock| clock.now().0)
    }

    /// Now.
    pub(super) async fn now(&self, connection: &mut PgConnection) -> Result<Timestamp, JobsError> {
        match self.given() {
            Some(now) => Ok(Timestamp(now)),
            None => Ok(Timestamp(sqlx::query_scalar(concat!("SELECT ", now!())).fetch_one(connection).await?)),
        }
    }
}
