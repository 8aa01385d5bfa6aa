//! Discovery, presence, failure detection, unknown messages and parameters.

use super::*;
use rsp_wire::OperationError;

fn presence(from: ServerId, reply: bool) -> Presence {
    let mut presence = Presence::new(from, ALL, Some(PeChecksum(0xffff)), None);
    presence.flags = presence.flags.with(Presence::REPLY_REQUIRED, reply);
    presence
}

#[test]
fn message_of_any_type_adds_a_peer() {
    let element = || owned(SMALL, 9, 1);
    let error: OperationError = rsp_wire::ErrorCause::bare(CauseCode::UNSPECIFIED).into();
    let messages: Vec<Message> = vec![
        presence(SMALL, false).into(),
        HandleTableRequest::new(SMALL, OWN, false).into(),
        HandleTableResponse::new(SMALL, OWN, Vec::new(), false).into(),
        HandleUpdate::new(SMALL, ALL, UpdateAction::ADD_PE, "p".into(), element()).into(),
        ListRequest::new(SMALL, OWN).into(),
        ListResponse::new(SMALL, OWN, Vec::new()).into(),
        InitTakeover::new(SMALL, ALL, LARGE).into(),
        InitTakeoverAck::new(SMALL, OWN, LARGE).into(),
        TakeoverServer::new(SMALL, ALL, LARGE).into(),
        enrp::Error::new(SMALL, OWN, error).into(),
    ];
    for message in messages {
        let mut world = World::alone();
        let assoc = world.peer_up(2);
        world.out.clear();
        world.enrp(assoc, message.clone());
        let sent = world.sent_enrp();
        let Message::Presence(hello) = &sent[0].1 else {
            panic!("{message:?}: {sent:?}");
        };
        assert!(hello.requires_reply());
        assert_eq!((hello.sender, hello.receiver), (OWN, SMALL));
        assert!(hello.pe_checksum.is_some() && hello.server_information.is_some());
        assert_eq!(world.peer_state(SMALL), "Active");
    }
}

#[test]
fn reply_carries_addresses_and_checksum() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    let pe = world.up(1);
    world.register(pe, "EchoPool", element(1, 0x1122_3344));
    world.out.clear();
    world.enrp(peer, presence(SMALL, true));
    let Message::Presence(reply) = world.only_enrp(peer) else {
        panic!("a reply");
    };
    assert!(!reply.requires_reply());
    assert_eq!(reply.pe_checksum, Some(PeChecksum(0x4deb)));
    let server = reply.server_information.unwrap();
    assert_eq!(server.server_id, OWN);
    assert_eq!(server.transport.port, 9901);
    world.enrp(peer, presence(SMALL, false));
    assert!(world.sent_enrp().is_empty());
}

#[test]
fn heartbeats_come_every_cycle() {
    let mut world = World::alone();
    let (a, b) = (world.peer(2, SMALL), world.peer(3, LARGE));
    for cycle in 1..=3 {
        world.pass(Duration::from_millis(29_999));
        assert!(world.sent_enrp().is_empty(), "cycle {cycle}");
        world.pass(Duration::from_millis(1));
        for (sent, assoc) in world.sent_enrp().into_iter().zip([a, b]) {
            assert_eq!(sent.0, assoc);
            let Message::Presence(m) = sent.1 else {
                panic!("a presence");
            };
            assert!(!m.requires_reply() && m.receiver == ALL);
        }
        world.enrp(a, presence(SMALL, false));
        world.enrp(b, presence(LARGE, false));
    }
}

#[test]
fn a_silent_peer_is_probed_and_an_answer_saves_it() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    world.pass(Duration::from_millis(60_999));
    assert_eq!(world.peer_state(SMALL), "Active");
    world.out.clear();
    world.pass(Duration::from_millis(1));
    let Message::Presence(probe) = world.only_enrp(peer) else {
        panic!("a probe");
    };
    assert!(probe.requires_reply() && probe.receiver == SMALL);
    assert_eq!(world.peer_state(SMALL), "Probed");
    world.pass_secs(4);
    world.enrp(peer, presence(SMALL, false));
    assert_eq!(world.peer_state(SMALL), "Active");
    world.pass_secs(60);
    assert_eq!(world.peer_state(SMALL), "Active");
}

