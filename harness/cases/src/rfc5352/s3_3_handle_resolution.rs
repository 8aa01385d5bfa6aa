//! RFC 5352 §3.3: answers to handle resolutions.
//!
//! The contents of the response are in `s2_2_6_handle_resolution_response.rs`, the order of the PEs in
//! `rfc5356`.

use crate::words::*;
use rspcheck_testkit::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    UNKNOWN_POOL_IS_REJECTED,
    KNOWN_POOL_IS_RESOLVED,
    KNOWN_POOL_IS_RESOLVED_OVER_TCP,
    UNKNOWN_POOL_IS_REJECTED_OVER_TCP,
    TCP_AND_SCTP_TELL_THE_SAME,
    REQUESTS_BACK_TO_BACK_OVER_TCP,
    SMALL_POOL_IS_LISTED_IN_FULL,
    POOL_OF_TWENTY_IS_LISTED_IN_FULL,
    DEREGISTERED_PE_IS_NOT_LISTED,
    POOL_WITHOUT_PES_IS_UNKNOWN,
    NEW_POOL_UNDER_AN_OLD_HANDLE_HAS_ITS_OWN_POLICY,
    REREGISTERED_VALUES_ARE_TOLD,
    REQUESTS_IN_FLIGHT_ARE_ALL_ANSWERED,
    REPEATED_REQUEST_IS_ANSWERED_AGAIN,
    ANSWER_GOES_TO_WHO_ASKED,
    MANY_POOLS_ARE_KEPT_APART,
    HANDLES_THAT_ARE_NEARLY_THE_SAME,
    NEW_ASSOCIATION_OF_A_PU,
    EXTREME_HANDLES_DO_NO_HARM,
];

const UNKNOWN_POOL_IS_REJECTED: Case = registrar(
    "rfc5352/3.3/unknown-pool-is-rejected",
    "A request for an unknown pool is rejected with cause 0x9, Unknown Pool Handle.",
    &[
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_3_26,    // The rejection carries cause Unknown Pool Handle.
        R5354_3_12_11_1, // Cause 0x9, Unknown Pool Handle, has Length 4.
        R5354_3_12_11_2, // Cause 0x9 reports a pool that the registrar lacks.
    ],
    unknown_pool_is_rejected,
);

fn unknown_pool_is_rejected(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();

    let response = t.resolve(&pu, &pool)?;
    t.error(R5352_3_3_25, &response);
    t.cause(R5352_3_3_26, &response, 0x9);
    t.field(R5354_3_12_11_1, &response, "operation-error/0x9/#length", 4);
    t.cause(R5354_3_12_11_2, &response, 0x9);
    Ok(())
}

const KNOWN_POOL_IS_RESOLVED: Case = registrar(
    "rfc5352/3.3/known-pool-is-resolved",
    "A PU that resolves a pool over SCTP gets the PE of the pool.",
    &[
        R5352_3_3_21, // A handle resolution of an existing pool is answered.
        R5352_3_3_18, // The registrar takes handle resolutions of PUs over SCTP.
    ],
    known_pool_is_resolved,
);

fn known_pool_is_resolved(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let response = t.answered(R5352_3_3_18, |t| t.resolve(&pu, &pool))?;
    t.members(R5352_3_3_21, &response, &[&pe]);
    Ok(())
}

const KNOWN_POOL_IS_RESOLVED_OVER_TCP: Case = registrar(
    "rfc5352/3.3/known-pool-is-resolved-over-tcp",
    "A PU that resolves a pool over TCP gets the PE of the pool.",
    &[
        R5352_3_3_19, // The registrar takes handle resolutions of PUs over TCP.
        R5352_3_3_21, // A handle resolution of an existing pool is answered.
    ],
    known_pool_is_resolved_over_tcp,
);

