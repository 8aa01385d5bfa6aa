//! Agreement: once faults have ended, all registrars serve, know each other and have the same PEs with the same Homes, policies and transports, and for each Home the same PE checksum, its own
//! included.

use std::collections::BTreeSet;

use rsp_wire::{PoolElement, ServerId};

use super::super::World;
use super::super::view::Entries;
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
                "registrars {number} and {first} differ about {pe} in {pool}; one of them has it with the Home {home}"
            ));
        }
    }
    let reference = world.entries(first);
    for &number in &running {
        same_entries(world, number, first, &reference)?;
    }
    for &number in &running {
        checksums(world, number, &running)?;
        acquaintance(world, number, &running)?;
    }
    Ok(())
}

/// Each registration is announced (RFC 5353 §3.3.1), so all registrars know the registrations since the last fault.
/// A lost announcement of a PE that registers only once stays lost, and no checksum shows that (§3.6.2).
fn same_entries(
    world: &World,
    number: usize,
    first: usize,
    reference: &Entries,
) -> Result<(), String> {
    for (name, element) in world.entries(number) {
        let (pool, pe) = &name;
        let registers_again = world.elements.values().any(|host| {
            let setup = &host.setup;
            host.lives()
                && setup.manner.hunts()
                && setup.identifier == *pe
                && setup.pool.as_bytes() == pool.as_octets()
        });
        let other = reference.get(&name).filter(|_| registers_again);
        if let Some(part) = other.and_then(|other| differs(&element, other)) {
            return Err(format!(
                "registrars {number} and {first} do not have the same {part} of {pe} in {pool}"
            ));
        }
    }
    Ok(())
}

fn differs(one: &PoolElement, other: &PoolElement) -> Option<&'static str> {
    [
        ("Home", one.home == other.home),
        ("policy", one.policy == other.policy),
        ("user transport", one.user_transport == other.user_transport),
        ("ASAP transport", one.asap_transport == other.asap_transport),
        ("unknown parameters", one.unknown == other.unknown),
    ]
    .into_iter()
    .find_map(|(part, is_same)| (!is_same).then_some(part))
}

fn checksums(world: &World, of: usize, running: &[usize]) -> Result<(), String> {
    let id = world.registrars()[of].server_id();
    let own = world.driver(of).engine().handlespace().checksum(id);
    for &number in running {
        let there = world.driver(number).engine().handlespace().checksum(id);
        same_checksum((of, own), (number, there))?;
    }
    Ok(())
}

/// Checks that registrars with the same PEs have the same checksum.
pub(super) fn same_checksum(
    (of, own): (usize, u16),
    (number, there): (usize, u16),
) -> Result<(), String> {
    if there == own {
        return Ok(());
    }
    Err(format!(
        "registrar {of} has the PE checksum {own:#06x}, registrar {number} has {there:#06x} for it"
    ))
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
        Some(peer) => Err(format!(
            "registrar {number} knows {peer}, which does not run"
        )),
        None => Ok(()),
    }
}
