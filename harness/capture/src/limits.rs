//! Limits on everything a capture can make grow.
//!
//! State is a function of these constants, never of the file's size. When a table is full, its older half goes
//! and [`crate::Counters`] says how much was lost.

/// Octets of the read buffer, and so the largest packet record (Wireshark's own limit is 256 KiB).
pub const READ_BUFFER_OCTETS: usize = 1 << 20;
/// Interfaces described in one section of a pcapng file.
pub const INTERFACES: usize = 4096;
/// VLAN tags before the network header.
pub const VLAN_TAGS: usize = 4;
/// IP datagrams being put together at one time.
pub const IP_DATAGRAMS: usize = 256;
/// Octets of IP fragments held at one time.
pub const IP_OCTETS: usize = 4 << 20;
/// Frames after which an IP datagram still missing a fragment is given up: a capture has no better clock, and IPv4
/// identifications come round again.
pub const IP_FRAMES: u64 = 20_000;
/// Directions of SCTP associations (two for each association).
pub const SCTP_DIRECTIONS: usize = 16 * 1024;
/// TSNs below the highest one seen, in one direction, among which retransmissions are recognised.
pub const TSN_WINDOW: u32 = 4096;
/// Octets of one user message. ASAP and ENRP end at 65,535; user data may be longer.
pub const MESSAGE_OCTETS: usize = 256 * 1024;
/// Incomplete user messages of one direction.
pub const RUNS: usize = 64;
/// Octets of incomplete user messages in all directions together.
pub const RUN_OCTETS: usize = 16 << 20;
/// Directions of TCP connections.
pub const TCP_DIRECTIONS: usize = 4096;
/// Octets that wait, in one direction of a TCP connection, for a missing segment.
pub const TCP_EARLY_OCTETS: usize = 256 * 1024;
/// Segments that wait, in one direction of a TCP connection, for a missing segment.
pub const TCP_EARLY_SEGMENTS: usize = 64;
/// Octets held for all TCP connections together.
pub const TCP_OCTETS: usize = 16 << 20;
/// UDP port pairs learnt to carry SCTP (RFC 6951) because a CRC32c was right.
pub const UDP_PAIRS: usize = 4096;
