//! RFC 5352 §3.5: reports of unreachable PEs.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// Limit on the reports in one case.
const MOST_REPORTS: u32 = 64;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    REPORT_BRINGS_A_KEEP_ALIVE,
    KEEP_ALIVE_AFTER_A_REPORT_NAMES_THE_HOME_SERVER,
    REPORT_OVER_TCP,
    REPORT_FROM_A_PE_OF_THE_POOL,
    REPORT_FROM_A_PE_OF_ANOTHER_POOL,
    SECOND_REPORT_BRINGS_A_KEEP_ALIVE_AGAIN,
    ONLY_THE_REPORTED_PE_IS_ASKED,
    REPORTED_PE_OF_TWO_ON_AN_ASSOCIATION,
    REPORTED_PE_THAT_ANSWERS_STAYS,
    REPORTS_UP_TO_THE_LIMIT_REMOVE_NOBODY,
    REPORTS_BEYOND_THE_LIMIT_REMOVE_THE_PE,
    REMOVED_PE_CAN_REGISTER_AGAIN,
    REPORT_OF_AN_UNKNOWN_PE_IS_HARMLESS,
    REPORT_UNDER_THE_WRONG_POOL_IS_HARMLESS,
    REPORT_OF_A_DE_REGISTERED_PE_IS_HARMLESS,
    PE_WITHOUT_ASSOCIATION_IS_ASKED_OR_REMOVED,
    VANISHED_PE_IS_REMOVED_AFTER_A_REPORT,
];

/// Reports a PE and returns the keep-alive that follows. The report comes when the last keep-alive is long enough
/// ago, so that a limit on their rate does not suppress this one.
fn report_and_expect(
    t: &mut Tester,
    reporter: impl Into<Player>,
    pe: &PoolElement,
) -> Result<Message, Stop> {
    rest(t, pe)?;
    report_unreachable(t, reporter, pe)?;
    asked_at_once(t, pe, R5352_3_5_6)
}

const REPORT_BRINGS_A_KEEP_ALIVE: Case = registrar(
    "rfc5352/3.5/report-brings-a-keep-alive",
    "A report of a PU makes the registrar send the PE a keep-alive at once, with H clear.",
    &[
        R5352_3_5_6,   // The registrar sends a keep-alive to a reported PE at once.
        R5352_3_5_8,   // The keep-alive after a report has H clear.
        R5352_2_2_7_7, // A keep-alive carries the Pool Handle of its receiver.
    ],
    report_brings_a_keep_alive,
);

fn report_brings_a_keep_alive(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    t.preamble(|t| t.register(&pe))?;

    let message = report_and_expect(t, &pu, &pe)?;
    t.flag_clear(R5352_3_5_8, &message, 'H');
    t.names_pool(R5352_2_2_7_7, &message, &pool);
    Ok(())
}

const KEEP_ALIVE_AFTER_A_REPORT_NAMES_THE_HOME_SERVER: Case = registrar(
    "rfc5352/3.5/keep-alive-after-a-report-names-the-home-server",
    "The keep-alive after a report carries the ID of the PE's Home ENRP server.",
    &[
        R5352_3_5_6,   // The registrar sends a keep-alive to a reported PE at once.
        R5352_2_2_7_6, // A keep-alive carries the registrar's own server ID.
    ],
    keep_alive_after_a_report_names_the_home_server,
);

fn keep_alive_after_a_report_names_the_home_server(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    t.preamble(|t| t.register(&pe))?;

    let message = report_and_expect(t, &pu, &pe)?;
    let resolution = t.resolve(&pu, &pool)?;
    let home = resolution.number(HOME);
    let sender = message.number("server-identifier");
    t.check_eq(R5352_2_2_7_6, "Server Identifier", sender, home);
    Ok(())
}

const REPORT_OVER_TCP: Case = registrar(
    "rfc5352/3.5/report-over-tcp",
    "A report of a PU over TCP makes the registrar send a keep-alive.",
    &[
        R5352_3_5_6, // The registrar sends a keep-alive to a reported PE at once.
    ],
    report_over_tcp,
)
.needs(&[Ics::TcpPu]);

