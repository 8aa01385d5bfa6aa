//! Verbs for common checks. Each records one check per requirement, and the case continues.

use super::Tester;
use super::check::comparison;
use crate::case::{Outcome, Stop};
use crate::player::{Message, Player, PoolElement, PoolHandle};
use rspcheck_spec::ReqId;
use rspcheck_spec::verdict::CheckOutcome;
use std::panic::Location;

impl Tester<'_> {
    // ---- answers --------------------------------------------------------------------------------

    /// Runs `exchange` and checks the requirement that asks for its answer: without the answer it is broken.
    /// A word inside `exchange` that names a requirement itself goes first.
    ///
    /// # Errors
    /// The [`Stop`] of `exchange`.
    #[track_caller]
    pub fn answered<T>(
        &mut self,
        requirement: ReqId,
        exchange: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let outer = self.demanded.replace((requirement, Location::caller()));
        let answer = exchange(self);
        self.demanded = outer;
        let answer = answer?;
        self.check(requirement, true);
        Ok(answer)
    }

    /// Checks the requirement that asks for an answer just received, if the case covers it.
    #[track_caller]
    pub(super) fn note_answer(&mut self, requirement: ReqId) {
        if self.case.covers.contains(&requirement) {
            self.check(requirement, true);
        }
    }

    /// Records behaviour that the requirement permits, with a sentence that describes it.
    #[track_caller]
    pub fn permitted(&mut self, requirement: ReqId, note: impl Into<String>) {
        self.observe(note);
        self.check(requirement, true);
    }

    /// Records a message that is not judged; `what` describes it.
    pub fn observe_message(&mut self, what: &str, message: &Message) {
        self.observe(format!("{what}: {}", message.summary()));
    }

    /// Records the first of some answers, or that there is none.
    pub fn observe_answers(&mut self, what: &str, answers: &[Message]) {
        match answers.first() {
            Some(answer) => self.observe_message(what, answer),
            None => self.observe(format!("{what}: no answer")),
        }
    }

    // ---- responses ------------------------------------------------------------------------------

    /// Checks that a response grants the request: R is clear.
    #[track_caller]
    pub fn granted(&mut self, requirements: &[ReqId], response: &Message) {
        for requirement in requirements {
            self.check_that(*requirement, !response.flag('R'), response);
        }
    }

    /// Checks that a response rejects the request: R is set.
    #[track_caller]
    pub fn rejected(&mut self, requirements: &[ReqId], response: &Message) {
        for requirement in requirements {
            self.check_that(*requirement, response.flag('R'), response);
        }
    }

    /// Checks that a flag of a message is set.
    #[track_caller]
    pub fn flag_set(&mut self, requirement: ReqId, message: &Message, flag: char) {
        self.check_that(requirement, message.flag(flag), message);
    }

    /// Checks that a flag of a message is clear.
    #[track_caller]
    pub fn flag_clear(&mut self, requirement: ReqId, message: &Message, flag: char) {
        self.check_that(requirement, !message.flag(flag), message);
    }

    /// Checks that a message carries this error cause, and returns whether it does.
    #[track_caller]
    pub fn cause(&mut self, requirement: ReqId, message: &Message, code: u16) -> bool {
        self.carries(requirement, message, &format!("operation-error/{code:#x}"))
    }

    /// Checks that a message does not carry this error cause.
    #[track_caller]
    pub fn no_cause(&mut self, requirement: ReqId, message: &Message, code: u16) {
        self.lacks(requirement, message, &format!("operation-error/{code:#x}"));
    }

    /// Checks that a message carries this error cause and no other.
    #[track_caller]
    pub fn only_cause(&mut self, requirement: ReqId, message: &Message, code: u16) {
        self.check_eq(requirement, "error causes", message.causes(), vec![code]);
    }

    /// Checks that a message has an Operation Error parameter, and returns whether it has.
    #[track_caller]
    pub fn error(&mut self, requirement: ReqId, message: &Message) -> bool {
        self.carries(requirement, message, "operation-error")
    }

    /// Checks that a message has no Operation Error parameter.
    #[track_caller]
    pub fn no_error(&mut self, requirement: ReqId, message: &Message) {
        self.lacks(requirement, message, "operation-error");
    }

    /// Checks that a message has something at this path, and returns whether it has.
    #[track_caller]
    pub fn carries(&mut self, requirement: ReqId, message: &Message, path: &str) -> bool {
        let holds = message.has(path);
        self.check_that(requirement, holds, message);
        holds
    }

    /// Checks that a message has something at this path, and stops the case otherwise.
    ///
    /// # Errors
    /// [`Stop::Broken`] if the message has nothing there.
    #[track_caller]
    pub fn must_carry(&mut self, requirement: ReqId, message: &Message, path: &str) -> Outcome {
        self.require(requirement, message.has(path), message)
    }

    /// Checks that a message has nothing at this path.
    #[track_caller]
    pub fn lacks(&mut self, requirement: ReqId, message: &Message, path: &str) {
        self.check_that(requirement, !message.has(path), message);
    }

    /// Checks the number at this path of a message.
    #[track_caller]
    pub fn field(
        &mut self,
        requirement: ReqId,
        message: &Message,
        path: &str,
        expected: impl Into<i64>,
    ) {
        self.check_eq(
            requirement,
            path,
            message.number(path),
            Some(expected.into()),
        );
    }

    /// Checks the number at this path of a message, if the message has one.
    #[track_caller]
    pub fn field_if_present(
        &mut self,
        requirement: ReqId,
        message: &Message,
        path: &str,
        expected: impl Into<i64>,
    ) {
        if let Some(number) = message.number(path) {
            self.check_eq(requirement, path, number, expected.into());
        }
    }

    /// Checks that a message names this pool handle, octet for octet.
    #[track_caller]
    pub fn names_pool(&mut self, requirement: ReqId, message: &Message, pool: &PoolHandle) {
        self.check_eq(
            requirement,
            "pool handle",
            message.pool_handle(),
            Some(pool.clone()),
        );
    }

    /// Checks that a message names this PE by its PE Identifier.
    #[track_caller]
    pub fn names_pe(&mut self, requirement: ReqId, message: &Message, pe: &PoolElement) {
        self.field(requirement, message, "pe-identifier", pe.pe_identifier());
    }

    // ---- resolutions ----------------------------------------------------------------------------

    /// Resolves a pool handle and checks that exactly these PEs are listed, in any order.
    ///
    /// # Errors
    /// As [`Tester::resolve`].
    #[track_caller]
    pub fn lists(
        &mut self,
        requirement: ReqId,
        player: impl Into<Player>,
        pool: &PoolHandle,
        pes: &[&PoolElement],
    ) -> Outcome {
        let resolution = self.resolve(player, pool)?;
        self.members(requirement, &resolution, pes);
        Ok(())
    }

    /// Resolves a pool handle and checks that these PEs are among those listed.
    ///
    /// # Errors
    /// As [`Tester::resolve`].
    #[track_caller]
    pub fn lists_at_least(
        &mut self,
        requirement: ReqId,
        player: impl Into<Player>,
        pool: &PoolHandle,
        pes: &[&PoolElement],
    ) -> Outcome {
        let resolution = self.resolve(player, pool)?;
        self.includes(requirement, &resolution, pes);
        Ok(())
    }

    /// Resolves a pool handle and checks that no PE is listed.
    ///
    /// # Errors
    /// As [`Tester::resolve`].
    #[track_caller]
    pub fn lists_none(
        &mut self,
        requirement: ReqId,
        player: impl Into<Player>,
        pool: &PoolHandle,
    ) -> Outcome {
        self.lists(requirement, player, pool, &[])
    }

    /// Resolves a pool handle and checks that at least one PE is listed.
    ///
    /// # Errors
    /// As [`Tester::resolve`].
    #[track_caller]
    pub fn resolves(
        &mut self,
        requirement: ReqId,
        player: impl Into<Player>,
        pool: &PoolHandle,
    ) -> Outcome {
        let resolution = self.resolve(player, pool)?;
        self.carries(requirement, &resolution, "pool-element");
        Ok(())
    }

    /// Resolves a pool handle and checks that this PE is not listed.
    ///
    /// # Errors
    /// As [`Tester::resolve`].
    #[track_caller]
    pub fn does_not_list(
        &mut self,
        requirement: ReqId,
        player: impl Into<Player>,
        pe: &PoolElement,
    ) -> Outcome {
        let resolution = self.resolve(player, &pe.handle)?;
        self.excludes(requirement, &resolution, pe);
        Ok(())
    }

    /// Checks that a resolution lists exactly these PEs, in any order.
    #[track_caller]
    pub fn members(&mut self, requirement: ReqId, resolution: &Message, pes: &[&PoolElement]) {
        let (mut listed, mut expected) = (resolution.pool_elements(), identifiers(pes));
        listed.sort_unstable();
        expected.sort_unstable();
        if pes.is_empty() {
            self.check_absent(requirement, comparison("PEs listed", listed, expected));
        } else {
            self.check_eq(requirement, "PEs listed", listed, expected);
        }
    }

    /// Checks the number at this path of every listed PE, in order.
    #[track_caller]
    pub fn listed_values(
        &mut self,
        requirement: ReqId,
        resolution: &Message,
        path: &str,
        expected: &[i64],
    ) {
        self.check_eq(
            requirement,
            path,
            &resolution.each("pool-element", path)[..],
            expected,
        );
    }

    /// Checks that these PEs are among those that a resolution lists.
    #[track_caller]
    pub fn includes(&mut self, requirement: ReqId, resolution: &Message, pes: &[&PoolElement]) {
        let listed = resolution.pool_elements();
        let holds = identifiers(pes).iter().all(|id| listed.contains(id));
        self.check_that(requirement, holds, format!("PEs listed: {listed:?}"));
    }

    /// Checks that this PE is not among those that a resolution lists.
    #[track_caller]
    pub fn excludes(&mut self, requirement: ReqId, resolution: &Message, pe: &PoolElement) {
        let listed = resolution.pool_elements();
        let outcome = if listed.contains(&pe.pe_identifier()) {
            CheckOutcome::Broken {
                note: format!("PEs listed: {listed:?}"),
            }
        } else {
            CheckOutcome::Holds
        };
        self.check_absent(requirement, outcome);
    }
}

fn identifiers(pes: &[&PoolElement]) -> Vec<u32> {
    pes.iter().map(|pe| pe.pe_identifier()).collect()
}

#[cfg(test)]
mod tests;
