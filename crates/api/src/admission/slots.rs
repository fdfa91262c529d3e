//! Who may translate synchronously: so many at a time, a bounded number waiting, and resources in turn.
//!
//! A resource with a hundred calls in flight and one with a single call wait in two lines, and the lines are served one call
//! each. A resource that has no call at work does not even wait for those of another to end, as long as its share is one.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use terjuman_model::ResourceId;
use tokio::sync::oneshot;

use super::fits;

/// The slots.
#[derive(Clone)]
pub(crate) struct Slots(Arc<Shared>);

struct Shared {
    slots: usize,
    places: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: HashMap<ResourceId, usize>,
    /// No line is empty. The one in front has its turn.
    lines: VecDeque<(ResourceId, VecDeque<Waiter>)>,
    next: u64,
}

struct Waiter {
    number: u64,
    granted: oneshot::Sender<Slot>,
}

/// A call translates as long as this lives.
pub(crate) struct Slot {
    slots: Slots,
    /// `None` once it has been given back.
    resource: Option<ResourceId>,
}

/// There is no place to wait at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// A place in a line, given up when this is dropped.
struct Place<'a> {
    slots: &'a Slots,
    resource: &'a ResourceId,
    number: u64,
}

impl Slots {
    /// So many calls at work, and so many places to wait at.
    pub(crate) fn new(slots: usize, places: usize) -> Self {
        Self(Arc::new(Shared { slots, places, state: Mutex::default() }))
    }

    /// Whether a call of the resource would find a slot or a place now: to be asked before its body is read.
    pub(crate) fn have_room(&self, resource: &ResourceId) -> bool {
        let state = self.state();
        state.may_run(resource, self.0.slots) || state.may_wait(resource, self.0.places)
    }

    /// Waits for a slot. Whoever stops waiting leaves its place.
    ///
    /// # Errors
    /// At once, if too many wait already, and the resource has its share of them.
    pub(crate) async fn acquire(&self, resource: &ResourceId) -> Result<Slot, Full> {
        let (granted, slot) = oneshot::channel();
        let number = {
            let mut state = self.state();
            if state.line(resource).is_none() && state.may_run(resource, self.0.slots) {
                return Ok(self.take(&mut state, resource));
            }
            if !state.may_wait(resource, self.0.places) {
                return Err(Full);
            }
            state.next += 1;
            let number = state.next;
            state.stand_in_line(resource, Waiter { number, granted });
            number
        };
        let _place = Place { slots: self, resource, number };
        slot.await.map_err(|_| Full)
    }

    fn take(&self, state: &mut State, resource: &ResourceId) -> Slot {
        *state.running.entry(resource.clone()).or_default() += 1;
        Slot { slots: self.clone(), resource: Some(resource.clone()) }
    }