fn report_over_tcp(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user_over_tcp();
    t.preamble(|t| t.probe(&pu))?;
    t.preamble(|t| t.register(&pe))?;

    report_and_expect(t, &pu, &pe)?;
    Ok(())
}

const REPORT_FROM_A_PE_OF_THE_POOL: Case = registrar(
    "rfc5352/3.5/report-from-a-pe-of-the-pool",
    "A report of another PE of the pool makes the registrar send a keep-alive.",
    &[
        R5352_3_5_6, // The registrar sends a keep-alive to a reported PE at once.
    ],
    report_from_a_pe_of_the_pool,
);

fn report_from_a_pe_of_the_pool(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let (reporter, pe) = (t.pool_element(&pool), t.pool_element(&pool));
    t.preamble(|t| t.register(&reporter))?;
    t.preamble(|t| t.register(&pe))?;

    report_and_expect(t, &reporter, &pe)?;
    Ok(())
}

const REPORT_FROM_A_PE_OF_ANOTHER_POOL: Case = registrar(
    "rfc5352/3.5/report-from-a-pe-of-another-pool",
    "A report of a PE of another pool makes the registrar send a keep-alive.",
    &[
        R5352_3_5_6, // The registrar sends a keep-alive to a reported PE at once.
    ],
    report_from_a_pe_of_another_pool,
);

