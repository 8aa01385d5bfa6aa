//! The end of a child process.

use rustix::process::{Signal, WaitIdStatus};
use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// The end of a child; its text is for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this status.
    Exit(i32),
    /// A signal with this number killed it.
    Signal(i32),
}

impl From<WaitIdStatus> for End {
    fn from(status: WaitIdStatus) -> End {
        match status.terminating_signal() {
            Some(signal) => End::Signal(signal),
            None => End::Exit(status.exit_status().unwrap_or(-1)),
        }
    }
}

impl From<ExitStatus> for End {
    fn from(status: ExitStatus) -> End {
        match status.signal() {
            Some(signal) => End::Signal(signal),
            None => End::Exit(status.code().unwrap_or(-1)),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            End::Exit(status) => write!(f, "exit status {status}"),
            End::Signal(number) => {
                write!(f, "killed by signal {number}")?;
                name_of(*number).map_or(Ok(()), |name| write!(f, " ({name})"))
            }
        }
    }
}

/// Returns the name of a signal with which programs end.
fn name_of(number: i32) -> Option<&'static str> {
    let names = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::TERM, "SIGTERM"),
    ];
    let found = names.iter().find(|(known, _)| known.as_raw() == number);
    found.map(|(_, name)| *name)
}
