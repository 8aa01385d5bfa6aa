//! Associations, happenings and events behind the words of a case.

use super::{ENDLESS_INBOX, INBOX_LIMIT, LAST_LOOK, Placed, Tester, ppid_of, span};
use crate::case::{Outcome, Stop};
use crate::forge::{self, Forge};
use crate::kind::ENDPOINT_KEEP_ALIVE;
use crate::monitor::{self, Finding};
use crate::player::{Message, Player};
use crate::world::{Assoc, Endpoint, EndpointKind, Happening};
use rspcheck_dissect::{Dissection, Protocol, dissect};
use rspcheck_spec::event::{Change, Event, EventKind, Instance, OutputStream, Traffic, Transport};
use rspcheck_spec::octets::Octets;
use std::net::SocketAddr;
use std::time::Duration;

/// Time for an association to come up.
const ASSOCIATION_UP: Duration = Duration::from_secs(30);

impl Tester<'_> {
    /// Returns the player's association; sets it up first if there is none.
    pub(super) fn associate(&mut self, player: Player) -> Result<Assoc, Stop> {
        self.associate_within(player, ASSOCIATION_UP)
    }

    /// Returns the player's association, which has this long to come up if there is none.
    pub(super) fn associate_within(
        &mut self,
        player: Player,
        within: Duration,
    ) -> Result<Assoc, Stop> {
        let endpoint = self.open(player)?;
        if self.players[player.0].assoc.is_none() {
            let instance = self.players[player.0].instance;
            let assoc = self.world.connect(endpoint, instance)?;
            let state = &mut self.players[player.0];
            state.assoc = Some(assoc);
            state.up = false;
            state.gone = None;
        }
        let until = self.world.now() + within;
        loop {
            let state = &self.players[player.0];
            if let (Some(assoc), true) = (state.assoc, state.up) {
                return Ok(assoc);
            }
            if let Some((change, why)) = &state.gone {
                let text = format!("{}: association {change}: {why}", state.name);
                // A target that has just ended accepts no association either, so find out if it did.
                self.pass_time(LAST_LOOK)?;
                return Err(Stop::Inconclusive(text));
            }
            if !self.step(until)? {
                let text = format!(
                    "{}: no association within {}",
                    self.players[player.0].name,
                    span(within)
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

    /// Processes one happening; returns false if the clock reached `until` without one.
    pub(super) fn step(&mut self, until: Duration) -> Result<bool, Stop> {
        let wake = self.next_deed().map_or(until, |at| at.min(until));
        let happening = self.world.wait(wake)?;
        self.note_lateness();
        let Some(happening) = happening else {
            if wake < until {
                self.deeds()?;
                return Ok(true);
            }
            return Ok(false);
        };
        match happening {
            Happening::Up {
                endpoint,
                assoc,
                instance,
                ..
            } => self.on_up(endpoint, assoc, instance),
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
            Happening::Between {
                from,
                to,
                ppid,
                stream,
                octets,
            } => self.on_exchange((from, to), ppid, stream, octets),
            Happening::Line {
                instance,
                stream,
                text,
            } => self.event(EventKind::Target {
                instance,
                stream,
                line: text,
            }),
        }
        Ok(true)
    }

    pub(super) fn on_up(&mut self, endpoint: Endpoint, assoc: Assoc, instance: Instance) {
        let Some(at) = self
            .players
            .iter()
            .position(|p| p.endpoint == Some(endpoint))
        else {
            return;
        };
        let state = &mut self.players[at];
        if instance != state.instance {
            state.others.retain(|(_, known)| *known != instance);
            state.others.push((assoc, instance));
        } else if state.kind == EndpointKind::Enrp || state.assoc.is_none_or(|mine| mine == assoc) {
            // A peer and the target may both set up an association. The newer one is used, and the target may continue
            // to send on the older one.
            let older = state.assoc.filter(|mine| state.up && *mine != assoc);
            state.others.extend(older.map(|older| (older, instance)));
            state.assoc = Some(assoc);
            state.up = true;
            state.gone = None;
        }
        let player = state.name.clone();
        self.event(EventKind::Associated { player, instance });
        self.heartbeats_begin(Player(at));
    }

    /// Returns the player that has this association, and the instance at its other end.
    fn holder(&self, assoc: Assoc) -> Option<(usize, Instance)> {
        let mut players = self.players.iter().enumerate();
        players.find_map(|(at, state)| Some((at, state.instance_at(assoc)?)))
    }

    pub(super) fn on_changed(&mut self, assoc: Assoc, change: Change, why: String) {
        let Some((at, instance)) = self.holder(assoc) else {
            return;
        };
        let state = &mut self.players[at];
        if change != Change::Restarted {
            if state.assoc == Some(assoc) {
                state.assoc = None;
                state.up = false;
                state.gone = Some((change, why.clone()));
                self.pools.abandoned(Player(at));
            } else {
                state.others.retain(|(other, _)| *other != assoc);
            }
        }
        let player = self.players[at].name.clone();
        self.event(EventKind::AssociationChanged {
            player,
            instance,
            change,
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
        let Some((at, instance)) = self.holder(assoc) else {
            return Ok(());
        };
        let message = self.received(Player(at), instance, ppid, stream, octets);
        let reply = self.players[at]
            .acknowledges
            .then(|| self.keep_alive_ack(at, &message))
            .flatten();
        let endless = self.is_endless(Player(at));
        let state = &mut self.players[at];
        if endless && state.inbox.len() >= ENDLESS_INBOX {
            state.inbox.pop_front();
        }
        if state.inbox.len() >= INBOX_LIMIT {
            return Err(Stop::Inconclusive(format!(
                "{} was flooded with {INBOX_LIMIT} messages",
                state.name
            )));
        }
        state.inbox.push_back(message.clone());
        self.peer_reacts(Player(at), &message)?;
        if let Some(ack) = reply {
            self.send_over(Player(at), assoc, instance, &ack)?;
            if message.flag('H') {
                // RFC 5352 §3.4, KA2: the sender is the new Home ENRP server.
                self.players[at].turn_to(instance);
            }
        }
        Ok(())
    }

    /// Sends a message over one of a player's associations, if it is still there.
    pub(super) fn send_over(
        &mut self,
        player: Player,
        assoc: Assoc,
        instance: Instance,
        message: &Forge,
    ) -> Outcome {
        let ppid = ppid_of(message.protocol());
        let octets = message.octets();
        if self.world.send(assoc, ppid, &octets)? {
            let summary = dissect(message.protocol(), &octets).summary();
            self.sent_to(player, instance, Some(ppid), octets, summary);
        }
        Ok(())
    }

    /// Returns the protocol that a player speaks.
    pub(super) fn protocol(&self, player: Player) -> Protocol {
        match self.players[player.0].kind {
            EndpointKind::Enrp => Protocol::Enrp,
            EndpointKind::Sctp | EndpointKind::Tcp | EndpointKind::Announcements => Protocol::Asap,
        }
    }

    /// Returns the ACK for a keep-alive to one of this player's PEs (RFC 5352 §3.4, KA1–KA2). A keep-alive names the pool
    /// alone, so the PEs of one pool at this player take turns.
    pub(super) fn keep_alive_ack(&mut self, at: usize, message: &Message) -> Option<Forge> {
        let elements = &mut self.players[at].elements;
        if elements.is_empty() || !message.is(ENDPOINT_KEEP_ALIVE) {
            return None;
        }
        let named = message.pool_handle()?;
        let nth = elements.iter().position(|(handle, _)| *handle == named)?;
        let (handle, id) = elements.remove(nth);
        let ack = forge::endpoint_keep_alive_ack(&handle.0, id);
        elements.push((handle, id));
        Some(ack)
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
            let message = self.received(Player(at), Instance::FIRST, None, None, octets);
            let state = &mut self.players[at];
            if state.inbox.len() < INBOX_LIMIT {
                state.inbox.push_back(message);
            }
        }
    }

    /// Sends a message over the player's association; sets it up first if there is none.
    pub(super) fn transmit(
        &mut self,
        player: Player,
        ppid: u32,
        octets: Vec<u8>,
        summary: String,
    ) -> Outcome {
        let assoc = self.associate(player)?;
        if !self.world.send(assoc, ppid, &octets)? {
            return Err(self.association_gone(player));
        }
        if self.protocol(player) == Protocol::Asap {
            let message = dissect(Protocol::Asap, &octets);
            self.pools.sent(player, &octets, &message);
        }
        self.sent(player, Some(ppid), octets, summary);
        Ok(())
    }

    /// Records a message of a player to the instance that it turns to.
    pub(super) fn sent(
        &mut self,
        player: Player,
        ppid: Option<u32>,
        octets: Vec<u8>,
        summary: String,
    ) {
        let instance = self.players[player.0].instance;
        self.sent_to(player, instance, ppid, octets, summary);
    }

    fn sent_to(
        &mut self,
        player: Player,
        instance: Instance,
        ppid: Option<u32>,
        octets: Vec<u8>,
        summary: String,
    ) {
        let traffic = self.traffic(player, instance, ppid, None, octets.into(), summary);
        self.event(EventKind::Sent(traffic));
    }

    /// Dissects a message of the target, records it and hands it to the monitors.
    fn received(
        &mut self,
        player: Player,
        instance: Instance,
        ppid: Option<u32>,
        stream: Option<u16>,
        octets: Vec<u8>,
    ) -> Message {
        let protocol = self.protocol(player);
        let dissection = dissect(protocol, &octets);
        let summary = dissection.summary();
        let octets_seen = octets.as_slice().into();
        let mut traffic = self.traffic(player, instance, ppid, stream, octets_seen, summary);
        std::mem::swap(&mut traffic.src, &mut traffic.dst);
        self.event(EventKind::Received(traffic));
        if protocol == Protocol::Asap {
            let now = self.world.now();
            self.pools.received(player, &octets, &dissection, now);
        }
        self.judged(protocol, instance, ppid, octets, dissection)
    }

    /// Hands a message of an instance, which was recorded last, to the monitors.
    pub(super) fn judged(
        &mut self,
        protocol: Protocol,
        from: Instance,
        ppid: Option<u32>,
        octets: Vec<u8>,
        dissection: Dissection,
    ) -> Message {
        self.messages_seen += 1;
        self.covered.extend(monitor::covered(&dissection));
        for finding in monitor::message(protocol, ppid, &dissection) {
            self.event(EventKind::Monitor {
                monitor: finding.monitor.to_owned(),
                requirement: finding.requirement.0.to_owned(),
                level: finding.level(),
                finding: finding.name.clone(),
                note: finding.note.clone(),
                offset: finding.offset,
            });
            self.findings.push(finding);
        }
        Message {
            number: self.messages_seen,
            from,
            at: self.world.now(),
            ppid,
            octets,
            dissection,
        }
    }

    /// Returns the record of a message from a player to an instance.
    fn traffic(
        &self,
        player: Player,
        instance: Instance,
        ppid: Option<u32>,
        stream: Option<u16>,
        octets: Octets,
        summary: String,
    ) -> Traffic {
        let state = &self.players[player.0];
        let endpoint = state
            .endpoint
            .expect("a player that sends or receives has opened its endpoint");
        let over_sctp = state.kind.is_sctp();
        Traffic {
            player: state.name.clone(),
            instance,
            transport: match state.kind {
                EndpointKind::Sctp | EndpointKind::Enrp => Transport::Sctp,
                EndpointKind::Tcp => Transport::Tcp,
                EndpointKind::Announcements => Transport::Udp,
            },
            src: self.world.local_addr(endpoint),
            dst: self.world.target_addr(instance, state.kind),
            ppid: ppid.filter(|_| over_sctp),
            stream: over_sctp.then(|| stream.unwrap_or(0)),
            octets,
            summary,
        }
    }

    pub(super) fn event(&mut self, kind: EventKind) {
        let at_us = self.world.now().as_micros() as u64;
        self.events.push(Event {
            case: self.case.id.to_owned(),
            at_us,
            kind,
        });
    }

    pub(crate) fn finish(self) -> (Vec<Event>, Vec<Finding>, Vec<Placed>) {
        (self.events, self.findings, self.places)
    }

    pub(crate) fn end(&mut self, kind: EventKind) {
        if let Some(line) = self.world.output_left_out() {
            let (instance, stream) = (Instance::FIRST, OutputStream::Stdout);
            self.event(EventKind::Target {
                instance,
                stream,
                line,
            });
        }
        self.event(kind);
    }

    pub(crate) fn recorded(&self) -> &[Event] {
        &self.events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Case, registrar};
    use crate::kind::{ENRP_LIST_REQUEST, ENRP_PRESENCE};
    use crate::tester::TargetProfile;
    use crate::tester::scripted::Scripted;
    use rspcheck_spec::id::R5353_3_4_3_1;
    use rspcheck_spec::ixit::Timers;
    use std::collections::BTreeSet;

    const CASE: Case = registrar(
        "rfc5353/3.4.3/a-case",
        "A sample.",
        &[R5353_3_4_3_1],
        |_| Ok(()),
    );
    /// Association that the target sets up.
    const THEIRS: Assoc = Assoc(7);

    fn up(assoc: Assoc) -> Happening {
        Happening::Up {
            endpoint: Endpoint(1),
            assoc,
            instance: Instance::FIRST,
            peer: "127.0.0.1:9901".parse().expect("an address"),
        }
    }

    fn message(assoc: Assoc, message: &Forge) -> Happening {
        Happening::Message {
            assoc,
            ppid: Some(12),
            stream: Some(0),
            octets: message.octets(),
        }
    }

    fn shut(assoc: Assoc) -> Happening {
        Happening::Changed {
            assoc,
            change: Change::Closed,
            why: String::new(),
        }
    }

    /// Runs a part of a case with a peer to whose first message these happenings follow.
    fn run(
        happenings: Vec<Happening>,
        part: impl FnOnce(&mut Tester, &crate::peer::EnrpPeer) -> Outcome,
    ) -> Outcome {
        let profile = TargetProfile {
            ics: BTreeSet::new(),
            timers: Timers::default(),
            silence: Duration::from_secs(1),
        };
        let mut world = Scripted::default();
        world.happenings.extend(happenings);
        let mut tester = Tester::new(&mut world, &profile, CASE, 1);
        let peer = tester.enrp_peer()?;
        tester.presence(&peer, true)?;
        part(&mut tester, &peer)
    }

    /// A target that sets up an association of its own can still answer on the one that the peer has set up.
    #[test]
    fn message_on_the_older_association_of_a_peer_counts() {
        let presence = forge::presence(9, 0, false, Some(0xffff), None);
        let list = forge::list_request(9, 0);
        let ours = Assoc(1);
        let outcome = run(
            vec![up(ours), up(THEIRS), message(ours, &list)],
            |t, peer| {
                let within = Duration::from_secs(5);
                t.expect(R5353_3_4_3_1, peer, ENRP_LIST_REQUEST, within)?;
                Ok(())
            },
        );
        assert_eq!(outcome, Ok(()));
        let outcome = run(vec![message(THEIRS, &presence)], |t, peer| {
            let within = Duration::from_secs(5);
            t.expect(R5353_3_4_3_1, peer, ENRP_PRESENCE, within)?;
            Ok(())
        });
        assert_eq!(outcome, Err(Stop::Broken), "no peer has this association");
    }

    /// A target can end an association and send its next message on a new one.
    #[test]
    fn message_on_the_next_association_of_a_peer_counts() {
        let presence = forge::presence(9, 0, false, Some(0xffff), None);
        let ours = Assoc(1);
        let happenings = vec![up(ours), shut(ours), up(THEIRS), message(THEIRS, &presence)];
        let outcome = run(happenings, |t, peer| {
            let within = Duration::from_secs(5);
            t.expect(R5353_3_4_3_1, peer, ENRP_PRESENCE, within)?;
            Ok(())
        });
        assert_eq!(outcome, Ok(()));
    }
}
