//! The `registrar` command. Another program can include it as its own command.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use rserpool::Failure;
use rserpool::registrar::Settings;
use rserpool::registrar::service::{self, ReadyLine};

use crate::command::{BAD_ENVIRONMENT, BAD_SETTINGS, LogFormat, fail, log_to_stderr, print};

/// Arguments of the command.
#[derive(Clone, Debug, clap::Args)]
pub struct RegistrarArgs {
    /// TOML file with settings; its keys are the names of the flags; flags win
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Check the settings, print all of them as TOML with the defaults filled in, then end
    #[arg(long)]
    pub check_config: bool,
    /// Format of logs on standard error and of the ready line on standard output
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// Runs the command. Returns 0 after a signal, else [`BAD_SETTINGS`] or [`BAD_ENVIRONMENT`] with a line on standard
/// error. Sets the `tracing` subscriber of the process.
pub fn registrar(args: RegistrarArgs) -> ExitCode {
    let from_file = match args.config.as_deref().map(Settings::read).transpose() {
        Ok(settings) => settings.unwrap_or_default(),
        Err(error) => return fail(BAD_SETTINGS, &error),
    };
    let settings = args.settings.over(from_file);
    if args.check_config {
        return check(&settings);
    }
    log_to_stderr(args.log);
    let line = match args.log {
        LogFormat::Text => ReadyLine::Text,
        LogFormat::Json => ReadyLine::Json,
    };
    match service::run(&settings, line, &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure @ Failure::Settings(_)) => fail(BAD_SETTINGS, &failure),
        Err(failure @ Failure::Environment(_)) => fail(BAD_ENVIRONMENT, &failure),
    }
}

fn check(settings: &Settings) -> ExitCode {
    let written = settings
        .effective()
        .and_then(|effective| toml::to_string(&effective).map_err(|error| error.to_string()));
    match written {
        Ok(text) => print(&text).err().unwrap_or(ExitCode::SUCCESS),
        Err(why) => fail(BAD_SETTINGS, &why),
    }
}
