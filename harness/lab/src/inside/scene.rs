//! The place of one check: hosts of its own on a bridge of its own, a capture of what goes over it, and the programs
//! of both sides as it starts them.
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
/// Port of SCTP over UDP.
const ENCAPSULATION: u16 = 9899;
/// Time for a program to get ready; a start takes far less where nothing else runs.
pub(crate) const START: Duration = Duration::from_secs(20);

/// Whose programs run on a host: it decides who speaks SCTP there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// This project's: over the kernel, or in user space where the carrier says so.
    Ours,
    /// rsplib's: always over the kernel.
    Theirs,
}

/// The place of one check.
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
    /// Makes the bridge and begins to capture.
    pub(crate) fn new(
        carrier: Carrier,
        family: Family,
        tools: &'a Tools,
        nth: usize,
        dir: PathBuf,
    ) -> anyhow::Result<Scene<'a>> {
        Scene::watching(carrier, family, tools, nth, dir, "sctp or udp")
    }

    /// The same, where only what a filter lets through is captured.
    pub(crate) fn watching(
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
        capture.says("listening on", START)?;
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

    /// This project's programs log no single message from here on.
    pub(crate) fn quiet(&mut self) {
        self.log = "rserpool=info";
    }

    /// Where its files are.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// A host's address.
    pub(crate) fn ip(&self, host: u8) -> IpAddr {
        match self.family {
            Family::V4 => Ipv4Addr::new(10, 1, 1, host).into(),
            Family::V6 => Ipv6Addr::new(0xfd00, 1, 0, 0, 0, 0, 0, host.into()).into(),
        }
    }

    /// A host's ASAP endpoint.
    pub(crate) fn asap(&self, host: u8) -> SocketAddr {
        SocketAddr::new(self.ip(host), ASAP)
    }

    /// A host's ENRP endpoint.
    pub(crate) fn enrp(&self, host: u8) -> SocketAddr {
        SocketAddr::new(self.ip(host), ENRP)
    }

    /// Where a registrar of ours on a host is asked for its status. Not in its folder: the host's file tree takes no
    /// sockets.
    pub(crate) fn socket(&self, host: u8) -> String {
        format!("/run/{}.sock", self.namespace(host))
    }

    /// Starts a program on a host, which is made when it is the first one there.
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

    /// Runs a program on a host to its end.
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

    /// Polls a condition of the shell on a host.
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
        // The port must stand before any SCTP socket is made; without MD5 there is no keyed cookie.
        let udp = if encapsulates { ENCAPSULATION } else { 0 };
        let prefix = match self.family {
            Family::V4 => format!("{}/24", self.ip(host)),
            Family::V6 => format!("{}/64", self.ip(host)),
        };
        // IPv6 addresses are taken at once; hosts of an IPv4 scene have none that SCTP could tell its peer.
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

    /// Cuts a host off, or connects it again.
    pub(crate) fn link(&self, host: u8, up: bool) -> anyhow::Result<()> {
        let word = if up { "up" } else { "down" };
        shell(&format!("ip link set v{}x{host} {word}", self.nth))
    }

    /// `--transport` of this project's programs.
    pub(crate) fn transport(&self) -> &'static str {
        match self.carrier {
            Carrier::Kernel | Carrier::Encapsulated => "kernel",
            Carrier::Udp => "udp",
        }
    }

    /// A program of this project with its first arguments.
    pub(crate) fn tool(&self, name: &str, args: &[&str]) -> Vec<String> {
        let path = self.tools.dir.join(name);
        let mut argv = vec![path.display().to_string()];
        argv.extend(args.iter().map(|&arg| arg.to_owned()));
        argv
    }

    /// The messages captured so far whose name fits, one a line.
    pub(crate) fn messages(&self, filter: &str) -> anyhow::Result<Vec<String>> {
        let pcap = self.dir.join("run.pcap").display().to_string();
        let argv = self.tool("rspcheck", &["dissect", "--filter", filter, &pcap]);
        let output = Command::new(&argv[0]).args(&argv[1..]).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let lines = text.lines().filter(|line| line.contains(" > "));
        Ok(lines.map(str::to_owned).collect())
    }

    /// How a dissection writes a host as an address before its port.
    pub(crate) fn written(&self, host: u8) -> String {
        match self.ip(host) {
            IpAddr::V4(ip) => format!("{ip}:"),
            IpAddr::V6(ip) => format!("[{ip}]:"),
        }
    }

    /// Waits until so many messages of this name, and with this text in their line, were captured.
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
        // The programs are gone: whoever started them dropped them before. What cannot be removed ends with the
        // kernel.
        let _ = self.capture.kill();
        for host in &self.hosts {
            let _ = shell(&format!("ip netns del {}", self.namespace(*host)));
        }
        let _ = shell(&format!("ip link del br{}", self.nth));
    }
}

/// Words as owned arguments.
pub(crate) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Polls a condition of the shell.
fn poll(condition: &str, within: Duration) -> anyhow::Result<()> {
    let script = format!("until {condition}; do sleep 0.2; done");
    let seconds = within.as_secs().max(1).to_string();
    let status = Command::new("timeout")
        .args([&seconds, "sh", "-c", &script])
        .status()?;
    if !status.success() {
        bail!("not within {seconds} s: {condition}");
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
