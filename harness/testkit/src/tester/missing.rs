//! Missing messages: the requirement that a missing message breaks, or the reason that nothing can be seen.

use super::pools::Existence;
use super::{LAST_LOOK, Tester};
use crate::case::Stop;
use crate::kind::Kind;
use crate::player::Player;
use rspcheck_spec::ReqId;
use rspcheck_spec::id::{R5352_2_2_6_5, R5352_3_1_53, R5352_3_2_22, R5352_3_3_21, R5352_3_3_25};
use rspcheck_spec::verdict::CheckOutcome;
use std::panic::Location;

/// A message that did not come: the requirement that demands it, and the target's omission in words that do
/// not depend on the case, so that a report can count the cases that it spoils.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    requirement: Option<ReqId>,
    omission: String,
}

impl Missing {
    /// A response that names the requested pool.
    pub(super) fn other_pool() -> Missing {
        Missing::new(R5352_2_2_6_5, "repeat the pool handle in its responses")
    }

    /// The response to a handle resolution of an unknown pool.
    pub(super) fn unknown_pool() -> Missing {
        Missing::new(R5352_3_3_25, "answer resolutions of unknown pools")
    }

    /// A message of this kind, which this requirement demands.
    pub(super) fn message(kind: Kind, requirement: ReqId) -> Missing {
        match requirement {
            R5352_3_1_53 => Missing::new(requirement, "answer registrations"),
            R5352_3_2_22 => Missing::new(requirement, "answer de-registrations"),
            R5352_3_3_25 => Missing::unknown_pool(),
            R5352_3_3_21 => Existence::Exists.into(),
            _ => Missing::new(requirement, &format!("send {}", kind.name)),
        }
    }

    fn new(requirement: ReqId, omission: &str) -> Missing {
        Missing {
            requirement: Some(requirement),
            omission: omission.to_owned(),
        }
    }
}

impl From<Existence> for Missing {
    /// The response to a handle resolution of such a pool.
    fn from(existence: Existence) -> Missing {
        match existence {
            Existence::Exists => Missing::new(R5352_3_3_21, "answer resolutions of existing pools"),
            Existence::Unknown => Missing::unknown_pool(),
            Existence::Uncertain => Missing {
                requirement: None,
                omission: "answer resolutions".to_owned(),
            },
        }
    }
}

impl Tester<'_> {
    /// Ends a case in which an expected message did not come. The requirement that demands the message is
    /// broken where the case covers it; otherwise, and in the preamble, the case is inconclusive. A dead
    /// target and a late harness are ruled out before.
    #[track_caller]
    pub(super) fn missing(&mut self, player: Player, expected: &str, missing: Missing) -> Stop {
        self.missing_at(Some(player), expected, missing)
    }

    /// Ends a case as [`Tester::missing`] does, also for a message that no player was to receive.
    #[track_caller]
    pub(super) fn missing_at(
        &mut self,
        player: Option<Player>,
        expected: &str,
        missing: Missing,
    ) -> Stop {
        // A process that dies takes its associations down before its end can be seen.
        if let Err(stop) = self.pass_time(LAST_LOOK) {
            return stop;
        }
        if let Some(doubt) = self.doubt() {
            return Stop::Inconclusive(doubt);
        }
        let state = player.map(|player| &self.players[player.0]);
        let instead = match state.map(|state| (&state.gone, state.inbox.back())) {
            Some((Some((change, why)), _)) => {
                let name = state.map_or("", |state| state.name.as_str());
                format!("{name}'s association is {change}: {why}")
            }
            Some((None, Some(last))) => format!("last unasked message: {}", last.summary()),
            Some((None, None)) | None => String::new(),
        };
        let outcome = CheckOutcome::Absent {
            expected: expected.to_owned(),
            instead,
        };
        let here = Location::caller();
        let covered = |requirement: &ReqId| self.case.covers.contains(requirement);
        let broken = self.demanded.or(missing.requirement.map(|r| (r, here)));
        match broken.filter(|(requirement, _)| covered(requirement)) {
            Some((requirement, place)) if !self.in_preamble => {
                self.record_at(requirement, outcome, None, place);
                Stop::Broken
            }
            _ => {
                self.observe(outcome.to_string());
                self.unseen(&format!("does not {}", missing.omission))
            }
        }
    }

    /// Ends a case whose purpose the target's behaviour hides.
    pub(super) fn unseen(&self, behaviour: &str) -> Stop {
        Stop::Inconclusive(format!("cannot be seen: the target {behaviour}"))
    }

    /// Ends a case that cannot send because the player's association is gone.
    pub(super) fn association_gone(&mut self, player: Player) -> Stop {
        if let Err(stop) = self.pass_time(LAST_LOOK) {
            return stop;
        }
        let state = &self.players[player.0];
        let end = match &state.gone {
            Some((change, why)) => format!("{change}: {why}"),
            None => "gone".to_owned(),
        };
        Stop::Inconclusive(format!("{}'s association is {end}", state.name))
    }
}
