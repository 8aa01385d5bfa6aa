//! Events of a run: `events.jsonl` holds one JSON object a line, in order.

use crate::octets::Octets;
use crate::verdict::{CheckOutcome, Level, Verdict};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::SocketAddr;

/// Instance of the target, by its number from 1. Most cases have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instance(pub u8);

impl Instance {
    /// The only one of a case with one target.
    pub const FIRST: Instance = Instance(1);

    /// Returns the first `count` instances, in order.
    pub fn all(count: u8) -> impl DoubleEndedIterator<Item = Instance> {
        (1..=count).map(Instance)
    }

    /// Returns its place in a list of all instances.
    pub fn index(self) -> usize {
        usize::from(self.0).saturating_sub(1)
    }

    /// Returns true for [`Instance::FIRST`], which events do not mention.
    pub fn is_first(&self) -> bool {
        *self == Instance::FIRST
    }
}

impl Default for Instance {
    fn default() -> Instance {
        Instance::FIRST
    }
}

impl fmt::Display for Instance {
    /// Writes the name in reports, such as `R2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", self.0)
    }
}

/// One event of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Id of the case, as in `rfc5352/3.1/policy-mismatch-is-rejected`.
    pub case: String,
    /// Microseconds since the case began, on the case's clock (virtual in process, wall against a live target).
    pub at_us: u64,
    /// The event itself.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Kind of an event, with its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// The case began.
    Started {
        /// Seed of its random choices.
        seed: u64,
    },
    /// The case entered a phase.
    Phase {
        /// The phase.
        phase: Phase,
    },
    /// A player sent a user message or datagram.
    Sent(Traffic),
    /// The target sent one.
    Received(Traffic),
    /// An instance of the target sent one to another instance, which is the `player`.
    Between(Traffic),
    /// An association of a player came up.
    Associated {
        /// Name of the player, as in `PE1`.
        player: String,
        /// Instance of the target at the other end.
        #[serde(default, skip_serializing_if = "Instance::is_first")]
        instance: Instance,
    },
    /// An association of a player changed after its set-up began.
    AssociationChanged {
        /// Name of the player, as in `PE1`.
        player: String,
        /// Instance of the target at the other end.
        #[serde(default, skip_serializing_if = "Instance::is_first")]
        instance: Instance,
        /// The change.
        change: Change,
        /// The reason that the SCTP or TCP stack reports.
        why: String,
    },
    /// One requirement was checked.
    Check {
        /// Requirement id.
        requirement: String,
        /// Its level in this run.
        level: Level,
        /// The message that was checked: number of the `received` event within its case, from 1. Absent
        /// where the check is about no single message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<usize>,
        /// The result.
        #[serde(flatten)]
        outcome: CheckOutcome,
    },
    /// A monitor found a defect in the message that was received last.
    Monitor {
        /// Id of the monitor, as in `monitor/reserved-flags`.
        monitor: String,
        /// Requirement id.
        requirement: String,
        /// Its level.
        level: Level,
        /// Name of the finding: message, kind of defect and place.
        #[serde(default)]
        finding: String,
        /// The defect, in a sentence.
        note: String,
        /// Offset of the defect from the message's first octet, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset: Option<usize>,
    },
    /// An observation that is not judged (a MAY, a choice the RFC leaves open).
    Observed {
        /// The observation, in a sentence.
        note: String,
    },
    /// A line of the target's own output.
    Target {
        /// Instance that printed it.
        #[serde(default, skip_serializing_if = "Instance::is_first")]
        instance: Instance,
        /// The stream it was written to.
        stream: OutputStream,
        /// The line.
        line: String,
    },
    /// The case ended.
    Ended {
        /// Its verdict.
        verdict: Verdict,
        /// The reason, in a sentence; empty for a plain pass.
        reason: String,
    },
}

/// Phase of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Sets up the state that the purpose needs; a failure here is inconclusive.
    Preamble,
    /// Tests the purpose.
    Body,
    /// De-registers the PEs of the case, where the target serves other cases; nothing is judged.
    Postamble,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Preamble => "preamble",
            Phase::Body => "body",
            Phase::Postamble => "postamble",
        })
    }
}

/// Change of an association, other than its coming up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Gracefully closed.
    Closed,
    /// The target stopped answering on it.
    Lost,
    /// Aborted by the target.
    Aborted,
    /// Set-up was refused.
    Refused,
    /// Set-up got no answer.
    Unreachable,
    /// The target restarted it: its state there is gone.
    Restarted,
}

