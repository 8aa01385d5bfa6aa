//! RFC 5353 §3.5.2: keep-alives to PEs that share an address, and to many PEs.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[PES_OF_ONE_ENDPOINT_ALL_GET_A_KEEP_ALIVE];

/// Pools of the PE that shares its endpoint.
const POOLS: usize = 3;

const PES_OF_ONE_ENDPOINT_ALL_GET_A_KEEP_ALIVE: Case = registrar(
    "rfc5353/3.5.2/pes-of-one-endpoint-all-get-a-keep-alive",
    "Of PEs at one transport address that are taken over, each gets the keep-alive of its pool, with H set.",
    &[
        R5353_3_5_2_5, // Each PE taken over gets a KEEP_ALIVE with H=1.
    ],
    pes_of_one_endpoint_all_get_a_keep_alive,
)
.needs(&[Ics::EnrpPeers]);

fn pes_of_one_endpoint_all_get_a_keep_alive(t: &mut Tester) -> Outcome {
    let pools: [PoolHandle; POOLS] = std::array::from_fn(|_| t.unused_pool_handle());
    let [witness, dead] = joined::<2>(t)?;
    let (pe, first) = orphan(t, &dead, &pools[0])?;
    t.preamble(|t| t.adds_pe(&dead, &first))?;
    for pool in &pools[1..] {
        let beside = t.pool_element_beside(&pe, pool);
        let mut entry = t.element_of(&dead, pool);
        entry.element = first.element.clone();
        entry.element.id = beside.pe_identifier();
        t.awaits_keep_alives(&beside);
        t.preamble(|t| t.adds_pe(&dead, &entry))?;
    }
    t.preamble(|t| {
        handled(t, &dead)?;
        takeover_of(t, R5353_3_5_1_1, &dead, &witness)?;
        t.expect(R5353_3_5_2_1, &witness, ENRP_TAKEOVER_SERVER, AT_ONCE)?;
        Ok(())
    })?;

    for pool in pools {
        let of_pool = move |m: &Message| m.pool_handle().as_ref() == Some(&pool);
        let message = t.expect_that(R5353_3_5_2_5, &pe, ENDPOINT_KEEP_ALIVE, AT_ONCE, of_pool)?;
        t.flag_set(R5353_3_5_2_5, &message, 'H');
    }
    Ok(())
}
