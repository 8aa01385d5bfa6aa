//! The target file: what to test, how to start and reach it, what it claims, and what is known to fail.

mod pair;
mod peers;

use peers::PEERS;
pub use peers::{Addresses, INSTANCES, Peers, Range, UDP_PORT};
use rspcheck_spec::catalogue::catalogue;
use rspcheck_spec::ics::Ics;
use rspcheck_spec::ixit::{Timers, parse_duration};
use rspcheck_spec::run::{Driver, Stack};
use rspcheck_spec::verdict::Verdict;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;

/// The sign by which a spawned target counts as ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Ready {
    /// It prints a line that begins with `ready` and has its addresses as `key=value`.
    Line,
    /// It answers a handle resolution.
    #[default]
    AsapResolution,
    /// An association with it comes up: for a target that does not answer about unknown pools.
    Association,
}

/// A target with everything needed to run the suite against it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The file it was read from, for errors and repro lines.
    pub file: Option<PathBuf>,
    /// Name for reports.
    pub name: String,
    /// Version for reports.
    pub version: String,
    /// The way in which the harness reaches it.
    pub driver: Driver,
    /// Command and arguments with placeholders, see [`PLACEHOLDERS`].
    pub command: Vec<String>,
    /// Line of the command in the file, from 1; 0 without a command.
    pub command_line: usize,
    /// The sign by which it counts as ready if it is spawned.
    pub ready: Ready,
    /// Most time from its start until it is ready.
    pub start_timeout: Duration,
    /// Time from SIGTERM to SIGKILL.
    pub stop_grace: Duration,
    /// Time that an attached target which goes away has for its restart; zero: the run does not wait.
    pub restart_timeout: Duration,
    /// Its ASAP address over SCTP; port 0: a free port, selected at each start.
    pub asap: SocketAddr,
    /// Its ASAP address over TCP; port 0 as above.
    pub tcp: Option<SocketAddr>,
    /// Its ENRP address over SCTP, if it has one; port 0 as above.
    pub enrp: Option<SocketAddr>,
    /// The peers that the harness plays, if the target can be started with them.
    pub peers: Option<Peers>,
    /// The addresses of its instances, if the harness can start several.
    pub instances: Option<Addresses>,
    /// The UDP port that carries its SCTP (RFC 6951); 0 as above.
    pub udp_port: u16,
    /// True if that port belongs to the operating system, so that all targets at a time use it (kernel SCTP with UDP
    /// encapsulation).
    pub udp_port_is_shared: bool,
    /// The harness's own address.
    pub local: IpAddr,
    /// Group and port of its announcements.
    pub announce: SocketAddr,
    /// A fresh target for each case, or one for all.
    pub fresh: bool,
    /// Cases at a time; more than one only with fresh targets.
    pub jobs: usize,
    /// See `TargetProfile::silence`.
    pub silence: Duration,
    /// The longest that a case may take on wall time before it ends as an error.
    pub case_limit: Duration,
    /// The capabilities that it claims.
    pub ics: BTreeSet<Ics>,
    /// Its timers and thresholds.
    pub timers: Timers,
    /// Known deviations.
    pub expect: Vec<Expectation>,
}

/// A known deviation of a target.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expectation {
    /// Glob over the ids of cases and monitors.
    pub case: String,
    /// The verdict it gives: WARN, FAIL, CRASH or INCONC.
    pub verdict: Verdict,
    /// Requirement that is not met.
    pub requirement: String,
    /// Finding of a monitor, as a run prints it; an expectation for a case has none.
    pub finding: Option<String>,
    /// Why, in a sentence that cites the RFC.
    pub reason: String,
    /// The SCTP stacks it holds for (`sim`, `udp`, `kernel`); all when empty.
    #[serde(default)]
    pub transports: Vec<Stack>,
    /// Line of its table in the file, from 1; 0 if it is not from a file.
    #[serde(skip)]
    pub line: usize,
}

/// The error in a target file: one sentence with the file, the place and the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TargetError(pub String);