fn known_pool_is_resolved_over_tcp(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user_over_tcp();
    let over_sctp = t.pool_user();
    t.preamble(|t| {
        t.register(&pe)?;
        t.resolve(&over_sctp, &pool).map(drop)
    })?;

    let response = match t.answered(R5352_3_3_19, |t| t.resolve(&pu, &pool)) {
        // A target that refuses TCP deviates, whatever it claims.
        Err(Stop::Inconclusive(why)) if t.association_end(&pu).is_some() => {
            return t.require(R5352_3_3_19, false, why);
        }
        response => response?,
    };
    t.members(R5352_3_3_21, &response, &[&pe]);
    Ok(())
}

const UNKNOWN_POOL_IS_REJECTED_OVER_TCP: Case = registrar(
    "rfc5352/3.3/unknown-pool-is-rejected-over-tcp",
    "A request over TCP for an unknown pool is rejected with cause 0x9, Unknown Pool Handle.",
    &[
        R5352_3_3_19, // The registrar takes handle resolutions of PUs over TCP.
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
    ],
    unknown_pool_is_rejected_over_tcp,
)
.needs(&[Ics::TcpPu]);

fn unknown_pool_is_rejected_over_tcp(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user_over_tcp();
    let over_sctp = t.pool_user();
    t.preamble(|t| t.probe(&over_sctp))?;

    let response = t.answered(R5352_3_3_19, |t| t.resolve(&pu, &pool))?;
    t.cause(R5352_3_3_26, &response, 0x9);
    Ok(())
}

const TCP_AND_SCTP_TELL_THE_SAME: Case = registrar(
    "rfc5352/3.3/tcp-and-sctp-tell-the-same",
    "A PE is listed with the same values over TCP and SCTP.",
    &[
        R5352_3_3_19,   // The registrar takes handle resolutions of PUs over TCP.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    tcp_and_sctp_tell_the_same,
)
.needs(&[Ics::TcpPu]);

fn tcp_and_sctp_tell_the_same(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let over_sctp = t.pool_user();
    let over_tcp = t.pool_user_over_tcp();
    t.preamble(|t| t.register(&pe))?;

    let by_sctp = t.resolve(&over_sctp, &pool)?;
    let by_tcp = t.answered(R5352_3_3_19, |t| t.resolve(&over_tcp, &pool))?;
    t.carries(R5352_2_2_6_11, &by_tcp, "pool-element");
    for below in ["pe-identifier", "user-transport", "policy"] {
        let path = nth_pe(0, below);
        let [tcp, sctp] = [&by_tcp, &by_sctp].map(|m| m.octets_of(&path));
        t.check_eq(R5352_2_2_6_11, &path, tcp, sctp);
    }
    Ok(())
}

const REQUESTS_BACK_TO_BACK_OVER_TCP: Case = registrar(
    "rfc5352/3.3/requests-back-to-back-over-tcp",
    "Three requests back to back in one TCP stream are all answered.",
    &[
        R5352_3_3_19, // The registrar takes handle resolutions of PUs over TCP.
    ],
    requests_back_to_back_over_tcp,
)
.needs(&[Ics::TcpPu]);

fn requests_back_to_back_over_tcp(t: &mut Tester) -> Outcome {
    let handles: [PoolHandle; 3] = std::array::from_fn(|_| t.unused_pool_handle());
    let pu = t.pool_user_over_tcp();
    let over_sctp = t.pool_user();
    t.preamble(|t| t.probe(&over_sctp))?;
    let requests = handles.map(|handle| forge::handle_resolution(&handle.0, false).octets());

    t.send_octets(&pu, &requests.concat())?;
    for _ in &requests {
        t.resolution_response(R5352_3_3_19, &pu)?;
    }
    Ok(())
}

const SMALL_POOL_IS_LISTED_IN_FULL: Case = registrar(
    "rfc5352/3.3/small-pool-is-listed-in-full",
    "The response for a pool of five PEs lists all of them.",
    &[
        R5352_3_3_22, // The response lists every PE registered in the pool.
    ],
    small_pool_is_listed_in_full,
);

fn small_pool_is_listed_in_full(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pes: [PoolElement; 5] = std::array::from_fn(|_| t.pool_element(&pool));
    let pu = t.pool_user();
    t.preamble(|t| pes.iter().try_for_each(|pe| t.register(pe)))?;

    let listed: BTreeSet<_> = t.listed(&pu, &pool)?.into_iter().collect();
    let registered = pes.iter().map(PoolElement::pe_identifier).collect();
    t.check_eq(R5352_3_3_22, "PEs listed", listed, registered);
    Ok(())
}

const POOL_OF_TWENTY_IS_LISTED_IN_FULL: Case = registrar(
    "rfc5352/3.3/pool-of-twenty-is-listed-in-full",
    "The response for a pool of twenty PEs lists all of them.",
    &[
        R5352_3_3_22, // The response lists every PE registered in the pool.
    ],
    pool_of_twenty_is_listed_in_full,
);

fn pool_of_twenty_is_listed_in_full(t: &mut Tester) -> Outcome {
    let pes = pool_of(t, [const { Policy::RoundRobin }; 20])?;
    let pu = t.pool_user();
    let all: Vec<&PoolElement> = pes.iter().collect();
    t.lists(R5352_3_3_22, &pu, &pes[0].handle, &all)
}

const DEREGISTERED_PE_IS_NOT_LISTED: Case = registrar(
    "rfc5352/3.3/deregistered-pe-is-not-listed",
    "After a de-registration the next response lists only the other PE.",
    &[
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    deregistered_pe_is_not_listed,
);

fn deregistered_pe_is_not_listed(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let (stays, leaves) = (t.pool_element(&pool), t.pool_element(&pool));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&stays))?;
    t.preamble(|t| t.register(&leaves))?;
    t.preamble(|t| t.listed(&pu, &pool).map(drop))?;

    leave(t, &leaves)?;
    t.lists(R5352_2_2_6_11, &pu, &pool, &[&stays])
}

