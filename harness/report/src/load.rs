//! Reads the record of a run from its directory.

use rspcheck_spec::event::{Event, EventKind};
use rspcheck_spec::run::{FORMAT, Run};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Limit on the octets of a line. An event contains at most one user message of 64 KiB, in hex.
const LINE_LIMIT: u64 = 1 << 20;
/// Limit on the events of one case; of a case with more, the first ones are returned.
const EVENT_LIMIT: usize = 200_000;

/// Error of reading a run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The content of the file is wrong.
    #[error("{}:{line}:{column}: {what}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The column, from 1.
        column: usize,
        /// The error there.
        what: String,
    },
    /// The record has another format.
    #[error(
        "{}: the record has {found}, but this rspcheck reads the format \"{FORMAT}\" only; \
         run the suite again, or render the record with {writer}",
        path.display()
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// Format of the record, in words.
        found: String,
        /// Program that can read the record, in words.
        writer: String,
    },
}

/// Run on disk. `run.json` is kept in memory; of `events.jsonl` only the positions are, and [`RunDir::events`] reads
/// the events of a case.
#[derive(Debug)]
pub struct RunDir {
    path: PathBuf,
    run: Run,
    places: BTreeMap<String, Vec<Place>>,
    notes: Vec<String>,
}

/// Consecutive lines of one case.
#[derive(Debug)]
struct Place {
    line: u64,
    offset: u64,
    len: u64,
}

impl RunDir {
    /// Reads a run; `path` is its directory or the `run.json` in it.
    ///
    /// Reads every line of `events.jsonl` once. A truncated last line, as left by a full disk or a killed run, is omitted
    /// and reported in [`RunDir::notes`]. A missing `events.jsonl` is reported there too.
    ///
    /// # Errors
    /// If a file cannot be read, is damaged, or has another format than [`FORMAT`].
    pub fn load(path: impl AsRef<Path>) -> Result<RunDir, LoadError> {
        let path = path.as_ref();
        let directory = match path.file_name() {
            Some(name) if name == "run.json" => path.parent().unwrap_or(Path::new("")),
            _ => path,
        };
        let run = read_run(&directory.join("run.json"))?;
        let (places, notes) = index(&directory.join("events.jsonl"))?;
        Ok(RunDir {
            path: directory.to_owned(),
            run,
            places,
            notes,
        })
    }

    /// Returns the directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the record.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Returns notes on the record itself.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Returns the events of a case, in order.
    ///
    /// # Errors
    /// If `events.jsonl` cannot be read or has changed since it was loaded.
    pub fn events(&self, case: &str) -> Result<Vec<Event>, LoadError> {
        let Some(places) = self.places.get(case) else {
            return Ok(Vec::new());
        };
        let path = self.path.join("events.jsonl");
        let mut file = BufReader::new(File::open(&path).map_err(|source| io_error(&path, source))?);
        let mut events = Vec::new();
        for place in places {
            file.seek(SeekFrom::Start(place.offset))
                .map_err(|source| io_error(&path, source))?;
            let mut lines = Lines {
                path: &path,
                from: (&mut file).take(place.len),
                line: place.line,
                offset: 0,
            };
            while let Some(line) = lines.next()? {
                if events.len() < EVENT_LIMIT && !line.is_blank() {
                    events.push(line.event(&path)?);
                }
            }
        }
        Ok(events)
    }
}

fn io_error(path: &Path, source: io::Error) -> LoadError {
    LoadError::Io {
        path: path.to_owned(),
        source,
    }
}

