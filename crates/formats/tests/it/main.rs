//! The filters on other people's documents.

mod corpus;
mod csv;
mod damage;
mod floods;
mod html;
mod json;
mod mail;
mod office;
mod rtf;
mod rules;
mod untranslated;
mod xliff;
