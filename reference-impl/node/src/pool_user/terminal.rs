//! `rserpool pu session`: lines go to the pool, answers are printed.

use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

use rsp_proto::pool_user::{Event, Fault, Message, Session};
use tokio::sync::mpsc;

use super::command::{Ended, SessionArgs, await_pool};
use super::live::{PoolUser, SessionError};
use super::session::report;
use super::settings::Settings;
use crate::live::Signals;
use crate::service::Failure;

/// A longer line goes in pieces.
const MAX_LINE: u64 = 60_000;
/// Lines that are read ahead of being sent.
const LINES_AHEAD: usize = 16;
/// Lines remembered to be sent again.
const MAX_REMEMBERED: usize = 1024;

struct Terminal<'a> {
    args: &'a SessionArgs,
    session: Session,
    /// Whether the session has a pool element.
    serving: bool,
    had: bool,
    /// Lines since the last answer.
    unanswered: Vec<Vec<u8>>,
    /// When something was sent or came last.
    active: Duration,
    input_over: bool,
}

/// Holds a session until the input ends and answers have come, or a signal comes.
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
    let mut lines = read_lines();
    let session = user.open_with(args.target(), !args.no_failover);
    let mut terminal = Terminal {
        args,
        session,
        serving: false,
        had: false,
        unanswered: Vec::new(),
        active: user.now(),
        input_over: false,
    };
    let ended = loop {
        let until = terminal.deadline();
        let (want, has_room) = (!terminal.input_over, user.has_room());
        tokio::select! {
            biased;
            () = signals.next() => break Ended::Well,
            event = user.next_event_until(until) => match event? {
                Some(event) => {
                    if let Some(ended) = terminal.event(event, &mut user, out).await? {
                        break ended;
                    }
                }
                None => break Ended::Well,
            },
            line = lines.recv(), if want && has_room => match line {
                Some(line) => terminal.line(line?, &mut user).await?,
                None => terminal.input_over = true,
            },
        }
    };
    user.stop().await?;
    Ok(ended)
}

impl Terminal<'_> {
    /// When to end, unless something happens before: the input is over and no more answers are expected.
    fn deadline(&self) -> Option<Duration> {
        (self.input_over && self.serving).then(|| self.active + self.args.linger.0)
    }

    async fn line(&mut self, line: Vec<u8>, user: &mut PoolUser) -> Result<(), Failure> {
        self.active = user.now();
        if self.unanswered.len() < MAX_REMEMBERED {
            self.unanswered.push(line.clone());
        }
        self.send(line, user).await
    }

    async fn send(&mut self, line: Vec<u8>, user: &mut PoolUser) -> Result<(), Failure> {
        let message = Message {
            ppid: self.args.ppid,
            stream: self.args.stream,
            unordered: self.args.unordered,
            // What is said again must not be sent twice.
            failover: self.args.repeat.then_some(false),
            ..Message::new(line)
        };
        match user.send(self.session, message).await {
            Ok(()) | Err(SessionError::Failed(_) | SessionError::Closed) => Ok(()),
            Err(SessionError::Refused(why)) => Err(Failure::Settings(why.to_string())),
            Err(SessionError::Io(error)) => Err(error.into()),
        }
    }

    async fn event(
        &mut self,
        event: Event,
        user: &mut PoolUser,
        out: &mut dyn Write,
    ) -> Result<Option<Ended>, Failure> {
        if self.input_over
            && let Event::FailingOver {
                why: Fault::Closed, ..
            } = event
        {
            // It has said all it had to say, as servers over TCP do.
            return Ok(Some(Ended::Well));
        }
        report(&event, user);
        match event {
            Event::Up { failover, .. } => {
                self.serving = true;
                self.had = true;
                self.active = user.now();
                if failover.is_some() {
                    self.moved(user).await?;
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
            Event::Failed { why, .. } => {
                return Ok(Some(Ended::lost(&self.args.common.pool, &why, self.had)));
            }
            Event::Closed { .. } => return Ok(Some(Ended::Well)),
            _ => {}
        }
        Ok(None)
    }

    /// Another pool element serves now, which never saw what was said to the one before.
    async fn moved(&mut self, user: &mut PoolUser) -> Result<(), Failure> {
        let lines = self.unanswered.clone();
        if lines.is_empty() {
            return Ok(());
        }
        if !self.args.repeat {
            tracing::warn!(
                "lines without an answer: {}; they may be lost, --repeat sends them again",
                lines.len()
            );
            self.unanswered.clear();
            return Ok(());
        }
        for line in lines {
            self.send(line, user).await?;
        }
        Ok(())
    }
}

/// Reads standard input on a thread of its own: it cannot be waited for otherwise on all systems.
fn read_lines() -> mpsc::Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel(LINES_AHEAD);
    std::thread::spawn(move || {
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
    });
    receiver
}
