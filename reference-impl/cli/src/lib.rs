//! The commands of the program `rserpool`, one module each: arguments, output, exit codes. Another program can
//! include one of them as its own command.

pub mod codec;
pub mod command;
pub mod fields;
pub mod pe;
pub mod pu;
pub mod registrar;
pub mod sim;
pub mod status;
