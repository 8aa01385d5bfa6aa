//! Lateness of the harness itself: after a pause of the harness that the deadlines in force do not allow, the case
//! fails no requirement any more.
//!
//! A late harness answers keep-alives late, receives responses late and leaves SACKs out. A right target then
//! removes PEs and closes associations, also long after the pause. So a pause puts the rest of the case in doubt:
//! a check that does not hold makes it inconclusive. What the target did before stays judged, and so do the crash
//! of the target and the findings of the monitors, which no delay can cause.

use super::{PlayerState, SLACK, Tester, span};
use crate::case::{Outcome, Stop};
use crate::world::EndpointKind;
use std::time::Duration;

/// Timeout of keep-alives of a target that does not state its own.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(1);
/// Time for which an association survives a silent host at least: the heartbeat interval of RFC 9260 §16.
const ASSOCIATION: Duration = Duration::from_secs(30);
/// The least lateness that counts: a pause of the scheduler is no pause of the harness.
const LEAST: Duration = Duration::from_millis(100);

/// Lateness of the harness in one case.
#[derive(Debug, Default)]
pub(super) struct Lateness {
    /// Length of the wait for a message, while there is one.
    wait: Option<Duration>,
    /// The worst lateness since [`Lateness::begin_window`].
    in_window: Duration,
    /// Sentence about the first lateness above the allowed one.
    doubt: Option<String>,
}

impl Lateness {
    /// Begins or ends a wait for a message that takes this long at most.
    pub(super) fn waits_for(&mut self, wait: Option<Duration>) {
        self.wait = wait;
    }

    /// Begins a window of time whose worst lateness is asked for later.
    pub(super) fn begin_window(&mut self) {
        self.in_window = Duration::ZERO;
    }

    /// Returns the worst lateness since the beginning of the window.
    pub(super) fn in_window(&self) -> Duration {
        self.in_window
    }
}

/// Returns the lateness that a deadline of this span allows: a quarter, and for long spans the slack that
/// [`Tester::latest`] grants the target as well.
pub(super) fn allowed(span: Duration) -> Duration {
    (span / 4).min(span / 10 + SLACK).max(LEAST)
}

