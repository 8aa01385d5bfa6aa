//! The system calls of Linux SCTP (RFC 6458, linux/sctp.h). This file and `sys/receive.rs` have the only `unsafe`
//! code of the project: each function takes and gives safe values.

mod receive;

use crate::unavailable::Unavailable;
use socket2::{SockAddr, Socket};
use std::io;
use std::mem::size_of;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use tokio::io::unix::AsyncFd;

pub(super) use receive::{Batch, Change, Received};

const IPPROTO_SCTP: libc::c_int = 132;
/// Level of SCTP's options and ancillary data.
const SOL_SCTP: libc::c_int = 132;

const RTOINFO: libc::c_int = 0;
const ASSOCINFO: libc::c_int = 1;
const INITMSG: libc::c_int = 2;
const NODELAY: libc::c_int = 3;
const PEER_ADDR_PARAMS: libc::c_int = 9;
const FRAGMENT_INTERLEAVE: libc::c_int = 18;
const RECVRCVINFO: libc::c_int = 32;
const BINDX_ADD: libc::c_int = 100;
const GET_PEER_ADDRS: libc::c_int = 108;
const CONNECTX3: libc::c_int = 111;
const EVENT: libc::c_int = 127;
const REMOTE_UDP_ENCAPS_PORT: libc::c_int = 132;

/// Ancillary data: send information.
const CMSG_SNDINFO: libc::c_int = 2;

/// Send and receive flag: unordered.
pub(super) const UNORDERED: u16 = 1;
/// Send flag: abort the association.
pub(super) const ABORT: u16 = 4;
/// Send flag: shut the association down gracefully.
pub(super) const EOF: u16 = 0x200;

/// Notifications to subscribe to.
const EVENTS: [u16; 4] = [
    ASSOC_CHANGE,
    PEER_ADDR_CHANGE,
    SHUTDOWN_EVENT,
    PARTIAL_DELIVERY,
];
const ASSOC_CHANGE: u16 = 0x8001;
const PEER_ADDR_CHANGE: u16 = 0x8002;
const SHUTDOWN_EVENT: u16 = 0x8005;
const PARTIAL_DELIVERY: u16 = 0x8006;

/// Room for the addresses of one association.
const MAX_ADDRS_LEN: usize = 4096;

#[repr(C)]
struct RtoInfo {
    assoc: i32,
    initial_ms: u32,
    max_ms: u32,
    min_ms: u32,
}

#[repr(C)]
struct AssocParams {
    assoc: i32,
    max_retransmissions: u16,
    peer_destinations: u16,
    peer_window: u32,
    local_window: u32,
    cookie_life_ms: u32,
}

#[repr(C)]
struct InitMsg {
    streams_out: u16,
    streams_in: u16,
    attempts: u16,
    max_timeout_ms: u16,
}

#[repr(C, packed)]
struct PeerAddrParams {
    assoc: i32,
    addr: [u8; 128],
    heartbeat_ms: u32,
    max_retransmissions: u16,
    path_mtu: u32,
    sack_delay_ms: u32,
    flags: u32,
    flow_label: u32,
    dscp: u8,
    pad: u8,
}

#[repr(C)]
struct EventOn {
    assoc: i32,
    kind: u16,
    on: u8,
}

#[repr(C)]
struct UdpEncaps {
    assoc: i32,
    // sockaddr_storage is aligned to eight.
    pad: u32,
    addr: [u8; 128],
    port_be: u16,
    tail: [u8; 6],
}

#[repr(C)]
struct GetAddrsOld {
    assoc: i32,
    octets: libc::c_int,
    addrs: *const u8,
}

#[repr(C)]
#[derive(Default)]
struct SndInfo {
    stream: u16,
    flags: u16,
    ppid_be: u32,
    context: u32,
    assoc: i32,
}

