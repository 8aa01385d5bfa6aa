//! Registrars with a wrong layout in what they send.

use super::{
    BODY, ENRP, ERROR, INIT_TAKEOVER, INIT_TAKEOVER_ACK, LIST_REQUEST, LIST_RESPONSE, PRESENCE,
    RECEIVER, SENDER, TABLE_REQUEST, TABLE_RESPONSE, TAKEOVER_SERVER, UPDATE, fix_length, flag,
    flip, is, parameter_size, sends,
};
use rspcheck_adapters::fault::{Fault, Sent};

const CHECKSUM: [u8; 8] = [0, 0x0f, 0, 6, 0xff, 0xff, 0, 0];

/// All of them.
pub(super) const ALL: &[Fault] = &[
    sends("signs-other-messages-as-another-registrar", |s| {
        let answers = [TABLE_RESPONSE, LIST_RESPONSE, INIT_TAKEOVER_ACK, ERROR];
        flip(s, &answers, SENDER);
        flip(s, &[TAKEOVER_SERVER], SENDER);
    }),
    sends("requests-lists-as-another-registrar", |s| {
        flip(s, &[LIST_REQUEST], SENDER)
    }),
    sends("requests-tables-as-another-registrar", |s| {
        flip(s, &[TABLE_REQUEST], SENDER)
    }),
    sends("addresses-another-receiver", |s| {
        let kinds = [
            LIST_REQUEST,
            TABLE_REQUEST,
            TABLE_RESPONSE,
            LIST_RESPONSE,
            INIT_TAKEOVER_ACK,
            ERROR,
        ];
        flip(s, &kinds, RECEIVER);
    }),
    sends("addresses-messages-to-all-to-one", |s| {
        if s.octets.get(RECEIVER..BODY) == Some(&[0; 4]) {
            flip(s, &[PRESENCE, INIT_TAKEOVER, TAKEOVER_SERVER], RECEIVER);
        }
    }),
    sends("sets-undefined-flags-of-enrp", |s| {
        if s.ppid == ENRP {
            s.octets[1] |= 0x80;
        }
    }),
    sends("adds-a-checksum-to-every-message", |s| {
        let longer = [LIST_REQUEST, TABLE_REQUEST, TABLE_RESPONSE, UPDATE];
        let more = [LIST_RESPONSE, INIT_TAKEOVER, INIT_TAKEOVER_ACK];
        let rest = [PRESENCE, TAKEOVER_SERVER, ERROR];
        let kinds = [&longer[..], &more, &rest].concat();
        if s.ppid == ENRP && kinds.contains(&s.octets[0]) {
            s.octets.extend(CHECKSUM);
            fix_length(s);
        }
    }),
    sends("counts-more-than-there-is", |s| {
        if is(s, PRESENCE) {
            s.octets[3] += 4;
        }
    }),
    sends("counts-padding-of-enrp", |s| {
        if is(s, ERROR) {
            fix_length(s);
        }
    }),
    sends("sends-padding-that-is-not-zero", |s| {
        if is(s, TABLE_RESPONSE) {
            fill_padding(&mut s.octets, BODY);
        }
    }),
    sends("sends-the-port-in-the-other-order", |s| {
        if is(s, PRESENCE)
            && let Some(port) = s.octets.get_mut(BODY + 20..BODY + 22)
        {
            port.reverse();
        }
    }),
    sends("sends-another-address-of-its-own", |s| {
        if is(s, PRESENCE)
            && let Some(octet) = s.octets.get_mut(BODY + 28)
        {
            *octet ^= 1;
        }
    }),
    sends("sends-the-information-before-the-checksum", |s| {
        if is(s, PRESENCE) && s.octets.len() > BODY + 8 {
            s.octets[BODY..].rotate_left(8);
        }
    }),
    sends("sends-pes-before-their-pool", |s| {
        if is(s, TABLE_RESPONSE) && s.octets.len() > BODY {
            let pool = parameter_size(&s.octets[BODY..]);
            s.octets[BODY..].rotate_left(pool);
        }
    }),
    sends("lists-other-lives-in-tables", |s| in_tables(s, 13)),
    sends("lists-other-ports-in-tables", |s| in_tables(s, 20)),
    sends("lists-other-policies-in-tables", |s| in_tables(s, 43)),
    sends("lists-another-pool-in-tables", |s| {
        flip(s, &[TABLE_RESPONSE], BODY + 4)
    }),
    sends("lists-the-last-server-twice", |s| {
        if is(s, LIST_RESPONSE) && s.octets.len() >= BODY + 24 {
            let last = s.octets[BODY..BODY + 24].to_vec();
            s.octets.extend(last);
            fix_length(s);
        }
    }),
    sends("lists-other-ports-of-servers", |s| {
        if is(s, LIST_RESPONSE) {
            for at in (BODY..s.octets.len()).step_by(24) {
                if let Some(octet) = s.octets.get_mut(at + 13) {
                    *octet ^= 1;
                }
            }
        }
    }),
    sends("sets-the-reserved-field-of-updates", |s| {
        flip(s, &[UPDATE], BODY + 3)
    }),
    sends("quotes-other-octets", |s| {
        if is(s, ERROR)
            && let Some(last) = s.octets.last_mut()
        {
            *last ^= 1;
        }
    }),
    sends("initiates-its-own-takeover", |s| {
        if is(s, PRESENCE) && !flag(s, 1) {
            let own = s.octets[SENDER..RECEIVER].to_vec();
            let mut octets = vec![INIT_TAKEOVER, 0, 0, 16];
            octets.extend([&own[..], &[0; 4], &own].concat());
            s.extra.push(octets);
        }
    }),
    sends("announces-rejected-requests", |s| {
        if is(s, PRESENCE) && !flag(s, 1) {
            let ids = s.octets[SENDER..BODY].to_vec();
            let mut update = super::update(&ids);
            update[BODY + 1] = 1;
            s.extra.push(update);
        }
    }),
];

/// Changes an octet of every Pool Element of a table, at an offset from its header.
fn in_tables(sent: &mut Sent, offset: usize) {
    if !is(sent, TABLE_RESPONSE) {
        return;
    }
    let mut at = BODY;
    while let Some(rest) = sent.octets.get_mut(at..).filter(|rest| rest.len() > offset) {
        if rest[..2] == [0, 0x0a] {
            rest[offset] ^= 1;
        }
        at += parameter_size(rest);
    }
}

/// Fills the padding of the parameters from here on.
fn fill_padding(octets: &mut [u8], from: usize) {
    let mut at = from;
    while let Some(rest) = octets.get_mut(at..).filter(|rest| rest.len() >= 4) {
        let (length, size) = (usize::from(rest[3]), parameter_size(rest));
        if rest[2] == 0
            && let Some(padding) = rest.get_mut(length..size)
        {
            padding.fill(0xff);
        }
        at += size;
    }
}
