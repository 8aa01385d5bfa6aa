//! The transition table of the hunt: every event in every state.

use super::tests::{World, announcement, server};
use super::*;

/// Returns a hunt in this state. It knows four registrars, and has dialled the first three unless the state
/// differs.
fn hunt_in(state: &str) -> World {
    let mut world = World::new(4);
    match state {
        "Idle" => {}
        "Hunting, three called" => world.start(Old::None),
        "Hunting, the old one kept" => world.start(Old::Kept(server(4))),
        "Hunting, all have failed" => {
            world.start(Old::None);
            while let Some((_, assoc)) = world.dialled.first().cloned() {
                world.down(assoc);
            }
        }
        other => panic!("no such state: {other}"),
    }
    world.steps.clear();
    world
}

fn after(state: &str, event: &str) -> String {
    let mut world = hunt_in(state);
    let called = world.dialled.first().map(|(_, assoc)| *assoc);
    match event {
        "start" => world.start(Old::None),
        "stop" => {
            let steps = world.hunt.stop();
            world.take(steps);
        }
        "a set-up comes up" => match called {
            Some(assoc) => world.up(assoc),
            None => return "(none is called)".to_owned(),
        },
        "a set-up fails" => match called {
            Some(assoc) => world.down(assoc),
            None => return "(none is called)".to_owned(),
        },
        "another association comes up" => world.up(Assoc(99)),
        "another association goes" => world.down(Assoc(99)),
        "the old one is gone" => {
            let steps = world.hunt.on_old_gone(world.now);
            world.take(steps);
        }
        "a new one is announced" => world.announce("192.0.2.9:3863", &announcement(9)),
        "T5-Serverhunt" => world.pass_secs(10),
        other => panic!("no such event: {other}"),
    }
    let state = match world.hunt.is_hunting() {
        true => "Hunting",
        false => "Idle",
    };
    let mut steps: Vec<String> = vec![state.to_owned()];
    steps.extend(std::mem::take(&mut world.steps));
    steps.join("; ")
}

#[test]
fn transition_table_of_the_hunt() {
    let states = [
        "Idle",
        "Hunting, three called",
        "Hunting, the old one kept",
        "Hunting, all have failed",
    ];
    let events = [
        "start",
        "stop",
        "a set-up comes up",
        "a set-up fails",
        "another association comes up",
        "another association goes",
        "the old one is gone",
        "a new one is announced",
        "T5-Serverhunt",
    ];
    let mut table = String::new();
    for state in states {
        table.push_str(&format!("{state}\n"));
        for event in events {
            table.push_str(&format!("  {event:<28} -> {}\n", after(state, event)));
        }
    }
    insta::assert_snapshot!(table);
}
