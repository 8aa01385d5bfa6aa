//! The load client's side of the application protocols: requests, and checks of answers.

use std::collections::VecDeque;
use std::fmt::Debug;

use rsp_proto::pool_user::Message;

use super::Service;
use rserpool::services::calculation::message::{self as calculation, Calculation, Kind};
use rserpool::services::ping_pong::message::{self as ping_pong, PingPong};

/// A protocol with a pool element, seen from the pool user. Requests are answered in order.
pub(super) trait Dialogue: Debug {
    /// Returns a request.
    fn request(&mut self, number: u64) -> Message;
    /// Returns the message with which to repeat an unanswered request at another pool element; none if the cookie
    /// has it.
    fn again(&mut self, number: u64, echoed: bool) -> Option<Message>;
    /// Handles a pool element: another one if `again`, which has the previous one's cookie if `echoed`.
    fn moved(&mut self, again: bool, echoed: bool);
    /// Returns the answers in a message.
    fn answers(&mut self, octets: &[u8]) -> Vec<Answer>;
    /// Returns a keep-alive, if the protocol has one.
    fn probe(&self, number: u64) -> Option<Message>;
    /// Returns whether only one request may be without an answer.
    fn is_one_at_a_time(&self) -> bool;
    /// Returns whether each request has a session of its own.
    fn is_one_session_each(&self) -> bool;
}

/// An answer in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The correct answer to the oldest request.
    Right,
    /// A wrong answer.
    Wrong(String),
    /// The pool element is at work; the messages to send to it.
    Working(Option<Message>),
    /// The pool element rejects the request.
    Rejected,
}

pub(super) fn new(service: Service, size: u64) -> Box<dyn Dialogue> {
    let octets = usize::try_from(size).unwrap_or(usize::MAX);
    match service {
        Service::Echo => Box::new(Echoes {
            size: octets,
            expected: VecDeque::new(),
            received: Vec::new(),
        }),
        Service::PingPong => Box::new(Pings {
            size: octets.min(ping_pong::MAX_DATA),
            expected: 0,
            replies: 0,
            next: Next::Fresh,
        }),
        Service::Calculation => Box::new(Jobs { size, job: 0 }),
    }
}

/// Returns an ordered message. An unsent one returns to the client, which repeats all requests anyway.
fn message(ppid: u32, octets: Vec<u8>) -> Message {
    Message {
        ppid,
        failover: Some(false),
        ..Message::new(octets)
    }
}

/// Returns octets that differ for each request.
fn text(number: u64, size: usize) -> Vec<u8> {
    let mut text = format!("request {number} ").into_bytes();
    let filler = (b'a'..=b'z').cycle();
    text.extend(filler.take(size.saturating_sub(text.len())));
    text
}

#[derive(Debug)]
struct Echoes {
    size: usize,
    expected: VecDeque<Vec<u8>>,
    /// The received part of the next answer: TCP has no message boundaries.
    received: Vec<u8>,
}

impl Dialogue for Echoes {
    fn request(&mut self, number: u64) -> Message {
        let text = text(number, self.size);
        self.expected.push_back(text.clone());
        message(0, text)
    }

    fn again(&mut self, number: u64, _: bool) -> Option<Message> {
        Some(message(0, text(number, self.size)))
    }

    fn moved(&mut self, _: bool, _: bool) {
        self.received.clear();
    }

    fn answers(&mut self, octets: &[u8]) -> Vec<Answer> {
        self.received.extend_from_slice(octets);
        let mut answers = Vec::new();
        while let Some(expected) = self.expected.front() {
            let so_far = self.received.len().min(expected.len());
            if self.received[..so_far] != expected[..so_far] {
                let shown = String::from_utf8_lossy(&self.received[..so_far]).into_owned();
                answers.push(Answer::Wrong(format!(
                    "the answer `{shown}` was not a request"
                )));
                self.received.clear();
                self.expected.pop_front();
                return answers;
            }
            if so_far < expected.len() {
                return answers;
            }
            self.received.drain(..so_far);
            self.expected.pop_front();
            answers.push(Answer::Right);
        }
        if !self.received.is_empty() {
            self.received.clear();
            answers.push(Answer::Wrong("an answer without a request".to_owned()));
        }
        answers
    }

    fn probe(&self, _: u64) -> Option<Message> {
        None
    }

    fn is_one_at_a_time(&self) -> bool {
        false
    }

    fn is_one_session_each(&self) -> bool {
        false
    }
}