#[test]
fn probe_that_cannot_be_sent_makes_the_peer_dead() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    world.down(peer);
    world.pass_secs(30);
    world.refuse_dial();
    world.pass_secs(30);
    world.refuse_dial();
    assert_eq!(world.peer_state(SMALL), "Active", "61 s are not over");
    world.pass_secs(1);
    assert_eq!(world.peer_state(SMALL), "Probed");
    world.refuse_dial();
    assert_eq!(
        world.peer_state(SMALL),
        "(unknown)",
        "taken over: there is no other peer"
    );
}

#[test]
fn a_lost_association_is_set_up_again_for_the_next_message() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    world.down(peer);
    world.pass_secs(30);
    let pe = world.up(1);
    world.send(pe, Registration::new("p".into(), element(1, 7)));
    assert_eq!(world.dials().len(), 1, "one association for both messages");
    let again = world.answer_dial();
    assert_eq!(
        world.names(),
        [(again, "PRESENCE"), (again, "HANDLE_UPDATE")]
    );
}

#[test]
fn peers_and_waiting_messages_have_limits() {
    let mut world = World::with_mentors(&[], |config| {
        config.enrp.max_peers = 2;
        config.enrp.max_waiting_messages = 2;
    });
    for number in 2..=9 {
        world.peer(number, ServerId(u32::from(number)));
    }
    assert_eq!(world.registrar.peers().count(), 2);
    let servers = (20..40).map(|n| information(ServerId(u32::from(n)), n));
    let peer = Assoc(1002);
    world.enrp(peer, ListResponse::new(ServerId(2), OWN, servers.collect()));
    assert_eq!(world.registrar.peers().count(), 2);
    world.down(peer);
    let pe = world.up(1);
    for number in 0..5 {
        world.send(pe, Registration::new("p".into(), element(1, number)));
    }
    let again = world.answer_dial();
    let sent = world.names();
    assert_eq!(sent.iter().filter(|(assoc, _)| *assoc == again).count(), 2);
}

#[test]
fn unknown_types_are_reported_by_their_top_bits_and_errors_never() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    let ids = [&SMALL.0.to_be_bytes()[..], &OWN.0.to_be_bytes()].concat();
    let message = |first: &[u8], rest: &[u8]| [first, &ids[..], rest].concat();
    for silent in [0x0b, 0x3f, 0x80, 0xc0] {
        world.octets(peer, &message(&[silent, 0, 0, 12], &[]));
        assert!(world.sent_enrp().is_empty(), "type {silent:#x}");
    }
    world.octets(peer, &message(&[0x40, 0, 0, 12], &[]));
    let Message::Error(error) = world.only_enrp(peer) else {
        panic!("a report");
    };
    assert!(error.operation_error.has(CauseCode::UNRECOGNIZED_MESSAGE));
    assert_eq!((error.sender, error.receiver), (OWN, SMALL));
    // A LIST_REQUEST with a parameter to skip and report is answered, too.
    world.octets(peer, &message(&[0x05, 0, 0, 16], &[0xff, 0xfe, 0, 4]));
    assert_eq!(world.names(), [(peer, "ERROR"), (peer, "LIST_RESPONSE")]);
    // The same in an ERROR, and an ERROR that is none.
    let cause = [0, 0x0c, 0, 8, 0, 0, 0, 4];
    world.octets(
        peer,
        &message(
            &[0x0a, 0, 0, 24],
            &[&cause[..], &[0xff, 0xfe, 0, 4]].concat(),
        ),
    );
    world.octets(peer, &message(&[0x0a, 0, 0, 16], &[0x7f, 0xff, 0, 4]));
    assert!(world.sent_enrp().is_empty());
}

#[test]
fn its_own_and_no_identifier_are_nobody_and_others_messages_are_not_answered() {
    let mut world = World::alone();
    let assoc = world.peer_up(2);
    for sender in [ALL, OWN] {
        world.enrp(assoc, ListRequest::new(sender, OWN));
        assert!(world.sent_enrp().is_empty());
    }
    world.enrp(assoc, ListRequest::new(SMALL, LARGE));
    assert_eq!(
        world.names(),
        [(assoc, "PRESENCE")],
        "heard, but not answered"
    );
}

