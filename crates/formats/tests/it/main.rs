//! The filters on other people's documents.

mod corpus;
mod html;
mod json;
mod mail;
