//! Becoming the Home of the PEs of a dead peer.

use super::*;
use rsp_wire::asap::{EndpointKeepAliveAck, EndpointUnreachable};

/// Returns a registrar that takes over a peer with these PEs, each on its own host 1, 2, ….
fn takeover(pes: u8, change: impl FnOnce(&mut Config)) -> World {
    let mut world = World::with_mentors(&[], change);
    let peer = world.peer(9, SMALL);
    for pe in 1..=pes {
        world.announce_pe(peer, SMALL, "p", owned(SMALL, pe, u32::from(pe)));
    }
    world.pass_secs(65);
    world.out.clear();
    world
}

fn asks(world: &World) -> Vec<Assoc> {
    let ask = |output: &Output| match output {
        Output::Send {
            assoc,
            octets,
            ppid: 11,
            ..
        } => {
            let asap::Message::EndpointKeepAlive(m) =
                asap::Message::decode(octets).unwrap().message
            else {
                panic!("a KEEP_ALIVE");
            };
            assert!(m.wants_to_be_home() && m.server_id == OWN);
            Some(*assoc)
        }
        _ => None,
    };
    world.out.iter().filter_map(ask).collect()
}

#[test]
fn pe_of_a_dead_peer_is_dialled_and_asked_to_join() {
    let mut world = takeover(1, |_| {});
    world.pass_secs(1);
    let (_, channel, to) = world.dials()[0];
    assert_eq!(
        (channel, to),
        (Channel::Asap, "198.51.100.1:5000".parse().unwrap())
    );
    let pe = world.answer_dial();
    assert_eq!(asks(&world), [pe]);
    world.send(pe, EndpointKeepAliveAck::new("p".into(), PeIdentifier(1)));
    world.pass_secs(100);
    assert_eq!(world.known(), [(1, OWN)]);
    assert_eq!(world.register(pe, "p", element(1, 1)), []);
    // It may as well come over an association of its own.
    let own = world.up_from(7, Kind::Sctp, "198.51.100.1:6000");
    assert_eq!(world.register(own, "p", element(1, 1)), []);
}

#[test]
fn set_up_after_its_deadline_is_aborted() {
    let mut world = takeover(1, |_| {});
    world.pass_secs(1);
    let (dial, _, to) = world.dials()[0];
    let assoc = Assoc(2001);
    world.input(Input::Dialled {
        dial,
        assoc: Some(assoc),
    });
    let before = world.registrar.associations();
    // The process was suspended.
    world.now += Duration::from_secs(20);
    world.out.clear();
    world.up_from(assoc.0, Kind::Sctp, &to.to_string());
    assert!(world.out.contains(&Output::Abort { assoc }));
    assert_eq!(world.registrar.associations(), before);
}

#[test]
fn connected_pe_is_asked_over_its_association() {
    let mut world = takeover(1, |_| {});
    let pe = world.up(1);
    world.pass_secs(1);
    assert_eq!(asks(&world), [pe]);
    assert_eq!(world.dials(), []);
    // Should it restart before it has answered, it is asked to join once more.
    world.out.clear();
    world.input(Input::Restart { assoc: pe });
    assert_eq!(asks(&world), [pe]);
}

#[test]
fn silent_pe_is_removed_and_announced() {
    for reached in [true, false] {
        let mut world = takeover(1, |_| {});
        world.pass_secs(1);
        if reached {
            world.answer_dial();
        } else {
            world.refuse_dial();
        }
        let other = world.peer(8, LARGE);
        world.pass_secs(14);
        assert_eq!(world.known(), [(1, OWN)], "it may come by itself");
        world.out.clear();
        world.pass_secs(2);
        assert_eq!(world.known(), []);
        assert!(matches!(
            world.only_enrp(other),
            Message::HandleUpdate(m) if m.action == UpdateAction::DEL_PE && m.pool_element.home == OWN
        ));
    }
}

