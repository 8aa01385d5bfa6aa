//! Parts of both live stacks besides SCTP: TCP, UDP, the list of sockets that woke, and an alarm.

use crate::datagram::Datagrams;
use crate::ready::{Ready, Source};
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

    /// Returns a source on this stack's list, for a socket that the stack serves itself.
    pub(crate) fn source(&self, number: u64) -> Arc<Source> {
        self.ready.source(number)
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
