//! TCP connections without a message end; others stay.

use super::*;

fn shut_down(world: &World) -> Vec<Assoc> {
    let shutdown = |output: &Output| match output {
        Output::Shutdown { assoc } => Some(*assoc),
        _ => None,
    };
    world.out.iter().filter_map(shutdown).collect()
}

fn world() -> World {
    World::with(|config| {
        config.tcp_idle = Duration::from_secs(60);
        config.keep_alive_interval = Duration::ZERO;
    })
}

#[test]
fn idle_connection_is_shut_down_then_aborted() {
    let mut world = world();
    let sctp = world.up(1);
    let tcp = world.up_from(2, Kind::Tcp, "198.51.100.2:5000");
    world.pass_secs(59);
    assert_eq!(shut_down(&world), []);
    world.pass_secs(1);
    assert_eq!(shut_down(&world), [tcp]);
    assert_eq!(world.registrar.counters().idle, 1);
    world.out.clear();
    world.pass_secs(9);
    assert_eq!(world.out, []);
    world.pass_secs(1);
    assert!(world.out.contains(&Output::Abort { assoc: tcp }));
    assert_eq!(world.registrar.associations(), 1, "SCTP has heartbeats");
    world.pass_secs(1000);
    assert_eq!(shut_down(&world), []);
    assert_eq!(world.members(sctp, "p"), []);
}

#[test]
fn each_message_starts_the_time_anew() {
    let mut world = world();
    let tcp = world.up_from(1, Kind::Tcp, "198.51.100.2:5000");
    for _ in 0..10 {
        world.pass_secs(59);
        world.resolve(tcp, "p");
    }
    world.pass_secs(59);
    assert_eq!(shut_down(&world), []);
    world.pass_secs(1);
    assert_eq!(shut_down(&world), [tcp]);
    world.down(tcp);
    world.out.clear();
    world.pass_secs(100);
    assert_eq!(world.out, [], "its timer is gone with it");
}

#[test]
fn no_time_is_no_end() {
    let mut world = World::with(|config| config.tcp_idle = Duration::ZERO);
    world.up_from(1, Kind::Tcp, "198.51.100.2:5000");
    world.pass_secs(1_000_000);
    assert_eq!(shut_down(&world), []);
}
