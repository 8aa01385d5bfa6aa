//! RFC 5354 §3: parameters of unknown type. The two highest bits of the type say what to do.
//!
//! RFC 5352 §2.2.14 asks for the same by a SHOULD, and for reports in an ASAP_ERROR. A missing report is
//! judged by that; one in the response passes too (T23).

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// Top bits 00: stop and discard.
const DROP: u16 = 0x3fff;
/// Top bits 01: stop, discard and report.
const DROP_REPORT: u16 = 0x7fff;
/// Top bits 10: skip and go on.
const SKIP: u16 = 0xbfff;
/// Top bits 11: skip, go on and report. 0xffff is reserved.
const SKIP_REPORT: u16 = 0xfffe;

/// The value of every unknown parameter here.
const VALUE: &[u8] = b"odd!";

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
    ONE_CAUSE_FOR_EACH_UNKNOWN_PARAMETER,
];

/// Where an unknown parameter stands.
#[derive(Clone, Copy, Debug)]
enum Place {
    Start,
    Middle,
    End,
    BeforeUserTransport,
    EndOfPoolElement,
    EndOfUserTransport,
}

const FLAT: &[Place] = &[Place::Start, Place::Middle, Place::End];
const NESTED: &[Place] = &[
    Place::BeforeUserTransport,
    Place::EndOfPoolElement,
    Place::EndOfUserTransport,
];

/// Which request it stands in.
#[derive(Clone, Copy, Debug)]
enum Ask {
    Registration,
    Deregistration,
    Resolution,
}

/// A PE, registered unless it is about to register, and a PU.
struct Scene {
    ask: Ask,
    pe: PoolElement,
    pu: PoolUser,
}

impl Scene {
    fn set(t: &mut Tester, ask: Ask) -> Result<Scene, Stop> {
        let pool = t.unused_pool_handle();
        let pe = t.pool_element(&pool);
        let pu = t.pool_user();
        match ask {
            Ask::Registration => welcome(t, &pe)?,
            Ask::Deregistration | Ask::Resolution => t.preamble(|t| t.register(&pe))?,
        }
        Ok(Scene { ask, pe, pu })
    }

    fn asker(&self) -> Player {
        match self.ask {
            Ask::Registration | Ask::Deregistration => (&self.pe).into(),
            Ask::Resolution => (&self.pu).into(),
        }
    }

    fn request(&self) -> Forge {
        let handle = &self.pe.handle.0;
        match self.ask {
            Ask::Registration => forge::registration(handle, &self.pe.element),
            Ask::Deregistration => forge::deregistration(handle, self.pe.pe_identifier()),
            Ask::Resolution => forge::handle_resolution(handle, false),
        }
    }

    fn ask_with(&self, t: &mut Tester, odd: Parameter, place: Place) -> Outcome {
        let message = self.request();
        let message = match place {
            Place::Start => message.insert_before("pool-handle", odd),
            Place::Middle => message.insert_after("pool-handle", odd),
            Place::End => message.append("", odd),
            Place::BeforeUserTransport => message.insert_before("pool-element/user-transport", odd),
            Place::EndOfPoolElement => message.append("pool-element", odd),
            Place::EndOfUserTransport => message.append("pool-element/user-transport", odd),
        };
        t.send_octets(self.asker(), &message?.octets())
    }

    fn response(&self) -> (Kind, fn(&Tester) -> Duration) {
        match self.ask {
            Ask::Registration => (REGISTRATION_RESPONSE, |t| t.timers().t2_registration),
            Ask::Deregistration => (DEREGISTRATION_RESPONSE, |t| t.timers().t3_deregistration),
            Ask::Resolution => (HANDLE_RESOLUTION_RESPONSE, |t| t.timers().t1_enrprequest),
        }
    }

    /// The response, whatever it says.
    fn answer(&self, t: &mut Tester) -> Result<Message, Stop> {
        let (kind, within) = self.response();
        let within = within(t);
        t.expect(self.asker(), kind, within)
    }

