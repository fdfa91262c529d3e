//! What the way of one document promises, from its bytes to its bytes.

#![expect(clippy::print_stdout, reason = "a test says what it passed over")]

mod cases;
mod corpus;
mod fidelity;
mod guards;
mod promises;
mod real;
mod reversing;
mod verbatim;
