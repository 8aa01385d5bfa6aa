//! A crowd of pool elements behind one association, for whoever wants a full handlespace: they register, answer
//! keep-alives of whichever registrar sends them, and register again before their life ends. And questions about
//! such a crowd: which of it a registrar lists, and how fast it resolves one of its pools.
//!
//! A pool element here is an entry in the handlespace; it serves nobody.

use crate::live::{LOOK, Place};
use rsp_transport::live::{Stack, StackConfig};
use rsp_transport::{AssocId, Event, Local, LocalPort, Outgoing, Peer, Transport};
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_testkit::forge;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

use crate::load::LoadError;

/// ASAP's PPID.
const PPID: u32 = 11;
/// Requests under way at a time while registering.
const AT_ONCE: usize = 32;
/// Time for an association.
const CONNECT: Duration = Duration::from_secs(20);
/// Time without any answer, after which the registrar is taken to hang.
const SILENCE: Duration = Duration::from_secs(20);
/// How long a pool that is not listed as wanted is left alone before it is asked for again.
const AGAIN: Duration = Duration::from_millis(200);
/// How long a full send buffer is given.
const FULL: Duration = Duration::from_millis(5);

const REGISTRATION_RESPONSE: u8 = 0x03;
const DEREGISTRATION_RESPONSE: u8 = 0x04;
const HANDLE_RESOLUTION_RESPONSE: u8 = 0x06;
const ENDPOINT_KEEP_ALIVE: u8 = 0x07;
const POOL_ELEMENT: u16 = 0x0a;

/// Who the crowd is.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Pools are named by it and a number: `crowd-0`, `crowd-1`, …
    pub prefix: String,
    /// How many pools.
    pub pools: usize,
    /// Elements of each pool.
    pub elements: usize,
    /// Identifier of the first element; the others follow.
    pub first_id: u32,
    /// Their policy.
    pub policy: forge::Policy,
    /// Registration life in seconds.
    pub life: i32,
    /// Own UDP port that carries SCTP (user space only); 0 for any.
    pub own_udp_port: u16,
}

impl Plan {
    /// How many elements there are.
    pub fn size(&self) -> usize {
        self.pools * self.elements
    }

    fn handle(&self, nth: usize) -> Vec<u8> {
        pool(&self.prefix, nth / self.elements)
    }

    fn id(&self, nth: usize) -> u32 {
        self.first_id.wrapping_add(nth as u32)
    }
}

/// The handle of a crowd's pool.
pub fn pool(prefix: &str, nth: usize) -> Vec<u8> {
    format!("{prefix}-{nth}").into_bytes()
}

/// The registered crowd.
pub struct Crowd {
    line: Line,
    plan: Plan,
    addr: SocketAddr,
    /// Where it registered, and whoever called since.
    assocs: BTreeSet<AssocId>,
    /// For each pool the element whose turn it is to answer a keep-alive that names none.
    turns: BTreeMap<Vec<u8>, usize>,
    unsent: VecDeque<(AssocId, Vec<u8>)>,
    homes: BTreeSet<u32>,
}

/// What the crowd noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A registrar asked for the first time to be the Home (H=1).
    Home(u32),
    /// The association to the registrar ended.
    Left,
}

