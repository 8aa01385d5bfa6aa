//! Keep-alives, adoption, announcements and the associations that registrars set up.

use super::*;
use rsp_wire::asap::{EndpointKeepAliveAck, ServerAnnounce};

#[test]
fn a_keep_alive_is_acknowledged_over_its_association() {
    let (mut world, home) = World::registered();
    let other = world.called(9);
    let ack = EndpointKeepAliveAck::new("p".into(), PE);
    for assoc in [home, other] {
        world.out.clear();
        world.keep_alive(assoc, 5, false);
        assert_eq!(world.sent(), [(assoc, ack.clone().into())]);
    }
    assert_eq!(world.element.home(), Some(home));
    assert_eq!(world.element.home_id(), Some(ServerId(5)));
}

#[test]
fn another_handle_is_silently_discarded() {
    let (mut world, home) = World::registered();
    for handle in ["q", "p\0", ""] {
        world.send(
            home,
            EndpointKeepAlive::new(ServerId(5), handle.into(), true),
        );
    }
    assert_eq!(world.sent(), []);
    assert_eq!(world.element.home_id(), None);
}

#[test]
fn there_is_no_handle_before_a_registration_and_after_a_de_registration() {
    let mut world = World::new();
    let stranger = world.called(9);
    world.keep_alive(stranger, 5, true);
    assert_eq!(world.sent(), []);
    let (mut world, home) = World::registered();
    world.input(Input::Deregister);
    world.confirm(home);
    world.out.clear();
    world.keep_alive(home, 5, false);
    assert_eq!(world.sent(), []);
}

#[test]
fn h_flag_makes_a_registrar_the_home() {
    let (mut world, home) = World::registered();
    world.keep_alive(home, 1, false);
    let other = world.called(9);
    world.out.clear();
    world.keep_alive(other, 5, true);
    assert_eq!(world.element.home(), Some(other));
    let home_id = ServerId(5);
    assert_eq!(world.events(), [Event::HomeChanged { home: home_id }]);
    assert_eq!(world.shut_down(), [home], "the old one is left");
    world.keep_alive(home, 1, true);
    assert_eq!(world.element.home(), Some(other), "too late");
    assert_eq!(
        world.sent_types(),
        [(other, MessageType::ENDPOINT_KEEP_ALIVE_ACK)]
    );
    world.down(home);
    assert_eq!(world.dialled, [], "which is no loss");
    world.pass_secs(280);
    let registration = world.registration(other);
    assert_eq!(registration.pool_element.home, home_id, "T4 goes on");
}

#[test]
fn the_hunt_finds_a_registrar_that_has_called() {
    let (mut world, home) = World::registered();
    let other = match world.element.assocs[&home].peer[..] {
        [peer] if peer == registrar(1) => 2,
        _ => 1,
    };
    let caller = world.called(other);
    world.keep_alive(caller, 5, false);
    world.out.clear();
    world.down(home);
    assert_eq!(world.element.home(), Some(caller));
    assert_eq!(world.dialled, []);
    world.registration(caller);
}

#[test]
fn announcement_does_not_make_a_pool_user_a_registrar() {
    let mut world = World::with(|config| config.registrars.clear());
    let user = world.called(9);
    world.input(Input::Began { assoc: user });
    world.input(Input::Register);
    let octets = drive::asap(ServerAnnounce::new(ServerId(5), Vec::new()));
    let from = registrar(9);
    world.input(Input::Datagram {
        from,
        octets: &octets,
    });
    assert_eq!(world.element.home(), None);
    assert_eq!(world.aborted(), []);
    assert!(!world.element.is_control(user, 0));
}

