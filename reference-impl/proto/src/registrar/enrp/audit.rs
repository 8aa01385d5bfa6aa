//! Auditing and re-synchronization (RFC 5353 §3.6).
//!
//! ```text
//!             PRESENCE with another checksum: PEs of the peer marked, TABLE_REQUEST W=1
//!   (none) ──────────────────────────────────────────────────────────────────────────► Asked
//!   Asked, Late ── TABLE_RESPONSE M=1: entries taken, marks off, next TABLE_REQUEST ──► Asked
//!        │     ├── TABLE_RESPONSE M=0: entries taken, what is still marked removed silently ──► (none)
//!        │     ├── TABLE_RESPONSE R=1: nothing is removed ──► Pausing ── mentor-retry: from the beginning ──► Asked
//!        │     ├── max-table-parts ──► Resting
//!        │     └── association gone or restarted ──► (none), nothing is removed
//!        ├── table-request-timeout, takeover of the peer ──► Late, nothing is removed
//!   Late, Resting ── the peer has no session any more ──► (none)
//!   any ── an update meanwhile: its PE has no mark any more, and no entry changes it
//!   (none) ── TABLE_RESPONSE owed since before this registrar served (`Owed`, table.rs): as in Late, with nothing marked
//! ```
//!
//! A peer continues its session where its last response ended. So no request is sent while a response is outstanding:
//! the next response would be taken for the beginning of a table, and the PEs before it would be purged. A late
//! response continues the audit. No response comes after `patience`: the peer answers a request within the session or
//! from the beginning, so the session ends within twice its time. The RFC gives no value for that time; the peer's is
//! taken to be this registrar's own. An association that is silent for MAX-TIME-LAST-HEARD is soon that of a dead
//! peer.
//!
//! A rejection is treated as during start-up (§3.6.3 refers to §3.2.3): the request is sent again after a few
//! seconds, up to mentor-rounds times. Otherwise peers that all audit at the same PRESENCE would get the same few
//! sessions each time.
//!
//! A PE that is connected to this registrar is claimed, not purged. It may have registered here and at the peer while
//! the announcements of both were under way: each registrar then took the other for its Home. A PE that has left does
//! not answer the KEEP_ALIVE, and is removed after keep-alive-timeout.
//!
//! Before a registrar serves it has no table, and compares no checksum.

use std::collections::BTreeSet;
use std::time::Duration;

use rsp_wire::enrp::{HandleTableRequest, HandleTableResponse, MessageType};
use rsp_wire::{PeIdentifier, PoolHandle, ServerId};

use super::super::{Assoc, Core, Limit, Timer};
use super::table::{News, Owed, Source};
use super::{Enrp, Log};

/// Heartbeat cycles before another audit of a peer whose PEs do not all fit here. Such a peer can never have this
/// registrar's checksum, so while neither checksum changes, audits are rare.
const PARTIAL_CYCLES: u32 = 10;

/// The end of a re-synchronization that had no room for all PEs of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Partial {
    /// The peer's checksum, and the one here afterwards.
    announced: u16,
    own: u16,
    until: Duration,
}

/// Re-synchronization with one peer.
#[derive(Debug)]
pub(super) struct Audit {
    /// The checksum in the peer's PRESENCE.
    announced: u16,
    /// PEs of the peer that its responses have not named yet.
    marked: BTreeSet<(PoolHandle, PeIdentifier)>,
    news: News,
    /// Number of rejections.
    rejections: u32,
    /// Number of responses taken.
    parts: usize,
    /// True once there was no room for a PE.
    refused: bool,
    state: State,
    pub(super) until: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// TABLE_REQUEST sent over this association.
    Asked { over: Assoc },
    /// The response is late. It continues the audit if it comes.
    Late { over: Assoc },
    /// The request was rejected, and is sent again later.
    Pausing,
    /// The table had too many parts: no request before the peer's session has ended.
    Resting,
}

impl State {
    /// Returns the association over which a response is outstanding.
    fn owed_over(self) -> Option<Assoc> {
        match self {
            Self::Asked { over } | Self::Late { over } => Some(over),
            Self::Pausing | Self::Resting => None,
        }
    }
}

impl Audit {
    /// Begins with the response to a request from before this registrar served. Nothing is marked: that request was
    /// not for an audit, so the response adds and replaces PEs of its sender, and removes none.
    fn from_owed(owed: Owed) -> Self {
        Self {
            announced: 0,
            marked: BTreeSet::new(),
            news: owed.news,
            rejections: 0,
            parts: 0,
            refused: false,
            state: State::Late { over: owed.over },
            until: owed.until,
        }
    }

