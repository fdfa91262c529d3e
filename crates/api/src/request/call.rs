//! One call of an operation: who asks, in which version, with which parameters.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use terjuman_model::ResourceId;

use crate::App;
use crate::error::ApiError;
use crate::request::base::{Secure, public_base};
use crate::request::query::Query;
use crate::request::version::ApiVersion;

/// Who asks: all that the operations of our own need to know, which have no versions.
pub(crate) struct Caller(pub(crate) ResourceId);

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        // The front put it there; without it nobody has been let in.
        parts.extensions.get::<ResourceId>().cloned().map(Self).ok_or_else(ApiError::unauthorized)
    }
}

/// What every operation of the API is called with.
pub(crate) struct Call {
    pub(crate) resource: ResourceId,
    pub(crate) version: ApiVersion,
    pub(crate) query: Query,
    /// What links start with.
    pub(crate) base: String,
}

impl FromRequestParts<App> for Call {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let Caller(resource) = Caller::from_request_parts(parts, app).await?;
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        let version = ApiVersion::of(&query)?;
        let secure = parts.extensions.get::<Secure>().is_some();
        let base = public_base(app.http(), &parts.headers, &parts.uri, secure);
        Ok(Self { resource, version, query, base })
    }
}
