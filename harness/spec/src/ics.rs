//! Capabilities of a target (its ICS, implementation conformance statement): a small vocabulary.
//!
//! A target file claims capabilities with these words; a case lists in `needs` the capabilities that it
//! requires. The vocabulary contains only features that the RFCs leave open, or that a test needs from
//! outside the protocol. A feature that every registrar MUST have is not a capability.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! vocabulary {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal,)+) => {
        /// Capability of a target.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Ics {
            $($(#[doc = $doc])+ #[serde(rename = $word)] $name,)+
        }

        impl Ics {
            /// All capabilities, in order.
            pub const ALL: &'static [Ics] = &[$(Ics::$name,)+];

            /// Returns the word used in files.
            pub fn word(self) -> &'static str {
                match self { $(Ics::$name => $word,)+ }
            }

            /// Returns the claim that the word makes, in a sentence or two.
            pub fn claim(self) -> &'static str {
                match self { $(Ics::$name => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

vocabulary! {
    /// It answers handle resolutions from PUs over TCP (RFC 5352 §3.3).
    TcpPu = "tcp-pu",
    /// It sends ASAP_SERVER_ANNOUNCE to a multicast group that the suite can join (RFC 5352 §3.6).
    Announce = "announce",
    /// It accepts requests for updates: its response to S has A set (RFC 5352 §2.2.6).
    Subscription = "subscription",
    /// It has ENRP peers, and the suite can be one of them (RFC 5353).
    EnrpPeers = "enrp-peers",
    /// The suite can start several instances of it that are each other's peers, and sees what they send to each other.
    SeveralTargets = "several-targets",
    /// It sends periodic ASAP_ENDPOINT_KEEP_ALIVE; `keep-alive-interval` is the period (RFC 5352 §3.5).
    KeepAlive = "keep-alive",
    /// It removes a PE that does not answer keep-alives for `keep-alive-timeout`.
    KeepAliveTimeout = "keep-alive-timeout",
    /// Its limit of unreachable reports is known: `max-bad-pe-report` (RFC 5352 §3.5).
    MaxBadPeReport = "max-bad-pe-report",
    /// It honours a registration life of a few seconds.
    ShortLife = "short-life",
    /// Its timers are set so short that a case can wait for each of them.
    ShortTimers = "short-timers",
    /// A case may wait for five minutes, as a run on virtual time allows.
    LongWaits = "long-waits",
    /// It can be reached over IPv6.
    Ipv6 = "ipv6",
    /// It accepts associations with several addresses on either side.
    MultiHomed = "multi-homed",
    /// The suite can kill and restart it.
    Kill = "kill",
    /// It accepts PEs whose user transport is UDP-Lite (RFC 5354 §3.7).
    TransportUdpLite = "transport-udp-lite",
    /// It accepts PEs whose user transport is DCCP (RFC 5354 §3.3).
    TransportDccp = "transport-dccp",
    /// It accepts PEs whose user transport is an Opaque Transport (RFC 5354 §3.16).
    TransportOpaque = "transport-opaque",
    /// It supports the policy Weighted Round Robin (RFC 5356 §4.2).
    PolicyWeightedRoundRobin = "policy-weighted-round-robin",
    /// It supports the policy Random (RFC 5356 §4.3).
    PolicyRandom = "policy-random",
    /// It supports the policy Weighted Random (RFC 5356 §4.4).
    PolicyWeightedRandom = "policy-weighted-random",
    /// It supports the policy Priority (RFC 5356 §4.5).
    PolicyPriority = "policy-priority",
    /// It supports the policy Least Used (RFC 5356 §5.1).
    PolicyLeastUsed = "policy-least-used",
    /// It supports the policy Least Used with Degradation (RFC 5356 §5.2).
    PolicyLeastUsedWithDegradation = "policy-least-used-with-degradation",
    /// It supports the policy Priority Least Used (RFC 5356 §5.3).
    PolicyPriorityLeastUsed = "policy-priority-least-used",
    /// It supports the policy Randomized Least Used (RFC 5356 §5.4).
    PolicyRandomizedLeastUsed = "policy-randomized-least-used",
    /// It accepts registrations with a policy type for private use (RFC 5356 §7.1).
    PolicyPrivate = "policy-private",
}

impl fmt::Display for Ics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Error for a word that names no capability.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown capability {0:?}; the known capabilities are {all}", all = all_words())]
pub struct UnknownIcs(pub String);

fn all_words() -> String {
    let words: Vec<&str> = Ics::ALL.iter().map(|ics| ics.word()).collect();
    words.join(", ")
}

impl FromStr for Ics {
    type Err = UnknownIcs;

    fn from_str(word: &str) -> Result<Self, UnknownIcs> {
        let found = Ics::ALL.iter().find(|ics| ics.word() == word);
        found.copied().ok_or_else(|| UnknownIcs(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_are_kebab_case_and_parse_to_their_capability() {
        for &ics in Ics::ALL {
            let word = ics.word();
            assert!(
                word.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{word}"
            );
            assert_eq!(word.parse(), Ok(ics));
            assert_eq!(
                serde_json::to_value(ics).expect("a unit variant is a string"),
                word
            );
            assert!(
                ics.claim().ends_with('.') && !ics.claim().starts_with(' '),
                "{word}: {:?}",
                ics.claim()
            );
        }
        let unique: BTreeSet<_> = Ics::ALL.iter().map(|ics| ics.word()).collect();
        assert_eq!(unique.len(), Ics::ALL.len());
    }

    #[test]
    fn an_unknown_word_is_rejected_with_the_known_ones() {
        let message = "TcpPu".parse::<Ics>().unwrap_err().to_string();
        assert!(
            message.contains("\"TcpPu\"") && message.contains("tcp-pu, announce"),
            "{message}"
        );
    }
}
