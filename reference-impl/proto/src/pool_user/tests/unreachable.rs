//! Reports of unreachable PEs: their number, their subjects and their receivers.

use super::*;

fn unreachable(world: &mut World, pe: u32) {
    world.input(Input::Unreachable {
        pool: "p".into(),
        pe: PeIdentifier(pe),
    });
}

#[test]
fn every_fault_of_the_pe_is_reported_but_no_other() {
    for (why, reported) in [
        (Fault::Lost, true),
        (Fault::Aborted, true),
        (Fault::Refused, true),
        (Fault::Unreachable, true),
        (Fault::Closed, false),
    ] {
        let (mut world, home, assoc, _) = World::session(|_| {}, &[5, 6]);
        world.down(assoc, why);
        assert_eq!(
            world.reports(),
            Vec::from_iter(reported.then_some((home, 5)))
        );
        assert_eq!(world.called().1, 6, "{why:?}");
    }
}

#[test]
fn reports_of_the_owner_count_once_data_was_sent() {
    let fail = Input::Fail {
        session: Session(1),
    };
    let (mut world, home, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.input(fail.clone());
    assert!(world.out.contains(&Output::Abort { assoc }));
    assert_eq!(world.reports(), [], "RFC 5352 §3.5: MUST NOT");
    let (assoc, _) = world.called();
    world.up(assoc);
    world.send(1, "x");
    world.input(fail);
    assert_eq!(world.reports(), [(home, 6)]);
}

#[test]
fn owner_with_its_own_transport_names_the_pes_it_used() {
    let (mut world, home) = World::at_home(|_| {});
    unreachable(&mut world, 5);
    assert_eq!(world.reports(), []);
    world.input(Input::Contacted {
        pool: "p".into(),
        pe: PeIdentifier(5),
    });
    unreachable(&mut world, 6);
    unreachable(&mut world, 5);
    assert_eq!(world.reports(), [(home, 5)]);
    world.pass_secs(60);
    unreachable(&mut world, 5);
    assert_eq!(
        world.reports(),
        [],
        "it was reported since it was talked to"
    );
}

#[test]
fn sessions_that_lose_a_pe_together_report_it_once() {
    let (mut world, home, first, _) = World::session(|_| {}, &[5]);
    world.open(2, "p");
    let (second, _) = world.called();
    world.up(second);
    world.down(first, Fault::Lost);
    world.down(second, Fault::Lost);
    assert_eq!(world.reports(), [(home, 5)]);
    world.pass_secs(2);
    world.deliver(home, list("p", None, &[5]));
    let calls = std::mem::take(&mut world.calls);
    world.down(calls[0].assoc, Fault::Refused);
    assert_eq!(world.reports(), [(home, 5)], "another event");
}

#[test]
fn each_session_may_report_a_pe() {
    let (mut world, home, first, _) = World::session(|_| {}, &[5]);
    world.open(2, "p");
    let (second, _) = world.called();
    world.up(second);
    for session in [1, 2] {
        world.send(session, "x");
    }
    world.down(first, Fault::Lost);
    assert_eq!(world.reports(), [(home, 5)]);
    // Meanwhile the first session dials without success, and reports it.
    world.pass_secs(60);
    world.sent();
    let (assoc, element) = world.user.element(Session(2)).unwrap();
    assert_eq!((assoc, element.identifier), (second, PeIdentifier(5)));
    // A caller that holds messages for it does the same.
    world.down(second, Fault::Reported);
    assert_eq!(world.reports(), [(home, 5)]);
    assert_eq!(world.user.element(Session(2)), None);
}

#[test]
fn a_report_waits_for_a_home_and_is_sent_once() {
    let (mut world, home, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.down(home, Fault::Lost);
    world.down(assoc, Fault::Lost);
    assert_eq!((world.reports(), world.user.size().reports), (vec![], 1));
    let calls = std::mem::take(&mut world.calls);
    let registrar = calls.iter().find(|c| c.channel == Channel::Registrar);
    let home = registrar.unwrap().assoc;
    world.up(home);
    assert_eq!(world.reports(), [(home, 5)]);
    world.down(home, Fault::Lost);
    world.pass_secs(1);
    let home = world.calls.pop().unwrap().assoc;
    world.up(home);
    assert_eq!(world.reports(), []);
}

#[test]
fn reports_and_contacts_have_their_limits() {
    let mut world = World::with(|c| {
        c.max_reports = 2;
        c.max_contacts = 3;
    });
    for pe in 1..=4 {
        world.input(Input::Contacted {
            pool: "p".into(),
            pe: PeIdentifier(pe),
        });
    }
    assert_eq!(world.user.size().contacts, 3);
    for pe in 1..=4 {
        unreachable(&mut world, pe);
    }
    let home = world.calls[0].assoc;
    world.up(home);
    // 1 made room for 4; 2 was the oldest report.
    assert_eq!(world.reports(), [(home, 3), (home, 4)]);
}
