//! Keep-alives, lost associations, reports.

use super::*;
use rsp_wire::asap::{EndpointKeepAliveAck, EndpointUnreachable};

const INTERVAL: Duration = Duration::from_secs(30);

fn ack(world: &mut World, assoc: Assoc, pe: u32) {
    world.send(
        assoc,
        EndpointKeepAliveAck::new("p".into(), PeIdentifier(pe)),
    );
}

fn report(world: &mut World, reporter: Assoc, pe: u32) {
    world.send(
        reporter,
        EndpointUnreachable::new("p".into(), PeIdentifier(pe)),
    );
}

fn keep_alives(world: &mut World) -> usize {
    let sent = world.sent();
    assert!(
        sent.iter().all(|(_, message)| match message {
            asap::Message::EndpointKeepAlive(k) =>
                k.server_id == ServerId(ID) && !k.wants_to_be_home(),
            _ => false,
        }),
        "{sent:?}"
    );
    sent.len()
}

#[test]
fn periods_are_spread_by_half() {
    let mut world = World::new();
    let pe = world.up(1);
    let mut spans = Vec::new();
    world.register(
        pe,
        "p",
        PoolElement {
            life: RegistrationLife(-1),
            ..element(1, 7)
        },
    );
    for _ in 0..50 {
        let before = world.now;
        while keep_alives(&mut world) == 0 {
            let Output::Wait(Some(at)) = world.registrar.poll() else {
                panic!("something is always due");
            };
            world.now = at;
            world.input(Input::Tick);
        }
        spans.push(world.now - before);
        ack(&mut world, pe, 7);
    }
    assert!(
        spans
            .iter()
            .all(|&span| INTERVAL / 2 <= span && span <= INTERVAL * 3 / 2)
    );
    let (low, high) = (spans.iter().min().unwrap(), spans.iter().max().unwrap());
    assert!(
        *low < INTERVAL * 3 / 4 && *high > INTERVAL * 5 / 4,
        "{low:?} to {high:?}"
    );
}

#[test]
fn a_silent_pe_is_removed() {
    let mut world = World::new();
    let pe = world.up(1);
    world.register(pe, "p", element(1, 7));
    world.pass(INTERVAL * 3 / 2);
    assert_eq!(world.departures(), []);
    assert_eq!(keep_alives(&mut world), 1);
    world.pass_secs(15);
    assert_eq!(world.departures(), [Departure::Silent]);
    assert_eq!(keep_alives(&mut world), 0, "no keep-alive is sent");
}

#[test]
fn one_ack_covers_all_pes_of_a_pool_on_its_association() {
    let mut world = World::with(|config| config.keep_alive_interval = Duration::ZERO);
    let (first, second) = (world.up(1), world.up(2));
    for (assoc, number, pe) in [(first, 1, 7), (first, 1, 8), (second, 2, 9)] {
        world.register(assoc, "p", element(number, pe));
    }
    for pe in [7, 8, 9] {
        report(&mut world, second, pe);
    }
    assert_eq!(keep_alives(&mut world), 3);
    ack(&mut world, second, 8);
    ack(&mut world, first, 8);
    world.pass_secs(20);
    assert_eq!(world.members(first, "p"), [7, 8], "9 was asked elsewhere");
}

#[test]
fn a_pe_without_association_has_time_to_come_back() {
    let mut world = World::with(|config| config.keep_alive_interval = Duration::ZERO);
    let (pe, pu) = (world.up(1), world.up(2));
    world.register(pe, "p", element(1, 7));
    world.register(pe, "p", element(1, 8));
    world.down(pe);
    assert_eq!(world.members(pu, "p"), [7, 8]);
    world.pass_secs(10);
    let back = world.up_from(3, Kind::Sctp, "198.51.100.1:5001");
    world.register(back, "p", element(1, 7));
    world.pass_secs(10);
    assert_eq!(world.departures(), [Departure::Gone]);
    assert_eq!(world.members(pu, "p"), [7]);
}

