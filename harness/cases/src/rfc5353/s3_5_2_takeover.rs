//! RFC 5353 §3.5.2: takeover of a dead peer.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    TAKEOVER_IS_DECLARED_TO_ALL_ACTIVE_PEERS,
    INITIATOR_BECOMES_THE_HOME,
    DEAD_PEER_LEAVES_THE_LIST,
    PES_TAKEN_OVER_GET_A_KEEP_ALIVE_WITH_H,
    PEER_NOTES_THE_NEW_HOME,
    PEER_REMOVES_THE_TARGET,
];

const TAKEOVER_IS_DECLARED_TO_ALL_ACTIVE_PEERS: Case = registrar(
    "rfc5353/3.5.2/takeover-is-declared-to-all-active-peers",
    "The initiator that has won sends every active peer an ENRP_TAKEOVER_SERVER that names the target.",
    &[
        R5353_3_5_2_1, // TAKEOVER_SERVER goes to all active peers first.
        R5353_3_5_2_2, // TAKEOVER_SERVER names the target.
    ],
    takeover_is_declared_to_all_active_peers,
)
.needs(&[Ics::EnrpPeers]);

fn takeover_is_declared_to_all_active_peers(t: &mut Tester) -> Outcome {
    let [one, two, dead] = joined_with_pes::<3>(t)?;
    t.preamble(|t| takeover_of(t, R5353_3_5_1_1, &dead, &one).map(|_| ()))?;

    for peer in [&one, &two] {
        let declared = t.expect(R5353_3_5_2_1, peer, ENRP_TAKEOVER_SERVER, AT_ONCE)?;
        t.field(R5353_3_5_2_2, &declared, "targeting-server-id", dead.id);
    }
    Ok(())
}

/// Makes `dead` silent and waits until the target has taken it over.
fn taken_over(t: &mut Tester, dead: &EnrpPeer, witness: &EnrpPeer) -> Outcome {
    t.preamble(|t| {
        takeover_of(t, R5353_3_5_1_1, dead, witness)?;
        t.expect(R5353_3_5_2_1, witness, ENRP_TAKEOVER_SERVER, AT_ONCE)?;
        t.pass_time(AT_ONCE)
    })
}

const INITIATOR_BECOMES_THE_HOME: Case = registrar(
    "rfc5353/3.5.2/initiator-becomes-the-home",
    "After a takeover the initiator is the Home of the dead peer's PEs, and of no other.",
    &[
        R5353_3_5_2_3, // The initiator becomes the Home of the target's PEs.
        R5353_3_5_2_8, // A takeover changes the Home of no other PE.
    ],
    initiator_becomes_the_home,
)
.needs(&[Ics::EnrpPeers]);

fn initiator_becomes_the_home(t: &mut Tester) -> Outcome {
    let (orphans, others) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pu = t.pool_user();
    let [witness, dead] = joined::<2>(t)?;
    let (_, orphan) = orphan(t, &dead, &orphans)?;
    let other = t.element_of(&witness, &others);
    t.preamble(|t| {
        t.adds_pe(&dead, &orphan)?;
        t.adds_pe(&witness, &other)?;
        handled(t, &witness)
    })?;
    taken_over(t, &dead, &witness)?;

    let server = t.target_server();
    home_is(t, R5353_3_5_2_3, &pu, &orphans, server)?;
    home_is(t, R5353_3_5_2_8, &pu, &others, witness.id)?;
    Ok(())
}

const DEAD_PEER_LEAVES_THE_LIST: Case = registrar(
    "rfc5353/3.5.2/dead-peer-leaves-the-list",
    "After a takeover the initiator no longer lists the dead peer.",
    &[
        R5353_3_5_2_4, // The initiator removes the target from its peer list.
    ],
    dead_peer_leaves_the_list,
)
.needs(&[Ics::EnrpPeers]);

fn dead_peer_leaves_the_list(t: &mut Tester) -> Outcome {
    let [witness, dead] = joined_with_pes::<2>(t)?;
    taken_over(t, &dead, &witness)?;

    let list = list_of_target(t, &witness)?;
    list_names(t, R5353_3_5_2_4, &list, &[dead], false);
    Ok(())
}

