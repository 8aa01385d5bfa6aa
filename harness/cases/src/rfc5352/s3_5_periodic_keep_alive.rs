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
    "Keep-alives to PEs that registered at the same time do not come in one burst, period for period.",
    &[
        R5352_3_5_14, // A periodic keep-alive has H clear.
        R5352_3_5_16, // A registrar with many PEs avoids keep-alive bursts.
        R5352_3_5_17, // Periodic keep-alives are spread over time.
    ],
    keep_alives_to_many_pes_are_spread,
)
.needs(&[Ics::KeepAlive]);

fn keep_alives_to_many_pes_are_spread(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let first = t.pool_element(&pool);
    let mut pes = vec![first.clone()];
    for _ in 1..MANY {
        let pool = t.unused_pool_handle();
        pes.push(t.pool_element_beside(&first, &pool));
    }
    let interval = longest_gap(t)? * 2 / 3;
    let within = interval / 10;
    t.preamble(|t| register_together(t, &pes, within))?;

    let (windows, claims) = keep_alive_windows(t, &pes, within / 8)?;
    t.check_eq(R5352_3_5_14, "keep-alives with H set", claims, 0);
    let count = windows.iter().map(|window| window.pes.len()).sum::<usize>();
    let traffic = traffic(&windows, MANY, within);
    let note = format!("{count} keep-alives to {MANY} PEs: {traffic:?}");
    t.observe(note.clone());
    let bursts = match traffic {
        Traffic::Unclear => {
            let why = "the harness or the target is too slow to distinguish bursts from spread keep-alives";
            return Err(t.inconclusive(why));
        }
        Traffic::Bursts => 2,
        Traffic::Spread { bursts } => bursts,
    };
    t.check_that(R5352_3_5_17, traffic != Traffic::Bursts, note.clone());
    t.check_that(R5352_3_5_16, bursts == 0, note);
    Ok(())
}

/// Registers PEs of one association at the same time, that is, in three quarters of `within` at most. Otherwise the
/// spread of the keep-alives could be that of the registrations.
fn register_together(t: &mut Tester, pes: &[PoolElement], within: Duration) -> Outcome {
    // The association is up before the first registration counts.
    t.register(&pes[0])?;
    let began = t.now();
    pes.iter().try_for_each(|pe| t.send_registration(pe))?;
    for pe in pes {
        if t.registration_response(pe)?.flag('R') {
            return Err(t.inconclusive("a registration is rejected"));
        }
    }
    let took = t.now() - began;
    if took > within * 3 / 4 {
        return Err(t.inconclusive(format!("the registrations took {took:?}")));
    }
    Ok(())
}

/// Returns the keep-alives to PEs of one association, up to the third one to most of them, in windows between the
/// answers to handle resolutions at this distance, and the number of those with H set.
fn keep_alive_windows(
    t: &mut Tester,
    pes: &[PoolElement],
    distance: Duration,
) -> Result<(Vec<Window>, usize), Stop> {
    let pe = &pes[0];
    // Three of the longest periods.
    let end = t.now() + t.latest(longest_gap(t)? * 3);
    let mut from = t.now();
    let (mut windows, mut claims) = (Vec::new(), 0);
    let mut counts = vec![0; pes.len()];
    while t.now() < end && counts.iter().filter(|count| **count >= 3).count() * 4 < pes.len() * 3 {
        t.pass_time(distance)?;
        let asked = t.now();
        t.resolve(pe, &pe.handle)?;
        let until = t.now();
        let came = t.take_all(pe, ENDPOINT_KEEP_ALIVE);
        claims += came.iter().filter(|m| m.flag('H')).count();
        let number = |m: &Message| {
            let pool = m.pool_handle()?;
            pes.iter().position(|pe| pe.handle == pool)
        };
        let pes: Vec<usize> = came.iter().filter_map(number).collect();
        pes.iter().for_each(|pe| counts[*pe] += 1);
        windows.push(Window { from, until, pes });
        from = asked;
    }
    let periodic = counts.iter().filter(|count| **count >= 2).count();
    if periodic * 4 < pes.len() * 3 {
        let why = format!(
            "keep-alives came twice to only {periodic} of {} PEs",
            pes.len()
        );
        return Err(t.inconclusive(why));
    }
    Ok((windows, claims))
}
