//! `rspcheck check`: judges captures offline.
//!
//! Every file is judged. The exit code is that of the worst: 3 when a file or some of its frames could not be read,
//! else 1 when something failed, else 0.

use crate::exit::{self, Done, Failure};
use crate::output::say;
use crate::unread;
use anyhow::{Context, anyhow};
use rspcheck_capture::{AssociationKind, Capture, Item, Message, Settings};
use rspcheck_dissect::{Protocol, dissect, scan};
use rspcheck_spec::ixit::{Timers, parse_duration};
use rspcheck_spec::verdict::Verdict;
use rspcheck_testkit::conversation::{Carried, Judge, Order, Seen};
use rspcheck_testkit::monitor::{self, Finding};
use serde_json::json;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Arguments of `check`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Capture files, pcap or pcapng; `-` is standard input. The exit code is that of the worst one.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// One JSON object a finding, and one a file at its end.
    #[arg(long)]
    json: bool,
    /// A broken SHOULD fails too.
    #[arg(long)]
    strict: bool,
    /// Judge by what could be read: frames that could not be read do not make the exit code 3.
    #[arg(long)]
    allow_unread: bool,
    /// Read SCTP packets with a wrong CRC32c too; their receiver dropped them.
    #[arg(long)]
    accept_bad_checksum: bool,
    /// Timers that the endpoints used, where they are not the RFC's: `t1-enrprequest=5s`, repeatable.
    #[arg(long, value_name = "NAME=SPAN")]
    timer: Vec<String>,
    /// Port of ASAP.
    #[arg(long, default_values_t = [3863])]
    asap_port: Vec<u16>,
    /// Port of ENRP.
    #[arg(long, default_values_t = [9901])]
    enrp_port: Vec<u16>,
    /// UDP port that carries SCTP (RFC 6951).
    #[arg(long, default_values_t = [9899])]
    udp_encaps_port: Vec<u16>,
}

/// Counts of one file.
#[derive(Default)]
struct Tally {
    messages: u64,
    fails: u64,
    warns: u64,
}

/// Runs it.
pub(crate) fn run(args: Args) -> Done {
    let timers = timers(&args.timer)?;
    let mut worst = exit::OK;
    for file in &args.files {
        let code = match check(&args, &timers, file) {
            Ok(code) => code,
            // The reader of standard output closed the pipe.
            Err(error) if broken_pipe(&error) => return Ok(ExitCode::from(worst)),
            Err(error) => {
                say(format_args!("rspcheck: {error:#}"));
                exit::ENVIRONMENT
            }
        };
        // The exit code of a file that is not read to its end takes precedence over that of a finding.
        worst = worst.max(code);
    }
    Ok(ExitCode::from(worst))
}

fn check(args: &Args, timers: &Timers, file: &Path) -> anyhow::Result<u8> {
    let settings = Settings {
        asap_ports: args.asap_port.clone(),
        enrp_ports: args.enrp_port.clone(),
        udp_encaps_ports: args.udp_encaps_port.clone(),
        wrong_checksums: args.accept_bad_checksum,
    };
    let capture = if file == Path::new("-") {
        Capture::from_reader(io::stdin(), settings)
    } else {
        Capture::open_with(file, settings)
    };
    let mut capture = capture.map_err(|e| anyhow!("{}: {e}", file.display()))?;
    let mut judge = Judge::new(timers.clone());
    let mut tally = Tally::default();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut written: io::Result<()> = Ok(());
    let read = capture.for_each(|item| {
        if written.is_ok() {
            written = take(args, file, &mut judge, &mut tally, &mut out, item);
        }
    });
    judge.finish();
    for judged in judge.take() {
        written = written.and_then(|()| {
            tell(
                args,
                file,
                &mut tally,
                &mut out,
                judged.frame,
                &judged.finding,
            )
        });
    }
    written.context("output")?;
    let counted = capture.counters();
    let unread = unread::sentences(counted, args.accept_bad_checksum).join(", ");
    let complete = read.is_ok() && unread.is_empty();
    let verdict = tally.verdict(read.is_ok() && (unread.is_empty() || args.allow_unread));
    if args.json {
        let summary = json!({
            "file": file.display().to_string(), "verdict": verdict, "messages": tally.messages,
            "fails": tally.fails, "warns": tally.warns, "answered": judge.answered, "open": judge.open,
            "checksums": judge.checksums, "complete": complete, "frames": counted.frames,
            "unread": unread::json(counted, args.accept_bad_checksum),
        });
        writeln!(out, "{summary}")?;
    } else {
        writeln!(
            out,
            "{:<6} {}: {} messages, {} broken MUST, {} deviations; {} requests answered in time, {} without a \
             visible end, {} PE checksums compared{}{unread}",
            verdict,
            file.display(),
            tally.messages,
            tally.fails,
            tally.warns,
            judge.answered,
            judge.open,
            judge.checksums,
            if unread.is_empty() {
                ""
            } else {
                "; not read: "
            },
        )?;
    }
    out.flush()?;
    if let Err(error) = read {
        say(format_args!(
            "rspcheck: {}: {error}; all before it was judged",
            file.display()
        ));
        return Ok(exit::ENVIRONMENT);
    }
    if !unread.is_empty() && !args.allow_unread {
        say(format_args!(
            "rspcheck: {}: not read: {unread}; all else was judged (`--allow-unread` accepts this)",
            file.display()
        ));
        return Ok(exit::ENVIRONMENT);
    }
    Ok(if tally.fails > 0 || (args.strict && tally.warns > 0) {
        exit::FAIL
    } else {
        exit::OK
    })
}

