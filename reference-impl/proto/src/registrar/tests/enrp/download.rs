//! Download sessions, on the side of the mentor.

use super::*;

fn with_elements(count: u32, change: impl FnOnce(&mut Config)) -> (World, Assoc) {
    let mut world = World::with_mentors(&[], |config| {
        config.enrp.max_table_elements = 2;
        change(config);
    });
    let pe = world.up(1);
    for number in 1..=count {
        world.register(pe, pool_of(number), element(1, number));
    }
    let peer = world.peer(2, SMALL);
    (world, peer)
}

fn pool_of(pe: u32) -> &'static str {
    ["even", "odd"][pe as usize % 2]
}

fn ask(world: &mut World, peer: Assoc, own_only: bool) -> HandleTableResponse {
    world.enrp(peer, HandleTableRequest::new(SMALL, OWN, own_only));
    match world.only_enrp(peer) {
        Message::HandleTableResponse(response) => response,
        other => panic!("a response: {other:?}"),
    }
}

fn pes(response: &HandleTableResponse) -> Vec<u32> {
    let elements = response.entries.iter().flat_map(|e| &e.pool_elements);
    elements.map(|e| e.identifier.0).collect()
}

#[test]
fn parts_form_the_whole_table() {
    let (mut world, peer) = with_elements(5, |_| {});
    let mut seen = Vec::new();
    for more in [true, true, false] {
        let response = ask(&mut world, peer, false);
        assert_eq!(response.has_more(), more);
        assert_eq!((response.sender, response.receiver), (OWN, SMALL));
        seen.extend(pes(&response));
    }
    seen.sort_unstable();
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    // The record is gone with the last part: it begins anew.
    assert!(ask(&mut world, peer, false).has_more());
}

#[test]
fn own_children_only() {
    let (mut world, peer) = with_elements(1, |_| {});
    world.announce_pe(peer, SMALL, "odd", owned(SMALL, 9, 77));
    assert_eq!(pes(&ask(&mut world, peer, true)), [1]);
    assert_eq!(pes(&ask(&mut world, peer, false)), [1, 77]);
}

#[test]
fn empty_handlespace_takes_twelve_octets() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    world.enrp(peer, HandleTableRequest::new(SMALL, OWN, false));
    let lengths = world.out.iter().filter_map(|output| match output {
        Output::Send { octets, .. } => Some((octets[1], octets.len())),
        _ => None,
    });
    assert_eq!(lengths.collect::<Vec<_>>(), [(0, 12)]);
}

#[test]
fn sessions_end_by_their_timer_and_by_another_w() {
    let (mut world, peer) = with_elements(5, |_| {});
    let first = pes(&ask(&mut world, peer, false));
    world.pass_secs(10);
    assert_eq!(
        pes(&ask(&mut world, peer, false)),
        first,
        "given up after 10 s"
    );
    world.pass_secs(9);
    assert_ne!(pes(&ask(&mut world, peer, false)), first, "it goes on");
    assert_eq!(
        pes(&ask(&mut world, peer, true)),
        first,
        "another W begins anew"
    );
}

#[test]
fn session_belongs_to_one_association() {
    let (mut world, peer) = with_elements(5, |_| {});
    let first = pes(&ask(&mut world, peer, false));
    // The peer restarted, and its old association is not gone yet.
    let again = world.up_from(1100, Kind::Enrp, "192.0.2.2:9901");
    assert_eq!(pes(&ask(&mut world, again, false)), first);
    world.down(peer);
    world.out.clear();
    assert_ne!(
        pes(&ask(&mut world, again, false)),
        first,
        "the old association was another session's"
    );
}

#[test]
fn too_many_sessions_are_rejected() {
    let (mut world, peer) = with_elements(5, |config| config.enrp.max_table_sessions = 1);
    let other = world.peer(3, LARGE);
    assert!(ask(&mut world, peer, false).has_more());
    world.enrp(other, HandleTableRequest::new(LARGE, OWN, false));
    assert!(matches!(world.only_enrp(other), Message::HandleTableResponse(m) if m.is_rejected()));
    // The one that has a session goes on.
    assert!(ask(&mut world, peer, false).has_more());
    world.down(peer);
    world.out.clear();
    world.enrp(other, HandleTableRequest::new(LARGE, OWN, false));
    assert!(
        matches!(world.only_enrp(other), Message::HandleTableResponse(m) if m.has_more()),
        "the session went with its association"
    );
}

