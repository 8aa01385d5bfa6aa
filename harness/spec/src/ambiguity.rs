//! Places where the RFCs are unclear or contradict themselves: the readings, the chosen one and the reason.
//!
//! The list is `ambiguities.toml`. Ids of the form `T9` concern ASAP, parameters and policies
//! (RFC 5352, 5354, 5356), ids of the form `E9` concern ENRP (RFC 5353 and the parts that it shares).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::LazyLock;

/// Format name of the list.
pub const FORMAT: &str = "rspcheck-ambiguities/1";

static LIST: LazyLock<Vec<Ambiguity>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../ambiguities.toml")).unwrap_or_else(|wrong| {
        panic!("ambiguities.toml, which is compiled in, is invalid: {wrong}")
    });
    assert_eq!(file.format, FORMAT, "ambiguities.toml has another format");
    file.ambiguity
});

/// Returns every ambiguity, in the order of the list.
pub fn ambiguities() -> &'static [Ambiguity] {
    &LIST
}

/// Returns the ambiguity with this id, for example `T9`.
pub fn find(id: &str) -> Option<&'static Ambiguity> {
    LIST.iter().find(|ambiguity| ambiguity.id == id)
}

/// Ambiguity of the RFCs and how the suite reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ambiguity {
    /// Id, for example `T9`.
    pub id: String,
    /// RFCs and sections that contain the ambiguity.
    pub place: String,
    /// The readings that the text allows.
    pub readings: Vec<String>,
    /// Reading that the suite uses.
    pub ours: String,
    /// Reason for that reading.
    pub why: String,
    /// Effect on verdicts.
    pub treatment: Treatment,
}

/// Effect of the chosen reading on verdicts. The rule is in [`mod@crate::effect`]; a requirement can have a treatment of
/// its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// A target that deviates from our reading fails.
    Strict,
    /// A target that deviates from our reading gets a deviation, not a failure.
    Lenient,
    /// Every reading passes.
    Both,
    /// Nothing is judged but that the target serves on.
    Survival,
    /// The ambiguity has no effect on verdicts.
    None,
}

impl Treatment {
    /// Returns the word used in files.
    pub fn word(self) -> &'static str {
        match self {
            Treatment::Strict => "strict",
            Treatment::Lenient => "lenient",
            Treatment::Both => "both",
            Treatment::Survival => "survival",
            Treatment::None => "none",
        }
    }
}

impl fmt::Display for Treatment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    ambiguity: Vec<Ambiguity>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_well_formed_and_unique() {
        let mut seen = BTreeSet::new();
        for Ambiguity { id, .. } in ambiguities() {
            let digits = id
                .strip_prefix(['T', 'E'])
                .expect("an id begins with T or E")
                .trim_end_matches('b');
            assert!(
                digits
                    .parse::<u8>()
                    .is_ok_and(|n| n > 0 && !digits.starts_with('0')),
                "{id}"
            );
            assert!(seen.insert(id), "{id} occurs twice");
        }
    }

    #[test]
    fn every_field_is_complete() {
        for a in ambiguities() {
            assert!(a.place.contains("RFC "), "{} names no RFC", a.id);
            assert!(
                a.readings.len() >= 2,
                "{} has fewer than two readings",
                a.id
            );
            for text in a.readings.iter().chain([&a.ours, &a.why]) {
                assert!(
                    text.ends_with('.') && text.trim() == text && text.len() > 8,
                    "{}: {text:?}",
                    a.id
                );
            }
        }
    }

    #[test]
    fn find_returns_the_ambiguity_with_the_id() {
        assert_eq!(find("T9").map(|a| a.treatment), Some(Treatment::Both));
        assert_eq!(find("T0"), None);
    }
}
