//! Registration: once faults have ended, every registrar lists every PE that hunts.

use super::super::{Manner, World};
use super::{Property, When};

#[derive(Debug)]
pub(super) struct Registered;

impl Property for Registered {
    fn name(&self) -> &'static str {
        "registered"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        if when.settled() {
            registered(world)
        } else {
            Ok(())
        }
    }
}

pub(in super::super) fn registered(world: &World) -> Result<(), String> {
    for (number, element) in &world.elements {
        let wants = match element.setup.manner {
            Manner::Hunting | Manner::Babbling | Manner::Engine => {
                element.lives() && !element.intruder
            }
            // It is taken off whenever it is asked, and comes back.
            Manner::Mute | Manner::Listening => false,
        };
        let missing = |&at: &usize| wants && !world.lists(at, element);
        if let Some(at) = world.running().into_iter().find(missing) {
            return Err(format!(
                "PE {number} lives, but registrar {at} does not list it"
            ));
        }
    }
    Ok(())
}
