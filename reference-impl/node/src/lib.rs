//! The reference node: registrar, pool element and pool user, built from the engines of `rsp-proto` and the
//! stacks of `rsp-transport`.
//!
//! Programs enter at [`PoolElement`] and [`PoolUser`]. Beneath, [`driver::RegistrarDriver`],
//! [`pool_element::ElementDriver`] and [`pool_user::UserDriver`] glue an engine to a transport without clock or
//! IO of their own, so that [`sim`] runs the same code on virtual time; [`service`] and the live types are those
//! drivers in a loop with the clock and a live stack, and the `rserpool` binary is the command line around them.
//! [`services`] are what a pool element can do for its users.

pub mod codec;
pub mod command;
pub mod driver;
mod live;
mod outbox;
pub mod pool_element;
pub mod pool_user;
pub mod reach;
pub mod service;
pub mod services;
pub mod settings;
pub mod sim;

pub use pool_element::PoolElement;
pub use pool_user::PoolUser;
pub mod status;
mod warnings;
