//! RFC 5353 §3.5.1: arbitration before a takeover.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    TAKEOVER_IS_ANNOUNCED_TO_ALL_PEERS,
    INITIATOR_WAITS_FOR_EVERY_ACKNOWLEDGEMENT,
    LONE_INITIATOR_COMPLETES_THE_TAKEOVER,
    PRESENCE_OF_THE_TARGET_STOPS_THE_TAKEOVER,
    TARGET_OF_A_TAKEOVER_OBJECTS,
    BYSTANDER_ACKNOWLEDGES,
    BYSTANDER_NO_LONGER_MONITORS_THE_TARGET,
    SMALLER_SERVER_ID_GIVES_WAY,
    LARGER_SERVER_ID_GOES_ON,
];

const TAKEOVER_IS_ANNOUNCED_TO_ALL_PEERS: Case = registrar(
    "rfc5353/3.5.1/takeover-is-announced-to-all-peers",
    "The initiator announces a takeover to all its peers, the dead one among them.",
    &[
        R5353_3_5_1_1, // A takeover begins with an arbitration.
        R5353_3_5_1_2, // INIT_TAKEOVER names its sender and the target.
        R5353_3_5_1_3, // INIT_TAKEOVER goes to the target of the takeover too.
    ],
    takeover_is_announced_to_all_peers,
)
.needs(&[Ics::EnrpPeers]);

fn takeover_is_announced_to_all_peers(t: &mut Tester) -> Outcome {
    let [one, two, dead] = joined_with_pes::<3>(t)?;
    for peer in [&one, &two] {
        t.habits(peer).takeover = false;
    }

    let server = t.target_server();
    t.habits(&dead).fall_silent();
    let within = time_to_takeover(t);
    let init = t.expect(R5353_3_5_1_1, &one, ENRP_INIT_TAKEOVER, within)?;
    t.field(R5353_3_5_1_2, &init, "sender-server-id", server);
    t.field(R5353_3_5_1_2, &init, "targeting-server-id", dead.id);
    t.expect(R5353_3_5_1_1, &two, ENRP_INIT_TAKEOVER, AT_ONCE)?;
    t.expect(R5353_3_5_1_3, &dead, ENRP_INIT_TAKEOVER, AT_ONCE)?;
    Ok(())
}

const INITIATOR_WAITS_FOR_EVERY_ACKNOWLEDGEMENT: Case = registrar(
    "rfc5353/3.5.1/initiator-waits-for-every-acknowledgement",
    "The takeover completes after the last acknowledgement, and not before.",
    &[
        R5353_3_5_1_4,  // The initiator waits for the ACK of every other peer.
        R5353_3_5_1_13, // The takeover completes after the last ACK.
    ],
    initiator_waits_for_every_acknowledgement,
)
.needs(&[Ics::EnrpPeers]);

fn initiator_waits_for_every_acknowledgement(t: &mut Tester) -> Outcome {
    let [quick, slow, dead] = joined_with_pes::<3>(t)?;
    t.habits(&slow).takeover = false;
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &dead, &quick).map(|_| ()))?;

    peer_gets_none(t, R5353_3_5_1_4, &quick, ENRP_TAKEOVER_SERVER)?;
    acknowledge_takeover(t, &slow, &dead)?;
    completes(t, R5353_3_5_1_13, &quick, &dead)
}

const LONE_INITIATOR_COMPLETES_THE_TAKEOVER: Case = registrar(
    "rfc5353/3.5.1/lone-initiator-completes-the-takeover",
    "An initiator whose only peer is dead needs no acknowledgement and becomes the Home of its PEs.",
    &[
        R5353_3_5_1_13, // The takeover completes after the last ACK.
    ],
    lone_initiator_completes_the_takeover,
)
.needs(&[Ics::EnrpPeers]);