/// Settings of a socket.
pub(super) struct Settings {
    pub(super) rto_ms: (u32, u32, u32),
    pub(super) heartbeat_ms: u32,
    pub(super) max_retransmissions: u16,
    pub(super) max_init_retransmits: u16,
    pub(super) streams: u16,
}

/// Checks that the kernel makes one-to-many SCTP sockets.
pub(super) fn probe() -> Result<(), Unavailable> {
    socket(false).map(drop).map_err(|error| {
        let reason = match error.raw_os_error() {
            Some(libc::ESOCKTNOSUPPORT | libc::EPROTONOSUPPORT) => "the kernel has no SCTP or has not loaded it",
            Some(libc::EACCES | libc::EPERM) => "this process may not make SCTP sockets",
            Some(libc::EAFNOSUPPORT) => "the kernel has no IPv4",
            _ => "unexpected",
        };
        Unavailable::new(
            format!("socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP): {error}: {reason}"),
            "as root: modprobe sctp; where that is impossible, `--transport udp` needs no kernel SCTP, and the \
             lab scripts run this in user-mode Linux, whose kernel has SCTP",
        )
    })
}

/// Makes a one-to-many socket that does not block.
pub(super) fn socket(v6: bool) -> io::Result<Socket> {
    let family = if v6 { libc::AF_INET6 } else { libc::AF_INET };
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: no pointers; a non-negative result is a new descriptor without another owner.
    let fd = unsafe {
        let fd = libc::socket(family, kind, IPPROTO_SCTP);
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        OwnedFd::from_raw_fd(fd)
    };
    Ok(Socket::from(fd))
}

/// Registers the socket with the runtime.
pub(super) fn register(socket: Socket) -> io::Result<AsyncFd<Socket>> {
    // SAFETY: `Socket` owns its descriptor, always returns the same one, and is closed only when it is dropped.
    unsafe { AsyncFd::register(socket) }.map_err(io::Error::from)
}

