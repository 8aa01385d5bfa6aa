//! Sessions: set-up, data, failover, and their ends.

use super::*;
use crate::pool_user::session::Entry;

fn up(event: &Event) -> (u32, Option<Failover>) {
    let Event::Up {
        element, failover, ..
    } = event
    else {
        panic!("a session is up: {event:?}");
    };
    (element.identifier.0, *failover)
}

fn failing_over(from: u32, why: Fault) -> Event {
    Event::FailingOver {
        session: Session(1),
        from: PeIdentifier(from),
        why,
    }
}

fn failed(why: SessionFailure) -> Event {
    let session = Session(1);
    Event::Failed { session, why }
}

fn returned(pe: Option<u32>, why: Unsent, texts: &[&str]) -> Event {
    Event::Returned {
        session: Session(1),
        pe: pe.map(PeIdentifier),
        why,
        messages: texts.iter().map(|text| Message::new(*text)).collect(),
    }
}

/// Refuses every set-up, and returns the PEs that the session dialled.
fn refuse_all(world: &mut World, limit: usize) -> Vec<u32> {
    let mut called = Vec::new();
    while !world.calls.is_empty() && called.len() < limit {
        let (assoc, pe) = world.called();
        called.push(pe);
        world.down(assoc, Fault::Refused);
    }
    called
}

#[test]
fn messages_wait_for_a_pe_and_go_in_order() {
    let (mut world, home) = World::at_home(|_| {});
    world.open(1, "p");
    world.send(1, "a");
    world.deliver(home, list("p", None, &[5, 6]));
    world.send(1, "b");
    let (assoc, pe) = world.called();
    assert_eq!((pe, world.data()), (5, vec![]));
    world.up(assoc);
    assert_eq!(up(&world.events()[0]), (5, None));
    world.send(1, "c");
    let sent = ["a", "b", "c"].map(|text| (assoc, text.to_owned()));
    assert_eq!(world.data(), sent);
    world.input(Input::Message {
        assoc,
        ppid: 0,
        octets: b"pong",
    });
    let data = Event::Data {
        session: Session(1),
        from: PeIdentifier(5),
        ppid: 0,
        octets: b"pong".to_vec(),
    };
    assert_eq!(world.events(), [data]);
}

#[test]
fn room_for_messages_is_reported() {
    let (mut world, home) = World::at_home(|c| {
        c.max_queued = 3;
        c.max_queued_octets = 4;
    });
    let has_room = |world: &World, octets| world.user.has_room(Session(1), octets);
    assert!(has_room(&world, 5), "there is no such session");
    world.open(1, "p");
    assert!(has_room(&world, 5), "one message is never too long");
    for text in ["ab", "c", "d"] {
        assert!(has_room(&world, text.len()));
        world.send(1, text);
    }
    assert_eq!(world.events(), []);
    assert!(!has_room(&world, 0), "three wait");
    world.deliver(home, list("p", None, &[5]));
    let (assoc, _) = world.called();
    world.up(assoc);
    assert!(has_room(&world, 5));
    world.down(assoc, Fault::Lost);
    world.send(1, "abc");
    assert!(has_room(&world, 1) && !has_room(&world, 2));
}

#[test]
fn a_session_is_called_by_its_user_transport() {
    let (mut world, home) = World::at_home(|_| {});
    let mut answer = list("p", None, &[5]);
    let address = "203.0.113.9".parse().unwrap();
    answer.pool_elements[0].user_transport =
        rsp_wire::Transport::Tcp(rsp_wire::TcpTransport::new(80, address));
    world.open(1, "p");
    world.deliver(home, answer);
    let call = world.calls.pop().unwrap();
    let to: SocketAddr = "203.0.113.9:80".parse().unwrap();
    assert_eq!(
        (call.channel, call.carrier, call.to),
        (Channel::Element, Carrier::Tcp, vec![to])
    );
}

