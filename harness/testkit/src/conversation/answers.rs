//! Requests and their answers: in time, and never without a request.

use super::{Judge, PENDING_LIMIT, Seen, Side, TOPIC_LIMIT, handle, number};
use rspcheck_dissect::{Dissection, Protocol};
use rspcheck_spec::ReqId;
use rspcheck_spec::id::*;
use rspcheck_spec::ixit::Timers;
use rspcheck_spec::verdict::Level;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Requests of one direction under way.
const SIDE_LIMIT: usize = 1024;
/// Answers by server and type that are remembered.
const SAID_LIMIT: usize = 65_536;
/// MAX-TIME-NO-RESPONSE (RFC 5353 §4.2).
const MAX_TIME_NO_RESPONSE: Duration = Duration::from_secs(5);
/// RFC 5353 §3.2.3 gives its timers for the server list and the handle table neither name nor value; this is
/// the time that MAX-TIME-NO-RESPONSE has at start-up.
const DOWNLOAD: Duration = MAX_TIME_NO_RESPONSE;
/// No RFC says how soon a PE answers a keep-alive; nobody waits longer than this.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// SCTP's RTO.Max: when an association still works after this, the request has arrived.
const RETRANSMITTED: Duration = Duration::from_secs(60);

/// A kind of question, the answer to it, and its timer.
pub(super) struct Question {
    protocol: Protocol,
    request: u8,
    /// Only with this flag set, where the question is a flag.
    flag: Option<char>,
    response: u8,
    requirement: ReqId,
    within: fn(&Timers) -> Duration,
    timer: &'static str,
    /// A finding is a deviation whatever happened: the RFC has no such timer.
    lenient: bool,
}

const fn asap(
    request: u8,
    response: u8,
    requirement: ReqId,
    within: fn(&Timers) -> Duration,
    timer: &'static str,
) -> Question {
    Question {
        protocol: Protocol::Asap,
        request,
        flag: None,
        response,
        requirement,
        within,
        timer,
        lenient: false,
    }
}

const fn enrp(
    request: u8,
    flag: Option<char>,
    response: u8,
    requirement: ReqId,
    within: fn(&Timers) -> Duration,
    timer: &'static str,
) -> Question {
    Question {
        protocol: Protocol::Enrp,
        request,
        flag,
        response,
        requirement,
        within,
        timer,
        lenient: false,
    }
}

const QUESTIONS: &[Question] = &[
    asap(
        0x01,
        0x03,
        R5352_3_1_53,
        |t| t.t2_registration,
        "T2-registration",
    ),
    asap(
        0x02,
        0x04,
        R5352_3_2_22,
        |t| t.t3_deregistration,
        "T3-deregistration",
    ),
    asap(
        0x05,
        0x06,
        R5352_3_3_21,
        |t| t.t1_enrprequest,
        "T1-ENRPrequest",
    ),
    Question {
        lenient: true,
        ..asap(0x07, 0x08, R5352_2_2_7_2, |_| KEEP_ALIVE, "half a minute")
    },
    enrp(
        0x01,
        Some('R'),
        0x01,
        R5353_3_4_3_1,
        |_| MAX_TIME_NO_RESPONSE,
        "MAX-TIME-NO-RESPONSE",
    ),
    enrp(
        0x02,
        None,
        0x03,
        R5353_3_2_3_1,
        |_| DOWNLOAD,
        "the table request timer",
    ),
    enrp(
        0x05,
        None,
        0x06,
        R5353_3_2_2_2_1,
        |_| DOWNLOAD,
        "MAX-TIME-NO-RESPONSE",
    ),
];

pub(super) fn judged() -> impl Iterator<Item = ReqId> {
    let others = [R5352_2_2_3_1, R5352_2_2_5_6, R5352_2_2_6_6, R5353_2_1_4];
    QUESTIONS
        .iter()
        .map(|question| question.requirement)
        .chain(others)
}

/// What request and answer have in common: the request's type, the pool handle and, where both have one, the
/// PE Identifier. ENRP answers name no pool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Topic {
    request: u8,
    handle: Vec<u8>,
    id: Option<u32>,
}