const PES_TAKEN_OVER_GET_A_KEEP_ALIVE_WITH_H: Case = registrar(
    "rfc5353/3.5.2/pes-taken-over-get-a-keep-alive-with-h",
    "Each PE that is taken over gets a keep-alive with H set, which names its new Home.",
    &[
        R5353_3_5_2_5, // Each PE taken over gets a KEEP_ALIVE with H=1.
    ],
    pes_taken_over_get_a_keep_alive_with_h,
)
.needs(&[Ics::EnrpPeers]);

fn pes_taken_over_get_a_keep_alive_with_h(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [witness, dead] = joined::<2>(t)?;
    let pes = [orphan(t, &dead, &pool)?, orphan(t, &dead, &pool)?];
    t.preamble(|t| {
        for (_, entry) in &pes {
            t.adds_pe(&dead, entry)?;
        }
        Ok(())
    })?;
    t.preamble(|t| handled(t, &dead))?;
    taken_over(t, &dead, &witness)?;

    let server = t.target_server();
    for (pe, _) in &pes {
        let message = t.expect(R5353_3_5_2_5, pe, ENDPOINT_KEEP_ALIVE, AT_ONCE)?;
        t.flag_set(R5353_3_5_2_5, &message, 'H');
        t.field(R5353_3_5_2_5, &message, "server-identifier", server);
    }
    Ok(())
}

const PEER_NOTES_THE_NEW_HOME: Case = registrar(
    "rfc5353/3.5.2/peer-notes-the-new-home",
    "A registrar that hears of a takeover changes the Home of the PEs taken over, and of no other.",
    &[
        R5353_3_5_2_7, // A peer notes the new Home of the target's PEs.
        R5353_3_5_2_8, // A takeover changes the Home of no other PE.
    ],
    peer_notes_the_new_home,
)
.needs(&[Ics::EnrpPeers]);

fn peer_notes_the_new_home(t: &mut Tester) -> Outcome {
    let (orphans, own) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pu = t.pool_user();
    let [initiator, dead] = joined::<2>(t)?;
    let (orphan, pe) = (t.element_of(&dead, &orphans), t.pool_element(&own));
    t.preamble(|t| {
        t.register(&pe)?;
        t.adds_pe(&dead, &orphan)?;
        handled(t, &dead)
    })?;
    t.habits(&dead).fall_silent();
    t.preamble(|t| {
        t.initiates_takeover(&initiator, dead.id)?;
        t.expect(R5353_3_5_1_11, &initiator, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
        Ok(())
    })?;
    t.drops(&dead, &orphan);
    let mut adopted = orphan.clone();
    adopted.element.home = initiator.id;
    t.holds(&initiator, &adopted);
    t.takes_over(&initiator, dead.id)?;
    t.preamble(|t| handled(t, &initiator))?;

    home_is(t, R5353_3_5_2_7, &pu, &orphans, initiator.id)?;
    home_is(t, R5353_3_5_2_8, &pu, &own, t.target_server())?;
    Ok(())
}

const PEER_REMOVES_THE_TARGET: Case = registrar(
    "rfc5353/3.5.2/peer-removes-the-target",
    "A registrar that hears of a takeover no longer lists the target of it.",
    &[
        R5353_3_5_2_6, // A peer removes the target of a finished takeover.
    ],
    peer_removes_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn peer_removes_the_target(t: &mut Tester) -> Outcome {
    let [initiator, dead] = joined::<2>(t)?;
    t.habits(&dead).fall_silent();
    t.preamble(|t| {
        t.initiates_takeover(&initiator, dead.id)?;
        t.expect(R5353_3_5_1_11, &initiator, ENRP_INIT_TAKEOVER_ACK, AT_ONCE)?;
        Ok(())
    })?;
    t.takes_over(&initiator, dead.id)?;
    t.preamble(|t| handled(t, &initiator))?;

    let list = list_of_target(t, &initiator)?;
    list_names(t, R5353_3_5_2_6, &list, &[dead], false);
    Ok(())
}
