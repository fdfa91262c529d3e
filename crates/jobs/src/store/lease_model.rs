//! The protocol of leases and writes, explored whole: two workers, two documents of one job, a cancel, three faults.
//!
//! Positions move by the function that all stores use; the rest is what a worker and a storage do, a step at a time. Every
//! order of the steps is walked through, breadth first, and every promise looked at after each. The larger world, with the
//! workers' own code in it, is simulated in `tests/it/simulation`.

use std::collections::{BTreeMap, HashMap, VecDeque};

use terjuman_model::{DocumentEvent as E, DocumentStatus as S};

use super::position::{Position, Queue};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Document {
    position: Position,
    token: u8,
    /// The time of its lease is over, and nobody has taken it back yet.
    expired: bool,
    /// An output is there.
    written: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    /// It translates.
    Claimed,
    /// The store said that it may write.
    Allowed,
    /// The write is on its way.
    Sent,
    /// The storage said that the output is there.
    Written,
    /// It was told to stop, or took over a cancelled document: it looks whether an output is there.
    Stopped,
    /// It saw none.
    Empty,
    /// What it did came to nothing: another attempt is due.
    Again,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Work {
    document: usize,
    token: u8,
    step: Step,
    /// By the worker's own clock the lease is over.
    overdue: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    documents: [Document; 2],
    workers: [Option<Work>; 2],
    /// Writes on their way: document and token. What is sent arrives, whoever dies.
    writes: Vec<(usize, u8)>,
    cancelled: bool,
    faults: u8,
}

/// What is left out of the protocol, to see that it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Without {
    Nothing,
    /// The store does not compare tokens.
    Fence,
    /// The worker does not ask before it writes.
    Question,
    /// The worker does not look at its own clock before it writes.
    OwnClock,
    /// A cancel ends what was begun and has no worker.
    Look,
    /// Whoever sees no output does not ask whether one may appear yet.
    Settling,
}

