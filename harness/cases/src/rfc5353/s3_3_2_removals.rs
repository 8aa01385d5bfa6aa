//! RFC 5353 §3.3.2: announcing the removal of PEs.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    DE_REGISTRATION_IS_ANNOUNCED,
    DE_REGISTRATION_OF_NO_PE_IS_NOT_ANNOUNCED,
    REJECTED_DE_REGISTRATION_IS_NOT_ANNOUNCED,
    END_OF_A_LIFE_IS_ANNOUNCED,
    DEL_PE_REMOVES_THE_PE,
    DEL_PE_OF_THE_LAST_PE_REMOVES_THE_POOL,
    DEL_PE_OF_AN_UNKNOWN_PE_HAS_NO_EFFECT,
    DEL_PE_UNDER_ANOTHER_POOL_HAS_NO_EFFECT,
];

const DE_REGISTRATION_IS_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.2/de-registration-is-announced",
    "A granted de-registration is announced to every peer, with the pool handle and the whole PE.",
    &[
        R5353_3_3_2_2, // A granted de-registration is announced to all peers.
        R5353_3_3_2_4, // A DEL_PE carries the pool and the whole PE.
        R5353_3_3_2_1, // The Receiving Server's ID of a DEL_PE is 0.
        R5353_3_3_2_5, // A DEL_PE names its sender.
        R5353_3_1_2,   // An announcement reaches every peer.
    ],
    de_registration_is_announced,
)
.needs(&[Ics::EnrpPeers]);

fn de_registration_is_announced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [one, two] = joined::<2>(t)?;
    let (pe, server) = (t.pool_element(&pool).life(250), t.target_server());
    t.preamble(|t| {
        t.register(&pe)?;
        t.deregister_response(&pe)?;
        Ok(())
    })?;

    let id = pe.pe_identifier();
    let update = update_about(t, R5353_3_3_2_2, &one, DEL_PE, id)?;
    t.names_pool(R5353_3_3_2_4, &update, &pool);
    let (port, path) = (t.address(&pe)?.port(), "pool-element/user-transport/port");
    t.field(R5353_3_3_2_4, &update, path, port);
    t.field(R5353_3_3_2_5, &update, "sender-server-id", server);
    t.field(R5353_3_3_2_1, &update, "receiver-server-id", 0);
    update_about(t, R5353_3_1_2, &two, DEL_PE, id)?;
    Ok(())
}

const DE_REGISTRATION_OF_NO_PE_IS_NOT_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.2/de-registration-of-no-pe-is-not-announced",
    "A de-registration of a PE that is not registered, in a pool that exists and in none, is announced to no peer.",
    &[
        R5352_3_2_27, // A de-registration that removes no PE causes no update.
    ],
    de_registration_of_no_pe_is_not_announced,
)
.needs(&[Ics::EnrpPeers]);

fn de_registration_of_no_pe_is_not_announced(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer] = joined::<1>(t)?;
    let pe = t.pool_element(&pool);
    let strangers = [t.pool_element(&pool), t.pool_element(&other)];
    t.preamble(|t| {
        t.register(&pe)?;
        is_announced(t, R5353_3_3_1_3, &peer, &pe)
    })?;
    for stranger in &strangers {
        t.preamble(|t| t.deregister_response(stranger).map(drop))?;
    }

    presence_of_target(t, &peer)?;
    t.pass_time(AT_ONCE)?;
    let updates = t.take_all(&peer, ENRP_HANDLE_UPDATE).len();
    t.check_eq(R5352_3_2_27, "updates", updates, 0);
    Ok(())
}

const REJECTED_DE_REGISTRATION_IS_NOT_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.2/rejected-de-registration-is-not-announced",
    "If the target rejects the de-registration of a PE by another endpoint, it announces no removal.",
    &[
        R5352_3_2_26, // A rejected de-registration causes no handle update.
    ],
    rejected_de_registration_is_not_announced,
)
.needs(&[Ics::EnrpPeers]);

fn rejected_de_registration_is_not_announced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pe = t.pool_element(&pool);
    let impostor = t.impostor_of(&pe);
    t.preamble(|t| {
        t.register(&pe)?;
        is_announced(t, R5353_3_3_1_3, &peer, &pe)?;
        let response = t.deregister_response(&impostor)?;
        if response.has("operation-error") {
            return Ok(());
        }
        Err(t.inconclusive("the de-registration by another endpoint is granted"))
    })?;

    presence_of_target(t, &peer)?;
    t.pass_time(AT_ONCE)?;
    let updates = t.take_all(&peer, ENRP_HANDLE_UPDATE).len();
    t.check_eq(R5352_3_2_26, "updates", updates, 0);
    Ok(())
}

const END_OF_A_LIFE_IS_ANNOUNCED: Case = registrar(
    "rfc5353/3.3.2/end-of-a-life-is-announced",
    "The removal of a PE whose registration life has ended is announced.",
    &[
        R5353_3_3_2_3, // Every other removal of an own PE is announced too.
    ],
    end_of_a_life_is_announced,
)
.needs(&[Ics::EnrpPeers, Ics::ShortLife]);

