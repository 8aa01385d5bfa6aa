//! The decisions of the relay about each packet, and its knowledge of the messages inside.

use crate::wire::Wire;
use rspcheck_capture::Packets;
use rspcheck_testkit::{Disturbance, Instance, Link, PacketFate};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Packets that wait for the end of their delay; further ones are lost.
const DELAYED_LIMIT: usize = 10_000;
/// Their octets.
const DELAYED_OCTETS: usize = 16 << 20;
/// Messages that wait until the case takes them.
const EXCHANGED_LIMIT: usize = 100_000;
/// Their octets.
const EXCHANGED_OCTETS: usize = 64 << 20;

/// A user message that has got through from one instance to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exchanged {
    pub(crate) from: Instance,
    pub(crate) to: Instance,
    pub(crate) ppid: u32,
    pub(crate) stream: u16,
    pub(crate) octets: Vec<u8>,
}

/// A packet that waits for the end of its delay.
struct Delayed {
    from: Instance,
    to: Instance,
    packet: Vec<u8>,
}

/// The state of a relay, without its sockets.
pub(crate) struct Switch {
    addresses: Vec<IpAddr>,
    /// The UDP ports at which the instances receive SCTP, as far as they are known.
    ports: Vec<Option<u16>>,
    cut: BTreeSet<(Instance, Instance)>,
    wire: Wire,
    packets: Packets,
    /// By time, and in order where the times are equal.
    delayed: BTreeMap<(Instant, u64), Delayed>,
    delayed_octets: usize,
    put_off: u64,
    exchanged: VecDeque<Exchanged>,
    exchanged_octets: usize,
    overflown: bool,
    served: Instant,
    lateness: Duration,
}

impl std::fmt::Debug for Switch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Switch")
            .field("addresses", &self.addresses)
            .field("ports", &self.ports)
            .field("cut", &self.cut)
            .finish_non_exhaustive()
    }
}

/// Sends a packet from the relay's socket of an instance to an address.
type Send<'a> = dyn FnMut(Instance, SocketAddr, &[u8]) + 'a;

impl Switch {
    pub(super) fn new(addresses: Vec<IpAddr>, now: Instant) -> Switch {
        Switch {
            ports: vec![None; addresses.len()],
            addresses,
            cut: BTreeSet::new(),
            wire: Wire::default(),
            packets: Packets::default(),
            delayed: BTreeMap::new(),
            delayed_octets: 0,
            put_off: 0,
            exchanged: VecDeque::new(),
            exchanged_octets: 0,
            overflown: false,
            served: now,
            lateness: Duration::ZERO,
        }
    }

    pub(super) fn set_port(&mut self, instance: Instance, udp_port: u16) {
        if let Some(port) = self.ports.get_mut(instance.index()) {
            *port = Some(udp_port);
        }
    }

    pub(super) fn link(&mut self, a: Instance, b: Instance, link: Link) {
        let pair = (a.min(b), a.max(b));
        match link {
            Link::Open => {
                self.cut.remove(&pair);
            }
            Link::Cut => {
                self.cut.insert(pair);
                let lost = |packet: &Delayed| pair_of(packet.from, packet.to) == pair;
                self.delayed.retain(|_, packet| !lost(packet));
                let kept = self.delayed.values();
                self.delayed_octets = kept.map(|packet| packet.packet.len()).sum();
            }
        }
    }

    pub(super) fn disturb(&mut self, disturbance: Disturbance) {
        self.wire.disturb(disturbance);
    }

    /// Decides on a packet that has come from an address to that of instance number `to`, counted from 0.
    pub(super) fn arrives(
        &mut self,
        now: Instant,
        from: IpAddr,
        to: usize,
        packet: &[u8],
        send: &mut Send<'_>,
    ) {
        let known = self.addresses.iter().position(|address| *address == from);
        let Some((from, to)) = known.and_then(nth).zip(nth(to)) else {
            return;
        };
        if from == to || self.cut.contains(&pair_of(from, to)) {
            return;
        }
        match self.wire.fate(from, to, packet) {
            None => self.forward(from, to, packet, send),
            Some(PacketFate::Lost) => {}
            Some(PacketFate::Doubled) => {
                self.forward(from, to, packet, send);
                self.forward(from, to, packet, send);
            }
            Some(PacketFate::Late(delay)) => {
                let octets = self.delayed_octets + packet.len();
                if self.delayed.len() >= DELAYED_LIMIT || octets > DELAYED_OCTETS {
                    return;
                }
                self.delayed_octets = octets;
                self.put_off += 1;
                let packet = packet.to_vec();
                let delayed = Delayed { from, to, packet };
                self.delayed.insert((now + delay, self.put_off), delayed);
            }
        }
    }

    /// Sends the packets whose delay is over.
    pub(super) fn release(&mut self, now: Instant, send: &mut Send<'_>) {
        while let Some(entry) = self.delayed.first_entry()
            && entry.key().0 <= now
        {
            let Delayed { from, to, packet } = entry.remove();
            self.delayed_octets -= packet.len();
            self.forward(from, to, &packet, send);
        }
    }

    fn forward(&mut self, from: Instance, to: Instance, packet: &[u8], send: &mut Send<'_>) {
        let Some(port) = self.ports[to.index()] else {
            return;
        };
        let (src, dst) = (self.addresses[from.index()], self.addresses[to.index()]);
        send(from, SocketAddr::new(dst, port), packet);
        let (exchanged, kept) = (&mut self.exchanged, &mut self.exchanged_octets);
        let overflown = &mut self.overflown;
        self.packets.packet(packet, src, dst, |message| {
            let octets = *kept + message.octets.len();
            if exchanged.len() >= EXCHANGED_LIMIT || octets > EXCHANGED_OCTETS {
                *overflown = true;
                return;
            }
            *kept = octets;
            let sctp = message.sctp.expect("the packets are those of SCTP");
            exchanged.push_back(Exchanged {
                from,
                to,
                ppid: sctp.ppid,
                stream: sctp.stream,
                octets: message.octets.to_vec(),
            });
        });
    }

    /// Returns the time at which the next delay is over.
    pub(super) fn due(&self) -> Option<Instant> {
        self.delayed.keys().next().map(|(due, _)| *due)
    }

    pub(super) fn has_news(&self) -> bool {
        self.overflown || !self.exchanged.is_empty()
    }

    pub(super) fn take(&mut self) -> Result<Vec<Exchanged>, String> {
        if self.overflown {
            return Err(format!(
                "the instances of the target have sent more than {EXCHANGED_LIMIT} messages or {EXCHANGED_OCTETS} \
                 octets to each other while the case did not wait"
            ));
        }
        self.exchanged_octets = 0;
        Ok(self.exchanged.drain(..).collect())
    }

    /// Notes that the thread was to be back at `until` at the latest, and is back now.
    pub(super) fn served(&mut self, now: Instant, until: Instant) {
        let late = now.saturating_duration_since(until);
        self.lateness = self.lateness.max(late);
        self.served = now;
    }

    /// Returns the greatest lateness since the last call. The thread comes back after `tick` at the latest.
    pub(super) fn take_lateness(&mut self, now: Instant, tick: Duration) -> Duration {
        let away = now.saturating_duration_since(self.served + tick);
        std::mem::take(&mut self.lateness).max(away)
    }
}

fn pair_of(a: Instance, b: Instance) -> (Instance, Instance) {
    (a.min(b), a.max(b))
}

/// Returns the instance with this place in a list of all.
fn nth(at: usize) -> Option<Instance> {
    u8::try_from(at + 1).ok().map(Instance)
}
