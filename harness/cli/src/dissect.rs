//! `rspcheck dissect`: every ASAP and ENRP message of capture files, a line each.
//!
//! A line of text has the frame that completed the message, the seconds since the file's first message, transport,
//! both ends, and the summary. JSON has what `Printer::json` writes; its times are seconds since 1970.

use crate::exit::{self, Done, Failure};
use crate::output::say;
use crate::unread;
use anyhow::{Context as _, anyhow};
use clap::Args as ClapArgs;
use globset::{GlobBuilder, GlobMatcher};
use rspcheck_capture::{Capture, Counters, Endpoint, Item, Message, Protocol, Settings};
use rspcheck_dissect::{Defect, dissect, scan};
use std::io::{self, BufWriter, Write};
use std::net::IpAddr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments.
#[derive(ClapArgs)]
pub(crate) struct Args {
    /// Capture files, pcap or pcapng, read in this order; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one JSON object a message.
    #[arg(long)]
    json: bool,
    /// Show the dissection of each message: every field with its offset, and the defects.
    #[arg(long, conflicts_with = "hex")]
    tree: bool,
    /// Show the octets of each message.
    #[arg(long)]
    hex: bool,
    /// Port of ASAP over TCP, UDP and SCTP without its PPID [default: 3863]; may be repeated.
    #[arg(long, value_name = "PORT")]
    asap_port: Vec<u16>,
    /// Port of ENRP over UDP and SCTP without its PPID [default: 9901]; may be repeated.
    #[arg(long, value_name = "PORT")]
    enrp_port: Vec<u16>,
    /// UDP port that carries SCTP [default: 9899]; others are recognised by the checksum; may be repeated.
    #[arg(long, value_name = "PORT")]
    udp_encaps_port: Vec<u16>,
    /// Read SCTP packets with a wrong CRC32c too; their receiver dropped them.
    #[arg(long)]
    accept_bad_checksum: bool,
    /// Show only messages whose name fits, such as `*registration*` or `ENRP_*`; case does not matter.
    #[arg(long, value_name = "GLOB")]
    filter: Option<String>,
}

/// Runs it.
pub(crate) fn run(args: Args) -> Done {
    let filter = args.filter.as_deref().map(glob).transpose()?;
    let mut printer = Printer {
        output: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
        line: Vec::new(),
        form: Form {
            json: args.json,
            tree: args.tree,
            hex: args.hex,
        },
        filter,
        file: None,
        shown: 0,
        defective: 0,
    };
    let mut total = Total::default();
    let mut code = exit::OK;
    for path in &args.files {
        printer.file = (args.files.len() > 1).then(|| path.display().to_string());
        match one_file(path, settings(&args), &mut printer, &mut total) {
            Ok(()) => {}
            Err(Stop::Reader) => return Ok(ExitCode::from(exit::OK)),
            Err(Stop::Failed(failure)) => return Err(failure),
            Err(Stop::Capture(error)) => {
                // Flushes the messages that were read, so that they precede the error also where standard
                // output and standard error go to one place.
                if let Err(error) = printer.output.flush() {
                    return written(error);
                }
                say(format_args!("rspcheck: {}: {error}", path.display()));
                code = exit::ENVIRONMENT;
            }
        }
    }
    if let Err(error) = printer.output.flush() {
        return written(error);
    }
    say(total.sentence(&printer));
    Ok(ExitCode::from(code))
}

/// The reason for which a file was not read to its end.
enum Stop {
    /// The reader of standard output closed the pipe.
    Reader,
    /// The file cannot be read, or is not a capture.
    Capture(rspcheck_capture::Error),
    /// Standard output cannot be written.
    Failed(Failure),
}

/// Returns the end of the command after an error of standard output: success if its reader closed the pipe.
fn written(error: io::Error) -> Done {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Ok(ExitCode::from(exit::OK));
    }
    Err(Failure::environment(
        anyhow!(error).context("cannot write the dissection"),
    ))
}

