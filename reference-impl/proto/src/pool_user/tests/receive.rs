//! Unknown and malformed messages, and messages in a wrong place.

use super::*;
use crate::log::Inbound;
use rsp_wire::asap::{EndpointKeepAlive, MessageType};

const HANDLE: [u8; 8] = [0x00, 0x09, 0x00, 0x05, b'p', 0, 0, 0];

fn message(message_type: u8, parameters: &[&[u8]]) -> Vec<u8> {
    let value: Vec<u8> = parameters.concat();
    let length = u16::try_from(4 + value.len()).unwrap().to_be_bytes();
    [&[message_type, 0, length[0], length[1]], &value[..]].concat()
}

fn parameter(parameter_type: u16) -> [u8; 8] {
    let [high, low] = parameter_type.to_be_bytes();
    [high, low, 0, 8, 1, 2, 3, 4]
}

/// Returns receiver, code and information of the causes in the ASAP_ERRORs sent.
fn reported(world: &mut World) -> Vec<(Assoc, CauseCode, Vec<u8>)> {
    let mut causes = Vec::new();
    for (assoc, message) in world.sent() {
        if let asap::Message::Error(error) = message {
            let error_causes = error.operation_error.causes.into_iter();
            causes.extend(error_causes.map(|c| (assoc, c.code, c.information.to_vec())));
        }
    }
    causes
}

/// Returns a registrar and a PE: both may send unknown messages.
fn peers() -> [(World, Assoc); 2] {
    let (world, home, assoc, _) = World::session(|_| {}, &[5, 6]);
    let (other, _, _, _) = World::session(|_| {}, &[5, 6]);
    [(world, home), (other, assoc)]
}

#[test]
fn unknown_messages_by_their_top_bits() {
    for (mut world, peer) in peers() {
        for (message_type, is_reported) in [
            (0x00, false),
            (0x3f, false),
            (0x40, true),
            (0x80, false),
            (0xff, false),
        ] {
            let octets = message(message_type, &[&HANDLE]);
            world.octets(peer, &octets);
            let expected = is_reported.then_some((peer, CauseCode::UNRECOGNIZED_MESSAGE, octets));
            assert_eq!(reported(&mut world), Vec::from_iter(expected));
        }
    }
}

#[test]
fn unknown_parameters_by_their_top_bits() {
    for (parameter_type, taken, is_reported) in [
        (0x3fff, false, false),
        (0x7fff, false, true),
        (0xbfff, true, false),
        (0xfffe, true, true),
    ] {
        let (mut world, home) = World::at_home(|_| {});
        world.resolve(1, "p");
        world.sent();
        let cause = [0x00, 0x0c, 0x00, 0x08, 0x00, 0x09, 0x00, 0x04];
        let unknown = parameter(parameter_type);
        world.octets(home, &message(0x06, &[&HANDLE, &cause, &unknown]));
        let expected = (home, CauseCode::UNRECOGNIZED_PARAMETER, unknown.to_vec());
        assert_eq!(
            reported(&mut world),
            Vec::from_iter(is_reported.then_some(expected))
        );
        assert_eq!(
            world.events().len(),
            usize::from(taken),
            "{parameter_type:#x}"
        );

        let (mut world, _, assoc, _) = World::session(|_| {}, &[5, 6]);
        let cookie = [0x00, 0x0d, 0x00, 0x04];
        world.octets(assoc, &message(0x0b, &[&cookie, &unknown]));
        let expected = (assoc, CauseCode::UNRECOGNIZED_PARAMETER, unknown.to_vec());
        assert_eq!(
            reported(&mut world),
            Vec::from_iter(is_reported.then_some(expected))
        );
        assert_eq!(
            world.events().len(),
            usize::from(taken),
            "{parameter_type:#x}"
        );
    }
}

#[test]
fn an_error_is_never_answered() {
    for (mut world, peer) in peers() {
        let cause = [0x00, 0x0c, 0x00, 0x08, 0x00, 0x00, 0x00, 0x04];
        let unknown = parameter(0x7fff);
        for parameters in [&[&cause[..]][..], &[&cause, &unknown], &[&unknown], &[]] {
            world.octets(peer, &message(0x0e, parameters));
            assert_eq!(world.sent(), []);
        }
    }
}

#[test]
fn messages_for_other_roles_are_ignored() {
    for (mut world, peer) in peers() {
        world.deliver(peer, EndpointKeepAlive::new(ServerId(1), "p".into(), false));
        let log = Inbound::OutOfPlace {
            assoc: peer,
            message: MessageType::ENDPOINT_KEEP_ALIVE,
        };
        assert_eq!(world.out, [Output::Log(log.into())]);
        world.out.clear();
    }
}

#[test]
fn too_large_messages_are_dropped_unread() {
    let (mut world, home) = World::at_home(|c| c.max_message = 8);
    world.octets(home, &[0x40; 9]);
    let log = Inbound::TooLarge {
        assoc: home,
        octets: 9,
    };
    assert_eq!(world.out, [Output::Log(log.into())]);
}

#[test]
fn random_octets_do_no_harm() {
    let mut rng = fastrand::Rng::with_seed(7);
    let (mut world, home, assoc, _) = World::session(|_| {}, &[5, 6]);
    for _ in 0..20_000 {
        let mut octets: Vec<u8> = (0..rng.usize(0..64)).map(|_| rng.u8(..)).collect();
        if let [first, _, high, low, ..] = &mut octets[..] {
            *first %= 16;
            *high = 0;
            *low %= 64;
        }
        let peer = *[home, assoc].get(rng.usize(0..2)).unwrap();
        world.octets(peer, &octets);
        let from = "192.0.2.1:3863".parse().unwrap();
        let octets = &octets;
        world.input(Input::Datagram { from, octets });
        world.out.clear();
    }
    world.calls.clear();
    world.send(1, "still there");
    assert_eq!(world.data().len(), 1);
}

#[test]
fn inbound_associations_are_aborted() {
    let (mut world, _) = World::at_home(|_| {});
    let assoc = Assoc(999);
    world.up(assoc);
    assert_eq!(world.out, [Output::Abort { assoc }]);
    world.out.clear();
    world.octets(assoc, &message(0x40, &[]));
    world.down(assoc, Fault::Lost);
    world.input(Input::Restart { assoc });
    assert_eq!(world.out, []);
}