#[test]
fn pes_without_a_common_transport_are_left_out() {
    let (mut world, home) = World::at_home(|c| c.carriers = vec![Carrier::Sctp]);
    let udp = || {
        let address = "203.0.113.9".parse().unwrap();
        rsp_wire::Transport::Udp(rsp_wire::UdpTransport::new(80, address))
    };
    let mut answer = list("p", None, &[5, 6]);
    answer.pool_elements[0].user_transport = udp();
    world.open(1, "p");
    world.deliver(home, answer.clone());
    assert_eq!(world.called().1, 6);
    answer.pool_handle = "q".into();
    answer.pool_elements[1].user_transport = udp();
    world.input(Input::Open {
        session: Session(2),
        target: Target::Pool("q".into()),
        failover: true,
    });
    world.deliver(home, answer);
    let events = Event::Failed {
        session: Session(2),
        why: SessionFailure::NoCommonTransport,
    };
    assert!(world.events().contains(&events));
    assert_eq!(
        world.reports(),
        [],
        "no report about a PE that was not dialled"
    );
}

#[test]
fn a_lost_pe_is_followed_by_the_next_in_turn() {
    let (mut world, home, assoc, pe) = World::session(|_| {}, &[5, 6, 7]);
    assert_eq!(pe, 5);
    world.down(assoc, Fault::Lost);
    assert_eq!(world.events(), [failing_over(5, Fault::Lost)]);
    assert_eq!(world.reports(), [(home, 5)]);
    world.send(1, "waits");
    let (assoc, pe) = world.called();
    assert_eq!(pe, 6);
    world.up(assoc);
    let from = PeIdentifier(5);
    let failover = Failover {
        from,
        cookie_echoed: false,
    };
    assert_eq!(up(&world.events()[0]), (6, Some(failover)));
    assert_eq!(world.data(), [(assoc, "waits".to_owned())]);
}

