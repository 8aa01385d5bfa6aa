//! RFC 5353 §2.9: ENRP_TAKEOVER_SERVER, received in every form and sent by the target.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNDEFINED_FLAGS_ARE_IGNORED,
    MALFORMED_TAKEOVER_CHANGES_NO_HOME,
    TAKEOVER_SERVER_OF_THE_TARGET,
];

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5353/2.9/undefined-flags-are-ignored",
    "An ENRP_TAKEOVER_SERVER whose eight flags are all set changes the Home of the PEs.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_are_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn undefined_flags_are_ignored(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [winner, gone] = joined_with_pes::<2>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&gone, &pool);
    t.preamble(|t| {
        t.adds_pe(&gone, &entry)?;
        handled(t, &gone)
    })?;
    t.habits(&gone).fall_silent();
    let message = forge::takeover_server(winner.id, 0, gone.id).set("flags", 0xff);
    t.send_octets(&winner, &message?.octets())?;
    t.preamble(|t| handled(t, &winner))?;

    home_is(t, R5354_4_8, &pu, &pool, winner.id)
}

const MALFORMED_TAKEOVER_CHANGES_NO_HOME: Case = registrar(
    "rfc5353/2.9/malformed-takeover-changes-no-home",
    "An ENRP_TAKEOVER_SERVER without a part of its layout changes no Home, and the target continues to serve.",
    &[
        R5353_2_4,       // A malformed message changes no PE.
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    malformed_takeover_changes_no_home,
)
.needs(&[Ics::EnrpPeers]);

fn malformed_takeover_changes_no_home(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [winner, alive] = joined_with_pes::<2>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&alive, &pool);
    t.preamble(|t| {
        t.adds_pe(&alive, &entry)?;
        handled(t, &alive)
    })?;
    for (_, spoil) in CUT_TAKEOVERS {
        let message = spoil(forge::takeover_server(winner.id, 0, alive.id))?;
        throw(t, &winner, &message.octets())?;
    }
    observe_reaction(t, &winner)?;
    home_is(t, R5353_2_4, &pu, &pool, alive.id)?;
    serves_all(t, &winner)
}

const TAKEOVER_SERVER_OF_THE_TARGET: Case = registrar(
    "rfc5353/2.9/takeover-server-of-the-target",
    "The target's ENRP_TAKEOVER_SERVER is 16 octets to all peers: its ID, 0, the dead peer's ID, no flag.",
    &[
        R5354_4_7,   // The sender sets undefined flags to zero.
        R5353_2_9_1, // An ENRP_TAKEOVER_SERVER has 16 octets.
        R5353_2_1_1, // The Sending Server's ID is the sender's own ID.
        R5353_2_1_2, // A message to a group has Receiving Server's ID 0.
    ],
    takeover_server_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn takeover_server_of_the_target(t: &mut Tester) -> Outcome {
    let [witness, dead] = joined_with_pes::<2>(t)?;
    let server = t.target_server();
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &dead, &witness).map(drop))?;
    let message = sample(t, &witness, ENRP_TAKEOVER_SERVER, AT_ONCE, |_| true)?;

    has_length(t, R5353_2_9_1, &message, 16);
    t.check_eq(R5354_4_7, "flags", message.octets[1], 0);
    t.field(R5353_2_1_1, &message, "sender-server-id", server);
    t.field(R5353_2_1_2, &message, "receiver-server-id", 0);
    Ok(())
}