/// What one end asked about a topic.
#[derive(Default)]
pub(super) struct Asked {
    requests: u64,
    answers: u64,
    /// With the S flag, once.
    updates: bool,
}

/// A request under way.
pub(super) struct Pending {
    question: &'static Question,
    frame: u64,
    asked: Duration,
    deadline: Duration,
    /// Later than `deadline` once it is known when the request had arrived at the latest.
    proof: Option<Duration>,
    topic: Topic,
    /// Receiving Server's ID.
    to: u32,
    /// A PRESENCE came, without Server Information.
    partial: bool,
    /// What came since may have been the answer to this one too, or a refusal.
    excused: bool,
}

/// What is to be done about an unanswered request.
enum Lack {
    Wait,
    Open,
    Answered,
    Report(Level),
}

impl Judge {
    // ---- questions ------------------------------------------------------------------------------

    pub(super) fn asks(&mut self, seen: Seen<'_>, from: usize) {
        let d = seen.dissection;
        let asks = |q: &&Question| {
            q.protocol == seen.protocol
                && d.message_type() == Some(q.request)
                && q.flag.is_none_or(|f| d.flag(f))
        };
        let question = QUESTIONS.iter().find(asks);
        let (room, space) = (self.topics < TOPIC_LIMIT, self.pending < PENDING_LIMIT);
        let within = question
            .map(|q| (q.within)(&self.timers))
            .unwrap_or_default();
        let talk = self.talk(seen.carried.assoc);
        let before = (talk.topics(), talk.pending());
        let [left, right] = &mut talk.sides;
        let (asker, other) = if from == 0 {
            (left, right)
        } else {
            (right, left)
        };
        if d.well_formed() {
            asker.own(d, room);
            if let Some(question) = question {
                asker.asks(other, seen, question, within, (room, space));
            }
        } else {
            // It may rightly go unanswered, or be answered for what could be read of it.
            asker.unclear = true;
        }
        let after = (talk.topics(), talk.pending());
        self.topics = self.topics + after.0 - before.0;
        self.pending = self.pending + after.1 - before.1;
    }

    // ---- answers --------------------------------------------------------------------------------

    pub(super) fn answers(&mut self, seen: Seen<'_>, from: usize) {
        let (d, time) = (seen.dissection, seen.time);
        let Some(code) = d.message_type() else { return };
        let partial =
            seen.protocol == Protocol::Enrp && code == 0x01 && !d.has("server-information");
        if let Some(sender) = number(d, "sender-server-id") {
            self.remember((sender, if partial { 0x80 } else { 0 } | code), time);
        }
        self.unasked(seen, from);
        let Some(talk) = self.talks.get_mut(&seen.carried.assoc) else {
            return;
        };
        let asker = &mut talk.sides[1 - from];
        if code
            == if seen.protocol == Protocol::Asap {
                0x0e
            } else {
                0x0a
            }
        {
            // ERROR: which request it is about need not be in it.
            asker.pending.iter_mut().for_each(|p| p.excused = true);
            return;
        }
        let fits = |p: &Pending| {
            p.question.protocol == seen.protocol
                && code == p.question.response
                && p.topic == topic(d, p.question.request)
        };
        let Some(at) = asker.pending.iter().position(fits) else {
            return;
        };
        let asked = asker.pending[at].asked;
        // A PRESENCE may be a heartbeat; any other answer shows that what was asked before has arrived, too.
        if !partial && asker.pending[at].question.flag.is_none() {
            for earlier in asker.pending.iter_mut().filter(|p| p.asked < asked) {
                earlier.proof.get_or_insert(time);
            }
        }
        for alike in asker.pending.iter_mut().filter(|p| fits(p)) {
            alike.partial |= partial;
            alike.excused |= !partial;
        }
        asker.due = Some(time);
        if partial {
            return;
        }
        let Some(answered) = asker.pending.remove(at) else {
            return;
        };
        self.pending -= 1;
        talk.paired = true;
        if time <= answered.deadline {
            self.answered += 1;
        } else {
            let note = format!(
                "the request was answered after {:.1} s, later than {}",
                (time - answered.asked).as_secs_f64(),
                answered.question.timer
            );
            // It may have arrived late: the capture does not show when.
            let requirement = answered.question.requirement;
            self.report(
                "monitor/answered",
                requirement,
                Some(Level::Should),
                answered.frame,
                note,
            );
        }
    }