/// Placeholders in a command, which the harness replaces.
pub const PLACEHOLDERS: [&str; 12] = [
    "{self}",
    "{transport}",
    "{asap-ip}",
    "{asap-port}",
    "{udp-port}",
    "{tcp-port}",
    "{announce-port}",
    "{enrp-ip}",
    "{enrp-port}",
    "{server-id}",
    PEERS,
    "{peer-udp-port}",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    target: Section,
    #[serde(default)]
    timers: Timers,
    #[serde(default)]
    run: RunSection,
    #[serde(default)]
    expect: Vec<Spanned<Expectation>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Section {
    name: String,
    #[serde(default)]
    version: String,
    driver: Spanned<Driver>,
    command: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    ready: Ready,
    #[serde(default, deserialize_with = "span")]
    start_timeout: Option<Duration>,
    #[serde(default, deserialize_with = "span_or_zero")]
    stop_grace: Option<Duration>,
    #[serde(default, deserialize_with = "span_or_zero")]
    restart_timeout: Option<Duration>,
    asap: Option<SocketAddr>,
    tcp: Option<SocketAddr>,
    udp_port: Option<u16>,
    #[serde(default)]
    udp_port_is_shared: bool,
    enrp: Option<Spanned<SocketAddr>>,
    peer: Option<Spanned<Vec<String>>>,
    peer_addresses: Option<Spanned<Range>>,
    instance_addresses: Option<Spanned<Range>>,
    peer_udp_port: Option<Spanned<u16>>,
    peer_port: Option<Spanned<u16>>,
    local: Option<IpAddr>,
    announce: Option<Spanned<SocketAddr>>,
    fresh: Option<Spanned<bool>>,
    capabilities: Spanned<BTreeSet<Ics>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RunSection {
    jobs: Option<Spanned<usize>>,
    #[serde(default, deserialize_with = "span")]
    silence: Option<Duration>,
    case_limit: Option<Spanned<Span>>,
}

/// A span of time other than 0.
struct Span(Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Span, D::Error> {
        Ok(Span(span(from)?.expect("a string was read")))
    }
}

fn span<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    match span_or_zero(from)? {
        Some(Duration::ZERO) => Err(D::Error::custom(
            "a span of 0 is not allowed; leave it out for its default",
        )),
        span => Ok(span),
    }
}

fn span_or_zero<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    parse_duration(&String::deserialize(from)?)
        .map(Some)
        .map_err(D::Error::custom)
}

/// Address on which the bundled registrar is tested.
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// The ASAP multicast group and port (RFC 5352 §8.4, §8.2).
const ASAP_GROUP: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(224, 0, 1, 185)), 3863);
/// Time of a case in addition to the timers that it waits for.
const CASE_TIME: Duration = Duration::from_secs(120);

/// A target file with its text, for errors that name the line.
struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn wrong(&self, at: std::ops::Range<usize>, what: &str) -> TargetError {
        let line = self.line(at.start);
        TargetError(format!("{}:{line}: {what}", self.path.display()))
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().iter().take(at);
        1 + before.filter(|octet| **octet == b'\n').count()
    }

    fn expectations(
        &self,
        all: Vec<Spanned<Expectation>>,
    ) -> Result<Vec<Expectation>, TargetError> {
        let mut known: Vec<Expectation> = Vec::new();
        for entry in all {
            let at = entry.span();
            let mut entry = entry.into_inner();
            entry.line = self.line(at.start);
            let wrong = |what: String| {
                self.wrong(
                    at.clone(),
                    &format!("[[expect]] for \"{}\": {what}", entry.case),
                )
            };
            if let Err(error) = globset::Glob::new(&entry.case) {
                return Err(wrong(error.to_string()));
            }
            if catalogue().get(&entry.requirement).is_none() {
                return Err(wrong(format!(
                    "there is no requirement \"{}\"",
                    entry.requirement
                )));
            }
            if !matches!(
                entry.verdict,
                Verdict::Warn | Verdict::Fail | Verdict::Crash | Verdict::Inconc
            ) {
                let what = format!(
                    "{} is no deviation; write WARN, FAIL, CRASH or INCONC",
                    entry.verdict
                );
                return Err(wrong(what));
            }
            if entry.reason.trim().is_empty() {
                return Err(wrong("the reason is empty; a sentence is needed".into()));
            }
            if known.iter().any(|other| other.repeats(&entry)) {
                let what = entry.finding.as_ref().unwrap_or(&entry.requirement);
                return Err(wrong(format!(
                    "{what} is expected twice for the same cases"
                )));
            }
            known.push(entry);
        }
        Ok(known)
    }
}

