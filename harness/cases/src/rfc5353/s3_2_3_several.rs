//! RFC 5353 §3.2.3: downloads between several registrars.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of several registrars in this section.
pub(super) const CASES: &[Case] = &[
    SEVERAL_CONVERGE_FROM_EVERY_START_ORDER,
    FIVE_CONVERGE,
    EVERY_MESSAGE_OF_A_DOWNLOAD_MAY_BE_LOST,
];

const SEVERAL_CONVERGE_FROM_EVERY_START_ORDER: Case = registrar(
    "rfc5353/3.2.3/several-converge-from-every-start-order",
    "Registrars that start one after the other, in any order, all have the PEs of each other.",
    &[
        R5353_3_2_3_9, // A starting registrar takes over the downloaded entries.
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
        R5353_3_2_3_4, // A download contains the mentor's whole handlespace.
    ],
    several_converge_from_every_start_order,
)
.needs(&[Ics::SeveralTargets]);

/// Start orders of three instances.
const ORDERS: [[u8; 3]; 6] = [
    [1, 2, 3],
    [1, 3, 2],
    [2, 1, 3],
    [2, 3, 1],
    [3, 1, 2],
    [3, 2, 1],
];

fn several_converge_from_every_start_order(t: &mut Tester) -> Outcome {
    for order in ORDERS {
        for instance in Instance::all(3) {
            t.preamble(|t| t.stop_target(instance, Signal::Kill))?;
        }
        converge(t, &order.map(Instance))?;
    }
    Ok(())
}

const FIVE_CONVERGE: Case = registrar(
    "rfc5353/3.2.3/five-converge",
    "Five registrars that start one after the other all have the PEs of each other.",
    &[
        R5353_3_2_3_9, // A starting registrar takes over the downloaded entries.
        R5353_3_3_1_6, // An ADD_PE creates a pool that is unknown.
        R5353_3_2_3_4, // A download contains the mentor's whole handlespace.
    ],
    five_converge,
)
.needs(&[Ics::SeveralTargets]);

fn five_converge(t: &mut Tester) -> Outcome {
    converge(t, &[3, 1, 5, 2, 4].map(Instance))
}

/// Starts instances in this order, registers a PE at each as soon as it serves, and checks that all have all PEs.
fn converge(t: &mut Tester, order: &[Instance]) -> Outcome {
    let mut pes: Vec<PoolElement> = Vec::new();
    let began = t.now();
    for (nth, new) in order.iter().enumerate() {
        t.preamble(|t| joins(t, *new, &order[..nth]))?;
        let pu = t.pool_user_at(*new);
        for pe in &pes {
            t.lists(R5353_3_2_3_9, &pu, &pe.handle, &[pe])?;
        }
        let pool = t.unused_pool_handle();
        let pe = t.pool_element_at(*new, &pool);
        t.preamble(|t| t.register(&pe))?;
        pes.push(pe);
    }

    let pus = pool_users(t, order);
    for pe in &pes {
        all_list_within(t, R5353_3_3_1_6, &pus, &pe.handle, &[pe], SETTLED)?;
    }
    last_download_is_whole(t, order, began, pes.len() - 1)
}

/// Checks the number of PEs that the last of these instances has downloaded since then.
fn last_download_is_whole(
    t: &mut Tester,
    order: &[Instance],
    since: Duration,
    pes: usize,
) -> Outcome {
    let tables = t.exchanged(ENRP_HANDLE_TABLE_RESPONSE);
    let tables = tables.filter(|(to, m)| order.last() == Some(to) && m.at >= since);
    let size = tables.map(|(_, m)| m.pool_elements().len()).sum::<usize>();
    t.check_eq(R5353_3_2_3_4, "PEs of the last download", size, pes);
    Ok(())
}

const EVERY_MESSAGE_OF_A_DOWNLOAD_MAY_BE_LOST: Case = registrar(
    "rfc5353/3.2.3/every-message-of-a-download-may-be-lost",
    "A registrar downloads a handlespace although the packet of any one message is lost, doubled or late.",
    &[
        R5353_3_2_3_9, // A starting registrar takes over the downloaded entries.
    ],
    every_message_of_a_download_may_be_lost,
)
.needs(&[Ics::SeveralTargets]);

fn every_message_of_a_download_may_be_lost(t: &mut Tester) -> Outcome {
    let [mentor] = group::<1>(t)?;
    let (new, pool) = (Instance(2), t.unused_pool_handle());
    let pe = t.pool_element_at(mentor, &pool);
    t.preamble(|t| t.register(&pe))?;
    let (asks, answers) = ((new, mentor), (mentor, new));
    let messages = [
        (asks, ENRP_LIST_REQUEST),
        (answers, ENRP_LIST_RESPONSE),
        (asks, ENRP_HANDLE_TABLE_REQUEST),
        (answers, ENRP_HANDLE_TABLE_RESPONSE),
    ];
    let late = PacketFate::Late(Duration::from_millis(300));
    for (way, kind) in messages {
        for fate in [PacketFate::Lost, PacketFate::Doubled, late] {
            t.preamble(|t| {
                t.stop_target(new, Signal::Kill)?;
                t.disturb(way, kind, fate, 1)?;
                joins(t, new, &[mentor])
            })?;
            let pu = t.pool_user_at(new);
            t.lists(R5353_3_2_3_9, &pu, &pool, &[&pe])?;
        }
    }
    Ok(())
}
