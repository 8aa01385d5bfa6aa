//! Reports about PEs that a peer owns.

use super::*;
use crate::registrar::Limit;
use rsp_wire::asap::{EndpointKeepAliveAck, EndpointUnreachable};

/// Returns a registrar that knows PEs 1, 2, … of a peer, each on its own host, and a PU.
fn copies(pes: u8, change: impl FnOnce(&mut Config)) -> (World, Assoc, Assoc) {
    let mut world = World::with_mentors(&[], change);
    let peer = world.peer(9, SMALL);
    for pe in 1..=pes {
        world.announce_pe(peer, SMALL, "p", owned(SMALL, pe, u32::from(pe)));
    }
    let pu = world.up(100);
    world.out.clear();
    (world, peer, pu)
}

fn report(world: &mut World, pu: Assoc, pe: u32) {
    world.send(pu, EndpointUnreachable::new("p".into(), PeIdentifier(pe)));
}

fn ack(world: &mut World, assoc: Assoc, pe: u32) {
    world.send(
        assoc,
        EndpointKeepAliveAck::new("p".into(), PeIdentifier(pe)),
    );
}

/// Returns the associations of the KEEP_ALIVEs sent since the last call; none has H=1.
fn asked(world: &mut World) -> Vec<Assoc> {
    let ask = |(assoc, message)| match message {
        asap::Message::EndpointKeepAlive(m) => {
            assert!(!m.wants_to_be_home() && m.server_id == OWN);
            assoc
        }
        other => panic!("a KEEP_ALIVE: {other:?}"),
    };
    world.sent().into_iter().map(ask).collect()
}

#[test]
fn reported_pe_is_dialled_asked_once_and_kept() {
    let (mut world, _, pu) = copies(1, |_| {});
    report(&mut world, pu, 1);
    let (_, channel, to) = world.dials()[0];
    let its = "198.51.100.1:5000".parse().unwrap();
    assert_eq!((channel, to), (Channel::Asap, its));
    let pe = world.answer_dial();
    assert_eq!(asked(&mut world), [pe]);
    world.out.clear();
    ack(&mut world, pe, 1);
    assert!(world.out.contains(&Output::Shutdown { assoc: pe }));
    world.down(pe);
    // Again, but not in a flood.
    for _ in 0..5 {
        report(&mut world, pu, 1);
    }
    assert_eq!(world.dials(), []);
    assert_eq!(world.registrar.counters().hits(Limit::KeepAliveGap), 5);
    world.pass_secs(2);
    world.out.clear();
    report(&mut world, pu, 1);
    assert_eq!(world.dials().len(), 1);
    world.answer_dial();
    ack(&mut world, pe, 1);
    world.pass_secs(30);
    assert_eq!(world.known(), [(1, SMALL)], "its Home is unchanged");
}

#[test]
fn connected_pe_is_asked_over_its_association() {
    let (mut world, _, pu) = copies(1, |_| {});
    let pe = world.up(1);
    world.out.clear();
    report(&mut world, pu, 1);
    assert_eq!((world.dials(), asked(&mut world)), (vec![], vec![pe]));
    ack(&mut world, pe, 1);
    assert!(
        !world.out.contains(&Output::Shutdown { assoc: pe }),
        "it is its own"
    );
    world.pass_secs(30);
    assert_eq!(world.known(), [(1, SMALL)]);
}

#[test]
fn unreachable_pe_is_removed_without_an_announcement() {
    // Not called, never up, silent, gone.
    for how in 0..4 {
        let (mut world, peer, pu) = copies(1, |_| {});
        report(&mut world, pu, 1);
        match how {
            0 => world.refuse_dial(),
            1 => world.pass_secs(16),
            2 => {
                let pe = world.answer_dial();
                world.pass_secs(14);
                assert_eq!(world.known(), [(1, SMALL)], "it has its time");
                world.pass_secs(2);
                assert!(world.out.contains(&Output::Shutdown { assoc: pe }));
            }
            _ => {
                let pe = world.answer_dial();
                world.down(pe);
            }
        }
        assert_eq!(world.known(), [], "way {how}");
        let sent = world.sent_enrp();
        let removal = |(_, message): &(Assoc, Message)| matches!(message, Message::HandleUpdate(_));
        assert!(!sent.iter().any(removal), "{sent:?}");
        // The Home announces it: it knows its PE better.
        world.announce_pe(peer, SMALL, "p", owned(SMALL, 1, 1));
        assert_eq!(world.known(), [(1, SMALL)]);
    }
}

#[test]
fn pe_that_registers_meanwhile_is_owned_again() {
    let (mut world, _, pu) = copies(1, |_| {});
    report(&mut world, pu, 1);
    let pe = world.up(1);
    assert_eq!(world.register(pe, "p", element(1, 1)), []);
    world.pass_secs(30);
    assert_eq!(world.known(), [(1, OWN)]);
}

#[test]
fn pes_asked_at_a_time_are_limited() {
    let (mut world, _, pu) = copies(4, |config| config.enrp.max_adoptions = 2);
    for pe in 1..=4 {
        report(&mut world, pu, pe);
    }
    assert_eq!(world.dials().len(), 2);
    assert_eq!(world.registrar.counters().hits(Limit::Adoptions), 2);
    assert_eq!(world.registrar.counters().reports, 4);
}

