//! The pool element.
//!
//! [`ElementDriver`] glues engine, transport and service without clock or IO of its own.

pub mod command;
mod cookies;
pub mod driver;
mod endpoints;
mod front;
mod live;
mod policy;
pub mod settings;
pub mod text;

pub use cookies::Cookies;
pub use driver::{ElementDriver, Event, Setup};
pub use endpoints::Users;
pub use live::PoolElement;
pub use policy::{PolicyText, is_adaptive};
pub use rsp_proto::pool_element::{Config, Event as AsapEvent};
pub use settings::Settings;
