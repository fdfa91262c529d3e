//! How many threads of the engine are at work at a time: as many as its configuration says, whoever they belong to.
//!
//! Compute threads have a place while they compute, and callers while they prepare sources and judge answers. Nobody waits
//! while a place is free; places that are not go in turn. A compute thread gives its place up between two tokens: to a caller
//! that others wait for at once, to one that only has answers to take after [`STEPS`] of them, so that it takes some
//! together and threads are not woken for each.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::neural::processor::Sleeper;

/// So many tokens, some ten milliseconds, a compute thread keeps its place from those who are not pressing: to take turns
/// costs both sides a few sleeps, which at every eighth token were two hundredths of all time.
const STEPS: usize = 32;

/// One who takes over a processor begins at once, unless other programs want it as well.
const AT_ONCE: Duration = Duration::from_micros(500);

/// Where one began later than that, so many of the next ones begin wherever the system wants: it knows better where others
/// want processors, too. Four times as many after each that is late, fewer again by a quarter after each that is not: the most
/// where one of five is late, few where that is an exception.
const ANYWHERE: RangeInclusive<usize> = 16..=4096;

/// The places.
pub(crate) struct Budget {
    state: Mutex<State>,
    /// Those who wait, to be looked at without the lock; and of them, those who press.
    waiting: AtomicUsize,
    pressing: AtomicUsize,
    /// Whether there may be as many at work as there are processors.
    is_all: bool,
    /// So many of those who wait next take over nobody's processor; and so many will after one that is late.
    anywhere: AtomicUsize,
    next_anywhere: AtomicUsize,
}

struct State {
    /// None while anybody waits.
    free: usize,
    queue: VecDeque<Arc<Seat>>,
    #[cfg(feature = "measure")]
    idle: Idle,
}

/// How long places stood free, added up.
#[cfg(feature = "measure")]
#[derive(Default)]
struct Idle {
    sum: Duration,
    /// When the number of free ones changed.
    since: Option<std::time::Instant>,
}

impl State {
    fn set_free(&mut self, free: usize) {
        #[cfg(feature = "measure")]
        {
            let now = std::time::Instant::now();
            let free = u32::try_from(self.free).unwrap_or(u32::MAX);
            self.idle.sum += self.idle.since.map_or(Duration::ZERO, |since| free * (now - since));
            self.idle.since = Some(now);
        }
        self.free = free;
    }
}

/// Somebody who waits.
struct Seat {
    presses: bool,
    /// Written under the lock.
    is_given: AtomicBool,
    given: Condvar,
    /// Where no processor is to be without work, it takes over the giver's.
    sleeper: Option<Sleeper>,
    /// When it got that.
    bound: OnceLock<Instant>,
}

/// A place that is held; dropped, it is the next one's.
pub(crate) struct Place<'a>(&'a Budget);

impl Budget {
    pub(crate) fn new(places: usize) -> Self {
        let state = Mutex::new(State {
            free: places,
            queue: VecDeque::new(),
            #[cfg(feature = "measure")]
            idle: Idle::default(),
        });
        let is_all = std::thread::available_parallelism().is_ok_and(|processors| processors.get() <= places);
        Self {
            state,
            waiting: AtomicUsize::new(0),
            pressing: AtomicUsize::new(0),
            is_all,
            anywhere: AtomicUsize::new(0),
            next_anywhere: AtomicUsize::new(*ANYWHERE.start()),
        }
    }

    /// How long places stood free since the first was taken, added up: two that are free for a second are two seconds.
    #[cfg(feature = "measure")]
    pub(crate) fn idle(&self) -> Duration {
        let mut state = self.lock();
        let free = state.free;
        state.set_free(free);
        state.idle.sum
    }

