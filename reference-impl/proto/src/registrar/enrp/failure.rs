//! Failure detection (RFC 5353 §3.4.3). The states are in `peers.rs`.
//!
//! ```text
//!   Active ── silent > MAX-TIME-LAST-HEARD ──► PRESENCE R=1 ──► Probed
//!   Probed ── MAX-TIME-NO-RESPONSE, or the send fails ──► dead: takeover.rs
//! ```
//!
//! Only a registrar that serves detects failures: before, it offers no ENRP services (§3.2.3 step 5), and could not
//! ask the PEs of a peer to join. Each peer has MAX-TIME-LAST-HEARD from the moment the registrar begins to serve.

use std::time::Duration;

use rsp_wire::ServerId;

use super::super::{Core, Timer};
use super::peers::State;
use super::{Enrp, Log};

impl Enrp {
    pub(super) fn on_failure_due(&mut self, core: &mut Core, now: Duration) {
        if !self.is_serving() {
            return;
        }
        let config = &core.config;
        let due: Vec<ServerId> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.due(config).is_some_and(|at| at <= now))
            .map(|(&id, _)| id)
            .collect();
        for id in due {
            self.on_peer_due(core, now, id);
        }
    }

    fn on_peer_due(&mut self, core: &mut Core, now: Duration, id: ServerId) {
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        match peer.state {
            State::Active if peer.probe_at(&core.config) <= now => self.probe(core, now, id),
            State::Probed { until } if until <= now => self.on_peer_dead(core, now, id),
            State::Dead { again_at, .. } if again_at <= now => {
                self.ask_consent_again(core, now, id)
            }
            State::Active | State::Probed { .. } | State::Dead { .. } | State::NotActive { .. } => {
            }
        }
    }

    fn probe(&mut self, core: &mut Core, now: Duration, id: ServerId) {
        let until = core.config.deadline(Timer::MaxTimeNoResponse, now);
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.state = State::Probed { until };
        }
        core.log(Log::PeerProbed { peer: id });
        if !self.send_presence(core, id, true) {
            self.on_peer_dead(core, now, id);
        }
    }
}
