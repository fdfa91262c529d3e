//! Whose turn it is. Pure but for what it remembers: the store says who waits, and takes what is picked.
//!
//! A weighted round robin over the resources. The next turn is for the resource that has the fewest documents at work for
//! its weight; of several for the one that has had the fewest turns for its weight; of several for the one with the oldest
//! job. What is at work is counted in the database and shares it among all processes. Turns are remembered by each process
//! for itself: they keep more resources than there are places from waiting behind those that came first.
//!
//! A resource that had nothing to do for a while has saved up no turns: it comes back as one that has just had its share.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use terjuman_model::ResourceId;

use super::sql::Columns;
use crate::JobsError;

/// How many times the share of another a resource has; 1 for one that is not named.
pub type Weights = BTreeMap<String, NonZeroU32>;

/// What one turn, or one document at work, costs a resource of weight 1: can be divided by all small weights.
const COST: u64 = 720_720 << 10;
/// Resources whose turns are remembered.
const REMEMBERED: usize = 10_000;

/// A resource that has something waiting.
pub(crate) struct Head<K> {
    pub(crate) resource: String,
    /// What it has at work.
    pub(crate) running: i64,
    /// What tells the age of its oldest job.
    pub(crate) oldest: K,
}

impl<K> Head<K> {
    /// One that a database found, and what tells its age.
    pub(crate) fn read(row: &impl Columns, oldest: K) -> Result<Self, JobsError> {
        Ok(Self { resource: row.text("resource")?.to_owned(), running: row.number("running")?, oldest })
    }
}

/// A resource with documents that wait.
pub(crate) struct Ready {
    pub(crate) resource: String,
    /// Its documents at work.
    pub(crate) running: i64,
    /// The jobs, by row number, of its first documents: one entry a document, in their order.
    pub(crate) jobs: VecDeque<i64>,
}

/// Gives the resources their turns.
pub(crate) struct Turns {
    weights: Weights,
    had: Mutex<Had>,
}

/// What the resources have had, in [`COST`] for their weight.
#[derive(Default)]
struct Had {
    /// Where the one stood that had its turn last, before it. Whoever is behind has no more than that.
    now: u64,
    /// Those that are ahead.
    ahead: BTreeMap<String, u64>,
}

impl Had {
    fn of(&self, resource: &str) -> u64 {
        self.ahead.get(resource).map_or(self.now, |had| self.now.max(*had))
    }
}

impl Turns {
    pub(crate) fn new(weights: Weights) -> Self {
        Self { weights, had: Mutex::default() }
    }

    /// The resources that come first, at most `limit` of them, in the order of their first turns.
    pub(crate) fn first<K: Ord + Copy>(&self, mut heads: Vec<Head<K>>, limit: usize) -> Vec<Head<K>> {
        let had = self.had();
        heads.sort_by_cached_key(|head| (self.load(&head.resource, head.running), had.of(&head.resource), head.oldest));
        heads.truncate(limit);
        heads
    }

    /// One document after the other, at most `limit` of them: each is an index into `ready`.
    pub(crate) fn plan(&self, mut ready: Vec<Ready>, limit: usize) -> Vec<usize> {
        let mut standings: Vec<_> = {
            let had = self.had();
            let standing = |ready: &Ready| (self.load(&ready.resource, ready.running), had.of(&ready.resource));
            ready.iter().map(standing).collect()
        };
        let mut turns = Vec::new();
        while turns.len() < limit {
            let waiting = ready.iter().enumerate();
            let next = waiting.filter_map(|(index, ready)| Some((standings[index], *ready.jobs.front()?, index))).min();
            let Some((_, _, index)) = next else { break };
            let cost = self.cost(&ready[index].resource);
            standings[index].0 += cost;
            standings[index].1 += cost;
            ready[index].jobs.pop_front();
            turns.push(index);
        }
        turns
    }

