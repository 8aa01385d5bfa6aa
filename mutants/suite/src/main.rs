//! Runs cases on the registrar in process with one mutant, as `rspcheck run --target in-process` does, and prints one
//! JSON object for each case.
//!
//! `rspcheck-mutants-suite MUTANT SEED`: all cases if MUTANT is 0, else those whose ids are read from the standard
//! input, in their order, up to the first that fails or warns.

use rspcheck_adapters::bundled;
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_mutants_switch as switch;
use rspcheck_spec::verdict::Level;
use rspcheck_testkit::runner::{self, Ran};
use rspcheck_testkit::{Case, TargetProfile};
use serde_json::json;
use std::collections::{BTreeSet, hash_map};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

fn main() -> io::Result<()> {
    let mut words = std::env::args().skip(1);
    let mutant: u32 = number(words.next().as_deref());
    let seed: u64 = number(words.next().as_deref());
    // The panic of a mutant is the verdict CRASH of its case.
    std::panic::set_hook(Box::new(|_| {}));
    let mut cases: Vec<&Case> = rspcheck_cases::all().collect();
    if mutant != 0 {
        let ids: Vec<String> = io::stdin().lines().collect::<io::Result<_>>()?;
        let place = |case: &&Case| ids.iter().position(|id| id == case.id);
        cases.retain(|case| place(case).is_some());
        cases.sort_by_key(place);
    }
    switch::choose(mutant);
    let suite = Suite::new();
    let mut out = io::stdout().lock();
    for case in cases {
        if runner::skip_reason(case, &suite.profile).is_some() {
            continue;
        }
        switch::take_reached();
        let began = Instant::now();
        let ran = suite.run(case, seed_of(seed, case.id));
        let mut line = line(case, ran.as_ref(), &switch::take_reached());
        line["took_us"] = json!(began.elapsed().as_micros() as u64);
        writeln!(out, "{line}")?;
        let caught = matches!(
            line["verdict"].as_str(),
            Some("FAIL" | "CRASH" | "ERROR" | "WARN")
        );
        if caught && mutant != 0 {
            return Ok(());
        }
    }
    writeln!(out, "{}", json!({ "end": true }))
}

fn number<T: std::str::FromStr>(word: Option<&str>) -> T {
    let number = word.and_then(|word| word.parse().ok());
    number.unwrap_or_else(|| panic!("usage: rspcheck-mutants-suite MUTANT SEED"))
}

struct Suite {
    worlds: Worlds,
    profile: TargetProfile,
}

impl Suite {
    fn new() -> Suite {
        let target = bundled::in_process();
        let profile = TargetProfile {
            ics: target.ics.clone(),
            timers: target.timers.clone(),
            silence: target.silence,
        };
        let interrupted = Arc::new(AtomicBool::new(false));
        let worlds = Worlds::new(target, Carrier::Udp, "rspcheck".into(), interrupted);
        Suite {
            worlds: worlds.expect("a target in process needs nothing"),
            profile,
        }
    }

    /// Runs a case; returns the reason in place of a result if the registrar does not start or the harness panics.
    fn run(&self, case: &Case, seed: u64) -> Result<Ran, String> {
        let run = || {
            let world = self.worlds.case(seed, case.needs, |world| {
                runner::run_case(case, world, &self.profile, seed)
            });
            world.map(|(ran, _)| ran).map_err(|error| error.to_string())
        };
        let done = catch_unwind(AssertUnwindSafe(run));
        done.unwrap_or_else(|_| Err("panic outside of the registrar's engine".to_owned()))
    }
}

/// Returns the verdict of a case with that of the monitors, the first requirement that is broken, and what came of the
/// case: a hash of its events, and the mutants that it reaches.
fn line(case: &Case, ran: Result<&Ran, &String>, reached: &BTreeSet<u32>) -> serde_json::Value {
    let ran = match ran {
        Ok(ran) => ran,
        Err(why) => return json!({ "case": case.id, "verdict": "ERROR", "reason": why }),
    };
    let worst = ran.findings.iter().min_by_key(|found| found.level());
    let found = worst.map(|found| (found.level().verdict(), found.monitor, &found.note));
    let (mut verdict, mut by) = (ran.record.verdict, String::new());
    let mut reason = ran.record.reason.clone();
    let broken = |level| {
        let mut checks = ran.record.checks.iter();
        checks.find(|check| check.level == level && !check.holds())
    };
    if let Some(check) = broken(Level::Must).or_else(|| broken(Level::Should)) {
        by.clone_from(&check.requirement);
    }
    if let Some((worse, monitor, note)) = found.filter(|(of_monitor, ..)| *of_monitor > verdict) {
        (verdict, by, reason) = (worse, monitor.to_owned(), note.clone());
    }
    json!({
        "case": case.id,
        "verdict": verdict.to_string(),
        "by": by,
        "reason": reason,
        "events": events(ran),
        "reached": reached,
    })
}

/// Returns a hash of everything that happened in a case.
fn events(ran: &Ran) -> String {
    let mut hash = hash_map::DefaultHasher::new();
    for event in &ran.events {
        let event =
            serde_json::to_string(event).expect("events are written to a file in this form");
        event.hash(&mut hash);
    }
    format!("{:016x}", hash.finish())
}

/// Returns the seed that `rspcheck run` gives a case: the root seed and the id, mixed (FNV-1a).
fn seed_of(root: u64, id: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ root;
    id.bytes().fold(start, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
