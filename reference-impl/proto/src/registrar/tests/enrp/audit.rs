//! Checksums and re-synchronization.

use super::*;

fn hello(world: &mut World, assoc: Assoc, checksum: u16) {
    world.enrp(
        assoc,
        Presence::new(SMALL, ALL, Some(PeChecksum(checksum)), None),
    );
}

/// Returns a world and a peer with PEs 1, 2 and 3, and its checksum.
fn with_three() -> (World, Assoc, u16) {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    for pe in 1..=3 {
        world.announce_pe(peer, SMALL, "p", owned(SMALL, 9, pe));
    }
    let checksum = world.registrar.handlespace().checksum(SMALL);
    (world, peer, checksum)
}

fn response(elements: &[PoolElement], more: bool) -> HandleTableResponse {
    let entries = match elements {
        [] => Vec::new(),
        elements => vec![entry("p", elements)],
    };
    HandleTableResponse::new(SMALL, OWN, entries, more)
}

#[test]
fn equal_checksums_cause_no_audit() {
    let (mut world, peer, checksum) = with_three();
    hello(&mut world, peer, checksum);
    assert!(world.sent_enrp().is_empty());
}

#[test]
fn different_checksum_requests_the_owned_pes_and_purges_silently() {
    let (mut world, peer, checksum) = with_three();
    world.announce_pe(peer, SMALL, "p", owned(LARGE, 9, 4));
    hello(&mut world, peer, checksum ^ 1);
    let Message::HandleTableRequest(request) = world.only_enrp(peer) else {
        panic!("a request");
    };
    assert!(request.own_children_only() && request.receiver == SMALL);
    hello(&mut world, peer, checksum ^ 1);
    assert!(world.sent_enrp().is_empty(), "one at a time");
    let changed = PoolElement {
        life: RegistrationLife(17),
        ..owned(SMALL, 9, 1)
    };
    world.enrp(peer, response(&[changed], true));
    assert_eq!(world.names(), [(peer, "HANDLE_TABLE_REQUEST")]);
    assert_eq!(
        world.known().len(),
        4,
        "nothing is purged before the last part"
    );
    world.enrp(peer, response(&[owned(SMALL, 9, 5)], false));
    assert_eq!(world.known(), [(1, SMALL), (4, LARGE), (5, SMALL)]);
    let space = world.registrar.handlespace();
    let first = space.element(space.find(b"p", PeIdentifier(1)).unwrap());
    assert_eq!(first.unwrap().life, RegistrationLife(17), "it is replaced");
    assert!(world.sent_enrp().is_empty(), "no HANDLE_UPDATE");
}

#[test]
fn missing_response_purges_nothing() {
    let (mut world, peer, checksum) = with_three();
    hello(&mut world, peer, checksum ^ 1);
    world.sent_enrp();
    world.pass_secs(5);
    assert_eq!(world.known().len(), 3);
    hello(&mut world, peer, checksum ^ 1);
    assert_eq!(world.names(), [], "its answer is still to come");
    // It never comes. The other peers answer that the peer is alive.
    for _ in 0..3 {
        world.pass_secs(21);
        world.sent_enrp();
        hello(&mut world, peer, checksum ^ 1);
    }
    assert_eq!(
        world.names(),
        [(peer, "HANDLE_TABLE_REQUEST")],
        "tried again when the peer has no session any more"
    );
    assert_eq!(world.known().len(), 3);
}

#[test]
fn late_response_continues_the_audit() {
    let (mut world, peer, checksum) = with_three();
    hello(&mut world, peer, checksum ^ 1);
    world.enrp(peer, response(&[owned(SMALL, 9, 1)], true));
    world.pass_secs(5);
    world.sent_enrp();
    world.enrp(peer, response(&[owned(SMALL, 9, 2)], true));
    assert_eq!(world.names(), [(peer, "HANDLE_TABLE_REQUEST")]);
    hello(&mut world, peer, checksum ^ 1);
    assert_eq!(world.names(), [], "one at a time");
    world.enrp(peer, response(&[owned(SMALL, 9, 3)], false));
    assert_eq!(world.known(), [(1, SMALL), (2, SMALL), (3, SMALL)]);
    // PEs that the whole table does not have are purged all the same.
    hello(&mut world, peer, checksum ^ 1);
    world.pass_secs(5);
    world.enrp(peer, response(&[owned(SMALL, 9, 1)], false));
    assert_eq!(world.known(), [(1, SMALL)]);
}