impl Crowd {
    /// Registers all of it, with many registrations under way at a time.
    pub fn register(place: &Place, plan: Plan) -> Result<Crowd, LoadError> {
        let mut line = Line::start(place, plan.own_udp_port)?;
        let (port, addr) = line.open()?;
        let assoc = line.connect(port, place)?;
        let mut crowd = Crowd {
            line,
            addr,
            assocs: BTreeSet::from([assoc]),
            turns: BTreeMap::new(),
            unsent: VecDeque::new(),
            homes: BTreeSet::new(),
            plan,
        };
        let (mut sent, mut answered) = (0, 0);
        while answered < crowd.plan.size() {
            while sent < crowd.plan.size() && sent - answered < AT_ONCE {
                let octets = crowd.registration(sent);
                crowd.push(assoc, octets)?;
                sent += 1;
            }
            match crowd.line.recv(clock() + SILENCE)? {
                Some(Event::Message { octets, .. })
                    if octets.first() == Some(&REGISTRATION_RESPONSE) =>
                {
                    if octets.get(1).is_some_and(|flags| flags & 1 != 0) {
                        return Err(LoadError::Target(format!(
                            "registration {} of {sent} was refused: {}",
                            answered + 1,
                            dissect(Protocol::Asap, &octets)
                                .text("operation-error")
                                .unwrap_or_default()
                        )));
                    }
                    answered += 1;
                }
                Some(Event::Down { why, .. }) => {
                    return Err(LoadError::Target(format!(
                        "the association ended after {answered} registrations: {why}"
                    )));
                }
                Some(event) => {
                    crowd.take(event)?;
                }
                None => {
                    return Err(LoadError::Target(format!(
                        "{answered} of {} registrations were answered, then none for {} s",
                        crowd.plan.size(),
                        SILENCE.as_secs()
                    )));
                }
            }
        }
        Ok(crowd)
    }

    fn registration(&self, nth: usize) -> Vec<u8> {
        let element = forge::PoolElement {
            id: self.plan.id(nth),
            home: 0,
            life: self.plan.life,
            user_transport: forge::Transport::Sctp {
                port: self.addr.port(),
                transport_use: 0,
                addrs: vec![self.addr.ip()],
            },
            policy: self.plan.policy.clone(),
            asap_transport: None,
        };
        forge::registration(&self.plan.handle(nth), &element).octets()
    }

    /// Answers keep-alives until it is told to stop, and tells what it notices. At the end its associations are
    /// aborted, without a de-registration.
    pub fn hold(
        &mut self,
        stop: &AtomicBool,
        mut tell: impl FnMut(Notice),
    ) -> Result<(), LoadError> {
        while !stop.load(Ordering::Relaxed) {
            let wait = if self.unsent.is_empty() { LOOK } else { FULL };
            if let Some(event) = self.line.recv(clock() + wait)?
                && let Some(notice) = self.take(event)?
            {
                tell(notice);
            }
            self.flush()?;
        }
        for assoc in &self.assocs {
            self.line.abort(*assoc);
        }
        Ok(())
    }

    fn take(&mut self, event: Event) -> Result<Option<Notice>, LoadError> {
        match event {
            Event::Message { assoc, octets, .. }
                if octets.first() == Some(&ENDPOINT_KEEP_ALIVE) =>
            {
                self.acknowledge(assoc, &octets)
            }
            Event::Message { octets, .. } if octets.first() == Some(&DEREGISTRATION_RESPONSE) => {
                Err(LoadError::Target(
                    "the registrar ended a registration by itself".to_owned(),
                ))
            }
            Event::Up { assoc, .. } => {
                self.assocs.insert(assoc);
                Ok(None)
            }
            Event::Down { assoc, .. } => {
                self.assocs.remove(&assoc);
                Ok(Some(Notice::Left))
            }
            _ => Ok(None),
        }
    }

    /// A keep-alive names the pool only; the elements of a pool answer in turns. rsplib names the element too.
    fn acknowledge(&mut self, assoc: AssocId, octets: &[u8]) -> Result<Option<Notice>, LoadError> {
        let message = dissect(Protocol::Asap, octets);
        // With the parameter's header, which goes.
        let handle = message.octets_of("pool-handle").and_then(|p| p.get(4..));
        let Some(handle) = handle.map(<[u8]>::to_vec) else {
            return Ok(None);
        };
        let named = octets_after(octets, &handle).and_then(|rest| match rest {
            [0, 0x0e, 0, 8, a, b, c, d] => Some(u32::from_be_bytes([*a, *b, *c, *d])),
            _ => None,
        });
        let id = match named {
            Some(id) => id,
            None => match self.in_turn(&handle) {
                Some(id) => id,
                None => return Ok(None),
            },
        };
        self.push(assoc, forge::endpoint_keep_alive_ack(&handle, id).octets())?;
        let server = octets.get(4..8).and_then(|id| <[u8; 4]>::try_from(id).ok());
        let home = server.map(u32::from_be_bytes);
        Ok(home
            .filter(|_| octets.get(1).is_some_and(|flags| flags & 1 != 0))
            .filter(|home| self.homes.insert(*home))
            .map(Notice::Home))
    }

