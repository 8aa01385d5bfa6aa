//! RFC 5354 §3: parameters of unknown type. The two highest bits of the type determine the reaction.
//!
//! RFC 5352 §2.2.14 requires the same by a SHOULD, with reports in an ASAP_ERROR. A missing report is judged
//! by that; a report in the response passes, too (T23). That no report follows for top bits 00 and 10 is read out
//! of the same list, which forbids none in so many words: a report is a deviation by that SHOULD.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    DROP_AT_THE_END_OF_A_REGISTRATION,
    DROP_ELSEWHERE_IN_A_REGISTRATION,
    DROP_INSIDE_A_POOL_ELEMENT,
    DROP_IN_A_DE_REGISTRATION,
    DROP_IN_A_HANDLE_RESOLUTION,
    DROP_REPORT_AT_THE_END_OF_A_REGISTRATION,
    DROP_REPORT_ELSEWHERE_IN_A_REGISTRATION,
    DROP_REPORT_INSIDE_A_POOL_ELEMENT,
    DROP_REPORT_IN_A_DE_REGISTRATION,
    DROP_REPORT_IN_A_HANDLE_RESOLUTION,
    SKIP_AT_THE_END_OF_A_REGISTRATION,
    SKIP_ELSEWHERE_IN_A_REGISTRATION,
    SKIP_INSIDE_A_POOL_ELEMENT,
    SKIP_IN_A_DE_REGISTRATION,
    SKIP_IN_A_HANDLE_RESOLUTION,
    SKIP_REPORT_AT_THE_END_OF_A_REGISTRATION,
    SKIP_REPORT_ELSEWHERE_IN_A_REGISTRATION,
    SKIP_REPORT_INSIDE_A_POOL_ELEMENT,
    SKIP_REPORT_IN_A_DE_REGISTRATION,
    SKIP_REPORT_IN_A_HANDLE_RESOLUTION,
    THE_FIRST_THAT_STOPS_DECIDES,
    SKIPPING_DOES_NOT_KEEP_FROM_STOPPING,
    EMPTY_UNKNOWN_PARAMETER,
    PADDED_UNKNOWN_PARAMETER,
];