fn report_from_a_pe_of_another_pool(t: &mut Tester) -> Outcome {
    let (own, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let (reporter, pe) = (t.pool_element(&own), t.pool_element(&other));
    t.preamble(|t| t.register(&reporter))?;
    t.preamble(|t| t.register(&pe))?;

    report_and_expect(t, &reporter, &pe)?;
    Ok(())
}

const SECOND_REPORT_BRINGS_A_KEEP_ALIVE_AGAIN: Case = registrar(
    "rfc5352/3.5/second-report-brings-a-keep-alive-again",
    "A second report, after the PE has acknowledged, makes the registrar send another keep-alive.",
    &[
        R5352_3_5_6, // The registrar sends a keep-alive to a reported PE at once.
    ],
    second_report_brings_a_keep_alive_again,
);

fn second_report_brings_a_keep_alive_again(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let (one, two) = (t.pool_user(), t.pool_user());
    t.preamble(|t| t.probe(&one))?;
    t.preamble(|t| t.probe(&two))?;
    t.preamble(|t| t.register(&pe))?;

    report_and_expect(t, &one, &pe)?;
    // The acknowledgement arrives before the probe, so the registrar waits for none any more.
    t.probe(&pe)?;
    let limited = t.latest(Duration::from_secs(1));
    t.pass_time(limited)?;
    report_and_expect(t, &two, &pe)?;
    Ok(())
}

const ONLY_THE_REPORTED_PE_IS_ASKED: Case = registrar(
    "rfc5352/3.5/only-the-reported-pe-is-asked",
    "Reports of two PEs do not make the registrar send a keep-alive to the third PE of the pool.",
    &[
        R5352_3_5_6, // The registrar sends a keep-alive to a reported PE at once.
        R5352_3_5_7, // The keep-alive goes to the reported PE only.
    ],
    only_the_reported_pe_is_asked,
);

fn only_the_reported_pe_is_asked(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let reported = [t.pool_element(&pool), t.pool_element(&pool)];
    let other = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    t.preamble(|t| t.register(&other))?;
    t.preamble(|t| reported.iter().try_for_each(|pe| t.register(pe)))?;

    t.take_all(&other, ENDPOINT_KEEP_ALIVE);
    let began = t.now();
    // Two PEs, since a registrar may limit the rate of keep-alives to one (T52).
    for reported in &reported {
        t.take_all(reported, ENDPOINT_KEEP_ALIVE);
        report_unreachable(t, &pu, reported)?;
        asked_at_once(t, reported, R5352_3_5_6)?;
    }
    t.probe(&other)?;
    let came = t.take_all(&other, ENDPOINT_KEEP_ALIVE).len();
    // One periodic keep-alive may come in this short time, but not two.
    let shortest = t.timers().keep_alive_interval.map(|interval| interval / 2);
    let periodic = usize::from(t.claims(Ics::KeepAlive));
    if shortest.is_some_and(|period| t.now() - began > period) {
        return Err(t.inconclusive("periodic keep-alives hide those after a report"));
    }
    let note = format!("{came} keep-alives came to the other PE");
    t.check_that(R5352_3_5_7, came <= periodic, note);
    Ok(())
}

const REPORTED_PE_OF_TWO_ON_AN_ASSOCIATION: Case = registrar(
    "rfc5352/3.5/reported-pe-of-two-on-an-association",
    "Of two PEs on one association, the keep-alive names the pool of the reported one.",
    &[
        R5352_3_5_6, // The registrar sends a keep-alive to a reported PE at once.
    ],
    reported_pe_of_two_on_an_association,
);

fn reported_pe_of_two_on_an_association(t: &mut Tester) -> Outcome {
    let (one, two) = (t.unused_pool_handle(), t.unused_pool_handle());
    let first = t.pool_element(&one);
    let second = t.pool_element_beside(&first, &two);
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    t.preamble(|t| t.register(&first))?;
    t.preamble(|t| t.register(&second))?;

    let mut message = report_and_expect(t, &pu, &second)?;
    if message.pool_handle() == Some(one) {
        // A periodic keep-alive for the other PE has come first.
        message = asked_at_once(t, &second, R5352_3_5_6)?;
    }
    t.names_pool(R5352_3_5_6, &message, &two);
    Ok(())
}

const REPORTED_PE_THAT_ANSWERS_STAYS: Case = registrar(
    "rfc5352/3.5/reported-pe-that-answers-stays",
    "A reported PE that acknowledges the keep-alive stays in the handlespace.",
    &[
        R5352_3_5_6,  // The registrar sends a keep-alive to a reported PE at once.
        R5352_3_5_10, // A reported PE stays if its keep-alive is transmitted.
    ],
    reported_pe_that_answers_stays,
);

fn reported_pe_that_answers_stays(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    t.preamble(|t| t.register(&pe))?;
    if t.timers().max_bad_pe_report == Some(0) {
        return Err(t.inconclusive("the target removes a PE at the first report"));
    }

    report_and_expect(t, &pu, &pe)?;
    // A registrar that ignored the acknowledgement would remove the PE within this time.
    let patience = t.timers().keep_alive_timeout.unwrap_or_default();
    t.pass_time(t.latest(patience))?;
    t.lists(R5352_3_5_10, &pu, &pool, &[&pe])
}

const REPORTS_UP_TO_THE_LIMIT_REMOVE_NOBODY: Case = registrar(
    "rfc5352/3.5/reports-up-to-the-limit-remove-nobody",
    "MAX-BAD-PE-REPORT reports do not remove a PE that acknowledges.",
    &[
        R5352_3_5_10, // A reported PE stays if its keep-alive is transmitted.
    ],
    reports_up_to_the_limit_remove_nobody,
)
.needs(&[Ics::MaxBadPeReport]);

fn reports_up_to_the_limit_remove_nobody(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    t.preamble(|t| t.register(&pe))?;

    for _ in 0..limit(t)? {
        report_unreachable(t, &pu, &pe)?;
        t.probe(&pu)?;
        t.lists_at_least(R5352_3_5_10, &pu, &pool, &[&pe])?;
    }
    let patience = t.timers().keep_alive_timeout.unwrap_or_default();
    t.pass_time(t.latest(patience))?;
    t.lists(R5352_3_5_10, &pu, &pool, &[&pe])
}

const REPORTS_BEYOND_THE_LIMIT_REMOVE_THE_PE: Case = registrar(
    "rfc5352/3.5/reports-beyond-the-limit-remove-the-pe",
    "One report more than MAX-BAD-PE-REPORT removes the PE, although it acknowledges.",
    &[
        R5352_3_5_10, // A reported PE stays if its keep-alive is transmitted.
        R5352_3_5_12, // A PE with more than MAX-BAD-PE-REPORT reports is removed.
    ],
    reports_beyond_the_limit_remove_the_pe,
)
.needs(&[Ics::MaxBadPeReport]);

fn reports_beyond_the_limit_remove_the_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.probe(&pu))?;
    t.preamble(|t| t.register(&pe))?;

    // The RFC leaves open whether one reporter counts more than once (T18), so each report has its own.
    for _ in 0..limit(t)? {
        let reporter = t.pool_user();
        report_unreachable(t, &reporter, &pe)?;
        t.probe(&reporter)?;
    }
    t.lists(R5352_3_5_10, &pu, &pool, &[&pe])?;
    report_unreachable(t, &pu, &pe)?;
    let until = t.now() + t.latest(Duration::ZERO);
    let gone = gone_by(t, &pu, &pe, until)?;
    let note = "still listed after one report more than the limit";
    t.check_that(R5352_3_5_12, gone, note);
    Ok(())
}

