//! `rserpool pu session`: sends lines to a pool and prints the answers.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

use rsp_proto::pool_user::{Event, Fault, Message, Session, Unsent};
use tokio::sync::mpsc;

use rserpool::Failure;
use rserpool::pool_user::{PoolUser, Refused, Settings};
use rserpool::signals::Signals;

use super::session::{ROOM_CYCLE, report};
use super::{Ended, SessionArgs, await_pool};

/// Most octets of a message; a longer line is sent in parts.
const MAX_LINE: u64 = 60_000;
/// Lines that are read before they are sent.
const LINES_AHEAD: usize = 16;
/// Most lines that are kept for a repetition.
const MAX_REMEMBERED: usize = 1024;

struct Terminal<'a> {
    args: &'a SessionArgs,
    session: Session,
    /// True if the session has a pool element.
    serving: bool,
    had: bool,
    /// Lines to send.
    outgoing: VecDeque<Vec<u8>>,
    /// Lines sent since the last answer.
    unanswered: VecDeque<Vec<u8>>,
    /// Time of the last message, sent or received.
    active: Duration,
    input_over: bool,
}

/// Keeps a session until the input ends and its answers arrived, or until a signal.
pub(super) async fn run(
    args: &SessionArgs,
    settings: &Settings,
    out: &mut dyn Write,
) -> Result<Ended, Failure> {
    let mut signals = Signals::new()?;
    let mut user = PoolUser::start(settings)?;
    tokio::select! {
        biased;
        () = signals.next() => return Ok(Ended::Well),
        ended = await_pool(&args.common, &mut user) => if let Some(ended) = ended? {
            return Ok(ended);
        },
    }
    let mut lines = read_lines()?;
    let session = user.open_with(args.target(), !args.no_failover);
    let mut terminal = Terminal {
        args,
        session,
        serving: false,
        had: false,
        outgoing: VecDeque::new(),
        unanswered: VecDeque::new(),
        active: user.now(),
        input_over: false,
    };
    let ended = loop {
        terminal.send(&mut user)?;
        let now = user.now();
        let end = terminal.deadline();
        if end.is_some_and(|end| end <= now) {
            break Ended::Well;
        }
        let again = (!terminal.outgoing.is_empty()).then(|| now + ROOM_CYCLE);
        let until = [end, again].into_iter().flatten().min();
        tokio::select! {
            biased;
            () = signals.next() => break Ended::Well,
            event = user.next_event_until(until) => {
                if let Some(event) = event?
                    && let Some(ended) = terminal.event(event, &user, out)?
                {
                    break ended;
                }
            }
            line = lines.recv(), if terminal.wants_input() => match line {
                Some(line) => terminal.outgoing.push_back(line?),
                None => terminal.input_over = true,
            },
        }
    };
    user.stop().await?;
    Ok(ended)
}

impl Terminal<'_> {
    /// Returns whether a line could be sent. Without room, lines stay in the input.
    fn wants_input(&self) -> bool {
        let may_remember = !self.args.repeat || self.unanswered.len() < MAX_REMEMBERED;
        self.serving && !self.input_over && self.outgoing.is_empty() && may_remember
    }

    /// Returns the time of the end, once the input has ended and if no more messages arrive.
    fn deadline(&self) -> Option<Duration> {
        let is_said = self.input_over && self.serving && self.outgoing.is_empty();
        is_said.then(|| self.active + self.args.linger.0)
    }

    /// Sends the lines that there is room for.
    fn send(&mut self, user: &mut PoolUser) -> Result<(), Failure> {
        while self.serving
            && let Some(line) = self.outgoing.pop_front()
        {
            let message = Message {
                ppid: self.args.ppid,
                stream: self.args.stream,
                unordered: self.args.unordered,
                // With `--repeat` this command sends a line again itself; the engine must not send it too.
                failover: self.args.repeat.then_some(false),
                ..Message::new(line.clone())
            };
            match user.try_send(self.session, message) {
                Ok(()) => {}
                Err(Refused::Full(_)) => {
                    self.outgoing.push_front(line);
                    return Ok(());
                }
                Err(why @ (Refused::TooLong { .. } | Refused::AsapPpid)) => {
                    return Err(Failure::Settings(why.to_string()));
                }
            }
            self.active = user.now();
            if self.args.repeat || self.unanswered.len() < MAX_REMEMBERED {
                self.unanswered.push_back(line);
            }
        }
        Ok(())
    }

    fn event(
        &mut self,
        event: Event,
        user: &PoolUser,
        out: &mut dyn Write,
    ) -> Result<Option<Ended>, Failure> {
        if self.input_over
            && self.outgoing.is_empty()
            && let Event::FailingOver {
                why: Fault::Closed, ..
            } = event
        {
            // The PE closed the association after its last answer, as servers over TCP do.
            return Ok(Some(Ended::Well));
        }
        report(&event, user);
        match event {
            Event::Up { failover, .. } => {
                self.serving = true;
                self.had = true;
                self.active = user.now();
                if failover.is_some() {
                    self.moved();
                }
            }
            Event::FailingOver { .. } => self.serving = false,
            Event::Data { octets, .. } => {
                self.active = user.now();
                self.unanswered.clear();
                out.write_all(&octets)?;
                if octets.last() != Some(&b'\n') {
                    out.write_all(b"\n")?;
                }
                out.flush()?;
            }
            Event::Returned { messages, why, .. } => self.returned(messages.len(), why),
            Event::Failed { why, .. } => {
                return Ok(Some(Ended::lost(&self.args.common.pool, &why, self.had)));
            }
            Event::Closed { .. } => return Ok(Some(Ended::Well)),
            Event::Resolved { .. }
            | Event::NotResolved { .. }
            | Event::Watching { .. }
            | Event::Changed { .. }
            | Event::WatchEnded { .. }
            | Event::Cookie { .. }
            | Event::BusinessCard { .. }
            | Event::Home { .. } => {}
        }
        Ok(None)
    }

    /// Logs lines that will not be sent.
    fn returned(&self, lines: usize, why: Unsent) {
        match why {
            // With `--repeat` this command keeps them and sends them to the next pool element.
            Unsent::NoFailover if self.args.repeat => {}
            Unsent::NoFailover | Unsent::QueueFull | Unsent::Ended => {
                tracing::warn!("lines not sent: {lines}");
            }
        }
    }

    /// Handles a failover: the new pool element has not received the earlier lines.
    fn moved(&mut self) {
        if self.unanswered.is_empty() {
            return;
        }
        if !self.args.repeat {
            tracing::warn!(
                "lines without an answer: {}; they may be lost; --repeat sends such lines again",
                self.unanswered.len()
            );
            return self.unanswered.clear();
        }
        self.unanswered.append(&mut self.outgoing);
        std::mem::swap(&mut self.unanswered, &mut self.outgoing);
    }
}

/// Reads standard input on a thread of its own, as not all systems can wait for it otherwise.
fn read_lines() -> io::Result<mpsc::Receiver<io::Result<Vec<u8>>>> {
    let (sender, receiver) = mpsc::channel(LINES_AHEAD);
    std::thread::Builder::new().spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let mut line = Vec::new();
            let read = input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
            let line = match read {
                Ok(0) => return,
                Ok(_) => Ok(line),
                Err(error) => Err(error),
            };
            let over = line.is_err();
            if sender.blocking_send(line).is_err() || over {
                return;
            }
        }
    })?;
    Ok(receiver)
}