fn one_file(
    path: &Path,
    settings: Settings,
    printer: &mut Printer<impl Write>,
    total: &mut Total,
) -> Result<(), Stop> {
    let capture = if path == Path::new("-") {
        Capture::from_reader(io::stdin(), settings)
    } else {
        Capture::open_with(path, settings)
    };
    let mut capture = capture.map_err(Stop::Capture)?;
    let mut start_ns = None;
    let read = capture.try_for_each(|item| {
        let (Item::Message(message), Some(protocol)) = (&item, protocol(&item)) else {
            return ControlFlow::Continue(());
        };
        let start_ns = *start_ns.get_or_insert(message.time_ns);
        match printer.message(message, protocol, start_ns) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    });
    total.add(capture.counters());
    match read {
        Ok(ControlFlow::Continue(())) => Ok(()),
        Ok(ControlFlow::Break(error)) => {
            Err(written(error).map_or_else(Stop::Failed, |_| Stop::Reader))
        }
        Err(error) => Err(Stop::Capture(error)),
    }
}

fn protocol(item: &Item<'_>) -> Option<rspcheck_dissect::Protocol> {
    let Item::Message(message) = item else {
        return None;
    };
    Some(match message.protocol? {
        Protocol::Asap => rspcheck_dissect::Protocol::Asap,
        Protocol::Enrp => rspcheck_dissect::Protocol::Enrp,
    })
}

fn settings(args: &Args) -> Settings {
    let mut settings = Settings {
        wrong_checksums: args.accept_bad_checksum,
        ..Settings::default()
    };
    for (given, ports) in [
        (&args.asap_port, &mut settings.asap_ports),
        (&args.enrp_port, &mut settings.enrp_ports),
        (&args.udp_encaps_port, &mut settings.udp_encaps_ports),
    ] {
        if !given.is_empty() {
            ports.clone_from(given);
        }
    }
    settings
}

fn glob(pattern: &str) -> Result<GlobMatcher, Failure> {
    let glob = GlobBuilder::new(pattern).case_insensitive(true).build();
    let glob = glob.with_context(|| format!("--filter {pattern}: not a glob pattern"));
    Ok(glob.map_err(Failure::usage)?.compile_matcher())
}

/// The form in which messages are shown.
struct Form {
    json: bool,
    tree: bool,
    hex: bool,
}

struct Printer<W: Write> {
    output: W,
    /// Reused for every message: millions of them pass here.
    line: Vec<u8>,
    form: Form,
    filter: Option<GlobMatcher>,
    /// The name of the file, printed with each message if there are several files.
    file: Option<String>,
    shown: u64,
    defective: u64,
}

impl<W: Write> Printer<W> {
    fn message(
        &mut self,
        message: &Message<'_>,
        protocol: rspcheck_dissect::Protocol,
        start_ns: u64,
    ) -> io::Result<()> {
        let brief = scan(protocol, message.octets);
        if let Some(filter) = &self.filter
            && !fits(filter, brief.name)
        {
            return Ok(());
        }
        self.shown += 1;
        self.defective += u64::from(!brief.defects.is_empty());
        self.line.clear();
        if self.form.json {
            self.json(message, protocol, &brief);
        } else {
            self.text(message, protocol, &brief.defects, start_ns)?;
        }
        self.output.write_all(&self.line)
    }

    fn text(
        &mut self,
        message: &Message<'_>,
        protocol: rspcheck_dissect::Protocol,
        defects: &[Defect],
        start_ns: u64,
    ) -> io::Result<()> {
        let dissection = dissect(protocol, message.octets);
        let since_ns = message.time_ns.saturating_sub(start_ns);
        let line = &mut self.line;
        if let Some(file) = &self.file {
            write!(line, "{file}: ")?;
        }
        let (seconds, micros) = (since_ns / 1_000_000_000, since_ns % 1_000_000_000 / 1000);
        write!(
            line,
            "{:>6} {seconds:>5}.{micros:06} {:<8} ",
            message.last_frame(),
            message.transport.name()
        )?;
        write!(
            line,
            "{} > {}  {}",
            message.src,
            message.dst,
            dissection.summary()
        )?;
        match defects.len() {
            0 => writeln!(line)?,
            1 => writeln!(line, "  [1 defect]")?,
            n => writeln!(line, "  [{n} defects]")?,
        }
        if self.form.tree {
            for row in dissection.to_text().lines() {
                writeln!(line, "    {row}")?;
            }
            writeln!(line)?;
        }
        if self.form.hex {
            for (row, octets) in message.octets.chunks(16).enumerate() {
                write!(line, "    {:04x} ", row * 16)?;
                for octet in octets {
                    write!(line, " {octet:02x}")?;
                }
                writeln!(line)?;
            }
            writeln!(line)?;
        }
        Ok(())
    }

