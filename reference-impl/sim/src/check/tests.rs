//! Each checker is silent about a world in order, and speaks when something is done to it in secret.

use std::time::Duration;

use rsp_proto::registrar::Config;
use rsp_wire::{PeIdentifier, Policy};

use super::super::{Act, ElementBody, ElementSetup, Manner, Spot, UserBody, UserSetup, World};
use super::{Bounds, Property, When, agreement, all};

const A: u32 = 0x0a00_0000;
const B: u32 = 0x0b00_0000;
const POOL: &str = "EchoPool";

/// Two registrars, a PE of few words at each, one with an engine, and two pool users.
fn in_order() -> World {
    let mut world = World::new(1, &[A, B]);
    world.start(0, &[1]);
    world.start(1, &[0]);
    world.pass_secs(20);
    world.add_pe(1, "Web", 0, true);
    world.add_pe(2, "Web", 1, true);
    let setup = with_engine(&world);
    world.add_element(3, setup);
    for engine in [false, true] {
        let setup = UserSetup {
            pools: vec![POOL],
            period: Duration::from_secs(5),
            tcp: false,
            subscribes: false,
            session: Some(POOL),
            registrars: world.asap_addrs(),
        };
        world.add_user(setup, engine);
    }
    world.pass_secs(40);
    world
}

/// PE 3, at the first registrar.
fn with_engine(world: &World) -> ElementSetup {
    ElementSetup {
        identifier: PeIdentifier(3),
        pool: POOL,
        policy: Policy::RoundRobin,
        manner: Manner::Engine,
        period: Duration::from_secs(60),
        life_s: 300,
        registrars: world.asap_addrs(),
        first: 0,
    }
}

/// As if the last fault were long ago.
fn long_after() -> When {
    let none = Duration::ZERO;
    When {
        quiet: Duration::MAX,
        bounds: Bounds {
            watch: Duration::MAX / 2,
            dead: none,
            settle: none,
            answer: Duration::from_secs(5),
        },
    }
}

/// While there are faults.
fn in_between() -> When {
    When {
        quiet: Duration::ZERO,
        bounds: Bounds::of(&Config::default()),
    }
}

fn of(name: &str) -> Box<dyn Property> {
    let mut named = all().into_iter().filter(|property| property.name() == name);
    named.next().expect("a property has this name")
}

/// Returns the complaint of a checker after `deed` changed a world in order.
fn after(name: &str, deed: impl FnOnce(&mut World)) -> String {
    let (mut world, mut property) = (in_order(), of(name));
    assert_eq!(property.look(&world, long_after()), Ok(()), "before");
    deed(&mut world);
    let verdict = property.look(&world, long_after());
    verdict.expect_err("it is noticed")
}

fn cut_from_all(world: &mut World, spot: Spot) {
    for other in world.spots() {
        world.cut(spot, other, true);
    }
}

#[test]
fn all_is_well() {
    let world = in_order();
    for mut property in all() {
        assert_eq!(
            property.look(&world, long_after()),
            Ok(()),
            "{}",
            property.name()
        );
    }
}

#[test]
fn registrars_that_do_not_agree() {
    let why = after("agreement", |world| {
        world.partition(0, 1, true);
        world.add_pe(4, "Web", 0, true);
        world.pass_secs(5);
    });
    assert!(why.contains("differ about 0x00000004"), "{why}");
    let why = after("agreement", |world| {
        world.partition(0, 1, true);
        world.pass_secs(90);
    });
    assert!(why.contains("with the Home 0x0a000000"), "{why}");
}

#[test]
fn a_registrar_that_does_not_serve() {
    let (mut world, mut property) = (in_order(), of("agreement"));
    world.kill(1);
    world.pass_secs(150);
    assert_eq!(property.look(&world, long_after()), Ok(()), "before");
    // No registrar answers yet when it asks for peers.
    world.partition(0, 1, true);
    world.restart(1);
    world.pass(Duration::from_millis(10));
    let why = property.look(&world, long_after()).unwrap_err();
    assert_eq!(why, "registrar 1 does not serve");
}

#[test]
fn registrars_that_do_not_know_each_other() {
    let why = after("agreement", |world| world.kill(1));
    assert_eq!(why, "registrar 0 knows 0x0b000000, which does not run");
    let why = after("agreement", |world| {
        // It starts again under an unknown identifier.
        world.partition(0, 1, true);
        world.pass_secs(1);
        world.registrars[1].id = 0x0c00_0000;
    });
    assert_eq!(why, "registrar 0 does not know 0x0c000000");
}

#[test]
fn checksums_that_differ() {
    assert_eq!(agreement::same_checksum((0, 0x0f50), (1, 0x0f50)), Ok(()));
    let why = agreement::same_checksum((0, 0x0f50), (1, 0x0f51)).unwrap_err();
    assert_eq!(
        why,
        "registrar 0 has the PE checksum 0x0f50, registrar 1 has 0x0f51 for it"
    );
}

