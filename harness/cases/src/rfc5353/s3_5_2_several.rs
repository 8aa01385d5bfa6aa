//! RFC 5353 §3.5.2: takeovers among several registrars.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of several registrars in this section.
pub(super) const CASES: &[Case] = &[
    KILLED_HOME_IS_TAKEN_OVER_BY_ONE,
    SUSPENDED_HOME_IS_TAKEN_OVER_BY_ONE,
    HOME_THAT_IS_CUT_OFF_IS_TAKEN_OVER_BY_ONE,
    LAST_OF_TWO_TAKES_OVER,
    TWO_HOMES_ARE_TAKEN_OVER,
    LOST_ACKNOWLEDGEMENT_DELAYS_A_TAKEOVER,
];

const KILLED_HOME_IS_TAKEN_OVER_BY_ONE: Case = registrar(
    "rfc5353/3.5.2/killed-home-is-taken-over-by-one",
    "One of two registrars takes over the PEs of a third one that was killed, in time and without a loss.",
    &[
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
        R5353_3_5_1_7, // An initiator with the smaller ID gives way.
        R5353_3_5_2_3, // The initiator becomes the Home of the target's PEs.
        R5353_3_5_2_5, // Each PE taken over gets a KEEP_ALIVE with H=1.
        R5353_3_6_2_1, // The PE checksum covers all PEs that the registrar owns.
    ],
    killed_home_is_taken_over_by_one,
)
.needs(&[Ics::SeveralTargets]);

fn killed_home_is_taken_over_by_one(t: &mut Tester) -> Outcome {
    home_is_taken_over(t, |t, home, _| t.stop_target(home, Signal::Kill))
}

const SUSPENDED_HOME_IS_TAKEN_OVER_BY_ONE: Case = registrar(
    "rfc5353/3.5.2/suspended-home-is-taken-over-by-one",
    "One of two registrars takes over the PEs of a third one that is suspended, in time and without a loss.",
    &[
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
        R5353_3_5_1_7, // An initiator with the smaller ID gives way.
        R5353_3_5_2_3, // The initiator becomes the Home of the target's PEs.
        R5353_3_5_2_5, // Each PE taken over gets a KEEP_ALIVE with H=1.
        R5353_3_6_2_1, // The PE checksum covers all PEs that the registrar owns.
    ],
    suspended_home_is_taken_over_by_one,
)
.needs(&[Ics::SeveralTargets]);

fn suspended_home_is_taken_over_by_one(t: &mut Tester) -> Outcome {
    home_is_taken_over(t, |t, home, _| t.freeze_target(home))
}

const HOME_THAT_IS_CUT_OFF_IS_TAKEN_OVER_BY_ONE: Case = registrar(
    "rfc5353/3.5.2/home-that-is-cut-off-is-taken-over-by-one",
    "One of two registrars takes over the PEs of a third one that neither of them hears.",
    &[
        R5353_3_4_3_5, // A takeover begins when a peer is dead.
        R5353_3_5_1_7, // An initiator with the smaller ID gives way.
        R5353_3_5_2_3, // The initiator becomes the Home of the target's PEs.
        R5353_3_5_2_5, // Each PE taken over gets a KEEP_ALIVE with H=1.
        R5353_3_6_2_1, // The PE checksum covers all PEs that the registrar owns.
    ],
    home_that_is_cut_off_is_taken_over_by_one,
)
.needs(&[Ics::SeveralTargets]);

fn home_that_is_cut_off_is_taken_over_by_one(t: &mut Tester) -> Outcome {
    home_is_taken_over(t, |t, home, others| {
        let mut others = others.iter();
        others.try_for_each(|other| t.link(home, *other, Link::Cut))
    })
}

/// Ends the home of some PEs with `end`, and checks the takeover by one of two other registrars.
fn home_is_taken_over(
    t: &mut Tester,
    end: impl FnOnce(&mut Tester, Instance, &[Instance]) -> Outcome,
) -> Outcome {
    let [home, two, three] = group::<3>(t)?;
    let pools = [t.unused_pool_handle(), t.unused_pool_handle()];
    let pes = served_by(t, home, &pools)?;
    t.preamble(|t| end(t, home, &[two, three]))?;
    let (ended, dead) = (t.now(), t.server_of(home));

    let successor = successor_of(t, R5353_3_4_3_5, dead, ended)?;
    let declared = t.now();
    for pe in &pes {
        let server = t.server_of(successor);
        let adopted = |m: &Message| m.flag('H') && m.from == successor;
        let message = t.expect_that(R5353_3_5_2_5, pe, ENDPOINT_KEEP_ALIVE, SETTLED, adopted)?;
        t.field(R5353_3_5_2_5, &message, "server-identifier", server);
    }
    t.pass_time(SETTLED)?;
    one_takes_over(t, R5353_3_5_1_7, dead);
    let pus = pool_users(t, &[two, three]);
    for (pool, pe) in pools.iter().zip(&pes) {
        all_list(t, R5353_3_5_2_3, &pus, pool, &[pe])?;
        all_have_home(t, R5353_3_5_2_3, &pus, pool, t.server_of(successor))?;
    }
    checksum_covers(t, R5353_3_6_2_1, successor, declared + SETTLED, &pes)
}

