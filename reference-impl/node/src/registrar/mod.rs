//! The registrar: an ENRP server that serves pool elements and pool users by ASAP and its peers by ENRP.
//!
//! [`service`] is the registrar as a process, [`RegistrarDriver`] runs the engine on a transport without clock
//! or I/O of its own, [`settings`] are its settings, and [`status`] is the report of a running registrar.

mod descriptors;
pub mod driver;
pub mod service;
pub mod settings;
pub mod status;

pub use driver::{EnrpEndpoint, RegistrarDriver, Setup};
pub use settings::Settings;