fn lone_initiator_completes_the_takeover(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let [dead] = joined::<1>(t)?;
    let (_, orphan) = orphan(t, &dead, &pool)?;
    let server = t.target_server();
    t.preamble(|t| {
        t.adds_pe(&dead, &orphan)?;
        handled(t, &dead)?;
        if home_in(t, &pu, &pool)? == Some(i64::from(dead.id)) {
            return Ok(());
        }
        Err(t.inconclusive("the peer's PE is not listed with its Home"))
    })?;
    t.habits(&dead).fall_silent();
    t.preamble(|t| {
        let within = time_to_takeover(t);
        t.expect(R5353_3_5_1_1, &dead, ENRP_INIT_TAKEOVER, within)?;
        t.pass_time(t.timers().max_time_no_response + AT_ONCE)
    })?;

    home_is(t, R5353_3_5_1_13, &pu, &pool, server)?;
    Ok(())
}

const PRESENCE_OF_THE_TARGET_STOPS_THE_TAKEOVER: Case = registrar(
    "rfc5353/3.5.1/presence-of-the-target-stops-the-takeover",
    "A presumed dead peer that shows itself is not taken over, and is monitored again.",
    &[
        R5353_3_5_1_14, // A PRESENCE of the target stops the takeover.
        R5353_3_5_1_15, // A target that shows itself is active again.
    ],
    presence_of_the_target_stops_the_takeover,
)
.needs(&[Ics::EnrpPeers]);

fn presence_of_the_target_stops_the_takeover(t: &mut Tester) -> Outcome {
    let [witness, suspect] = joined_with_pes::<2>(t)?;
    t.habits(&witness).takeover = false;
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &suspect, &witness).map(|_| ()))?;
    t.take_all(&suspect, ENRP_PRESENCE);
    t.presence(&suspect, false)?;
    t.preamble(|t| t.pass_time(AT_ONCE))?;
    acknowledge_takeover(t, &witness, &suspect)?;

    peer_gets_none(t, R5353_3_5_1_14, &witness, ENRP_TAKEOVER_SERVER)?;
    let span = t.timers().max_time_last_heard;
    t.expect_that(R5353_3_5_1_15, &suspect, ENRP_PRESENCE, span, |m| {
        m.flag('R')
    })?;
    Ok(())
}

const TARGET_OF_A_TAKEOVER_OBJECTS: Case = registrar(
    "rfc5353/3.5.1/target-of-a-takeover-objects",
    "A registrar that is to be taken over announces its presence to all peers and acknowledges nothing.",
    &[
        R5353_3_5_1_5, // The target of a takeover announces its presence.
        R5353_3_5_1_6, // The target of a takeover does not acknowledge it.
    ],
    target_of_a_takeover_objects,
)
.needs(&[Ics::EnrpPeers]);

fn target_of_a_takeover_objects(t: &mut Tester) -> Outcome {
    let [initiator, other] = joined_with_pes::<2>(t)?;
    let server = t.target_server();
    t.initiates_takeover(&initiator, server)?;

    t.expect(R5353_3_5_1_5, &initiator, ENRP_PRESENCE, AT_ONCE)?;
    t.expect(R5353_3_5_1_5, &other, ENRP_PRESENCE, AT_ONCE)?;
    peer_gets_none(t, R5353_3_5_1_6, &initiator, ENRP_INIT_TAKEOVER_ACK)
}

const BYSTANDER_ACKNOWLEDGES: Case = registrar(
    "rfc5353/3.5.1/bystander-acknowledges",
    "A registrar that is neither target nor initiator acknowledges a takeover to its initiator.",
    &[
        R5353_3_5_1_11, // A bystander acknowledges an INIT_TAKEOVER.
        R5353_2_8_2,    // An acknowledgement repeats the Targeting Server's ID.
    ],
    bystander_acknowledges,
)
.needs(&[Ics::EnrpPeers]);