#[test]
fn registrars_that_differ_in_the_registrations_of_the_same_pes() {
    let mut world = in_order();
    let setup = ElementSetup {
        identifier: PeIdentifier(4),
        pool: "Calc5",
        policy: Policy::LeastUsed { load: 1 },
        manner: Manner::Hunting,
        period: Duration::from_secs(60),
        life_s: 300,
        registrars: world.asap_addrs(),
        first: 0,
    };
    world.add_element(4, setup);
    world.pass_secs(5);
    assert_eq!(of("agreement").look(&world, long_after()), Ok(()), "before");
    world.partition(0, 1, true);
    world.act_on(&Act::Repolicy(4, 77));
    world.pass_secs(1);
    let why = of("agreement").look(&world, long_after()).unwrap_err();
    assert!(
        why.contains("do not have the same policy of 0x00000004"),
        "{why}"
    );
}

#[test]
fn a_home_that_is_gone() {
    let why = after("one-home", |world| world.kill(0));
    assert!(why.contains("0x0a000000 as the Home"), "{why}");
}

#[test]
fn two_homes() {
    let why = after("one-home", |world| {
        world.partition(0, 1, true);
        world.pass_secs(90);
    });
    assert!(why.contains("two Homes"), "{why}");
}

#[test]
fn a_pe_with_another_home_than_the_registrars_have() {
    let mut world = World::new(1, &[A, B]);
    world.start(0, &[1]);
    world.start(1, &[0]);
    world.pass_secs(20);
    let setup = with_engine(&world);
    world.add_element(3, setup);
    world.pass_secs(40);
    let mut property = of("one-home");
    assert_eq!(property.look(&world, long_after()), Ok(()), "before");
    // The PE has been taken over, and the registrars that know it have ended.
    world.freeze(Spot::Registrar(0), Duration::from_secs(1000));
    world.pass_secs(120);
    world.kill(1);
    let why = property.look(&world, long_after()).unwrap_err();
    assert_eq!(
        why,
        "PE 3 has the Home 0x0b000000, registrar 0 has 0x0a000000 for it"
    );
}

#[test]
fn a_pe_that_is_not_listed() {
    let why = after("registered", |world| {
        cut_from_all(world, Spot::Element(1));
        world.pass_secs(90);
    });
    assert!(why.contains("PE 1 lives"), "{why}");
}

#[test]
fn a_registration_that_is_lost() {
    let why = after("nothing-lost", |world| {
        // It assumes that it is registered: no event contradicts that.
        world.freeze(Spot::Element(1), Duration::from_secs(1000));
        world.pass_secs(90);
    });
    assert!(why.contains("PE 1 was registered"), "{why}");
}

#[test]
fn a_registration_that_no_takeover_saves() {
    let mut world = World::new(1, &[A, B]);
    world.start(0, &[1]);
    // Its association to its Home is long gone before another registrar takes the PE over.
    world.start_with(1, &[0], |config| {
        config.enrp.max_time_last_heard = Duration::from_secs(600);
    });
    world.pass_secs(20);
    world.add_pe(1, "Web", 0, false);
    world.pass_secs(40);
    let mut property = of("nothing-lost");
    assert_eq!(property.look(&world, long_after()), Ok(()), "before");
    // Its Home is gone, and in secret the way to the only registrar that can take it over.
    world.kill(0);
    world.cut(Spot::Element(1), Spot::Registrar(1), true);
    world.pass_secs(300);
    let accepted = world.element(1).and_then(ElementBody::accepted);
    assert_eq!(accepted, None, "it knows that its Home is gone");
    assert_eq!(property.look(&world, long_after()), Ok(()), "still listed");
    let verdict = (0..120).try_for_each(|_| {
        world.pass_secs(5);
        property.look(&world, long_after())
    });
    let why = verdict.expect_err("it is noticed");
    assert!(why.contains("PE 1 was registered"), "{why}");
}

#[test]
fn faults_that_excuse_a_loss() {
    let mut world = World::new(1, &[A, B, 0x0c00_0000]);
    (0..3).for_each(|number| world.start(number, &[0, 1, 2]));
    world.pass_secs(20);
    world.act_on(&Act::KillRegistrar(0));
    world.heal(|_| Some(A));
    assert_eq!(world.last_blow, None, "the others go on");
    world.act_on(&Act::Cut(Spot::Registrar(0), Spot::Registrar(1), true));
    world.act_on(&Act::KillRegistrar(2));
    assert_eq!(world.last_blow, None, "it was not split off");
    world.act_on(&Act::KillRegistrar(1));
    assert_eq!(world.last_blow, Some(world.now()));
    world.pass_secs(1);
    world.heal(|_| None);
    assert_eq!(world.last_blow, Some(world.now()), "two became one");
}