impl Tester<'_> {
    /// Takes the lateness of the world, and compares it with the shortest deadline in force.
    pub(super) fn note_lateness(&mut self) {
        let late = self.world.take_lateness();
        self.lateness.in_window = self.lateness.in_window.max(late);
        if late <= LEAST || self.lateness.doubt.is_some() {
            return;
        }
        let Some((deadline, length)) = self.shortest_deadline() else {
            return;
        };
        let limit = allowed(length);
        if late > limit {
            let doubt = format!(
                "the harness itself was {} late at {:.3} s; {deadline} of {} allows {}",
                span(late),
                self.world.now().as_secs_f64(),
                span(length),
                span(limit)
            );
            self.observe(doubt.clone());
            self.lateness.doubt = Some(doubt);
        }
    }

    /// Returns the shortest deadline that target or harness have to meet now, with its name.
    fn shortest_deadline(&self) -> Option<(&'static str, Duration)> {
        let timers = self.timers();
        // The target sends keep-alives to PEs with which it has an association.
        let registered = |p: &PlayerState| p.up && !p.elements.is_empty();
        let registered = self.players.iter().any(registered);
        let listens = |kind| kind == EndpointKind::Announcements;
        let listens = self.players.iter().any(|p| listens(p.kind));
        let associated = self.players.iter().any(|p| p.assoc.is_some());
        let timeout = timers.keep_alive_timeout.unwrap_or(KEEP_ALIVE_TIMEOUT);
        let is_met = self.peers.iter().any(|peer| peer.heartbeat.is_some());
        let (last_heard, cycle) = (timers.max_time_last_heard, timers.peer_heartbeat_cycle);
        let heartbeat = last_heard.saturating_sub(cycle);
        let answer = timers.max_time_no_response.min(timers.table_request);
        [
            ("a wait", self.lateness.wait),
            ("the keep-alive timeout", registered.then_some(timeout)),
            ("a registration life", self.pools.shortest_life()),
            ("the heartbeat of a peer", is_met.then_some(heartbeat)),
            (
                "the heartbeat between instances",
                (!self.exchanged.is_empty()).then_some(heartbeat),
            ),
            ("the answer of a peer", is_met.then_some(answer)),
            ("T6", listens.then_some(timers.t6_serverannounce)),
            (
                "a disturbance",
                self.disturbs().then_some(timers.max_time_no_response),
            ),
            ("an association", associated.then_some(ASSOCIATION)),
        ]
        .into_iter()
        .filter_map(|(name, length)| Some((name, length?)))
        .min_by_key(|(_, length)| *length)
    }

    /// Returns the reason for which a check that does not hold proves nothing, if there is one.
    pub(super) fn doubt(&mut self) -> Option<String> {
        self.note_lateness();
        self.lateness.doubt.clone()
    }

    /// Returns the outcome of the case: inconclusive where the lateness of the harness leaves it in doubt.
    pub(crate) fn in_doubt(&mut self, outcome: Outcome) -> Outcome {
        let doubted = self.doubted.take();
        match (outcome, &self.lateness.doubt) {
            (Ok(()) | Err(Stop::Broken), _) if doubted.is_some() => {
                Err(Stop::Inconclusive(doubted.unwrap_or_default()))
            }
            (Err(Stop::Inconclusive(why)), Some(doubt)) if !why.contains(doubt.as_str()) => {
                Err(Stop::Inconclusive(format!("{doubt}; {why}")))
            }
            (outcome, _) => outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::SILENCES;
    use super::*;
    use crate::case::{Case, registrar};
    use crate::forge;
    use crate::kind::ENDPOINT_KEEP_ALIVE;
    use crate::tester::TargetProfile;
    use crate::tester::scripted::Scripted;
    use rspcheck_spec::event::{EventKind, Instance};
    use rspcheck_spec::id::{R5352_3_1_53, R5352_3_1_54};
    use rspcheck_spec::ixit::Timers;
    use std::collections::{BTreeSet, VecDeque};

    const CASE: Case = registrar("rfc5352/3.1/a-case", "A sample.", &[R5352_3_1_53], |_| {
        Ok(())
    });
    const SILENCE: Duration = Duration::from_secs(1);
    const NO: Duration = Duration::ZERO;

    /// Runs a part of a case in a harness that pauses this long in its waits. Returns the recorded checks and the
    /// outcome.
    fn run(
        pauses: &[Duration],
        part: impl FnOnce(&mut Tester, &mut dyn FnMut(Duration)) -> Outcome,
    ) -> (Vec<bool>, Outcome) {
        let timers = Timers {
            keep_alive_timeout: Some(Duration::from_millis(500)),
            ..Timers::default()
        };
        let profile = TargetProfile {
            ics: BTreeSet::new(),
            timers,
            silence: SILENCE,
        };
        let mut world = Scripted::default();
        let queue = world.pauses.clone();
        queue.borrow_mut().extend(pauses);
        let mut tester = Tester::new(&mut world, &profile, CASE, 1);
        let outcome = part(&mut tester, &mut |pause| {
            *queue.borrow_mut() = VecDeque::from([pause]);
        });
        let outcome = tester.in_doubt(outcome);
        let recorded = tester.recorded().iter();
        let checks = recorded.filter_map(|event| match &event.kind {
            EventKind::Check { outcome, .. } => Some(outcome.holds()),
            _ => None,
        });
        (checks.collect(), outcome)
    }

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Registers a PE without an answer, so that the keep-alive timeout of 500 ms is in force.
    fn registered(t: &mut Tester) -> Outcome {
        let pool = t.unused_pool_handle();
        let pe = t.pool_element(&pool);
        t.send_registration(&pe)
    }

    fn late(outcome: &Outcome) -> bool {
        matches!(outcome, Err(Stop::Inconclusive(why)) if why.starts_with("the harness itself was "))
    }

    #[test]
    fn allowance_grows_with_the_span() {
        for (span, limit) in [
            (0, 100),
            (500, 125),
            (1000, 250),
            (60_000, 6500),
            (300_000, 30_500),
        ] {
            assert_eq!(allowed(millis(span)), millis(limit), "{span} ms");
        }
    }

    #[test]
    fn checks_before_a_pause_stay_and_later_ones_are_in_doubt() {
        let (checks, outcome) = run(&[], |t, pause| {
            registered(t)?;
            t.check(R5352_3_1_54, false);
            pause(millis(3000));
            t.pass_time(millis(10))?;
            t.check(R5352_3_1_54, true);
            t.check(R5352_3_1_54, false);
            Ok(())
        });
        assert_eq!(checks, [false, true]);
        assert!(late(&outcome), "{outcome:?}");
    }

    #[test]
    fn pause_before_a_required_check_is_inconclusive() {
        let (checks, outcome) = run(&[NO, millis(3000)], |t, _| {
            registered(t)?;
            t.pass_time(millis(10))?;
            t.require(R5352_3_1_54, false, "it is not so")
        });
        assert_eq!(checks, [false; 0]);
        let reason = "the harness itself was 3 s late at 0.010 s; the keep-alive timeout of 500 ms allows 125 ms";
        assert_eq!(outcome, Err(Stop::Inconclusive(reason.to_owned())));
    }

    #[test]
    fn pauses_that_the_deadlines_allow_change_nothing() {
        let (checks, outcome) = run(&[millis(125), millis(125)], |t, _| {
            registered(t)?;
            t.pass_time(millis(10))?;
            t.require(R5352_3_1_54, false, "it is not so")
        });
        assert_eq!((checks, outcome), (vec![false], Err(Stop::Broken)));
        // Without a PE only the wait of 30 s is in force.
        let (checks, outcome) = run(&[millis(3000)], |t, _| {
            let pu = t.pool_user();
            let within = Duration::from_secs(30);
            t.expect(R5352_3_1_53, &pu, ENDPOINT_KEEP_ALIVE, within)
                .map(drop)
        });
        assert_eq!((checks, outcome), (vec![false], Err(Stop::Broken)));
    }

    #[test]
    fn late_answer_of_a_peer_is_doubted() {
        let after = |pause| {
            run(&[NO, pause], |t, _| {
                let peer = t.enrp_peer()?;
                t.presence(&peer, false)?;
                t.pass_time(millis(10))?;
                t.require(R5352_3_1_54, false, "it is not so")
            })
        };
        assert_eq!(after(millis(1000)), (vec![false], Err(Stop::Broken)));
        let (checks, outcome) = after(millis(1001));
        assert_eq!(checks, [false; 0]);
        let reason = "the harness itself was 1001 ms late at 0.010 s; the answer of a peer of 5 s allows 1 s";
        assert_eq!(outcome, Err(Stop::Inconclusive(reason.to_owned())));
    }

    #[test]
    fn missing_message_after_a_pause_is_inconclusive() {
        let (checks, outcome) = run(&[millis(3000)], |t, _| {
            let pu = t.pool_user();
            let within = Duration::from_secs(10);
            t.expect(R5352_3_1_53, &pu, ENDPOINT_KEEP_ALIVE, within)
                .map(drop)
        });
        assert_eq!(checks, [false; 0]);
        assert!(late(&outcome), "{outcome:?}");
    }

    #[test]
    fn silence_is_proven_by_a_window_without_a_pause() {
        let silent = |pauses: &[Duration]| {
            run(pauses, |t, _| {
                t.silence()?;
                t.check(R5352_3_1_54, true);
                assert_eq!(t.now() > SILENCE, pauses[0] > allowed(SILENCE));
                Ok(())
            })
        };
        assert_eq!(silent(&[millis(250)]), (vec![true], Ok(())));
        assert_eq!(silent(&[millis(251)]), (vec![true], Ok(())));
        let (checks, outcome) = silent(&[millis(3000); SILENCES as usize]);
        assert_eq!(checks, [false; 0]);
        assert!(late(&outcome), "{outcome:?}");
    }

    #[test]
    fn absence_after_a_pause_is_in_doubt() {
        let empty = forge::handle_resolution_response(b"pool", false, None, &[], &[]);
        let octets = empty.octets();
        let absent = |pause| {
            run(&[NO, pause], |t, _| {
                registered(t)?;
                t.pass_time(millis(10))?;
                let resolution = crate::player::Message {
                    number: 1,
                    from: Instance::FIRST,
                    at: NO,
                    ppid: None,
                    dissection: rspcheck_dissect::dissect(
                        rspcheck_dissect::Protocol::Asap,
                        &octets,
                    ),
                    octets: octets.clone(),
                };
                t.members(R5352_3_1_54, &resolution, &[]);
                Ok(())
            })
        };
        assert_eq!(absent(NO), (vec![true], Ok(())));
        let (checks, outcome) = absent(millis(3000));
        assert_eq!(checks, [false; 0]);
        assert!(late(&outcome), "{outcome:?}");
    }
}
