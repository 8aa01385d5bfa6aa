//! Takeover of a dead peer (RFC 5353 §3.5). The states are in `peers.rs`.
//!
//! ```text
//!   initiating                                         asked
//!   dead: INIT_TAKEOVER to all peers, target included  INIT_TAKEOVER ─┬─ target is this registrar:
//!     │                                                               │    PRESENCE to all, no ACK (1)
//!     ├── target is heard ──► stopped                                 ├─ own arbitration, own identifier
//!     ├── INIT_TAKEOVER of a larger identifier ──► stopped, ACK       │    smaller: stopped, ACK (2A)
//!     ├── TAKEOVER_SERVER of a peer ──► stopped                       │    larger: ignored (2B)
//!     └── ACK of all peers but the target, or none is left            └─ else: not active, ACK (3)
//!           TAKEOVER_SERVER to the active peers, target forgotten,
//!           its PEs adopted (adoption.rs)                       TAKEOVER_SERVER ──► target forgotten,
//!                                                                 its PEs are the sender's
//! ```
//!
//! Readings where the RFC is open:
//! - The arbitration does not wait for a peer that is dead or not active itself: two dead peers would block each
//!   other.
//! - The RFC has no deadline for an ACK. At each PEER-HEARTBEAT-CYCLE, INIT_TAKEOVER is sent again to each peer whose
//!   ACK is missing, until the peer answers or is dead too.
//! - If a TAKEOVER_SERVER names this registrar although it is alive, it gives its PEs to the sender, as every other
//!   peer does, and sends a PRESENCE.

use std::collections::BTreeSet;
use std::time::Duration;

use rsp_handlespace::PeKey;
use rsp_wire::ServerId;
use rsp_wire::enrp::{InitTakeover, InitTakeoverAck, TakeoverServer};

use super::super::{Assoc, Core, Timer};
use super::peers::{Peer, State};
use super::{Enrp, Log};

impl Enrp {
    /// Begins the arbitration about a dead peer (RFC 5353 §3.4.3, §3.5.1).
    pub(super) fn on_peer_dead(&mut self, core: &mut Core, now: Duration, target: ServerId) {
        let again_at = core.config.deadline(Timer::PeerHeartbeatCycle, now);
        let late = now.saturating_add(core.config.enrp.patience());
        let awaiting: BTreeSet<ServerId> = self
            .peers
            .iter()
            .filter(|&(&id, peer)| id != target && peer.is_active())
            .map(|(&id, _)| id)
            .collect();
        let Some(peer) = self.peers.get_mut(&target) else {
            return;
        };
        peer.state = State::Dead { awaiting, again_at };
        peer.audit = peer.audit.take().and_then(|audit| audit.left(late));
        core.log(Log::PeerDead { peer: target });
        let message = InitTakeover::new(core.id, ServerId::UNDETERMINED, target);
        self.group_cast(core, message, |_| true);
        self.excuse(core, now, target);
        self.complete_if_won(core, now, target);
    }

    /// Stops waiting for `gone`: no arbitration needs its ACK any more, and peers that it was taking over become
    /// active again, so that they are probed at once.
    pub(super) fn excuse(&mut self, core: &mut Core, now: Duration, gone: ServerId) {
        let mut waiting = Vec::new();
        for (&id, peer) in &mut self.peers {
            match &mut peer.state {
                State::Dead { awaiting, .. } => {
                    if awaiting.remove(&gone) {
                        waiting.push(id);
                    }
                }
                State::NotActive { by } if *by == gone => {
                    // No peer takes it over any more: it is probed at once.
                    peer.state = State::Active;
                    let silence = core.config.span(Timer::MaxTimeLastHeard);
                    peer.last_heard = peer.last_heard.max(now.saturating_sub(silence));
                }
                State::NotActive { .. } | State::Active | State::Probed { .. } => {}
            }
        }
        for target in waiting {
            self.complete_if_won(core, now, target);
        }
    }

    pub(super) fn ask_consent_again(&mut self, core: &mut Core, now: Duration, target: ServerId) {
        let next = core.config.deadline(Timer::PeerHeartbeatCycle, now);
        let Some(peer) = self.peers.get_mut(&target) else {
            return;
        };
        let State::Dead { awaiting, again_at } = &mut peer.state else {
            return;
        };
        *again_at = next;
        for id in awaiting.clone() {
            let message = InitTakeover::new(core.id, ServerId::UNDETERMINED, target);
            self.send_to_peer(core, id, message);
        }
    }

