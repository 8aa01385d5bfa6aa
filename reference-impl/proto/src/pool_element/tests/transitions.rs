//! The transition table of a PE: every event in every state.

use super::*;
use rsp_wire::asap::ServerAnnounce;

/// Returns a PE in this state that knows two registrars, the association to its (last) Home, and one that a third
/// registrar has set up.
fn in_state(state: &str) -> (World, Assoc, Assoc) {
    let mut world = World::with(|config| {
        config.max_reg_attempt = 1;
        config.policy = load(0);
        config.retry_failed = Duration::from_secs(60);
    });
    let third = world.called(9);
    let home = match state {
        "Out" => Assoc(0),
        "Out, with a Home" => {
            let home = world.found();
            world.accept(home);
            world.input(Input::Deregister);
            world.confirm(home);
            home
        }
        "Seeking, to register" => {
            world.input(Input::Register);
            Assoc(0)
        }
        "Seeking, to de-register" => {
            let home = world.found();
            world.accept(home);
            world.pass_secs(2);
            world.down(home);
            world.input(Input::Deregister);
            home
        }
        "Pending" => {
            let home = world.found();
            world.accept(home);
            world.confirm(home);
            home
        }
        "Registering" => world.found(),
        "Registered" => {
            let home = world.found();
            world.accept(home);
            home
        }
        "Rejected" => {
            let home = world.found();
            world.reject(home, CauseCode::LACK_OF_RESOURCES);
            home
        }
        "Failed" => {
            world.found();
            world.pass_secs(30);
            let home = world.answer_dial();
            world.pass_secs(30);
            home
        }
        "Deregistering" => {
            let home = world.found();
            world.accept(home);
            world.input(Input::Deregister);
            home
        }
        other => panic!("no such state: {other}"),
    };
    if state != "Pending" && state != "Failed" && !state.starts_with("Seeking") {
        world.pass_secs(2);
    }
    let name = world.element.state.name();
    assert!(state.starts_with(name), "{state} is {name}");
    world.out.clear();
    (world, home, third)
}

fn after(state: &str, event: &str) -> Option<String> {
    let (mut world, home, third) = in_state(state);
    let has_home = world.element.home().is_some();
    let is_dialling = !world.dialled.is_empty();
    match event {
        "Register" => world.input(Input::Register),
        "Deregister" => world.input(Input::Deregister),
        "Stop" => world.input(Input::Stop),
        "another load" => world.input(Input::Policy(load(1))),
        "another policy" => world.input(Input::Policy(Policy::RoundRobin)),
        "REGISTRATION_RESPONSE" if has_home => world.accept(home),
        "REGISTRATION_RESPONSE, R=1" if has_home => {
            world.reject(home, CauseCode::LACK_OF_RESOURCES);
        }
        "DEREGISTRATION_RESPONSE" if has_home => world.confirm(home),
        "DEREGISTRATION_RESPONSE, error" if has_home => {
            let error = Some(ErrorCause::bare(CauseCode::UNSPECIFIED).into());
            world.send(home, DeregistrationResponse::new("p".into(), PE, error));
        }
        "KEEP_ALIVE" if has_home => world.keep_alive(home, 1, false),
        "KEEP_ALIVE, third" => world.keep_alive(third, 9, false),
        "KEEP_ALIVE H=1, third" => world.keep_alive(third, 9, true),
        "SERVER_ANNOUNCE" => {
            let octets = drive::asap(ServerAnnounce::new(ServerId(9), Vec::new()));
            let from = registrar(9);
            world.input(Input::Datagram {
                from,
                octets: &octets,
            });
        }
        "set-up done" if is_dialling => {
            world.answer_dial();
        }
        "set-up failed" if is_dialling => {
            let assoc = world.dialled[0].0;
            world.down(assoc);
        }
        "Home down" if has_home => world.down(home),
        "Home restarted" if has_home => world.input(Input::Restart { assoc: home }),
        "third down" => world.down(third),
        "next deadline" => {
            let Output::Wait(Some(at)) = world.element.poll() else {
                return None;
            };
            world.now = at;
            world.input(Input::Tick);
        }
        _ => return None,
    }
    Some(steps(&mut world, third))
}

fn steps(world: &mut World, third: Assoc) -> String {
    let mut steps = vec![world.element.state.name().to_owned()];
    for output in std::mem::take(&mut world.out) {
        match output {
            Output::Send { assoc, octets, .. } => {
                let message = asap::Message::decode(&octets).unwrap().message;
                let name = message.message_type().name().unwrap();
                let to = if assoc == third { " to third" } else { "" };
                steps.push(format!("{name}{to}"));
            }
            Output::Event(event) => {
                let event = format!("{event:?}");
                let name = event.split([' ', '(']).next().unwrap();
                steps.push(format!("report {name}"));
            }
            Output::Connect { .. } => steps.push("connect".to_owned()),
            Output::Abort { .. } => steps.push("abort".to_owned()),
            Output::Shutdown { .. } => steps.push("shut down".to_owned()),
            Output::Log(_) | Output::Wait(_) => {}
        }
    }
    steps.join("; ")
}

#[test]
fn transition_table_of_the_pool_element() {
    let events = [
        "Register",
        "Deregister",
        "Stop",
        "another load",
        "another policy",
        "REGISTRATION_RESPONSE",
        "REGISTRATION_RESPONSE, R=1",
        "DEREGISTRATION_RESPONSE",
        "DEREGISTRATION_RESPONSE, error",
        "KEEP_ALIVE",
        "KEEP_ALIVE, third",
        "KEEP_ALIVE H=1, third",
        "SERVER_ANNOUNCE",
        "set-up done",
        "set-up failed",
        "Home down",
        "Home restarted",
        "third down",
        "next deadline",
    ];
    let mut table = String::new();
    for state in [
        "Out",
        "Out, with a Home",
        "Seeking, to register",
        "Seeking, to de-register",
        "Pending",
        "Registering",
        "Registered",
        "Rejected",
        "Failed",
        "Deregistering",
    ] {
        table.push_str(&format!("{state}\n"));
        for event in events {
            let after = after(state, event).unwrap_or_else(|| "(cannot be)".to_owned());
            table.push_str(&format!("  {event:<31} -> {after}\n"));
        }
    }
    insta::assert_snapshot!(table);
}
