//! Arbitration and takeover.

use super::*;

const TARGET: ServerId = ServerId(0x0500_0000);

/// Returns a registrar whose peer TARGET is dead, with PE 1 of it, and the associations of SMALL and LARGE.
fn with_dead_target() -> (World, Assoc, Assoc) {
    let (mut world, small, large) = with_silent_target();
    world.pass_secs(5);
    assert_eq!(world.peer_state(TARGET), "Dead");
    (world, small, large)
}

/// Returns the same a moment before: TARGET is probed.
fn with_silent_target() -> (World, Assoc, Assoc) {
    let mut world = World::alone();
    let target = world.peer(5, TARGET);
    world.announce_pe(target, TARGET, "p", owned(TARGET, 9, 1));
    let (small, large) = (world.peer(2, SMALL), world.peer(3, LARGE));
    world.pass_secs(50);
    hello(&mut world, small, SMALL);
    hello(&mut world, large, LARGE);
    world.pass_secs(11);
    assert_eq!(world.peer_state(TARGET), "Probed");
    world.out.clear();
    (world, small, large)
}

fn hello(world: &mut World, assoc: Assoc, id: ServerId) {
    world.enrp(assoc, Presence::new(id, ALL, None, None));
}

fn ack(world: &mut World, assoc: Assoc, from: ServerId) {
    world.enrp(assoc, InitTakeoverAck::new(from, OWN, TARGET));
}

fn home(world: &World) -> ServerId {
    world.known()[0].1
}

#[test]
fn takeover_needs_the_acks_of_all_other_peers() {
    let (mut world, small, large) = with_dead_target();
    let target = Assoc(1005);
    let sent = world.sent_enrp();
    let inits: Vec<Assoc> = sent.iter().map(|(assoc, _)| *assoc).collect();
    assert_eq!(inits, [small, target, large], "the target included");
    for (_, message) in sent {
        let Message::InitTakeover(m) = message else {
            panic!("INIT_TAKEOVER: {message:?}");
        };
        assert_eq!((m.sender, m.receiver, m.target), (OWN, ALL, TARGET));
    }
    ack(&mut world, small, SMALL);
    ack(&mut world, small, SMALL);
    assert!(world.sent_enrp().is_empty(), "one is missing");
    assert_eq!(home(&world), TARGET);
    ack(&mut world, large, LARGE);
    let took = "TAKEOVER_SERVER";
    assert_eq!(home(&world), OWN);
    assert_eq!(world.peer_state(TARGET), "(unknown)");
    assert_eq!(world.names(), [(small, took), (large, took)]);
}

#[test]
fn takeover_stops_when_the_target_is_heard() {
    let (mut world, small, large) = with_dead_target();
    ack(&mut world, small, SMALL);
    hello(&mut world, Assoc(1005), TARGET);
    assert_eq!(world.peer_state(TARGET), "Active");
    ack(&mut world, large, LARGE);
    assert_eq!(home(&world), TARGET, "a late ACK does not revive it");
}

#[test]
fn the_larger_identifier_wins() {
    let (mut world, small, large) = with_dead_target();
    world.out.clear();
    world.enrp(small, InitTakeover::new(SMALL, ALL, TARGET));
    assert!(
        world.sent_enrp().is_empty(),
        "(2B): a smaller one is ignored"
    );
    assert_eq!(world.peer_state(TARGET), "Dead");
    world.enrp(large, InitTakeover::new(LARGE, ALL, TARGET));
    assert_eq!(world.names(), [(large, "INIT_TAKEOVER_ACK")]);
    assert_eq!(world.peer_state(TARGET), "NotActive", "(2A)");
    ack(&mut world, small, SMALL);
    ack(&mut world, large, LARGE);
    assert_eq!(home(&world), TARGET);
    world.enrp(large, TakeoverServer::new(LARGE, ALL, TARGET));
    assert_eq!(home(&world), LARGE);
    assert_eq!(world.peer_state(TARGET), "(unknown)");
}

#[test]
fn bystander_acks_init_takeover() {
    let (mut world, small, large) = with_silent_target();
    world.enrp(small, InitTakeover::new(SMALL, ALL, TARGET));
    let Message::InitTakeoverAck(m) = world.only_enrp(small) else {
        panic!("an ACK");
    };
    assert_eq!((m.sender, m.receiver, m.target), (OWN, SMALL, TARGET));
    assert_eq!(world.peer_state(TARGET), "NotActive");
    for _ in 0..10 {
        world.pass_secs(30);
        hello(&mut world, small, SMALL);
        hello(&mut world, large, LARGE);
    }
    assert_eq!(world.peer_state(TARGET), "NotActive", "it is not monitored");
    hello(&mut world, Assoc(1005), TARGET);
    assert_eq!(world.peer_state(TARGET), "Active", "until it is heard");
    // An unknown target is no reason to refuse.
    world.out.clear();
    world.enrp(small, InitTakeover::new(SMALL, ALL, ServerId(99)));
    assert_eq!(world.names(), [(small, "INIT_TAKEOVER_ACK")]);
}