#[test]
fn set_ups_for_reports_and_adoptions_are_limited_together() {
    let (mut world, _, pu) = copies(4, |config| config.enrp.max_adoptions = 2);
    let other = world.peer(8, LARGE);
    world.announce_pe(other, LARGE, "p", owned(LARGE, 50, 50));
    world.pass_secs(30);
    world.announce_pe(other, LARGE, "p", owned(LARGE, 50, 50));
    // The PEs of the first peer are called, and two wait.
    world.pass_secs(36);
    world.enrp(other, InitTakeoverAck::new(LARGE, OWN, SMALL));
    assert_eq!(world.registrar.under_way().deferred, 2);
    world.out.clear();
    report(&mut world, pu, 50);
    assert_eq!(world.dials(), []);
    assert_eq!(world.registrar.counters().hits(Limit::Adoptions), 3);
    // One that is connected costs nothing.
    let pe = world.up(50);
    world.out.clear();
    report(&mut world, pu, 50);
    assert_eq!(asked(&mut world), [pe]);
}

#[test]
fn set_up_ends_with_the_time_of_its_pes() {
    let (mut world, _, pu) = copies(2, |_| {});
    report(&mut world, pu, 1);
    let (dial, _, _) = world.dials()[0];
    let assoc = Assoc(3000);
    world.input(Input::Dialled {
        dial,
        assoc: Some(assoc),
    });
    world.pass_secs(14);
    world.out.clear();
    world.pass_secs(1);
    assert!(world.out.contains(&Output::Abort { assoc }));
    assert_eq!(world.registrar.under_way().setting_up, 0);
    // One that is gone when it is reached is not asked.
    report(&mut world, pu, 2);
    let gone = owned(SMALL, 2, 2);
    let update = HandleUpdate::new(SMALL, ALL, UpdateAction::DEL_PE, "p".into(), gone);
    let (dial, _, _) = *world.dials().last().unwrap();
    world.enrp(Assoc(1009), update);
    let assoc = Assoc(3001);
    world.input(Input::Dialled {
        dial,
        assoc: Some(assoc),
    });
    world.out.clear();
    world.up_from(3001, Kind::Sctp, "198.51.100.2:5000");
    assert!(world.out.contains(&Output::Shutdown { assoc }));
    assert_eq!(asked(&mut world), []);
}

/// Returns a world with PE 1 in this state of a report, with its association if it has one.
fn in_state(state: &str) -> (World, Assoc, Assoc, Option<Assoc>) {
    let (mut world, peer, pu) = copies(1, |_| {});
    if state != "(none)" {
        report(&mut world, pu, 1);
    }
    let pe = matches!(state, "Asked" | "Rested").then(|| world.answer_dial());
    if let Some(pe) = pe.filter(|_| state == "Rested") {
        ack(&mut world, pe, 1);
    }
    if state != "Calling" {
        world.out.clear();
    }
    (world, peer, pu, pe)
}

/// Returns state and outputs after an event; none where the event cannot happen.
fn after(state: &str, event: &str) -> Option<String> {
    let (mut world, peer, pu, pe) = in_state(state);
    match event {
        "UNREACHABLE" => report(&mut world, pu, 1),
        "association up" if state == "Calling" => {
            world.answer_dial();
        }
        "association refused" if state == "Calling" => world.refuse_dial(),
        "KEEP_ALIVE_ACK" => ack(&mut world, pe?, 1),
        "association gone" => world.down(pe?),
        "REGISTRATION here" => {
            let own = world.up(1);
            world.send(own, Registration::new("p".into(), element(1, 1)));
        }
        "DEL_PE of its Home" => {
            let update = HandleUpdate::new(
                SMALL,
                ALL,
                UpdateAction::DEL_PE,
                "p".into(),
                owned(SMALL, 1, 1),
            );
            world.enrp(peer, update);
        }
        "keep-alive-gap" => world.pass_secs(1),
        "keep-alive-timeout" => world.pass_secs(15),
        _ => return None,
    }
    let reports = &world.registrar.core.foreign_reports;
    let mut steps = vec![reports.state_name(&"p".into(), PeIdentifier(1)).to_owned()];
    for output in std::mem::take(&mut world.out) {
        match output {
            Output::Connect { .. } if state != "Calling" => steps.push("call it".to_owned()),
            Output::Send {
                octets, ppid: 11, ..
            } => {
                let message = asap::Message::decode(&octets).unwrap().message;
                steps.push(message.message_type().name().unwrap().to_owned());
            }
            Output::Shutdown { .. } => steps.push("shut down".to_owned()),
            Output::Log(Log::Left { how, .. }) => steps.push(format!("removed: {how}")),
            _ => {}
        }
    }
    Some(steps.join("; "))
}

#[test]
fn transition_table_of_a_reported_pe() {
    let events = [
        "UNREACHABLE",
        "association up",
        "association refused",
        "KEEP_ALIVE_ACK",
        "association gone",
        "REGISTRATION here",
        "DEL_PE of its Home",
        "keep-alive-gap",
        "keep-alive-timeout",
    ];
    let mut table = String::new();
    for state in ["(none)", "Calling", "Asked", "Rested"] {
        table.push_str(&format!("{state}\n"));
        for event in events {
            if let Some(steps) = after(state, event) {
                table.push_str(&format!("  {event:<20} -> {steps}\n"));
            }
        }
    }
    insta::assert_snapshot!(table);
}
