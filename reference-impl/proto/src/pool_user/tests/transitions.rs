//! The transition tables of a question and of a session: every event in every state.

use super::*;
use crate::pool_user::question::Question;
use crate::pool_user::session::Entry;

/// Returns the outputs since the last call in a few words.
fn steps(world: &mut World, home: Option<Assoc>, pe: Option<Assoc>) -> Vec<String> {
    let name = |assoc: Assoc| match assoc {
        assoc if Some(assoc) == home => "home".to_owned(),
        assoc if Some(assoc) == pe => "PE".to_owned(),
        _ => "another".to_owned(),
    };
    let mut steps = Vec::new();
    for call in std::mem::take(&mut world.calls) {
        steps.push(match call.channel {
            Channel::Registrar => "call a registrar".to_owned(),
            Channel::Element => format!("call PE {}", call.to[0].port()),
        });
    }
    for output in std::mem::take(&mut world.out) {
        let step = match output {
            Output::Send { assoc, octets, .. } => {
                let message = asap::Message::decode(&octets).unwrap().message;
                let message_type = message.message_type().name().unwrap();
                format!("{message_type} to {}", name(assoc))
            }
            Output::Data { assoc, .. } => format!("data to {}", name(assoc)),
            Output::Abort { assoc } => format!("abort {}", name(assoc)),
            Output::Shutdown { assoc } => format!("shut {}", name(assoc)),
            Output::Event(event) => format!("report {}", event_name(&event)),
            Output::Log(_) | Output::Connect { .. } | Output::Wait(_) => continue,
        };
        steps.push(step);
    }
    steps
}

fn event_name(event: &Event) -> String {
    match event {
        Event::Resolved { .. } => "Resolved".to_owned(),
        Event::NotResolved { why, .. } => format!("NotResolved ({why})"),
        Event::Watching { accepted, .. } => format!("Watching (A={})", u8::from(*accepted)),
        Event::Changed { .. } => "Changed".to_owned(),
        Event::WatchEnded { why, .. } => format!("WatchEnded ({why})"),
        Event::Up { failover, .. } => match failover {
            Some(_) => "Up (failover)".to_owned(),
            None => "Up".to_owned(),
        },
        Event::FailingOver { why, .. } => format!("FailingOver ({why})"),
        Event::Data { .. } => "Data".to_owned(),
        Event::Cookie { .. } => "Cookie".to_owned(),
        Event::BusinessCard { .. } => "BusinessCard".to_owned(),
        Event::Returned { .. } => "Returned".to_owned(),
        Event::Closed { .. } => "Closed".to_owned(),
        Event::Failed { why, .. } => format!("Failed ({why})"),
        Event::Home { found } => format!("Home ({})", if *found { "found" } else { "lost" }),
    }
}

/// Returns a world with the question about "p" in this state.
fn question_in(state: &str) -> (World, Option<Assoc>) {
    if state == "Held" {
        let mut world = World::with(|_| {});
        world.resolve(1, "p");
        return (world, None);
    }
    let (mut world, home) = World::at_home(|c| c.stale_cache_value = Duration::ZERO);
    if state != "(none)" {
        world.resolve(1, "p");
    }
    if state == "Asked, last attempt" {
        world.pass_secs(30);
    }
    if state == "Asked, watched" {
        world.deliver(home, unknown_pool("p"));
        world.watch(2, "p");
    }
    (world, Some(home))
}

fn after_question(state: &str, event: &str) -> String {
    let (mut world, home) = question_in(state);
    world.out.clear();
    if home.is_some() {
        world.calls.clear();
    }
    // Without a home, a registrar that is being dialled answers.
    let calling = world.calls.first().map(|call| call.assoc);
    let peer = home.or(calling).unwrap();
    world.calls.clear();
    match event {
        "Resolve" => world.resolve(3, "p"),
        "Watch" => world.watch(3, "p"),
        "Populate" => world.input(Input::Populate { pool: "p".into() }),
        "positive response" => world.deliver(peer, list("p", None, &[5])),
        "positive response, A=1" => world.deliver(peer, update("p", &[5])),
        "negative response" => world.deliver(peer, unknown_pool("p")),
        "response about another pool" => world.deliver(peer, list("q", None, &[5])),
        "T1-ENRPrequest" => world.pass_secs(15),
        "home found" => world.up(peer),
        "home restarted" => world.input(Input::Restart { assoc: peer }),
        "home lost" => world.down(peer, Fault::Lost),
        "Stop" => world.input(Input::Stop),
        other => panic!("no such event: {other}"),
    }
    let pool = world.user.pools.get(&"p".into());
    let question = pool.and_then(|pool| pool.question.as_ref());
    let mut line = vec![Question::state_name(question).to_owned()];
    line.extend(steps(&mut world, Some(peer), None));
    line.join("; ")
}