#[test]
fn peer_is_taken_over_when_its_successor_dies() {
    let (mut world, small, large) = with_silent_target();
    world.enrp(small, InitTakeover::new(SMALL, ALL, TARGET));
    for _ in 0..4 {
        world.pass_secs(30);
        hello(&mut world, large, LARGE);
    }
    world.pass_secs(10);
    assert_eq!(world.peer_state(SMALL), "Dead");
    assert_eq!(world.peer_state(TARGET), "Dead", "it is watched again");
    world.enrp(large, InitTakeoverAck::new(LARGE, OWN, SMALL));
    ack(&mut world, large, LARGE);
    assert_eq!(home(&world), OWN);
}

#[test]
fn two_dead_peers_do_not_wait_for_each_other() {
    let mut world = World::alone();
    world.peer(5, TARGET);
    world.peer(2, SMALL);
    world.pass_secs(67);
    assert_eq!(world.peer_state(TARGET), "(unknown)");
    assert_eq!(world.peer_state(SMALL), "(unknown)");
}

#[test]
fn missing_ack_is_requested_again() {
    let (mut world, small, large) = with_dead_target();
    ack(&mut world, small, SMALL);
    world.out.clear();
    hello(&mut world, large, LARGE);
    hello(&mut world, small, SMALL);
    world.pass_secs(29);
    let inits = |world: &mut World| {
        let names = world.names().into_iter();
        let inits = names.filter(|(_, name)| *name == "INIT_TAKEOVER");
        inits.map(|(assoc, _)| assoc).collect::<Vec<_>>()
    };
    assert_eq!(inits(&mut world), []);
    world.pass_secs(1);
    assert_eq!(inits(&mut world), [large]);
}

#[test]
fn living_target_sends_a_presence() {
    let mut world = World::alone();
    let (small, large) = (world.peer(2, SMALL), world.peer(3, LARGE));
    world.enrp(small, InitTakeover::new(SMALL, ALL, OWN));
    let presence = "PRESENCE";
    assert_eq!(
        world.names(),
        [(small, presence), (large, presence)],
        "to all, no ACK"
    );
}

#[test]
fn living_target_hands_over_its_pes() {
    let mut world = World::alone();
    let small = world.peer(2, SMALL);
    let pe = world.up(1);
    world.register(pe, "p", element(1, 7));
    world.announce_pe(small, SMALL, "p", owned(SMALL, 9, 8));
    world.enrp(small, TakeoverServer::new(SMALL, ALL, OWN));
    assert_eq!(world.known(), [(7, SMALL), (8, SMALL)]);
    assert_eq!(world.names(), [(small, "PRESENCE")]);
    assert_eq!(world.peer_state(SMALL), "Active");
}

#[test]
fn only_the_targets_pes_change_their_home() {
    let (mut world, small, large) = with_silent_target();
    world.announce_pe(large, LARGE, "p", owned(LARGE, 9, 2));
    world.enrp(small, TakeoverServer::new(SMALL, ALL, TARGET));
    assert_eq!(world.known(), [(1, SMALL), (2, LARGE)]);
}

#[test]
fn a_split_off_peer_is_asked_for_its_list_when_it_is_back() {
    let (mut world, small, _) = with_silent_target();
    world.enrp(small, TakeoverServer::new(SMALL, ALL, TARGET));
    world.out.clear();
    let back = Assoc(1005);
    hello(&mut world, back, TARGET);
    assert_eq!(world.names(), [(back, "PRESENCE"), (back, "LIST_REQUEST")]);
}

#[test]
fn a_former_registrar_of_its_own_address_is_dead() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    // The name of this registrar before it restarted.
    let servers = vec![information(TARGET, 1)];
    world.enrp(peer, ListResponse::new(SMALL, OWN, servers));
    world.pass_secs(50);
    hello(&mut world, peer, SMALL);
    world.out.clear();
    world.pass_secs(11);
    assert_eq!(
        world.peer_state(TARGET),
        "Dead",
        "a probe would go to itself"
    );
}