    /// Whether the request has had its effect: on the handlespace, or in the response.
    fn carried_out(&self, t: &mut Tester, response: Option<&Message>) -> Result<bool, Stop> {
        let id = self.pe.pe_identifier();
        if let Ask::Resolution = self.ask {
            return Ok(response.is_some_and(|m| m.pool_elements().contains(&id)));
        }
        let listed = t.listed(&self.pu, &self.pe.handle)?.contains(&id);
        let refused = response.is_some_and(|m| m.flag('R'));
        Ok(match self.ask {
            Ask::Registration => listed && !refused,
            Ask::Deregistration | Ask::Resolution => !listed,
        })
    }
}

fn odd(code: u16) -> Parameter {
    Parameter::new(code, VALUE)
}

const DROP_AT_THE_END_OF_A_REGISTRATION: Case = registrar(
    "rfc5354/3/drop-at-the-end-of-a-registration",
    "A registration with an unknown 00 parameter at its end is dropped in silence.",
    &[
        R5354_3_4, // Unknown parameter (00): the message is discarded silently.
    ],
    |t| dropped(t, Ask::Registration, &[Place::End]),
);

const DROP_ELSEWHERE_IN_A_REGISTRATION: Case = registrar(
    "rfc5354/3/drop-elsewhere-in-a-registration",
    "An unknown 00 parameter before the known ones drops the registration in silence, too.",
    &[
        R5354_3_4, // Unknown parameter (00): the message is discarded silently.
    ],
    |t| dropped(t, Ask::Registration, &[Place::Start, Place::Middle]),
);

const DROP_INSIDE_A_POOL_ELEMENT: Case = registrar(
    "rfc5354/3/drop-inside-a-pool-element",
    "An unknown 00 parameter nested in the Pool Element drops the registration in silence.",
    &[
        R5354_3_4, // Unknown parameter (00): the message is discarded silently.
    ],
    |t| dropped(t, Ask::Registration, NESTED),
);

const DROP_IN_A_DE_REGISTRATION: Case = registrar(
    "rfc5354/3/drop-in-a-de-registration",
    "A de-registration with an unknown 00 parameter is dropped in silence; the PE stays.",
    &[
        R5354_3_4, // Unknown parameter (00): the message is discarded silently.
    ],
    |t| dropped(t, Ask::Deregistration, FLAT),
);

const DROP_IN_A_HANDLE_RESOLUTION: Case = registrar(
    "rfc5354/3/drop-in-a-handle-resolution",
    "A handle resolution with an unknown 00 parameter is dropped in silence.",
    &[
        R5354_3_4, // Unknown parameter (00): the message is discarded silently.
    ],
    |t| dropped(t, Ask::Resolution, &[Place::Start, Place::End]),
);

fn dropped(t: &mut Tester, ask: Ask, places: &[Place]) -> Outcome {
    for place in places {
        let scene = Scene::set(t, ask)?;
        scene.ask_with(t, odd(DROP), *place)?;
        t.expect_none(R5354_3_4, scene.asker(), scene.response().0)?;
        t.expect_none(R5354_3_4, scene.asker(), ERROR)?;
        let done = scene.carried_out(t, None)?;
        t.check_that(
            R5354_3_4,
            !done,
            format!("{place:?}: the {ask:?} was carried out"),
        );
    }
    Ok(())
}

const DROP_REPORT_AT_THE_END_OF_A_REGISTRATION: Case = registrar(
    "rfc5354/3/drop-report-at-the-end-of-a-registration",
    "A registration with an unknown 01 parameter at its end is dropped and the parameter reported.",
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
    "An unknown 01 parameter before the known ones drops the registration and is reported.",
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
    "An unknown 01 parameter nested in the Pool Element is reported itself, and the registration dropped.",
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
    "A de-registration with an unknown 01 parameter removes nobody, and the parameter is reported.",
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
    "A handle resolution with an unknown 01 parameter is dropped and the parameter reported.",
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
        t.check_that(
            R5354_3_5,
            !done,
            format!("{place:?}: the {ask:?} was carried out"),
        );
    }
    Ok(())
}

const SKIP_AT_THE_END_OF_A_REGISTRATION: Case = registrar(
    "rfc5354/3/skip-at-the-end-of-a-registration",
    "A registration with an unknown 10 parameter at its end is granted without a word on it.",
    &[
        R5354_3_7, // Unknown parameter (10): the receiver skips it silently.
    ],
    |t| skipped(t, Ask::Registration, &[Place::End]),
);