fn read_run(path: &Path) -> Result<Run, LoadError> {
    let text = std::fs::read(path).map_err(|source| io_error(path, source))?;
    let syntax = |wrong: serde_json::Error| LoadError::Syntax {
        path: path.to_owned(),
        line: wrong.line() as u64,
        column: wrong.column(),
        what: sentence(&wrong),
    };
    // The format is checked first, because the record of another version may lack members.
    let whole: serde_json::Value = serde_json::from_slice(&text).map_err(syntax)?;
    match whole.get("format").and_then(|format| format.as_str()) {
        Some(FORMAT) => serde_json::from_slice(&text).map_err(syntax),
        found => Err(LoadError::Format {
            path: path.to_owned(),
            found: found.map_or("no format name".to_owned(), |found| {
                format!("the format {found:?}")
            }),
            writer: match whole.get("version").and_then(|version| version.as_str()) {
                Some(version) => format!("the rspcheck {version} that wrote it"),
                None => "the rspcheck that wrote it".to_owned(),
            },
        }),
    }
}

/// Returns serde_json's message without the position at its end, which [`LoadError`] shows in another form.
fn sentence(wrong: &serde_json::Error) -> String {
    let mut words = wrong.to_string();
    let position = format!(" at line {} column {}", wrong.line(), wrong.column());
    if words.ends_with(&position) {
        words.truncate(words.len() - position.len());
    }
    words
}

type Index = (BTreeMap<String, Vec<Place>>, Vec<String>);

fn index(path: &Path) -> Result<Index, LoadError> {
    let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let mut notes = Vec::new();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
            notes.push(
                "there is no events.jsonl in the run's directory, so no conversation can be shown"
                    .to_owned(),
            );
            return Ok((places, notes));
        }
        Err(source) => return Err(io_error(path, source)),
    };
    let mut lines = Lines {
        path,
        from: BufReader::new(file),
        line: 1,
        offset: 0,
    };
    let mut last: Option<String> = None;
    while let Some(line) = lines.next()? {
        if line.is_blank() {
            last = None;
            continue;
        }
        let event = match line.event(path) {
            Ok(event) => event,
            Err(_) if !line.ended => {
                notes.push(format!(
                    "the last line ({}) of events.jsonl is cut off and was left out",
                    line.number
                ));
                break;
            }
            Err(wrong) => return Err(wrong),
        };
        let len = line.octets.len() as u64 + u64::from(line.ended);
        let of_case = places.entry(event.case.clone()).or_default();
        match of_case.last_mut() {
            Some(place) if last.as_deref() == Some(&event.case) => place.len += len,
            _ => of_case.push(Place {
                line: line.number,
                offset: line.offset,
                len,
            }),
        }
        // Events of a case after its end belong to a second run of the case.
        last = (!matches!(event.kind, EventKind::Ended { .. })).then_some(event.case);
    }
    Ok((places, notes))
}

struct Lines<'a, R> {
    path: &'a Path,
    from: R,
    line: u64,
    offset: u64,
}

struct Line {
    number: u64,
    offset: u64,
    octets: Vec<u8>,
    /// True if the line ends with a line feed.
    ended: bool,
}

impl<R: BufRead> Lines<'_, R> {
    fn next(&mut self) -> Result<Option<Line>, LoadError> {
        let mut octets = Vec::new();
        let read = (&mut self.from)
            .take(LINE_LIMIT + 1)
            .read_until(b'\n', &mut octets);
        let read = read.map_err(|source| io_error(self.path, source))? as u64;
        if read == 0 {
            return Ok(None);
        }
        if read > LINE_LIMIT {
            let what = format!("the line is longer than {LINE_LIMIT} octets");
            return Err(LoadError::Syntax {
                path: self.path.to_owned(),
                line: self.line,
                column: 1,
                what,
            });
        }
        let ended = octets.last() == Some(&b'\n');
        if ended {
            octets.pop();
        }
        let line = Line {
            number: self.line,
            offset: self.offset,
            octets,
            ended,
        };
        self.line += 1;
        self.offset += read;
        Ok(Some(line))
    }
}

impl Line {
    fn is_blank(&self) -> bool {
        self.octets.iter().all(u8::is_ascii_whitespace)
    }

    fn event(&self, path: &Path) -> Result<Event, LoadError> {
        serde_json::from_slice(&self.octets).map_err(|wrong| LoadError::Syntax {
            path: path.to_owned(),
            line: self.number,
            column: wrong.column(),
            what: sentence(&wrong),
        })
    }
}
