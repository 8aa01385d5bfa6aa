//! Effect of a broken requirement on the verdict: one rule, for runs, captures, lists, reports and explanations.
//!
//! A breach counts with the requirement's level (a MUST fails the case, a SHOULD is a deviation, a MAY is only
//! recorded), and two things can lower it, never raise it:
//!
//! 1. The origin of the level. A key word counts in full. A format without a key word counts in full, too: a
//!    receiver that reads the message by the RFC cannot decode it or is misled by it. Our reading of text
//!    without a key word ([`Basis::Text`]) is at most a deviation.
//! 2. The ambiguity that the requirement is linked to. Where its treatment is strict, or the ambiguity has no
//!    effect on verdicts, the breach counts as by 1. Where it is lenient, the breach is at most a deviation. Where
//!    both readings pass, or only survival is judged, the breach is only recorded. A requirement
//!    that every reading demands has a treatment of its own ([`Requirement::treatment`]).

use crate::ambiguity::{self, Treatment};
use crate::catalogue::{Basis, Requirement};
use crate::verdict::Level;
use std::fmt;

/// Effect of a broken requirement, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Level that a breach counts with in verdicts.
    pub level: Level,
    /// Reason for that level.
    pub ground: Ground,
}

/// Reason for the level that a breach counts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A key word of the RFC.
    Keyword,
    /// A format that a receiver cannot read otherwise.
    Format,
    /// Our reading of text without a key word.
    Text,
    /// An ambiguity of the RFCs: its id and its treatment for the requirement.
    Ambiguity(&'static str, Treatment),
}

/// Writes the effect in one clause, as in `a breach is a deviation: our reading of text without a key word`.
impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.level {
            Level::Must => "a breach fails",
            Level::Should => "a breach is a deviation",
            Level::May => "a breach is only recorded",
        })?;
        write!(f, ": {}", self.ground)
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ground::Keyword => f.write_str("a key word of the RFC"),
            Ground::Format => f.write_str("a format that a receiver cannot read otherwise"),
            Ground::Text => f.write_str("our reading of text without a key word"),
            Ground::Ambiguity(id, treatment) => write!(f, "ambiguity {id}, {treatment}"),
        }
    }
}

impl Requirement {
    /// Returns the effect of a breach on verdicts, by the rule of this module.
    ///
    /// # Panics
    /// Panics if the requirement is linked to an ambiguity that the list lacks; the catalogue's are all there.
    pub fn effect(&self) -> Effect {
        let by_basis = match self.basis {
            Basis::Keyword => Effect {
                level: self.level,
                ground: Ground::Keyword,
            },
            Basis::Format => Effect {
                level: self.level,
                ground: Ground::Format,
            },
            Basis::Text => Effect {
                level: self.level.max(Level::Should),
                ground: Ground::Text,
            },
        };
        let Some((id, treatment)) = self.treated() else {
            return by_basis;
        };
        let cap = match treatment {
            Treatment::Strict | Treatment::None => Level::Must,
            Treatment::Lenient => Level::Should,
            Treatment::Both | Treatment::Survival => Level::May,
        };
        if cap <= by_basis.level {
            return by_basis;
        }
        Effect {
            level: cap,
            ground: Ground::Ambiguity(id, treatment),
        }
    }

    /// Returns the level that a breach counts with.
    ///
    /// # Panics
    /// As [`Requirement::effect`].
    pub fn counts_as(&self) -> Level {
        self.effect().level
    }

    /// Returns the id of the ambiguity that affects the requirement, and its treatment here.
    fn treated(&self) -> Option<(&'static str, Treatment)> {
        let id = self.ambiguity.as_deref()?;
        let unclear = ambiguity::find(id)
            .unwrap_or_else(|| panic!("{} names the unknown ambiguity {id}", self.id));
        Some((&unclear.id, self.treatment.unwrap_or(unclear.treatment)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Class, catalogue};

    /// Returns a requirement with this basis, linked to an ambiguity whose treatment is lenient.
    fn requirement(level: Level, basis: Basis, treatment: Option<Treatment>) -> Requirement {
        let any = &catalogue().requirements()[0];
        Requirement {
            level,
            basis,
            ambiguity: treatment.map(|_| "T18".to_owned()),
            treatment,
            ..any.clone()
        }
    }

    #[test]
    fn basis_and_treatment_only_lower_the_level() {
        use Level::{May, Must, Should};
        use Treatment::{Both, Lenient, None as Without, Strict, Survival};
        let treatments = [
            None,
            Some(Strict),
            Some(Without),
            Some(Lenient),
            Some(Both),
            Some(Survival),
        ];
        let table = [
            (Must, Basis::Keyword, [Must, Must, Must, Should, May, May]),
            (Must, Basis::Format, [Must, Must, Must, Should, May, May]),
            (
                Must,
                Basis::Text,
                [Should, Should, Should, Should, May, May],
            ),
            (
                Should,
                Basis::Keyword,
                [Should, Should, Should, Should, May, May],
            ),
            (
                Should,
                Basis::Text,
                [Should, Should, Should, Should, May, May],
            ),
            (May, Basis::Keyword, [May; 6]),
            (May, Basis::Text, [May; 6]),
        ];
        for (level, basis, expected) in table {
            for (treatment, expected) in treatments.into_iter().zip(expected) {
                let counts = requirement(level, basis, treatment).counts_as();
                assert_eq!(counts, expected, "{level:?} {basis:?} {treatment:?}");
            }
        }
    }

    #[test]
    fn the_ground_is_the_one_that_decides() {
        let ground = |level, basis, treatment| requirement(level, basis, treatment).effect().ground;
        let lenient = Some(Treatment::Lenient);
        assert_eq!(
            ground(Level::Must, Basis::Keyword, lenient),
            Ground::Ambiguity("T18", Treatment::Lenient)
        );
        // The text without a key word suffices; the ambiguity lowers nothing further.
        assert_eq!(ground(Level::Must, Basis::Text, lenient), Ground::Text);
        assert_eq!(
            ground(Level::Should, Basis::Keyword, lenient),
            Ground::Keyword
        );
        assert_eq!(
            requirement(Level::Must, Basis::Text, None)
                .effect()
                .to_string(),
            "a breach is a deviation: our reading of text without a key word"
        );
    }

    /// A requirement of which every breach passes would be tested in vain.
    #[test]
    fn tested_requirements_are_judged() {
        for requirement in catalogue().requirements() {
            if requirement.class == Class::Tested && requirement.level != Level::May {
                let effect = requirement.effect();
                assert_ne!(effect.level, Level::May, "{}: {effect}", requirement.id);
            }
        }
    }
}