#[test]
fn unsent_messages_go_to_the_next_pe_first() {
    let (mut world, _, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.send(1, "a");
    world.send(1, "b");
    world.data();
    world.input(Input::Down {
        assoc,
        why: Fault::Lost,
        unsent: vec![Message::new("b")],
    });
    world.send(1, "c");
    let (assoc, _) = world.called();
    world.up(assoc);
    let sent = ["b", "c"].map(|text| (assoc, text.to_owned()));
    assert_eq!(world.data(), sent);
}

#[test]
fn messages_that_must_not_fail_over_go_back() {
    let (mut world, _, assoc, _) = World::session(|_| {}, &[5, 6]);
    let bound = Message {
        failover: Some(false),
        ..Message::new("bound")
    };
    world.input(Input::Down {
        assoc,
        why: Fault::Lost,
        unsent: vec![bound.clone(), Message::new("free")],
    });
    let back = Event::Returned {
        session: Session(1),
        pe: Some(PeIdentifier(5)),
        why: Unsent::NoFailover,
        messages: vec![bound],
    };
    assert_eq!(world.events(), [back, failing_over(5, Fault::Lost)]);
    let (assoc, _) = world.called();
    world.up(assoc);
    assert_eq!(world.data(), [(assoc, "free".to_owned())]);
}

#[test]
fn a_session_without_failover_fails_with_its_pe() {
    let (mut world, home) = World::at_home(|_| {});
    world.input(Input::Open {
        session: Session(1),
        target: Target::Pool("p".into()),
        failover: false,
    });
    world.send(1, "a");
    world.deliver(home, list("p", None, &[5, 6]));
    let (assoc, _) = world.called();
    world.down(assoc, Fault::Refused);
    let (pe, why) = (PeIdentifier(5), Fault::Refused);
    assert_eq!(
        world.events(),
        [
            returned(Some(5), Unsent::NoFailover, &["a"]),
            failed(SessionFailure::Fault { pe, why })
        ]
    );
    assert!(world.calls_nobody());
    assert_eq!(world.reports(), [(home, 5)]);
}

#[test]
fn all_pes_are_tried_then_the_pool_is_resolved_again() {
    let (mut world, home) = World::at_home(|c| c.session_rounds = 3);
    world.open(1, "p");
    world.send(1, "a");
    for round in 1..=3 {
        assert_eq!(world.questions().len(), 1);
        world.deliver(home, list("p", None, &[5, 6, 7]));
        let mut called = refuse_all(&mut world, 9);
        called.sort_unstable();
        assert_eq!(called, [5, 6, 7], "round {round}");
        if round < 3 {
            assert_eq!(world.events(), []);
            world.pass(Duration::from_millis(499));
            assert_eq!(world.questions(), []);
            world.pass(Duration::from_millis(1001));
        }
    }
    assert_eq!(
        world.events(),
        [
            returned(None, Unsent::Ended, &["a"]),
            failed(SessionFailure::NoElementLeft { rounds: 3 })
        ]
    );
    assert_eq!(world.user.size().sessions, 0);
}

#[test]
fn a_pe_that_came_back_is_found_in_the_next_round() {
    let (mut world, home, assoc, _) = World::session(|_| {}, &[5]);
    world.down(assoc, Fault::Lost);
    assert!(world.calls_nobody());
    world.pass_secs(2);
    assert_eq!(world.questions().len(), 1);
    world.deliver(home, list("p", None, &[5]));
    assert_eq!(world.called().1, 5);
}

#[test]
fn a_failed_pe_comes_last_for_other_sessions_too() {
    let stale_cache_value = Duration::from_secs(600);
    let (mut world, _, assoc, _) =
        World::session(|c| c.stale_cache_value = stale_cache_value, &[5, 6, 7]);
    world.down(assoc, Fault::Lost);
    let mut chosen = Vec::new();
    for session in 2..6 {
        let (assoc, pe) = world.called();
        chosen.push(pe);
        world.up(assoc);
        world.open(session, "p");
    }
    let (assoc, pe) = world.called();
    chosen.push(pe);
    world.up(assoc);
    assert_eq!(chosen, [6, 7, 6, 7, 6]);
    world.pass_secs(30);
    for (session, pe) in [(6, 7), (7, 5)] {
        world.open(session, "p");
        assert_eq!(world.called().1, pe);
    }
}

#[test]
fn a_stale_list_is_renewed_before_a_failover() {
    let (mut world, home, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.pass_secs(31);
    world.down(assoc, Fault::Lost);
    assert!(world.calls_nobody());
    assert_eq!(world.questions().len(), 1);
    world.deliver(home, list("p", None, &[5, 8]));
    assert_eq!(world.called().1, 8);
}

#[test]
fn stale_list_is_used_when_no_registrar_answers() {
    let (mut world, home, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.pass_secs(31);
    world.down(assoc, Fault::Lost);
    world.down(home, Fault::Lost);
    world.pass(Duration::from_millis(14_999));
    assert!(world.calls_nobody());
    world.pass(Duration::from_millis(1));
    assert_eq!(world.called().1, 6);
}

#[test]
fn stale_list_is_used_when_the_question_ends_before() {
    let (mut world, home) = World::at_home(|c| c.registrars.truncate(1));
    world.open(1, "p");
    world.deliver(home, list("p", None, &[5, 6]));
    let (assoc, _) = world.called();
    world.up(assoc);
    world.pass_secs(31);
    world.resolve(1, "p");
    world.pass_secs(40);
    world.down(assoc, Fault::Lost);
    assert!(world.calls_nobody());
    world.pass_secs(5);
    assert_eq!(world.called().1, 6, "the question was given up");
}

#[test]
fn a_registrar_without_resources_does_not_end_a_session() {
    let (mut world, home, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.pass_secs(31);
    world.down(assoc, Fault::Lost);
    let cause = ErrorCause::bare(CauseCode::LACK_OF_RESOURCES);
    world.deliver(
        home,
        HandleResolutionResponse::negative("p".into(), cause.into()),
    );
    assert_eq!(world.called().1, 6);
}

#[test]
fn a_pool_that_vanished_is_asked_for_again_in_a_failover() {
    let (mut world, home, assoc, _) = World::session(|c| c.session_rounds = 2, &[5]);
    world.pass_secs(31);
    world.down(assoc, Fault::Lost);
    world.deliver(home, unknown_pool("p"));
    assert_eq!(world.events(), [failing_over(5, Fault::Lost)]);
    world.pass_secs(2);
    world.deliver(home, unknown_pool("p"));
    assert_eq!(
        world.events(),
        [failed(SessionFailure::NoElementLeft { rounds: 2 })]
    );
}

#[test]
fn a_pe_that_was_heard_begins_the_rounds_anew() {
    let (mut world, home) = World::at_home(|c| c.session_rounds = 2);
    world.open(1, "p");
    for _ in 0..5 {
        world.deliver(home, list("p", None, &[5]));
        let (assoc, _) = world.called();
        world.up(assoc);
        world.input(Input::Message {
            assoc,
            ppid: 0,
            octets: b"x",
        });
        world.down(assoc, Fault::Lost);
        world.pass_secs(2);
    }
    assert!(world.user.size().sessions == 1);
}

#[test]
fn pes_that_send_and_drop_are_tried_once_in_a_round() {
    let (mut world, home) = World::at_home(|c| c.session_rounds = 2);
    world.open(1, "p");
    for round in 1..=3 {
        world.deliver(home, list("p", None, &[5, 6]));
        for _ in 0..2 {
            let (assoc, _) = world.called();
            world.up(assoc);
            world.input(Input::Message {
                assoc,
                ppid: 0,
                octets: b"x",
            });
            world.pass(Duration::from_millis(900));
            world.down(assoc, Fault::Closed);
        }
        let entry = world.user.sessions.get(Session(1));
        assert_eq!(Entry::state_name(entry), "Pausing", "round {round}");
        assert!(world.calls_nobody());
        world.sent();
        world.pass(Duration::from_millis(1500));
    }
    assert_eq!(world.user.size().sessions, 1, "they were heard");
}

#[test]
fn a_pe_that_served_for_a_while_is_followed_at_once() {
    let (mut world, _, mut assoc, _) = World::session(|_| {}, &[5, 6]);
    for turn in 0..4 {
        world.input(Input::Message {
            assoc,
            ppid: 0,
            octets: b"x",
        });
        world.pass(Duration::from_millis(1000));
        world.down(assoc, Fault::Closed);
        let (next, pe) = world.called();
        assert_eq!(pe, [6, 5][turn % 2]);
        world.up(next);
        assoc = next;
    }
}

#[test]
fn a_pe_that_only_accepts_and_drops_uses_the_rounds_up() {
    let (mut world, home) = World::at_home(|c| c.session_rounds = 2);
    world.open(1, "p");
    for _ in 0..2 {
        world.deliver(home, list("p", None, &[5]));
        let (assoc, _) = world.called();
        world.up(assoc);
        world.down(assoc, Fault::Aborted);
        world.pass_secs(2);
    }
    let end = failed(SessionFailure::NoElementLeft { rounds: 2 });
    assert_eq!(world.events().last(), Some(&end));
}

#[test]
fn a_set_up_that_takes_too_long_fails() {
    let (mut world, home) = World::at_home(|_| {});
    world.open(1, "p");
    world.deliver(home, list("p", None, &[5, 6]));
    let (assoc, _) = world.called();
    world.out.clear();
    world.pass(Duration::from_millis(9_999));
    assert!(world.calls_nobody());
    world.pass(Duration::from_millis(1));
    assert!(world.out.contains(&Output::Abort { assoc }));
    assert_eq!(world.reports(), [(home, 5)]);
    assert_eq!(world.called().1, 6);
    // A late event of it changes nothing.
    world.up(assoc);
    assert!(world.out.contains(&Output::Abort { assoc }));
}

#[test]
fn pe_handle_is_dialled_at_once_while_the_cache_is_refreshed() {
    let (mut world, home) = World::at_home(|_| {});
    world.input(Input::Open {
        session: Session(1),
        target: Target::Element {
            pool: "p".into(),
            element: Box::new(element(6, Policy::RoundRobin)),
        },
        failover: true,
    });
    let (assoc, pe) = world.called();
    assert_eq!((pe, world.questions().len()), (6, 1));
    world.deliver(home, list("p", None, &[5, 6, 7]));
    assert!(world.calls_nobody());
    world.down(assoc, Fault::Refused);
    assert_eq!(world.called().1, 5);
}

#[test]
fn closing_is_graceful() {
    let (mut world, _, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.input(Input::Close {
        session: Session(1),
    });
    assert_eq!(world.out, [Output::Shutdown { assoc }]);
    world.out.clear();
    world.send(1, "late");
    assert_eq!(world.events(), [returned(None, Unsent::Ended, &["late"])]);
    world.input(Input::Message {
        assoc,
        ppid: 0,
        octets: b"last",
    });
    assert!(matches!(world.events()[..], [Event::Data { .. }]));
    world.down(assoc, Fault::Closed);
    let closed = Event::Closed {
        session: Session(1),
    };
    assert_eq!(world.events(), [closed]);
    assert_eq!(world.reports(), []);
}

#[test]
fn closing_is_bounded() {
    let (mut world, _, assoc, _) = World::session(|_| {}, &[5]);
    world.input(Input::Close {
        session: Session(1),
    });
    world.pass_secs(10);
    assert!(world.out.contains(&Output::Abort { assoc }));
    assert_eq!(world.user.size().sessions, 0);
}

#[test]
fn a_queue_has_its_limits() {
    let (mut world, _) = World::at_home(|c| {
        c.max_queued = 2;
        c.max_queued_octets = 10;
    });
    world.open(1, "p");
    world.send(1, "123456789 too long for the limit alone");
    world.send(1, "b");
    assert_eq!(world.events(), [returned(None, Unsent::QueueFull, &["b"])]);
    world.open(2, "p");
    for text in ["a", "b", "c"] {
        world.send(2, text);
    }
    assert_eq!(world.events().len(), 1);
    assert_eq!(world.user.size().queued, 3);
}

#[test]
fn returned_messages_respect_the_queue_limits() {
    let (mut world, _, assoc, _) = World::session(|c| c.max_queued = 2, &[5, 6]);
    let unsent = ["a", "b", "c"].map(Message::new).into();
    let why = Fault::Lost;
    world.input(Input::Down { assoc, why, unsent });
    assert_eq!(
        world.events(),
        [
            returned(None, Unsent::QueueFull, &["c"]),
            failing_over(5, Fault::Lost)
        ]
    );
}

#[test]
fn sessions_have_their_limit() {
    let (mut world, _) = World::at_home(|c| c.max_sessions = 1);
    world.open(2, "p");
    world.open(1, "p");
    assert_eq!(world.events(), [failed(SessionFailure::TooMany)]);
}

#[test]
fn a_pe_that_restarted_is_left() {
    let (mut world, _, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.input(Input::Restart { assoc });
    assert!(world.out.contains(&Output::Abort { assoc }));
    assert_eq!(world.events(), [failing_over(5, Fault::Restarted)]);
    assert_eq!(world.reports(), [], "it is there");
    assert_eq!(world.called().1, 6);
}

#[test]
fn a_set_up_that_cannot_begin_is_no_fault_of_the_pe() {
    let (mut world, home) = World::at_home(|_| {});
    world.open(1, "p");
    let octets = drive::asap(list("p", None, &[5, 6]));
    world.user.handle(
        world.now,
        Input::Message {
            assoc: home,
            ppid: 11,
            octets: &octets,
        },
    );
    let dial = loop {
        match world.user.poll() {
            Output::Connect { dial, .. } => break dial,
            Output::Wait(_) => panic!("a PE is called"),
            _ => {}
        }
    };
    world.input(Input::Dialled { dial, assoc: None });
    assert_eq!(world.reports(), []);
    assert_eq!(world.called().1, 6);
}

#[test]
#[should_panic(expected = "RFC 5352 §5")]
fn data_does_not_have_the_ppid_of_asap() {
    let (mut world, ..) = World::session(|_| {}, &[5]);
    world.input(Input::Send {
        session: Session(1),
        message: Message {
            ppid: 11,
            ..Message::new("x")
        },
    });
}
