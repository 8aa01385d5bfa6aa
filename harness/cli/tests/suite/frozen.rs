//! A harness that freezes in mid-case: no case fails a right registrar for it.

use super::{SEED, mutants, on_all_processors, profile, world};
use rspcheck_adapters::fault::Fault;
use rspcheck_spec::run::CheckRun;
use rspcheck_spec::verdict::Verdict;
use rspcheck_testkit::runner::{self, Ran};
use rspcheck_testkit::{
    Assoc, Case, Deed, Disturbance, Endpoint, EndpointKind, Happening, Instance, Link, Signal,
    Start, World, WorldError,
};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

/// Pauses: one that timers of seconds allow, one that most deadlines of the suite do not allow, and one that none
/// allows.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(300),
    Duration::from_secs(3),
    Duration::from_secs(40),
];
/// A pause that every deadline allows.
const ALLOWED: Duration = Duration::from_millis(100);
/// Pauses per case and length, at points spread over the case.
const POINTS: u64 = 2;

/// World whose harness freezes once: the target and the network go on, happenings wait, and the next step of the
/// harness follows after the pause.
struct Frozen {
    inner: Box<dyn World>,
    /// Number of calls of the harness until the pause.
    left: u64,
    calls: u64,
    pause: Duration,
    waiting: VecDeque<Happening>,
    lateness: Duration,
}

impl Frozen {
    fn after(calls: u64, pause: Duration, inner: Box<dyn World>) -> Frozen {
        Frozen {
            inner,
            left: calls,
            calls: 0,
            pause,
            waiting: VecDeque::new(),
            lateness: Duration::ZERO,
        }
    }

    /// Counts a call, and freezes when it is the one.
    fn call(&mut self) -> Result<(), WorldError> {
        self.calls += 1;
        if self.calls == self.left {
            let until = self.inner.now() + self.pause;
            while let Some(happening) = self.inner.wait(until)? {
                self.waiting.push_back(happening);
            }
            self.lateness = self.pause;
        }
        Ok(())
    }
}

impl World for Frozen {
    fn now(&self) -> Duration {
        self.inner.now()
    }
    fn open(&mut self, kind: EndpointKind) -> Result<Endpoint, WorldError> {
        self.inner.open(kind)
    }
    fn local_addr(&self, endpoint: Endpoint) -> SocketAddr {
        self.inner.local_addr(endpoint)
    }
    fn target_addr(&self, instance: Instance, kind: EndpointKind) -> SocketAddr {
        self.inner.target_addr(instance, kind)
    }
    fn connect(&mut self, endpoint: Endpoint, instance: Instance) -> Result<Assoc, WorldError> {
        self.call()?;
        self.inner.connect(endpoint, instance)
    }
    fn send(&mut self, assoc: Assoc, ppid: u32, octets: &[u8]) -> Result<bool, WorldError> {
        self.call()?;
        self.inner.send(assoc, ppid, octets)
    }
    fn send_datagram(&mut self, endpoint: Endpoint, octets: &[u8]) -> Result<(), WorldError> {
        self.call()?;
        self.inner.send_datagram(endpoint, octets)
    }
    fn shutdown(&mut self, assoc: Assoc) -> Result<(), WorldError> {
        self.call()?;
        self.inner.shutdown(assoc)
    }
    fn abort(&mut self, assoc: Assoc) -> Result<(), WorldError> {
        self.call()?;
        self.inner.abort(assoc)
    }
    fn vanish(&mut self, endpoint: Endpoint) -> Result<Deed, WorldError> {
        self.call()?;
        self.inner.vanish(endpoint)
    }
    fn start(&mut self, instance: Instance, start: &Start) -> Result<Deed, WorldError> {
        self.call()?;
        self.inner.start(instance, start)
    }
    fn stop(&mut self, instance: Instance, signal: Signal) -> Result<Deed, WorldError> {
        self.call()?;
        self.inner.stop(instance, signal)
    }
    fn freeze(&mut self, instance: Instance) -> Result<Deed, WorldError> {
        self.call()?;
        self.inner.freeze(instance)
    }
    fn thaw(&mut self, instance: Instance) -> Result<Deed, WorldError> {
        self.call()?;
        self.inner.thaw(instance)
    }
    fn disturb(&mut self, disturbance: Disturbance) -> Result<Deed, WorldError> {
        self.call()?;
        self.inner.disturb(disturbance)
    }
    fn link(&mut self, a: Instance, b: Instance, link: Link) -> Result<Deed, WorldError> {
        self.call()?;
        self.inner.link(a, b, link)
    }
    fn wait(&mut self, until: Duration) -> Result<Option<Happening>, WorldError> {
        if self.waiting.is_empty() {
            let came = self.inner.wait(until)?;
            // The happening is not processed before the end of the pause.
            self.waiting.extend(came);
            self.call()?;
        }
        Ok(self.waiting.pop_front())
    }
    fn take_lateness(&mut self) -> Duration {
        std::mem::take(&mut self.lateness)
    }
}

