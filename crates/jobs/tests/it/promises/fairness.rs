//! Whose turn it is.

use terjuman_model::JobId;

use super::{holder, success};
use crate::bench::Bench;
use crate::support::{found, request, resource};

async fn a_long_queue_holds_up_another_resource_by_no_more_than_what_is_at_work(bench: Bench) {
    const WORKERS: usize = 4;
    bench.job("a", 1_000).await;
    let mut at_work = Vec::new();
    for _ in 0..WORKERS {
        at_work.push(bench.claim_one().await);
    }
    for round in 0..10 {
        let single = bench.job("b", 1).await;
        // One worker is done, then the next, and so on: how many of them take the long queue's documents first?
        let mut passed_by = 0;
        loop {
            let done = at_work.remove(0);
            assert!(bench.finish(&done.lease, success(1)).await);
            let next = bench.claim_one().await;
            let found = next.job == single;
            assert_eq!(next.resource, resource(if found { "b" } else { "a" }));
            at_work.push(next);
            if found {
                break;
            }
            passed_by += 1;
        }
        assert!(passed_by <= WORKERS, "round {round}: {passed_by} documents of the other came first");
    }
    // A worker that takes many at a time takes the other's with them.
    let single = bench.job("b", 1).await;
    assert!(bench.claim(8).await.iter().any(|claimed| claimed.job == single));
}

async fn the_resource_with_the_fewest_at_work_comes_first(bench: Bench) {
    let hog = bench.job("a", 100).await;
    assert_eq!(bench.claim(4).await.len(), 4);
    let (small, other) = (bench.job("b", 3).await, bench.job("c", 1).await);
    let jobs: Vec<_> = bench.claim(5).await.iter().map(|claimed| claimed.job).collect();
    assert_eq!(jobs, [small, other, small, small, hog]);
}

async fn enumerations_are_as_fair(bench: Bench) {
    let mut jobs = Vec::new();
    for who in ["a", "a", "a", "b"] {
        jobs.push(bench.store.create_job(&resource(who), &request()).await.unwrap().id);
    }
    let mut order = Vec::new();
    for _ in 0..4 {
        order.push(bench.store.claim_expansion(&holder("worker")).await.unwrap().unwrap().job);
    }
    assert_eq!(order, [jobs[0], jobs[3], jobs[1], jobs[2]]);
    assert!(bench.store.claim_expansion(&holder("worker")).await.unwrap().is_none());
}

async fn the_oldest_job_and_its_smallest_document_come_first(bench: Bench) {
    let first = bench.job_of("a", &[30, 10, 20, 10]).await;
    let second = bench.job_of("a", &[2, 1]).await;
    // However many are taken at a time.
    let mut order = Vec::new();
    for limit in [1, 2, 2] {
        order.extend(bench.claim(limit).await.into_iter().map(|claimed| (claimed.job, claimed.source_name)));
    }
    let name = |(job, name): &(JobId, &str)| (*job, (*name).to_owned());
    let expected = [(first, "1.txt"), (first, "3.txt"), (first, "2.txt"), (first, "0.txt"), (second, "1.txt")];
    assert_eq!(order, expected.iter().map(name).collect::<Vec<_>>());
}

async fn one_place_goes_round_the_resources(bench: Bench) {
    for who in ["a", "b", "c"] {
        bench.job(who, 4).await;
    }
    // Each is done before the next one is taken: nobody ever has anything at work.
    assert_eq!(bench.one_by_one(7).await, "abcabca");
    // One that comes later waits for nobody's queue.
    bench.job("d", 3).await;
    let order = bench.one_by_one(4).await;
    assert!(order[..3].contains('d'), "{order}");
}

async fn a_resource_has_its_weight_in_turns_and_in_what_is_at_work(bench: Bench) {
    bench.job("a", 20).await;
    bench.job("heavy", 20).await;
    let turns = bench.one_by_one(12).await;
    assert_eq!((turns.matches('a').count(), turns.matches('h').count()), (3, 9), "{turns}");
    let at_work = bench.claim(8).await;
    let heavy = at_work.iter().filter(|claimed| claimed.resource == resource("heavy")).count();
    assert_eq!((at_work.len(), heavy), (8, 6));
    // What nobody else wants is for whoever is there.
    let rest = bench.claim(100).await;
    assert_eq!(rest.len(), 40 - 12 - 8);
}

async fn listings_go_round_the_resources(bench: Bench) {
    for who in ["a", "a", "b", "b", "c"] {
        bench.store.create_job(&resource(who), &request()).await.unwrap();
    }
    let mut order = String::new();
    while let Some(claimed) = bench.store.claim_expansion(&holder("worker")).await.unwrap() {
        order.push_str(&claimed.resource.0);
        assert!(bench.store.record_expansion(&claimed.lease, found(1)).await.unwrap());
    }
    assert_eq!(order, "abcab");
}

conformance!([
    a_long_queue_holds_up_another_resource_by_no_more_than_what_is_at_work,
    the_resource_with_the_fewest_at_work_comes_first,
    enumerations_are_as_fair,
    the_oldest_job_and_its_smallest_document_come_first,
    one_place_goes_round_the_resources,
    a_resource_has_its_weight_in_turns_and_in_what_is_at_work,
    listings_go_round_the_resources,
]);
