//! RFC 5353 §2.7: ENRP_INIT_TAKEOVER, received in every form and sent by the target.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNDEFINED_FLAGS_ARE_IGNORED,
    INIT_TAKEOVER_TO_ONE_RECEIVER_IS_ACKNOWLEDGED,
    UNKNOWN_PARAMETER_IN_AN_INIT_TAKEOVER,
    MALFORMED_INIT_TAKEOVER_IS_SURVIVED,
    INIT_TAKEOVER_OF_THE_TARGET,
];

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5353/2.7/undefined-flags-are-ignored",
    "An ENRP_INIT_TAKEOVER whose eight flags are all set is acknowledged.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_are_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn undefined_flags_are_ignored(t: &mut Tester) -> Outcome {
    let [initiator, gone] = joined_with_pes::<2>(t)?;
    let message = forge::init_takeover(initiator.id, 0, gone.id).set("flags", 0xff);
    let octets = message?.octets();
    let kind = ENRP_INIT_TAKEOVER_ACK;
    is_answered(t, R5354_4_8, &initiator, kind, ("flags 0xff", &octets))?;
    Ok(())
}

const INIT_TAKEOVER_TO_ONE_RECEIVER_IS_ACKNOWLEDGED: Case = registrar(
    "rfc5353/2.7/init-takeover-to-one-receiver-is-acknowledged",
    "An ENRP_INIT_TAKEOVER that names the target as its only receiver is acknowledged.",
    &[
        R5353_3_5_1_11, // A bystander acknowledges an INIT_TAKEOVER.
    ],
    init_takeover_to_one_receiver_is_acknowledged,
)
.needs(&[Ics::EnrpPeers]);

fn init_takeover_to_one_receiver_is_acknowledged(t: &mut Tester) -> Outcome {
    let [initiator, gone] = joined_with_pes::<2>(t)?;
    let to = t.target_server();
    let octets = forge::init_takeover(initiator.id, to, gone.id).octets();
    let kind = ENRP_INIT_TAKEOVER_ACK;
    is_answered(
        t,
        R5353_3_5_1_11,
        &initiator,
        kind,
        ("one receiver", &octets),
    )?;
    Ok(())
}

const UNKNOWN_PARAMETER_IN_AN_INIT_TAKEOVER: Case = registrar(
    "rfc5353/2.7/unknown-parameter-in-an-init-takeover",
    "An unknown parameter behind the Targeting Server's ID is treated by its type.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    unknown_parameter_in_an_init_takeover,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_in_an_init_takeover(t: &mut Tester) -> Outcome {
    let [initiator, gone] = joined_with_pes::<2>(t)?;
    by_the_highest_bits(t, &initiator, ENRP_INIT_TAKEOVER_ACK, |_, odd| {
        Ok(forge::init_takeover(initiator.id, 0, gone.id).parameter(odd))
    })
}

const MALFORMED_INIT_TAKEOVER_IS_SURVIVED: Case = registrar(
    "rfc5353/2.7/malformed-init-takeover-is-survived",
    "The target continues to serve after ENRP_INIT_TAKEOVER messages without a target or of a wrong Length.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    |t| survives(t, TAKEOVERS, |_, peer| forge::init_takeover(peer.id, 0, 0x0102_0304)),
)
.needs(&[Ics::EnrpPeers]);

const INIT_TAKEOVER_OF_THE_TARGET: Case = registrar(
    "rfc5353/2.7/init-takeover-of-the-target",
    "The target's ENRP_INIT_TAKEOVER is 16 octets to all peers: its ID, 0, the dead peer's ID, no flag.",
    &[
        R5354_4_7,   // The sender sets undefined flags to zero.
        R5353_2_7_1, // An ENRP_INIT_TAKEOVER has 16 octets.
        R5353_2_1_1, // The Sending Server's ID is the sender's own ID.
        R5353_2_1_2, // A message to a group has Receiving Server's ID 0.
    ],
    init_takeover_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn init_takeover_of_the_target(t: &mut Tester) -> Outcome {
    let [witness, dead] = joined_with_pes::<2>(t)?;
    let server = t.target_server();
    t.habits(&dead).fall_silent();
    let within = time_to_takeover(t);
    let message = sample(t, &witness, ENRP_INIT_TAKEOVER, within, |_| true)?;

    has_length(t, R5353_2_7_1, &message, 16);
    t.check_eq(R5354_4_7, "flags", message.octets[1], 0);
    t.field(R5353_2_1_1, &message, "sender-server-id", server);
    t.field(R5353_2_1_2, &message, "receiver-server-id", 0);
    Ok(())
}
