//! Words about the order in which a registrar lists the PEs of a pool.

use super::nth_pe;
use rspcheck_testkit::prelude::*;

/// Registers a PE for each policy in a new pool, in this order.
pub(crate) fn pool_of<const N: usize>(
    t: &mut Tester,
    policies: [Policy; N],
) -> Result<[PoolElement; N], Stop> {
    let pool = t.unused_pool_handle();
    let pes = policies.map(|policy| t.pool_element(&pool).policy(policy));
    t.preamble(|t| pes.iter().try_for_each(|pe| t.register(pe)))?;
    Ok(pes)
}

/// Resolves the pool and returns the PEs listed as letters: `A` is the first of `pes`, `B` the second, `?`
/// another PE.
pub(crate) fn list(t: &mut Tester, pu: &PoolUser, pes: &[PoolElement]) -> Result<String, Stop> {
    let listed = t.listed(pu, &pes[0].handle)?;
    if listed.is_empty() {
        return Err(t.inconclusive("the pool of registered PEs cannot be resolved"));
    }
    Ok(listed.into_iter().map(|id| letter(pes, id)).collect())
}

/// Resolves the pool several times and returns the PE listed first by each response, as letters.
pub(crate) fn firsts(
    t: &mut Tester,
    pu: &PoolUser,
    pes: &[PoolElement],
    responses: usize,
) -> Result<String, Stop> {
    let first = |_| Ok(list(t, pu, pes)?.chars().next().unwrap_or('?'));
    (0..responses).map(first).collect()
}

/// Returns the letter of a PE.
pub(crate) fn letter(pes: &[PoolElement], id: u32) -> char {
    let nth = pes.iter().position(|pe| pe.pe_identifier() == id);
    nth.and_then(|nth| ('A'..='Z').nth(nth)).unwrap_or('?')
}

/// Counts a letter.
pub(crate) fn count(letters: &str, letter: char) -> usize {
    letters.chars().filter(|&c| c == letter).count()
}

/// Returns true if no letter occurs twice.
pub(crate) fn no_repeats(letters: &str) -> bool {
    letters.chars().all(|c| count(letters, c) == 1)
}

/// Returns true if a list has its PEs in this order; some may be missing.
pub(crate) fn in_order(list: &str, order: &str) -> bool {
    let mut rest = order.chars();
    list.chars().all(|listed| rest.any(|c| c == listed))
}

/// Checks that a list has the best PEs in this order: all of them, or the first ones and no other.
#[track_caller]
pub(crate) fn has_the_best(t: &mut Tester, requirement: ReqId, list: &str, order: &str) {
    let holds = !list.is_empty() && order.starts_with(list);
    t.check_that(requirement, holds, format!("PEs: {list}"));
}

/// Checks that a list begins with this PE.
#[track_caller]
pub(crate) fn begins_with(t: &mut Tester, requirement: ReqId, list: &str, pe: char) {
    t.check_that(requirement, list.starts_with(pe), format!("PEs: {list}"));
}

/// Checks that a list has its PEs in this order; some may be missing.
#[track_caller]
pub(crate) fn follows_order(t: &mut Tester, requirement: ReqId, list: &str, order: &str) {
    t.check_that(requirement, in_order(list, order), format!("PEs: {list}"));
}

/// Checks that no PE is there twice.
#[track_caller]
pub(crate) fn has_none_twice(t: &mut Tester, requirement: ReqId, pes: &str) {
    t.check_that(requirement, no_repeats(pes), format!("PEs: {pes}"));
}

/// Checks that this PE is not there.
#[track_caller]
pub(crate) fn has_not(t: &mut Tester, requirement: ReqId, pes: &str, pe: char) {
    t.check_that(requirement, !pes.contains(pe), format!("PEs: {pes}"));
}

