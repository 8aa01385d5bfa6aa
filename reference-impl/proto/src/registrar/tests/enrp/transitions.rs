//! The transition tables of a peer and of the start-up: every event in every state.

use super::*;

const PEER: ServerId = ServerId(0x0500_0000);

/// Returns a registrar that knows PEER in this state, with one PE of it, and SMALL and LARGE, which are alive.
fn peer_in(state: &str) -> World {
    let mut world = World::alone();
    if state != "(unknown)" {
        let peer = world.peer(5, PEER);
        world.announce_pe(peer, PEER, "p", owned(PEER, 9, 1));
    }
    let others = [(world.peer(2, SMALL), SMALL), (world.peer(3, LARGE), LARGE)];
    let wait = match state {
        "(unknown)" | "Active" | "NotActive" => 0,
        "Probed" => 61,
        "Dead" => 66,
        other => panic!("no such state: {other}"),
    };
    world.pass_secs(wait / 2);
    for (assoc, id) in others {
        world.enrp(assoc, Presence::new(id, ALL, None, None));
    }
    world.pass_secs(wait - wait / 2);
    if state == "NotActive" {
        world.enrp(Assoc(1002), InitTakeover::new(SMALL, ALL, PEER));
    }
    assert_eq!(world.peer_state(PEER), state);
    world.out.clear();
    world
}

fn after_peer_event(state: &str, event: &str) -> String {
    let mut world = peer_in(state);
    let (peer, small, large) = (Assoc(1005), Assoc(1002), Assoc(1003));
    if state == "(unknown)" {
        world.peer_up(5);
    }
    world.out.clear();
    let own = world.registrar.handlespace().checksum(PEER);
    let presence = |checksum, reply| {
        let mut m = Presence::new(PEER, ALL, Some(PeChecksum(checksum)), None);
        m.flags = m.flags.with(Presence::REPLY_REQUIRED, reply);
        m
    };
    match event {
        "PRESENCE R=0" => world.enrp(peer, presence(own, false)),
        "PRESENCE R=1" => world.enrp(peer, presence(own, true)),
        "PRESENCE, other checksum" => world.enrp(peer, presence(own ^ 1, false)),
        "LIST_REQUEST" => world.enrp(peer, ListRequest::new(PEER, OWN)),
        "HANDLE_TABLE_REQUEST" => world.enrp(peer, HandleTableRequest::new(PEER, OWN, false)),
        "HANDLE_UPDATE ADD_PE" => {
            let add = UpdateAction::ADD_PE;
            let element = owned(PEER, 9, 2);
            world.enrp(peer, HandleUpdate::new(PEER, ALL, add, "p".into(), element));
        }
        "INIT_TAKEOVER of a smaller one" => {
            world.enrp(small, InitTakeover::new(SMALL, ALL, PEER));
        }
        "INIT_TAKEOVER of a larger one" => {
            world.enrp(large, InitTakeover::new(LARGE, ALL, PEER));
        }
        "ACKs of all" => {
            world.enrp(small, InitTakeoverAck::new(SMALL, OWN, PEER));
            world.enrp(large, InitTakeoverAck::new(LARGE, OWN, PEER));
        }
        "TAKEOVER_SERVER" => world.enrp(large, TakeoverServer::new(LARGE, ALL, PEER)),
        "association gone" => world.down(peer),
        "time of the state" => {
            let span = match state {
                "Active" => 61,
                "Dead" => 30,
                _ => 5,
            };
            // The table is not about the others.
            world.pass_secs(span / 2);
            for (assoc, id) in [(small, SMALL), (large, LARGE)] {
                world.enrp(assoc, Presence::new(id, ALL, None, None));
            }
            world.out.clear();
            world.pass_secs(span - span / 2);
        }
        other => panic!("no such event: {other}"),
    }
    let mut steps = vec![world.peer_state(PEER).to_owned()];
    let homes: Vec<String> = world.known().iter().map(|(_, home)| name(*home)).collect();
    let heartbeat = event == "time of the state";
    for (assoc, message) in world.sent_enrp() {
        let kind = match &message {
            Message::Presence(m) if m.requires_reply() => "PRESENCE R=1",
            Message::Presence(_) if heartbeat => continue,
            other => other.message_type().name().unwrap(),
        };
        steps.push(format!("{kind} to {}", at(assoc)));
    }
    if !homes.is_empty() {
        steps.push(format!("Home {}", homes.join(", ")));
    }
    steps.join("; ")
}

fn name(id: ServerId) -> String {
    match id {
        PEER => "peer",
        SMALL => "small",
        LARGE => "large",
        OWN => "own",
        other => panic!("no peer {other}"),
    }
    .to_owned()
}

fn at(assoc: Assoc) -> &'static str {
    match assoc.0 {
        1005 => "peer",
        1002 => "small",
        1003 => "large",
        other => panic!("no peer at {other}"),
    }
}

