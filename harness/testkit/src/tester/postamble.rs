//! End of a case against a target that serves other cases: no PE of the case is left in its handlespace.

use super::{ASAP_PPID, Tester};
use crate::case::{Outcome, Stop};
use crate::forge;
use crate::player::{Player, PoolHandle};
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_spec::event::{EventKind, Phase};
use std::time::Duration;

/// Longest time for the answers to the de-registrations of a case.
const ANSWERS: Duration = Duration::from_secs(2);

impl Tester<'_> {
    /// De-registers the PEs whose registrations were granted, after a case with this outcome. Judges nothing: what
    /// the target does now is no part of the case, and an error ends the postamble alone.
    pub(crate) fn postamble(&mut self, outcome: &Outcome) {
        let ended = matches!(
            outcome,
            Err(Stop::Crashed(_) | Stop::Error(_) | Stop::Interrupted)
        );
        if ended || !self.world.outlives_case() {
            return;
        }
        let registered = self.pools.registered();
        if registered.is_empty() {
            return;
        }
        let phase = Phase::Postamble;
        self.event(EventKind::Phase { phase });
        let until = self.world.now() + self.timers().t3_deregistration.min(ANSWERS);
        let mut asked = Vec::new();
        for (player, handle, id) in registered {
            match self.deregister(player, &handle, id, until) {
                Ok(true) => asked.push((handle, id)),
                // A player that has vanished or cannot associate leaves its PE to the keep-alives of the target.
                Ok(false) | Err(Stop::Inconclusive(_)) => {}
                Err(_) => return,
            }
        }
        let open = |t: &Self| {
            let registered = t.pools.registered();
            let mut registered = registered.iter();
            registered.any(|(_, handle, id)| asked.iter().any(|(h, i)| h == handle && i == id))
        };
        while open(self) {
            let Ok(true) = self.step(until) else {
                return;
            };
        }
    }

    /// Sends the de-registration of a PE over the association of its player. Returns false if the association is
    /// gone.
    fn deregister(
        &mut self,
        player: Player,
        handle: &PoolHandle,
        id: u32,
        until: Duration,
    ) -> Result<bool, Stop> {
        let within = until.saturating_sub(self.world.now());
        let assoc = self.associate_within(player, within)?;
        let octets = forge::deregistration(&handle.0, id).octets();
        let sent = self.world.send(assoc, ASAP_PPID, &octets)?;
        if sent {
            let summary = dissect(Protocol::Asap, &octets).summary();
            self.sent(player, Some(ASAP_PPID), octets, summary);
        }
        Ok(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Case, registrar};
    use crate::tester::TargetProfile;
    use crate::tester::scripted::Scripted;
    use rspcheck_spec::event::Event;
    use rspcheck_spec::id::R5352_3_1_53;
    use rspcheck_spec::ixit::Timers;
    use std::collections::BTreeSet;

    const CASE: Case = registrar("rfc5352/3.1/a-case", "A sample.", &[R5352_3_1_53], |_| {
        Ok(())
    });
    const ID: u32 = 7;

    fn answers(rejected: bool) -> Vec<Vec<u8>> {
        let registration = forge::registration_response(b"pool", ID, rejected, &[]);
        let deregistration = forge::deregistration_response(b"pool", ID, &[]);
        vec![registration.octets(), deregistration.octets()]
    }

    /// Registers a PE at a target with these answers, and ends the case with this outcome. Returns the summaries of
    /// the sent messages, and the duration.
    fn sent(world: Scripted, answers: Vec<Vec<u8>>, outcome: &Outcome) -> (Vec<String>, Duration) {
        let profile = TargetProfile {
            ics: BTreeSet::new(),
            timers: Timers::default(),
            silence: Duration::ZERO,
        };
        let mut world = world;
        world.answers.extend(answers);
        let mut tester = Tester::new(&mut world, &profile, CASE, 1);
        let pe = tester.pool_element(&PoolHandle(b"pool".to_vec())).id(ID);
        let _ = tester.register_response(&pe);
        let began = tester.now();
        tester.postamble(outcome);
        let took = tester.now() - began;
        let sent = |event: &Event| match &event.kind {
            EventKind::Sent(traffic) => Some(traffic.summary.clone()),
            _ => None,
        };
        (tester.recorded().iter().filter_map(sent).collect(), took)
    }

    fn shared() -> Scripted {
        Scripted {
            shared: true,
            ..Scripted::default()
        }
    }

    #[test]
    fn granted_pe_is_de_registered_also_after_a_failure() {
        let inconclusive = Stop::Inconclusive("no reason".to_owned());
        for outcome in [Ok(()), Err(Stop::Broken), Err(inconclusive)] {
            let (sent, took) = sent(shared(), answers(false), &outcome);
            assert_eq!(sent.len(), 2, "{outcome:?}");
            assert_eq!(sent[1], "ASAP_DEREGISTRATION \"pool\" 0x00000007");
            assert_eq!(took, Duration::ZERO, "it ends with the answer");
        }
    }

    #[test]
    fn missing_answer_is_waited_for_with_a_limit() {
        let answers = answers(false)[..1].to_vec();
        assert_eq!(sent(shared(), answers, &Ok(())).1, ANSWERS);
    }

    #[test]
    fn nothing_is_sent_without_a_grant_or_to_a_target_that_ends_with_the_case() {
        let crash = Err(Stop::Crashed("exit status 3".to_owned()));
        assert_eq!(sent(shared(), answers(false), &crash).0.len(), 1);
        assert_eq!(sent(shared(), answers(true), &Ok(())).0.len(), 1);
        let fresh = Scripted::default();
        assert_eq!(sent(fresh, answers(false), &Ok(())).0.len(), 1);
    }
}
