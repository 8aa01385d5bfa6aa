//! The interfaces of this host: the scope of link-local IPv6 addresses (RFC 4007).
//!
//! ASAP and ENRP parameters carry no scope, so a link-local address of this host gets that of its interface when it is
//! bound. A socket that is bound so sends to other link-local addresses over that interface.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Returns the index of the interface with this name, if the system shows it.
pub fn by_name(name: &str) -> Option<u32> {
    entries(|entry| entry.name == name).or_else(|| {
        // An interface without an IPv6 address. A name with a slash would lead out of the folder.
        let is_name = !name.is_empty() && !name.starts_with('.') && !name.contains('/');
        let index =
            is_name.then(|| std::fs::read_to_string(format!("/sys/class/net/{name}/ifindex")));
        index?.ok()?.trim().parse().ok()
    })
}

/// Returns the index of the interface that has an IPv6 address, if the system shows it.
pub fn of_address(ip: Ipv6Addr) -> Option<u32> {
    entries(|entry| entry.address == ip)
}

/// Returns an address of this host, with its scope if it is link-local and has none.
pub(crate) fn scoped(mut addr: SocketAddr) -> SocketAddr {
    if let SocketAddr::V6(v6) = &mut addr
        && v6.ip().is_unicast_link_local()
        && v6.scope_id() == 0
        && let Some(index) = of_address(*v6.ip())
    {
        v6.set_scope_id(index);
    }
    addr
}

/// Returns an address that a datagram came from: a mapped IPv4 address as IPv4, an IPv6 address with its scope.
pub(crate) fn canonical(addr: SocketAddr) -> SocketAddr {
    match addr.ip().to_canonical() {
        ip @ IpAddr::V4(_) => SocketAddr::new(ip, addr.port()),
        IpAddr::V6(_) => addr,
    }
}

/// One IPv6 address of this host.
struct Entry<'a> {
    address: Ipv6Addr,
    index: u32,
    name: &'a str,
}

/// Returns the index of the first entry that fits.
fn entries(fits: impl Fn(&Entry<'_>) -> bool) -> Option<u32> {
    let table = std::fs::read_to_string("/proc/net/if_inet6").ok()?;
    table
        .lines()
        .filter_map(entry)
        .find(fits)
        .map(|entry| entry.index)
}

/// Reads a line: address, index, prefix length, scope, flags, name; all but the name in hexadecimal.
fn entry(line: &str) -> Option<Entry<'_>> {
    let mut fields = line.split_whitespace();
    let address = u128::from_str_radix(fields.next()?, 16).ok()?;
    let index = u32::from_str_radix(fields.next()?, 16).ok()?;
    let name = fields.nth(3)?;
    Some(Entry {
        address: Ipv6Addr::from_bits(address),
        index,
        name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_table_are_read() {
        let line = "fe8000000000000000fc00fffe000001 0e 40 20 80     eth0";
        let found = entry(line).expect("a whole line");
        assert_eq!(
            found.address,
            "fe80::fc:ff:fe00:1"
                .parse::<Ipv6Addr>()
                .expect("an address")
        );
        assert_eq!((found.index, found.name), (14, "eth0"));
        assert!(entry("fe80 0e").is_none());
        assert!(by_name("../lo").is_none() && by_name("").is_none());
    }

    #[test]
    fn only_link_local_addresses_have_a_scope() {
        for text in ["127.0.0.1:7", "[::1]:7", "[2001:db8::1]:7", "[fe80::1%9]:7"] {
            let addr: SocketAddr = text.parse().expect("an address");
            assert_eq!(scoped(addr), addr);
        }
        let mapped = "[::ffff:192.0.2.1]:7".parse().expect("an address");
        assert_eq!(canonical(mapped).to_string(), "192.0.2.1:7");
        let scoped = "[fe80::1%9]:7".parse().expect("an address");
        assert_eq!(canonical(scoped), scoped);
    }
}
