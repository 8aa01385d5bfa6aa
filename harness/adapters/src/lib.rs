//! Targets and worlds: the connection between the harness and the implementation that it tests.
//!
//! A [`target::Target`] describes what is tested. [`worlds::Worlds`] makes a `World` of the test kit for each
//! case: [`in_process`] on virtual time, [`live`] over SCTP, TCP and UDP on wall time, with a
//! [`process`] of its own where the target is spawned. [`doctor`] checks which transports work on this machine.
//! The crate judges nothing.

mod ask;
pub mod bundled;
pub mod carrier;
pub mod codec;
pub mod doctor;
mod event_map;
pub mod fault;
pub mod in_process;
mod launch;
pub mod live;
mod obituary;
mod occupied;
mod peer_addresses;
mod ports;
pub mod process;
mod relay;
pub mod target;
mod wire;
pub mod worlds;