#[test]
fn a_peer_is_asked_for_its_list_now_and_then() {
    let mut world = World::with_mentors(&[], |config| {
        config.enrp.peer_list_cycle = Duration::from_secs(100);
    });
    let peer = world.peer(2, SMALL);
    let mut asked = Vec::new();
    for second in 1..=250 {
        world.pass_secs(1);
        if second % 30 == 15 {
            world.enrp(peer, presence(SMALL, false));
        }
        let sent = world.sent_enrp();
        if sent
            .iter()
            .any(|(_, m)| matches!(m, Message::ListRequest(_)))
        {
            asked.push(second);
        }
    }
    assert_eq!(asked, [30, 130, 230]);
}

#[test]
fn lists_name_all_but_the_requester() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    world.peer(3, LARGE);
    // Heard, but its address is unknown yet.
    let third = world.peer_up(4);
    world.enrp(third, presence(ServerId(4), false));
    world.out.clear();
    world.enrp(peer, ListRequest::new(SMALL, OWN));
    let Message::ListResponse(list) = world.only_enrp(peer) else {
        panic!("a list");
    };
    let servers = list.servers.iter().map(|s| (s.server_id, s.transport.port));
    let expected = [(OWN, 9901), (ServerId(4), 9901), (LARGE, 9901)];
    assert_eq!(servers.collect::<Vec<_>>(), expected);
}

fn wide(id: ServerId, number: u8) -> ServerInformation {
    let many = (0..2000u32).map(|n| std::net::Ipv6Addr::from(u128::from(n) + 1).into());
    let many = std::iter::once(enrp_addr(number).ip()).chain(many);
    let addresses = rsp_wire::Addresses::collect(many).unwrap();
    ServerInformation::new(id, SctpTransport::new(9901, addresses))
}

#[test]
fn long_lists_of_addresses_do_not_silence_the_list_of_peers() {
    let mut world = World::alone();
    for (number, id) in [(2, SMALL), (3, LARGE)] {
        let peer = world.peer(number, id);
        world.enrp(peer, Presence::new(id, ALL, None, Some(wide(id, number))));
    }
    let fourth = world.peer(4, ServerId(4));
    world.enrp(
        fourth,
        ListResponse::new(ServerId(4), OWN, vec![wide(ServerId(5), 5)]),
    );
    let hits = world
        .registrar
        .counters()
        .hits(crate::registrar::Limit::PeerAddresses);
    assert_eq!(hits, 3);
    world.out.clear();
    world.enrp(fourth, ListRequest::new(ServerId(4), OWN));
    let Message::ListResponse(list) = world.only_enrp(fourth) else {
        panic!("a list");
    };
    let lengths = list
        .servers
        .iter()
        .map(|s| (s.server_id, s.transport.addresses.iter().count()));
    let expected = [(ServerId(5), 8), (SMALL, 8), (LARGE, 8)];
    assert_eq!(lengths.skip(1).collect::<Vec<_>>(), expected);
}

#[test]
fn a_list_that_is_too_long_leaves_peers_out() {
    let mut world = World::with_mentors(&[], |config| config.max_message = 100);
    let peer = world.peer(2, SMALL);
    for number in 3..=9 {
        world.peer(number, ServerId(u32::from(number)));
    }
    world.out.clear();
    world.enrp(peer, ListRequest::new(SMALL, OWN));
    let Message::ListResponse(list) = world.only_enrp(peer) else {
        panic!("a list");
    };
    // Twelve octets, and twenty-four for each.
    let servers = list.servers.iter().map(|s| s.server_id);
    assert_eq!(servers.collect::<Vec<_>>(), [OWN, ServerId(3), ServerId(4)]);
}

#[test]
fn last_peers_taken_over_are_remembered() {
    let mut world = World::with_mentors(&[], |config| config.enrp.max_peers = 2);
    let judge = world.peer(9, LARGE);
    for number in 2..=4 {
        let target = ServerId(u32::from(number));
        world.peer(number, target);
        world.enrp(judge, TakeoverServer::new(LARGE, ALL, target));
    }
    world.out.clear();
    let third = Assoc(1004);
    world.enrp(third, presence(ServerId(4), false));
    assert_eq!(
        world.names(),
        [(third, "PRESENCE"), (third, "LIST_REQUEST")]
    );
}
