//! Auditing and re-synchronization (RFC 5353 §3.6).
//!
//! ```text
//!             PRESENCE with another checksum: PEs of the peer marked, TABLE_REQUEST W=1
//!   (none) ──────────────────────────────────────────────────────────────────────────► Audit
//!   Audit ── TABLE_RESPONSE M=1: entries taken, marks off, next TABLE_REQUEST ──► Audit
//!        ├── TABLE_RESPONSE M=0: entries taken, what is still marked removed silently ──► (none)
//!        ├── table-request-timeout ──► (none), nothing is removed
//!        ├── TABLE_RESPONSE R=1: nothing is removed ──► pause ── mentor-retry: from the beginning ──► Audit
//!        └── an update meanwhile: its PE has no mark any more, and no entry changes it
//! ```
//!
//! A rejection is treated as at the start (§3.6.3 points to §3.2.3): it is asked again after a few seconds, up to
//! mentor-rounds times. Peers that all audit at the same PRESENCE would else get the same few sessions each time.
//!
//! The checksum says nothing before a registrar serves: it has no table yet.

use std::collections::BTreeSet;
use std::time::Duration;

use rsp_wire::enrp::{HandleTableRequest, HandleTableResponse, MessageType};
use rsp_wire::{PeIdentifier, PoolHandle, ServerId};

use super::super::{Assoc, Registrar};
use super::Log;
use super::start_up::State;
use super::table::{News, Source};

/// A re-synchronization with one peer.
#[derive(Debug)]
pub(super) struct Audit {
    /// PEs of the peer that it has not told yet.
    marked: BTreeSet<(PoolHandle, PeIdentifier)>,
    news: News,
    /// How often it was rejected.
    rejections: u32,
    /// Whether it was, and is asked for again when its time is over.
    pausing: bool,
    /// Responses that were taken.
    parts: usize,
    pub(super) until: Duration,
}

impl Registrar {
    /// RFC 5353 §3.6.1 steps 3 to 5, §3.6.3 steps 1 and 2.
    pub(super) fn on_checksum(&mut self, now: Duration, peer: ServerId, told: u16) {
        let own = self.space.checksum(peer);
        if own == told || !self.is_serving() {
            return;
        }
        let known = self.enrp.as_ref().and_then(|enrp| enrp.peers.get(&peer));
        if known.is_none_or(|known| known.audit.is_some()) {
            return;
        }
        self.tell(Log::Mismatch { peer, told, own });
        self.audit(now, peer, 0);
    }

    fn audit(&mut self, now: Duration, peer: ServerId, rejections: u32) {
        let until = now.saturating_add(self.config.enrp.table_request_timeout);
        let marked = self.marks(peer);
        let Some(known) = self
            .enrp
            .as_mut()
            .and_then(|enrp| enrp.peers.get_mut(&peer))
        else {
            return;
        };
        known.audit = Some(Audit {
            marked,
            news: News::default(),
            rejections,
            pausing: false,
            parts: 0,
            until,
        });
        self.send_to_peer(peer, HandleTableRequest::new(self.id, peer, true));
    }

    fn marks(&self, peer: ServerId) -> BTreeSet<(PoolHandle, PeIdentifier)> {
        self.space
            .owned(peer, None)
            .filter_map(|key| {
                let handle = self.space.handle(key)?.clone();
                Some((handle, self.space.encoded(key)?.identifier()))
            })
            .collect()
    }

    /// RFC 5353 §3.6.3 steps 4 and 5.
    pub(super) fn on_audit_response(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: HandleTableResponse,
    ) {
        let peer = message.sender;
        let audit = self
            .enrp
            .as_mut()
            .and_then(|enrp| enrp.peers.get_mut(&peer))
            .and_then(|known| known.audit.take_if(|audit| !audit.pausing));
        let Some(mut audit) = audit else {
            return self.tell(Log::Unexpected {
                peer,
                message: MessageType::HANDLE_TABLE_RESPONSE,
            });
        };
        if message.is_rejected() {
            return self.on_audit_rejected(now, peer, audit);
        }
        audit.parts += 1;
        for entry in &message.entries {
            let own = entry.pool_elements.iter().filter(|e| e.home == peer);
            for element in own {
                let entry = (entry.pool_handle.clone(), element.identifier);
                audit.marked.remove(&entry);
            }
        }
        let more = message.has_more();
        self.take_table(now, message.entries, Source::Owner(peer), &audit.news);
        if !more {
            return self.purge(now, peer, audit.marked);
        }
        if audit.parts >= self.config.enrp.max_table_parts {
            return self.tell(Log::NotSynchronized { peer });
        }
        audit.until = now.saturating_add(self.config.enrp.table_request_timeout);
        if let Some(known) = self
            .enrp
            .as_mut()
            .and_then(|enrp| enrp.peers.get_mut(&peer))
        {
            known.audit = Some(audit);
        }
        self.send_enrp(assoc, HandleTableRequest::new(self.id, peer, true));
    }

    fn on_audit_rejected(&mut self, now: Duration, peer: ServerId, mut audit: Audit) {
        self.tell(Log::NotSynchronized { peer });
        audit.rejections += 1;
        if audit.rejections >= self.config.enrp.mentor_rounds {
            return;
        }
        let jitter = Duration::from_millis(self.rng.u64(0..=1000));
        let pause = self.config.enrp.mentor_retry.saturating_add(jitter);
        audit.pausing = true;
        audit.until = now.saturating_add(pause);
        // They would tell of an answer that will not come.
        audit.marked.clear();
        audit.news = News::default();
        let enrp = self.enrp.as_mut();
        if let Some(known) = enrp.and_then(|enrp| enrp.peers.get_mut(&peer)) {
            known.audit = Some(audit);
        }
    }

    /// Silently: without a HANDLE_UPDATE.
    fn purge(
        &mut self,
        now: Duration,
        peer: ServerId,
        marked: BTreeSet<(PoolHandle, PeIdentifier)>,
    ) {
        let mut purged = 0;
        for (handle, pe) in marked {
            let Some(key) = self.space.find(handle.as_octets(), pe) else {
                continue;
            };
            if self.space.encoded(key).is_some_and(|e| e.home() == peer) {
                self.space.remove(key);
                self.on_pool_changed(now, &handle);
                purged += 1;
            }
        }
        self.tell(Log::Synchronized { peer, purged });
    }

    pub(super) fn on_audit_due(&mut self, now: Duration) {
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        let mut due = Vec::new();
        for (&id, peer) in &mut enrp.peers {
            if let Some(audit) = peer.audit.take_if(|audit| audit.until <= now) {
                due.push((id, audit));
            }
        }
        for (peer, audit) in due {
            if audit.pausing {
                self.audit(now, peer, audit.rejections);
            } else {
                self.tell(Log::NotSynchronized { peer });
            }
        }
    }

    /// Something happened to a PE: tables that were asked for before are older.
    pub(super) fn note_news(&mut self, handle: &PoolHandle, pe: PeIdentifier) {
        let Some(enrp) = &mut self.enrp else {
            return;
        };
        match &mut enrp.start_up.state {
            State::Downloading { news, .. } => news.add(handle, pe),
            State::Listing { .. } | State::Pausing { .. } | State::Serving => {}
        }
        for peer in enrp.peers.values_mut() {
            if let Some(audit) = &mut peer.audit {
                audit.marked.remove(&(handle.clone(), pe));
                audit.news.add(handle, pe);
            }
        }
    }
}