/// Runs a case with a pause after some calls. Returns the result and the number of calls.
fn paused(case: &Case, mutant: Option<Fault>, calls: u64, pause: Duration) -> (Ran, u64) {
    let mut world = Frozen::after(calls, pause, world(mutant));
    let ran = runner::run_case(case, &mut world, profile(), SEED);
    (ran, world.calls)
}

/// Returns the points for pauses of this length in a case of so many calls: one in each part of it, drawn from the
/// seed.
fn points(case: &Case, pause: Duration, calls: u64) -> Vec<u64> {
    let name = case.id.bytes().map(u64::from).sum::<u64>() + pause.as_millis() as u64;
    let part = |n| {
        let (from, to) = (calls * n / POINTS, calls * (n + 1) / POINTS);
        // Multiplication spreads the names, which differ by little, over all numbers.
        let drawn = (SEED ^ name).wrapping_mul(0x9e37_79b9_7f4a_7c15 + 2 * n) >> 32;
        (to > from).then(|| 1 + from + drawn % (to - from))
    };
    (0..POINTS).filter_map(part).collect()
}

/// Returns the complaints about all cases, each with the id of its case, in order.
fn wrong(check: impl Fn(&'static Case) -> Vec<String> + Sync) -> Vec<String> {
    let complaints = on_all_processors(|case| {
        let wrong = check(case).into_iter();
        wrong
            .map(|what| format!("{}: {what}", case.id))
            .collect::<Vec<_>>()
    });
    let mut wrong = complaints.concat();
    wrong.sort();
    wrong
}

#[test]
fn pause_fails_no_right_registrar() {
    let wrong = wrong(|case| {
        let (_, calls) = paused(case, None, u64::MAX, ALLOWED);
        let at = |pause| {
            let points = points(case, pause, calls).into_iter();
            points.map(move |point| (pause, point))
        };
        let runs = PAUSES.into_iter().flat_map(at);
        let wrong = runs.filter_map(|(pause, point)| {
            let record = paused(case, None, point, pause).0.record;
            let (verdict, reason) = (record.verdict, record.reason);
            let right = matches!(verdict, Verdict::Pass | Verdict::Inconc);
            (!right).then(|| format!("{pause:?} at call {point} of {calls}: {verdict} {reason}"))
        });
        wrong.collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn allowed_pause_hides_no_mutant() {
    let wrong = wrong(|case| {
        let seen = mutants::seen().filter(|(_, id, _)| *id == case.id);
        let runs = seen.flat_map(|(name, _, requirement)| {
            let mutant = mutants::all().find(|mutant| mutant.name == *name).copied();
            let (_, calls) = paused(case, mutant, u64::MAX, ALLOWED);
            let points = points(case, ALLOWED, calls).into_iter();
            points.map(move |point| (name, mutant, requirement, point))
        });
        let wrong = runs.filter_map(|(name, mutant, requirement, point)| {
            let record = paused(case, mutant, point, ALLOWED).0.record;
            let broken = |c: &CheckRun| c.requirement == *requirement && !c.holds();
            let hidden = !record.checks.iter().any(broken);
            hidden.then(|| {
                let (verdict, reason) = (record.verdict, record.reason);
                format!("{name}, pause at call {point}: {verdict} {reason}")
            })
        });
        wrong.collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
