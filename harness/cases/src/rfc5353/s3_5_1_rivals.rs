//! RFC 5353 §3.5.1: several initiators, several targets, and server IDs at the edges.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this file.
pub(super) const CASES: &[Case] = &[
    SMALLER_ID_IS_UNSIGNED,
    LARGER_ID_IS_UNSIGNED,
    REPEATED_INIT_TAKEOVER_IS_ACKNOWLEDGED_AGAIN,
    SECOND_INITIATOR_IS_ACKNOWLEDGED,
    TAKEOVER_OF_AN_UNKNOWN_REGISTRAR_IS_ACKNOWLEDGED,
    INITIATOR_ACKNOWLEDGES_THE_TAKEOVER_OF_ANOTHER_TARGET,
    STRANGER_THAT_TAKES_OVER_THE_TARGET_MEETS_AN_OBJECTION,
    EACH_TAKEOVER_OF_THE_TARGET_MEETS_AN_OBJECTION,
    RIVAL_THAT_WINS_BECOMES_THE_HOME,
    BYSTANDER_STILL_MONITORS_OTHER_PEERS,
];

/// Starts the target with a server ID, and lets it begin the takeover of a dead peer. Returns the dead peer, and a
/// rival with the other ID that does not acknowledge.
fn rivalry(t: &mut Tester, own: u32, rival: u32) -> Result<(EnrpPeer, EnrpPeer), Stop> {
    let (rival, dead) = (t.enrp_peer_with(rival)?, t.enrp_peer()?);
    // Peers of an earlier rivalry do not acknowledge.
    for peer in [&rival, &dead] {
        t.lists_no_server(peer);
    }
    t.habits(&rival).takeover = false;
    let pool = t.unused_pool_handle();
    let entry = t.element_of(&dead, &pool);
    for peer in [&rival, &dead] {
        t.holds(peer, &entry);
    }
    t.preamble(|t| {
        t.join_as(Some(own), &[&rival])?;
        if t.target_server() != own {
            return Err(t.inconclusive("the target has another server ID"));
        }
        meet(t, &dead)?;
        t.pass_time(AT_ONCE)?;
        takeover_of(t, R5353_3_5_1_1, &dead, &rival).map(|_| ())
    })?;
    Ok((rival, dead))
}

const SMALLER_ID_IS_UNSIGNED: Case = registrar(
    "rfc5353/3.5.1/smaller-id-is-unsigned",
    "Server IDs are compared as unsigned numbers: 0x7fffffff gives way to 0x80000000, 1 to 0xffffffff.",
    &[
        R5353_3_5_1_7, // An initiator with the smaller ID gives way.
        R5353_3_5_1_8, // An initiator that gives way acknowledges.
    ],
    smaller_id_is_unsigned,
)
.needs(&[Ics::EnrpPeers]);