const POOL_WITHOUT_PES_IS_UNKNOWN: Case = registrar(
    "rfc5352/3.3/pool-without-pes-is-unknown",
    "A pool is unknown once its last PE has left, and known again once a PE registers.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_3_21, // A handle resolution of an existing pool is answered.
    ],
    pool_without_pes_is_unknown,
);

fn pool_without_pes_is_unknown(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();

    for _ in 0..2 {
        t.preamble(|t| t.register(&pe))?;
        t.lists(R5352_3_3_21, &pu, &pool, &[&pe])?;

        leave(t, &pe)?;
        let response = t.resolve(&pu, &pool)?;
        t.error(R5352_3_3_25, &response);
        t.cause(R5352_3_3_26, &response, 0x9);
    }
    Ok(())
}

const NEW_POOL_UNDER_AN_OLD_HANDLE_HAS_ITS_OWN_POLICY: Case = registrar(
    "rfc5352/3.3/new-pool-under-an-old-handle-has-its-own-policy",
    "A pool that is created again with another policy is listed with the new policy.",
    &[
        R5352_3_3_23, // A policy other than Round Robin is in the response.
        R5352_3_3_24, // The policy in the response has the pool's policy type.
    ],
    new_pool_under_an_old_handle_has_its_own_policy,
)
.needs(&[Ics::PolicyPriority]);

fn new_pool_under_an_old_handle_has_its_own_policy(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let old = t.pool_element(&pool);
    let new = t.pool_element(&pool).policy(priority(7));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&old))?;
    t.preamble(|t| t.listed(&pu, &pool).map(drop))?;
    leave(t, &old)?;
    t.preamble(|t| t.register(&new))?;

    let response = t.resolve(&pu, &pool)?;
    t.carries(R5352_3_3_23, &response, "policy");
    t.field(R5352_3_3_24, &response, "policy/type", 0x0000_0005);
    Ok(())
}

