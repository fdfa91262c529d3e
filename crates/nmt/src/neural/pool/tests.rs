//! Callers, threads and their places, with models that do what they are told.

use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::mpsc;

use super::*;
use crate::neural::cache::Cache;
use crate::neural::loaded::Loaded;
use crate::neural::stream::{ASKED, Stream};
use crate::neural::testing::{Event, Letters, OneByOne, tasks};
use crate::translator::Source;

/// Tasks that are all there from the beginning.
struct Listed<'a> {
    tasks: Option<Vec<Task>>,
    take: &'a mut dyn FnMut(usize, Answer),
}

impl Job for Listed<'_> {
    fn more(&mut self) -> Option<Vec<Task>> {
        self.tasks.take()
    }

    fn take(&mut self, place: usize, answer: Answer) -> Vec<Task> {
        (self.take)(place, answer);
        Vec::new()
    }
}

fn run(
    pool: &Pool,
    model: &Arc<dyn Model>,
    tasks: Vec<Task>,
    is_cancelled: &dyn Fn() -> bool,
    take: &mut dyn FnMut(usize, Answer),
) -> Result<(), Cancelled> {
    pool.run(model, &mut Listed { tasks: Some(tasks), take }, is_cancelled)
}

fn all(pool: &Pool, model: &Arc<dyn Model>, texts: &[&str]) -> Vec<Option<String>> {
    let mut out = vec![None; texts.len()];
    let mut take = |place: usize, answer: Answer| {
        if let Answer::Output(output) = answer {
            out[place] = Some(model.decode(&output.ids).text);
        }
    };
    run(pool, model, tasks(texts), &|| false, &mut take).unwrap_or_else(|_| panic!("nobody cancelled"));
    out
}

#[test]
fn every_text_gets_its_own_answer_whatever_the_order() {
    let pool = Pool::new(3).unwrap();
    let model: Arc<dyn Model> = Arc::new(Letters);
    let texts: Vec<String> = (0..200).map(|index| format!("word{index} {}", "more ".repeat(index % 7))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let answers = all(&pool, &model, &texts);
    for (text, answer) in texts.iter().zip(answers) {
        assert_eq!(answer.unwrap(), text.trim().to_uppercase());
    }
}

#[test]
fn a_text_that_breaks_the_engine_takes_nothing_with_it() {
    let pool = Pool::new(2).unwrap();
    let model: Arc<dyn Model> = Arc::new(Letters);
    let answers = all(&pool, &model, &["one", "panic", "two", "three", "panic too", "four"]);
    let shown: Vec<_> = answers.iter().map(Option::as_deref).collect();
    assert_eq!(shown, [Some("ONE"), None, Some("TWO"), Some("THREE"), None, Some("FOUR")]);
}

/// A model that does one sentence at a time, when it is told to, and tells which.
fn stepped() -> (Arc<dyn Model>, mpsc::Sender<()>, mpsc::Receiver<String>) {
    let (step, steps) = mpsc::channel();
    let (seen, sentences) = mpsc::channel();
    let steps = Mutex::new(steps);
    let model = OneByOne(move |event: Event<'_>| match event {
        Event::Begins(ids) => {
            let _ = seen.send(Letters.decode(ids).text);
            let _ = lock(&steps).recv();
        }
        Event::Cancelled => drop(seen.send("cancelled".to_owned())),
    });
    (Arc::new(model), step, sentences)
}

fn wait_for_queues(pool: &Pool, count: usize) {
    while lock(&pool.shared.queues).waiting.len() != count {
        std::thread::yield_now();
    }
}

