//! `rspcheck vectors`: list and export the test vectors, and check codecs against them.

use crate::exit::{self, Done, Failure};
use crate::output;
use anyhow::anyhow;
use clap::{Subcommand, value_parser};
use globset::Glob;
use rspcheck_adapters::codec::ReferenceCodec;
use rspcheck_vectors::{
    Codec, Dissector, Expect, Judgement, LoadError, ProcessCodec, Vector, builtin, check, load,
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Check a codec: yours (--codec), or those inside this program.
    Check(CheckArgs),
    /// List the vectors.
    List(ListArgs),
    /// Print all vectors as one JSON document, with bases and patches resolved.
    Export(Selection),
}

/// Arguments that select vectors.
#[derive(clap::Args)]
struct Selection {
    /// Vector files, or directories of them [default: ./vectors/wire, else the copy inside this program]
    #[arg(value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    /// Only vectors whose id matches, as in `asap/*/cut-*`.
    #[arg(long, value_name = "GLOB")]
    filter: Option<Glob>,
}

#[derive(clap::Args)]
struct CheckArgs {
    #[command(flatten)]
    selection: Selection,
    /// A command that reads questions and writes answers, one JSON line each (see vectors/README.md).
    #[arg(long, value_name = "CMD")]
    codec: Option<String>,
    /// Seconds that the codec has for each answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = value_parser!(u64).range(1..=3600), requires = "codec")]
    timeout: u64,
    /// Print the results as one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct ListArgs {
    #[command(flatten)]
    selection: Selection,
    /// Print the list as one JSON document.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub(crate) fn run(args: Args) -> Done {
    match args.action {
        Action::Check(args) => check_codecs(&args),
        Action::List(args) => list(&args),
        Action::Export(selection) => {
            let vectors = selection.vectors()?;
            print_json(&serde_json::json!({ "format": "rspcheck-vectors/1", "vectors": vectors }))?;
            Ok(ExitCode::from(exit::OK))
        }
    }
}

/// The codecs inside this program, for when no command is given.
fn own_codecs() -> Vec<Box<dyn Codec>> {
    vec![Box::new(Dissector), Box::new(ReferenceCodec::default())]
}

impl Selection {
    fn vectors(&self) -> Result<Vec<Vector>, Failure> {
        let here = Path::new("vectors/wire");
        let mut vectors = if !self.paths.is_empty() {
            load::paths(&self.paths).map_err(unloaded)?
        } else if here.is_dir() {
            load::paths(&[here.to_owned()]).map_err(unloaded)?
        } else {
            builtin()
        };
        if let Some(glob) = &self.filter {
            let filter = glob.compile_matcher();
            let all = vectors.len();
            vectors.retain(|vector| filter.is_match(&vector.id));
            if vectors.is_empty() {
                let what = anyhow!(
                    "--filter {glob} matches none of the {all} vectors; `rspcheck vectors list` shows their ids"
                );
                return Err(Failure::usage(what));
            }
        }
        Ok(vectors)
    }
}

fn unloaded(error: LoadError) -> Failure {
    match error {
        LoadError::Unreadable { .. } => Failure::environment(error),
        LoadError::Wrong { .. } | LoadError::Empty { .. } => Failure::usage(error),
    }
}

fn check_codecs(args: &CheckArgs) -> Done {
    let vectors = args.selection.vectors()?;
    let codecs = match &args.codec {
        Some(command) => {
            let codec = ProcessCodec::start(command, Duration::from_secs(args.timeout));
            let codec: Box<dyn Codec> = Box::new(codec.map_err(Failure::environment)?);
            vec![codec]
        }
        None => own_codecs(),
    };
    let mut reports = Vec::new();
    for mut codec in codecs {
        let report = ask(&vectors, codec.as_mut())?;
        if !args.json {
            print(&report.to_string())?;
        }
        reports.push(report);
    }
    if args.json {
        print_json(&serde_json::json!({ "codecs": reports }))?;
    }
    let failed = reports.iter().any(|report| report.fail > 0);
    Ok(ExitCode::from(if failed { exit::FAIL } else { exit::OK }))
}

/// The results of one codec for all vectors.
#[derive(Serialize)]
struct Report {
    codec: String,
    pass: usize,
    fail: usize,
    /// Number of passed vectors that a codec may accept or reject.
    either: usize,
    results: Vec<Finding>,
}

/// The result of one codec for one vector.
#[derive(Serialize)]
struct Finding {
    id: String,
    pass: bool,
    #[serde(flatten)]
    judgement: Judgement,
    #[serde(skip)]
    about: String,
    #[serde(skip)]
    place: String,
}

