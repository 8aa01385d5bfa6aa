//! All names that a file of cases needs: `use rspcheck_testkit::prelude::*;`.

pub use crate::case::{Case, Outcome, Stop, registrar};
pub use crate::forge::{self, Cause, Forge, ForgeError, Parameter, Policy, Transport};
pub use crate::kind::*;
pub use crate::peer::{Death, EnrpPeer, Entry, Habits, Reaction};
pub use crate::player::{Message, Player, PoolElement, PoolHandle, PoolUser};
pub use crate::tester::{ADD_PE, DEL_PE, Tester, server_information};
pub use crate::world::{Link, PacketFate, Signal};
pub use rspcheck_spec::ReqId;
pub use rspcheck_spec::event::Instance;
pub use rspcheck_spec::ics::Ics;
pub use rspcheck_spec::id::*;
pub use std::time::Duration;