/// Registers a reachable PE of a home in each of these pools, and waits until its peers have them.
fn served_by(
    t: &mut Tester,
    home: Instance,
    pools: &[PoolHandle],
) -> Result<Vec<PoolElement>, Stop> {
    let pes: Result<Vec<_>, _> = pools
        .iter()
        .map(|pool| reachable_pe(t, home, pool))
        .collect();
    let pes = pes?;
    t.preamble(|t| {
        pes.iter().try_for_each(|pe| t.register(pe))?;
        t.pass_time(SETTLED)
    })?;
    Ok(pes)
}

const LAST_OF_TWO_TAKES_OVER: Case = registrar(
    "rfc5353/3.5.2/last-of-two-takes-over",
    "A registrar without another peer takes over the PEs of its dead peer, in time.",
    &[
        R5353_3_5_2_5, // Each PE taken over gets a KEEP_ALIVE with H=1.
        R5353_3_5_2_3, // The initiator becomes the Home of the target's PEs.
    ],
    last_of_two_takes_over,
)
.needs(&[Ics::SeveralTargets]);

fn last_of_two_takes_over(t: &mut Tester) -> Outcome {
    let [home, other] = group::<2>(t)?;
    let pools = [t.unused_pool_handle()];
    let pes = served_by(t, home, &pools)?;
    t.preamble(|t| t.stop_target(home, Signal::Kill))?;

    let within = time_to_takeover(t) + t.timers().max_time_no_response;
    let adopted = |m: &Message| m.flag('H') && m.from == other;
    t.expect_that(R5353_3_5_2_5, &pes[0], ENDPOINT_KEEP_ALIVE, within, adopted)?;
    let pus = pool_users(t, &[other]);
    all_have_home(t, R5353_3_5_2_3, &pus, &pools[0], t.server_of(other))
}

const TWO_HOMES_ARE_TAKEN_OVER: Case = registrar(
    "rfc5353/3.5.2/two-homes-are-taken-over",
    "Of five registrars two end at the same time, and each is taken over by one of the others.",
    &[
        R5353_3_5_1_7, // An initiator with the smaller ID gives way.
        R5353_3_5_2_3, // The initiator becomes the Home of the target's PEs.
    ],
    two_homes_are_taken_over,
)
.needs(&[Ics::SeveralTargets]);

fn two_homes_are_taken_over(t: &mut Tester) -> Outcome {
    let [one, two, three, four, five] = group::<5>(t)?;
    let pools = [t.unused_pool_handle(), t.unused_pool_handle()];
    let mut pes = served_by(t, one, &pools[..1])?;
    pes.extend(served_by(t, four, &pools[1..])?);
    let dead = [t.server_of(one), t.server_of(four)];
    t.preamble(|t| {
        t.stop_target(one, Signal::Kill)?;
        t.stop_target(four, Signal::Kill)
    })?;
    let ended = t.now();

    let pus = pool_users(t, &[two, three, five]);
    for ((dead, pool), pe) in dead.into_iter().zip(&pools).zip(&pes) {
        let successor = successor_of(t, R5353_3_5_2_3, dead, ended)?;
        t.pass_time(SETTLED)?;
        one_takes_over(t, R5353_3_5_1_7, dead);
        all_list(t, R5353_3_5_2_3, &pus, pool, &[pe])?;
        all_have_home(t, R5353_3_5_2_3, &pus, pool, t.server_of(successor))?;
    }
    Ok(())
}

const LOST_ACKNOWLEDGEMENT_DELAYS_A_TAKEOVER: Case = registrar(
    "rfc5353/3.5.2/lost-acknowledgement-delays-a-takeover",
    "A takeover whose acknowledgement is lost at first is completed, and by one registrar.",
    &[
        R5353_3_5_1_13, // The takeover completes after the last ACK.
        R5353_3_5_1_7,  // An initiator with the smaller ID gives way.
        R5353_3_5_2_3,  // The initiator becomes the Home of the target's PEs.
    ],
    lost_acknowledgement_delays_a_takeover,
)
.needs(&[Ics::SeveralTargets]);

fn lost_acknowledgement_delays_a_takeover(t: &mut Tester) -> Outcome {
    let [home, two, three] = group::<3>(t)?;
    let pools = [t.unused_pool_handle()];
    let pes = served_by(t, home, &pools)?;
    let dead = t.server_of(home);
    t.preamble(|t| {
        for way in [(two, three), (three, two)] {
            t.disturb(way, ENRP_INIT_TAKEOVER_ACK, PacketFate::Lost, 2)?;
        }
        t.stop_target(home, Signal::Kill)
    })?;
    let ended = t.now();

    let successor = successor_of(t, R5353_3_5_1_13, dead, ended)?;
    t.pass_time(SETTLED)?;
    one_takes_over(t, R5353_3_5_1_7, dead);
    let pus = pool_users(t, &[two, three]);
    all_list(t, R5353_3_5_2_3, &pus, &pools[0], &[&pes[0]])?;
    all_have_home(t, R5353_3_5_2_3, &pus, &pools[0], t.server_of(successor))
}