#[derive(Debug)]
struct Pings {
    size: usize,
    /// The number of the Ping without a Pong.
    expected: u64,
    /// The last reply number.
    replies: u64,
    next: Next,
}

/// The possible next reply numbers.
#[derive(Clone, Copy, Debug)]
enum Next {
    /// One more than the last one.
    Following,
    /// That of the cookie, which may be one behind or ahead of the received Pongs.
    Cookie,
    /// 1: the pool element does not know the session.
    Fresh,
}

impl Pings {
    fn ping(&self, number: u64) -> Message {
        let data = text(number, self.size);
        message(ping_pong::PPID, PingPong::Ping { number, data }.encode())
    }

    fn check(&self, number: u64, reply: u64, data: &[u8]) -> Result<(), String> {
        if number != self.expected {
            return Err(format!("Pong {number} for Ping {}", self.expected));
        }
        if data != text(number, self.size) {
            return Err(format!("Pong {number} has other data than its Ping"));
        }
        let last = self.replies;
        let possible = match self.next {
            Next::Following => last + 1..=last + 1,
            Next::Cookie => last.max(1)..=last + 2,
            Next::Fresh => 1..=1,
        };
        if !possible.contains(&reply) {
            return Err(format!("reply {reply} after reply {last}, {:?}", self.next));
        }
        Ok(())
    }
}

impl Dialogue for Pings {
    fn request(&mut self, number: u64) -> Message {
        self.expected = number;
        self.ping(number)
    }

    fn again(&mut self, number: u64, _: bool) -> Option<Message> {
        Some(self.ping(number))
    }

    fn moved(&mut self, _: bool, echoed: bool) {
        self.next = if echoed { Next::Cookie } else { Next::Fresh };
    }

    fn answers(&mut self, octets: &[u8]) -> Vec<Answer> {
        let checked = match PingPong::decode(octets) {
            Ok(PingPong::Pong {
                number,
                reply,
                data,
            }) => {
                let checked = self.check(number, reply, &data);
                self.replies = reply;
                checked
            }
            Ok(PingPong::Ping { .. }) => Err("a Ping".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        self.next = Next::Following;
        vec![checked.map_or_else(Answer::Wrong, |()| Answer::Right)]
    }

    fn probe(&self, _: u64) -> Option<Message> {
        None
    }

    fn is_one_at_a_time(&self) -> bool {
        true
    }

    fn is_one_session_each(&self) -> bool {
        false
    }
}

#[derive(Debug)]
struct Jobs {
    size: u64,
    job: u32,
}

impl Jobs {
    fn say(wire: Calculation) -> Message {
        message(calculation::PPID, wire.encode())
    }
}

impl Dialogue for Jobs {
    fn request(&mut self, number: u64) -> Message {
        // Job identifiers come round after four thousand million jobs.
        self.job = number as u32;
        Self::say(Calculation::request(self.job, self.size))
    }

    fn again(&mut self, number: u64, echoed: bool) -> Option<Message> {
        (!echoed).then(|| self.request(number))
    }

    fn moved(&mut self, _: bool, _: bool) {}

    fn answers(&mut self, octets: &[u8]) -> Vec<Answer> {
        let wire = match Calculation::decode(octets) {
            Ok(wire) => wire,
            Err(error) => return vec![Answer::Wrong(error.to_string())],
        };
        if wire.job != self.job {
            let why = format!("{:?} of job {}, not {}", wire.kind, wire.job, self.job);
            return vec![Answer::Wrong(why)];
        }
        let ack = || Self::say(Calculation::about(Kind::KeepAliveAck, wire.job));
        vec![match wire.kind {
            Kind::Accept | Kind::KeepAliveAck => Answer::Working(None),
            Kind::KeepAlive => Answer::Working(Some(ack())),
            Kind::Reject | Kind::Abort => Answer::Rejected,
            Kind::Complete if (wire.size, wire.completed) == (self.size, self.size) => {
                Answer::Right
            }
            Kind::Complete => Answer::Wrong(format!(
                "{} of {} calculations completed, {} asked",
                wire.completed, wire.size, self.size
            )),
            Kind::Request => Answer::Wrong("a Request".to_owned()),
        }]
    }

    fn probe(&self, _: u64) -> Option<Message> {
        Some(Self::say(Calculation::about(Kind::KeepAlive, self.job)))
    }

    fn is_one_at_a_time(&self) -> bool {
        true
    }

    fn is_one_session_each(&self) -> bool {
        true
    }
}
