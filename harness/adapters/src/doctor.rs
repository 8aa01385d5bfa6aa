//! Checks of this machine: which transports work here, and how well it keeps time.

use crate::carrier::Carrier;
use crate::{bundled, peer_addresses};
use rsp_transport::probe;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A word that names the check.
    pub name: &'static str,
    /// The use that needs it.
    pub needed_for: &'static str,
    /// The details of what works, or of what is missing.
    pub found: Result<String, Missing>,
}

/// Something that does not work on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The attempt and its result.
    pub why: String,
    /// The remedy.
    pub way_out: String,
}

impl From<probe::Unavailable> for Missing {
    fn from(unavailable: probe::Unavailable) -> Missing {
        let probe::Unavailable { why, hint } = unavailable;
        Missing { why, way_out: hint }
    }
}

/// Largest delay of a timer with which verdicts are sound: the protocol timers of the tests are 100 ms and
/// longer.
const LAG_LIMIT: Duration = Duration::from_millis(50);

/// Tries each transport that the harness can use. The first finding, `udp`, is the one without which no live
/// test can run. Takes up to 10 s where a firewall drops packets. Must not be called inside a tokio runtime.
pub fn transports() -> Vec<Finding> {
    let v4 = IpAddr::from(Ipv4Addr::LOCALHOST);
    let v6 = IpAddr::from(Ipv6Addr::LOCALHOST);
    vec![
        finding(
            "udp",
            "every test (`--transport udp`, the default)",
            udp(v4),
        ),
        finding("udp-ipv6", "tests over IPv6", udp(v6)),
        finding(
            "kernel",
            "`--transport kernel`: targets that use the kernel's SCTP, multi-homing",
            probe::kernel_sctp().map(|()| "one-to-many SCTP sockets can be made".into()),
        ),
        finding(
            "kernel-udp",
            "a target on kernel SCTP tested from user space (RFC 6951)",
            probe::kernel_encapsulation()
                .map(|port| format!("the kernel takes encapsulated SCTP on UDP port {port}")),
        ),
        Finding {
            name: "peers",
            needed_for: "cases on ENRP (RFC 5353), with peers that rspcheck plays",
            found: peers(),
        },
        finding(
            "tcp",
            "pool users over TCP",
            probe::tcp_loopback().map(|()| "connects on the loopback".into()),
        ),
        finding(
            "multicast-ipv4",
            "announcements and server hunt",
            multicast([239, 255, 99, 99].into()),
        ),
        finding(
            "multicast-ipv6",
            "announcements and server hunt over IPv6",
            multicast(IpAddr::V6("ff11::9902".parse().expect("an IPv6 address"))),
        ),
    ]
}

/// Measures the clock and the timers. Takes about 0.1 s. Must not be called inside a tokio runtime.
pub fn clock() -> Finding {
    Finding {
        name: "clock",
        needed_for: "timers and measurements",
        found: lag(),
    }
}

fn finding(
    name: &'static str,
    needed_for: &'static str,
    found: Result<String, probe::Unavailable>,
) -> Finding {
    Finding {
        name,
        needed_for,
        found: found.map_err(Missing::from),
    }
}

/// Tries an address for a peer of the bundled registrar.
fn peers() -> Result<String, Missing> {
    let target = bundled::spawned();
    let peers = target.peers.expect("a test holds that it has peers");
    let (range, udp_port) = (peers.addresses.range, peers.udp_port);
    match peer_addresses::check(&peers, Carrier::Udp) {
        Ok(ip) => Ok(format!(
            "{ip} can be bound at UDP port {udp_port}; others of {range} follow"
        )),
        Err(error) => Err(Missing {
            why: error.to_string(),
            way_out: format!(
                "end the process that has UDP port {udp_port} on all addresses, or test with a target file that has \
                 another peer-udp-port"
            ),
        }),
    }
}

fn udp(ip: IpAddr) -> Result<String, probe::Unavailable> {
    let took = probe::udp_loopback(ip)?;
    Ok(format!(
        "set up an association with itself on {ip} and had a message echoed in {took:.1?}"
    ))
}

fn multicast(group: IpAddr) -> Result<String, probe::Unavailable> {
    probe::multicast(group)?;
    Ok(format!("a datagram to {group} came back on the loopback"))
}

fn lag() -> Result<String, Missing> {
    let clock = probe::clock()?;
    let (median, worst) = (clock.lag_median, clock.lag_worst);
    let detail = format!(
        "resolution {:?}; a timer of 1 ms is {median:.1?} late at the median, {worst:.1?} at worst",
        clock.resolution
    );
    if worst > LAG_LIMIT {
        let way_out = "run on a quieter machine, or expect inconclusive verdicts from tests with short timers";
        return Err(Missing {
            why: detail,
            way_out: way_out.into(),
        });
    }
    Ok(detail)
}
