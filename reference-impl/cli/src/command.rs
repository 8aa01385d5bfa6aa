//! Exit codes and logging, which all commands share.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

/// Exit code: a setting cannot be used.
pub const BAD_SETTINGS: u8 = 2;
/// Exit code: the host lacks something that the settings ask for, or the stack failed.
pub const BAD_ENVIRONMENT: u8 = 3;

/// The format of logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines of text.
    Text,
    /// JSON lines.
    Json,
}

/// Writes `why` to standard error and returns the exit code `code`.
pub fn fail(code: u8, why: &dyn Display) -> ExitCode {
    // The exit code reports the failure where standard error cannot be written.
    let _ = writeln!(io::stderr(), "rserpool: {why}");
    ExitCode::from(code)
}

/// Prints `text` to standard output. A reader that has seen enough is no error.
///
/// # Errors
/// Standard output cannot be written: the exit code, after a line on standard error.
pub(crate) fn print(text: &str) -> Result<(), ExitCode> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let why = format!("cannot write to standard output: {error}");
            Err(fail(BAD_ENVIRONMENT, &why))
        }
        _ => Ok(()),
    }
}

/// Logs to standard error by `RUST_LOG`; `RUST_LOG=rserpool=debug` logs every registration and resolution.
///
/// Where standard error cannot be written, the command goes on without its log.
pub(crate) fn log_to_stderr(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would report an error of standard error on standard error, and panic.
        .log_internal_errors(false)
        .with_writer(io::stderr);
    // Another subscriber that the carrying program has set stays.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
