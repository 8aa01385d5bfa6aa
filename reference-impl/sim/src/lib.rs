//! Seeded worlds of registrars, pool elements and pool users on virtual time, under faults, with a checker for each
//! property.
//!
//! ```text
//!   seed ──► plan ──► world ──► rounds: events at their times, faults included
//!                       │               then all faults end, and time passes
//!                       │                     │
//!                       ▼                     ▼
//!                     trace               checkers ──► the broken property, and its time
//! ```
//!
//! Registrars run the real driver and engine over the simulated network's real SCTP; so do pool elements and
//! pool users, except for some that have no engine and misbehave. Nothing reads a clock or shares randomness: two
//! runs of a plan have the same packets.
//!
//! Enter at [`Plan::draw`] and [`run`], or at [`World`] for a schedule of the caller's.

mod act;
mod body;
pub mod check;
mod element;
mod engine_element;
mod engine_user;
mod plan;
mod registrar;
mod run;
mod trace;
mod user;
mod view;
mod world;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

pub use act::Act;
pub use body::{ElementBody, ElementHost, UserBody, UserHost};
pub use element::{Ask, ElementSetup, Manner, PlainElement};
pub use engine_element::EngineElement;
pub use engine_user::EngineUser;
pub use plan::{Plan, Size};
pub use registrar::RegistrarHost;
pub use run::{Broken, Report, run, shrink};
pub use trace::{Keep, Trace};
pub use user::{PlainUser, Requests, UserSetup};
pub use world::{Options, World, registrar_ip};

/// ASAP (RFC 5352 §8).
const ASAP_PORT: u16 = 3863;
/// ENRP (RFC 5353 §5.3).
const ENRP_PORT: u16 = 9901;
/// The multicast group of the registrars' announcements (RFC 5352 §8.4).
const GROUP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(224, 0, 1, 185)), ASAP_PORT);

/// A host of the world, by its kind and its number within the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// A registrar.
    Registrar(usize),
    /// A pool element.
    Element(u32),
    /// A pool user.
    User(usize),
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registrar(number) => write!(f, "registrar {number}"),
            Self::Element(number) => write!(f, "PE {number}"),
            Self::User(number) => write!(f, "PU {number}"),
        }
    }
}