impl Expectation {
    fn repeats(&self, other: &Expectation) -> bool {
        let together = self.transports.is_empty()
            || other.transports.is_empty()
            || self.transports.iter().any(|t| other.transports.contains(t));
        let same = match (&self.finding, &other.finding) {
            (None, None) => self.requirement == other.requirement,
            (one, two) => one == two,
        };
        self.case == other.case && same && together
    }
}

impl Target {
    /// Reads a target file.
    pub fn load(path: &Path) -> Result<Target, TargetError> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| TargetError(format!("{}: {e}", path.display())))?;
        Target::parse(&text, path)
    }

    /// Parses the text of a target file; `path` is for messages.
    pub fn parse(text: &str, path: &Path) -> Result<Target, TargetError> {
        let file: File = toml::from_str(text).map_err(|e| {
            TargetError(format!("{}: {}", path.display(), e.to_string().trim_end()))
        })?;
        let reader = Reader { path, text };
        let section = file.target;
        let driver = *section.driver.get_ref();
        let of_driver = |what: &str| reader.wrong(section.driver.span(), what);
        let command = command(&reader, driver, section.command.as_ref()).unwrap_or_else(|| {
            if driver == Driver::Spawn {
                Err(of_driver("driver = \"spawn\" needs a command"))
            } else {
                Ok(Vec::new())
            }
        })?;
        let asap = match section.asap {
            None if driver == Driver::Attach => {
                return Err(of_driver("driver = \"attach\" needs asap = \"IP:PORT\""));
            }
            asap => asap.unwrap_or(SocketAddr::new(LOOPBACK, 3863)),
        };
        let udp_port = section.udp_port.unwrap_or(UDP_PORT);
        let enrp = section.enrp.as_ref().map(|enrp| *enrp.get_ref());
        let command_line = section
            .command
            .as_ref()
            .map_or(0, |command| reader.line(command.span().start));
        let any_port = udp_port == 0
            || [Some(asap), section.tcp, enrp]
                .into_iter()
                .flatten()
                .any(|addr| addr.port() == 0);
        if driver == Driver::Attach && any_port {
            return Err(of_driver(
                "with driver = \"attach\" every port must be given; 0 takes a free one for a start",
            ));
        }
        let local = section.local.unwrap_or(asap.ip());
        let peers = peers::peers(&reader, &section, &command, local)?;
        peers::are_possible(&reader, &section, &command, peers.as_ref())?;
        let instances = peers::of_instances(&reader, &section, local)?;
        let announce = match section.announce {
            Some(group) if !group.get_ref().ip().is_multicast() => {
                let what = format!("announce = \"{}\" is no multicast group", group.get_ref());
                return Err(reader.wrong(group.span(), &what));
            }
            Some(group) => group.into_inner(),
            None => ASAP_GROUP,
        };
        let fresh = match section.fresh {
            Some(fresh) if *fresh.get_ref() && driver == Driver::Attach => {
                let what = "fresh = true is impossible with driver = \"attach\"";
                return Err(reader.wrong(fresh.span(), what));
            }
            Some(fresh) => fresh.into_inner(),
            None => driver != Driver::Attach,
        };
        let start_timeout = section.start_timeout.unwrap_or(Duration::from_secs(10));
        if section.restart_timeout.is_some() && driver != Driver::Attach {
            let what =
                "restart-timeout needs driver = \"attach\"; other targets are started by rspcheck";
            return Err(of_driver(what));
        }
        let plays_peers = section.capabilities.get_ref().contains(&Ics::EnrpPeers);
        let case_limit = limit_of_a_case(&reader, file.run.case_limit, &file.timers, plays_peers)?;
        let target = Target {
            file: Some(path.to_owned()),
            name: section.name,
            version: section.version,
            driver,
            command,
            command_line,
            ready: section.ready,
            start_timeout,
            restart_timeout: section.restart_timeout.unwrap_or(start_timeout),
            stop_grace: section.stop_grace.unwrap_or(Duration::from_secs(2)),
            asap,
            tcp: section.tcp,
            enrp,
            peers,
            instances,
            udp_port,
            udp_port_is_shared: section.udp_port_is_shared,
            local,
            announce,
            fresh,
            jobs: file.run.jobs.as_ref().map_or(1, |jobs| *jobs.get_ref()),
            silence: file.run.silence.unwrap_or(Duration::from_millis(300)),
            case_limit,
            ics: section.capabilities.into_inner(),
            timers: file.timers,
            expect: reader.expectations(file.expect)?,
        };
        if let (Some(jobs), Err(what)) = (file.run.jobs, target.takes_jobs(target.jobs)) {
            return Err(reader.wrong(jobs.span(), &format!("jobs: {what}")));
        }
        Ok(target)
    }

    /// Checks that the target can serve this number of cases at a time.
    ///
    /// # Errors
    /// The reason and the remedy.
    pub fn takes_jobs(&self, jobs: usize) -> Result<(), String> {
        if jobs == 0 {
            return Err("0 runs nothing; give 1 or more".into());
        }
        if jobs == 1 || self.driver == Driver::InProcess {
            return Ok(());
        }
        if !self.fresh {
            return Err(format!(
                "{jobs} need a target that is started for each case; {} serves all of them",
                self.name
            ));
        }
        let fixed = (self.udp_port != 0 && !self.udp_port_is_shared)
            || [Some(self.asap), self.tcp, self.enrp]
                .into_iter()
                .flatten()
                .any(|addr| addr.port() != 0);
        if self.ready != Ready::Line && fixed {
            return Err(format!(
                "{jobs} targets at a time would take the same ports; give asap, udp-port, tcp and enrp the port 0 \
                 (any free one), or let the target choose and print them (ready = \"line\")"
            ));
        }
        Ok(())
    }

    /// Returns the reason for which the harness cannot start several instances that are each other's peers, with the way
    /// out, if there is one.
    pub fn refuses_several(&self) -> Option<String> {
        if self.driver != Driver::Spawn {
            return Some(
                "rspcheck starts several instances only with driver = \"spawn\"".to_owned(),
            );
        }
        let place = self.place_of_command();
        let place = place.map_or_else(String::new, |place| format!("{place}: "));
        let Some(enrp) = self.enrp else {
            return Some(format!(
                "{place}instances need ENRP; add enrp = \"IP:PORT\" to the target file"
            ));
        };
        let (ip, enrp_ip) = (self.asap.ip(), enrp.ip());
        if self.instances.is_none() {
            return Some(format!(
                "{place}every instance would have the address {enrp_ip}; add instance-addresses = \"FIRST-LAST\", \
                 addresses of this machine"
            ));
        }
        let has = |part: &str| self.command.iter().any(|word| word.contains(part));
        if self.peers.is_none() || !has(PEERS) {
            return Some(format!(
                "{place}the command has no place for the peers of an instance; add {{peers}}"
            ));
        }
        let fixed = [ip, enrp_ip].into_iter().map(|ip| ip.to_string());
        if let Some(fixed) = fixed.into_iter().find(|fixed| has(fixed)) {
            return Some(format!(
                "{place}the command has the fixed address {fixed}, and each instance has an address of its own; write \
                 {{asap-ip}} and {{enrp-ip}}"
            ));
        }
        if !has("{asap-ip}") && !has("{enrp-ip}") {
            return Some(format!(
                "{place}the command does not pass on the address of an instance; add {{asap-ip}} and {{enrp-ip}}"
            ));
        }
        let relay = self.peers.as_ref().map(|peers| peers.udp_port);
        if relay == Some(self.udp_port) {
            return Some(format!(
                "{place}udp-port and peer-udp-port are both {}, and the relay of rspcheck needs the latter at the address \
                 of every instance; give udp-port the port 0, or another peer-udp-port",
                self.udp_port
            ));
        }
        None
    }

    /// Returns file and line of the command, for errors.
    pub fn place_of_command(&self) -> Option<String> {
        let file = self.file.as_ref()?.display();
        Some(format!("{file}:{}", self.command_line))
    }

    /// Timers and thresholds for the record of a run.
    pub fn timer_table(&self) -> BTreeMap<String, String> {
        self.timers.table()
    }
}

