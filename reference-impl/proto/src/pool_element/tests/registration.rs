//! Registration, re-registration, missing answers and rejections.

use super::*;

#[test]
fn set_up_after_its_deadline_is_aborted() {
    let mut world = World::new();
    world.input(Input::Register);
    let (assoc, at) = world.dialled[0];
    // The process was suspended.
    world.now += Duration::from_secs(120);
    world.input(Input::Up {
        assoc,
        peer: vec![at],
        is_user: false,
    });
    assert!(world.out.contains(&Output::Abort { assoc }));
    let setups = world.element.setups();
    assert_eq!(
        world.element.associations(),
        setups,
        "only what it dials now"
    );
}

#[test]
fn a_registration_carries_what_was_configured() {
    let (mut world, home) = World::registering();
    let registration = world.registration(home);
    assert_eq!(registration.pool_handle, PoolHandle::from("p"));
    let element = registration.pool_element;
    assert_eq!(element.identifier, PE);
    assert_eq!(element.home, ServerId::UNDETERMINED);
    assert_eq!(element.life, RegistrationLife(300));
    assert_eq!(element.policy, Policy::RoundRobin);
    let config = world.element.config();
    assert_eq!(element.user_transport, config.user_transport);
    assert_eq!(element.asap_transport, None);
}

#[test]
fn nothing_is_sent_before_the_owner_registers() {
    let mut world = World::new();
    world.pass_secs(100);
    assert_eq!(world.out, []);
}

#[test]
fn an_identifier_is_drawn_from_the_seed() {
    let id = |seed| {
        let transport = TcpTransport::new(7, [198, 51, 100, 7].into());
        let config = Config::new("p".into(), rsp_wire::Transport::Tcp(transport));
        Element::new(config, seed, Duration::ZERO).id()
    };
    assert_eq!(id(1), id(1));
    assert_ne!(id(1), id(2));
}

#[test]
fn accepted_registration_is_reported_and_renewed_at_t4() {
    let (mut world, home) = World::registering();
    world.out.clear();
    world.accept(home);
    let event = Event::Registered {
        home: None,
        again: false,
        warnings: Vec::new(),
    };
    assert_eq!(world.events(), [event]);
    world.out.clear();
    world.pass_secs(279);
    assert_eq!(world.sent(), []);
    world.pass_secs(1);
    assert_eq!(world.registration(home).pool_element.identifier, PE);
    world.accept(home);
    assert!(matches!(
        world.events()[..],
        [Event::Registered { again: true, .. }]
    ));
    world.out.clear();
    world.pass_secs(280);
    world.registration(home);
}

#[test]
fn t4_by_registration_life() {
    let t4 = |life, longest| {
        let mut config = World::new().element.config().clone();
        config.life = RegistrationLife(life);
        config.t4_reregistration = Duration::from_secs(longest);
        config.t4().as_secs_f64()
    };
    assert_eq!(t4(300, 600), 280.0);
    assert_eq!(t4(3600, 600), 600.0);
    assert_eq!(t4(-1, 600), 600.0);
    assert_eq!(t4(21, 600), 1.0);
    assert_eq!(t4(20, 600), 10.0);
    assert_eq!(t4(1, 600), 0.5);
    assert_eq!(t4(20, 5), 5.0);
    assert_eq!(t4(0, 600), 0.5, "never at once");
}

#[test]
fn invalid_settings_are_named() {
    let config = World::new().element.config().clone();
    for life in [0, -2, i32::MIN] {
        let config = Config {
            life: RegistrationLife(life),
            ..config.clone()
        };
        assert!(
            config
                .check()
                .is_err_and(|e| e.to_string().contains(" life "))
        );
    }
    let said = |change: &dyn Fn(&mut Config)| {
        let mut config = config.clone();
        change(&mut config);
        config.check().unwrap_err().to_string()
    };
    assert_eq!(
        said(&|config| config.t2_registration = Duration::ZERO),
        "T2-registration must not be zero"
    );
    assert!(said(&|config| config.registrars.push(Vec::new())).contains("without an address"));
    let policy = |number| Policy::Other {
        policy_type: PolicyType(number),
        data: Box::default(),
    };
    for number in [0, 0x4000_0000, 6] {
        assert!(said(&|config| config.policy = policy(number)).contains("policy type"));
    }
    let private = Config {
        policy: policy(0x8000_0001),
        ..config.clone()
    };
    assert_eq!(private.check(), Ok(()));
    let transport = SctpTransport {
        transport_use: TransportUse(2),
        ..SctpTransport::new(7, IpAddr::from([198, 51, 100, 7]))
    };
    let transport = rsp_wire::Transport::from(transport);
    assert!(said(&|c| c.user_transport = transport.clone()).contains("transport use"));
    let long = PoolHandle::new(vec![b'p'; 65_530]);
    assert!(said(&|config| config.pool = long.clone()).contains("cannot be registered"));
}

#[test]
fn warning_is_reported_and_is_no_rejection() {
    let (mut world, home) = World::registering();
    world.out.clear();
    let cause = ErrorCause::bare(CauseCode::UNSPECIFIED);
    let warning = Some(cause.clone().into());
    world.send(home, RegistrationResponse::new("p".into(), PE, warning));
    let event = Event::Registered {
        home: None,
        again: false,
        warnings: vec![cause],
    };
    assert_eq!(world.events(), [event]);
}

