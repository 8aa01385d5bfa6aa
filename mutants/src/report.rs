//! The report, and the reasons of the survivors.

use crate::find::Mutant;
use crate::run::Fate;
use crate::{Args, SURVIVED, Sample};
use anyhow::{Context, ensure};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// File of the reasons below the root of the project.
const FILE: &str = "mutants/survivors.toml";
/// Text at the beginning of the report.
const HEAD: &str = include_str!("report.md");

/// Survivors that were read by hand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Readings {
    /// Those of the present suite.
    #[serde(default)]
    survivor: Vec<Survivor>,
    /// Those of earlier suites that a case was written for.
    #[serde(default)]
    closed: Vec<Closed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Survivor {
    key: String,
    class: Class,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {
    key: String,
    case: String,
}

/// Classes of survivors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Class {
    /// A peer can see it, and no case does.
    Gap,
    /// A peer can see it, and the RFCs allow it.
    Allowed,
    /// No peer can see it: it is about messages that no registrar takes or sends, about speed, or about the operator.
    Unseen,
    /// The program does the same with it.
    Equivalent,
}

impl Class {
    const ALL: [(Class, &'static str); 4] = [
        (Class::Gap, "that a peer can see and no case does"),
        (Class::Allowed, "that a peer can see and the RFCs allow"),
        (Class::Unseen, "that no peer can see"),
        (Class::Equivalent, "that change nothing"),
    ];
}

impl Readings {
    /// Reads them.
    ///
    /// # Errors
    /// If the file cannot be read, or names a mutant twice.
    pub(crate) fn load(project: &Path) -> anyhow::Result<Readings> {
        let text = std::fs::read_to_string(project.join(FILE)).context(FILE)?;
        let readings: Readings = toml::from_str(&text).context(FILE)?;
        let mut keys: Vec<_> = readings
            .survivor
            .iter()
            .map(|survivor| &survivor.key)
            .collect();
        keys.sort_unstable();
        let twice = keys.windows(2).find(|pair| pair[0] == pair[1]);
        ensure!(twice.is_none(), "{FILE} has a key twice: {twice:?}");
        Ok(readings)
    }

    fn of(&self, mutant: &Mutant) -> Option<&Survivor> {
        let key = mutant.key();
        self.survivor.iter().find(|survivor| survivor.key == key)
    }
}

/// Results of a run.
pub(crate) struct Results<'a> {
    pub(crate) args: &'a Args,
    pub(crate) sample: &'a Sample,
    /// Number of cases.
    pub(crate) cases: usize,
    pub(crate) fates: &'a BTreeMap<u32, Fate>,
    pub(crate) readings: &'a Readings,
}