    fn remember(&mut self, key: (u32, u8), time: Duration) {
        if self.said.len() >= SAID_LIMIT && !self.said.contains_key(&key) {
            self.said.pop_first();
        }
        self.said.insert(key, time);
    }

    /// Answers that nobody asked for, where every request is in the capture.
    fn unasked(&mut self, seen: Seen<'_>, from: usize) {
        let d = seen.dissection;
        let request = match (seen.protocol, d.message_type()) {
            (Protocol::Asap, Some(0x03)) => 0x01,
            (Protocol::Asap, Some(0x06)) => 0x05,
            _ => return,
        };
        let Some(talk) = self.talks.get_mut(&seen.carried.assoc) else {
            return;
        };
        let asker = &mut talk.sides[1 - from];
        if !talk.started || asker.unclear || !asker.flow.complete() || !d.well_formed() {
            return;
        }
        let asked = asker.asked.get_mut(&topic(d, request));
        let (requests, answers, updates) = asked.map_or((0, 1, false), |asked| {
            asked.answers += 1;
            (asked.requests, asked.answers, asked.updates)
        });
        if request == 0x01 {
            if requests == 0 {
                let note =
                    "the response is about a PE that was not registered on this association".into();
                self.report("monitor/unasked", R5352_2_2_3_1, None, seen.frame, note);
            }
            return;
        }
        if answers > requests && !updates {
            let note = "the response answers no request, and updates were not asked for".into();
            self.report("monitor/unasked", R5352_2_2_5_6, None, seen.frame, note);
        }
        if d.flag('A') && !updates {
            let note = "the A flag is set; no request on this association had S set".into();
            self.report("monitor/unasked", R5352_2_2_6_6, None, seen.frame, note);
        }
    }

    // ---- timers ---------------------------------------------------------------------------------

    /// Looks at what is overdue on an association; at its end, at everything.
    pub(super) fn settle(&mut self, assoc: u64, end: bool) {
        let last = self.last;
        let Some(talk) = self.talks.get_mut(&assoc) else {
            return;
        };
        if !end
            && talk
                .sides
                .iter()
                .all(|side| side.due.is_none_or(|due| due >= last))
        {
            return;
        }
        let mut lacks = Vec::new();
        for from in 0..2 {
            let waiting = std::mem::take(&mut talk.sides[from].pending);
            let paired = talk.started || talk.paired;
            let (mut left, mut due) = (VecDeque::new(), None::<Duration>);
            self.pending -= waiting.len();
            for pending in waiting {
                let within = (pending.question.within)(&self.timers);
                match pending.lack(&talk.sides[1 - from], &self.said, last, within, end) {
                    Lack::Wait => {
                        let next = pending.next(last, within);
                        due = Some(due.map_or(next, |due| due.min(next)));
                        left.push_back(pending);
                    }
                    Lack::Open => self.open += 1,
                    Lack::Answered => self.answered += 1,
                    Lack::Report(level) => {
                        lacks.push((pending, if paired { level } else { Level::Should }))
                    }
                }
            }
            self.pending += left.len();
            (talk.sides[from].pending, talk.sides[from].due) = (left, due);
        }
        for (pending, level) in lacks {
            self.lacking(&pending, level);
        }
    }

    fn lacking(&mut self, pending: &Pending, level: Level) {
        let (monitor, requirement, note) = if pending.partial {
            let note = "no answer to the ENRP_PRESENCE with the reply required flag has Server Information";
            ("monitor/presence-information", R5353_2_1_4, note.to_owned())
        } else {
            let note = format!(
                "the request was not answered within {}",
                pending.question.timer
            );
            ("monitor/answered", pending.question.requirement, note)
        };
        self.report(monitor, requirement, Some(level), pending.frame, note);
    }
}

