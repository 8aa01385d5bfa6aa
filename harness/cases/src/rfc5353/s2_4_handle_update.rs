//! RFC 5353 §2.4: ENRP_HANDLE_UPDATE, received in every form and sent by the target.

use crate::words::*;
use rspcheck_testkit::prelude::*;
use std::net::IpAddr;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    RESERVED_FIELD_OF_AN_UPDATE_IS_IGNORED,
    UNKNOWN_UPDATE_ACTION_HAS_NO_EFFECT,
    UPDATE_ACTION_HAS_SIXTEEN_BITS,
    UNDEFINED_FLAGS_ARE_IGNORED,
    UPDATE_WITH_EVERY_POLICY,
    UPDATE_WITH_EVERY_TRANSPORT,
    UPDATE_WITH_UDP_LITE_TRANSPORT,
    UPDATE_WITH_DCCP_TRANSPORT,
    UPDATE_WITH_OPAQUE_TRANSPORT,
    UPDATE_WITH_MANY_ADDRESSES,
    UPDATE_WITH_EVERY_LIFE,
    LIFE_OF_AN_ANNOUNCED_PE_IS_IN_SECONDS,
    HANDLES_OF_EVERY_LENGTH,
    PADDING_IN_AN_UPDATE_IS_IGNORED,
    UNKNOWN_PARAMETER_OF_CLASS_00_AT_EACH_PLACE,
    UNKNOWN_PARAMETER_OF_CLASS_01_AT_EACH_PLACE,
    UNKNOWN_PARAMETER_OF_CLASS_10_AT_EACH_PLACE,
    UNKNOWN_PARAMETER_OF_CLASS_11_AT_EACH_PLACE,
    UPDATE_OF_THE_TARGET,
    UPDATE_OF_THE_TARGET_WITH_PADDING,
    UPDATE_OF_THE_TARGET_WITH_EVERY_TRANSPORT,
];

