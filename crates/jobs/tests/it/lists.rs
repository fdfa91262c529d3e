//! Listing: filters, order, pages.

use std::time::Duration;

use terjuman_jobs::{Job, JobQuery, JobStore, Order, OrderField};
use terjuman_model::{JobId, JobStatus, Timestamp};

use crate::bench::Bench;
use crate::support::{Fresh, all, queue, request, resource, submit};

/// All pages of a query, walked by their cursors.
async fn walk(store: &dyn JobStore, query: &JobQuery) -> Vec<Job> {
    let mut query = query.clone();
    let mut jobs = Vec::new();
    loop {
        let page = store.jobs(&resource("a"), &query).await.unwrap();
        assert!(page.items.len() <= query.limit as usize);
        jobs.extend(page.items);
        (query.skip, query.after) = match page.next {
            Some(next) => (0, Some(next)),
            None => return jobs,
        };
    }
}

fn ids(jobs: &[Job]) -> Vec<JobId> {
    jobs.iter().map(|job| job.id).collect()
}

fn by(field: OrderField, descending: bool) -> Order {
    Order { field, descending }
}

async fn what_is_created_is_read_back_and_a_foreign_resource_sees_nothing(bench: Bench) {
    let job = bench.store.create_job(&resource("a"), &request()).await.unwrap();
    assert_eq!(job.status, JobStatus::NotStarted);
    assert_eq!(bench.store.job(&resource("a"), job.id).await.unwrap(), Some(job.clone()));
    assert_eq!(bench.store.job(&resource("b"), job.id).await.unwrap(), None);
    assert_eq!(bench.store.jobs(&resource("b"), &all(10)).await.unwrap().items, []);
    assert_eq!(bench.store.documents(&resource("b"), job.id, &all(10)).await.unwrap(), None);
    assert_eq!(bench.store.cancel(&resource("b"), job.id).await.unwrap(), None);
    assert_eq!(bench.store.documents(&resource("a"), job.id, &all(10)).await.unwrap().unwrap().items, []);
}

async fn pages_hold_everything_once_in_both_directions(bench: Bench) {
    let jobs = ids(&submit(&*bench.store, &resource("a"), 7).await);
    submit(&*bench.store, &resource("b"), 3).await;
    for limit in [1, 2, 3, 7, 100] {
        let mut query = all(limit);
        query.order = vec![by(OrderField::Created, false)];
        assert_eq!(ids(&walk(&*bench.store, &query).await), jobs);
        query.order = vec![by(OrderField::Created, true)];
        let backwards: Vec<_> = jobs.iter().rev().copied().collect();
        assert_eq!(ids(&walk(&*bench.store, &query).await), backwards);
        query.skip = 3;
        assert_eq!(ids(&walk(&*bench.store, &query).await), backwards[3..]);
    }
}

async fn equal_keys_are_told_apart_by_the_id(bench: Bench) {
    let mut jobs = submit(&*bench.store, &resource("a"), 9).await;
    // All cancelled at one moment: nine equal last actions.
    bench.clock.advance(Duration::from_secs(1));
    for job in &jobs {
        bench.store.cancel(&resource("a"), job.id).await.unwrap();
    }
    jobs.sort_by_key(|job| job.id);
    let mut query = all(2);
    for second in [None, Some(by(OrderField::Created, true)), Some(by(OrderField::Created, false))] {
        query.order = std::iter::once(by(OrderField::LastAction, false)).chain(second).collect();
        match second {
            None => {}
            Some(order) if order.descending => jobs.sort_by_key(|job| std::cmp::Reverse(job.created)),
            Some(_) => jobs.sort_by_key(|job| job.created),
        }
        assert_eq!(ids(&walk(&*bench.store, &query).await), ids(&jobs));
    }
}

async fn filters_are_anded_and_ranges_include_their_ends(bench: Bench) {
    let jobs = submit(&*bench.store, &resource("a"), 6).await;
    for index in [1, 3, 4] {
        bench.clock.advance(Duration::from_secs(1));
        bench.store.cancel(&resource("a"), jobs[index].id).await.unwrap();
    }
    let list = async |query: &JobQuery| {
        let mut found: Vec<usize> = Vec::new();
        for job in walk(&*bench.store, query).await {
            found.push(jobs.iter().position(|known| known.id == job.id).unwrap());
        }
        found
    };
    let mut query = all(2);
    query.statuses = vec![JobStatus::Cancelled];
    assert_eq!(list(&query).await, [4, 3, 1]);
    query.statuses = vec![JobStatus::NotStarted, JobStatus::Cancelled, JobStatus::Cancelled, JobStatus::Failed];
    assert_eq!(list(&query).await, [5, 4, 3, 2, 1, 0]);
    query.created_from = Some(jobs[1].created);
    query.created_to = Some(jobs[4].created);
    assert_eq!(list(&query).await, [4, 3, 2, 1]);
    query.order = vec![by(OrderField::LastAction, true)];
    query.created_to = Some(Timestamp(jobs[4].created.0 - 1));
    assert_eq!(list(&query).await, [3, 1, 2]);
    query.ids = vec![jobs[1].id.0, jobs[5].id.0, uuid::Uuid::nil()];
    assert_eq!(list(&query).await, [1]);
    query.statuses = vec![JobStatus::Succeeded];
    assert_eq!(list(&query).await, Vec::<usize>::new());
}

async fn pages_stay_stable_while_jobs_arrive(bench: Bench) {
    let jobs = submit(&*bench.store, &resource("a"), 6).await;
    let mut query = all(2);
    let mut seen = Vec::new();
    loop {
        let page = bench.store.jobs(&resource("a"), &query).await.unwrap();
        seen.extend(page.items.iter().map(|job| job.id));
        submit(&*bench.store, &resource("a"), 3).await;
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    let expected: Vec<_> = jobs.iter().rev().map(|job| job.id).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_second_server_is_kept_out_and_a_restart_is_not() {
    let mut fresh = Fresh::new().await;
    let job = submit(&*fresh.store, &resource("a"), 1).await.remove(0);
    let options =
        terjuman_jobs::SqliteOptions { path: fresh.path.clone(), queue: queue(), sealer: crate::support::sealer() };
    let second = terjuman_jobs::SqliteStore::open(options, fresh.clock.clone(), fresh.ids.clone()).await;
    assert!(second.err().unwrap().to_string().contains("in use by another server"));
    fresh.restart().await;
    assert_eq!(fresh.store.job(&resource("a"), job.id).await.unwrap(), Some(job));
}

async fn an_old_cursor_of_another_order_is_refused(bench: Bench) {
    submit(&*bench.store, &resource("a"), 2).await;
    let mut query = all(1);
    query.after = bench.store.jobs(&resource("a"), &query).await.unwrap().next;
    query.order = vec![by(OrderField::Created, true), by(OrderField::LastAction, true)];
    assert!(bench.store.jobs(&resource("a"), &query).await.is_err());
}

conformance!([
    what_is_created_is_read_back_and_a_foreign_resource_sees_nothing,
    pages_hold_everything_once_in_both_directions,
    equal_keys_are_told_apart_by_the_id,
    filters_are_anded_and_ranges_include_their_ends,
    pages_stay_stable_while_jobs_arrive,
    an_old_cursor_of_another_order_is_refused,
]);
