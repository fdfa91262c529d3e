//! The HTTP side: routes, wire types, authentication, the error mapping.
//!
//! **Invariant:** only this crate knows HTTP statuses and the outer error codes of the API.