#[test]
fn a_takeover_that_comes_to_nothing_leaves_the_session_of_the_peer_where_it_is() {
    let (mut world, peer, checksum) = with_three();
    let other = world.peer(3, LARGE);
    hello(&mut world, peer, checksum ^ 1);
    world.enrp(peer, response(&[owned(SMALL, 9, 1)], true));
    world.enrp(other, InitTakeover::new(LARGE, ALL, SMALL));
    assert_eq!(world.peer_state(SMALL), "NotActive");
    world.out.clear();
    hello(&mut world, peer, checksum ^ 1);
    assert_eq!(world.names(), [], "the second part is on its way");
    world.enrp(peer, response(&[owned(SMALL, 9, 2)], true));
    hello(&mut world, peer, checksum ^ 1);
    assert_eq!(world.names(), [(peer, "HANDLE_TABLE_REQUEST")]);
    world.enrp(peer, response(&[owned(SMALL, 9, 3)], false));
    assert_eq!(world.known(), [(1, SMALL), (2, SMALL), (3, SMALL)]);
}

#[test]
fn lost_association_ends_the_audit() {
    for restarted in [true, false] {
        let (mut world, mut peer, checksum) = with_three();
        hello(&mut world, peer, checksum ^ 1);
        world.enrp(peer, response(&[owned(SMALL, 9, 1)], true));
        world.pass_secs(5);
        if restarted {
            world.input(Input::Restart { assoc: peer });
        } else {
            world.down(peer);
            peer = world.peer_up(2);
        }
        world.out.clear();
        hello(&mut world, peer, checksum ^ 1);
        assert_eq!(world.names(), [(peer, "HANDLE_TABLE_REQUEST")]);
        let all = [1, 2, 4].map(|pe| owned(SMALL, 9, pe));
        world.enrp(peer, response(&all, false));
        assert_eq!(world.known(), [(1, SMALL), (2, SMALL), (4, SMALL)]);
    }
}

#[test]
fn rejection_purges_nothing_and_is_retried_a_limited_number_of_times() {
    let (mut world, peer, checksum) = with_three();
    hello(&mut world, peer, checksum ^ 1);
    for request in 1..=3 {
        assert_eq!(world.names(), [(peer, "HANDLE_TABLE_REQUEST")]);
        world.enrp(peer, HandleTableResponse::rejection(SMALL, OWN));
        world.enrp(peer, response(&[], false));
        assert_eq!(world.known().len(), 3, "a response without a request");
        world.sent_enrp();
        world.pass_secs(2);
        assert!(world.sent_enrp().is_empty(), "a few seconds of rest");
        if request < 3 {
            world.pass_secs(2);
        }
    }
    world.pass_secs(10);
    assert!(world.sent_enrp().is_empty(), "until its next PRESENCE");
}

#[test]
fn table_with_too_many_parts_ends_the_audit() {
    let (mut world, peer, checksum) = with_three();
    hello(&mut world, peer, checksum ^ 1);
    let limit = crate::registrar::enrp::Config::default().max_table_parts;
    for _ in 1..limit {
        world.enrp(peer, response(&[], true));
    }
    world.sent_enrp();
    world.enrp(peer, response(&[], true));
    assert!(world.sent_enrp().is_empty());
    assert_eq!(world.known().len(), 3, "nothing is purged");
    // Its session would continue in the middle.
    hello(&mut world, peer, checksum ^ 1);
    world.enrp(peer, response(&[], false));
    assert!(world.sent_enrp().is_empty());
    assert_eq!(world.known().len(), 3);
}

