//! Lists of the sockets that are ready, among many.
//!
//! Each socket registers a [`Source`] as its waker. A woken source puts its number on the list of its carrier and
//! wakes the task that waits, so that a stack with a thousand connections serves only those that woke. The carriers
//! take turns: a thousand TCP connections that are ready delay an SCTP socket by one of them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

#[derive(Debug, Default)]
pub(crate) struct Ready {
    list: Mutex<List>,
}

#[derive(Debug, Default)]
struct List {
    woken: [VecDeque<u64>; CARRIERS],
    /// The carrier that has the next turn.
    next: usize,
    waiter: Option<Waker>,
}

/// Protocol of a socket: each one has a list of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    Sctp,
    Tcp,
    Udp,
}

const CARRIERS: usize = 3;

/// A socket's waker.
#[derive(Debug)]
pub(crate) struct Source {
    number: u64,
    carrier: Carrier,
    listed: AtomicBool,
    ready: Arc<Ready>,
}

impl Ready {
    /// Returns a source that is listed from the beginning, so that its socket is served at once.
    pub(crate) fn source(self: &Arc<Ready>, carrier: Carrier, number: u64) -> Arc<Source> {
        let source = Arc::new(Source {
            number,
            carrier,
            listed: AtomicBool::new(false),
            ready: Arc::clone(self),
        });
        source.list();
        source
    }

    /// Returns the next socket to serve.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<u64> {
        let mut list = self.lock();
        match list.pop() {
            Some(number) => Poll::Ready(number),
            None => {
                if list
                    .waiter
                    .as_ref()
                    .is_none_or(|waiter| !waiter.will_wake(cx.waker()))
                {
                    list.waiter = Some(cx.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl List {
    /// Returns the first socket of the carrier that has the turn, or of the next one that has any.
    fn pop(&mut self) -> Option<u64> {
        for turn in self.next..self.next + CARRIERS {
            if let Some(number) = self.woken[turn % CARRIERS].pop_front() {
                self.next = (turn + 1) % CARRIERS;
                return Some(number);
            }
        }
        None
    }
}

impl Source {
    /// Takes the source off the list. Called before the socket is served, so that later events list it again.
    pub(crate) fn taken(&self) {
        self.listed.store(false, Ordering::Release);
    }

    /// Lists the source.
    pub(crate) fn list(&self) {
        if !self.listed.swap(true, Ordering::AcqRel) {
            let waiter = {
                let mut list = self.ready.lock();
                list.woken[self.carrier as usize].push_back(self.number);
                list.waiter.take()
            };
            waiter.into_iter().for_each(Waker::wake);
        }
    }
}

impl Wake for Source {
    fn wake(self: Arc<Source>) {
        self.list();
    }

    fn wake_by_ref(self: &Arc<Source>) {
        self.list();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriers_take_turns() {
        let ready = Arc::new(Ready::default());
        let source = |carrier, number| ready.source(carrier, number);
        let tcp: Vec<Arc<Source>> = (0..100).map(|n| source(Carrier::Tcp, n)).collect();
        let sctp = source(Carrier::Sctp, 1000);
        let _udp = source(Carrier::Udp, 2000);
        let mut cx = Context::from_waker(Waker::noop());
        let mut next = || match ready.poll(&mut cx) {
            Poll::Ready(number) => number,
            Poll::Pending => panic!("sockets are ready"),
        };
        assert_eq!([next(), next(), next()], [1000, 0, 2000]);
        // It is ready again as soon as it was served, and so are the connections.
        sctp.taken();
        sctp.list();
        tcp[0].taken();
        tcp[0].list();
        assert_eq!([next(), next(), next()], [1000, 1, 2]);
    }
}