const RESERVED_FIELD_OF_AN_UPDATE_IS_IGNORED: Case = registrar(
    "rfc5353/2.4/reserved-field-of-an-update-is-ignored",
    "An ENRP_HANDLE_UPDATE whose reserved field is not zero takes effect.",
    &[
        R5353_2_4_3, // The reserved field of a HANDLE_UPDATE is ignored.
    ],
    reserved_field_of_an_update_is_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn reserved_field_of_an_update_is_ignored(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    t.holds(&peer, &entry);
    let update = update_of(&peer, ADD_PE, &entry).set("reserved", 0xffff);
    t.send_octets(&peer, &update?.octets())?;
    t.preamble(|t| handled(t, &peer))?;

    lists_ids(t, R5353_2_4_3, &pu, &pool, &[entry.pe_identifier()])
}

const UNKNOWN_UPDATE_ACTION_HAS_NO_EFFECT: Case = registrar(
    "rfc5353/2.4/unknown-update-action-has-no-effect",
    "An ENRP_HANDLE_UPDATE with the Update Action 2 adds no PE and removes none.",
    &[
        R5353_2_4_5, // An unknown Update Action adds and removes no PE.
    ],
    unknown_update_action_has_no_effect,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_update_action_has_no_effect(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let (known, unknown) = (t.element_of(&peer, &pool), t.element_of(&peer, &other));
    t.preamble(|t| {
        t.adds_pe(&peer, &known)?;
        handled(t, &peer)
    })?;
    for entry in [&known, &unknown] {
        t.send_octets(&peer, &update_of(&peer, 2, entry).octets())?;
    }
    t.preamble(|t| handled(t, &peer))?;

    lists_ids(t, R5353_2_4_5, &pu, &pool, &[known.pe_identifier()])?;
    t.lists_none(R5353_2_4_5, &pu, &other)
}

const UPDATE_ACTION_HAS_SIXTEEN_BITS: Case = registrar(
    "rfc5353/2.4/update-action-has-sixteen-bits",
    "The Update Actions 0x0100, 0x0101, 0x8000 and 0xffff are neither ADD_PE nor DEL_PE.",
    &[
        R5353_2_4_5, // An unknown Update Action adds and removes no PE.
    ],
    update_action_has_sixteen_bits,
)
.needs(&[Ics::EnrpPeers]);

fn update_action_has_sixteen_bits(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let (known, unknown) = (t.element_of(&peer, &pool), t.element_of(&peer, &other));
    t.preamble(|t| {
        t.adds_pe(&peer, &known)?;
        handled(t, &peer)
    })?;
    for action in [0x0100, 0x0101, 0x8000, 0xffff] {
        for entry in [&known, &unknown] {
            t.send_octets(&peer, &update_of(&peer, action, entry).octets())?;
        }
    }
    t.preamble(|t| handled(t, &peer))?;

    lists_ids(t, R5353_2_4_5, &pu, &pool, &[known.pe_identifier()])?;
    t.lists_none(R5353_2_4_5, &pu, &other)
}

const UNDEFINED_FLAGS_ARE_IGNORED: Case = registrar(
    "rfc5353/2.4/undefined-flags-are-ignored",
    "An ENRP_HANDLE_UPDATE whose eight flags are all set takes effect.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_are_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn undefined_flags_are_ignored(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    t.holds(&peer, &entry);
    let update = update_of(&peer, ADD_PE, &entry).set("flags", 0xff);
    t.send_octets(&peer, &update?.octets())?;
    t.preamble(|t| handled(t, &peer))?;
    lists_ids(t, R5354_4_8, &pu, &pool, &[entry.pe_identifier()])?;

    t.drops(&peer, &entry);
    let update = update_of(&peer, DEL_PE, &entry).set("flags", 0xff);
    t.send_octets(&peer, &update?.octets())?;
    t.preamble(|t| handled(t, &peer))?;
    t.lists_none(R5354_4_8, &pu, &pool)
}

const UPDATE_WITH_EVERY_POLICY: Case = registrar(
    "rfc5353/2.4/update-with-every-policy",
    "PEs of every policy that a peer announces are listed with their values.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
    ],
    update_with_every_policy,
)
.needs(&[Ics::EnrpPeers]);

fn update_with_every_policy(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entries = entries_of_every_policy(t, &peer);
    announces(t, &peer, &entries)?;
    for entry in &entries {
        resolves_to(t, R5353_3_3_1_6, &pu, entry)?;
    }
    Ok(())
}

const UPDATE_WITH_EVERY_TRANSPORT: Case = registrar(
    "rfc5353/2.4/update-with-every-transport",
    "PEs of SCTP, TCP and UDP, over IPv4 and IPv6, that a peer announces are listed with their transports.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
    ],
    update_with_every_transport,
)
.needs(&[Ics::EnrpPeers]);

fn update_with_every_transport(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entries = entries_of_every_transport(t, &peer)?;
    announces(t, &peer, &entries)?;
    for entry in &entries {
        resolves_to(t, R5353_3_3_1_6, &pu, entry)?;
    }
    Ok(())
}

const UPDATE_WITH_UDP_LITE_TRANSPORT: Case = registrar(
    "rfc5353/2.4/update-with-udp-lite-transport",
    "A UDP-Lite PE that a peer announces is listed with its transport.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
    ],
    update_with_udp_lite_transport,
)
.needs(&[Ics::EnrpPeers, Ics::TransportUdpLite]);

fn update_with_udp_lite_transport(t: &mut Tester) -> Outcome {
    lists_transport(t, |addr| Transport::UdpLite {
        port: 4711,
        addrs: vec![addr],
    })
}

const UPDATE_WITH_DCCP_TRANSPORT: Case = registrar(
    "rfc5353/2.4/update-with-dccp-transport",
    "A DCCP PE that a peer announces is listed with its transport.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
    ],
    update_with_dccp_transport,
)
.needs(&[Ics::EnrpPeers, Ics::TransportDccp]);

fn update_with_dccp_transport(t: &mut Tester) -> Outcome {
    lists_transport(t, |addr| Transport::Dccp {
        port: 4711,
        service_code: 0x5253_5055,
        addrs: vec![addr],
    })
}

const UPDATE_WITH_OPAQUE_TRANSPORT: Case = registrar(
    "rfc5353/2.4/update-with-opaque-transport",
    "A PE with an Opaque Transport that a peer announces is listed with its transport.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
    ],
    update_with_opaque_transport,
)
.needs(&[Ics::EnrpPeers, Ics::TransportOpaque]);

