//! The storage as one process reaches it: conditional writes that are slow, fail, or are done although they seem to fail.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use terjuman_blobs::{BlobEntry, BlobError, Container, Created, Stamp, StandIn};
use terjuman_jobs::Location;
use tokio::time::{Instant, sleep};

use super::world::{Edge, Sabotage, World, lock};

/// Everything that is stored, by container and name.
#[derive(Default)]
pub(crate) struct Storage {
    files: Mutex<BTreeMap<(String, String), File>>,
    versions: Mutex<u64>,
    /// What becomes of the next writes, if somebody has said so.
    orders: Mutex<VecDeque<Order>>,
}

/// What becomes of one write.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    /// It is done, and never answered.
    Silence,
    /// It fails, and is done so much later.
    Late(Duration),
    /// It is done so much later, and never answered.
    Lost(Duration),
    /// It fails, and is never done.
    Never,
}

#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) bytes: Bytes,
    etag: String,
    /// Whose output it is; `None` for what others put there.
    pub(crate) stamp: Option<Stamp>,
}

impl Storage {
    pub(crate) fn put(&self, container: &str, name: &str, bytes: Bytes, stamp: Option<Stamp>) {
        let mut version = lock(&self.versions);
        *version += 1;
        let file = File { bytes, etag: version.to_string(), stamp };
        lock(&self.files).insert((container.to_owned(), name.to_owned()), file);
    }

    pub(crate) fn order(&self, orders: impl IntoIterator<Item = Order>) {
        lock(&self.orders).extend(orders);
    }

    /// Orders that are still to be met.
    pub(crate) fn orders(&self) -> usize {
        lock(&self.orders).len()
    }

    pub(crate) fn get(&self, container: &str, name: &str) -> Option<File> {
        lock(&self.files).get(&(container.to_owned(), name.to_owned())).cloned()
    }

    pub(crate) fn all(&self) -> BTreeMap<(String, String), File> {
        lock(&self.files).clone()
    }
}

/// Opens containers for one process.
pub(crate) struct ReachedStorage {
    pub(crate) edge: Arc<Edge>,
}

struct ReachedContainer {
    edge: Arc<Edge>,
    name: String,
}

/// The container that a URL names, and what comes after it.
pub(crate) fn place(url: &str) -> (String, String) {
    let path = url.trim_start_matches("https://storage.example/");
    let (container, name) = path.split_once('/').unwrap_or((path, ""));
    (container.to_owned(), name.to_owned())
}

impl StandIn for ReachedStorage {
    fn folder(&self, location: &Location) -> Result<Arc<dyn Container>, BlobError> {
        let (name, _) = place(&location.public());
        Ok(Arc::new(ReachedContainer { edge: self.edge.clone(), name }))
    }

    fn file(&self, location: &Location) -> Result<(Arc<dyn Container>, String), BlobError> {
        let (container, name) = place(&location.public());
        Ok((Arc::new(ReachedContainer { edge: self.edge.clone(), name: container }), name))
    }
}

impl ReachedContainer {
    /// A call that only looks.
    async fn look<T>(&self, what: impl FnOnce(&World) -> Result<T, BlobError>) -> Result<T, BlobError> {
        self.edge.awake().await;
        let world = &self.edge.world;
        let mut fate = world.storage_fate();
        // A real client asks several times: most failures of calls that only look are never heard of.
        fate.fails &= world.dice.per_mille(300);
        sleep(fate.there).await;
        if let Some(error) = refusal(world, fate.fails) {
            return Err(error);
        }
        let found = what(world);
        sleep(fate.back).await;
        self.edge.stall();
        self.edge.awake().await;
        found
    }
}

fn refusal(world: &World, fails: bool) -> Option<BlobError> {
    let error = if world.forbids() {
        BlobError::Forbidden
    } else if fails || world.storage_is_away() {
        if world.dice.per_mille(900) { BlobError::Unreachable } else { BlobError::Invalid }
    } else if world.is_rough() && world.dice.per_mille(world.plan.storage_throttles) {
        let retry_after = world.dice.per_mille(500).then(|| Duration::from_secs(world.dice.between(1, 20)));
        BlobError::Throttled { retry_after }
    } else {
        return None;
    };
    world.causes().storage += 1;
    Some(error)
}

#[async_trait]
impl Container for ReachedContainer {
    async fn list(&self, prefix: &str, limit: usize) -> Result<Vec<BlobEntry>, BlobError> {
        self.look(|world| {
            let files = lock(&world.storage.files);
            let mine =
                files.iter().filter(|((container, name), _)| *container == self.name && name.starts_with(prefix));
            let entries: Vec<_> = mine.map(|((_, name), file)| entry(name, file)).collect();
            if entries.len() > limit { Err(BlobError::TooMany { limit }) } else { Ok(entries) }
        })
        .await
    }