#[test]
fn updates_during_an_audit_are_kept() {
    let (mut world, peer, checksum) = with_three();
    let other = world.peer(3, LARGE);
    let pe = world.up(1);
    hello(&mut world, peer, checksum ^ 1);
    world.out.clear();
    // New at the peer, moved away from it by another and to this one, and gone from it.
    world.announce_pe(peer, SMALL, "p", owned(SMALL, 9, 5));
    world.announce_pe(other, LARGE, "p", owned(LARGE, 9, 1));
    world.register(pe, "p", element(1, 2));
    let gone = owned(SMALL, 9, 3);
    world.enrp(
        peer,
        HandleUpdate::new(SMALL, ALL, UpdateAction::DEL_PE, "p".into(), gone),
    );
    let old = [1, 2, 3].map(|pe| owned(SMALL, 9, pe));
    world.enrp(peer, response(&old, false));
    assert_eq!(world.known(), [(1, LARGE), (2, OWN), (5, SMALL)]);
}

#[test]
fn entries_of_other_homes_are_ignored() {
    let (mut world, peer, checksum) = with_three();
    hello(&mut world, peer, checksum ^ 1);
    world.enrp(
        peer,
        response(&[owned(LARGE, 9, 1), owned(OWN, 9, 6)], false),
    );
    assert_eq!(
        world.known(),
        [],
        "1 was listed, but not as its own: still marked or not, it is not the peer's"
    );
}

#[test]
fn of_two_homes_the_larger_identifier_keeps_the_pe() {
    for (peer_id, number) in [(SMALL, 2), (LARGE, 3)] {
        let mut world = World::alone();
        let pe = world.up(1);
        world.register(pe, "p", element(1, 7));
        let ends = |world: &World| {
            let space = world.registrar.handlespace();
            space.expires(space.find(b"p", PeIdentifier(7))?)
        };
        let before = ends(&world);
        world.pass_secs(20);
        let peer = world.peer(number, peer_id);
        world.enrp(peer, Presence::new(peer_id, ALL, Some(PeChecksum(1)), None));
        world.out.clear();
        let entries = vec![entry("p", &[owned(peer_id, 1, 7)])];
        world.enrp(peer, HandleTableResponse::new(peer_id, OWN, entries, false));
        if peer_id == LARGE {
            assert_eq!(world.known(), [(7, LARGE)]);
            assert!(world.out.iter().all(|o| !matches!(o, Output::Send { .. })));
        } else {
            assert_eq!(world.known(), [(7, OWN)]);
            let anew = before.map(|at| at + Duration::from_secs(20));
            assert_eq!(ends(&world), anew, "it may have registered there since");
            let joined = world.out.iter().any(|output| match output {
                Output::Send {
                    assoc,
                    octets,
                    ppid: 11,
                    ..
                } => *assoc == pe && octets[1] == 1,
                _ => false,
            });
            assert!(joined, "the PE gets a KEEP_ALIVE with H=1");
            assert_eq!(
                world.names(),
                [(peer, "HANDLE_UPDATE")],
                "and so are the peers"
            );
        }
    }
}

#[test]
fn checksums_are_ignored_before_it_serves() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    world.out.clear();
    hello(&mut world, mentor, 0x1234);
    assert_eq!(world.names(), [(mentor, "PRESENCE")]);
}

/// Returns a world with a PE that registers here and, before the announcements of both have crossed, at a peer.
fn without_home() -> (World, Assoc, Assoc) {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    let pe = world.up(1);
    world.register(pe, "p", element(1, 7));
    world.announce_pe(peer, SMALL, "p", owned(SMALL, 1, 7));
    hello(&mut world, peer, 0xffff);
    world.out.clear();
    (world, peer, pe)
}

#[test]
fn pe_without_a_home_is_claimed_where_it_is_connected() {
    let (mut world, peer, pe) = without_home();
    world.enrp(peer, response(&[], false));
    assert_eq!(world.known(), [(7, OWN)]);
    let joined = |output: &Output| match output {
        Output::Send {
            assoc,
            octets,
            ppid: 11,
            ..
        } => *assoc == pe && octets[1] == 1,
        _ => false,
    };
    assert!(world.out.iter().any(joined), "it is asked to join");
    let Message::HandleUpdate(update) = world.only_enrp(peer) else {
        panic!("an update");
    };
    assert_eq!(update.action, UpdateAction::ADD_PE);
    assert_eq!(update.pool_element.home, OWN);
    // One that has left does not answer.
    world.pass_secs(15);
    assert_eq!(world.known(), []);
}

