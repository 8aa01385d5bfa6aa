//! The run directory: written as the run goes, so that a broken-off run is readable.

use crate::exit::Failure;
use crate::report::{self, Format};
use anyhow::{Context, anyhow, bail};
use rspcheck_capture::{Data, SctpWriter, Way};
use rspcheck_spec::event::{Event, EventKind, Traffic};
use rspcheck_spec::run::Run;
use rspcheck_spec::verdict::Verdict;
use rspcheck_testkit::runner::Ran;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A run directory being written.
pub(crate) struct RunDir {
    path: PathBuf,
    events: RefCell<BufWriter<File>>,
}

impl RunDir {
    /// Checks that the directory can be a new one, before a target is started.
    ///
    /// # Errors
    /// If it exists already.
    pub(crate) fn check(wanted: Option<&Path>) -> Result<(), Failure> {
        match wanted {
            Some(path) if path.symlink_metadata().is_ok() => Err(taken(path)),
            _ => Ok(()),
        }
    }

    /// Creates the directory: the given one, which must be new, or the next number under `runs/`.
    ///
    /// # Errors
    /// If it exists or cannot be created.
    pub(crate) fn create(wanted: Option<&Path>) -> Result<RunDir, Failure> {
        if let Some(path) = wanted {
            create_new(path)?;
        }
        RunDir::begin(wanted).map_err(Failure::environment)
    }

    /// Begins the record in the given directory, which exists, or in the next one under `runs/`.
    fn begin(wanted: Option<&Path>) -> anyhow::Result<RunDir> {
        let path = match wanted {
            Some(path) => path.to_owned(),
            None => next_number(Path::new(RUNS))?,
        };
        let file = path.join("events.jsonl");
        let events =
            File::create(&file).with_context(|| format!("cannot create {}", file.display()))?;
        Ok(RunDir {
            path,
            events: RefCell::new(BufWriter::new(events)),
        })
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the events of a case, and a capture if it did not pass.
    ///
    /// # Errors
    /// If one of them cannot be written.
    pub(crate) fn keep(&self, ran: &mut Ran) -> anyhow::Result<()> {
        let mut events = self.events.borrow_mut();
        let mut write = || -> io::Result<()> {
            for event in &ran.events {
                serde_json::to_writer(&mut *events, event)?;
                events.write_all(b"\n")?;
            }
            events.flush()
        };
        write().with_context(|| {
            format!("cannot write {}", self.path.join("events.jsonl").display())
        })?;
        if ran.record.verdict > Verdict::Pass && ran.events.iter().any(|e| traffic(e).is_some()) {
            let name = format!("{}.pcap", ran.record.id.replace('/', "."));
            write_capture(&self.path.join(&name), &ran.events)
                .with_context(|| format!("cannot write {}", self.path.join(&name).display()))?;
            ran.record.files.push(name);
        }
        Ok(())
    }

    /// Writes `run.json` in its present state. The old one is there until the new one is whole.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write(&self, record: &Run) -> anyhow::Result<()> {
        let mut json = serde_json::to_string_pretty(record)?;
        json.push('\n');
        self.put("run.json", &json)
    }

    /// Writes `run.json` and `junit.xml`, and points `runs/last` to the run if it is under `runs/`.
    ///
    /// # Errors
    /// If a file cannot be written, or the record cannot be read again.
    pub(crate) fn finish(&self, record: &Run) -> anyhow::Result<()> {
        self.write(record)?;
        self.point_to_last();
        let loaded = rspcheck_report::RunDir::load(&self.path)?;
        let options = rspcheck_report::Options::of(record);
        let junit = report::render(&loaded, options, Format::Junit, false);
        self.put("junit.xml", &junit)
    }

    /// Writes a whole file or leaves the one that is there.
    pub(crate) fn put(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let (file, part) = (self.path.join(name), self.path.join(format!("{name}.part")));
        let written = fs::write(&part, text).and_then(|()| fs::rename(&part, &file));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written.with_context(|| format!("cannot write {}", file.display()))
    }

