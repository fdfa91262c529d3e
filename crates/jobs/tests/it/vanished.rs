//! A database that vanishes without a word: connections stay open, and nothing comes back on them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use terjuman_jobs::{Holder, JobStore as _, JobsError, PostgresStore, RandomIds, Timely};
use terjuman_model::{JobId, JobStatus};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{Instant, pause, resume, timeout};

use crate::database::TestDatabase;
use crate::support::{request, resource};

/// The way to a database, which can be lost. What is sent on a lost connection is taken and goes nowhere, for ever, as if
/// a firewall had forgotten it; and so does what is sent on new ones while the database is away.
struct Way {
    address: String,
    armed: AtomicBool,
    lost: AtomicBool,
    /// Rung in the moment in which it is lost.
    bell: Notify,
    /// How many connections were lost.
    losses: AtomicU32,
}

impl Way {
    /// To this server. Once armed, the way is lost in the moment in which `word` is sent on it.
    async fn to(server: &str, word: &'static str) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (lost, losses) = (AtomicBool::new(false), AtomicU32::new(0));
        let (armed, bell) = (AtomicBool::new(false), Notify::new());
        let way = Arc::new(Self { address, armed, lost, bell, losses });
        let (passing, server) = (Arc::clone(&way), server.to_owned());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (way, server) = (Arc::clone(&passing), server.clone());
                tokio::spawn(async move {
                    if way.pass(near, &server, word).await {
                        way.losses.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        way
    }

    fn is_lost(&self) -> bool {
        self.lost.load(Ordering::SeqCst)
    }

    fn found(&self) {
        self.lost.store(false, Ordering::SeqCst);
    }

    /// Whether the connection was lost, told when whoever opened it has given it up.
    async fn pass(&self, mut near: TcpStream, server: &str, word: &str) -> bool {
        let mut far = TcpStream::connect(server).await.unwrap();
        let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
        loop {
            tokio::select! {
                read = near.read(&mut up) => {
                    let Ok(count @ 1..) = read else { return false };
                    let said = up[..count].windows(word.len()).any(|window| window == word.as_bytes());
                    if said && self.armed.swap(false, Ordering::SeqCst) {
                        self.lost.store(true, Ordering::SeqCst);
                        self.bell.notify_one();
                    }
                    if self.is_lost() {
                        // Open, and silent. The far end hears no more of it, either.
                        while near.read(&mut up).await.is_ok_and(|count| count > 0) {}
                        return true;
                    }
                    if far.write_all(&up[..count]).await.is_err() { return false }
                }
                read = far.read(&mut down) => {
                    let Ok(count @ 1..) = read else { return false };
                    if near.write_all(&down[..count]).await.is_err() { return false }
                }
            }
        }
    }
}

/// A store of one connection for requests, over a way that is lost at this word.
async fn over(database: &TestDatabase, word: &'static str) -> (Timely<PostgresStore>, Arc<Way>) {
    let url = database.url();
    let (_, place) = url.rsplit_once('@').unwrap();
    let (server, name) = place.split_once('/').unwrap();
    let way = Way::to(server, word).await;
    let mut options = database.options();
    options.url = url.replace(&format!("{server}/{name}"), &format!("{}/{name}", way.address));
    options.max_connections = 1;
    let store = PostgresStore::open(options, Arc::new(RandomIds)).await.unwrap();
    way.armed.store(true, Ordering::SeqCst);
    (Timely::new(store), way)
}

/// What is asked while the way is lost is answered in time; when it is found again, so are questions. While it is lost
/// nothing is awaited but the ends of patience: that time is not lived through.
async fn check<T: std::fmt::Debug>(way: &Way, lost: impl AsyncFn() -> Result<T, JobsError>) -> T {
    let begun = Instant::now();
    let (answer, ()) = tokio::join!(lost(), async {
        way.bell.notified().await;
        pause();
    });
    assert!(matches!(answer, Err(JobsError::Busy)), "{answer:?}");
    assert!(way.is_lost(), "it was asked over another connection");
    assert!(begun.elapsed() < Duration::from_secs(11), "{:?}", begun.elapsed());
    // The next one finds the place of the lost connection taken, or a way that leads nowhere.
    let begun = Instant::now();
    let answer = lost().await;
    assert!(answer.is_err(), "{answer:?}");
    assert!(begun.elapsed() < Duration::from_secs(11), "{:?}", begun.elapsed());
    resume();
    way.found();
    // However long that takes on a busy machine: it comes back by itself.
    let back = timeout(Duration::from_secs(60), async {
        loop {
            if let Ok(answer) = lost().await {
                return answer;
            }
        }
    });
    let answer = back.await.expect("the database is back, and so are answers");
    assert!(way.losses.load(Ordering::SeqCst) > 0, "what was lost was given up");
    answer
}

#[tokio::test]
async fn a_question_ends_when_the_database_vanishes() {
    let Some(database) = TestDatabase::new().await else { return };
    let (store, way) = over(&database, "FROM jobs AS entry").await;
    let id = JobId(uuid::Uuid::nil());
    assert!(check(&way, async || store.job(&resource("a"), id).await).await.is_none());
}

#[tokio::test]
async fn a_commit_ends_when_the_database_vanishes() {
    let Some(database) = TestDatabase::new().await else { return };
    let (store, way) = over(&database, "COMMIT").await;
    let job = check(&way, async || store.create_job(&resource("a"), &request()).await).await;
    assert_eq!(store.job(&resource("a"), job.id).await.unwrap().unwrap().status, JobStatus::NotStarted);
}

#[tokio::test]
async fn the_work_goes_on_after_the_database_had_vanished() {
    let Some(database) = TestDatabase::new().await else { return };
    // The connections for the work are lost in their claims, all of them sooner or later.
    let (store, way) = over(&database, "lease_owner").await;
    let holder = Holder { name: "worker".into(), lease: Duration::from_secs(60) };
    store.create_job(&resource("a"), &request()).await.unwrap();
    check(&way, async || {
        let claims = (0..4).map(|_| store.claim_expansion(&holder));
        futures::future::join_all(claims)
            .await
            .into_iter()
            .map(|claim| claim.map(|job| job.is_some()))
            .collect::<Result<Vec<_>, _>>()
    })
    .await;
}
