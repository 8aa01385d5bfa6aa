//! A live target: real SCTP, TCP and UDP on wall time.

mod hosts;
mod knock;
mod life;
mod registrar;
mod world;

use crate::carrier::Carrier;
use crate::event_map::{change_of, environment};
use crate::launch::Launcher;
use crate::process::Process;
use crate::relay::{Exchanged, Relay};
use crate::target::{Peers, UDP_PORT};
use hosts::{Host, Hosts};
use registrar::{Output, Registrar, Registrars};
use rsp_transport::{Event, Kind, LocalPort, Outgoing};
use rspcheck_testkit::{Assoc, Change, Endpoint, EndpointKind, Happening, Instance, WorldError};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Period at which a waiting world checks that the target lives and that the user has not interrupted the run.
pub(crate) const LOOK: Duration = Duration::from_millis(100);
/// Longest time for which a wait serves the stacks without a look at the clock, so that a pause of the harness is
/// measured with this accuracy, whether an event ended it or not.
const SLICE: Duration = Duration::from_millis(20);
/// Time for which one slice of a wait inside a call serves the stacks.
const TURN: Duration = Duration::from_millis(2);
/// Longest time for which a full send queue may take no message.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest time from the end of an association to the end of the target for which the latter counts as the cause.
const LAST_MOMENTS: Duration = Duration::from_secs(1);
/// Most own datagrams that are remembered until the group returns them.
const ECHOES_LIMIT: usize = 1000;
/// A deadline that no clock can hold is this far away.
const FAR: Duration = Duration::from_secs(86_400);

/// The addresses of the target and of the harness.
#[derive(Clone, Debug)]
pub struct Place {
    /// The target's ASAP address over SCTP.
    pub asap: SocketAddr,
    /// UDP port that carries its SCTP.
    pub udp_port: u16,
    /// The target's ASAP address over TCP.
    pub tcp: Option<SocketAddr>,
    /// The target's ENRP address over SCTP.
    pub enrp: Option<SocketAddr>,
    /// Group and port of announcements.
    pub announce: SocketAddr,
    /// Our own address.
    pub local: IpAddr,
    /// The SCTP stack to use.
    pub carrier: Carrier,
}

impl Place {
    /// Returns true if a process at the other place would be reached at this one too.
    pub(crate) fn overlaps(&self, other: &Place) -> bool {
        let sctp = (self.asap, self.udp_port) == (other.asap, other.udp_port);
        sctp || (self.tcp.is_some() && self.tcp == other.tcp)
    }
}

#[derive(Debug)]
struct PlayerEndpoint {
    host: Host,
    port: LocalPort,
    addr: SocketAddr,
    kind: EndpointKind,
}

/// Contact of a case with the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contact {
    /// The case set up no association.
    Unasked,
    /// Associations were set up, and none came up.
    Missed,
    /// An association came up.
    Made,
}

/// The place of a target between two of the cases that it serves.
pub(crate) type Slot = Arc<Mutex<Option<Process>>>;

/// The world of one case against a live target.
pub struct Live {
    runtime: Runtime,
    hosts: Hosts,
    /// The instances of the target, at least one. Below the stack and above the relay, because fields end in this order,
    /// and a target that ends waits for its associations.
    registrars: Registrars,
    /// The relay between them, where there are several.
    relay: Option<Relay>,
    /// True if neither case nor world end the target.
    attached: bool,
    /// The slot that takes the target after the case if it still runs; without a slot the target is stopped.
    slot: Option<Slot>,
    interrupted: Arc<AtomicBool>,
    /// The case ends at the latest when the world is this old.
    limit: Duration,
    origin: Instant,
    /// Time until which the stacks were served last.
    served: Instant,
    /// The greatest lateness since it was taken.
    lateness: Duration,
    /// Pauses of the harness, by which the case may take longer than its limit.
    paused: Duration,
    /// Ends of associations, and the time until which the end of the target would explain them.
    held: VecDeque<(Instant, Happening)>,
    players: Vec<PlayerEndpoint>,
    kinds: BTreeMap<Assoc, Kind>,
    /// The instances at the other ends of the associations.
    ends: BTreeMap<Assoc, Instance>,
    /// Associations that the harness ends; their end is no act of the target.
    ending: BTreeSet<Assoc>,
    /// Own datagrams that the group has not returned yet, by the player that receives them. They are recognised by
    /// their octets, because the target may send from the same address and port.
    echoes: Vec<(LocalPort, Vec<u8>)>,
    output: Output,
    contact: Contact,
    ready: VecDeque<Happening>,
}

