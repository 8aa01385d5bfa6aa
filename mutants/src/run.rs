//! Runs of the suite, each in a process of its own.

use anyhow::{Context, ensure};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Most seconds of processor time and KiB of memory of a run. Without a mutant all cases take about 5 s.
const LIMITS: &str = "ulimit -t 30 -v 4000000; exec \"$0\" \"$@\"";

/// Result of a case.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Seen {
    #[serde(default)]
    case: String,
    #[serde(default)]
    verdict: String,
    /// Requirement or monitor.
    #[serde(default)]
    by: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    events: String,
    #[serde(default)]
    reached: BTreeSet<u32>,
    #[serde(default)]
    end: bool,
    /// Wall time of the run.
    #[serde(default)]
    took_us: u64,
}

/// All cases without a mutant.
pub(crate) struct Baseline {
    cases: Vec<Seen>,
}

/// Result of the suite on a mutant.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    /// No case comes to its place.
    NotReached,
    /// All cases that come to its place passed; `differs` names one with other events.
    Survived { differs: Option<String> },
    /// A case noticed it.
    Caught(Caught),
}

/// The case that notices a mutant.
#[derive(Clone, Debug)]
pub(crate) struct Caught {
    pub(crate) case: String,
    /// FAIL, CRASH, ERROR, WARN, INCONC, or ENDED for a run that reached its limits or ended the process.
    pub(crate) verdict: String,
    pub(crate) by: String,
    pub(crate) reason: String,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fate::NotReached => write!(f, "no case comes there"),
            Fate::Survived { differs: None } => write!(f, "same events"),
            Fate::Survived {
                differs: Some(case),
            } => write!(f, "other events in {case}"),
            Fate::Caught(Caught {
                case,
                verdict,
                by,
                reason,
            }) => write!(f, "{verdict} {case} {by} {reason}"),
        }
    }
}

impl Baseline {
    /// Runs all cases without a mutant.
    ///
    /// # Errors
    /// If the suite does not run, or a case does not pass.
    pub(crate) fn run(program: &Path, seed: u64) -> anyhow::Result<Baseline> {
        let mut cases = run(program, 0, seed, "")?;
        ensure!(
            cases.last().is_some_and(|last| last.end),
            "the suite without mutants ended early"
        );
        let wrong = cases
            .iter()
            .find(|seen| !seen.end && seen.verdict != "PASS");
        if let Some(Seen {
            case,
            verdict,
            reason,
            ..
        }) = wrong
        {
            anyhow::bail!("without mutants {case} is {verdict}: {reason}");
        }
        // The quick ones first: most mutants fail one of them.
        cases.retain(|seen| !seen.end);
        cases.sort_by_key(|seen| seen.took_us);
        Ok(Baseline { cases })
    }

    /// Returns the number of cases.
    pub(crate) fn cases(&self) -> usize {
        self.cases.len()
    }

    /// Runs the cases that come to the place of a mutant; for all others it changes nothing.
    ///
    /// # Errors
    /// If the suite does not run.
    pub(crate) fn on(&self, program: &Path, mutant: u32, seed: u64) -> anyhow::Result<Fate> {
        let cases: Vec<_> = self
            .cases
            .iter()
            .filter(|seen| seen.reached.contains(&mutant))
            .collect();
        if cases.is_empty() {
            return Ok(Fate::NotReached);
        }
        let ids: String = cases
            .iter()
            .map(|seen| format!("{}\n", seen.case))
            .collect();
        let seen = run(program, mutant, seed, &ids)?;
        let rank = |seen: &&Seen| match seen.verdict.as_str() {
            "PASS" => 0,
            "INCONC" => 1,
            "WARN" => 2,
            _ => 3,
        };
        let of_cases = || seen.iter().filter(|seen| !seen.end);
        let worst = of_cases()
            .rev()
            .max_by_key(rank)
            .filter(|seen| rank(seen) > 0);
        let fails = worst.filter(|seen| rank(seen) >= 2);
        if fails.is_none() && !seen.last().is_some_and(|last| last.end) {
            let next = cases.get(of_cases().count());
            return Ok(Fate::Caught(Caught {
                case: next.map_or_else(String::new, |seen| seen.case.clone()),
                verdict: "ENDED".to_owned(),
                by: String::new(),
                reason: "the process ended, or reached its limit of time or memory".to_owned(),
            }));
        }
        if let Some(Seen {
            case,
            verdict,
            by,
            reason,
            ..
        }) = worst.cloned()
        {
            return Ok(Fate::Caught(Caught {
                case,
                verdict,
                by,
                reason,
            }));
        }
        let mut pairs = of_cases().zip(&cases);
        let differs = pairs.find(|(seen, before)| seen.events != before.events);
        Ok(Fate::Survived {
            differs: differs.map(|(seen, _)| seen.case.clone()),
        })
    }
}

fn run(program: &Path, mutant: u32, seed: u64, cases: &str) -> anyhow::Result<Vec<Seen>> {
    let mut command = Command::new("bash");
    command
        .args(["-c", LIMITS])
        .arg(program)
        .arg(mutant.to_string())
        .arg(seed.to_string());
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().context("bash")?;
    // A process that has ended reads nothing.
    let _ = child
        .stdin
        .take()
        .map(|mut stdin| stdin.write_all(cases.as_bytes()));
    let done = child.wait_with_output().context("bash")?;
    let lines = String::from_utf8_lossy(&done.stdout);
    // The last line of a process that was killed can be a part.
    Ok(lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect())
}
