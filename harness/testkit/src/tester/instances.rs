//! Words of cases that start, stop and suspend instances of the target, and cut the network between them.

use super::missing::Missing;
use super::{ASAP_PPID, Tester, done, span};
use crate::case::{Outcome, Stop};
use crate::kind::Kind;
use crate::player::{Message, Player, PoolElement, PoolHandle, PoolUser};
use crate::world::{Disturbance, EndpointKind, Link, PacketFate, Signal, Start};
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_spec::ReqId;
use rspcheck_spec::event::{EventKind, Instance, Traffic, Transport};
use std::net::SocketAddr;
use std::time::Duration;

/// Registration Life of PEs in cases with several registrars, in seconds.
const LONG_LIFE: i32 = 300_000;

impl Tester<'_> {
    // ---- instances ------------------------------------------------------------------------------

    /// Kills an instance if it runs, and starts it with these settings.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] if the case cannot start it; the [`Stop`] of the
    /// world.
    pub fn start_instance(&mut self, instance: Instance, start: &Start) -> Outcome {
        done(self.world.start(instance, start)?)?;
        self.disturbed.remove(&(instance, instance));
        self.target_servers.remove(&instance);
        Ok(())
    }

    /// Stops an instance, which is no crash.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] if the case cannot stop it; the [`Stop`] of the
    /// world.
    pub fn stop_target(&mut self, instance: Instance, signal: Signal) -> Outcome {
        self.disturbed.insert((instance, instance));
        done(self.world.stop(instance, signal)?)
    }

    /// Suspends an instance: it neither reads nor sends, and its associations stay.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] if the case cannot suspend it; the [`Stop`] of
    /// the world.
    pub fn freeze_target(&mut self, instance: Instance) -> Outcome {
        self.disturbed.insert((instance, instance));
        done(self.world.freeze(instance)?)
    }

    /// Resumes an instance that was suspended.
    ///
    /// # Errors
    /// As [`Tester::freeze_target`].
    pub fn thaw_target(&mut self, instance: Instance) -> Outcome {
        done(self.world.thaw(instance)?)?;
        self.disturbed.remove(&(instance, instance));
        Ok(())
    }

    /// Cuts two instances off from each other, or connects them again.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] if the case cannot do that; the [`Stop`] of the
    /// world.
    pub fn link(&mut self, a: Instance, b: Instance, link: Link) -> Outcome {
        let pair = (a.min(b), a.max(b));
        if link == Link::Cut {
            self.disturbed.insert(pair);
        }
        done(self.world.link(a, b, link)?)?;
        if link == Link::Open {
            self.disturbed.remove(&pair);
        }
        Ok(())
    }

    /// Gives the next packets that carry a message of this kind from one instance to another this fate; `times` of
    /// them, those in which SCTP sends it again included.
    ///
    /// # Errors
    /// As [`Tester::link`].
    pub fn disturb(
        &mut self,
        (from, to): (Instance, Instance),
        kind: Kind,
        fate: PacketFate,
        times: u32,
    ) -> Outcome {
        done(self.world.disturb(Disturbance {
            from,
            to,
            kind,
            fate,
            times,
        })?)
    }

    /// Returns true while the case keeps an instance from its peers.
    pub(super) fn disturbs(&self) -> bool {
        !self.disturbed.is_empty()
    }

    /// Returns the server ID of an instance as its last ENRP message to a peer gave it; 0 before the first one.
    pub fn server_of(&self, instance: Instance) -> u32 {
        self.target_servers.get(&instance).copied().unwrap_or(0)
    }

    /// Returns the ENRP address of an instance.
    pub fn enrp_address(&self, instance: Instance) -> SocketAddr {
        self.world.target_addr(instance, EndpointKind::Enrp)
    }

    // ---- messages between instances ---------------------------------------------------------------

    /// Returns the messages of this kind that instances have sent to each other since the case began, each with its
    /// receiver, in order.
    pub fn exchanged(&self, kind: Kind) -> impl Iterator<Item = &(Instance, Message)> {
        self.exchanged.iter().filter(move |(_, m)| m.is(kind))
    }

    /// Waits for a message between instances after `since` that `wanted` accepts with its receiver; returns `None` at
    /// the time `until`. Judges nothing.
    ///
    /// # Errors
    /// The [`Stop`] of the world.
    pub fn next_exchanged(
        &mut self,
        since: Duration,
        until: Duration,
        wanted: impl Fn(Instance, &Message) -> bool,
    ) -> Result<Option<(Instance, Message)>, Stop> {
        let mut seen = self.exchanged.partition_point(|(_, m)| m.at < since);
        loop {
            let mut new = self.exchanged[seen..].iter();
            if let Some(found) = new.find(|(to, message)| wanted(*to, message)) {
                return Ok(Some(found.clone()));
            }
            seen = self.exchanged.len();
            self.lateness.waits_for(Some(until.saturating_sub(since)));
            let came = self.step(until);
            self.lateness.waits_for(None);
            if !came? {
                return Ok(None);
            }
        }
    }

    /// Waits for a message of this kind between instances, later than `since`, that `wanted` accepts with its receiver
    /// and that this requirement demands within a time from then on; otherwise as [`Tester::expect`].
    ///
    /// # Errors
    /// As [`Tester::expect`].
    #[track_caller]
    pub fn expect_exchanged(
        &mut self,
        requirement: ReqId,
        kind: Kind,
        since: Duration,
        within: Duration,
        wanted: impl Fn(Instance, &Message) -> bool,
    ) -> Result<(Instance, Message), Stop> {
        let until = since + self.latest(within);
        let found = self.next_exchanged(since, until, |to, m| m.is(kind) && wanted(to, m))?;
        if let Some(found) = found {
            self.note_answer(requirement);
            return Ok(found);
        }
        let expected = format!(
            "send {} to another registrar within {}",
            kind.name,
            span(within)
        );
        let missing = Missing::message(kind, requirement);
        Err(self.missing_at(None, &expected, missing))
    }

    /// Records and judges a message between two instances.
    pub(super) fn on_exchange(
        &mut self,
        (from, to): (Instance, Instance),
        ppid: u32,
        stream: u16,
        octets: Vec<u8>,
    ) {
        let protocol = match ppid {
            ASAP_PPID => Protocol::Asap,
            _ => Protocol::Enrp,
        };
        let dissection = dissect(protocol, &octets);
        self.event(EventKind::Between(Traffic {
            player: to.to_string(),
            instance: from,
            transport: Transport::Sctp,
            src: self.enrp_address(from),
            dst: self.enrp_address(to),
            ppid: Some(ppid),
            stream: Some(stream),
            octets: octets.as_slice().into(),
            summary: dissection.summary(),
        }));
        let message = self.judged(protocol, from, Some(ppid), octets, dissection);
        if let Some(id) = message.number("sender-server-id").filter(|id| *id != 0) {
            self.target_servers.insert(from, id as u32);
        }
        self.exchanged.push((to, message));
    }

    // ---- players of an instance -------------------------------------------------------------------

    /// Makes a player turn to an instance; the association with another one stays. Players turn to the first
    /// instance until then, and a PE turns to the sender of an ASAP_ENDPOINT_KEEP_ALIVE with the H flag.
    pub fn turn_to(&mut self, player: impl Into<Player>, instance: Instance) {
        self.players[player.into().0].turn_to(instance);
    }

    /// Returns the instance that a player turns to.
    pub fn instance_of(&self, player: impl Into<Player>) -> Instance {
        self.players[player.into().0].instance
    }

    /// Returns a new pool element that turns to this instance, with a life that does not end in a case even if a peer
    /// takes it for milliseconds; otherwise as [`Tester::pool_element`].
    pub fn pool_element_at(&mut self, instance: Instance, pool: &PoolHandle) -> PoolElement {
        let pe = self.pool_element(pool).life(LONG_LIFE);
        self.turn_to(&pe, instance);
        pe
    }

    /// Returns a new pool user that turns to this instance; otherwise as [`Tester::pool_user`].
    pub fn pool_user_at(&mut self, instance: Instance) -> PoolUser {
        let pu = self.pool_user();
        self.turn_to(&pu, instance);
        pu
    }
}
