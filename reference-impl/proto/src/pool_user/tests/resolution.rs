//! Questions, the cache, and registrars that do not answer.

use super::*;

fn resolved(event: &Event) -> (u64, Vec<u32>, bool) {
    let Event::Resolved {
        request,
        resolution,
        cached,
        ..
    } = event
    else {
        panic!("resolved: {event:?}");
    };
    let elements = resolution.elements.iter();
    (
        request.0,
        elements.map(|e| e.identifier.0).collect(),
        *cached,
    )
}

fn not_resolved(request: u64, why: Failure) -> Event {
    Event::NotResolved {
        request: Request(request),
        why,
    }
}

#[test]
fn an_answer_is_used_until_it_is_stale() {
    let (mut world, home) = World::at_home(|c| c.stale_cache_value = Duration::from_secs(30));
    world.resolve(1, "p");
    assert_eq!(world.questions(), [(home, "p".into(), false)]);
    world.deliver(home, list("p", None, &[5, 6]));
    assert_eq!(resolved(&world.events()[0]), (1, vec![5, 6], false));
    world.pass(Duration::from_millis(29_999));
    world.resolve(2, "p");
    assert_eq!(resolved(&world.events()[0]), (2, vec![5, 6], true));
    assert_eq!(world.questions(), []);
    world.pass(Duration::from_millis(1));
    world.resolve(3, "p");
    assert_eq!(world.events(), []);
    assert_eq!(world.questions(), [(home, "p".into(), false)]);
}

#[test]
fn without_a_cache_every_request_is_asked() {
    let (mut world, home) = World::at_home(|c| c.stale_cache_value = Duration::ZERO);
    for request in [1, 2] {
        world.resolve(request, "p");
        assert_eq!(world.questions().len(), 1);
        world.deliver(home, list("p", None, &[5]));
        assert_eq!(resolved(&world.events()[0]), (request, vec![5], false));
        assert_eq!(world.user.size().pools, 0);
    }
    world.input(Input::Populate { pool: "p".into() });
    assert_eq!(world.questions(), [], "RFC 5352 §6.3: no action");
}

#[test]
fn concurrent_requests_share_one_question() {
    let (mut world, home) = World::at_home(|_| {});
    world.resolve(1, "p");
    world.resolve(2, "p");
    world.open(1, "p");
    assert_eq!(world.questions().len(), 1);
    world.deliver(home, list("p", None, &[5, 6, 7]));
    let events = world.events();
    assert_eq!((events.len(), resolved(&events[1]).0), (2, 2));
    assert_eq!(world.called().1, 7, "the third in turn");
}

#[test]
fn unknown_pool_is_reported() {
    let (mut world, home) = World::at_home(|_| {});
    world.resolve(1, "p");
    world.open(1, "p");
    world.deliver(home, unknown_pool("p"));
    let why = Failure::Rejected(vec![CauseCode::UNKNOWN_POOL_HANDLE]);
    let failed = Event::Failed {
        session: Session(1),
        why: SessionFailure::NotResolved(why.clone()),
    };
    assert_eq!(world.events(), [not_resolved(1, why), failed]);
    assert_eq!(
        (world.user.size().pools, world.user.size().sessions),
        (0, 0)
    );
}

#[test]
fn t1_repeats_the_question_and_starts_a_hunt() {
    let (mut world, home) = World::at_home(|_| {});
    world.resolve(1, "p");
    assert_eq!(world.questions().len(), 1);
    world.pass_secs(15);
    assert_eq!(world.questions(), [(home, "p".into(), false)]);
    let call = world.calls.pop().expect("the other registrar is called");
    assert!(world.calls.is_empty());
    world.up(call.assoc);
    assert_eq!(world.questions(), [(call.assoc, "p".into(), false)]);
    assert!(world.out.contains(&Output::Shutdown { assoc: home }));
    world.deliver(call.assoc, list("p", None, &[5]));
    assert_eq!(resolved(&world.events()[0]), (1, vec![5], false));
}

#[test]
fn a_home_that_answers_late_is_kept() {
    let (mut world, home) = World::at_home(|_| {});
    world.resolve(1, "p");
    world.pass_secs(16);
    let call = world.calls.pop().expect("the other registrar is called");
    world.deliver(home, list("p", None, &[5]));
    assert!(world.out.contains(&Output::Abort { assoc: call.assoc }));
    assert_eq!(world.user.home_assoc(), Some(home));
    assert_eq!(resolved(&world.events()[0]).0, 1);
}

#[test]
fn the_question_is_given_up_after_max_request_retransmit() {
    let (mut world, home) = World::at_home(|c| c.registrars.truncate(1));
    world.resolve(1, "p");
    world.pass(Duration::from_millis(44_999));
    assert_eq!(world.questions(), vec![(home, "p".into(), false); 3]);
    assert_eq!(world.events(), []);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.events(), [not_resolved(1, Failure::TimedOut)]);
    assert_eq!(world.questions(), []);
    assert_eq!(world.user.size().requests, 0);
}

#[test]
fn question_ends_after_a_long_suspension() {
    let (mut world, _) = World::at_home(|_| {});
    world.resolve(1, "p");
    world.now += Duration::from_secs(90);
    world.input(Input::Tick);
    assert_eq!(world.events(), [not_resolved(1, Failure::TimedOut)]);
}

