//! What the commands share: exit codes and logging.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

/// A setting cannot be used.
pub const BAD_SETTINGS: u8 = 2;
/// The machine does not play along.
pub const BAD_ENVIRONMENT: u8 = 3;

/// How to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// JSON lines.
    Json,
}

/// Says why on standard error.
pub fn fail(code: u8, why: &dyn Display) -> ExitCode {
    eprintln!("rserpool: {why}");
    ExitCode::from(code)
}

/// `RUST_LOG=rserpool=debug` shows every registration and resolution.
pub(crate) fn log_to_stderr(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    // Another subscriber that the carrying program has set stays.
    let _ = match format {
        LogFormat::Text => builder.with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}
