//! Words of cases that start, stop and suspend instances of the target, and cut the network between them.

use super::{Tester, done};
use crate::case::Outcome;
use crate::player::{Player, PoolElement, PoolHandle, PoolUser};
use crate::world::{EndpointKind, Link, Signal, Start};
use rspcheck_spec::event::Instance;
use std::net::SocketAddr;

impl Tester<'_> {
    // ---- instances ------------------------------------------------------------------------------

    /// Kills an instance if it runs, and starts it with these settings.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`](crate::Stop::Inconclusive) if the case cannot start it; the [`Stop`](crate::Stop) of the
    /// world.
    pub fn start_instance(&mut self, instance: Instance, start: &Start) -> Outcome {
        done(self.world.start(instance, start)?)?;
        self.target_servers.remove(&instance);
        Ok(())
    }

    /// Stops an instance, which is no crash.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`](crate::Stop::Inconclusive) if the case cannot stop it; the [`Stop`](crate::Stop) of the
    /// world.
    pub fn stop_target(&mut self, instance: Instance, signal: Signal) -> Outcome {
        done(self.world.stop(instance, signal)?)
    }

    /// Suspends an instance: it neither reads nor sends, and its associations stay.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`](crate::Stop::Inconclusive) if the case cannot suspend it; the [`Stop`](crate::Stop) of
    /// the world.
    pub fn freeze_target(&mut self, instance: Instance) -> Outcome {
        done(self.world.freeze(instance)?)
    }

    /// Resumes an instance that was suspended.
    ///
    /// # Errors
    /// As [`Tester::freeze_target`].
    pub fn thaw_target(&mut self, instance: Instance) -> Outcome {
        done(self.world.thaw(instance)?)
    }

    /// Cuts two instances off from each other, or connects them again.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`](crate::Stop::Inconclusive) if the case cannot do that; the [`Stop`](crate::Stop) of the
    /// world.
    pub fn link(&mut self, a: Instance, b: Instance, link: Link) -> Outcome {
        done(self.world.link(a, b, link)?)
    }

    /// Returns the server ID of an instance as its last ENRP message to a peer gave it; 0 before the first one.
    pub fn server_of(&self, instance: Instance) -> u32 {
        self.target_servers.get(&instance).copied().unwrap_or(0)
    }

    /// Returns the ENRP address of an instance.
    pub fn enrp_address(&self, instance: Instance) -> SocketAddr {
        self.world.target_addr(instance, EndpointKind::Enrp)
    }

    // ---- players of an instance -------------------------------------------------------------------

    /// Makes a player turn to an instance; the association with another one stays. Players turn to the first
    /// instance until then, and a PE turns to the sender of an ASAP_ENDPOINT_KEEP_ALIVE with the H flag.
    pub fn turn_to(&mut self, player: impl Into<Player>, instance: Instance) {
        self.players[player.into().0].turn_to(instance);
    }

    /// Returns the instance that a player turns to.
    pub fn instance_of(&self, player: impl Into<Player>) -> Instance {
        self.players[player.into().0].instance
    }

    /// Returns a new pool element that turns to this instance; otherwise as [`Tester::pool_element`].
    pub fn pool_element_at(&mut self, instance: Instance, pool: &PoolHandle) -> PoolElement {
        let pe = self.pool_element(pool);
        self.turn_to(&pe, instance);
        pe
    }

    /// Returns a new pool user that turns to this instance; otherwise as [`Tester::pool_user`].
    pub fn pool_user_at(&mut self, instance: Instance) -> PoolUser {
        let pu = self.pool_user();
        self.turn_to(&pu, instance);
        pu
    }
}
