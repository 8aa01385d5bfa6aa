//! The suite itself, in process: every case passes on the reference registrar, gives the same events twice,
//! and fails on at least one mutant. A case that no mutant makes fail could not be trusted to fail at all.

mod lawful;
mod mutants;

use rspcheck_adapters::bundled;
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::fault::Fault;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_spec::catalogue::{Class, How, catalogue};
use rspcheck_spec::run::CheckRun;
use rspcheck_spec::verdict::Verdict;
use rspcheck_testkit::runner::{self, Ran};
use rspcheck_testkit::{Case, TargetProfile, conversation, monitor};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

/// Seed of every run here.
const SEED: u64 = 0x5eed;

fn profile() -> TargetProfile {
    let target = bundled::in_process();
    TargetProfile {
        ics: target.ics,
        timers: target.timers,
        silence: target.silence,
    }
}

fn run(case: &Case, mutant: Option<Fault>) -> Ran {
    let none = Arc::new(AtomicBool::new(false));
    let worlds = Worlds::new(bundled::in_process(), Carrier::Udp, "rspcheck".into(), none)
        .expect("in process");
    let worlds = match mutant {
        Some(mutant) => worlds.with_fault(mutant),
        None => worlds,
    };
    let mut world = worlds.world(SEED).expect("in process");
    runner::run_case(case, world.as_mut(), &profile(), SEED)
}

/// Every case that applies to the reference registrar, on all processors; gives what is wrong, in order.
fn each(check: impl Fn(&'static Case) -> Option<String> + Sync) -> Vec<String> {
    let profile = profile();
    let cases: Vec<_> = rspcheck_cases::all()
        .filter(|case| runner::skip_reason(case, &profile).is_none())
        .collect();
    let next = AtomicUsize::new(0);
    let (sender, wrong) = channel();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (sender, next, cases, check) = (sender.clone(), &next, &cases, &check);
            scope.spawn(move || {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(what) = check(case) {
                        sender
                            .send(format!("{}: {what}", case.id))
                            .expect("the receiver waits for all");
                    }
                }
            });
        }
        drop(sender);
    });
    let mut wrong: Vec<_> = wrong.iter().collect();
    wrong.sort();
    wrong
}