    async fn head(&self, name: &str) -> Result<BlobEntry, BlobError> {
        self.look(|world| {
            let file = world.storage.get(&self.name, name).ok_or(BlobError::NotFound)?;
            Ok(entry(name, &file))
        })
        .await
    }

    async fn read(&self, name: &str, etag: Option<&str>, limit: u64) -> Result<Bytes, BlobError> {
        self.look(|world| {
            let file = world.storage.get(&self.name, name).ok_or(BlobError::NotFound)?;
            if etag.is_some_and(|etag| etag != file.etag) {
                return Err(BlobError::Changed);
            }
            if file.bytes.len() as u64 > limit { Err(BlobError::TooLarge { limit }) } else { Ok(file.bytes) }
        })
        .await
    }

    async fn create(&self, name: &str, content: Bytes, _type: &str, stamp: &Stamp) -> Result<Created, BlobError> {
        let sent = Instant::now();
        self.edge.awake().await;
        let stood = self.edge.world.checker.stood(&self.edge.name, stamp.document);
        let (edge, fate) = (self.edge.clone(), self.edge.world.storage_fate());
        let (container, name, stamp) = (self.name.clone(), name.to_owned(), stamp.clone());
        edge.world.log(format_args!("{} puts {container}/{name}", edge.name));
        // What was sent arrives, whatever becomes of the sender.
        let arrives = async move {
            let world = &edge.world;
            sleep(fate.there).await;
            if let Some(error) = refusal(world, fate.fails) {
                return Err(error);
            }
            let there = world.storage.get(&container, &name);
            let version = there.as_ref().map(|there| there.etag.clone());
            let answer = match there {
                Some(_) if world.sabotage == Some(Sabotage::Overwrites) => None,
                Some(there) => match there.stamp.filter(|there| there.document == stamp.document) {
                    Some(there) if there.sha256 == stamp.sha256 => Some(Ok(Created::Before)),
                    Some(there) if there.fence < stamp.fence => None,
                    _ => Some(Err(BlobError::Exists)),
                },
                None => None,
            };
            let order = lock(&world.storage.orders).pop_front();
            let late = match order {
                Some(Order::Late(delay) | Order::Lost(delay)) => Some(delay),
                Some(Order::Never) => return Err(BlobError::Failing { retry_after: None }),
                Some(Order::Silence) => None,
                None if answer.is_none() && world.is_rough() && world.dice.per_mille(world.plan.storage_late) => {
                    Some(world.dice.millis(0, world.plan.storage_late_ms))
                }
                None => None,
            };
            if let Some(delay) = late {
                world.causes().storage += 1;
                world.log(format_args!("{} puts {container}/{name} in vain, for now", edge.name));
                let late = edge.clone();
                tokio::spawn(async move {
                    sleep(delay).await;
                    let world = &late.world;
                    // It was sent on a condition, which may hold no more.
                    if world.storage.get(&container, &name).map(|there| there.etag) == version {
                        world.log(format_args!("{} has put {container}/{name} late", late.name));
                        world.checker.landed(&late.name, &stamp, sent, stood);
                        world.storage.put(&container, &name, content, Some(stamp));
                    }
                });
                if matches!(order, Some(Order::Lost(_))) {
                    std::future::pending::<()>().await;
                }
                return Err(BlobError::Failing { retry_after: None });
            }
            let answer = answer.unwrap_or_else(|| {
                let halved = fate.lies && world.sabotage == Some(Sabotage::Halves);
                let written = if halved { content.slice(..content.len() / 2) } else { content };
                world.log(format_args!("{} has put {container}/{name} of {}", edge.name, stamp.document));
                world.checker.landed(&edge.name, &stamp, sent, stood);
                world.storage.put(&container, &name, written, Some(stamp));
                Ok(Created::Now)
            });
            if matches!(order, Some(Order::Silence)) {
                std::future::pending::<()>().await;
            }
            if fate.lies {
                world.causes().storage += 1;
                world.log(format_args!("{} put {container}/{name}, but the answer is lost", edge.name));
                return Err(BlobError::Unreachable);
            }
            answer
        };
        let answer = tokio::spawn(arrives).await.unwrap_or(Err(BlobError::Unreachable));
        sleep(fate.back).await;
        self.edge.stall();
        self.edge.awake().await;
        answer
    }

    async fn stamp(&self, name: &str) -> Result<Option<Stamp>, BlobError> {
        self.look(|world| Ok(world.storage.get(&self.name, name).and_then(|file| file.stamp))).await
    }

    fn public_url(&self, name: &str) -> String {
        format!("https://storage.example/{}/{name}", self.name)
    }
}

fn entry(name: &str, file: &File) -> BlobEntry {
    BlobEntry { name: name.to_owned(), size: file.bytes.len() as u64, etag: Some(file.etag.clone()) }
}
