//! The start of a target: free ports, the command, and the wait until it is ready.

use crate::ask::{Answer, ask};
use crate::carrier::Carrier;
use crate::event_map::environment;
use crate::live::{LOOK, Live, Place};
use crate::process::Process;
use crate::target::{Ready, Target, UDP_PORT};
use crate::{occupied, peer_addresses, ports};
use rspcheck_spec::event::OutputStream;
use rspcheck_spec::run::Stack;
use rspcheck_testkit::{Start, WorldError};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Starts the target of a target file.
#[derive(Clone, Debug)]
pub(crate) struct Launcher {
    pub(crate) target: Arc<Target>,
    pub(crate) carrier: Carrier,
    /// The harness's own binary: `{self}` in commands, and the guard of spawned targets.
    pub(crate) harness: PathBuf,
    pub(crate) interrupted: Arc<AtomicBool>,
    /// The address of this instance, where it is not that of the target file.
    pub(crate) ip: Option<IpAddr>,
}

impl Launcher {
    /// Returns the SCTP stack of a live target.
    pub(crate) fn stack(&self) -> Stack {
        match self.carrier {
            Carrier::Kernel => Stack::Kernel,
            Carrier::Udp | Carrier::Auto => Stack::Udp,
        }
    }

    pub(crate) fn place(&self) -> Place {
        let own = |addr: SocketAddr| SocketAddr::new(self.ip.unwrap_or(addr.ip()), addr.port());
        Place {
            asap: own(self.target.asap),
            udp_port: self.target.udp_port,
            tcp: self.target.tcp.map(own),
            enrp: self.target.enrp.map(own),
            announce: self.target.announce,
            local: self.target.local,
            carrier: self.carrier,
        }
    }

    /// Returns true if a kernel carries the target's SCTP, bare or over a UDP port that its processes share.
    pub(crate) fn is_in_kernel(&self) -> bool {
        self.carrier == Carrier::Kernel || self.target.udp_port_is_shared
    }

    /// Returns the addresses of a target before its start, with a free port in place of each port 0 of its file.
    pub(crate) fn free_place(&self) -> Result<Place, WorldError> {
        let mut place = self.place();
        if place.udp_port == 0 {
            place.udp_port = ports::free_udp()?;
        }
        // A free TCP port is taken as the SCTP port. Over UDP two targets with the same SCTP port differ by their
        // UDP ports; the kernel has no list of its free SCTP ports.
        let addrs = [
            Some(&mut place.asap),
            place.tcp.as_mut(),
            place.enrp.as_mut(),
        ];
        for addr in addrs.into_iter().flatten() {
            if addr.port() == 0 {
                addr.set_port(ports::free_tcp()?);
            }
        }
        if self.selects_announce_port() {
            place.announce.set_port(ports::free_udp()?);
        }
        Ok(place)
    }

    /// Returns an address for an instance, and a socket at this UDP port there.
    ///
    /// # Errors
    /// [`WorldError::Environment`] with file, line and remedy if none is free.
    pub(crate) fn address_of_its_own(
        &self,
        udp_port: u16,
    ) -> Result<(IpAddr, UdpSocket), WorldError> {
        let Some(addresses) = &self.target.instances else {
            let why = self.target.refuses_several().unwrap_or_default();
            return Err(WorldError::Environment(why));
        };
        let bind = |ip| UdpSocket::bind((ip, udp_port));
        peer_addresses::free(addresses, udp_port, bind).map_err(environment)
    }

    /// Starts the target. If another process has taken a port that the harness selected, starts it again with other
    /// ports, up to [`STARTS_LIMIT`] times.
    pub(crate) fn spawn(&self) -> Result<(Process, Place), WorldError> {
        let mut starts = 1;
        loop {
            match self.start(self.free_place()?) {
                Ok(started) => return Ok(started),
                Err(NotReady::PortTaken(_)) if starts < STARTS_LIMIT => starts += 1,
                Err(NotReady::PortTaken(what)) => {
                    return Err(WorldError::Environment(format!(
                        "{what}\n    (started {starts} times, each time with other ports)"
                    )));
                }
                Err(NotReady::Other(error)) => return Err(error),
            }
        }
    }

