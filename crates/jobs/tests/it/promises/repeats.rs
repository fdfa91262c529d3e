//! Requests that come twice.

use std::time::Duration;

use terjuman_jobs::{Accepted, Clock as _, Repeat, Repeated};
use terjuman_model::Timestamp;

use crate::bench::Bench;
use crate::support::{all, request, resource};

const HOUR: Duration = Duration::from_secs(3600);

/// A request of this name and body, sent for the first time that long ago.
pub(super) fn repeat(bench: &Bench, name: &str, body: u8, age: Duration) -> Repeat {
    let now = bench.clock.now().0;
    let first_sent = Some(Timestamp(now - i64::try_from(age.as_micros()).unwrap()));
    Repeat { name: name.to_owned(), body: [body; 32], first_sent }
}

impl Bench {
    async fn accept(&self, who: &str, repeat: &Repeat) -> Accepted {
        self.store.accept(&resource(who), &request(), Some(repeat)).await.unwrap()
    }

    pub(super) async fn count(&self, who: &str) -> usize {
        self.store.jobs(&resource(who), &all(100)).await.unwrap().items.len()
    }
}

async fn a_request_that_comes_twice_is_one_job(bench: Bench) {
    let named = repeat(&bench, "name", 1, Duration::ZERO);
    assert_eq!(bench.store.repeated(&resource("a"), &named).await.unwrap(), None);
    let Accepted::New(job) = bench.accept("a", &named).await else { panic!("it is new") };
    let same = Repeated::Same(job.id);
    assert_eq!(bench.accept("a", &named).await, Accepted::Before(same));
    assert_eq!(bench.store.repeated(&resource("a"), &named).await.unwrap(), Some(same));
    let other = Repeat { body: [2; 32], ..named.clone() };
    assert_eq!(bench.accept("a", &other).await, Accepted::Before(Repeated::OtherBody));
    assert_eq!(bench.count("a").await, 1);
    // Names belong to their resource.
    assert!(matches!(bench.accept("b", &named).await, Accepted::New(_)));
    // Also when the job has come to its end and is forgotten.
    bench.cancel(job.id).await;
    bench.store.forget(&resource("a"), job.id).await.unwrap();
    assert_eq!(bench.accept("a", &named).await, Accepted::Before(same));
    assert_eq!(bench.count("a").await, 0);
}

async fn a_request_of_another_day_is_no_job(bench: Bench) {
    let outside = Accepted::Before(Repeated::OutsideWindow);
    assert_eq!(bench.accept("a", &repeat(&bench, "old", 1, 25 * HOUR)).await, outside);
    let early = Repeat { first_sent: Some(bench.clock.now().plus(25 * HOUR)), ..repeat(&bench, "new", 1, HOUR) };
    assert_eq!(bench.accept("a", &early).await, outside);
    assert_eq!(bench.count("a").await, 0);
    let named = repeat(&bench, "name", 1, 23 * HOUR);
    let Accepted::New(job) = bench.accept("a", &named).await else { panic!("it is new") };
    bench.clock.advance(HOUR / 2);
    bench.store.forget_ended(None, 10).await.unwrap();
    assert_eq!(bench.accept("a", &named).await, Accepted::Before(Repeated::Same(job.id)));
    bench.clock.advance(HOUR);
    assert_eq!(bench.accept("a", &named).await, outside);
    // A name without a date is remembered for as long as any.
    let undated = Repeat { first_sent: None, ..repeat(&bench, "undated", 1, HOUR) };
    assert!(matches!(bench.accept("a", &undated).await, Accepted::New(_)));
    bench.clock.advance(48 * HOUR);
    bench.store.forget_ended(None, 10).await.unwrap();
    assert!(matches!(bench.accept("a", &undated).await, Accepted::Before(Repeated::Same(_))));
    bench.clock.advance(2 * HOUR);
    bench.store.forget_ended(None, 10).await.unwrap();
    assert!(matches!(bench.accept("a", &undated).await, Accepted::New(_)));
}

async fn equal_requests_at_once_are_one_job(bench: Bench) {
    let named = repeat(&bench, "name", 1, Duration::ZERO);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (store, named) = (bench.store.clone(), named.clone());
        tasks.spawn(async move { store.accept(&resource("a"), &request(), Some(&named)).await.unwrap() });
    }
    let (mut new, mut same) = (Vec::new(), Vec::new());
    for accepted in tasks.join_all().await {
        match accepted {
            Accepted::New(job) => new.push(job.id),
            Accepted::Before(Repeated::Same(id)) => same.push(id),
            Accepted::Before(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((new.len(), same.len(), bench.count("a").await), (1, 19, 1));
    assert!(same.iter().all(|id| *id == new[0]));
}

conformance!([
    a_request_that_comes_twice_is_one_job,
    a_request_of_another_day_is_no_job,
    equal_requests_at_once_are_one_job,
]);
