//! Why a registrar, pool element or pool user cannot run.

use std::fmt;
use std::io;

/// Why a registrar could not run.
#[derive(Debug)]
pub enum Failure {
    /// A setting cannot be used.
    Settings(String),
    /// The machine does not play along: port taken, address not here, no such transport.
    Environment(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(why) => f.write_str(why),
            Self::Environment(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Environment(error)
    }
}