    fn in_turn(&mut self, handle: &[u8]) -> Option<u32> {
        let nth_pool: usize = std::str::from_utf8(handle)
            .ok()?
            .strip_prefix(&self.plan.prefix)?
            .strip_prefix('-')?
            .parse()
            .ok()?;
        let turn = self.turns.entry(handle.to_vec()).or_default();
        let nth = nth_pool * self.plan.elements + *turn % self.plan.elements;
        *turn += 1;
        (nth < self.plan.size()).then(|| self.plan.id(nth))
    }

    fn push(&mut self, assoc: AssocId, octets: Vec<u8>) -> Result<(), LoadError> {
        self.unsent.push_back((assoc, octets));
        self.flush()
    }

    fn flush(&mut self) -> Result<(), LoadError> {
        while let Some((assoc, octets)) = self.unsent.front() {
            match self.line.send(*assoc, octets) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                // What an association that is gone should have carried is lost with it.
                Ok(()) | Err(_) => self.unsent.pop_front(),
            };
        }
        Ok(())
    }
}

/// What stands behind the Pool Handle parameter of a keep-alive.
fn octets_after<'a>(octets: &'a [u8], handle: &[u8]) -> Option<&'a [u8]> {
    octets.get(8 + 4 + handle.len().next_multiple_of(4)..)
}

/// Asks a registrar for pools until each lists as many elements as wanted; 0: until it is unknown. Gives what was
/// listed at the end.
pub fn listed(
    place: &Place,
    pools: &[Vec<u8>],
    elements: usize,
    within: Duration,
    stop: &AtomicBool,
) -> Result<Listed, LoadError> {
    let mut line = Line::start(place, 0)?;
    let (port, _) = line.open()?;
    let assoc = line.connect(port, place)?;
    let deadline = clock() + within;
    let mut listed = Listed::default();
    for handle in pools {
        let request = forge::handle_resolution(handle, false).octets();
        let mut seen;
        loop {
            line.send(assoc, &request)?;
            listed.requests += 1;
            seen = line.elements(deadline)?;
            if seen == elements || clock() >= deadline || stop.load(Ordering::Relaxed) {
                break;
            }
            // Nothing comes meanwhile: it is a pause between two questions.
            line.recv((clock() + AGAIN).min(deadline))?;
        }
        listed.elements += seen;
        listed.as_wanted &= seen == elements;
    }
    Ok(listed)
}

/// What a registrar lists.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// Elements in all pools together.
    pub elements: usize,
    /// Whether each pool has what was wanted.
    pub as_wanted: bool,
    /// Requests it took.
    pub requests: usize,
}

impl Default for Listed {
    fn default() -> Listed {
        Listed {
            elements: 0,
            as_wanted: true,
            requests: 0,
        }
    }
}

/// Asks for one pool `count` times, `outstanding` at a time, each over an association of its own. Gives the time
/// from the first request to the last answer.
pub fn ask(
    place: &Place,
    handle: &[u8],
    count: usize,
    outstanding: usize,
) -> Result<Duration, LoadError> {
    let mut line = Line::start(place, 0)?;
    let (port, _) = line.open()?;
    let mut assocs = vec![line.connect(port, place)?];
    while assocs.len() < outstanding.min(count) {
        let (port, _) = line.open()?;
        assocs.push(line.connect(port, place)?);
    }
    let request = forge::handle_resolution(handle, false).octets();
    let begin = clock();
    for assoc in &assocs {
        line.send(*assoc, &request)?;
    }
    let (mut sent, mut answered) = (assocs.len(), 0);
    while answered < count {
        match line.recv(clock() + SILENCE)? {
            Some(Event::Message { assoc, octets, .. })
                if octets.first() == Some(&HANDLE_RESOLUTION_RESPONSE) =>
            {
                answered += 1;
                if sent < count {
                    line.send(assoc, &request)?;
                    sent += 1;
                }
            }
            Some(Event::Down { why, .. }) => {
                return Err(LoadError::Target(format!(
                    "an association ended after {answered} answers: {why}"
                )));
            }
            Some(_) => {}
            None => {
                return Err(LoadError::Target(format!(
                    "{answered} of {count} requests were answered, then none for {} s",
                    SILENCE.as_secs()
                )));
            }
        }
    }
    Ok(begin.elapsed())
}

