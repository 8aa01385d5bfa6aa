//! The load generator for handle resolution: closed loop (each client sends its next request when it has its
//! answer) and open loop (requests leave by a timetable, independent of the answers).
//!
//! In open loop a latency counts from the *intended* time of sending, so a stall of the target or of the
//! generator shows in every request that it delayed. The generator measures itself: if it sends late, or
//! fewer requests than planned, the measurement is not valid and gives the reason.

use crate::line::Line;
use crate::{LoadError, clock};
use rsp_transport::{AssocId, Event};
use rspcheck_adapters::live::Place;
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_testkit::forge;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::{Duration, Instant};

/// Time for associations and registrations before the load begins.
const PREPARATION: Duration = Duration::from_secs(60);
/// Registrations under way at a time while preparing.
const REGISTRATIONS_AT_ONCE: usize = 32;
/// The generator is too late if one request in a hundred leaves this much after its time.
const LATE_LIMIT: Duration = Duration::from_millis(5);
/// Resolution of the transport's timers; closer to the time of a request than this, the generator polls.
const TIMER_GRAIN: Duration = Duration::from_micros(2500);
/// Smallest share of the planned requests that a valid measurement sends.
const SENT_SHARE: f64 = 0.99;
/// Longest negative answer to our handle, in octets.
const NEGATIVE_LIMIT: usize = 64;
/// Requests under way per association in open loop; more would only fill the send queue.
const OUTSTANDING_LIMIT: usize = 4096;

/// The way in which requests are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Model {
    /// One request under way per client.
    Closed,
    /// This many requests per second in all, by a timetable.
    Open {
        /// Requests per second.
        rate: f64,
    },
}

/// A planned measurement.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Closed or open loop.
    pub model: Model,
    /// Associations that send requests.
    pub clients: usize,
    /// Pool elements in the pool that is resolved.
    pub pool_elements: usize,
    /// Their policy.
    pub policy: forge::Policy,
    /// Time before anything is counted.
    pub warm_up: Duration,
    /// Time that counts.
    pub duration: Duration,
    /// An answer later than this counts as missing.
    pub timeout: Duration,
    /// Seed of handle and identifiers.
    pub seed: u64,
}

/// One answered or missing request of the counted time.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Intended time of sending, since the counted time began.
    pub at: Duration,
    /// From there to the answer; the timeout where none came in time.
    pub latency: Duration,
    /// True if the answer came in time.
    pub answered: bool,
}

/// The record of the generator.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Every request of the counted time, in order of completion.
    pub samples: Vec<Sample>,
    /// Negative answers (an Operation Error) among them.
    pub negative: u64,
    /// Octets of the first positive answer.
    pub answer_octets: usize,
    /// Delay of each request behind its intended time (open loop; empty in closed loop).
    pub lateness: Vec<Duration>,
    /// Requests that the timetable had for the counted time (open loop).
    pub offered: u64,
    /// Requests of the counted time that were not sent: their association had ended, its send queue was full or too
    /// many requests waited for an answer, or the measurement was over before their turn.
    pub unsent: u64,
    /// Associations that ended under load, and the reason of the first.
    pub ended: Option<(usize, String)>,
    /// Why the measurement is not valid; empty when it is.
    pub invalid: Vec<String>,
}

/// One association that sends requests.
struct Client {
    assoc: AssocId,
    /// True after the end of the association: no further request is sent over it.
    ended: bool,
    /// Intended times of the requests under way; SCTP keeps the order.
    waiting: VecDeque<Instant>,
}

/// Runs one measurement. It takes at most 60 s of preparation, then the warm-up, the duration and, for the answers
/// that are still due, the timeout. A target that ends associations under load makes it invalid.
///
/// # Errors
///
/// [`LoadError::Io`] if a socket of the generator fails, [`LoadError::Target`] if the target rejects a
/// registration, ends the association during the preparation, or does not answer it within 60 s.
pub fn run(place: &Place, plan: &Plan) -> Result<Outcome, LoadError> {
    // 24 octets need no padding, which a target may treat wrongly.
    let handle = format!("rspbench{:016x}", plan.seed).into_bytes();
    let mut generator = Generator {
        line: Line::start(place, 0)?,
        place,
        plan,
        request: forge::handle_resolution(&handle, false).octets(),
        handle,
        elements: Vec::new(),
        registrar: None,
        clients: Vec::new(),
        by_assoc: BTreeMap::new(),
        outcome: Outcome::default(),
        counted_from: None,
    };
    generator.prepare()?;
    match plan.model {
        Model::Closed => generator.closed()?,
        Model::Open { rate } => generator.open(rate)?,
    }
    Ok(generator.outcome)
}

struct Generator<'a> {
    line: Line,
    place: &'a Place,
    plan: &'a Plan,
    handle: Vec<u8>,
    request: Vec<u8>,
    elements: Vec<u32>,
    /// The association of the pool elements.
    registrar: Option<AssocId>,
    clients: Vec<Client>,
    by_assoc: BTreeMap<AssocId, usize>,
    outcome: Outcome,
    counted_from: Option<Instant>,
}

