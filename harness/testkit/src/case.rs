//! What a case is and how it can end.

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
    /// The word used by selectors and lists.
    pub fn word(self) -> &'static str {
        match self {
            Role::Registrar => "registrar",
            Role::PoolElement => "pool-element",
            Role::PoolUser => "pool-user",
        }
    }
}

/// One test: a constant value.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Words, never reused: `rfc5352/3.1/policy-mismatch-is-rejected`.
    pub id: &'static str,
    /// One sentence.
    pub purpose: &'static str,
    /// Role of the target.
    pub target: Role,
    /// What the target must support; otherwise the case is skipped.
    pub needs: &'static [Ics],
    /// Requirements it checks. A missing answer counts against the first.
    pub covers: &'static [ReqId],
    /// The conversation.
    pub run: fn(&mut Tester<'_>) -> Outcome,
}

/// Builds a case for a registrar, as a constant above its function:
/// `const NAME: Case = registrar("rfc5352/3.1/words", "One sentence.", &[R5352_3_1_53], words);`.
/// It needs nothing of the target; [`Case::needs`] changes that.
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
    /// Returns the case for targets that support all of this; it is skipped for others.
    #[must_use]
    pub const fn needs(mut self, needs: &'static [Ics]) -> Case {
        self.needs = needs;
        self
    }

    /// The RFC and section of the id, as in `rfc5352/3.1`.
    pub fn section(&self) -> &'static str {
        self.id
            .rsplit_once('/')
            .map_or(self.id, |(section, _)| section)
    }
}

/// How a case's function returns: `Ok` when it reached its end (the checks decide), or the reason it stopped.
pub type Outcome = Result<(), Stop>;

/// Why a case stopped early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A requirement is broken and there is nothing more to learn; the check is recorded already.
    Broken,
    /// The purpose cannot be reached.
    Inconclusive(String),
    /// The target died.
    Crashed(String),
    /// The harness is wrong.
    Error(String),
    /// The user ended the run; the case has no verdict.
    Interrupted,
}

impl From<WorldError> for Stop {
    fn from(error: WorldError) -> Stop {
        match error {
            WorldError::TargetDied(what) => Stop::Crashed(what),
            WorldError::Environment(what) => Stop::Error(what),
            WorldError::Interrupted => Stop::Interrupted,
        }
    }
}

impl From<ForgeError> for Stop {
    /// A path that a forged message does not have is a mistake in the case.
    fn from(error: ForgeError) -> Stop {
        Stop::Error(error.to_string())
    }
}
