//! Associations to peers, and to PEs that did not set one up themselves: the addresses that each one leads to, those
//! that are being set up, and the messages that wait for them.
//!
//! ```text
//!            call, no association there            Dialled(assoc)             Up
//!   (none) ─────────────────────────────► asked ──────────────────► setting ─────► up: what waited is sent
//!                 Connect                   │ Dialled(none)            │ Down
//!                                           └──────────► (none) ◄──────┘ what waited is lost,
//!                                                          ▲             the procedures are notified
//!   asked, setting, to a PE ── keep-alive-timeout: aborted ┘
//! ```

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::{PeIdentifier, PoolHandle};

use super::super::room::Source;
use super::super::{Assoc, Core, Kind, Limit, Output, Timer};
use super::{Enrp, canonical};
use crate::Dial;

/// The local endpoint an association belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// ASAP: PEs and PUs.
    Asap,
    /// ENRP: peers.
    Enrp,
}

/// Associations by the addresses that they lead to, and those being set up.
#[derive(Debug, Default)]
pub(super) struct Routes {
    by_address: BTreeMap<(Channel, SocketAddr), Assoc>,
    addresses: BTreeMap<Assoc, Vec<(Channel, SocketAddr)>>,
    dials: BTreeMap<Dial, Dialling>,
    next: u64,
}

#[derive(Debug)]
struct Dialling {
    channel: Channel,
    to: Vec<SocketAddr>,
    /// The association, once the caller has begun to set it up.
    assoc: Option<Assoc>,
    waiting: Vec<Vec<u8>>,
    /// PEs that get an ENDPOINT_KEEP_ALIVE over it as soon as it is up.
    adopting: Vec<(PoolHandle, PeIdentifier)>,
    /// The end of the time that these PEs have. None for a peer, whose messages wait until the association is up or
    /// lost.
    until: Option<Duration>,
}

impl Routes {
    /// Returns an association that leads to one of these addresses.
    pub(super) fn at(&self, channel: Channel, addrs: &[SocketAddr]) -> Option<Assoc> {
        addrs
            .iter()
            .find_map(|&addr| self.by_address.get(&(channel, addr)).copied())
    }

    /// Returns the number of associations being set up from this endpoint.
    pub(super) fn dialling(&self, channel: Channel) -> usize {
        let of_channel = |dial: &&Dialling| dial.channel == channel;
        self.dials.values().filter(of_channel).count()
    }

    /// Returns the time at which the next set-up is given up.
    pub(super) fn due(&self) -> Option<Duration> {
        self.dials.values().filter_map(|dial| dial.until).min()
    }

    /// Returns the number of associations being set up from both endpoints.
    pub(super) fn all_dialling(&self) -> usize {
        self.dials.len()
    }

    /// Returns the number of messages that wait for associations.
    pub(super) fn waiting(&self) -> usize {
        self.dials.values().map(|dial| dial.waiting.len()).sum()
    }

    /// Returns the largest number of messages that wait for one association.
    pub(super) fn longest(&self) -> usize {
        let waiting = self.dials.values().map(|dial| dial.waiting.len());
        waiting.max().unwrap_or(0)
    }

    /// Returns the association that is being set up to one of these addresses.
    fn dialling_to(&mut self, channel: Channel, addrs: &[SocketAddr]) -> Option<&mut Dialling> {
        self.dials
            .values_mut()
            .find(|dial| dial.channel == channel && dial.to.iter().any(|addr| addrs.contains(addr)))
    }

    fn add(&mut self, assoc: Assoc, channel: Channel, addrs: impl Iterator<Item = SocketAddr>) {
        let known = self.addresses.entry(assoc).or_default();
        for addr in addrs {
            self.by_address.insert((channel, addr), assoc);
            known.push((channel, addr));
        }
    }

