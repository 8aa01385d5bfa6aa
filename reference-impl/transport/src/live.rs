//! The live stacks behind one type, chosen by a word on a command line.

#[cfg(target_os = "linux")]
use crate::kernel::{KernelConfig, KernelStack};
use crate::udp::{Peers, UDP_PORT, UdpConfig, UdpStack};
use crate::{AssocId, Caps, Event, Local, LocalPort, Outgoing, Peer, SctpOptions, Tap, Transport};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Instant;

/// Which stack to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// SCTP in user space over UDP.
    #[default]
    Udp,
    /// The kernel's SCTP.
    Kernel,
    /// The kernel's SCTP where there is one, else user space. The two do not meet: use it only where both
    /// sides do.
    Auto,
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Mode, String> {
        match text {
            "udp" => Ok(Mode::Udp),
            "kernel" => Ok(Mode::Kernel),
            "auto" => Ok(Mode::Auto),
            other => Err(format!(
                "`{other}` is not a transport; there are udp, kernel and auto"
            )),
        }
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Mode::Udp => "udp",
            Mode::Kernel => "kernel",
            Mode::Auto => "auto",
        })
    }
}

/// What a stack is started with, whichever it is.
pub struct StackConfig {
    /// This stack's address, for endpoints that do not name any.
    pub ip: IpAddr,
    /// User space: its own UDP port, 0 for any free one.
    pub udp_port: u16,
    /// User space: the UDP port of peers about which nothing else is known.
    pub peer_udp_port: u16,
    /// User space: peers with another UDP port.
    pub peers: Peers,
    /// Kernel: encapsulate in UDP towards this port (RFC 6951). `None` is plain SCTP.
    pub encaps: Option<u16>,
    /// SCTP parameters and limits.
    pub options: SctpOptions,
    /// Sees every packet. The kernel's SCTP packets cannot be seen from here.
    pub tap: Option<Tap>,
}

impl StackConfig {
    /// The usual ports on an address.
    pub fn new(ip: IpAddr) -> StackConfig {
        StackConfig {
            ip,
            udp_port: UDP_PORT,
            peer_udp_port: UDP_PORT,
            peers: Peers::new(),
            encaps: None,
            options: SctpOptions::default(),
            tap: None,
        }
    }

    fn udp(self) -> UdpConfig {
        let StackConfig {
            ip,
            udp_port,
            peer_udp_port,
            peers,
            options,
            tap,
            encaps: _,
        } = self;
        UdpConfig {
            ip,
            udp_port,
            peer_udp_port,
            peers,
            options,
            tap,
        }
    }
}

impl Default for StackConfig {
    fn default() -> StackConfig {
        StackConfig::new(Ipv4Addr::LOCALHOST.into())
    }
}

impl std::fmt::Debug for StackConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StackConfig")
            .field("ip", &self.ip)
            .field("udp_port", &self.udp_port)
            .field("encaps", &self.encaps)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// A live stack.
#[derive(Debug)]
pub enum Stack {
    /// SCTP in user space over UDP.
    Udp(Box<UdpStack>),
    /// The kernel's SCTP.
    #[cfg(target_os = "linux")]
    Kernel(Box<KernelStack>),
}

impl Stack {
    /// Starts a stack. Must be called inside a tokio runtime with I/O and time; the stack stays on one thread.
    pub fn start(mode: Mode, config: StackConfig) -> io::Result<Stack> {
        match mode {
            Mode::Auto if crate::probe::kernel_sctp().is_ok() => Stack::kernel(config),
            Mode::Udp | Mode::Auto => Ok(Stack::Udp(Box::new(UdpStack::new(config.udp())?))),
            Mode::Kernel => Stack::kernel(config),
        }
    }

    #[cfg(target_os = "linux")]
    fn kernel(config: StackConfig) -> io::Result<Stack> {
        let StackConfig {
            ip,
            encaps,
            options,
            tap,
            ..
        } = config;
        Ok(Stack::Kernel(Box::new(KernelStack::new(KernelConfig {
            ip,
            encaps,
            options,
            tap,
        })?)))
    }

    #[cfg(not(target_os = "linux"))]
    fn kernel(_config: StackConfig) -> io::Result<Stack> {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "kernel SCTP is used on Linux only",
        ))
    }

    /// Which one it is; never [`Mode::Auto`].
    pub fn mode(&self) -> Mode {
        match self {
            Stack::Udp(_) => Mode::Udp,
            #[cfg(target_os = "linux")]
            Stack::Kernel(_) => Mode::Kernel,
        }
    }

    /// The UDP address that carries SCTP, if this stack has one of its own.
    pub fn udp_addr(&self) -> Option<SocketAddr> {
        match self {
            Stack::Udp(stack) => Some(stack.udp_addr()),
            #[cfg(target_os = "linux")]
            Stack::Kernel(_) => None,
        }
    }

    /// An event that is here already: what [`recv`](Self::recv) would give without waiting or looking at any socket.
    /// So whoever got one event can take what came with it at the same reading of the clock.
    pub fn queued(&mut self) -> Option<Event> {
        match self {
            Stack::Udp(stack) => stack.queued(),
            #[cfg(target_os = "linux")]
            Stack::Kernel(stack) => stack.queued(),
        }
    }

    /// The next event, or `None` once `until` is past. A future that is dropped loses nothing.
    pub async fn recv(&mut self, until: Option<Instant>) -> io::Result<Option<Event>> {
        match self {
            Stack::Udp(stack) => stack.recv(until).await,
            #[cfg(target_os = "linux")]
            Stack::Kernel(stack) => stack.recv(until).await,
        }
    }
}

/// Calls the same method of whichever stack it is.
macro_rules! either {
    ($stack:expr, $s:ident => $call:expr) => {
        match $stack {
            Stack::Udp($s) => $call,
            #[cfg(target_os = "linux")]
            Stack::Kernel($s) => $call,
        }
    };
}

impl Transport for Stack {
    fn open(&mut self, local: &Local) -> io::Result<LocalPort> {
        either!(self, s => s.open(local))
    }
    fn local_addrs(&self, port: LocalPort) -> Vec<SocketAddr> {
        either!(self, s => s.local_addrs(port))
    }
    fn close(&mut self, port: LocalPort) {
        either!(self, s => s.close(port));
    }
    fn connect(&mut self, from: LocalPort, to: &Peer) -> io::Result<AssocId> {
        either!(self, s => s.connect(from, to))
    }
    fn send(&mut self, assoc: AssocId, message: Outgoing<'_>) -> io::Result<()> {
        either!(self, s => s.send(assoc, message))
    }
    fn send_datagram(&mut self, from: LocalPort, to: SocketAddr, octets: &[u8]) -> io::Result<()> {
        either!(self, s => s.send_datagram(from, to, octets))
    }
    fn shutdown(&mut self, assoc: AssocId) -> io::Result<()> {
        either!(self, s => s.shutdown(assoc))
    }
    fn abort(&mut self, assoc: AssocId) {
        either!(self, s => s.abort(assoc));
    }
    fn caps(&self) -> Caps {
        either!(self, s => s.caps())
    }
    fn refused(&self) -> u64 {
        either!(self, s => s.refused())
    }
}
