//! One association of the endpoint: the user-space stack's socket, and the state that the socket does not show.

use crate::chunk::{self, Chunk, Header, kind};
use crate::received::Received;
use crate::{AssocId, DownKind, Event, Kind, LocalPort, Outgoing};
use dcsctp::api::{
    DcSctpSocket, ErrorKind, Message, PpId, SendError, SendOptions, Socket, SocketState,
    SocketTime, StreamId,
};
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// Cause "Protocol Violation" (RFC 9260 §3.3.10.13).
const PROTOCOL_VIOLATION: u16 = 13;

/// Addresses and ports that all packets of one association have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Path {
    pub(super) udp: SocketAddr,
    pub(super) peer_port: u16,
    pub(super) local_port: u16,
}

pub(super) struct Association {
    pub(super) id: AssocId,
    pub(super) local: LocalPort,
    pub(super) path: Path,
    pub(super) socket: Socket,
    /// The verification tag that the peer must use; 0 before the first INIT is sent.
    pub(super) tag: u32,
    /// The deadline under which it is listed among the endpoint's timers.
    pub(super) timer: Option<Duration>,
    up: bool,
    cookie_echoed: bool,
    /// Cause code of an ABORT in the current packet; the stack reports it as text only.
    abort_cause: Option<u16>,
    streams_out: Option<u16>,
    received: Received,
}

impl Association {
    pub(super) fn new(id: AssocId, local: LocalPort, path: Path, socket: Socket) -> Association {
        Association {
            id,
            local,
            path,
            socket,
            tag: 0,
            timer: None,
            up: false,
            cookie_echoed: false,
            abort_cause: None,
            streams_out: None,
            received: Received::default(),
        }
    }

    pub(super) fn send(
        &mut self,
        now: Duration,
        message: Outgoing<'_>,
        max: usize,
    ) -> io::Result<()> {
        let refuse = |why: String| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        if message.octets.is_empty() {
            return refuse("an empty message cannot be sent over SCTP".into());
        }
        if message.octets.len() > max {
            return refuse(format!(
                "a message of {} octets is longer than {max}",
                message.octets.len()
            ));
        }
        if let Some(streams) = self.streams_out
            && message.stream >= streams
        {
            return refuse(format!("stream {} of {streams}", message.stream));
        }
        self.socket.advance_time(SocketTime::zero() + now);
        if self.socket.state() == SocketState::Closed {
            return Err(io::ErrorKind::NotConnected.into());
        }
        let options = SendOptions {
            unordered: message.unordered,
            ..SendOptions::default()
        };
        let message = Message::new(
            StreamId(message.stream),
            PpId(message.ppid),
            message.octets.to_vec(),
        );
        self.socket
            .send(message, &options)
            .map_err(|error| match error {
                SendError::ResourceExhaustion => {
                    io::Error::new(io::ErrorKind::WouldBlock, "the send queue is full")
                }
                SendError::ShuttingDown => io::Error::new(
                    io::ErrorKind::NotConnected,
                    "the association is shutting down",
                ),
                other => io::Error::new(io::ErrorKind::InvalidInput, other),
            })
    }

    /// Returns true if a packet is the ABORT of a port without endpoint that answers an INIT. The stack ignores
    /// it, because it has no control block yet.
    pub(super) fn refused_by(&self, header: &Header, first: &Chunk<'_>) -> bool {
        first.kind == kind::ABORT
            && first.flags & chunk::TAG_REFLECTED == 0
            && header.tag == self.tag
            && !self.cookie_echoed
            && self.socket.state() == SocketState::Connecting
    }

    /// Records the chunks of a packet before the stack handles it.
    pub(super) fn note(&mut self, header: &Header, first: &Chunk<'_>, packet: &[u8]) {
        self.abort_cause = None;
        if !matches!(first.kind, kind::HEARTBEAT | kind::HEARTBEAT_ACK) {
            self.note_data(packet, header.tag == self.tag);
        }
    }

