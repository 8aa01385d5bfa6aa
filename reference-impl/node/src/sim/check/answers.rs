//! Every request is answered or times out: nobody waits for longer than its own timer, and in a network
//! without faults every request over an association that is up is answered at once.

use std::time::Duration;

use rsp_proto::pool_user::Config;

use super::super::{Ask, ElementBody, EngineUser, PlainElement, Spot, UserBody, World};
use super::{Property, When};

#[derive(Debug)]
pub(super) struct Answers;

impl Property for Answers {
    fn name(&self) -> &'static str {
        "answers"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        for (number, user) in world.users.iter().enumerate() {
            if let UserBody::Engine(engine) = &user.body {
                in_the_end(world, number, engine)?;
            }
        }
        if when.quiet < when.bounds.settle {
            return Ok(());
        }
        let elements = world.elements.iter().flat_map(|(&number, element)| {
            let pending = element.body.iter().filter_map(plain_element);
            let pending = pending.flat_map(PlainElement::pending);
            pending.map(move |(ask, since)| (Spot::Element(number), ask, since))
        });
        let users = world.users.iter().enumerate().flat_map(|(number, user)| {
            pending_of(&user.body)
                .into_iter()
                .map(move |(ask, since)| (Spot::User(number), ask, since))
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

/// Whatever happens, an engine has an answer or a failure for its owner.
fn in_the_end(world: &World, number: usize, engine: &EngineUser) -> Result<(), String> {
    let config = Config::default();
    let limit = config.t1_enrp_request * 2 * (1 + config.max_request_retransmit);
    let who = Spot::User(number);
    if world.stands_still(who) {
        return Ok(());
    }
    let now = world.local_now(who);
    match engine.pending().find(|&since| since + limit < now) {
        Some(since) => Err(complaint(who, Ask::Resolve, now - since)),
        None => Ok(()),
    }
}

fn plain_element(body: &ElementBody) -> Option<&PlainElement> {
    match body {
        ElementBody::Plain(plain) => Some(plain),
        ElementBody::Engine(_) => None,
    }
}

fn pending_of(body: &UserBody) -> Vec<(Ask, Duration)> {
    match body {
        UserBody::Plain(plain) => plain.pending().collect(),
        UserBody::Engine(engine) => engine.pending().map(|at| (Ask::Resolve, at)).collect(),
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
