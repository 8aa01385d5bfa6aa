//! A copy of the project with the mutants in its sources.

use crate::find::{self, Mutant};
use anyhow::{Context, ensure};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

/// Crates with mutants.
const CRATES: [&str; 3] = [
    "reference-impl/wire",
    "reference-impl/handlespace",
    "reference-impl/proto",
];
/// Their sources in which mutants are made.
const SOURCES: [&str; 3] = [
    "reference-impl/wire/src/",
    "reference-impl/handlespace/src/",
    "reference-impl/proto/src/registrar/",
];
/// Files whose functions serve the log, the status page and the reading of settings: no peer sees them.
const UNSEEN: [&str; 6] = [
    "log.rs",
    "view.rs",
    "counters.rs",
    "error.rs",
    "text.rs",
    "tests.rs",
];
/// Files that [`UNSEEN`] does not mean: the messages ASAP_ERROR and ENRP_ERROR.
const MESSAGES: [&str; 2] = ["asap/error.rs", "enrp/error.rs"];

/// The copy. It stays below `target/`, so that the next run builds little.
pub(crate) struct Tree {
    root: PathBuf,
    build: PathBuf,
    /// The files with mutants as they are in the project.
    sources: BTreeMap<String, String>,
}

impl Tree {
    /// Copies all files that git knows or does not ignore.
    ///
    /// # Errors
    /// If git lists no files, or one cannot be copied.
    pub(crate) fn copy(project: &Path) -> anyhow::Result<Tree> {
        let folder = project.join("target/mutants");
        let (root, build) = (folder.join("tree"), folder.join("build"));
        let mut list = Command::new("git");
        list.current_dir(project)
            .args(["ls-files", "-z", "-co", "--exclude-standard"]);
        let list = list.output().context("git ls-files")?;
        let list = String::from_utf8(list.stdout).context("git ls-files")?;
        let mut sources = BTreeMap::new();
        let mut files = BTreeSet::new();
        for file in list
            .split_terminator('\0')
            .filter(|file| project.join(file).is_file())
        {
            let octets = fs::read(project.join(file)).with_context(|| file.to_owned())?;
            let octets = if CRATES
                .iter()
                .any(|name| file == format!("{name}/Cargo.toml"))
            {
                with_switch(octets)?
            } else {
                octets
            };
            if has_mutants(file) {
                sources.insert(file.to_owned(), String::from_utf8(octets).context("UTF-8")?);
            } else {
                write(&root.join(file), &octets)?;
            }
            files.insert(root.join(file));
        }
        ensure!(
            !sources.is_empty(),
            "there are no sources below {}",
            project.display()
        );
        remove_others(&root, &files)?;
        Ok(Tree {
            root,
            build,
            sources,
        })
    }

    /// Returns all mutants of the sources.
    ///
    /// # Errors
    /// If a source is no Rust.
    pub(crate) fn mutants(&self) -> anyhow::Result<Vec<Mutant>> {
        let mut all = Vec::new();
        for (file, source) in &self.sources {
            all.extend(find::in_file(file, source).with_context(|| file.clone())?);
        }
        Ok(all)
    }

    /// Writes the sources with these mutants and checks them. Returns the numbers of those that do not compile.
    ///
    /// # Errors
    /// If the sources cannot be written, or an error of the compiler belongs to no mutant.
    pub(crate) fn check(&self, mutants: &BTreeMap<u32, Mutant>) -> anyhow::Result<BTreeSet<u32>> {
        let mut places = BTreeMap::new();
        for (file, source) in &self.sources {
            let of_file = mutants.iter().filter(|(_, mutant)| mutant.file == *file);
            let (text, of_file) =
                insert(source, &of_file.map(|(n, m)| (*n, m)).collect::<Vec<_>>());
            write(&self.root.join(file), text.as_bytes())?;
            places.insert(file.as_str(), of_file);
        }
        let mut check = self.cargo("check", "Cargo.toml");
        check.args([
            "--message-format=json",
            "-p",
            "rsp-wire",
            "-p",
            "rsp-handlespace",
            "-p",
            "rsp-proto",
        ]);
        check.stderr(Stdio::null());
        let done = check.output().context("cargo check")?;
        let mut wrong = BTreeSet::new();
        for line in String::from_utf8_lossy(&done.stdout).lines() {
            let Ok(Line {
                message: Some(message),
            }) = serde_json::from_str(line)
            else {
                continue;
            };
            if message.level != "error" || message.spans.is_empty() {
                continue;
            }
            let blamed = message.blamed(&places);
            ensure!(
                !blamed.is_empty(),
                "an error of the compiler belongs to no mutant:\n{}",
                message.rendered
            );
            wrong.extend(blamed);
        }
        ensure!(
            done.status.success() || !wrong.is_empty(),
            "cargo check fails; see `cargo check` in {}",
            self.root.display()
        );
        Ok(wrong)
    }

    /// Builds the suite with the mutants of the last check. Returns the path of the program.
    ///
    /// # Errors
    /// If it does not compile.
    pub(crate) fn build(&self) -> anyhow::Result<PathBuf> {
        let mut build = self.cargo("build", "mutants/Cargo.toml");
        let done = build
            .args(["-p", "rspcheck-mutants-suite"])
            .status()
            .context("cargo build")?;
        ensure!(done.success(), "the suite with mutants does not compile");
        Ok(self.build.join("debug/rspcheck-mutants-suite"))
    }

