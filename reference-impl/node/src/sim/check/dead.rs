//! No dead PE is listed longer than its bound, which begins with its end or with the last fault, whatever came
//! later.

use std::time::Duration;

use super::super::World;
use super::{Property, When};

#[derive(Debug)]
pub(super) struct NoDead;

impl Property for NoDead {
    fn name(&self) -> &'static str {
        "no-dead"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        if when.quiet < when.bounds.dead {
            return Ok(());
        }
        none_listed(world, world.now().saturating_sub(when.bounds.dead))
    }
}

/// Nobody lists a PE that is gone since before then.
pub(in super::super) fn none_listed(world: &World, long_ago: Duration) -> Result<(), String> {
    for (number, element) in &world.elements {
        if element.lives() || element.since > long_ago || has_a_living_twin(world, *number) {
            continue;
        }
        let lists = |&at: &usize| world.lists(at, element);
        if let Some(at) = world.running().into_iter().find(lists) {
            let gone = (world.now() - element.since).as_secs();
            return Err(format!(
                "PE {number} is gone for {gone} s, and registrar {at} lists it"
            ));
        }
    }
    Ok(())
}

/// Whether another one lives under the same identifier.
fn has_a_living_twin(world: &World, number: u32) -> bool {
    let setup = &world.elements[&number].setup;
    let is_twin = |other: &super::super::ElementSetup| {
        other.identifier == setup.identifier && other.pool == setup.pool
    };
    world
        .elements
        .iter()
        .any(|(&other, element)| other != number && element.lives() && is_twin(&element.setup))
}