const REMOVED_PE_CAN_REGISTER_AGAIN: Case = registrar(
    "rfc5352/3.5/removed-pe-can-register-again",
    "A PE that was removed for too many reports can register again.",
    &[
        R5352_3_1_53, // Every registration is answered.
        R5352_3_1_54, // The response to an accepted registration has R clear.
    ],
    removed_pe_can_register_again,
)
.needs(&[Ics::MaxBadPeReport]);

fn removed_pe_can_register_again(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    for _ in 0..=limit(t)? {
        let reporter = t.pool_user();
        report_unreachable(t, &reporter, &pe)?;
        t.probe(&reporter)?;
    }
    let until = t.now() + t.latest(Duration::ZERO);
    if !gone_by(t, &pu, &pe, until)? {
        t.observe("the reports have not removed the PE, so this is a re-registration");
    }

    let response = t.register_response(&pe)?; // Checks R5352_3_1_53.
    t.granted(&[R5352_3_1_54], &response);
    t.lists(R5352_3_1_54, &pu, &pool, &[&pe])
}

const REPORT_OF_AN_UNKNOWN_PE_IS_HARMLESS: Case = registrar(
    "rfc5352/3.5/report-of-an-unknown-pe-is-harmless",
    "Reports of unknown PEs remove no PE of the pool.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    report_of_an_unknown_pe_is_harmless,
);

fn report_of_an_unknown_pe_is_harmless(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.control(|t| t.probe(&pu))?;

    for _ in 0..5 {
        let stranger = t.random_identifier();
        t.send(&pu, forge::endpoint_unreachable(&pool.0, stranger))?;
    }
    serves_on(t, &pu)?;
    t.lists(R5352_3_1_21, &pu, &pool, &[&pe])
}

const REPORT_UNDER_THE_WRONG_POOL_IS_HARMLESS: Case = registrar(
    "rfc5352/3.5/report-under-the-wrong-pool-is-harmless",
    "Reports of a PE under another or an unknown pool handle remove no PE.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_3_26, // The rejection carries cause Unknown Pool Handle.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    report_under_the_wrong_pool_is_harmless,
);

fn report_under_the_wrong_pool_is_harmless(t: &mut Tester) -> Outcome {
    let [pool, other, unknown] = std::array::from_fn(|_| t.unused_pool_handle());
    let (pe, neighbour) = (t.pool_element(&pool), t.pool_element(&other));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&pe))?;
    t.preamble(|t| t.register(&neighbour))?;
    t.control(|t| t.probe(&pu))?;

    for wrong in [&other, &unknown] {
        for _ in 0..5 {
            report_unreachable(t, &pu, &pe.clone().in_pool(wrong))?;
        }
    }
    serves_on(t, &pu)?;
    for pe in [&pe, &neighbour] {
        t.lists(R5352_3_1_21, &pu, &pe.handle, &[pe])?;
    }
    let negative = t.resolve(&pu, &unknown)?;
    t.cause(R5352_3_3_26, &negative, 0x9);
    Ok(())
}