    fn cargo(&self, command: &str, manifest: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&self.root).arg(command).arg("--quiet");
        cargo.arg("--manifest-path").arg(self.root.join(manifest));
        cargo.env("CARGO_TARGET_DIR", &self.build);
        // Mutants leave values unused and code out of reach.
        cargo.env("RUSTFLAGS", "-Awarnings");
        cargo
    }
}

fn has_mutants(file: &str) -> bool {
    let name = Path::new(file)
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let is_source = SOURCES.iter().any(|folder| file.starts_with(folder)) && file.ends_with(".rs");
    let is_message = MESSAGES.iter().any(|message| file.ends_with(message));
    is_source && !file.contains("/tests/") && (is_message || !UNSEEN.contains(&name))
}

/// Adds the switch to the dependencies of a crate.
fn with_switch(manifest: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let manifest = String::from_utf8(manifest).context("Cargo.toml")?;
    let head = "[dependencies]\n";
    let line = "rspcheck-mutants-switch = { path = \"../../mutants/switch\" }\n";
    ensure!(manifest.contains(head), "a Cargo.toml has no dependencies");
    Ok(manifest
        .replacen(head, &format!("{head}{line}"), 1)
        .into_bytes())
}

/// Writes a file unless it is the same already, so that the compiler can keep its results.
fn write(path: &Path, octets: &[u8]) -> anyhow::Result<()> {
    if fs::read(path).is_ok_and(|old| old == octets) {
        return Ok(());
    }
    let write = || {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        fs::write(path, octets)
    };
    write().with_context(|| path.display().to_string())
}

/// Removes files of earlier copies.
fn remove_others(folder: &Path, files: &BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(&path, files)?;
        } else if !files.contains(&path) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// A mutant in a source with mutants: its own text, and everything between its texts.
struct Place {
    number: u32,
    own: Range<usize>,
    whole: Range<usize>,
}

/// Inserts mutants, which are nested or apart.
fn insert(source: &str, mutants: &[(u32, &Mutant)]) -> (String, Vec<Place>) {
    // Ends before beginnings at the same octet; the outer ones begin first and end last.
    let mut edits: Vec<(usize, bool, isize, u32, &Mutant)> = Vec::new();
    for (nth, (number, mutant)) in mutants.iter().enumerate() {
        let (nth, length) = (nth as isize, mutant.at.len() as isize);
        edits.push((
            mutant.at.start,
            true,
            nth - length * 100_000,
            *number,
            mutant,
        ));
        if !mutant.at.is_empty() {
            edits.push((
                mutant.at.end,
                false,
                length * 100_000 - nth,
                *number,
                mutant,
            ));
        }
    }
    edits.sort_by_key(|edit| (edit.0, edit.1, edit.2));
    let (mut text, mut done) = (String::new(), 0);
    let mut places: Vec<Place> = Vec::new();
    for (at, begins, _, number, mutant) in edits {
        text.push_str(&source[done..at]);
        done = at;
        let start = text.len();
        if begins {
            text.push_str(&mutant.before(number));
            let own = start..text.len();
            places.push(Place {
                number,
                whole: own.clone(),
                own,
            });
        } else {
            text.push_str(mutant.after());
            let place = places.iter_mut().find(|place| place.number == number);
            place.expect("it has begun").whole.end = text.len();
        }
    }
    text.push_str(&source[done..]);
    (text, places)
}

/// Returns the mutant that an error is about: the one in whose text it is, else the smallest one around it, else the
/// first one in it.
fn blame(places: &[Place], span: &Span) -> Option<u32> {
    let (start, end) = (span.byte_start, span.byte_end);
    let own = places
        .iter()
        .find(|p| p.own.start <= start && end <= p.own.end);
    let around = || {
        let around = places
            .iter()
            .filter(|p| p.whole.start < start && end < p.whole.end);
        around.min_by_key(|p| p.whole.len())
    };
    let within = || {
        places
            .iter()
            .find(|p| start <= p.own.start && p.own.end <= end)
    };
    own.or_else(around)
        .or_else(within)
        .map(|place| place.number)
}

#[derive(Deserialize)]
struct Line {
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    level: String,
    #[serde(default)]
    rendered: String,
    spans: Vec<Span>,
}

impl Message {
    /// Returns the mutant that the error is about, or all between its places in the file, or the next one.
    fn blamed(&self, places: &BTreeMap<&str, Vec<Place>>) -> Vec<u32> {
        let of_file = |span: &Span| places.get(span.file_name.as_str());
        let primary = self.spans.iter().filter(|span| span.is_primary);
        let mut one = primary
            .chain(&self.spans)
            .filter_map(|span| blame(of_file(span)?, span));
        if let Some(one) = one.next() {
            return vec![one];
        }
        let start = self
            .spans
            .iter()
            .map(|span| span.byte_start)
            .min()
            .unwrap_or_default();
        let end = self
            .spans
            .iter()
            .map(|span| span.byte_end)
            .max()
            .unwrap_or_default();
        let places: Vec<_> = self
            .spans
            .iter()
            .find_map(of_file)
            .into_iter()
            .flatten()
            .collect();
        let between = places
            .iter()
            .filter(|place| start <= place.own.start && place.own.end <= end);
        let between: Vec<u32> = between.map(|place| place.number).collect();
        if !between.is_empty() {
            return between;
        }
        // A `match` without one of its arms: the error is about the expression before the arms.
        let behind = places.iter().filter(|place| place.own.start >= end);
        let next = behind.min_by_key(|place| place.own.start);
        next.map(|place| place.number).into_iter().collect()
    }
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    is_primary: bool,
}