#[test]
fn every_case_passes_on_the_reference_registrar() {
    let wrong = each(|case| {
        let record = run(case, None).record;
        (record.verdict != Verdict::Pass).then(|| format!("{} {}", record.verdict, record.reason))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_seed_gives_the_same_events() {
    let wrong = each(|case| {
        let (one, two) = (run(case, None).events, run(case, None).events);
        (one != two).then(|| "two runs of one seed differ".to_owned())
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns true if the case itself or a monitor found the defect of a mutant.
fn noticed(ran: &Ran) -> bool {
    matches!(
        ran.record.verdict,
        Verdict::Warn | Verdict::Fail | Verdict::Crash
    )
}

#[test]
fn every_case_fails_on_some_mutant() {
    let wrong = each(|case| {
        let killed = mutants::ALL
            .iter()
            .any(|mutant| noticed(&run(case, Some(*mutant))));
        (!killed).then(|| "no mutant makes it fail".to_owned())
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mutants_break_the_requirement_that_they_are_about() {
    let wrong = each(|case| {
        let wrong: Vec<_> = mutants::SEEN
            .iter()
            .filter(|(_, id, _)| *id == case.id)
            .filter(|(name, _, requirement)| {
                let mutant = mutants::ALL.iter().find(|mutant| mutant.name == *name);
                let record = run(case, Some(*mutant.expect("the mutant exists"))).record;
                let broken = |c: &CheckRun| c.requirement == *requirement && !c.holds();
                !record.checks.iter().any(broken)
            })
            .map(|(name, _, requirement)| format!("{name} does not break {requirement}"))
            .collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let cases: BTreeSet<_> = rspcheck_cases::all().map(|case| case.id).collect();
    let unknown = mutants::SEEN.iter().find(|(_, id, _)| !cases.contains(id));
    assert_eq!(unknown, None, "there is no such case");
}

/// A variant that keeps the RFCs fails no case; where it departs from a recommendation or hides what a case is
/// about, the variant names the case.
#[test]
fn lawful_variants_fail_no_case() {
    let wrong = each(|case| {
        let wrong: Vec<_> = lawful::ALL
            .iter()
            .filter_map(|lawful| {
                let named = |ids| named_in(ids, case.id);
                let Ran {
                    record, findings, ..
                } = run(case, Some(lawful.variant));
                if let Some(finding) = findings
                    .iter()
                    .find(|f| !named_in(lawful.deviates, f.monitor))
                {
                    return Some(format!(
                        "{}: {} {}",
                        lawful.variant.name, finding.monitor, finding.note
                    ));
                }
                let expected = match record.verdict {
                    Verdict::Pass => true,
                    Verdict::Warn => named(lawful.deviates),
                    Verdict::Inconc => named(lawful.hides),
                    _ => false,
                };
                (!expected).then(|| {
                    let (name, verdict) = (lawful.variant.name, record.verdict);
                    format!("{name}: {verdict} {}", record.reason)
                })
            })
            .collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn named_in(beginnings: &[&str], id: &str) -> bool {
    beginnings.iter().any(|beginning| id.starts_with(beginning))
}

/// Requirements that are broken on a mutant in any case, with the cases that are not conclusive.
fn broken(mutant: &str) -> (BTreeSet<String>, usize) {
    let mutant = mutants::ALL.iter().find(|m| m.name == mutant);
    let mutant = mutant.expect("the mutants have this name");
    let (broken, unseen) = (Mutex::new(BTreeSet::new()), AtomicUsize::new(0));
    each(|case| {
        let record = run(case, Some(*mutant)).record;
        let unseen_here = record.reason.contains("cannot be seen: the target");
        unseen.fetch_add(usize::from(unseen_here), Ordering::Relaxed);
        let wrong = record.checks.into_iter().filter(|check| !check.holds());
        let wrong = wrong.map(|check| check.requirement);
        broken.lock().expect("no case panics").extend(wrong);
        None
    });
    let broken = broken.into_inner().expect("no case panics");
    (broken, unseen.into_inner())
}

/// A missing answer breaks the requirements that ask for that answer, and no other one: a case about something
/// else is inconclusive.
#[test]
fn missing_answers_break_the_requirements_about_answers() {
    for (mutant, expected) in mutants::SILENT {
        let (broken, unseen) = broken(mutant);
        let broken: Vec<&str> = broken.iter().map(String::as_str).collect();
        assert_eq!(broken, *expected, "{mutant}");
        assert!(unseen > 0, "{mutant} hides nothing");
    }
}

/// The requirements that a run checked.
fn checked(case: &Case, mutant: Option<Fault>) -> BTreeSet<String> {
    run(case, mutant)
        .record
        .checks
        .into_iter()
        .map(|c| c.requirement)
        .collect()
}

#[test]
fn every_check_is_declared() {
    let wrong = each(|case| {
        let odd: Vec<_> = checked(case, None)
            .into_iter()
            .filter(|id| !case.covers.iter().any(|r| r.0 == id))
            .collect();
        (!odd.is_empty()).then(|| format!("checked but not declared: {}", odd.join(", ")))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// On the reference registrar, or on a mutant where the check hangs on what the RFC leaves open.
#[test]
fn every_declared_requirement_is_checked() {
    let wrong = each(|case| {
        let mut left: BTreeSet<_> = case.covers.iter().map(|r| r.0.to_owned()).collect();
        let lawful = lawful::ALL.iter().map(|lawful| lawful.variant);
        let spoilt = mutants::ALL.iter().copied().chain(lawful);
        for mutant in std::iter::once(None).chain(spoilt.map(Some)) {
            if left.is_empty() {
                break;
            }
            let seen = checked(case, mutant);
            left.retain(|id| !seen.contains(id));
        }
        let left: Vec<_> = left.into_iter().collect();
        (!left.is_empty()).then(|| format!("declared but never checked: {}", left.join(", ")))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ids_are_unique_and_well_formed() {
    let mut seen = BTreeSet::new();
    for id in rspcheck_cases::all()
        .map(|c| c.id)
        .chain(monitor::ALL.iter().map(|m| m.id))
    {
        assert!(seen.insert(id), "two cases or monitors have the id {id}");
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "/.-".contains(c);
        assert!(
            id.chars().all(word),
            "{id} has other characters than a-z 0-9 / . -"
        );
    }
    assert!(
        seen.len() >= 60 + monitor::ALL.len(),
        "the suite has shrunk to {} ids",
        seen.len()
    );
}

/// The catalogue's class and what really judges a requirement agree.
#[test]
fn the_catalogue_knows_what_is_tested() {
    let by_case: BTreeSet<_> = rspcheck_cases::all()
        .flat_map(|c| c.covers)
        .map(|r| r.0)
        .collect();
    let monitors = monitor::ALL.iter().map(|m| m.requirement);
    let by_monitor: BTreeSet<_> = monitors
        .chain(conversation::judged())
        .map(|r| r.0)
        .collect();
    let vectors = rspcheck_vectors::builtin();
    let by_vector: BTreeSet<_> = vectors
        .iter()
        .flat_map(|v| &v.covers)
        .map(String::as_str)
        .collect();
    for id in &by_vector {
        assert!(
            catalogue().get(id).is_some(),
            "a vector covers {id}, which the catalogue does not have"
        );
    }
    let mut wrong = Vec::new();
    for requirement in catalogue().requirements() {
        for (how, by) in [
            (How::Case, &by_case),
            (How::Monitor, &by_monitor),
            (How::Vector, &by_vector),
        ] {
            let says = requirement.class == Class::Tested && requirement.how.contains(&how);
            let is = by.contains(requirement.id.0);
            if is != says && matches!(requirement.class, Class::Tested | Class::Open) {
                wrong.push(format!(
                    "{}: the catalogue has {how:?} = {says}, it is {is}",
                    requirement.id
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
