//! The order of the cases of a run, and the keeping of their results.

use super::away;
use super::progress::Progress;
use super::record::RunDir;
use super::{Plan, expect, is_interrupted, monitors, now};
use anyhow::Context;
use rspcheck_adapters::target::Target;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_spec::event::EventKind;
use rspcheck_spec::run::{CaseRun, Driver, Run};
use rspcheck_spec::verdict::Verdict;
use rspcheck_testkit::runner::{self, Ran};
use rspcheck_testkit::{Case, TargetProfile, World, WorldError};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Interval at which `run.json` is brought up to date during the run.
const CHECKPOINT: Duration = Duration::from_secs(1);

/// Returns the reason why a case does not apply to this target, or cannot be run on this machine.
pub(crate) fn skip_reason(case: &Case, worlds: &Worlds) -> Option<String> {
    let here = |ics| {
        worlds
            .unavailable(ics)
            .map(|why| format!("{ics} cannot be seen from here: {why}"))
    };
    runner::skip_reason(case, &profile(worlds.target()))
        .or_else(|| case.needs.iter().copied().find_map(here))
}

/// Runs all cases of the plan. Each result is on disk before the next one of its thread begins; in process,
/// where many run at a time on virtual time, in the order of the plan. The record has what was done, also
/// when a result could not be written.
pub(crate) fn run(
    plan: &Plan,
    dir: &RunDir,
    progress: &Progress,
    record: &mut Run,
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let gone = OnceLock::new();
    let mut kept = Kept::new(plan, record);
    let done = thread::scope(|scope| {
        let (sender, receiver) = channel();
        for job in 0..plan.jobs.min(plan.cases.len()).max(1) {
            let sender = sender.clone();
            let (next, gone) = (&next, &gone);
            let work = move || worker(plan, next, progress, &sender, gone);
            match thread::Builder::new().spawn_scoped(scope, work) {
                Ok(_) => {}
                Err(error) if job == 0 => return Err(error).context("cannot start a thread"),
                Err(error) => {
                    progress.note(&format!("{job} jobs at a time: no further thread: {error}"));
                    break;
                }
            }
        }
        drop(sender);
        let done = receiver
            .into_iter()
            .try_for_each(|(nth, ran)| kept.take(nth, ran, dir, progress));
        if done.is_err() {
            // No further result can be kept: the cases that still run need not come to their end.
            plan.interrupted.store(true, Ordering::Relaxed);
        }
        done
    });
    let done = done.and_then(|()| kept.take_waiting(dir, progress));
    kept.into_record();
    record.broken_off = gone.into_inner();
    done
}

/// The results of a run so far.
struct Kept<'a> {
    plan: &'a Plan,
    record: &'a mut Run,
    results: BTreeMap<usize, CaseRun>,
    watch: monitors::Watch,
    /// In process: results that came before those of earlier cases.
    waiting: BTreeMap<usize, Ran>,
    in_order: bool,
    turn: usize,
    written: Option<Instant>,
}

impl<'a> Kept<'a> {
    fn new(plan: &'a Plan, record: &'a mut Run) -> Kept<'a> {
        Kept {
            plan,
            record,
            results: BTreeMap::new(),
            watch: monitors::Watch::default(),
            waiting: BTreeMap::new(),
            in_order: plan.worlds.target().driver == Driver::InProcess,
            turn: 0,
            written: None,
        }
    }

    fn take(
        &mut self,
        nth: usize,
        ran: Ran,
        dir: &RunDir,
        progress: &Progress,
    ) -> anyhow::Result<()> {
        if !self.in_order {
            return self.keep(nth, ran, dir, progress);
        }
        self.waiting.insert(nth, ran);
        while let Some(ran) = self.waiting.remove(&self.turn) {
            self.turn += 1;
            self.keep(self.turn - 1, ran, dir, progress)?;
        }
        Ok(())
    }

    /// After an interruption the turn of some never comes.
    fn take_waiting(&mut self, dir: &RunDir, progress: &Progress) -> anyhow::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting
            .into_iter()
            .try_for_each(|(nth, ran)| self.keep(nth, ran, dir, progress))
    }

    fn keep(
        &mut self,
        nth: usize,
        mut ran: Ran,
        dir: &RunDir,
        progress: &Progress,
    ) -> anyhow::Result<()> {
        self.watch.take(&ran);
        let kept = dir.keep(&mut ran);
        let worlds = &self.plan.worlds;
        ran.record.expected = expect::expected(worlds.target(), worlds.transport(), &ran.record);
        progress.case(&ran.record);
        self.results.insert(nth, ran.record);
        kept?;
        let due = self
            .written
            .is_none_or(|at| now().saturating_duration_since(at) > CHECKPOINT);
        if due {
            self.record.cases = self.results.values().cloned().collect();
            dir.write(self.record)?;
            self.written = Some(now());
        }
        Ok(())
    }

    fn into_record(self) {
        let worlds = &self.plan.worlds;
        let mut monitors = self.watch.verdicts();
        for monitor in &mut monitors {
            monitor.expected = expect::expected(worlds.target(), worlds.transport(), monitor);
        }
        self.record.cases = self.results.into_values().chain(monitors).collect();
    }
}