    fn forget(&mut self, assoc: Assoc) {
        for key in self.addresses.remove(&assoc).unwrap_or_default() {
            if self.by_address.get(&key) == Some(&assoc) {
                self.by_address.remove(&key);
            }
        }
    }

    fn by_assoc(&self, assoc: Assoc) -> Option<Dial> {
        let found = self.dials.iter().find(|(_, d)| d.assoc == Some(assoc));
        found.map(|(&dial, _)| dial)
    }
}

impl Enrp {
    /// Sends to a transport address of a peer, over a new association if there is none. Returns false if no
    /// association can be set up, or if too many messages wait for it.
    pub(super) fn send_to_address(
        &mut self,
        core: &mut Core,
        to: &[SocketAddr],
        octets: Vec<u8>,
    ) -> bool {
        let limit = core.config.enrp.max_waiting_messages;
        if let Some(assoc) = self.routes.at(Channel::Enrp, to) {
            core.send_enrp_octets(assoc, octets);
            return true;
        }
        if let Some(dial) = self.routes.dialling_to(Channel::Enrp, to) {
            let room = dial.waiting.len() < limit;
            if room {
                dial.waiting.push(octets);
            } else {
                core.counters.hit(Limit::WaitingMessages);
            }
            return room;
        }
        if core.stopping {
            return false;
        }
        // At its own address is this registrar, not a peer that used the address before.
        if to.is_empty() || to.iter().any(|addr| self.own_addrs.contains(addr)) {
            return false;
        }
        self.dial(core, Channel::Enrp, to, vec![octets], None);
        true
    }

    /// Returns an association that leads to a PE at one of these addresses.
    pub(in super::super) fn route_to_element(&self, addrs: &[SocketAddr]) -> Option<Assoc> {
        self.routes.at(Channel::Asap, addrs)
    }

    /// Returns true if another association to a PE may be set up.
    pub(in super::super) fn may_dial_elements(&self, core: &Core) -> bool {
        self.routes.dialling(Channel::Asap) < core.config.enrp.max_adoptions
    }

    /// Sets up an association to a PE, for an ENDPOINT_KEEP_ALIVE. A PE joins others at the same addresses. The
    /// association and the PE have keep-alive-timeout.
    pub(in super::super) fn dial_element(
        &mut self,
        core: &mut Core,
        now: Duration,
        to: &[SocketAddr],
        pe: (PoolHandle, PeIdentifier),
    ) {
        let until = core.config.deadline(Timer::KeepAliveTimeout, now);
        match self.routes.dialling_to(Channel::Asap, to) {
            Some(dial) => {
                dial.adopting.push(pe);
                dial.until = Some(until);
            }
            None => self.dial(core, Channel::Asap, to, Vec::new(), Some((until, pe))),
        }
    }

    fn dial(
        &mut self,
        core: &mut Core,
        channel: Channel,
        to: &[SocketAddr],
        waiting: Vec<Vec<u8>>,
        adopting: Option<(Duration, (PoolHandle, PeIdentifier))>,
    ) {
        let (until, adopting) = adopting.unzip();
        let dial = Dial(self.routes.next);
        self.routes.next += 1;
        let dialling = Dialling {
            channel,
            to: to.to_vec(),
            assoc: None,
            waiting,
            adopting: adopting.into_iter().collect(),
            until,
        };
        self.routes.dials.insert(dial, dialling);
        core.out.push_back(Output::Connect {
            dial,
            channel,
            to: to.to_vec(),
        });
    }

    /// Returns true if a peer is known at this source, or configured there.
    pub(in super::super) fn has_peer_at(
        &self,
        config: &super::super::Config,
        source: Source,
    ) -> bool {
        let known = self.peers.values().flat_map(|peer| &peer.addrs);
        let mut addrs = known.chain(&config.enrp.peers);
        addrs.any(|addr| Source::of(addr.ip()) == source)
    }

