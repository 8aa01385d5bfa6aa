//! Simulated network on virtual time: hosts that run the same SCTP as [`crate::udp`], with packets that are
//! lost, delayed, duplicated or reordered as a seed decides.
//!
//! Nothing here reads a clock or shares randomness with the rest of the process: the same seed and the same
//! calls give the same packets, octet for octet. SCTP is the real state machine; TCP is a reliable ordered
//! pipe cut at random places; UDP is lossy, with multicast groups.
//!
//! ```
//! use rsp_transport::{Event, Local, Peer, Transport, sim::Net};
//! use std::time::Duration;
//!
//! let mut net = Net::new(1);
//! let (a, b) = (net.add_host("10.0.0.1".parse()?), net.add_host("10.0.0.2".parse()?));
//! net.host(b).open(&Local::Sctp { addrs: vec![], port: 3863, listen: true })?;
//! let from = net.host(a).open(&Local::Sctp { addrs: vec![], port: 0, listen: false })?;
//! net.host(a).connect(from, &Peer { addrs: vec!["10.0.0.2:3863".parse()?], udp_port: None })?;
//! let (host, event) = net.next(Duration::from_secs(1)).expect("the set-up takes two round trips");
//! assert!(host == b && matches!(event, Event::Up { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod host;
mod pipe;

pub use host::SimHost;

use crate::cookie::CookieKey;
use crate::endpoint::Endpoint;
use crate::{AssocId, Event, Layer, LocalPort, SctpOptions, Tap, Tapped};
use pipe::Pipes;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// One host of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub u32);

/// Conditions for packets between two hosts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions {
    /// Probability that a packet is lost.
    pub loss: f64,
    /// Shortest delay of a packet.
    pub delay_min: Duration,
    /// Longest delay of a packet; it does not let packets overtake each other.
    pub delay_max: Duration,
    /// Probability that a packet arrives twice.
    pub duplicate: f64,
    /// Probability that a packet is held back for up to three times `delay_max`, so that later ones overtake it.
    pub reorder: f64,
}

impl Default for Conditions {
    /// Returns the conditions of a quiet local network: half a millisecond, without loss.
    fn default() -> Conditions {
        let delay = Duration::from_micros(500);
        Conditions {
            loss: 0.0,
            delay_min: delay,
            delay_max: delay,
            duplicate: 0.0,
            reorder: 0.0,
        }
    }
}

/// Fate of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives as the conditions of the network provide.
    Arrives,
    /// It is lost.
    Lost,
    /// It arrives twice.
    Doubled,
    /// It arrives later by this time.
    Late(Duration),
}

/// Callback that decides the fate of every SCTP packet between two hosts.
pub type Filter = Box<dyn FnMut(HostId, HostId, &[u8]) -> Fate>;

/// The UDP port under which simulated SCTP appears to a [`Tap`].
pub const UDP_PORT: u16 = 9899;

/// Simulated network.
pub struct Net {
    now: Duration,
    rng: fastrand::Rng,
    options: SctpOptions,
    hosts: Vec<Host>,
    by_ip: BTreeMap<IpAddr, HostId>,
    queue: BinaryHeap<Reverse<Entry>>,
    order: u64,
    conditions: Conditions,
    between: BTreeMap<(HostId, HostId), Conditions>,
    cut: BTreeSet<(HostId, HostId)>,
    /// Arrival of the last packet of a direction, so that no later one overtakes it.
    last: HashMap<(HostId, HostId), Duration>,
    pipes: Pipes,
    out: VecDeque<(HostId, Event)>,
    tap: Option<Tap>,
    filter: Option<Filter>,
}

impl std::fmt::Debug for Net {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Net")
            .field("now", &self.now)
            .field("hosts", &self.by_ip)
            .field("queued", &self.queue.len())
            .finish_non_exhaustive()
    }
}

struct Host {
    ip: IpAddr,
    alive: bool,
    /// Packets, events and the timer that wait for a host that is frozen.
    frozen: Option<Frozen>,
    endpoint: Endpoint,
    /// State of the random generator that the host's SCTP draws from.
    seed: u64,
    /// The earliest entry of the queue that wakes this host.
    timer: Option<Duration>,
    open: BTreeMap<LocalPort, Open>,
    next_port: u32,
    pipes: BTreeMap<AssocId, u64>,
    next_pipe_id: u64,
    next_ephemeral: u16,
}

/// Room for packets in the socket buffers of a frozen host, in octets: the default of Linux.
const RECEIVE_BUFFER: usize = 212_992;

/// State of a frozen host.
#[derive(Default)]
struct Frozen {
    packets: Vec<What>,
    octets: usize,
    events: Vec<Event>,
    timer: bool,
}

