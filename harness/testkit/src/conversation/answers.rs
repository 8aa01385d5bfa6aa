//! Requests and answers: a request is answered in time, and an answer has a request.

use super::{Judge, PENDING_LIMIT, Seen, Side, TOPIC_LIMIT, handle, number};
use rspcheck_dissect::{Dissection, Protocol};
use rspcheck_spec::ReqId;
use rspcheck_spec::id::*;
use rspcheck_spec::ixit::Timers;
use rspcheck_spec::verdict::Level;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Limit on the unanswered requests of one direction.
const SIDE_LIMIT: usize = 1024;
/// Limit on the pairs of server and type of answer whose last time is remembered.
const LAST_SENT_LIMIT: usize = 65_536;
/// MAX-TIME-NO-RESPONSE (RFC 5353 §4.2).
const MAX_TIME_NO_RESPONSE: Duration = Duration::from_secs(5);
/// Time limit for a server list and a handle table. RFC 5353 §3.2.3 gives these timers neither name nor value;
/// MAX-TIME-NO-RESPONSE is the limit at start-up.
const DOWNLOAD: Duration = MAX_TIME_NO_RESPONSE;
/// Time limit for the ACK of a keep-alive. No RFC defines one; a registrar that waits longer is unlikely.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// SCTP's RTO.Max: if the association still works after this time, the request has arrived.
const RETRANSMITTED: Duration = Duration::from_secs(60);

/// Type of request with the type of its answer and its timer.
pub(super) struct Question {
    protocol: Protocol,
    request: u8,
    /// Flag that makes the message a request, if not every message of the type is one.
    flag: Option<char>,
    response: u8,
    requirement: ReqId,
    within: fn(&Timers) -> Duration,
    timer: &'static str,
    /// True if a finding is always a deviation, because the RFC has no such timer.
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
    let others = [
        R5352_2_2_3_1,
        R5352_2_2_5_6,
        R5352_2_2_6_6,
        R5353_2_1_4,
        R5353_3_2_3_2,
    ];
    QUESTIONS
        .iter()
        .map(|question| question.requirement)
        .chain(others)
}

/// Fields that a request shares with its answer: the request's type, the pool handle and, if both have one, the
/// PE Identifier. ENRP answers have no pool handle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Topic {
    request: u8,
    handle: Vec<u8>,
    id: Option<u32>,
}

/// Number of requests and answers of one topic.
#[derive(Default)]
pub(super) struct Asked {
    requests: u64,
    answers: u64,
    /// True if a request had the S flag.
    updates: bool,
}

/// Request that is not answered yet.
pub(super) struct Pending {
    question: &'static Question,
    frame: u64,
    pub(super) asked: Duration,
    pub(super) deadline: Duration,
    /// Time by which the request had arrived for certain, once that is known.
    proof: Option<Duration>,
    topic: Topic,
    /// Receiving Server's ID.
    to: u32,
    /// True if a PRESENCE without Server Information came.
    partial: bool,
    /// True if the other end sent a message while the answer was due, so that it was alive and the path worked.
    pub(super) alive: bool,
    /// True if a later message may have answered or rejected this request too.
    excused: bool,
}

