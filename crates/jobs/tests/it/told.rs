//! What operators hear: logs without keys and text, and numbers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use terjuman_jobs::GlossarySource;
use terjuman_model::JobStatus;
use terjuman_pipeline::GlossaryFormat;

use crate::log::Log;
use crate::world::{World, remote};

/// Whether these bytes hold the key or a word of the documents.
#[track_caller]
fn check_silent(bytes: &[u8], place: &str) {
    for canary in [&b"CANARY"[..], b"zebracrossing"] {
        assert!(!bytes.windows(canary.len()).any(|window| window == canary), "a canary sings in {place}");
    }
}

#[tokio::test]
async fn neither_keys_nor_text_are_kept_or_logged() {
    let log = Log::default();
    // Everything but the connections' own crates, whose words are the storage crate's concern and test.
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // For this thread, on which all of this test runs but the translations.
    let _guard = tracing::subscriber::set_default(subscriber);
    let (mut world, storage, mut request) = remote("wl").await;
    storage.put("in", "1.txt", "The zebracrossing is long.");
    storage.put("in", "2.html", "<p zebracrossing");
    let (job, mut documents) = world.run(&request).await;
    assert!(job.status.is_final());
    for (fault, what) in [("GET", "reading"), ("PUT", "writing")] {
        storage.fault(move |asked| (asked.method == fault && !asked.name.is_empty()).then_some((500, "InternalError")));
        request.inputs[0].source.prefix = format!("{what}/");
        storage.put("in", &format!("{what}/1.txt"), "The zebracrossing is long.");
        let location = storage.location("in/terms.csv", "rl");
        request.inputs[0].targets[0].glossaries = vec![GlossarySource { location, format: GlossaryFormat::Csv }];
        let (job, more) = world.run(&request).await;
        assert_eq!(job.status, JobStatus::Failed);
        documents.extend(more);
    }
    storage.fault(|asked| asked.is_listing().then_some((403, "AuthenticationFailed")));
    let (job, _) = world.run(&request).await;
    assert_eq!(job.status, JobStatus::ValidationFailed);
    check_silent(format!("{job:?} {documents:?}").as_bytes(), "what callers read");
    world.stop().await;
    world.fresh.store.close().await;
    for entry in std::fs::read_dir(world.fresh.path.parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        check_silent(&std::fs::read(&path).unwrap(), &path.display().to_string());
    }
    let text = log.text();
    assert!(text.contains("translated document"), "{text}");
    check_silent(text.as_bytes(), "the log");
}

/// Sums counters by name and labels.
#[derive(Clone, Default)]
struct Sums(Arc<Mutex<BTreeMap<String, u64>>>);

struct Sum {
    sums: Sums,
    name: String,
}

impl CounterFn for Sum {
    fn increment(&self, value: u64) {
        *self.sums.0.lock().unwrap().entry(self.name.clone()).or_default() += value;
    }

    fn absolute(&self, value: u64) {
        self.sums.0.lock().unwrap().insert(self.name.clone(), value);
    }
}

impl Recorder for Sums {
    fn describe_counter(&self, _key: KeyName, _unit: Option<Unit>, _text: SharedString) {}
    fn describe_gauge(&self, _key: KeyName, _unit: Option<Unit>, _text: SharedString) {}
    fn describe_histogram(&self, _key: KeyName, _unit: Option<Unit>, _text: SharedString) {}

    fn register_counter(&self, key: &Key, _metadata: &Metadata<'_>) -> Counter {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Counter::from_arc(Arc::new(Sum { sums: self.clone(), name }))
    }

    fn register_gauge(&self, _key: &Key, _metadata: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _key: &Key, _metadata: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[tokio::test]
async fn outcomes_and_characters_are_counted() {
    let sums = Sums::default();
    let _guard = metrics::set_default_local_recorder(&sums);
    let mut world = World::new().await;
    world.fill(3);
    world.write("in/blank.txt", "  ");
    let (job, _) = world.run(&world.request()).await;
    assert_eq!((job.summary.success, job.summary.failed), (3, 1));
    world.stop().await;
    let sums = sums.0.lock().unwrap();
    let of = |name: &str| sums.get(name).copied().unwrap_or(0);
    assert_eq!(of("terjuman_documents_finished_total{outcome=succeeded,code=}"), 3, "{sums:?}");
    assert_eq!(of("terjuman_documents_finished_total{outcome=failed,code=NoTranslatableText}"), 1, "{sums:?}");
    assert_eq!(of("terjuman_characters_total{}"), job.summary.characters_charged);
    assert_eq!(of("terjuman_claims_lost_total{}"), 0);
}
