//! Output of a child, in a bounded queue of lines.

use crate::{End, WhenFull};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

/// Last lines that are kept for messages about a child's end.
const TAIL: usize = 12;
/// Octets of a line that the tail keeps.
const TAIL_LINE: usize = 4096;

/// A stream of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Stream {
    /// Returns its name: `stdout` or `stderr`.
    pub fn name(self) -> &'static str {
        match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        }
    }
}

/// A line of output.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The stream it was written to.
    pub stream: Stream,
    /// Its octets. They end with a newline, unless the line was longer than the limit or the output ended.
    pub octets: Vec<u8>,
}

impl Line {
    /// Returns its text without blanks at the end; octets that are no UTF-8 are replaced.
    pub fn text(&self) -> String {
        text(&self.octets)
    }
}

/// The reason why there is no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoLine {
    /// None came before the deadline.
    Late,
    /// All output has ended, and all lines were taken.
    Over,
}

/// The queue between the threads that read and the owner of the child.
#[derive(Debug)]
pub(crate) struct Output {
    state: Mutex<State>,
    changed: Condvar,
    queue_limit: usize,
    when_full: WhenFull,
}

#[derive(Debug)]
struct State {
    lines: VecDeque<Line>,
    dropped: u64,
    tail: VecDeque<String>,
    /// Streams that have not ended.
    open: u8,
    end: Option<End>,
    /// The owner is gone: nothing waits for room any more.
    closed: bool,
}

impl Output {
    pub(crate) fn new(streams: u8, queue_limit: usize, when_full: WhenFull) -> Output {
        Output {
            state: Mutex::new(State {
                lines: VecDeque::new(),
                dropped: 0,
                tail: VecDeque::new(),
                open: streams,
                end: None,
                closed: false,
            }),
            changed: Condvar::new(),
            queue_limit,
            when_full,
        }
    }

    pub(crate) fn try_line(&self) -> Option<Line> {
        let line = lock(&self.state).lines.pop_front();
        if line.is_some() {
            self.changed.notify_all();
        }
        line
    }

    pub(crate) fn line(&self, deadline: Instant) -> Result<Line, NoLine> {
        let mut state = self.wait(deadline, |s| !s.lines.is_empty() || s.open == 0);
        let line = state.lines.pop_front();
        self.changed.notify_all();
        line.ok_or(if state.open == 0 {
            NoLine::Over
        } else {
            NoLine::Late
        })
    }

    pub(crate) fn take_dropped(&self) -> u64 {
        std::mem::take(&mut lock(&self.state).dropped)
    }

    pub(crate) fn tail(&self) -> Vec<String> {
        lock(&self.state).tail.iter().cloned().collect()
    }

    pub(crate) fn is_over(&self) -> bool {
        let state = lock(&self.state);
        state.lines.is_empty() && state.open == 0
    }

    pub(crate) fn wait_for_output(&self, deadline: Instant) -> bool {
        self.wait(deadline, |s| s.open == 0).open == 0
    }

    pub(crate) fn ended(&self) -> Option<End> {
        lock(&self.state).end.clone()
    }

    pub(crate) fn wait_for_end(&self, deadline: Instant) -> Option<End> {
        self.wait(deadline, |s| s.end.is_some()).end.clone()
    }

    /// Waits until the child and all its output have ended, or until `deadline`.
    pub(crate) fn wait_for_all(&self, deadline: Instant) {
        drop(self.wait(deadline, |s| s.end.is_some() && s.open == 0));
    }

    pub(crate) fn end(&self, end: End) {
        lock(&self.state).end = Some(end);
        self.changed.notify_all();
    }

    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.changed.notify_all();
    }

    /// Waits until `enough` holds or `deadline` has come.
    fn wait(&self, deadline: Instant, enough: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let mut state = lock(&self.state);
        while !enough(&state) {
            let left = deadline.saturating_duration_since(now());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state
    }

    fn push(&self, line: Line) {
        let mut state = lock(&self.state);
        while self.when_full == WhenFull::Wait
            && state.lines.len() >= self.queue_limit
            && !state.closed
        {
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        if state.tail.len() == TAIL {
            state.tail.pop_front();
        }
        let kept = &line.octets[..line.octets.len().min(TAIL_LINE)];
        state.tail.push_back(text(kept));
        if state.lines.len() < self.queue_limit {
            state.lines.push_back(line);
        } else {
            state.dropped += 1;
        }
        self.changed.notify_all();
    }
}

/// Reads a stream line by line on a thread of its own until it ends.
pub(crate) fn follow(
    stream: Stream,
    from: impl Read + Send + 'static,
    line_limit: usize,
    output: &Arc<Output>,
    log: Option<Arc<Mutex<File>>>,
) -> io::Result<()> {
    let output = output.clone();
    start_thread(move || {
        let mut from = BufReader::new(from);
        loop {
            let mut octets = Vec::new();
            let mut limited = from.by_ref().take(line_limit as u64);
            match limited.read_until(b'\n', &mut octets) {
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
            if let Some(log) = &log {
                // A full disk must not end the child.
                let _ = lock(log).write_all(&octets);
            }
            output.push(Line { stream, octets });
        }
        lock(&output.state).open -= 1;
        output.changed.notify_all();
    })
}

/// Starts a thread that nothing joins.
pub(crate) fn start_thread(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(work).map(drop)
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).trim_end().to_owned()
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every statement leaves the content valid, also where a thread panicked.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "children run on wall time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
