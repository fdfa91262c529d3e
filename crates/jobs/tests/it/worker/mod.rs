//! What a worker does with documents.

mod bounds;
mod cancels;
mod documents;
mod leases;
mod storage;

use std::collections::BTreeMap;
use std::sync::Arc;

use terjuman_jobs::JobRequest;
use terjuman_model::FailureCode;
use terjuman_pipeline::Translator;

use crate::gate::Gate;
use crate::world::{World, engines};

/// A world whose jobs may name the engine `gate`, and a request that does.
async fn gated(gate: &Arc<Gate>) -> (World, JobRequest) {
    let mut world = World::new().await;
    world.engines = engines(BTreeMap::from([("gate".to_owned(), Arc::clone(gate) as Arc<dyn Translator>)]));
    let mut request = world.request();
    request.inputs[0].targets[0].deployment = Some("gate".into());
    (world, request)
}

/// The codes of all documents of a job, in order.
async fn codes(world: &mut World, request: &JobRequest) -> Vec<Option<FailureCode>> {
    let (_, documents) = world.run(request).await;
    documents.into_iter().map(|document| document.error.map(|error| error.code)).collect()
}
