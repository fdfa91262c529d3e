//! Translating one document while the caller waits (`api.md` section 13).

mod form;
mod header;
mod multipart;
mod translate;

pub(crate) use translate::translate;
