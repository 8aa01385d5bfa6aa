//! Start, suspension and end of the process of a live target, at the times that a case chooses.

use super::knock::Knock;
use super::{Live, TURN, clock};
use crate::event_map::environment;
use crate::launch::{Launcher, NotReady, STARTS_LIMIT};
use crate::process::Process;
use crate::target::Ready;
use rspcheck_spec::event::OutputStream;
use rspcheck_testkit::{Deed, Happening, Instance, Start, WorldError};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Time from the first association that a starting target sets up, after which it counts as up although it accepts
/// none: it may wait for its mentor.
const MET: Duration = Duration::from_millis(250);
/// The reason for which a case reaches one instance of a live target.
pub(super) const ONE_INSTANCE: &str = "rspcheck starts one instance of a target of its own";

impl Live {
    /// Kills the target, if it runs. Its end is no death of the target.
    pub(super) fn kill(&mut self) {
        self.look_after_target();
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
        self.died = None;
        self.release_held(None);
    }

    /// Asks the target to end (SIGTERM), and serves the stacks until it has, because it may wait for the end of its
    /// associations. Kills it when its time is over.
    pub(super) fn terminate(&mut self) {
        self.look_after_target();
        let Some(launcher) = &self.launcher else {
            return;
        };
        let until = clock() + launcher.target.stop_grace;
        self.process.iter().for_each(Process::terminate);
        let runs = |live: &Live| live.process.as_ref().is_some_and(|it| it.ended().is_none());
        while runs(self) && clock() < until {
            // An error of the stacks shows at the next wait.
            let Ok(event) = self.slice(clock() + TURN) else {
                break;
            };
            let happening = event.and_then(|(host, event)| self.happening(host, event));
            self.ready.extend(happening);
        }
        self.kill();
    }

    /// Returns the means to start an instance, or the reason for which there are none.
    pub(super) fn launcher_of(&self, instance: Instance) -> Result<Launcher, String> {
        match &self.launcher {
            _ if !instance.is_first() => Err(ONE_INSTANCE.to_owned()),
            Some(launcher) => Ok(launcher.clone()),
            None => Err(
                "a case that does not need enrp-peers neither starts nor stops the target"
                    .to_owned(),
            ),
        }
    }

    /// Acts on the process of an instance.
    pub(super) fn act_on(
        &mut self,
        instance: Instance,
        act: impl FnOnce(&mut Live),
    ) -> Result<Deed, WorldError> {
        if let Err(why) = self.launcher_of(instance) {
            return Ok(Deed::Impossible(why));
        }
        self.started()?;
        act(self);
        Ok(Deed::Done)
    }

    /// Starts the target without peers, if nothing has started it.
    pub(super) fn started(&mut self) -> Result<(), WorldError> {
        match self.launcher.clone() {
            Some(launcher) if !self.started => self.launch(&launcher, &Start::default()),
            _ => Ok(()),
        }
    }

    /// Starts the target. If another process has taken a port that the harness selected, starts it again with other
    /// ports, unless the case has used them already.
    pub(super) fn launch(&mut self, launcher: &Launcher, start: &Start) -> Result<(), WorldError> {
        for starts in 1.. {
            let up = launcher.launch(&self.place, start).and_then(|process| {
                self.process = Some(process);
                self.comes_up(launcher, start)
            });
            match up {
                Ok(()) => break,
                Err(NotReady::PortTaken(_)) if !self.started && starts < STARTS_LIMIT => {
                    self.kill();
                    let announce = self.place.announce;
                    self.place = launcher.free_place()?;
                    // A listener may have joined the group.
                    self.place.announce = announce;
                }
                Err(NotReady::PortTaken(what)) => return Err(WorldError::Environment(what)),
                Err(NotReady::Other(error)) => return Err(error),
            }
        }
        self.started = true;
        Ok(())
    }

    /// Serves the stacks until the target accepts an association, or reports itself ready, or has set up an
    /// association to a peer and time has passed. With peers, start-up ends only after messages that the tester sends,
    /// so this does not wait for its end.
    fn comes_up(&mut self, launcher: &Launcher, start: &Start) -> Result<(), NotReady> {
        let began = clock();
        let deadline = began + launcher.target.start_timeout;
        let waits_for_line = launcher.target.ready == Ready::Line && start.peers.is_empty();
        let mut knock = {
            let _entered = self.runtime.enter();
            Knock::at(&self.place).map_err(environment)?
        };
        let known = self.ready.len();
        let mut first: Option<Instant> = None;
        loop {
            let event = self.slice(clock() + TURN)?;
            let happening = event.and_then(|(host, event)| self.happening(host, event));
            if happening.is_some() {
                first.get_or_insert_with(clock);
            }
            self.ready.extend(happening);
            self.look_after_target();
            if let Some(process) = self.process.as_ref().filter(|_| self.died.is_some()) {
                let command = launcher.command(&self.place, start);
                let error = launcher.not_ready(process, &command, "");
                self.died = None;
                return Err(error);
            }
            let is_ready = self.ready.iter().skip(known).any(is_ready_line);
            let met = first.is_some_and(|first| clock() >= first + MET) && !waits_for_line;
            if is_ready || met {
                break;
            }
            if !waits_for_line {
                let turn = knock.is_answered(clock() + TURN);
                if self.runtime.block_on(turn).map_err(environment)? {
                    break;
                }
            }
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(WorldError::Interrupted.into());
            }
            if clock() >= deadline {
                let process = self.process.as_ref().expect("it was started");
                let command = launcher.command(&self.place, start);
                let missing =
                    "it accepted no association and printed no line that begins with `ready`";
                return Err(launcher.not_ready(process, &command, missing));
            }
        }
        let _entered = self.runtime.enter();
        drop(knock);
        // The tester could not react meanwhile.
        let away = first.map(|first| clock().saturating_duration_since(first));
        self.lateness = self.lateness.max(away.unwrap_or_default());
        Ok(())
    }
}

/// Returns true for the line by which a target reports itself ready.
fn is_ready_line(happening: &Happening) -> bool {
    match happening {
        Happening::Line {
            stream: OutputStream::Stdout,
            text,
            ..
        } => text == "ready" || text.starts_with("ready "),
        _ => false,
    }
}
