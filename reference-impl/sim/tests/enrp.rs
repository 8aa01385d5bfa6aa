//! Registrars among themselves, over the simulated network.

use std::time::Duration;

use rserpool_sim::World;
use rsp_wire::ServerId;

const A: u32 = 0x0a00_0000;
const B: u32 = 0x0b00_0000;
const C: u32 = 0x0c00_0000;

/// Two registrars, the second with the first as mentor, and a PE at each.
fn two() -> World {
    let mut world = World::new(1, &[A, B]);
    world.start(0, &[]);
    world.add_pe(1, "EchoPool", 0, true);
    world.pass_secs(2);
    world.start(1, &[0]);
    world.pass_secs(2);
    world.add_pe(2, "EchoPool", 1, true);
    world.pass_secs(2);
    world
}

#[test]
fn the_second_has_what_the_first_had_and_updates_go_both_ways() {
    let mut world = two();
    world.check().unwrap();
    assert_eq!(world.homes(0), [(1, A), (2, B)].into());
    world.add_pe(3, "Other", 0, true);
    world.pass_secs(2);
    assert_eq!(world.homes(1), [(1, A), (2, B), (3, A)].into());
    world.deregister(1);
    world.deregister(2);
    world.pass_secs(2);
    world.check().unwrap();
    assert_eq!(world.homes(0), [(3, A)].into());
    world.check_pes().unwrap();
}

#[test]
fn registrars_that_start_together_find_each_other() {
    let mut world = World::new(1, &[A, B]);
    world.start(0, &[1]);
    world.start(1, &[0]);
    world.pass_secs(20);
    world.check().unwrap();
}

#[test]
fn a_mentor_that_comes_later_is_found() {
    let mut world = World::new(1, &[A, B]);
    world.start(1, &[0]);
    world.pass_secs(10);
    assert!(world.driver(1).is_serving(), "no mentor answers");
    world.add_pe(2, "EchoPool", 1, true);
    world.pass_secs(1);
    world.start(0, &[]);
    world.pass_secs(61);
    world.check().unwrap();
    assert_eq!(world.homes(0), [(2, B)].into());
}

#[test]
fn a_dead_registrar_is_taken_over_and_its_pes_are_adopted() {
    let mut world = two();
    world.only_listen(1);
    world.kill(0);
    world.pass_secs(50);
    assert_eq!(world.homes(1)[&1], A, "not before 61 s of silence");
    world.pass_secs(50);
    world.check().unwrap();
    assert_eq!(world.homes(1), [(1, B), (2, B)].into());
    world.pass_secs(120);
    world.check_pes().unwrap();
}

#[test]
fn a_pe_that_only_listens_is_adopted() {
    let mut world = World::new(1, &[A, B]);
    world.start(0, &[]);
    world.start(1, &[0]);
    world.pass_secs(5);
    world.add_pe(1, "EchoPool", 0, false);
    world.pass_secs(5);
    world.kill(0);
    world.pass_secs(100);
    assert_eq!(world.element(1).unwrap().adopted_by(), Some(ServerId(B)));
    assert_eq!(world.homes(1), [(1, B)].into());
    world.pass_secs(300);
    assert_eq!(world.homes(1), [(1, B)].into(), "it answers");
}

#[test]
fn pes_that_died_with_their_registrar_are_removed() {
    let mut world = two();
    world.kill(0);
    world.kill_pe(1);
    world.pass(Duration::from_secs(150));
    world.check().unwrap();
    world.check_pes().unwrap();
}

#[test]
fn a_restarted_registrar_has_everything_again() {
    let mut world = World::new(1, &[A, B, C]);
    world.start(0, &[1, 2]);
    world.start(1, &[0]);
    world.start(2, &[0]);
    world.pass_secs(20);
    for (pe, at) in [(1, 0), (2, 1), (3, 2)] {
        world.add_pe(pe, "EchoPool", at, true);
    }
    world.pass_secs(5);
    world.check().unwrap();
    for wait in [1, 120] {
        world.kill(0);
        world.pass_secs(wait);
        world.restart(0);
        world.pass_secs(150);
        world.check().unwrap();
        world.check_pes().unwrap();
    }
}

#[test]
fn of_three_the_larger_identifier_takes_over() {
    let mut world = World::new(1, &[A, B, C]);
    world.start(0, &[]);
    world.start(1, &[0]);
    world.start(2, &[0]);
    world.pass_secs(5);
    for (pe, at) in [(1, 0), (2, 1), (3, 2), (4, 0)] {
        world.add_pe(pe, "EchoPool", at, false);
    }
    world.pass_secs(5);
    world.check().unwrap();
    world.kill(0);
    world.pass_secs(100);
    world.check().unwrap();
    let homes = world.homes(1);
    assert_eq!(homes[&1], homes[&4], "one takes all");
    assert_ne!(homes[&1], A);
    world.check_pes().unwrap();
}

#[test]
fn a_split_heals() {
    let mut world = World::new(1, &[A, B, C]);
    world.start(0, &[]);
    world.start(1, &[0]);
    world.start(2, &[1]);
    world.pass_secs(5);
    for (pe, at) in [(1, 0), (2, 1), (3, 2), (4, 0)] {
        world.add_pe(pe, "EchoPool", at, true);
    }
    world.pass_secs(5);
    world.check().unwrap();
    world.partition(0, 1, true);
    world.partition(0, 2, true);
    world.pass_secs(200);
    world.add_pe(5, "EchoPool", 0, true);
    world.add_pe(6, "EchoPool", 2, true);
    world.pass_secs(30);
    assert!(world.check().is_err(), "they are split");
    world.partition(0, 1, false);
    world.partition(0, 2, false);
    world.pass_secs(240);
    world.check().unwrap();
    world.check_pes().unwrap();
}
