//! Words that several sections share: conversations that the test kit has no word for.

mod announcement;
mod burst;
mod enrp;
mod forms;
mod hostile;
mod keep_alive;
mod large_pool;
mod reaction;
mod registration;
mod selection;
mod several;
mod start_up;
mod unknown_parameter;

pub(crate) use announcement::*;
pub(crate) use burst::*;
pub(crate) use enrp::*;
pub(crate) use forms::*;
pub(crate) use hostile::*;
pub(crate) use keep_alive::*;
pub(crate) use large_pool::*;
pub(crate) use reaction::*;
pub(crate) use registration::*;
pub(crate) use selection::*;
pub(crate) use several::*;
pub(crate) use start_up::*;
pub(crate) use unknown_parameter::*;
