//! `rspcheck report`: renders the record of a run.

use crate::exit::{Done, Failure};
use crate::output::print;
use anyhow::{Context, anyhow};
use rspcheck_dissect::{Node, Protocol, Value, dissect};
use rspcheck_report::{Options, Report, RunDir, Span};
use rspcheck_spec::catalogue::catalogue;
use rspcheck_spec::event::Traffic;
use std::path::PathBuf;
use std::process::ExitCode;

/// PPID of ENRP (RFC 5353 §5.4).
const ENRP_PPID: u32 = 12;

/// Arguments of `report`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run directory, or the `run.json` in it.
    #[arg(default_value = "runs/last")]
    run: PathBuf,
    /// Format of the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// File to write to (default: standard output).
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Judge as `run --strict` does, even if the run was not strict.
    #[arg(long)]
    strict: bool,
    /// Show every section in the table of the text, also those that passed.
    #[arg(long, short)]
    verbose: bool,
}

/// Format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For a terminal: failures with their reasons, the summary last.
    Text,
    /// For programs: run.json, with the results computed from it in `report`.
    Json,
    /// For build servers: JUnit XML.
    Junit,
    /// For a forge: GitHub's Markdown.
    Markdown,
}

/// Renders it. That succeeds for a failed run too; the report shows the exit code of the run itself.
pub(crate) fn run(args: Args) -> Done {
    let dir =
        RunDir::load(&args.run).map_err(|wrong| Failure::environment(missing(&args, wrong)))?;
    let mut options = Options::of(dir.run());
    options.strict |= args.strict;
    let rendered = render(&dir, options, args.format, args.verbose);
    match &args.output {
        Some(file) => {
            let plain = if args.format == Format::Text {
                rspcheck_report::plain(&rendered)
            } else {
                rendered
            };
            let written = std::fs::write(file, plain)
                .with_context(|| format!("cannot write {}", file.display()));
            written.map_err(Failure::environment)?;
        }
        None => print(&rendered)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Renders a run as text (styled), JSON, JUnit or Markdown. `verbose` is for text only.
pub(crate) fn render(dir: &RunDir, options: Options, format: Format, verbose: bool) -> String {
    let place = dir.path().display().to_string();
    let report = Report {
        run: dir.run(),
        statements: catalogue().into(),
        events: &|case| dir.events(case),
        annotate: &annotate,
        place: Some(&place),
        options,
        verbose,
        notes: dir.notes(),
    };
    match format {
        Format::Text => rspcheck_report::text(&report),
        Format::Json => rspcheck_report::json(&report),
        Format::Junit => rspcheck_report::junit(&report),
        Format::Markdown => rspcheck_report::markdown(&report),
    }
}

fn missing(args: &Args, wrong: rspcheck_report::LoadError) -> anyhow::Error {
    let never = !args.run.exists();
    if never {
        anyhow!("{wrong}; give the directory that `rspcheck run` created")
    } else {
        anyhow!(wrong)
    }
}

/// The fields of a message, for its hexdump.
fn annotate(traffic: &Traffic) -> Vec<Span> {
    let protocol = if traffic.ppid == Some(ENRP_PPID) {
        Protocol::Enrp
    } else {
        Protocol::Asap
    };
    let dissection = dissect(protocol, &traffic.octets);
    let mut spans = Vec::new();
    gather(dissection.root(), 0, &mut spans);
    spans
}

/// Takes a node and what is in it, each shown by its name and, where it has one, its value.
fn gather(node: Node<'_>, depth: usize, spans: &mut Vec<Span>) {
    let value = node
        .value()
        .map_or(String::new(), |value| format!(" {}", shown(&value)));
    let note = if node.note().is_empty() {
        String::new()
    } else {
        format!(" ({})", node.note())
    };
    let label = format!("{}{}{value}{note}", "  ".repeat(depth), node.name());
    spans.push(Span {
        offset: node.offset(),
        len: node.length(),
        label,
    });
    // A parameter that is one value shows it itself.
    for child in node
        .children()
        .filter(|child| child.is_filler() || !child.segment().is_empty())
    {
        gather(child, depth + 1, spans);
    }
}

/// A value beside its octets, which show the rest of a long one.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 32;
    let mut text = match value {
        Value::Number(number @ 10..) => format!("{number} ({number:#x})"),
        Value::Opaque(_) => format!("{:?}", value.to_string()),
        other => other.to_string(),
    };
    if text.chars().count() > LONGEST {
        text = text.chars().take(LONGEST - 1).chain(['…']).collect();
    }
    text
}