fn bystander_acknowledges(t: &mut Tester) -> Outcome {
    let [initiator, dead] = joined_with_pes::<2>(t)?;
    t.initiates_takeover(&initiator, dead.id)?;

    let ack = t.expect(R5353_3_5_1_11, &initiator, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
    t.field(R5353_2_8_2, &ack, "targeting-server-id", dead.id);
    let strays = t.take_all(&dead, ENRP_INIT_TAKEOVER_ACK).len();
    t.check_eq(R5353_3_5_1_11, "acknowledgements to the target", strays, 0);
    Ok(())
}

const BYSTANDER_NO_LONGER_MONITORS_THE_TARGET: Case = registrar(
    "rfc5353/3.5.1/bystander-no-longer-monitors-the-target",
    "After its acknowledgement a registrar starts no takeover of the same target.",
    &[
        R5353_3_5_1_12, // A bystander no longer monitors the target.
    ],
    bystander_no_longer_monitors_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn bystander_no_longer_monitors_the_target(t: &mut Tester) -> Outcome {
    let [initiator, dead] = joined_with_pes::<2>(t)?;
    t.habits(&dead).fall_silent();
    t.initiates_takeover(&initiator, dead.id)?;
    t.preamble(|t| {
        t.expect(R5353_3_5_1_11, &initiator, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
        Ok(())
    })?;
    t.forget(&dead);
    t.pass_time(2 * time_to_takeover(t))?;

    is_not_asked(t, R5353_3_5_1_12, &dead);
    peer_gets_none(t, R5353_3_5_1_12, &initiator, ENRP_INIT_TAKEOVER)
}

/// Returns a peer whose server ID is larger or smaller than the target's, known to the target.
fn rival(t: &mut Tester, larger: bool) -> Result<EnrpPeer, Stop> {
    let server = t.target_server();
    let id = match larger {
        true => server.checked_add(1),
        false => server.checked_sub(1).filter(|id| *id != 0),
    };
    let Some(id) = id else {
        return Err(t.inconclusive("the target's server ID has no neighbour"));
    };
    let rival = t.enrp_peer_with(id)?;
    t.preamble(|t| {
        meet(t, &rival)?;
        t.pass_time(AT_ONCE)
    })?;
    t.forget(&rival);
    t.habits(&rival).takeover = false;
    Ok(rival)
}

const SMALLER_SERVER_ID_GIVES_WAY: Case = registrar(
    "rfc5353/3.5.1/smaller-server-id-gives-way",
    "Of two initiators the one with the smaller server ID acknowledges and aborts its attempt.",
    &[
        R5353_3_5_1_7, // An initiator with the smaller ID gives way.
        R5353_3_5_1_8, // An initiator that gives way acknowledges.
        R5353_3_5_1_9, // An initiator that gives way stops to ask the target.
    ],
    smaller_server_id_gives_way,
)
.needs(&[Ics::EnrpPeers]);

fn smaller_server_id_gives_way(t: &mut Tester) -> Outcome {
    let [_, dead] = joined_with_pes::<2>(t)?;
    let larger = rival(t, true)?;
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &dead, &larger).map(|_| ()))?;
    t.initiates_takeover(&larger, dead.id)?;

    let ack = t.expect(R5353_3_5_1_8, &larger, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
    t.field(R5353_3_5_1_8, &ack, "targeting-server-id", dead.id);
    // An acknowledgement that comes late does not revive the attempt.
    acknowledge_takeover(t, &larger, &dead)?;
    peer_gets_none(t, R5353_3_5_1_7, &larger, ENRP_TAKEOVER_SERVER)?;
    t.forget(&dead);
    t.pass_time(2 * time_to_takeover(t))?;
    is_not_asked(t, R5353_3_5_1_9, &dead);
    Ok(())
}

const LARGER_SERVER_ID_GOES_ON: Case = registrar(
    "rfc5353/3.5.1/larger-server-id-goes-on",
    "Of two initiators the one with the larger server ID ignores the other and completes its takeover.",
    &[
        R5353_3_5_1_10, // An initiator with the larger ID ignores the other.
    ],
    larger_server_id_goes_on,
)
.needs(&[Ics::EnrpPeers]);

fn larger_server_id_goes_on(t: &mut Tester) -> Outcome {
    let [_, dead] = joined_with_pes::<2>(t)?;
    let smaller = rival(t, false)?;
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &dead, &smaller).map(|_| ()))?;
    t.initiates_takeover(&smaller, dead.id)?;

    peer_gets_none(t, R5353_3_5_1_10, &smaller, ENRP_INIT_TAKEOVER_ACK)?;
    acknowledge_takeover(t, &smaller, &dead)?;
    completes(t, R5353_3_5_1_10, &smaller, &dead)
}