#[test]
fn events_act_alike_on_hosts_with_and_without_an_engine() {
    let mut world = World::new(1, &[A]);
    world.start(0, &[]);
    let element = with_engine(&world);
    world.add_element(3, element);
    let user = UserSetup {
        pools: vec![POOL],
        period: Duration::from_secs(5),
        tcp: false,
        subscribes: true,
        session: None,
        registrars: world.asap_addrs(),
    };
    world.add_user(user, true);
    world.pass_secs(10);
    assert_eq!(world.driver(0).engine().subscriptions(), 1, "S=1");

    let registrations = |world: &World| world.driver(0).engine().counters().reregistered;
    let before = registrations(&world);
    world.act_on(&Act::Flood(Spot::Element(3), 9));
    world.pass_secs(5);
    assert!(registrations(&world) > before, "it reports the change");

    let reports = |world: &World| world.driver(0).engine().counters().reports;
    world.act_on(&Act::Report(0, 3, 1));
    world.pass_secs(1);
    let one = reports(&world);
    world.act_on(&Act::Report(0, 3, 3));
    world.pass_secs(5);
    assert_eq!((one, reports(&world)), (1, 4));
}

#[test]
fn a_frozen_host_does_nothing() {
    let mut world = in_order();
    let registrations = |world: &World| world.driver(0).engine().counters().reregistered;
    world.act_on(&Act::Freeze(Spot::Element(1), Duration::from_secs(9)));
    let before = registrations(&world);
    world.act_on(&Act::Flood(Spot::Element(1), 9));
    world.pass_secs(1);
    assert_eq!(registrations(&world), before);
    world.act_on(&Act::Deregister(1));
    assert!(world.elements[&1].lives(), "it has not begun to leave");
}

#[test]
fn manners_are_good_again_when_faults_end() {
    let mut world = in_order();
    for manner in [Manner::Mute, Manner::Babbling] {
        world.act_on(&Act::Behave(1, manner));
        assert_eq!(world.elements[&1].setup.manner, manner);
        world.heal(|_| None);
        assert_eq!(world.elements[&1].setup.manner, Manner::Hunting);
        let body = world.element(1).expect("it runs");
        let ElementBody::Plain(plain) = body else {
            panic!("{body:?} has an engine");
        };
        assert_eq!(plain.setup().manner, Manner::Hunting);
    }
}

#[test]
fn a_dead_pe_that_is_listed() {
    let why = after("no-dead", |world| {
        world.kill_pe(2);
        world.pass_secs(1);
    });
    assert!(why.contains("PE 2 has been gone for 1 s"), "{why}");
}

/// Returns the result of the checker for the 120 s after `deed`, where the Home multiplies its keep-alive interval
/// and timeout by `factor`.
fn while_watched(factor: u32, deed: impl FnOnce(&mut World)) -> Result<(), String> {
    let mut world = World::new(1, &[A]);
    world.start_with(0, &[], |config| {
        config.keep_alive_interval *= factor;
        config.keep_alive_timeout *= factor;
    });
    world.add_pe(1, "Web", 0, false);
    world.pass_secs(10);
    let mut property = of("no-dead");
    deed(&mut world);
    (0..24).try_for_each(|_| {
        world.pass_secs(5);
        property.look(&world, in_between())
    })
}

#[test]
fn a_home_that_watches_too_slowly() {
    let freeze = |world: &mut World| world.freeze(Spot::Element(1), Duration::from_secs(1000));
    let verdicts = [1, 4].map(|factor| {
        let kill = while_watched(factor, |world| world.kill_pe(1));
        (kill, while_watched(factor, freeze))
    });
    let late = || Err("PE 1 has been silent for 65 s, but its Home lists it".to_owned());
    assert_eq!(verdicts, [(Ok(()), Ok(())), (late(), late())]);
}

#[test]
fn requests_without_an_answer() {
    let why = after("answers", |world| {
        for number in [0, 1] {
            world.freeze(Spot::Registrar(number), Duration::from_secs(1000));
        }
        world.pass_secs(13);
    });
    assert!(why.contains("PU 0 has been waiting"), "{why}");
}

#[test]
fn a_pe_without_an_answer() {
    let freeze = |world: &mut World| {
        for number in [0, 1] {
            world.freeze(Spot::Registrar(number), Duration::from_secs(1000));
        }
        world.deregister(3);
    };
    let why = after("answers", |world| {
        freeze(world);
        world.pass_secs(7);
    });
    assert!(
        why.contains("PE 3 has been waiting for 7.0 s for the answer to its de-registration"),
        "{why}"
    );
    // It gives up by itself, whatever happens to others.
    let (mut world, mut property) = (in_order(), of("answers"));
    freeze(&mut world);
    let verdict = (0..60).try_for_each(|_| {
        world.pass_secs(5);
        property.look(&world, in_between())
    });
    assert_eq!(verdict, Ok(()));
}

