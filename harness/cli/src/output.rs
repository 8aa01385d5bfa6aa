//! Output of all subcommands. A stream that cannot be written is no panic.

use crate::exit::Failure;
use anyhow::anyhow;
use std::fmt::Display;
use std::io::{ErrorKind, Write};

/// Prints to standard output, styled where that is wanted. A reader that has seen enough (`| head`) is no error.
///
/// # Errors
///
/// Standard output cannot be written.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(wrong) if wrong.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|wrong| {
            Failure::environment(anyhow!(wrong).context("cannot write to standard output"))
        }),
    }
}

/// Prints text to standard error, with control characters as escapes: the words of a target or of a file must not command
/// a terminal. The exit code reports a failure too, so a stream that cannot be written is no
/// error.
pub(crate) fn say(text: impl Display) {
    let text = rspcheck_report::clean_lines(&text.to_string());
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Returns the command line of this process; octets that are not UTF-8 are replaced.
pub(crate) fn command_line() -> Vec<String> {
    std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}