impl Change {
    /// The word in events and reports.
    pub fn word(self) -> &'static str {
        match self {
            Change::Closed => "closed",
            Change::Lost => "lost",
            Change::Aborted => "aborted",
            Change::Refused => "refused",
            Change::Unreachable => "unreachable",
            Change::Restarted => "restarted",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Output stream of a target's process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl fmt::Display for OutputStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OutputStream::Stdout => "stdout",
            OutputStream::Stderr => "stderr",
        })
    }
}

/// A user message or datagram on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Traffic {
    /// Name of the player, as in `PE1`, `PU2`, `listener1`.
    pub player: String,
    /// Instance of the target that sent or received it.
    #[serde(default, skip_serializing_if = "Instance::is_first")]
    pub instance: Instance,
    /// Transport protocol.
    pub transport: Transport,
    /// Source transport address.
    pub src: SocketAddr,
    /// Destination transport address.
    pub dst: SocketAddr,
    /// PPID (SCTP only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ppid: Option<u32>,
    /// SCTP stream (SCTP only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<u16>,
    /// The octets.
    pub octets: Octets,
    /// One line for people, as in `ASAP_REGISTRATION_RESPONSE R=1 "EchoPool" 0x12345678 cause 0x5`.
    pub summary: String,
}

/// Transport protocol of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// SCTP, also where UDP carries it.
    Sctp,
    /// TCP.
    Tcp,
    /// UDP: announcements.
    Udp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(kind: EventKind) -> String {
        let event = Event {
            case: "rfc5352/3.1/a".to_owned(),
            at_us: u64::MAX,
            kind,
        };
        let line = serde_json::to_string(&event).expect("an event is plain data");
        let read: Event = serde_json::from_str(&line).expect("it was written a moment ago");
        assert_eq!(read, event);
        line
    }

    #[test]
    fn a_check_is_one_flat_object() {
        let line = back(EventKind::Check {
            requirement: "R5352_3_1_1".to_owned(),
            level: Level::Must,
            message: Some(2),
            outcome: CheckOutcome::Differs {
                what: "flag R".to_owned(),
                expected: "1".to_owned(),
                actual: "0".to_owned(),
            },
        });
        assert_eq!(
            line,
            "{\"case\":\"rfc5352/3.1/a\",\"at_us\":18446744073709551615,\"event\":\"check\",\
             \"requirement\":\"R5352_3_1_1\",\"level\":\"MUST\",\"message\":2,\
             \"outcome\":\"differs\",\"what\":\"flag R\",\"expected\":\"1\",\"actual\":\"0\"}"
        );
    }

    #[test]
    fn traffic_has_addresses_and_hex() {
        let line = back(EventKind::Sent(Traffic {
            player: "PE1".to_owned(),
            instance: Instance::FIRST,
            transport: Transport::Sctp,
            src: "[::1]:40000".parse().expect("an address"),
            dst: "127.0.0.1:3863".parse().expect("an address"),
            ppid: Some(11),
            stream: None,
            octets: Octets(vec![1, 0, 0, 4]),
            summary: String::new(),
        }));
        assert_eq!(
            line,
            "{\"case\":\"rfc5352/3.1/a\",\"at_us\":18446744073709551615,\"event\":\"sent\",\
             \"player\":\"PE1\",\"transport\":\"sctp\",\"src\":\"[::1]:40000\",\"dst\":\"127.0.0.1:3863\",\
             \"ppid\":11,\"octets\":\"01000004\",\"summary\":\"\"}"
        );
    }

    #[test]
    fn words_in_events_are_those_on_the_terminal() {
        let word = |value: serde_json::Value| value.as_str().map(str::to_owned);
        for change in [
            Change::Closed,
            Change::Lost,
            Change::Aborted,
            Change::Refused,
            Change::Unreachable,
            Change::Restarted,
        ] {
            let json = serde_json::to_value(change).expect("a word is plain data");
            assert_eq!(word(json), Some(change.to_string()));
        }
        for stream in [OutputStream::Stdout, OutputStream::Stderr] {
            let json = serde_json::to_value(stream).expect("a word is plain data");
            assert_eq!(word(json), Some(stream.to_string()));
        }
        for phase in [Phase::Preamble, Phase::Body, Phase::Postamble] {
            let json = serde_json::to_value(phase).expect("a word is plain data");
            assert_eq!(word(json), Some(phase.to_string()));
        }
    }
}
