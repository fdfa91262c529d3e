//! A rolling restart under load: three processes on one PostgreSQL behind a balancer that asks `/readyz`, stopped and
//! started one after the other. Nobody's request fails, and no document.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;

use crate::postgres::database;
use crate::support::{Process, Server, assert_consistent, job};

const DOCUMENTS: usize = 4;
const ROUNDS: usize = 2;
const CLIENTS: usize = 4;

/// How often the balancer asks. A process that is asked goes on accepting for three seconds after it has said that it stops,
/// as it comes: long enough for a balancer on a machine that has too much to do.
const PROBE: Duration = Duration::from_millis(50);

/// Sends requests to the processes that were ready when last asked.
struct Balancer {
    ready: Mutex<Vec<SocketAddr>>,
    turn: std::sync::atomic::AtomicUsize,
}

impl Balancer {
    fn next(&self) -> SocketAddr {
        let ready = self.ready.lock().unwrap();
        assert!(!ready.is_empty(), "no process is ready");
        ready[self.turn.fetch_add(1, Ordering::Relaxed) % ready.len()]
    }

    /// Asks each process once.
    async fn ask(&self, server: &Server, nodes: &[SocketAddr]) {
        let mut ready = Vec::new();
        for node in nodes {
            let answer = server.call_at(*node, Method::GET, "/readyz", None).await;
            if answer.is_ok_and(|(status, _)| status == 200) {
                ready.push(*node);
            }
        }
        *self.ready.lock().unwrap() = ready;
    }

    async fn probe(&self, server: &Server, nodes: &[SocketAddr]) {
        loop {
            self.ask(server, nodes).await;
            tokio::time::sleep(PROBE).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_a_rolling_restart() {
    let Some(url) = database().await else { return };
    let settings = [("DATABASE__URL", url.as_str()), ("ENGINE__PSEUDO_DELAY_MS", "50"), ("WORKER__CONCURRENCY", "2")];
    let first = Server::start(&settings);
    let texts: Vec<_> = (0..DOCUMENTS).map(|i| (format!("{i}.txt"), format!("This is text {i}."))).collect();
    first.documents("in", &texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let mut nodes = [first.beside("all"), first.beside("all"), first.beside("all")];
    let addresses: Vec<_> = nodes.iter().map(|node| node.address).collect();
    let balancer = Arc::new(Balancer { ready: Mutex::default(), turn: 0.into() });
    // A process that was never asked does not wait for a balancer when it stops.
    balancer.ask(&first, &addresses).await;
    let over = AtomicBool::new(false);
    let clients = futures::future::join_all((0..CLIENTS).map(|client| talk(&first, &balancer, &over, client)));
    let asked = Arc::clone(&balancer);
    // On a thread of its own: neither clients nor balancer wait for it.
    let restarting = tokio::task::spawn_blocking(move || {
        for nth in 0..ROUNDS * nodes.len() {
            let node = nth % nodes.len();
            restart(&mut nodes[node]);
            while !asked.ready.lock().unwrap().contains(&nodes[node].address) {
                std::thread::sleep(PROBE);
            }
        }
        nodes
    });
    let restarts = async {
        let nodes = restarting.await;
        over.store(true, Ordering::Relaxed);
        nodes.unwrap()
    };
    let (jobs, nodes) = tokio::select! {
        both = async { tokio::join!(clients, restarts) } => both,
        () = balancer.probe(&first, &addresses) => unreachable!("the balancer asks for ever"),
    };
    let jobs: BTreeMap<_, _> = jobs.into_iter().flatten().collect();
    println!("{} jobs over {} restarts", jobs.len(), ROUNDS * nodes.len());
    for (id, target) in jobs {
        let job = first.ended(&id).await;
        assert_eq!(job["status"], "Succeeded", "{job}");
        assert_eq!(job["summary"]["success"], DOCUMENTS, "{job}");
        assert_eq!(std::fs::read_dir(first.folder().join(target)).unwrap().count(), DOCUMENTS);
    }
}

fn restart(node: &mut Process) {
    assert!(node.stop().success());
    node.restart();
}

/// Submits and asks until it is over; the jobs, with their targets.
async fn talk(server: &Server, balancer: &Balancer, over: &AtomicBool, client: usize) -> Vec<(String, String)> {
    let mut jobs: Vec<(String, String)> = Vec::new();
    let batches = "/translator/document/batches";
    while !over.load(Ordering::Relaxed) {
        let target = format!("out-{client}-{}", jobs.len());
        let body = job(&server.url_of("in"), &server.url_of(&target));
        let answer = server.call_at(balancer.next(), Method::POST, batches, Some(&body)).await;
        let (status, body) = answer.expect("no submit goes without an answer");
        assert_eq!(status, 202, "{body}");
        jobs.push((body["id"].as_str().unwrap().to_owned(), target));
        let mut finished = 0;
        for _ in 0..20 {
            let (id, _) = &jobs[jobs.len() - 1];
            let answer = server.call_at(balancer.next(), Method::GET, &format!("{batches}/{id}"), None).await;
            let (status, body) = answer.expect("no question goes without an answer");
            assert_eq!(status, 200, "{body}");
            assert_consistent(&body);
            let now = body["summary"]["success"].as_u64().unwrap();
            assert!(now >= finished, "what had ended is unfinished again: {body}");
            finished = now;
            assert_eq!(body["summary"]["failed"], 0, "{body}");
        }
    }
    jobs
}
