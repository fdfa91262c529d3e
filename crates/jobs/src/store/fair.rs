//! Whose turn it is. Pure: the store says who waits, and takes what is picked.

use std::collections::VecDeque;

/// A resource with documents that wait.
pub(crate) struct Ready {
    /// Its documents at work.
    pub(crate) running: i64,
    /// The jobs, by row number, of its first documents: one entry a document, in their order.
    pub(crate) jobs: VecDeque<i64>,
}

/// Gives one document after the other to the resource that has the fewest at work, then to the one with the oldest job.
/// Each turn is an index into `ready`.
pub(crate) fn turns(mut ready: Vec<Ready>, limit: usize) -> Vec<usize> {
    let mut turns = Vec::new();
    while turns.len() < limit {
        let next = ready
            .iter_mut()
            .enumerate()
            .filter_map(|(index, resource)| Some(((resource.running, *resource.jobs.front()?), index, resource)))
            .min_by_key(|(key, ..)| *key);
        let Some((_, index, resource)) = next else { break };
        resource.running += 1;
        resource.jobs.pop_front();
        turns.push(index);
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ready: &[(i64, &[i64])], limit: usize, expected: &[usize]) {
        let ready =
            ready.iter().map(|(running, jobs)| Ready { running: *running, jobs: jobs.iter().copied().collect() });
        assert_eq!(turns(ready.collect(), limit), expected);
    }

    #[test]
    fn the_one_with_the_fewest_at_work_comes_first_then_the_oldest_job() {
        check(&[], 3, &[]);
        check(&[(0, &[1, 1, 2])], 2, &[0, 0]);
        check(&[(4, &[1, 1, 1]), (0, &[2, 2, 2]), (0, &[3])], 5, &[1, 2, 1, 1, 0]);
    }
}
