//! One Home: once faults have ended, a PE is in one pool, its Home is a running registrar, and all registrars and
//! the PE itself agree on it.

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
                    "registrar {number} has {home} as the Home of {pe} in {pool}, which does not run"
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

/// A PE with an engine may know its Home.
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
        let listed = world.view(first).into_iter().find(|(pool, pe, _)| {
            pool.as_octets() == setup.pool.as_bytes() && *pe == setup.identifier
        });
        if let Some((_, _, home)) = listed
            && home != own
        {
            return Err(format!(
                "PE {number} has the Home {own}, registrar {first} has {home} for it"
            ));
        }
    }
    Ok(())
}
