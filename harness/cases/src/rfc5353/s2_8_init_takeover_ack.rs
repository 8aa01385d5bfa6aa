//! RFC 5353 §2.8: ENRP_INIT_TAKEOVER_ACK, received in every form and sent by the target.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNDEFINED_FLAGS_ARE_IGNORED,
    MALFORMED_ACKNOWLEDGEMENT_DOES_NOT_COUNT,
    MALFORMED_ACKNOWLEDGEMENT_IS_SURVIVED,
    ACKNOWLEDGEMENT_OF_THE_TARGET,
];

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5353/2.8/undefined-flags-are-ignored",
    "An acknowledgement whose eight flags are all set completes a takeover.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_are_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn undefined_flags_are_ignored(t: &mut Tester) -> Outcome {
    let [witness, slow, dead] = joined_with_pes::<3>(t)?;
    t.habits(&slow).takeover = false;
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &dead, &witness).map(drop))?;
    t.pass_time(AT_ONCE)?;
    t.take_all(&witness, ENRP_TAKEOVER_SERVER);
    let to = t.target_server();
    let ack = forge::init_takeover_ack(slow.id, to, dead.id).set("flags", 0xff);
    t.send_octets(&slow, &ack?.octets())?;
    completes(t, R5354_4_8, &witness, &dead)
}

const MALFORMED_ACKNOWLEDGEMENT_DOES_NOT_COUNT: Case = registrar(
    "rfc5353/2.8/malformed-acknowledgement-does-not-count",
    "An acknowledgement without its Targeting Server's ID completes no takeover; a whole one does.",
    &[
        R5353_3_5_1_4,  // The initiator waits for the ACK of every other peer.
        R5353_3_5_1_13, // The takeover completes after the last ACK.
    ],
    malformed_acknowledgement_does_not_count,
)
.needs(&[Ics::EnrpPeers]);

fn malformed_acknowledgement_does_not_count(t: &mut Tester) -> Outcome {
    let [witness, slow, dead] = joined_with_pes::<3>(t)?;
    t.habits(&slow).takeover = false;
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &dead, &witness).map(drop))?;
    let to = t.target_server();
    for (_, spoil) in CUT_TAKEOVERS {
        let ack = spoil(forge::init_takeover_ack(slow.id, to, dead.id))?;
        throw(t, &slow, &ack.octets())?;
    }
    peer_gets_none(t, R5353_3_5_1_4, &witness, ENRP_TAKEOVER_SERVER)?;
    acknowledge_takeover(t, &slow, &dead)?;
    completes(t, R5353_3_5_1_13, &witness, &dead)
}

const MALFORMED_ACKNOWLEDGEMENT_IS_SURVIVED: Case = registrar(
    "rfc5353/2.8/malformed-acknowledgement-is-survived",
    "The target continues to serve after acknowledgements that it has not asked for and that are malformed.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    malformed_acknowledgement_is_survived,
)
.needs(&[Ics::EnrpPeers]);

fn malformed_acknowledgement_is_survived(t: &mut Tester) -> Outcome {
    survives(t, TAKEOVERS, |t, peer| {
        forge::init_takeover_ack(peer.id, t.target_server(), 0x0102_0304)
    })
}

const ACKNOWLEDGEMENT_OF_THE_TARGET: Case = registrar(
    "rfc5353/2.8/acknowledgement-of-the-target",
    "The target's acknowledgement is 16 octets: its ID, the initiator's ID or 0, the same Targeting Server's ID, no flag.",
    &[
        R5354_4_7,    // The sender sets undefined flags to zero.
        R5353_2_8_1,  // An ENRP_INIT_TAKEOVER_ACK has 16 octets.
        R5353_2_8_2,  // An acknowledgement repeats the Targeting Server's ID.
        R5353_2_1_1,  // The Sending Server's ID is the sender's own ID.
        R5353_2_1_13, // A message to one registrar has its ID or 0.
    ],
    acknowledgement_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn acknowledgement_of_the_target(t: &mut Tester) -> Outcome {
    let [initiator, gone] = joined_with_pes::<2>(t)?;
    let server = t.target_server();
    t.initiates_takeover(&initiator, gone.id)?;
    let ack = sample(t, &initiator, ENRP_INIT_TAKEOVER_ACK, AT_ONCE, |_| true)?;

    has_length(t, R5353_2_8_1, &ack, 16);
    t.check_eq(R5354_4_7, "flags", ack.octets[1], 0);
    t.field(R5353_2_8_2, &ack, "targeting-server-id", gone.id);
    t.field(R5353_2_1_1, &ack, "sender-server-id", server);
    is_for(t, &ack, &initiator);
    Ok(())
}
