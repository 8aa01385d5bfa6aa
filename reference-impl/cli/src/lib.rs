//! The commands of the program `rserpool`, one module each: their arguments, what they print, how they end.
//! Another program can carry one of them as its own command.

pub mod codec;
pub mod command;
pub mod fields;
pub mod pe;
pub mod pu;
pub mod registrar;
pub mod sim;
pub mod status;
