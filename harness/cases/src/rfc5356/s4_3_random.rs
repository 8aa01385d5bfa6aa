//! RFC 5356 §4.3: Random.
//!
//! The section asks the PU to draw. A registrar that always lists all PEs leaves the draw to it, so its
//! order need not be random; one that lists a part has to choose that part fairly.

use super::{count, list, no_repeats, policy_is_told, pool_of};
use rspcheck_spec::ics::Ics;
use rspcheck_spec::id::*;
use rspcheck_testkit::forge::Policy;
use rspcheck_testkit::{Case, Outcome, Role, Tester};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "rfc5356/4.3.4/policy-is-told",
        purpose: "RAND: a response tells the pool's policy.",
        target: Role::Registrar,
        needs: &[Ics::PolicyRandom],
        covers: &[R5352_3_3_23, R5352_3_3_24, R5356_4_3_4_1, R5352_2_2_6_11],
        run: policy_is_told_alone,
    },
    Case {
        id: "rfc5356/4.3.2/each-pe-can-be-drawn",
        purpose: "RAND: each of two PEs is in some of 200 responses.",
        target: Role::Registrar,
        needs: &[Ics::PolicyRandom],
        covers: &[R5356_4_3_2_2],
        run: each_pe_can_be_drawn,
    },
    Case {
        id: "rfc5356/4.3.2/no-pe-twice",
        purpose: "RAND: a response has only PEs of the pool, and none of them twice.",
        target: Role::Registrar,
        needs: &[Ics::PolicyRandom],
        covers: &[R5356_4_3_2_3, R5356_4_3_2_1],
        run: no_pe_twice,
    },
];

fn policy_is_told_alone(t: &mut Tester<'_>) -> Outcome {
    policy_is_told(t, R5356_4_3_4_1, [Policy::Random, Policy::Random])
}

fn each_pe_can_be_drawn(t: &mut Tester<'_>) -> Outcome {
    let pes = pool_of(t, [Policy::Random, Policy::Random])?;
    let pu = t.pool_user();

    let (mut firsts, mut listed) = (String::new(), String::new());
    for _ in 0..200 {
        let list = list(t, &pu, &pes)?;
        firsts.extend(list.chars().next());
        listed.push_str(&list);
    }
    // Of fair draws of one PE, 200 miss one of two with a probability of 2 × 2⁻²⁰⁰.
    for pe in ['A', 'B'] {
        let note = format!("{pe} is in none of 200 responses");
        t.check_that(R5356_4_3_2_2, listed.contains(pe), note);
        t.observe(format!(
            "{pe} comes first {} times of 200",
            count(&firsts, pe)
        ));
    }
    Ok(())
}

fn no_pe_twice(t: &mut Tester<'_>) -> Outcome {
    let pes = pool_of(t, [const { Policy::Random }; 5])?;
    let pu = t.pool_user();

    for _ in 0..50 {
        let listed = list(t, &pu, &pes)?;
        t.check_that(
            R5356_4_3_2_3,
            no_repeats(&listed),
            format!("listed: {listed}"),
        );
        t.check_that(
            R5356_4_3_2_1,
            !listed.contains('?'),
            format!("listed: {listed}"),
        );
    }
    Ok(())
}
