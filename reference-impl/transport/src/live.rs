//! The live stacks behind one type, selected by a word on a command line.

#[cfg(target_os = "linux")]
use crate::kernel::{KernelConfig, KernelStack};
use crate::udp::{Peers, UDP_PORT, UdpConfig, UdpStack};
use crate::{AssocId, Caps, Event, Local, LocalPort, Outgoing, Peer, SctpOptions, Tap, Transport};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::time::Instant;

/// Choice of a stack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// SCTP in user space over UDP.
    #[default]
    Udp,
    /// The kernel's SCTP.
    Kernel,
    /// The kernel's SCTP if the kernel has it, else user space. The two do not interoperate without
    /// encapsulation, so both sides must make the same choice.
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

/// Configuration of either stack.
pub struct StackConfig {
    /// This stack's address, for endpoints that name none.
    pub ip: IpAddr,
    /// User space: its own UDP port, 0 for any free one.
    pub udp_port: u16,
    /// User space: the UDP port of peers that are neither in `peers` nor learnt.
    pub peer_udp_port: u16,
    /// User space: peers with another UDP port.
    pub peers: Peers,
    /// Kernel: encapsulate in UDP towards this port (RFC 6951). `None` is plain SCTP.
    pub encaps: Option<u16>,
    /// SCTP parameters and limits.
    pub options: SctpOptions,
    /// Receives a copy of every packet, except those of the kernel's SCTP.
    pub tap: Option<Tap>,
}

impl StackConfig {
    /// Returns a configuration with the default ports on an address.
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
    ///
    /// # Errors
    /// If the system lacks what the stack needs, or refuses its sockets.
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

    /// Returns the stack's own mode, never [`Mode::Auto`].
    pub fn mode(&self) -> Mode {
        match self {
            Stack::Udp(_) => Mode::Udp,
            #[cfg(target_os = "linux")]
            Stack::Kernel(_) => Mode::Kernel,
        }
    }

    /// Returns the UDP address that carries SCTP, if this stack has a separate one.
    pub fn udp_addr(&self) -> Option<SocketAddr> {
        match self {
            Stack::Udp(stack) => Some(stack.udp_addr()),
            #[cfg(target_os = "linux")]
            Stack::Kernel(_) => None,
        }
    }

    /// Ends the stack: aborts associations as long as `goes_on` returns true, and leaves the others without a word. The
    /// kernel aborts its own without asking.
    pub fn leave(self, goes_on: impl FnMut() -> bool) {
        match self {
            Stack::Udp(stack) => drop(stack.leave(goes_on)),
            #[cfg(target_os = "linux")]
            Stack::Kernel(stack) => drop(stack),
        }
    }

    /// Returns an event that is queued already, as [`recv`](Self::recv) does without waiting or reading a socket.
    /// After one event, a caller can so take those that arrived with it at the same reading of the clock.
    pub fn queued(&mut self) -> Option<Event> {
        match self {
            Stack::Udp(stack) => stack.queued(),
            #[cfg(target_os = "linux")]
            Stack::Kernel(stack) => stack.queued(),
        }
    }

    /// Returns the next event, or `None` once `until` is past. A future that is dropped loses nothing.
    ///
    /// # Errors
    /// None today: errors of a socket end its association with an event.
    pub async fn recv(&mut self, until: Option<Instant>) -> io::Result<Option<Event>> {
        match self {
            Stack::Udp(stack) => stack.recv(until).await,
            #[cfg(target_os = "linux")]
            Stack::Kernel(stack) => stack.recv(until).await,
        }
    }
}

/// Calls the same method of either stack.
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
