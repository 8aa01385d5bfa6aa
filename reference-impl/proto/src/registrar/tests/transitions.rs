//! The transition table of a watch: every event in every state of a watched PE.

use super::*;
use rsp_wire::asap::{EndpointKeepAliveAck, EndpointUnreachable};

const PE: u32 = 7;

/// Returns a world with the PE in this state; with `life`, the end of its life is the next deadline.
fn in_state(state: &str, life: Option<i32>) -> (World, Assoc, Assoc) {
    let mut world = World::with(|config| {
        config.max_bad_pe_report = 1;
        config.keep_alive_interval = Duration::from_secs(30);
        if life.is_some() {
            config.keep_alive_timeout = Duration::from_secs(1000);
        }
    });
    let (own, other) = (world.up(1), world.up(2));
    if state != "(none)" {
        world.register(
            own,
            "p",
            PoolElement {
                life: RegistrationLife(life.unwrap_or(-1)),
                ..element(1, PE)
            },
        );
    }
    if state == "Asked" {
        world.pass_secs(45);
    }
    if state == "Alone" {
        world.down(own);
    }
    world.out.clear();
    (world, own, other)
}

fn after(state: &str, event: &str) -> String {
    let life = (event == "life over").then_some(100);
    let (mut world, own, other) = in_state(state, life);
    let report = EndpointUnreachable::new("p".into(), PeIdentifier(PE));
    let ack = EndpointKeepAliveAck::new("p".into(), PeIdentifier(PE));
    let deregistration = Deregistration::new("p".into(), PeIdentifier(PE));
    match event {
        "REGISTRATION, own association" => {
            world.send(own, Registration::new("p".into(), element(1, PE)));
        }
        "REGISTRATION, another association" => {
            world.send(other, Registration::new("p".into(), element(2, PE)));
        }
        "DEREGISTRATION, own association" => world.send(own, deregistration),
        "DEREGISTRATION, another association" => world.send(other, deregistration),
        "KEEP_ALIVE_ACK, own association" => world.send(own, ack),
        "KEEP_ALIVE_ACK, another association" => world.send(other, ack),
        "UNREACHABLE" => world.send(other, report),
        "UNREACHABLE, one too many" => {
            world.send(other, report.clone());
            world.send(other, report);
        }
        "association gone" => world.down(own),
        "association restarted" => world.input(Input::Restart { assoc: own }),
        "keep-alive time" => {
            let span = match state {
                "Alive" => 45,
                _ => 15,
            };
            world.pass_secs(span);
        }
        "life over" => world.pass_secs(100 - world.now.as_secs().min(100)),
        other => panic!("no such event: {other}"),
    }
    let key = world.registrar.core.space.find(b"p", PeIdentifier(PE));
    let mut steps = vec![world.registrar.core.watches.state_name(key).to_owned()];
    for output in std::mem::take(&mut world.out) {
        match output {
            Output::Send { assoc, octets, .. } => {
                let message = asap::Message::decode(&octets).unwrap().message;
                let to = if assoc == own { "own" } else { "other" };
                let name = message.message_type().name().unwrap();
                let refused = match &message {
                    asap::Message::RegistrationResponse(m) => m.operation_error.is_some(),
                    asap::Message::DeregistrationResponse(m) => m.operation_error.is_some(),
                    _ => false,
                };
                let refused = if refused { " (refused)" } else { "" };
                steps.push(format!("{name}{refused} to {to}"));
            }
            Output::Log(Log::Left { how, .. }) => steps.push(format!("removed: {how}")),
            _ => {}
        }
    }
    steps.join("; ")
}

#[test]
fn transition_table_of_a_watch() {
    let events = [
        "REGISTRATION, own association",
        "REGISTRATION, another association",
        "DEREGISTRATION, own association",
        "DEREGISTRATION, another association",
        "KEEP_ALIVE_ACK, own association",
        "KEEP_ALIVE_ACK, another association",
        "UNREACHABLE",
        "UNREACHABLE, one too many",
        "association gone",
        "association restarted",
        "keep-alive time",
        "life over",
    ];
    let mut table = String::new();
    for state in ["(none)", "Alive", "Asked", "Alone"] {
        table.push_str(&format!("{state}\n"));
        for event in events {
            table.push_str(&format!("  {event:<36} -> {}\n", after(state, event)));
        }
    }
    insta::assert_snapshot!(table);
}
