//! No dead PE is listed longer than its bound.
//!
//! ```text
//!   its Home lives, without other faults:          end of the PE ──── watch ────► its Home has removed it
//!   in any case:              the later of its end and the last fault ── dead ──► no registrar lists it
//! ```
//!
//! A PE with a frozen process counts as dead for its Home.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::World;
use super::{Property, When};

#[derive(Debug, Default)]
pub(super) struct NoDead {
    silent: BTreeMap<u32, Silent>,
}

/// A PE that does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Silent {
    since: Duration,
    /// Its Home at the first check, by number and incarnation.
    home: Option<(usize, u64)>,
}

impl Property for NoDead {
    fn name(&self) -> &'static str {
        "no-dead"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        self.watched(world, when.bounds.watch)?;
        if when.quiet < when.bounds.dead {
            return Ok(());
        }
        none_listed(world, world.now().saturating_sub(when.bounds.dead))
    }
}

impl NoDead {
    /// Checks that the Home of a PE notices in time that it is dead.
    fn watched(&mut self, world: &World, bound: Duration) -> Result<(), String> {
        for &number in world.elements.keys() {
            let Some(since) = silent_since(world, number) else {
                self.silent.remove(&number);
                continue;
            };
            let fresh = Silent {
                since,
                home: home_of(world, number),
            };
            let silent = self.silent.entry(number).or_insert(fresh);
            if silent.since != since {
                *silent = fresh;
            }
            // Under other faults its Home may be wrong about the owner, or receive the PE again.
            if world.rough || world.elements[&number].intruder {
                silent.home = None;
            }
            let overdue = since + bound < world.now();
            if overdue && silent.home.is_some() && silent.home == home_of(world, number) {
                let gone = (world.now() - since).as_secs();
                return Err(format!(
                    "PE {number} has been silent for {gone} s, but its Home lists it"
                ));
            }
        }
        Ok(())
    }
}

/// Returns the time since which no process answers for a PE; none while one does.
fn silent_since(world: &World, number: u32) -> Option<Duration> {
    let mut since = world.silent_since(number)?;
    for twin in twins(world, number) {
        since = since.max(world.silent_since(twin)?);
    }
    Some(since)
}

/// Returns the registrar that has itself as the Home of a PE.
fn home_of(world: &World, number: u32) -> Option<(usize, u64)> {
    let element = &world.elements[&number];
    let mut running = world.running().into_iter();
    let home = running.find(|&at| world.owns(at, element))?;
    Some((home, world.registrars()[home].starts))
}

/// Checks that no registrar lists a PE that ended before `long_ago`.
pub(in super::super) fn none_listed(world: &World, long_ago: Duration) -> Result<(), String> {
    for (number, element) in &world.elements {
        if element.lives() || element.since > long_ago || has_a_living_twin(world, *number) {
            continue;
        }
        let lists = |&at: &usize| world.lists(at, element);
        if let Some(at) = world.running().into_iter().find(lists) {
            let gone = (world.now() - element.since).as_secs();
            return Err(format!(
                "PE {number} has been gone for {gone} s, but registrar {at} lists it"
            ));
        }
    }
    Ok(())
}

/// Returns whether another PE lives under the same identifier.
fn has_a_living_twin(world: &World, number: u32) -> bool {
    twins(world, number).any(|twin| world.elements[&twin].lives())
}

/// Returns the other PEs under the same identifier.
fn twins(world: &World, number: u32) -> impl Iterator<Item = u32> + '_ {
    let setup = &world.elements[&number].setup;
    let is_twin = move |other: &super::super::ElementSetup| {
        other.identifier == setup.identifier && other.pool == setup.pool
    };
    let elements = world.elements.iter();
    elements
        .filter(move |&(&other, element)| other != number && is_twin(&element.setup))
        .map(|(&other, _)| other)
}
