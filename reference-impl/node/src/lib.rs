//! The reference node: a registrar (and later a pool element and a pool user) built from the engines of
//! `rsp-proto` and the stacks of `rsp-transport`.
//!
//! Enter at [`driver::RegistrarDriver`], which glues engine and transport without clock or IO of its own;
//! [`service`] is that driver in a loop with the clock, signals and a live stack, and the `rserpool` binary
//! is the command line around it.

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