    /// These had a turn each, in this order.
    pub(crate) fn taken<'r>(&self, resources: impl IntoIterator<Item = &'r ResourceId>) {
        let mut had = self.had();
        let before = had.now;
        for ResourceId(resource) in resources {
            had.now = had.of(resource);
            let after = had.now.saturating_add(self.cost(resource));
            had.ahead.insert(resource.clone(), after);
        }
        let now = had.now;
        if now > before {
            had.ahead.retain(|_, had| *had > now);
        }
        if had.ahead.len() > REMEMBERED {
            had.ahead.clear();
        }
    }

    fn cost(&self, resource: &str) -> u64 {
        (COST / self.weights.get(resource).map_or(1, |weight| u64::from(weight.get()))).max(1)
    }

    fn load(&self, resource: &str, running: i64) -> u64 {
        u64::try_from(running).unwrap_or(0).saturating_mul(self.cost(resource))
    }

    fn had(&self) -> MutexGuard<'_, Had> {
        self.had.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(weights: &[(&str, u32)]) -> Turns {
        let weight = |(name, weight): &(&str, u32)| ((*name).to_owned(), NonZeroU32::new(*weight).unwrap());
        Turns::new(weights.iter().map(weight).collect())
    }

    /// Resources are called after their places: a, b, c.
    fn name(index: usize) -> String {
        char::from(b'a' + u8::try_from(index).unwrap()).to_string()
    }

    #[track_caller]
    fn check(turns: &Turns, waiting: &[(i64, &[i64])], limit: usize, expected: &[usize]) {
        let ready = waiting.iter().enumerate().map(|(index, (running, jobs))| Ready {
            resource: name(index),
            running: *running,
            jobs: jobs.iter().copied().collect(),
        });
        assert_eq!(turns.plan(ready.collect(), limit), expected);
        let heads = waiting.iter().enumerate().filter_map(|(index, (running, jobs))| {
            Some(Head { resource: name(index), running: *running, oldest: *jobs.first()? })
        });
        let first: Vec<_> = turns.first(heads.collect(), limit).into_iter().map(|head| head.resource).collect();
        // Whoever has a turn is among the first, and their first turns come in that order.
        let mut had: Vec<String> = expected.iter().map(|index| name(*index)).collect();
        let mut seen = std::collections::BTreeSet::new();
        had.retain(|name| seen.insert(name.clone()));
        assert_eq!(first[..had.len()], had);
    }

    #[test]
    fn the_one_with_the_fewest_at_work_comes_first_then_the_oldest_job() {
        let turns = turns(&[]);
        check(&turns, &[], 3, &[]);
        check(&turns, &[(0, &[1, 1, 2])], 2, &[0, 0]);
        check(&turns, &[(4, &[1, 1, 1]), (0, &[2, 2, 2]), (0, &[3])], 5, &[1, 2, 1, 1, 0]);
    }

    #[test]
    fn a_weight_is_a_share_of_what_is_at_work() {
        let turns = turns(&[("a", 3)]);
        check(&turns, &[(0, &[1; 9]), (0, &[2; 9])], 8, &[0, 1, 0, 0, 0, 1, 0, 0]);
        check(&turns, &[(6, &[1; 9]), (1, &[2; 9])], 2, &[1, 0]);
    }

    /// One place, and what has its turn is done before the next one comes.
    fn one_by_one(turns: &Turns, waiting: &mut [VecDeque<i64>], count: usize) -> String {
        let one = |turns: &Turns, waiting: &mut [VecDeque<i64>]| {
            let ready = waiting.iter().enumerate();
            let ready = ready.map(|(index, jobs)| Ready { resource: name(index), running: 0, jobs: jobs.clone() });
            let index = turns.plan(ready.collect(), 1).pop()?;
            waiting[index].pop_front();
            turns.taken([&ResourceId(name(index))]);
            Some(name(index))
        };
        (0..count).filter_map(|_| one(turns, waiting)).collect()
    }

    #[test]
    fn one_place_goes_round() {
        let waiting = || [1, 2, 3].map(|job| VecDeque::from(vec![job; 6]));
        assert_eq!(one_by_one(&turns(&[]), &mut waiting(), 9), "abcabcabc");
        assert_eq!(one_by_one(&turns(&[("b", 3)]), &mut waiting(), 10), "abcbbabcbb");
    }

    #[test]
    fn who_comes_new_or_back_waits_for_no_queue_and_has_saved_up_nothing() {
        let turns = turns(&[]);
        let mut waiting = [VecDeque::from(vec![1; 100]), VecDeque::new(), VecDeque::new()];
        assert_eq!(one_by_one(&turns, &mut waiting, 50), "a".repeat(50));
        waiting[1] = VecDeque::from(vec![2; 4]);
        assert_eq!(one_by_one(&turns, &mut waiting, 6), "bababa");
        waiting[2] = VecDeque::from(vec![3; 1]);
        assert_eq!(one_by_one(&turns, &mut waiting, 3), "bca");
    }

    #[test]
    fn nothing_is_remembered_of_who_is_not_ahead() {
        let turns = turns(&[]);
        for number in 0..3 * REMEMBERED {
            turns.taken([&ResourceId(number.to_string())]);
        }
        assert!(turns.had().ahead.len() <= REMEMBERED);
        for _ in 0..2 {
            turns.taken([&ResourceId("0".to_owned())]);
        }
        assert_eq!(turns.had().ahead.len(), 1);
    }
}
