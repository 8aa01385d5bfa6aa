//! Where the RFCs are unclear or contradict themselves: both readings, ours, and why.
//!
//! The list is `ambiguities.toml`. Ids of the form `T9` are about ASAP, parameters and policies
//! (RFC 5352, 5354, 5356), those of the form `E9` about ENRP (RFC 5353 and what it shares).

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Format name of the list.
pub const FORMAT: &str = "rspcheck-ambiguities/1";

static LIST: LazyLock<Vec<Ambiguity>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../ambiguities.toml"))
        .unwrap_or_else(|wrong| panic!("ambiguities.toml is compiled in, yet {wrong}"));
    assert_eq!(file.format, FORMAT, "ambiguities.toml is of another format");
    file.ambiguity
});

/// Every ambiguity, in the order of the list.
pub fn ambiguities() -> &'static [Ambiguity] {
    &LIST
}

/// The ambiguity of this id, as in `T9`.
pub fn find(id: &str) -> Option<&'static Ambiguity> {
    LIST.iter().find(|ambiguity| ambiguity.id == id)
}

/// One ambiguity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ambiguity {
    /// Its id.
    pub id: String,
    /// Where it is: RFCs and sections.
    pub place: String,
    /// The readings that the text allows.
    pub readings: Vec<String>,
    /// How it is read here.
    pub ours: String,
    /// Why so.
    pub why: String,
    /// What that means for verdicts.
    pub treatment: Treatment,
}

/// What our reading means for verdicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// What departs from our reading fails.
    Strict,
    /// What departs from our reading is a deviation, not a failure.
    Lenient,
    /// Every reading passes.
    Both,
    /// Nothing is judged but that the target serves on.
    Survival,
    /// It touches no verdict.
    None,
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
            assert!(seen.insert(id), "{id} is there twice");
        }
    }

    #[test]
    fn each_says_everything() {
        for a in ambiguities() {
            assert!(a.place.contains("RFC "), "{} is nowhere", a.id);
            assert!(a.readings.len() >= 2, "{} has no two readings", a.id);
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
    fn one_is_found_by_its_id() {
        assert_eq!(find("T9").map(|a| a.treatment), Some(Treatment::Both));
        assert_eq!(find("T0"), None);
    }
}