impl Results<'_> {
    /// Checks that each survivor has a reason.
    ///
    /// # Errors
    /// If one has none.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let unread = self
            .survivors()
            .into_iter()
            .filter(|(mutant, _)| self.readings.of(mutant).is_none());
        let unread: Vec<_> = unread
            .map(|(mutant, fate)| format!("{} ({fate})", mutant.key()))
            .collect();
        let count = unread.len();
        ensure!(
            count == 0,
            "{count} survivors have no reason in {FILE}:\n{}",
            unread.join("\n")
        );
        Ok(())
    }

    fn survivors(&self) -> Vec<(&Mutant, &Fate)> {
        let survived = self
            .fates
            .iter()
            .filter(|(_, fate)| !matches!(fate, Fate::Caught(_)));
        let mut survivors: Vec<_> = survived
            .map(|(number, fate)| (&self.sample.mutants[number], fate))
            .collect();
        survivors.sort_by_key(|(mutant, _)| (&mutant.file, mutant.line, &mutant.change));
        survivors
    }

    /// Returns one line for each mutant by its key: place, key, fate, and `caught` or `survived`.
    pub(crate) fn lines(&self) -> BTreeMap<String, String> {
        let line = |(number, fate): (&u32, &Fate)| {
            let mutant = &self.sample.mutants[number];
            let (place, key) = (format!("{}:{}", mutant.file, mutant.line), mutant.key());
            let end = match fate {
                Fate::Caught(_) => "caught",
                Fate::NotReached | Fate::Survived { .. } => SURVIVED,
            };
            let fate = fate.to_string().replace(['\t', '\n'], " ");
            (key.clone(), format!("{place}\t{key}\t{fate}\t{end}\n"))
        };
        self.fates.iter().map(line).collect()
    }

    /// Returns the report.
    pub(crate) fn text(&self, project: &Path) -> String {
        let mut text = HEAD.to_owned();
        self.numbers(project, &mut text);
        for (class, words) in Class::ALL {
            let of_class = |mutant: &Mutant| {
                self.readings
                    .of(mutant)
                    .filter(|survivor| survivor.class == class)
            };
            let survivors = self.survivors();
            let rows = survivors
                .iter()
                .filter_map(|(mutant, _)| Some((*mutant, of_class(mutant)?)));
            let rows: Vec<_> = rows.collect();
            if rows.is_empty() {
                continue;
            }
            let _ = writeln!(
                text,
                "\n## Survivors {words}\n\n| mutant | reason |\n|---|---|"
            );
            for (mutant, survivor) in rows {
                let _ = writeln!(text, "| {} | {} |", place(mutant), survivor.reason);
            }
        }
        self.closed(&mut text);
        text
    }

    fn numbers(&self, project: &Path, text: &mut String) {
        let Args {
            sample: wanted,
            seed,
            ..
        } = self.args;
        let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
        let commit = commit(project);
        let _ = writeln!(
            text,
            "{date}, commit {commit}, {} cases, `.ci/mutants --sample {wanted} --seed {seed}`.\n",
            self.cases
        );
        let mut rows = vec![
            ("mutants in the sources", self.sample.candidates.to_string()),
            (
                "drawn, and do not compile",
                self.sample.rejected.to_string(),
            ),
            ("sample", self.fates.len().to_string()),
        ];
        let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
        for fate in self.fates.values() {
            if let Fate::Caught(caught) = fate {
                *verdicts.entry(&caught.verdict).or_default() += 1;
            }
        }
        let caught: usize = verdicts.values().sum();
        let verdicts: Vec<_> = verdicts
            .iter()
            .map(|(verdict, count)| format!("{count} {verdict}"))
            .collect();
        rows.push(("caught", format!("{caught}: {}", verdicts.join(", "))));
        let survivors = self.survivors();
        let count = |class: Option<Class>| {
            let of_class = |(mutant, _): &&(&Mutant, &Fate)| {
                self.readings.of(mutant).map(|s| s.class) == class
            };
            survivors.iter().filter(of_class).count()
        };
        for (class, words) in Class::ALL {
            rows.push((words, count(Some(class)).to_string()));
        }
        let unread = count(None);
        if unread > 0 {
            rows.push(("not read yet", unread.to_string()));
        }
        let seen = caught + count(Some(Class::Gap)) + unread;
        let share = 100.0 * caught as f64 / seen.max(1) as f64;
        rows.push((
            "caught of those that break a rule before a peer",
            format!("{caught} of {seen}, {share:.1} %"),
        ));
        let _ = writeln!(text, "| | |\n|---|---|");
        for (what, number) in rows {
            let survivors = if what.starts_with("that ") {
                "survivors "
            } else {
                ""
            };
            let _ = writeln!(text, "| {survivors}{what} | {number} |");
        }
    }

    fn closed(&self, text: &mut String) {
        if self.readings.closed.is_empty() {
            return;
        }
        let _ = writeln!(
            text,
            "\n## Survivors of earlier suites\n\n| mutant | case that was written for it |\n|---|---|"
        );
        for Closed { key, case } in &self.readings.closed {
            let _ = writeln!(text, "| {} | `{case}` |", code(key));
        }
    }
}

/// Returns the place and the change of a mutant.
fn place(mutant: &Mutant) -> String {
    let file = mutant.file.trim_start_matches("reference-impl/");
    format!(
        "{file}:{} `{}`: {}: {}",
        mutant.line,
        mutant.function,
        mutant.change.replace('|', "\\|"),
        code(&mutant.text)
    )
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|").replace('`', "'"))
}

fn commit(project: &Path) -> String {
    let mut head = Command::new("git");
    head.current_dir(project)
        .args(["rev-parse", "--short", "HEAD"]);
    let head = head
        .output()
        .map(|done| String::from_utf8_lossy(&done.stdout).trim().to_owned());
    head.unwrap_or_default()
}