#[test]
fn question_ends_without_any_registrar() {
    let mut world = World::with(|c| c.registrars.clear());
    world.resolve(1, "p");
    world.pass_secs(45);
    assert_eq!(world.events(), [not_resolved(1, Failure::NoRegistrar)]);
}

#[test]
fn unanswered_questions_go_to_the_next_home() {
    let (mut world, home) = World::at_home(|_| {});
    world.resolve(1, "p");
    world.sent();
    world.pass_secs(10);
    let lost = world.user.home().cloned().unwrap();
    world.down(home, Fault::Lost);
    let call = world.calls.remove(0);
    assert_ne!(call.to, lost.addrs, "RFC 5352 §3.7.1");
    world.up(call.assoc);
    assert_eq!(world.questions(), [(call.assoc, "p".into(), false)]);
    // T1 began anew with the new home.
    world.pass_secs(14);
    assert_eq!(world.questions(), []);
    world.pass_secs(1);
    assert_eq!(world.questions(), [(call.assoc, "p".into(), false)]);
}

#[test]
fn registrars_that_come_and_go_do_not_prolong_a_question_for_ever() {
    let (mut world, home) = World::at_home(|_| {});
    let mut current = home;
    world.resolve(1, "p");
    for _ in 0..200 {
        world.pass_secs(1);
        world.down(current, Fault::Aborted);
        while world.calls.is_empty() {
            world.pass_secs(1);
        }
        current = world.calls.remove(0).assoc;
        world.up(current);
        world.calls.clear();
    }
    let events = world.events();
    let end = not_resolved(1, Failure::TimedOut);
    assert!(events.contains(&end));
    assert_eq!(world.user.size().requests, 0);
}

#[test]
fn a_restarted_home_is_asked_again() {
    let (mut world, home) = World::at_home(|_| {});
    world.resolve(1, "p");
    world.sent();
    world.input(Input::Restart { assoc: home });
    assert_eq!(world.questions(), [(home, "p".into(), false)]);
}

#[test]
fn populate_asks_and_purge_forgets() {
    let (mut world, home) = World::at_home(|_| {});
    world.input(Input::Populate { pool: "p".into() });
    assert_eq!(world.questions().len(), 1);
    world.deliver(home, list("p", None, &[5]));
    assert_eq!(world.events(), []);
    world.resolve(1, "p");
    assert!(resolved(&world.events()[0]).2);
    world.input(Input::Purge { pool: "p".into() });
    assert_eq!(world.user.size().pools, 0);
    world.resolve(2, "p");
    assert_eq!(world.questions().len(), 1);
}

#[test]
fn the_cache_makes_room_by_age_of_use() {
    let (mut world, home) = World::at_home(|c| c.max_pools = 2);
    for (request, pool) in [(1, "a"), (2, "b")] {
        world.resolve(request, pool);
        world.deliver(home, list(pool, None, &[5]));
    }
    world.resolve(3, "a");
    world.resolve(4, "c");
    world.deliver(home, list("c", None, &[5]));
    world.sent();
    world.resolve(5, "a");
    assert_eq!(world.questions(), [], "a was used later than b");
    world.resolve(6, "b");
    assert_eq!(world.questions().len(), 1);
    // One entry is asked for and the other has a session: there is no room.
    world.open(1, "a");
    world.events();
    world.resolve(7, "d");
    assert_eq!(world.events(), [not_resolved(7, Failure::TooMany)]);
}

#[test]
fn limits_of_requests_elements_and_handles() {
    let (mut world, home) = World::at_home(|c| {
        c.max_requests = 1;
        c.max_pool_elements = 2;
    });
    world.resolve(1, "p");
    world.resolve(2, "q");
    assert_eq!(world.events(), [not_resolved(2, Failure::TooMany)]);
    world.deliver(home, list("p", None, &[5, 6, 7]));
    assert_eq!(resolved(&world.events()[0]).1, [5, 6]);
    world.resolve(3, &"x".repeat(65_528));
    assert_eq!(world.events(), [not_resolved(3, Failure::HandleTooLong)]);
    world.sent();
    world.resolve(4, &"x".repeat(65_527));
    assert_eq!(world.questions().len(), 1);
}

#[test]
fn unrequested_answers_change_nothing() {
    let (mut world, home) = World::at_home(|_| {});
    world.deliver(home, update("p", &[5]));
    assert_eq!(world.user.size().pools, 0);
    world.resolve(1, "p");
    world.deliver(home, list("p", None, &[5]));
    world.deliver(home, list("p", None, &[6]));
    world.deliver(home, unknown_pool("p"));
    world.events();
    world.resolve(2, "p");
    assert_eq!(resolved(&world.events()[0]), (2, vec![5], true));
}

#[test]
fn stop_ends_all_requests_and_refuses_new_ones() {
    let (mut world, home) = World::at_home(|_| {});
    world.resolve(1, "p");
    world.watch(2, "q");
    world.events();
    world.input(Input::Stop);
    let ended = Event::WatchEnded {
        request: Request(2),
        why: Failure::Stopping,
    };
    let events = world.events();
    assert!(events.contains(&not_resolved(1, Failure::Stopping)) && events.contains(&ended));
    assert!(world.out.contains(&Output::Shutdown { assoc: home }));
    world.resolve(3, "p");
    assert_eq!(world.events(), [not_resolved(3, Failure::Stopping)]);
    world.down(home, Fault::Closed);
    assert_eq!(world.user.associations(), 0);
    assert!(matches!(world.user.poll(), Output::Wait(None)));
}
