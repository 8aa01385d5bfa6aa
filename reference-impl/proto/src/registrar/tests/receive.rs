//! Unknown and malformed messages, and the ends of associations.

use super::*;

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

/// Returns code and information of the only cause in the ASAP_ERRORs sent.
fn reported(world: &mut World) -> Vec<(CauseCode, Vec<u8>)> {
    let mut causes = Vec::new();
    for (_, message) in world.sent() {
        if let asap::Message::Error(error) = message {
            let error_causes = error.operation_error.causes;
            causes.extend(
                error_causes
                    .into_iter()
                    .map(|c| (c.code, c.information.to_vec())),
            );
        }
    }
    causes
}

#[test]
fn unknown_parameters_by_their_top_bits() {
    let mut world = World::new();
    let pe = world.up(1);
    world.register(pe, "p", element(1, 7));
    for (parameter_type, answered, is_reported) in [
        (0x3fff, false, false),
        (0x7fff, false, true),
        (0xbfff, true, false),
        (0xfffe, true, true),
    ] {
        world.out.clear();
        let unknown = parameter(parameter_type);
        world.octets(pe, &message(0x05, &[&HANDLE, &unknown]));
        let sent = world.sent();
        let is_response =
            |m: &asap::Message| matches!(m, asap::Message::HandleResolutionResponse(_));
        assert_eq!(
            sent.iter().any(|(_, m)| is_response(m)),
            answered,
            "{parameter_type:#x}"
        );
        let errors: Vec<_> = sent.iter().filter(|(_, m)| !is_response(m)).collect();
        assert_eq!(
            errors.len(),
            usize::from(is_reported),
            "{parameter_type:#x}"
        );
        if let Some((_, asap::Message::Error(error))) = errors.first() {
            let cause = &error.operation_error.causes[0];
            assert_eq!(cause.code, CauseCode::UNRECOGNIZED_PARAMETER);
            assert_eq!(&cause.information[..], unknown);
        }
    }
}

#[test]
fn unknown_messages_by_their_top_bits() {
    let mut world = World::new();
    let pe = world.up(1);
    for (message_type, is_reported) in [
        (0x00, false),
        (0x3f, false),
        (0x40, true),
        (0x80, false),
        (0xff, false),
    ] {
        let octets = message(message_type, &[&HANDLE]);
        world.octets(pe, &octets);
        let causes = reported(&mut world);
        let expected = is_reported.then_some((CauseCode::UNRECOGNIZED_MESSAGE, octets));
        assert_eq!(causes, Vec::from_iter(expected), "{message_type:#x}");
    }
}

#[test]
fn errors_are_never_answered() {
    let mut world = World::new();
    let pe = world.up(1);
    let error = [0x00, 0x0c, 0x00, 0x08, 0x00, 0x00, 0x00, 0x04];
    world.octets(pe, &message(0x0e, &[&error]));
    world.octets(pe, &message(0x0e, &[&error, &parameter(0xfffe)]));
    world.octets(pe, &message(0x0e, &[&error, &parameter(0x7fff)]));
    world.octets(pe, &message(0x0e, &[]));
    assert_eq!(world.sent(), []);
}

#[test]
fn known_messages_in_a_wrong_place_are_ignored() {
    let mut world = World::new();
    let pe = world.up(1);
    let pe_identifier = [0x00, 0x0e, 0x00, 0x08, 0, 0, 0, 7];
    let cookie = [0x00, 0x0d, 0x00, 0x04];
    for octets in [
        message(0x03, &[&HANDLE, &pe_identifier]),
        message(0x04, &[&HANDLE, &pe_identifier]),
        message(0x07, &[&[0, 0, 0, 1], &HANDLE]),
        message(0x0a, &[&[0, 0, 0, 1]]),
        message(0x0b, &[&cookie]),
        message(0x0c, &[&cookie]),
    ] {
        world.octets(pe, &octets);
        assert_eq!(world.sent(), [], "{octets:02x?}");
    }
    world.register(pe, "p", element(1, 7));
    assert_eq!(world.members(pe, "p"), [7], "and it serves on");
}

#[test]
fn noise_does_no_harm() {
    let mut rng = fastrand::Rng::with_seed(3);
    let mut world = World::new();
    let pe = world.up(1);
    let mut good = Vec::new();
    asap::Message::from(Registration::new("p".into(), element(1, 7)))
        .encode(&mut good)
        .unwrap();
    for _ in 0..20_000 {
        let mut octets = good.clone();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(0..octets.len());
            octets[at] = rng.u8(..);
        }
        octets.truncate(rng.usize(0..=octets.len()));
        world.octets(pe, &octets);
    }
    world.down(pe);
    let pe = world.up(1);
    world.register(pe, "q", element(1, 1));
    assert_eq!(world.members(pe, "q"), [1]);
}

#[test]
fn associations_have_a_limit() {
    let mut world = World::with(|config| config.max_associations = 1);
    let pe = world.up(1);
    let refused = world.up(2);
    assert!(world.out.contains(&Output::Abort { assoc: refused }));
    world.out.clear();
    world.octets(refused, &message(0x05, &[&HANDLE]));
    assert_eq!(world.sent(), [], "strangers are not served");
    world.down(pe);
    world.up(3);
    assert!(
        !world
            .out
            .iter()
            .any(|output| matches!(output, Output::Abort { .. }))
    );
}

#[test]
fn too_large_messages_are_dropped() {
    let mut world = World::with(|config| config.max_message = 4096);
    let pe = world.up(1);
    world.octets(pe, &[0x40; 5000]);
    assert_eq!(world.sent(), []);
}

#[test]
fn drain_answers_and_refuses_new_associations() {
    let mut world = World::new();
    let (pe, pu) = (world.up(1), world.up(2));
    world.register(pe, "p", element(1, 7));
    world.input(Input::Drain);
    assert_eq!(world.members(pu, "p"), [7]);
    assert_eq!(world.register(pe, "p", element(1, 8)), []);
    world.out.clear();
    world.up(3);
    assert!(world.out.contains(&Output::Abort { assoc: Assoc(3) }));
    assert_eq!(world.registrar.associations(), 2);
    world.out.clear();
    world.input(Input::Stop);
    for assoc in [pe, pu] {
        assert!(world.out.contains(&Output::Shutdown { assoc }));
    }
}

#[test]
fn stop_shuts_down_and_refuses_new_associations() {
    let mut world = World::new();
    let pe = world.up(1);
    world.register(pe, "p", element(1, 7));
    world.out.clear();
    world.input(Input::Stop);
    assert_eq!(world.out, [Output::Shutdown { assoc: pe }]);
    let late = world.up(2);
    assert!(world.out.contains(&Output::Abort { assoc: late }));
    world.down(pe);
    assert_eq!(world.registrar.associations(), 0);
}

/// The same inputs and seed give the same outputs; another seed gives other ones.
#[test]
fn runs_can_be_replayed() {
    let run = |seed| {
        let registrar = Registrar::new(Config::default(), &Reach::default(), seed, Duration::ZERO);
        let mut world = World {
            registrar,
            now: Duration::ZERO,
            out: Vec::new(),
        };
        let pe = world.up(1);
        let mut all = Vec::new();
        for number in 0..20 {
            let policy = Policy::WeightedRandom { weight: number };
            world.register(
                pe,
                "p",
                PoolElement {
                    policy,
                    ..element(1, number)
                },
            );
            world.send(pe, HandleResolution::new("p".into(), false));
            world.pass_secs(5);
            all.append(&mut world.out);
        }
        all
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}
