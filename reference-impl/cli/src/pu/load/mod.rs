//! The load client: sends requests to a pool and checks every answer, across failovers.
//!
//! ```text
//!           Open                Up                          count, duration, stop
//!   start ───────► without PE ──────► serving ───────────────────────────────────► closing ──► over
//!                      ▲                │ │ a request when it is due and the window has room
//!                      └────────────────┘ │ after a failover: the unanswered requests again
//!         failing over, rejected, silent  └ an answer: checked, counted
//! ```
//!
//! It has no clock and no I/O: the caller passes events and the time, and carries out its [`Act`]s. A dialogue
//! checks the answers, one for each [`Service`].

mod dialogue;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use rsp_proto::pool_user::{Event, Message, Session, SessionFailure};
use serde_json::{Value, json};

use dialogue::{Answer, Dialogue};

/// Pause after a pool element rejected a request.
const REJECTED_PAUSE: Duration = Duration::from_secs(1);

/// The protocol of the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Service {
    /// The pool element sends each message back.
    Echo,
    /// Pings and Pongs, counted across failovers.
    #[value(name = "pingpong")]
    PingPong,
    /// Jobs that continue after a failover, one session each.
    #[value(name = "calc")]
    Calculation,
}

/// The plan of the load client.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The protocol.
    pub service: Service,
    /// Time between two requests.
    pub interval: Duration,
    /// Number of requests; none for no limit.
    pub count: Option<u64>,
    /// Time in which to send requests; none for no limit.
    pub duration: Option<Duration>,
    /// Octets of a request, or calculations of a job.
    pub size: u64,
    /// Most requests without an answer at a time. Ping-pong and calculation have one.
    pub window: usize,
    /// Time without a message of the pool element, while an answer is due, after which the session leaves it.
    pub answer_timeout: Duration,
}

/// An output of the load client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Opens a session with the pool; the caller passes it to [`Load::opened`].
    Open,
    /// Sends a message in the session.
    Send(Session, Message),
    /// Makes the session leave its pool element.
    Fail(Session),
    /// Ends the session.
    Close(Session),
}

/// The end of the load client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The plan is done.
    Done,
    /// The session was lost.
    Lost(SessionFailure),
}

/// The results.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Requests, each counted once.
    pub requests: u64,
    /// Correct answers.
    pub answers: u64,
    /// Wrong answers.
    pub wrong: u64,
    /// Failovers to another pool element.
    pub failovers: u64,
    /// Failovers with the cookie of the previous pool element.
    pub cookies: u64,
    /// Failovers because a pool element was silent.
    pub silences: u64,
    /// Requests that a pool element rejected.
    pub rejections: u64,
    /// The longest wait for the next answer.
    pub longest_gap: Duration,
    /// The sum of these waits.
    pub due: Duration,
    /// Time from the first request to the last answer.
    pub span: Duration,
}

/// The load client.
#[derive(Debug)]
pub struct Load {
    plan: Plan,
    dialogue: Box<dyn Dialogue>,
    state: State,
    session: Option<Session>,
    unanswered: VecDeque<Request>,
    begun: Option<Duration>,
    next_at: Duration,
    /// Time of the last message, or since which an answer is due.
    heard: Duration,
    /// Time of the last answer.
    answered: Duration,
    probed: bool,
    last: bool,
    summary: Summary,
    acts: VecDeque<Act>,
    end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A session opens at this time.
    Pausing(Duration),
    /// The session has no pool element.
    Without,
    /// The session has a pool element.
    Serving,
    /// The plan is done and the session ends.
    Closing,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    number: u64,
    sent: Duration,
}

impl Load {
    /// Returns a client that starts at `now`.
    pub fn new(plan: Plan, now: Duration) -> Self {
        let mut load = Self {
            dialogue: dialogue::new(plan.service, plan.size),
            plan,
            state: State::Without,
            session: None,
            unanswered: VecDeque::new(),
            begun: None,
            next_at: now,
            heard: now,
            answered: now,
            probed: false,
            last: false,
            summary: Summary::default(),
            acts: VecDeque::new(),
            end: None,
        };
        load.acts.push_back(Act::Open);
        load
    }

    /// Takes the session that [`Act::Open`] asked for.
    pub fn opened(&mut self, session: Session) {
        self.session = Some(session);
    }