    fn start(&self, mut place: Place) -> Result<(Process, Place), NotReady> {
        let command = self.command(&place, &Start::default());
        let occupied = occupied::answering(&place, &self.interrupted)?;
        // A ready line may have other addresses.
        if self.target.ready != Ready::Line
            && let Some(address) = &occupied
        {
            return Err(self.stale(address));
        }
        let mut process = self.process(&command)?;
        match self.target.ready {
            Ready::Line => {
                let deadline = clock() + self.target.start_timeout;
                let line = self.ready_line(&process, deadline, &command)?;
                let selected = place.clone();
                read_places(&line, &mut place).map_err(|what| {
                    WorldError::Environment(format!("ready line `{line}`: {what}"))
                })?;
                if let Some(address) = occupied.filter(|_| place.overlaps(&selected)) {
                    return Err(self.stale(&address));
                }
            }
            Ready::AsapResolution | Ready::Association => {
                let mut world = Live::new(place.clone(), Some(process), self.interrupted.clone())?;
                let answer = ask(&mut world, self.target.ready, self.target.start_timeout);
                process = world.into_process().expect("the process was given to it");
                match answer {
                    Ok(Answer::After(_)) if process.ended().is_none() => {}
                    Ok(Answer::After(_)) => {
                        return Err(self.not_ready(&process, &command, "another process answered"));
                    }
                    Ok(Answer::None { last }) => {
                        return Err(self.not_ready(&process, &command, &last));
                    }
                    Err(WorldError::TargetDied { .. }) => {
                        return Err(self.not_ready(&process, &command, ""));
                    }
                    Err(other) => return Err(other.into()),
                }
            }
        }
        Ok((process, place))
    }

    /// Returns the reason for which a case cannot start the target with these settings, if there is one.
    pub(crate) fn refuses(&self, start: &Start) -> Option<String> {
        let named = |part: &str| self.target.command.iter().any(|word| word.contains(part));
        if self.target.enrp.is_none() {
            return Some("its target file has no ENRP address (enrp)".to_owned());
        }
        if !start.peers.is_empty() && (self.target.peers.is_none() || !named("{peers}")) {
            return Some("its command has no place for peers ({peers})".to_owned());
        }
        if start.server_id.is_some() && !named("{server-id}") {
            return Some("its command has no place for a server ID ({server-id})".to_owned());
        }
        None
    }

    /// Starts the process of a target at the time that a case chooses. The world of the case waits until it is up.
    ///
    /// # Errors
    /// [`NotReady::PortTaken`] if another process answers at a port that the harness selected; else
    /// [`NotReady::Other`].
    pub(crate) fn launch(&self, place: &Place, start: &Start) -> Result<Process, NotReady> {
        if let Some(address) = occupied::answering(place, &self.interrupted)? {
            return Err(self.stale(&address));
        }
        Ok(self.process(&self.command(place, start))?)
    }

    fn process(&self, command: &[String]) -> Result<Process, WorldError> {
        Process::start(command, Some(&self.harness), self.target.stop_grace).map_err(|e| {
            WorldError::Environment(format!("cannot start `{}`: {e}", command.join(" ")))
        })
    }

    /// Returns the command with all placeholders filled.
    pub(crate) fn command(&self, place: &Place, start: &Start) -> Vec<String> {
        let id = start.server_id.unwrap_or_else(|| fastrand::u32(1..));
        let words = match &self.target.peers {
            Some(peers) => peers.named(&self.target.command, &start.peers),
            None => {
                let words = self.target.command.iter();
                let words = words.filter(|word| !word.contains("{peers}"));
                words.cloned().collect()
            }
        };
        let words = words.iter();
        words.map(|word| self.filled(word, place, id)).collect()
    }

