//! RFC 5352 §2.2.1: ASAP_REGISTRATION messages that §3.1 does not provide for.

use crate::words::*;
use rspcheck_testkit::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNDEFINED_FLAGS_ARE_IGNORED,
    ADDRESS_OUTSIDE_THE_ASSOCIATION,
    ONE_OF_TWO_ADDRESSES_OUTSIDE_THE_ASSOCIATION,
    TCP_ADDRESS_OUTSIDE_THE_ASSOCIATION,
    SPECIAL_IPV4_ADDRESSES,
    SPECIAL_IPV6_ADDRESSES,
    UP_TO_A_HUNDRED_ADDRESSES,
    REGISTRATION_OVER_TCP,
    REGISTRATION_WITHOUT_A_POOL_ELEMENT,
    SCTP_TRANSPORT_WITHOUT_ADDRESS,
    TCP_TRANSPORT_WITH_TWO_ADDRESSES,
];

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5352/2.2.1/undefined-flags-are-ignored",
    "The registrar ignores all flags of ASAP_REGISTRATION, since none is defined.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_are_ignored,
);

fn undefined_flags_are_ignored(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let flagged = forge::registration(&pool.0, &pe.element).set("flags", 0xff);
    t.send_octets(&pe, &flagged?.octets())?;
    let response = t.registration_response(&pe)?;
    t.granted(&[R5354_4_8], &response);
    t.lists(R5354_4_8, &pu, &pool, &[&pe])
}

const ADDRESS_OUTSIDE_THE_ASSOCIATION: Case = registrar(
    "rfc5352/2.2.1/address-outside-the-association",
    "A PE with an address that its association lacks is rejected, or granted with a corrected address.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_3_1_54,  // The response to an accepted registration has R clear.
        R5352_3_1_55,  // The response to a rejected registration has R set.
        R5352_3_1_56,  // A rejection carries the fitting error causes.
        R5352_2_2_1_7, // No address outside the association is taken in silence.
    ],
    address_outside_the_association,
);

fn address_outside_the_association(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let transport = Transport::Sctp {
        port: 4711,
        transport_use: 0,
        addrs: vec![FOREIGN],
    };
    let pe = t.pool_element(&pool).user_transport(transport);
    rejected_or_corrected(t, &pe)
}

const ONE_OF_TWO_ADDRESSES_OUTSIDE_THE_ASSOCIATION: Case = registrar(
    "rfc5352/2.2.1/one-of-two-addresses-outside-the-association",
    "A PE with one address of the association and a foreign one of the other family is rejected or corrected.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_3_1_54,  // The response to an accepted registration has R clear.
        R5352_3_1_55,  // The response to a rejected registration has R set.
        R5352_3_1_56,  // A rejection carries the fitting error causes.
        R5352_2_2_1_7, // No address outside the association is taken in silence.
    ],
    one_of_two_addresses_outside_the_association,
);

fn one_of_two_addresses_outside_the_association(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let own = t.address(&pe)?;
    let other_family = if own.is_ipv4() { FOREIGN_V6 } else { FOREIGN };
    let transport = Transport::Sctp {
        port: own.port(),
        transport_use: 0,
        addrs: vec![own.ip(), other_family],
    };
    rejected_or_corrected(t, &pe.user_transport(transport))
}

const TCP_ADDRESS_OUTSIDE_THE_ASSOCIATION: Case = registrar(
    "rfc5352/2.2.1/tcp-address-outside-the-association",
    "A TCP PE with an address that its association lacks is rejected or corrected.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_3_1_54,  // The response to an accepted registration has R clear.
        R5352_3_1_55,  // The response to a rejected registration has R set.
        R5352_3_1_56,  // A rejection carries the fitting error causes.
        R5352_2_2_1_7, // No address outside the association is taken in silence.
    ],
    tcp_address_outside_the_association,
);

fn tcp_address_outside_the_association(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let transport = Transport::Tcp {
        port: 4711,
        addrs: vec![FOREIGN],
    };
    let pe = t.pool_element(&pool).user_transport(transport);
    rejected_or_corrected(t, &pe)
}

const SPECIAL_IPV4_ADDRESSES: Case = registrar(
    "rfc5352/2.2.1/special-ipv4-addresses",
    "A PE with a loopback, link-local, multicast, broadcast or unspecified IPv4 address is rejected or corrected.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_3_1_54,  // The response to an accepted registration has R clear.
        R5352_3_1_55,  // The response to a rejected registration has R set.
        R5352_3_1_56,  // A rejection carries the fitting error causes.
        R5352_2_2_1_7, // No address outside the association is taken in silence.
    ],
    |t| special_addresses(t, &SPECIAL_V4),
);

