//! RFC 5352 §2.2.7: contents and receivers of ASAP_ENDPOINT_KEEP_ALIVE.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    KEEP_ALIVE_NAMES_POOL_AND_SENDER,
    KEEP_ALIVES_HAVE_ONE_SENDER,
    TWO_POOLS_OVER_ONE_ASSOCIATION,
    KEEP_ALIVES_GO_TO_THEIR_PE_ONLY,
    NO_KEEP_ALIVE_AFTER_DE_REGISTRATION,
];

const KEEP_ALIVE_NAMES_POOL_AND_SENDER: Case = registrar(
    "rfc5352/2.2.7/keep-alive-names-pool-and-sender",
    "A keep-alive carries the PE's pool handle and the ID of its Home ENRP server.",
    &[
        R5352_2_2_7_7, // A keep-alive carries the Pool Handle of its receiver.
        R5352_2_2_7_6, // A keep-alive carries the registrar's own server ID.
        R5352_2_2_7_5, // H is set only by a registrar that claims the PE.
    ],
    keep_alive_names_pool_and_sender,
)
.needs(&[Ics::KeepAlive]);

fn keep_alive_names_pool_and_sender(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;

    let message = next_keep_alive(t, &pe)?;
    t.names_pool(R5352_2_2_7_7, &message, &pool);
    let resolution = t.resolve(&pu, &pool)?;
    let home = resolution.number(HOME);
    let sender = message.number("server-identifier");
    t.check_eq(R5352_2_2_7_6, "Server Identifier", sender, home);
    // The registrar is the Home ENRP server already, so H (a new Home) stays clear.
    t.flag_clear(R5352_2_2_7_5, &message, 'H');
    Ok(())
}

const KEEP_ALIVES_HAVE_ONE_SENDER: Case = registrar(
    "rfc5352/2.2.7/keep-alives-have-one-sender",
    "Keep-alives to PEs of two pools carry the same Server Identifier, which is not 0.",
    &[
        R5352_2_2_7_6, // A keep-alive carries the registrar's own server ID.
    ],
    keep_alives_have_one_sender,
)
.needs(&[Ics::KeepAlive]);

fn keep_alives_have_one_sender(t: &mut Tester) -> Outcome {
    let (one, two) = (t.unused_pool_handle(), t.unused_pool_handle());
    let (first, second) = (t.pool_element(&one), t.pool_element(&two));
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&second))?;

    let to_first = next_keep_alive(t, &first)?.number("server-identifier");
    let to_second = next_keep_alive(t, &second)?.number("server-identifier");
    t.check_eq(R5352_2_2_7_6, "Server Identifier", to_second, to_first);
    t.check_that(R5352_2_2_7_6, to_first != Some(0), "Server Identifier 0");
    Ok(())
}

const TWO_POOLS_OVER_ONE_ASSOCIATION: Case = registrar(
    "rfc5352/2.2.7/two-pools-over-one-association",
    "Keep-alives over an association with PEs of two pools name these pools and no other.",
    &[
        R5352_2_2_7_7, // A keep-alive carries the Pool Handle of its receiver.
        R5352_3_5_13,  // The registrar can send periodic keep-alives to its PEs.
    ],
    two_pools_over_one_association,
)
.needs(&[Ics::KeepAlive]);