    /// Returns true if this registrar sets up this association.
    pub(in super::super) fn is_dialled(&self, assoc: Assoc) -> bool {
        self.routes.by_assoc(assoc).is_some()
    }

    /// Takes the caller's answer to [`Output::Connect`].
    pub(in super::super) fn on_dialled(
        &mut self,
        core: &mut Core,
        now: Duration,
        dial: Dial,
        assoc: Option<Assoc>,
    ) {
        match (self.routes.dials.get_mut(&dial), assoc) {
            (Some(dialling), Some(assoc)) => dialling.assoc = Some(assoc),
            (Some(_), None) => self.on_dial_failed(core, now, dial),
            // The set-up was given up in the meantime.
            (None, Some(assoc)) => core.out.push_back(Output::Abort { assoc }),
            (None, None) => {}
        }
    }

    /// Gives up set-ups to PEs whose time is over. Without this limit, dead PEs would keep the places of deferred
    /// ones for as long as the transport tries.
    pub(super) fn on_dial_due(&mut self, core: &mut Core, now: Duration) {
        let is_due = |dial: &Dialling| dial.until.is_some_and(|until| until <= now);
        let dials = self.routes.dials.iter();
        let due: Vec<(Dial, Option<Assoc>)> = dials
            .filter(|(_, dialling)| is_due(dialling))
            .map(|(&dial, dialling)| (dial, dialling.assoc))
            .collect();
        for (dial, assoc) in due {
            if let Some(assoc) = assoc {
                core.out.push_back(Output::Abort { assoc });
            }
            self.on_dial_failed(core, now, dial);
        }
    }

    pub(in super::super) fn on_association_up(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
        kind: Kind,
        peer: &[SocketAddr],
    ) {
        let channel = match kind {
            Kind::Sctp => Channel::Asap,
            Kind::Enrp => Channel::Enrp,
            Kind::Tcp => return,
        };
        let addrs = peer.iter().map(|&addr| canonical(addr));
        self.routes.add(assoc, channel, addrs);
        let Some(dial) = self.routes.by_assoc(assoc) else {
            return;
        };
        let Some(dialling) = self.routes.dials.remove(&dial) else {
            return;
        };
        self.routes.add(assoc, channel, dialling.to.iter().copied());
        for octets in dialling.waiting {
            core.send_enrp_octets(assoc, octets);
        }
        for (handle, pe) in dialling.adopting {
            core.on_element_reached(now, assoc, &handle, pe);
        }
        if channel == Channel::Asap {
            // The PEs may have left, or have registered by themselves.
            core.hang_up(assoc);
            self.adopt_deferred(core, now);
        }
    }

    pub(in super::super) fn on_association_down(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
    ) {
        if let Some(dial) = self.routes.by_assoc(assoc) {
            return self.on_dial_failed(core, now, dial);
        }
        self.routes.forget(assoc);
        let of_peers = core
            .assocs
            .get(&assoc)
            .is_some_and(|a| a.kind == Kind::Enrp);
        if of_peers {
            self.on_peer_association_lost(core, now, assoc);
        }
    }

    fn on_dial_failed(&mut self, core: &mut Core, now: Duration, dial: Dial) {
        let Some(dialling) = self.routes.dials.remove(&dial) else {
            return;
        };
        match dialling.channel {
            // The PEs may still register by themselves, until their watch ends.
            Channel::Asap => {
                for pe in dialling.adopting {
                    core.on_foreign_unreachable(now, &pe);
                }
                self.adopt_deferred(core, now);
            }
            Channel::Enrp => {
                self.on_mentor_unreachable(core, now, &dialling.to);
                self.on_peer_unreachable(core, now, &dialling.to);
            }
        }
    }

    /// Returns true if this association with a peer leads to this address.
    pub(super) fn leads_to(&self, assoc: Assoc, addr: SocketAddr) -> bool {
        self.routes.at(Channel::Enrp, &[addr]) == Some(assoc)
    }
}
