//! How much is open, and how much may be.

use std::time::Duration;

use terjuman_jobs::{Accepted, AdmissionConfig, Jobs, JobsError, Repeated};

use super::repeats::repeat;
use super::{holder, success};
use crate::bench::Bench;
use crate::support::{request, resource};

async fn what_is_open_is_counted_for_its_resource_and_for_all(bench: Bench) {
    let open = async |who: &str| {
        let open = bench.store.open_documents(&resource(who)).await.unwrap();
        (open.of_resource, open.of_all)
    };
    assert_eq!(open("a").await, (0, 0));
    bench.job("a", 4).await;
    bench.store.create_job(&resource("b"), &request()).await.unwrap();
    // A job whose documents are not listed yet counts as one.
    assert_eq!((open("a").await, open("b").await), ((4, 5), (1, 5)));
    bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap();
    let claimed = bench.claim(2).await;
    assert_eq!((open("a").await, open("b").await), ((4, 5), (1, 5)));
    bench.worker_dies(9).await;
    assert_eq!(open("a").await, (4, 5));
    let again = bench.claim_suspect().await;
    bench.finish(&again.lease, success(1)).await;
    assert!(!bench.finish(&claimed[0].lease, success(1)).await);
    assert_eq!(open("a").await, (3, 4));
}

async fn no_more_are_let_in_than_there_is_room_for(bench: Bench) {
    let config =
        AdmissionConfig { max_open_documents_per_resource: 3, max_open_documents: 5, ..AdmissionConfig::default() };
    let jobs = Jobs::new(bench.store.clone()).admitting(config, None);
    let submit = async |who: &str| jobs.submit(&resource(who), &request()).await;
    let named = repeat(&bench, "name", 1, Duration::ZERO);
    assert!(matches!(jobs.accept(&resource("a"), &request(), Some(&named)).await, Ok(Accepted::New(_))));
    for _ in 0..2 {
        submit("a").await.unwrap();
    }
    assert!(matches!(submit("a").await, Err(JobsError::QueueFull { limit: 3, shared: false })));
    // One that came before is told of its job all the same; a new one is not.
    let again = jobs.accept(&resource("a"), &request(), Some(&named)).await;
    assert!(matches!(again, Ok(Accepted::Before(Repeated::Same(_)))), "{again:?}");
    let new = repeat(&bench, "new", 1, Duration::ZERO);
    assert!(matches!(jobs.accept(&resource("a"), &request(), Some(&new)).await, Err(JobsError::QueueFull { .. })));
    for _ in 0..2 {
        submit("b").await.unwrap();
    }
    assert!(matches!(submit("c").await, Err(JobsError::QueueFull { limit: 5, shared: true })));
    assert_eq!((bench.count("a").await, bench.count("b").await, bench.count("c").await), (3, 2, 0));
}

conformance!([what_is_open_is_counted_for_its_resource_and_for_all, no_more_are_let_in_than_there_is_room_for,]);
