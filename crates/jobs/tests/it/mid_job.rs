//! What happens to a key or a source while a job is at work: Azurite, with a gate in front that holds a request until it
//! has happened.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use terjuman_jobs::{JobRequest, Location};
use terjuman_model::{DocumentStatus, FailureCode, JobStatus};

use crate::azurite::{self, Azurite};
use crate::proxy::Gate;
use crate::scripted::Asked;
use crate::world::World;

/// Two containers behind a gate, six documents in the first, and a job over them that copies, one document at a time.
struct Scene {
    azurite: Azurite,
    gate: Gate,
    world: World,
    request: JobRequest,
    source: String,
    target: String,
}

impl Scene {
    async fn new(azurite: Azurite, round: usize, held: impl Fn(&Asked) -> bool + Send + Sync + 'static) -> Self {
        let (source, target) = (format!("in-{round}"), format!("out-{round}"));
        for container in [&source, &target] {
            azurite.container(container).await;
            azurite.set_policy(container, azurite::FAR).await;
        }
        for name in 0..6 {
            azurite.put(&source, &format!("{name}.txt"), &format!("These are words of document {name}."), &[]).await;
        }
        let gate = Gate::start(&azurite.host, held).await;
        let mut world = World::new().await;
        world.allow(&gate.host);
        world.config.concurrency = 1;
        let at = |container: &str| -> Location {
            azurite.policy_url(container).replace(&azurite.host, &gate.host).parse().unwrap()
        };
        let mut request = world.request();
        request.inputs[0].source.location = at(&source);
        request.inputs[0].targets[0].location = at(&target);
        request.inputs[0].targets[0].deployment = Some("identity".into());
        Self { azurite, gate, world, request, source, target }
    }

    /// A file's text in the target, as a stranger sees it.
    async fn output(&self, name: &str) -> String {
        self.azurite.get(&self.target, name).await.1
    }
}

fn is_blob(asked: &Asked, method: &str) -> bool {
    asked.method == method && !asked.target.contains("comp=")
}

#[tokio::test]
async fn a_key_that_azurite_lets_expire_in_mid_job_fails_what_is_open_and_nothing_else() {
    let Some(mut azurite) = Azurite::start().await else { return };
    let cases =
        [("GET", FailureCode::InvalidDocumentAccessLevel), ("PUT", FailureCode::InvalidTargetDocumentAccessLevel)];
    for (round, (method, code)) in cases.into_iter().enumerate() {
        let count = AtomicUsize::new(0);
        // The third document's.
        let third = move |asked: &Asked| is_blob(asked, method) && count.fetch_add(1, Ordering::SeqCst) == 2;
        let mut scene = Scene::new(azurite, round, third).await;
        scene.world.start();
        let id = scene.world.submit(&scene.request).await;
        let held = scene.gate.held().await;
        match method {
            "GET" => scene.azurite.set_policy(&scene.source, "2021-01-01T00:00:00Z").await,
            _ => scene.azurite.remove_policy(&scene.target).await,
        }
        held.let_on();
        let job = scene.world.end(id).await;
        let s = &job.summary;
        assert_eq!((job.status, s.success, s.failed), (JobStatus::Succeeded, 2, 4), "{method}: {s:?}");
        for (number, document) in scene.world.documents(id).await.into_iter().enumerate() {
            match document.error {
                None => {
                    assert_eq!(document.status, DocumentStatus::Succeeded);
                    let text = scene.output(&format!("{number}.txt")).await;
                    assert_eq!(text, format!("These are words of document {number}."));
                }
                Some(error) => assert_eq!(error.code, code, "{method}"),
            }
        }
        scene.world.stop().await;
        azurite = scene.azurite;
    }
}

#[tokio::test]
async fn a_source_that_is_overwritten_in_azurite_in_mid_read_is_read_once_more() {
    let Some(mut azurite) = Azurite::start().await else { return };
    for (round, code) in [None, Some(FailureCode::SourceChanged)].into_iter().enumerate() {
        let changes = round + 1;
        let reads = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&reads);
        let held = move |asked: &Asked| {
            is_blob(asked, "GET") && asked.target.contains("/2.txt") && count.fetch_add(1, Ordering::SeqCst) < changes
        };
        let mut scene = Scene::new(azurite, round, held).await;
        scene.world.start();
        let id = scene.world.submit(&scene.request).await;
        for change in 0..changes {
            let held = scene.gate.held().await;
            scene.azurite.put(&scene.source, "2.txt", &format!("These are words of change {change}."), &[]).await;
            held.let_on();
        }
        let job = scene.world.end(id).await;
        let codes: Vec<_> = scene.world.documents(id).await.into_iter().map(|d| d.error.map(|e| e.code)).collect();
        assert_eq!(codes, [None, None, code, None, None, None]);
        assert_eq!((job.summary.success, reads.load(Ordering::SeqCst)), (6 - round as u32, 2), "{job:?}");
        if code.is_none() {
            assert_eq!(scene.output("2.txt").await, "These are words of change 0.");
        }
        scene.world.stop().await;
        azurite = scene.azurite;
    }
}