impl Pending {
    /// What it means that there is no answer at `last`.
    fn lack(
        &self,
        responder: &Side,
        said: &BTreeMap<(u32, u8), Duration>,
        last: Duration,
        within: Duration,
        end: bool,
    ) -> Lack {
        let patience = self.asked + RETRANSMITTED + within;
        let unsettled = if end || last > patience {
            Lack::Open
        } else {
            Lack::Wait
        };
        if last <= self.deadline {
            return if end { Lack::Open } else { Lack::Wait };
        }
        let server = responder.server.unwrap_or(self.to);
        let since = |code: u8| {
            said.get(&(server, code))
                .is_some_and(|time| *time > self.asked)
        };
        if self.question.protocol == Protocol::Enrp && since(self.question.response) {
            // Another association between the two carried it.
            return Lack::Answered;
        }
        // A PRESENCE elsewhere, without Server Information, can be meant as the answer.
        let elsewhere =
            !self.partial && self.question.flag.is_some() && since(self.question.response | 0x80);
        let stranger = self.to != 0 && responder.server.is_some_and(|id| id != self.to);
        if self.excused || elsewhere || stranger {
            return Lack::Open;
        }
        if !responder.flow.complete() {
            return unsettled;
        }
        let heard = |time: Duration| responder.heard.is_some_and(|heard| heard > time);
        let proven = self
            .proof
            .is_some_and(|proof| heard(self.deadline.max(proof + within)));
        if proven || heard(patience) {
            return Lack::Report(if self.question.lenient {
                Level::Should
            } else {
                Level::Must
            });
        }
        // The other end lives, but the request can have been on its way all the time.
        if end && heard(self.deadline) {
            Lack::Report(Level::Should)
        } else {
            unsettled
        }
    }

    /// When to look again.
    fn next(&self, last: Duration, within: Duration) -> Duration {
        let times = [
            Some(self.deadline),
            self.proof.map(|proof| proof + within),
            Some(self.asked + RETRANSMITTED),
        ];
        times
            .into_iter()
            .flatten()
            .filter(|time| *time > last)
            .min()
            .unwrap_or(last)
    }
}

impl Side {
    /// `room` for what is remembered for good, and for a pending request.
    fn asks(
        &mut self,
        other: &Side,
        seen: Seen<'_>,
        question: &'static Question,
        within: Duration,
        room: (bool, bool),
    ) {
        let d = seen.dissection;
        let topic = topic(d, question.request);
        let answers_can_be_unasked = matches!(
            (seen.protocol, question.request),
            (Protocol::Asap, 0x01 | 0x05)
        );
        if answers_can_be_unasked && (room.0 || self.asked.contains_key(&topic)) {
            let asked = self.asked.entry(topic.clone()).or_default();
            asked.requests += 1;
            asked.updates |= d.flag('S');
        } else {
            self.unclear |= answers_can_be_unasked;
        }
        // A keep-alive for a pool that the PE is not in is dropped (RFC 5352 §3.4, KA1).
        let keep_alive = seen.protocol == Protocol::Asap && question.request == 0x07;
        let meant = !keep_alive || other.pools.contains(&topic.handle);
        if !meant || !room.1 || self.pending.len() >= SIDE_LIMIT {
            return;
        }
        let deadline = seen.time + within;
        self.pending.push_back(Pending {
            question,
            frame: seen.frame,
            asked: seen.time,
            deadline,
            proof: None,
            topic,
            to: number(d, "receiver-server-id").unwrap_or(0),
            partial: false,
            excused: false,
        });
        self.due = Some(self.due.map_or(deadline, |due| due.min(deadline)));
    }

    /// Keeps the pools that this end has a PE in.
    fn own(&mut self, d: &Dissection, room: bool) {
        if d.protocol() != Protocol::Asap {
            return;
        }
        let Some(handle) = handle(d) else { return };
        match d.message_type() {
            Some(0x01 | 0x08) if room => _ = self.pools.insert(handle),
            Some(0x02) => _ = self.pools.remove(&handle),
            _ => {}
        }
    }
}

fn topic(d: &Dissection, request: u8) -> Topic {
    if d.protocol() == Protocol::Enrp {
        return Topic {
            request,
            handle: Vec::new(),
            id: None,
        };
    }
    let id = match request {
        0x01 | 0x02 => {
            number(d, "pe-identifier").or_else(|| number(d, "pool-element/pe-identifier"))
        }
        _ => None,
    };
    Topic {
        request,
        handle: handle(d).unwrap_or_default(),
        id,
    }
}
