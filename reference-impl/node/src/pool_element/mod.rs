//! The pool element.
//!
//! [`ElementDriver`] glues engine, transport and service without clock or IO of its own.

mod cookies;
pub mod driver;
mod endpoints;
mod policy;

pub use cookies::Cookies;
pub use driver::{ElementDriver, Event, Setup};
pub use endpoints::Users;
pub use policy::{PolicyText, is_adaptive};
pub use rsp_proto::pool_element::{Config, Event as AsapEvent};
