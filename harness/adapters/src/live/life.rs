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
/// Time in which a kernel releases the ports of a process that was killed.
const RELEASE: Duration = Duration::from_millis(300);
/// The reason for which a case reaches one instance of a live target.
const ONE_INSTANCE: &str =
    "a case that does not need several-targets has one instance of the target";

impl Live {
    /// Kills an instance, if it runs. Its end is no death of the target.
    pub(super) fn kill(&mut self, instance: Instance) {
        self.look_after_target();
        let registrar = self.registrar_mut(instance);
        if let Some(mut process) = registrar.process.take() {
            process.kill();
        }
        registrar.died = None;
        // A later process at the same place aborts its associations.
        let of_instance = self.ends.iter().filter(|(_, end)| **end == instance);
        self.ending.extend(of_instance.map(|(assoc, _)| *assoc));
        self.release_held(None);
    }

    /// Asks an instance to end (SIGTERM), and serves the stacks until it has, because it may wait for the end of its
    /// associations. Kills it when its time is over.
    pub(super) fn terminate(&mut self, instance: Instance) {
        self.look_after_target();
        let registrar = self.registrar(instance);
        let Some(launcher) = &registrar.launcher else {
            return;
        };
        let until = clock() + launcher.target.stop_grace;
        registrar.process.iter().for_each(Process::terminate);
        while self.registrar(instance).runs() && clock() < until {
            // An error of the stacks shows at the next wait.
            let Ok(event) = self.slice(clock() + TURN) else {
                break;
            };
            let happening = event.and_then(|(host, event)| self.happening(host, event));
            self.ready.extend(happening);
        }
        self.kill(instance);
    }

