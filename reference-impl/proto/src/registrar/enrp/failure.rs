//! Failure detection (RFC 5353 §3.4.3). The states are in `peers.rs`.
//!
//! ```text
//!   Active ── silent > MAX-TIME-LAST-HEARD ──► PRESENCE R=1 ──► Probed
//!   Probed ── MAX-TIME-NO-RESPONSE, or the send fails ──► dead: takeover.rs
//! ```
//!
//! Only a registrar that serves detects failures: before, it offers no ENRP services (§3.2.3 step 5), and could not
//! ask the PEs of a peer to join. When it begins every peer has MAX-TIME-LAST-HEARD from then.

use std::time::Duration;

use rsp_wire::ServerId;

use super::super::Registrar;
use super::Log;
use super::peers::State;

impl Registrar {
    pub(super) fn on_failure_due(&mut self, now: Duration) {
        let Some(enrp) = self.enrp.as_ref().filter(|e| e.start_up.is_serving()) else {
            return;
        };
        let config = &self.config.enrp;
        let due: Vec<ServerId> = enrp
            .peers
            .iter()
            .filter(|(_, peer)| peer.due(config).is_some_and(|at| at <= now))
            .map(|(&id, _)| id)
            .collect();
        for id in due {
            self.on_peer_due(now, id);
        }
    }

    fn on_peer_due(&mut self, now: Duration, id: ServerId) {
        let Some(peer) = self.enrp.as_ref().and_then(|enrp| enrp.peers.get(&id)) else {
            return;
        };
        match peer.state {
            State::Active if peer.probe_at(&self.config.enrp) <= now => self.probe(now, id),
            State::Probed { until } if until <= now => self.on_peer_dead(now, id),
            State::Dead { again_at, .. } if again_at <= now => self.ask_consent_again(now, id),
            State::Active | State::Probed { .. } | State::Dead { .. } | State::NotActive { .. } => {
            }
        }
    }

    fn probe(&mut self, now: Duration, id: ServerId) {
        let until = now.saturating_add(self.config.enrp.max_time_no_response);
        if let Some(peer) = self.enrp.as_mut().and_then(|enrp| enrp.peers.get_mut(&id)) {
            peer.state = State::Probed { until };
        }
        self.tell(Log::PeerProbed { peer: id });
        if !self.send_presence(id, true) {
            self.on_peer_dead(now, id);
        }
    }
}