#[test]
fn engines_that_never_notify_their_owner() {
    for (who, asked) in [
        (Spot::Element(3), "PE 3 has been waiting"),
        (Spot::User(1), "PU 1 has been waiting"),
    ] {
        let (mut world, mut property) = (in_order(), of("answers"));
        for number in [0, 1] {
            world.freeze(Spot::Registrar(number), Duration::from_secs(1000));
        }
        world.deregister(3);
        // Until what the PU has resolved before is too old.
        world.pass_secs(40);
        assert_eq!(property.look(&world, in_between()), Ok(()), "before");
        world.skew(who, Duration::from_secs(300));
        let why = property.look(&world, in_between()).unwrap_err();
        assert!(why.contains(asked), "{why}");
    }
}

#[test]
fn a_session_that_does_not_recover() {
    let why = after("sessions", |world| {
        world.cut(Spot::User(1), Spot::Element(3), true);
        world.pass_secs(60);
    });
    assert!(why.contains("PU 1 has received no echo"), "{why}");
}

#[test]
fn more_than_allowed() {
    let why = after("limits", |world| {
        world.registrars[0].config.max_associations = 1;
    });
    assert!(why.contains("associations, more than 1"), "{why}");
}

#[test]
fn no_more_pes_are_called_at_a_time_than_allowed() {
    let mut world = World::new(1, &[A, B]);
    world.start_with(0, &[1], |config| config.enrp.max_adoptions = 2);
    world.start(1, &[0]);
    world.pass_secs(20);
    for number in 1..9 {
        world.add_pe(number, "Web", 1, false);
    }
    world.pass_secs(20);
    world.kill(1);
    world.pass_secs(120);
    assert_eq!(world.homes(0).len(), 8, "all were taken over");
    assert_eq!(world.registrars[0].peaks.adopting, 2);
    assert_eq!(of("limits").look(&world, in_between()), Ok(()));
    // And if there had been more, for however short a time:
    world.registrars[0].config.enrp.max_adoptions = 1;
    let why = of("limits").look(&world, in_between()).unwrap_err();
    assert!(
        why.contains("2 associations being set up to PEs, more than 1"),
        "{why}"
    );
}

#[test]
fn associations_that_are_not_needed() {
    let why = after("limits", |world| {
        for number in 4..12 {
            world.add_pe(number, "Web", 0, true);
        }
        world.pass_secs(2);
        // The registrar has no event of the hosts' end.
        for number in 4..12 {
            let host = world.elements[&number].host;
            world.net.kill(host);
        }
    });
    assert!(why.contains("are needed"), "{why}");
}

#[test]
fn a_pe_that_looks_for_a_registrar_for_ever() {
    let (mut world, mut property) = (in_order(), of("limits"));
    cut_from_all(&mut world, Spot::Element(3));
    // Until it has given its Home up. A set-up does not take long.
    world.pass_secs(170);
    let verdict = (0..1000).try_for_each(|_| {
        world.pass(Duration::from_millis(50));
        property.look(&world, long_after())
    });
    let why = verdict.expect_err("it is noticed");
    assert!(why.contains("PE 3 has 2 set-ups in progress"), "{why}");
}

#[test]
fn a_pu_with_more_than_it_needs() {
    let why = after("limits", |world| {
        world.with_user(1, |body, _, _| {
            if let UserBody::Engine(engine) = body {
                engine.forget_session();
            }
        });
        world.pass_secs(10);
    });
    assert_eq!(why, "PU 1 has 2 sessions, more than 1");
}

#[test]
fn a_host_that_does_not_read() {
    let why = after("limits", |world| {
        world.freeze(Spot::Registrar(0), Duration::from_secs(1000));
        world.freeze(Spot::Registrar(1), Duration::from_secs(1000));
        for _ in 0..12 {
            world.act_on(&Act::Flood(Spot::User(0), 10_000));
            world.pass_secs(1);
        }
    });
    assert!(why.contains("does not read 100000 events"), "{why}");
}

#[test]
fn the_bounds_are_those_of_the_timers() {
    let bounds = Bounds::of(&Config::default());
    assert!(
        bounds.dead > Duration::from_secs(66),
        "a dead registrar takes as long"
    );
    assert!(bounds.settle > bounds.dead);
    let longer = Config {
        keep_alive_interval: Duration::from_secs(300),
        ..Config::default()
    };
    assert!(Bounds::of(&longer).dead > bounds.dead);
}
