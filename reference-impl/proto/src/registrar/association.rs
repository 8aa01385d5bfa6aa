//! Associations, and the PEs and subscriptions that depend on each.
//!
//! ```text
//!            Up                    Restart
//!   (none) ─────► up ─────────────────┐
//!              ▲   │ ▲                │ subscriptions end, PEs are asked
//!              │   │ └────────────────┘
//!       refused│   │ Down
//!   Abort ◄────┘   ▼
//!               (none): subscriptions end, PEs wait for keep_alive.rs
//! ```

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::ops::Bound;
use std::time::Duration;

use rsp_handlespace::PeKey;
use rsp_wire::{Addresses, PoolHandle, SctpTransport};

use super::idle::Idleness;
use super::rate::Rates;
use super::room::Source;
use super::{Assoc, Core, Limit, Log, Output, Registrar, Timer};

/// Associations that are shut down at one time.
const SHUTDOWNS: usize = 256;

/// Kind of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An SCTP association: PEs and PUs.
    Sctp,
    /// A TCP connection: PUs only (RFC 5352 §2.1).
    Tcp,
    /// An SCTP association of the ENRP endpoint: peers.
    Enrp,
}

/// One association.
#[derive(Debug)]
pub(super) struct Association {
    pub(super) kind: Kind,
    pub(super) rates: Rates,
    pub(super) idleness: Idleness,
    peer: Vec<SocketAddr>,
    /// True if this registrar set it up, to ask PEs to join.
    pub(super) dialled: bool,
    /// PEs registered over it.
    pub(super) elements: BTreeSet<PeKey>,
    /// Pools it is subscribed to.
    pub(super) subscriptions: BTreeSet<PoolHandle>,
}

impl Association {
    /// Returns the source of the association; none if the stack does not know the peer's address.
    pub(super) fn source(&self) -> Option<Source> {
        self.peer.first().map(|peer| Source::of(peer.ip()))
    }

    /// Returns true if a PE's address is one of the association's.
    pub(super) fn has_address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let mut own = self.peer.iter().map(|peer| peer.ip().to_canonical());
        own.any(|own| own == address)
    }

    /// Returns true if PEs may register over it: TCP is for PUs (RFC 5352 §2.1), and without addresses of its peer
    /// there is neither an address to compare theirs with (§2.2.1) nor an ASAP Transport to list (§3.1 rule 4).
    pub(super) fn is_for_elements(&self) -> bool {
        self.kind == Kind::Sctp && !self.peer.is_empty()
    }

    /// Returns the ASAP Transport of PEs that register over it (RFC 5352 §3.1 rule 4): all addresses of the
    /// association. Its Transport Use is defined for user transports (RFC 5354 §3.4) and has no meaning here; rsplib
    /// takes only entries whose ASAP Transport has the value 0.
    pub(super) fn asap_transport(&self) -> Option<SctpTransport> {
        let port = self.peer.first()?.port();
        let addresses = Addresses::collect(self.peer.iter().map(|peer| peer.ip().to_canonical()))?;
        Some(SctpTransport::new(port, addresses))
    }

    /// Returns the peer's transport addresses, with mapped IPv4 addresses as IPv4.
    pub(super) fn canonical_peer(&self) -> Vec<SocketAddr> {
        self.peer
            .iter()
            .map(|addr| SocketAddr::new(addr.ip().to_canonical(), addr.port()))
            .collect()
    }

    /// Returns true if it comes from the endpoint that this transport names.
    pub(super) fn is_at(&self, transport: &SctpTransport) -> bool {
        self.peer.iter().any(|peer| {
            peer.port() == transport.port && transport.addresses.contains(peer.ip().to_canonical())
        })
    }
}

