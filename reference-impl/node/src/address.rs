//! Addresses as text. An endpoint and a destination have a unicast address. The scope of a link-local address is the
//! index or the name of an interface: `[fe80::1%eth0]:3863`.

use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use rsp_transport::interface;
use serde::{Deserialize, Deserializer, de};

/// Reads `ADDR:PORT`, with any address.
///
/// # Errors
/// The text is not `ADDR:PORT`, or this host has no such interface; the text of the error is for people.
pub(crate) fn any(text: &str) -> Result<SocketAddr, String> {
    let Some((before, scope, after)) = scope(text) else {
        return text
            .parse()
            .map_err(|_| format!("`{text}` is not ADDR:PORT"));
    };
    let unscoped: SocketAddrV6 = format!("{before}{after}")
        .parse()
        .map_err(|_| format!("`{text}` is not ADDR:PORT"))?;
    let index = index(text, scope)?;
    let addr = SocketAddrV6::new(*unscoped.ip(), unscoped.port(), 0, index);
    match interface::of_address(*addr.ip()) {
        // This host's address decides over which interface it sends.
        Some(own) if own != index => Err(format!(
            "`{text}`: {} is the address of another interface of this host, with the index {own}",
            addr.ip()
        )),
        Some(_) | None => Ok(addr.into()),
    }
}

/// Reads `ADDR:PORT` with a unicast address, as all endpoints and their peers have.
///
/// # Errors
/// As [`any`], and if the address is not unicast.
pub(crate) fn endpoint(text: &str) -> Result<SocketAddr, String> {
    let addr = any(text)?;
    unicast(text, addr.ip())?;
    Ok(addr)
}

/// Reads `ADDR`, a unicast address.
///
/// # Errors
/// As [`endpoint`].
pub(crate) fn host(text: &str) -> Result<IpAddr, String> {
    let wrong = || format!("`{text}` is not an IP address");
    let ip = match text.contains('%') {
        true => any(&format!("[{text}]:0")).map_err(|_| wrong())?.ip(),
        false => text.parse().map_err(|_| wrong())?,
    };
    unicast(text, ip)?;
    Ok(ip)
}

fn unicast(text: &str, ip: IpAddr) -> Result<(), String> {
    let kind = match ip.to_canonical() {
        ip if ip.is_multicast() => "a multicast",
        IpAddr::V4(ip) if ip.is_broadcast() => "the broadcast",
        _ => return Ok(()),
    };
    Err(format!(
        "`{text}`: {ip} is {kind} address; set the address of one host"
    ))
}

/// Splits the text at its scope.
fn scope(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('%')?;
    let end = rest.find(']')?;
    let (scope, after) = rest.split_at(end);
    Some((before, scope, after))
}

fn index(text: &str, scope: &str) -> Result<u32, String> {
    let index = match scope.parse() {
        Ok(index) => Some(index),
        Err(_) => interface::by_name(scope),
    };
    index.ok_or_else(|| format!("`{text}`: this host has no interface `{scope}`"))
}

/// Deserializes one endpoint.
pub(crate) fn one<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    endpoint(&text).map(Some).map_err(de::Error::custom)
}

/// Deserializes one endpoint, or a list of them.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<SocketAddr>>, D::Error> {
    crate::values::one_or_many_by(deserializer, endpoint)
}

/// Deserializes the address of one host.
pub(crate) fn one_host<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<IpAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    host(&text).map(Some).map_err(de::Error::custom)
}

/// Deserializes the address of one host, or a list of them.
pub(crate) fn one_or_many_hosts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<IpAddr>>, D::Error> {
    crate::values::one_or_many_by(deserializer, host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_unicast() {
        for (text, kind) in [
            ("224.0.0.1:0", "a multicast address"),
            ("239.255.255.255:3863", "a multicast address"),
            ("255.255.255.255:0", "the broadcast address"),
            ("[ff02::1]:0", "a multicast address"),
            ("[::ffff:224.0.0.1]:0", "a multicast address"),
        ] {
            let error = endpoint(text).unwrap_err();
            assert!(error.contains(kind) && error.contains(text), "{error}");
            assert!(any(text).is_ok(), "{text}");
        }
        for text in ["0.0.0.0:0", "127.0.0.1:3863", "[::]:1", "[2001:db8::1]:9"] {
            assert_eq!(endpoint(text), Ok(text.parse().unwrap()));
        }
        assert!(host("224.0.0.1").unwrap_err().contains("multicast"));
        assert_eq!(host("::1"), Ok("::1".parse().unwrap()));
    }

    #[test]
    fn scope_is_an_index_or_a_name() {
        let scope = |text: &str| match endpoint(text) {
            Ok(SocketAddr::V6(addr)) => Ok(addr.scope_id()),
            Ok(SocketAddr::V4(addr)) => panic!("{addr}"),
            Err(error) => Err(error),
        };
        assert_eq!(scope("[fe80::1%7]:0"), Ok(7));
        if let Some(index) = interface::by_name("lo") {
            assert_eq!(scope("[fe80::1%lo]:0"), Ok(index));
            assert_eq!(host("fe80::1%lo"), Ok("fe80::1".parse().unwrap()));
        }
        let error = scope("[fe80::1%none such]:0").unwrap_err();
        assert!(error.contains("no interface `none such`"), "{error}");
        for text in [
            "[fe80::1%]:0",
            "[fe80::1%lo:0",
            "fe80::1%lo:0",
            "[127.0.0.1%lo]:0",
        ] {
            assert!(scope(text).is_err(), "{text}");
        }
    }
}
