//! The report for programs, in JSON.

use crate::area::{Area, areas};
use crate::coverage::{Coverage, coverage};
use crate::{Report, Standing, Totals, exit_code, exit_meaning};
use rspcheck_spec::run::Run;
use serde::Serialize;
use std::collections::BTreeMap;

/// Format name of the `report` object.
pub const FORMAT: &str = "rspcheck-report/1";

/// The record of the run as in `run.json`, so that readers of that file can read this too, with `report` added.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    run: &'a Run,
    report: Computed<'a>,
}

#[derive(Serialize)]
struct Computed<'a> {
    format: &'static str,
    exit: Exit,
    totals: Totals,
    /// Standing of each case, by id.
    standings: BTreeMap<&'a str, Standing>,
    areas: Vec<Area>,
    coverage: Coverage,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Exit {
    code: u8,
    meaning: String,
    strict: bool,
    min_run: usize,
}

/// Returns `run.json` with one more member, `report`, of the format [`FORMAT`]: the exit code and its meaning, the
/// counts, each case's standing, the areas, and every requirement with its result and the cases that checked it.
/// Later versions may add members; under the same format name, no member changes its meaning.
pub fn json(report: &Report<'_>) -> String {
    let Report { run, options, .. } = *report;
    let whole = Whole {
        run,
        report: Computed {
            format: FORMAT,
            exit: Exit {
                code: exit_code(run, &options),
                meaning: exit_meaning(run, &options),
                strict: options.strict,
                min_run: options.min_run,
            },
            totals: Totals::of(&run.cases),
            standings: run
                .cases
                .iter()
                .map(|case| (case.id.as_str(), Standing::of(case)))
                .collect(),
            areas: areas(run, report.statements.rfcs),
            coverage: coverage(run, &report.statements),
            notes: report.notes,
        },
    };
    let text = serde_json::to_string_pretty(&whole)
        .expect("plain data with string keys always serialises");
    text + "\n"
}