#[test]
fn callers_take_turns_and_a_cancelled_one_leaves_at_once() {
    let (model, step, sentences) = stepped();
    // Callers have places of their own: this engine does not go on by itself.
    let pool = Pool::with_places(1, 3).unwrap();
    let cancelled = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (pool, model, cancelled) = (&pool, &model, &cancelled);
        let first = scope.spawn(move || {
            let is_cancelled = || cancelled.load(Ordering::SeqCst);
            run(pool, model, tasks(&["large"; 40]), &is_cancelled, &mut |_, _| {}).is_err()
        });
        assert_eq!(sentences.recv().unwrap(), "LARGE");
        let second = scope.spawn(move || all(pool, model, &["small"]));
        wait_for_queues(pool, 2);
        step.send(()).unwrap();
        // The large call has had its turn, and then had another before the small one came.
        let next = [sentences.recv().unwrap(), {
            step.send(()).unwrap();
            sentences.recv().unwrap()
        }];
        assert!(next.contains(&"SMALL".to_owned()), "{next:?}");
        step.send(()).unwrap();
        assert_eq!(second.join().unwrap(), [Some("SMALL".to_owned())]);
        cancelled.store(true, Ordering::SeqCst);
        assert!(first.join().unwrap());
        assert!(lock(&pool.shared.queues).waiting.is_empty());
        step.send(()).unwrap();
        // What was under way is not computed to its end.
        assert!(sentences.iter().take(2).any(|sentence| sentence == "cancelled"));
    });
}

/// Counts who is at work, in the engine and around it.
#[derive(Default)]
struct Counted {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Counted {
    fn work(&self) {
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::yield_now();
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Hands over one task at a time, a hundred in all.
struct Busy<'a> {
    counted: &'a Counted,
    place: usize,
    taken: usize,
}

impl Job for Busy<'_> {
    fn more(&mut self) -> Option<Vec<Task>> {
        self.counted.work();
        let place = self.place;
        self.place += 1;
        (place < 100).then(|| vec![Task { place, ids: vec![1] }])
    }

    fn take(&mut self, _: usize, _: Answer) -> Vec<Task> {
        self.counted.work();
        self.taken += 1;
        Vec::new()
    }
}

#[test]
fn callers_and_threads_at_work_are_no_more_than_the_threads() {
    for threads in [1, 2] {
        let counted = Arc::new(Counted::default());
        let counter = Arc::clone(&counted);
        let model: Arc<dyn Model> = Arc::new(OneByOne(move |_: Event<'_>| counter.work()));
        let pool = Pool::new(threads).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut job = Busy { counted: &counted, place: 0, taken: 0 };
                    assert!(pool.run(&model, &mut job, &|| false).is_ok());
                    assert_eq!(job.taken, 100);
                });
            }
        });
        assert!(counted.most.load(Ordering::SeqCst) <= threads);
    }
}

#[test]
fn a_crowd_of_books_waits_in_front_of_the_queues() {
    let callers = 4;
    let watched: Arc<Mutex<Option<Arc<Shared>>>> = Arc::default();
    let most = Arc::new(AtomicUsize::new(0));
    let (queues, peak) = (Arc::clone(&watched), Arc::clone(&most));
    let model: Arc<dyn Model> = Arc::new(OneByOne(move |_: Event<'_>| {
        let shared = lock(&queues).clone().expect("the pool is there before its callers");
        peak.fetch_max(lock(&shared.queues).waiting.iter().map(|queue| queue.tasks.len()).sum(), Ordering::SeqCst);
    }));
    let pool = Pool::new(2).unwrap();
    *lock(&watched) = Some(Arc::clone(&pool.shared));
    let loaded = Loaded { model: Arc::clone(&model), fingerprint: "letters".into(), is_english: false };
    let cache = Cache::new(0);
    // Some 1,800 tasks each.
    let book = "some words of a book that has no end, and no line either; ".repeat(16_000);
    let source = Source { text: book.trim_end().to_owned(), fixed: Vec::new(), linked: false };
    std::thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                let mut stream = Stream::new(&loaded, &cache, std::slice::from_ref(&source), &|_| {});
                assert!(pool.run(&model, &mut stream, &|| false).is_ok());
                assert!(stream.finish()[0].text == source.text.to_uppercase());
            });
        }
    });
    let most = most.load(Ordering::SeqCst);
    assert!((ASKED / 2..=callers * ASKED).contains(&most), "{most}");
    assert!(lock(&pool.shared.queues).waiting.is_empty());
    *lock(&watched) = None;
}