    /// Returns the means to start an instance, or the reason for which there are none.
    pub(super) fn launcher_of(&self, instance: Instance) -> Result<Launcher, String> {
        let registrar = self.registrars.0.get(instance.index());
        match registrar.map(|registrar| &registrar.launcher) {
            None if self.relay.is_none() => Err(ONE_INSTANCE.to_owned()),
            None => Err(format!(
                "a case has {} instances at most",
                self.registrars.0.len()
            )),
            Some(Some(launcher)) => Ok(launcher.clone()),
            Some(None) => Err(
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
        if instance.is_first() {
            self.started()?;
        }
        act(self);
        Ok(Deed::Done)
    }

    /// Starts the first instance without peers, if nothing has started it.
    pub(super) fn started(&mut self) -> Result<(), WorldError> {
        let first = self.registrar(Instance::FIRST);
        match first.launcher.clone() {
            Some(launcher) if !first.started => {
                self.launch(Instance::FIRST, &launcher, &Start::default())
            }
            _ => Ok(()),
        }
    }

    /// Starts an instance. If another process has taken a port that the harness selected, starts it again: with other
    /// ports, or with the same ones after a moment if the case has used them already.
    pub(super) fn launch(
        &mut self,
        instance: Instance,
        launcher: &Launcher,
        start: &Start,
    ) -> Result<(), WorldError> {
        if self.registrar(instance).started && launcher.is_in_kernel() {
            // A target that finds only its second port taken would seem to come up, and end.
            self.release()?;
        }
        for starts in 1.. {
            let registrar = self.registrar_mut(instance);
            let (place, is_new) = (registrar.place.clone(), !registrar.started);
            if let Some(relay) = &self.relay {
                relay.set_port(instance, place.udp_port);
            }
            let up = launcher.launch(&place, start).and_then(|process| {
                self.registrar_mut(instance).process = Some(process);
                self.comes_up(instance, launcher, start)
            });
            match up {
                Ok(()) => break,
                Err(NotReady::PortTaken(_)) if is_new && starts < STARTS_LIMIT => {
                    self.kill(instance);
                    let mut new = launcher.free_place()?;
                    // A listener may have joined the group.
                    new.announce = place.announce;
                    if self.relay.is_some() {
                        // Other instances may have it as that of a peer.
                        new.enrp = place.enrp;
                    }
                    self.registrar_mut(instance).place = new;
                }
                // The kernel keeps the port of the process that was killed until its associations are gone.
                Err(NotReady::PortTaken(_)) if !is_new && starts < STARTS_LIMIT => {
                    self.kill(instance);
                    self.release()?;
                }
                Err(NotReady::PortTaken(what) | NotReady::Other(WorldError::Environment(what))) => {
                    return Err(WorldError::Environment(match self.relay.is_some() {
                        true => format!("instance {instance}: {what}"),
                        false => what,
                    }));
                }
                Err(NotReady::Other(error)) => return Err(error),
            }
        }
        self.registrar_mut(instance).started = true;
        Ok(())
    }

    /// Serves the stacks while a kernel releases ports.
    fn release(&mut self) -> Result<(), WorldError> {
        let until = clock() + RELEASE;
        while clock() < until {
            let event = self.slice(until)?;
            let happening = event.and_then(|(host, event)| self.happening(host, event));
            self.ready.extend(happening);
        }
        Ok(())
    }

    /// Serves the stacks until an instance accepts an association, or reports itself ready, or has set up an
    /// association to a player and time has passed, or has sent a message to another instance. With peers, start-up ends
    /// only after messages that the tester sends, so this does not wait for its end.
    fn comes_up(
        &mut self,
        instance: Instance,
        launcher: &Launcher,
        start: &Start,
    ) -> Result<(), NotReady> {
        let place = self.registrar(instance).place.clone();
        let deadline = clock() + launcher.target.start_timeout;
        let waits_for_line = launcher.target.ready == Ready::Line && start.peers.is_empty();
        let mut knock = {
            let _entered = self.runtime.enter();
            Knock::at(&place).map_err(environment)?
        };
        let known = self.ready.len();
        let mut met: Option<Instant> = None;
        // The tester could not react meanwhile.
        let mut away: Option<Instant> = None;
        loop {
            let event = self.slice(clock() + TURN)?;
            let happening = event.and_then(|(host, event)| self.happening(host, event));
            if let Some(happening) = &happening {
                away.get_or_insert_with(clock);
                if matches!(happening, Happening::Up { instance: up, .. } if *up == instance) {
                    met.get_or_insert_with(clock);
                }
            }
            self.ready.extend(happening);
            self.look_after_target();
            let registrar = self.registrar_mut(instance);
            if let Some(process) = registrar
                .process
                .as_ref()
                .filter(|_| registrar.died.is_some())
            {
                let command = launcher.command(&place, start);
                let error = launcher.not_ready(process, &command, "");
                registrar.died = None;
                return Err(error);
            }
            let mut new = self.ready.iter().skip(known);
            let is_met = met.is_some_and(|met| clock() >= met + MET) && !waits_for_line;
            if is_met || new.any(|happening| shows_readiness(happening, instance)) {
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
                let process = self.registrar(instance).process.as_ref();
                let process = process.expect("it was started");
                let command = launcher.command(&place, start);
                let missing =
                    "it accepted no association and printed no line that begins with `ready`";
                return Err(launcher.not_ready(process, &command, missing));
            }
        }
        let _entered = self.runtime.enter();
        drop(knock);
        let away = away.map(|away| clock().saturating_duration_since(away));
        self.lateness = self.lateness.max(away.unwrap_or_default());
        Ok(())
    }
}

/// Returns true if a happening shows that an instance is ready: its line, or a message to another instance.
fn shows_readiness(happening: &Happening, instance: Instance) -> bool {
    match happening {
        Happening::Line {
            instance: by,
            stream: OutputStream::Stdout,
            text,
        } => *by == instance && (text == "ready" || text.starts_with("ready ")),
        Happening::Between { from, .. } => *from == instance,
        _ => false,
    }
}