    /// Returns the next output.
    pub fn poll(&mut self) -> Option<Act> {
        self.acts.pop_front()
    }

    /// Handles an event; ignores those of other sessions.
    pub fn event(&mut self, now: Duration, event: &Event) {
        match event {
            Event::Up {
                session, failover, ..
            } if self.session == Some(*session) => {
                let echoed = failover.is_some_and(|failover| failover.cookie_echoed);
                self.summary.failovers += u64::from(failover.is_some());
                self.summary.cookies += u64::from(echoed);
                self.up(now, failover.is_some(), echoed);
            }
            Event::FailingOver { session, .. }
                if self.session == Some(*session) && self.state == State::Serving =>
            {
                self.state = State::Without;
            }
            Event::Data {
                session, octets, ..
            } if self.session == Some(*session) => self.data(now, octets),
            Event::Failed { session, why } if self.session == Some(*session) => {
                self.end.get_or_insert(End::Lost(why.clone()));
            }
            Event::Closed { session } if self.session == Some(*session) => {
                self.end.get_or_insert(End::Done);
            }
            // What comes back is sent again after the failover, as everything unanswered is.
            _ => {}
        }
        self.go_on(now);
    }

    /// Handles the timers that are due at `now`.
    pub fn timeout(&mut self, now: Duration) {
        match self.state {
            State::Pausing(until) if until <= now => {
                self.state = State::Without;
                self.acts.push_back(Act::Open);
            }
            State::Serving if self.silent_at().is_some_and(|at| at <= now) => self.silence(now),
            State::Pausing(_) | State::Without | State::Serving | State::Closing => {}
        }
        self.go_on(now);
    }

    /// Returns the time of the next [`timeout`](Self::timeout) call.
    pub fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Pausing(until) => Some(until),
            State::Serving => {
                let next = (!self.is_last(self.next_at) && self.has_room()).then_some(self.next_at);
                let over = self.over_at().filter(|_| !self.last);
                [next, over, self.silent_at()].into_iter().flatten().min()
            }
            State::Without | State::Closing => None,
        }
    }

    /// Sends no more requests, and ends once all requests have an answer.
    pub fn stop(&mut self, now: Duration) {
        self.last = true;
        self.go_on(now);
    }

    /// Returns the end, once it has ended.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// Returns the results so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    fn up(&mut self, now: Duration, again: bool, echoed: bool) {
        if self.state == State::Closing {
            return;
        }
        self.state = State::Serving;
        self.heard = now;
        self.probed = false;
        self.dialogue.moved(again, echoed);
        let Some(session) = self.session else { return };
        for request in &self.unanswered {
            if let Some(message) = self.dialogue.again(request.number, echoed) {
                self.acts.push_back(Act::Send(session, message));
            }
        }
    }

    fn data(&mut self, now: Duration, octets: &[u8]) {
        self.heard = now;
        self.probed = false;
        for answer in self.dialogue.answers(octets) {
            match answer {
                Answer::Right => self.answer(now, true),
                Answer::Wrong(why) => {
                    tracing::warn!("wrong answer: {why}");
                    self.answer(now, false);
                }
                Answer::Working(reply) => {
                    let act = reply.zip(self.session);
                    self.acts
                        .extend(act.map(|(reply, session)| Act::Send(session, reply)));
                }
                Answer::Rejected => {
                    tracing::warn!("rejected");
                    self.summary.rejections += 1;
                    self.leave(now + REJECTED_PAUSE);
                }
            }
        }
    }

    fn answer(&mut self, now: Duration, right: bool) {
        let Some(request) = self.unanswered.pop_front() else {
            self.summary.wrong += 1;
            return;
        };
        if right {
            self.summary.answers += 1;
        } else {
            self.summary.wrong += 1;
        }
        let due = now.saturating_sub(request.sent.max(self.answered));
        self.summary.longest_gap = self.summary.longest_gap.max(due);
        self.summary.due += due;
        self.summary.span = now.saturating_sub(self.begun.unwrap_or(now));
        self.answered = now;
        let is_over = self.is_last(self.next_at.max(now)) && self.unanswered.is_empty();
        if self.dialogue.is_one_session_each() && !is_over {
            self.leave(self.next_at.max(now));
        }
    }

    /// Ends the session and opens another one later.
    fn leave(&mut self, until: Duration) {
        self.acts.extend(self.session.take().map(Act::Close));
        self.state = State::Pausing(until);
    }

    /// Sends the requests that are due, or ends when none is left.
    fn go_on(&mut self, now: Duration) {
        self.last |= self.is_last(now);
        if self.last && self.unanswered.is_empty() {
            return self.close();
        }
        while self.state == State::Serving
            && self.next_at <= now
            && self.has_room()
            && !self.is_last(now)
        {
            self.send(now);
        }
    }

    fn send(&mut self, now: Duration) {
        let Some(session) = self.session else { return };
        self.begun.get_or_insert(now);
        self.summary.requests += 1;
        let number = self.summary.requests;
        if self.unanswered.is_empty() {
            self.heard = now;
        }
        self.unanswered.push_back(Request { number, sent: now });
        self.next_at = (self.next_at + self.plan.interval).max(now);
        let message = self.dialogue.request(number);
        self.acts.push_back(Act::Send(session, message));
    }

    fn close(&mut self) {
        if self.state == State::Closing {
            return;
        }
        self.state = State::Closing;
        match self.session {
            Some(session) => self.acts.push_back(Act::Close(session)),
            None => {
                self.end.get_or_insert(End::Done);
            }
        }
    }

    /// Returns whether no more requests are sent from `at` on.
    fn is_last(&self, at: Duration) -> bool {
        self.last
            || self.plan.count.is_some_and(|n| self.summary.requests >= n)
            || self.over_at().is_some_and(|over| over <= at)
    }

    fn over_at(&self) -> Option<Duration> {
        Some(self.begun? + self.plan.duration?)
    }

    fn has_room(&self) -> bool {
        let window = if self.dialogue.is_one_at_a_time() {
            1
        } else {
            self.plan.window
        };
        self.unanswered.len() < window
    }

    /// Returns the time limit for the next message.
    fn silent_at(&self) -> Option<Duration> {
        let patience = match self.probed || self.dialogue.probe(0).is_none() {
            true => self.plan.answer_timeout,
            false => self.plan.answer_timeout / 2,
        };
        (!self.unanswered.is_empty()).then(|| self.heard + patience)
    }

    fn silence(&mut self, now: Duration) {
        let (Some(session), Some(request)) = (self.session, self.unanswered.front()) else {
            return;
        };
        if let Some(probe) = self.dialogue.probe(request.number).filter(|_| !self.probed) {
            self.probed = true;
            return self.acts.push_back(Act::Send(session, probe));
        }
        let silence = now.saturating_sub(self.heard);
        tracing::warn!("no answer for {silence:.1?}, leaving the pool element");
        self.summary.silences += 1;
        self.state = State::Without;
        self.acts.push_back(Act::Fail(session));
    }
}

