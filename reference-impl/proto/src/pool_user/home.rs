//! The Home ENRP server of a pool user: found by the server hunt (RFC 5352 §3.6), left when it fails (§3.7).
//!
//! ```text
//!              a set-up of the hunt came up                  T1-ENRPrequest: hunt beside it (§3.7.2)
//!   Without ──────────────────────────────────► Home ─────────────────────────────────────────► Home
//!     ▲                                          │ ▲                                              │
//!     └──── gone (§3.7.1): hunt, it comes last ──┘ └── it answers: no more hunt ──────────────────┤
//!                                                      another one is found: the old one is shut ─┘
//! ```
//!
//! The hunt begins with the pool user and whenever there is no home (§3.6), with or without questions of the
//! owner. Questions that the old home did not answer go to the new one; it has no subscriptions yet.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use super::{Assoc, Carrier, Channel, Dial, Event, Log, Output, PoolUser};
use crate::hunt::{Hunt, Old, Over, Server, Step};
use crate::log::Inbound;

/// The home, and the hunt for one.
#[derive(Debug)]
pub(super) struct Home {
    hunt: Hunt,
    current: Option<(Assoc, Server)>,
    /// Former homes in shutdown. Their late answers are accepted. A new hunt aborts them, as there are at most
    /// three associations (SH1).
    leaving: BTreeSet<Assoc>,
}

impl Home {
    pub(super) fn new(config: &super::Config, seed: u64) -> Self {
        let kinds = [Over::Sctp, Over::Tcp];
        Self {
            hunt: Hunt::new(config.hunt.clone(), &kinds, config.registrars.clone(), seed),
            current: None,
            leaving: BTreeSet::new(),
        }
    }

    pub(super) fn due(&self) -> Option<Duration> {
        self.hunt.due()
    }

    /// Returns true if the association is one with a registrar.
    pub(super) fn has(&self, assoc: Assoc) -> bool {
        self.is_current(assoc) || self.leaving.contains(&assoc)
    }

    pub(super) fn is_current(&self, assoc: Assoc) -> bool {
        self.current.as_ref().is_some_and(|(own, _)| *own == assoc)
    }

    /// Returns the number of associations and set-ups.
    pub(super) fn associations(&self) -> usize {
        usize::from(self.current.is_some()) + self.leaving.len() + self.hunt.setups()
    }
}

impl PoolUser {
    /// Returns the Home ENRP server, if there is one.
    pub fn home(&self) -> Option<&Server> {
        self.home.current.as_ref().map(|(_, server)| server)
    }

    /// Returns the registrars known at this time.
    pub fn registrars(&self, now: Duration) -> impl Iterator<Item = &Server> {
        self.home.hunt.servers(now)
    }

    pub(super) fn home_assoc(&self) -> Option<Assoc> {
        self.home.current.as_ref().map(|(assoc, _)| *assoc)
    }

    /// Hunts for a home, or for another one than the present.
    pub(super) fn hunt(&mut self, now: Duration) {
        let old = match &self.home.current {
            Some((_, server)) => Old::Kept(server.clone()),
            None => Old::None,
        };
        self.hunt_instead_of(now, old);
    }

    fn hunt_instead_of(&mut self, now: Duration, old: Old) {
        if self.stopping || self.home.hunt.is_hunting() {
            return;
        }
        self.log(Log::Hunting);
        for assoc in std::mem::take(&mut self.home.leaving) {
            self.out.push_back(Output::Abort { assoc });
        }
        let steps = self.home.hunt.start(now, old);
        self.follow(now, steps);
    }

    pub(super) fn on_hunt_time(&mut self, now: Duration) {
        let steps = self.home.hunt.on_time(now);
        self.follow(now, steps);
    }

    pub(super) fn on_home_dialled(&mut self, now: Duration, dial: Dial, assoc: Option<Assoc>) {
        let steps = self.home.hunt.on_dialled(now, dial, assoc);
        self.follow(now, steps);
    }

