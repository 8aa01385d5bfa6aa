//! The error of a registrar, pool element or pool user that cannot run.

use std::fmt;
use std::io;

/// The reason why a registrar, pool element or pool user cannot run.
#[derive(Debug)]
pub enum Failure {
    /// A setting cannot be used.
    Settings(String),
    /// The host lacks something: the port is in use, the address is not local, or the transport does not exist.
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