/// A stack and the runtime it lives in.
struct Line {
    runtime: Runtime,
    stack: Stack,
}

impl Line {
    fn start(place: &Place, udp_port: u16) -> Result<Line, LoadError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let config = StackConfig {
            ip: place.local,
            udp_port,
            ..StackConfig::default()
        };
        let stack = {
            let _entered = runtime.enter();
            Stack::start(place.carrier.into(), config)?
        };
        Ok(Line { runtime, stack })
    }

    fn open(&mut self) -> Result<(LocalPort, SocketAddr), LoadError> {
        let _entered = self.runtime.enter();
        let local = Local::Sctp {
            addrs: Vec::new(),
            port: 0,
            listen: true,
        };
        let port = self.stack.open(&local)?;
        Ok((port, self.stack.local_addrs(port)[0]))
    }

    fn connect(&mut self, port: LocalPort, place: &Place) -> Result<AssocId, LoadError> {
        let peer = Peer {
            addrs: vec![place.asap],
            udp_port: Some(place.udp_port),
        };
        let deadline = clock() + CONNECT;
        let wanted = {
            let _entered = self.runtime.enter();
            self.stack.connect(port, &peer)?
        };
        loop {
            match self.recv(deadline)? {
                Some(Event::Up { assoc, .. }) if assoc == wanted => return Ok(wanted),
                Some(Event::Down { assoc, why, .. }) if assoc == wanted => {
                    let at = place.asap;
                    return Err(LoadError::Target(format!("no association to {at}: {why}")));
                }
                Some(_) => {}
                None => {
                    let at = place.asap;
                    return Err(LoadError::Target(format!("no association to {at} in time")));
                }
            }
        }
    }

    /// How many elements the next resolution lists; none when it does not come in time.
    fn elements(&mut self, deadline: Instant) -> Result<usize, LoadError> {
        let last = deadline.max(clock() + CONNECT);
        loop {
            match self.recv(last)? {
                Some(Event::Message { octets, .. })
                    if octets.first() == Some(&HANDLE_RESOLUTION_RESPONSE) =>
                {
                    let message = dissect(Protocol::Asap, &octets);
                    let elements = message.root().children();
                    return Ok(elements.filter(|c| c.code() == Some(POOL_ELEMENT)).count());
                }
                Some(Event::Down { why, .. }) => {
                    return Err(LoadError::Target(format!("the association ended: {why}")));
                }
                Some(_) => {}
                None => {
                    return Err(LoadError::Target(
                        "a handle resolution was not answered".to_owned(),
                    ));
                }
            }
        }
    }

    fn send(&mut self, assoc: AssocId, octets: &[u8]) -> io::Result<()> {
        let _entered = self.runtime.enter();
        let message = Outgoing {
            stream: 0,
            ppid: PPID,
            unordered: false,
            octets,
        };
        self.stack.send(assoc, message)
    }

    fn abort(&mut self, assoc: AssocId) {
        let _entered = self.runtime.enter();
        self.stack.abort(assoc);
    }

    fn recv(&mut self, until: Instant) -> Result<Option<Event>, LoadError> {
        Ok(self.runtime.block_on(self.stack.recv(Some(until)))?)
    }
}

#[expect(clippy::disallowed_methods, reason = "a live crowd is on wall time")]
fn clock() -> Instant {
    Instant::now()
}