fn update_with_opaque_transport(t: &mut Tester) -> Outcome {
    lists_transport(t, |_| Transport::Opaque(vec![0xa5; 8]))
}

/// Checks that a PE of a peer with this user transport, made of the peer's address, is listed with it.
fn lists_transport(t: &mut Tester, transport: impl FnOnce(IpAddr) -> Transport) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let mut entry = t.element_of(&peer, &pool);
    entry.element.user_transport = transport(t.address(&peer)?.ip());
    announces(t, &peer, std::slice::from_ref(&entry))?;

    resolves_to(t, R5353_3_3_1_6, &pu, &entry)
}

const UPDATE_WITH_MANY_ADDRESSES: Case = registrar(
    "rfc5353/2.4/update-with-many-addresses",
    "A PE with 1 to 30 addresses that a peer announces is listed with all of them.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
    ],
    update_with_many_addresses,
)
.needs(&[Ics::EnrpPeers]);

fn update_with_many_addresses(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let mut entries = Vec::new();
    for count in [1, 2, 3, 8, 9, 30] {
        let pool = t.unused_pool_handle();
        let mut entry = t.element_of(&peer, &pool);
        let addrs = addresses_of(count);
        entry.element.user_transport = Transport::Sctp {
            port: 4711,
            transport_use: 0,
            addrs,
        };
        entries.push(entry);
    }
    announces(t, &peer, &entries)?;
    for entry in &entries {
        resolves_to(t, R5353_3_3_1_6, &pu, entry)?;
    }
    Ok(())
}

const UPDATE_WITH_EVERY_LIFE: Case = registrar(
    "rfc5353/2.4/update-with-every-life",
    "PEs with an unlimited, a short and the longest life are added; the unlimited one is listed as such.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
    ],
    update_with_every_life,
)
.needs(&[Ics::EnrpPeers]);

fn update_with_every_life(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let mut entries = Vec::new();
    for life in [-1, 300_000, i32::MAX] {
        let pool = t.unused_pool_handle();
        let mut entry = t.element_of(&peer, &pool);
        entry.element.life = life;
        entries.push(entry);
    }
    announces(t, &peer, &entries)?;
    for entry in &entries {
        let resolution = t.resolve(&pu, &entry.handle)?;
        has_life(t, R5353_3_3_1_6, &resolution, entry.element.life.into());
    }
    Ok(())
}

const LIFE_OF_AN_ANNOUNCED_PE_IS_IN_SECONDS: Case = registrar(
    "rfc5353/2.4/life-of-an-announced-pe-is-in-seconds",
    "A PE that a peer announces with a life of 300 s is listed 2 s later.",
    &[
        R5354_3_10_5, // The Registration Life is in seconds; -1 is unlimited.
    ],
    life_of_an_announced_pe_is_in_seconds,
)
.needs(&[Ics::EnrpPeers]);

fn life_of_an_announced_pe_is_in_seconds(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let (long, mut short) = (t.element_of(&peer, &pool), t.element_of(&peer, &pool));
    short.element.life = 300;
    announces(t, &peer, &[long.clone(), short.clone()])?;
    t.pass_time(2 * AT_ONCE)?;

    let listed = t.listed(&pu, &pool)?;
    if !listed.contains(&long.pe_identifier()) {
        return Err(t.inconclusive("a PE of a longer life is not listed either"));
    }
    let note = format!("{listed:?} are listed");
    t.check_that(R5354_3_10_5, listed.contains(&short.pe_identifier()), note);
    Ok(())
}

const HANDLES_OF_EVERY_LENGTH: Case = registrar(
    "rfc5353/2.4/handles-of-every-length",
    "Pools with handles of 1 to 255 octets, printable and not, are created by an update.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
    ],
    handles_of_every_length,
)
.needs(&[Ics::EnrpPeers]);

fn handles_of_every_length(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let mut entries = Vec::new();
    for length in [1, 2, 3, 4, 5, 31, 33, 255] {
        let handle = PoolHandle((0..length).map(|n| n as u8 ^ 0xa5).collect());
        entries.push(t.element_of(&peer, &handle));
    }
    announces(t, &peer, &entries)?;
    for entry in &entries {
        lists_ids(
            t,
            R5353_3_3_1_6,
            &pu,
            &entry.handle,
            &[entry.pe_identifier()],
        )?;
    }
    Ok(())
}