fn end_of_a_life_is_announced(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pe = t.pool_element(&pool).life(2);
    let pu = t.pool_user();
    t.preamble(|t| {
        t.register(&pe)?;
        t.pass_time(t.latest(Duration::from_secs(2)))?;
        if t.listed(&pu, &pool)?.is_empty() {
            return Ok(());
        }
        Err(t.inconclusive("the PE is still listed after its life"))
    })?;

    update_about(t, R5353_3_3_2_3, &peer, DEL_PE, pe.pe_identifier())?;
    Ok(())
}

const DEL_PE_REMOVES_THE_PE: Case = registrar(
    "rfc5353/3.3.2/del-pe-removes-the-pe",
    "A PE whose removal a peer announces is no longer listed; the others of the pool stay.",
    &[
        R5353_3_3_2_6, // A DEL_PE removes the PE.
    ],
    del_pe_removes_the_pe,
)
.needs(&[Ics::EnrpPeers]);

fn del_pe_removes_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let (goes, stays) = (t.element_of(&peer, &pool), t.element_of(&peer, &pool));
    t.preamble(|t| {
        t.adds_pe(&peer, &goes)?;
        t.adds_pe(&peer, &stays)?;
        handled(t, &peer)
    })?;
    t.deletes_pe(&peer, &goes)?;
    t.preamble(|t| handled(t, &peer))?;

    lists_ids(t, R5353_3_3_2_6, &pu, &pool, &[stays.pe_identifier()])?;
    Ok(())
}

const DEL_PE_OF_THE_LAST_PE_REMOVES_THE_POOL: Case = registrar(
    "rfc5353/3.3.2/del-pe-of-the-last-pe-removes-the-pool",
    "The pool ends with its last PE: a PE with another policy can register under its handle.",
    &[
        R5353_3_3_2_6, // A DEL_PE removes the PE.
        R5353_3_3_2_7, // The removal of the last PE removes the pool.
    ],
    del_pe_of_the_last_pe_removes_the_pool,
)
.needs(&[Ics::EnrpPeers, Ics::PolicyPriority]);

fn del_pe_of_the_last_pe_removes_the_pool(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    t.preamble(|t| {
        t.adds_pe(&peer, &entry)?;
        handled(t, &peer)
    })?;
    t.deletes_pe(&peer, &entry)?;
    t.preamble(|t| handled(t, &peer))?;

    t.lists_none(R5353_3_3_2_6, &pu, &pool)?;
    let other = t
        .pool_element(&pool)
        .policy(Policy::Priority { priority: 1 });
    let response = t.register_response(&other)?;
    t.granted(&[R5353_3_3_2_7], &response);
    Ok(())
}

const DEL_PE_OF_AN_UNKNOWN_PE_HAS_NO_EFFECT: Case = registrar(
    "rfc5353/3.3.2/del-pe-of-an-unknown-pe-has-no-effect",
    "The announced removal of an unknown PE changes neither the pool nor the peers.",
    &[
        R5353_3_3_2_8, // A DEL_PE for an unknown PE has no effect.
    ],
    del_pe_of_an_unknown_pe_has_no_effect,
)
.needs(&[Ics::EnrpPeers]);

fn del_pe_of_an_unknown_pe_has_no_effect(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer, witness] = joined::<2>(t)?;
    let (pe, pu) = (t.pool_element(&pool), t.pool_user());
    t.preamble(|t| {
        t.register(&pe)?;
        is_announced(t, R5353_3_3_1_3, &witness, &pe)
    })?;
    let stranger = t.element_of(&peer, &pool);
    t.deletes_pe(&peer, &stranger)?;
    t.preamble(|t| handled(t, &peer))?;

    t.lists(R5353_3_3_2_8, &pu, &pool, &[&pe])?;
    peer_gets_none(t, R5353_3_3_2_8, &witness, ENRP_HANDLE_UPDATE)
}

const DEL_PE_UNDER_ANOTHER_POOL_HAS_NO_EFFECT: Case = registrar(
    "rfc5353/3.3.2/del-pe-under-another-pool-has-no-effect",
    "The announced removal of a PE under the handle of another pool removes it from neither.",
    &[
        R5353_3_3_2_8, // A DEL_PE for an unknown PE has no effect.
    ],
    del_pe_under_another_pool_has_no_effect,
)
.needs(&[Ics::EnrpPeers]);

fn del_pe_under_another_pool_has_no_effect(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let (here, there) = (t.element_of(&peer, &pool), t.element_of(&peer, &other));
    t.preamble(|t| {
        t.adds_pe(&peer, &here)?;
        t.adds_pe(&peer, &there)?;
        handled(t, &peer)
    })?;
    let wrong = Entry {
        handle: other.clone(),
        ..here.clone()
    };
    t.deletes_pe(&peer, &wrong)?;
    t.preamble(|t| handled(t, &peer))?;

    for entry in [&here, &there] {
        lists_ids(
            t,
            R5353_3_3_2_8,
            &pu,
            &entry.handle,
            &[entry.pe_identifier()],
        )?;
    }
    Ok(())
}