fn set<T>(socket: &Socket, option: libc::c_int, value: &T) -> io::Result<()> {
    let len = libc::socklen_t::try_from(size_of::<T>()).expect("option structures are small");
    // SAFETY: the pointer and length are those of a live `T`, which the callers declare as the kernel does.
    let done = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            SOL_SCTP,
            option,
            std::ptr::from_ref(value).cast(),
            len,
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Applies the settings to a new socket, for its future associations.
pub(super) fn configure(socket: &Socket, settings: &Settings) -> io::Result<()> {
    let (initial_ms, min_ms, max_ms) = settings.rto_ms;
    set(socket, NODELAY, &1i32)?;
    set(socket, RECVRCVINFO, &1i32)?;
    // Pieces of messages of different associations may alternate, but a whole message never waits for
    // another association's.
    set(socket, FRAGMENT_INTERLEAVE, &1i32)?;
    for kind in EVENTS {
        set(
            socket,
            EVENT,
            &EventOn {
                assoc: 0,
                kind,
                on: 1,
            },
        )?;
    }
    set(
        socket,
        INITMSG,
        &InitMsg {
            streams_out: settings.streams,
            streams_in: settings.streams,
            attempts: settings.max_init_retransmits,
            max_timeout_ms: u16::try_from(max_ms).unwrap_or(u16::MAX),
        },
    )?;
    set(
        socket,
        RTOINFO,
        &RtoInfo {
            assoc: 0,
            initial_ms,
            max_ms,
            min_ms,
        },
    )?;
    set(
        socket,
        ASSOCINFO,
        &AssocParams {
            assoc: 0,
            max_retransmissions: settings.max_retransmissions,
            peer_destinations: 0,
            peer_window: 0,
            local_window: 0,
            cookie_life_ms: 0,
        },
    )?;
    let (heartbeat_on, heartbeat_off) = (1, 2);
    set(
        socket,
        PEER_ADDR_PARAMS,
        &PeerAddrParams {
            assoc: 0,
            addr: [0; 128],
            heartbeat_ms: settings.heartbeat_ms,
            max_retransmissions: settings.max_retransmissions,
            path_mtu: 0,
            sack_delay_ms: 0,
            flags: if settings.heartbeat_ms == 0 {
                heartbeat_off
            } else {
                heartbeat_on
            },
            flow_label: 0,
            dscp: 0,
            pad: 0,
        },
    )
}

/// Encapsulates associations that are set up later in UDP towards this port; 0 is plain SCTP.
pub(super) fn encapsulate(socket: &Socket, port: u16) -> io::Result<()> {
    let wildcard = UdpEncaps {
        assoc: 0,
        pad: 0,
        addr: [0; 128],
        port_be: port.to_be(),
        tail: [0; 6],
    };
    set(socket, REMOTE_UDP_ENCAPS_PORT, &wildcard)
}

/// Binds further addresses.
pub(super) fn bind_more(socket: &Socket, addrs: &[SocketAddr]) -> io::Result<()> {
    let packed = pack(addrs);
    let len = libc::socklen_t::try_from(packed.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    // SAFETY: pointer and length are those of `packed`, a sequence of socket addresses.
    let done = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            SOL_SCTP,
            BINDX_ADD,
            packed.as_ptr().cast(),
            len,
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Starts an association with all addresses of a peer and returns its number at once.
pub(super) fn connect(socket: &Socket, addrs: &[SocketAddr]) -> io::Result<i32> {
    let packed = pack(addrs);
    let octets = libc::c_int::try_from(packed.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut request = GetAddrsOld {
        assoc: 0,
        octets,
        addrs: packed.as_ptr(),
    };
    let mut len = size_of::<GetAddrsOld>() as libc::socklen_t;
    // SAFETY: the kernel reads `octets` octets at `addrs`, which `packed` has, and writes the association
    // number to the beginning of `request`, which has `len` octets.
    let done = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            SOL_SCTP,
            CONNECTX3,
            std::ptr::from_mut(&mut request).cast(),
            &raw mut len,
        )
    };
    let error = io::Error::last_os_error();
    match (done, error.raw_os_error()) {
        (0, _) | (_, Some(libc::EINPROGRESS)) => Ok(request.assoc),
        (_, Some(libc::EISCONN | libc::EALREADY)) => Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "there is an association with this peer already",
        )),
        _ => Err(error),
    }
}

/// Returns the peer's addresses.
pub(super) fn peer_addrs(socket: &Socket, assoc: i32) -> io::Result<Vec<SocketAddr>> {
    let mut buffer = vec![0u8; 8 + MAX_ADDRS_LEN];
    buffer[..4].copy_from_slice(&assoc.to_ne_bytes());
    let mut len = buffer.len() as libc::socklen_t;
    // SAFETY: the kernel reads the association number and writes at most `len` octets to the buffer.
    let done = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            SOL_SCTP,
            GET_PEER_ADDRS,
            buffer.as_mut_ptr().cast(),
            &raw mut len,
        )
    };
    if done != 0 {
        return Err(io::Error::last_os_error());
    }
    let count = u32::from_ne_bytes(buffer[4..8].try_into().expect("four octets"));
    Ok(unpack(&buffer[8..], count as usize))
}

