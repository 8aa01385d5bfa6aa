//! Simulated TCP: each direction is a queue of segments that arrive in order and, while the network is cut,
//! are sent again.

use super::{HostId, Net, Open, What};
use crate::frame::Framer;
use crate::{AssocId, DownKind, Event, Kind, Layer, LocalPort};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// Time between two attempts to deliver a segment over a cut network.
const RETRY: Duration = Duration::from_secs(1);
/// Attempts before the sender gives up.
const ATTEMPTS: u32 = 15;
/// Limit on the octets that a sender has on their way.
const SEND_QUEUE: usize = 2_000_000;

#[derive(Default)]
pub(super) struct Pipes {
    pipes: BTreeMap<u64, Pipe>,
    next: u64,
}

struct Pipe {
    /// The side that connects, and the one that accepts.
    sides: [Side; 2],
}

struct Side {
    host: Option<HostId>,
    assoc: AssocId,
    port: LocalPort,
    addr: SocketAddr,
    up: bool,
    framer: Framer,
    /// Segments on their way to this side.
    coming: VecDeque<Segment>,
    last_arrival: Duration,
    attempts: u32,
}

enum Segment {
    Syn,
    SynAck,
    Data(Vec<u8>),
    Fin,
    Reset,
}

impl Side {
    fn new(host: Option<HostId>, assoc: AssocId, port: LocalPort, addr: SocketAddr) -> Side {
        Side {
            host,
            assoc,
            port,
            addr,
            up: false,
            framer: Framer::default(),
            coming: VecDeque::new(),
            last_arrival: Duration::ZERO,
            attempts: 0,
        }
    }

    /// Sets whether the octets that arrive here are cut into messages.
    fn framed(&mut self, framed: bool) {
        if !framed {
            self.framer = Framer::off();
        }
    }

    fn queued(&self) -> usize {
        let len = |segment: &Segment| {
            if let Segment::Data(octets) = segment {
                octets.len()
            } else {
                0
            }
        };
        self.coming.iter().map(len).sum()
    }
}

impl Pipes {
    /// Returns the sides of a connection. It exists, because the caller holds a segment or an event of it.
    fn sides(&mut self, pipe: u64) -> &mut [Side; 2] {
        let pipe = self.pipes.get_mut(&pipe);
        &mut pipe
            .expect("a connection of which a segment arrived exists")
            .sides
    }

    /// Removes a host that vanished from its connections, without a segment to the other sides.
    pub(super) fn forget_host(&mut self, id: HostId) {
        for pipe in self.pipes.values_mut() {
            pipe.sides
                .iter_mut()
                .filter(|side| side.host == Some(id))
                .for_each(|side| side.host = None);
        }
        self.pipes
            .retain(|_, pipe| pipe.sides.iter().any(|side| side.host.is_some()));
    }
}

impl Net {
    pub(super) fn open_pipe(
        &mut self,
        host: HostId,
        port: LocalPort,
        from: SocketAddr,
        to: SocketAddr,
        framed: bool,
    ) -> AssocId {
        self.pipes.next += 1;
        let pipe = self.pipes.next;
        let assoc = self.fresh_pipe_id(host, pipe);
        let mut sides = [
            Side::new(Some(host), assoc, port, from),
            Side::new(None, AssocId(0), LocalPort(0), to),
        ];
        sides[0].framed(framed);
        self.pipes.pipes.insert(pipe, Pipe { sides });
        self.segment(pipe, 1, Segment::Syn);
        assoc
    }

    fn fresh_pipe_id(&mut self, host: HostId, pipe: u64) -> AssocId {
        let host = &mut self.hosts[host.0 as usize];
        let assoc = AssocId(host.next_pipe_id);
        host.next_pipe_id += 2;
        host.pipes.insert(assoc, pipe);
        assoc
    }

    fn side_of(&self, host: HostId, assoc: AssocId) -> io::Result<(u64, usize)> {
        let pipe = *self.hosts[host.0 as usize]
            .pipes
            .get(&assoc)
            .ok_or(io::ErrorKind::NotConnected)?;
        let sides = &self
            .pipes
            .pipes
            .get(&pipe)
            .ok_or(io::ErrorKind::NotConnected)?
            .sides;
        let mine = |side: &Side| side.host == Some(host) && side.assoc == assoc;
        let side = sides
            .iter()
            .position(mine)
            .ok_or(io::ErrorKind::NotConnected)?;
        Ok((pipe, side))
    }