/// Returns the command, if there is one.
fn command(
    reader: &Reader<'_>,
    driver: Driver,
    command: Option<&Spanned<Vec<String>>>,
) -> Option<Result<Vec<String>, TargetError>> {
    let command = command?;
    let at = command.span();
    let words = command.get_ref().clone();
    if words.first().is_none_or(String::is_empty) && driver == Driver::Spawn {
        return Some(Err(reader.wrong(at, "the command is empty")));
    }
    match words.iter().find_map(|word| misspelt(word, &PLACEHOLDERS)) {
        Some(odd) => {
            let what = format!(
                "command: unknown placeholder \"{odd}\"; known are {}",
                PLACEHOLDERS.join(", ")
            );
            Some(Err(reader.wrong(at, &what)))
        }
        None => Some(Ok(words)),
    }
}

/// Returns the part of a word that looks like a placeholder but is none: lower-case words in braces, joined by `-`
/// or `_`.
fn misspelt<'a>(word: &'a str, known: &[&str]) -> Option<&'a str> {
    let starts = word.match_indices('{').map(|(at, _)| at);
    let braced = starts.filter_map(|at| word[at..].find('}').map(|end| &word[at..=at + end]));
    braced.into_iter().find(|text| {
        let inside = &text[1..text.len() - 1];
        let like_one = inside.contains(['-', '_'])
            && inside
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_');
        like_one && !known.contains(text)
    })
}