enum Open {
    Sctp {
        port: u16,
    },
    Tcp {
        addr: SocketAddr,
        listen: bool,
        framed: bool,
    },
    Udp {
        addr: SocketAddr,
        groups: Vec<IpAddr>,
    },
}

struct Entry {
    at: Duration,
    order: u64,
    what: What,
}

enum What {
    Packet {
        from: HostId,
        to: HostId,
        octets: Vec<u8>,
    },
    Datagram {
        from: HostId,
        source: SocketAddr,
        to: HostId,
        port: LocalPort,
        octets: Vec<u8>,
    },
    Timer(HostId),
    /// The first segment of one direction of a TCP connection.
    Pipe {
        pipe: u64,
        to: usize,
    },
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.order == other.order
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> std::cmp::Ordering {
        (self.at, self.order).cmp(&(other.at, other.order))
    }
}

impl Net {
    /// Returns a network without hosts. The seed decides everything.
    pub fn new(seed: u64) -> Net {
        Net::with_options(seed, SctpOptions::default())
    }

    /// Returns a network whose hosts use these SCTP options.
    pub fn with_options(seed: u64, options: SctpOptions) -> Net {
        Net {
            now: Duration::ZERO,
            rng: fastrand::Rng::with_seed(seed),
            options,
            hosts: Vec::new(),
            by_ip: BTreeMap::new(),
            queue: BinaryHeap::new(),
            order: 0,
            conditions: Conditions::default(),
            between: BTreeMap::new(),
            cut: BTreeSet::new(),
            last: HashMap::new(),
            pipes: Pipes::default(),
            out: VecDeque::new(),
            tap: None,
            filter: None,
        }
    }

    /// Adds a host.
    ///
    /// # Panics
    /// If another host has the address: the caller that builds a network chooses the addresses.
    pub fn add_host(&mut self, ip: IpAddr) -> HostId {
        let id =
            HostId(u32::try_from(self.hosts.len()).expect("hosts are counted by the thousand"));
        assert!(
            self.by_ip.insert(ip, id).is_none(),
            "two hosts have the address {ip}"
        );
        let key = CookieKey([self.rng.u64(..), self.rng.u64(..)]);
        self.hosts.push(Host {
            ip,
            alive: true,
            frozen: None,
            endpoint: Endpoint::new(self.options.clone(), key),
            seed: self.rng.u64(..),
            timer: None,
            open: BTreeMap::new(),
            next_port: 0,
            pipes: BTreeMap::new(),
            next_pipe_id: 1,
            next_ephemeral: 49_151,
        });
        id
    }

