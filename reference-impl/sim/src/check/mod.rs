//! The properties of a world, one file each.
//!
//! A checker looks at the world from outside, some seconds apart, all the time. Most properties are only due
//! once the world has been left alone for as long as the RFC's timers take; [`Bounds`] says how long that is.

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

/// A property, and what its checker remembers.
pub trait Property {
    /// Its name, for people and for `--property`.
    fn name(&self) -> &'static str;
    /// Looks at the world; a sentence if the property is broken.
    fn look(&mut self, world: &World, when: When) -> Result<(), String>;
}

/// In what condition the world is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// For how long no fault has begun, ended or been in force.
    pub quiet: Duration,
    /// What the timers in force allow.
    pub bounds: Bounds,
}

impl When {
    /// Whether everything must have come right.
    pub fn settled(&self) -> bool {
        self.quiet >= self.bounds.settle
    }
}

/// How long things may take, from the timers of RFC 5352 §7 and RFC 5353 §4.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// From the end of a PE until its Home has noticed, when nothing else is wrong.
    pub watch: Duration,
    /// From the last fault until a dead PE is nowhere listed.
    pub dead: Duration,
    /// From the last fault until all registrars agree.
    pub settle: Duration,
    /// From a request until its answer, in a network without faults.
    pub answer: Duration,
}

impl Bounds {
    /// Those of registrars with these settings.
    pub fn of(config: &Config) -> Self {
        let enrp = &config.enrp;
        // A new registrar asks its mentors for their lists and tables, round by round.
        let start = (enrp.table_request_timeout + enrp.mentor_retry + enrp.max_time_no_response)
            * enrp.mentor_rounds;
        // A registrar that died with the last fault: silence, probe, consents asked for again.
        let detection =
            enrp.max_time_last_heard + enrp.max_time_no_response + enrp.peer_heartbeat_cycle;
        // Its PEs are asked to join, in turn, and those that do not answer removed.
        let adoption = config.keep_alive_timeout * 2 + SET_UP;
        // Who was split off is greeted at a heartbeat, told of by a list, and audited at two more.
        let reunion = enrp.peer_heartbeat_cycle * 4 + enrp.peer_list_cycle;
        // A PE is asked after one and a half periods at the latest.
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

/// Messages under way when something happens.
const ON_THE_WAY: Duration = Duration::from_secs(1);
/// Setting an association up in vain.
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

/// A checker for each property.
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
