//! The registrar: an ENRP server that serves pool elements and pool users by ASAP and its peers by ENRP.
//!
//! [`service`] is the registrar as a process, [`RegistrarDriver`] glues engine and transport without clock or IO
//! of its own, [`settings`] is everything that can be set, and [`status`] is what a running registrar reports.

pub mod driver;
pub mod service;
pub mod settings;
pub mod status;

pub use driver::{EnrpEndpoint, RegistrarDriver, Setup};
pub use settings::Settings;
