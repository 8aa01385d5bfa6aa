//! Each PE has one Home: once faults have stopped, a PE is in one pool, its Home is a registrar that runs, and
//! neither a registrar nor the PE itself thinks otherwise.

use std::collections::{BTreeMap, BTreeSet};

use rsp_wire::{PeIdentifier, PoolHandle, ServerId};

use super::super::{ElementBody, World};
use super::{Property, When};

#[derive(Debug)]
pub(super) struct OneHome;

impl Property for OneHome {
    fn name(&self) -> &'static str {
        "one-home"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        if when.settled() {
            one_home(world)?;
            the_same_for_itself(world)
        } else {
            Ok(())
        }
    }
}

pub(in super::super) fn one_home(world: &World) -> Result<(), String> {
    let running = world.running();
    let ids: BTreeSet<ServerId> = running
        .iter()
        .map(|&number| world.registrars()[number].server_id())
        .collect();
    let mut homes: BTreeMap<(PoolHandle, PeIdentifier), ServerId> = BTreeMap::new();
    for &number in &running {
        for (pool, pe, home) in world.view(number) {
            if !ids.contains(&home) {
                return Err(format!(
                    "for registrar {number} the Home of {pe} in {pool} is {home}, which is gone"
                ));
            }
            let known = *homes.entry((pool.clone(), pe)).or_insert(home);
            if known != home {
                return Err(format!("{pe} in {pool} has two Homes, {known} and {home}"));
            }
        }
    }
    Ok(())
}

/// Who has an engine may know his Home.
fn the_same_for_itself(world: &World) -> Result<(), String> {
    for (number, element) in &world.elements {
        let Some(ElementBody::Engine(engine)) = &element.body else {
            continue;
        };
        let Some(own) = engine.driver().engine().home_id() else {
            continue;
        };
        let Some(&first) = world.running().first() else {
            continue;
        };
        let setup = &element.setup;
        let told = world.view(first).into_iter().find(|(pool, pe, _)| {
            pool.as_octets() == setup.pool.as_bytes() && *pe == setup.identifier
        });
        if let Some((_, _, home)) = told
            && home != own
        {
            return Err(format!(
                "PE {number} has the Home {own}, and registrar {first} says {home}"
            ));
        }
    }
    Ok(())
}