#[test]
fn pe_without_a_home_or_association_is_purged() {
    let (mut world, peer, pe) = without_home();
    world.down(pe);
    world.enrp(peer, response(&[], false));
    assert_eq!(world.known(), []);
}

#[test]
fn too_long_entries_are_ignored_and_rarely_requested_again() {
    use crate::registrar::Limit;
    let long = "h".repeat(1025);
    let wide = PoolElement {
        user_transport: {
            let many = (0..200u32).map(|n| std::net::Ipv6Addr::from(u128::from(n)).into());
            SctpTransport::new(7, rsp_wire::Addresses::collect(many).unwrap()).into()
        },
        ..owned(SMALL, 9, 2)
    };
    for (handle, element, limit) in [
        (long.as_str(), owned(SMALL, 9, 1), Limit::HandleLength),
        ("p", wide, Limit::ElementLength),
    ] {
        let mut world = World::alone();
        let peer = world.peer(2, SMALL);
        world.announce_pe(peer, SMALL, handle, element.clone());
        assert_eq!(world.known(), []);
        assert_eq!(world.registrar.counters().hits(limit), 1);
        let table = || {
            let entries = vec![entry(handle, std::slice::from_ref(&element))];
            HandleTableResponse::new(SMALL, OWN, entries, false)
        };
        hello(&mut world, peer, 0x1234);
        assert_eq!(world.names(), [(peer, "HANDLE_TABLE_REQUEST")]);
        world.enrp(peer, table());
        assert_eq!(world.registrar.counters().hits(limit), 2);
        hello(&mut world, peer, 0x1234);
        assert_eq!(world.names(), [], "that is as good as it gets");
        // The peer has another checksum.
        hello(&mut world, peer, 0x1235);
        assert_eq!(world.names(), [(peer, "HANDLE_TABLE_REQUEST")]);
        world.enrp(peer, table());
        // The peer has announced another PE.
        world.announce_pe(peer, SMALL, "q", owned(SMALL, 9, 3));
        hello(&mut world, peer, 0x1235);
        assert_eq!(world.names(), [(peer, "HANDLE_TABLE_REQUEST")]);
        world.enrp(peer, table());
        // There may be room later.
        let mut requests = 0;
        for _ in 0..20 {
            world.pass_secs(30);
            world.out.clear();
            hello(&mut world, peer, 0x1235);
            if world.names() == [(peer, "HANDLE_TABLE_REQUEST")] {
                requests += 1;
                world.enrp(peer, table());
            }
        }
        assert_eq!(requests, 2, "in ten minutes");
    }
}

#[test]
fn asap_transport_added_by_the_home_is_allowed_beyond_the_limit() {
    let mut world = World::with_mentors(&[], |config| config.max_element_length = 56);
    let pe = world.up(1);
    assert_eq!(world.register(pe, "p", element(1, 7)), []);
    let peer = world.peer(2, SMALL);
    world.announce_pe(peer, SMALL, "p", owned(SMALL, 1, 8));
    assert_eq!(world.known(), [(7, OWN), (8, SMALL)]);
}

#[test]
fn both_zeros_are_one_checksum() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    // The peer had a PE, and subtracted it.
    hello(&mut world, peer, 0x0000);
    assert_eq!(world.names(), []);
    hello(&mut world, peer, 0x0001);
    assert_eq!(world.names(), [(peer, "HANDLE_TABLE_REQUEST")]);
}

/// Returns a peer with PEs 1, 2 and 3 and its audit in this state; if the audit has begun, PE 1 has been
/// announced again.
fn audit_in(state: &str) -> (World, Assoc, Assoc) {
    let mut world = World::with_mentors(&[], |config| config.enrp.max_table_parts = 3);
    let peer = world.peer(2, SMALL);
    let other = world.peer(3, LARGE);
    for pe in 1..=3 {
        world.announce_pe(peer, SMALL, "p", owned(SMALL, 9, pe));
    }
    if state != "(none)" {
        let other_checksum = world.registrar.handlespace().checksum(SMALL) ^ 1;
        hello(&mut world, peer, other_checksum);
        world.enrp(peer, response(&[owned(SMALL, 9, 1)], true));
    }
    match state {
        "(none)" | "Asked" => {}
        "Late" => world.pass_secs(5),
        "Pausing" => world.enrp(peer, HandleTableResponse::rejection(SMALL, OWN)),
        "Resting" => {
            for _ in 0..2 {
                world.enrp(peer, response(&[], true));
            }
        }
        other => panic!("no such state: {other}"),
    }
    assert_eq!(audit_state(&world), state);
    world.out.clear();
    (world, peer, other)
}

