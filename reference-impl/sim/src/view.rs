//! What can be seen of a world, by those who check it.

use std::collections::{BTreeMap, BTreeSet};

use rsp_wire::{PeIdentifier, PoolElement, PoolHandle, ServerId};

use super::body::ElementHost;
use super::world::World;

/// PEs by pool and identifier.
pub(super) type Entries = BTreeMap<(PoolHandle, PeIdentifier), PoolElement>;

impl World {
    /// Octets that a registrar keeps for one association.
    pub(super) fn max_backlog(&self, number: usize) -> usize {
        let backlogs = self.driver(number).backlogs();
        let own = backlogs.asap.max.max(backlogs.enrp.max);
        self.options.max_backlog.map_or(own, usize::from)
    }

    /// What a registrar has: pool, PE Identifier and its Home.
    pub fn view(&self, number: usize) -> BTreeSet<(PoolHandle, PeIdentifier, ServerId)> {
        let space = self.driver(number).engine().handlespace();
        let entry = |key| {
            let element = space.element(key)?;
            Some((space.handle(key)?.clone(), element.identifier, element.home))
        };
        space.keys(None).filter_map(entry).collect()
    }

    /// What a registrar has of its PEs.
    pub(super) fn entries(&self, number: usize) -> Entries {
        let space = self.driver(number).engine().handlespace();
        let entry = |key| {
            let element = space.element(key)?;
            Some(((space.handle(key)?.clone(), element.identifier), element))
        };
        space.keys(None).filter_map(entry).collect()
    }

    /// The Home of each PE that a registrar has.
    pub fn homes(&self, number: usize) -> BTreeMap<u32, u32> {
        let view = self.view(number);
        view.into_iter()
            .map(|(_, pe, home)| (pe.0, home.0))
            .collect()
    }

    /// Associations and TCP connections that a registrar's stack has.
    pub(super) fn associations_of(&self, number: usize) -> (usize, usize) {
        let host = self.registrars[number].host;
        (self.net.associations(host), self.net.connections(host))
    }

    /// Associations that pool elements and pool users have.
    pub(super) fn associations_of_others(&self) -> usize {
        let elements = self.elements.values().map(|element| element.host);
        let users = self.users.iter().map(|user| user.host);
        elements
            .chain(users)
            .map(|host| self.net.associations(host))
            .sum()
    }

    /// Whether a registrar takes itself for the Home of this pool element.
    pub(super) fn owns(&self, number: usize, element: &ElementHost) -> bool {
        let Some(driver) = &self.registrars[number].driver else {
            return false;
        };
        let space = driver.engine().handlespace();
        let key = space.find(element.setup.pool.as_bytes(), element.setup.identifier);
        let encoded = key.and_then(|key| space.encoded(key));
        encoded.is_some_and(|encoded| encoded.home() == driver.engine().id())
    }

    /// Whether a registrar has this pool element.
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
