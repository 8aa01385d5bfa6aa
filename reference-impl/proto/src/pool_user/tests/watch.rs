//! Subscriptions: S and A.

use super::*;

fn watching(request: u64, accepted: bool) -> Event {
    let request = Request(request);
    Event::Watching { request, accepted }
}

/// Returns the watches as numbers with their PEs, without the other events.
fn changes(world: &mut World) -> Vec<(u64, Vec<u32>)> {
    let events = world.events().into_iter();
    events
        .filter_map(|event| match event {
            Event::Changed {
                request,
                resolution,
            } => {
                let elements = resolution.elements.iter();
                Some((request.0, elements.map(|e| e.identifier.0).collect()))
            }
            _ => None,
        })
        .collect()
}

/// Returns the events about the A flag.
fn flags(world: &World) -> Vec<Event> {
    let events = world.out.iter().filter_map(|output| match output {
        Output::Event(event @ Event::Watching { .. }) => Some(event.clone()),
        _ => None,
    });
    events.collect()
}

#[test]
fn changes_are_reported_and_replace_the_entry() {
    let (mut world, home) = World::at_home(|c| c.stale_cache_value = Duration::from_secs(1));
    world.watch(1, "p");
    assert_eq!(world.questions(), [(home, "p".into(), true)]);
    world.deliver(home, update("p", &[5, 6]));
    assert_eq!(flags(&world), [watching(1, true)]);
    assert_eq!(changes(&mut world), [(1, vec![5, 6])]);
    // An update may be without A.
    world.deliver(home, list("p", None, &[7]));
    assert_eq!(flags(&world), []);
    assert_eq!(changes(&mut world), [(1, vec![7])]);
    world.pass_secs(60);
    world.resolve(2, "p");
    let events = world.events();
    assert!(
        matches!(&events[0], Event::Resolved { cached: true, preferred, .. } if preferred.0 == 7)
    );
}

#[test]
fn second_watch_gets_the_known_list() {
    let (mut world, home) = World::at_home(|_| {});
    world.watch(1, "p");
    world.deliver(home, update("p", &[5]));
    world.events();
    world.sent();
    world.watch(2, "p");
    assert_eq!(flags(&world), [watching(2, true)]);
    assert_eq!(changes(&mut world), [(2, vec![5])]);
    assert_eq!(world.questions(), []);
    world.deliver(home, update("p", &[6]));
    assert_eq!(changes(&mut world), [(1, vec![6]), (2, vec![6])]);
}

#[test]
fn declined_watch_is_reported_and_each_question_asks_again() {
    let (mut world, home) = World::at_home(|_| {});
    world.watch(1, "p");
    world.deliver(home, list("p", None, &[5]));
    assert_eq!(flags(&world), [watching(1, false)]);
    assert_eq!(changes(&mut world), [(1, vec![5])]);
    world.deliver(home, list("p", None, &[6]));
    assert_eq!(changes(&mut world), [], "not requested");
    world.pass_secs(30);
    world.sent();
    world.resolve(2, "p");
    assert_eq!(world.questions(), [(home, "p".into(), true)]);
    world.deliver(home, update("p", &[7]));
    assert_eq!(flags(&world), [watching(1, true)]);
    assert_eq!(changes(&mut world), [(1, vec![7])]);
}

#[test]
fn a_question_under_way_is_followed_by_one_with_s() {
    let (mut world, home) = World::at_home(|_| {});
    world.resolve(1, "p");
    world.watch(2, "p");
    assert_eq!(world.questions(), [(home, "p".into(), false)]);
    world.deliver(home, list("p", None, &[5]));
    assert_eq!(flags(&world), [], "the answer is no word on updates");
    assert_eq!(world.questions(), [(home, "p".into(), true)]);
    world.deliver(home, update("p", &[5]));
    assert_eq!(flags(&world), [watching(2, true)]);
}

#[test]
fn a_new_home_is_subscribed_at() {
    let (mut world, home) = World::at_home(|_| {});
    world.watch(1, "p");
    world.deliver(home, update("p", &[5]));
    world.sent();
    world.events();
    world.down(home, Fault::Lost);
    assert_eq!(flags(&world), [watching(1, false)]);
    world.events();
    let home = world.calls.pop().unwrap().assoc;
    world.up(home);
    assert_eq!(world.questions(), [(home, "p".into(), true)]);
    world.deliver(home, update("p", &[6]));
    assert_eq!(flags(&world), [watching(1, true)]);
    assert_eq!(changes(&mut world), [(1, vec![6])]);
}

