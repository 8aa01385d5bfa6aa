//! Words about the order in which a registrar lists the PEs of a pool.

use rspcheck_testkit::prelude::*;

/// A new pool with a PE for each policy, registered in this order.
pub(crate) fn pool_of<const N: usize>(
    t: &mut Tester,
    policies: [Policy; N],
) -> Result<[PoolElement; N], Stop> {
    let pool = t.unused_pool_handle();
    let pes = policies.map(|policy| t.pool_element(&pool).policy(policy));
    t.preamble(|t| pes.iter().try_for_each(|pe| t.register(pe)))?;
    Ok(pes)
}

/// The PEs of one response in letters: `A` is the first of `pes`, `B` the second, `?` is none of them.
pub(crate) fn list(t: &mut Tester, pu: &PoolUser, pes: &[PoolElement]) -> Result<String, Stop> {
    let listed = t.listed(pu, &pes[0].handle)?;
    if listed.is_empty() {
        return Err(t.inconclusive("the pool of registered PEs cannot be resolved"));
    }
    Ok(listed.into_iter().map(|id| letter(pes, id)).collect())
}

/// The PEs that come first in this many responses one after the other, in letters.
pub(crate) fn firsts(
    t: &mut Tester,
    pu: &PoolUser,
    pes: &[PoolElement],
    responses: usize,
) -> Result<String, Stop> {
    let first = |_| Ok(list(t, pu, pes)?.chars().next().unwrap_or('?'));
    (0..responses).map(first).collect()
}

pub(crate) fn letter(pes: &[PoolElement], id: u32) -> char {
    let nth = pes.iter().position(|pe| pe.pe_identifier() == id);
    nth.and_then(|nth| ('A'..='Z').nth(nth)).unwrap_or('?')
}

/// How often a letter occurs.
pub(crate) fn count(letters: &str, letter: char) -> usize {
    letters.chars().filter(|&c| c == letter).count()
}

/// Whether no letter occurs twice.
pub(crate) fn no_repeats(letters: &str) -> bool {
    letters.chars().all(|c| count(letters, c) == 1)
}

/// Whether a list has its PEs in this order; some may be missing.
pub(crate) fn in_order(list: &str, order: &str) -> bool {
    let mut rest = order.chars();
    list.chars().all(|listed| rest.any(|c| c == listed))
}

/// The response names the pool's policy, with the Length of its format, and each PE with its own values.
pub(crate) fn policy_is_told(t: &mut Tester, format: ReqId, policies: [Policy; 2]) -> Outcome {
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
        let path = if nth == 0 {
            String::new()
        } else {
            format!("[{nth}]")
        };
        let told = response.octets_of(&format!("pool-element{path}/policy"));
        let registered = Parameter::policy(&pe.element.policy).octets();
        t.check_eq(
            R5352_2_2_6_11,
            "policy of a PE",
            told,
            Some(&registered[..]),
        );
    }
    Ok(())
}

/// A pool whose PEs all are of no use to the policy is answered, positively or negatively; a useful PE
/// that joins it comes first at once.
pub(crate) fn useless_pes_do_no_harm(
    t: &mut Tester,
    comes_first: ReqId,
    useless: [Policy; 2],
    useful: Policy,
) -> Outcome {
    let pes = pool_of(t, useless)?;
    let pu = t.pool_user();
    let pool = pes[0].handle.clone();
    for _ in 0..3 {
        let response = t.answered(R5352_3_3_21, |t| t.resolve(&pu, &pool))?;
        t.observe(response.summary());
    }

    let joins = t.pool_element(&pool).policy(useful);
    t.preamble(|t| t.register(&joins))?;
    for _ in 0..3 {
        let first = t.listed(&pu, &pool)?.first().copied();
        let note = format!(
            "the useful PE {:#010x} does not come first",
            joins.pe_identifier()
        );
        t.check_that(comes_first, first == Some(joins.pe_identifier()), note);
    }
    Ok(())
}
