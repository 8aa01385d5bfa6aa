//! RFC 5353 §2.4: ENRP_HANDLE_UPDATE messages that are malformed, or whose values the RFC leaves open.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UPDATE_WITHOUT_A_PART_ADDS_NO_PE,
    UPDATE_WITHOUT_A_PART_REMOVES_NO_PE,
    UPDATE_OF_A_WRONG_LENGTH_ADDS_NO_PE,
    UPDATE_OF_A_WRONG_LENGTH_REMOVES_NO_PE,
    UPDATE_CUT_ANYWHERE_ADDS_NO_PE,
    ODD_UPDATE_IS_SURVIVED,
    LIFE_OF_0_IS_SURVIVED,
    EMPTY_HANDLE_IS_SURVIVED,
];

/// ENRP_HANDLE_UPDATE without a part of its layout.
const WITHOUT: &Forms = &[
    ("no server IDs", |m| Ok(m.truncate(4).patch(2, &[0, 4]))),
    ("no Update Action", |m| {
        Ok(m.truncate(12).patch(2, &[0, 12]))
    }),
    ("no Pool Handle", |m| m.remove("pool-handle")),
    ("no Pool Element", |m| m.remove("pool-element")),
    ("neither", |m| {
        m.remove("pool-handle")?.remove("pool-element")
    }),
    ("no user transport", |m| {
        m.remove("pool-element/user-transport")
    }),
    ("no policy", |m| m.remove("pool-element/policy")),
    ("no address", |m| {
        let ipv4 = m.clone().remove("pool-element/user-transport/ipv4-address");
        ipv4.or_else(|_| m.remove("pool-element/user-transport/ipv6-address"))
    }),
    ("Cookie for a Pool Handle", |m| {
        m.set("pool-handle/#type", 0xd)
    }),
    ("PE Identifier for a Pool Element", |m| {
        m.set("pool-element/#type", 0xe)
    }),
    ("Cookie for a policy", |m| {
        m.set("pool-element/policy/#type", 0xd)
    }),
    ("Pool Handle for a user transport", |m| {
        m.set("pool-element/user-transport/#type", 9)
    }),
];

/// ENRP_HANDLE_UPDATE with a wrong Length.
const LENGTHS: &Forms = &[
    ("Length 0", |m| m.set("length", 0)),
    ("Length 3", |m| m.set("length", 3)),
    ("Length in the Pool Handle", |m| m.set("length", 30)),
    ("Length in the Pool Element", |m| m.set("length", 60)),
    ("Length beyond the message", |m| m.set("length", 200)),
    ("largest Length", |m| m.set("length", 0xffff)),
    ("Pool Handle of 0 octets", |m| {
        m.set("pool-handle/#length", 0)
    }),
    ("Pool Handle of 3 octets", |m| {
        m.set("pool-handle/#length", 3)
    }),
    ("Pool Handle beyond the message", |m| {
        m.set("pool-handle/#length", 0x7fff)
    }),
    ("Pool Element of 3 octets", |m| {
        m.set("pool-element/#length", 3)
    }),
    ("Pool Element of 15 octets", |m| {
        m.set("pool-element/#length", 15)
    }),
    ("Pool Element beyond the message", |m| {
        m.set("pool-element/#length", 0xffff)
    }),
    ("user transport of 3 octets", |m| {
        m.set("pool-element/user-transport/#length", 3)
    }),
    ("user transport of 7 octets", |m| {
        m.set("pool-element/user-transport/#length", 7)
    }),
    ("user transport beyond its PE", |m| {
        m.set("pool-element/user-transport/#length", 0x60)
    }),
    ("policy of 7 octets", |m| {
        m.set("pool-element/policy/#length", 7)
    }),
    ("policy beyond its PE", |m| {
        m.set("pool-element/policy/#length", 12)
    }),
    ("address of 4 octets", |m| address_length(m, 4)),
    ("address of 7 octets", |m| address_length(m, 7)),
    ("address of 9 octets", |m| address_length(m, 9)),
    ("address beyond its transport", |m| address_length(m, 0x40)),
];

/// Sets the Length of the user transport's address.
fn address_length(message: Forge, length: u16) -> Result<Forge, ForgeError> {
    let path = |family| format!("pool-element/user-transport/{family}-address/#length");
    let ipv4 = message.clone().set(&path("ipv4"), length);
    ipv4.or_else(|_| message.set(&path("ipv6"), length))
}

