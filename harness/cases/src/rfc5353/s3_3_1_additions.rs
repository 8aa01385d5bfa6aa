//! RFC 5353 §3.3.1: announcing additions and updates of PEs.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    REGISTRATION_IS_ANNOUNCED,
    RE_REGISTRATION_IS_ANNOUNCED,
    REJECTED_REGISTRATION_IS_NOT_ANNOUNCED,
    RE_REGISTRATION_MOVES_THE_PE,
    ADD_PE_CREATES_A_POOL,
    ADD_PE_JOINS_A_POOL,
    ADD_PE_REPLACES_A_PE,
    ADD_PE_CHANGES_THE_HOME,
];

const REGISTRATION_IS_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.1/registration-is-announced",
    "A granted registration is announced to every peer: pool handle, whole PE, the target as its Home.",
    &[
        R5353_3_3_1_3, // A granted registration is announced to all peers.
        R5353_3_3_1_5, // An ADD_PE carries the pool and the whole PE.
        R5353_3_3_1_1, // The Receiving Server's ID of an ADD_PE is 0.
        R5353_3_3_1_2, // An ADD_PE names the Home ENRP server as its sender.
        R5353_3_1_2,   // An announcement reaches every peer.
        R5353_1_1_1,   // A group-cast is one SCTP message for each peer.
        R5353_5_4_1,   // ENRP messages carry PPID 12.
    ],
    registration_is_announced,
)
.needs(&[Ics::EnrpPeers]);

fn registration_is_announced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [one, two] = joined::<2>(t)?;
    let (pe, server) = (t.pool_element(&pool).life(250), t.target_server());
    t.preamble(|t| t.register(&pe))?;

    let id = pe.pe_identifier();
    let update = update_about(t, R5353_3_3_1_3, &one, ADD_PE, id)?;
    t.names_pool(R5353_3_3_1_5, &update, &pool);
    let element = |field: &str| format!("pool-element/{field}");
    let port = element("user-transport/port");
    has_life(t, R5353_3_3_1_5, &update, 250);
    let expected = t.address(&pe)?.port();
    t.field(R5353_3_3_1_5, &update, &port, expected);
    let home = element("home-enrp-server-identifier");
    t.field(R5353_3_3_1_5, &update, &home, server);
    t.field(R5353_3_3_1_2, &update, "sender-server-id", server);
    t.field(R5353_3_3_1_1, &update, "receiver-server-id", 0);
    t.check_eq(R5353_5_4_1, "PPID", update.ppid, Some(12));
    update_about(t, R5353_3_1_2, &two, ADD_PE, id)?;
    t.pass_time(AT_ONCE)?;
    let copies = t.take_all(&one, ENRP_HANDLE_UPDATE).len();
    t.check_eq(R5353_1_1_1, "further copies of the update", copies, 0);
    Ok(())
}

const RE_REGISTRATION_IS_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.1/re-registration-is-announced",
    "A granted re-registration is announced with the new values of the PE.",
    &[
        R5353_3_3_1_4, // A granted re-registration is announced to all peers.
        R5353_3_3_1_5, // An ADD_PE carries the pool and the whole PE.
    ],
    re_registration_is_announced,
)
.needs(&[Ics::EnrpPeers, Ics::PolicyPriority]);

fn re_registration_is_announced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pe = t
        .pool_element(&pool)
        .policy(Policy::Priority { priority: 3 });
    let again = pe.clone().policy(Policy::Priority { priority: 9 });
    t.preamble(|t| {
        t.register(&pe)?;
        is_announced(t, R5353_3_3_1_3, &peer, &pe)?;
        t.register(&again)
    })?;

    let update = update_about(t, R5353_3_3_1_4, &peer, ADD_PE, pe.pe_identifier())?;
    t.field(R5353_3_3_1_5, &update, "pool-element/policy/priority", 9);
    Ok(())
}

const REJECTED_REGISTRATION_IS_NOT_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.1/rejected-registration-is-not-announced",
    "A registration that the target rejects is announced to no peer.",
    &[
        R5353_3_3_1_3, // A granted registration is announced to all peers.
        R5352_3_1_60,  // A rejected registration causes no message to peers.
    ],
    rejected_registration_is_not_announced,
)
.needs(&[Ics::EnrpPeers, Ics::PolicyPriority]);

fn rejected_registration_is_not_announced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pe = t.pool_element(&pool);
    let other = t
        .pool_element(&pool)
        .policy(Policy::Priority { priority: 3 });
    t.preamble(|t| {
        t.register(&pe)?;
        is_announced(t, R5353_3_3_1_3, &peer, &pe)?;
        let response = t.register_response(&other)?;
        if response.flag('R') {
            return Ok(());
        }
        Err(t.inconclusive("the registration with another policy is granted"))
    })?;

    presence_of_target(t, &peer)?;
    t.pass_time(AT_ONCE)?;
    let updates = t.take_all(&peer, ENRP_HANDLE_UPDATE).len();
    t.check_eq(R5353_3_3_1_3, "updates", updates, 0);
    t.check_eq(R5352_3_1_60, "updates", updates, 0);
    Ok(())
}

