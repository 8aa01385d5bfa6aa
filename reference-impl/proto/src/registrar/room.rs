//! Room for the associations that others set up: in all, for known sources, and for one source.
//!
//! ```text
//!                   endpoint full        last part, source not known      share of the source used up
//!   set-up ─────────────┬────────────────────────┬────────────────────────────────┬──────► accepted
//!                       └────────────────────────┴────────────────────────────────┴──────► Abort
//! ```
//!
//! | endpoint | in all | of these for known sources | for one source |
//! |---|---|---|---|
//! | ASAP | `max-associations` | 1/16: those with PEs here, or that lost them within keep-alive-timeout | `max-associations-per-address`, by default 1/4 |
//! | ASAP over TCP, of these | what the process's file descriptors allow | – | the same part of them |
//! | ENRP | `max-peers` and `max-adoptions` | 1/4: those of peers | 1/4 |
//!
//! A quarter is at least 16. A source is an IPv4 address or the first 64 bits of an IPv6 address, as each host can use
//! all addresses of such a network; a link-local or loopback address is a source of its own. Associations that this
//! registrar sets up count for none of these.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use super::{Config, Kind, Limit};
use crate::timers::Timers;

/// The least default share of one source.
const LEAST_SHARE: usize = 16;

/// Hosts that count as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Source(IpAddr);

impl Source {
    pub(super) fn of(addr: IpAddr) -> Self {
        match addr.to_canonical() {
            IpAddr::V6(v6) if !v6.is_unicast_link_local() && !v6.is_loopback() => {
                let network = Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64);
                Self(network.into())
            }
            addr => Self(addr),
        }
    }
}

/// The associations that others set up, by their source.
#[derive(Debug, Default)]
pub(super) struct Room {
    callers: usize,
    peers: usize,
    by_source: BTreeMap<Source, Tally>,
    /// Sources that lost an association with PEs, until these PEs are removed.
    returning: Timers<Source>,
}

/// The associations of one source, and the PEs that are registered over them.
#[derive(Debug, Default)]
struct Tally {
    callers: usize,
    /// Those of them over TCP.
    tcp: usize,
    peers: usize,
    elements: usize,
}

impl Tally {
    fn is_empty(&self) -> bool {
        self.callers + self.peers + self.elements == 0
    }
}

impl Room {
    /// Returns the number of associations that PEs and PUs set up.
    pub(super) fn callers(&self) -> usize {
        self.callers
    }

    /// Checks that there is room for another association of this kind. `is_peer` returns true for the source of a peer.
    ///
    /// # Errors
    /// The limit that is reached.
    pub(super) fn check(
        &self,
        config: &Config,
        kind: Kind,
        source: Option<Source>,
        is_peer: impl Fn(Source) -> bool,
    ) -> Result<(), Limit> {
        let tally = source.and_then(|source| self.by_source.get(&source));
        let (used, max, kept) = match kind {
            Kind::Sctp | Kind::Tcp => {
                let max = config.max_associations;
                (self.callers, max, max / 16)
            }
            Kind::Enrp => {
                let max = config.peer_associations();
                (self.peers, max, max / 4)
            }
        };
        let is_known = || match kind {
            Kind::Sctp | Kind::Tcp => {
                tally.is_some_and(|tally| tally.elements > 0)
                    || source.is_some_and(|source| self.returning.contains(&source))
            }
            Kind::Enrp => source.is_some_and(is_peer),
        };
        if used >= max || used >= max - kept && !is_known() {
            return Err(Limit::Associations);
        }
        let share = config.share(kind);
        let of_source = tally.map_or(0, |tally| match kind {
            Kind::Sctp | Kind::Tcp => tally.callers,
            Kind::Enrp => tally.peers,
        });
        let over_tcp = tally.map_or(0, |tally| tally.tcp);
        if of_source >= share || kind == Kind::Tcp && over_tcp >= config.share_of_tcp() {
            return Err(Limit::AssociationsPerAddress);
        }
        Ok(())
    }

    /// Counts an association that another host set up.
    pub(super) fn add(&mut self, kind: Kind, source: Option<Source>) {
        let mut unknown = Tally::default();
        let tally = match source {
            Some(source) => self.by_source.entry(source).or_default(),
            None => &mut unknown,
        };
        match kind {
            Kind::Enrp => {
                self.peers += 1;
                tally.peers += 1;
            }
            Kind::Sctp | Kind::Tcp => {
                self.callers += 1;
                tally.callers += 1;
                tally.tcp += usize::from(kind == Kind::Tcp);
            }
        }
    }

    /// Discounts an association that another host set up.
    pub(super) fn remove(&mut self, kind: Kind, source: Option<Source>) {
        match kind {
            Kind::Enrp => self.peers -= 1,
            Kind::Sctp | Kind::Tcp => self.callers -= 1,
        }
        self.change(source, |tally| match kind {
            Kind::Enrp => tally.peers -= 1,
            Kind::Sctp | Kind::Tcp => {
                tally.callers -= 1;
                tally.tcp -= usize::from(kind == Kind::Tcp);
            }
        });
    }

    /// Counts a PE that registered over an association of this source.
    pub(super) fn add_element(&mut self, source: Option<Source>) {
        if let Some(source) = source {
            self.by_source.entry(source).or_default().elements += 1;
        }
    }

    /// Discounts PEs that left, or whose association is gone.
    pub(super) fn remove_elements(&mut self, source: Option<Source>, count: usize) {
        if count > 0 {
            self.change(source, |tally| tally.elements -= count);
        }
    }

    /// Expects PEs of this source to come back, until then.
    pub(super) fn expect(&mut self, source: Option<Source>, until: Duration) {
        if let Some(source) = source {
            self.returning.set(source, until);
        }
    }

    /// Forgets the sources that did not come back. No deadline depends on it: a source that is known for longer has
    /// no more room than before.
    pub(super) fn on_time(&mut self, now: Duration) {
        while self.returning.take_due(now).is_some() {}
    }

    fn change(&mut self, source: Option<Source>, change: impl FnOnce(&mut Tally)) {
        let Some(source) = source else {
            return;
        };
        if let Some(tally) = self.by_source.get_mut(&source) {
            change(tally);
            if tally.is_empty() {
                self.by_source.remove(&source);
            }
        }
    }
}

impl Config {
    /// Returns the most associations and TCP connections of PEs and PUs from one address.
    pub fn associations_per_address(&self) -> usize {
        let share = || quarter(self.max_associations);
        self.max_associations_per_address.unwrap_or_else(share)
    }

    /// Returns the most associations that one source may have at the endpoint of this kind.
    fn share(&self, kind: Kind) -> usize {
        match kind {
            Kind::Sctp | Kind::Tcp => self.associations_per_address(),
            Kind::Enrp => quarter(self.peer_associations()),
        }
    }

    /// Returns the most TCP connections that one source may have: the part that it may have of all associations.
    fn share_of_tcp(&self) -> usize {
        let (share, all) = (
            self.associations_per_address(),
            self.max_associations.max(1),
        );
        let part = self.max_tcp_connections.saturating_mul(share) / all;
        part.max(LEAST_SHARE).min(share)
    }
}

fn quarter(max: usize) -> usize {
    (max / 4).max(LEAST_SHARE).min(max)
}
