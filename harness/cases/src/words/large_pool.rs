//! Words about pools with more PEs than a response lists, and about PEs that leave a pool.

use super::{firsts, has_not, leave, letter, list, pool_of};
use rspcheck_testkit::prelude::*;
use std::collections::BTreeSet;

/// PEs of a large pool: more than the nodes of common search trees hold, and more than one response has to list.
pub(crate) const LARGE: u32 = 100;

/// Registers a PE for each policy in a new pool, in this order. The PEs share a few associations.
pub(crate) fn large_pool(
    t: &mut Tester,
    policies: impl Iterator<Item = Policy>,
) -> Result<Vec<PoolElement>, Stop> {
    let pool = t.unused_pool_handle();
    let hosts: [PoolElement; 4] = std::array::from_fn(|_| t.pool_element(&pool));
    let of_hosts = policies.zip(hosts.iter().cycle());
    let pes = of_hosts.map(|(policy, host)| t.pool_element_beside(host, &pool).policy(policy));
    let pes: Vec<PoolElement> = pes.collect();
    t.preamble(|t| pes.iter().try_for_each(|pe| t.register(pe)))?;
    Ok(pes)
}

/// Lets PEs from all over the pool leave until so many are left.
pub(crate) fn shrink(t: &mut Tester, pes: &mut Vec<PoolElement>, left: usize) -> Outcome {
    while pes.len() > left {
        let nth = pes.len() * 3 / 7;
        leave(t, &pes.remove(nth))?;
    }
    Ok(())
}

/// Resolves the pool as often as it has PEs and returns the PEs that come first.
pub(crate) fn first_of_each(
    t: &mut Tester,
    pu: &PoolUser,
    pes: &[PoolElement],
) -> Result<BTreeSet<u32>, Stop> {
    let mut first = BTreeSet::new();
    for _ in pes {
        first.extend(t.listed(pu, &pes[0].handle)?.first());
    }
    Ok(first)
}

/// Checks that no response for a large pool lists a PE twice, while the pool is whole and after PEs have left.
#[track_caller]
pub(crate) fn large_pool_has_none_twice(
    t: &mut Tester,
    requirement: ReqId,
    policy: impl Fn(u32) -> Policy,
) -> Outcome {
    let mut pes = large_pool(t, (0..LARGE).map(policy))?;
    let pu = t.pool_user();
    for left in [100, 40, 5] {
        shrink(t, &mut pes, left)?;
        let members: BTreeSet<_> = pes.iter().map(PoolElement::pe_identifier).collect();
        for _ in 0..10 {
            let listed = t.listed(&pu, &pes[0].handle)?;
            let distinct: BTreeSet<_> = listed.iter().copied().collect();
            let holds = distinct.len() == listed.len() && distinct.is_subset(&members);
            t.check_that(requirement, holds, format!("of {left} PEs: {listed:x?}"));
        }
    }
    Ok(())
}

/// Checks for each of three PEs that it is not listed after it has left, and that the last one is when another has left.
#[track_caller]
pub(crate) fn leaver_is_not_listed(t: &mut Tester, policies: [Policy; 3]) -> Outcome {
    for nth in 0..3 {
        let pes = pool_of(t, policies.clone())?;
        let pu = t.pool_user();
        t.preamble(|t| firsts(t, &pu, &pes, 2).map(drop))?;
        leave(t, &pes[nth])?;
        let gone = letter(&pes, pes[nth].pe_identifier());
        for _ in 0..4 {
            let listed = list(t, &pu, &pes)?;
            has_not(t, R5352_2_2_6_11, &listed, gone);
        }
        let stays = &pes[(nth + 1) % 3];
        leave(t, &pes[(nth + 2) % 3])?;
        for _ in 0..4 {
            t.lists(R5352_3_1_21, &pu, &stays.handle, &[stays])?;
        }
    }
    Ok(())
}
