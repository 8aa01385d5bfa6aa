//! RFC 5354 §3: parameters whose type differs from a known one in the two highest bits alone.
//!
//! The bits are part of the type, so such a parameter is unknown, and they determine the reaction.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    KNOWN_TYPE_WITH_01_IS_DROPPED_AND_REPORTED,
    KNOWN_TYPE_WITH_10_IS_SKIPPED,
    KNOWN_TYPE_WITH_11_IS_SKIPPED_AND_REPORTED,
];

const KNOWN_TYPE_WITH_01_IS_DROPPED_AND_REPORTED: Case = registrar(
    "rfc5354/3/known-type-with-01-is-dropped-and-reported",
    "A message with a parameter of type 0x4009 or 0x4008 is dropped, and the parameter is reported.",
    &[
        R5354_3_5,      // Unknown parameter (01): the message is discarded.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_6,      // Unknown parameter (01): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    known_type_with_01_is_dropped_and_reported,
);

fn known_type_with_01_is_dropped_and_reported(t: &mut Tester) -> Outcome {
    for request in REQUESTS {
        let (scene, unknown) = ask(t, request, 0x4000)?;
        let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 1, None)?;
        judge_parameter(t, R5354_3_6, &reports, &unknown);
        let answer = t.take_all(scene.asker(), scene.response().0);
        let done = scene.carried_out(t, answer.first())?;
        let note = format!("the {:?} was carried out", scene.ask);
        t.check_that(R5354_3_5, !done, note);
    }
    Ok(())
}

const KNOWN_TYPE_WITH_10_IS_SKIPPED: Case = registrar(
    "rfc5354/3/known-type-with-10-is-skipped",
    "A parameter of type 0x8009 or 0x8008 is skipped without a report.",
    &[
        R5354_3_7,      // Unknown parameter (10): the receiver skips it silently.
        R5352_2_2_14_5, // An unknown parameter is handled by its type's top bits.
    ],
    known_type_with_10_is_skipped,
);

fn known_type_with_10_is_skipped(t: &mut Tester) -> Outcome {
    for request in REQUESTS {
        let (scene, _) = ask(t, request, 0x8000)?;
        let answer = scene.answer(t, R5354_3_7)?;
        let done = scene.carried_out(t, Some(&answer))?;
        t.check_that(R5354_3_7, done, &answer);
        t.no_cause(R5352_2_2_14_5, &answer, UNRECOGNIZED_PARAMETER);
        t.expect_none(R5352_2_2_14_5, scene.asker(), ERROR)?;
    }
    Ok(())
}

const KNOWN_TYPE_WITH_11_IS_SKIPPED_AND_REPORTED: Case = registrar(
    "rfc5354/3/known-type-with-11-is-skipped-and-reported",
    "A parameter of type 0xc009 or 0xc008 is skipped and reported.",
    &[
        R5354_3_8,      // Unknown parameter (11): the receiver skips it.
        R5352_2_2_14_6, // An unknown type is reported by ASAP_ERROR.
        R5354_3_9,      // Unknown parameter (11): cause 0x1 reports it.
        R5354_3_12_2_1, // Cause 0x1 carries the whole unknown parameter.
    ],
    known_type_with_11_is_skipped_and_reported,
);

fn known_type_with_11_is_skipped_and_reported(t: &mut Tester) -> Outcome {
    for request in REQUESTS {
        let (scene, unknown) = ask(t, request, 0xc000)?;
        let answer = scene.answer(t, R5354_3_8)?;
        let done = scene.carried_out(t, Some(&answer))?;
        t.check_that(R5354_3_8, done, &answer);
        let reports = reports(t, scene.asker(), UNRECOGNIZED_PARAMETER, 1, Some(answer))?;
        judge_parameter(t, R5354_3_9, &reports, &unknown);
    }
    Ok(())
}

/// Requests with a parameter whose type, without the two highest bits, is that of a Pool Handle or of a Pool Member
/// Selection Policy, with its place and value.
const REQUESTS: [(Ask, Place, u16, [u8; 4]); 2] = [
    (Ask::Resolution, Place::Start, 0x0009, *b"pool"),
    (
        Ask::Registration,
        Place::EndOfPoolElement,
        0x0008,
        [0, 0, 0, 3],
    ),
];

/// Sends a request of [`REQUESTS`], and returns its players and the unknown parameter.
fn ask(
    t: &mut Tester,
    (ask, place, known, value): (Ask, Place, u16, [u8; 4]),
    bits: u16,
) -> Result<(Scene, Parameter), Stop> {
    let scene = Scene::set(t, ask)?;
    let unknown = Parameter::new(bits | known, value);
    scene.ask_with(t, unknown.clone(), place)?;
    Ok((scene, unknown))
}