#[test]
fn a_restarted_home_is_subscribed_at_again() {
    let (mut world, home) = World::at_home(|_| {});
    world.watch(1, "p");
    world.deliver(home, update("p", &[5]));
    world.sent();
    world.input(Input::Restart { assoc: home });
    assert_eq!(world.questions(), [(home, "p".into(), true)]);
}

#[test]
fn updates_of_a_former_home_are_not_taken() {
    let (mut world, home) = World::at_home(|_| {});
    world.watch(1, "p");
    world.deliver(home, update("p", &[5]));
    world.resolve(2, "q");
    world.pass_secs(15);
    let other = world.calls.pop().unwrap().assoc;
    world.up(other);
    world.events();
    world.deliver(other, update("p", &[6]));
    world.events();
    world.deliver(home, update("p", &[5]));
    assert_eq!(changes(&mut world), []);
    // Its late answers are still accepted.
    world.deliver(home, list("q", None, &[7]));
    assert!(matches!(world.events()[..], [Event::Resolved { .. }]));
}

#[test]
fn a_pool_that_goes_ends_the_watch() {
    let (mut world, home) = World::at_home(|_| {});
    world.watch(1, "p");
    world.deliver(home, update("p", &[5]));
    world.events();
    world.deliver(home, unknown_pool("p"));
    let ended = Event::WatchEnded {
        request: Request(1),
        why: Failure::Rejected(vec![CauseCode::UNKNOWN_POOL_HANDLE]),
    };
    assert_eq!(world.events(), [ended]);
    assert_eq!(
        (world.user.size().pools, world.user.size().requests),
        (0, 0)
    );
}

#[test]
fn unanswered_watch_ends() {
    let (mut world, _) = World::at_home(|c| c.registrars.truncate(1));
    world.watch(1, "p");
    world.pass_secs(45);
    let ended = Event::WatchEnded {
        request: Request(1),
        why: Failure::TimedOut,
    };
    assert_eq!(world.events(), [ended]);
}

#[test]
fn a_watch_that_was_answered_outlives_silent_registrars() {
    let (mut world, home) = World::at_home(|_| {});
    world.watch(1, "p");
    world.deliver(home, update("p", &[5]));
    world.down(home, Fault::Lost);
    world.calls.clear();
    world.pass_secs(300);
    assert_eq!(world.user.size().requests, 1);
    let home = world.calls.pop().unwrap().assoc;
    world.sent();
    world.up(home);
    assert_eq!(world.questions(), [(home, "p".into(), true)]);
}

#[test]
fn changes_of_unwatched_pools_are_not_reported() {
    let (mut world, home) = World::at_home(|_| {});
    world.watch(1, "p");
    world.deliver(home, update("p", &[5]));
    world.input(Input::Unwatch {
        request: Request(1),
    });
    world.events();
    world.deliver(home, update("p", &[6]));
    assert_eq!(world.events(), []);
    world.resolve(2, "p");
    let events = world.events();
    assert!(
        matches!(&events[0], Event::Resolved { cached: true, preferred, .. } if preferred.0 == 6)
    );
    world.input(Input::Unwatch {
        request: Request(1),
    });
    assert_eq!(world.events(), []);
}

#[test]
fn declined_watch_can_ask_without_a_cache() {
    let (mut world, home) = World::at_home(|c| c.stale_cache_value = Duration::ZERO);
    world.watch(1, "p");
    world.deliver(home, list("p", None, &[5]));
    assert_eq!(changes(&mut world), [(1, vec![5])]);
    world.sent();
    world.input(Input::Populate { pool: "p".into() });
    assert_eq!(world.questions(), [(home, "p".into(), true)]);
    world.deliver(home, list("p", None, &[6]));
    assert_eq!(changes(&mut world), [(1, vec![6])]);
    world.input(Input::Populate { pool: "q".into() });
    assert_eq!(world.questions(), [], "there is nothing to populate");
}
