//! Cases, and the ways in which they end.

use crate::tester::Tester;
use crate::world::WorldError;
use rspcheck_dissect::forge::ForgeError;
use rspcheck_spec::{ReqId, ics::Ics};

/// Role of the target that a case tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A registrar (ENRP server).
    Registrar,
    /// A pool element.
    PoolElement,
    /// A pool user.
    PoolUser,
}

impl Role {
    /// Returns the word used by selectors and lists.
    pub fn word(self) -> &'static str {
        match self {
            Role::Registrar => "registrar",
            Role::PoolElement => "pool-element",
            Role::PoolUser => "pool-user",
        }
    }
}

/// Conformance case, a constant value.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Id, never reused, for example `rfc5352/3.1/policy-mismatch-is-rejected`.
    pub id: &'static str,
    /// Purpose, in one sentence.
    pub purpose: &'static str,
    /// Role of the target.
    pub target: Role,
    /// Capabilities that the target must claim; otherwise the case is skipped.
    pub needs: &'static [Ics],
    /// Requirements it checks. A missing answer counts against the one that demands that answer, where it is
    /// among them; otherwise the case is inconclusive.
    pub covers: &'static [ReqId],
    /// Function that runs the conversation.
    pub run: fn(&mut Tester<'_>) -> Outcome,
}

/// Builds a case for a registrar, as a constant above its function:
/// `const NAME: Case = registrar("rfc5352/3.1/words", "One sentence.", &[R5352_3_1_53], words);`.
/// The case needs no capability; [`Case::needs`] adds some.
pub const fn registrar(
    id: &'static str,
    purpose: &'static str,
    covers: &'static [ReqId],
    run: fn(&mut Tester<'_>) -> Outcome,
) -> Case {
    Case {
        id,
        purpose,
        target: Role::Registrar,
        needs: &[],
        covers,
        run,
    }
}

impl Case {
    /// Returns the case restricted to targets that claim all these capabilities.
    #[must_use]
    pub const fn needs(mut self, needs: &'static [Ics]) -> Case {
        self.needs = needs;
        self
    }

    /// Returns RFC and section of the id, for example `rfc5352/3.1`.
    pub fn section(&self) -> &'static str {
        self.id
            .rsplit_once('/')
            .map_or(self.id, |(section, _)| section)
    }
}

/// Result of a case's function: `Ok` if it reached its end, so that the checks decide, else the reason why it stopped.
pub type Outcome = Result<(), Stop>;

/// Reason why a case stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A recorded check is broken, and the rest of the case depends on it.
    Broken,
    /// The case cannot reach its purpose.
    Inconclusive(String),
    /// The target ended.
    Crashed(String),
    /// The harness failed.
    Error(String),
    /// The user ended the run; the case has no verdict.
    Interrupted,
}

impl From<WorldError> for Stop {
    fn from(error: WorldError) -> Stop {
        match error {
            WorldError::TargetDied { instance, how } if instance.is_first() => Stop::Crashed(how),
            WorldError::TargetDied { instance, how } => Stop::Crashed(format!("{instance}: {how}")),
            WorldError::Environment(what) => Stop::Error(what),
            WorldError::Interrupted => Stop::Interrupted,
        }
    }
}

impl From<ForgeError> for Stop {
    /// Returns an error of the harness: the case names a path that its forged message does not have.
    fn from(error: ForgeError) -> Stop {
        Stop::Error(error.to_string())
    }
}
