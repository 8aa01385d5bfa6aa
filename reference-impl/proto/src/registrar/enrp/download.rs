//! Download sessions, as the registrar that is asked (RFC 5353 §3.2.3 step 2, §3.6.3 step 3).
//!
//! ```text
//!   TABLE_REQUEST ─┬─ not serving, too many sessions: TABLE_RESPONSE R=1
//!                  ├─ all fits: TABLE_RESPONSE M=0
//!                  └─ more than fits: TABLE_RESPONSE M=1 ──► Session
//!   Session ── TABLE_REQUEST, same W and association: next part, M=1 ──► Session, M=0 ──► (none)
//!          ├── TABLE_REQUEST, other W or association: from the beginning
//!          └── table-session-timeout, association gone or restarted ──► (none)
//! ```
//!
//! The RFC does not define the key of a session. With the identifier alone, a registrar that restarts under the same
//! identifier would get the rest of its predecessor's table.
//!
//! A session keeps the last PE that was sent. PEs that come, change or leave during the session are announced by
//! HANDLE_UPDATE, for the downloading registrar is a peer since its first message.

use std::time::Duration;

use rsp_handlespace::PeKey;
use rsp_wire::ServerId;
use rsp_wire::enrp::{HandleTableRequest, HandleTableResponse, TablePart};

use super::super::{Assoc, Core, Limit, Timer};
use super::{Enrp, Log};

/// A download that needs further requests.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) own_only: bool,
    pub(super) over: Assoc,
    after: PeKey,
    pub(super) until: Duration,
}

impl Enrp {
    pub(super) fn on_table_request(
        &mut self,
        core: &mut Core,
        now: Duration,
        assoc: Assoc,
        message: &HandleTableRequest,
    ) {
        let (peer, own_only) = (message.sender, message.own_children_only());
        let until = core.config.deadline(Timer::TableSessionTimeout, now);
        core.counters.table_parts += 1;
        let session = self.sessions.remove(&peer);
        let full = self.sessions.len() >= core.config.enrp.max_table_sessions;
        if full {
            core.counters.hit(Limit::TableSessions);
        }
        if !self.start_up.is_serving() || full {
            return core.send_enrp(assoc, HandleTableResponse::rejection(core.id, peer));
        }
        let after = session
            .filter(|session| session.own_only == own_only && session.over == assoc)
            .map(|session| session.after);
        let (octets, more) = core.table_part(peer, own_only, after);
        if let Some(after) = more {
            let session = Session {
                own_only,
                over: assoc,
                after,
                until,
            };
            self.sessions.insert(peer, session);
        }
        core.send_enrp_octets(assoc, octets);
    }

    pub(super) fn on_session_due(&mut self, core: &mut Core, now: Duration) {
        let expired: Vec<ServerId> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.until <= now)
            .map(|(&id, _)| id)
            .collect();
        self.sessions.retain(|_, session| session.until > now);
        for peer in expired {
            core.log(Log::SessionExpired { peer });
        }
    }
}

impl Core {
    /// Returns the next response, and the last PE in it if there are more.
    fn table_part(
        &self,
        peer: ServerId,
        own_only: bool,
        after: Option<PeKey>,
    ) -> (Vec<u8>, Option<PeKey>) {
        if own_only {
            self.table_of(peer, self.space.owned(self.id, after))
        } else {
            self.table_of(peer, self.space.keys(after))
        }
    }

    /// Fills a response with these PEs, which come pool by pool, so that the response has each pool handle once.
    fn table_of(
        &self,
        peer: ServerId,
        keys: impl Iterator<Item = PeKey>,
    ) -> (Vec<u8>, Option<PeKey>) {
        let mut room = self.config.enrp.max_table_elements.max(1);
        let mut part = TablePart::new(self.id, peer, self.config.max_message);
        let mut last = None;
        for key in keys {
            let (Some(handle), Some(element)) = (self.space.handle(key), self.space.encoded(key))
            else {
                continue;
            };
            // A PE that does not fit even a response of its own is left out, or no later one would ever be sent.
            if room == 0 || (!part.put(handle, element) && last.is_some()) {
                return (part.finish(true), last);
            }
            room -= 1;
            last = Some(key);
        }
        (part.finish(false), None)
    }
}
