//! The system calls of Linux SCTP (RFC 6458, linux/sctp.h). The only file of the project with `unsafe` code:
//! each function takes and gives safe values.

use crate::probe::Unavailable;
use socket2::{SockAddr, Socket};
use std::io;
use std::mem::size_of;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use tokio::io::unix::AsyncFd;

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

/// Ancillary data: send and receive information.
const CMSG_SNDINFO: libc::c_int = 2;
const CMSG_RCVINFO: libc::c_int = 3;

/// Send and receive flag: unordered.
pub(super) const UNORDERED: u16 = 1;
/// Send flag: abort the association.
pub(super) const ABORT: u16 = 4;
/// Send flag: shut the association down gracefully.
pub(super) const EOF: u16 = 0x200;
/// Receive flag: this is a notification.
const MSG_NOTIFICATION: libc::c_int = 0x8000;

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

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct RcvInfo {
    stream: u16,
    ssn: u16,
    flags: u16,
    pad: u16,
    ppid_be: u32,
    tsn: u32,
    cumulative_tsn: u32,
    context: u32,
    assoc: i32,
}

/// What a socket is set to.
pub(super) struct Settings {
    pub(super) rto_ms: (u32, u32, u32),
    pub(super) heartbeat_ms: u32,
    pub(super) max_retransmissions: u16,
    pub(super) max_init_retransmits: u16,
    pub(super) streams: u16,
}

/// What one call of [`receive`] gave.
#[derive(Debug)]
pub(super) enum Received {
    /// A message or, if not `whole`, a piece of it.
    Data {
        assoc: i32,
        stream: u16,
        ppid: u32,
        unordered: bool,
        len: usize,
        whole: bool,
    },
    /// The state of an association changed.
    Association {
        assoc: i32,
        state: Change,
        cause: u16,
        with_chunk: bool,
        streams_out: u16,
        streams_in: u16,
    },
    /// A path of an association changed.
    Path {
        assoc: i32,
        addr: Option<SocketAddr>,
        state: i32,
    },
    /// A message that came in pieces will never be complete.
    PartialDeliveryAborted { assoc: i32 },
    /// Nothing of interest.
    Other,
}

/// States of an association change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Up,
    Lost,
    Restart,
    ShutdownComplete,
    CannotStart,
}

/// Whether the kernel makes one-to-many SCTP sockets.
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

/// A one-to-many socket, not blocking.
pub(super) fn socket(v6: bool) -> io::Result<Socket> {
    let family = if v6 { libc::AF_INET6 } else { libc::AF_INET };
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: no pointers; a non-negative result is a new descriptor that nobody else owns.
    let fd = unsafe {
        let fd = libc::socket(family, kind, IPPROTO_SCTP);
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        OwnedFd::from_raw_fd(fd)
    };
    Ok(Socket::from(fd))
}

/// Gives the socket to the runtime.
pub(super) fn register(socket: Socket) -> io::Result<AsyncFd<Socket>> {
    // SAFETY: `Socket` owns its descriptor, always tells the same one, and is closed only when it is dropped.
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

/// Sets everything on a new socket, for the associations it will have.
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

/// Encapsulates associations that are set up from now on in UDP towards this port; 0 is plain SCTP.
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

/// Starts an association with all addresses of a peer; tells its number at once.
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

/// The peer's addresses.
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

/// Sends a message, or with [`EOF`] or [`ABORT`] and no octets ends an association.
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

/// Receives a piece of a message or a notification into the buffer.
pub(super) fn receive(socket: &Socket, buffer: &mut [u8]) -> io::Result<Received> {
    let mut control = Control::default();
    let mut iov = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    // SAFETY: an all-zero `msghdr` is a valid empty one.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut iov;
    header.msg_iovlen = 1;
    header.msg_control = control.0.as_mut_ptr().cast();
    header.msg_controllen = control.0.len() as _;
    // SAFETY: the kernel writes at most the given lengths to the two buffers.
    let len = unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut header, libc::MSG_DONTWAIT) };
    let Ok(len) = usize::try_from(len) else {
        return Err(io::Error::last_os_error());
    };
    let octets = &buffer[..len];
    if header.msg_flags & MSG_NOTIFICATION != 0 {
        return Ok(notification(octets));
    }
    let Some(info) = receive_info(&header) else {
        return Ok(Received::Other);
    };
    Ok(Received::Data {
        assoc: info.assoc,
        stream: info.stream,
        ppid: u32::from_be(info.ppid_be),
        unordered: info.flags & UNORDERED != 0,
        len,
        whole: header.msg_flags & libc::MSG_EOR != 0,
    })
}

fn receive_info(header: &libc::msghdr) -> Option<RcvInfo> {
    // SAFETY: the kernel filled the control buffer and set its length; the macros stay inside of it, and the
    // length of each entry is checked before it is read.
    unsafe {
        let mut entry = libc::CMSG_FIRSTHDR(header);
        while !entry.is_null() {
            let enough =
                (*entry).cmsg_len as usize >= libc::CMSG_LEN(size_of::<RcvInfo>() as u32) as usize;
            if (*entry).cmsg_level == SOL_SCTP && (*entry).cmsg_type == CMSG_RCVINFO && enough {
                return Some(libc::CMSG_DATA(entry).cast::<RcvInfo>().read_unaligned());
            }
            entry = libc::CMSG_NXTHDR(header, entry);
        }
    }
    None
}

fn notification(octets: &[u8]) -> Received {
    read_notification(octets).unwrap_or(Received::Other)
}

fn read_notification(octets: &[u8]) -> Option<Received> {
    let half = |at: usize| Some(u16::from_ne_bytes(octets.get(at..at + 2)?.try_into().ok()?));
    let word = |at: usize| Some(i32::from_ne_bytes(octets.get(at..at + 4)?.try_into().ok()?));
    Some(match half(0)? {
        ASSOC_CHANGE => Received::Association {
            assoc: word(16)?,
            state: match half(8)? {
                0 => Change::Up,
                1 => Change::Lost,
                2 => Change::Restart,
                3 => Change::ShutdownComplete,
                4 => Change::CannotStart,
                _ => return None,
            },
            // The one field of the structure that stays in network order.
            cause: u16::from_be(half(10)?),
            with_chunk: octets.len() > 20,
            streams_out: half(12)?,
            streams_in: half(14)?,
        },
        PEER_ADDR_CHANGE => Received::Path {
            addr: unpack(octets.get(8..136)?, 1).first().copied(),
            state: word(136)?,
            assoc: word(144)?,
        },
        // type, flags, length, indication, association
        PARTIAL_DELIVERY => Received::PartialDeliveryAborted { assoc: word(12)? },
        _ => Received::Other,
    })
}

/// Socket addresses one after the other, as bindx and connectx take them.
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

/// The opposite of [`pack`]; stops at what it does not know.
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
        assert_eq!((size_of::<SndInfo>(), size_of::<RcvInfo>()), (16, 28));
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

    #[test]
    fn short_notifications_are_ignored() {
        for len in 0..20 {
            let mut octets = vec![0; len];
            octets
                .iter_mut()
                .zip(ASSOC_CHANGE.to_ne_bytes())
                .for_each(|(to, from)| *to = from);
            assert!(matches!(notification(&octets), Received::Other), "{len}");
        }
    }
}
