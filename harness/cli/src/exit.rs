//! Exit codes, documented in `rspcheck --help` and README. 4 (too few cases ran), 5 (inconclusive) and 130 (interrupted)
//! of a run that has a record are given by `rspcheck_report::exit_code` alone.

use std::process::ExitCode;

/// Everything asked for was done and nothing unexpected was found.
pub(crate) const OK: u8 = 0;
/// The target, capture or codec failed.
pub(crate) const FAIL: u8 = 1;
/// The command line, a target file or another input we were given to follow is wrong.
pub(crate) const USAGE: u8 = 2;
/// The environment does not allow it: no such transport, a file cannot be read or is cut off, a target does not start.
pub(crate) const ENVIRONMENT: u8 = 3;
/// The harness crashed.
pub(crate) const HARNESS: u8 = 5;
/// A measurement is invalid or has become worse.
pub(crate) const BENCH: u8 = 6;

/// An error that knows its exit code. Wraps the sentence that is printed.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Exit code.
    pub code: u8,
    /// The error with its place and its remedy.
    pub error: anyhow::Error,
}

impl Failure {
    /// A failure of our environment.
    pub(crate) fn environment(error: impl Into<anyhow::Error>) -> Failure {
        Failure {
            code: ENVIRONMENT,
            error: error.into(),
        }
    }
    /// A wrong flag, file or selector.
    pub(crate) fn usage(error: impl Into<anyhow::Error>) -> Failure {
        Failure {
            code: USAGE,
            error: error.into(),
        }
    }
}

/// The result of a subcommand.
pub(crate) type Done = Result<ExitCode, Failure>;