const DROP_AT_THE_END_OF_A_REGISTRATION: Case = registrar(
    "rfc5354/3/drop-at-the-end-of-a-registration",
    "A registration with an unknown 00 parameter at its end is dropped without an answer.",
    &[
        R5354_3_4,      // Unknown parameter (00): the message is discarded silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    |t| dropped(t, Ask::Registration, &[Place::End]),
);

const DROP_ELSEWHERE_IN_A_REGISTRATION: Case = registrar(
    "rfc5354/3/drop-elsewhere-in-a-registration",
    "A registration with an unknown 00 parameter before known ones is dropped without an answer.",
    &[
        R5354_3_4,      // Unknown parameter (00): the message is discarded silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    |t| dropped(t, Ask::Registration, &[Place::Start, Place::Middle]),
);

const DROP_INSIDE_A_POOL_ELEMENT: Case = registrar(
    "rfc5354/3/drop-inside-a-pool-element",
    "A registration with an unknown 00 parameter inside the Pool Element is dropped without an answer.",
    &[
        R5354_3_4,      // Unknown parameter (00): the message is discarded silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    |t| dropped(t, Ask::Registration, NESTED),
);

const DROP_IN_A_DE_REGISTRATION: Case = registrar(
    "rfc5354/3/drop-in-a-de-registration",
    "A de-registration with an unknown 00 parameter is dropped without an answer; the PE stays.",
    &[
        R5354_3_4,      // Unknown parameter (00): the message is discarded silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    |t| dropped(t, Ask::Deregistration, FLAT),
);

const DROP_IN_A_HANDLE_RESOLUTION: Case = registrar(
    "rfc5354/3/drop-in-a-handle-resolution",
    "A handle resolution with an unknown 00 parameter is dropped without an answer.",
    &[
        R5354_3_4,      // Unknown parameter (00): the message is discarded silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    |t| dropped(t, Ask::Resolution, &[Place::Start, Place::End]),
);

fn dropped(t: &mut Tester, ask: Ask, places: &[Place]) -> Outcome {
    for place in places {
        let scene = Scene::set(t, ask)?;
        scene.ask_with(t, odd(DROP), *place)?;
        if let Ask::Resolution = ask {
            // The answer is all that a resolution has for an effect.
            t.expect_none(R5354_3_4, scene.asker(), scene.response().0)?;
            t.expect_none(R5352_2_2_14_5, scene.asker(), ERROR)?;
            continue;
        }
        t.expect_none(R5352_2_2_14_5, scene.asker(), scene.response().0)?;
        t.expect_none(R5352_2_2_14_5, scene.asker(), ERROR)?;
        let done = scene.carried_out(t, None)?;
        let note = format!("{place:?}: the {ask:?} was carried out");
        t.check_that(R5354_3_4, !done, note);
    }
    Ok(())
}

const DROP_REPORT_AT_THE_END_OF_A_REGISTRATION: Case = registrar(
    "rfc5354/3/drop-report-at-the-end-of-a-registration",
    "A registration with an unknown 01 parameter at its end is dropped, and the parameter is reported.",
    &[
        R5354_3_5,      // Unknown parameter (01): the message is discarded.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_6,      // Unknown parameter (01): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| dropped_and_reported(t, Ask::Registration, &[Place::End]),
);

const DROP_REPORT_ELSEWHERE_IN_A_REGISTRATION: Case = registrar(
    "rfc5354/3/drop-report-elsewhere-in-a-registration",
    "A registration with an unknown 01 parameter before known ones is dropped, and the parameter is reported.",
    &[
        R5354_3_5,      // Unknown parameter (01): the message is discarded.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_6,      // Unknown parameter (01): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| dropped_and_reported(t, Ask::Registration, &[Place::Start, Place::Middle]),
);

const DROP_REPORT_INSIDE_A_POOL_ELEMENT: Case = registrar(
    "rfc5354/3/drop-report-inside-a-pool-element",
    "A registration with an unknown 01 parameter inside the Pool Element is dropped, and the parameter is reported.",
    &[
        R5354_3_5,      // Unknown parameter (01): the message is discarded.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_6,      // Unknown parameter (01): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| dropped_and_reported(t, Ask::Registration, NESTED),
);

const DROP_REPORT_IN_A_DE_REGISTRATION: Case = registrar(
    "rfc5354/3/drop-report-in-a-de-registration",
    "A de-registration with an unknown 01 parameter is dropped, and the parameter is reported.",
    &[
        R5354_3_5,      // Unknown parameter (01): the message is discarded.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_6,      // Unknown parameter (01): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| dropped_and_reported(t, Ask::Deregistration, FLAT),
);

const DROP_REPORT_IN_A_HANDLE_RESOLUTION: Case = registrar(
    "rfc5354/3/drop-report-in-a-handle-resolution",
    "A handle resolution with an unknown 01 parameter is dropped, and the parameter is reported.",
    &[
        R5354_3_5,      // Unknown parameter (01): the message is discarded.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_6,      // Unknown parameter (01): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| dropped_and_reported(t, Ask::Resolution, &[Place::Start, Place::End]),
);

fn dropped_and_reported(t: &mut Tester, ask: Ask, places: &[Place]) -> Outcome {
    for place in places {
        let scene = Scene::set(t, ask)?;
        scene.ask_with(t, odd(DROP_REPORT), *place)?;
        let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 1, None)?;
        judge_parameter(t, R5354_3_6, &reports, &odd(DROP_REPORT));
        let answer = t.take_all(scene.asker(), scene.response().0);
        let answer = answer.first().or(reports.first());
        let done = scene.carried_out(t, answer)?;
        let note = format!("{place:?}: the {ask:?} was carried out");
        t.check_that(R5354_3_5, !done, note);
    }
    Ok(())
}

const SKIP_AT_THE_END_OF_A_REGISTRATION: Case = registrar(
    "rfc5354/3/skip-at-the-end-of-a-registration",
    "A registration with an unknown 10 parameter at its end is granted without a report.",
    &[
        R5354_3_7,      // Unknown parameter (10): the receiver skips it silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    |t| skipped(t, Ask::Registration, &[Place::End]),
);

const SKIP_ELSEWHERE_IN_A_REGISTRATION: Case = registrar(
    "rfc5354/3/skip-elsewhere-in-a-registration",
    "A registration with an unknown 10 parameter before known ones is granted without a report.",
    &[
        R5354_3_7,      // Unknown parameter (10): the receiver skips it silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    |t| skipped(t, Ask::Registration, &[Place::Start, Place::Middle]),
);

const SKIP_INSIDE_A_POOL_ELEMENT: Case = registrar(
    "rfc5354/3/skip-inside-a-pool-element",
    "A registration with an unknown 10 parameter inside the Pool Element is granted without a report.",
    &[
        R5354_3_7,      // Unknown parameter (10): the receiver skips it silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    |t| skipped(t, Ask::Registration, NESTED),
);

const SKIP_IN_A_DE_REGISTRATION: Case = registrar(
    "rfc5354/3/skip-in-a-de-registration",
    "A de-registration with an unknown 10 parameter is carried out without a report.",
    &[
        R5354_3_7,      // Unknown parameter (10): the receiver skips it silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    |t| skipped(t, Ask::Deregistration, FLAT),
);

const SKIP_IN_A_HANDLE_RESOLUTION: Case = registrar(
    "rfc5354/3/skip-in-a-handle-resolution",
    "A handle resolution with an unknown 10 parameter is answered without a report.",
    &[
        R5354_3_7,      // Unknown parameter (10): the receiver skips it silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    |t| skipped(t, Ask::Resolution, &[Place::Start, Place::End]),
);

fn skipped(t: &mut Tester, ask: Ask, places: &[Place]) -> Outcome {
    for place in places {
        let scene = Scene::set(t, ask)?;
        scene.ask_with(t, odd(SKIP), *place)?;
        let answer = scene.answer(t, R5354_3_7)?;
        let done = scene.carried_out(t, Some(&answer))?;
        t.check_that(R5354_3_7, done, format!("{place:?}: {}", answer.summary()));
        t.no_cause(R5352_2_2_14_5, &answer, UNRECOGNIZED_PARAMETER);
        t.expect_none(R5352_2_2_14_5, scene.asker(), ERROR)?;
    }
    Ok(())
}

const SKIP_REPORT_AT_THE_END_OF_A_REGISTRATION: Case = registrar(
    "rfc5354/3/skip-report-at-the-end-of-a-registration",
    "A registration with an unknown 11 parameter at its end is granted, and the parameter is reported.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_9,      // Unknown parameter (11): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| skipped_and_reported(t, Ask::Registration, &[Place::End]),
);

const SKIP_REPORT_ELSEWHERE_IN_A_REGISTRATION: Case = registrar(
    "rfc5354/3/skip-report-elsewhere-in-a-registration",
    "A registration with an unknown 11 parameter before known ones is granted, and the parameter is reported.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_9,      // Unknown parameter (11): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| skipped_and_reported(t, Ask::Registration, &[Place::Start, Place::Middle]),
);

const SKIP_REPORT_INSIDE_A_POOL_ELEMENT: Case = registrar(
    "rfc5354/3/skip-report-inside-a-pool-element",
    "A registration with an unknown 11 parameter inside the Pool Element is granted, and the parameter is reported.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_9,      // Unknown parameter (11): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| skipped_and_reported(t, Ask::Registration, NESTED),
);

const SKIP_REPORT_IN_A_DE_REGISTRATION: Case = registrar(
    "rfc5354/3/skip-report-in-a-de-registration",
    "A de-registration with an unknown 11 parameter is carried out, and the parameter is reported.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_9,      // Unknown parameter (11): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| skipped_and_reported(t, Ask::Deregistration, FLAT),
);

const SKIP_REPORT_IN_A_HANDLE_RESOLUTION: Case = registrar(
    "rfc5354/3/skip-report-in-a-handle-resolution",
    "A handle resolution with an unknown 11 parameter is answered, and the parameter is reported.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_9,      // Unknown parameter (11): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| skipped_and_reported(t, Ask::Resolution, &[Place::Start, Place::End]),
);

fn skipped_and_reported(t: &mut Tester, ask: Ask, places: &[Place]) -> Outcome {
    for place in places {
        let scene = Scene::set(t, ask)?;
        scene.ask_with(t, odd(SKIP_REPORT), *place)?;
        let answer = scene.answer(t, R5354_3_8)?;
        let done = scene.carried_out(t, Some(&answer))?;
        t.check_that(R5354_3_8, done, format!("{place:?}: {}", answer.summary()));
        let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 1, Some(answer))?;
        judge_parameter(t, R5354_3_9, &reports, &odd(SKIP_REPORT));
    }
    Ok(())
}

const THE_FIRST_THAT_STOPS_DECIDES: Case = registrar(
    "rfc5354/3/the-first-that-stops-decides",
    "An unknown 01 parameter behind an unknown 00 parameter is not reported.",
    &[
        R5354_3_4,      // Unknown parameter (00): the message is discarded silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    the_first_that_stops_decides,
);

fn the_first_that_stops_decides(t: &mut Tester) -> Outcome {
    let scene = Scene::set(t, Ask::Registration)?;
    let message = scene.request().parameters([odd(DROP), odd(DROP_REPORT)]);
    t.send_octets(&scene.pe, &message.octets())?;
    t.expect_none(R5352_2_2_14_5, &scene.pe, REGISTRATION_RESPONSE)?;
    t.expect_none(R5352_2_2_14_5, &scene.pe, ERROR)?;
    let done = scene.carried_out(t, None)?;
    t.check_that(R5354_3_4, !done, "the PE is registered");
    Ok(())
}

const SKIPPING_DOES_NOT_KEEP_FROM_STOPPING: Case = registrar(
    "rfc5354/3/skipping-does-not-keep-from-stopping",
    "An unknown 01 parameter behind a skipped 10 parameter still drops the message.",
    &[
        R5354_3_5,      // Unknown parameter (01): the message is discarded.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_6,      // Unknown parameter (01): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    skipping_does_not_keep_from_stopping,
);

fn skipping_does_not_keep_from_stopping(t: &mut Tester) -> Outcome {
    let scene = Scene::set(t, Ask::Registration)?;
    let message = scene.request().parameters([odd(SKIP), odd(DROP_REPORT)]);
    t.send_octets(&scene.pe, &message.octets())?;
    let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 1, None)?;
    judge_parameter(t, R5354_3_6, &reports, &odd(DROP_REPORT));
    let done = scene.carried_out(t, reports.first())?;
    t.check_that(R5354_3_5, !done, "the PE is registered");
    Ok(())
}

const EMPTY_UNKNOWN_PARAMETER: Case = registrar(
    "rfc5354/3/empty-unknown-parameter",
    "An unknown 11 parameter without a value (Length 4) is skipped and reported.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_9,      // Unknown parameter (11): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    empty_unknown_parameter,
);

fn empty_unknown_parameter(t: &mut Tester) -> Outcome {
    t.control(|t| {
        let (done, _) = with_value(t, VALUE, R5354_3_8)?;
        t.check(R5354_3_8, done);
        Ok(())
    })?;
    let (done, reports) = with_value(t, b"", R5354_3_8)?;
    t.check_that(R5354_3_8, done, "the PE is not registered");
    judge_parameter(t, R5354_3_9, &reports, &Parameter::new(SKIP_REPORT, b""));
    Ok(())
}

const PADDED_UNKNOWN_PARAMETER: Case = registrar(
    "rfc5354/3/padded-unknown-parameter",
    "An unknown 11 parameter with padding is skipped and reported like one without.",
    &[
        R5354_3_15,     // A parameter's Length does not count its own padding.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    padded_unknown_parameter,
);

fn padded_unknown_parameter(t: &mut Tester) -> Outcome {
    let plain = t.control(|t| {
        let (done, reports) = with_value(t, VALUE, R5354_3_8)?;
        t.check(R5354_3_8, done);
        Ok(reports)
    })?;

    let value = b"odd!!";
    let (done, reports) = with_value(t, value, R5354_3_15)?;
    t.check_that(R5354_3_15, done, "the PE is not registered");
    // Other cases judge the report of a parameter without padding.
    let unpadded = Parameter::new(SKIP_REPORT, VALUE).octets();
    let plain = quoted(&plain, UNRECOGNIZED_PARAMETER);
    if !plain.iter().any(|q| quotes(q, &unpadded)) {
        t.observe("unknown parameters without padding are not quoted whole either");
        return Ok(());
    }
    let quotations = quoted(&reports, UNRECOGNIZED_PARAMETER);
    let whole = Parameter::new(SKIP_REPORT, *value).octets();
    let mut counted = whole.clone();
    counted[3] = counted.len() as u8;
    let counts = quotations.iter().any(|q| q[..] == counted[..]);
    t.check_that(R5354_3_15, !counts, format!("quoted: {quotations:02x?}"));
    if !counts {
        let right = quotations
            .iter()
            .any(|q| quotes(q, &whole[..4 + value.len()]));
        let note = format!("quoted: {quotations:02x?}");
        t.check_that(R5354_3_12_2_1, right, note);
    }
    Ok(())
}

/// Registers a PE with an unknown 11 parameter of this value. Returns true if it was carried out, and the
/// reports of the parameter.
fn with_value(t: &mut Tester, value: &[u8], answered: ReqId) -> Result<(bool, Vec<Message>), Stop> {
    let scene = Scene::set(t, Ask::Registration)?;
    scene.ask_with(t, Parameter::new(SKIP_REPORT, value), Place::Middle)?;
    let answer = scene.answer(t, answered)?;
    let done = scene.carried_out(t, Some(&answer))?;
    let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 1, Some(answer))?;
    Ok((done, reports))
}
