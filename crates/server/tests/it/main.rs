//! The command as a user meets it, and the shape of the house.

mod arrows;
mod translate;
