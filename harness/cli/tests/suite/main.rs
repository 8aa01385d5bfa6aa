//! The suite itself, in process: every case passes on the reference registrar, gives the same events twice,
//! and fails on at least one mutant. A case that no mutant makes fail could not be trusted to fail at all.

mod enrp;
mod frozen;
mod lawful;
mod matrix;
mod mutants;
mod padding;
mod several;
mod spread;
mod unusual;

use lawful::Lawful;
use matrix::{Row, Seen, rows, wrong};
use rspcheck_adapters::bundled;
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::fault::Fault;
use rspcheck_adapters::target::Target;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_spec::catalogue::{Class, How, catalogue};
use rspcheck_spec::event::EventKind;
use rspcheck_spec::ics::Ics;
use rspcheck_spec::verdict::{Level, Verdict};
use rspcheck_testkit::runner::{self, Ran};
use rspcheck_testkit::{Case, TargetProfile, World, conversation, monitor};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock};
use std::thread;

/// Seed of every run here.
const SEED: u64 = 0x5eed;

/// Returns the reference registrar in process. Its target file is read once for all runs.
fn target() -> &'static Target {
    static TARGET: OnceLock<Target> = OnceLock::new();
    TARGET.get_or_init(bundled::in_process)
}

fn profile() -> &'static TargetProfile {
    static PROFILE: OnceLock<TargetProfile> = OnceLock::new();
    PROFILE.get_or_init(|| TargetProfile {
        ics: target().ics.clone(),
        timers: target().timers.clone(),
        silence: target().silence,
    })
}

fn run(case: &Case, mutant: Option<Fault>) -> Ran {
    runner::run_case(case, world(mutant).as_mut(), profile(), SEED)
}

fn world(mutant: Option<Fault>) -> Box<dyn World> {
    let none = Arc::new(AtomicBool::new(false));
    let worlds = Worlds::new(target().clone(), Carrier::Udp, "rspcheck".into(), none);
    let worlds = worlds.expect("in process");
    let worlds = match mutant {
        Some(mutant) => worlds.with_fault(mutant),
        None => worlds,
    };
    worlds.world(SEED).expect("in process")
}

/// Maps every case that applies to the reference registrar, on all processors.
fn on_all_processors<T: Send>(map: impl Fn(&'static Case) -> T + Sync) -> Vec<T> {
    let cases: Vec<_> = rspcheck_cases::all()
        .filter(|case| runner::skip_reason(case, profile()).is_none())
        .collect();
    let next = AtomicUsize::new(0);
    let (sender, mapped) = channel();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (sender, next, cases, map) = (sender.clone(), &next, &cases, &map);
            scope.spawn(move || {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    sender.send(map(case)).expect("the receiver waits for all");
                }
            });
        }
        drop(sender);
    });
    mapped.iter().collect()
}