    pub(super) fn on_init_takeover(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
        message: &InitTakeover,
    ) {
        let (sender, target) = (message.sender, message.target);
        if target == core.id {
            // RFC 5353 §3.5.1 (1).
            core.log(Log::Targeted { by: sender });
            return self.announce_presence(core);
        }
        let own = core.id;
        let late = now.saturating_add(core.config.enrp.patience());
        let peer = self.peers.get_mut(&target);
        if let Some(peer) = peer {
            match peer.state {
                // (2B)
                State::Dead { .. } if own >= sender => return,
                // (2A)
                State::Dead { .. } => {
                    peer.state = State::NotActive { by: sender };
                    core.log(Log::TakeoverStopped {
                        target,
                        by: Some(sender),
                    });
                }
                // (3); of two initiators the one with the larger identifier wins.
                State::NotActive { by } => {
                    peer.state = State::NotActive { by: by.max(sender) };
                }
                State::Active | State::Probed { .. } => {
                    peer.state = State::NotActive { by: sender };
                    peer.audit = peer.audit.take().and_then(|audit| audit.left(late));
                }
            }
            self.excuse(core, now, target);
        }
        core.send_enrp(assoc, InitTakeoverAck::new(own, sender, target));
    }

    pub(super) fn on_init_takeover_ack(
        &mut self,
        core: &mut Core,
        now: Duration,
        message: &InitTakeoverAck,
    ) {
        let peer = self.peers.get_mut(&message.target);
        if let Some(peer) = peer {
            match &mut peer.state {
                State::Dead { awaiting, .. } => {
                    awaiting.remove(&message.sender);
                    self.complete_if_won(core, now, message.target);
                }
                // The ACK of an arbitration that was stopped.
                State::Active | State::Probed { .. } | State::NotActive { .. } => {}
            }
        }
    }

    /// Takes the target over once every ACK is there (RFC 5353 §3.5.2, as the initiating server).
    fn complete_if_won(&mut self, core: &mut Core, now: Duration, target: ServerId) {
        let won = self
            .peers
            .get(&target)
            .is_some_and(|peer| match &peer.state {
                State::Dead { awaiting, .. } => awaiting.is_empty(),
                State::Active | State::Probed { .. } | State::NotActive { .. } => false,
            });
        if !won {
            return;
        }
        let message = TakeoverServer::new(core.id, ServerId::UNDETERMINED, target);
        self.group_cast(core, message, Peer::is_active);
        self.forget_peer(core, now, target);
        let keys = self.rehome(core, now, target, core.id);
        core.log(Log::TakenOver {
            target,
            by: core.id,
            elements: keys.len(),
        });
        for key in keys {
            self.ask_to_join(core, now, key);
        }
    }

    /// Makes the sender the Home of the target's PEs (RFC 5353 §3.5.2, as a peer).
    pub(super) fn on_takeover_server(
        &mut self,
        core: &mut Core,
        now: Duration,
        message: &TakeoverServer,
    ) {
        let (by, target) = (message.sender, message.target);
        if target != core.id {
            self.forget_peer(core, now, target);
        }
        let keys = self.rehome(core, now, target, by);
        core.log(Log::TakenOver {
            target,
            by,
            elements: keys.len(),
        });
        if target == core.id {
            for key in keys {
                core.unwatch(key);
            }
            self.announce_presence(core);
        }
    }

    /// Makes `to` the Home of all PEs that `from` owns, and begins their lives anew. Returns their places.
    fn rehome(
        &mut self,
        core: &mut Core,
        now: Duration,
        from: ServerId,
        to: ServerId,
    ) -> Vec<PeKey> {
        if from == to {
            return Vec::new();
        }
        let from_now = match to == core.id {
            true => now,
            false => core.config.deadline(Timer::MaxTimeLastHeard, now),
        };
        let keys: Vec<PeKey> = core.space.owned(from, None).collect();
        for &key in &keys {
            if let Some((handle, element)) = core.space.renew(key, to, from_now) {
                self.note_news(&handle, element.identifier());
                core.on_pool_changed(now, &handle);
            }
        }
        keys
    }
}
