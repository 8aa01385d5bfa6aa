//! Checks that each verb records, for messages that hold and for messages that do not.

use super::*;
use crate::case::{Case, registrar};
use crate::forge::{self, Cause};
use crate::tester::TargetProfile;
use crate::tester::scripted::Scripted;
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_spec::event::{EventKind, Instance};
use rspcheck_spec::id::{R5352_3_1_53, R5352_3_1_54, R5352_3_1_55};
use rspcheck_spec::ixit::Timers;
use std::collections::BTreeSet;
use std::time::Duration;

const CASE: Case = registrar("rfc5352/3.1/a-case", "A sample.", &[R5352_3_1_53], |_| {
    Ok(())
});

/// Runs a part of a case against these answers; returns the checks it recorded.
fn checks(answers: &[Vec<u8>], part: impl FnOnce(&mut Tester) -> Outcome) -> Vec<(String, bool)> {
    let profile = TargetProfile {
        ics: BTreeSet::new(),
        timers: Timers::default(),
        silence: Duration::ZERO,
    };
    let mut world = Scripted::default();
    world.answers.extend(answers.iter().cloned());
    let mut tester = Tester::new(&mut world, &profile, CASE, 1);
    part(&mut tester).expect("the part reaches its end");
    let recorded = tester
        .recorded()
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Check {
                requirement,
                outcome,
                ..
            } => Some((requirement.clone(), outcome.holds())),
            _ => None,
        });
    recorded.collect()
}

/// Returns the outcomes of a verb on some messages, in order.
fn outcomes(messages: &[Vec<u8>], verb: impl Fn(&mut Tester, &Message)) -> Vec<bool> {
    let recorded = checks(&[], |t| {
        messages.iter().for_each(|octets| verb(t, &message(octets)));
        Ok(())
    });
    recorded.into_iter().map(|(_, holds)| holds).collect()
}

fn message(octets: &[u8]) -> Message {
    Message {
        number: 1,
        from: Instance::FIRST,
        at: Duration::ZERO,
        ppid: None,
        octets: octets.to_vec(),
        dissection: dissect(Protocol::Asap, octets),
    }
}

fn response(rejected: bool, causes: &[u16]) -> Vec<u8> {
    let causes: Vec<_> = causes.iter().map(|code| Cause::new(*code)).collect();
    forge::registration_response(b"pool", 7, rejected, &causes).octets()
}

fn resolution(pes: &[&PoolElement]) -> Vec<u8> {
    let elements: Vec<_> = pes.iter().map(|pe| pe.element.clone()).collect();
    forge::handle_resolution_response(b"pool", false, None, &elements, &[]).octets()
}

fn pes() -> [PoolElement; 3] {
    let mut made = Vec::new();
    checks(&[], |t| {
        made.extend((1..=3).map(|id| t.pool_element(&PoolHandle(b"pool".to_vec())).id(id)));
        Ok(())
    });
    made.try_into().expect("three PEs were made")
}

const R: ReqId = R5352_3_1_54;

#[test]
fn granted_and_rejected_judge_the_flag_for_each_requirement() {
    let (grant, rejection) = (response(false, &[]), response(true, &[0x5]));
    let both = [R5352_3_1_54, R5352_3_1_55];
    let messages = [grant, rejection];
    let granted = outcomes(&messages, |t, m| t.granted(&both, m));
    assert_eq!(granted, [true, true, false, false]);
    let rejected = outcomes(&messages, |t, m| t.rejected(&both, m));
    assert_eq!(rejected, [false, false, true, true]);
}

#[test]
fn causes_are_judged_by_code() {
    let messages = [
        response(true, &[]),
        response(true, &[0x5]),
        response(true, &[0x5, 0x8]),
        response(true, &[0x100b]),
    ];
    let cause = outcomes(&messages, |t, m| _ = t.cause(R, m, 0x5));
    assert_eq!(cause, [false, true, true, false]);
    let no_cause = outcomes(&messages, |t, m| t.no_cause(R, m, 0x5));
    assert_eq!(no_cause, [true, false, false, true]);
    let error = outcomes(&messages, |t, m| _ = t.error(R, m));
    assert_eq!(error, [false, true, true, true]);
    let no_error = outcomes(&messages, |t, m| t.no_error(R, m));
    assert_eq!(no_error, [true, false, false, false]);
}

#[test]
fn members_are_compared_in_any_order() {
    let pes = pes();
    let [a, b, c] = pes.each_ref();
    let messages = [
        resolution(&[a, b]),
        resolution(&[b, a]),
        resolution(&[a]),
        resolution(&[a, b, c]),
        resolution(&[a, a, b]),
    ];
    let members = outcomes(&messages, |t, m| t.members(R, m, &[a, b]));
    assert_eq!(members, [true, true, false, false, false]);
    let includes = outcomes(&messages, |t, m| t.includes(R, m, &[a, b]));
    assert_eq!(includes, [true, true, false, true, true]);
    let excludes = outcomes(&messages, |t, m| t.excludes(R, m, c));
    assert_eq!(excludes, [true, true, true, false, true]);
}

#[test]
fn fields_are_judged_where_they_have_to_be() {
    let messages = [response(false, &[]), resolution(&[])];
    let field = outcomes(&messages, |t, m| t.field(R, m, "pe-identifier", 7));
    assert_eq!(field, [true, false]);
    let other = outcomes(&messages, |t, m| t.field(R, m, "pe-identifier", 8));
    assert_eq!(other, [false, false]);
    let if_present = outcomes(&messages, |t, m| {
        t.field_if_present(R, m, "pe-identifier", 8)
    });
    assert_eq!(if_present, [false]);
    let pool = PoolHandle(b"pool".to_vec());
    let names = outcomes(&messages, |t, m| t.names_pool(R, m, &pool));
    assert_eq!(names, [true, true]);
    let longer = PoolHandle(b"pools".to_vec());
    let names = outcomes(&messages, |t, m| t.names_pool(R, m, &longer));
    assert_eq!(names, [false, false]);
}

/// Only where the case covers the requirement, and not in the preamble.
#[test]
fn an_answer_counts_by_itself() {
    let answers = [response(false, &[]), response(false, &[])];
    let pool = PoolHandle(b"pool".to_vec());
    let recorded = checks(&answers, |t| {
        let pe = t.pool_element(&pool).id(7);
        t.preamble(|t| t.register_response(&pe).map(drop))?;
        t.register_response(&pe).map(drop)
    });
    assert_eq!(recorded, [(R5352_3_1_53.to_string(), true)]);
}

#[test]
fn lists_asks_once() {
    let pes = pes();
    let [a, b, _] = pes.each_ref();
    let recorded = checks(&[resolution(&[a])], |t| {
        let pu = t.pool_user();
        t.lists(R, &pu, &a.handle, &[a, b])
    });
    assert_eq!(recorded, [(R.to_string(), false)]);
}
