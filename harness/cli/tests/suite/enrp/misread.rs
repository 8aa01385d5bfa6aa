//! Registrars that misread messages of their peers.

use super::{
    BODY, INIT_TAKEOVER, INIT_TAKEOVER_ACK, LIST_REQUEST, LIST_RESPONSE, PRESENCE, RECEIVER,
    TABLE_REQUEST, TABLE_RESPONSE, TAKEOVER_SERVER, UPDATE, UPDATED, action_becomes, element_at,
    every_policy, is_received, parameter_size, received_action, receives, retype, rival,
    set_length, target_of_takeover,
};
use rspcheck_adapters::fault::Fault;
use std::time::Duration;

/// All of them.
pub(super) const ALL: &[Fault] = &[
    receives("answers-every-presence", |r| {
        if is_received(r, PRESENCE) {
            r.octets[1] |= 1;
        }
        true
    }),
    receives("ignores-additions", |r| received_action(r) != Some(0)),
    receives("ignores-repeated-additions", |r| {
        if received_action(r) != Some(0) {
            return true;
        }
        let at = r.octets.get(UPDATED..).map_or(0, parameter_size) + UPDATED;
        let pe = r.octets.get(at + 4..at + 8).unwrap_or_default().to_vec();
        r.memory.insert(pe, 1).is_none()
    }),
    receives("takes-the-life-of-a-peers-pe-for-milliseconds", |r| {
        let life = element_at(&r.octets) + 12;
        let life = r.octets.get(life..life + 4).unwrap_or_default();
        let ends_at_once = matches!(life, [0, 0, 0..=3, _]);
        !(received_action(r) == Some(0) && ends_at_once)
    }),
    receives("ignores-removals", |r| received_action(r) != Some(1)),
    receives("takes-removals-for-additions", |r| {
        if received_action(r) == Some(1) {
            r.octets[BODY + 1] = 0;
        }
        true
    }),
    receives("takes-unknown-actions-for-additions", |r| {
        action_becomes(r, 0)
    }),
    receives("takes-unknown-actions-for-removals", |r| {
        action_becomes(r, 1)
    }),
    receives("reads-the-reserved-field", |r| {
        !(is_received(r, UPDATE) && r.octets.get(BODY + 2..UPDATED) != Some(&[0, 0]))
    }),
    receives("ignores-messages-to-receiver-0", |r| {
        let group = r.octets.get(RECEIVER..BODY) == Some(&[0; 4]);
        !(group && (is_received(r, LIST_REQUEST) || is_received(r, TABLE_REQUEST)))
    }),
    receives("ignores-table-requests-to-receiver-0", |r| {
        let request = is_received(r, TABLE_REQUEST);
        !(request && r.octets.get(RECEIVER..BODY) == Some(&[0; 4]))
    }),
    receives("ignores-presences-without-information", |r| {
        !(is_received(r, PRESENCE) && r.octets.len() <= BODY + 8)
    }),
    receives("ignores-takeovers", |r| !is_received(r, TAKEOVER_SERVER)),
    receives("ignores-acks", |r| !is_received(r, INIT_TAKEOVER_ACK)),
    receives("takes-every-takeover-for-one-of-others", |r| {
        target_of_takeover(r, 0x7eff_ffff)
    }),
    receives("takes-every-rival-for-a-larger-one", |r| {
        rival(r, 0xffff_fffe)
    }),
    receives("takes-every-rival-for-a-smaller-one", |r| rival(r, 1)),
    receives("ignores-presences-during-takeovers", |r| {
        if is_received(r, INIT_TAKEOVER_ACK) || is_received(r, INIT_TAKEOVER) {
            return true;
        }
        !(is_received(r, PRESENCE) && r.at > Duration::from_secs(60))
    }),
    receives("reads-an-empty-list", |r| {
        if is_received(r, LIST_RESPONSE) {
            r.octets.truncate(BODY);
            set_length(&mut r.octets);
        }
        true
    }),
    receives("reads-an-empty-table", |r| {
        if is_received(r, TABLE_RESPONSE) {
            r.octets.truncate(BODY);
            set_length(&mut r.octets);
        }
        true
    }),
    receives("takes-a-rejected-table-for-an-empty-one", |r| {
        if is_received(r, TABLE_RESPONSE) {
            r.octets[1] &= !1;
        }
        true
    }),
    receives("takes-every-table-for-rejected", |r| {
        if is_received(r, TABLE_RESPONSE) && r.at > Duration::from_secs(1) {
            r.octets.truncate(BODY);
            r.octets[1] = 1;
            set_length(&mut r.octets);
        }
        true
    }),
    receives("reads-one-part-of-a-table", |r| {
        if is_received(r, TABLE_RESPONSE) {
            r.octets[1] &= !2;
        }
        true
    }),
    receives("reads-other-policies-in-tables", |r| {
        if is_received(r, TABLE_RESPONSE) && r.at > Duration::from_secs(1) {
            every_policy(&mut r.octets, 11);
        }
        true
    }),
    receives("answers-every-request-with-all-pes", |r| {
        if is_received(r, TABLE_REQUEST) {
            r.octets[1] = 0;
        }
        true
    }),
    receives("answers-every-request-with-its-own-pes", |r| {
        if is_received(r, TABLE_REQUEST) {
            r.octets[1] = 1;
        }
        true
    }),
    receives("skips-parameters-that-stop-a-message", |r| {
        retype(r, &[0x3f, 0x7f], [0xbf, 0xff])
    }),
    receives("stops-at-parameters-that-are-skipped", |r| {
        retype(r, &[0xbf, 0xff], [0x3f, 0xff])
    }),
    receives("reports-every-unknown-parameter", |r| {
        retype(r, &[0x3f], [0x7f, 0xff]);
        retype(r, &[0xbf], [0xff, 0xfe])
    }),
];