/// Treatment of an unanswered request.
enum Unanswered {
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
        let association = self.association(seen.carried.assoc);
        let before = (association.topics(), association.pending());
        let [left, right] = &mut association.sides;
        let (asker, other) = if from == 0 {
            (left, right)
        } else {
            (right, left)
        };
        let early = d.well_formed() && other.flow.complete() && asker.is_early(d);
        if d.well_formed() {
            asker.own(d, room);
            if let Some(question) = question {
                asker.asks(other, seen, question, within, (room, space));
            }
        } else {
            // The receiver may discard a malformed request, or answer the part that it could decode.
            asker.unclear = true;
        }
        let started = association.started;
        let after = (association.topics(), association.pending());
        if started && early {
            self.early_table_request(seen);
        }
        self.topics = self.topics + after.0 - before.0;
        self.pending = self.pending + after.1 - before.1;
    }

    /// Reports a request for the handlespace before the answer to the list request of the same registrar, which asks
    /// for a list only when it starts.
    fn early_table_request(&mut self, seen: Seen<'_>) {
        self.report(
            "monitor/start-up-order",
            R5353_3_2_3_2,
            // The RFC gives the order, but does not forbid an earlier request in so many words.
            Some(Level::Should),
            seen.frame,
            "the whole handlespace is requested before the answer to ENRP_LIST_REQUEST".to_owned(),
        );
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
        let Some(association) = self.associations.get_mut(&seen.carried.assoc) else {
            return;
        };
        let asker = &mut association.sides[1 - from];
        if code
            == if seen.protocol == Protocol::Asap {
                0x0e
            } else {
                0x0a
            }
        {
            // An ERROR need not name its request.
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
        // A PRESENCE may be a heartbeat. Any other answer proves that the earlier requests have arrived too.
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
        association.paired = true;
        if answered.question.flag.is_none() {
            self.reports.answered(seen.carried.assoc, answered.asked);
        }
        // Without a sign of life in time, the path or the other end may have failed for a while.
        let judged = answered.alive || answered.proof.is_some();
        if time <= answered.deadline {
            self.answered += 1;
        } else if !judged {
            self.open += 1;
        } else {
            let note = format!(
                "the request was answered after {:.1} s, later than {}",
                (time - answered.asked).as_secs_f64(),
                answered.question.timer
            );
            // The request may have arrived late, which the capture does not show.
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
        if self.last_sent.len() >= LAST_SENT_LIMIT && !self.last_sent.contains_key(&key) {
            self.last_sent.pop_first();
        }
        self.last_sent.insert(key, time);
    }

    /// Reports an answer without a request, if the capture has every request.
    fn unasked(&mut self, seen: Seen<'_>, from: usize) {
        let d = seen.dissection;
        let request = match (seen.protocol, d.message_type()) {
            (Protocol::Asap, Some(0x03)) => 0x01,
            (Protocol::Asap, Some(0x06)) => 0x05,
            _ => return,
        };
        let Some(association) = self.associations.get_mut(&seen.carried.assoc) else {
            return;
        };
        let asker = &mut association.sides[1 - from];
        if !association.started || asker.unclear || !asker.flow.complete() || !d.well_formed() {
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
                    "the response is for a PE that was not registered on this association".into();
                self.report("monitor/unasked", R5352_2_2_3_1, None, seen.frame, note);
            }
            return;
        }
        if answers > requests && !updates {
            let note = "the response answers no request, and no request had the S flag".into();
            self.report("monitor/unasked", R5352_2_2_5_6, None, seen.frame, note);
        }
        if d.flag('A') && !updates {
            let note = "the A flag is set; no request on this association had S set".into();
            self.report("monitor/unasked", R5352_2_2_6_6, None, seen.frame, note);
        }
    }

    // ---- timers ---------------------------------------------------------------------------------

    /// Checks the overdue requests of an association; at its end, all of them.
    pub(super) fn settle(&mut self, assoc: u64, end: bool) {
        let last = self.last;
        let Some(association) = self.associations.get_mut(&assoc) else {
            return;
        };
        if !end
            && association
                .sides
                .iter()
                .all(|side| side.due.is_none_or(|due| due >= last))
        {
            return;
        }
        let mut findings = Vec::new();
        for from in 0..2 {
            let waiting = std::mem::take(&mut association.sides[from].pending);
            let paired = association.started || association.paired;
            let (mut left, mut due) = (VecDeque::new(), None::<Duration>);
            self.pending -= waiting.len();
            for pending in waiting {
                let within = (pending.question.within)(&self.timers);
                match pending.unanswered(
                    &association.sides[1 - from],
                    &self.last_sent,
                    last,
                    within,
                    end,
                ) {
                    Unanswered::Wait => {
                        let next = pending.next(last, within);
                        due = Some(due.map_or(next, |due| due.min(next)));
                        left.push_back(pending);
                    }
                    Unanswered::Open => self.open += 1,
                    Unanswered::Answered => self.answered += 1,
                    Unanswered::Report(level) => {
                        findings.push((pending, if paired { level } else { Level::Should }))
                    }
                }
            }
            self.pending += left.len();
            (association.sides[from].pending, association.sides[from].due) = (left, due);
        }
        for (pending, level) in findings {
            self.report_unanswered(&pending, level);
        }
    }

    fn report_unanswered(&mut self, pending: &Pending, level: Level) {
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
    /// Returns the treatment of the request, unanswered at the time `last`.
    fn unanswered(
        &self,
        responder: &Side,
        last_sent: &BTreeMap<(u32, u8), Duration>,
        last: Duration,
        within: Duration,
        end: bool,
    ) -> Unanswered {
        let patience = self.asked + RETRANSMITTED + within;
        let unsettled = if end || last > patience {
            Unanswered::Open
        } else {
            Unanswered::Wait
        };
        if last <= self.deadline {
            return if end {
                Unanswered::Open
            } else {
                Unanswered::Wait
            };
        }
        let server = responder.server.unwrap_or(self.to);
        let since = |code: u8| {
            last_sent
                .get(&(server, code))
                .is_some_and(|time| *time > self.asked)
        };
        if self.question.protocol == Protocol::Enrp && since(self.question.response) {
            // The answer came on another association between the two.
            return Unanswered::Answered;
        }
        // A PRESENCE without Server Information on another association may be the answer.
        let elsewhere =
            !self.partial && self.question.flag.is_some() && since(self.question.response | 0x80);
        let stranger = self.to != 0 && responder.server.is_some_and(|id| id != self.to);
        if self.excused || elsewhere || stranger {
            return Unanswered::Open;
        }
        if !responder.flow.complete() {
            return unsettled;
        }
        let heard = |time: Duration| responder.heard.is_some_and(|heard| heard > time);
        let proven = self
            .proof
            .is_some_and(|proof| heard(self.deadline.max(proof + within)));
        if proven || heard(patience) {
            return Unanswered::Report(if self.question.lenient {
                Level::Should
            } else {
                Level::Must
            });
        }
        // The other end is alive, but the request may have been in flight until now.
        if end && heard(self.deadline) {
            Unanswered::Report(Level::Should)
        } else {
            unsettled
        }
    }

    /// Returns the time of the next check.
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
    /// Notes a request. `room`: whether another topic, and another pending request, may be remembered.
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
        // A PE drops a keep-alive for a pool that it is not in (RFC 5352 §3.4, KA1).
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
            alive: false,
        });
        self.due = Some(self.due.map_or(deadline, |due| due.min(deadline)));
    }

    /// Returns true for a request for the whole handlespace while a list request of this end has no answer.
    fn is_early(&self, d: &Dissection) -> bool {
        let whole = d.protocol() == Protocol::Enrp && d.message_type() == Some(0x02);
        let listing = |pending: &Pending| {
            let question = pending.question;
            question.protocol == Protocol::Enrp && question.request == 0x05 && !pending.excused
        };
        whole && !d.flag('W') && self.pending.iter().any(listing)
    }

    /// Updates the pools in which this end has a PE.
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
