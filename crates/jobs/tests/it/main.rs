//! The job engine from outside: what every store promises, and what a worker does with it.

mod lists;
mod support;
