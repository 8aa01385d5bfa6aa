//! Initialization.

use super::*;
use crate::registrar::Limit;

fn is_starting(world: &World) -> bool {
    !world.registrar.is_serving()
}

#[test]
fn without_mentors_it_serves_at_once() {
    let mut world = World::alone();
    assert!(!is_starting(&world));
    let pe = world.up(1);
    assert_eq!(world.register(pe, "p", element(1, 7)), []);
    assert!(world.sent_enrp().is_empty(), "there is no peer");
}

#[test]
fn list_then_table_in_parts_then_it_serves() {
    let mut world = World::with_mentors(&[2, 3], |_| {});
    assert_eq!(world.dials()[0].2, enrp_addr(2));
    let mentor = world.answer_dial();
    let Message::ListRequest(request) = world.only_enrp(mentor) else {
        panic!("the list comes first");
    };
    assert_eq!(request.sender, OWN);
    // PEs are refused, and other registrars get a rejection.
    let pe = world.up(1);
    assert!(world.out.contains(&Output::Abort { assoc: pe }));
    let servers = vec![
        information(SMALL, 2),
        information(LARGE, 4),
        information(OWN, 1),
    ];
    world.out.clear();
    world.enrp(mentor, ListResponse::new(SMALL, OWN, servers));
    assert_eq!(world.dials()[0].2, enrp_addr(4), "the other one is greeted");
    let sent = world.sent_enrp();
    assert!(
        matches!(&sent[0].1, Message::Presence(m) if m.requires_reply() && m.receiver == SMALL),
        "the mentor is discovered: {sent:?}"
    );
    assert!(matches!(&sent[1].1, Message::HandleTableRequest(m) if !m.own_children_only()));
    let part = |pe, more| {
        let entries = vec![entry("p", &[owned(LARGE, 9, pe)])];
        HandleTableResponse::new(SMALL, OWN, entries, more)
    };
    world.enrp(mentor, part(1, true));
    assert!(
        matches!(world.only_enrp(mentor), Message::HandleTableRequest(m) if m.receiver == SMALL)
    );
    assert!(is_starting(&world));
    world.enrp(mentor, part(2, false));
    assert!(!is_starting(&world));
    assert_eq!(world.known(), [(1, LARGE), (2, LARGE)]);
    assert_eq!(world.names(), [(mentor, "PRESENCE")]);
}

#[test]
fn until_it_serves_it_rejects_requests() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    world.out.clear();
    world.enrp(mentor, ListRequest::new(SMALL, OWN));
    let sent = world.sent_enrp();
    assert!(matches!(&sent[1].1, Message::ListResponse(m) if m.is_rejected()));
    world.enrp(mentor, HandleTableRequest::new(SMALL, OWN, false));
    let Message::HandleTableResponse(response) = world.only_enrp(mentor) else {
        panic!("a response");
    };
    assert!(response.is_rejected() && response.entries.is_empty());
}

#[test]
fn a_silent_mentor_is_left_for_its_backup() {
    let mut world = World::with_mentors(&[2, 3], |_| {});
    world.answer_dial();
    world.out.clear();
    world.pass(Duration::from_millis(4999));
    assert!(world.dials().is_empty());
    world.pass(Duration::from_millis(1));
    assert_eq!(world.dials()[0].2, enrp_addr(3));
    // An unreachable mentor is left at once. No other one is left, so the registrar is alone.
    world.refuse_dial();
    assert!(!is_starting(&world));
}

#[test]
fn after_the_list_a_backup_is_asked_for_the_table() {
    let mut world = World::with_mentors(&[2, 3], |_| {});
    let mentor = world.answer_dial();
    world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new()));
    world.out.clear();
    world.pass_secs(5);
    let backup = world.answer_dial();
    assert_eq!(world.names(), [(backup, "HANDLE_TABLE_REQUEST")]);
    // A late response of the first mentor is accepted, but completes nothing.
    let entries = vec![entry("p", &[owned(SMALL, 9, 1)])];
    world.enrp(mentor, HandleTableResponse::new(SMALL, OWN, entries, false));
    assert_eq!(world.known(), [(1, SMALL)]);
    assert!(is_starting(&world));
    world.enrp(
        backup,
        HandleTableResponse::new(LARGE, OWN, Vec::new(), false),
    );
    assert!(!is_starting(&world));
}

