//! Unknown and malformed messages, and messages in a wrong place.

use super::*;
use crate::log::Inbound;

const HANDLE: [u8; 8] = [0x00, 0x09, 0x00, 0x05, b'p', 0, 0, 0];

fn message(message_type: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value: Vec<u8> = parts.concat();
    let length = u16::try_from(4 + value.len()).unwrap().to_be_bytes();
    [&[message_type, 0, length[0], length[1]], &value[..]].concat()
}

fn parameter(parameter_type: u16) -> [u8; 8] {
    let [high, low] = parameter_type.to_be_bytes();
    [high, low, 0, 8, 1, 2, 3, 4]
}

fn reported(sent: &[(Assoc, asap::Message)]) -> Vec<(CauseCode, Vec<u8>)> {
    let mut causes = Vec::new();
    for (_, message) in sent {
        if let asap::Message::Error(error) = message {
            let error_causes = error.operation_error.causes.iter();
            causes.extend(error_causes.map(|c| (c.code, c.information.to_vec())));
        }
    }
    causes
}

#[test]
fn unknown_parameters_by_their_top_bits() {
    let (mut world, home) = World::registered();
    for (parameter_type, answered, is_reported) in [
        (0x3fff, false, false),
        (0x7fff, false, true),
        (0xbfff, true, false),
        (0xfffe, true, true),
    ] {
        let unknown = parameter(parameter_type);
        let octets = message(0x07, &[&[0, 0, 0, 5], &HANDLE, &unknown]);
        world.octets(home, 11, &octets);
        let sent = world.sent();
        let expected = is_reported.then(|| (CauseCode::UNRECOGNIZED_PARAMETER, unknown.to_vec()));
        assert_eq!(reported(&sent), Vec::from_iter(expected));
        let acks = sent
            .iter()
            .filter(|(_, m)| m.message_type() == MessageType::ENDPOINT_KEEP_ALIVE_ACK);
        assert_eq!(acks.count(), usize::from(answered), "{parameter_type:#x}");
    }
}

#[test]
fn unknown_messages_by_their_top_bits() {
    let (mut world, home) = World::registered();
    for (message_type, is_reported) in [
        (0x00, false),
        (0x3f, false),
        (0x40, true),
        (0x80, false),
        (0xff, false),
    ] {
        let octets = message(message_type, &[&HANDLE]);
        world.octets(home, 11, &octets);
        let expected = is_reported.then_some((CauseCode::UNRECOGNIZED_MESSAGE, octets));
        assert_eq!(reported(&world.sent()), Vec::from_iter(expected));
    }
}

#[test]
fn errors_are_never_answered() {
    let (mut world, home) = World::registered();
    let error = [0x00, 0x0c, 0x00, 0x08, 0x00, 0x00, 0x00, 0x04];
    world.octets(home, 11, &message(0x0e, &[&error]));
    world.octets(home, 11, &message(0x0e, &[&error, &parameter(0xfffe)]));
    world.octets(home, 11, &message(0x0e, &[&error, &parameter(0x7fff)]));
    world.octets(home, 11, &message(0x0e, &[]));
    assert_eq!(world.sent(), []);
}

#[test]
fn known_messages_in_a_wrong_place_are_ignored() {
    let (mut world, home) = World::registered();
    let id = [0x00, 0x0e, 0x00, 0x08, 0, 0, 0, 7];
    for octets in [
        message(0x02, &[&HANDLE, &id]),
        message(0x05, &[&HANDLE]),
        message(0x08, &[&HANDLE, &id]),
        message(0x09, &[&HANDLE, &id]),
        message(0x0a, &[&[0, 0, 0, 5]]),
    ] {
        world.out.clear();
        world.octets(home, 11, &octets);
        let is_out_of_place = |log: &Log| matches!(log, Log::Inbound(Inbound::OutOfPlace { .. }));
        assert!(world.has_logged(is_out_of_place), "{octets:x?}");
        assert_eq!(world.sent(), []);
    }
}

#[test]
fn the_home_may_use_any_ppid_and_others_may_not() {
    let (mut world, home) = World::registered();
    let stranger = world.called(9);
    let octets = message(0x07, &[&[0, 0, 0, 5], &HANDLE]);
    world.octets(home, 0, &octets);
    assert_eq!(world.sent().len(), 1);
    world.octets(stranger, 0, &octets);
    assert_eq!(world.sent(), []);
    world.octets(stranger, 11, &octets);
    world.octets(stranger, 0, &octets);
    assert_eq!(world.sent().len(), 2, "it turned out to be a registrar");
}

#[test]
fn large_messages_and_unknown_associations_are_ignored() {
    let (mut world, home) = World::registered_with(|config| config.max_message = 100);
    let octets = message(0x40, &[&[0; 96]]);
    world.octets(home, 11, &octets);
    assert_eq!(reported(&world.sent()).len(), 1);
    world.octets(home, 11, &message(0x40, &[&[0; 97]]));
    world.octets(Assoc(999), 11, &octets);
    world.down(Assoc(999));
    world.input(Input::Restart { assoc: Assoc(999) });
    assert_eq!(world.sent(), []);
}
