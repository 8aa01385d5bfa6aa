//! Every limit on what a peer can grow: what happens at it, and that it is counted.

use super::super::Limit;
use super::*;
use rsp_wire::asap::{EndpointKeepAliveAck, EndpointUnreachable};

fn hits(world: &World, limit: Limit) -> u64 {
    world.registrar.counters().hits(limit)
}

fn aborted(world: &World) -> bool {
    let is_abort = |output: &Output| matches!(output, Output::Abort { .. });
    world.out.iter().any(is_abort)
}

const NO_ROOM: [CauseCode; 1] = [CauseCode::LACK_OF_RESOURCES];

#[test]
fn pools_and_elements_are_limited() {
    let mut world = World::with(|config| {
        config.max_pools = 2;
        config.max_pool_elements = 3;
        config.max_pool_elements_per_pool = 2;
    });
    let pe = world.up(1);
    assert_eq!(world.register(pe, "a", element(1, 1)), []);
    assert_eq!(world.register(pe, "a", element(1, 2)), []);
    assert_eq!(world.register(pe, "a", element(1, 3)), NO_ROOM);
    assert_eq!(hits(&world, Limit::PoolElementsPerPool), 1);
    assert_eq!(world.register(pe, "b", element(1, 1)), []);
    assert_eq!(world.register(pe, "b", element(1, 2)), NO_ROOM);
    assert_eq!(hits(&world, Limit::PoolElements), 1);
    assert_eq!(world.deregister(pe, "a", 2), []);
    assert_eq!(world.register(pe, "c", element(1, 1)), NO_ROOM);
    assert_eq!(hits(&world, Limit::Pools), 1);
    assert_eq!(
        world.register(pe, "a", element(1, 1)),
        [],
        "again is no growth"
    );
    let rejected = &world.registrar.counters().registrations_rejected;
    assert_eq!(rejected.sum(), 3);
    let lack = rejected.iter().find(|(cause, _)| *cause == NO_ROOM[0]);
    assert_eq!(lack, Some((NO_ROOM[0], 3)));
}

#[test]
fn handle_and_element_lengths_are_limited() {
    let mut world = World::with(|config| {
        config.max_handle_length = 4;
        config.max_element_length = 47;
        config.max_message = 4096;
    });
    let pe = world.up(1);
    assert_eq!(world.register(pe, "four", element(1, 1)), []);
    assert_eq!(world.register(pe, "fifth", element(1, 1)), NO_ROOM);
    assert_eq!(hits(&world, Limit::HandleLength), 1);
    let mut long = element(1, 2);
    long.policy = Policy::LeastUsedDegradation {
        load: 1,
        load_degradation: 1,
    };
    assert_eq!(world.register(pe, "p", long), NO_ROOM);
    assert_eq!(hits(&world, Limit::ElementLength), 1);
    world.out.clear();
    world.octets(pe, &[0; 4097]);
    assert_eq!(world.sent(), [], "not read");
    assert_eq!(hits(&world, Limit::Message), 1);
}

#[test]
fn associations_are_aborted_and_a_place_is_free_again() {
    let mut world = World::with(|config| config.max_associations = 2);
    let first = world.up(1);
    world.up(2);
    world.out.clear();
    world.up(3);
    assert!(aborted(&world));
    assert_eq!(hits(&world, Limit::Associations), 1);
    world.down(first);
    world.out.clear();
    world.up(4);
    assert!(!aborted(&world));
}

#[test]
fn pes_and_pus_leave_room_for_peers() {
    let config = |config: &mut Config| {
        config.max_associations = 1;
        config.enrp.max_peers = 2;
        config.enrp.max_adoptions = 1;
    };
    let mut world = World::with(config);
    world.up(1);
    world.out.clear();
    for number in 1..=3 {
        world.up_from(100 + number, Kind::Enrp, &format!("192.0.2.{number}:9901"));
        assert!(!aborted(&world), "peer {number}");
    }
    world.up_from(104, Kind::Enrp, "192.0.2.4:9901");
    assert!(aborted(&world), "the room for peers has an end too");
    world.out.clear();
    world.down(Assoc(101));
    world.up(2);
    assert!(aborted(&world), "a peer's room is not for pool users");
    assert_eq!(hits(&world, Limit::Associations), 2);
    let mut limits = world.registrar.limits();
    let limit = limits.find(|limit| limit.limit == Limit::Associations);
    assert_eq!(
        limit.map(|limit| (limit.used, limit.max)),
        Some((Some(1), Some(1)))
    );
}