const RE_REGISTRATION_MOVES_THE_PE: Case = registrar(
    "rfc5353/3.3.1/re-registration-moves-the-pe",
    "A PE of a peer that registers at the target has the target as its Home, and its old Home gets the update.",
    &[
        R5352_3_1_49,  // A re-registration moves the PE to this registrar.
        R5353_3_3_1_4, // A granted re-registration is announced to all peers.
    ],
    re_registration_moves_the_pe,
)
.needs(&[Ics::EnrpPeers]);

fn re_registration_moves_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [old] = joined::<1>(t)?;
    let (pu, server) = (t.pool_user(), t.target_server());
    let (pe, entry) = orphan(t, &old, &pool)?;
    t.preamble(|t| {
        t.adds_pe(&old, &entry)?;
        handled(t, &old)
    })?;
    t.preamble(|t| t.register(&pe))?;

    home_is(t, R5352_3_1_49, &pu, &pool, server)?;
    let update = update_about(t, R5353_3_3_1_4, &old, ADD_PE, pe.pe_identifier())?;
    let home = "pool-element/home-enrp-server-identifier";
    t.field(R5353_3_3_1_4, &update, home, server);
    Ok(())
}

const ADD_PE_CREATES_A_POOL: Case = registrar(
    "rfc5353/3.3.1/add-pe-creates-a-pool",
    "A PE that a peer announces for an unknown pool creates the pool, with the PE's policy type.",
    &[
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
        R5353_3_3_1_7, // A pool that an ADD_PE creates has the PE's policy.
    ],
    add_pe_creates_a_pool,
)
.needs(&[Ics::EnrpPeers, Ics::PolicyPriority]);

fn add_pe_creates_a_pool(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let mut entry = t.element_of(&peer, &pool);
    entry.element.policy = Policy::Priority { priority: 7 };
    t.adds_pe(&peer, &entry)?;
    t.preamble(|t| handled(t, &peer))?;

    let resolution = t.resolve(&pu, &pool)?;
    let (listed, expected) = (resolution.pool_elements(), vec![entry.pe_identifier()]);
    t.check_eq(R5353_3_3_1_6, "PEs listed", listed, expected);
    t.listed_values(R5353_3_3_1_6, &resolution, "policy/priority", &[7]);
    t.field(R5353_3_3_1_7, &resolution, "policy/type", 5);
    Ok(())
}

const ADD_PE_JOINS_A_POOL: Case = registrar(
    "rfc5353/3.3.1/add-pe-joins-a-pool",
    "A PE that a peer announces for a pool of the target is added to it.",
    &[
        R5353_3_3_1_8, // An ADD_PE adds a PE to a known pool.
    ],
    add_pe_joins_a_pool,
)
.needs(&[Ics::EnrpPeers]);

fn add_pe_joins_a_pool(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let (pe, pu) = (t.pool_element(&pool), t.pool_user());
    t.preamble(|t| t.register(&pe))?;
    let entry = t.element_of(&peer, &pool);
    t.adds_pe(&peer, &entry)?;
    t.preamble(|t| handled(t, &peer))?;

    lists_ids(
        t,
        R5353_3_3_1_8,
        &pu,
        &pool,
        &[pe.pe_identifier(), entry.pe_identifier()],
    )?;
    Ok(())
}

const ADD_PE_REPLACES_A_PE: Case = registrar(
    "rfc5353/3.3.1/add-pe-replaces-a-pe",
    "A PE that a peer announces again has its new values, and is listed once.",
    &[
        R5353_3_3_1_9, // An ADD_PE replaces a known PE.
    ],
    add_pe_replaces_a_pe,
)
.needs(&[Ics::EnrpPeers, Ics::PolicyPriority]);

fn add_pe_replaces_a_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let mut entry = t.element_of(&peer, &pool);
    entry.element.policy = Policy::Priority { priority: 7 };
    t.preamble(|t| {
        t.adds_pe(&peer, &entry)?;
        handled(t, &peer)
    })?;
    entry.element.policy = Policy::Priority { priority: 8 };
    t.adds_pe(&peer, &entry)?;
    t.preamble(|t| handled(t, &peer))?;

    let resolution = t.resolve(&pu, &pool)?;
    t.listed_values(R5353_3_3_1_9, &resolution, "policy/priority", &[8]);
    Ok(())
}

const ADD_PE_CHANGES_THE_HOME: Case = registrar(
    "rfc5353/3.3.1/add-pe-changes-the-home",
    "A PE that another peer announces as its own has this peer as its Home afterwards.",
    &[
        R5353_3_3_1_9, // An ADD_PE replaces a known PE.
    ],
    add_pe_changes_the_home,
)
.needs(&[Ics::EnrpPeers]);

fn add_pe_changes_the_home(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [old, new] = joined::<2>(t)?;
    let pu = t.pool_user();
    let mut entry = t.element_of(&old, &pool);
    t.preamble(|t| {
        t.adds_pe(&old, &entry)?;
        handled(t, &old)
    })?;
    t.drops(&old, &entry);
    entry.element.home = new.id;
    t.adds_pe(&new, &entry)?;
    t.preamble(|t| handled(t, &new))?;

    home_is(t, R5353_3_3_1_9, &pu, &pool, new.id)?;
    Ok(())
}
