//! List of the sockets that are ready, among many.
//!
//! Each socket registers a [`Source`] as its waker. A woken source puts its number on a list and wakes the
//! task that waits, so that a stack with a thousand connections serves only those that woke.

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
    woken: VecDeque<u64>,
    waiter: Option<Waker>,
}

/// A socket's waker.
#[derive(Debug)]
pub(crate) struct Source {
    number: u64,
    listed: AtomicBool,
    ready: Arc<Ready>,
}

impl Ready {
    /// Returns a source that is listed from the beginning, so that its socket is served at once.
    pub(crate) fn source(self: &Arc<Ready>, number: u64) -> Arc<Source> {
        let source = Arc::new(Source {
            number,
            listed: AtomicBool::new(false),
            ready: Arc::clone(self),
        });
        source.list();
        source
    }

    /// Returns the next socket to serve.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<u64> {
        let mut list = self.lock();
        match list.woken.pop_front() {
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
                list.woken.push_back(self.number);
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
