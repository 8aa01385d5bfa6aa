//! Registrars with wrong fields in what they send.

use super::{
    BODY, ENRP, ERROR, INIT_TAKEOVER, INIT_TAKEOVER_ACK, LIST_RESPONSE, PRESENCE, RECEIVER, SENDER,
    TABLE_REQUEST, TABLE_RESPONSE, TAKEOVER_SERVER, UPDATE, UPDATED, both, clear_flag, element,
    element_length, empty_table, every_policy, fix_length, flag, flip, is, list_all, listed,
    policy_of, remember, sends, set_flag, update,
};
use rspcheck_adapters::fault::Fault;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    sends("sends-enrp-with-the-ppid-of-asap", |s| {
        if s.ppid == ENRP {
            s.ppid = 11;
        }
    }),
    sends("requires-a-reply-to-every-presence", |s| {
        set_flag(s, PRESENCE, 1)
    }),
    sends("never-requires-a-reply", |s| clear_flag(s, PRESENCE, 1)),
    sends("sends-presences-without-checksum", |s| {
        if is(s, PRESENCE) {
            s.octets.drain(BODY..BODY + 8);
            fix_length(s);
        }
    }),
    sends("sends-presences-without-information", |s| {
        if is(s, PRESENCE) {
            s.octets.truncate(BODY + 8);
            s.octets[2..4].copy_from_slice(&18u16.to_be_bytes());
        }
    }),
    sends("sends-another-id-in-its-information", |s| {
        if is(s, PRESENCE) && s.octets.len() > BODY + 16 {
            s.octets[BODY + 12] ^= 1;
        }
    }),
    sends("sends-wrong-checksums", |s| {
        if is(s, PRESENCE) {
            s.octets[BODY + 4] ^= 0x55;
        }
    }),
    sends("announces-as-another-registrar", |s| {
        flip(s, &[UPDATE], SENDER)
    }),
    sends("answers-as-another-registrar", |s| {
        if s.octets.get(RECEIVER..BODY) != Some(&[0; 4]) && !flag(s, 1) {
            flip(s, &[PRESENCE], SENDER);
        }
    }),
    sends("sends-updates-to-one-receiver", |s| {
        flip(s, &[UPDATE], RECEIVER)
    }),
    sends("names-another-target", |s| {
        flip(
            s,
            &[INIT_TAKEOVER, TAKEOVER_SERVER, INIT_TAKEOVER_ACK],
            BODY,
        );
    }),
    sends("initiates-as-another-registrar", |s| {
        flip(s, &[INIT_TAKEOVER], SENDER)
    }),
    sends("swaps-update-actions", |s| {
        if is(s, UPDATE) {
            s.octets[BODY + 1] ^= 1;
        }
    }),
    sends("updates-another-pool", |s| flip(s, &[UPDATE], UPDATED + 4)),
    sends("updates-with-another-life", |s| element(s, 12)),
    sends("updates-with-another-home", |s| element(s, 8)),
    sends("updates-with-another-port", |s| element(s, 20)),
    sends("updates-with-another-policy", |s| {
        if is(s, UPDATE)
            && let Some(at) = policy_of(&s.octets)
            && let Some(last) = s.octets.get_mut(at + 11)
        {
            *last ^= 1;
        }
    }),
    sends("requests-own-pes-only", |s| set_flag(s, TABLE_REQUEST, 1)),
    sends("requests-whole-tables", |s| clear_flag(s, TABLE_REQUEST, 1)),
    sends("rejects-every-list-request", |s| {
        set_flag(s, LIST_RESPONSE, 1)
    }),
    sends("rejects-no-list-request", |s| {
        clear_flag(s, LIST_RESPONSE, 1)
    }),
    sends("lists-no-registrar", |s| {
        if is(s, LIST_RESPONSE) {
            s.octets.truncate(BODY);
            fix_length(s);
        }
    }),
    sends("lists-registrars-without-address", |s| {
        if is(s, LIST_RESPONSE) && s.octets.len() >= BODY + 16 {
            // The transport of the first registrar becomes an Opaque Transport.
            s.octets[BODY + 8..BODY + 10].copy_from_slice(&[0, 0x10]);
        }
    }),
    sends("adds-a-registrar-to-every-list", |s| {
        if is(s, LIST_RESPONSE) {
            let registrar = [0, 0x0b, 0, 24, 1, 2, 3, 4, 0, 4, 0, 16, 0x26, 0xad, 0, 0];
            s.octets.extend(registrar);
            s.octets.extend([0, 1, 0, 8, 192, 0, 2, 9]);
            fix_length(s);
        }
    }),
    both("lists-registrars-for-ever", list_all, |r| {
        remember(r);
        true
    }),
    sends("rejects-every-table-request", |s| {
        set_flag(s, TABLE_RESPONSE, 1)
    }),
    sends("rejects-no-table-request", |s| {
        clear_flag(s, TABLE_RESPONSE, 1)
    }),
    sends("adds-an-entry-to-every-table", |s| {
        if is(s, TABLE_RESPONSE) {
            let ids = s.octets[SENDER..BODY].to_vec();
            s.octets.extend_from_slice(&update(&ids)[UPDATED..]);
            fix_length(s);
        }
    }),
    sends("has-always-more-to-send", |s| {
        set_flag(s, TABLE_RESPONSE, 2)
    }),
    sends("has-never-more-to-send", |s| {
        clear_flag(s, TABLE_RESPONSE, 2)
    }),
    sends("sends-empty-tables", |s| empty_table(s, 0)),
    sends("sends-one-table", |s| empty_table(s, 1)),
    sends("sends-a-pe-twice-in-a-table", |s| {
        if is(s, TABLE_RESPONSE) && s.octets.len() > 4000 {
            let element = element_length(&s.octets);
            let from = s.octets.len() - element;
            let last = s.octets[from..].to_vec();
            s.octets.extend(last);
            fix_length(s);
        }
    }),
    sends("reports-another-enrp-cause", |s| {
        flip(s, &[ERROR], BODY + 5)
    }),
    sends("clears-h-of-keep-alives", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x07) {
            s.octets[1] = 0;
        }
    }),
    sends("sends-keep-alives-as-another-registrar", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x07) {
            s.octets[4] ^= 1;
        }
    }),
    sends("resolves-to-other-homes", |s| listed(s, 8)),
    sends("resolves-to-other-pes", |s| listed(s, 4)),
    sends("resolves-with-other-policies", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x06) {
            every_policy(&mut s.octets, 11);
        }
    }),
    sends("resolves-with-another-policy-type", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x06) {
            every_policy(&mut s.octets, 7);
        }
    }),
    sends("rejects-registrations-with-peers", |s| {
        if s.ppid != ENRP && s.octets.first() == Some(&0x03) {
            s.octets[1] = 1;
        }
    }),
];