impl Summary {
    /// Returns the summary as one JSON object.
    pub fn object(&self) -> Value {
        json!({
            "requests": self.requests,
            "answers": self.answers,
            "wrong": self.wrong,
            "failovers": self.failovers,
            "cookies-echoed": self.cookies,
            "silences": self.silences,
            "rejections": self.rejections,
            "longest-gap-seconds": self.longest_gap.as_secs_f64(),
            "mean-gap-seconds": self.mean_gap().as_secs_f64(),
            "span-seconds": self.span.as_secs_f64(),
        })
    }

    /// Returns whether every request has a correct answer.
    pub fn is_right(&self) -> bool {
        self.wrong == 0 && self.answers == self.requests
    }

    fn mean_gap(&self) -> Duration {
        let answers = u32::try_from(self.answers + self.wrong).unwrap_or(u32::MAX);
        self.due.checked_div(answers).unwrap_or_default()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n: u64, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        write!(
            f,
            "{}, {}, {} wrong, {} ({} with cookie), longest gap {:.3} s, mean {:.3} ms, {:.1} s in all",
            plural(self.requests, "request"),
            plural(self.answers, "answer"),
            self.wrong,
            plural(self.failovers, "failover"),
            self.cookies,
            self.longest_gap.as_secs_f64(),
            self.mean_gap().as_secs_f64() * 1000.0,
            self.span.as_secs_f64(),
        )?;
        if self.silences > 0 {
            write!(f, ", {} by silence", plural(self.silences, "failover"))?;
        }
        if self.rejections > 0 {
            write!(f, ", {} rejected", self.rejections)?;
        }
        Ok(())
    }
}
