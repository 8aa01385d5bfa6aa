//! Parts of both live stacks besides SCTP: TCP, UDP, the list of sockets that woke, and an alarm.

use crate::datagram::Datagrams;
use crate::ready::{Carrier, Ready, Source};
use crate::tcp::{Sink, Tcp};
use crate::{AssocId, Local, LocalPort, SctpOptions, clock};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::time::Sleep;

#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) tcp: Tcp,
    datagrams: Datagrams,
    ready: Arc<Ready>,
}

impl Plain {
    pub(crate) fn new(options: &SctpOptions) -> Plain {
        let ready = Arc::new(Ready::default());
        Plain {
            tcp: Tcp::new(Arc::clone(&ready), options),
            datagrams: Datagrams::new(Arc::clone(&ready)),
            ready,
        }
    }

    /// Opens a TCP or UDP endpoint.
    pub(crate) fn open(&mut self, id: LocalPort, local: &Local) -> io::Result<()> {
        match local {
            Local::Tcp { addr, listen } => self.tcp.open(id, *addr, *listen, true),
            Local::TcpOctets { addr, listen } => self.tcp.open(id, *addr, *listen, false),
            Local::Udp { addr, groups } => self.datagrams.open(id, *addr, groups),
            Local::Sctp { .. } => unreachable!("SCTP endpoints are opened by the stack itself"),
        }
    }

    pub(crate) fn local_addr(&self, id: LocalPort) -> Option<SocketAddr> {
        self.tcp
            .local_addr(id)
            .or_else(|| self.datagrams.local_addr(id))
    }

    pub(crate) fn close(&mut self, id: LocalPort) {
        self.tcp.close(id);
        self.datagrams.close(id);
    }

    pub(crate) fn send_datagram(
        &self,
        from: LocalPort,
        to: SocketAddr,
        octets: &[u8],
        sink: &mut Sink<'_>,
    ) -> io::Result<()> {
        self.datagrams.send(from, to, octets, sink)
    }

    /// Returns a source of SCTP on this stack's lists, for a socket that the stack serves itself.
    pub(crate) fn sctp_source(&self, number: u64) -> Arc<Source> {
        self.ready.source(Carrier::Sctp, number)
    }

    /// Returns the next socket that woke.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<u64> {
        self.ready.poll(cx)
    }

    /// Serves a socket that woke.
    pub(crate) fn serve(&mut self, number: u64, sink: &mut Sink<'_>) {
        if !self.datagrams.serve(number, sink) {
            self.tcp.serve(number, sink);
        }
    }

    pub(crate) fn has(&self, assoc: AssocId) -> bool {
        self.tcp.has(assoc)
    }

    /// Returns the time of the next [`on_time`](Self::on_time) call.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.tcp.deadline()
    }

    /// Handles what is due.
    pub(crate) fn on_time(&mut self, now: Instant) {
        self.tcp.on_time(now);
    }
}

/// The work of a stack since it last waited, in datagrams of SCTP. A stack that always finds work must stop to let
/// the runtime see what else has arrived: new readiness of sockets, timers, signals, other tasks.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    done: u32,
    /// Datagrams of SCTP since the last turn of another socket.
    in_a_row: u32,
}

impl Pace {
    /// Work after which the stack stops.
    const SHIFT: u32 = 32;
    /// Weight of the turn of one socket.
    const TURN: u32 = 8;
    /// Datagrams of SCTP before another socket has a turn.
    const IN_A_ROW: u32 = 16;

    /// Counts a datagram of SCTP.
    pub(crate) fn datagram(&mut self) {
        self.done += 1;
        self.in_a_row += 1;
    }

    /// Counts the turn of a socket.
    pub(crate) fn turn(&mut self) {
        self.done += Self::TURN;
        self.in_a_row = 0;
    }

    /// Begins anew, as the stack waits.
    pub(crate) fn rest(&mut self) {
        *self = Self::default();
    }

    /// Returns true if SCTP is next, false if another socket is.
    pub(crate) fn is_sctp_next(&self) -> bool {
        self.in_a_row < Self::IN_A_ROW
    }

    /// Returns true if the stack must stop.
    pub(crate) fn is_over(&self) -> bool {
        self.done >= Self::SHIFT
    }
}

/// Timer that wakes the waiting task. A later deadline costs nothing until the earlier one has passed.
#[derive(Debug)]
pub(crate) struct Alarm {
    sleep: Pin<Box<Sleep>>,
    at: Instant,
}

impl Alarm {
    /// Returns an alarm. Must be called inside a runtime that has timers.
    pub(crate) fn new() -> Alarm {
        let at = clock::now();
        Alarm {
            sleep: Box::pin(tokio::time::sleep_until(at.into())),
            at,
        }
    }

    /// Becomes ready once `deadline` is past.
    pub(crate) fn poll(&mut self, deadline: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = deadline else {
            return Poll::Pending;
        };
        if deadline < self.at {
            self.reset(deadline);
        }
        while self.sleep.as_mut().poll(cx).is_ready() {
            if deadline <= clock::now() {
                return Poll::Ready(());
            }
            self.reset(deadline);
        }
        Poll::Pending
    }

    fn reset(&mut self, at: Instant) {
        self.at = at;
        self.sleep.as_mut().reset(at.into());
    }
}
