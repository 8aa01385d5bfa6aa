//! The PE that a session dials next (RFC 5352 §3.9 BC2, §6.5.2).
//!
//! ```text
//!   the business card's order, but for PEs that failed lately
//!     └─ none: the list of this round by the pool's policy (selection.rs), PEs that failed lately last
//!          └─ none: the round is over ── fewer than session-rounds ──► pause, new question, next round
//!                                    └── as many ──► the session fails
//! ```

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rsp_wire::{PoolElement, Transport};

use super::session::State;
use super::{Carrier, PoolUser, Session, SessionFailure, Timer};

impl PoolUser {
    /// Returns the next PE of this round: by the card, else by the list; a round without a list gets one.
    pub(super) fn next(&mut self, now: Duration, session: Session) {
        if let Some(element) = self.next_of_card(now, session) {
            return self.connect(now, session, element);
        }
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        let Some(pool) = self.pools.get(&entry.pool) else {
            return;
        };
        if !entry.is_listed && !pool.is_fresh(now) {
            return self.resolve(now, session);
        }
        entry.is_listed = true;
        self.next_of_list(now, session);
    }

    fn next_of_card(&self, now: Duration, session: Session) -> Option<PoolElement> {
        let entry = self.sessions.get(session)?;
        let pool = self.pools.get(&entry.pool)?;
        let is_open = |e: &&PoolElement| {
            !entry.tried.contains(&e.identifier) && !pool.is_avoided(e.identifier, now)
        };
        let mut open = entry.card.iter().filter(is_open);
        let listed = open.find(|e| self.reach(e).is_some())?;
        // The registrar's entry of the PE is newer than the card.
        let list = pool.list.as_ref();
        let newer = list.and_then(|list| list.resolution.element(listed.identifier));
        Some(
            newer
                .filter(|e| self.reach(e).is_some())
                .unwrap_or(listed)
                .clone(),
        )
    }

    pub(super) fn next_of_list(&mut self, now: Duration, session: Session) {
        let Some(entry) = self.sessions.get(session) else {
            return;
        };
        let Some(pool) = self.pools.get_mut(&entry.pool) else {
            return;
        };
        let carriers = &self.config.carriers;
        let is_reachable = |e: &PoolElement| reach(e, carriers).is_some();
        let elements = pool.list.as_ref().map(|list| list.resolution.clone());
        let elements = elements.as_ref().map_or(&[][..], |r| &r.elements);
        if !elements.is_empty() && !elements.iter().any(is_reachable) {
            return self.fail_session(session, SessionFailure::NoCommonTransport);
        }
        let tried = &entry.tried;
        let chosen = pool.choose(now, &mut self.rng, |e| {
            !tried.contains(&e.identifier) && is_reachable(e)
        });
        match chosen {
            Some(element) => self.connect(now, session, element),
            None => self.on_round_over(now, session),
        }
    }

    pub(super) fn on_round_over(&mut self, now: Duration, session: Session) {
        let Some(entry) = self.sessions.get_mut(session) else {
            return;
        };
        entry.rounds += 1;
        entry.tried.clear();
        entry.is_listed = false;
        let rounds = entry.rounds;
        if rounds >= self.config.session_rounds {
            let why = SessionFailure::NoElementLeft { rounds };
            return self.fail_session(session, why);
        }
        entry.state = State::Pausing;
        let pause = self.config.session_pause;
        let spread = self.rng.f64();
        let until = now
            .saturating_add(pause / 2)
            .saturating_add(pause.mul_f64(spread));
        self.timers.set(Timer::Session(session), until);
    }

    pub(super) fn reach(&self, element: &PoolElement) -> Option<(Carrier, Vec<SocketAddr>)> {
        reach(element, &self.config.carriers)
    }
}

/// Returns the carrier and addresses of a PE; none if it has no transport of these carriers.
fn reach(element: &PoolElement, carriers: &[Carrier]) -> Option<(Carrier, Vec<SocketAddr>)> {
    let transport = &element.user_transport;
    let carrier = match transport {
        Transport::Sctp(_) => Carrier::Sctp,
        Transport::Tcp(_) => Carrier::Tcp,
        Transport::Udp(_) => Carrier::Udp,
        Transport::Dccp(_) | Transport::UdpLite(_) | Transport::Opaque(_) => return None,
    };
    let port = transport.port().filter(|&port| port != 0)?;
    let is_callable = |ip: &IpAddr| !ip.is_unspecified() && !ip.is_multicast();
    let to: Vec<_> = transport
        .addresses()
        .filter(is_callable)
        .map(|ip| SocketAddr::new(ip, port))
        .collect();
    (carriers.contains(&carrier) && !to.is_empty()).then_some((carrier, to))
}
