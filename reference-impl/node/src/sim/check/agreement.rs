//! Handlespaces and PE checksums agree: once faults have stopped, all registrars serve, know each other and
//! have the same PEs with the same Homes, and for each Home the same PE checksum, its own included.

use std::collections::BTreeSet;

use rsp_wire::ServerId;

use super::super::World;
use super::{Property, When};

#[derive(Debug)]
pub(super) struct Agreement;

impl Property for Agreement {
    fn name(&self) -> &'static str {
        "agreement"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        if when.settled() { agree(world) } else { Ok(()) }
    }
}

pub(in super::super) fn agree(world: &World) -> Result<(), String> {
    let running = world.running();
    let Some(&first) = running.first() else {
        return Ok(());
    };
    let reference = world.view(first);
    for &number in &running {
        if !world.driver(number).is_serving() {
            return Err(format!("registrar {number} does not serve"));
        }
        let view = world.view(number);
        if let Some((pool, pe, home)) = view.symmetric_difference(&reference).next() {
            return Err(format!(
                "registrars {number} and {first} differ about {pe} in {pool}, of {home} for one of them"
            ));
        }
    }
    for &number in &running {
        checksums(world, number, &running)?;
        acquaintance(world, number, &running)?;
    }
    Ok(())
}

fn checksums(world: &World, of: usize, running: &[usize]) -> Result<(), String> {
    let id = world.registrars()[of].server_id();
    let own = world.driver(of).engine().handlespace().checksum(id);
    for &number in running {
        let there = world.driver(number).engine().handlespace().checksum(id);
        if there != own {
            return Err(format!(
                "registrar {of} has the PE checksum {own:#06x}, registrar {number} says {there:#06x}"
            ));
        }
    }
    Ok(())
}

fn acquaintance(world: &World, number: usize, running: &[usize]) -> Result<(), String> {
    let known: BTreeSet<ServerId> = world.driver(number).engine().peers().collect();
    let others = running.iter().filter(|&&other| other != number);
    let there: BTreeSet<ServerId> = others
        .map(|&other| world.registrars()[other].server_id())
        .collect();
    if let Some(peer) = there.difference(&known).next() {
        return Err(format!("registrar {number} does not know {peer}"));
    }
    match known.difference(&there).next() {
        Some(peer) => Err(format!("registrar {number} knows {peer}, which is gone")),
        None => Ok(()),
    }
}
