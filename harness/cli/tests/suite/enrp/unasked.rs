//! Registrars that send messages without a cause: after each answer to an ENRP_PRESENCE.

use super::{
    BODY, ENRP, ERROR, INIT_TAKEOVER, INIT_TAKEOVER_ACK, LIST_REQUEST, LIST_RESPONSE, PRESENCE,
    SENDER, TABLE_REQUEST, TAKEOVER_SERVER, chatter, flag, is, sends, update,
};
use rspcheck_adapters::fault::Fault;
use std::time::Duration;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    sends("chatters-presences", |s| chatter(s, PRESENCE, 8)),
    sends("chatters-table-requests", |s| chatter(s, TABLE_REQUEST, 0)),
    sends("chatters-updates", |s| {
        if is(s, PRESENCE) && !flag(s, 1) {
            let ids = s.octets[SENDER..BODY].to_vec();
            s.extra.push(update(&ids));
        }
    }),
    sends("chatters-init-takeovers", |s| chatter(s, INIT_TAKEOVER, 4)),
    sends("chatters-acks", |s| chatter(s, INIT_TAKEOVER_ACK, 4)),
    sends("chatters-takeover-servers", |s| {
        chatter(s, TAKEOVER_SERVER, 4)
    }),
    sends("chatters-enrp-errors", |s| {
        if (is(s, PRESENCE) && !flag(s, 1)) || is(s, LIST_RESPONSE) {
            let mut error = vec![ERROR, 0, 0, 20];
            error.extend_from_slice(&s.octets[SENDER..BODY]);
            error.extend([0, 0x0c, 0, 8, 0, 0, 0, 4]);
            s.extra.push(error);
        }
    }),
    sends("sends-everything-twice-to-peers", |s| {
        if s.ppid == ENRP {
            s.copies = 2;
        }
    }),
    sends("sends-everything-to-the-neighbours", |s| {
        if s.ppid == ENRP {
            s.strays = true;
        }
    }),
    sends("requests-the-table-before-the-list", |s| {
        if is(s, LIST_REQUEST) {
            let mut request = s.octets.clone();
            request[0] = TABLE_REQUEST;
            s.extra.push(request);
            s.delay = Duration::from_millis(20);
        }
    }),
];