    /// Cancels the audit, and keeps it as Late if a response is outstanding: that response will still arrive, and
    /// no other request may be sent before.
    pub(super) fn left(mut self, until: Duration) -> Option<Self> {
        match self.state {
            State::Asked { over } => {
                self.state = State::Late { over };
                self.until = until;
                Some(self)
            }
            State::Late { .. } | State::Resting => Some(self),
            State::Pausing => None,
        }
    }

    /// Returns the name of the state, for the transition table.
    #[cfg(test)]
    pub(super) fn state_name(&self) -> &'static str {
        match self.state {
            State::Asked { .. } => "Asked",
            State::Late { .. } => "Late",
            State::Pausing => "Pausing",
            State::Resting => "Resting",
        }
    }

    fn is_owed_over(&self, assoc: Assoc) -> bool {
        self.state.owed_over() == Some(assoc)
    }

    /// Records an update of a PE: what the peer's table has of it is older.
    pub(super) fn note_news(&mut self, handle: &PoolHandle, pe: PeIdentifier) {
        self.marked.remove(&(handle.clone(), pe));
        self.news.add(handle, pe);
    }
}

/// Maps the two zeros of one's complement to one. A peer that owns no PE any more has the checksum 0xffff, but 0x0000
/// if it subtracted its PEs one by one, as RFC 5353 §3.6.2 allows.
fn one_zero(checksum: u16) -> u16 {
    match checksum {
        0 => 0xffff,
        other => other,
    }
}

impl Enrp {
    /// Compares the checksum in a peer's PRESENCE (RFC 5353 §3.6.1 steps 3 to 5, §3.6.3 steps 1 and 2).
    pub(super) fn on_checksum(
        &mut self,
        core: &mut Core,
        now: Duration,
        peer: ServerId,
        announced: u16,
    ) {
        let own = core.space.checksum(peer);
        if one_zero(own) == one_zero(announced) || !self.is_serving() {
            return;
        }
        let known = self.peers.get(&peer);
        let partial = |partial: Partial| {
            partial.announced == announced && partial.own == own && partial.until > now
        };
        if known.is_none_or(|known| known.is_synchronizing() || known.partial.is_some_and(partial))
        {
            return;
        }
        core.log(Log::Mismatch {
            peer,
            announced,
            own,
        });
        self.audit(core, now, peer, announced, 0);
    }

    fn audit(
        &mut self,
        core: &mut Core,
        now: Duration,
        peer: ServerId,
        announced: u16,
        rejections: u32,
    ) {
        let until = core.config.deadline(Timer::TableRequestTimeout, now);
        let marked = core.marks(peer);
        let Some(known) = self.peers.get_mut(&peer) else {
            return;
        };
        // A peer whose association was lost in a pause gets the request after its next PRESENCE.
        let Some(over) = known.assoc else {
            return;
        };
        known.partial = None;
        known.audit = Some(Audit {
            announced,
            marked,
            news: News::default(),
            rejections,
            parts: 0,
            refused: false,
            state: State::Asked { over },
            until,
        });
        core.send_enrp(over, HandleTableRequest::new(core.id, peer, true));
    }

