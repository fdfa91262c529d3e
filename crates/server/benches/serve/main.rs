//! What the server can carry: start, memory, status polls, durable submits, a batch of a thousand documents.
//!
//! ```sh
//! cargo bench --package terjuman-server --bench serve
//! ```
//!
//! With `scripts/with-postgres` before the command, also how the documents a second grow with the number of workers.
//!
//! `-- overload` measures that alone: what is left of the peak when three times as much is offered.
//!
//! Starts release builds of its own on free ports and prints one table. Client and server share the machine. A load is
//! open (a fixed rate, latency from the moment a request was due) where a target names a rate, and closed (as fast as
//! the answers come) otherwise.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod client;
mod figures;
mod overload;
#[expect(dead_code, reason = "the other bench needs more of it")]
mod server;

use std::time::{Duration, Instant};

use client::Connection;
use figures::Figures;
use server::Server;
use sqlx::Connection as _;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    if std::env::args().any(|argument| argument == "overload") {
        return runtime.block_on(overload::overload());
    }
    println!("| what | figure | target |\n| --- | --- | --- |");
    start();
    runtime.block_on(async {
        let server = Server::start(&overload::ANY_NUMBER);
        println!("| idle memory, no model loaded | {:.1} MB | 40 MB |", server.resident_bytes() as f64 / 1e6);
        polls(&server).await;
        submits(&server).await;
    });
    runtime.block_on(batch());
    runtime.block_on(scale());
    runtime.block_on(overload::overload());
}

/// From the start of the process to its first answer.
fn start() {
    let mut figures = Figures::default();
    for _ in 0..20 {
        let begun = Instant::now();
        drop(Server::start(&[]));
        figures.add(begun.elapsed());
    }
    println!("| start to the first 200 | {figures} | 150 ms |");
}

/// Status polls of one job over 16 connections.
async fn polls(server: &Server) {
    let mut first = Connection::open(server.address).await;
    let id = first.submit(&server.absent(), &server.absent()).await;
    let closed = load(server, 16, Duration::from_secs(5), None, |connection, _| connection.status(id.clone())).await;
    println!("| status polls, as fast as they come | {:.0}/s, {closed} | |", closed.rate());
    let open =
        load(server, 16, Duration::from_secs(5), Some(5_000), |connection, _| connection.status(id.clone())).await;
    println!("| status polls, 5,000/s offered | {:.0}/s, {open} | 5,000/s, p99 20 ms |", open.rate());
}

/// Durable submits over 64 connections: each answer means a flush to disk.
async fn submits(server: &Server) {
    let (from, to) = (server.absent(), server.absent());
    let submit = |connection: Connection, _| connection.submit_again(from.clone(), to.clone());
    let open = load(server, 64, Duration::from_secs(10), Some(300), submit).await;
    println!("| durable submits, 300/s offered | {:.0}/s, {open} | 300/s, p99 50 ms |", open.rate());
    let closed = load(server, 64, Duration::from_secs(5), None, submit).await;
    println!("| durable submits, as fast as they come | {:.0}/s, {closed} | |", closed.rate());
}

/// A thousand small documents from folder to folder.
async fn batch() {
    let server = Server::start(&[("WORKER__CONCURRENCY", "4")]);
    let source = server.documents(1_000);
    let mut connection = Connection::open(server.address).await;
    let begun = Instant::now();
    let id = connection.submit(&source, &server.url("out")).await;
    let status = ended(&mut connection, &id).await;
    let seconds = begun.elapsed().as_secs_f64();
    println!("| 1,000 text files with `pseudo`, folder to folder | {seconds:.2} s, {status} | 10 s |");
}

async fn ended(connection: &mut Connection, id: &str) -> String {
    loop {
        let body = connection.get_status(id).await;
        if let Some(end) = ["Succeeded", "Failed", "Cancelled"].iter().find(|end| body.contains(&format!("\"{end}\"")))
        {
            return (*end).to_owned();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Documents a second of one, four and eight workers on one PostgreSQL, with an engine that takes 200 ms a document:
/// what is measured is what sharing the work costs.
#[expect(clippy::disallowed_methods, reason = "scripts/with-postgres says where the server is")]
async fn scale() {
    let Some(server) = std::env::var_os("TERJUMAN_TEST_POSTGRES") else { return };
    let server = server.into_string().expect("a URL");
    let mut alone = 0.0;
    for (workers, target) in [(1, ""), (4, "3.8 times"), (8, "7.2 times")] {
        let url = database(&server, &format!("scale_{workers}")).await;
        let settings =
            [("DATABASE__URL", url.as_str()), ("ENGINE__PSEUDO_DELAY_MS", "200"), ("WORKER__CONCURRENCY", "4")];
        let api = Server::start_as("api", None, &settings);
        let _workers: Vec<_> = (0..workers).map(|_| Server::start_as("worker", Some(&api), &settings)).collect();
        let source = api.documents(100 * workers);
        let mut connection = Connection::open(api.address).await;
        let begun = Instant::now();
        let id = connection.submit(&source, &api.url("out")).await;
        let status = ended(&mut connection, &id).await;
        let rate = (100 * workers) as f64 / begun.elapsed().as_secs_f64();
        if workers == 1 {
            alone = rate;
        }
        println!(
            "| {workers} workers of 4, 200 ms a document | {rate:.1}/s, {:.2} times one, {status} | {target} |",
            rate / alone
        );
    }
}

/// A new database on the server.
async fn database(server: &str, name: &str) -> String {
    let mut connection = sqlx::PgConnection::connect(server).await.expect("the server answers");
    let sql = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("a new database");
    let (server, _) = server.rsplit_once('/').expect("a URL ends with a database");
    format!("{server}/{name}")
}

/// Runs a call over and over on so many connections; `rate` a second in all, or as fast as the answers come.
async fn load<F, C>(server: &Server, connections: u32, length: Duration, rate: Option<u32>, call: C) -> Figures
where
    F: Future<Output = Connection> + Send + 'static,
    C: Fn(Connection, u32) -> F + Send + Sync + Copy,
{
    let begun = Instant::now();
    let mut running = Vec::new();
    for index in 0..connections {
        let connection = Connection::open(server.address).await;
        let step = rate.map(|rate| Duration::from_secs(1) * connections / rate);
        let offset = step.map_or(Duration::ZERO, |step| step * index / connections);
        running.push(one(connection, begun + offset, step, begun + length, call));
    }
    let mut all = Figures::default();
    for figures in futures::future::join_all(running).await {
        all.merge(figures);
    }
    all.lasted(begun.elapsed());
    all
}

async fn one<F, C>(
    mut connection: Connection,
    mut due: Instant,
    step: Option<Duration>,
    end: Instant,
    call: C,
) -> Figures
where
    F: Future<Output = Connection> + Send + 'static,
    C: Fn(Connection, u32) -> F + Copy,
{
    let mut figures = Figures::default();
    for count in 0.. {
        if step.is_some() {
            tokio::time::sleep_until(due.into()).await;
        } else {
            due = Instant::now();
        }
        if due >= end {
            break;
        }
        connection = call(connection, count).await;
        figures.add(due.elapsed());
        due += step.unwrap_or_default();
    }
    figures
}