fn take(
    args: &Args,
    file: &Path,
    judge: &mut Judge,
    tally: &mut Tally,
    out: &mut impl Write,
    item: Item<'_>,
) -> io::Result<()> {
    match item {
        Item::Message(message) => message_of(args, file, judge, tally, out, &message)?,
        Item::Association(change) => match change.kind {
            AssociationKind::Init => judge.association_begins(change.assoc),
            AssociationKind::Up => {}
            // After a shutdown, an abort or a gap an answer may rightly be missing.
            AssociationKind::Shutdown
            | AssociationKind::Down
            | AssociationKind::Abort
            | AssociationKind::Gap => {
                judge.association_ended(change.assoc);
            }
        },
    }
    for judged in judge.take() {
        tell(args, file, tally, out, judged.frame, &judged.finding)?;
    }
    Ok(())
}

fn message_of(
    args: &Args,
    file: &Path,
    judge: &mut Judge,
    tally: &mut Tally,
    out: &mut impl Write,
    message: &Message<'_>,
) -> io::Result<()> {
    let carried = carried(message);
    let Some(protocol) = protocol(args, message) else {
        judge.passed_by(carried);
        return Ok(());
    };
    tally.messages += 1;
    let (frame, ppid) = (message.last_frame(), message.sctp.map(|sctp| sctp.ppid));
    let findings = if Judge::needs(protocol, message.octets.first().copied()) {
        let dissection = dissect(protocol, message.octets);
        let time = Duration::from_nanos(message.time_ns);
        judge.message(Seen {
            frame,
            time,
            carried,
            ends: ends(message),
            protocol,
            dissection: &dissection,
        });
        monitor::message(protocol, ppid, &dissection)
    } else {
        judge.passed_by(carried);
        monitor::brief(protocol, ppid, &scan(protocol, message.octets))
    };
    for finding in findings {
        tell(args, file, tally, out, frame, &finding)?;
    }
    Ok(())
}

/// Returns sender and receiver, where the capture has addresses.
fn ends(message: &Message<'_>) -> Option<(SocketAddr, SocketAddr)> {
    let socket = |end: rspcheck_capture::Endpoint| Some(SocketAddr::new(end.address?, end.port));
    Some((socket(message.src)?, socket(message.dst)?))
}

/// Returns the protocol of a message. A PPID can be that of the other protocol by mistake: then the port decides, if
/// the message is well-formed in the port's protocol alone.
fn protocol(args: &Args, message: &Message<'_>) -> Option<Protocol> {
    let by_ppid = match message.protocol? {
        rspcheck_capture::Protocol::Asap => Protocol::Asap,
        rspcheck_capture::Protocol::Enrp => Protocol::Enrp,
    };
    let (other, ports) = match by_ppid {
        Protocol::Asap => (Protocol::Enrp, &args.enrp_port),
        Protocol::Enrp => (Protocol::Asap, &args.asap_port),
    };
    let on_port = ports.contains(&message.src.port) || ports.contains(&message.dst.port);
    let fits = |protocol| scan(protocol, message.octets).well_formed();
    Some(match on_port && !fits(by_ppid) && fits(other) {
        true => other,
        false => by_ppid,
    })
}

/// Returns the order and the direction of a message. The addresses alone do not identify the direction: a
/// multi-homed peer has several.
fn carried(message: &Message<'_>) -> Carried {
    let order = message.sctp.map(|sctp| Order {
        stream: sctp.stream,
        number: sctp.ssn,
        tsn: sctp.tsn,
        unordered: sctp.unordered,
    });
    let way = message
        .sctp
        .map_or(u64::from(message.src < message.dst), |sctp| {
            u64::from(sctp.vtag)
        });
    Carried {
        assoc: message.assoc,
        way,
        order,
    }
}

fn tell(
    args: &Args,
    file: &Path,
    tally: &mut Tally,
    out: &mut impl Write,
    frame: u64,
    finding: &Finding,
) -> io::Result<()> {
    let verdict = finding.level().verdict();
    match verdict {
        Verdict::Fail => tally.fails += 1,
        Verdict::Warn => tally.warns += 1,
        _ => return Ok(()),
    }
    if args.json {
        let line = json!({
            "file": file.display().to_string(), "frame": frame, "verdict": verdict,
            "monitor": finding.monitor, "requirement": finding.requirement.0, "note": finding.note,
        });
        return writeln!(out, "{line}");
    }
    writeln!(
        out,
        "{verdict:<6} frame {frame:<6} {:<14} {}: {}",
        finding.requirement.0, finding.monitor, finding.note
    )
}

impl Tally {
    /// Returns the verdict. A file that was read only in part does not pass.
    fn verdict(&self, complete: bool) -> Verdict {
        match (self.fails, self.warns, self.messages) {
            (0, ..) if !complete => Verdict::Inconc,
            (0, 0, 0) => Verdict::None,
            (0, 0, _) => Verdict::Pass,
            (0, ..) => Verdict::Warn,
            _ => Verdict::Fail,
        }
    }
}

fn timers(changes: &[String]) -> Result<Timers, Failure> {
    let mut timers = Timers::default();
    for change in changes {
        let wrong = |why: String| Failure::usage(anyhow!("--timer {change}: {why}"));
        let (name, span) = change
            .split_once('=')
            .ok_or_else(|| wrong("give NAME=SPAN".into()))?;
        let span = parse_duration(span).map_err(|e| wrong(e.to_string()))?;
        match name {
            "t1-enrprequest" => timers.t1_enrprequest = span,
            "t2-registration" => timers.t2_registration = span,
            "t3-deregistration" => timers.t3_deregistration = span,
            _ => {
                return Err(wrong(
                    "known are t1-enrprequest, t2-registration, t3-deregistration".into(),
                ));
            }
        }
    }
    Ok(timers)
}

fn broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