fn two_pools_over_one_association(t: &mut Tester) -> Outcome {
    let (one, two) = (t.unused_pool_handle(), t.unused_pool_handle());
    let first = t.pool_element(&one);
    let second = t.pool_element_beside(&first, &two);
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&second))?;

    t.pass_time(t.latest(longest_gap(t)?))?;
    let keep_alives = t.take_all(&first, ENDPOINT_KEEP_ALIVE);
    let named: Vec<_> = keep_alives.iter().map(Message::pool_handle).collect();
    if named.is_empty() {
        return Err(t.inconclusive("no keep-alive came, though the target claims to send them"));
    }
    // A PE whose keep-alives name the other pool cannot acknowledge them.
    for pe in [&first, &second] {
        t.lists(R5352_2_2_7_7, &first, &pe.handle, &[pe])?;
    }
    // Once the PE of the pool named first has left, no keep-alive names this pool.
    let (leaves, stays) = match &named[0] {
        Some(handle) if *handle == two => (&second, &one),
        _ => (&first, &two),
    };
    leave(t, leaves)?;
    t.take_all(&first, ENDPOINT_KEEP_ALIVE);
    t.pass_time(t.latest(longest_gap(t)?))?;
    for message in t.take_all(&first, ENDPOINT_KEEP_ALIVE) {
        t.names_pool(R5352_2_2_7_7, &message, stays);
    }
    let (one, two) = (Some(one), Some(two));
    for handle in &named {
        let own = *handle == one || *handle == two;
        t.check_that(R5352_2_2_7_7, own, format!("a keep-alive names {handle:?}"));
    }
    // The registrar can send keep-alives to each of its PEs, but need not.
    let both = named.contains(&one) && named.contains(&two);
    t.check_that(R5352_3_5_13, both, format!("keep-alives name {named:?}"));
    Ok(())
}

const KEEP_ALIVES_GO_TO_THEIR_PE_ONLY: Case = registrar(
    "rfc5352/2.2.7/keep-alives-go-to-their-pe-only",
    "A PE receives keep-alives for its own pool only, and a PU receives none.",
    &[
        R5352_2_2_7_7, // A keep-alive carries the Pool Handle of its receiver.
    ],
    keep_alives_go_to_their_pe_only,
)
.needs(&[Ics::KeepAlive]);

fn keep_alives_go_to_their_pe_only(t: &mut Tester) -> Outcome {
    let (one, two) = (t.unused_pool_handle(), t.unused_pool_handle());
    let (first, second) = (t.pool_element(&one), t.pool_element(&two));
    let pu = t.pool_user();
    // Sets up an association of the PU, over which keep-alives could come by mistake.
    t.send(&pu, forge::handle_resolution(&one.0, false))?;
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&second))?;

    t.pass_time(t.latest(longest_gap(t)?))?;
    for (pe, pool) in [(&first, &one), (&second, &two)] {
        for message in t.take_all(pe, ENDPOINT_KEEP_ALIVE) {
            t.names_pool(R5352_2_2_7_7, &message, pool);
        }
    }
    t.expect_none(R5352_2_2_7_7, &pu, ENDPOINT_KEEP_ALIVE)
}

const NO_KEEP_ALIVE_AFTER_DE_REGISTRATION: Case = registrar(
    "rfc5352/2.2.7/no-keep-alive-after-de-registration",
    "A PE that has de-registered receives no more keep-alives for its pool.",
    &[
        R5352_2_2_7_7, // A keep-alive carries the Pool Handle of its receiver.
    ],
    no_keep_alive_after_de_registration,
)
.needs(&[Ics::KeepAlive]);

fn no_keep_alive_after_de_registration(t: &mut Tester) -> Outcome {
    let (stays, leaves) = (t.unused_pool_handle(), t.unused_pool_handle());
    let first = t.pool_element(&stays);
    let second = t.pool_element_beside(&first, &leaves);
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&second))?;
    leave(t, &second)?;
    if !t.listed(&first, &leaves)?.is_empty() {
        return Err(t.inconclusive("the de-registration did not remove the PE"));
    }

    // Keep-alives sent before the de-registration have arrived by now.
    t.take_all(&first, ENDPOINT_KEEP_ALIVE);
    t.pass_time(t.latest(longest_gap(t)?))?;
    let keep_alives = t.take_all(&first, ENDPOINT_KEEP_ALIVE);
    if keep_alives.is_empty() {
        return Err(t.inconclusive("no keep-alive came for the PE that is still registered"));
    }
    for message in keep_alives {
        t.names_pool(R5352_2_2_7_7, &message, &stays);
    }
    Ok(())
}