/// Checks that a response lists the pool's policy, with the Length of its format, and each PE with its own
/// values of it.
pub(crate) fn policy_is_listed(t: &mut Tester, format: ReqId, policies: [Policy; 2]) -> Outcome {
    let pes = pool_of(t, policies)?;
    let pu = t.pool_user();
    let response = t.resolve(&pu, &pes[0].handle)?;
    t.must_carry(R5352_3_3_23, &response, "policy")?;
    let kind = i64::from(pes[0].element.policy.kind());
    t.field(R5352_3_3_24, &response, "policy/type", kind);
    let length = Parameter::policy(&pes[0].element.policy).octets().len() as i64;
    t.field(format, &response, "policy/#length", length);

    for (nth, id) in response.pool_elements().into_iter().enumerate() {
        let Some(pe) = pes.iter().find(|pe| pe.pe_identifier() == id) else {
            continue;
        };
        let listed = response.octets_of(&nth_pe(nth, "policy"));
        let registered = Parameter::policy(&pe.element.policy).octets();
        let registered = Some(&registered[..]);
        t.check_eq(R5352_2_2_6_11, "policy of a PE", listed, registered);
    }
    Ok(())
}

/// Checks that a pool is answered, positively or negatively, if its policy allows none of its PEs to be
/// selected, and that a PE which can be selected comes first as soon as it has joined.
pub(crate) fn unusable_pes_do_no_harm(
    t: &mut Tester,
    requirement: ReqId,
    unusable: [Policy; 2],
    usable: Policy,
) -> Outcome {
    let [one, other] = unusable.clone();
    let pes = pool_of(t, unusable)?;
    let pu = t.pool_user();
    let pool = pes[0].handle.clone();
    for _ in 0..3 {
        let response = t.answered(R5352_3_3_21, |t| t.resolve(&pu, &pool))?;
        t.observe(response.summary());
    }

    let joins = t.pool_element(&pool).policy(usable.clone());
    t.preamble(|t| t.register(&joins))?;
    // In a second pool it registers first, so that an order of registration does not pass.
    let [founder, ..] = pool_of(t, [usable, one, other])?;
    for usable in [&joins, &founder] {
        for _ in 0..3 {
            let resolution = t.resolve(&pu, &usable.handle)?;
            let id = nth_pe(0, "pe-identifier");
            t.field(requirement, &resolution, &id, usable.pe_identifier());
        }
    }
    Ok(())
}

/// Checks that the first PE of a pool, which has four of six turns, has none while its weight is 0.
pub(crate) fn weight_counts_while_it_is_not_0(
    t: &mut Tester,
    pes: &[PoolElement],
    weight_0: Policy,
) -> Outcome {
    let pu = t.pool_user();
    t.preamble(|t| firsts(t, &pu, pes, 5).map(drop))?;
    let paused = pes[0].clone().policy(weight_0);
    t.preamble(|t| t.register(&paused))?;
    // The rest of the old round may still be served.
    t.preamble(|t| firsts(t, &pu, pes, 6).map(drop))?;
    let without = firsts(t, &pu, pes, 20)?;
    has_not(t, R5356_3_2_2, &without, 'A');

    t.preamble(|t| t.register(&pes[0]))?;
    let with = firsts(t, &pu, pes, 40)?;
    t.check_that(
        R5352_3_1_45,
        count(&with, 'A') > 10,
        format!("first: {with}"),
    );
    Ok(())
}

/// Returns the policy Weighted Round Robin with this weight.
pub(crate) fn wrr(weight: u32) -> Policy {
    Policy::WeightedRoundRobin { weight }
}

/// Returns the policy Weighted Random with this weight.
pub(crate) fn wrand(weight: u32) -> Policy {
    Policy::WeightedRandom { weight }
}

/// Returns the policy Least Used with this load.
pub(crate) fn lu(load: u32) -> Policy {
    Policy::LeastUsed { load }
}

/// Returns the policy Randomized Least Used with this load.
pub(crate) fn rlu(load: u32) -> Policy {
    Policy::RandomizedLeastUsed { load }
}
