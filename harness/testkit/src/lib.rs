//! The words in which conformance cases are written.
//!
//! A [`Case`] is a constant: id, purpose, needs, the requirements it covers, and a plain function over a
//! [`Tester`]. The tester plays pool elements, pool users, listeners and ENRP peers towards one target through a
//! [`World`]: the real network on wall time, or the same target in process on virtual time. The case
//! behaves the same in both. [`runner::run_case`] returns the verdict and the events.
//!
//! This crate judges, so it never names the reference implementation: it decodes with `rspcheck-dissect`
//! and expects the behaviour that the catalogue in `rspcheck-spec` states.
//!
//! Where to enter: [`Tester`] for writing cases, [`World`] for a new kind of target, [`monitor`] for what
//! holds for every message.

mod case;
pub mod conversation;
mod kind;
pub mod monitor;
mod peer;
mod player;
pub mod prelude;
pub mod runner;
mod tester;
mod world;

pub use case::{Case, Outcome, Role, Stop, registrar};
pub use kind::*;
pub use peer::{Death, EnrpPeer, Entry, Habits, Reaction};
pub use player::{Message, Player, PoolElement, PoolHandle, PoolUser};
pub use rspcheck_dissect::forge;
pub use rspcheck_spec::event::{Change, Instance};
pub use tester::{ADD_PE, DEL_PE, Note, Placed, TargetProfile, Tester, server_information};
pub use world::{
    Assoc, Deed, Disturbance, Endpoint, EndpointKind, Happening, Link, PacketFate, Signal, Start,
    World, WorldError,
};
