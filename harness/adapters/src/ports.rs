//! Free ports for targets that are about to start.
//!
//! A free port can be taken by another process before the target binds it. So ports come from outside the range
//! from which the kernel serves sockets without a port of their own, and this process selects each of them once
//! until it has gone through all.

use rspcheck_testkit::WorldError;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::event_map::environment;

/// The lowest port that is selected: lower ones belong to services.
const LOWEST: u16 = 10_240;
/// Fewer ports outside the kernel's range than this are not worth a search.
const ENOUGH: usize = 1000;
/// The range from which the kernel serves sockets without a port of their own.
const KERNEL_RANGE: &str = "/proc/sys/net/ipv4/ip_local_port_range";

static SELECTION: LazyLock<Option<Selection>> = LazyLock::new(|| {
    let text = std::fs::read_to_string(KERNEL_RANGE).ok()?;
    let ports = outside(kernel_range(&text)?)?;
    // Another harness on this machine begins at another port.
    let begin = fastrand::u32(0..ports.len() as u32);
    Some(Selection {
        ports,
        next: AtomicU32::new(begin),
    })
});

struct Selection {
    ports: RangeInclusive<u16>,
    next: AtomicU32,
}

/// Returns a UDP port that no socket of this machine uses.
pub(crate) fn free_udp() -> Result<u16, WorldError> {
    free(|addr| UdpSocket::bind(addr)?.local_addr())
}

/// Returns a TCP port that no socket of this machine uses.
pub(crate) fn free_tcp() -> Result<u16, WorldError> {
    free(|addr| TcpListener::bind(addr)?.local_addr())
}

fn free(bind: impl Fn(SocketAddr) -> io::Result<SocketAddr>) -> Result<u16, WorldError> {
    let bind = |port| bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))).map(|addr| addr.port());
    let selected = SELECTION.as_ref().and_then(|selection| {
        let mut ports = (0..selection.ports.len()).map(|_| selection.next());
        ports.find_map(|port| match bind(port) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => None,
            done => Some(done),
        })
    });
    selected.unwrap_or_else(|| bind(0)).map_err(environment)
}

impl Selection {
    fn next(&self) -> u16 {
        let nth = self.next.fetch_add(1, Ordering::Relaxed) as usize % self.ports.len();
        // The range has at most 65,536 ports.
        self.ports.start() + nth as u16
    }
}

fn kernel_range(text: &str) -> Option<RangeInclusive<u16>> {
    let mut numbers = text.split_whitespace().map(|word| word.parse().ok());
    Some(numbers.next()??..=numbers.next()??)
}

/// Returns the larger range of ports beside the kernel's, if there is a range of at least [`ENOUGH`].
fn outside(kernel: RangeInclusive<u16>) -> Option<RangeInclusive<u16>> {
    let below = LOWEST..=kernel.start().saturating_sub(1);
    let above = kernel.end().saturating_add(1).max(LOWEST)..=u16::MAX;
    [below, above]
        .into_iter()
        .filter(|ports| ports.len() >= ENOUGH)
        .max_by_key(ExactSizeIterator::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_port_is_selected_once() {
        let (threads, each) = (8, 200);
        let select = || (0..each).map(|_| free_udp().expect("there is a port"));
        let ports: Vec<u16> = std::thread::scope(|scope| {
            let selecting = [(); 8].map(|()| scope.spawn(|| select().collect::<Vec<_>>()));
            selecting
                .into_iter()
                .flat_map(|thread| thread.join().expect("no panic"))
                .collect()
        });
        let distinct: BTreeSet<_> = ports.iter().collect();
        if SELECTION.is_some() {
            assert_eq!(distinct.len(), threads * each);
        }
    }

    #[test]
    fn taken_port_is_passed_over() {
        let next = || free_tcp().expect("there is a port");
        let port = next();
        let held = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port));
        assert_ne!(next(), port, "{held:?}");
    }

    #[test]
    fn ports_are_outside_the_kernels_range() {
        assert_eq!(kernel_range("32768\t60999\n"), Some(32_768..=60_999));
        assert_eq!(kernel_range("32768"), None);
        for (kernel, ports) in [
            (32_768..=60_999, Some(10_240..=32_767)),
            (10_000..=20_000, Some(20_001..=u16::MAX)),
            (1024..=4999, Some(10_240..=u16::MAX)),
            (11_000..=65_000, None),
            (1024..=u16::MAX, None),
        ] {
            assert_eq!(outside(kernel.clone()), ports, "{kernel:?}");
        }
    }
}