    /// Takes note that an association is up that belongs to no session.
    pub(super) fn on_home_up(&mut self, now: Duration, assoc: Assoc) {
        if self.home.has(assoc) {
            return;
        }
        let steps = self.home.hunt.on_up(now, assoc);
        if steps.is_empty() {
            // No peer sets up associations to a pool user.
            self.out.push_back(Output::Abort { assoc });
            return;
        }
        self.follow(now, steps);
    }

    /// Takes note that the registrar lost its state, and with it the questions.
    pub(super) fn on_home_restart(&mut self, now: Duration, assoc: Assoc) {
        if self.home.is_current(assoc) {
            self.on_home_lost_subscriptions();
            self.on_home_found(now, assoc);
        }
    }

    pub(super) fn on_home_down(&mut self, now: Duration, assoc: Assoc) {
        if self.home.leaving.remove(&assoc) {
            return;
        }
        if !self.home.is_current(assoc) {
            let steps = self.home.hunt.on_down(now, assoc);
            return self.follow(now, steps);
        }
        let Some((_, server)) = self.home.current.take() else {
            return;
        };
        self.log(Log::HomeLost { assoc });
        self.emit(Event::Home { found: false });
        self.on_home_lost_subscriptions();
        self.on_home_lost_questions();
        if self.home.hunt.is_hunting() {
            let steps = self.home.hunt.on_old_gone(now);
            self.follow(now, steps);
        } else {
            self.hunt_instead_of(now, Old::Gone(server));
        }
    }

    /// Takes note that the home answered: it needs no successor.
    pub(super) fn on_home_answered(&mut self, now: Duration, assoc: Assoc) {
        let Some((own, server)) = &self.home.current else {
            return;
        };
        if *own != assoc {
            return;
        }
        let server = server.clone();
        self.home.hunt.answered(&server);
        let steps = self.home.hunt.stop();
        self.follow(now, steps);
    }

    /// Takes a datagram of the multicast channel (RFC 5352 §2.2.10). It is never answered.
    pub(super) fn on_datagram(&mut self, now: Duration, from: SocketAddr, octets: &[u8]) {
        match self.home.hunt.on_datagram(now, from, octets) {
            Some(steps) => self.follow(now, steps),
            None => self.log(Inbound::BadDatagram { from }),
        }
    }

    pub(super) fn leave_home(&mut self) {
        for step in self.home.hunt.stop() {
            if let Step::Abort { assoc } = step {
                self.out.push_back(Output::Abort { assoc });
            }
        }
        if let Some((assoc, _)) = self.home.current.take() {
            self.emit(Event::Home { found: false });
            self.shut_home(assoc);
        }
    }

    fn shut_home(&mut self, assoc: Assoc) {
        self.home.leaving.insert(assoc);
        self.out.push_back(Output::Shutdown { assoc });
    }

    fn follow(&mut self, now: Duration, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Connect { dial, to } => {
                    let carrier = match to.over {
                        Over::Sctp => Carrier::Sctp,
                        Over::Tcp => Carrier::Tcp,
                    };
                    self.out.push_back(Output::Connect {
                        dial,
                        channel: Channel::Registrar,
                        carrier,
                        to: to.addrs,
                    });
                }
                Step::Abort { assoc } => self.out.push_back(Output::Abort { assoc }),
                Step::Found {
                    assoc,
                    server,
                    id: _,
                } => {
                    if let Some((old, _)) = self.home.current.replace((assoc, server)) {
                        self.log(Log::HomeLost { assoc: old });
                        self.on_home_lost_subscriptions();
                        self.shut_home(old);
                    } else {
                        self.emit(Event::Home { found: true });
                    }
                    self.log(Log::HomeFound { assoc });
                    self.on_home_found(now, assoc);
                }
            }
        }
    }

    /// Takes note of a new home. It gets the questions that no registrar answered, those for watched pools, and
    /// the reports that wait.
    fn on_home_found(&mut self, now: Duration, assoc: Assoc) {
        self.on_home_for_questions(now, assoc);
        self.subscribe_again(now);
        self.send_reports(now);
    }
}
