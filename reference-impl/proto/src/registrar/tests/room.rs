//! Room for associations: no source takes all of it, and known sources find some.

use super::super::Limit;
use super::*;

/// Sets up associations of one kind from one address, beginning with this number. Returns how many are accepted.
fn accepted(world: &mut World, first: u64, count: u64, kind: Kind, address: &str) -> usize {
    let is_accepted = |number: &u64| {
        world.out.clear();
        let peer = format!("{address}:{}", 5000 + number % 10_000);
        world.up_from(*number, kind, &peer);
        let aborted = |output: &Output| matches!(output, Output::Abort { .. });
        !world.out.iter().any(aborted)
    };
    (first..first + count).filter(is_accepted).count()
}

fn hits(world: &World, limit: Limit) -> u64 {
    world.registrar.counters().hits(limit)
}

#[test]
fn one_address_gets_a_quarter() {
    let mut world = World::with(|config| config.max_associations = 100);
    assert_eq!(accepted(&mut world, 0, 200, Kind::Sctp, "192.0.2.1"), 25);
    assert_eq!(hits(&world, Limit::AssociationsPerAddress), 175);
    assert_eq!(hits(&world, Limit::Associations), 0);
    assert_eq!(accepted(&mut world, 1000, 200, Kind::Tcp, "192.0.2.1"), 0);
    assert_eq!(accepted(&mut world, 2000, 200, Kind::Tcp, "192.0.2.2"), 25);
    world.down(Assoc(2000));
    assert_eq!(accepted(&mut world, 3000, 200, Kind::Sctp, "192.0.2.2"), 1);
}

#[test]
fn share_of_one_address_is_set() {
    let mut world = World::with(|config| config.max_associations_per_address = Some(3));
    assert_eq!(accepted(&mut world, 0, 9, Kind::Sctp, "192.0.2.1"), 3);
    assert_eq!(accepted(&mut world, 10, 9, Kind::Tcp, "192.0.2.2"), 3);
}

#[test]
fn small_limits_leave_sixteen_to_one_address() {
    let mut world = World::with(|config| config.max_associations = 20);
    // The last sixteenth is for known sources.
    assert_eq!(accepted(&mut world, 0, 30, Kind::Sctp, "192.0.2.1"), 16);
    assert_eq!(accepted(&mut world, 30, 30, Kind::Sctp, "192.0.2.2"), 3);
}

#[test]
fn one_address_gets_a_quarter_of_the_tcp_connections() {
    let mut world = World::with(|config| config.max_tcp_connections = 80);
    assert_eq!(accepted(&mut world, 0, 50, Kind::Tcp, "192.0.2.1"), 20);
    assert_eq!(accepted(&mut world, 50, 50, Kind::Sctp, "192.0.2.1"), 50);
}

#[test]
fn ipv6_network_is_one_source() {
    let mut world = World::with(|config| config.max_associations_per_address = Some(1));
    let up = |world: &mut World, number, address: &str| {
        accepted(world, number, 1, Kind::Sctp, &format!("[{address}]")) == 1
    };
    assert!(up(&mut world, 1, "2001:db8::1"));
    assert!(!up(&mut world, 2, "2001:db8:0:0:8000::2"));
    assert!(up(&mut world, 3, "2001:db8:0:1::1"));
    assert!(up(&mut world, 4, "fe80::1"));
    assert!(up(&mut world, 5, "fe80::2"), "hosts of one link");
    assert!(up(&mut world, 6, "::ffff:192.0.2.1"));
    assert!(up(&mut world, 7, "::ffff:192.0.2.2"), "IPv4");
    assert!(!up(&mut world, 8, "::ffff:192.0.2.1"));
}

#[test]
fn elements_come_back_while_strangers_take_all_they_can() {
    let mut world = World::with(|config| {
        config.max_associations = 160;
        config.keep_alive_timeout = Duration::from_secs(15);
    });
    let staying = world.up(1);
    let leaving = world.up(2);
    assert_eq!(world.register(staying, "p", element(1, 1)), []);
    assert_eq!(world.register(leaving, "p", element(2, 2)), []);
    world.down(leaving);
    let mut strangers = 0;
    for host in 0..8 {
        let address = format!("192.0.2.{host}");
        strangers += accepted(&mut world, 1000 + 100 * host, 100, Kind::Sctp, &address);
    }
    assert_eq!(strangers, 149, "and one PE are fifteen sixteenths");
    assert_eq!(accepted(&mut world, 2000, 1, Kind::Sctp, "198.51.100.3"), 0);
    assert_eq!(accepted(&mut world, 2001, 1, Kind::Sctp, "198.51.100.2"), 1);
    assert_eq!(accepted(&mut world, 2002, 1, Kind::Sctp, "198.51.100.1"), 1);
    // A source is forgotten with its PEs.
    world.down(Assoc(2001));
    world.pass_secs(16);
    assert_eq!(accepted(&mut world, 2003, 1, Kind::Sctp, "198.51.100.2"), 0);
}

#[test]
fn strangers_at_the_enrp_endpoint_leave_room_for_pes_and_peers() {
    let mut config = Config {
        id: ID.try_into().ok(),
        max_associations: 20,
        ..Config::default()
    };
    config.enrp.max_peers = 60;
    config.enrp.max_adoptions = 20;
    config.enrp.peers = vec!["203.0.113.1:9901".parse().unwrap()];
    config.enrp.mentor_rounds = 0;
    let reach = Reach {
        enrp: vec!["203.0.113.9:9901".parse().unwrap()],
        ..Reach::default()
    };
    let mut world = World::reached_at(config, &reach);
    assert_eq!(accepted(&mut world, 0, 50, Kind::Enrp, "192.0.2.1"), 20);
    let others = [2, 3, 4, 5].map(|host| {
        let address = format!("192.0.2.{host}");
        accepted(&mut world, 100 * host, 50, Kind::Enrp, &address)
    });
    assert_eq!(others, [20, 20, 0, 0], "three quarters are for strangers");
    assert_eq!(accepted(&mut world, 900, 1, Kind::Enrp, "203.0.113.1"), 1);
}

#[test]
fn associations_are_shut_down_in_slices() {
    let mut world = World::new();
    for host in 0..6 {
        let address = format!("192.0.2.{host}");
        accepted(&mut world, 100 * host, 100, Kind::Sctp, &address);
    }
    let shutdowns = |world: &mut World| {
        let out = std::mem::take(&mut world.out);
        let is_shutdown = |output: &&Output| matches!(output, Output::Shutdown { .. });
        out.iter().filter(is_shutdown).count()
    };
    world.out.clear();
    world.input(Input::Stop);
    assert_eq!(shutdowns(&mut world), 256);
    assert_eq!(
        world.deadline(),
        Some(world.now),
        "the others follow at once"
    );
    // The end of some does not let others out.
    world.input(Input::Down { assoc: Assoc(255) });
    assert_eq!(shutdowns(&mut world), 256);
    world.input(Input::Stop);
    assert_eq!(shutdowns(&mut world), 88);
    world.input(Input::Tick);
    assert_eq!(shutdowns(&mut world), 0);
}
