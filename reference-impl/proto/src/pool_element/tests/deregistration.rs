//! De-registration, expiry, and the end.

use super::*;

#[test]
fn a_de_registration_is_sent_and_confirmed() {
    let (mut world, home) = World::registered();
    world.input(Input::Deregister);
    let expected = Deregistration::new("p".into(), PE);
    assert_eq!(world.sent(), [(home, expected.into())]);
    world.confirm(home);
    assert_eq!(world.events(), [Event::Deregistered]);
    assert!(!world.element.is_registered());
    world.out.clear();
    world.pass_secs(10_000);
    assert_eq!(world.sent(), []);
}

#[test]
fn unregistered_pe_de_registers_without_a_message() {
    let mut world = World::new();
    world.input(Input::Register);
    assert_eq!(world.element.setups(), 2);
    world.input(Input::Deregister);
    assert_eq!(world.events(), [Event::Deregistered]);
    assert_eq!(world.element.setups(), 0);
    assert_eq!(world.aborted().len(), 2);
    assert_eq!(world.sent(), []);
}

#[test]
fn a_registration_without_an_answer_yet_is_de_registered() {
    let (mut world, home) = World::registering();
    world.out.clear();
    world.input(Input::Deregister);
    assert_eq!(world.sent_types(), [(home, MessageType::DEREGISTRATION)]);
    world.accept(home);
    assert!(!world.element.is_registered(), "that was before");
    world.confirm(home);
    assert_eq!(world.events(), [Event::Deregistered]);
}

#[test]
fn rejected_de_registration_is_reported() {
    let (mut world, home) = World::registered();
    world.input(Input::Deregister);
    world.out.clear();
    let cause = ErrorCause::bare(CauseCode::SECURITY_CONSIDERATIONS);
    let error = Some(cause.clone().into());
    world.send(home, DeregistrationResponse::new("p".into(), PE, error));
    let causes = vec![cause];
    assert_eq!(world.events(), [Event::NotDeregistered { causes }]);
    world.out.clear();
    world.pass_secs(1000);
    assert_eq!(world.sent(), []);
}

#[test]
fn unanswered_de_registration_tries_another_registrar_then_ends() {
    let (mut world, _) = World::registered();
    world.input(Input::Deregister);
    let mut sent = world.sent().len();
    for _ in 0..2 {
        world.pass_secs(30);
        world.answer_dial();
        sent += world.sent().len();
    }
    assert_eq!(sent, 3, "more than MAX-REG-ATTEMPT");
    world.pass_secs(30);
    let causes = Vec::new();
    assert_eq!(world.events(), [Event::NotDeregistered { causes }]);
    assert_eq!(world.element.associations(), 0);
    world.pass_secs(1000);
    assert_eq!(world.element.setups(), 0);
}

#[test]
fn de_registration_ends_without_any_registrar() {
    let (mut world, home) = World::registered();
    world.down(home);
    world.input(Input::Stop);
    world.out.clear();
    world.pass_secs(90);
    let causes = Vec::new();
    let events = [Event::NotDeregistered { causes }, Event::Stopped];
    assert_eq!(world.events(), events);
    assert_eq!(world.element.associations(), 0);
}

#[test]
fn expired_registration_is_renewed() {
    let (mut world, home) = World::registered();
    world.confirm(home);
    assert_eq!(world.events(), [Event::Expired]);
    assert!(!world.element.is_registered());
    world.registration(home);
    world.accept(home);
    assert!(world.element.is_registered());
}

#[test]
fn repeated_expiry_reports_cause_no_flood() {
    let (mut world, home) = World::registered();
    let mut sent = 0;
    for _ in 0..100 {
        world.confirm(home);
        world.pass(Duration::from_millis(100));
        sent += world.sent_types().len();
        world.accept(home);
    }
    assert!(sent <= 11, "{sent} in 10 s");
}

#[test]
fn only_the_home_can_end_a_registration() {
    let (mut world, home) = World::registered();
    let stranger = world.called(9);
    world.out.clear();
    world.confirm(stranger);
    world.send(home, DeregistrationResponse::new("q".into(), PE, None));
    world.send(
        home,
        DeregistrationResponse::new("p".into(), PeIdentifier(8), None),
    );
    assert!(world.element.is_registered());
    assert_eq!(world.events(), []);
}

#[test]
fn changed_request_is_followed_after_the_answer() {
    let (mut world, home) = World::registered();
    world.input(Input::Deregister);
    world.input(Input::Register);
    world.out.clear();
    world.confirm(home);
    world.registration(home);
}

#[test]
fn a_stop_de_registers_first_and_ends_all_associations() {
    let (mut world, home) = World::registered();
    let user = world.called(9);
    world.out.clear();
    world.input(Input::Stop);
    assert_eq!(world.shut_down(), []);
    assert_eq!(world.sent_types(), [(home, MessageType::DEREGISTRATION)]);
    let late = world.called(10);
    assert_eq!(world.aborted(), [late]);
    world.confirm(home);
    assert_eq!(world.shut_down(), [home, user]);
    world.out.clear();
    world.down(home);
    assert_eq!(world.events(), []);
    assert!(!world.element.is_stopped());
    world.down(user);
    assert_eq!(world.events(), [Event::Stopped]);
    assert!(world.element.is_stopped());
    world.input(Input::Stop);
    world.input(Input::Register);
    world.pass_secs(1000);
    assert_eq!(world.sent(), []);
}

#[test]
fn stop_of_an_unregistered_pe_is_immediate() {
    let mut world = World::new();
    world.input(Input::Stop);
    assert_eq!(world.events(), [Event::Deregistered, Event::Stopped]);
}