fn smaller_id_is_unsigned(t: &mut Tester) -> Outcome {
    for (own, larger) in [(0x7fff_ffff, 0x8000_0000), (1, 0xffff_ffff)] {
        let (rival, dead) = rivalry(t, own, larger)?;
        t.initiates_takeover(&rival, dead.id)?;
        t.expect(R5353_3_5_1_8, &rival, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
        acknowledge_takeover(t, &rival, &dead)?;
        peer_gets_none(t, R5353_3_5_1_7, &rival, ENRP_TAKEOVER_SERVER)?;
    }
    Ok(())
}

const LARGER_ID_IS_UNSIGNED: Case = registrar(
    "rfc5353/3.5.1/larger-id-is-unsigned",
    "Server IDs are compared as unsigned numbers: 0x80000000 ignores 0x7fffffff, 0xffffffff ignores 1.",
    &[
        R5353_3_5_1_10, // An initiator with the larger ID ignores the other.
    ],
    larger_id_is_unsigned,
)
.needs(&[Ics::EnrpPeers]);

fn larger_id_is_unsigned(t: &mut Tester) -> Outcome {
    for (own, smaller) in [(0x8000_0000, 0x7fff_ffff), (0xffff_ffff, 1)] {
        let (rival, dead) = rivalry(t, own, smaller)?;
        t.initiates_takeover(&rival, dead.id)?;
        peer_gets_none(t, R5353_3_5_1_10, &rival, ENRP_INIT_TAKEOVER_ACK)?;
        acknowledge_takeover(t, &rival, &dead)?;
        completes(t, R5353_3_5_1_10, &rival, &dead)?;
    }
    Ok(())
}

const REPEATED_INIT_TAKEOVER_IS_ACKNOWLEDGED_AGAIN: Case = registrar(
    "rfc5353/3.5.1/repeated-init-takeover-is-acknowledged-again",
    "An initiator that repeats its ENRP_INIT_TAKEOVER gets another acknowledgement.",
    &[
        R5353_3_5_1_11, // A bystander acknowledges an INIT_TAKEOVER.
    ],
    repeated_init_takeover_is_acknowledged_again,
)
.needs(&[Ics::EnrpPeers]);

fn repeated_init_takeover_is_acknowledged_again(t: &mut Tester) -> Outcome {
    let [initiator, dead] = joined_with_pes::<2>(t)?;
    t.habits(&dead).fall_silent();
    for _ in 0..3 {
        t.initiates_takeover(&initiator, dead.id)?;
        t.expect(R5353_3_5_1_11, &initiator, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
    }
    Ok(())
}

const SECOND_INITIATOR_IS_ACKNOWLEDGED: Case = registrar(
    "rfc5353/3.5.1/second-initiator-is-acknowledged",
    "A bystander acknowledges the takeovers of the same target by two initiators.",
    &[
        R5353_3_5_1_11, // A bystander acknowledges an INIT_TAKEOVER.
        R5353_3_5_1_16, // An unknown target and a second initiator get an ACK.
    ],
    second_initiator_is_acknowledged,
)
.needs(&[Ics::EnrpPeers]);

fn second_initiator_is_acknowledged(t: &mut Tester) -> Outcome {
    let [first, second, dead] = joined_with_pes::<3>(t)?;
    t.habits(&dead).fall_silent();
    t.initiates_takeover(&first, dead.id)?;
    t.expect(R5353_3_5_1_11, &first, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;

    t.initiates_takeover(&second, dead.id)?;
    t.expect(R5353_3_5_1_16, &second, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
    Ok(())
}

const TAKEOVER_OF_AN_UNKNOWN_REGISTRAR_IS_ACKNOWLEDGED: Case = registrar(
    "rfc5353/3.5.1/takeover-of-an-unknown-registrar-is-acknowledged",
    "A bystander acknowledges the takeover of a registrar that it does not know.",
    &[
        R5353_3_5_1_16, // An unknown target and a second initiator get an ACK.
        R5353_2_8_2,    // An acknowledgement repeats the Targeting Server's ID.
    ],
    takeover_of_an_unknown_registrar_is_acknowledged,
)
.needs(&[Ics::EnrpPeers]);

fn takeover_of_an_unknown_registrar_is_acknowledged(t: &mut Tester) -> Outcome {
    let [initiator] = joined_with_pes::<1>(t)?;
    let unknown = t.random_identifier();
    t.initiates_takeover(&initiator, unknown)?;

    let ack = t.expect(R5353_3_5_1_16, &initiator, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
    t.field(R5353_2_8_2, &ack, "targeting-server-id", unknown);
    Ok(())
}

const INITIATOR_ACKNOWLEDGES_THE_TAKEOVER_OF_ANOTHER_TARGET: Case = registrar(
    "rfc5353/3.5.1/initiator-acknowledges-the-takeover-of-another-target",
    "A registrar in an arbitration of its own acknowledges the takeover of another target.",
    &[
        R5353_3_5_1_17, // An initiator acknowledges takeovers of other targets.
        R5353_2_8_2,    // An acknowledgement repeats the Targeting Server's ID.
    ],
    initiator_acknowledges_the_takeover_of_another_target,
)
.needs(&[Ics::EnrpPeers]);

fn initiator_acknowledges_the_takeover_of_another_target(t: &mut Tester) -> Outcome {
    let [initiator, other, dead] = joined_with_pes::<3>(t)?;
    t.habits(&initiator).takeover = false;
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &dead, &initiator).map(|_| ()))?;
    t.initiates_takeover(&initiator, other.id)?;

    let ack = t.expect(R5353_3_5_1_17, &initiator, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
    t.field(R5353_2_8_2, &ack, "targeting-server-id", other.id);
    Ok(())
}

const STRANGER_THAT_TAKES_OVER_THE_TARGET_MEETS_AN_OBJECTION: Case = registrar(
    "rfc5353/3.5.1/stranger-that-takes-over-the-target-meets-an-objection",
    "If an unknown registrar initiates the takeover of the target, the target announces its presence to its peers.",
    &[
        R5353_3_5_1_5, // The target of a takeover announces its presence.
        R5353_3_5_1_6, // The target of a takeover does not acknowledge it.
    ],
    stranger_that_takes_over_the_target_meets_an_objection,
)
.needs(&[Ics::EnrpPeers]);

fn stranger_that_takes_over_the_target_meets_an_objection(t: &mut Tester) -> Outcome {
    let [known] = joined_with_pes::<1>(t)?;
    let (stranger, server) = (t.enrp_peer()?, t.target_server());
    t.initiates_takeover(&stranger, server)?;

    t.expect(R5353_3_5_1_5, &known, ENRP_PRESENCE, AT_ONCE)?;
    peer_gets_none(t, R5353_3_5_1_6, &stranger, ENRP_INIT_TAKEOVER_ACK)
}

const EACH_TAKEOVER_OF_THE_TARGET_MEETS_AN_OBJECTION: Case = registrar(
    "rfc5353/3.5.1/each-takeover-of-the-target-meets-an-objection",
    "If two peers initiate its takeover one after the other, the target announces its presence each time.",
    &[
        R5353_3_5_1_5, // The target of a takeover announces its presence.
    ],
    each_takeover_of_the_target_meets_an_objection,
)
.needs(&[Ics::EnrpPeers]);

fn each_takeover_of_the_target_meets_an_objection(t: &mut Tester) -> Outcome {
    let peers = joined_with_pes::<2>(t)?;
    let server = t.target_server();
    for initiator in [&peers[0], &peers[1], &peers[0]] {
        for peer in &peers {
            t.forget(peer);
        }
        t.initiates_takeover(initiator, server)?;
        for peer in &peers {
            t.expect(R5353_3_5_1_5, peer, ENRP_PRESENCE, AT_ONCE)?;
        }
        t.pass_time(AT_ONCE)?;
    }
    Ok(())
}

const RIVAL_THAT_WINS_BECOMES_THE_HOME: Case = registrar(
    "rfc5353/3.5.1/rival-that-wins-becomes-the-home",
    "An initiator that has given way accepts the other one as the new Home of the target's PEs.",
    &[
        R5353_3_5_1_7, // An initiator with the smaller ID gives way.
        R5353_3_5_2_7, // A peer notes the new Home of the target's PEs.
    ],
    rival_that_wins_becomes_the_home,
)
.needs(&[Ics::EnrpPeers]);

fn rival_that_wins_becomes_the_home(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let (rival, dead) = (t.enrp_peer_with(0xffff_ffff)?, t.enrp_peer()?);
    let entry = t.element_of(&dead, &pool);
    t.habits(&rival).takeover = false;
    t.holds(&rival, &entry);
    t.holds(&dead, &entry);
    t.preamble(|t| {
        t.join(&[&rival])?;
        meet(t, &dead)?;
        t.pass_time(AT_ONCE)?;
        takeover_of(t, R5353_3_5_1_1, &dead, &rival).map(|_| ())
    })?;
    t.initiates_takeover(&rival, dead.id)?;
    t.preamble(|t| handled(t, &rival))?;
    home_is(t, R5353_3_5_1_7, &pu, &pool, dead.id)?;

    t.holds(&rival, &entry.owned_by(rival.id));
    t.takes_over(&rival, dead.id)?;
    t.preamble(|t| handled(t, &rival))?;
    home_is(t, R5353_3_5_2_7, &pu, &pool, rival.id)
}

const BYSTANDER_STILL_MONITORS_OTHER_PEERS: Case = registrar(
    "rfc5353/3.5.1/bystander-still-monitors-other-peers",
    "After the acknowledgement of a takeover another silent peer is still asked, and taken over.",
    &[
        R5353_3_4_3_3, // A silent peer is asked at once.
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
    ],
    bystander_still_monitors_other_peers,
)
.needs(&[Ics::EnrpPeers]);

fn bystander_still_monitors_other_peers(t: &mut Tester) -> Outcome {
    let [initiator, dead, silent] = joined_with_pes::<3>(t)?;
    for peer in [&dead, &silent] {
        t.habits(peer).fall_silent();
    }
    t.initiates_takeover(&initiator, dead.id)?;
    t.preamble(|t| {
        t.expect(R5353_3_5_1_11, &initiator, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
        t.takes_over(&initiator, dead.id)
    })?;

    let within = time_to_takeover(t);
    let target = Some(i64::from(silent.id));
    let its = move |m: &Message| m.number("targeting-server-id") == target;
    t.expect_that(R5353_3_4_3_5, &initiator, ENRP_INIT_TAKEOVER, within, its)?;
    let asked = t
        .take_all(&silent, ENRP_PRESENCE)
        .iter()
        .any(|m| m.flag('R'));
    t.check_that(R5353_3_4_3_3, asked, "taken over, but not asked");
    Ok(())
}
