//! Words about pool elements, and about responses that list them.

use super::welcome;
use rspcheck_testkit::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Path of the Home ENRP Server Identifier in a resolution.
pub(crate) const HOME: &str = "pool-element/home-enrp-server-identifier";

/// Path of the user transport's port in a resolution.
pub(crate) const PORT: &str = "pool-element/user-transport/port";

/// An address that no host has (RFC 5737), and so no association.
pub(crate) const FOREIGN: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
/// The same for IPv6 (RFC 3849).
pub(crate) const FOREIGN_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7));

/// Returns the policy Priority with this value.
pub(crate) fn priority(priority: u32) -> Policy {
    Policy::Priority { priority }
}

/// Returns a PE that serves over TCP at its own address.
pub(crate) fn tcp_pe(t: &mut Tester, pool: &PoolHandle) -> Result<PoolElement, Stop> {
    let pe = t.pool_element(pool);
    let addrs = own_addrs(t, &pe)?;
    Ok(pe.user_transport(Transport::Tcp { port: 4711, addrs }))
}

/// Returns a PE that serves over UDP at its own address.
pub(crate) fn udp_pe(t: &mut Tester, pool: &PoolHandle) -> Result<PoolElement, Stop> {
    let pe = t.pool_element(pool);
    let addrs = own_addrs(t, &pe)?;
    Ok(pe.user_transport(Transport::Udp { port: 4711, addrs }))
}

/// Returns a PE that serves over UDP-Lite at its own address.
pub(crate) fn udp_lite_pe(t: &mut Tester, pool: &PoolHandle) -> Result<PoolElement, Stop> {
    let pe = t.pool_element(pool);
    let addrs = own_addrs(t, &pe)?;
    Ok(pe.user_transport(Transport::UdpLite { port: 4711, addrs }))
}

/// Returns a PE that serves over DCCP at its own address.
pub(crate) fn dccp_pe(t: &mut Tester, pool: &PoolHandle) -> Result<PoolElement, Stop> {
    let pe = t.pool_element(pool);
    let addrs = own_addrs(t, &pe)?;
    Ok(pe.user_transport(Transport::Dccp {
        port: 4711,
        service_code: 0x5253_5055,
        addrs,
    }))
}

/// Returns a PE that serves over SCTP, with the control channel multiplexed on it.
pub(crate) fn control_pe(t: &mut Tester, pool: &PoolHandle) -> Result<PoolElement, Stop> {
    let pe = t.pool_element(pool);
    let transport = own_sctp(t, &pe, 1)?;
    Ok(pe.user_transport(transport))
}

/// Returns an SCTP Transport at the PE's own transport address, with this Transport Use.
pub(crate) fn own_sctp(
    t: &mut Tester,
    pe: &PoolElement,
    transport_use: u16,
) -> Result<Transport, Stop> {
    let at = t.address(pe)?;
    Ok(Transport::Sctp {
        port: at.port(),
        transport_use,
        addrs: vec![at.ip()],
    })
}

/// Returns the addresses of the PE's own association.
pub(crate) fn own_addrs(t: &mut Tester, pe: &PoolElement) -> Result<Vec<IpAddr>, Stop> {
    Ok(vec![t.address(pe)?.ip()])
}

/// Registers a PE in the preamble, and returns true if the grant has an Operation Error: a warning that
/// registration values were modified (RFC 5352 §2.2.3).
pub(crate) fn granted_with_a_warning(t: &mut Tester, pe: &PoolElement) -> Result<bool, Stop> {
    let mut response = None;
    t.preamble(|t| {
        response = Some(t.register_response(pe)?);
        Ok(())
    })?;
    match response {
        Some(response) if !response.flag('R') => Ok(response.has("operation-error")),
        _ => Err(t.inconclusive("the registration is refused")),
    }
}

/// Checks that a grant has no Operation Error, unless it warns of values that the registrar has modified: then
/// the PE is listed with other values than it registered.
pub(crate) fn no_needless_warning(
    t: &mut Tester,
    requirement: ReqId,
    pe: &PoolElement,
    grant: &Message,
) -> Outcome {
    let listed = t.resolve(pe, &pe.handle)?;
    let as_registered = |path: &str, registered: Parameter| {
        listed.octets_of(path) == Some(&registered.octets()[..])
    };
    let transport = Parameter::transport(&pe.element.user_transport);
    let policy = Parameter::policy(&pe.element.policy);
    let life = listed.number("pool-element/registration-life");
    // A life can be listed as what remains of it.
    let shorter = life.is_none_or(|life| life < i64::from(pe.element.life) - 30);
    let modified = shorter
        || !as_registered("pool-element/user-transport", transport)
        || !as_registered("pool-element/policy", policy);
    let needless = grant.has("operation-error") && !modified;
    t.check_that(requirement, !needless, grant);
    Ok(())
}

/// De-registers a PE in the preamble.
pub(crate) fn leave(t: &mut Tester, pe: &PoolElement) -> Outcome {
    t.preamble(|t| t.deregister_response(pe).map(drop))
}

/// Returns the addresses under a transport, in the order of IPv4, then IPv6.
pub(crate) fn addresses(message: &Message, transport: &str) -> Vec<String> {
    let of = |kind: &str| {
        let first = message.text(&format!("{transport}/{kind}"));
        let more = (1..).map_while(|n| message.text(&format!("{transport}/{kind}[{n}]")));
        first.into_iter().chain(more.collect::<Vec<_>>())
    };
    of("ipv4-address").chain(of("ipv6-address")).collect()
}

/// Checks that a message repeats a handle that needs padding: the Length does not count the padding, and the
/// octets are the same.
pub(crate) fn repeats_handle(
    t: &mut Tester,
    requirement: ReqId,
    message: &Message,
    pool: &PoolHandle,
) {
    let (bare, padded) = (pool.0.len(), pool.0.len().next_multiple_of(4));
    let counted = message.pool_handle().is_some_and(|echoed| {
        bare < padded && echoed.0.len() == padded && echoed.0.starts_with(&pool.0)
    });
    t.check_that(R5354_3_9_2, !counted, message);
    if !counted {
        t.names_pool(requirement, message, pool);
    }
}

/// Extends a handle to a length with this remainder modulo 4.
pub(crate) fn pad_to(handle: &mut Vec<u8>, remainder: usize) {
    while handle.len() % 4 != remainder {
        handle.push(b'.');
    }
}

/// Returns the response to a PE of another transport from a pool of SCTP PEs for data only. The same PE is granted
/// while the pool has no other.
pub(crate) fn rejected_by_a_data_only_pool(
    t: &mut Tester,
    new_pe: fn(&mut Tester, &PoolHandle) -> Result<PoolElement, Stop>,
) -> Result<Message, Stop> {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let other = new_pe(t, &pool)?;
    welcome(t, &other)?;
    t.preamble(|t| t.register(&first))?;

    let response = t.register_response(&other)?; // Checks R5352_3_1_53.
    t.rejected(&[R5352_3_1_38], &response);
    Ok(response)
}

/// Returns the path of a field in the nth Pool Element of a resolution, counted from 0.
pub(crate) fn nth_pe(nth: usize, below: &str) -> String {
    match nth {
        0 => format!("pool-element/{below}"),
        _ => format!("pool-element[{nth}]/{below}"),
    }
}
