//! The order of the cases of a run, and the keeping of their results.

use super::away;
use super::progress::Progress;
use super::record::RunDir;
use super::{Plan, expect, is_interrupted, monitors, now};
use crate::crash;
use anyhow::Context;
use rspcheck_adapters::target::Target;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_spec::event::EventKind;
use rspcheck_spec::ics::Ics;
use rspcheck_spec::run::{CaseRun, Driver, NotRun, Run};
use rspcheck_spec::verdict::Verdict;
use rspcheck_testkit::runner::{self, Ran};
use rspcheck_testkit::{Case, TargetProfile, World, WorldError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Interval at which `run.json` is brought up to date during the run.
const CHECKPOINT: Duration = Duration::from_secs(1);
/// Interval at which the run looks for a signal.
const LOOK: Duration = Duration::from_millis(100);

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
/// where many run at a time on virtual time, in the order of the plan. The record has what was done and the reason for
/// which the rest was not, also when a result could not be written or the harness panicked.
pub(crate) fn run(plan: &Plan, dir: &RunDir, progress: &Progress, record: &mut Run) {
    run_by(plan, dir, progress, record, &one);
}

/// Runs the cases by `one`.
fn run_by(
    plan: &Plan,
    dir: &RunDir,
    progress: &Progress,
    record: &mut Run,
    one: &(impl Fn(&Plan, &'static Case) -> Ran + Sync),
) {
    let next = AtomicUsize::new(0);
    let order = order_of(&plan.cases);
    let gone = OnceLock::new();
    let crashed = OnceLock::new();
    let mut kept = Kept::new(plan, record);
    let done = thread::scope(|scope| {
        let (sender, receiver) = channel();
        for job in 0..plan.jobs.min(plan.cases.len()).max(1) {
            let sender = sender.clone();
            let (next, gone, crashed) = ((&next, &order[..]), &gone, &crashed);
            let work = move || {
                let done = crash::caught(|| worker(plan, next, progress, &sender, gone, one));
                if let Err(text) = done {
                    crashed.get_or_init(|| text);
                    // The other workers begin no further case.
                    next.0.store(plan.cases.len(), Ordering::Relaxed);
                }
            };
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
        let done =
            crash::caught(|| kept.take_all(&receiver, dir, progress)).unwrap_or_else(|text| {
                crashed.get_or_init(|| text);
                Ok(())
            });
        if done.is_err() || crashed.get().is_some() {
            // No further result can be kept: the cases that still run need not come to their end.
            plan.interruption.stop();
        }
        done
    });
    kept.into_record();
    record.broken_off = gone.into_inner();
    if let Err(error) = done {
        record.broken_off.get_or_insert(format!("{error:#}"));
    }
    record.crashed = crashed.into_inner();
    record.interrupted = plan.interruption.signal().map(str::to_owned);
    record.complete = !is_interrupted(plan) && record.not_run.is_empty();
}

/// Returns the cases that have no result.
pub(crate) fn not_run(cases: &[&Case], has_result: impl Fn(usize) -> bool) -> Vec<NotRun> {
    let left = cases
        .iter()
        .enumerate()
        .filter(|(nth, _)| !has_result(*nth));
    left.map(|(_, case)| NotRun {
        id: case.id.to_owned(),
        purpose: case.purpose.to_owned(),
    })
    .collect()
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

    /// Takes results until all workers have ended. Brings the whole record up to date when a signal comes, because the
    /// harness may be killed before it has stopped the targets.
    fn take_all(
        &mut self,
        results: &Receiver<(usize, Ran)>,
        dir: &RunDir,
        progress: &Progress,
    ) -> anyhow::Result<()> {
        let mut is_kept = false;
        loop {
            let over = match results.recv_timeout(LOOK) {
                Ok((nth, ran)) => {
                    self.take(nth, ran, dir, progress)?;
                    false
                }
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => true,
            };
            let interrupted = self.plan.interruption.signal().is_some();
            if over || (interrupted && !is_kept) {
                self.take_waiting(dir, progress)?;
            }
            if interrupted && !is_kept {
                is_kept = true;
                self.update();
                dir.finish(self.record)?;
                let path = dir.path().display();
                progress.note(&format!("rspcheck: what was done so far is kept in {path}"));
            }
            if over {
                return Ok(());
            }
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
        self.watch.take(nth, &ran);
        let kept = dir.keep(&mut ran);
        let worlds = &self.plan.worlds;
        let (target, stack) = (worlds.target(), worlds.transport());
        ran.record.expected = expect::expected(target, stack, &ran.record, worlds.is_mixed());
        progress.case(&ran.record);
        self.results.insert(nth, ran.record);
        kept?;
        let due = self
            .written
            .is_none_or(|at| now().saturating_duration_since(at) > CHECKPOINT);
        if due {
            self.update();
            dir.write(self.record)?;
            self.written = Some(now());
        }
        Ok(())
    }

    /// Brings the record up to date, without the monitors.
    fn update(&mut self) {
        self.record.cases = self.results.values().cloned().collect();
        self.record.not_run = not_run(&self.plan.cases, |nth| self.results.contains_key(&nth));
        self.record.interrupted = self.plan.interruption.signal().map(str::to_owned);
    }

    fn into_record(self) {
        self.record.not_run = not_run(&self.plan.cases, |nth| self.results.contains_key(&nth));
        let worlds = &self.plan.worlds;
        let mut monitors = self.watch.verdicts();
        // A part of the suite need not show every known finding.
        let all = self.results.len() == rspcheck_cases::all().count();
        for monitor in &mut monitors {
            monitor.expected =
                expect::expected_of_monitor(worlds.target(), worlds.transport(), monitor, all);
        }
        self.record.cases = self.results.into_values().chain(monitors).collect();
    }
}

/// Returns the places of the cases in the order in which they begin: those with several instances take longest, so they
/// are not left for the end.
fn order_of(cases: &[&'static Case]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_key(|nth| !cases[*nth].needs.contains(&Ics::SeveralTargets));
    order
}

/// Takes one case after the other until none is left, or until the target is gone: then `gone` has the reason.
fn worker(
    plan: &Plan,
    (next, order): (&AtomicUsize, &[usize]),
    progress: &Progress,
    results: &Sender<(usize, Ran)>,
    gone: &OnceLock<String>,
    one: &impl Fn(&Plan, &'static Case) -> Ran,
) {
    let mut watch = away::Watch::new();
    while !is_interrupted(plan) {
        let begun = next.fetch_add(1, Ordering::Relaxed);
        let Some(&nth) = order.get(begun) else {
            return;
        };
        let case = plan.cases[nth];
        let ran = one(plan, case);
        let verdict = ran.record.verdict;
        // A case that the user broke off has no result. The end of the targets may look like their death.
        let ended = matches!(verdict, Verdict::Crash | Verdict::Error);
        if ran.interrupted || (ended && is_interrupted(plan)) {
            return;
        }
        // The receiver is gone only if writing the results failed; that error is reported there.
        if results.send((nth, ran)).is_err() {
            return;
        }
        let doubtful = verdict > Verdict::Warn;
        if let Some(what) = doubtful.then(|| plan.worlds.renew_shared()).flatten() {
            progress.note(&format!("rspcheck: {what}"));
        }
        let left = plan.cases.len() - (begun + 1);
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
    match plan.worlds.case(seed, case.needs, |world| {
        caught(case, world, &profile, seed)
    }) {
        Ok((ran, None)) => ran,
        Ok((ran, Some(end))) => dead(ran, &end),
        Err(error) => {
            let interrupted = error == WorldError::Interrupted;
            let (verdict, reason) = match error {
                WorldError::TargetDied { how, .. } => (Verdict::Crash, how),
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
    crash::caught(|| runner::run_case(case, world, profile, seed)).unwrap_or_else(|text| {
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
        covered: BTreeSet::new(),
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
    use super::super::interrupt::Interruption;
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
        let interruption = Interruption::default();
        let worlds = Worlds::new(
            bundled::in_process(),
            Carrier::Udp,
            "rspcheck".into(),
            interruption.flag.clone(),
        );
        Plan {
            cases: vec![&PANICS],
            worlds: worlds.expect("in process"),
            seed: 1,
            jobs: 1,
            interruption,
        }
    }

    static PASSES: Case = registrar(
        "rfc5352/3.1/passes",
        "A sample that a test answers itself.",
        &[],
        panics,
    );

    #[test]
    fn panic_of_a_worker_keeps_the_results_until_then() {
        let folder = tempfile::TempDir::new().expect("there is room for a folder");
        let out = folder.path().join("out");
        let plan = Plan {
            cases: vec![&PASSES, &PANICS, &PASSES],
            ..in_process()
        };
        let dir = RunDir::create(Some(&out)).unwrap_or_else(|failure| panic!("{failure:?}"));
        let mut record = crate::run::empty_record(&arguments(), &plan);
        let one = |_: &Plan, case: &'static Case| match case.id == PANICS.id {
            true => panic!("out of {}", "order"),
            false => {
                let mut record = runner::skipped(case, String::new());
                record.verdict = Verdict::Pass;
                without_events(record)
            }
        };
        run_by(
            &plan,
            &dir,
            &Progress::new(3, false, false),
            &mut record,
            &one,
        );
        dir.finish(&record).expect("it can be written");
        assert_eq!(record.crashed.as_deref(), Some("out of order"));
        assert!(!record.complete && record.interrupted.is_none());
        let ids: Vec<_> = record.not_run.iter().map(|case| &case.id).collect();
        assert_eq!(ids, [PANICS.id, PASSES.id]);
        let loaded = rspcheck_report::RunDir::load(&out).expect("it is whole");
        assert!(loaded.run().cases.iter().any(|case| case.id == PASSES.id));
        let options = rspcheck_report::Options::of(loaded.run());
        assert_eq!(
            (
                rspcheck_report::exit_code(loaded.run(), &options),
                rspcheck_report::exit_meaning(loaded.run(), &options)
            ),
            (
                5,
                "the harness crashed: out of order; 2 cases did not run".to_owned()
            )
        );
        let junit = std::fs::read_to_string(out.join("junit.xml")).expect("it was written");
        assert_eq!(junit.matches("type=\"NOT RUN\"").count(), 2, "{junit}");
    }

    fn arguments() -> crate::run::Args {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            run: crate::run::Args,
        }
        <Line as clap::Parser>::parse_from(["run"]).run
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