#[test]
fn every_case_passes_on_the_reference_registrar() {
    let wrong = wrong(|row| {
        let seen = &row.correct;
        (seen.verdict != Verdict::Pass).then(|| format!("{} {}", seen.verdict, seen.reason))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_same_seed_gives_the_same_events() {
    let mut differ = on_all_processors(|case| {
        let (one, two) = (run(case, None).events, run(case, None).events);
        (one != two).then_some(case.id)
    });
    differ.sort_unstable();
    let differ: Vec<_> = differ.into_iter().flatten().collect();
    assert!(differ.is_empty(), "{differ:?}");
}

#[test]
fn every_case_fails_on_some_mutant() {
    let wrong = wrong(|row| {
        let killed = row.mutants.iter().chain(&row.enrp).any(Seen::noticed);
        (!killed).then(|| "no mutant makes it fail".to_owned())
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn mutants_break_the_requirement_that_they_are_about() {
    let wrong = wrong(|row| {
        let wrong: Vec<_> = mutants::seen()
            .filter(|(_, id, _)| *id == row.case.id)
            .filter(|(name, _, requirement)| !row.mutant(name).broken().contains(requirement))
            .map(|(name, _, requirement)| format!("{name} does not break {requirement}"))
            .collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let cases: BTreeSet<_> = rspcheck_cases::all().map(|case| case.id).collect();
    let unknown = mutants::seen().find(|(_, id, _)| !cases.contains(id));
    assert_eq!(unknown, None, "there is no such case");
}

/// The same of mutants towards peers, and of cases that blame nothing for a defect that they are not about.
#[test]
fn mutants_towards_peers_break_the_requirement_that_they_are_about() {
    use enrp::plausible::{NOT_BROKEN, SEEN};
    let wrong = wrong(|row| {
        let seen = SEEN.iter().filter(|(_, id, _)| *id == row.case.id);
        let missing = seen
            .filter(|(name, _, requirement)| !row.enrp(name).broken().contains(requirement))
            .map(|(name, _, requirement)| format!("{name} does not break {requirement}"));
        let open = NOT_BROKEN.iter().filter(|(_, id)| *id == row.case.id);
        let blamed = open
            .filter(|(name, _)| row.enrp(name).verdict != Verdict::Inconc)
            .map(|(name, _)| format!("{name} breaks {:?}", row.enrp(name).broken()));
        let wrong: Vec<_> = missing.chain(blamed).collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let cases: BTreeSet<_> = rspcheck_cases::all().map(|case| case.id).collect();
    let named = SEEN.iter().map(|(_, id, _)| *id);
    let mut named = named.chain(NOT_BROKEN.iter().map(|(_, id)| *id));
    assert_eq!(named.find(|id| !cases.contains(id)), None, "no such case");
}

/// A registrar that treats padding wrongly fails the cases about that, and no other: the messages of other cases
/// need no padding.
#[test]
fn wrong_padding_fails_only_the_cases_about_it() {
    for padding in padding::ALL {
        let name = padding.mutant.name;
        let wrong = wrong(|row| {
            let expected = padding.fails.iter().find(|(case, _)| *case == row.case.id);
            let expected = expected.map_or(&[][..], |(_, broken)| broken);
            let seen = row.mutant(name);
            let broken: Vec<_> = seen.broken().into_iter().collect();
            let about = padding::CASES.contains(&row.case.id);
            let right = broken == expected && (about || seen.verdict == Verdict::Pass);
            (!right).then(|| format!("{} {broken:?} {}", seen.verdict, seen.reason))
        });
        assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
        let cases = rspcheck_cases::all().map(|case| case.id);
        let cases: BTreeSet<_> = cases.collect();
        let unknown = padding.fails.iter().find(|(id, _)| !cases.contains(id));
        assert_eq!(unknown, None, "there is no such case");
    }
}

#[test]
fn only_cases_about_padding_send_messages_that_need_it() {
    let mut wrong = on_all_processors(|case| {
        let events = run(case, None).events;
        let odd = events.into_iter().find_map(|event| match event.kind {
            // A PE Checksum has six octets, so ENRP cannot do without padding.
            EventKind::Sent(traffic)
                if traffic.ppid != Some(12) && padding::needs_padding(&traffic.octets) =>
            {
                Some(traffic.summary)
            }
            _ => None,
        });
        let about = padding::CASES.iter().chain(padding::MALFORMED);
        let about = about.into_iter().any(|id| *id == case.id);
        match odd {
            Some(summary) if !about => Some(format!("{}: {summary}", case.id)),
            None if about => Some(format!("{} sends no such message", case.id)),
            _ => None,
        }
    });
    wrong.sort();
    let wrong: Vec<_> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A registrar with an order of its own fails every case about order, weight and load, wherever in the order of
/// registration the wanted PE is.
#[test]
fn orders_of_their_own_fail_the_cases_about_policies() {
    let unnoticed = mutants::PASSED_BY_ORDERS.iter().flat_map(|(mutant, _)| {
        let of_policies = rows()
            .iter()
            .filter(|row| row.case.id.starts_with("rfc5356/"));
        let unnoticed = of_policies.filter(|row| !row.mutant(mutant).noticed());
        unnoticed.map(|row| (*mutant, row.case.id))
    });
    let expected = mutants::PASSED_BY_ORDERS.iter();
    let expected = expected.flat_map(|(mutant, ids)| ids.iter().map(|id| (*mutant, *id)));
    assert_eq!(BTreeSet::from_iter(unnoticed), expected.collect());
}

/// A registrar that does not ask its configured mentor is tested by peers that introduce themselves: the procedures
/// after the start-up get a verdict.
#[test]
fn registrar_that_asks_no_mentor_is_tested_after_its_start() {
    let nth = enrp::all().position(|mutant| mutant.name == "sends-no-list-request");
    let nth = nth.expect("the mutants have this name");
    let later = rows().iter().filter(|row| {
        row.case.id.starts_with("rfc5353/3.") && !row.case.id.starts_with("rfc5353/3.2")
    });
    let open = later.filter(|row| {
        row.enrp
            .get(nth)
            .is_some_and(|seen| seen.verdict == Verdict::Inconc)
    });
    let open: Vec<_> = open.map(|row| row.case.id).collect();
    assert_eq!(open, [""; 0]);
}

#[test]
fn every_mutant_is_noticed() {
    let differs = |seen: &Seen, row: &Row| seen.noticed() || seen.findings != row.correct.findings;
    let unnoticed = mutants::all().enumerate().filter(|(nth, _)| {
        let seen = |row: &Row| differs(&row.mutants[*nth], row);
        !rows().iter().filter(|row| row.enrp.is_empty()).any(seen)
    });
    let unnoticed = unnoticed.map(|(_, mutant)| mutant.name);
    assert_eq!(unnoticed.collect::<Vec<_>>(), [""; 0]);
    let unnoticed = enrp::all().enumerate().filter(|(nth, _)| {
        let seen = |row: &Row| row.enrp.get(*nth).is_some_and(|seen| differs(seen, row));
        !rows().iter().any(seen)
    });
    let unnoticed = unnoticed.map(|(_, mutant)| mutant.name);
    assert_eq!(unnoticed.collect::<Vec<_>>(), [""; 0]);
}

/// A check that holds whatever the registrar does proves nothing. The few that no mutant breaks are named with the
/// reason.
#[test]
fn every_check_fails_on_some_mutant() {
    let mut unbroken = BTreeMap::new();
    let mut places = String::new();
    for row in rows() {
        let mut checks = BTreeMap::new();
        for placed in row.all().flat_map(|seen| &seen.places) {
            let (file, line) = (placed.place.file(), placed.place.line());
            let check = (file, line, placed.place.column(), placed.requirement.0);
            *checks.entry(check).or_insert(true) &= placed.holds;
        }
        for ((file, line, _, requirement), _) in checks.into_iter().filter(|(_, holds)| *holds) {
            *unbroken.entry((row.case.id, requirement)).or_insert(0) += 1;
            places += &format!("{} {requirement} {file}:{line}\n", row.case.id);
        }
    }
    let expected = mutants::UNBROKEN.iter();
    let expected = expected.map(|(case, requirement, count, _)| ((*case, *requirement), *count));
    assert_eq!(unbroken, expected.collect(), "{places}");
}

/// A variant that keeps the RFCs fails no case; where it departs from a recommendation or hides what a case is
/// about, the variant names the case.
#[test]
fn lawful_variants_fail_no_case() {
    let wrong = wrong(|row| {
        let seen = lawful::ALL.iter().zip(&row.lawful);
        let wrong: Vec<_> = seen
            .filter_map(|(lawful, seen)| unlawful(lawful, row.case.id, seen))
            .collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same of variants in what goes between registrars.
#[test]
fn lawful_variants_towards_peers_fail_no_case() {
    let mut wrong = on_all_processors(|case| {
        let about_enrp = case.id.starts_with("rfc5353/");
        let several = case.needs.contains(&Ics::SeveralTargets);
        let of_case = enrp::lawful_variants().filter(|_| about_enrp);
        let of_case = of_case.filter(|lawful| !(several && lawful.alone));
        let wrong = of_case.filter_map(|lawful| {
            let seen = Seen::from(run(case, Some(lawful.variant)));
            let wrong = unlawful(lawful, case.id, &seen)?;
            Some(format!("{}: {wrong}", case.id))
        });
        wrong.collect::<Vec<_>>()
    })
    .concat();
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns what a lawful variant must not make of a case, if it did so.
fn unlawful(lawful: &Lawful, case: &str, seen: &Seen) -> Option<String> {
    let named = |ids| named_in(ids, case);
    let name = lawful.variant.name;
    let mut findings = seen.findings.iter();
    if let Some((monitor, note)) = findings.find(|(monitor, _)| !named_in(lawful.deviates, monitor))
    {
        return Some(format!("{name}: {monitor} {note}"));
    }
    let expected = match seen.verdict {
        Verdict::Pass => true,
        Verdict::Warn => named(lawful.deviates),
        Verdict::Inconc => named(lawful.hides),
        _ => false,
    };
    (!expected).then(|| {
        format!(
            "{name}: {} {} {:?}",
            seen.verdict,
            seen.reason,
            seen.broken()
        )
    })
}

fn named_in(beginnings: &[&str], id: &str) -> bool {
    beginnings.iter().any(|beginning| id.starts_with(beginning))
}

/// The verdict of a case is that of its broken requirements, each by the rule that `explain` and the reports show.
#[test]
fn verdicts_follow_the_effects_of_the_broken_requirements() {
    let wrong = wrong(|row| {
        let wrong: Vec<_> = row
            .all()
            .filter(|seen| matches!(seen.verdict, Verdict::Pass | Verdict::Warn | Verdict::Fail))
            .filter_map(|seen| {
                let broken = seen.broken();
                let effects = broken.iter().filter_map(|id| catalogue().get(id));
                let strongest = effects.map(|r| r.counts_as()).min().unwrap_or(Level::May);
                (strongest.verdict() != seen.verdict)
                    .then(|| format!("{} with {broken:?} broken", seen.verdict))
            })
            .collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A registrar that gives wrong causes, or causes without their information, does no worse than one that gives none:
/// silence must not improve a verdict.
#[test]
fn silence_is_never_better_than_a_wrong_report() {
    let wrong = wrong(|row| {
        let silent = row.mutant("reports-no-causes").verdict;
        let wrong: Vec<_> = mutants::WRONG_CAUSES
            .iter()
            .map(|name| (name, row.mutant(name)))
            .filter(|(_, spoken)| spoken.verdict > silent)
            .map(|(name, spoken)| {
                let (verdict, reason) = (spoken.verdict, &spoken.reason);
                format!("{name}: {verdict} {reason}, but {silent} in silence")
            })
            .collect();
        (!wrong.is_empty()).then(|| wrong.join("; "))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A missing answer breaks the requirements that ask for that answer, and no other one: a case about something
/// else is inconclusive.
#[test]
fn missing_answers_break_the_requirements_about_answers() {
    for (mutant, expected) in mutants::SILENT {
        let seen = || rows().iter().map(|row| row.mutant(mutant));
        let broken: BTreeSet<_> = seen().flat_map(Seen::broken).collect();
        assert_eq!(Vec::from_iter(broken), *expected, "{mutant}");
        let hidden = |seen: &Seen| seen.reason.contains("cannot be seen: the target");
        assert!(seen().any(hidden), "{mutant} hides nothing");
    }
}

#[test]
fn every_check_is_declared() {
    let wrong = wrong(|row| {
        let mut odd = row.correct.checked();
        odd.retain(|id| !row.case.covers.iter().any(|r| r.0 == *id));
        let odd = Vec::from_iter(odd).join(", ");
        (!odd.is_empty()).then(|| format!("checked but not declared: {odd}"))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// On the reference registrar, or on a mutant where the check hangs on what the RFC leaves open.
#[test]
fn every_declared_requirement_is_checked() {
    let wrong = wrong(|row| {
        let seen: BTreeSet<_> = row.all().flat_map(Seen::checked).collect();
        let left = row.case.covers.iter().map(|r| r.0);
        let left: Vec<_> = left.filter(|id| !seen.contains(id)).collect();
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
    let monitors = monitor::judged().map(|(_, requirement)| requirement);
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