const SKIP_ELSEWHERE_IN_A_REGISTRATION: Case = registrar(
    "rfc5354/3/skip-elsewhere-in-a-registration",
    "An unknown 10 parameter before the known ones is skipped without a word on it.",
    &[
        R5354_3_7, // Unknown parameter (10): the receiver skips it silently.
    ],
    |t| skipped(t, Ask::Registration, &[Place::Start, Place::Middle]),
);

const SKIP_INSIDE_A_POOL_ELEMENT: Case = registrar(
    "rfc5354/3/skip-inside-a-pool-element",
    "An unknown 10 parameter nested in the Pool Element is skipped without a word on it.",
    &[
        R5354_3_7, // Unknown parameter (10): the receiver skips it silently.
    ],
    |t| skipped(t, Ask::Registration, NESTED),
);

const SKIP_IN_A_DE_REGISTRATION: Case = registrar(
    "rfc5354/3/skip-in-a-de-registration",
    "A de-registration with an unknown 10 parameter is carried out without a word on it.",
    &[
        R5354_3_7, // Unknown parameter (10): the receiver skips it silently.
    ],
    |t| skipped(t, Ask::Deregistration, FLAT),
);

const SKIP_IN_A_HANDLE_RESOLUTION: Case = registrar(
    "rfc5354/3/skip-in-a-handle-resolution",
    "A handle resolution with an unknown 10 parameter is answered without a word on it.",
    &[
        R5354_3_7, // Unknown parameter (10): the receiver skips it silently.
    ],
    |t| skipped(t, Ask::Resolution, &[Place::Start, Place::End]),
);

fn skipped(t: &mut Tester, ask: Ask, places: &[Place]) -> Outcome {
    for place in places {
        let scene = Scene::set(t, ask)?;
        scene.ask_with(t, odd(SKIP), *place)?;
        let answer = scene.answer(t)?;
        let done = scene.carried_out(t, Some(&answer))?;
        t.check_that(R5354_3_7, done, format!("{place:?}: {}", answer.summary()));
        let told = answer.has("operation-error/0x1");
        t.check_that(R5354_3_7, !told, format!("{place:?}: {}", answer.summary()));
        t.expect_none(R5354_3_7, scene.asker(), ERROR)?;
    }
    Ok(())
}

const SKIP_REPORT_AT_THE_END_OF_A_REGISTRATION: Case = registrar(
    "rfc5354/3/skip-report-at-the-end-of-a-registration",
    "A registration with an unknown 11 parameter at its end is granted and the parameter reported.",
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
    "An unknown 11 parameter before the known ones is skipped and reported.",
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
    "An unknown 11 parameter nested in the Pool Element is skipped and reported itself.",
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
    "A de-registration with an unknown 11 parameter is carried out and the parameter reported.",
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
    "A handle resolution with an unknown 11 parameter is answered and the parameter reported.",
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
        let answer = scene.answer(t)?;
        let done = scene.carried_out(t, Some(&answer))?;
        t.check_that(R5354_3_8, done, format!("{place:?}: {}", answer.summary()));
        let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 1, Some(answer))?;
        judge_parameter(t, R5354_3_9, &reports, &odd(SKIP_REPORT));
    }
    Ok(())
}

const THE_FIRST_THAT_STOPS_DECIDES: Case = registrar(
    "rfc5354/3/the-first-that-stops-decides",
    "Behind an unknown 00 parameter nothing more is looked at, so an 01 one is not reported.",
    &[
        R5354_3_4, // Unknown parameter (00): the message is discarded silently.
    ],
    the_first_that_stops_decides,
);

fn the_first_that_stops_decides(t: &mut Tester) -> Outcome {
    let scene = Scene::set(t, Ask::Registration)?;
    let message = scene
        .request()
        .parameter(odd(DROP))
        .parameter(odd(DROP_REPORT));
    t.send_octets(&scene.pe, &message.octets())?;
    t.expect_none(R5354_3_4, &scene.pe, REGISTRATION_RESPONSE)?;
    t.expect_none(R5354_3_4, &scene.pe, ERROR)?;
    let done = scene.carried_out(t, None)?;
    t.check_that(R5354_3_4, !done, "the PE is registered");
    Ok(())
}

