//! RFC 5352 §3.5: periodic keep-alives.
//!
//! Keep-alives after the report of a PU are in `s3_5_unreachable.rs`.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    KEEP_ALIVES_COME_PERIODICALLY,
    KEEP_ALIVES_TO_MANY_PES_ARE_SPREAD,
];

/// Number of PEs that register at the same time.
const MANY: usize = 24;

const KEEP_ALIVES_COME_PERIODICALLY: Case = registrar(
    "rfc5352/3.5/keep-alives-come-periodically",
    "Keep-alives come periodically and have H clear.",
    &[
        R5352_3_5_14, // A periodic keep-alive has H clear.
        R5352_3_5_13, // The registrar can send periodic keep-alives to its PEs.
        R5352_3_5_18, // The keep-alive period can vary by 50 percent.
    ],
    keep_alives_come_periodically,
)
.needs(&[Ics::KeepAlive]);

fn keep_alives_come_periodically(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.preamble(|t| t.register(&pe))?;

    let mut times = Vec::new();
    for _ in 0..3 {
        let message = next_keep_alive(t, &pe)?;
        t.flag_clear(R5352_3_5_14, &message, 'H');
        times.push(message.at);
    }
    let (one, two) = (times[1] - times[0], times[2] - times[1]);
    let note = format!("periods of {one:?} and {two:?}");
    t.permitted(R5352_3_5_13, note.clone());
    let varies = one.abs_diff(two) > Duration::from_millis(20);
    t.check_that(R5352_3_5_18, varies, note);
    Ok(())
}

const KEEP_ALIVES_TO_MANY_PES_ARE_SPREAD: Case = registrar(
    "rfc5352/3.5/keep-alives-to-many-pes-are-spread",
    "Keep-alives to PEs that registered at the same time do not come in one burst.",
    &[
        R5352_3_5_14, // A periodic keep-alive has H clear.
        R5352_3_5_16, // A registrar with many PEs avoids keep-alive bursts.
    ],
    keep_alives_to_many_pes_are_spread,
)
.needs(&[Ics::KeepAlive]);

fn keep_alives_to_many_pes_are_spread(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    t.preamble(|t| t.register(&first))?;
    for _ in 1..MANY {
        let pool = t.unused_pool_handle();
        let next = t.pool_element_beside(&first, &pool);
        t.preamble(|t| t.register(&next))?;
    }

    t.take_all(&first, ENDPOINT_KEEP_ALIVE);
    let gap = longest_gap(t)?;
    t.pass_time(t.latest(gap))?;
    let came = t.take_all(&first, ENDPOINT_KEEP_ALIVE);
    if came.len() < MANY / 2 {
        return Err(t.inconclusive(format!("{} keep-alives came for {MANY} PEs", came.len())));
    }
    // Half of all PEs within a thirtieth of the longest period is a burst, not chance.
    let close = |from: &Message| {
        let within = gap / 30;
        came.iter()
            .filter(|m| m.at >= from.at && m.at - from.at < within)
            .count()
    };
    let burst = came.iter().map(close).max().unwrap_or(0);
    let note = format!("{} keep-alives, {burst} close together", came.len());
    t.observe(note);
    let note = format!("keep-alives to {burst} of {MANY} PEs come in one burst");
    t.check_that(R5352_3_5_16, burst < MANY / 2, note);
    let claims = came.iter().filter(|m| m.flag('H')).count();
    t.check_eq(R5352_3_5_14, "keep-alives with H set", claims, 0);
    Ok(())
}