const PADDING_IN_AN_UPDATE_IS_IGNORED: Case = registrar(
    "rfc5353/2.4/padding-in-an-update-is-ignored",
    "The padding of a Pool Handle in an update is ignored, whatever it contains.",
    &[
        R5354_3_17, // The receiver ignores the content of parameter padding.
    ],
    padding_in_an_update_is_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn padding_in_an_update_is_ignored(t: &mut Tester) -> Outcome {
    let pool = PoolHandle([&t.unused_pool_handle().0[..], b"5"].concat());
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    t.holds(&peer, &entry);
    let octets = update_of(&peer, ADD_PE, &entry)
        .padding("pool-handle", 0xff)?
        .octets();
    t.send_octets(&peer, &octets)?;
    t.preamble(|t| handled(t, &peer))?;

    lists_ids(t, R5354_3_17, &pu, &pool, &[entry.pe_identifier()])
}

/// Insertion of a parameter into a message.
type Insert = fn(Forge, Parameter) -> Result<Forge, ForgeError>;

/// Places of an unknown parameter in an update.
const PLACES: &[(&str, Insert)] = &[
    ("first", |m, odd| m.insert_before("pool-handle", odd)),
    ("between", |m, odd| m.insert_after("pool-handle", odd)),
    ("first in the Pool Element", |m, odd| {
        m.insert_before("pool-element/user-transport", odd)
    }),
    ("last in the Pool Element", |m, odd| {
        m.append("pool-element", odd)
    }),
    ("in the user transport", |m, odd| {
        m.append("pool-element/user-transport", odd)
    }),
];

/// Announces PEs with an unknown parameter of this type at each place. The highest bits of the type decide if the PE is
/// added and if the parameter is reported; checks both for each place.
fn unknown_at_each_place(t: &mut Tester, code: u16) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    for (place, insert) in PLACES {
        let pool = t.unused_pool_handle();
        let entry = t.element_of(&peer, &pool);
        let skipped = code & 0x8000 != 0;
        if skipped {
            // The message takes effect, and the peer's checksum covers the PE from now on.
            t.holds(&peer, &entry);
        }
        let update = insert(update_of(&peer, ADD_PE, &entry), odd(code));
        t.send_octets(&peer, &update?.octets())?;
        t.pass_time(AT_ONCE)?;
        let listed = !t.listed(&pu, &pool)?.is_empty();
        let note = format!("parameter {code:#06x}, {place}: added is {listed}");
        t.check_that(R5353_3_7_2, listed == skipped, note);
        is_reported(t, &peer, code);
    }
    Ok(())
}

const UNKNOWN_PARAMETER_OF_CLASS_00_AT_EACH_PLACE: Case = registrar(
    "rfc5353/2.4/unknown-parameter-of-class-00-at-each-place",
    "An update with an unknown parameter between or inside its parameters adds no PE and is not reported.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    |t| unknown_at_each_place(t, DROP),
)
.needs(&[Ics::EnrpPeers]);

const UNKNOWN_PARAMETER_OF_CLASS_01_AT_EACH_PLACE: Case = registrar(
    "rfc5353/2.4/unknown-parameter-of-class-01-at-each-place",
    "An update with an unknown parameter between or inside its parameters adds no PE, and the parameter is reported.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    |t| unknown_at_each_place(t, DROP_REPORT),
)
.needs(&[Ics::EnrpPeers]);

const UNKNOWN_PARAMETER_OF_CLASS_10_AT_EACH_PLACE: Case = registrar(
    "rfc5353/2.4/unknown-parameter-of-class-10-at-each-place",
    "An update with an unknown parameter between or inside its parameters adds its PE without a report.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    |t| unknown_at_each_place(t, SKIP),
)
.needs(&[Ics::EnrpPeers]);

const UNKNOWN_PARAMETER_OF_CLASS_11_AT_EACH_PLACE: Case = registrar(
    "rfc5353/2.4/unknown-parameter-of-class-11-at-each-place",
    "An update with an unknown parameter between or inside its parameters adds its PE, and the parameter is reported.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    |t| unknown_at_each_place(t, SKIP_REPORT),
)
.needs(&[Ics::EnrpPeers]);