    /// A place, when there is one.
    pub(crate) fn enter(&self) -> Place<'_> {
        let mut state = self.lock();
        if state.free > 0 {
            let free = state.free - 1;
            state.set_free(free);
        } else {
            let seat = self.queue(&mut state, true);
            self.wait(&seat, state);
        }
        Place(self)
    }

    /// A place, if there is one within this time.
    pub(crate) fn enter_within(&self, time: Duration, presses: bool) -> Option<Place<'_>> {
        let mut state = self.lock();
        if state.free > 0 {
            let free = state.free - 1;
            state.set_free(free);
            return Some(Place(self));
        }
        let seat = self.queue(&mut state, presses);
        let waited = seat.given.wait_timeout_while(state, time, |_| !seat.is_given());
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        if seat.is_given() {
            drop(state);
            self.wake(&seat);
            return Some(Place(self));
        }
        state.queue.retain(|other| !Arc::ptr_eq(other, &seat));
        self.count_out(&seat);
        None
    }

    /// What one who has a place does from time to time: lets those who wait have it first. `steps` are those since the last
    /// time that it did, and are counted from there.
    pub(crate) fn give_way(&self, steps: &mut usize) {
        *steps += 1;
        let is_time = *steps >= STEPS && self.waiting.load(Ordering::Relaxed) > 0;
        if !is_time && self.pressing.load(Ordering::Relaxed) == 0 {
            return;
        }
        *steps = 0;
        let mut state = self.lock();
        if state.queue.is_empty() {
            return;
        }
        let seat = self.queue(&mut state, false);
        self.pass_on(&mut state);
        self.wait(&seat, state);
    }

    fn queue(&self, state: &mut State, presses: bool) -> Arc<Seat> {
        let anywhere = self.anywhere.load(Ordering::Relaxed);
        self.anywhere.store(anywhere.saturating_sub(1), Ordering::Relaxed);
        let sleeper = if self.is_all && anywhere == 0 { Sleeper::current() } else { None };
        let (is_given, given, bound) = Default::default();
        let seat = Arc::new(Seat { presses, is_given, given, sleeper, bound });
        state.queue.push_back(Arc::clone(&seat));
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.pressing.fetch_add(usize::from(presses), Ordering::Relaxed);
        seat
    }

    /// Sleeps until the seat is given.
    fn wait(&self, seat: &Seat, mut state: MutexGuard<'_, State>) {
        while !seat.is_given() {
            state = seat.given.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        self.wake(seat);
    }

    /// What one does first to whom a seat was given.
    fn wake(&self, seat: &Seat) {
        let Some((sleeper, bound)) = seat.sleeper.as_ref().zip(seat.bound.get()) else { return };
        sleeper.free();
        let next = self.next_anywhere.load(Ordering::Relaxed);
        let is_late = bound.elapsed() > AT_ONCE;
        if is_late {
            self.anywhere.store(next, Ordering::Relaxed);
        }
        let next = if is_late { next * 4 } else { next / 4 * 3 };
        self.next_anywhere.store(next.clamp(*ANYWHERE.start(), *ANYWHERE.end()), Ordering::Relaxed);
    }

    fn count_out(&self, seat: &Seat) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        self.pressing.fetch_sub(usize::from(seat.presses), Ordering::Relaxed);
    }

    /// Somebody's place becomes the next one's.
    fn pass_on(&self, state: &mut State) {
        match state.queue.pop_front() {
            Some(seat) => {
                self.count_out(&seat);
                if let Some(sleeper) = &seat.sleeper {
                    sleeper.bind();
                    seat.bound.get_or_init(Instant::now);
                }
                seat.is_given.store(true, Ordering::Relaxed);
                seat.given.notify_one();
            }
            None => state.set_free(state.free + 1),
        }
    }

    /// A thread that panicked while it held the lock left nothing half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    fn is_given(&self) -> bool {
        self.is_given.load(Ordering::Relaxed)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.pass_on(&mut self.0.lock());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn wait_for(budget: &Budget, waiting: usize) {
        while budget.waiting.load(Ordering::Relaxed) != waiting {
            std::thread::yield_now();
        }
    }

    #[test]
    fn no_more_are_at_work_than_there_are_places() {
        let budget = Budget::new(2);
        let (at_work, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    for round in 0..200 {
                        let place = budget.enter();
                        let count = at_work.fetch_add(1, Ordering::SeqCst) + 1;
                        most.fetch_max(count, Ordering::SeqCst);
                        if round % 3 == 0 {
                            std::thread::yield_now();
                        }
                        at_work.fetch_sub(1, Ordering::SeqCst);
                        budget.give_way(&mut { STEPS });
                        drop(place);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 2);
        assert!(budget.lock().free == 2 && budget.waiting.into_inner() == 0 && budget.pressing.into_inner() == 0);
    }

    #[test]
    fn who_waits_is_served_in_turn_and_the_one_who_gave_way_after_them() {
        let budget = Budget::new(1);
        let (tell, told) = mpsc::channel();
        let place = budget.enter();
        std::thread::scope(|scope| {
            for number in 0..3 {
                let (budget, tell) = (&budget, tell.clone());
                scope.spawn(move || {
                    let _place = budget.enter_within(Duration::MAX, number == 2);
                    tell.send(number)
                });
                wait_for(budget, number + 1);
            }
            budget.give_way(&mut 0);
            tell.send(3).unwrap();
        });
        drop(place);
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn after_one_that_began_late_the_next_begin_wherever_the_system_wants() {
        let budget = Budget::new(usize::MAX);
        let bound = || budget.queue(&mut budget.lock(), true).sleeper.is_some();
        let late = budget.queue(&mut budget.lock(), true);
        late.bound.get_or_init(|| Instant::now().checked_sub(2 * AT_ONCE).unwrap());
        budget.wake(&late);
        assert!(!(0..*ANYWHERE.start()).any(|_| bound()));
        let late = budget.queue(&mut budget.lock(), true);
        late.bound.get_or_init(|| Instant::now().checked_sub(2 * AT_ONCE).unwrap());
        budget.wake(&late);
        assert!(!(0..4 * ANYWHERE.start()).any(|_| bound()) && bound());
    }

    #[test]
    fn those_who_do_not_press_wait_for_some_steps_and_nobody_waits_for_ever() {
        let budget = Budget::new(1);
        let place = budget.enter();
        assert!(budget.enter_within(Duration::from_millis(1), true).is_none());
        assert_eq!(budget.waiting.load(Ordering::Relaxed) + budget.pressing.load(Ordering::Relaxed), 0);
        let was_in = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let _place = budget.enter_within(Duration::MAX, false);
                was_in.store(true, Ordering::SeqCst);
            });
            wait_for(&budget, 1);
            let mut steps = 0;
            for _ in 1..STEPS {
                budget.give_way(&mut steps);
                assert!(!was_in.load(Ordering::SeqCst));
            }
            budget.give_way(&mut steps);
            assert!(was_in.load(Ordering::SeqCst));
        });
        drop(place);
        assert_eq!(budget.lock().free, 1);
    }
}
