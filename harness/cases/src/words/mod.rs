//! Words that several sections share: conversations that the test kit has no word for.

mod announcement;
mod burst;
mod enrp;
mod keep_alive;
mod reaction;
mod registration;
mod selection;
mod unknown_parameter;

pub(crate) use announcement::*;
pub(crate) use burst::*;
pub(crate) use enrp::*;
pub(crate) use keep_alive::*;
pub(crate) use reaction::*;
pub(crate) use registration::*;
pub(crate) use selection::*;
pub(crate) use unknown_parameter::*;