/// Takes one case after the other until none is left, or until the target is gone: then `gone` has the reason.
fn worker(
    plan: &Plan,
    next: &AtomicUsize,
    progress: &Progress,
    results: &Sender<(usize, Ran)>,
    gone: &OnceLock<String>,
) {
    let mut watch = away::Watch::new();
    while !is_interrupted(plan) {
        let nth = next.fetch_add(1, Ordering::Relaxed);
        let Some(case) = plan.cases.get(nth) else {
            return;
        };
        let ran = one(plan, case);
        // A case that the user broke off has no result.
        if ran.interrupted {
            return;
        }
        let verdict = ran.record.verdict;
        // The receiver is gone only if writing the results failed; that error is reported there.
        if results.send((nth, ran)).is_err() {
            return;
        }
        let doubtful = verdict > Verdict::Warn;
        if let Some(what) = doubtful.then(|| plan.worlds.renew_shared()).flatten() {
            progress.note(&format!("rspcheck: {what}"));
        }
        let left = plan.cases.len() - (nth + 1);
        if let Some(why) = watch.after(case.id, verdict, left, plan, progress) {
            // Only one worker has an attached target.
            gone.get_or_init(|| why);
            return;
        }
    }
}

fn one(plan: &Plan, case: &'static Case) -> Ran {
    if let Some(reason) = skip_reason(case, &plan.worlds) {
        return without_events(runner::skipped(case, reason));
    }
    let profile = profile(plan.worlds.target());
    let seed = seed_of(plan.seed, case.id);
    match plan
        .worlds
        .case(seed, |world| caught(case, world, &profile, seed))
    {
        Ok((ran, None)) => ran,
        Ok((ran, Some(end))) => dead(ran, &end),
        Err(error) => {
            let interrupted = error == WorldError::Interrupted;
            let (verdict, reason) = match error {
                WorldError::TargetDied(how) => (Verdict::Crash, how),
                WorldError::Environment(what) => (Verdict::Error, what),
                WorldError::Interrupted => (Verdict::Error, error.to_string()),
            };
            let mut record = runner::skipped(case, reason);
            (record.verdict, record.seed) = (verdict, seed);
            Ran {
                interrupted,
                ..without_events(record)
            }
        }
    }
}

/// Runs a case; one that panics is an error of the harness, and the run goes on.
fn caught(case: &'static Case, world: &mut dyn World, profile: &TargetProfile, seed: u64) -> Ran {
    catch_unwind(AssertUnwindSafe(|| {
        runner::run_case(case, world, profile, seed)
    }))
    .unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
        let text = text
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let mut record = runner::skipped(case, format!("the case panicked: {text}"));
        (record.verdict, record.seed) = (Verdict::Error, seed);
        without_events(record)
    })
}

/// A target that is dead when its case is over died under this case, whatever it had answered until then.
fn dead(mut ran: Ran, end: &str) -> Ran {
    if ran.record.verdict >= Verdict::Crash {
        return ran;
    }
    let until_then = match ran.record.reason.as_str() {
        "" => String::new(),
        reason => format!(" (until then {}: {reason})", ran.record.verdict),
    };
    ran.record.verdict = Verdict::Crash;
    ran.record.reason = format!("{end}{until_then}");
    if let Some(EventKind::Ended { verdict, reason }) =
        ran.events.last_mut().map(|event| &mut event.kind)
    {
        *verdict = Verdict::Crash;
        reason.clone_from(&ran.record.reason);
    }
    ran
}

fn without_events(record: CaseRun) -> Ran {
    Ran {
        record,
        events: Vec::new(),
        findings: Vec::new(),
        places: Vec::new(),
        messages_seen: 0,
        interrupted: false,
    }
}

fn profile(target: &Target) -> TargetProfile {
    TargetProfile {
        ics: target.ics.clone(),
        timers: target.timers.clone(),
        silence: target.silence,
    }
}

/// A case's own seed: the root seed and the id, mixed (FNV-1a), so that a case keeps its seed whatever else runs.
fn seed_of(root: u64, id: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ root;
    id.bytes().fold(start, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rspcheck_adapters::bundled;
    use rspcheck_adapters::carrier::Carrier;
    use rspcheck_testkit::{Outcome, Tester, registrar};

    fn panics(t: &mut Tester<'_>) -> Outcome {
        let pool = t.unused_pool_handle();
        let pe = t.pool_element(&pool);
        t.register(&pe)?;
        panic!("two and two are {}", 5)
    }

    static PANICS: Case = registrar(
        "rfc5352/3.1/panics",
        "A sample that panics in mid-case.",
        &[rspcheck_spec::id::R5352_3_1_1],
        panics,
    );

    fn in_process() -> Plan {
        let interrupted = std::sync::Arc::default();
        let worlds = Worlds::new(
            bundled::in_process(),
            Carrier::Udp,
            "rspcheck".into(),
            std::sync::Arc::clone(&interrupted),
        );
        Plan {
            cases: vec![&PANICS],
            worlds: worlds.expect("in process"),
            seed: 1,
            jobs: 1,
            interrupted,
        }
    }

    #[test]
    fn a_panic_is_an_error_of_its_case() {
        let ran = one(&in_process(), &PANICS);
        assert_eq!(
            (ran.record.verdict, ran.record.reason.as_str()),
            (Verdict::Error, "the case panicked: two and two are 5")
        );
    }

    #[test]
    fn a_target_found_dead_makes_a_crash_of_any_result() {
        let ran = || without_events(runner::skipped(&PANICS, String::new()));
        let found = dead(ran(), "exit status 3");
        assert_eq!(
            (found.record.verdict, found.record.reason.as_str()),
            (Verdict::Crash, "exit status 3")
        );
        let mut failed = ran();
        (failed.record.verdict, failed.record.reason) = (Verdict::Fail, "no answer".to_owned());
        assert_eq!(
            dead(failed, "exit status 3").record.reason,
            "exit status 3 (until then FAIL: no answer)"
        );
    }
}