#[test]
fn associations_in_shutdown_do_not_block_set_ups() {
    let (mut world, home) = World::registered();
    let first = world.called(9);
    world.keep_alive(first, 5, true);
    let second = world.called(10);
    world.keep_alive(second, 6, true);
    world.down(home);
    world.out.clear();
    world.down(second);
    while let Some(&(assoc, to)) = world.dialled.first() {
        if to == registrar(9) {
            break;
        }
        world.down(assoc);
    }
    assert_eq!(world.aborted(), [first], "or the transport could not dial");
    assert_eq!(world.dialled[0].1, registrar(9));
}

#[test]
fn former_home_is_aborted_before_a_fourth_association() {
    let (mut world, home) = World::registered_with(|config| {
        config.registrars = (1..=8).map(|number| vec![registrar(number)]).collect();
    });
    let former = world.element.assocs[&home].peer[0];
    let other = world.called(9);
    world.keep_alive(other, 5, true);
    world.out.clear();
    world.down(other);
    let targets: Vec<SocketAddr> = world.dialled.iter().map(|(_, to)| *to).collect();
    assert!(!targets.contains(&former), "another seed is needed");
    assert_eq!(world.aborted(), [home], "it was shutting down still");
    assert_eq!(world.element.associations(), 3);
}

#[test]
fn a_registrar_that_called_is_found_again() {
    let (mut world, home) = World::registered();
    let other = world.called(9);
    world.keep_alive(other, 5, true);
    world.down(home);
    world.out.clear();
    world.down(other);
    let targets: Vec<SocketAddr> = world.dialled.iter().map(|(_, to)| *to).collect();
    assert_eq!(targets.len(), 2, "it comes last");
    let failed: Vec<Assoc> = world.dialled.iter().map(|(assoc, _)| *assoc).collect();
    for assoc in failed {
        world.down(assoc);
    }
    let targets: Vec<SocketAddr> = world.dialled.iter().map(|(_, to)| *to).collect();
    assert_eq!(targets, [registrar(9)]);
}

#[test]
fn a_home_that_asks_from_elsewhere_moves() {
    let (mut world, home) = World::registered();
    world.keep_alive(home, 5, false);
    let again = world.called(1);
    world.out.clear();
    world.keep_alive(again, 5, true);
    assert_eq!(world.element.home(), Some(again));
    assert_eq!(world.events(), [], "it is the same Home");
    assert_eq!(world.shut_down(), [home]);
}

#[test]
fn adoption_ends_the_hunt() {
    let (mut world, home) = World::registered();
    world.down(home);
    assert_eq!(world.element.setups(), 1);
    let other = world.called(9);
    world.out.clear();
    world.keep_alive(other, 5, true);
    assert_eq!(world.element.setups(), 0);
    let ack = (other, MessageType::ENDPOINT_KEEP_ALIVE_ACK);
    let registration = (other, MessageType::REGISTRATION);
    assert_eq!(world.sent_types(), [ack, registration]);
}

#[test]
fn pending_requests_go_to_the_new_home() {
    let (mut world, _) = World::registering();
    let other = world.called(9);
    world.pass_secs(2);
    world.out.clear();
    world.keep_alive(other, 5, true);
    let ack = (other, MessageType::ENDPOINT_KEEP_ALIVE_ACK);
    let registration = (other, MessageType::REGISTRATION);
    assert_eq!(world.sent_types(), [ack, registration]);
    let (mut world, _) = World::registered();
    let other = world.called(9);
    world.input(Input::Deregister);
    world.out.clear();
    world.keep_alive(other, 5, true);
    let deregistration = (other, MessageType::DEREGISTRATION);
    assert_eq!(world.sent_types(), [ack, deregistration]);
    world.confirm(other);
    assert!(!world.element.is_registered());
}

#[test]
fn announcement_gives_address_and_identifier_of_the_home() {
    let mut world = World::with(|config| config.registrars.clear());
    world.input(Input::Register);
    assert_eq!(world.dialled, []);
    let octets = drive::asap(ServerAnnounce::new(ServerId(5), Vec::new()));
    let from = "192.0.2.9:40000".parse().unwrap();
    world.input(Input::Datagram {
        from,
        octets: &octets,
    });
    let home = world.answer_dial();
    assert_eq!(world.element.home_id(), Some(ServerId(5)));
    let element = world.registration(home).pool_element;
    assert_eq!(element.home, ServerId(5));
}

