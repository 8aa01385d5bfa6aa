//! No accepted registration is lost while a registrar that knew it lives: without a fault of a PE or of its network,
//! some registrar lists it at any time, under any faults of registrars.
//!
//! The state of the PE counts only at first: when its Home dies, it notices long before another registrar takes it
//! over, and that registrar must keep it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{ElementBody, Manner, World};
use super::{Property, When};

/// A registrar between two crashes.
type Incarnation = (usize, u64);

#[derive(Debug, Default)]
pub(super) struct NothingLost {
    /// The registrars that listed each PE at the last check.
    known: BTreeMap<u32, BTreeSet<Incarnation>>,
}

impl Property for NothingLost {
    fn name(&self) -> &'static str {
        "nothing-lost"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        // A registrar without room may forget registrations.
        if world.options.cramped {
            return Ok(());
        }
        let running: Vec<Incarnation> = world
            .running()
            .into_iter()
            .map(|number| (number, world.registrars()[number].starts))
            .collect();
        for (&number, element) in &world.elements {
            let body = element.body.as_ref();
            let accepted = body.is_some_and(|body| body.accepted().is_some());
            let rejected = body.is_some_and(ElementBody::is_rejected);
            // For some time after a blow it may be taken off with good reason.
            let blows = world.last_blow.into_iter().chain(element.disturbed);
            let undisturbed = blows
                .max()
                .is_none_or(|at| at + when.bounds.settle <= world.now());
            let behaves = match element.setup.manner {
                Manner::Hunting | Manner::Listening | Manner::Engine => {
                    element.lives() && !element.intruder
                }
                Manner::Mute | Manner::Babbling => false,
            };
            if !behaves || !undisturbed || rejected {
                self.known.remove(&number);
                continue;
            }
            if !accepted && !self.known.contains_key(&number) {
                continue;
            }
            let listing: BTreeSet<Incarnation> = running
                .iter()
                .copied()
                .filter(|&(at, _)| world.lists(at, element))
                .collect();
            let before = self.known.insert(number, listing.clone());
            let survivor = before
                .iter()
                .flatten()
                .find(|incarnation| running.contains(incarnation));
            if let Some((survivor, _)) = survivor
                && listing.is_empty()
            {
                return Err(format!(
                    "PE {number} was registered and lives, but registrar {survivor}, which listed it, does not list it any more"
                ));
            }
        }
        Ok(())
    }
}