const REPORT_OF_A_DE_REGISTERED_PE_IS_HARMLESS: Case = registrar(
    "rfc5352/3.5/report-of-a-de-registered-pe-is-harmless",
    "A report of a PE that has de-registered neither adds nor removes a PE.",
    &[
        R5352_3_3_25, // A handle resolution of an unknown pool is rejected.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    report_of_a_de_registered_pe_is_harmless,
);

fn report_of_a_de_registered_pe_is_harmless(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let (left, stays) = (t.pool_element(&pool), t.pool_element(&pool));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&stays))?;
    t.preamble(|t| t.register(&left))?;
    leave(t, &left)?;
    t.control(|t| t.probe(&pu))?;

    report_unreachable(t, &pu, &left)?;
    serves_on(t, &pu)?;
    t.lists(R5352_3_1_21, &pu, &pool, &[&stays])
}

const PE_WITHOUT_ASSOCIATION_IS_ASKED_OR_REMOVED: Case = registrar(
    "rfc5352/3.5/pe-without-association-is-asked-or-removed",
    "A reported PE without an association is reached over a new one or removed.",
    &[
        R5352_3_5_9,  // A reported PE is removed if its keep-alive fails.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    pe_without_association_is_asked_or_removed,
);

fn pe_without_association_is_asked_or_removed(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let (broken, stays) = (t.pool_element(&pool), t.pool_element(&pool));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&stays))?;
    t.preamble(|t| t.register(&broken))?;

    t.take_all(&broken, ENDPOINT_KEEP_ALIVE);
    t.abort(&broken)?;
    report_unreachable(t, &pu, &broken)?;
    // The PE still accepts associations, so a registrar may set up a new one to it (T49).
    let until = t.now() + Duration::from_secs(3);
    let (mut reached, mut gone) = (false, false);
    while !reached && !gone && t.now() < until {
        gone = gone_by(t, &pu, &broken, Duration::ZERO)?;
        let soon = t.now() + Duration::from_millis(100);
        let keep_alive = t.next_of(&broken, soon, |m| m.is(ENDPOINT_KEEP_ALIVE))?;
        reached = keep_alive.is_some();
    }
    t.check_that(R5352_3_5_9, reached || gone, "neither reached nor removed");
    t.lists_at_least(R5352_3_1_21, &pu, &pool, &[&stays])
}

const VANISHED_PE_IS_REMOVED_AFTER_A_REPORT: Case = registrar(
    "rfc5352/3.5/vanished-pe-is-removed-after-a-report",
    "A reported PE whose host has vanished is removed once the keep-alive has failed.",
    &[
        R5352_3_5_9,  // A reported PE is removed if its keep-alive fails.
        R5352_3_1_21, // A granted PE is listed as a member of its pool.
    ],
    vanished_pe_is_removed_after_a_report,
)
.needs(&[Ics::ShortTimers]);

fn vanished_pe_is_removed_after_a_report(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    // The life exceeds the wait, so that its end does not remove the PEs.
    let [vanished, stays] = std::array::from_fn(|_| t.pool_element(&pool).life(86_400));
    let pu = t.pool_user();
    t.preamble(|t| t.register(&stays))?;
    t.preamble(|t| t.register(&vanished))?;
    t.vanish(&vanished)?;

    report_unreachable(t, &pu, &vanished)?;
    let until = t.now() + t.latest(SENDING_FAILS);
    let gone = gone_by(t, &pu, &vanished, until)?;
    t.check_that(R5352_3_5_9, gone, "the vanished PE is still listed");
    t.lists_at_least(R5352_3_1_21, &pu, &pool, &[&stays])
}

/// MAX-BAD-PE-REPORT of the target.
fn limit(t: &Tester) -> Result<u32, Stop> {
    match t.timers().max_bad_pe_report {
        Some(limit) if limit <= MOST_REPORTS => Ok(limit),
        Some(limit) => {
            Err(t.inconclusive(format!("a limit of {limit} reports is too high to try")))
        }
        None => Err(t.inconclusive("the max-bad-pe-report of the target is unknown")),
    }
}
