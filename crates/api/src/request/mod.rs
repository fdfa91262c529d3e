//! What every operation needs of its request.

pub(crate) mod base;
pub(crate) mod body;
mod call;
pub(crate) mod client_id;
pub(crate) mod options;
pub(crate) mod query;
pub(crate) mod repeat;
pub(crate) mod strict;
pub(crate) mod version;

pub(crate) use call::{Call, Caller};
