//! Runs plans, and shrinks a plan to the events that break a property.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use rsp_proto::registrar::Config;

use super::check::{self, Bounds, Property, When};
use super::plan::Plan;
use super::trace::{Keep, Trace};
use super::world::World;

/// Period of the checks.
const LOOK: Duration = Duration::from_secs(5);
/// Time for which a settled world must stay correct.
const AFTERWARDS: Duration = Duration::from_secs(60);

/// A property that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The name of the property.
    pub property: &'static str,
    /// The virtual time of the check.
    pub at: Duration,
    /// The reason, as a sentence.
    pub why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.as_secs_f64();
        write!(f, "{} is broken at {at:.1} s: {}", self.property, self.why)
    }
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The broken property, if one is.
    pub outcome: Result<(), Broken>,
    /// The virtual time of the run.
    pub time: Duration,
    /// Digest of the trace.
    pub digest: u64,
    /// The number of packets sent.
    pub packets: u64,
    /// The lines of the trace that were kept.
    pub lines: Vec<String>,
}

/// Runs a plan to its end, or until a property is broken.
pub fn run(plan: &Plan, keep: Keep) -> Report {
    let trace = Trace::new(keep);
    let world = trace.listening(|| plan.build(trace.clone()));
    let bounds = world.registrars().iter().map(|r| Bounds::of(&r.config));
    let bounds = bounds
        .max_by_key(|bounds| bounds.settle)
        .unwrap_or_else(|| Bounds::of(&Config::default()));
    let mut run = Run {
        world,
        properties: check::all(),
        bounds,
        at_peace: false,
    };
    let outcome = run.all(plan);
    Report {
        outcome,
        time: run.world.now(),
        digest: trace.digest(),
        packets: trace.packets(),
        lines: trace.lines(),
    }
}

struct Run {
    world: World,
    properties: Vec<Box<dyn Property>>,
    bounds: Bounds,
    /// True if all faults have ended.
    at_peace: bool,
}

impl Run {
    fn all(&mut self, plan: &Plan) -> Result<(), Broken> {
        for (number, (pause, act)) in plan.events.iter().enumerate() {
            self.pass(*pause)?;
            if !plan.dropped.contains(&number) {
                self.at_peace = false;
                self.world.act_on(act);
            }
            if (number + 1) % plan.round == 0 || number + 1 == plan.events.len() {
                self.world.heal(plan.returns(number));
                self.at_peace = true;
                self.pass(self.bounds.settle + AFTERWARDS)?;
            }
        }
        if plan.events.is_empty() {
            self.at_peace = true;
            self.pass(self.bounds.settle + AFTERWARDS)?;
        }
        Ok(())
    }

    fn pass(&mut self, span: Duration) -> Result<(), Broken> {
        let end = self.world.now() + span;
        while self.world.now() < end {
            self.world.pass(LOOK.min(end - self.world.now()));
            self.look()?;
        }
        Ok(())
    }

    fn look(&mut self) -> Result<(), Broken> {
        let at = self.world.now();
        // With too little room, some requests are refused for ever.
        let quiet = if self.at_peace && !self.world.options.cramped {
            at - self.world.last_fault
        } else {
            Duration::ZERO
        };
        let when = When {
            quiet,
            bounds: self.bounds,
        };
        for property in &mut self.properties {
            property.look(&self.world, when).map_err(|why| Broken {
                property: property.name(),
                at,
                why,
            })?;
        }
        Ok(())
    }
}

/// Returns the plan without the events that are not needed to break the same property.
pub fn shrink(plan: &Plan, broken: &Broken) -> Plan {
    let mut best = plan.clone();
    let still_breaks = |plan: &Plan| {
        let report = run(plan, Keep::Digest);
        report.outcome.is_err_and(|b| b.property == broken.property)
    };
    // Events after the break cannot be needed; then halves, quarters, down to single events.
    let mut size = best.events.len();
    while size > 0 {
        let mut start = 0;
        while start < best.events.len() {
            let part: BTreeSet<usize> = (start..(start + size).min(best.events.len()))
                .filter(|number| !best.dropped.contains(number))
                .collect();
            start += size;
            if part.is_empty() {
                continue;
            }
            let mut smaller = best.clone();
            smaller.dropped.extend(part);
            if still_breaks(&smaller) {
                best = smaller;
            }
        }
        size /= 2;
    }
    best
}