#[test]
fn no_answer_leads_to_another_registrar() {
    let (mut world, home) = World::registering();
    let at = world.registration(home);
    world.pass(Duration::from_millis(29_999));
    assert_eq!(world.element.home(), Some(home));
    world.pass(Duration::from_millis(1));
    assert_eq!(world.aborted(), [home]);
    assert_eq!(world.dialled.len(), 1, "the other one first");
    world.out.clear();
    let other = world.answer_dial();
    assert_eq!(world.registration(other), at, "the same request");
    world.accept(other);
    assert!(world.element.is_registered());
}

#[test]
fn failure_is_reported_after_max_reg_attempt_and_retried_later() {
    let mut world = World::new();
    world.input(Input::Register);
    let mut sent = 0;
    while world.events().is_empty() {
        world.answer_dial();
        world.pass_secs(30);
        sent += 1;
        assert!(sent < 10);
    }
    assert_eq!(sent, 3, "more than MAX-REG-ATTEMPT");
    assert_eq!(world.events(), [Event::Failed { attempts: 3 }]);
    assert_eq!(world.element.associations(), 0);
    world.out.clear();
    world.pass(Duration::from_millis(59_999));
    assert_eq!(world.element.setups(), 0);
    world.pass_secs(1);
    let home = world.answer_dial();
    world.accept(home);
    assert!(world.element.is_registered());
}

#[test]
fn after_failure_it_may_wait_for_the_owner() {
    let mut world = World::with(|config| {
        config.retry_failed = Duration::ZERO;
        config.max_reg_attempt = 0;
    });
    world.found();
    world.pass_secs(30);
    assert_eq!(world.events(), [Event::Failed { attempts: 1 }]);
    world.pass_secs(10_000);
    assert_eq!(world.dialled, []);
    world.input(Input::Register);
    assert_eq!(world.dialled.len(), 2);
}

#[test]
fn rejection_is_reported_and_not_retried() {
    let (mut world, home) = World::registering();
    world.out.clear();
    world.reject(home, CauseCode::INCONSISTENT_POOL_POLICY);
    let causes = vec![ErrorCause::bare(CauseCode::INCONSISTENT_POOL_POLICY)];
    assert_eq!(world.events(), [Event::Rejected { causes }]);
    world.pass_secs(10_000);
    world.down(home);
    world.pass_secs(10_000);
    assert_eq!(world.sent(), []);
    assert_eq!(world.dialled, []);
}

#[test]
fn a_correction_is_tried_at_once() {
    let (mut world, home) = World::registering();
    world.reject(home, CauseCode::INCONSISTENT_POOL_POLICY);
    world.pass_secs(5);
    world.out.clear();
    world.input(Input::Policy(load(1)));
    assert_eq!(world.registration(home).pool_element.policy, load(1));
    world.reject(home, CauseCode::LACK_OF_RESOURCES);
    world.pass_secs(5);
    world.out.clear();
    world.input(Input::Policy(load(2)));
    world.pass_secs(5);
    assert_eq!(world.sent(), [], "another load corrects nothing");
    world.input(Input::Register);
    assert_eq!(world.registration(home).pool_element.policy, load(2));
}

#[test]
fn a_rejection_may_be_tried_again_after_a_pause() {
    let mut world = World::with(|config| config.retry_rejected = Duration::from_secs(40));
    let home = world.found();
    world.reject(home, CauseCode::LACK_OF_RESOURCES);
    world.out.clear();
    world.pass_secs(39);
    assert_eq!(world.sent(), []);
    world.pass_secs(1);
    world.registration(home);
}

#[test]
fn a_drawn_identifier_that_is_taken_is_drawn_again() {
    let mut world = World::with(|config| config.id = None);
    let home = world.found();
    let mut seen = vec![world.registration(home).pool_element.identifier];
    for _ in 0..2 {
        world.reject(home, CauseCode::NON_UNIQUE_PE_IDENTIFIER);
        let id = world.element.id();
        assert_eq!(world.events(), [Event::Renamed { id }]);
        assert_eq!(world.registration(home).pool_element.identifier, id);
        assert!(!seen.contains(&id));
        seen.push(id);
    }
    world.reject(home, CauseCode::NON_UNIQUE_PE_IDENTIFIER);
    assert!(
        matches!(world.events()[..], [Event::Rejected { .. }]),
        "not for ever"
    );
}

#[test]
fn configured_identifier_that_is_taken_is_left_to_the_owner() {
    let (mut world, home) = World::registering();
    world.out.clear();
    world.reject(home, CauseCode::NON_UNIQUE_PE_IDENTIFIER);
    assert!(matches!(world.events()[..], [Event::Rejected { .. }]));
    assert_eq!(world.element.id(), PE);
}