    /// A convenience: without it `rspcheck report` needs the name of the run.
    fn point_to_last(&self) {
        let (Some(parent), Some(name)) = (self.path.parent(), self.path.file_name()) else {
            return;
        };
        if parent == Path::new(RUNS) {
            let last = parent.join("last");
            let _ = fs::remove_file(&last);
            let _ = std::os::unix::fs::symlink(name, &last);
        }
    }
}

/// Creates the directory of several runs: the given one, which must be new, or the next number under `runs/`.
///
/// # Errors
/// If it exists or cannot be created.
pub(crate) fn directory(wanted: Option<&Path>) -> Result<PathBuf, Failure> {
    match wanted {
        Some(path) => create_new(path).map(|()| path.to_owned()),
        None => next_number(Path::new(RUNS)).map_err(Failure::environment),
    }
}

/// Creates a directory that must be new.
fn create_new(path: &Path) -> Result<(), Failure> {
    let failed = |path: &Path, error: io::Error| {
        let error = anyhow!(error).context(format!("cannot create {}", path.display()));
        Failure::environment(error)
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
    }
    fs::create_dir(path).map_err(|error| match error.kind() {
        // Another run has made it since it was checked.
        io::ErrorKind::AlreadyExists => taken(path),
        _ => failed(path, error),
    })
}

fn taken(path: &Path) -> Failure {
    Failure::usage(anyhow!(
        "--out {} exists already; choose another, nothing is overwritten",
        path.display()
    ))
}

/// The folder of numbered runs.
const RUNS: &str = "runs";

fn next_number(runs: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(runs)
        .with_context(|| format!("cannot create {}; give --out", runs.display()))?;
    let mut last = 0;
    for entry in fs::read_dir(runs).with_context(|| format!("cannot read {}", runs.display()))? {
        let name = entry?.file_name();
        last = last.max(
            name.to_str()
                .and_then(|n| n.parse::<u32>().ok())
                .unwrap_or(0),
        );
    }
    // Another run may take the same number at the same moment; the directory itself decides.
    for number in last + 1.. {
        let path = runs.join(format!("{number:04}"));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot create {}", path.display()));
            }
        }
    }
    bail!("{} is full", runs.display())
}

fn traffic(event: &Event) -> Option<&Traffic> {
    match &event.kind {
        EventKind::Sent(traffic) | EventKind::Received(traffic) | EventKind::Between(traffic) => {
            Some(traffic)
        }
        _ => None,
    }
}

/// A capture of the user messages of a case: bare SCTP (link type 248), one packet a message.
fn write_capture(path: &Path, events: &[Event]) -> anyhow::Result<()> {
    let mut writer = SctpWriter::new(BufWriter::new(File::create(path)?))?;
    // Each direction of each player is an association of its own: verification tag and count of messages.
    let mut directions: BTreeMap<(SocketAddr, SocketAddr), (u32, u16)> = BTreeMap::new();
    for event in events {
        let Some(traffic) = traffic(event) else {
            continue;
        };
        let next_tag = directions.len() as u32 + 1;
        let key = (traffic.src, traffic.dst);
        let (vtag, sent) = directions.entry(key).or_insert((next_tag, 0));
        let way = Way {
            src_port: traffic.src.port(),
            dst_port: traffic.dst.port(),
            vtag: *vtag,
        };
        // TCP and UDP have no PPID; in the capture they get ASAP's, so that they are decoded.
        let ppid = traffic.ppid.unwrap_or(11);
        let data = Data {
            tsn: u32::from(*sent) + 1,
            stream: 0,
            ssn: *sent,
            ppid,
        };
        *sent = sent.wrapping_add(1);
        // An empty or oversized message cannot be written as one packet; the events have it.
        match writer.message(event.at_us * 1000, way, data, &traffic.octets) {
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
            other => other?,
        }
    }
    writer.finish()?.flush()?;
    Ok(())
}