fn ask(vectors: &[Vector], codec: &mut dyn Codec) -> Result<Report, Failure> {
    let mut results = Vec::new();
    let asked = check(vectors, codec, |vector, judgement| {
        results.push(Finding {
            id: vector.id.clone(),
            pass: judgement.passes(),
            judgement: judgement.clone(),
            about: vector.about.clone(),
            place: vector.place.clone(),
        });
    });
    asked.map_err(|failure| Failure {
        code: if failure.never_started() {
            exit::ENVIRONMENT
        } else {
            exit::FAIL
        },
        error: anyhow::Error::new(failure).context(format!(
            "gave up after {} of {} vectors",
            results.len(),
            vectors.len()
        )),
    })?;
    let pass = results.iter().filter(|finding| finding.pass).count();
    let either = |finding: &&Finding| finding.pass && finding.judgement.note.is_some();
    Ok(Report {
        codec: codec.name().to_owned(),
        pass,
        fail: results.len() - pass,
        either: results.iter().filter(either).count(),
        results,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut aspects: BTreeMap<String, usize> = BTreeMap::new();
        for finding in self.results.iter().filter(|finding| !finding.pass) {
            writeln!(f, "FAIL {} ({})", finding.id, finding.place)?;
            writeln!(f, "     {}", finding.about)?;
            for mismatch in &finding.judgement.mismatches {
                writeln!(f, "     {}: {mismatch}", mismatch.aspect)?;
                *aspects.entry(mismatch.aspect.to_string()).or_default() += 1;
            }
        }
        let all = self.results.len();
        let Report {
            codec,
            pass,
            fail,
            either,
            ..
        } = self;
        write!(
            f,
            "{codec}: {all} vectors, {pass} pass ({either} of them may go either way), {fail} fail"
        )?;
        let counts: Vec<String> = aspects
            .iter()
            .map(|(aspect, count)| format!("{aspect} {count}"))
            .collect();
        if counts.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", counts.join(", "))
        }
    }
}

fn list(args: &ListArgs) -> Done {
    let vectors = args.selection.vectors()?;
    if args.json {
        let row = |vector: &Vector| {
            serde_json::json!({
                "id": vector.id, "protocol": vector.protocol, "expect": vector.expect, "about": vector.about,
                "covers": vector.covers, "origin": vector.origin,
            })
        };
        print_json(&vectors.iter().map(row).collect::<Vec<_>>())?;
        return Ok(ExitCode::from(exit::OK));
    }
    let width = vectors
        .iter()
        .map(|vector| vector.id.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for vector in &vectors {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{:width$}  {:6}  {}",
            vector.id,
            vector.expect.word(),
            vector.about
        );
    }
    let count = |expect| {
        vectors
            .iter()
            .filter(|vector| vector.expect == expect)
            .count()
    };
    let _ = write!(
        text,
        "{} vectors: {} to accept, {} to reject, {} either way",
        vectors.len(),
        count(Expect::Accept),
        count(Expect::Reject),
        count(Expect::Either)
    );
    print(&text)?;
    Ok(ExitCode::from(exit::OK))
}

fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::environment)?;
    output::print(&format!("{text}\n"))
}

/// Prints a text without control characters, because the words of a codec must not control the terminal.
fn print(text: &str) -> Result<(), Failure> {
    output::print(&format!("{}\n", rspcheck_report::clean_lines(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use rspcheck_vectors::{Answer, CodecFailure, Verdict};

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    fn vectors(line: &str) -> Done {
        run(Cli::parse_from(line.split(' ')).args)
    }

    fn failure(line: &str) -> (u8, String) {
        let failure = vectors(line).expect_err(line);
        (failure.code, format!("{:#}", failure.error))
    }

    #[test]
    fn our_own_codecs_agree_with_every_vector() {
        for mut codec in own_codecs() {
            let report = ask(&builtin(), codec.as_mut()).expect("they are in this program");
            assert_eq!(report.fail, 0, "{report}");
            assert!(report.pass > 300, "{report}");
        }
    }

    #[test]
    fn wrong_input_is_told_from_a_wrong_environment_and_a_wrong_codec() {
        let (code, says) = failure("vectors check --filter no/such/vector");
        assert_eq!(code, exit::USAGE);
        assert!(
            says.starts_with("--filter no/such/vector matches none of the "),
            "{says}"
        );

        let (code, says) = failure("vectors list /no/such/file.toml");
        assert_eq!(code, exit::ENVIRONMENT);
        assert_eq!(says.matches("No such file").count(), 1, "{says}");

        let (code, says) = failure("vectors check --codec /no/such/codec");
        assert_eq!(code, exit::ENVIRONMENT);
        assert!(says.contains("does not start"), "{says}");

        let (code, says) = failure("vectors check --codec exit");
        assert_eq!(code, exit::FAIL);
        assert!(
            says.starts_with("gave up after 0 of ") && says.contains("answer line 1"),
            "{says}"
        );
    }

    #[test]
    fn a_report_names_vector_place_and_aspect() {
        struct Yes;
        impl Codec for Yes {
            fn name(&self) -> &str {
                "yes"
            }
            fn decode(&mut self, _: &Vector) -> Result<Answer, CodecFailure> {
                Ok(Answer::of(Verdict::Accept))
            }
        }
        let vectors: Vec<Vector> = builtin()
            .into_iter()
            .filter(|vector| vector.id.starts_with("asap/cookie/"))
            .collect();
        let report = ask(&vectors, &mut Yes).expect("it answers");
        let text = report.to_string();
        assert!(
            text.starts_with("FAIL asap/cookie/no-cookie (asap/cookie.toml:"),
            "{text}"
        );
        assert!(
            text.contains("verdict: expected reject at 4 missing-parameter, got accept"),
            "{text}"
        );
        assert!(
            text.ends_with(
                "yes: 3 vectors, 1 pass (0 of them may go either way), 2 fail (verdict 2)"
            ),
            "{text}"
        );
    }
}