/// Returns the time limit of a case: that of the file, or its default. With peers a case waits for ENRP's timers too.
fn limit_of_a_case(
    reader: &Reader<'_>,
    limit: Option<Spanned<Span>>,
    timers: &Timers,
    plays_peers: bool,
) -> Result<Duration, TargetError> {
    let Some(limit) = limit else {
        return Ok(case_limit(timers, plays_peers));
    };
    let at = limit.span();
    let limit = limit.into_inner().0;
    suffices(limit, timers, plays_peers).map_err(|what| reader.wrong(at, &what))?;
    Ok(limit)
}

/// Checks that a case can wait for an answer within `limit`.
fn suffices(limit: Duration, timers: &Timers, plays_peers: bool) -> Result<(), String> {
    let takeover = timers.max_time_last_heard + timers.max_time_no_response;
    let of_peers = [
        (
            "a takeover (max-time-last-heard and max-time-no-response)",
            takeover,
        ),
        ("mentor-session", timers.mentor_session),
        ("rejected-request", timers.rejected_request),
    ];
    let waits = [
        ("t1-enrprequest", timers.t1_enrprequest),
        ("t2-registration", timers.t2_registration),
        ("t3-deregistration", timers.t3_deregistration),
    ]
    .into_iter()
    .chain(of_peers.into_iter().filter(|_| plays_peers));
    match waits.into_iter().find(|(_, wait)| limit < *wait) {
        Some((name, wait)) => Err(format!(
            "case-limit: {} s is less than {name} ({} s), so each case that waits for it would end as an error; give \
             more, or leave it out",
            limit.as_secs_f64(),
            wait.as_secs_f64()
        )),
        None => Ok(()),
    }
}

/// Takeovers for which a case waits at most, one after the other.
const TAKEOVERS: u32 = 4;

/// Returns the default time limit of a case: the sum of its longest waits by these timers, and [`CASE_TIME`].
fn case_limit(timers: &Timers, plays_peers: bool) -> Duration {
    let keep_alive = timers.keep_alive_interval.unwrap_or_default()
        + timers.keep_alive_timeout.unwrap_or_default();
    let rounds = timers.max_bad_pe_report.unwrap_or(0).saturating_add(2);
    let takeover = timers
        .max_time_last_heard
        .saturating_add(timers.max_time_no_response);
    let of_peers = [
        takeover.saturating_mul(TAKEOVERS),
        timers.peer_heartbeat_cycle.saturating_mul(TAKEOVERS),
        timers.table_request,
        timers.mentor_session,
        timers.rejected_request,
    ];
    [
        timers.t1_enrprequest,
        timers.t2_registration,
        timers.t3_deregistration,
        timers.t6_serverannounce,
    ]
    .into_iter()
    .chain([timers.t7_enrpoutdate, keep_alive.saturating_mul(rounds)])
    .chain(of_peers.into_iter().filter(|_| plays_peers))
    .fold(CASE_TIME, Duration::saturating_add)
}

#[cfg(test)]
mod tests;