const SKIPPING_DOES_NOT_KEEP_FROM_STOPPING: Case = registrar(
    "rfc5354/3/skipping-does-not-keep-from-stopping",
    "An unknown 10 parameter is skipped, and an 01 one behind it still drops the message.",
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
    let message = scene
        .request()
        .parameter(odd(SKIP))
        .parameter(odd(DROP_REPORT));
    t.send_octets(&scene.pe, &message.octets())?;
    let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 1, None)?;
    judge_parameter(t, R5354_3_6, &reports, &odd(DROP_REPORT));
    let done = scene.carried_out(t, reports.first())?;
    t.check_that(R5354_3_5, !done, "the PE is registered");
    Ok(())
}

const EMPTY_UNKNOWN_PARAMETER: Case = registrar(
    "rfc5354/3/empty-unknown-parameter",
    "An unknown parameter without a value, Length 4, is skipped and reported like any other.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_9,      // Unknown parameter (11): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| with_value(t, b""),
);

const PADDED_UNKNOWN_PARAMETER: Case = registrar(
    "rfc5354/3/padded-unknown-parameter",
    "An unknown parameter that needs padding is skipped with it, and reported.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_9,      // Unknown parameter (11): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    |t| with_value(t, b"odd!!"),
);

fn with_value(t: &mut Tester, value: &[u8]) -> Outcome {
    let scene = Scene::set(t, Ask::Registration)?;
    let unknown = Parameter::new(SKIP_REPORT, value);
    scene.ask_with(t, unknown.clone(), Place::Middle)?;
    let answer = scene.answer(t)?;
    let done = scene.carried_out(t, Some(&answer))?;
    t.check_that(R5354_3_8, done, answer.summary());
    let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 1, Some(answer))?;
    judge_parameter(t, R5354_3_9, &reports, &unknown);
    Ok(())
}

const ONE_CAUSE_FOR_EACH_UNKNOWN_PARAMETER: Case = registrar(
    "rfc5354/3.12.2/one-cause-for-each-unknown-parameter",
    "Three unknown 11 parameters in one registration are reported in three causes.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_12_2_2, // Each unknown parameter is reported in its own cause 0x1.
    ],
    one_cause_for_each_unknown_parameter,
);

fn one_cause_for_each_unknown_parameter(t: &mut Tester) -> Outcome {
    let scene = Scene::set(t, Ask::Registration)?;
    let unknown = [odd(SKIP_REPORT), odd(0xc0fe), odd(0xe0fe)];
    let message = scene.request().parameters(unknown.clone());
    t.send_octets(&scene.pe, &message.octets())?;
    let answer = scene.answer(t)?;
    let done = scene.carried_out(t, Some(&answer))?;
    t.check_that(R5354_3_8, done, answer.summary());

    let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 3, Some(answer))?;
    let told = !reports.is_empty();
    t.check_that(
        R5352_2_2_14_6,
        told,
        "nothing is reported; expected three causes 0x1",
    );
    if told {
        // In one ASAP_ERROR or in several: the RFC speaks of causes only.
        let quoted = quoted(&reports, UNRECOGNIZED_PARAMETER);
        let each = unknown
            .iter()
            .all(|p| quoted.iter().any(|q| *q == p.octets()));
        t.check_that(R5354_3_12_2_2, each, format!("quoted: {quoted:02x?}"));
    }
    Ok(())
}

/// Judges the report of an unknown parameter. Its value fills four octets or is looked for without padding.
fn judge_parameter(t: &mut Tester, requirement: ReqId, reports: &[Message], unknown: &Parameter) {
    let octets = unknown.octets();
    let length = usize::from(u16::from_be_bytes([octets[2], octets[3]]));
    judge_report(
        t,
        requirement,
        R5354_3_12_2_1,
        reports,
        UNRECOGNIZED_PARAMETER,
        &octets[..length],
    );
}
