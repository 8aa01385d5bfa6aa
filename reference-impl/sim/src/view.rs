//! The view of a world for its checkers.

use std::collections::{BTreeMap, BTreeSet};

use rsp_wire::{PeIdentifier, PoolElement, PoolHandle, ServerId};

use super::body::ElementHost;
use super::world::World;

/// PEs by pool and identifier.
pub(super) type Entries = BTreeMap<(PoolHandle, PeIdentifier), PoolElement>;

impl World {
    /// Returns the most octets that a registrar keeps for one association.
    pub(super) fn max_backlog(&self, number: usize) -> usize {
        let backlogs = self.driver(number).backlogs();
        let own = backlogs.asap.max.max(backlogs.enrp.max);
        self.options.max_backlog.map_or(own, usize::from)
    }

    /// Returns the handlespace of a registrar: pool, PE Identifier and Home of each PE.
    pub fn view(&self, number: usize) -> BTreeSet<(PoolHandle, PeIdentifier, ServerId)> {
        let space = self.driver(number).engine().handlespace();
        let entry = |key| {
            let element = space.element(key)?;
            Some((space.handle(key)?.clone(), element.identifier, element.home))
        };
        space.keys(None).filter_map(entry).collect()
    }

    /// Returns the entries of a registrar's PEs.
    pub(super) fn entries(&self, number: usize) -> Entries {
        let space = self.driver(number).engine().handlespace();
        let entry = |key| {
            let element = space.element(key)?;
            Some(((space.handle(key)?.clone(), element.identifier), element))
        };
        space.keys(None).filter_map(entry).collect()
    }

    /// Returns the Home of each PE in a registrar's handlespace.
    pub fn homes(&self, number: usize) -> BTreeMap<u32, u32> {
        let view = self.view(number);
        view.into_iter()
            .map(|(_, pe, home)| (pe.0, home.0))
            .collect()
    }

    /// Returns the number of associations and TCP connections of a registrar's stack.
    pub(super) fn associations_of(&self, number: usize) -> (usize, usize) {
        let host = self.registrars[number].host;
        (self.net.associations(host), self.net.connections(host))
    }

    /// Returns the number of associations of pool elements and pool users.
    pub(super) fn associations_of_others(&self) -> usize {
        let elements = self.elements.values().map(|element| element.host);
        let users = self.users.iter().map(|user| user.host);
        elements
            .chain(users)
            .map(|host| self.net.associations(host))
            .sum()
    }

    /// Returns whether a registrar has itself as the Home of this pool element.
    pub(super) fn owns(&self, number: usize, element: &ElementHost) -> bool {
        let Some(driver) = &self.registrars[number].driver else {
            return false;
        };
        let space = driver.engine().handlespace();
        let key = space.find(element.setup.pool.as_bytes(), element.setup.identifier);
        let encoded = key.and_then(|key| space.encoded(key));
        encoded.is_some_and(|encoded| encoded.home() == driver.engine().id())
    }

    /// Returns whether a registrar lists this pool element.
    pub(super) fn lists(&self, number: usize, element: &ElementHost) -> bool {
        let Some(driver) = &self.registrars[number].driver else {
            return false;
        };
        let space = driver.engine().handlespace();
        let setup = &element.setup;
        space
            .find(setup.pool.as_bytes(), setup.identifier)
            .is_some()
    }
}