const UPDATE_WITHOUT_A_PART_ADDS_NO_PE: Case = registrar(
    "rfc5353/2.4/update-without-a-part-adds-no-pe",
    "An ADD_PE that lacks a parameter or has another in its place adds no PE, and the target continues to serve.",
    &[
        R5353_2_4,       // A malformed message changes no PE.
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    |t| adds_no_pe(t, WITHOUT),
)
.needs(&[Ics::EnrpPeers]);

const UPDATE_WITHOUT_A_PART_REMOVES_NO_PE: Case = registrar(
    "rfc5353/2.4/update-without-a-part-removes-no-pe",
    "A DEL_PE that lacks a parameter or has another in its place removes no PE, and the target continues to serve.",
    &[
        R5353_2_4,       // A malformed message changes no PE.
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    |t| removes_no_pe(t, WITHOUT),
)
.needs(&[Ics::EnrpPeers]);

const UPDATE_OF_A_WRONG_LENGTH_ADDS_NO_PE: Case = registrar(
    "rfc5353/2.4/update-of-a-wrong-length-adds-no-pe",
    "An ADD_PE with a wrong Length adds no PE, and the target continues to serve.",
    &[
        R5353_2_4,       // A malformed message changes no PE.
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    |t| adds_no_pe(t, LENGTHS),
)
.needs(&[Ics::EnrpPeers]);

const UPDATE_OF_A_WRONG_LENGTH_REMOVES_NO_PE: Case = registrar(
    "rfc5353/2.4/update-of-a-wrong-length-removes-no-pe",
    "A DEL_PE with a wrong Length removes no PE, and the target continues to serve.",
    &[
        R5353_2_4,       // A malformed message changes no PE.
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    |t| removes_no_pe(t, LENGTHS),
)
.needs(&[Ics::EnrpPeers]);

const UPDATE_CUT_ANYWHERE_ADDS_NO_PE: Case = registrar(
    "rfc5353/2.4/update-cut-anywhere-adds-no-pe",
    "An ADD_PE that is cut at any third octet adds no PE, and the target continues to serve.",
    &[
        R5353_2_4,       // A malformed message changes no PE.
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    update_cut_anywhere_adds_no_pe,
)
.needs(&[Ics::EnrpPeers]);

fn update_cut_anywhere_adds_no_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    let octets = update_of(&peer, ADD_PE, &entry).octets();
    for at in (1..octets.len()).step_by(3) {
        throw(t, &peer, &octets[..at])?;
    }
    observe_reaction(t, &peer)?;
    let listed = t.listed(&pu, &pool)?;
    t.check_that(R5353_2_4, listed.is_empty(), "the PE is listed");
    serves_all(t, &peer)
}

/// ENRP_HANDLE_UPDATE with parts that its layout has no place for; the RFC leaves the reaction open.
const ODD: &Forms = &[
    ("Pool Element first", |m| {
        let odd = m.clone().remove("pool-element")?;
        let element = m.remove("pool-handle")?.octets();
        odd.insert_before("pool-handle", element[16..].to_vec())
    }),
    ("two Pool Handles", |m| {
        m.insert_after("pool-handle", Parameter::pool_handle(b"more"))
    }),
    ("two policies", |m| {
        m.append("pool-element", Parameter::policy(&Policy::Random))
    }),
    ("a Cookie at the end", |m| {
        Ok(m.parameter(Parameter::cookie(b"cook")))
    }),
    ("TCP ASAP Transport", |m| {
        let (port, addrs) = (4711, vec![FOREIGN]);
        m.append(
            "pool-element",
            Parameter::transport(&Transport::Tcp { port, addrs }),
        )
    }),
    ("octets behind the message", |m| Ok(m.raw(b"more"))),
    ("reserved policy type", |m| {
        m.set("pool-element/policy/type", 0x0000_1234)
    }),
    ("policy type 0", |m| m.set("pool-element/policy/type", 0)),
    ("Transport Use 0xffff", |m| {
        m.set("pool-element/user-transport/transport-use", 0xffff)
    }),
    ("port 0", |m| m.set("pool-element/user-transport/port", 0)),
    ("PE Identifier 0", |m| {
        m.set("pool-element/pe-identifier", 0)
    }),
    ("Home ENRP server 0", |m| {
        m.set("pool-element/home-enrp-server-identifier", 0)
    }),
];

const ODD_UPDATE_IS_SURVIVED: Case = registrar(
    "rfc5353/2.4/odd-update-is-survived",
    "The target continues to serve after updates with repeated, displaced or unfit parts.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    odd_update_is_survived,
)
.needs(&[Ics::EnrpPeers]);

fn odd_update_is_survived(t: &mut Tester) -> Outcome {
    survives(t, ODD, |_, peer| {
        let user_transport = Transport::Sctp {
            port: 4711,
            transport_use: 0,
            addrs: vec![FOREIGN],
        };
        let element = forge::PoolElement {
            id: 7,
            home: peer.id,
            life: 300,
            user_transport,
            policy: Policy::RoundRobin,
            asap_transport: None,
        };
        forge::handle_update(peer.id, 0, ADD_PE, b"rspcheck-odd", &element)
    })
}

const LIFE_OF_0_IS_SURVIVED: Case = registrar(
    "rfc5353/2.4/life-of-0-is-survived",
    "The target continues to serve after an announced PE with the life 0 or below -1.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    life_of_0_is_survived,
)
.needs(&[Ics::EnrpPeers]);

fn life_of_0_is_survived(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    for life in [0, -2, i32::MIN] {
        let mut entry = t.element_of(&peer, &pool);
        entry.element.life = life;
        throw(t, &peer, &update_of(&peer, ADD_PE, &entry).octets())?;
    }
    serves_all(t, &peer)
}

const EMPTY_HANDLE_IS_SURVIVED: Case = registrar(
    "rfc5353/2.4/empty-handle-is-survived",
    "The target continues to serve after updates about a pool whose handle has no octet.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    empty_handle_is_survived,
)
.needs(&[Ics::EnrpPeers]);

fn empty_handle_is_survived(t: &mut Tester) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let entry = t.element_of(&peer, &PoolHandle(Vec::new()));
    for action in [ADD_PE, DEL_PE] {
        throw(t, &peer, &update_of(&peer, action, &entry).octets())?;
    }
    serves_all(t, &peer)
}