    fn ready_line(
        &self,
        process: &Process,
        deadline: Instant,
        command: &[String],
    ) -> Result<String, NotReady> {
        while clock() < deadline {
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(WorldError::Interrupted.into());
            }
            match process.line_until(deadline.min(clock() + LOOK)) {
                Some((OutputStream::Stdout, line))
                    if line == "ready" || line.starts_with("ready ") =>
                {
                    return Ok(line);
                }
                Some(_) => {}
                // Its children may keep its output open after its end.
                None if process.is_over() || process.ended().is_some() => break,
                None => {}
            }
        }
        Err(self.not_ready(
            process,
            command,
            "it printed no line that begins with `ready`",
        ))
    }

    /// Returns the error for a target that did not get ready: how it ended or what was missing, and its last output.
    pub(crate) fn not_ready(
        &self,
        process: &Process,
        command: &[String],
        missing: &str,
    ) -> NotReady {
        let end = process.ended_until(clock() + LOOK);
        let has_ended = end.is_some();
        let how = end.map_or_else(
            || {
                format!(
                    "is not ready after {} s ({missing}); give it more time with start-timeout, or run it by hand",
                    self.target.start_timeout.as_secs_f64()
                )
            },
            |how| format!("ended before it was ready: {how}; run it by hand to find out more"),
        );
        let tail = process.tail();
        let place = self.target.place_of_command();
        let place = place.map_or_else(String::new, |place| format!("{place}: "));
        let mut what = format!("{place}`{}` {how}", command.join(" "));
        for line in &tail {
            what.push_str("\n    ");
            what.push_str(line);
        }
        let selects = self.selects_ports() || self.selects_announce_port();
        if has_ended && selects && tail.iter().any(|line| reports_taken(line)) {
            return NotReady::PortTaken(what);
        }
        NotReady::Other(WorldError::Environment(what))
    }

    /// Returns the error for a target that cannot be started because something answers at its address.
    fn stale(&self, address: &str) -> NotReady {
        let name = &self.target.name;
        let what = format!(
            "something answers already at {address}, and would be tested in place of {name}; stop that process, or \
             give the target file the port 0 (a free one for each start)"
        );
        if self.selects_ports() {
            NotReady::PortTaken(what)
        } else {
            NotReady::Other(WorldError::Environment(what))
        }
    }

    /// Returns true if the harness selects a port of the target at each start.
    fn selects_ports(&self) -> bool {
        let Target {
            asap,
            udp_port,
            tcp,
            enrp,
            ..
        } = &*self.target;
        let addrs = [Some(*asap), *tcp, *enrp];
        *udp_port == 0 || addrs.into_iter().flatten().any(|addr| addr.port() == 0)
    }

    /// Returns true if the harness selects the port of the announcements at each start, so that several targets at a
    /// time do not receive each other's announcements.
    fn selects_announce_port(&self) -> bool {
        let named = |word: &String| word.contains("{announce-port}");
        self.target.fresh && self.target.command.iter().any(named)
    }

    fn filled(&self, word: &str, place: &Place, id: u32) -> String {
        let enrp = place.enrp.unwrap_or(place.asap);
        let peer_udp_port = self
            .target
            .peers
            .as_ref()
            .map_or(UDP_PORT, |peers| peers.udp_port);
        let tcp = place.tcp.map_or(place.asap.port(), |tcp| tcp.port());
        word.replace("{self}", &self.harness.display().to_string())
            .replace("{transport}", &self.stack().to_string())
            .replace("{asap-ip}", &place.asap.ip().to_string())
            .replace("{asap-port}", &place.asap.port().to_string())
            .replace("{udp-port}", &place.udp_port.to_string())
            .replace("{tcp-port}", &tcp.to_string())
            .replace("{announce-port}", &place.announce.port().to_string())
            .replace("{enrp-ip}", &enrp.ip().to_string())
            .replace("{enrp-port}", &enrp.port().to_string())
            .replace("{server-id}", &format!("{id:#010x}"))
            .replace("{peer-udp-port}", &peer_udp_port.to_string())
    }
}

/// Most starts of a target whose ports are taken, with other ports each time.
pub(crate) const STARTS_LIMIT: u32 = 5;

/// The reason why a target that was started is not ready.
pub(crate) enum NotReady {
    /// Another process had a port that the harness selected: another port may be free.
    PortTaken(String),
    /// Everything else.
    Other(WorldError),
}

impl From<WorldError> for NotReady {
    fn from(error: WorldError) -> NotReady {
        NotReady::Other(error)
    }
}

/// Returns true if a line of a target's output is about an address or a port that is taken (`EADDRINUSE`).
fn reports_taken(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    line.contains("in use") || line.contains("eaddrinuse")
}

/// Reads the addresses of a ready line: `ready asap=127.0.0.1:3863 udp-port=40123 tcp=127.0.0.1:41234 …`.
fn read_places(line: &str, place: &mut Place) -> Result<(), String> {
    for word in line.split_whitespace().skip(1) {
        let Some((key, value)) = word.split_once('=') else {
            continue;
        };
        let bad = |e: &dyn std::fmt::Display| format!("{key}: {e}");
        match key {
            // A multi-homed registrar prints all its addresses; each of them reaches it.
            "asap" => {
                let first = value.split(',').next().unwrap_or(value);
                place.asap = first.parse::<SocketAddr>().map_err(|e| bad(&e))?;
            }
            "udp-port" => {
                place.udp_port = value
                    .parse()
                    .map_err(|e: std::num::ParseIntError| bad(&e))?
            }
            "enrp" => {
                let first = value.split(',').next().unwrap_or(value);
                place.enrp = Some(first.parse::<SocketAddr>().map_err(|e| bad(&e))?);
            }
            "tcp" if value != "off" => {
                place.tcp = Some(
                    value
                        .parse()
                        .map_err(|e: std::net::AddrParseError| bad(&e))?,
                );
            }
            _ => {}
        }
    }
    if place.udp_port == 0 || place.asap.port() == 0 || place.tcp.is_some_and(|tcp| tcp.port() == 0)
    {
        return Err("port 0 is no port to reach it at".into());
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a live target runs on wall time")]
fn clock() -> Instant {
    Instant::now()
}