fn audit_state(world: &World) -> &'static str {
    world.registrar.enrp.as_ref().unwrap().audit_state(SMALL)
}

fn after_audit_event(state: &str, event: &str) -> String {
    let (mut world, peer, other) = audit_in(state);
    let checksum = world.registrar.handlespace().checksum(SMALL);
    let update =
        |action, pe| HandleUpdate::new(SMALL, ALL, action, "p".into(), owned(SMALL, 9, pe));
    let alive = |world: &mut World, seconds: u64| {
        for _ in 0..seconds {
            world.pass_secs(1);
            for (assoc, id) in [(peer, SMALL), (other, LARGE)] {
                world.enrp(assoc, Presence::new(id, ALL, None, None));
            }
        }
    };
    match event {
        "PRESENCE, same checksum" => hello(&mut world, peer, checksum),
        "PRESENCE, other checksum" => hello(&mut world, peer, checksum ^ 1),
        "TABLE_RESPONSE M=1, PE 2" => world.enrp(peer, response(&[owned(SMALL, 9, 2)], true)),
        "TABLE_RESPONSE M=0, PE 2" => world.enrp(peer, response(&[owned(SMALL, 9, 2)], false)),
        "TABLE_RESPONSE R=1" => world.enrp(peer, HandleTableResponse::rejection(SMALL, OWN)),
        "ADD_PE 3, TABLE_RESPONSE M=0" => {
            world.enrp(peer, update(UpdateAction::ADD_PE, 3));
            world.enrp(peer, response(&[], false));
        }
        "DEL_PE 3, TABLE_RESPONSE M=0, PE 3" => {
            world.enrp(peer, update(UpdateAction::DEL_PE, 3));
            world.enrp(peer, response(&[owned(SMALL, 9, 3)], false));
        }
        "INIT_TAKEOVER of the peer" => {
            world.enrp(other, InitTakeover::new(LARGE, ALL, SMALL));
        }
        "TAKEOVER_SERVER of the peer" => {
            world.enrp(other, TakeoverServer::new(LARGE, ALL, SMALL));
        }
        "association gone" => world.down(peer),
        "association restarted" => world.input(Input::Restart { assoc: peer }),
        "5 seconds" => alive(&mut world, 5),
        "61 seconds" => alive(&mut world, 61),
        other => panic!("no such event: {other}"),
    }
    let mut steps = vec![audit_state(&world).to_owned()];
    for (_, message) in world.sent_enrp() {
        if let Message::HandleTableRequest(_) = message {
            steps.push("TABLE_REQUEST".to_owned());
        }
    }
    let homes = world.known().into_iter().map(|(pe, home)| match home {
        SMALL => pe.to_string(),
        _ => format!("{pe} of the other peer"),
    });
    let homes: Vec<String> = homes.collect();
    steps.push(format!("PEs {}", homes.join(", ")));
    steps.join("; ")
}

#[test]
fn transition_table_of_an_audit() {
    let events = [
        "PRESENCE, same checksum",
        "PRESENCE, other checksum",
        "TABLE_RESPONSE M=1, PE 2",
        "TABLE_RESPONSE M=0, PE 2",
        "TABLE_RESPONSE R=1",
        "ADD_PE 3, TABLE_RESPONSE M=0",
        "DEL_PE 3, TABLE_RESPONSE M=0, PE 3",
        "INIT_TAKEOVER of the peer",
        "TAKEOVER_SERVER of the peer",
        "association gone",
        "association restarted",
        "5 seconds",
        "61 seconds",
    ];
    let mut table = String::new();
    for state in ["(none)", "Asked", "Late", "Pausing", "Resting"] {
        table.push_str(&format!("{state}\n"));
        for event in events {
            let after = after_audit_event(state, event);
            table.push_str(&format!("  {event:<34} -> {after}\n"));
        }
    }
    insta::assert_snapshot!(table);
}