impl Registrar {
    pub(super) fn on_up(&mut self, now: Duration, assoc: Assoc, kind: Kind, peer: Vec<SocketAddr>) {
        // RFC 5353 §3.2: PEs and PUs are served when the initialization is completed.
        let early = kind != Kind::Enrp && !self.is_serving();
        let enrp = self.enrp.as_ref();
        let dialled = enrp.is_some_and(|enrp| enrp.is_dialled(assoc));
        let limit = self.check_room(kind, dialled, &peer).err();
        if self.core.draining || early || limit.is_some() {
            if let Some(enrp) = &mut self.enrp {
                enrp.on_association_down(&mut self.core, now, assoc);
            }
            self.core.out.push_back(Output::Abort { assoc });
            self.core.log(Log::Refused { assoc, limit });
            return;
        }
        self.core.log(Log::Up {
            assoc,
            peer: peer.clone(),
        });
        let association = Association {
            kind,
            rates: Rates::default(),
            idleness: Idleness::new(now),
            peer: peer.clone(),
            dialled,
            elements: BTreeSet::new(),
            subscriptions: BTreeSet::new(),
        };
        if !dialled {
            self.core.room.add(kind, association.source());
        }
        self.core.assocs.insert(assoc, association);
        self.core.watch_idleness(now, assoc);
        if let Some(enrp) = &mut self.enrp {
            enrp.on_association_up(&mut self.core, now, assoc, kind, &peer);
        }
    }

    /// Checks that there is room for an association. RFC 5355 §2.13.2: many PUs must not shut out a peer, or it is
    /// taken for dead.
    fn check_room(&self, kind: Kind, dialled: bool, peer: &[SocketAddr]) -> Result<(), Limit> {
        let core = &self.core;
        if core.assocs.len() >= core.config.all_associations() {
            return Err(Limit::Associations);
        }
        if dialled {
            return Ok(());
        }
        let source = peer.first().map(|peer| Source::of(peer.ip()));
        let enrp = self.enrp.as_ref();
        let is_peer = |source| enrp.is_some_and(|enrp| enrp.has_peer_at(&core.config, source));
        core.room.check(&core.config, kind, source, is_peer)
    }

    /// Takes note that the peer restarted the association and lost its state, and asks its PEs whether they are
    /// alive.
    pub(super) fn on_restart(&mut self, now: Duration, assoc: Assoc) {
        if let Some(enrp) = &mut self.enrp {
            enrp.on_association_restart(&mut self.core, now, assoc);
        }
        self.core.unsubscribe_all(assoc);
        let Some(association) = self.core.assocs.get(&assoc) else {
            return;
        };
        let elements = association.elements.clone();
        self.ask_again(now, &elements);
    }

    pub(super) fn on_down(&mut self, now: Duration, assoc: Assoc) {
        if let Some(enrp) = &mut self.enrp {
            enrp.on_association_down(&mut self.core, now, assoc);
        }
        self.core.unsubscribe_all(assoc);
        let Some(association) = self.core.assocs.remove(&assoc) else {
            return;
        };
        let (source, elements) = (association.source(), association.elements.len());
        if !association.dialled {
            self.core.room.remove(association.kind, source);
        }
        self.core.room.remove_elements(source, elements);
        if elements > 0 {
            let until = self.core.config.deadline(Timer::KeepAliveTimeout, now);
            self.core.room.expect(source, until);
        }
        self.core.unwatch_idleness(assoc, &association.idleness);
        self.core.log(Log::Down { assoc });
        self.core.on_foreign_association_lost(now, assoc);
        for key in association.elements {
            self.on_watch_association_lost(now, assoc, key);
        }
    }
}

impl Core {
    /// Accepts no new associations and stops announcing, so that PEs and PUs pick another registrar.
    pub(super) fn on_drain(&mut self) {
        self.draining = true;
        self.announcer = None;
    }

    pub(super) fn on_stop(&mut self, now: Duration) {
        self.on_drain();
        if !std::mem::replace(&mut self.stopping, true) {
            self.shutting_down = Some((now, Bound::Unbounded));
            self.on_shutdown_due(now);
        }
    }

    /// Shuts the next associations down. The caller looks at signals and deadlines between two slices of them.
    pub(super) fn on_shutdown_due(&mut self, now: Duration) {
        let Some((_, last)) = self.shutting_down.take() else {
            return;
        };
        let rest = self.assocs.range((last, Bound::Unbounded));
        let slice: Vec<Assoc> = rest.map(|(&assoc, _)| assoc).take(SHUTDOWNS).collect();
        if slice.len() == SHUTDOWNS
            && let Some(&last) = slice.last()
        {
            self.shutting_down = Some((now, Bound::Excluded(last)));
        }
        let shutdowns = slice.into_iter().map(|assoc| Output::Shutdown { assoc });
        self.out.extend(shutdowns);
    }
}
