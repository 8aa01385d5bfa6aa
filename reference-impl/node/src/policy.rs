//! Policies as text, and the loads in them.

use std::str::FromStr;

use rsp_wire::{Policy, PolicyType};

use crate::values::deserialize_from_text;

/// A policy as text: its name in RFC 5356, and its value where it has one.
///
/// ```
/// use rserpool::policy::PolicyText;
/// use rsp_wire::Policy;
///
/// let text: PolicyText = "weighted-round-robin:5".parse()?;
/// assert_eq!(text.0, Policy::WeightedRoundRobin { weight: 5 });
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyText(pub Policy);

/// The names, for error texts.
const NAMES: &str = "round-robin, weighted-round-robin:WEIGHT, random, weighted-random:WEIGHT, priority:N, \
                     least-used, least-used-degradation:PERCENT, priority-least-used:PERCENT or \
                     randomized-least-used";

impl FromStr for PolicyText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = match text.split_once(':') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let wrong = |why: &str| Err(format!("`{text}`: {why}; there are {NAMES}"));
        let number = || value.map(str::parse::<u32>);
        let policy = match (name, value) {
            ("round-robin", None) => Policy::RoundRobin,
            ("random", None) => Policy::Random,
            ("least-used", None) => Policy::LeastUsed { load: 0 },
            ("randomized-least-used", None) => Policy::RandomizedLeastUsed { load: 0 },
            ("weighted-round-robin" | "weighted-random" | "priority", _) => {
                let Some(Ok(number)) = number() else {
                    return wrong("a number from 0 to 4294967295 must follow");
                };
                match name {
                    "weighted-round-robin" => Policy::WeightedRoundRobin { weight: number },
                    "weighted-random" => Policy::WeightedRandom { weight: number },
                    _ => Policy::Priority { priority: number },
                }
            }
            ("least-used-degradation" | "priority-least-used", _) => {
                let Some(load_degradation) = value.and_then(load_from_percent) else {
                    return wrong("the load that one more user adds must follow, 0 to 100 percent");
                };
                match name {
                    "least-used-degradation" => Policy::LeastUsedDegradation {
                        load: 0,
                        load_degradation,
                    },
                    _ => Policy::PriorityLeastUsed {
                        load: 0,
                        load_degradation,
                    },
                }
            }
            ("round-robin" | "random" | "least-used" | "randomized-least-used", Some(_)) => {
                return wrong("this policy has no value to set");
            }
            _ => return wrong("no such policy"),
        };
        Ok(Self(policy))
    }
}

deserialize_from_text!(Text: PolicyText);

/// The names of a policy type: its title in RFC 5356, and its keyword in settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// Such as "Weighted Round Robin".
    pub title: &'static str,
    /// Such as "weighted-round-robin".
    pub keyword: &'static str,
}

impl Names {
    /// Returns the names of a policy type that RFC 5356 defines.
    pub const fn of(policy: PolicyType) -> Option<Self> {
        let (title, keyword) = match policy {
            PolicyType::ROUND_ROBIN => ("Round Robin", "round-robin"),
            PolicyType::WEIGHTED_ROUND_ROBIN => ("Weighted Round Robin", "weighted-round-robin"),
            PolicyType::RANDOM => ("Random", "random"),
            PolicyType::WEIGHTED_RANDOM => ("Weighted Random", "weighted-random"),
            PolicyType::PRIORITY => ("Priority", "priority"),
            PolicyType::LEAST_USED => ("Least Used", "least-used"),
            PolicyType::LEAST_USED_DEGRADATION => {
                ("Least Used with Degradation", "least-used-degradation")
            }
            PolicyType::PRIORITY_LEAST_USED => ("Priority Least Used", "priority-least-used"),
            PolicyType::RANDOMIZED_LEAST_USED => ("Randomized Least Used", "randomized-least-used"),
            PolicyType(_) => return None,
        };
        Some(Self { title, keyword })
    }
}

/// A value of a policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// A weight or a priority.
    Number(u32),
    /// A load or a load degradation, from 0.0 to 100.0 percent.
    Percent(f64),
}