/// Sends a message. With [`EOF`] or [`ABORT`] and no octets, ends an association.
pub(super) fn send(
    socket: &Socket,
    assoc: i32,
    stream: u16,
    ppid: u32,
    flags: u16,
    octets: &[u8],
) -> io::Result<()> {
    let info = SndInfo {
        stream,
        flags,
        ppid_be: ppid.to_be(),
        context: 0,
        assoc,
    };
    let mut control = Control::default();
    let mut iov = libc::iovec {
        iov_base: octets.as_ptr().cast_mut().cast(),
        iov_len: octets.len(),
    };
    // SAFETY: an all-zero `msghdr` is a valid empty one.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut iov;
    header.msg_iovlen = 1;
    header.msg_control = control.0.as_mut_ptr().cast();
    // SAFETY: CMSG_SPACE and CMSG_LEN only compute. The control buffer is large enough for one header and a
    // `SndInfo` and is aligned for both, so the first header and its data lie within it. `sendmsg` reads the
    // message and the control data, which live until it returns, and writes neither.
    let sent = unsafe {
        header.msg_controllen = libc::CMSG_SPACE(size_of::<SndInfo>() as u32) as _;
        let first = libc::CMSG_FIRSTHDR(&raw const header);
        (*first).cmsg_level = SOL_SCTP;
        (*first).cmsg_type = CMSG_SNDINFO;
        (*first).cmsg_len = libc::CMSG_LEN(size_of::<SndInfo>() as u32) as _;
        libc::CMSG_DATA(first)
            .cast::<SndInfo>()
            .write_unaligned(info);
        libc::sendmsg(
            socket.as_raw_fd(),
            &raw const header,
            libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT,
        )
    };
    if sent >= 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Ancillary data, aligned for its header.
#[repr(C, align(8))]
struct Control([u8; 128]);

impl Default for Control {
    fn default() -> Control {
        Control([0; 128])
    }
}

/// Packs socket addresses one after the other, as bindx and connectx take them.
fn pack(addrs: &[SocketAddr]) -> Vec<u8> {
    let mut out = Vec::new();
    for addr in addrs {
        let addr = SockAddr::from(*addr);
        // SAFETY: `SockAddr` has `len` initialised octets at its pointer.
        let octets =
            unsafe { std::slice::from_raw_parts(addr.as_ptr().cast::<u8>(), addr.len() as usize) };
        out.extend_from_slice(octets);
    }
    out
}

/// Unpacks what [`pack`] packs; stops at an unknown address family.
fn unpack(mut octets: &[u8], count: usize) -> Vec<SocketAddr> {
    let mut out = Vec::new();
    while out.len() < count && octets.len() >= 16 {
        let family = libc::c_int::from(u16::from_ne_bytes([octets[0], octets[1]]));
        let port = u16::from_be_bytes([octets[2], octets[3]]);
        let (ip, len) = match family {
            libc::AF_INET => {
                let ip: [u8; 4] = octets[4..8].try_into().expect("four octets");
                (IpAddr::from(Ipv4Addr::from(ip)), 16)
            }
            libc::AF_INET6 if octets.len() >= 28 => {
                let ip: [u8; 16] = octets[8..24].try_into().expect("sixteen octets");
                (IpAddr::from(Ipv6Addr::from(ip)).to_canonical(), 28)
            }
            _ => break,
        };
        out.push(SocketAddr::new(ip, port));
        octets = &octets[len..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structures_have_the_kernels_sizes() {
        assert_eq!(size_of::<EventOn>(), 8);
        assert_eq!(size_of::<UdpEncaps>(), 144);
        assert_eq!(std::mem::offset_of!(UdpEncaps, addr), 8);
        assert_eq!(std::mem::offset_of!(UdpEncaps, port_be), 136);
        assert_eq!(size_of::<PeerAddrParams>(), 156);
        assert_eq!(size_of::<RtoInfo>(), 16);
        assert_eq!(size_of::<AssocParams>(), 20);
        assert_eq!(size_of::<InitMsg>(), 8);
        assert_eq!(size_of::<SndInfo>(), 16);
    }

    #[test]
    fn addresses_survive_packing() {
        let addrs: Vec<SocketAddr> = vec![
            "192.0.2.1:9".parse().expect("addr"),
            "[2001:db8::1]:10".parse().expect("addr"),
        ];
        let packed = pack(&addrs);
        assert_eq!(packed.len(), 16 + 28);
        assert_eq!(unpack(&packed, 2), addrs);
        assert_eq!(unpack(&packed[..20], 2), addrs[..1]);
        assert_eq!(unpack(&[0; 40], 1), []);
    }
}
