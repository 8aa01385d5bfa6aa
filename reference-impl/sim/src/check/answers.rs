//! Answers: every request is answered or times out within the requester's own timer; in a network without faults
//! every request over an established association is answered at once.

use std::net::Ipv4Addr;
use std::time::Duration;

use rsp_proto::{pool_element, pool_user};
use rsp_wire::{PoolHandle, Transport, UdpTransport};

use super::super::{Ask, ElementBody, Spot, UserBody, World};
use super::{Property, When};

#[derive(Debug)]
pub(super) struct Answers;

impl Property for Answers {
    fn name(&self) -> &'static str {
        "answers"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        let elements = world.elements.iter().flat_map(|(&number, element)| {
            let pending = element.body.iter().flat_map(pending_of_element);
            pending.map(move |(ask, since)| (Spot::Element(number), ask, since))
        });
        let users = world.users.iter().enumerate().flat_map(|(number, user)| {
            let pending = pending_of_user(&user.body).into_iter();
            pending.map(move |(ask, since)| (Spot::User(number), ask, since))
        });
        let limit = when.settled().then_some(when.bounds.answer);
        for (who, ask, since) in elements.chain(users) {
            let in_the_end = has_engine(world, who).then(|| in_the_end(ask));
            let Some(limit) = limit.into_iter().chain(in_the_end).min() else {
                continue;
            };
            let waited = world.local_now(who).saturating_sub(since);
            if waited > limit && !world.stands_still(who) {
                return Err(complaint(who, ask, waited));
            }
        }
        Ok(())
    }
}

/// Time within which an engine has an answer or a failure for its owner in any case.
fn in_the_end(ask: Ask) -> Duration {
    let nowhere = Transport::Udp(UdpTransport::new(0, Ipv4Addr::UNSPECIFIED.into()));
    let element = pool_element::Config::new(PoolHandle::from(""), nowhere);
    let user = pool_user::Config::default();
    let attempts = 1 + element.max_reg_attempt;
    match ask {
        Ask::Register => element.update_interval + element.t2_registration * attempts,
        // A Home may be found for each attempt at the last moment.
        Ask::Deregister => element.t3_deregistration * 2 * attempts,
        Ask::Resolve => user.t1_enrp_request * 2 * (1 + user.max_request_retransmit),
    }
}

fn has_engine(world: &World, who: Spot) -> bool {
    match who {
        Spot::Registrar(_) => false,
        Spot::Element(number) => matches!(world.element(number), Some(ElementBody::Engine(_))),
        Spot::User(number) => matches!(world.users[number].body, UserBody::Engine(_)),
    }
}

fn pending_of_element(body: &ElementBody) -> Vec<(Ask, Duration)> {
    match body {
        ElementBody::Plain(plain) => plain.pending().collect(),
        ElementBody::Engine(engine) => engine.pending().into_iter().collect(),
    }
}

fn pending_of_user(body: &UserBody) -> Vec<(Ask, Duration)> {
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
