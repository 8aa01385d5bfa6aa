//! RFC 5352 §2.2.1: the ASAP_REGISTRATION message, sent in ways that §3.1 does not foresee.

use crate::words::*;
use rspcheck_testkit::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address of no host (RFC 5737), and so of no association.
const FOREIGN: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
/// The same in IPv6 (RFC 3849).
const FOREIGN_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7));

/// The cases of this section.
pub const CASES: &[Case] = &[
    UNDEFINED_FLAGS_ARE_IGNORED,
    ADDRESS_OUTSIDE_THE_ASSOCIATION,
    ONE_OF_TWO_ADDRESSES_OUTSIDE_THE_ASSOCIATION,
    TCP_ADDRESS_OUTSIDE_THE_ASSOCIATION,
    REGISTRATION_OVER_TCP,
    REGISTRATION_WITHOUT_A_POOL_ELEMENT,
    SCTP_TRANSPORT_WITHOUT_ADDRESS,
    TCP_TRANSPORT_WITH_TWO_ADDRESSES,
];

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5352/2.2.1/undefined-flags-are-ignored",
    "ASAP_REGISTRATION has no flags; whatever bits are set, it is handled as without them.",
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
    "A PE at an address that its association does not have is refused, or mended with a warning.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_54, // The response to an accepted registration has R clear.
        R5352_3_1_55, // The response to a rejected registration has R set.
        R5352_3_1_56, // A rejection carries the fitting error causes.
    ],
    address_outside_the_association,
);

fn address_outside_the_association(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let addrs = vec![FOREIGN];
    let transport = Transport::Sctp {
        port: 4711,
        transport_use: 0,
        addrs,
    };
    let pe = pe.user_transport(transport);
    let pu = t.pool_user();

    let response = t.register_response(&pe)?;
    refused_or_mended(t, &pu, &pe, &response)
}

const ONE_OF_TWO_ADDRESSES_OUTSIDE_THE_ASSOCIATION: Case = registrar(
    "rfc5352/2.2.1/one-of-two-addresses-outside-the-association",
    "One address of the association does not make up for another that is not, of the other family.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_54, // The response to an accepted registration has R clear.
        R5352_3_1_55, // The response to a rejected registration has R set.
        R5352_3_1_56, // A rejection carries the fitting error causes.
    ],
    one_of_two_addresses_outside_the_association,
);

fn one_of_two_addresses_outside_the_association(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let own = t.address(&pe)?;
    let other_family = if own.is_ipv4() { FOREIGN_V6 } else { FOREIGN };
    let addrs = vec![own.ip(), other_family];
    let transport = Transport::Sctp {
        port: own.port(),
        transport_use: 0,
        addrs,
    };
    let pe = pe.user_transport(transport);
    let pu = t.pool_user();

    let response = t.register_response(&pe)?;
    refused_or_mended(t, &pu, &pe, &response)
}

const TCP_ADDRESS_OUTSIDE_THE_ASSOCIATION: Case = registrar(
    "rfc5352/2.2.1/tcp-address-outside-the-association",
    "The rule about addresses holds whatever the transport: here for a PE that serves over TCP.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_54, // The response to an accepted registration has R clear.
        R5352_3_1_55, // The response to a rejected registration has R set.
        R5352_3_1_56, // A rejection carries the fitting error causes.
    ],
    tcp_address_outside_the_association,
);

fn tcp_address_outside_the_association(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pe = pe.user_transport(Transport::Tcp {
        port: 4711,
        addrs: vec![FOREIGN],
    });
    let pu = t.pool_user();

    let response = t.register_response(&pe)?;
    refused_or_mended(t, &pu, &pe, &response)
}

const REGISTRATION_OVER_TCP: Case = registrar(
    "rfc5352/2.2.1/registration-over-tcp",
    "A registration over TCP, which no PE may send, is survived and answered truly if at all.",
    &[
        R5352_3_1_55, // The response to a rejected registration has R set.
        R5352_3_1_54, // The response to an accepted registration has R clear.
    ],
    registration_over_tcp,
)
.needs(&[Ics::TcpPu]);