#[test]
fn subscriptions_are_declined() {
    let mut world = World::with(|config| {
        config.max_subscriptions = 3;
        config.max_subscriptions_per_association = 2;
    });
    let (pe, other) = (world.up(1), world.up(2));
    for pool in ["a", "b", "c"] {
        world.register(pe, pool, element(1, 1));
    }
    let mut subscribed = |assoc, pool: &str| {
        world.out.clear();
        world.send(assoc, HandleResolution::new(pool.into(), true));
        match world.answer(assoc) {
            asap::Message::HandleResolutionResponse(r) => {
                assert_eq!(r.pool_elements.len(), 1, "answered all the same");
                r.accepts_updates()
            }
            other => panic!("{other:?}"),
        }
    };
    assert!(subscribed(pe, "a") && subscribed(pe, "b"));
    assert!(!subscribed(pe, "c"));
    assert!(subscribed(pe, "b"), "it has that one");
    assert!(subscribed(other, "a"));
    assert!(!subscribed(other, "b"));
    assert_eq!(hits(&world, Limit::SubscriptionsPerAssociation), 1);
    assert_eq!(hits(&world, Limit::Subscriptions), 1);
}

/// Returns the number of octets sent until there is nothing more to do for now, with no input in between.
fn octets_until_wait(registrar: &mut Registrar) -> usize {
    let mut octets = 0;
    loop {
        match registrar.poll() {
            Output::Send { octets: sent, .. } => octets += sent.len(),
            Output::Wait(_) => return octets,
            Output::Announce { .. }
            | Output::Connect { .. }
            | Output::Abort { .. }
            | Output::Shutdown { .. }
            | Output::Log(_) => {}
        }
    }
}

/// Returns a world with pools of one PE each on one association, and users that subscribed to all of them.
fn subscribers_of_many_pools(users: u8) -> (World, Assoc, Vec<Assoc>) {
    let mut world = World::with(|config| config.keep_alive_interval = Duration::ZERO);
    let pe = world.up(200);
    let users: Vec<Assoc> = (1..=users).map(|number| world.up(number)).collect();
    for pool in 0..400 {
        // The long handles make the updates long.
        let handle = format!("{pool:01024}");
        world.register(pe, &handle, element(200, 1));
        for &user in &users {
            world.send(user, HandleResolution::new(handle.as_str().into(), true));
        }
    }
    world.pass_secs(5);
    world.out.clear();
    (world, pe, users)
}

#[test]
fn updates_of_many_pools_come_in_bursts() {
    let (mut world, pe, users) = subscribers_of_many_pools(3);
    assert_eq!(world.registrar.subscriptions(), 1200);
    let end = world.now + Duration::from_secs(15);
    world.registrar.handle(world.now, Input::Down { assoc: pe });
    assert_eq!(
        octets_until_wait(&mut world.registrar),
        0,
        "they may return"
    );
    let (mut bursts, mut all) = (0, 0);
    while let Output::Wait(Some(at)) = world.registrar.poll() {
        assert!(world.now <= at && at <= end, "what is left is due at once");
        world.now = at;
        world.registrar.handle(at, Input::Tick);
        let octets = octets_until_wait(&mut world.registrar);
        assert!(octets < 300_000, "{octets} in one burst");
        bursts += usize::from(octets > 0);
        all += octets;
    }
    assert_eq!(world.registrar.counters().updates, 1200);
    assert!(
        all > 1200 * 1024 && bursts >= 5,
        "{all} octets, {bursts} bursts"
    );
    assert_eq!(world.registrar.subscriptions(), 0, "all pools are gone");
    assert_eq!(users.len(), 3);
}

#[test]
fn subscriber_that_leaves_between_bursts_gets_no_more_updates() {
    let (mut world, pe, users) = subscribers_of_many_pools(3);
    world.down(pe);
    world.now += Duration::from_secs(15);
    world.registrar.handle(world.now, Input::Tick);
    // A caller that gives an association up while it sends does the same.
    let gone = Input::Down { assoc: users[1] };
    world.registrar.handle(world.now, gone);
    assert!(octets_until_wait(&mut world.registrar) < 300_000);
    world.pass(Duration::ZERO);
    let sent = world.sent();
    assert!(sent.iter().all(|&(assoc, _)| assoc != users[1]));
    assert_eq!(world.registrar.subscriptions(), 0);
}

