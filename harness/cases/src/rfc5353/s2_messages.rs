//! RFC 5353 §2: forms of messages that a registrar accepts.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    MESSAGE_TO_RECEIVER_0_IS_ACCEPTED,
    PRESENCE_WITHOUT_SERVER_INFORMATION_IS_ACCEPTED,
    RESERVED_FIELD_OF_AN_UPDATE_IS_IGNORED,
    UNKNOWN_UPDATE_ACTION_HAS_NO_EFFECT,
];

const MESSAGE_TO_RECEIVER_0_IS_ACCEPTED: Case = registrar(
    "rfc5353/2.1/message-to-receiver-0-is-accepted",
    "A list request and a table request with Receiving Server's ID 0 are answered.",
    &[
        R5353_2_1_7, // A message to one peer may have Receiving Server's ID 0.
    ],
    message_to_receiver_0_is_accepted,
)
.needs(&[Ics::EnrpPeers]);

fn message_to_receiver_0_is_accepted(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let within = t.timers().max_time_no_response;
    t.send(&peer, forge::list_request(peer.id, 0))?;
    t.expect(R5353_2_1_7, &peer, ENRP_LIST_RESPONSE, within)?;
    t.send(&peer, forge::handle_table_request(peer.id, 0, false))?;
    t.expect(R5353_2_1_7, &peer, ENRP_HANDLE_TABLE_RESPONSE, within)?;
    Ok(())
}

const PRESENCE_WITHOUT_SERVER_INFORMATION_IS_ACCEPTED: Case = registrar(
    "rfc5353/2.1/presence-without-server-information-is-accepted",
    "An ENRP_PRESENCE without Server Information that requires a reply is answered.",
    &[
        R5353_2_1_8, // An ENRP_PRESENCE without Server Information is accepted.
    ],
    presence_without_server_information_is_accepted,
)
.needs(&[Ics::EnrpPeers]);

fn presence_without_server_information_is_accepted(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let empty = t.checksum_of(&[]);
    let message = forge::presence(peer.id, t.target_server(), true, Some(empty), None);
    t.send(&peer, message)?;

    let within = t.timers().max_time_no_response;
    t.expect_that(R5353_2_1_8, &peer, ENRP_PRESENCE, within, |m| !m.flag('R'))?;
    t.pass_time(AT_ONCE)?;
    let errors = t.take_all(&peer, ENRP_ERROR).len();
    t.check_eq(R5353_2_1_8, "error reports", errors, 0);
    Ok(())
}

const RESERVED_FIELD_OF_AN_UPDATE_IS_IGNORED: Case = registrar(
    "rfc5353/2.4/reserved-field-of-an-update-is-ignored",
    "An ENRP_HANDLE_UPDATE whose reserved field is not zero takes effect.",
    &[
        R5353_2_4_3, // The reserved field of a HANDLE_UPDATE is ignored.
    ],
    reserved_field_of_an_update_is_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn reserved_field_of_an_update_is_ignored(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    t.holds(&peer, &entry);
    let update = forge::handle_update(peer.id, 0, ADD_PE, &entry.handle.0, &entry.element);
    t.send_octets(&peer, &update.set("reserved", 0xffff)?.octets())?;
    t.preamble(|t| handled(t, &peer))?;

    lists_ids(t, R5353_2_4_3, &pu, &pool, &[entry.pe_identifier()])?;
    Ok(())
}

const UNKNOWN_UPDATE_ACTION_HAS_NO_EFFECT: Case = registrar(
    "rfc5353/2.4/unknown-update-action-has-no-effect",
    "An ENRP_HANDLE_UPDATE with the Update Action 2 adds no PE and removes none.",
    &[
        R5353_2_4_5, // An unknown Update Action adds and removes no PE.
    ],
    unknown_update_action_has_no_effect,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_update_action_has_no_effect(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let (known, unknown) = (t.element_of(&peer, &pool), t.element_of(&peer, &other));
    t.preamble(|t| {
        t.adds_pe(&peer, &known)?;
        handled(t, &peer)
    })?;
    for entry in [&known, &unknown] {
        let update = forge::handle_update(peer.id, 0, 2, &entry.handle.0, &entry.element);
        t.send_octets(&peer, &update.octets())?;
    }
    t.preamble(|t| handled(t, &peer))?;

    lists_ids(t, R5353_2_4_5, &pu, &pool, &[known.pe_identifier()])?;
    t.lists_none(R5353_2_4_5, &pu, &other)
}
