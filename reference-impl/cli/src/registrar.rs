//! The `registrar` command. Another program can carry it as its own command.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use rserpool::Failure;
use rserpool::registrar::Settings;
use rserpool::registrar::service::{self, ReadyLine};

use crate::command::{BAD_ENVIRONMENT, BAD_SETTINGS, LogFormat, fail, log_to_stderr};

/// Arguments of the command.
#[derive(Clone, Debug, clap::Args)]
pub struct RegistrarArgs {
    /// Read settings from this TOML file; its keys are the names of the flags, and flags win
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Check the settings, print all of them as TOML with the defaults filled in, and end
    #[arg(long)]
    pub check_config: bool,
    /// How to log on standard error, and how to say that it is ready on standard output
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// Runs the command to its end: 0 after a signal, [`BAD_SETTINGS`] or [`BAD_ENVIRONMENT`] with a line on
/// standard error. Sets the process's `tracing` subscriber.
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
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(why) => fail(BAD_SETTINGS, &why),
    }
}