    /// Appends one object, written by hand: a general serialiser would cost more than reading the capture.
    fn json(
        &mut self,
        message: &Message<'_>,
        protocol: rspcheck_dissect::Protocol,
        brief: &rspcheck_dissect::Brief,
    ) {
        let line = &mut self.line;
        line.push(b'{');
        if let Some(file) = &self.file {
            line.extend_from_slice(b"\"file\":");
            text(line, file);
            line.push(b',');
        }
        number(line, "\"frame\":", message.last_frame());
        line.extend_from_slice(b",\"frames\":[");
        for (at, &frame) in message.frames.iter().enumerate() {
            number(line, if at == 0 { "" } else { "," }, frame);
        }
        number(line, "],\"time\":", message.time_ns / 1_000_000_000);
        line.push(b'.');
        decimals(line, message.time_ns % 1_000_000_000);
        line.extend_from_slice(b",\"transport\":\"");
        line.extend_from_slice(message.transport.name().as_bytes());
        line.extend_from_slice(b"\",\"src\":\"");
        endpoint(line, message.src);
        line.extend_from_slice(b"\",\"dst\":\"");
        endpoint(line, message.dst);
        number(line, "\",\"assoc\":", message.assoc);
        match message.sctp {
            Some(sctp) => {
                number(line, ",\"ppid\":", sctp.ppid.into());
                number(line, ",\"stream\":", sctp.stream.into());
                line.extend_from_slice(b",\"unordered\":");
                line.extend_from_slice(if sctp.unordered { b"true" } else { b"false" });
                number(line, ",\"ssn\":", sctp.ssn.into());
                number(line, ",\"tsn\":", sctp.tsn.into());
            }
            None => line.extend_from_slice(b",\"ppid\":null"),
        }
        line.extend_from_slice(b",\"protocol\":\"");
        line.extend_from_slice(match protocol {
            rspcheck_dissect::Protocol::Asap => b"ASAP",
            rspcheck_dissect::Protocol::Enrp => b"ENRP",
        });
        line.extend_from_slice(b"\",\"message\":");
        match brief.name {
            Some(name) => text(line, name),
            None => line.extend_from_slice(b"null"),
        }
        match brief.message_type {
            Some(kind) => number(line, ",\"type\":", kind.into()),
            None => line.extend_from_slice(b",\"type\":null"),
        }
        number(line, ",\"flags\":", brief.flags.into());
        number(line, ",\"length\":", brief.length.into());
        line.extend_from_slice(b",\"defects\":");
        defects(line, &brief.defects);
        if self.form.hex {
            line.extend_from_slice(b",\"octets\":\"");
            for &octet in message.octets {
                line.extend_from_slice(&[
                    HEX[usize::from(octet >> 4)],
                    HEX[usize::from(octet & 0xf)],
                ]);
            }
            line.push(b'"');
        }
        if self.form.tree {
            line.extend_from_slice(b",\"tree\":");
            line.extend_from_slice(
                dissect(protocol, message.octets)
                    .to_json()
                    .to_string()
                    .as_bytes(),
            );
        }
        line.extend_from_slice(b"}\n");
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Returns true if a message's name matches the filter, with or without its protocol in front. A type without a
/// name is `UNKNOWN`.
fn fits(filter: &GlobMatcher, name: Option<&str>) -> bool {
    let name = name.unwrap_or("UNKNOWN");
    let short = name
        .strip_prefix("ASAP_")
        .or_else(|| name.strip_prefix("ENRP_"));
    filter.is_match(name) || short.is_some_and(|short| filter.is_match(short))
}

fn defects(line: &mut Vec<u8>, defects: &[Defect]) {
    line.push(b'[');
    for (at, defect) in defects.iter().enumerate() {
        number(
            line,
            if at == 0 {
                "{\"offset\":"
            } else {
                ",{\"offset\":"
            },
            defect.offset as u64,
        );
        line.extend_from_slice(b",\"kind\":");
        text(line, defect.kind.word());
        line.extend_from_slice(b",\"severity\":");
        text(line, defect.severity.word());
        line.extend_from_slice(b",\"path\":");
        text(line, &defect.path);
        line.extend_from_slice(b",\"what\":");
        text(line, &defect.what);
        line.push(b'}');
    }
    line.push(b']');
}

/// Appends a JSON string.
fn text(line: &mut Vec<u8>, text: &str) {
    line.push(b'"');
    for &octet in text.as_bytes() {
        match octet {
            b'"' | b'\\' => line.extend_from_slice(&[b'\\', octet]),
            0..=0x1f => {
                line.extend_from_slice(b"\\u00");
                line.extend_from_slice(&[
                    HEX[usize::from(octet >> 4)],
                    HEX[usize::from(octet & 0xf)],
                ]);
            }
            _ => line.push(octet),
        }
    }
    line.push(b'"');
}

/// Appends `before`, such as a key, and a number.
fn number(line: &mut Vec<u8>, before: &str, mut number: u64) {
    line.extend_from_slice(before.as_bytes());
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    line.extend_from_slice(&digits[at..]);
}

/// Nine decimals.
fn decimals(line: &mut Vec<u8>, mut nanoseconds: u64) {
    let mut digits = [b'0'; 9];
    for digit in digits.iter_mut().rev() {
        *digit += (nanoseconds % 10) as u8;
        nanoseconds /= 10;
    }
    line.extend_from_slice(&digits);
}

fn endpoint(line: &mut Vec<u8>, endpoint: Endpoint) {
    match endpoint.address {
        Some(IpAddr::V4(address)) => {
            for (at, octet) in address.octets().into_iter().enumerate() {
                number(line, if at == 0 { "" } else { "." }, octet.into());
            }
        }
        Some(IpAddr::V6(address)) => line.extend_from_slice(format!("[{address}]").as_bytes()),
        None => {}
    }
    number(line, ":", endpoint.port.into());
}

/// Sums over all files.
#[derive(Default)]
struct Total {
    files: u64,
    counted: Counters,
}

impl Total {
    fn add(&mut self, counters: &Counters) {
        self.files += 1;
        let sum = &mut self.counted;
        sum.frames += counters.frames;
        sum.messages += counters.messages;
        sum.retransmissions += counters.retransmissions;
        sum.wrong_checksums += counters.wrong_checksums;
        sum.malformed += counters.malformed;
        sum.cut += counters.cut;
        sum.unsupported_links += counters.unsupported_links;
        sum.unsupported_link = counters.unsupported_link.or(sum.unsupported_link);
        sum.unread_tunnels += counters.unread_tunnels;
        sum.ip_datagrams_given_up += counters.ip_datagrams_given_up;
        sum.messages_given_up += counters.messages_given_up;
        sum.messages_oversized += counters.messages_oversized;
        sum.associations_dropped += counters.associations_dropped;
        sum.tcp_gaps += counters.tcp_gaps;
    }

    /// Returns the sums as one line, without those that are zero.
    fn sentence(&self, printer: &Printer<impl Write>) -> String {
        let counted = &self.counted;
        let files = if self.files == 1 {
            String::new()
        } else {
            format!(" of {} files", self.files)
        };
        let mut sentence = format!(
            "{} messages in {} frames{files}",
            printer.shown, counted.frames
        );
        for (count, what) in [
            (printer.defective, "messages with defects"),
            (counted.retransmissions, "retransmissions not repeated"),
        ] {
            if count > 0 {
                sentence.push_str(&format!(", {count} {what}"));
            }
        }
        // A packet with a wrong checksum that was read is reported all the same.
        for unread in unread::sentences(counted, false) {
            sentence.push_str(", ");
            sentence.push_str(&unread);
        }
        sentence
    }
}