/// Returns the values of a policy with their names, in the order of the parameter's fields.
pub fn amounts(policy: &Policy) -> Vec<(&'static str, Amount)> {
    let percent = |load: u32| Amount::Percent(100.0 * f64::from(load) / f64::from(u32::MAX));
    match *policy {
        Policy::RoundRobin | Policy::Random | Policy::Other { .. } => Vec::new(),
        Policy::WeightedRoundRobin { weight } | Policy::WeightedRandom { weight } => {
            vec![("weight", Amount::Number(weight))]
        }
        Policy::Priority { priority } => vec![("priority", Amount::Number(priority))],
        Policy::LeastUsed { load } | Policy::RandomizedLeastUsed { load } => {
            vec![("load", percent(load))]
        }
        Policy::LeastUsedDegradation {
            load,
            load_degradation,
        }
        | Policy::PriorityLeastUsed {
            load,
            load_degradation,
        } => vec![
            ("load", percent(load)),
            ("degradation", percent(load_degradation)),
        ],
    }
}

/// Returns whether the policy has a load (RFC 5356 §5).
pub fn is_adaptive(policy: &Policy) -> bool {
    with_load(policy, 0).is_some()
}

/// Returns the policy with another load; none if it has no load.
pub(crate) fn with_load(policy: &Policy, load: u32) -> Option<Policy> {
    match *policy {
        Policy::LeastUsed { .. } => Some(Policy::LeastUsed { load }),
        Policy::RandomizedLeastUsed { .. } => Some(Policy::RandomizedLeastUsed { load }),
        Policy::LeastUsedDegradation {
            load_degradation, ..
        } => Some(Policy::LeastUsedDegradation {
            load,
            load_degradation,
        }),
        Policy::PriorityLeastUsed {
            load_degradation, ..
        } => Some(Policy::PriorityLeastUsed {
            load,
            load_degradation,
        }),
        Policy::RoundRobin
        | Policy::WeightedRoundRobin { .. }
        | Policy::Random
        | Policy::WeightedRandom { .. }
        | Policy::Priority { .. }
        | Policy::Other { .. } => None,
    }
}

/// Parses a load: a number from 0 to 100, with an optional fraction and an optional `%`.
pub fn load_from_percent(text: &str) -> Option<u32> {
    let text = text.trim();
    let number = text.strip_suffix('%').unwrap_or(text).trim_end();
    let percent: f64 = number.parse().ok()?;
    if !(0.0..=100.0).contains(&percent) {
        return None;
    }
    Some((percent / 100.0 * f64::from(u32::MAX)).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_policies_have_a_name() {
        for (text, policy) in [
            ("round-robin", Policy::RoundRobin),
            (
                "weighted-round-robin:5",
                Policy::WeightedRoundRobin { weight: 5 },
            ),
            ("random", Policy::Random),
            ("weighted-random:0", Policy::WeightedRandom { weight: 0 }),
            ("priority:9", Policy::Priority { priority: 9 }),
            ("least-used", Policy::LeastUsed { load: 0 }),
            (
                "least-used-degradation:100",
                Policy::LeastUsedDegradation {
                    load: 0,
                    load_degradation: u32::MAX,
                },
            ),
            (
                "priority-least-used:50%",
                Policy::PriorityLeastUsed {
                    load: 0,
                    load_degradation: 0x8000_0000,
                },
            ),
            (
                "randomized-least-used",
                Policy::RandomizedLeastUsed { load: 0 },
            ),
        ] {
            assert_eq!(text.parse(), Ok(PolicyText(policy.clone())));
            assert_eq!(is_adaptive(&policy), policy.policy_type().is_adaptive());
        }
        for wrong in [
            "",
            "RoundRobin",
            "round-robin:1",
            "priority",
            "priority:-1",
            "weighted-random:x",
            "least-used:3",
            "least-used-degradation:101",
        ] {
            let error = wrong.parse::<PolicyText>().unwrap_err();
            assert!(error.contains("randomized-least-used"), "{error}");
        }
    }

    #[test]
    fn loads_are_percents() {
        assert_eq!(load_from_percent("0"), Some(0));
        assert_eq!(load_from_percent(" 100 % \n"), Some(u32::MAX));
        assert_eq!(load_from_percent("12.5"), Some(0x2000_0000));
        for wrong in ["", "%", "-1", "100.1", "NaN", "inf", "1e3", "5 %%"] {
            assert_eq!(load_from_percent(wrong), None, "{wrong}");
        }
    }
}