    pub(super) fn send_pipe(
        &mut self,
        host: HostId,
        assoc: AssocId,
        octets: &[u8],
    ) -> io::Result<()> {
        let (pipe, side) = self.side_of(host, assoc)?;
        let sides = &self.pipes.pipes[&pipe].sides;
        if !sides[side].up {
            return Err(io::ErrorKind::NotConnected.into());
        }
        if sides[1 - side].queued() + octets.len() > SEND_QUEUE {
            return Err(io::Error::new(
                io::ErrorKind::WouldBlock,
                "the send queue is full",
            ));
        }
        let mut rest = octets;
        while !rest.is_empty() {
            // Random cuts, so that receivers meet every one in the course of a run.
            let cut = if self.rng.u8(0..3) == 0 {
                rest.len()
            } else {
                self.rng.usize(1..=rest.len())
            };
            let (piece, tail) = rest.split_at(cut);
            self.segment(pipe, 1 - side, Segment::Data(piece.to_vec()));
            rest = tail;
        }
        Ok(())
    }

    pub(super) fn shutdown_pipe(&mut self, host: HostId, assoc: AssocId) -> io::Result<()> {
        let (pipe, side) = self.side_of(host, assoc)?;
        self.segment(pipe, 1 - side, Segment::Fin);
        Ok(())
    }

    pub(super) fn reset_pipe(&mut self, host: HostId, assoc: AssocId) {
        let Ok((pipe, side)) = self.side_of(host, assoc) else {
            return;
        };
        self.segment(pipe, 1 - side, Segment::Reset);
        self.leave(pipe, side);
    }

    pub(super) fn reset_pipes_of(&mut self, host: HostId, port: LocalPort) {
        let of_port = |assoc: &AssocId| {
            self.side_of(host, *assoc)
                .is_ok_and(|(pipe, side)| self.pipes.pipes[&pipe].sides[side].port == port)
        };
        let gone: Vec<AssocId> = self.hosts[host.0 as usize]
            .pipes
            .keys()
            .copied()
            .filter(of_port)
            .collect();
        for assoc in gone {
            self.reset_pipe(host, assoc);
            self.out
                .retain(|(at, event)| *at != host || event.assoc() != Some(assoc));
        }
    }

    /// Puts a segment on its way.
    fn segment(&mut self, pipe: u64, to: usize, segment: Segment) {
        let sides = &self.pipes.pipes[&pipe].sides;
        let (from, dest) = (sides[1 - to].host, sides[to].addr);
        let conditions = match (from, self.by_ip.get(&dest.ip())) {
            (Some(from), Some(&host)) => self.conditions_of(from, host),
            _ => self.conditions,
        };
        let source = self.pipes.pipes[&pipe].sides[1 - to].addr;
        if let Segment::Data(octets) = &segment {
            self.show(source, dest, Layer::Tcp, octets);
        }
        let mut at = self.now + self.between(conditions.delay_min, conditions.delay_max);
        while self.chance(conditions.loss.min(0.9)) {
            at += Duration::from_millis(200); // TCP repairs it after a retransmission timeout.
        }
        let side = &mut self.pipes.sides(pipe)[to];
        side.coming.push_back(segment);
        side.last_arrival = side.last_arrival.max(at);
        let at = side.last_arrival;
        self.push(at, What::Pipe { pipe, to });
    }

    /// Delivers the first segment of a direction, or sends it again later if the network is cut.
    pub(super) fn advance_pipe(&mut self, pipe: u64, to: usize) {
        let Some(Pipe { sides }) = self.pipes.pipes.get(&pipe) else {
            return;
        };
        if sides[to].coming.is_empty() {
            return;
        }
        let there = self.by_ip.get(&sides[to].addr.ip()).copied();
        let from = self.by_ip.get(&sides[1 - to].addr.ip()).copied();
        let arrives = from
            .zip(there)
            .is_some_and(|(from, there)| self.reachable(from, there));
        let side = &mut self.pipes.sides(pipe)[to];
        if !arrives {
            side.attempts += 1;
            if side.attempts > ATTEMPTS {
                return self.give_up(pipe, 1 - to);
            }
            return self.push(self.now + RETRY, What::Pipe { pipe, to });
        }
        side.attempts = 0;
        let segment = side.coming.pop_front().expect("not empty, seen above");
        let there = there.expect("it arrives, so there is a host");
        match segment {
            Segment::Syn => self.syn(pipe, there),
            segment if self.pipes.pipes[&pipe].sides[to].host.is_some() => {
                self.arrived(pipe, to, segment)
            }
            Segment::Reset => {}
            // The host was restarted and has no state of this connection.
            _ => self.segment(pipe, 1 - to, Segment::Reset),
        }
        self.tidy(pipe);
    }

