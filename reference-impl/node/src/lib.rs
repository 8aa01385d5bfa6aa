//! A registrar, a pool element and a pool user, built from the engines of `rsp-proto` and the stacks of
//! `rsp-transport`.
//!
//! Programs enter at [`PoolElement`] and [`PoolUser`]. Beneath, [`registrar::RegistrarDriver`],
//! [`pool_element::ElementDriver`] and [`pool_user::UserDriver`] connect an engine to a transport without clock
//! or I/O of their own, so that a simulation can run the same code on virtual time; [`registrar::service`] and the
//! live types run these drivers in a loop with the clock and a live stack. [`services`] are the built-in
//! applications of a pool element.
//!
//! The command line is the crate `rserpool-cli`, for which the feature `cli` derives flags from the settings.

mod address;
mod association;
pub mod carrier;
mod clock;
#[doc(hidden)]
pub mod example;
mod failure;
mod outbox;
pub mod policy;
pub mod pool_element;
pub mod pool_user;
pub mod registrar;
pub mod services;
pub mod settings;
pub mod signals;
pub mod values;
mod warnings;

pub use failure::Failure;
pub use pool_element::PoolElement;
pub use pool_user::PoolUser;
