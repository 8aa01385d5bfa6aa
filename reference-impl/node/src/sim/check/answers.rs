//! Every request is answered or times out: nobody waits for longer than its own timer, and in a network
//! without faults every request over an association that is up is answered at once.

use std::time::Duration;

use super::super::element::Ask;
use super::super::{Spot, World};
use super::{Property, When};

#[derive(Debug)]
pub(super) struct Answers;

impl Property for Answers {
    fn name(&self) -> &'static str {
        "answers"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        if when.quiet < when.bounds.settle {
            return Ok(());
        }
        let elements = world.elements.iter().flat_map(|(&number, element)| {
            let pending = element.body.iter().flat_map(|body| body.pending());
            pending.map(move |(ask, since)| (Spot::Element(number), ask, since))
        });
        let users = world.users.iter().enumerate().flat_map(|(number, user)| {
            let pending = user.body.pending();
            pending.map(move |(ask, since)| (Spot::User(number), ask, since))
        });
        for (who, ask, since) in elements.chain(users) {
            let waited = world.local_now(who).saturating_sub(since);
            if waited > when.bounds.answer {
                return Err(complaint(who, ask, waited));
            }
        }
        Ok(())
    }
}

fn complaint(who: Spot, ask: Ask, waited: Duration) -> String {
    let asked = match ask {
        Ask::Register => "registration",
        Ask::Deregister => "de-registration",
        Ask::Resolve => "resolution",
    };
    let waited = waited.as_secs_f64();
    format!("{who} has been waiting for {waited:.1} s for the answer to its {asked}")
}
