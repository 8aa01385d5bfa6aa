//! Registrars that leave out messages.

use super::{
    ENRP, ERROR, INIT_TAKEOVER, INIT_TAKEOVER_ACK, LIST_REQUEST, LIST_RESPONSE, PRESENCE,
    TABLE_REQUEST, TABLE_RESPONSE, TAKEOVER_SERVER, UPDATE, UPDATED, action, count, drop_type, is,
    once, sends, skip_peer,
};
use rspcheck_adapters::fault::Fault;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    sends("sends-no-presence", |s| drop_type(s, PRESENCE)),
    sends("sends-no-table-request", |s| drop_type(s, TABLE_REQUEST)),
    sends("sends-no-table-response", |s| drop_type(s, TABLE_RESPONSE)),
    sends("sends-no-update", |s| drop_type(s, UPDATE)),
    sends("sends-no-list-request", |s| drop_type(s, LIST_REQUEST)),
    sends("sends-no-list-response", |s| drop_type(s, LIST_RESPONSE)),
    sends("sends-no-init-takeover", |s| drop_type(s, INIT_TAKEOVER)),
    sends("sends-no-ack", |s| drop_type(s, INIT_TAKEOVER_ACK)),
    sends("sends-no-takeover-server", |s| {
        drop_type(s, TAKEOVER_SERVER)
    }),
    sends("sends-no-enrp-error", |s| drop_type(s, ERROR)),
    sends("requests-one-list-only", |s| once(s, LIST_REQUEST)),
    sends("requests-one-table-only", |s| once(s, TABLE_REQUEST)),
    sends("announces-a-pe-once", |s| {
        if is(s, UPDATE) && action(s) == Some(0) {
            let key = s.octets.get(UPDATED..).unwrap_or_default().to_vec();
            let handle = key.get(..20).unwrap_or_default().to_vec();
            let count = count(s, &handle);
            // The peers get their copies at once, so the copies of a later announcement have a later time.
            if s.memory
                .insert([&handle[..], b"at"].concat(), s.at.as_micros() as u64)
                != Some(s.at.as_micros() as u64)
                && count > 1
            {
                s.copies = 0;
            }
        }
    }),
    sends("announces-no-removal", |s| {
        if is(s, UPDATE) && action(s) == Some(1) {
            s.copies = 0;
        }
    }),
    sends("skips-the-first-peer", |s| skip_peer(s, 0)),
    sends("skips-the-second-peer", |s| skip_peer(s, 1)),
    sends("skips-the-third-peer", |s| skip_peer(s, 2)),
    sends("answers-no-registration", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x03) {
            s.copies = 0;
        }
    }),
    sends("resolves-nothing", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x06) {
            s.copies = 0;
        }
    }),
    sends("sends-no-keep-alive-to-orphans", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x07) {
            s.copies = 0;
        }
    }),
];