#[test]
fn called_associations_are_limited_and_dialled_ones_have_their_place() {
    let mut world = World::with(|config| config.max_associations = 2);
    for number in 8..=9 {
        world.called(number);
    }
    assert_eq!(world.aborted(), []);
    let third = world.called(10);
    assert_eq!(world.aborted(), [third]);
    world.found();
    assert_eq!(world.element.associations(), 3);
}

/// Returns an `EndpointKeepAlive` of registrar 5 for pool "p" with a PE Identifier behind the handle, as
/// rspregistrar sends it.
fn named(id: u8) -> Vec<u8> {
    let mut octets = vec![
        0x07, 0x00, 0x00, 0x18, 0, 0, 0, 5, 0x00, 0x09, 0x00, 0x05, b'p', 0, 0, 0,
    ];
    octets.extend([0x00, 0x0e, 0x00, 0x08, 0, 0, 0, id]);
    octets
}

#[test]
fn a_keep_alive_that_names_the_pe_is_malformed_unless_tolerated() {
    let (mut world, home) = World::registered();
    world.octets(home, crate::ASAP_PPID, &named(7));
    assert_eq!(world.sent(), []);
    assert_eq!(world.element.tolerated(), 0);

    let (mut world, home) = World::registered();
    world.element.config.tolerate_named_keep_alive = true;
    world.octets(home, crate::ASAP_PPID, &named(8));
    assert_eq!(world.sent(), [], "another PE is meant");
    world.octets(home, crate::ASAP_PPID, &named(7));
    let ack = EndpointKeepAliveAck::new("p".into(), PE);
    assert_eq!(world.sent(), [(home, ack.into())]);
    assert_eq!(world.element.tolerated(), 2);
    world.keep_alive(home, 5, false);
    assert_eq!(world.sent().len(), 1, "and one as the RFC has it");
}

#[test]
fn pool_user_cannot_take_a_pe_out_of_its_pool() {
    let (mut world, home) = World::registered_with(|config| {
        config.tolerate_named_keep_alive = true;
    });
    let user = world.user_called(9);
    world.out.clear();
    world.keep_alive(user, 5, true);
    world.keep_alive(user, 5, false);
    world.send(user, DeregistrationResponse::new("p".into(), PE, None));
    let mut named = Vec::new();
    let keep_alive = EndpointKeepAlive::new(ServerId(5), "p".into(), true);
    asap::Message::from(keep_alive).encode(&mut named).unwrap();
    named.extend([0x00, 0x0e, 0x00, 0x08, 0, 0, 0, 7]);
    let length = u16::from_be_bytes([named[2], named[3]]) + 8;
    named[2..4].copy_from_slice(&length.to_be_bytes());
    world.octets(user, 11, &named);
    assert_eq!(world.element.tolerated(), 0);
    assert!(!world.element.is_control(user, 0), "its data is no control");
    assert_eq!(world.events(), []);
    assert_eq!(world.shut_down(), []);
    assert_eq!(world.sent(), []);
    assert_eq!(world.element.home(), Some(home));
    assert!(world.element.is_registered());
}

#[test]
fn the_hunt_finds_no_registrar_where_pool_users_come() {
    let (mut world, home) = World::registered();
    let other = match world.element.assocs[&home].peer[..] {
        [peer] if peer == registrar(1) => 2,
        _ => 1,
    };
    world.user_called(other);
    world.down(home);
    assert_eq!(world.element.home(), None);
    let targets: Vec<SocketAddr> = world.dialled.iter().map(|(_, to)| *to).collect();
    assert!(targets.contains(&registrar(other)), "{targets:?}");
    assert_eq!(world.aborted(), []);
}
