//! What the tester does behind a case's words: associations, happenings, events.

use super::{ASAP_PPID, INBOX_LIMIT, LAG_LIMIT, LAST_LOOK, Tester, echoes, hex, span};
use crate::case::{Outcome, Stop};
use crate::forge::{self, Forge};
use crate::kind::ENDPOINT_KEEP_ALIVE;
use crate::monitor::{self, Finding};
use crate::player::{Message, Player};
use crate::world::{Assoc, Change, Endpoint, EndpointKind, Happening};
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_spec::event::{Event, Traffic, What};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

impl Tester<'_> {
    /// Sets up the player's association where there is none; gives it when it is up.
    pub(super) fn associate(&mut self, player: Player) -> Result<Assoc, Stop> {
        let endpoint = self.open(player)?;
        if self.players[player.0].assoc.is_none() {
            let assoc = self.world.connect(endpoint)?;
            let state = &mut self.players[player.0];
            state.assoc = Some(assoc);
            state.up = false;
            state.gone = None;
        }
        let until = self.world.now() + Duration::from_secs(30);
        loop {
            let state = &self.players[player.0];
            if let (Some(assoc), true) = (state.assoc, state.up) {
                return Ok(assoc);
            }
            if let Some((change, why)) = &state.gone {
                let text = format!("{}: association {}: {why}", state.name, change.word());
                // Nobody listens any more where a process has just died.
                self.pass_time(LAST_LOOK)?;
                return Err(Stop::Inconclusive(text));
            }
            if !self.step(until)? {
                let text = format!(
                    "{}: no association within 30 s",
                    self.players[player.0].name
                );
                return Err(Stop::Inconclusive(text));
            }
        }
    }

    pub(super) fn open(&mut self, player: Player) -> Result<Endpoint, Stop> {
        if let Some(endpoint) = self.players[player.0].endpoint {
            return Ok(endpoint);
        }
        let endpoint = self.world.open(self.players[player.0].kind)?;
        self.players[player.0].endpoint = Some(endpoint);
        Ok(endpoint)
    }

    /// Ends a case in which the target did not do what was awaited: the case's first requirement is broken, or
    /// in the preamble the case is inconclusive. A late harness and a dead target are ruled out before.
    pub(super) fn unanswered(&mut self, player: Player, expected: &str) -> Stop {
        // A process that dies takes its associations down before its end can be seen.
        if let Err(stop) = self.pass_time(LAST_LOOK) {
            return stop;
        }
        let lag = self.world.lag();
        if lag > LAG_LIMIT {
            return Stop::Inconclusive(format!("the harness itself was {} late", span(lag)));
        }
        let state = &self.players[player.0];
        let mut note = format!("expected the target to {expected}");
        if let Some((change, why)) = &state.gone {
            let _ = write!(
                note,
                "; {}'s association is {}: {why}",
                state.name,
                change.word()
            );
        } else if let Some(last) = state.inbox.back() {
            let _ = write!(note, "; last unasked message: {}", last.summary());
        }
        if self.in_preamble {
            return Stop::Inconclusive(format!("preamble: {note}"));
        }
        self.check_that(self.case.covers[0], false, note);
        Stop::Broken
    }

    /// Takes one happening, or lets the clock reach `until` (then false).
    pub(super) fn step(&mut self, until: Duration) -> Result<bool, Stop> {
        let Some(happening) = self.world.wait(until)? else {
            return Ok(false);
        };
        match happening {
            Happening::Up {
                endpoint, assoc, ..
            } => self.on_up(endpoint, assoc),
            Happening::Changed { assoc, change, why } => self.on_changed(assoc, change, why),
            Happening::Message {
                assoc,
                ppid,
                stream,
                octets,
            } => self.on_message(assoc, ppid, stream, octets)?,
            Happening::Datagram {
                endpoint,
                from,
                octets,
            } => self.on_datagram(endpoint, from, octets),
            Happening::Line { stream, text } => self.event(What::Target {
                stream: stream.into(),
                line: text,
            }),
        }
        Ok(true)
    }

    pub(super) fn on_up(&mut self, endpoint: Endpoint, assoc: Assoc) {
        let Some(at) = self
            .players
            .iter()
            .position(|p| p.endpoint == Some(endpoint))
        else {
            return;
        };
        let state = &mut self.players[at];
        if state.assoc.is_none_or(|mine| mine == assoc) {
            state.assoc = Some(assoc);
            state.up = true;
            state.gone = None;
        }
        let player = state.name.clone();
        self.event(What::Association {
            who: player,
            change: "up".into(),
            why: String::new(),
        });
    }

    pub(super) fn on_changed(&mut self, assoc: Assoc, change: Change, why: String) {
        let Some(at) = self.players.iter().position(|p| p.assoc == Some(assoc)) else {
            return;
        };
        let state = &mut self.players[at];
        if change != Change::Restarted {
            state.assoc = None;
            state.up = false;
            state.gone = Some((change, why.clone()));
        }
        let player = state.name.clone();
        self.event(What::Association {
            who: player,
            change: change.word().into(),
            why,
        });
    }

    pub(super) fn on_message(
        &mut self,
        assoc: Assoc,
        ppid: Option<u32>,
        stream: Option<u16>,
        octets: Vec<u8>,
    ) -> Outcome {
        let Some(at) = self.players.iter().position(|p| p.assoc == Some(assoc)) else {
            return Ok(());
        };
        self.traffic(Player(at), ppid, stream, &octets, false);
        let message = self.judged(ppid, octets);
        let reply = self.players[at]
            .acknowledges
            .then(|| self.keep_alive_ack(at, &message))
            .flatten();
        let state = &mut self.players[at];
        if state.inbox.len() >= INBOX_LIMIT {
            return Err(Stop::Inconclusive(format!(
                "{} was flooded with {INBOX_LIMIT} messages",
                state.name
            )));
        }
        state.inbox.push_back(message);
        if let Some(ack) = reply {
            let octets = ack.octets();
            if self.world.send(assoc, ASAP_PPID, &octets)? {
                self.traffic(Player(at), Some(ASAP_PPID), None, &octets, true);
            }
        }
        Ok(())
    }

    /// The ACK for a keep-alive to one of this player's PEs (RFC 5352 §3.4, KA1–KA2).
    pub(super) fn keep_alive_ack(&self, at: usize, message: &Message) -> Option<Forge> {
        if !message.is(ENDPOINT_KEEP_ALIVE) {
            return None;
        }
        let (handle, id) = self.players[at]
            .elements
            .iter()
            .find(|(handle, _)| echoes(message, handle))?;
        Some(forge::endpoint_keep_alive_ack(&handle.0, *id))
    }

    pub(super) fn on_datagram(&mut self, endpoint: Endpoint, from: SocketAddr, octets: Vec<u8>) {
        let Some(at) = self
            .players
            .iter()
            .position(|p| p.endpoint == Some(endpoint))
        else {
            return;
        };
        if from != self.world.local_addr(endpoint) {
            self.traffic(Player(at), None, None, &octets, false);
            let message = self.judged(None, octets);
            let state = &mut self.players[at];
            if state.inbox.len() < INBOX_LIMIT {
                state.inbox.push_back(message);
            }
        }
    }

    /// Dissects a message of the target and puts it before the monitors.
    pub(super) fn judged(&mut self, ppid: Option<u32>, octets: Vec<u8>) -> Message {
        let dissection = dissect(Protocol::Asap, &octets);
        self.messages_seen += 1;
        for finding in monitor::message(Protocol::Asap, ppid, &dissection) {
            let (requirement, level) = (finding.requirement.0.to_owned(), finding.level());
            self.event(What::Monitor {
                requirement,
                level,
                note: finding.note.clone(),
            });
            self.findings.push(finding);
        }
        Message {
            at: self.world.now(),
            ppid,
            octets,
            dissection,
        }
    }

    pub(super) fn traffic(
        &mut self,
        player: Player,
        ppid: Option<u32>,
        stream: Option<u16>,
        octets: &[u8],
        sent: bool,
    ) {
        let state = &self.players[player.0];
        let ours = state
            .endpoint
            .map(|e| self.world.local_addr(e).to_string())
            .unwrap_or_default();
        let theirs = self.world.target_addr(state.kind).to_string();
        let transport = match state.kind {
            EndpointKind::Sctp => "sctp",
            EndpointKind::Tcp => "tcp",
            EndpointKind::Announcements => "udp",
        };
        let (src, dst) = if sent { (ours, theirs) } else { (theirs, ours) };
        let traffic = Traffic {
            who: state.name.clone(),
            transport: transport.into(),
            src,
            dst,
            ppid: ppid.filter(|_| state.kind == EndpointKind::Sctp),
            stream: (state.kind == EndpointKind::Sctp).then(|| stream.unwrap_or(0)),
            octets: hex(octets),
            summary: dissect(Protocol::Asap, octets).summary(),
        };
        self.event(if sent {
            What::Sent(traffic)
        } else {
            What::Received(traffic)
        });
    }

    pub(super) fn event(&mut self, what: What) {
        let at_us = self.world.now().as_micros() as u64;
        self.events.push(Event {
            case: self.case.id.to_owned(),
            at_us,
            what,
        });
    }

    pub(crate) fn finish(self) -> (Vec<Event>, Vec<Finding>) {
        (self.events, self.findings)
    }

    pub(crate) fn end(&mut self, what: What) {
        self.event(what);
    }

    pub(crate) fn recorded(&self) -> &[Event] {
        &self.events
    }
}
