//! Addresses for the peers that the harness plays and for instances of the target: each has one that no other case and no
//! other process uses.

use crate::carrier::Carrier;
use crate::target::{Addresses, Peers};
use std::io;
use std::net::{IpAddr, UdpSocket};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Addresses that are tried before the search for a free one ends.
const ADDRESSES_LIMIT: u64 = 256;
/// Number of the next address of any range. Another harness on this machine begins at another one.
static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(fastrand::u64(..) >> 1));

/// Returns the first address of the range that can be bound, with the result of `bind`, which takes this UDP port there.
///
/// # Errors
/// Returns `AddrNotAvailable` with file, line and remedy if none can be bound.
pub(crate) fn free<T>(
    addresses: &Addresses,
    udp_port: u16,
    mut bind: impl FnMut(IpAddr) -> io::Result<T>,
) -> io::Result<(IpAddr, T)> {
    let Addresses {
        range,
        key,
        owner,
        place,
        ..
    } = addresses;
    let mut last = String::new();
    for _ in 0..range.len().min(ADDRESSES_LIMIT) {
        let ip = range.nth(NEXT.fetch_add(1, Ordering::Relaxed));
        match bind(ip) {
            Ok(bound) => return Ok((ip, bound)),
            Err(error) => last = error.to_string(),
        }
    }
    let what = format!(
        "{place}: no address of {range} is free for {owner} ({last}); give {key} of this machine at which no other \
         process has UDP port {udp_port}, or another peer-udp-port"
    );
    Err(io::Error::new(io::ErrorKind::AddrNotAvailable, what))
}

/// Returns an address that can be bound now.
///
/// # Errors
/// As [`free`].
pub(crate) fn check(peers: &Peers, carrier: Carrier) -> io::Result<IpAddr> {
    let port = match carrier {
        // Only the address matters: the kernel's SCTP has all of them.
        Carrier::Kernel => 0,
        Carrier::Udp | Carrier::Auto => peers.udp_port,
    };
    let bind = |ip| UdpSocket::bind((ip, port));
    free(&peers.addresses, peers.udp_port, bind).map(|(ip, _)| ip)
}