const SPECIAL_IPV6_ADDRESSES: Case = registrar(
    "rfc5352/2.2.1/special-ipv6-addresses",
    "A PE with a loopback, link-local, multicast, mapped or unspecified IPv6 address is rejected or corrected.",
    &[
        R5352_3_1_53,  // Every registration is answered.
        R5352_3_1_54,  // The response to an accepted registration has R clear.
        R5352_3_1_55,  // The response to a rejected registration has R set.
        R5352_3_1_56,  // A rejection carries the fitting error causes.
        R5352_2_2_1_7, // No address outside the association is taken in silence.
    ],
    |t| special_addresses(t, &SPECIAL_V6),
);

/// IPv4 addresses that no association has.
const SPECIAL_V4: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(127, 255, 255, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 1, 1)),
    IpAddr::V4(Ipv4Addr::new(224, 0, 0, 1)),
    IpAddr::V4(Ipv4Addr::BROADCAST),
    IpAddr::V4(Ipv4Addr::UNSPECIFIED),
];

/// IPv6 addresses that an association over IPv4 lacks.
const SPECIAL_V6: [IpAddr; 5] = [
    IpAddr::V6(Ipv6Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1)),
    IpAddr::V6(Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1)),
    IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0xcb00, 0x7107)),
    IpAddr::V6(Ipv6Addr::UNSPECIFIED),
];

fn special_addresses(t: &mut Tester, addresses: &[IpAddr]) -> Outcome {
    for address in addresses {
        let pool = t.unused_pool_handle();
        let transport = Transport::Sctp {
            port: 4711,
            transport_use: 0,
            addrs: vec![*address],
        };
        let pe = t.pool_element(&pool).user_transport(transport);
        if own_addrs(t, &pe)?.contains(address) {
            continue;
        }
        rejected_or_corrected(t, &pe)?;
    }
    Ok(())
}

const UP_TO_A_HUNDRED_ADDRESSES: Case = registrar(
    "rfc5352/2.2.1/up-to-a-hundred-addresses",
    "A PE with 1 to 100 addresses, most of them foreign, is rejected, corrected or listed with all of them.",
    &[
        R5352_3_1_53,   // Every registration is answered.
        R5352_3_1_54,   // The response to an accepted registration has R clear.
        R5352_3_1_55,   // The response to a rejected registration has R set.
        R5352_3_1_56,   // A rejection carries the fitting error causes.
        R5352_2_2_1_7,  // No address outside the association is taken in silence.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    up_to_a_hundred_addresses,
);

fn up_to_a_hundred_addresses(t: &mut Tester) -> Outcome {
    let foreign = (1..100).map(|n| match n % 2 {
        0 => IpAddr::V4(Ipv4Addr::new(203, 0, 113, n)),
        _ => IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, n.into())),
    });
    for count in [1, 2, 3, 4, 8, 9, 16, 17, 33, 65, 100] {
        let pool = t.unused_pool_handle();
        let pe = t.pool_element(&pool);
        let own = t.address(&pe)?;
        let addrs: Vec<_> = [own.ip()].into_iter().chain(foreign.clone()).collect();
        let transport = Transport::Sctp {
            port: own.port(),
            transport_use: 0,
            addrs: addrs[..count].to_vec(),
        };
        let pe = pe.user_transport(transport);
        rejected_or_corrected(t, &pe)?;

        // The grant of a re-registration with the same values warns of what is corrected, if anything is.
        let grant = t.register_response(&pe)?;
        if !grant.flag('R') && !grant.has("operation-error") {
            let response = t.resolve(&pe, &pool)?;
            let listed = response.octets_of("pool-element/user-transport");
            let sent = Parameter::transport(&pe.element.user_transport).octets();
            if listed.is_some_and(|listed| listed.len() < sent.len()) {
                t.observe("foreign addresses are left out"); // T25
                continue;
            }
            let sent = Some(&sent[..]);
            t.check_eq(R5352_2_2_6_11, "user transport", listed, sent);
        }
    }
    Ok(())
}

/// Registers a PE with a wrong address. Only the PE is bound to send a right one: the registrar may reject
/// it (and SHOULD give a cause) or correct it with a warning; not to check it is a deviation (T25). With R set
/// the PE is not in the pool, with R clear it is.
fn rejected_or_corrected(t: &mut Tester, pe: &PoolElement) -> Outcome {
    let pu = t.pool_user();
    let response = t.register_response(pe)?; // Checks R5352_3_1_53.
    let resolution = t.resolve(&pu, &pe.handle)?;
    let listed = resolution.pool_elements().contains(&pe.pe_identifier());
    if response.flag('R') {
        t.check_that(R5352_3_1_54, !listed, response.summary());
        t.error(R5352_3_1_56, &response);
        return Ok(());
    }
    t.check_that(R5352_3_1_55, listed, response.summary());
    let addresses = addresses(&resolution, "pool-element/user-transport");
    let warned = response.has("operation-error");
    let own = t.address(pe)?.ip().to_string();
    let foreign = addresses.iter().any(|address| *address != own);
    let note = format!("granted, warning: {warned}, addresses listed: {addresses:?}");
    t.observe(note.clone());
    t.check_that(R5352_2_2_1_7, warned || !foreign, note);
    Ok(())
}

