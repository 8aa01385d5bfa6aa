//! RFC 5353 §3.3.1: updates between several registrars.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of several registrars in this section.
pub(super) const CASES: &[Case] = &[UPDATES_REACH_EVERY_REGISTRAR, LARGE_TABLE_IS_DOWNLOADED];

/// Pools with PEs of all registrars.
const POOLS: usize = 30;
/// PEs of each registrar in each pool.
const PES: usize = 7;

const UPDATES_REACH_EVERY_REGISTRAR: Case = registrar(
    "rfc5353/3.3.1/updates-reach-every-registrar",
    "Of 630 PEs that register at three registrars, and of the half that stays, every registrar has all.",
    &[
        R5353_3_3_1_8, // An ADD_PE adds a PE to a known pool.
        R5353_3_3_2_6, // A DEL_PE removes the PE.
    ],
    updates_reach_every_registrar,
)
.needs(&[Ics::SeveralTargets]);

fn updates_reach_every_registrar(t: &mut Tester) -> Outcome {
    let all = group::<3>(t)?;
    let pus = pool_users(t, &all);
    let pools: Vec<_> = (0..POOLS).map(|_| t.unused_pool_handle()).collect();
    let crowds = all.map(|home| crowd(t, home, &pools, PES));
    t.preamble(|t| crowds.iter().try_for_each(|pes| register_all(t, pes)))?;
    t.pass_time(SETTLED)?;
    let members = members_of(&pools, &crowds);
    for (pool, pes) in pools.iter().zip(&members) {
        all_list(t, R5353_3_3_1_8, &pus, pool, pes)?;
    }

    let (gone, left): (Vec<_>, Vec<_>) =
        crowds.iter().map(|pes| pes.split_at(pes.len() / 2)).unzip();
    t.preamble(|t| gone.iter().try_for_each(|pes| deregister_all(t, pes)))?;
    t.pass_time(SETTLED)?;
    let left = [left[0].to_vec(), left[1].to_vec(), left[2].to_vec()];
    let members = members_of(&pools, &left);
    for (pool, pes) in pools.iter().zip(&members) {
        all_list(t, R5353_3_3_2_6, &pus, pool, pes)?;
    }
    Ok(())
}

/// Returns the PEs of each pool.
fn members_of<'a>(
    pools: &[PoolHandle],
    crowds: &'a [Vec<PoolElement>],
) -> Vec<Vec<&'a PoolElement>> {
    let all = || crowds.iter().flatten();
    let members = |pool: &PoolHandle| all().filter(|pe| pe.handle == *pool).collect();
    pools.iter().map(members).collect()
}

fn register_all(t: &mut Tester, pes: &[PoolElement]) -> Outcome {
    for pe in pes {
        t.send_registration(pe)?;
    }
    pes.iter()
        .try_for_each(|pe| t.registration_response(pe).map(|_| ()))
}

fn deregister_all(t: &mut Tester, pes: &[PoolElement]) -> Outcome {
    for pe in pes {
        t.send(pe, forge::deregistration(&pe.handle.0, pe.pe_identifier()))?;
    }
    pes.iter()
        .try_for_each(|pe| t.deregistration_response(pe).map(|_| ()))
}

const LARGE_TABLE_IS_DOWNLOADED: Case = registrar(
    "rfc5353/3.3.1/large-table-is-downloaded",
    "A registrar that joins two others downloads their 960 PEs, and gets the updates from then on.",
    &[
        R5353_3_2_3_9, // A starting registrar takes over the downloaded entries.
        R5353_3_3_1_8, // An ADD_PE adds a PE to a known pool.
    ],
    large_table_is_downloaded,
)
.needs(&[Ics::SeveralTargets]);

fn large_table_is_downloaded(t: &mut Tester) -> Outcome {
    let [one, two] = group::<2>(t)?;
    let new = Instance(3);
    let pools: Vec<_> = (0..2 * POOLS).map(|_| t.unused_pool_handle()).collect();
    let mut crowds = [one, two].map(|home| crowd(t, home, &pools, 8)).to_vec();
    t.preamble(|t| crowds.iter().try_for_each(|pes| register_all(t, pes)))?;
    t.preamble(|t| joins(t, new, &[one, two]))?;
    let pus = pool_users(t, &[new]);
    let members = members_of(&pools, &crowds);
    for (pool, pes) in pools.iter().zip(&members) {
        all_list(t, R5353_3_2_3_9, &pus, pool, pes)?;
    }

    let late = t.pool_element_at(two, &pools[0]);
    t.preamble(|t| t.register(&late))?;
    t.pass_time(SETTLED)?;
    crowds.push(vec![late]);
    let members = members_of(&pools, &crowds);
    all_list(t, R5353_3_3_1_8, &pus, &pools[0], &members[0])
}
