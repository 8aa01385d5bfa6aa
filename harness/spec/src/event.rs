//! Events: the one truth of a run. `events.jsonl` holds one JSON object a line, in order.

use crate::verdict::{Level, Verdict};
use serde::{Deserialize, Serialize};

/// One event of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Id of the case, as in `rfc5352/3.1/policy-mismatch-is-rejected`.
    pub case: String,
    /// Microseconds since the case began, on the case's clock (virtual in process, wall against a live target).
    pub at_us: u64,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum What {
    /// The case began.
    Started {
        /// Seed of its random choices.
        seed: u64,
    },
    /// The case entered a part: `preamble`, `body`, `postamble`.
    Phase {
        /// Its name.
        name: String,
    },
    /// The harness sent a user message or datagram.
    Sent(Traffic),
    /// The target sent one.
    Received(Traffic),
    /// An association of a tester changed.
    Association {
        /// Which tester, as in `PE1`.
        who: String,
        /// `up`, `closed`, `lost`, `aborted`, `refused`, `unreachable`, `restarted`.
        change: String,
        /// The stack's own words.
        why: String,
    },
    /// One requirement was checked.
    Check {
        /// Requirement id.
        requirement: String,
        /// Its level in this run.
        level: Level,
        /// Whether it held.
        holds: bool,
        /// What was expected and what was seen, in a sentence (may be empty when it held).
        note: String,
    },
    /// A monitor found something in a message of the target.
    Monitor {
        /// Requirement id.
        requirement: String,
        /// Its level.
        level: Level,
        /// What is wrong, in a sentence.
        note: String,
    },
    /// Something worth knowing that is not judged (a MAY, a choice the RFC leaves open).
    Observed {
        /// In a sentence.
        note: String,
    },
    /// A line of the target's own output.
    Target {
        /// `stdout` or `stderr`.
        stream: String,
        /// The line.
        line: String,
    },
    /// The case ended.
    Ended {
        /// Its verdict.
        verdict: Verdict,
        /// Why, in a sentence; empty for a plain pass.
        reason: String,
    },
}

/// A user message or datagram on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Traffic {
    /// Which tester, as in `PE1`, `PU2`, `listener`.
    pub who: String,
    /// `sctp`, `tcp` or `udp`.
    pub transport: String,
    /// Source transport address.
    pub src: String,
    /// Destination transport address.
    pub dst: String,
    /// PPID (SCTP only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ppid: Option<u32>,
    /// SCTP stream (SCTP only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<u16>,
    /// The octets, in hex without blanks.
    pub octets: String,
    /// One line for people, as in `ASAP_REGISTRATION_RESPONSE R=1 "EchoPool" 0x12345678 cause 0x5`.
    pub summary: String,
}