#[test]
fn a_keep_alive_fails_with_its_association() {
    let mut world = World::with(|config| config.keep_alive_interval = Duration::ZERO);
    let (pe, pu) = (world.up(1), world.up(2));
    world.register(pe, "p", element(1, 7));
    world.register(pe, "p", element(1, 8));
    report(&mut world, pu, 7);
    world.down(pe);
    assert_eq!(world.members(pu, "p"), [8], "7 was asked, 8 was not");
    report(&mut world, pu, 8);
    assert_eq!(
        world.departures(),
        [Departure::Gone],
        "a KEEP_ALIVE that cannot be sent fails"
    );
}

#[test]
fn reports_count_up_to_the_threshold() {
    let mut world = World::with(|config| {
        config.keep_alive_interval = Duration::ZERO;
        config.max_bad_pe_report = 2;
    });
    let (pe, pu) = (world.up(1), world.up(2));
    world.register(pe, "p", element(1, 7));
    for _ in 0..2 {
        world.out.clear();
        report(&mut world, pu, 7);
        assert_eq!(keep_alives(&mut world), 1, "at once, for each report");
        ack(&mut world, pe, 7);
        world.pass_secs(100);
        assert_eq!(world.members(pu, "p"), [7], "retained");
    }
    // A re-registration starts the count anew.
    world.register(pe, "p", element(1, 7));
    for _ in 0..2 {
        report(&mut world, pu, 7);
        ack(&mut world, pe, 7);
    }
    assert_eq!(world.members(pu, "p"), [7]);
    world.out.clear();
    report(&mut world, pu, 7);
    assert_eq!(world.departures(), [Departure::Reported]);
    assert_eq!(keep_alives(&mut world), 1);
}

#[test]
fn flood_of_reports_causes_one_keep_alive() {
    let mut world = World::with(|config| config.max_bad_pe_report = 1000);
    let (pe, pu) = (world.up(1), world.up(2));
    world.register(pe, "p", element(1, 7));
    world.out.clear();
    for _ in 0..500 {
        report(&mut world, pu, 7);
    }
    assert_eq!(keep_alives(&mut world), 1);
}

#[test]
fn reports_about_unknown_pes_change_nothing() {
    let mut world = World::new();
    let pu = world.up(2);
    report(&mut world, pu, 7);
    ack(&mut world, pu, 7);
    assert_eq!(world.sent(), []);
}

#[test]
fn restart_causes_a_keep_alive() {
    let mut world = World::with(|config| config.keep_alive_interval = Duration::ZERO);
    let pe = world.up(1);
    world.register(pe, "p", element(1, 7));
    world.register(pe, "p", element(1, 8));
    world.out.clear();
    world.input(Input::Restart { assoc: pe });
    assert_eq!(keep_alives(&mut world), 1, "one for the pool");
    world.register(pe, "p", element(1, 7));
    world.pass_secs(20);
    assert_eq!(world.members(pe, "p"), [7]);
}

#[test]
fn pending_keep_alive_is_repeated_after_a_restart() {
    let mut world = World::with(|config| config.keep_alive_interval = Duration::ZERO);
    let (pe, pu) = (world.up(1), world.up(2));
    world.register(pe, "p", element(1, 7));
    report(&mut world, pu, 7);
    world.pass_secs(14);
    world.out.clear();
    // The KEEP_ALIVE may have been lost with the old association.
    world.input(Input::Restart { assoc: pe });
    assert_eq!(keep_alives(&mut world), 1);
    world.pass_secs(14);
    assert_eq!(world.members(pu, "p"), [7], "it has its time anew");
    ack(&mut world, pe, 7);
    world.pass_secs(100);
    assert_eq!(world.members(pu, "p"), [7]);
}

#[test]
fn restart_spreads_the_keep_alives_of_its_pools() {
    let mut world = World::with(|config| {
        config.keep_alive_interval = Duration::ZERO;
        config.keep_alive_timeout = Duration::from_secs(1000);
    });
    let pe = world.up(1);
    for pool in 0..20 {
        for number in 1..=3 {
            world.register(pe, &format!("pool {pool}"), element(1, number));
        }
    }
    world.out.clear();
    world.input(Input::Restart { assoc: pe });
    assert_eq!(keep_alives(&mut world), 8, "one each, eight in a row");
    for _ in 0..12 {
        world.pass_secs(1);
        assert_eq!(keep_alives(&mut world), 1, "then one every keep-alive-gap");
    }
    world.pass_secs(100);
    assert_eq!(keep_alives(&mut world), 0);
}
