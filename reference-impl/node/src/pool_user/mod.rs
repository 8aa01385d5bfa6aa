//! The pool user: it resolves pool handles, and holds sessions with pools that outlive their pool elements.
//!
//! [`PoolUser`] is the library for programs, [`command`] is the `rserpool pu` command around it, and
//! [`UserDriver`] glues engine and transport without clock or IO of its own.

pub mod command;
pub mod driver;
mod lines;
pub mod live;
pub mod load;
mod resolve;
mod session;
pub mod settings;
pub mod show;
mod terminal;

pub use driver::{Refused, Setup, UserDriver};
pub use live::{PoolUser, ResolveError, Resolved, SessionError};
pub use rsp_proto::pool_user::{
    Config, Event, Failover, Failure, Fault, Message, Request, Resolution, Session, SessionFailure,
    Target, Unsent,
};
pub use settings::Settings;