#[test]
fn rejections_are_retried_a_limited_number_of_times() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    for round in 1..=3 {
        assert!(is_starting(&world), "round {round}");
        world.out.clear();
        world.enrp(mentor, ListResponse::rejection(SMALL, OWN));
        world.sent_enrp();
        world.pass_secs(2);
        assert!(world.sent_enrp().is_empty(), "a few seconds of rest");
        world.pass_secs(2);
    }
    assert!(
        !is_starting(&world),
        "two that wait for each other must not wait for ever"
    );
}

#[test]
fn mentor_with_too_many_parts_is_left() {
    let mut world = World::with_mentors(&[2, 4], |config| config.enrp.max_table_parts = 10);
    let mentor = world.answer_dial();
    world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new()));
    for part in 1..10 {
        world.sent_enrp();
        let entries = vec![entry("p", &[owned(SMALL, 9, part)])];
        world.enrp(mentor, HandleTableResponse::new(SMALL, OWN, entries, true));
        assert_eq!(world.names(), [(mentor, "HANDLE_TABLE_REQUEST")]);
    }
    world.enrp(
        mentor,
        HandleTableResponse::new(SMALL, OWN, Vec::new(), true),
    );
    let hits = world.registrar.counters().hits(Limit::TableParts);
    assert_eq!(hits, 1);
    let backup = world.answer_dial();
    assert_eq!(world.names(), [(backup, "HANDLE_TABLE_REQUEST")]);
    world.enrp(
        backup,
        HandleTableResponse::new(LARGE, OWN, Vec::new(), false),
    );
    assert!(!is_starting(&world));
}

#[test]
fn a_rejected_table_is_asked_for_again() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new()));
    world.enrp(mentor, HandleTableResponse::rejection(SMALL, OWN));
    world.sent_enrp();
    world.pass_secs(4);
    assert_eq!(world.names(), [(mentor, "HANDLE_TABLE_REQUEST")]);
}

#[test]
fn updates_during_a_download_are_newer_than_the_table() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new()));
    let add = |pe, home| {
        let element = owned(home, 9, pe);
        HandleUpdate::new(home, ALL, UpdateAction::ADD_PE, "p".into(), element)
    };
    let other = world.peer(4, LARGE);
    world.enrp(other, add(1, LARGE));
    world.enrp(other, add(2, LARGE));
    let element = owned(LARGE, 9, 3);
    let gone = HandleUpdate::new(LARGE, ALL, UpdateAction::DEL_PE, "p".into(), element);
    world.enrp(other, gone);
    let old = [1, 3, 4].map(|pe| owned(SMALL, 9, pe));
    let table = HandleTableResponse::new(SMALL, OWN, vec![entry("p", &old)], false);
    world.enrp(mentor, table);
    assert_eq!(world.known(), [(1, LARGE), (2, LARGE), (4, SMALL)]);
}

#[test]
fn its_own_pes_from_before_a_restart_are_asked_to_come_back() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new()));
    let table = vec![entry("p", &[owned(OWN, 9, 1), owned(SMALL, 9, 2)])];
    world.out.clear();
    world.enrp(mentor, HandleTableResponse::new(SMALL, OWN, table, false));
    let asap: Vec<_> = world.dials();
    assert_eq!(asap.len(), 1);
    assert_eq!(asap[0].1, Channel::Asap);
}

#[test]
fn a_configured_peer_that_is_not_there_is_asked_at_each_heartbeat() {
    let mut world = World::with_mentors(&[2], |_| {});
    world.refuse_dial();
    assert!(!is_starting(&world));
    world.refuse_dial();
    world.pass_secs(30);
    let late = world.answer_dial();
    assert_eq!(world.names(), [(late, "LIST_REQUEST")]);
    let servers = vec![information(SMALL, 2), information(LARGE, 4)];
    world.enrp(late, ListResponse::new(SMALL, OWN, servers));
    assert_eq!(world.peer_state(LARGE), "Active");
    assert_eq!(world.dials()[0].2, enrp_addr(4));
}

fn part(from: ServerId, pe: u32, more: bool) -> HandleTableResponse {
    let entries = vec![entry("p", &[owned(from, 9, pe)])];
    HandleTableResponse::new(from, OWN, entries, more)
}

