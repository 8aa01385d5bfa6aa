//! Network of one check: a bridge, the hosts on it, and a capture of the messages that pass the bridge.
//!
//! ```text
//!   namespace c<n>h1      c<n>h2       …          each host: eth0, 10.1.1.<host> or fd00:1::<host>
//!        eth0               eth0
//!          └── v<n>x1 ─ br<n> ─ v<n>x2            tcpdump listens on br<n>
//! ```

use super::process::Process;
use super::{Carrier, Family, Tools};
use anyhow::{Context, bail};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// ASAP's port.
pub(crate) const ASAP: u16 = 3863;
/// ENRP's port.
pub(crate) const ENRP: u16 = 9901;
/// UDP port of SCTP over UDP.
const ENCAPSULATION: u16 = 9899;
/// Limit on the time for a program to get ready. On an idle machine it needs far less.
pub(crate) const START: Duration = Duration::from_secs(20);

/// Origin of the programs on a host, which decides between the kernel's SCTP and a stack in user space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// This project's programs: over the kernel's SCTP, or over their own stack with [`Carrier::Udp`].
    Ours,
    /// rsplib's programs: always over the kernel's SCTP.
    Theirs,
}

/// Network of one check. Dropping it removes bridge and hosts.
pub(crate) struct Scene<'a> {
    pub(crate) carrier: Carrier,
    pub(crate) family: Family,
    tools: &'a Tools,
    nth: usize,
    dir: PathBuf,
    hosts: BTreeSet<u8>,
    capture: Process,
    log: &'static str,
}

