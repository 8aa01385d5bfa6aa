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
    /// Why the measurement is not valid; empty when it is.
    pub invalid: Vec<String>,
}

/// One association that sends requests.
struct Client {
    assoc: AssocId,
    /// Intended times of the requests under way; SCTP keeps the order.
    waiting: VecDeque<Instant>,
}

/// Runs one measurement.
///
/// # Errors
///
/// [`LoadError::Io`] if a socket of the generator fails, [`LoadError::Target`] if the target rejects a
/// registration, does not answer the preparation within 60 s, or ends an association.
pub fn run(place: &Place, plan: &Plan) -> Result<Outcome, LoadError> {
    let handle = format!("bench-{:016x}", plan.seed).into_bytes();
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
            match self.line.recv(deadline)? {
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
            if clock() >= end {
                break;
            }
        }
        self.drain(end)
    }

    fn open(&mut self, rate: f64) -> Result<(), LoadError> {
        let begin = clock();
        let from = begin + self.plan.warm_up;
        let end = from + self.plan.duration;
        self.counted_from = Some(from);
        let mut nth_request = 0_u64;
        let mut skipped = 0_u64;
        loop {
            let due = begin + Duration::from_secs_f64(nth_request as f64 / rate);
            if due >= end {
                break;
            }
            let now = clock();
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
            if self.clients[client].waiting.len() >= OUTSTANDING_LIMIT {
                skipped += u64::from(due >= from);
                continue;
            }
            self.ask(client, due)?;
            // Answers are taken between two requests, so that they are timed when they come.
            while let Some(event) = self.line.recv(now)? {
                self.take(event)?;
            }
        }
        self.drain(end)?;
        self.judge(skipped);
        Ok(())
    }

    /// Waits for the answers still under way; those that do not come in time count as missing.
    fn drain(&mut self, end: Instant) -> Result<(), LoadError> {
        let last = end + self.plan.timeout;
        while self.clients.iter().any(|c| !c.waiting.is_empty()) {
            match self.line.recv(last)? {
                Some(event) => {
                    self.take(event)?;
                }
                None => break,
            }
        }
        for client in &mut self.clients {
            for intended in client.waiting.drain(..) {
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
        Ok(())
    }

    /// Records why the measurement is not valid, if it is not.
    fn judge(&mut self, skipped: u64) {
        let mut late = self.outcome.lateness.clone();
        late.sort_unstable();
        if let Some(p99) = late
            .get(late.len().saturating_sub(1) * 99 / 100)
            .filter(|p| **p > LATE_LIMIT)
        {
            let what = format!(
                "one request in a hundred left {:.1} ms or more after its time",
                p99.as_secs_f64() * 1e3
            );
            self.outcome.invalid.push(what);
        }
        let sent = self.outcome.offered - skipped;
        if (sent as f64) < self.outcome.offered as f64 * SENT_SHARE {
            let what = format!(
                "only {sent} of {} requests could be sent: too many unanswered",
                self.outcome.offered
            );
            self.outcome.invalid.push(what);
        }
    }

    fn ask(&mut self, nth: usize, intended: Instant) -> Result<(), LoadError> {
        let assoc = self.clients[nth].assoc;
        let request = std::mem::take(&mut self.request);
        let sent = self.line.send(assoc, &request);
        self.request = request;
        sent?;
        self.clients[nth].waiting.push_back(intended);
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
            Event::Down { assoc, why, .. } if self.by_assoc.contains_key(&assoc) => Err(
                LoadError::Target(format!("an association ended under load: {why}")),
            ),
            _ => Ok(None),
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
            for id in self.elements.clone() {
                let octets = forge::endpoint_keep_alive_ack(&self.handle, id).octets();
                self.line.send(assoc, &octets)?;
            }
        }
        Ok(())
    }
}

/// Returns the time since counting began, for a request that counts.
fn counted(from: Option<Instant>, intended: Instant) -> Option<Duration> {
    intended.checked_duration_since(from?)
}
