//! Sessions recover: once faults have ended, a pool user with a session with a non-empty pool receives its echoes,
//! even if its PE has failed.

use std::time::Duration;

use super::super::{Manner, UserBody, World};
use super::{Property, When};

#[derive(Debug)]
pub(super) struct Sessions;

impl Property for Sessions {
    fn name(&self) -> &'static str {
        "sessions"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        if !when.settled() {
            return Ok(());
        }
        let serves = |element: &super::super::ElementHost| {
            element.lives() && element.setup.manner == Manner::Engine
        };
        // Every pool that sessions are held with has PEs with an engine alone.
        if !world.elements.values().any(serves) {
            return Ok(());
        }
        for (number, user) in world.users.iter().enumerate() {
            let UserBody::Engine(engine) = &user.body else {
                continue;
            };
            let Some(period) = engine.talks() else {
                continue;
            };
            let now = world.local_now(super::super::Spot::User(number));
            let heard = engine.echoed().map_or(Duration::ZERO, |(_, at)| at);
            if heard + period * 2 + when.bounds.answer < now {
                let silence = (now - heard).as_secs();
                return Err(format!(
                    "PU {number} has received no echo for {silence} s, but the pool has PEs"
                ));
            }
        }
        Ok(())
    }
}