    /// Returns a host's stack.
    pub fn host(&mut self, id: HostId) -> SimHost<'_> {
        SimHost { net: self, id }
    }

    /// Returns a host's address.
    pub fn ip(&self, id: HostId) -> IpAddr {
        self.hosts[id.0 as usize].ip
    }

    /// Returns the virtual time since the start.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// Counts the SCTP associations of a host, those being set up included.
    pub fn associations(&self, id: HostId) -> usize {
        self.hosts[id.0 as usize].endpoint.associations()
    }

    /// Counts the TCP connections of a host, those being set up and those whose peer is gone included.
    pub fn connections(&self, id: HostId) -> usize {
        self.hosts[id.0 as usize].pipes.len()
    }

    /// Advances to the next event that is not later than `until` and returns it. Without one, advances to
    /// `until` and returns `None`.
    ///
    /// # Panics
    /// If the queue lacks the entry that it just showed, which is a defect of this module.
    pub fn next(&mut self, until: Duration) -> Option<(HostId, Event)> {
        loop {
            if let Some((host, event)) = self.out.pop_front() {
                let Some(frozen) = &mut self.hosts[host.0 as usize].frozen else {
                    return Some((host, event));
                };
                frozen.events.push(event);
                continue;
            }
            let due = self
                .queue
                .peek()
                .is_some_and(|Reverse(entry)| entry.at <= until);
            if !due {
                self.now = self.now.max(until);
                return None;
            }
            let Reverse(entry) = self.queue.pop().expect("peeked a moment ago");
            self.now = self.now.max(entry.at);
            self.happen(entry.what);
        }
    }

    /// Puts events of a host that it has not handled back at the head of the queue. As with any queued event, it
    /// does not see those of an association that it aborts first.
    pub fn put_back(&mut self, host: HostId, events: impl DoubleEndedIterator<Item = Event>) {
        for event in events.rev() {
            self.out.push_front((host, event));
        }
    }

    /// Sets the conditions between all hosts for which [`Net::conditions_between`] set no others.
    pub fn conditions(&mut self, conditions: Conditions) {
        self.conditions = conditions;
    }

    /// Sets the conditions for packets from `a` to `b` and back.
    pub fn conditions_between(&mut self, a: HostId, b: HostId, conditions: Conditions) {
        self.between.insert(pair(a, b), conditions);
    }

    /// Cuts (or mends) the network between two hosts. Packets on their way are lost as well.
    pub fn partition(&mut self, a: HostId, b: HostId, on: bool) {
        if on {
            self.cut.insert(pair(a, b));
        } else {
            self.cut.remove(&pair(a, b));
        }
    }

    /// Stops a host at once, without a packet to its peers. [`Net::restart`] starts it again.
    pub fn kill(&mut self, id: HostId) {
        let host = &mut self.hosts[id.0 as usize];
        host.alive = false;
        host.frozen = None;
        host.open.clear();
        host.pipes.clear();
        let fresh = Endpoint::new(
            self.options.clone(),
            CookieKey([self.rng.u64(..), self.rng.u64(..)]),
        );
        let old = std::mem::replace(&mut host.endpoint, fresh);
        host.endpoint.number_after(&old);
        self.pipes.forget_host(id);
        self.out.retain(|(at, _)| *at != id);
    }

    /// Restarts a host without state and without open endpoints. Peers detect it by its answers.
    pub fn restart(&mut self, id: HostId) {
        self.kill(id);
        self.hosts[id.0 as usize].alive = true;
    }

    /// Stops the processes of a host until [`Net::thaw`]. Packets for its SCTP and UDP wait in its socket buffers, as far
    /// as they have room, and its timers are late.
    pub fn freeze(&mut self, id: HostId) {
        self.hosts[id.0 as usize].frozen.get_or_insert_default();
    }

    /// Continues the processes of a frozen host: they handle what has waited for them.
    pub fn thaw(&mut self, id: HostId) {
        let Some(frozen) = self.hosts[id.0 as usize].frozen.take() else {
            return;
        };
        self.put_back(id, frozen.events.into_iter());
        for what in frozen.packets {
            self.arrive(what);
        }
        if frozen.timer {
            self.touch(id, Endpoint::handle_timeout);
        }
    }

    /// Keeps a packet or timer for a frozen host; returns it if the host is not frozen. A packet that cannot arrive
    /// is lost.
    fn keep(&mut self, what: What) -> Option<What> {
        let (to, octets) = match &what {
            What::Packet { from, to, octets }
            | What::Datagram {
                from, to, octets, ..
            } => {
                if !self.reachable(*from, *to) {
                    return None;
                }
                (*to, octets.len())
            }
            What::Timer(id) => (*id, 0),
            // The kernel of the host serves TCP.
            What::Pipe { .. } => return Some(what),
        };
        let host = &mut self.hosts[to.0 as usize];
        let Some(frozen) = &mut host.frozen else {
            return Some(what);
        };
        if let What::Timer(_) = what {
            frozen.timer |= host.timer == Some(self.now);
            host.timer = host.timer.filter(|_| !frozen.timer);
        } else if frozen.octets + octets <= RECEIVE_BUFFER {
            frozen.octets += octets;
            frozen.packets.push(what);
        }
        None
    }

    /// Closes everything on the host: aborts associations, resets TCP connections. The host itself stays and
    /// refuses set-ups.
    pub fn close(&mut self, id: HostId) {
        use crate::Transport;
        let ports: Vec<LocalPort> = self.hosts[id.0 as usize].open.keys().copied().collect();
        ports.into_iter().for_each(|port| self.host(id).close(port));
        self.out.retain(|(at, _)| *at != id);
    }

    /// Copies every packet that is sent to `tap`, lost ones included.
    pub fn tap(&mut self, tap: Tap) {
        self.tap = Some(tap);
    }

    /// Decides the fate of every SCTP packet that is sent from now on by `filter`, before the conditions apply.
    pub fn filter(&mut self, filter: Filter) {
        self.filter = Some(filter);
    }

    /// Sends a packet that the filter may lose, double or delay.
    fn send_packet(&mut self, from: HostId, to: HostId, octets: Vec<u8>) {
        let packet = |from, to, octets| What::Packet { from, to, octets };
        let fate = self.filter.as_mut().map(|filter| filter(from, to, &octets));
        match fate.unwrap_or(Fate::Arrives) {
            Fate::Arrives => self.throw(from, to, octets, packet),
            Fate::Lost => {}
            Fate::Doubled => {
                self.throw(from, to, octets.clone(), packet);
                self.throw(from, to, octets, packet);
            }
            Fate::Late(delay) => {
                let at = self.now + self.conditions_of(from, to).delay_max + delay;
                self.push(at, packet(from, to, octets));
            }
        }
    }

    fn happen(&mut self, what: What) {
        if let Some(what) = self.keep(what) {
            self.arrive(what);
        }
    }

    fn arrive(&mut self, what: What) {
        match what {
            What::Packet { from, to, octets } => {
                let source = SocketAddr::new(self.ip(from), UDP_PORT);
                self.touch(to, |endpoint, now| {
                    endpoint.handle_datagram(now, source, &octets)
                });
            }
            What::Datagram {
                source,
                to,
                port,
                octets,
                ..
            } => {
                if self.hosts[to.0 as usize].open.contains_key(&port) {
                    self.out.push_back((
                        to,
                        Event::Datagram {
                            port,
                            from: source,
                            octets,
                        },
                    ));
                }
            }
            What::Timer(id) => {
                let host = &mut self.hosts[id.0 as usize];
                if host.timer == Some(self.now) {
                    host.timer = None;
                    self.touch(id, Endpoint::handle_timeout);
                }
            }
            What::Pipe { pipe, to } => self.advance_pipe(pipe, to),
        }
    }

    /// Calls a host's SCTP with the host's own random generator and sends the packets that it queues.
    fn touch<T>(&mut self, id: HostId, call: impl FnOnce(&mut Endpoint, Duration) -> T) -> T {
        let host = &mut self.hosts[id.0 as usize];
        let outer = fastrand::get_seed();
        fastrand::seed(host.seed);
        let result = call(&mut host.endpoint, self.now);
        host.seed = fastrand::get_seed();
        fastrand::seed(outer);

        let source = SocketAddr::new(host.ip, UDP_PORT);
        while let Some(transmit) = self.hosts[id.0 as usize].endpoint.poll_transmit() {
            self.show(source, transmit.to, Layer::Sctp, &transmit.packet);
            if let Some(&to) = self.by_ip.get(&transmit.to.ip()) {
                self.send_packet(id, to, transmit.packet);
            }
        }
        let host = &mut self.hosts[id.0 as usize];
        while let Some(event) = host.endpoint.poll_event() {
            self.out.push_back((id, event));
        }
        if let Some(at) = host.endpoint.poll_timeout()
            && host.timer.is_none_or(|timer| at < timer)
        {
            let at = at.max(self.now);
            host.timer = Some(at);
            self.push(at, What::Timer(id));
        }
        result
    }

    /// Sends a packet that may be lost, delayed, duplicated or overtaken.
    fn throw(
        &mut self,
        from: HostId,
        to: HostId,
        octets: Vec<u8>,
        what: impl Fn(HostId, HostId, Vec<u8>) -> What,
    ) {
        let conditions = self.conditions_of(from, to);
        if self.is_cut(from, to) || self.chance(conditions.loss) {
            return;
        }
        if self.chance(conditions.duplicate) {
            let at = self.arrival(from, to, conditions);
            self.push(at, what(from, to, octets.clone()));
        }
        let at = self.arrival(from, to, conditions);
        self.push(at, what(from, to, octets));
    }

    fn arrival(&mut self, from: HostId, to: HostId, conditions: Conditions) -> Duration {
        let at = self.now + self.between(conditions.delay_min, conditions.delay_max);
        if self.chance(conditions.reorder) {
            return at + self.between(Duration::ZERO, conditions.delay_max * 3);
        }
        let last = self.last.entry((from, to)).or_default();
        *last = at.max(*last);
        *last
    }

    fn between(&mut self, min: Duration, max: Duration) -> Duration {
        let span = u64::try_from(max.saturating_sub(min).as_nanos()).unwrap_or(u64::MAX);
        if span == 0 {
            min
        } else {
            min + Duration::from_nanos(self.rng.u64(0..=span))
        }
    }

    fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.rng.f64() < probability
    }

    fn push(&mut self, at: Duration, what: What) {
        self.order += 1;
        self.queue.push(Reverse(Entry {
            at,
            order: self.order,
            what,
        }));
    }

    fn show(&mut self, from: SocketAddr, to: SocketAddr, layer: Layer, octets: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap(Tapped {
                at: self.now,
                from,
                to,
                layer,
                octets,
            });
        }
    }

    fn conditions_of(&self, a: HostId, b: HostId) -> Conditions {
        self.between
            .get(&pair(a, b))
            .copied()
            .unwrap_or(self.conditions)
    }

    fn is_cut(&self, a: HostId, b: HostId) -> bool {
        self.cut.contains(&pair(a, b))
    }

    fn reachable(&self, from: HostId, to: HostId) -> bool {
        self.hosts[to.0 as usize].alive && !self.is_cut(from, to)
    }
}

fn pair(a: HostId, b: HostId) -> (HostId, HostId) {
    (a.min(b), a.max(b))
}