    fn syn(&mut self, pipe: u64, there: HostId) {
        let addr = self.pipes.pipes[&pipe].sides[1].addr;
        let open = &self.hosts[there.0 as usize].open;
        let listener = |(port, open): (&LocalPort, &Open)| match *open {
            Open::Tcp {
                addr: at,
                listen: true,
                framed,
            } if at == addr => Some((*port, framed)),
            Open::Sctp { .. } | Open::Tcp { .. } | Open::Udp { .. } => None,
        };
        let Some((port, framed)) = open.iter().find_map(listener) else {
            return self.segment(pipe, 0, Segment::Reset);
        };
        let assoc = self.fresh_pipe_id(there, pipe);
        let sides = self.pipes.sides(pipe);
        sides[1].host = Some(there);
        sides[1].assoc = assoc;
        sides[1].port = port;
        sides[1].framed(framed);
        self.up(pipe, 1);
        self.segment(pipe, 0, Segment::SynAck);
    }

    fn up(&mut self, pipe: u64, side: usize) {
        let sides = self.pipes.sides(pipe);
        sides[side].up = true;
        let peer = vec![sides[1 - side].addr];
        let Side {
            host, assoc, port, ..
        } = &sides[side];
        let host = host.expect("a side comes up on a host");
        let event = Event::Up {
            port: *port,
            assoc: *assoc,
            kind: Kind::Tcp,
            peer,
            streams_out: 1,
            streams_in: 1,
        };
        self.out.push_back((host, event));
    }

    fn arrived(&mut self, pipe: u64, to: usize, segment: Segment) {
        match segment {
            Segment::Syn => {}
            Segment::SynAck => self.up(pipe, to),
            Segment::Data(octets) => {
                let side = &mut self.pipes.sides(pipe)[to];
                let (host, assoc) = (side.host.expect("checked by the caller"), side.assoc);
                side.framer.push(&octets);
                let done = loop {
                    match side.framer.next_message() {
                        Ok(None) => break Ok(()),
                        Err(short) => break Err(short),
                        Ok(Some(octets)) => self.out.push_back((
                            host,
                            Event::Message {
                                assoc,
                                stream: 0,
                                ppid: 0,
                                unordered: None,
                                octets,
                            },
                        )),
                    }
                };
                if let Err(short) = done {
                    self.segment(pipe, 1 - to, Segment::Reset);
                    self.end(
                        pipe,
                        to,
                        DownKind::Aborted,
                        format!("this side reset the connection: {short}"),
                    );
                }
            }
            Segment::Fin => {
                self.segment(pipe, 1 - to, Segment::Fin);
                self.end(
                    pipe,
                    to,
                    DownKind::Closed,
                    "the connection was closed".into(),
                );
            }
            Segment::Reset if self.pipes.pipes[&pipe].sides[to].up => {
                self.end(
                    pipe,
                    to,
                    DownKind::Aborted,
                    "the peer reset the connection".into(),
                );
            }
            Segment::Reset => self.end(
                pipe,
                to,
                DownKind::Refused,
                "no endpoint listens there".into(),
            ),
        }
    }

    fn give_up(&mut self, pipe: u64, side: usize) {
        let sides = self.pipes.sides(pipe);
        sides[1 - side].coming.clear();
        if sides[side].host.is_some() {
            let kind = if sides[side].up {
                DownKind::Lost
            } else {
                DownKind::Unreachable
            };
            self.end(pipe, side, kind, "no answer".into());
        }
    }

    fn end(&mut self, pipe: u64, side: usize, kind: DownKind, why: String) {
        let Side { host, assoc, .. } = self.pipes.pipes[&pipe].sides[side];
        if let Some(host) = host {
            self.out.push_back((
                host,
                Event::Down {
                    assoc,
                    kind,
                    cause: None,
                    why,
                },
            ));
        }
        self.leave(pipe, side);
    }

    fn leave(&mut self, pipe: u64, side: usize) {
        let sides = self.pipes.sides(pipe);
        if let Some(host) = sides[side].host.take() {
            let assoc = sides[side].assoc;
            self.hosts[host.0 as usize].pipes.remove(&assoc);
        }
        self.tidy(pipe);
    }

    fn tidy(&mut self, pipe: u64) {
        let over = |pipe: &Pipe| {
            pipe.sides
                .iter()
                .all(|side| side.host.is_none() && side.coming.is_empty())
        };
        if self.pipes.pipes.get(&pipe).is_some_and(over) {
            self.pipes.pipes.remove(&pipe);
        }
    }
}