const REGISTRATION_OVER_TCP: Case = registrar(
    "rfc5352/2.2.1/registration-over-tcp",
    "A registration over TCP, which no PE may send, is not served, and has the effect that its answer states.",
    &[
        R5352_2_1_1,  // Registrar and PE exchange ASAP messages over SCTP only.
        R5352_3_1_55, // The response to a rejected registration has R set.
        R5352_3_1_54, // The response to an accepted registration has R clear.
    ],
    registration_over_tcp,
)
.needs(&[Ics::TcpPu]);

fn registration_over_tcp(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let over_tcp = t.pool_user_over_tcp();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&over_tcp))?;
    // The address of the connection: another one would be a reason of its own to reject.
    let mut element = pe.element.clone();
    element.user_transport = Transport::Sctp {
        port: USER_PORT,
        transport_use: 0,
        addrs: vec![t.address(&over_tcp)?.ip()],
    };

    t.send(&over_tcp, forge::registration(&pool.0, &element))?;
    t.probe(&over_tcp)?;
    let listed = t.listed(&pu, &pool)?.contains(&pe.pe_identifier());
    t.check_that(R5352_2_1_1, !listed, "the PE is registered over TCP");
    // A grant is answered within T2; a refusal was answered before the probe, if at all.
    let wait = if listed {
        t.latest(t.timers().t2_registration)
    } else {
        Duration::ZERO
    };
    let until = t.now() + wait;
    let Some(answer) = t.next_of(&over_tcp, until, |m| m.is(REGISTRATION_RESPONSE))? else {
        t.check_that(R5352_3_1_55, !listed, "granted without an answer");
        t.observe("a registration over TCP gets no answer");
        return Ok(());
    };
    t.observe_message("a registration over TCP", &answer);
    let rejected = answer.flag('R');
    t.check_that(R5352_3_1_55, rejected || listed, answer.summary());
    t.check_that(R5352_3_1_54, !(rejected && listed), answer.summary());
    Ok(())
}

/// Port of the user transport in the registration over TCP.
const USER_PORT: u16 = 4711;

const REGISTRATION_WITHOUT_A_POOL_ELEMENT: Case = registrar(
    "rfc5352/2.2.1/registration-without-a-pool-element",
    "A registration without a Pool Element creates no pool without members.",
    &[
        R5352_2_2_6_12, // A positive response has at least one Pool Element.
    ],
    registration_without_a_pool_element,
);

fn registration_without_a_pool_element(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();

    let cut = forge::registration(&pool.0, &pe.element).remove("pool-element");
    throw(t, &pe, &cut?.octets())?;
    observe_reaction(t, &pe)?;
    let resolution = t.resolve(&pu, &pool)?;
    let holds = resolution.has("operation-error") || resolution.has("pool-element");
    t.check_that(R5352_2_2_6_12, holds, resolution.summary());
    Ok(())
}

const SCTP_TRANSPORT_WITHOUT_ADDRESS: Case = registrar(
    "rfc5352/2.2.1/sctp-transport-without-address",
    "An SCTP Transport that was registered without an address is not listed without one.",
    &[
        R5354_3_4_5, // An SCTP Transport contains at least one address.
    ],
    sctp_transport_without_address,
);

fn sctp_transport_without_address(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let transport = Transport::Sctp {
        port: 4711,
        transport_use: 0,
        addrs: Vec::new(),
    };
    let pe = t.pool_element(&pool).user_transport(transport);
    let pu = t.pool_user();

    throw(t, &pe, &forge::registration(&pool.0, &pe.element).octets())?;
    observe_reaction(t, &pe)?;
    let resolution = t.resolve(&pu, &pool)?;
    let absent = resolution.pool_elements().is_empty();
    let addresses = addresses(&resolution, "pool-element/user-transport");
    let holds = absent || !addresses.is_empty();
    t.check_that(R5354_3_4_5, holds, resolution.summary());
    Ok(())
}

const TCP_TRANSPORT_WITH_TWO_ADDRESSES: Case = registrar(
    "rfc5352/2.2.1/tcp-transport-with-two-addresses",
    "A TCP Transport that was registered with two addresses is not listed with two.",
    &[
        R5354_3_5_3, // A TCP Transport contains exactly one address.
    ],
    tcp_transport_with_two_addresses,
);

fn tcp_transport_with_two_addresses(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let mut addrs = own_addrs(t, &pe)?;
    addrs.push(addrs[0]);
    let pe = pe.user_transport(Transport::Tcp { port: 4711, addrs });
    let pu = t.pool_user();

    throw(t, &pe, &forge::registration(&pool.0, &pe.element).octets())?;
    observe_reaction(t, &pe)?;
    let resolution = t.resolve(&pu, &pool)?;
    let absent = resolution.pool_elements().is_empty();
    let addresses = addresses(&resolution, "pool-element/user-transport");
    let holds = absent || addresses.len() == 1;
    t.check_that(R5354_3_5_3, holds, resolution.summary());
    Ok(())
}