impl Live {
    /// Returns a world for one case, with its own stack. `process` is the target if the harness started it.
    pub fn new(
        place: Place,
        process: Option<Process>,
        interrupted: Arc<AtomicBool>,
    ) -> Result<Live, WorldError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(environment)?;
        let hosts = {
            let _entered = runtime.enter();
            Hosts::start(place.carrier.into(), place.local, None).map_err(environment)?
        };
        let attached = process.is_none();
        let origin = clock();
        Ok(Live {
            runtime,
            hosts,
            registrars: Registrars(vec![Registrar::running(place, process)]),
            relay: None,
            attached,
            slot: None,
            interrupted,
            limit: Duration::MAX,
            origin,
            served: origin,
            lateness: Duration::ZERO,
            paused: Duration::ZERO,
            held: VecDeque::new(),
            players: Vec::new(),
            kinds: BTreeMap::new(),
            ends: BTreeMap::new(),
            ending: BTreeSet::new(),
            echoes: Vec::new(),
            output: Output::default(),
            contact: Contact::Unasked,
            ready: VecDeque::new(),
        })
    }

    /// Returns a world for one case that starts the target itself. If it sets up an association first, the target is
    /// started without peers.
    pub(crate) fn to_be_started(launcher: Launcher, place: Place) -> Result<Live, WorldError> {
        let peers = launcher.target.peers.clone();
        Live::with_peers(vec![Registrar::to_be_started(place, launcher)], peers)
    }

    /// Returns a world for one case that starts several instances of the target itself, with a relay between them.
    ///
    /// # Errors
    /// [`WorldError::Environment`] if a port, a thread or an address of the instances is missing.
    pub(crate) fn several(launchers: Vec<Launcher>) -> Result<Live, WorldError> {
        let peers = launchers
            .first()
            .and_then(|first| first.target.peers.clone());
        let udp_port = peers.as_ref().map_or(UDP_PORT, |peers| peers.udp_port);
        let (mut sockets, mut registrars) = (Vec::new(), Vec::new());
        let mut announce = None;
        for mut launcher in launchers {
            let (ip, socket) = launcher.address_of_its_own(udp_port)?;
            sockets.push((ip, socket));
            launcher.ip = Some(ip);
            let mut place = launcher.free_place()?;
            // All of them belong to the same group.
            place.announce = *announce.get_or_insert(place.announce);
            registrars.push(Registrar::to_be_started(place, launcher));
        }
        let relay = Relay::start(sockets).map_err(environment)?;
        let mut live = Live::with_peers(registrars, peers)?;
        live.relay = Some(relay);
        Ok(live)
    }

    fn with_peers(registrars: Vec<Registrar>, peers: Option<Peers>) -> Result<Live, WorldError> {
        let first = &registrars[0];
        let launcher = first.launcher.as_ref().expect("a case starts it");
        let mut live = Live::new(first.place.clone(), None, launcher.interrupted.clone())?;
        let (mode, local) = (first.place.carrier.into(), first.place.local);
        let _entered = live.runtime.enter();
        live.hosts = Hosts::start(mode, local, peers).map_err(environment)?;
        drop(_entered);
        live.registrars = Registrars(registrars);
        live.attached = false;
        Ok(live)
    }

    /// Ends the case with an error when the world is older than this, so that none can hang a run.
    #[must_use]
    pub fn limited(mut self, limit: Duration) -> Live {
        self.limit = limit;
        self
    }

    /// Sets the slot that takes the target after the case if it still runs.
    #[must_use]
    pub(crate) fn lent_from(mut self, slot: Slot) -> Live {
        self.slot = Some(slot);
        self
    }

    /// Returns the target's process.
    pub(crate) fn into_process(mut self) -> Option<Process> {
        self.registrars.0[0].process.take()
    }

    /// Returns the reason for the end of the target, if it has ended.
    pub fn target_end(&mut self) -> Option<String> {
        self.look_after_target();
        let (instance, how) = self.first_death()?;
        Some(match instance.is_first() {
            true => how,
            false => format!("instance {instance}: {how}"),
        })
    }

    /// Returns the first instance that has ended, with the reason.
    fn first_death(&self) -> Option<(Instance, String)> {
        let mut all = self.instances();
        all.find_map(|(instance, registrar)| Some((instance, registrar.died.clone()?)))
    }

    fn instances(&self) -> impl Iterator<Item = (Instance, &Registrar)> {
        let all = self.registrars.0.iter().enumerate();
        all.map(|(nth, registrar)| (Instance(nth as u8 + 1), registrar))
    }

    /// Returns an instance; the first one for a number that this world does not have.
    fn registrar(&self, instance: Instance) -> &Registrar {
        let all = &self.registrars.0;
        all.get(instance.index()).unwrap_or(&all[0])
    }

    fn registrar_mut(&mut self, instance: Instance) -> &mut Registrar {
        let all = &mut self.registrars.0;
        let at = instance.index();
        let at = if at < all.len() { at } else { 0 };
        &mut all[at]
    }

    /// Returns the place of the first instance, which has the harness's own addresses too.
    fn place(&self) -> &Place {
        &self.registrars.0[0].place
    }

    /// Returns the instance at an address.
    fn instance_at(&self, ip: IpAddr) -> Instance {
        let has = |place: &Place| {
            let enrp = place.enrp.map(|enrp| enrp.ip());
            place.asap.ip() == ip || enrp == Some(ip)
        };
        let mut all = self.instances();
        let at = all.find(|(_, registrar)| has(&registrar.place));
        at.map_or(Instance::FIRST, |(instance, _)| instance)
    }

    /// Returns the instance at the other end of an association.
    fn end_of(&self, assoc: Assoc) -> Instance {
        self.ends.get(&assoc).copied().unwrap_or_default()
    }

    /// Returns the case's contact with the target until now.
    pub(crate) fn contact(&self) -> Contact {
        self.contact
    }

    fn endpoint_of(&self, host: Host, port: LocalPort) -> Option<Endpoint> {
        let here = |player: &PlayerEndpoint| player.host == host && player.port == port;
        self.players
            .iter()
            .position(here)
            .map(|at| Endpoint(at as u32))
    }

    fn happening(&mut self, host: Host, event: Event) -> Option<Happening> {
        let assoc = event.assoc().map(|id| self.hosts.assoc_of(host, id));
        Some(match event {
            Event::Up {
                port, kind, peer, ..
            } => {
                let assoc = assoc?;
                self.kinds.insert(assoc, kind);
                self.contact = Contact::Made;
                // A target that accepts associations does not end, and the order of both is kept.
                self.release_held(None);
                let peer = peer.first().copied().unwrap_or(self.place().asap);
                let instance = self.instance_at(peer.ip());
                self.ends.insert(assoc, instance);
                Happening::Up {
                    endpoint: self.endpoint_of(host, port)?,
                    assoc,
                    instance,
                    peer,
                }
            }
            Event::Message {
                stream,
                ppid,
                octets,
                ..
            } => {
                let assoc = assoc?;
                let end = self.end_of(assoc);
                self.registrar_mut(end)
                    .unanswered
                    .received(assoc, ppid, &octets);
                // TCP has neither PPID nor stream; 0 over SCTP is what the target sent.
                let sctp = self.kinds.get(&assoc) != Some(&Kind::Tcp);
                let (ppid, stream) = (sctp.then_some(ppid), sctp.then_some(stream));
                Happening::Message {
                    assoc,
                    ppid,
                    stream,
                    octets,
                }
            }
            Event::Restart { .. } => Happening::Changed {
                assoc: assoc?,
                change: Change::Restarted,
                why: String::new(),
            },
            Event::Down { kind, why, .. } => {
                let assoc = assoc?;
                self.kinds.remove(&assoc);
                let end = Happening::Changed {
                    assoc,
                    change: change_of(kind),
                    why,
                };
                let was_started = self.registrar(self.end_of(assoc)).process.is_some();
                if !self.ending.remove(&assoc) && was_started {
                    // The associations of a process end shortly before the system reports the end of the process.
                    self.held.push_back((clock() + LAST_MOMENTS, end));
                    return None;
                }
                end
            }
            Event::Datagram { port, from, octets } => {
                let echo = |(at, sent): &(LocalPort, Vec<u8>)| *at == port && *sent == octets;
                if let Some(nth) = self.echoes.iter().position(echo) {
                    self.echoes.swap_remove(nth);
                    return None;
                }
                Happening::Datagram {
                    endpoint: self.endpoint_of(host, port)?,
                    from,
                    octets,
                }
            }
            Event::Path { .. } => return None,
        })
    }

    /// Sends a message. While the send queue of its association is full, serves the stacks, so that the target can take
    /// what is queued. Gives up if the queue does not take the message within [`PATIENCE`].
    fn send_with_patience(&mut self, assoc: Assoc, message: Outgoing<'_>) -> io::Result<()> {
        let began = clock();
        loop {
            let sent = {
                let _entered = self.runtime.enter();
                self.hosts.send(assoc, message)
            };
            match sent {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if clock() >= began + PATIENCE {
                        let what = format!(
                            "the target takes no message: the send queue of an association has been full for {} s",
                            PATIENCE.as_secs()
                        );
                        return Err(io::Error::new(error.kind(), what));
                    }
                }
                other => {
                    // The tester could not react meanwhile.
                    let away = clock().saturating_duration_since(began);
                    self.lateness = self.lateness.max(away);
                    return other;
                }
            }
            let event = self.slice(clock() + TURN).map_err(io::Error::other)?;
            let happening = event.and_then(|(host, event)| self.happening(host, event));
            self.ready.extend(happening);
        }
    }

    /// Reports the ends of associations that the end of the target does not explain: those that are held until `now`,
    /// or all.
    fn release_held(&mut self, now: Option<Instant>) {
        let due = |(until, _): &(Instant, Happening)| now.is_none_or(|now| *until <= now);
        while self.held.front().is_some_and(due) {
            let end = self.held.pop_front();
            self.ready.extend(end.map(|(_, happening)| happening));
        }
    }

    /// Takes the output of the instances, and notes their ends.
    fn look_after_target(&mut self) {
        for (nth, registrar) in self.registrars.0.iter_mut().enumerate() {
            let instance = Instance(nth as u8 + 1);
            registrar.look(instance, &mut self.output, &mut self.ready);
        }
    }

    /// Waits in slices for a happening, until `deadline`. An end of an association that the end of the target may
    /// explain is waited for beyond it.
    fn serve(&mut self, deadline: Instant) -> Result<Option<Happening>, WorldError> {
        loop {
            self.release_held(Some(clock()));
            if let Some(happening) = self.ready.pop_front() {
                return Ok(Some(happening));
            }
            if let Some((instance, how)) = self.first_death() {
                return Err(WorldError::TargetDied { instance, how });
            }
            if self.age() > self.limit {
                let what = format!(
                    "the case took longer than its limit of {} s",
                    self.limit.as_secs_f64()
                );
                return Err(WorldError::Environment(what));
            }
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(WorldError::Interrupted);
            }
            let event = self.slice(deadline)?;
            let happening = event.and_then(|(host, event)| self.happening(host, event));
            self.ready.extend(happening);
            let now = clock();
            self.look_after_target();
            let idle =
                self.ready.is_empty() && self.held.is_empty() && self.first_death().is_none();
            if now >= deadline && idle {
                return Ok(None);
            }
        }
    }

    /// Serves the stacks for a [`SLICE`], but not beyond `deadline` unless it has passed, and returns their next
    /// event. Notes the time for which they were not served before and during the slice.
    fn slice(&mut self, deadline: Instant) -> Result<Option<(Host, Event)>, WorldError> {
        let began = clock();
        let end = began + SLICE;
        let until = if deadline > began || self.held.is_empty() {
            deadline.min(end)
        } else {
            end
        };
        let (hosts, relay) = (&mut self.hosts, self.relay.as_ref());
        let event = self.runtime.block_on(async {
            let Some(relay) = relay else {
                return hosts.recv(until).await;
            };
            tokio::select! {
                event = hosts.recv(until) => event,
                () = relay.news() => Ok(None),
            }
        });
        let now = clock();
        let before = began.saturating_duration_since(self.served);
        let during = now.saturating_duration_since(until.max(began));
        let late = before.max(during);
        self.lateness = self.lateness.max(late);
        if late > LOOK {
            self.paused += late;
        }
        self.served = now;
        self.take_exchanged()?;
        event.map_err(environment)
    }

    /// Reports what the instances have sent to each other, before the event that ended the slice: it may be its
    /// consequence.
    fn take_exchanged(&mut self) -> Result<(), WorldError> {
        let Some(relay) = &self.relay else {
            return Ok(());
        };
        let exchanged = relay.take().map_err(WorldError::Environment)?;
        self.ready.extend(exchanged.into_iter().map(between));
        Ok(())
    }

    /// Returns the association of a host that an instance has just set up.
    fn association_of(&mut self, host: Host, instance: Instance) -> Option<Assoc> {
        while let Ok(Some((at, event))) = self.slice(clock()) {
            let happening = self.happening(at, event);
            self.ready.extend(happening);
        }
        let ends = &self.ends;
        let with = |assoc: &Assoc| ends.get(assoc) == Some(&instance);
        self.hosts.newest_of(host, with)
    }

    /// Returns the age of the world without the pauses of the harness.
    fn age(&self) -> Duration {
        clock().saturating_duration_since(self.origin + self.paused)
    }
}

impl Drop for Live {
    /// Puts the target into its slot. A target without a slot is stopped after the stack, because a target that shuts
    /// down gracefully waits for the end of its associations.
    fn drop(&mut self) {
        let first = &mut self.registrars.0[0];
        if let (true, Some(slot)) = (first.runs(), &self.slot) {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = first.process.take();
        }
    }
}

fn between(exchanged: Exchanged) -> Happening {
    let Exchanged {
        from,
        to,
        ppid,
        stream,
        octets,
    } = exchanged;
    Happening::Between {
        from,
        to,
        ppid,
        stream,
        octets,
    }
}

#[expect(clippy::disallowed_methods, reason = "a live target runs on wall time")]
fn clock() -> Instant {
    Instant::now()
}