#[test]
fn transition_table_of_a_peer() {
    let events = [
        "PRESENCE R=0",
        "PRESENCE R=1",
        "PRESENCE, other checksum",
        "LIST_REQUEST",
        "HANDLE_TABLE_REQUEST",
        "HANDLE_UPDATE ADD_PE",
        "INIT_TAKEOVER of a smaller one",
        "INIT_TAKEOVER of a larger one",
        "ACKs of all",
        "TAKEOVER_SERVER",
        "association gone",
        "time of the state",
    ];
    let mut table = String::new();
    for state in ["(unknown)", "Active", "Probed", "Dead", "NotActive"] {
        table.push_str(&format!("{state}\n"));
        for event in events {
            table.push_str(&format!(
                "  {event:<31} -> {}\n",
                after_peer_event(state, event)
            ));
        }
    }
    insta::assert_snapshot!(table);
}

/// Returns a registrar with mentors 2 and 3 in this state of its start-up.
fn start_up_in(state: &str) -> World {
    let mut world = World::with_mentors(&[2, 3], |_| {});
    let mentor = world.answer_dial();
    match state {
        "Listing" => {}
        "Downloading" => world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new())),
        "Pausing" => {
            world.enrp(mentor, ListResponse::rejection(SMALL, OWN));
            world.refuse_dial();
        }
        "Serving" => {
            world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new()));
            world.enrp(
                mentor,
                HandleTableResponse::new(SMALL, OWN, Vec::new(), false),
            );
        }
        other => panic!("no such state: {other}"),
    }
    // It is discovered before, so that each line shows the event alone.
    world.enrp(mentor, Presence::new(SMALL, OWN, None, None));
    assert_eq!(start_up_state(&world), state);
    world.out.clear();
    world
}

fn start_up_state(world: &World) -> &'static str {
    world.registrar.enrp.as_ref().unwrap().start_up_state()
}

fn after_start_up_event(state: &str, event: &str) -> String {
    let mut world = start_up_in(state);
    let mentor = Assoc(1002);
    match event {
        "LIST_RESPONSE" => world.enrp(mentor, ListResponse::new(SMALL, OWN, Vec::new())),
        "LIST_RESPONSE R=1" => world.enrp(mentor, ListResponse::rejection(SMALL, OWN)),
        "TABLE_RESPONSE M=1" => {
            world.enrp(
                mentor,
                HandleTableResponse::new(SMALL, OWN, Vec::new(), true),
            );
        }
        "TABLE_RESPONSE M=0" => {
            world.enrp(
                mentor,
                HandleTableResponse::new(SMALL, OWN, Vec::new(), false),
            );
        }
        "TABLE_RESPONSE R=1" => {
            world.enrp(mentor, HandleTableResponse::rejection(SMALL, OWN));
        }
        "LIST_REQUEST" => world.enrp(mentor, ListRequest::new(SMALL, OWN)),
        "HANDLE_TABLE_REQUEST" => world.enrp(mentor, HandleTableRequest::new(SMALL, OWN, false)),
        "mentor's association gone" => world.down(mentor),
        "5 seconds" => world.pass_secs(5),
        "a PE comes" => {
            world.up(1);
        }
        other => panic!("no such event: {other}"),
    }
    let mut steps = vec![start_up_state(&world).to_owned()];
    for output in std::mem::take(&mut world.out) {
        match output {
            Output::Send { octets, .. } => {
                let message = Message::decode(&octets).unwrap().message;
                let rejected = match &message {
                    Message::ListResponse(m) => m.is_rejected(),
                    Message::HandleTableResponse(m) => m.is_rejected(),
                    _ => false,
                };
                let rejected = if rejected { " R=1" } else { "" };
                let name = message.message_type().name().unwrap();
                steps.push(format!("{name}{rejected}"));
            }
            Output::Connect { to, .. } if to[0] == enrp_addr(3) => {
                steps.push("calls the backup".to_owned());
            }
            Output::Connect { .. } => steps.push("calls the mentor".to_owned()),
            Output::Abort { .. } => steps.push("ABORT".to_owned()),
            _ => {}
        }
    }
    steps.join("; ")
}

#[test]
fn transition_table_of_the_start_up() {
    let events = [
        "LIST_RESPONSE",
        "LIST_RESPONSE R=1",
        "TABLE_RESPONSE M=1",
        "TABLE_RESPONSE M=0",
        "TABLE_RESPONSE R=1",
        "LIST_REQUEST",
        "HANDLE_TABLE_REQUEST",
        "mentor's association gone",
        "5 seconds",
        "a PE comes",
    ];
    let mut table = String::new();
    for state in ["Listing", "Downloading", "Pausing", "Serving"] {
        table.push_str(&format!("{state}\n"));
        for event in events {
            let after = after_start_up_event(state, event);
            table.push_str(&format!("  {event:<26} -> {after}\n"));
        }
    }
    insta::assert_snapshot!(table);
}