#[test]
fn response_fits_the_largest_message() {
    let (mut world, peer) = with_elements(0, |config| {
        config.enrp.max_table_elements = 1000;
        config.max_message = 4096;
    });
    let pe = world.up(1);
    for number in 0..20u32 {
        let handle = format!("{number:0>900}");
        world.register(pe, &handle, element(1, number));
    }
    world.out.clear();
    let mut seen = Vec::new();
    loop {
        let response = ask(&mut world, peer, false);
        let mut octets = Vec::new();
        Message::from(response.clone()).encode(&mut octets).unwrap();
        assert!(octets.len() <= 4096);
        seen.extend(pes(&response));
        if !response.has_more() {
            break;
        }
    }
    assert_eq!(seen, (0..20).collect::<Vec<_>>());
}

#[test]
fn removals_during_a_session_do_not_end_it() {
    let (mut world, peer) = with_elements(6, |_| {});
    let mut seen = pes(&ask(&mut world, peer, false));
    let last = *seen.last().unwrap();
    world.deregister(Assoc(1), pool_of(last), last);
    world.out.clear();
    for _ in 0..2 {
        seen.extend(pes(&ask(&mut world, peer, false)));
    }
    seen.sort_unstable();
    assert_eq!(seen, [1, 2, 3, 4, 5, 6]);
}

/// Returns a peer, another one, and the session of the first in this state: there are five PEs, two in each
/// response.
fn session_in(state: &str) -> (World, Assoc, Assoc) {
    let (mut world, peer) = with_elements(5, |config| config.enrp.max_table_sessions = 1);
    let other = world.peer(3, LARGE);
    let parts = match state {
        "(none)" => 0,
        "Session" => 1,
        "Session, one part left" => 2,
        other => panic!("no such state: {other}"),
    };
    for _ in 0..parts {
        assert!(ask(&mut world, peer, false).has_more());
    }
    world.out.clear();
    (world, peer, other)
}

fn after_session_event(state: &str, event: &str) -> String {
    let (mut world, peer, other) = session_in(state);
    let request = |own_only| HandleTableRequest::new(SMALL, OWN, own_only);
    match event {
        "TABLE_REQUEST W=0" => world.enrp(peer, request(false)),
        "TABLE_REQUEST W=1" => world.enrp(peer, request(true)),
        "TABLE_REQUEST over another association" => {
            let again = world.up_from(1100, Kind::Enrp, "192.0.2.2:9901");
            world.enrp(again, request(false));
        }
        "TABLE_REQUEST of another peer" => {
            world.enrp(other, HandleTableRequest::new(LARGE, OWN, false));
        }
        "the PE it ended at goes" => {
            let last = if state == "Session" { 3 } else { 2 };
            world.deregister(Assoc(1), pool_of(last), last);
            world.enrp(peer, request(false));
        }
        "table-session-timeout" => world.pass_secs(10),
        "association gone" => world.down(peer),
        "association restarted" => world.input(Input::Restart { assoc: peer }),
        "TAKEOVER_SERVER of the peer" => {
            world.enrp(other, TakeoverServer::new(LARGE, ALL, SMALL));
        }
        other => panic!("no such event: {other}"),
    }
    let mut steps: Vec<String> = Vec::new();
    let mut sessions: Vec<String> = world
        .registrar
        .session_views()
        .map(|session| {
            let whose = if session.peer == SMALL {
                ""
            } else {
                " of the other peer"
            };
            format!("Session{whose}")
        })
        .collect();
    if sessions.is_empty() {
        sessions.push("(none)".to_owned());
    }
    steps.append(&mut sessions);
    for (_, message) in world.sent_enrp() {
        if let Message::HandleTableResponse(response) = message {
            let flags = match (response.is_rejected(), response.has_more()) {
                (true, _) => "R=1",
                (false, true) => "M=1",
                (false, false) => "M=0",
            };
            steps.push(format!("TABLE_RESPONSE {flags} {:?}", pes(&response)));
        }
    }
    steps.join("; ")
}

#[test]
fn transition_table_of_a_download_session() {
    let events = [
        "TABLE_REQUEST W=0",
        "TABLE_REQUEST W=1",
        "TABLE_REQUEST over another association",
        "TABLE_REQUEST of another peer",
        "the PE it ended at goes",
        "table-session-timeout",
        "association gone",
        "association restarted",
        "TAKEOVER_SERVER of the peer",
    ];
    let mut table = String::new();
    for state in ["(none)", "Session", "Session, one part left"] {
        table.push_str(&format!("{state}\n"));
        for event in events {
            let after = after_session_event(state, event);
            table.push_str(&format!("  {event:<38} -> {after}\n"));
        }
    }
    insta::assert_snapshot!(table);
}
