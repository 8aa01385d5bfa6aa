//! `rserpool`: the reference implementation on the command line.

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rserpool::command::{self, RegistrarArgs};

/// Reference implementation of RSerPool (RFC 5351-5356).
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pool elements and pool users by ASAP until SIGTERM or SIGINT
    Registrar(Box<RegistrarArgs>),
    /// Decode and encode messages: JSON lines on standard input and output
    Codec,
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Registrar(args) => command::registrar(*args),
        Command::Codec => match rserpool::codec::run(io::stdin().lock(), io::stdout().lock()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => command::fail(command::BAD_ENVIRONMENT, &error),
        },
    }
}