fn registration_over_tcp(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let sctp = t.pool_element(&pool);
    let over_tcp = t.pool_user_over_tcp();
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&over_tcp))?;

    t.send(&over_tcp, forge::registration(&pool.0, &sctp.element))?;
    t.probe(&over_tcp)?;
    let listed = t.listed(&pu, &pool)?.contains(&sctp.pe_identifier());
    // What was granted is answered in time; for a refusal, the answered probe was time enough.
    let wait = if listed {
        t.latest(t.timers().t2_registration)
    } else {
        Duration::ZERO
    };
    let until = t.now() + wait;
    let answer = t.next_of(&over_tcp, until, |m| m.is(REGISTRATION_RESPONSE))?;
    let Some(answer) = answer else {
        t.check_that(
            R5352_3_1_55,
            !listed,
            "the PE is registered and has not been told",
        );
        t.observe("a registration over TCP gets no answer");
        return Ok(());
    };
    t.observe_message("a registration over TCP", &answer);
    t.check_that(R5352_3_1_55, answer.flag('R') || listed, answer.summary());
    t.check_that(
        R5352_3_1_54,
        !(answer.flag('R') && listed),
        answer.summary(),
    );
    Ok(())
}

const REGISTRATION_WITHOUT_A_POOL_ELEMENT: Case = registrar(
    "rfc5352/2.2.1/registration-without-a-pool-element",
    "A registration without a Pool Element makes no pool without members.",
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
    t.send_octets(&pe, &cut?.octets())?;
    t.probe(&pe)?;
    let resolution = t.resolve(&pu, &pool)?;
    let negative = resolution.has("operation-error");
    let members = !resolution.pool_elements().is_empty();
    t.check_that(R5352_2_2_6_12, negative || members, resolution.summary());
    Ok(())
}

const SCTP_TRANSPORT_WITHOUT_ADDRESS: Case = registrar(
    "rfc5352/2.2.1/sctp-transport-without-address",
    "An SCTP Transport that has no address is not handed out as it came.",
    &[
        R5354_3_4_5, // An SCTP Transport contains at least one address.
    ],
    sctp_transport_without_address,
);

fn sctp_transport_without_address(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let transport = Transport::Sctp {
        port: 4711,
        transport_use: 0,
        addrs: Vec::new(),
    };
    let pe = pe.user_transport(transport);
    let pu = t.pool_user();

    t.send_octets(&pe, &forge::registration(&pool.0, &pe.element).octets())?;
    t.probe(&pe)?;
    let resolution = t.resolve(&pu, &pool)?;
    let absent = resolution.pool_elements().is_empty();
    let told = addresses(&resolution, "pool-element/user-transport");
    t.check_that(
        R5354_3_4_5,
        absent || !told.is_empty(),
        resolution.summary(),
    );
    Ok(())
}

const TCP_TRANSPORT_WITH_TWO_ADDRESSES: Case = registrar(
    "rfc5352/2.2.1/tcp-transport-with-two-addresses",
    "A TCP Transport that has two addresses is not handed out as it came.",
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

    t.send_octets(&pe, &forge::registration(&pool.0, &pe.element).octets())?;
    t.probe(&pe)?;
    let resolution = t.resolve(&pu, &pool)?;
    let absent = resolution.pool_elements().is_empty();
    let told = addresses(&resolution, "pool-element/user-transport");
    t.check_that(R5354_3_5_3, absent || told.len() == 1, resolution.summary());
    Ok(())
}

/// The duty is the PE's alone; the registrar may refuse (SHOULD say why), mend and warn, or not look.
/// Whatever it does, R set means "not in the pool" and R clear means "in it".
fn refused_or_mended(
    t: &mut Tester,
    pu: &PoolUser,
    pe: &PoolElement,
    response: &Message,
) -> Outcome {
    let resolution = t.resolve(pu, &pe.handle)?;
    let listed = resolution.pool_elements().contains(&pe.pe_identifier());
    if response.flag('R') {
        t.check_that(R5352_3_1_54, !listed, response.summary());
        t.error(R5352_3_1_56, response);
        return Ok(());
    }
    t.check_that(R5352_3_1_55, listed, response.summary());
    let told = addresses(&resolution, "pool-element/user-transport");
    let warned = response.has("operation-error");
    t.observe(format!(
        "granted, warned: {warned}, addresses handed out: {told:?}"
    ));
    Ok(())
}
