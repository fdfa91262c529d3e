//! How many requests are worked on at a time. Further ones are refused before anything of them is read: a queue would only
//! make all of them late.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use terjuman_model::ResourceId;

use super::fits;
use crate::error::ApiError;

/// A bound on requests at work.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Shared>);

struct Shared {
    bound: usize,
    inside: Mutex<HashMap<ResourceId, usize>>,
}

/// A request is at work as long as this lives.
pub(crate) struct Inside {
    gate: Gate,
    resource: ResourceId,
}

impl Gate {
    pub(crate) fn new(bound: usize) -> Self {
        Self(Arc::new(Shared { bound, inside: Mutex::default() }))
    }

    /// Lets a request in.
    ///
    /// # Errors
    /// 429 if too many are at work, and the resource has its share of them.
    pub(crate) fn enter(&self, resource: &ResourceId) -> Result<Inside, ApiError> {
        let mut inside = self.inside();
        let taken = inside.values().sum();
        let own = inside.get(resource).copied().unwrap_or_default();
        let resources = inside.len() + usize::from(own == 0);
        if !fits(self.0.bound, taken, own, resources) {
            return Err(ApiError::rate_too_high("The server is answering as many requests as it can. Try again."));
        }
        inside.insert(resource.clone(), own + 1);
        Ok(Inside { gate: self.clone(), resource: resource.clone() })
    }

    /// Whether there is no room but for those who have less than their share.
    pub(crate) fn is_full(&self) -> bool {
        self.inside().values().sum::<usize>() >= self.0.bound
    }

    fn inside(&self) -> MutexGuard<'_, HashMap<ResourceId, usize>> {
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let mut inside = self.gate.inside();
        match inside.get_mut(&self.resource) {
            Some(own) if *own > 1 => *own -= 1,
            // There are never more entries than resources with something at work.
            _ => drop(inside.remove(&self.resource)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(name: &str) -> ResourceId {
        ResourceId(name.into())
    }

    #[test]
    fn who_takes_everything_keeps_nobody_else_out() {
        let gate = Gate::new(10);
        let enter = |name: &str| (0..100).map_while(|_| gate.enter(&resource(name)).ok()).collect::<Vec<_>>();
        let first = enter("greedy");
        assert_eq!(first.len(), 10);
        let (second, third) = (enter("second"), enter("third"));
        assert_eq!((second.len(), third.len()), (5, 3));
        // Who is over its share waits until there is room.
        drop(third);
        assert!(gate.enter(&resource("greedy")).is_err());
        drop(second);
        assert!(gate.enter(&resource("greedy")).is_err());
        drop(first);
        assert_eq!(enter("second").len(), 10);
        assert!(gate.inside().is_empty());
    }
}
