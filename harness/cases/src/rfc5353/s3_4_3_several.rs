//! RFC 5353 §3.4.3: short and long silence between several registrars.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of several registrars in this section.
pub(super) const CASES: &[Case] = &[SHORT_CUT_IS_NO_DEATH, SHORT_SUSPENSION_IS_NO_DEATH];

const SHORT_CUT_IS_NO_DEATH: Case = registrar(
    "rfc5353/3.4.3/short-cut-is-no-death",
    "Two registrars that hear each other again before MAX-TIME-LAST-HEARD take nothing over, and lose no PE.",
    &[
        R5353_3_4_3_6, // A peer that is heard in time is not taken over.
        R5353_3_6_1_3, // A PE checksum that differs starts a resynchronisation.
    ],
    short_cut_is_no_death,
)
.needs(&[Ics::SeveralTargets]);

fn short_cut_is_no_death(t: &mut Tester) -> Outcome {
    let [one, two] = group::<2>(t)?;
    let pool = t.unused_pool_handle();
    let pes = [t.pool_element_at(one, &pool), t.pool_element_at(two, &pool)];
    let short = t.timers().max_time_last_heard / 3;
    t.preamble(|t| {
        t.link(one, two, Link::Cut)?;
        pes.iter().try_for_each(|pe| t.register(pe))?;
        t.pass_time(short)?;
        t.link(one, two, Link::Open)
    })?;

    let pus = pool_users(t, &[one, two]);
    let within = t.timers().peer_heartbeat_cycle * 2;
    all_list_within(t, R5353_3_6_1_3, &pus, &pool, &[&pes[0], &pes[1]], within)?;
    nothing_was_taken_over(t)
}

/// Checks that no instance has begun a takeover.
fn nothing_was_taken_over(t: &mut Tester) -> Outcome {
    t.pass_time(SETTLED)?;
    let begun = t.exchanged(ENRP_INIT_TAKEOVER).count();
    t.check_eq(R5353_3_4_3_6, "takeovers begun", begun, 0);
    Ok(())
}

const SHORT_SUSPENSION_IS_NO_DEATH: Case = registrar(
    "rfc5353/3.4.3/short-suspension-is-no-death",
    "A registrar that is suspended for less than MAX-TIME-LAST-HEARD is not taken over, and hears what it missed.",
    &[
        R5353_3_4_3_6, // A peer that is heard in time is not taken over.
        R5353_3_6_1_3, // A PE checksum that differs starts a resynchronisation.
    ],
    short_suspension_is_no_death,
)
.needs(&[Ics::SeveralTargets]);

fn short_suspension_is_no_death(t: &mut Tester) -> Outcome {
    let [one, two, three] = group::<3>(t)?;
    let pool = t.unused_pool_handle();
    let pes = [
        t.pool_element_at(one, &pool),
        t.pool_element_at(three, &pool),
    ];
    let short = t.timers().max_time_last_heard / 3;
    t.preamble(|t| {
        t.freeze_target(two)?;
        pes.iter().try_for_each(|pe| t.register(pe))?;
        t.pass_time(short)?;
        t.thaw_target(two)
    })?;

    let pus = pool_users(t, &[one, two, three]);
    let within = t.timers().peer_heartbeat_cycle * 2;
    all_list_within(t, R5353_3_6_1_3, &pus, &pool, &[&pes[0], &pes[1]], within)?;
    nothing_was_taken_over(t)
}