impl Generator<'_> {
    /// Registers the pool elements and sets up the clients' associations.
    fn prepare(&mut self) -> Result<(), LoadError> {
        let deadline = clock() + PREPARATION;
        let (port, addr) = self.line.open()?;
        let assoc = self.line.connect(port, self.place, deadline)?;
        self.registrar = Some(assoc);
        let mut rng = fastrand::Rng::with_seed(self.plan.seed);
        let mut answered = 0;
        while answered < self.plan.pool_elements {
            while self.elements.len() < self.plan.pool_elements
                && self.elements.len() - answered < REGISTRATIONS_AT_ONCE
            {
                let element = forge::PoolElement {
                    id: rng.u32(1..=u32::MAX),
                    home: 0,
                    life: 86_400,
                    user_transport: forge::Transport::Sctp {
                        port: addr.port(),
                        transport_use: 0,
                        addrs: vec![addr.ip()],
                    },
                    policy: self.plan.policy.clone(),
                    asap_transport: None,
                };
                self.elements.push(element.id);
                let octets = forge::registration(&self.handle, &element).octets();
                self.line.send(assoc, &octets)?;
            }
            // Other events must not prolong the wait.
            match self.line.recv(deadline)?.filter(|_| clock() < deadline) {
                Some(Event::Message { octets, .. }) if octets.first() == Some(&0x03) => {
                    if octets.get(1).is_some_and(|flags| flags & 1 != 0) {
                        return Err(LoadError::Target(format!(
                            "registration {} of {} was refused; does the target support the policy?",
                            answered + 1,
                            self.plan.pool_elements
                        )));
                    }
                    answered += 1;
                }
                Some(Event::Down { why, .. }) => {
                    return Err(LoadError::Target(format!(
                        "the association ended during registration: {why}"
                    )));
                }
                Some(_) => {}
                None => {
                    return Err(LoadError::Target(format!(
                        "{answered} of {} registrations were answered within {} s",
                        self.plan.pool_elements,
                        PREPARATION.as_secs()
                    )));
                }
            }
        }
        for nth in 0..self.plan.clients {
            let (port, _) = self.line.open()?;
            let assoc = self.line.connect(port, self.place, deadline)?;
            self.clients.push(Client {
                assoc,
                ended: false,
                waiting: VecDeque::new(),
            });
            self.by_assoc.insert(assoc, nth);
        }
        Ok(())
    }

    fn closed(&mut self) -> Result<(), LoadError> {
        let from = clock() + self.plan.warm_up;
        let end = from + self.plan.duration;
        self.counted_from = Some(from);
        for nth in 0..self.clients.len() {
            self.ask(nth, clock())?;
        }
        while let Some(event) = self.line.recv(end)? {
            if let Some(nth) = self.take(event)? {
                self.ask(nth, clock())?;
            }
            if clock() >= end || self.clients.iter().all(|client| client.ended) {
                break;
            }
        }
        self.drain(end)?;
        self.judge();
        Ok(())
    }

    fn open(&mut self, rate: f64) -> Result<(), LoadError> {
        let begin = clock();
        let from = begin + self.plan.warm_up;
        let end = from + self.plan.duration;
        self.counted_from = Some(from);
        let mut nth_request = 0_u64;
        loop {
            let due = begin + Duration::from_secs_f64(nth_request as f64 / rate);
            let now = clock();
            // A generator that is late does not work off the rest of its timetable.
            if due >= end || now >= end {
                break;
            }
            if now < due {
                // Timers have a resolution of a millisecond: the generator polls for the rest.
                let wake = due
                    .checked_sub(TIMER_GRAIN)
                    .map_or(now, |wake| wake.max(now));
                if let Some(event) = self.line.recv(wake)? {
                    self.take(event)?;
                }
                continue;
            }
            if due >= from {
                self.outcome.offered += 1;
                self.outcome.lateness.push(now - due);
            }
            let client = (nth_request % self.clients.len() as u64) as usize;
            nth_request += 1;
            self.ask(client, due)?;
            // Answers are taken between two requests, so that they are timed when they come.
            while let Some(event) = self.line.recv(now)? {
                self.take(event)?;
                if clock() >= end {
                    break;
                }
            }
        }
        let left = self.planned(rate).saturating_sub(self.outcome.offered);
        self.outcome.offered += left;
        self.outcome.unsent += left;
        self.drain(end)?;
        self.judge();
        Ok(())
    }

    /// Returns the number of requests that the timetable has for the counted time.
    fn planned(&self, rate: f64) -> u64 {
        let due_before = |time: Duration| (time.as_secs_f64() * rate).ceil() as u64;
        let Plan {
            warm_up, duration, ..
        } = *self.plan;
        due_before(warm_up + duration) - due_before(warm_up)
    }

    /// Waits for the answers still under way; those that do not come in time count as missing.
    fn drain(&mut self, end: Instant) -> Result<(), LoadError> {
        let last = end + self.plan.timeout;
        while self.clients.iter().any(|c| !c.waiting.is_empty()) && clock() < last {
            match self.line.recv(last)? {
                Some(event) => {
                    self.take(event)?;
                }
                None => break,
            }
        }
        for nth in 0..self.clients.len() {
            self.miss(nth);
        }
        Ok(())
    }

    /// Counts the requests of a client that are under way as missing.
    fn miss(&mut self, nth: usize) {
        for intended in self.clients[nth].waiting.drain(..) {
            let Some(at) = counted(self.counted_from, intended) else {
                continue;
            };
            self.outcome.samples.push(Sample {
                at,
                latency: self.plan.timeout,
                answered: false,
            });
        }
    }

    /// Records why the measurement is not valid, if it is not.
    fn judge(&mut self) {
        let Outcome {
            lateness,
            offered,
            unsent,
            ended,
            invalid,
            ..
        } = &mut self.outcome;
        if let Some((count, why)) = ended {
            let (count, all) = (*count, self.clients.len());
            invalid.push(format!(
                "{count} of {all} associations ended under load, the first because {why}"
            ));
        }
        let mut late = lateness.clone();
        late.sort_unstable();
        if let Some(p99) = late
            .get(late.len().saturating_sub(1) * 99 / 100)
            .filter(|p| **p > LATE_LIMIT)
        {
            invalid.push(format!(
                "one request in a hundred left {:.1} ms or more after its time",
                p99.as_secs_f64() * 1e3
            ));
        }
        match self.plan.model {
            Model::Open { .. } => {
                let sent = *offered - *unsent;
                if (sent as f64) < *offered as f64 * SENT_SHARE {
                    invalid.push(format!("only {sent} of {offered} requests could be sent"));
                }
            }
            Model::Closed if *unsent > 0 => {
                invalid.push(format!("{unsent} requests could not be sent"));
            }
            Model::Closed => {}
        }
    }

    /// Sends a request over the association of a client, unless it has ended or too much waits there already.
    fn ask(&mut self, nth: usize, intended: Instant) -> Result<(), LoadError> {
        let client = &mut self.clients[nth];
        let sent = if client.ended || client.waiting.len() >= OUTSTANDING_LIMIT {
            false
        } else {
            sent(self.line.send(client.assoc, &self.request))?
        };
        if sent {
            client.waiting.push_back(intended);
        } else if counted(self.counted_from, intended).is_some() {
            self.outcome.unsent += 1;
        }
        Ok(())
    }

    /// Handles an event; returns the client whose answer it was.
    fn take(&mut self, event: Event) -> Result<Option<usize>, LoadError> {
        match event {
            Event::Message { assoc, octets, .. } if octets.first() == Some(&0x06) => {
                let Some(&nth) = self.by_assoc.get(&assoc) else {
                    return Ok(None);
                };
                let Some(intended) = self.clients[nth].waiting.pop_front() else {
                    return Ok(None);
                };
                self.count(intended, &octets);
                Ok(Some(nth))
            }
            Event::Message { assoc, octets, .. } if octets.first() == Some(&0x07) => {
                self.acknowledge(assoc)?;
                Ok(None)
            }
            Event::Down { assoc, why, .. } => {
                self.end(assoc, why);
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Notes the end of an association. The requests that wait for an answer over it are missing.
    fn end(&mut self, assoc: AssocId, why: String) {
        if let Some(&nth) = self.by_assoc.get(&assoc) {
            self.clients[nth].ended = true;
            self.miss(nth);
            self.outcome.ended.get_or_insert((0, why)).0 += 1;
        } else if self.registrar == Some(assoc) {
            self.registrar = None;
            let what = format!("the association of the pool elements ended: {why}");
            self.outcome.invalid.push(what);
        }
    }

    fn count(&mut self, intended: Instant, octets: &[u8]) {
        let latency = clock().saturating_duration_since(intended);
        let Some(at) = counted(self.counted_from, intended) else {
            return;
        };
        if at > self.plan.duration {
            return;
        }
        let answered = latency <= self.plan.timeout;
        self.outcome.samples.push(Sample {
            at,
            latency: latency.min(self.plan.timeout),
            answered,
        });
        // A negative answer is short; longer ones are not dissected while the clock runs.
        let negative = octets.len() <= NEGATIVE_LIMIT
            && dissect(Protocol::Asap, octets).has("operation-error");
        self.outcome.negative += u64::from(negative);
        if self.outcome.answer_octets == 0 && !negative {
            self.outcome.answer_octets = octets.len();
        }
    }

    /// Answers a keep-alive for every element behind the association: it names the pool only.
    fn acknowledge(&mut self, assoc: AssocId) -> Result<(), LoadError> {
        if self.registrar == Some(assoc) {
            for id in &self.elements {
                let octets = forge::endpoint_keep_alive_ack(&self.handle, *id).octets();
                if !sent(self.line.send(assoc, &octets))? {
                    // The registrar asks again.
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Returns false if a message was not sent because its queue is full or its association has ended.
fn sent(result: io::Result<()>) -> Result<bool, LoadError> {
    match result {
        Ok(()) => Ok(true),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected
            ) =>
        {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Returns the time since counting began, for a request that counts.
fn counted(from: Option<Instant>, intended: Instant) -> Option<Duration> {
    intended.checked_duration_since(from?)
}
