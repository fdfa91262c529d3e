//! The engine's inner loops, in processor time and as a share of what the processor can do of 8-bit multiplications.
//!
//! `TERJUMAN_TEST_MODELS=target/models cargo bench -p terjuman-nmt --bench kernels` measures, for each kernel that this
//! processor has, products of the sizes of `tiny` and `base` models, and with the model English-Portuguese one encoder
//! layer, one decoder step, one sentence's shortlist, and one batch from text to text. The peak is measured first, with
//! the instructions of the kernel on registers alone.

#![expect(clippy::print_stdout, reason = "a bench tells what it measured")]

#[path = "common/clock.rs"]
mod clock;
#[path = "common/files.rs"]
mod files;

use std::path::Path;
use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter};
use criterion::{BenchmarkId, Criterion, Throughput};
use terjuman_nmt::marian::measure::{Encoding, Product, Stepping, peak};
use terjuman_nmt::marian::{Kernel, Options, Workspace};

/// Processor time of this thread; multiplications as a share of the peak.
struct Processor {
    /// A second.
    peak: f64,
}

impl Measurement for Processor {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        clock::thread()
    }

    fn end(&self, start: Duration) -> Duration {
        clock::thread() - start
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_secs_f64() * 1e9
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self
    }
}

impl ValueFormatter for Processor {
    fn scale_values(&self, _: f64, values: &mut [f64]) -> &'static str {
        values.iter_mut().for_each(|nanoseconds| *nanoseconds /= 1e3);
        "µs"
    }

    fn scale_throughputs(&self, _: f64, throughput: &Throughput, values: &mut [f64]) -> &'static str {
        let (Throughput::Elements(multiplications) | Throughput::Bytes(multiplications)) = *throughput else {
            return "";
        };
        values.iter_mut().for_each(|value| *value = 100.0 * multiplications as f64 / (*value * 1e-9) / self.peak);
        "% of the peak"
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        "ns"
    }
}

/// Rows, inputs, outputs. A decoder step has a row for each sentence; an encoder has one for each token.
const PRODUCTS: &[(usize, usize, usize)] = &[
    (1, 256, 1024),
    (16, 256, 256),
    (16, 256, 1536),
    (16, 1536, 256),
    (256, 256, 256),
    (256, 256, 1536),
    (256, 1536, 256),
    (16, 512, 2048),
    (256, 512, 2048),
    (256, 2048, 512),
];

const SENTENCES: &[&str] = &[
    "The printer must be installed before the driver connects to it for the first time.",
    "Keep your program data in a place that nobody else can write to.",
    "Ownership is a set of rules that govern how a program manages memory.",
    "If you have questions about this letter, please write to the address above.",
];

fn main() {
    let models = files::models();
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        let Some(peak) = peak(kernel, &clock::thread) else { continue };
        println!("{}: {:.0} G multiplications/s at most", kernel.name(), peak / 1e9);
        let mut criterion = Criterion::default()
            .with_measurement(Processor { peak })
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_millis(1500))
            .sample_size(30)
            .configure_from_args();
        products(&mut criterion, kernel);
        match &models {
            Some(models) => model(&mut criterion, kernel, models),
            None => println!("TERJUMAN_TEST_MODELS names no folder of models: products only"),
        }
        criterion.final_summary();
    }
}

fn products(criterion: &mut Criterion<Processor>, kernel: Kernel) {
    let mut group = criterion.benchmark_group(format!("{}/product", kernel.name()));
    for &(rows, inputs, outputs) in PRODUCTS {
        let mut product = Product::new(kernel, rows, inputs, outputs);
        group.throughput(Throughput::Elements(product.multiplications()));
        group.bench_function(format!("{rows}x{inputs}x{outputs}"), |bencher| bencher.iter(|| product.run()));
    }
    group.finish();
}

fn model(criterion: &mut Criterion<Processor>, kernel: Kernel, models: &Path) {
    let engine = files::engine(&models.join("en-pt"), kernel, true);
    let mut ids: Vec<Vec<u32>> = SENTENCES.iter().map(|text| engine.encode(text).ids).collect();
    // The end's number is the first one in the models of Firefox Translations.
    ids.iter_mut().for_each(|ids| ids.push(0));
    let ids: Vec<&[u32]> = ids.iter().map(Vec::as_slice).cycle().take(16).collect();

    let mut group = criterion.benchmark_group(format!("{}/encoder-layer", kernel.name()));
    for count in [1, 12] {
        let mut encoding = Encoding::new(&engine, &ids[..count]);
        group.throughput(Throughput::Elements(encoding.multiplications()));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| bencher.iter(|| encoding.layer()));
    }
    group.finish();

    let mut group = criterion.benchmark_group(format!("{}/decoder-step", kernel.name()));
    for count in [1, 4, 16] {
        let mut stepping = Stepping::new(&engine, &ids[..count]);
        group.throughput(Throughput::Elements(stepping.multiplications()));
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| bencher.iter(|| stepping.step()));
    }
    group.finish();

    let mut group = criterion.benchmark_group(format!("{}/shortlist", kernel.name()));
    let mut stepping = Stepping::new(&engine, &ids[..1]);
    group.bench_function("sentence", |bencher| bencher.iter(|| stepping.shorten(ids[0])));
    group.finish();

    let mut group = criterion.benchmark_group(format!("{}/batch", kernel.name()));
    let mut workspace = Workspace::new();
    let mut batch = || {
        let tokens: Vec<_> = SENTENCES.iter().cycle().take(32).map(|text| engine.encode(text)).collect();
        let ids: Vec<&[u32]> = tokens.iter().map(|tokens| tokens.ids.as_slice()).collect();
        let hypotheses =
            engine.translate(&ids, &Options::default(), &mut workspace, &|| false).expect("nobody cancels");
        let texts: Vec<_> = hypotheses.iter().map(|hypothesis| engine.decode(&hypothesis.ids)).collect();
        (texts, files::multiplications(&engine, &ids, &hypotheses))
    };
    group.throughput(Throughput::Elements(batch().1));
    group.bench_function("32", |bencher| bencher.iter(|| batch().0));
    group.finish();
}
