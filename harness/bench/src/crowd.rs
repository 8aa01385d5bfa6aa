//! A crowd of pool elements behind one association, to fill a handlespace: they register, answer the
//! keep-alives of every registrar, and stay until they are stopped.
//!
//! A pool element here is an entry in the handlespace; it provides no service.

use crate::line::Line;
use crate::{LoadError, clock};
use rsp_transport::{AssocId, Event};
use rspcheck_adapters::live::Place;
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_testkit::forge;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Requests under way at a time while registering.
const AT_ONCE: usize = 32;
/// Time for an association to come up.
pub(crate) const CONNECT: Duration = Duration::from_secs(20);
/// Time without any answer after which the registrar counts as hanging.
pub(crate) const SILENCE: Duration = Duration::from_secs(20);
/// Time before a message that found the send buffer full is sent again.
const FULL: Duration = Duration::from_millis(5);

/// The interval at which the crowd checks for the end of its input.
const LOOK: Duration = Duration::from_millis(100);

const REGISTRATION_RESPONSE: u8 = 0x03;
const DEREGISTRATION_RESPONSE: u8 = 0x04;
const ENDPOINT_KEEP_ALIVE: u8 = 0x07;

/// The pool elements of a crowd.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The pool handles are this and a number: `crowd-0`, `crowd-1`, …
    pub prefix: String,
    /// Number of pools.
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
    /// Returns the number of all elements.
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

/// Returns the handle of pool `nth` of a crowd.
pub fn pool(prefix: &str, nth: usize) -> Vec<u8> {
    format!("{prefix}-{nth}").into_bytes()
}

/// A registered crowd.
pub struct Crowd {
    line: Line,
    plan: Plan,
    addr: SocketAddr,
    /// The association over which it registered, and those that registrars set up since.
    assocs: BTreeSet<AssocId>,
    /// For each pool the element whose turn it is to answer a keep-alive that names none.
    turns: BTreeMap<Vec<u8>, usize>,
    unsent: VecDeque<(AssocId, Vec<u8>)>,
    homes: BTreeSet<u32>,
}

/// An event that the crowd reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A registrar asked for the first time to be the Home (H=1).
    Home(u32),
    /// The association to the registrar ended.
    Left,
}

impl Crowd {
    /// Registers all elements, 32 at a time.
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] if a socket fails, [`LoadError::Target`] if the registrar rejects a registration, ends
    /// the association, or does not answer for 20 s.
    pub fn register(place: &Place, plan: Plan) -> Result<Crowd, LoadError> {
        let mut line = Line::start(place, plan.own_udp_port)?;
        let (port, addr) = line.open()?;
        let assoc = line.connect(port, place, clock() + CONNECT)?;
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
        let mut deadline = clock() + SILENCE;
        while answered < crowd.plan.size() {
            while sent < crowd.plan.size() && sent - answered < AT_ONCE {
                let octets = crowd.registration(sent);
                crowd.push(assoc, octets)?;
                sent += 1;
            }
            // Other events must not prolong the wait.
            let event = crowd.line.recv(deadline)?;
            match event.filter(|_| clock() < deadline) {
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
                    deadline = clock() + SILENCE;
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

    /// Answers keep-alives until `stop` is set, and reports its events. Aborts its associations at the end,
    /// without a de-registration.
    ///
    /// # Errors
    ///
    /// [`LoadError::Io`] if a socket fails, [`LoadError::Target`] if the registrar ends a registration.
    pub fn hold(
        &mut self,
        stop: &AtomicBool,
        mut report: impl FnMut(Notice),
    ) -> Result<(), LoadError> {
        while !stop.load(Ordering::Relaxed) {
            let wait = if self.unsent.is_empty() { LOOK } else { FULL };
            if let Some(event) = self.line.recv(clock() + wait)?
                && let Some(notice) = self.take(event)?
            {
                report(notice);
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

    /// Answers a keep-alive. It names the pool only, so the elements of a pool answer in turns; rsplib names the
    /// element too.
    fn acknowledge(&mut self, assoc: AssocId, octets: &[u8]) -> Result<Option<Notice>, LoadError> {
        let message = dissect(Protocol::Asap, octets);
        // The field has the parameter's header too.
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
                // Messages for an association that has ended are lost.
                Ok(()) | Err(_) => self.unsent.pop_front(),
            };
        }
        Ok(())
    }
}

/// Returns the octets behind the Pool Handle parameter of a keep-alive.
fn octets_after<'a>(octets: &'a [u8], handle: &[u8]) -> Option<&'a [u8]> {
    octets.get(8 + 4 + handle.len().next_multiple_of(4)..)
}
