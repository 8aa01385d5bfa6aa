//! `rserpool`: the reference implementation on the command line.

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rserpool_cli::command;
use rserpool_cli::pe::{self, PeArgs};
use rserpool_cli::pu::{self, PuCommand};
use rserpool_cli::registrar::{self, RegistrarArgs};
use rserpool_cli::sim::{self, SimArgs};
use rserpool_cli::status::{self, StatusArgs};

/// Reference implementation of RSerPool (RFC 5351-5356).
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a registrar until SIGTERM or SIGINT
    Registrar(Box<RegistrarArgs>),
    /// Run a pool element, with a built-in service or for an existing server, until SIGTERM or SIGINT
    Pe(Box<PeArgs>),
    /// Use a pool: resolve its handle, or keep a session with it
    #[command(subcommand)]
    Pu(PuCommand),
    /// Simulate registrars, pool elements and pool users under faults, and check their properties
    Sim(SimArgs),
    /// Show the state of a running registrar
    Status(StatusArgs),
    /// Decode and encode messages: JSON lines from standard input to standard output
    Codec,
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Registrar(args) => registrar::registrar(*args),
        Command::Pe(args) => pe::pe(*args),
        Command::Pu(command) => pu::pu(command),
        Command::Sim(args) => sim::sim(&args),
        Command::Status(args) => status::status(&args),
        Command::Codec => match rserpool_cli::codec::run(io::stdin().lock(), io::stdout().lock()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => command::fail(command::BAD_ENVIRONMENT, &error),
        },
    }
}
