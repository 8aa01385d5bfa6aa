//! Reactions of the ENRP peers that the harness plays: what they do without a word of the case.

use super::Tester;
use crate::case::{Outcome, Stop};
use crate::conversation::pe_checksum;
use crate::forge::{self, Forge};
use crate::kind::*;
use crate::peer::{Death, PeerState, Reaction, pool_entries};
use crate::player::{Message, Player};
use rspcheck_spec::event::Instance;
use std::time::Duration;

impl Tester<'_> {
    pub(super) fn peer_state(&mut self, player: Player) -> &mut PeerState {
        let own = |peer: &&mut PeerState| peer.player == player;
        self.peers
            .iter_mut()
            .find(own)
            .expect("enrp_peer() made the state together with the player")
    }

    pub(super) fn presence_of(
        &mut self,
        player: Player,
        to: Instance,
        reply_required: bool,
    ) -> Forge {
        let to = self.server_of(to);
        let peer = self.peer_state(player);
        let own = peer.table(true);
        let sum = pe_checksum(
            own.iter()
                .map(|entry| (&entry.handle.0[..], entry.element.id)),
        );
        let sum = peer.habits.checksum.unwrap_or(sum);
        // One's complement has two zeros, which this does not map to each other.
        let sum = if peer.habits.lies { sum ^ 0x1111 } else { sum };
        forge::presence(
            peer.id,
            to,
            reply_required,
            Some(sum),
            Some(&peer.information()),
        )
    }

    /// Notes a message of the target to a peer, and sends the peer's answer, or notes it if the peer answers late.
    pub(super) fn peer_reacts(&mut self, player: Player, message: &Message) -> Outcome {
        if self.peers.iter().all(|peer| peer.player != player) {
            return Ok(());
        }
        if message.is(ENRP_HANDLE_TABLE_REQUEST) && self.dies(player)? {
            return Ok(());
        }
        let Some(answer) = self.answer(player, message) else {
            return Ok(());
        };
        let now = self.world.now();
        let peer = self.peer_state(player);
        let (delay, copies) = (peer.habits.delay, peer.habits.copies);
        for _ in 0..copies {
            if delay.is_zero() {
                self.send_if_up(player, message.from, &answer)?;
            } else {
                let late = &mut self.peer_state(player).late;
                late.push((now + delay, message.from, answer.clone()));
            }
        }
        Ok(())
    }

    /// Makes a peer die that has sent as many parts of a table as its habits allow. Returns true if it has died.
    fn dies(&mut self, player: Player) -> Result<bool, Stop> {
        let peer = self.peer_state(player);
        let due = peer.habits.dies.filter(|(parts, _)| peer.parts >= *parts);
        let Some((_, death)) = due else {
            return Ok(false);
        };
        peer.habits.fall_silent();
        peer.habits.dies = None;
        match death {
            Death::Aborts => self.abort(player)?,
            Death::Vanishes => self.vanish(player)?,
        }
        Ok(true)
    }

    /// Returns the answer of a peer to a message of the target.
    fn answer(&mut self, player: Player, message: &Message) -> Option<Forge> {
        let sender = message.number("sender-server-id")? as u32;
        // An ENRP_ERROR may quote the IDs of the message that it is about, so it does not identify the target, and
        // neither does the ID of a peer.
        let known = message.is(ENRP_ERROR) || self.peers.iter().any(|peer| peer.id == sender);
        if sender == 0 {
            self.target_servers.remove(&message.from);
        } else if !known {
            self.target_servers.insert(message.from, sender);
        }
        if message.is(ENRP_PRESENCE) {
            let answers = self.peer_state(player).habits.presence && message.flag('R');
            return answers.then(|| self.presence_of(player, message.from, false));
        }
        let about = message
            .number("targeting-server-id")
            .map(|number| number as u32);
        let peer = self.peer_state(player);
        let id = peer.id;
        if message.is(ENRP_LIST_REQUEST) {
            return match peer.habits.list {
                Reaction::Answers => Some(forge::list_response(id, sender, false, &peer.servers)),
                Reaction::Rejects => Some(forge::list_response(id, sender, true, &[])),
                Reaction::Silent => None,
            };
        }
        if message.is(ENRP_HANDLE_TABLE_REQUEST) {
            return match peer.habits.table {
                Reaction::Answers => Some(next_part(peer, sender, message.flag('W'))),
                Reaction::Rejects => {
                    Some(forge::handle_table_response(id, sender, true, false, &[]))
                }
                Reaction::Silent => None,
            };
        }
        if message.is(ENRP_INIT_TAKEOVER) && peer.habits.takeover {
            return match about {
                Some(target) if target == id => Some(self.presence_of(player, message.from, false)),
                Some(target) => Some(forge::init_takeover_ack(id, sender, target)),
                None => None,
            };
        }
        if message.is(ENRP_TAKEOVER_SERVER) {
            let gone = about?;
            peer.servers.retain(|server| server.id != gone);
            for entry in &mut peer.handlespace {
                if entry.element.home == gone {
                    entry.element.home = sender;
                }
            }
        }
        None
    }

    /// Returns true if the player is a peer whose table never ends.
    pub(super) fn is_endless(&self, player: Player) -> bool {
        let endless = |peer: &PeerState| peer.player == player && peer.habits.endless;
        self.peers.iter().any(endless)
    }

    /// Returns the time of the next heartbeat or late answer of a peer.
    pub(super) fn next_deed(&self) -> Option<Duration> {
        let heartbeats = self.peers.iter().filter_map(|peer| peer.heartbeat);
        let late = self.peers.iter().flat_map(|peer| &peer.late);
        heartbeats.chain(late.map(|(at, _, _)| *at)).min()
    }

    /// Sends the heartbeats and the late answers that are due.
    pub(super) fn deeds(&mut self) -> Outcome {
        let now = self.world.now();
        let mut due = Vec::new();
        for peer in &mut self.peers {
            let answers = peer.late.extract_if(.., |(at, _, _)| *at <= now);
            due.extend(answers.map(|(_, to, answer)| (peer.player, to, answer)));
        }
        for (player, to, answer) in due {
            self.send_if_up(player, to, &answer)?;
        }
        self.heartbeats()
    }

    /// Begins the heartbeats of a peer whose association has come up.
    pub(super) fn heartbeats_begin(&mut self, player: Player) {
        let (now, cycle) = (self.world.now(), self.timers().peer_heartbeat_cycle);
        if let Some(peer) = self.peers.iter_mut().find(|peer| peer.player == player) {
            let next = now + cycle * peer.habits.pace;
            peer.heartbeat.get_or_insert(next);
        }
    }

    /// Sends the ENRP_PRESENCE of each peer that is due. A peer without an association sends none in this cycle.
    fn heartbeats(&mut self) -> Outcome {
        let (now, cycle) = (self.world.now(), self.timers().peer_heartbeat_cycle);
        let mut due = Vec::new();
        for peer in &mut self.peers {
            if peer.heartbeat.is_some_and(|at| at <= now) {
                peer.heartbeat = Some(now + cycle * peer.habits.pace);
                due.extend(peer.habits.heartbeats.then_some(peer.player));
            }
        }
        for player in due {
            for (_, instance) in self.players[player.0].associations() {
                let message = self.presence_of(player, instance, false);
                self.send_if_up(player, instance, &message)?;
            }
        }
        Ok(())
    }

    /// Sends a message over the player's association with an instance if there is one.
    fn send_if_up(&mut self, player: Player, to: Instance, message: &Forge) -> Outcome {
        let all = self.players[player.0].associations();
        let Some((assoc, _)) = all.into_iter().find(|(_, instance)| *instance == to) else {
            return Ok(());
        };
        self.send_over(player, assoc, to, message)
    }
}

/// Returns the next part of the table that a peer sends, and notes its progress.
fn next_part(peer: &mut PeerState, to: u32, own: bool) -> Forge {
    let (part, from) = (peer.habits.part.max(1), peer.sent);
    let table = peer.table(own);
    let end = table.len().min(from + part);
    let more = end < table.len() || peer.habits.endless;
    let entries = pool_entries(&table[from.min(end)..end]);
    let message = forge::handle_table_response(peer.id, to, false, more, &entries);
    peer.parts += 1;
    peer.sent = if more && !peer.habits.endless { end } else { 0 };
    message
}