/// Returns a starting registrar that got the first part of the table and then turned from a silent mentor to its
/// backup.
fn between_mentors() -> (World, Assoc, Assoc) {
    let mut world = World::with_mentors(&[2, 3], |_| {});
    let mentor = world.answer_dial();
    world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new()));
    world.enrp(mentor, part(SMALL, 1, true));
    world.out.clear();
    world.pass_secs(5);
    let backup = world.answer_dial();
    world.enrp(backup, Presence::new(LARGE, OWN, None, None));
    world.out.clear();
    (world, mentor, backup)
}

#[test]
fn late_part_is_added_to_the_table() {
    for in_pause in [true, false] {
        let (mut world, mentor, backup) = between_mentors();
        if in_pause {
            world.enrp(backup, HandleTableResponse::rejection(LARGE, OWN));
            assert_eq!(start_up_state(&world), "Pausing");
            world.out.clear();
            world.enrp(mentor, part(SMALL, 2, true));
        } else {
            world.enrp(mentor, part(SMALL, 2, true));
            assert_eq!(world.names(), [], "the backup is asked");
            world.enrp(backup, HandleTableResponse::rejection(LARGE, OWN));
            world.out.clear();
            world.pass_secs(4);
        }
        assert_eq!(start_up_state(&world), "Downloading");
        assert_eq!(world.names(), [(mentor, "HANDLE_TABLE_REQUEST")]);
        world.enrp(mentor, part(SMALL, 3, false));
        assert!(!is_starting(&world));
        assert_eq!(world.known(), [(1, SMALL), (2, SMALL), (3, SMALL)]);
    }
}

#[test]
fn a_mentor_that_owes_a_part_is_not_asked_for_the_next_one() {
    let (mut world, mentor, backup) = between_mentors();
    world.enrp(backup, HandleTableResponse::rejection(LARGE, OWN));
    world.pass_secs(4);
    assert_eq!(start_up_state(&world), "Downloading");
    assert_eq!(world.names(), []);
    // Once its association is gone it is asked over a new one, from the beginning.
    world.down(mentor);
    world.out.clear();
    world.enrp(backup, HandleTableResponse::rejection(LARGE, OWN));
    world.pass_secs(4);
    let mentor = world.answer_dial();
    assert_eq!(
        world.names().last(),
        Some(&(mentor, "HANDLE_TABLE_REQUEST"))
    );
}

#[test]
fn late_part_of_the_start_up_is_no_part_of_an_audit() {
    let (mut world, mentor, backup) = between_mentors();
    world.enrp(backup, part(LARGE, 7, false));
    assert!(!is_starting(&world));
    world.out.clear();
    world.enrp(
        mentor,
        Presence::new(SMALL, ALL, Some(PeChecksum(0x1234)), None),
    );
    assert_eq!(world.names(), [], "its answer is still to come");
    world.enrp(mentor, part(SMALL, 2, false));
    assert_eq!(world.known(), [(1, SMALL), (2, SMALL), (7, LARGE)]);
    world.enrp(
        mentor,
        Presence::new(SMALL, ALL, Some(PeChecksum(0x1234)), None),
    );
    assert_eq!(world.names(), [(mentor, "HANDLE_TABLE_REQUEST")]);
}

#[test]
fn news_is_newer_than_a_late_part() {
    let (mut world, mentor, backup) = between_mentors();
    let gone = owned(SMALL, 9, 2);
    let del = UpdateAction::DEL_PE;
    world.enrp(mentor, HandleUpdate::new(SMALL, ALL, del, "p".into(), gone));
    world.enrp(backup, HandleTableResponse::rejection(LARGE, OWN));
    world.enrp(mentor, part(SMALL, 2, false));
    assert!(!is_starting(&world));
    assert_eq!(world.known(), [(1, SMALL)]);
}

/// Returns the number of messages of a type sent since the last call.
fn count(world: &mut World, name: &str) -> usize {
    let named = world.names();
    named.iter().filter(|(_, other)| *other == name).count()
}

#[test]
fn peers_have_max_time_last_heard_once_it_serves() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    let servers = vec![information(LARGE, 4)];
    world.enrp(mentor, ListResponse::new(SMALL, OWN, servers));
    for pe in 1..=20 {
        world.pass_secs(4);
        world.enrp(mentor, part(SMALL, pe, pe < 20));
    }
    assert!(!is_starting(&world));
    for (second, state) in [(60, "Active"), (61, "Probed"), (66, "Dead")] {
        let end = Duration::from_secs(80 + second);
        world.pass(end - world.now);
        world.enrp(mentor, Presence::new(SMALL, ALL, None, None));
        assert_eq!(world.peer_state(LARGE), state, "after {second} s");
    }
}

