//! Who is let in when there is too much to do: bounds that every request passes, and that no resource can use up.
//!
//! All of them share one rule. A resource may use what is free; when nothing is, it may still have its even share of the
//! bound among those who are there. So one that takes all there is keeps nobody out, and what is over the bound is itself
//! bounded: two resources take it to 3/2, three to 11/6, and so on like the harmonic numbers.

mod gate;
mod pace;
mod slots;

pub(crate) use gate::{Gate, Inside};
pub(crate) use pace::Pace;
pub(crate) use slots::Slots;

/// Whether one more of a resource fits under the bound: there is room, or it has less than its share among so many
/// resources, itself counted.
fn fits(bound: usize, taken: usize, own: usize, resources: usize) -> bool {
    taken < bound || own < bound / resources.max(1)
}