type Next = (String, Result<World, &'static str>);

impl World {
    fn new(faults: u8) -> Self {
        let position = Position { shown: S::NotStarted, queue: Queue::Waiting };
        let document = Document { position, token: 0, expired: false, written: false };
        Self { documents: [document; 2], workers: [None; 2], writes: Vec::new(), cancelled: false, faults }
    }

    fn is_done(&self) -> bool {
        self.documents.iter().all(|document| document.position.shown.is_final())
    }

    /// Whether the store takes a word on this work.
    fn holds(&self, work: Work, without: Without) -> bool {
        let document = &self.documents[work.document];
        let fenced = without == Without::Fence || document.token == work.token;
        document.position.queue == Queue::Leased && fenced
    }

    /// Moves a document; an end is an end.
    fn moved(mut self, document: usize, event: E) -> Result<Self, &'static str> {
        let from = self.documents[document].position;
        let Some(to) = from.after(event) else { return Ok(self) };
        if from.shown.is_final() {
            return Err("an end was changed");
        }
        self.documents[document].position = to;
        self.documents[document].expired = false;
        if to.shown == S::Succeeded && !self.documents[document].written {
            return Err("a document succeeded without an output");
        }
        if to.shown == S::Cancelled && self.documents[document].written {
            return Err("a document was cancelled beside its output");
        }
        // Cancelled, and its lease is over: whoever comes first takes it over.
        self.documents[document].expired = to.shown == S::Cancelling && event == E::LeaseEnded;
        Ok(self)
    }

    fn stepped(&self, worker: usize, step: Option<Step>) -> Self {
        let mut world = self.clone();
        world.workers[worker] = step.and_then(|step| world.workers[worker].map(|work| Work { step, ..work }));
        world
    }

    fn faulty(&self) -> Option<Self> {
        Some(Self { faults: self.faults.checked_sub(1)?, ..self.clone() })
    }

    /// Everything that can happen next.
    fn next(&self, without: Without) -> Vec<Next> {
        let mut next: Vec<Next> = Vec::new();
        for worker in 0..self.workers.len() {
            match self.workers[worker] {
                None => {
                    self.claims(worker, &mut next);
                    self.takes_over(worker, &mut next);
                }
                Some(work) => self.works(worker, work, without, &mut next),
            }
        }
        for document in 0..self.documents.len() {
            self.leases(document, &mut next);
        }
        for index in 0..self.writes.len() {
            self.arrives(index, &mut next);
        }
        if !self.cancelled {
            let mut world = Ok(Self { cancelled: true, ..self.clone() });
            for index in 0..self.documents.len() {
                let waited = self.documents[index].position.queue == Queue::Waiting;
                let begun = self.documents[index].token > 0;
                world = world.and_then(|world: Self| {
                    if without == Without::Look && waited && begun {
                        // Its worker is gone: it is as if there had never been one.
                        let mut world = world.moved(index, E::CancelRequested)?;
                        return if std::mem::take(&mut world.documents[index].written) {
                            Err("a document was cancelled beside its output")
                        } else {
                            world.moved(index, E::Stopped)
                        };
                    }
                    let expired = self.documents[index].expired;
                    let mut world = world.moved(index, E::CancelRequested)?;
                    // Nobody holds what waited: it is taken over, and who held it before has nothing to say any more.
                    let left = &mut world.documents[index];
                    if left.position.shown == S::Cancelling {
                        left.expired = expired || waited;
                        left.token += u8::from(waited);
                    }
                    Ok(world)
                });
            }
            next.push(("the job is cancelled".to_owned(), world));
        }
        next
    }

    fn claims(&self, worker: usize, next: &mut Vec<Next>) {
        for (index, document) in self.documents.iter().enumerate() {
            if document.position.queue != Queue::Waiting {
                continue;
            }
            let claimed = self.clone().moved(index, E::Claimed).map(|mut world| {
                let token = document.token + 1;
                world.documents[index].token = token;
                world.workers[worker] = Some(Work { document: index, token, step: Step::Claimed, overdue: false });
                world
            });
            next.push((format!("{worker} claims {index}"), claimed));
        }
    }

    /// A cancelled document whose lease is over.
    fn takes_over(&self, worker: usize, next: &mut Vec<Next>) {
        for (index, document) in self.documents.iter().enumerate() {
            if document.position.shown != S::Cancelling || !document.expired {
                continue;
            }
            let mut world = self.clone();
            world.documents[index].token += 1;
            world.documents[index].expired = false;
            let token = world.documents[index].token;
            world.workers[worker] = Some(Work { document: index, token, step: Step::Stopped, overdue: false });
            next.push((format!("{worker} takes {index} over"), Ok(world)));
        }
    }

    fn works(&self, worker: usize, work: Work, without: Without, next: &mut Vec<Next>) {
        let (holds, document) = (self.holds(work, without), self.documents[work.document]);
        let told = |event: E| {
            if holds { self.stepped(worker, None).moved(work.document, event) } else { Ok(self.stepped(worker, None)) }
        };
        match work.step {
            Step::Claimed => {
                let step = match document.position.shown {
                    _ if without == Without::Question => Some(Step::Allowed),
                    _ if !holds || document.expired => None,
                    S::Cancelling => Some(Step::Stopped),
                    _ => Some(Step::Allowed),
                };
                next.push((format!("{worker} asks"), Ok(self.stepped(worker, step))));
            }
            Step::Allowed => {
                let gives_up = work.overdue && without != Without::OwnClock;
                let mut world = self.stepped(worker, (!gives_up).then_some(Step::Sent));
                if !gives_up {
                    world.writes.push((work.document, work.token));
                    world.writes.sort_unstable();
                }
                next.push((format!("{worker} sends the output of {}", work.document), Ok(world)));
            }
            Step::Sent => {
                if let Some(world) = self.faulty() {
                    let unheard = world.stepped(worker, Some(Step::Again));
                    next.push((format!("the output of {} fails and is on its way", work.document), Ok(unheard)));
                }
            }
            Step::Written => {
                let mut late = told(E::Translated);
                if holds && document.token != work.token {
                    late = Err("a late word counted");
                }
                if let (Ok(told), Some(_)) = (&late, self.faulty()) {
                    // It was done, the answer is lost, and it is said again.
                    let mut again = told.clone();
                    again.faults -= 1;
                    again.workers[worker] = Some(work);
                    next.push((format!("{worker} says that it is done, unheard"), Ok(again)));
                }
                next.push((format!("{worker} says that it is done"), late));
            }
            Step::Stopped => {
                // What was sent is on its way for a bounded time, which is kept with the document: whoever sees nothing
                // waits for it.
                let unsettled = self.writes.iter().any(|(written, _)| *written == work.document);
                if document.written || !unsettled || without == Without::Settling {
                    let step = if document.written { Step::Written } else { Step::Empty };
                    next.push((format!("{worker} looks"), Ok(self.stepped(worker, Some(step)))));
                }
                if let Some(world) = self.faulty() {
                    next.push((format!("{worker} cannot look"), Ok(world.stepped(worker, Some(Step::Again)))));
                }
            }
            Step::Empty => next.push((format!("{worker} says that it stopped"), told(E::Stopped))),
            Step::Again => {
                let told = told(E::LeaseEnded).map(|mut world| {
                    // Cancelled, it is still leased, and that lease is worth nothing any more.
                    let left = &mut world.documents[work.document];
                    left.token += u8::from(holds && left.position.shown == S::Cancelling);
                    world
                });
                next.push((format!("{worker} hands back"), told));
            }
        }
        if let Some(world) = self.faulty() {
            next.push((format!("{worker} dies"), Ok(world.stepped(worker, None))));
        }
    }

    fn leases(&self, index: usize, next: &mut Vec<Next>) {
        let document = self.documents[index];
        if document.position.queue != Queue::Leased {
            return;
        }
        if document.expired && document.position.shown == S::Cancelling {
            return;
        }
        if document.expired {
            next.push((format!("the lease of {index} is taken back"), self.clone().moved(index, E::LeaseEnded)));
            return;
        }
        let works = |work: &Work| work.document == index && work.token == document.token;
        let alive = self.workers.iter().flatten().any(works);
        // The database's clock jumps, and the worker's own knows nothing of it. Between the question and the write that
        // cannot be kept from doing harm: see ARCHITECTURE.md.
        let writes = |work: &Work| matches!(work.step, Step::Allowed | Step::Sent);
        let harmless = !self.workers.iter().flatten().any(|work| works(work) && writes(work));
        if let Some(mut world) = self.faulty().filter(|_| alive && harmless) {
            world.documents[index].expired = true;
            next.push((format!("the clock jumps past the lease of {index}"), Ok(world)));
        }
        // A worker that lives extends its lease, unless it stands still.
        let Some(mut world) = (if alive { self.faulty() } else { Some(self.clone()) }) else { return };
        world.documents[index].expired = true;
        for work in world.workers.iter_mut().flatten().filter(|work| works(work)) {
            work.overdue = true;
        }
        next.push((format!("the lease of {index} expires"), Ok(world)));
    }

    fn arrives(&self, index: usize, next: &mut Vec<Next>) {
        let (document, token) = self.writes[index];
        let mut world = self.clone();
        world.writes.remove(index);
        let appears = !std::mem::replace(&mut world.documents[document].written, true);
        if appears && self.documents[document].position.shown.is_final() {
            next.push((format!("the output of {document} arrives"), Err("an output appeared after the end")));
            return;
        }
        let hears = |work: &Work| work.document == document && work.token == token && work.step == Step::Sent;
        let Some(worker) = world.workers.iter().position(|work| work.as_ref().is_some_and(hears)) else {
            next.push((format!("the output of {document} arrives"), Ok(world)));
            return;
        };
        if let Some(faulty) = world.faulty() {
            let unheard = faulty.stepped(worker, Some(Step::Again));
            next.push((format!("the output of {document} arrives, unheard"), Ok(unheard)));
        }
        next.push((format!("the output of {document} arrives"), Ok(world.stepped(worker, Some(Step::Written)))));
    }
}