#[test]
fn a_flood_is_dropped_and_does_not_touch_others() {
    let mut world = World::with(|config| config.max_message_rate = 100);
    let (flooder, other) = (world.up(1), world.up(2));
    let floods = |world: &World| {
        let is_flood = |output: &&Output| matches!(output, Output::Log(Log::Flooded { .. }));
        world.out.iter().filter(is_flood).count()
    };
    world.out.clear();
    for _ in 0..150 {
        world.send(flooder, HandleResolution::new("p".into(), false));
    }
    assert_eq!(floods(&world), 1, "logged once");
    assert_eq!(world.sent().len(), 100, "a second's worth is answered");
    assert_eq!(hits(&world, Limit::MessageRate), 50);
    world.resolve(other, "p");
    world.pass(Duration::from_millis(100));
    world.out.clear();
    for _ in 0..20 {
        world.send(flooder, HandleResolution::new("p".into(), false));
    }
    assert_eq!(world.sent().len(), 10, "the rate");
    world.pass_secs(60);
    world.resolve(flooder, "p");
    let counters = world.registrar.counters();
    let resolutions = counters.asap_in.asap().find(|(_, count)| *count > 0);
    assert_eq!(resolutions.map(|(_, count)| count), Some(172));
}

#[test]
fn a_flood_of_twice_the_rate_is_aborted_with_its_elements() {
    let mut world = World::with(|config| config.max_message_rate = 100);
    let (flooder, other) = (world.up(1), world.up(2));
    world.register(flooder, "p", element(1, 7));
    world.out.clear();
    for _ in 0..199 {
        world.send(flooder, HandleResolution::new("p".into(), false));
    }
    assert!(!aborted(&world));
    world.send(flooder, HandleResolution::new("p".into(), false));
    assert!(aborted(&world));
    assert_eq!(world.registrar.associations(), 1);
    world.out.clear();
    world.send(flooder, HandleResolution::new("p".into(), false));
    assert_eq!(world.sent(), []);
    world.pass_secs(15);
    assert_eq!(world.departures(), [Departure::Gone]);
    assert_eq!(world.members(other, "p"), []);
}

#[test]
fn registrations_and_reports_have_separate_rates() {
    let mut world = World::with(|config| {
        config.max_registration_rate = 3;
        config.max_report_rate = 2;
        config.max_bad_pe_report = 100;
    });
    let (pe, pu) = (world.up(1), world.up(2));
    world.out.clear();
    for number in 0..5 {
        world.send(pe, Registration::new("p".into(), element(1, number)));
    }
    assert_eq!(world.sent().len(), 3, "the others are not answered");
    assert_eq!(hits(&world, Limit::RegistrationRate), 2);
    for _ in 0..5 {
        world.send(pu, EndpointUnreachable::new("p".into(), PeIdentifier(1)));
    }
    assert_eq!(world.registrar.counters().reports, 2);
    assert_eq!(hits(&world, Limit::ReportRate), 3);
    assert_eq!(
        world.members(pe, "p"),
        [0, 1, 2],
        "other messages are taken"
    );
    world.pass_secs(1);
    assert_eq!(world.register(pe, "p", element(1, 3)), []);
}

#[test]
fn provoked_keep_alives_are_limited_but_not_the_first() {
    let mut world = World::with(|config| {
        config.keep_alive_interval = Duration::ZERO;
        config.max_bad_pe_report = 1000;
    });
    let (pe, pu) = (world.up(1), world.up(2));
    world.register(pe, "p", element(1, 7));
    let provoked = |world: &mut World, reports: usize| {
        world.out.clear();
        for _ in 0..reports {
            world.send(pu, EndpointUnreachable::new("p".into(), PeIdentifier(7)));
            world.send(pe, EndpointKeepAliveAck::new("p".into(), PeIdentifier(7)));
        }
        world.sent().len()
    };
    assert_eq!(provoked(&mut world, 50), 8);
    assert_eq!(hits(&world, Limit::KeepAliveGap), 42);
    world.pass_secs(3);
    assert_eq!(provoked(&mut world, 50), 3);
    world.pass_secs(60);
    assert_eq!(provoked(&mut world, 1), 1, "at once (RFC 5352 §3.5)");
    assert_eq!(world.registrar.counters().reports, 101);
}

#[test]
fn every_limit_can_be_looked_up() {
    let world = World::new();
    let limits: Vec<_> = world.registrar.limits().collect();
    assert_eq!(limits.len(), Limit::ALL.len() - 2, "all but the backlogs");
    for (index, limit) in Limit::ALL.into_iter().enumerate() {
        assert_eq!(limit as usize, index, "its counter's place");
    }
    let table = include_str!("../limits.rs");
    for limit in Limit::ALL {
        assert!(
            table.contains(&format!("| `{}` |", limit.key())),
            "{limit:?}"
        );
    }
}
