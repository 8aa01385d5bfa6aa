//! Limits on everything that a capture can make grow.
//!
//! These constants bound the memory; the size of the file does not matter. When a table is full, the older half of its
//! entries is discarded, and [`crate::Counters`] counts the losses.

/// Octets of the read buffer, and therefore of the largest packet record (Wireshark's own limit is 256 KiB).
pub const READ_BUFFER_OCTETS: usize = 1 << 20;
/// Interfaces of one section of a pcapng file.
pub const INTERFACES: usize = 4096;
/// VLAN tags before the network header.
pub const VLAN_TAGS: usize = 4;
/// Tunnels around a packet.
pub const TUNNELS: usize = 4;
/// IP datagrams that are reassembled at one time.
pub const IP_DATAGRAMS: usize = 256;
/// Octets of IP fragments held at one time.
pub const IP_OCTETS: usize = 4 << 20;
/// Frames after the last fragment of an incomplete IP datagram until it is discarded. IPv4 identifications repeat, and
/// times in a capture may jump.
pub const IP_FRAMES: u64 = 20_000;
/// Directions of SCTP associations (two for each association).
pub const SCTP_DIRECTIONS: usize = 16 * 1024;
/// TSNs up to the highest one of a direction among which retransmissions are recognised.
pub const TSN_WINDOW: u32 = 4096;
/// Octets of one user message. ASAP and ENRP messages have at most 65,535; user data may have more.
pub const MESSAGE_OCTETS: usize = 256 * 1024;
/// Incomplete user messages of one direction.
pub const RUNS: usize = 64;
/// Octets of incomplete user messages in all directions together.
pub const RUN_OCTETS: usize = 16 << 20;
/// Directions of TCP connections.
pub const TCP_DIRECTIONS: usize = 4096;
/// Octets of one direction of a TCP connection that wait for a missing segment.
pub const TCP_EARLY_OCTETS: usize = 256 * 1024;
/// Segments of one direction of a TCP connection that wait for a missing one.
pub const TCP_EARLY_SEGMENTS: usize = 64;
/// Octets held for all TCP connections together.
pub const TCP_OCTETS: usize = 16 << 20;
/// UDP port pairs found to carry SCTP (RFC 6951) by a right CRC32c.
pub const UDP_PAIRS: usize = 4096;