#[test]
fn only_a_serving_registrar_detects_failures() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    let servers = vec![information(LARGE, 4)];
    world.enrp(mentor, ListResponse::new(SMALL, OWN, servers));
    for pe in 1..=20 {
        world.pass_secs(4);
        world.enrp(mentor, part(SMALL, pe, true));
        assert_eq!(count(&mut world, "INIT_TAKEOVER"), 0, "PE {pe}");
    }
    assert_eq!(world.peer_state(LARGE), "Active");
    // Registrars that serve get an answer.
    let other = world.peer(5, ServerId(5));
    world.enrp(other, InitTakeover::new(ServerId(5), ALL, LARGE));
    assert_eq!(world.names(), [(other, "INIT_TAKEOVER_ACK")]);
    // From the moment that it serves the peers have their time.
    world.enrp(mentor, part(SMALL, 21, false));
    for _ in 0..2 {
        world.pass_secs(30);
        world.enrp(mentor, Presence::new(SMALL, ALL, None, None));
        world.enrp(other, Presence::new(ServerId(5), ALL, None, None));
    }
    assert_eq!(count(&mut world, "INIT_TAKEOVER"), 0);
    assert_eq!(world.known().len(), 21);
}

fn start_up_state(world: &World) -> &'static str {
    world.registrar.start_up_state()
}

#[test]
fn listed_peers_get_a_presence_before_the_table_request() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    world.enrp(mentor, Presence::new(SMALL, OWN, None, None));
    world.out.clear();
    let servers = vec![information(SMALL, 2), information(LARGE, 4)];
    world.enrp(mentor, ListResponse::new(SMALL, OWN, servers));
    let first = world
        .out
        .iter()
        .find(|output| !matches!(output, Output::Log(_)));
    assert!(matches!(first, Some(Output::Connect { to, .. }) if to[0] == enrp_addr(4)));
    let other = world.answer_dial();
    let Message::Presence(hello) = world.only_enrp(other) else {
        panic!("a greeting");
    };
    assert!(hello.requires_reply());
    // What it announces from now on is newer than the table.
    let changed = PoolElement {
        life: RegistrationLife(17),
        ..owned(LARGE, 9, 1)
    };
    world.announce_pe(other, LARGE, "p", changed);
    let entries = vec![entry("p", &[owned(LARGE, 9, 1)])];
    world.enrp(mentor, HandleTableResponse::new(SMALL, OWN, entries, false));
    let space = world.registrar.handlespace();
    let known = space.element(space.find(b"p", PeIdentifier(1)).unwrap());
    assert_eq!(known.unwrap().life, RegistrationLife(17));
}

#[test]
fn a_slow_mentor_is_waited_for() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new()));
    world.enrp(mentor, part(SMALL, 1, true));
    world.pass_secs(5);
    assert_eq!(start_up_state(&world), "Pausing");
    world.enrp(mentor, part(SMALL, 2, false));
    assert!(!is_starting(&world));
    // One that is gone is not.
    for parts in 0..=1 {
        let mut world = World::with_mentors(&[2], |_| {});
        let mentor = world.answer_dial();
        world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new()));
        for pe in 0..parts {
            world.enrp(mentor, part(SMALL, pe, true));
        }
        world.down(mentor);
        assert_eq!(start_up_state(&world), "Pausing");
        world.pass_secs(4);
        world.refuse_dial();
        assert!(!is_starting(&world));
    }
}

#[test]
fn a_mentor_that_restarted_owes_nothing() {
    let mut world = World::with_mentors(&[2], |_| {});
    let mentor = world.answer_dial();
    world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new()));
    world.input(Input::Restart { assoc: mentor });
    assert_eq!(start_up_state(&world), "Pausing");
    world.out.clear();
    world.pass_secs(4);
    assert_eq!(world.names(), [(mentor, "HANDLE_TABLE_REQUEST")]);

    let (mut world, mentor, backup) = between_mentors();
    world.input(Input::Restart { assoc: mentor });
    assert_eq!(start_up_state(&world), "Downloading");
    world.enrp(backup, HandleTableResponse::rejection(LARGE, OWN));
    world.out.clear();
    world.pass_secs(4);
    assert_eq!(world.names(), [(mentor, "HANDLE_TABLE_REQUEST")]);
}
