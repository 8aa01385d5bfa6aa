//! Words for the exchanges that most cases need: registration, de-registration and handle resolution.

use super::missing::Missing;
use super::{Tester, echoes};
use crate::case::{Outcome, Stop};
use crate::forge;
use crate::kind::*;
use crate::player::{Message, Player, PoolElement, PoolHandle};
use rspcheck_spec::ReqId;
use rspcheck_spec::event::Change;
use rspcheck_spec::id::{R5352_3_1_53, R5352_3_2_22};
use std::collections::VecDeque;

impl Tester<'_> {
    /// Registers a PE that the case builds on. Without the grant (R = 0) the case is inconclusive; a case
    /// about the grant checks [`Tester::register_response`].
    ///
    /// # Errors
    /// As [`Tester::register_response`], and [`Stop::Inconclusive`] for a rejection.
    #[track_caller]
    pub fn register(&mut self, pe: &PoolElement) -> Outcome {
        let response = self.register_response(pe)?;
        if response.flag('R') {
            self.observe_message("the registration is rejected", &response);
            return Err(self.unseen("rejects a registration that the case builds on"));
        }
        Ok(())
    }

    /// Registers a pool element and returns the response, granted or rejected. If the case covers
    /// [`R5352_3_1_53`], the answer is recorded as its check.
    ///
    /// # Errors
    /// As [`Tester::send`] and [`Tester::expect`].
    #[track_caller]
    pub fn register_response(&mut self, pe: &PoolElement) -> Result<Message, Stop> {
        self.send_registration(pe)?;
        self.registration_response(pe)
    }

    /// Waits for the response to a registration that was sent before, as
    /// [`Tester::register_response`] does.
    ///
    /// # Errors
    /// As [`Tester::expect`].
    #[track_caller]
    pub fn registration_response(&mut self, pe: &PoolElement) -> Result<Message, Stop> {
        let within = self.timers().t2_registration;
        self.expect(R5352_3_1_53, pe, REGISTRATION_RESPONSE, within)
    }

    /// De-registers a pool element and returns the response. If the case covers [`R5352_3_2_22`], the
    /// answer is recorded as its check.
    ///
    /// # Errors
    /// As [`Tester::send`] and [`Tester::expect`].
    #[track_caller]
    pub fn deregister_response(&mut self, pe: &PoolElement) -> Result<Message, Stop> {
        self.send(pe, forge::deregistration(&pe.handle.0, pe.element.id))?;
        let message = self.deregistration_response(pe)?;
        let identity = (pe.handle.clone(), pe.element.id);
        self.players[pe.player.0]
            .elements
            .retain(|e| *e != identity);
        Ok(message)
    }

    /// Waits for the response to a de-registration that was sent before, as
    /// [`Tester::deregister_response`] does.
    ///
    /// # Errors
    /// As [`Tester::expect`].
    #[track_caller]
    pub fn deregistration_response(&mut self, pe: &PoolElement) -> Result<Message, Stop> {
        let within = self.timers().t3_deregistration;
        self.expect(R5352_3_2_22, pe, DEREGISTRATION_RESPONSE, within)
    }

    /// Waits for the response to a handle resolution that was sent before, which this requirement demands.
    ///
    /// # Errors
    /// As [`Tester::expect`].
    #[track_caller]
    pub fn resolution_response(
        &mut self,
        requirement: ReqId,
        player: impl Into<Player>,
    ) -> Result<Message, Stop> {
        let within = self.timers().t1_enrprequest;
        self.expect(requirement, player, HANDLE_RESOLUTION_RESPONSE, within)
    }

    /// Resolves a pool handle (S = 0) and returns the response. Without one the requirement about the answer is
    /// broken where the case covers it: `R5352_3_3_21` for a pool that exists, `R5352_3_3_25` for an
    /// unknown one, and `R5352_2_2_6_5` if a response names another pool. Otherwise the case is
    /// inconclusive.
    ///
    /// # Errors
    /// As [`Tester::expect`].
    #[track_caller]
    pub fn resolve(
        &mut self,
        player: impl Into<Player>,
        pool: &PoolHandle,
    ) -> Result<Message, Stop> {
        let player = player.into();
        self.send(player, forge::handle_resolution(&pool.0, false))?;
        let asked = self.world.now();
        let existence = self.pools.existence(pool, asked);
        let until = asked + self.latest(self.timers().t1_enrprequest);
        match self.next_of(player, until, |m| {
            m.is(HANDLE_RESOLUTION_RESPONSE) && echoes(m, pool)
        })? {
            Some(message) => Ok(message),
            None => {
                let others = |m: &Message| m.is(HANDLE_RESOLUTION_RESPONSE) && m.at >= asked;
                let missing = if self.players[player.0].inbox.iter().any(others) {
                    // There is an answer, so the requirement that asks for one is not broken.
                    self.demanded = None;
                    Missing::other_pool()
                } else {
                    existence.into()
                };
                let expected =
                    format!("send HANDLE_RESOLUTION_RESPONSE for {pool} within T1-ENRPrequest");
                Err(self.missing(player, &expected, missing))
            }
        }
    }

    /// Resolves a pool handle and returns the listed PE Identifiers, in order; none if the response has an error.
    ///
    /// # Errors
    /// As [`Tester::resolve`].
    #[track_caller]
    pub fn listed(
        &mut self,
        player: impl Into<Player>,
        pool: &PoolHandle,
    ) -> Result<Vec<u32>, Stop> {
        Ok(self.resolve(player, pool)?.pool_elements())
    }

    /// Returns and removes the messages of this kind that the player has received.
    pub fn take_all(&mut self, player: impl Into<Player>, kind: Kind) -> Vec<Message> {
        let inbox = &mut self.players[player.into().0].inbox;
        let (taken, kept) = inbox.drain(..).partition(|m| m.is(kind));
        *inbox = kept;
        Vec::from_iter::<VecDeque<Message>>(taken)
    }

    /// Forgets all messages that the player has received.
    pub fn forget(&mut self, player: impl Into<Player>) {
        self.players[player.into().0].inbox.clear();
    }

    /// Returns the change with which the player's association ended, if it did.
    pub fn association_end(&self, player: impl Into<Player>) -> Option<Change> {
        self.players[player.into().0]
            .gone
            .as_ref()
            .map(|(change, _)| *change)
    }
}
