//! ENRP_PRESENCE (RFC 5353 §2.1, §3.4.2).
//!
//! ```text
//!   PEER-HEARTBEAT-CYCLE, and the moment it begins to serve ──► PRESENCE R=0 to all peers
//!   PRESENCE R=1 ──► PRESENCE R=0 with Server Information to its sender
//!   PRESENCE ──► its checksum is compared (audit.rs)
//! ```
//!
//! Every PRESENCE carries the PE checksum (§3.6.1 step 2) and Server Information. The latter is optional where no
//! reply is required; with it, a peer that missed the first one need not ask.

use std::time::Duration;

use rsp_wire::enrp::Presence;
use rsp_wire::{PeChecksum, ServerId};

use super::super::{Assoc, Core, Limit, Timer};
use super::Enrp;

impl Enrp {
    pub(super) fn on_heartbeat_due(&mut self, core: &mut Core, now: Duration) {
        if self.heartbeat_at <= now {
            self.heartbeat(core, now);
        }
    }

    /// Sends a PRESENCE to all peers, and starts the next PEER-HEARTBEAT-CYCLE (RFC 5353 §3.4.2).
    pub(super) fn heartbeat(&mut self, core: &mut Core, now: Duration) {
        self.heartbeat_at = core.config.deadline(Timer::PeerHeartbeatCycle, now);
        self.announce_presence(core);
        self.greet_configured(core);
    }

    /// Sends a PRESENCE to all peers.
    pub(super) fn announce_presence(&mut self, core: &mut Core) {
        let presence = self.presence(core, ServerId::UNDETERMINED, false);
        self.group_cast(core, presence, |_| true);
    }

    /// Sends a PRESENCE to one peer. Returns false if there is no way to it.
    pub(super) fn send_presence(
        &mut self,
        core: &mut Core,
        to: ServerId,
        reply_required: bool,
    ) -> bool {
        let presence = self.presence(core, to, reply_required);
        self.send_to_peer(core, to, presence)
    }

    fn presence(&self, core: &Core, to: ServerId, reply_required: bool) -> Presence {
        let own = self.own.clone();
        let checksum = PeChecksum(core.space.checksum(core.id));
        let mut presence = Presence::new(core.id, to, Some(checksum), Some(own));
        presence.flags = presence
            .flags
            .with(Presence::REPLY_REQUIRED, reply_required);
        presence
    }

    pub(super) fn on_presence(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
        message: Presence,
    ) {
        let sender = message.sender;
        let most = core.config.enrp.max_peer_addresses;
        if let Some(peer) = self.peers.get_mut(&sender)
            && let Some(information) = &message.server_information
            && information.server_id == sender
            && !peer.locate(information.transport.clone(), most)
        {
            core.counters.hit(Limit::PeerAddresses);
        }
        if message.requires_reply() {
            let reply = self.presence(core, sender, false);
            core.send_enrp(assoc, reply);
        }
        if let Some(PeChecksum(announced)) = message.pe_checksum {
            self.on_checksum(core, now, sender, announced);
        }
    }
}