const REREGISTERED_VALUES_ARE_TOLD: Case = registrar(
    "rfc5352/3.3/reregistered-values-are-told",
    "After a re-registration with another port the next response lists the new port.",
    &[
        R5352_3_1_46, // A re-registration replaces the user transport.
    ],
    reregistered_values_are_told,
);

fn reregistered_values_are_told(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    let at = t.address(&pe)?;
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.resolve(&pu, &pool).map(drop))?;

    let port = at.port() ^ 0x0100;
    let moved = Transport::Sctp {
        port,
        transport_use: 0,
        addrs: vec![at.ip()],
    };
    t.preamble(|t| t.register(&pe.user_transport(moved)))?;
    let response = t.resolve(&pu, &pool)?;
    let path = "user-transport/port";
    t.listed_values(R5352_3_1_46, &response, path, &[port.into()]);
    Ok(())
}

const REQUESTS_IN_FLIGHT_ARE_ALL_ANSWERED: Case = registrar(
    "rfc5352/3.3/requests-in-flight-are-all-answered",
    "Forty requests sent before any response is read get one response each.",
    &[
        R5352_3_3_21, // A handle resolution of an existing pool is answered.
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    requests_in_flight_are_all_answered,
);

fn requests_in_flight_are_all_answered(t: &mut Tester) -> Outcome {
    let known = t.unused_pool_handle();
    let pe = t.pool_element(&known);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let mut open: BTreeMap<PoolHandle, u32> = BTreeMap::new();
    for nth in 0..40 {
        let handle = match nth % 10 {
            0 => known.clone(),
            _ => t.unused_pool_handle(),
        };
        t.send(&pu, forge::handle_resolution(&handle.0, false))?;
        *open.entry(handle).or_default() += 1;
    }
    for _ in 0..40 {
        let asked = open.get(&known).is_some_and(|count| *count > 0);
        let demands = if asked { R5352_3_3_21 } else { R5352_3_3_25 };
        let response = t.resolution_response(demands, &pu)?;
        let handle = response.pool_handle().unwrap_or(PoolHandle(Vec::new()));
        let expected = handle == known;
        let requirement = if expected { R5352_3_3_21 } else { R5352_3_3_25 };
        let positive = response.has("pool-element");
        t.check_that(requirement, positive == expected, response.summary());
        let count = open.entry(handle).or_default();
        let note = format!("no open request: {}", response.summary());
        t.check_that(requirement, *count > 0, note);
        *count = count.saturating_sub(1);
    }
    Ok(())
}

const REPEATED_REQUEST_IS_ANSWERED_AGAIN: Case = registrar(
    "rfc5352/3.3/repeated-request-is-answered-again",
    "The same request three times in a row gets three responses.",
    &[
        R5352_3_3_21, // A handle resolution of an existing pool is answered.
    ],
    repeated_request_is_answered_again,
);

fn repeated_request_is_answered_again(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    for _ in 0..3 {
        t.send(&pu, forge::handle_resolution(&pool.0, false))?;
    }
    for _ in 0..3 {
        let response = t.resolution_response(R5352_3_3_21, &pu)?;
        t.members(R5352_3_3_21, &response, &[&pe]);
    }
    Ok(())
}

const ANSWER_GOES_TO_WHO_ASKED: Case = registrar(
    "rfc5352/3.3/answer-goes-to-who-asked",
    "Of two PUs and a PE, only the PU that sent the request gets the response.",
    &[
        R5352_3_3_21, // A handle resolution of an existing pool is answered.
    ],
    answer_goes_to_who_asked,
);

fn answer_goes_to_who_asked(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let (asks, listens) = (t.pool_user(), t.pool_user());
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.probe(&listens))?;

    let response = t.resolve(&asks, &pool)?;
    t.carries(R5352_3_3_21, &response, "pool-element");
    t.expect_none(R5352_3_3_21, &listens, HANDLE_RESOLUTION_RESPONSE)?;
    t.expect_none(R5352_3_3_21, &pe, HANDLE_RESOLUTION_RESPONSE)
}

