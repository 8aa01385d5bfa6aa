//! ENRP_PRESENCE (RFC 5353 §2.1, §3.4.2).
//!
//! ```text
//!   PEER-HEARTBEAT-CYCLE, and the moment it begins to serve ──► PRESENCE R=0 to all peers
//!   PRESENCE R=1 ──► PRESENCE R=0 with Server Information to its sender
//!   PRESENCE ──► its checksum is compared (audit.rs)
//! ```
//!
//! Every PRESENCE carries the PE checksum (§3.6.1 step 2) and Server Information: it is optional where no
//! reply is required, and spares a peer that missed the first one the asking.

use std::time::Duration;

use rsp_wire::enrp::Presence;
use rsp_wire::{PeChecksum, ServerId};

use super::super::{Assoc, Limit, Registrar};

impl Registrar {
    pub(super) fn on_heartbeat_due(&mut self, now: Duration) {
        if self.enrp.as_ref().is_some_and(|e| e.heartbeat_at <= now) {
            self.heartbeat(now);
        }
    }

    /// RFC 5353 §3.4.2.
    pub(super) fn heartbeat(&mut self, now: Duration) {
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        enrp.heartbeat_at = now.saturating_add(self.config.enrp.peer_heartbeat_cycle);
        self.announce_presence();
        self.greet_configured();
    }

    /// To all peers.
    pub(super) fn announce_presence(&mut self) {
        if let Some(presence) = self.presence(ServerId::UNDETERMINED, false) {
            self.group_cast(presence, |_| true);
        }
    }

    /// To one peer. False if that cannot be.
    pub(super) fn send_presence(&mut self, to: ServerId, reply_required: bool) -> bool {
        self.presence(to, reply_required)
            .is_some_and(|presence| self.send_to_peer(to, presence))
    }

    fn presence(&self, to: ServerId, reply_required: bool) -> Option<Presence> {
        let own = self.enrp.as_ref()?.own.clone();
        let checksum = PeChecksum(self.space.checksum(self.id));
        let mut presence = Presence::new(self.id, to, Some(checksum), Some(own));
        presence.flags = presence
            .flags
            .with(Presence::REPLY_REQUIRED, reply_required);
        Some(presence)
    }

    pub(super) fn on_presence(&mut self, now: Duration, assoc: Assoc, message: Presence) {
        let sender = message.sender;
        let most = self.config.enrp.max_peer_addresses;
        if let Some(peer) = self
            .enrp
            .as_mut()
            .and_then(|enrp| enrp.peers.get_mut(&sender))
            && let Some(information) = &message.server_information
            && information.server_id == sender
            && !peer.locate(information.transport.clone(), most)
        {
            self.counters.hit(Limit::PeerAddresses);
        }
        if message.requires_reply()
            && let Some(reply) = self.presence(sender, false)
        {
            self.send_enrp(assoc, reply);
        }
        if let Some(PeChecksum(told)) = message.pe_checksum {
            self.on_checksum(now, sender, told);
        }
    }
}