const UPDATE_OF_THE_TARGET: Case = registrar(
    "rfc5353/2.4/update-of-the-target",
    "The target's update has the ADD_PE or DEL_PE action, the Pool Handle and then the PE, with every policy.",
    &[
        R5353_2_4_4,   // A HANDLE_UPDATE has one Pool Handle and one PE.
        R5353_3_3_1_5, // An ADD_PE carries the pool and the whole PE.
        R5353_3_3_2_4, // A DEL_PE carries the pool and the whole PE.
        R5353_2_4_2,   // The reserved field of a HANDLE_UPDATE is sent as 0.
    ],
    update_of_the_target,
)
.needs(&[Ics::EnrpPeers]);

fn update_of_the_target(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let (home, server) = (
        "pool-element/home-enrp-server-identifier",
        t.target_server(),
    );
    for (policy, needs) in policies() {
        if needs.is_some_and(|ics| !t.claims(ics)) {
            continue;
        }
        let pool = t.unused_pool_handle();
        let pe = t.pool_element(&pool).policy(policy);
        t.preamble(|t| t.register(&pe))?;
        let update = update_sample(t, &peer, ADD_PE, &pe)?;
        has_parameters(t, R5353_2_4_4, &update, &[0x9, 0xa]);
        t.check_eq(R5353_2_4_2, "reserved", update.number("reserved"), Some(0));
        t.names_pool(R5353_3_3_1_5, &update, &pool);
        has_values_of(t, R5353_3_3_1_5, &update, &pe.element);
        t.preamble(|t| t.deregister_response(&pe).map(drop))?;
        let update = update_sample(t, &peer, DEL_PE, &pe)?;
        has_parameters(t, R5353_2_4_4, &update, &[0x9, 0xa]);
        has_values_of(t, R5353_3_3_2_4, &update, &pe.element);
        t.names_pool(R5353_3_3_2_4, &update, &pool);
        t.field(R5353_3_3_2_4, &update, home, server);
        has_life(t, R5353_3_3_2_4, &update, pe.element.life.into());
    }
    Ok(())
}

const UPDATE_OF_THE_TARGET_WITH_PADDING: Case = registrar(
    "rfc5353/2.4/update-of-the-target-with-padding",
    "The target's update names pools whose handles have one, two and three octets behind a word, octet for octet.",
    &[
        R5353_3_3_1_5, // An ADD_PE carries the pool and the whole PE.
        R5353_3_3_2_4, // A DEL_PE carries the pool and the whole PE.
    ],
    update_of_the_target_with_padding,
)
.needs(&[Ics::EnrpPeers]);

fn update_of_the_target_with_padding(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    for more in [&b"1"[..], b"12", b"123"] {
        let pool = PoolHandle([&t.unused_pool_handle().0[..], more].concat());
        let pe = t.pool_element(&pool);
        t.preamble(|t| t.register(&pe))?;
        let update = update_sample(t, &peer, ADD_PE, &pe)?;
        t.names_pool(R5353_3_3_1_5, &update, &pool);
        t.preamble(|t| t.deregister_response(&pe).map(drop))?;
        let update = update_sample(t, &peer, DEL_PE, &pe)?;
        t.names_pool(R5353_3_3_2_4, &update, &pool);
    }
    Ok(())
}

const UPDATE_OF_THE_TARGET_WITH_EVERY_TRANSPORT: Case = registrar(
    "rfc5353/2.4/update-of-the-target-with-every-transport",
    "The target's update carries user transports of SCTP, TCP and UDP as the PE registered them.",
    &[
        R5353_3_3_1_5, // An ADD_PE carries the pool and the whole PE.
    ],
    update_of_the_target_with_every_transport,
)
.needs(&[Ics::EnrpPeers]);

fn update_of_the_target_with_every_transport(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let mut pes = Vec::new();
    for with in [tcp_pe, udp_pe, control_pe] {
        let pool = t.unused_pool_handle();
        pes.push(with(t, &pool)?);
    }
    for pe in &pes {
        t.preamble(|t| t.register(pe))?;
        let update = update_about(t, R5353_3_3_1_5, &peer, ADD_PE, pe.pe_identifier())?;
        has_transport_of(t, R5353_3_3_1_5, &update, &pe.element);
    }
    Ok(())
}
