//! Registrars among themselves, over the simulated network.

mod cluster;

use std::time::Duration;

use cluster::Cluster;

const A: u32 = 0x0a00_0000;
const B: u32 = 0x0b00_0000;
const C: u32 = 0x0c00_0000;

/// Two registrars, the second with the first as mentor, and a PE at each.
fn two() -> Cluster {
    let mut cluster = Cluster::new(1, &[A, B]);
    cluster.start(0, &[]);
    cluster.add_pe(1, "EchoPool", 0, true);
    cluster.pass_secs(2);
    cluster.start(1, &[0]);
    cluster.pass_secs(2);
    cluster.add_pe(2, "EchoPool", 1, true);
    cluster.pass_secs(2);
    cluster
}

#[test]
fn the_second_has_what_the_first_had_and_updates_go_both_ways() {
    let mut cluster = two();
    cluster.check().unwrap();
    assert_eq!(cluster.homes(0), [(1, A), (2, B)].into());
    cluster.add_pe(3, "Other", 0, true);
    cluster.pass_secs(2);
    assert_eq!(cluster.homes(1), [(1, A), (2, B), (3, A)].into());
    cluster.deregister(1);
    cluster.deregister(2);
    cluster.pass_secs(2);
    cluster.check().unwrap();
    assert_eq!(cluster.homes(0), [(3, A)].into());
    cluster.check_pes().unwrap();
}

#[test]
fn registrars_that_start_together_find_each_other() {
    let mut cluster = Cluster::new(1, &[A, B]);
    cluster.start(0, &[1]);
    cluster.start(1, &[0]);
    cluster.pass_secs(20);
    cluster.check().unwrap();
}

#[test]
fn a_mentor_that_comes_later_is_found() {
    let mut cluster = Cluster::new(1, &[A, B]);
    cluster.start(1, &[0]);
    cluster.pass_secs(10);
    assert!(cluster.driver(1).is_serving(), "nobody is there");
    cluster.add_pe(2, "EchoPool", 1, true);
    cluster.pass_secs(1);
    cluster.start(0, &[]);
    cluster.pass_secs(61);
    cluster.check().unwrap();
    assert_eq!(cluster.homes(0), [(2, B)].into());
}

#[test]
fn a_dead_registrar_is_taken_over_and_its_pes_are_adopted() {
    let mut cluster = two();
    cluster.pes.get_mut(&1).unwrap().hunts = false;
    cluster.kill(0);
    cluster.pass_secs(50);
    assert_eq!(cluster.homes(1)[&1], A, "not before 61 s of silence");
    cluster.pass_secs(50);
    cluster.check().unwrap();
    assert_eq!(cluster.homes(1), [(1, B), (2, B)].into());
    cluster.pass_secs(120);
    cluster.check_pes().unwrap();
}

#[test]
fn a_pe_that_only_listens_is_adopted() {
    let mut cluster = Cluster::new(1, &[A, B]);
    cluster.start(0, &[]);
    cluster.start(1, &[0]);
    cluster.pass_secs(5);
    cluster.add_pe(1, "EchoPool", 0, false);
    cluster.pass_secs(5);
    cluster.kill(0);
    cluster.pass_secs(100);
    assert_eq!(cluster.pes[&1].adopted_by, Some(B));
    assert_eq!(cluster.homes(1), [(1, B)].into());
    cluster.pass_secs(300);
    assert_eq!(cluster.homes(1), [(1, B)].into(), "it answers");
}

#[test]
fn pes_that_died_with_their_registrar_are_removed() {
    let mut cluster = two();
    cluster.kill(0);
    cluster.kill_pe(1);
    cluster.pass(Duration::from_secs(150));
    cluster.check().unwrap();
    cluster.check_pes().unwrap();
}

#[test]
fn a_restarted_registrar_has_everything_again() {
    let mut cluster = Cluster::new(1, &[A, B, C]);
    cluster.start(0, &[1, 2]);
    cluster.start(1, &[0]);
    cluster.start(2, &[0]);
    cluster.pass_secs(20);
    for (pe, at) in [(1, 0), (2, 1), (3, 2)] {
        cluster.add_pe(pe, "EchoPool", at, true);
    }
    cluster.pass_secs(5);
    cluster.check().unwrap();
    for wait in [1, 120] {
        cluster.kill(0);
        cluster.pass_secs(wait);
        cluster.restart(0);
        cluster.pass_secs(150);
        cluster.check().unwrap();
        cluster.check_pes().unwrap();
    }
}

#[test]
fn of_three_the_larger_identifier_takes_over() {
    let mut cluster = Cluster::new(1, &[A, B, C]);
    cluster.start(0, &[]);
    cluster.start(1, &[0]);
    cluster.start(2, &[0]);
    cluster.pass_secs(5);
    for (pe, at) in [(1, 0), (2, 1), (3, 2), (4, 0)] {
        cluster.add_pe(pe, "EchoPool", at, false);
    }
    cluster.pass_secs(5);
    cluster.check().unwrap();
    cluster.kill(0);
    cluster.pass_secs(100);
    cluster.check().unwrap();
    let homes = cluster.homes(1);
    assert_eq!(homes[&1], homes[&4], "one takes all");
    assert_ne!(homes[&1], A);
    cluster.check_pes().unwrap();
}

#[test]
fn a_split_heals() {
    let mut cluster = Cluster::new(1, &[A, B, C]);
    cluster.start(0, &[]);
    cluster.start(1, &[0]);
    cluster.start(2, &[1]);
    cluster.pass_secs(5);
    for (pe, at) in [(1, 0), (2, 1), (3, 2), (4, 0)] {
        cluster.add_pe(pe, "EchoPool", at, true);
    }
    cluster.pass_secs(5);
    cluster.check().unwrap();
    cluster.partition(0, 1, true);
    cluster.partition(0, 2, true);
    cluster.pass_secs(200);
    cluster.add_pe(5, "EchoPool", 0, true);
    cluster.add_pe(6, "EchoPool", 2, true);
    cluster.pass_secs(30);
    assert!(cluster.check().is_err(), "they are split");
    cluster.partition(0, 1, false);
    cluster.partition(0, 2, false);
    cluster.pass_secs(240);
    cluster.check().unwrap();
    cluster.check_pes().unwrap();
}
