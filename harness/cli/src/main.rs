//! `rspcheck`: conformance tests, vectors, captures and measurements for Reliable Server Pooling.
//!
//! Each subcommand is a module of its own with `Args` and `run`; this file only parses and dispatches.

mod bench;
mod check;
mod crash;
mod dissect;
mod doctor;
mod exit;
mod explain;
mod guard;
mod list;
mod matrix;
mod output;
mod report;
mod run;
mod select;
mod unread;
mod vectors;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Checks and measures implementations of Reliable Server Pooling (ASAP, RFC 5352; ENRP, RFC 5353).
#[derive(Parser)]
#[command(name = "rspcheck", version, max_term_width = 110, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 ok · 1 failed · 2 usage or input file · 3 environment · 4 too few tests ran · \
                          5 inconclusive or harness error · 6 bench invalid or worse · 130 interrupted";

#[derive(Subcommand)]
enum Command {
    /// Run conformance cases against a target (default: the bundled registrar over SCTP on loopback).
    Run(run::Args),
    /// Run the cases with several registrars on combinations of targets: which is home, and which takes over.
    Matrix(matrix::Args),
    /// List the cases.
    List(list::Args),
    /// Explain a case or a requirement.
    Explain(explain::Args),
    /// Render the record of a run.
    Report(report::Args),
    /// Show every ASAP and ENRP message of capture files.
    Dissect(dissect::Args),
    /// Judge capture files.
    Check(check::Args),
    /// Check a codec against the test vectors.
    Vectors(vectors::Args),
    /// Check which transports work on this machine; print the causes and remedies of those that do not.
    Doctor(doctor::Args),
    /// Measure a target.
    Bench(bench::Args),
    /// The bundled registrar (`rserpool registrar`), as `run` starts it.
    #[command(hide = true)]
    Registrar(Box<rspcheck_adapters::bundled::RegistrarArgs>),
    /// Become a command that ends with its parent.
    #[command(hide = true)]
    Guard(guard::Args),
}

fn main() -> ExitCode {
    let command = Cli::parse().command;
    // A panic has the exit code of an error of the harness.
    let done = crash::caught(|| done(command)).unwrap_or_else(|text| {
        Err(exit::Failure {
            code: exit::HARNESS,
            error: anyhow::anyhow!("the harness crashed: {text}"),
        })
    });
    done.unwrap_or_else(|failure| {
        output::say(format_args!("rspcheck: {:#}", failure.error));
        ExitCode::from(failure.code)
    })
}

fn done(command: Command) -> exit::Done {
    match command {
        Command::Run(args) => run::run(args),
        Command::Matrix(args) => matrix::run(args),
        Command::List(args) => list::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Report(args) => report::run(args),
        Command::Dissect(args) => dissect::run(args),
        Command::Check(args) => check::run(args),
        Command::Vectors(args) => vectors::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Bench(args) => bench::run(args),
        Command::Registrar(args) => Ok(rspcheck_adapters::bundled::registrar(*args)),
        Command::Guard(args) => guard::run(args),
    }
}