impl<'a> Scene<'a> {
    /// Makes the bridge and starts the capture, in the directory `dir`. `nth` makes the names of this network unique.
    pub(crate) fn new(
        carrier: Carrier,
        family: Family,
        tools: &'a Tools,
        nth: usize,
        dir: PathBuf,
    ) -> anyhow::Result<Scene<'a>> {
        Scene::capturing(carrier, family, tools, nth, dir, "sctp or udp")
    }

    /// Makes the bridge and captures only what passes a filter of tcpdump.
    pub(crate) fn capturing(
        carrier: Carrier,
        family: Family,
        tools: &'a Tools,
        nth: usize,
        dir: PathBuf,
        filter: &str,
    ) -> anyhow::Result<Scene<'a>> {
        std::fs::create_dir_all(&dir).with_context(|| dir.display().to_string())?;
        shell(&format!(
            "ip link add br{nth} type bridge && ip link set br{nth} up"
        ))?;
        let mut tcpdump = Command::new("tcpdump");
        tcpdump.args(["-i", &format!("br{nth}"), "-U", "-Z", "root", "-w"]);
        tcpdump.arg(dir.join("run.pcap")).arg(filter);
        let mut capture = Process::start("tcpdump", tcpdump, &dir)?;
        capture.prints("listening on", START)?;
        Ok(Scene {
            carrier,
            family,
            tools,
            nth,
            dir,
            hosts: BTreeSet::new(),
            capture,
            log: "rserpool=debug",
        })
    }

    /// Keeps this project's programs, if started later, from logging each message.
    pub(crate) fn quiet(&mut self) {
        self.log = "rserpool=info";
    }

    /// Returns the directory of the capture and the logs.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns a host's address.
    pub(crate) fn ip(&self, host: u8) -> IpAddr {
        match self.family {
            Family::V4 => Ipv4Addr::new(10, 1, 1, host).into(),
            Family::V6 => Ipv6Addr::new(0xfd00, 1, 0, 0, 0, 0, 0, host.into()).into(),
        }
    }

    /// Returns a host's ASAP endpoint.
    pub(crate) fn asap(&self, host: u8) -> SocketAddr {
        SocketAddr::new(self.ip(host), ASAP)
    }

    /// Returns a host's ENRP endpoint.
    pub(crate) fn enrp(&self, host: u8) -> SocketAddr {
        SocketAddr::new(self.ip(host), ENRP)
    }

    /// Returns the path of the status socket of our registrar on a host. It is not in [`Scene::dir`], because the file
    /// system that the kernel shares with the machine has no sockets.
    pub(crate) fn socket(&self, host: u8) -> String {
        format!("/run/{}.sock", self.namespace(host))
    }

    /// Starts a program on a host. The first program of a host makes the host.
    pub(crate) fn start(
        &mut self,
        side: Side,
        host: u8,
        name: &str,
        argv: &[String],
    ) -> anyhow::Result<Process> {
        self.host(side, host)?;
        Process::start(name, self.command(host, argv), &self.dir)
    }

    /// Runs a program on a host to its end. Returns true if it succeeded, and its lines.
    pub(crate) fn run(
        &mut self,
        side: Side,
        host: u8,
        name: &str,
        argv: &[String],
        within: Duration,
    ) -> anyhow::Result<(bool, Vec<String>)> {
        let mut process = self.start(side, host, name, argv)?;
        let status = process.end(within)?;
        Ok((status.success(), process.lines().to_vec()))
    }

    /// Waits until a shell condition holds on a host.
    pub(crate) fn until(
        &mut self,
        side: Side,
        host: u8,
        condition: &str,
        within: Duration,
    ) -> anyhow::Result<()> {
        self.host(side, host)?;
        poll(
            &format!("ip netns exec {} {condition}", self.namespace(host)),
            within,
        )
    }

    fn command(&self, host: u8, argv: &[String]) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace(host)]);
        command.args(argv);
        command.env("RUST_LOG", self.log);
        command
    }

    fn namespace(&self, host: u8) -> String {
        format!("c{}h{host}", self.nth)
    }

    fn host(&mut self, side: Side, host: u8) -> anyhow::Result<()> {
        if !self.hosts.insert(host) {
            return Ok(());
        }
        let (nth, ns) = (self.nth, self.namespace(host));
        let encapsulates = match (self.carrier, side) {
            (Carrier::Kernel, _) | (Carrier::Udp, Side::Ours) => false,
            (Carrier::Udp, Side::Theirs) | (Carrier::Encapsulated, _) => true,
        };
        // An SCTP socket encapsulates only if the port was set before the socket was made.
        let udp = if encapsulates { ENCAPSULATION } else { 0 };
        let prefix = match self.family {
            Family::V4 => format!("{}/24", self.ip(host)),
            Family::V6 => format!("{}/64", self.ip(host)),
        };
        // IPv6 addresses are usable at once. Hosts of an IPv4 network have none, so that SCTP lists none to its peer.
        let six = match self.family {
            Family::V4 => "net.ipv6.conf.all.disable_ipv6=1",
            Family::V6 => "net.ipv6.conf.all.accept_dad=0",
        };
        let nodad = if self.family == Family::V6 {
            "nodad"
        } else {
            ""
        };
        let multicast = match self.family {
            Family::V4 => "ip route add 224.0.0.0/4 dev eth0",
            Family::V6 => "ip -6 route add ff00::/8 dev eth0 table local",
        };
        shell(&format!(
            "ip netns add {ns} && ip link add v{nth}x{host} type veth peer name eth0 netns {ns} && \
             ip link set v{nth}x{host} master br{nth} up && ip netns exec {ns} sh -ec \
             'sysctl -qw net.sctp.cookie_hmac_alg=none net.sctp.udp_port={udp} net.sctp.encap_port={udp} {six}; \
             ip link set lo up; ip link set eth0 up multicast on; ip addr add {prefix} dev eth0 {nodad}; \
             {multicast} 2>/dev/null || true'"
        ))
    }

    /// Disconnects a host from the bridge, or connects it again.
    pub(crate) fn link(&self, host: u8, up: bool) -> anyhow::Result<()> {
        let word = if up { "up" } else { "down" };
        shell(&format!("ip link set v{}x{host} {word}", self.nth))
    }

    /// Returns the value of `--transport` for this project's programs.
    pub(crate) fn transport(&self) -> &'static str {
        match self.carrier {
            Carrier::Kernel | Carrier::Encapsulated => "kernel",
            Carrier::Udp => "udp",
        }
    }

    /// Returns the path of a program of this project and its first arguments.
    pub(crate) fn tool(&self, name: &str, args: &[&str]) -> Vec<String> {
        let path = self.tools.dir.join(name);
        let mut argv = vec![path.display().to_string()];
        argv.extend(args.iter().map(|&arg| arg.to_owned()));
        argv
    }

    /// Returns the messages captured so far whose name matches `filter`, one per line.
    pub(crate) fn messages(&self, filter: &str) -> anyhow::Result<Vec<String>> {
        let pcap = self.dir.join("run.pcap").display().to_string();
        let argv = self.tool("rspcheck", &["dissect", "--filter", filter, &pcap]);
        let output = Command::new(&argv[0]).args(&argv[1..]).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let lines = text.lines().filter(|line| line.contains(" > "));
        Ok(lines.map(str::to_owned).collect())
    }

    /// Returns a host's address as a dissection prints it before a port.
    pub(crate) fn written(&self, host: u8) -> String {
        match self.ip(host) {
            IpAddr::V4(ip) => format!("{ip}:"),
            IpAddr::V6(ip) => format!("[{ip}]:"),
        }
    }

    /// Waits until the capture has `at_least` messages whose name matches `filter` and whose line contains `text`.
    pub(crate) fn captured(
        &mut self,
        filter: &str,
        text: &str,
        at_least: usize,
        within: Duration,
    ) -> anyhow::Result<()> {
        let pcap = self.dir.join("run.pcap").display().to_string();
        let dissect = self.tool("rspcheck", &["dissect", "--filter", filter, &pcap]);
        let dissect = dissect.join("' '");
        let condition =
            format!("[ $('{dissect}' 2>/dev/null | grep -cF '{text}') -ge {at_least} ]");
        poll(&condition, within)
    }
}

impl Drop for Scene<'_> {
    fn drop(&mut self) {
        // The checks drop their programs before the network. Anything that cannot be removed ends with the kernel.
        let _ = self.capture.kill();
        for host in &self.hosts {
            let _ = shell(&format!("ip netns del {}", self.namespace(*host)));
        }
        let _ = shell(&format!("ip link del br{}", self.nth));
    }
}

/// Returns the words as owned strings.
pub(crate) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Waits until a shell condition holds; tests it every 0.2 s.
fn poll(condition: &str, within: Duration) -> anyhow::Result<()> {
    let script = format!("until {condition}; do sleep 0.2; done");
    let seconds = within.as_secs().max(1).to_string();
    let status = Command::new("timeout")
        .args([&seconds, "sh", "-c", &script])
        .status()?;
    if !status.success() {
        bail!("condition did not hold within {seconds} s: {condition}");
    }
    Ok(())
}

fn shell(script: &str) -> anyhow::Result<()> {
    let output = Command::new("sh").args(["-c", script]).output()?;
    if !output.status.success() {
        bail!(
            "{script}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}