    /// Takes a table of a peer (RFC 5353 §3.6.3 steps 4 and 5).
    pub(super) fn on_audit_response(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
        message: HandleTableResponse,
    ) {
        let peer = message.sender;
        let audit = self.peers.get_mut(&peer).and_then(|known| {
            let audit = &mut known.audit;
            let audit = audit.take_if(|audit| audit.state.owed_over().is_some());
            audit.or_else(|| known.owed.take().map(Audit::from_owed))
        });
        let Some(mut audit) = audit else {
            return core.log(Log::Unexpected {
                peer,
                message: MessageType::HANDLE_TABLE_RESPONSE,
            });
        };
        if message.is_rejected() {
            return self.on_audit_rejected(core, now, peer, audit);
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
        let all = self.take_table(core, now, message.entries, Source::Owner(peer), &audit.news);
        audit.refused |= !all;
        if !more {
            self.purge(core, now, peer, audit.marked);
            return self.finish(core, now, peer, audit.announced, audit.refused);
        }
        let endless = audit.parts >= core.config.enrp.max_table_parts;
        if endless {
            core.counters.hit(Limit::TableParts);
            audit.state = State::Resting;
            audit.until = now.saturating_add(core.config.enrp.patience());
            core.log(Log::NotSynchronized { peer });
        } else {
            audit.state = State::Asked { over: assoc };
            audit.until = core.config.deadline(Timer::TableRequestTimeout, now);
            core.send_enrp(assoc, HandleTableRequest::new(core.id, peer, true));
        }
        if let Some(known) = self.peers.get_mut(&peer) {
            known.audit = Some(audit);
        }
    }

    fn on_audit_rejected(
        &mut self,
        core: &mut Core,
        now: Duration,
        peer: ServerId,
        mut audit: Audit,
    ) {
        core.log(Log::NotSynchronized { peer });
        audit.rejections += 1;
        if audit.rejections >= core.config.enrp.mentor_rounds {
            return;
        }
        let jitter = Duration::from_millis(core.rng.u64(0..=1000));
        let pause = core.config.span(Timer::MentorRetry).saturating_add(jitter);
        audit.state = State::Pausing;
        audit.until = now.saturating_add(pause);
        // They belong to a response that will not come.
        audit.marked.clear();
        audit.news = News::default();
        if let Some(known) = self.peers.get_mut(&peer) {
            known.audit = Some(audit);
        }
    }

    /// Removes the PEs that the peer does not own any more, without a HANDLE_UPDATE.
    fn purge(
        &mut self,
        core: &mut Core,
        now: Duration,
        peer: ServerId,
        marked: BTreeSet<(PoolHandle, PeIdentifier)>,
    ) {
        let mut purged = 0;
        for (handle, pe) in marked {
            let Some(key) = core.space.find(handle.as_octets(), pe) else {
                continue;
            };
            let is_peers = core.space.encoded(key).is_some_and(|e| e.home() == peer);
            if is_peers && !self.claim(core, now, key) {
                core.space.remove(key);
                core.on_pool_changed(now, &handle);
                purged += 1;
            }
        }
        core.log(Log::Synchronized { peer, purged });
    }

    fn finish(
        &mut self,
        core: &Core,
        now: Duration,
        peer: ServerId,
        announced: u16,
        refused: bool,
    ) {
        let own = core.space.checksum(peer);
        let cycles = core.config.span(Timer::PeerHeartbeatCycle);
        let until = now.saturating_add(cycles.saturating_mul(PARTIAL_CYCLES));
        if let Some(known) = self.peers.get_mut(&peer) {
            known.partial = refused.then_some(Partial {
                announced,
                own,
                until,
            });
        }
    }

    pub(super) fn on_audit_due(&mut self, core: &mut Core, now: Duration) {
        let patience = core.config.enrp.patience();
        let (mut late, mut again) = (Vec::new(), Vec::new());
        for (&id, peer) in &mut self.peers {
            let is_active = peer.is_active();
            peer.owed.take_if(|owed| owed.until <= now);
            let Some(audit) = peer.audit.take_if(|audit| audit.until <= now) else {
                continue;
            };
            match audit.state {
                State::Asked { .. } => {
                    peer.audit = audit.left(now.saturating_add(patience));
                    late.push(id);
                }
                State::Pausing if is_active => again.push((id, audit)),
                State::Pausing | State::Late { .. } | State::Resting => {}
            }
        }
        for peer in late {
            core.log(Log::NotSynchronized { peer });
        }
        for (peer, audit) in again {
            self.audit(core, now, peer, audit.announced, audit.rejections);
        }
    }

    /// Ends audits over an association that is lost or restarted: the peer's session is gone, so no response will
    /// come.
    pub(super) fn on_audit_association_lost(&mut self, core: &mut Core, assoc: Assoc) {
        let mut broken = Vec::new();
        for (&id, peer) in &mut self.peers {
            peer.owed.take_if(|owed| owed.over == assoc);
            let audit = peer.audit.take_if(|audit| audit.is_owed_over(assoc));
            match audit.map(|audit| audit.state) {
                Some(State::Asked { .. }) => broken.push(id),
                // It was logged when it became late.
                Some(State::Late { .. } | State::Pausing | State::Resting) | None => {}
            }
        }
        for peer in broken {
            core.log(Log::NotSynchronized { peer });
        }
    }
}

impl Core {
    /// Returns the PEs that the peer owns here.
    fn marks(&self, peer: ServerId) -> BTreeSet<(PoolHandle, PeIdentifier)> {
        self.space
            .owned(peer, None)
            .filter_map(|key| {
                let handle = self.space.handle(key)?.clone();
                Some((handle, self.space.encoded(key)?.identifier()))
            })
            .collect()
    }
}
