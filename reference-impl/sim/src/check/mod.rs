//! The properties of a world, one file each.
//!
//! A checker looks at the world from outside every few seconds. Most properties must hold only once the world had
//! no fault for as long as the RFC's timers take, which [`Bounds`] computes.

mod agreement;
mod answers;
mod dead;
mod homes;
mod limits;
mod lost;
mod registered;
mod sessions;

use std::time::Duration;

use rsp_proto::registrar::Config;

use super::World;

/// The checker of a property, with its memory.
pub trait Property {
    /// Returns the name of the property.
    fn name(&self) -> &'static str;
    /// Checks the world.
    ///
    /// # Errors
    /// A sentence about the broken property.
    fn look(&mut self, world: &World, when: When) -> Result<(), String>;
}

/// The condition of the world at a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// Time since the last fault began, ended or was in force.
    pub quiet: Duration,
    /// The bounds from the timers in force.
    pub bounds: Bounds,
}

impl When {
    /// Returns whether the world must have settled.
    pub fn settled(&self) -> bool {
        self.quiet >= self.bounds.settle
    }
}

/// Time limits of the properties, from the timers of RFC 5352 §7 and RFC 5353 §4.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// From the end of a PE until its Home removes it, without other faults.
    pub watch: Duration,
    /// From the last fault until no registrar lists a dead PE.
    pub dead: Duration,
    /// From the last fault until all registrars agree.
    pub settle: Duration,
    /// From a request until its answer, in a network without faults.
    pub answer: Duration,
}

impl Bounds {
    /// Returns the bounds of registrars with these settings.
    pub fn of(config: &Config) -> Self {
        let enrp = &config.enrp;
        // A new registrar asks its mentors for their lists and tables, round by round.
        let start = (enrp.table_request_timeout + enrp.mentor_retry + enrp.max_time_no_response)
            * enrp.mentor_rounds;
        // A registrar that died with the last fault: silence, probe, consents asked for again.
        let detection =
            enrp.max_time_last_heard + enrp.max_time_no_response + enrp.peer_heartbeat_cycle;
        // Its PEs receive keep-alives (H=1) in turn, and those that do not answer are removed.
        let adoption = config.keep_alive_timeout * 2 + SET_UP;
        // A registrar that was split off receives a heartbeat, is in the next list, and is audited at two more heartbeats.
        let reunion = enrp.peer_heartbeat_cycle * 4 + enrp.peer_list_cycle;
        // A PE receives a keep-alive after one and a half periods at the latest.
        let watch = config.keep_alive_interval * 3 / 2 + config.keep_alive_timeout + ON_THE_WAY;
        let dead = start + detection + adoption + watch + enrp.peer_heartbeat_cycle * 2;
        Self {
            watch,
            dead,
            settle: dead + reunion,
            answer: Duration::from_secs(5),
        }
    }
}

/// Time for messages in transit.
const ON_THE_WAY: Duration = Duration::from_secs(1);
/// Time of a failing association set-up.
const SET_UP: Duration = Duration::from_secs(5);

impl World {
    /// Checks what must hold among registrars once faults have stopped.
    ///
    /// # Errors
    /// A sentence about the first property that is broken.
    pub fn check(&self) -> Result<(), String> {
        agreement::agree(self)?;
        homes::one_home(self)
    }

    /// Checks that every PE that hunts is registered, and that no PE that is gone is listed.
    ///
    /// # Errors
    /// A sentence about the first property that is broken.
    pub fn check_pes(&self) -> Result<(), String> {
        registered::registered(self)?;
        dead::none_listed(self, self.now())
    }
}

/// Returns a checker for each property.
pub fn all() -> Vec<Box<dyn Property>> {
    vec![
        Box::new(agreement::Agreement),
        Box::new(homes::OneHome),
        Box::new(registered::Registered),
        Box::new(lost::NothingLost::default()),
        Box::new(dead::NoDead::default()),
        Box::new(answers::Answers),
        Box::new(sessions::Sessions),
        Box::new(limits::Limits),
    ]
}

#[cfg(test)]
mod tests;
