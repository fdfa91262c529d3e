//! The command as a user meets it, and the shape of the house.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too, which clippy cannot see here")]
#![expect(clippy::print_stdout, reason = "a test says what it was run with and what it passed over")]

mod arrows;
mod attempts;
mod backup;
mod crash;
mod demo;
mod deploy;
mod disk;
mod doctor;
mod fairness;
mod models;
mod page;
mod postgres;
mod rolling;
mod sdk;
mod secrets;
mod serve;
mod support;
mod translate;