#[test]
fn set_ups_to_pes_are_limited() {
    let mut world = takeover(5, |config| config.enrp.max_adoptions = 2);
    world.pass_secs(1);
    assert_eq!(world.dials().len(), 2);
    let mut called = 2;
    let mut waiting = world.dials();
    while let Some((dial, _, to)) = waiting.pop() {
        world.out.clear();
        let assoc = (called % 2 == 0).then_some(Assoc(3000 + called));
        world.input(Input::Dialled { dial, assoc });
        if let Some(assoc) = assoc {
            world.up_from(assoc.0, Kind::Sctp, &to.to_string());
            assert_eq!(asks(&world), [assoc]);
        }
        let next = world.dials();
        called += u64::try_from(next.len()).unwrap();
        waiting.extend(next);
        assert!(waiting.len() <= 2);
    }
    assert_eq!(called, 5);
}

#[test]
fn pe_that_registered_elsewhere_is_not_asked() {
    let mut world = takeover(1, |_| {});
    world.pass_secs(1);
    let other = world.peer_up(8);
    let dials = world.dials();
    world.announce_pe(other, LARGE, "p", owned(LARGE, 1, 1));
    let (dial, _, to) = dials[0];
    let assoc = Some(Assoc(3000));
    world.input(Input::Dialled { dial, assoc });
    world.up_from(3000, Kind::Sctp, &to.to_string());
    assert_eq!(asks(&world), []);
    let left = Output::Shutdown { assoc: Assoc(3000) };
    assert!(world.out.contains(&left), "no PE needs it");
    world.pass_secs(20);
    assert_eq!(world.known(), [(1, LARGE)]);
}

#[test]
fn an_association_that_is_needed_by_one_of_two_stays() {
    let mut world = World::alone();
    let peer = world.peer(9, SMALL);
    for pe in 1..=2 {
        world.announce_pe(peer, SMALL, "p", owned(SMALL, 1, pe));
    }
    world.pass_secs(66);
    let other = world.peer_up(8);
    let (dial, _, to) = *world.dials().last().unwrap();
    world.announce_pe(other, LARGE, "p", owned(LARGE, 1, 1));
    let assoc = Some(Assoc(3000));
    world.input(Input::Dialled { dial, assoc });
    world.up_from(3000, Kind::Sctp, &to.to_string());
    assert_eq!(asks(&world), [Assoc(3000)]);
    assert!(!world.out.contains(&Output::Shutdown { assoc: Assoc(3000) }));
}

/// Begins to set up every association that the registrar dials, and lets a second pass.
fn begin_dials(world: &mut World) -> usize {
    let dials = world.dials();
    world.out.clear();
    for &(dial, _, _) in &dials {
        let assoc = Some(Assoc(4000 + dial.0));
        world.input(Input::Dialled { dial, assoc });
    }
    world.pass_secs(1);
    dials.len()
}

#[test]
fn dead_pes_are_listed_for_a_bounded_time() {
    let mut world = takeover(3, |config| config.enrp.max_adoptions = 1);
    world.pass_secs(1);
    let (mut begun, mut aborted) = (0, 0);
    for second in 1..=45 {
        begun += begin_dials(&mut world);
        let ends = |o: &&Output| matches!(o, Output::Abort { assoc } if assoc.0 >= 4000);
        aborted += world.out.iter().filter(ends).count();
        assert_eq!(world.known().len(), 3 - second / 15, "second {second}");
    }
    assert_eq!((begun, aborted), (3, 3));
}

#[test]
fn an_association_that_is_no_longer_wanted_is_aborted_when_its_set_up_is_told() {
    let mut world = takeover(1, |_| {});
    world.pass_secs(1);
    let (dial, _, _) = world.dials()[0];
    world.pass_secs(16);
    world.out.clear();
    let assoc = Assoc(3000);
    world.input(Input::Dialled {
        dial,
        assoc: Some(assoc),
    });
    assert_eq!(world.out, [Output::Abort { assoc }]);
}

#[test]
fn reports_count_for_deferred_pes() {
    let mut world = takeover(2, |config| config.enrp.max_adoptions = 1);
    world.pass_secs(1);
    let pu = world.up(100);
    assert_eq!(world.known(), [(1, OWN), (2, OWN)]);
    for report in 1..=4 {
        world.send(pu, EndpointUnreachable::new("p".into(), PeIdentifier(2)));
        assert_eq!(world.known().len() == 2, report < 4, "report {report}");
    }
    assert_eq!(world.known(), [(1, OWN)]);
    assert_eq!(world.registrar.counters().reports, 4);
}
