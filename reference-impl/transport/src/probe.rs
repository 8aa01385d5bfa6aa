//! Checks of the facilities that stacks need on this machine, for people who set up a test bed.

pub use crate::sysctl::{kernel_buffers, kernel_encapsulation};
pub use crate::unavailable::Unavailable;

use crate::udp::{UdpConfig, UdpStack};
use crate::{Event, Local, Outgoing, Peer, SctpOptions, Transport, clock};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Time after which the loopback counts as broken.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sets up an SCTP association over UDP with itself on the loopback and has a message echoed. Returns the
/// time from the first packet to the echo. Must not be called inside a tokio runtime.
///
/// # Errors
/// If no echo arrives within five seconds, or the system refuses a socket.
pub fn udp_loopback(ip: IpAddr) -> Result<Duration, Unavailable> {
    let hint = "look for a firewall or sandbox that forbids UDP on the loopback";
    let failed =
        |error: io::Error| Unavailable::new(format!("SCTP over UDP on {ip}: {error}"), hint);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    runtime.block_on(echo(ip)).map_err(failed)
}

async fn echo(ip: IpAddr) -> io::Result<Duration> {
    let config = UdpConfig {
        udp_port: 0,
        options: SctpOptions::impatient(),
        ..UdpConfig::new(ip)
    };
    let mut stack = UdpStack::new(config)?;
    let listener = stack.open(&Local::Sctp {
        addrs: vec![],
        port: 0,
        listen: true,
    })?;
    let from = stack.open(&Local::Sctp {
        addrs: vec![],
        port: 0,
        listen: false,
    })?;
    let to = Peer {
        addrs: stack.local_addrs(listener),
        udp_port: Some(stack.udp_addr().port()),
    };
    let start = clock::now();
    let assoc = stack.connect(from, &to)?;
    let probe = Outgoing {
        stream: 1,
        ppid: 11,
        unordered: false,
        octets: b"rspcheck",
    };
    let (mut other, mut sent) = (None, false);
    loop {
        let event = stack.recv(Some(start + PATIENCE)).await?;
        match event.ok_or_else(|| io::Error::new(io::ErrorKind::TimedOut, "no echo within 5 s"))? {
            Event::Up { assoc: up, .. } if up == assoc => {
                stack.send(assoc, probe)?;
                sent = true;
            }
            Event::Up { assoc: up, .. } => other = Some(up),
            Event::Message {
                assoc: at, octets, ..
            } if Some(at) == other && sent => {
                stack.send(
                    at,
                    Outgoing {
                        octets: &octets,
                        ..probe
                    },
                )?;
            }
            Event::Message {
                assoc: at, octets, ..
            } if at == assoc && octets == probe.octets => {
                return Ok(clock::now() - start);
            }
            event => return Err(io::Error::other(format!("unexpected: {event:?}"))),
        }
    }
}

/// Checks that the kernel has SCTP.
///
/// # Errors
/// If it makes no one-to-many SCTP socket, or is not Linux.
pub fn kernel_sctp() -> Result<(), Unavailable> {
    #[cfg(target_os = "linux")]
    return crate::kernel::probe();
    #[cfg(not(target_os = "linux"))]
    Err(Unavailable::new(
        "kernel SCTP is used on Linux only",
        "use `--transport udp`, which works everywhere",
    ))
}

/// Checks that TCP connects on the loopback.
///
/// # Errors
/// If it does not within five seconds.
pub fn tcp_loopback() -> Result<(), Unavailable> {
    let connect = || -> io::Result<()> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        std::net::TcpStream::connect_timeout(&listener.local_addr()?, PATIENCE)?;
        listener.accept().map(|_| ())
    };
    connect().map_err(|error| {
        Unavailable::new(
            format!("TCP on 127.0.0.1: {error}"),
            "look for a firewall or sandbox that forbids it",
        )
    })
}

/// Checks that a datagram to a group arrives at a member on this host.
///
/// # Errors
/// If it does not within half a second.
pub fn multicast(group: IpAddr) -> Result<(), Unavailable> {
    let hint = match group {
        IpAddr::V4(_) => "as root: ip link set lo multicast on; ip route add 224.0.0.0/4 dev lo",
        IpAddr::V6(_) => {
            "as root: ip link set lo multicast on; ip -6 route add ff00::/8 dev lo table local"
        }
    };
    round(group).map_err(|error| Unavailable::new(format!("multicast to {group}: {error}"), hint))
}

fn round(group: IpAddr) -> io::Result<()> {
    let socket = Socket::new(
        Domain::for_address(SocketAddr::new(group, 0)),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    match group {
        IpAddr::V4(group) => {
            socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)).into())?;
            socket.join_multicast_v4(&group, &Ipv4Addr::LOCALHOST)?;
            socket.set_multicast_if_v4(&Ipv4Addr::LOCALHOST)?;
            socket.set_multicast_loop_v4(true)?;
            socket.set_multicast_ttl_v4(1)?;
        }
        IpAddr::V6(group) => {
            let lo = crate::interface::of_address(Ipv6Addr::LOCALHOST).unwrap_or_default();
            socket.bind(&SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)).into())?;
            socket.join_multicast_v6(&group, lo)?;
            socket.set_multicast_if_v6(lo)?;
            socket.set_multicast_loop_v6(true)?;
            socket.set_multicast_hops_v6(1)?;
        }
    }
    let socket: std::net::UdpSocket = socket.into();
    socket.set_read_timeout(Some(Duration::from_millis(500)))?;
    let nonce = fastrand::u64(..).to_be_bytes();
    socket.send_to(&nonce, SocketAddr::new(group, socket.local_addr()?.port()))?;
    let mut buffer = [0; 8];
    match socket.recv_from(&mut buffer) {
        Ok(_) if buffer == nonce => Ok(()),
        Ok(_) => Err(io::Error::other("another datagram arrived")),
        Err(error) => Err(io::Error::new(
            error.kind(),
            format!("sent, but not received ({error})"),
        )),
    }
}

/// Precision of this machine's clock and timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// The smallest step of the clock that was measured.
    pub resolution: Duration,
    /// Median delay of 50 timers of 1 ms.
    pub lag_median: Duration,
    /// Largest delay of those timers.
    pub lag_worst: Duration,
}

/// Measures clock and timers for about a tenth of a second. Must not be called inside a tokio runtime.
///
/// # Errors
/// If the system grants no timers.
pub fn clock() -> Result<Clock, Unavailable> {
    let hint = "timers are needed; look at the limits on this process";
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| Unavailable::new(format!("no timers: {error}"), hint))?;
    let mut lags: Vec<Duration> = runtime.block_on(async {
        let mut lags = Vec::new();
        for _ in 0..50 {
            let due = clock::now() + Duration::from_millis(1);
            tokio::time::sleep_until(due.into()).await;
            lags.push(clock::now().saturating_duration_since(due));
        }
        lags
    });
    lags.sort_unstable();
    let step = || {
        let start = clock::now();
        (0..1_000_000)
            .map(|_| clock::now() - start)
            .find(|step| !step.is_zero())
            .unwrap_or_default()
    };
    let resolution = (0..100).map(|_| step()).min().unwrap_or_default();
    Ok(Clock {
        resolution,
        lag_median: lags[25],
        lag_worst: lags[49],
    })
}
