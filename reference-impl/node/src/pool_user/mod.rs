//! The pool user: it resolves pool handles, and holds sessions with pools that outlive their pool elements.
//!
//! [`UserDriver`] glues engine and transport without clock or IO of its own.

pub mod driver;
mod lines;
pub mod settings;

pub use driver::{Refused, Setup, UserDriver};
pub use settings::Settings;