    /// Records the ABORT of a packet and, if it has this side's tag, its DATA chunks.
    pub(super) fn note_data(&mut self, packet: &[u8], ours: bool) {
        for chunk in chunk::chunks(packet) {
            match chunk.kind {
                kind::DATA if ours => chunk
                    .data()
                    .into_iter()
                    .for_each(|data| self.received.note(data)),
                kind::ABORT => self.abort_cause = chunk.cause(),
                _ => {}
            }
        }
    }

    /// Returns the destination of a packet that the stack sends while it handles one from `from`.
    pub(super) fn destination(&self, packet: &[u8], from: Option<SocketAddr>) -> SocketAddr {
        match packet.get(chunk::HEADER_LEN) {
            // Both answer a path, not an association (RFC 9260 §8.3, §5.1).
            Some(&(kind::HEARTBEAT_ACK | kind::INIT_ACK)) => from.unwrap_or(self.path.udp),
            _ => self.path.udp,
        }
    }

    /// Records the chunks of an outgoing packet. Returns this side's tag if it is the first INIT.
    pub(super) fn sent(&mut self, packet: &[u8]) -> Option<u32> {
        for chunk in chunk::chunks(packet) {
            match chunk.kind {
                kind::INIT if self.tag == 0 => {
                    self.tag = chunk::u32_at(chunk.value, 0)?;
                    return Some(self.tag);
                }
                kind::COOKIE_ECHO => self.cookie_echoed = true,
                kind::SACK | kind::SHUTDOWN => {
                    chunk::u32_at(chunk.value, 0)
                        .into_iter()
                        .for_each(|tsn| self.received.acknowledge(tsn));
                }
                kind::DATA => return None, // DATA comes last.
                _ => {}
            }
        }
        None
    }

    /// Records that the stack is connected. Returns an event unless this is a restart or a late collision.
    pub(super) fn connected(&mut self) -> Option<Event> {
        let metrics = self.socket.get_metrics();
        let (streams_in, streams_out) = metrics.map_or((0, 0), |m| {
            (
                m.negotiated_maximum_incoming_streams,
                m.negotiated_maximum_outgoing_streams,
            )
        });
        self.streams_out = Some(streams_out);
        let first = !std::mem::replace(&mut self.up, true);
        first.then(|| Event::Up {
            port: self.local,
            assoc: self.id,
            kind: Kind::Sctp,
            peer: vec![SocketAddr::new(self.path.udp.ip(), self.path.peer_port)],
            streams_out,
            streams_in,
        })
    }

    /// Resets tag and TSNs: the peer restarted with this COOKIE ECHO.
    pub(super) fn restarted(&mut self, cookie_echo: &[u8]) {
        self.tag = Header::read(cookie_echo).map_or(self.tag, |header| header.tag);
        self.received = Received::default();
        self.note_data(cookie_echo, true);
    }

    pub(super) fn aborted(
        &self,
        error: ErrorKind,
        text: String,
    ) -> (DownKind, Option<u16>, String) {
        match (error, self.up) {
            (ErrorKind::TooManyRetries, true) => (DownKind::Lost, None, text),
            (ErrorKind::TooManyRetries, false) => (DownKind::Unreachable, None, text),
            (ErrorKind::PeerReported, up) => {
                let kind = if up {
                    DownKind::Aborted
                } else {
                    DownKind::Refused
                };
                let text = if text.is_empty() {
                    "the peer sent ABORT".into()
                } else {
                    format!("the peer sent ABORT: {text}")
                };
                (kind, self.abort_cause, text)
            }
            (_, _) => (
                DownKind::Aborted,
                Some(PROTOCOL_VIOLATION),
                format!("this side aborted: {text}"),
            ),
        }
    }

    /// Moves complete messages to `events`. Stops at one that is longer than `max` and returns its length.
    pub(super) fn take_messages(
        &mut self,
        max: usize,
        events: &mut VecDeque<Event>,
    ) -> Option<usize> {
        while let Some(message) = self.socket.get_next_message() {
            if message.payload.len() > max {
                return Some(message.payload.len());
            }
            let (stream, ppid) = (message.stream_id.0, message.ppid.0);
            let unordered = self.received.deliver(stream, ppid, message.payload.len());
            events.push_back(Event::Message {
                assoc: self.id,
                stream,
                ppid,
                unordered,
                octets: message.payload,
            });
        }
        None
    }
}