#[test]
fn a_change_is_registered_at_once() {
    let (mut world, home) = World::registered();
    world.input(Input::Policy(load(1)));
    assert_eq!(world.registration(home).pool_element.policy, load(1));
    world.accept(home);
    world.pass_secs(5);
    world.out.clear();
    let transport = SctpTransport::new(8, IpAddr::from([198, 51, 100, 8]));
    world.input(Input::UserTransport(transport.clone().into()));
    let element = world.registration(home).pool_element;
    assert_eq!(element.user_transport, transport.into());
    world.accept(home);
    world.pass_secs(5);
    world.out.clear();
    world.input(Input::Life(RegistrationLife(60)));
    assert_eq!(
        world.registration(home).pool_element.life,
        RegistrationLife(60)
    );
    world.accept(home);
    world.out.clear();
    world.pass_secs(40);
    world.registration(home);
}

#[test]
fn equal_values_are_not_registered() {
    let (mut world, _) = World::registered();
    world.input(Input::Policy(Policy::RoundRobin));
    world.input(Input::Life(RegistrationLife(300)));
    world.input(Input::Life(RegistrationLife(0)));
    world.input(Input::Life(RegistrationLife(-2)));
    world.pass_secs(10);
    assert_eq!(world.sent(), []);
}

#[test]
fn a_flood_of_changes_is_no_flood_of_messages() {
    let (mut world, home) = World::registered();
    let mut sent = Vec::new();
    for value in 1..=1000 {
        world.input(Input::Policy(load(value)));
        world.pass(Duration::from_millis(10));
        for (_, message) in world.sent() {
            if let asap::Message::Registration(registration) = message {
                sent.push(registration.pool_element.policy);
                world.accept(home);
            }
        }
    }
    assert_eq!(sent.len(), 11, "at once, then one a second");
    assert_eq!(sent.last(), Some(&load(1000)));
}

#[test]
fn change_before_the_answer_is_sent_after_it() {
    let (mut world, home) = World::registering();
    world.out.clear();
    world.input(Input::Policy(load(1)));
    world.pass_secs(5);
    assert_eq!(world.sent(), [], "one registration at a time");
    world.accept(home);
    assert_eq!(world.registration(home).pool_element.policy, load(1));
}

#[test]
fn the_loss_of_the_home_leads_to_another_one() {
    let (mut world, home) = World::registered();
    world.down(home);
    assert_eq!(world.events(), [Event::HomeLost]);
    assert_eq!(world.dialled.len(), 1, "the other one first");
    let other = world.answer_dial();
    world.registration(other);
}

#[test]
fn a_lost_registration_is_sent_to_the_next_home() {
    let (mut world, home) = World::registering();
    let lost = world.registration(home);
    world.down(home);
    world.out.clear();
    let other = world.answer_dial();
    world.pass_secs(1);
    assert_eq!(world.registration(other), lost);
}

#[test]
fn a_home_that_restarted_is_registered_at_again() {
    let (mut world, home) = World::registered();
    world.input(Input::Restart { assoc: home });
    world.registration(home);
    world.input(Input::Restart { assoc: home });
    world.pass_secs(1);
    world.registration(home);
    world.accept(home);
    assert!(world.element.is_registered());
}

#[test]
fn unexpected_answers_change_nothing() {
    let (mut world, home) = World::registering();
    let stranger = world.called(9);
    world.out.clear();
    world.accept(stranger);
    world.send(home, RegistrationResponse::new("q".into(), PE, None));
    world.send(
        home,
        RegistrationResponse::new("p".into(), PeIdentifier(8), None),
    );
    assert!(!world.element.is_registered());
    world.accept(home);
    world.reject(home, CauseCode::LACK_OF_RESOURCES);
    assert!(world.element.is_registered());
    assert_eq!(world.events().len(), 1);
    let is_unexpected = |log: &Log| matches!(log, Log::Unexpected { .. });
    assert!(world.has_logged(is_unexpected));
}

#[test]
fn a_rejected_renewal_leaves_the_accepted_registration() {
    let (mut world, home) = World::registered();
    world.input(Input::Life(RegistrationLife(60)));
    world.reject(home, CauseCode::INVALID_VALUES);
    assert!(world.element.is_registered());
    world.out.clear();
    world.keep_alive(home, 1, false);
    assert_eq!(
        world.sent_types(),
        [(home, MessageType::ENDPOINT_KEEP_ALIVE_ACK)]
    );
    world.input(Input::Deregister);
    assert_eq!(world.sent_types(), [(home, MessageType::DEREGISTRATION)]);
}

#[test]
fn home_field_names_the_home_once_known() {
    let (mut world, home) = World::registered();
    world.keep_alive(home, 0x1234, false);
    world.out.clear();
    world.input(Input::Policy(load(1)));
    let element = world.registration(home).pool_element;
    assert_eq!(element.home, ServerId(0x1234));
}

#[test]
fn a_home_that_accepts_and_drops_is_called_once_a_second() {
    let mut world = World::with(|config| config.registrars.truncate(1));
    let mut home = world.found();
    for _ in 0..3 {
        world.accept(home);
        world.down(home);
        world.pass(Duration::from_millis(999));
        assert_eq!(world.dialled, []);
        world.pass(Duration::from_millis(1));
        home = world.answer_dial();
    }
}