    /// Gives out what is free, one call of each line in turn.
    fn serve(&self) {
        let mut state = self.state();
        let mut passed = 0;
        while passed < state.lines.len() {
            let Some((resource, mut line)) = state.lines.pop_front() else { return };
            if !state.may_run(&resource, self.0.slots) {
                state.lines.push_back((resource, line));
                passed += 1;
                continue;
            }
            if let Some(waiter) = line.pop_front() {
                let slot = self.take(&mut state, &resource);
                if let Err(mut unwanted) = waiter.granted.send(slot) {
                    // It left just now. Dropped as it is, the slot would ask for the lock that is held here.
                    unwanted.resource = None;
                    state.end(&resource);
                }
                passed = 0;
            }
            if !line.is_empty() {
                state.lines.push_back((resource, line));
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn may_run(&self, resource: &ResourceId, slots: usize) -> bool {
        let own = self.running.get(resource).copied().unwrap_or_default();
        fits(slots, self.running.values().sum(), own, self.running.len() + usize::from(own == 0))
    }

    fn may_wait(&self, resource: &ResourceId, places: usize) -> bool {
        let own = self.line(resource).map_or(0, VecDeque::len);
        let waiting = self.lines.iter().map(|(_, line)| line.len()).sum();
        fits(places, waiting, own, self.lines.len() + usize::from(own == 0))
    }

    fn line(&self, resource: &ResourceId) -> Option<&VecDeque<Waiter>> {
        self.lines.iter().find(|(known, _)| known == resource).map(|(_, line)| line)
    }

    fn stand_in_line(&mut self, resource: &ResourceId, waiter: Waiter) {
        match self.lines.iter_mut().find(|(known, _)| known == resource) {
            Some((_, line)) => line.push_back(waiter),
            None => self.lines.push_back((resource.clone(), VecDeque::from([waiter]))),
        }
    }

    fn leave(&mut self, resource: &ResourceId, number: u64) {
        if let Some((_, line)) = self.lines.iter_mut().find(|(known, _)| known == resource) {
            line.retain(|waiter| waiter.number != number);
        }
        self.lines.retain(|(_, line)| !line.is_empty());
    }

    fn end(&mut self, resource: &ResourceId) {
        match self.running.get_mut(resource) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(self.running.remove(resource)),
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(resource) = self.resource.take() {
            self.slots.state().end(&resource);
            self.slots.serve();
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.slots.state().leave(self.resource, self.number);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::future::BoxFuture;

    use super::*;

    fn resource(name: &str) -> ResourceId {
        ResourceId(name.into())
    }

    /// A call in line; polled once, so that it stands there.
    fn wait<'a>(slots: &'a Slots, resource: &'a ResourceId) -> BoxFuture<'a, Result<Slot, Full>> {
        let mut waiting = slots.acquire(resource).boxed();
        assert!(waiting.as_mut().now_or_never().is_none(), "there is nothing free");
        waiting
    }

    #[test]
    fn a_single_call_passes_by_a_line_of_hundreds() {
        let (slots, greedy, small) = (Slots::new(2, 300), resource("greedy"), resource("small"));
        let running: Vec<_> = (0..2).map(|_| slots.acquire(&greedy).now_or_never().unwrap().unwrap()).collect();
        let mut line: Vec<_> = (0..200).map(|_| wait(&slots, &greedy)).collect();
        // Its share is one: it need not wait, though all slots are taken.
        let first = slots.acquire(&small).now_or_never().unwrap().unwrap();
        // Two are its share no more: it waits for one call of the others, not for two hundred.
        let mut second = wait(&slots, &small);
        drop(running);
        drop(line[0].as_mut().now_or_never().expect("the first in line").unwrap());
        assert!(second.as_mut().now_or_never().is_some());
        drop((first, line));
    }

    #[test]
    fn lines_are_served_in_turn_and_in_order() {
        let names = ["first", "second"].map(resource);
        let slots = Slots::new(1, 100);
        let running = slots.acquire(&names[0]).now_or_never().unwrap().unwrap();
        let mut waiting: Vec<_> = names.iter().flat_map(|name| [wait(&slots, name), wait(&slots, name)]).collect();
        drop(running);
        let mut order = Vec::new();
        for _ in 0..4 {
            let ready = waiting.iter_mut().enumerate().find_map(|(index, call)| Some((index, call.now_or_never()?)));
            let (index, slot) = ready.expect("a slot is free");
            order.push(index);
            drop(waiting.remove(index));
            waiting.insert(index, futures::future::pending().boxed());
            drop(slot);
        }
        assert_eq!(order, [0, 2, 1, 3]);
    }

    #[test]
    fn places_are_bounded_shared_and_left() {
        let (slots, greedy, small) = (Slots::new(1, 4), resource("greedy"), resource("small"));
        let running = slots.acquire(&greedy).now_or_never().unwrap().unwrap();
        let mut line: Vec<_> = (0..4).map(|_| wait(&slots, &greedy)).collect();
        assert!(!slots.have_room(&greedy) && slots.have_room(&small));
        assert!(matches!(slots.acquire(&greedy).now_or_never(), Some(Err(Full))));
        let other: Vec<_> = (0..2).map(|_| wait(&slots, &small)).collect();
        assert!(matches!(slots.acquire(&small).now_or_never(), Some(Err(Full))));
        drop(other);
        // Who stops waiting takes its place along, and its turn.
        drop(line.remove(0));
        line.push(wait(&slots, &greedy));
        drop(running);
        let slot = line[0].as_mut().now_or_never().unwrap().unwrap();
        drop(line);
        drop(slot);
        let state = slots.state();
        assert!(state.running.is_empty() && state.lines.is_empty());
    }

    #[test]
    fn a_slot_that_nobody_takes_any_more_goes_to_the_next() {
        let (slots, name) = (Slots::new(1, 4), resource("a"));
        let running = slots.acquire(&name).now_or_never().unwrap().unwrap();
        let (first, mut second) = (wait(&slots, &name), wait(&slots, &name));
        drop(running);
        // It has been given the slot, and leaves without having looked.
        drop(first);
        assert!(second.as_mut().now_or_never().is_some());
    }
}