const MANY_POOLS_ARE_KEPT_APART: Case = registrar(
    "rfc5352/3.3/many-pools-are-kept-apart",
    "Each of forty pools is resolved to its own PE.",
    &[
        R5352_3_3_21,   // A handle resolution of an existing pool is answered.
        R5352_2_2_6_11, // A positive response has the current data of the PEs.
    ],
    many_pools_are_kept_apart,
);

fn many_pools_are_kept_apart(t: &mut Tester) -> Outcome {
    let first = t.unused_pool_handle();
    let seat = t.pool_element(&first);
    let pu = t.pool_user();
    let mut pes = vec![seat.clone()];
    for _ in 1..40 {
        let pool = t.unused_pool_handle();
        pes.push(t.pool_element_beside(&seat, &pool));
    }
    t.preamble(|t| pes.iter().try_for_each(|pe| t.register(pe)))?;

    for pe in &pes {
        let resolution = t.resolve(&pu, &pe.handle)?;
        t.carries(R5352_3_3_21, &resolution, "pool-element");
        t.members(R5352_2_2_6_11, &resolution, &[pe]);
    }
    Ok(())
}

const HANDLES_THAT_ARE_NEARLY_THE_SAME: Case = registrar(
    "rfc5352/3.3/handles-that-are-nearly-the-same",
    "A handle that differs from a pool's in case, length or one octet names no pool.",
    &[
        R5354_3_9_3,  // The registrar compares pool handles octet by octet.
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    handles_that_are_nearly_the_same,
);

fn handles_that_are_nearly_the_same(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();

    let octets = &pool.0;
    let mut last_bit_flipped = octets.clone();
    if let Some(last) = last_bit_flipped.last_mut() {
        *last ^= 1;
    }
    let near = [
        octets.to_ascii_uppercase(),
        octets[..octets.len() - 1].to_vec(),
        octets[1..].to_vec(),
        [&octets[..], b"\0"].concat(),
        [b"\0", &octets[..]].concat(),
        [&octets[..], b" "].concat(),
        last_bit_flipped,
    ]
    .map(PoolHandle);
    t.control(|t| {
        let mut near = near.iter();
        near.try_for_each(|handle| t.resolve(&pu, handle).map(drop))
    })?;
    t.preamble(|t| t.register(&pe))?;

    for handle in near {
        let response = t.resolve(&pu, &handle)?;
        t.excludes(R5354_3_9_3, &response, &pe);
        t.error(R5352_3_3_25, &response);
    }
    Ok(())
}

const NEW_ASSOCIATION_OF_A_PU: Case = registrar(
    "rfc5352/3.3/new-association-of-a-pu",
    "A PU that lost its association is answered over a new one.",
    &[
        R5352_3_3_21, // A handle resolution of an existing pool is answered.
    ],
    new_association_of_a_pu,
);

fn new_association_of_a_pu(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    t.preamble(|t| t.probe(&pu))?;
    t.abort(&pu)?;
    t.lists(R5352_3_3_21, &pu, &pool, &[&pe])
}

const EXTREME_HANDLES_DO_NO_HARM: Case = registrar(
    "rfc5352/3.3/extreme-handles-do-no-harm",
    "The registrar serves another PU after requests for an empty handle and one of 4000 octets.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
    ],
    extreme_handles_do_no_harm,
);

fn extreme_handles_do_no_harm(t: &mut Tester) -> Outcome {
    for handle in [vec![], vec![b'x'; 4000]] {
        let asks = t.pool_user();
        t.send_octets(&asks, &forge::handle_resolution(&handle, false).octets())?;
        // Another PU, since the registrar may close the association of this one.
        let next = t.pool_user();
        t.answered(R5352_3_3_25, |t| t.probe(&next))?;
        let answers = t.take_all(&asks, HANDLE_RESOLUTION_RESPONSE);
        let (octets, count) = (handle.len(), answers.len());
        t.observe(format!("a handle of {octets} octets: {count} responses"));
    }
    Ok(())
}