/// Every world that can be reached; or how the shortest way to a broken promise goes.
fn explore(without: Without, faults: u8) -> Result<usize, (&'static str, Vec<String>)> {
    let mut known: HashMap<World, usize> = HashMap::from([(World::new(faults), 0)]);
    let mut came: Vec<(usize, String)> = vec![(0, String::new())];
    let mut before: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let (mut open, mut done) = (VecDeque::from([World::new(faults)]), Vec::new());
    let way = |came: &[(usize, String)], mut at: usize, last: String| {
        let mut way = vec![last];
        while at != 0 {
            way.push(came[at].1.clone());
            at = came[at].0;
        }
        way.reverse();
        way
    };
    while let Some(world) = open.pop_front() {
        let from = known[&world];
        if world.is_done() {
            done.push(from);
        }
        for (what, next) in world.next(without) {
            let next = next.map_err(|broken| (broken, way(&came, from, what.clone())))?;
            let fresh = known.len();
            let to = *known.entry(next.clone()).or_insert(fresh);
            if to == fresh {
                came.push((from, what));
                open.push_back(next);
            }
            before.entry(to).or_default().push(from);
        }
    }
    // From everywhere there is a way to the end of both documents.
    let mut ends = vec![false; known.len()];
    while let Some(at) = done.pop() {
        if !std::mem::replace(&mut ends[at], true) {
            done.extend(before.get(&at).into_iter().flatten());
        }
    }
    match ends.iter().position(|ends| !ends) {
        Some(stuck) => Err(("a document never ends", way(&came, stuck, String::new()))),
        None => Ok(known.len()),
    }
}

#[test]
fn every_order_of_events_keeps_every_promise() {
    let worlds = explore(Without::Nothing, 3).unwrap();
    println!("{worlds} worlds");
    assert!(worlds > 10_000, "{worlds}");
}

#[track_caller]
fn check_needed(without: Without, promise: &str) {
    let (broken, way) = explore(without, 3).unwrap_err();
    assert_eq!(broken, promise, "{way:#?}");
}

#[test]
fn every_part_of_the_protocol_is_needed() {
    check_needed(Without::Fence, "a late word counted");
    check_needed(Without::Question, "an output appeared after the end");
    check_needed(Without::Look, "a document was cancelled beside its output");
    check_needed(Without::OwnClock, "an output appeared after the end");
    check_needed(Without::Settling, "an output appeared after the end");
}