#[test]
fn transition_table_of_a_question() {
    let mut table = String::new();
    for state in [
        "(none)",
        "Held",
        "Asked",
        "Asked, last attempt",
        "Asked, watched",
    ] {
        table.push_str(&format!("{state}\n"));
        for event in [
            "Resolve",
            "Watch",
            "Populate",
            "positive response",
            "positive response, A=1",
            "negative response",
            "response about another pool",
            "T1-ENRPrequest",
            "home found",
            "home restarted",
            "home lost",
            "Stop",
        ] {
            let is_of_home = event.starts_with("home ") || event.contains("response");
            let has_home = state != "Held";
            if is_of_home && has_home == (event == "home found") {
                continue;
            }
            let after = after_question(state, event);
            table.push_str(&format!("  {event:<28} -> {after}\n"));
        }
    }
    insta::assert_snapshot!(table);
}

/// Returns a world with session 1 in this state, its home, and the session's association. The pool has PEs 5 and
/// 6.
fn session_in(state: &str) -> (World, Assoc, Option<Assoc>) {
    let (mut world, home) = World::at_home(|c| c.session_rounds = 2);
    if state == "(none)" {
        return (world, home, None);
    }
    world.open(1, "p");
    if state == "Resolving" {
        return (world, home, None);
    }
    world.deliver(home, list("p", None, &[5, 6]));
    let (assoc, _) = world.called();
    match state {
        "Connecting" => {}
        "Pausing" => {
            world.down(assoc, Fault::Refused);
            let (assoc, _) = world.called();
            world.down(assoc, Fault::Refused);
            return (world, home, None);
        }
        "Up" | "Closing" => {
            world.up(assoc);
            world.deliver(assoc, asap::Cookie::new(rsp_wire::Cookie([1].into())));
            world.send(1, "x");
        }
        other => panic!("no such state: {other}"),
    }
    if state == "Closing" {
        let session = Session(1);
        world.input(Input::Close { session });
    }
    (world, home, Some(assoc))
}

fn after_session(state: &str, event: &str) -> String {
    let (mut world, home, pe) = session_in(state);
    (world.out, world.calls) = (Vec::new(), Vec::new());
    let assoc = pe.unwrap_or(Assoc(99));
    let session = Session(1);
    match event {
        "Open" => world.open(if state == "(none)" { 1 } else { 2 }, "p"),
        "Send" => world.send(1, "x"),
        "Fail" => world.input(Input::Fail { session }),
        "Close" => world.input(Input::Close { session }),
        "pool listed" => world.deliver(home, list("p", None, &[5, 6])),
        "pool unknown" => world.deliver(home, unknown_pool("p")),
        "up" => world.up(assoc),
        "restarted" => world.input(Input::Restart { assoc }),
        "refused" => world.down(assoc, Fault::Refused),
        "lost" => world.down(assoc, Fault::Lost),
        "closed by the PE" => world.down(assoc, Fault::Closed),
        "data" => world.input(Input::Message {
            assoc,
            ppid: 0,
            octets: b"x",
        }),
        "COOKIE" => world.deliver(assoc, asap::Cookie::new(rsp_wire::Cookie([2].into()))),
        "its time" => {
            let span = match state {
                "Resolving" => Duration::from_secs(15),
                "Pausing" => Duration::from_millis(1500),
                _ => Duration::from_secs(10),
            };
            world.pass(span);
        }
        "Stop" => world.input(Input::Stop),
        other => panic!("no such event: {other}"),
    }
    let mut line = vec![Entry::state_name(world.user.sessions.get(session)).to_owned()];
    line.extend(steps(&mut world, Some(home), pe));
    line.join("; ")
}

#[test]
fn transition_table_of_a_session() {
    let mut table = String::new();
    for state in [
        "(none)",
        "Resolving",
        "Pausing",
        "Connecting",
        "Up",
        "Closing",
    ] {
        table.push_str(&format!("{state}\n"));
        for event in [
            "Open",
            "Send",
            "Fail",
            "Close",
            "pool listed",
            "pool unknown",
            "up",
            "restarted",
            "refused",
            "lost",
            "closed by the PE",
            "data",
            "COOKIE",
            "its time",
            "Stop",
        ] {
            let after = after_session(state, event);
            table.push_str(&format!("  {event:<16} -> {after}\n"));
        }
    }
    insta::assert_snapshot!(table);
}
