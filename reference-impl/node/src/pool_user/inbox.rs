//! The events that the owner of a pool user has not taken yet.
//!
//! An owner that only sends and receives takes data alone, so the other events must not accumulate: of a cookie, a
//! business card, the registrar and a watched pool only the latest event stays; of failovers, returned messages and
//! answers the oldest are dropped for new ones. Data and the ends of sessions stay.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rsp_proto::pool_user::{Event, Message, Request, Session};

/// Most octets of user messages that wait for the owner, their storage included; with more, the session ends.
const MAX_UNREAD: usize = 64 << 20;
/// Most failovers, returned messages and answers that are kept, the latest ones.
const MAX_NEWS: usize = 1024;

/// All events, in their order.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    events: BTreeMap<u64, Event>,
    next: u64,
    /// The position of the latest event about each topic.
    latest: BTreeMap<Topic, u64>,
    /// The positions of each session's data and end.
    sessions: BTreeMap<Session, VecDeque<u64>>,
    /// The position of the answer to each request.
    answers: BTreeMap<Request, u64>,
    /// The positions of the events that are dropped for new ones.
    news: BTreeSet<u64>,
    /// Octets of data.
    unread: usize,
    /// Octets of returned messages.
    returned: usize,
}

/// A topic of which only the latest event stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    Cookie(Session),
    Card(Session),
    Home,
    Changed(Request),
    Watching(Request),
}

/// The time that an event stays.
enum Stay {
    /// Until the next event of its topic.
    Latest(Topic),
    /// Until the owner reads its session.
    OfSession(Session),
    /// Until there are too many; it may answer a request.
    News(Option<Request>),
    /// Until the owner takes it; it asked for each of them.
    Always,
}

impl Inbox {
    /// Adds an event.
    ///
    /// # Errors
    /// The session, if the event is data and there is no room for it.
    pub(super) fn push(&mut self, event: Event) -> Result<(), Session> {
        if let Event::Data { session, .. } = &event
            && self.unread + sizes(&event).0 > MAX_UNREAD
        {
            return Err(*session);
        }
        let at = self.next;
        self.next += 1;
        match stay(&event) {
            Stay::Latest(topic) => {
                if let Some(old) = self.latest.insert(topic, at) {
                    self.events.remove(&old);
                }
            }
            Stay::OfSession(session) => self.sessions.entry(session).or_default().push_back(at),
            Stay::News(request) => {
                self.news.insert(at);
                self.answers.extend(request.map(|request| (request, at)));
            }
            Stay::Always => {}
        }
        self.count(&event, usize::saturating_add);
        self.events.insert(at, event);
        while self.news.len() > MAX_NEWS || (self.returned > MAX_UNREAD && self.news.len() > 1) {
            let oldest = self.news.first().copied();
            let Some(oldest) = oldest.and_then(|at| self.take(at)) else {
                break;
            };
            tracing::debug!("dropped, as the owner does not read: {oldest:?}");
        }
        Ok(())
    }

    /// Takes the oldest event.
    pub(super) fn pop(&mut self) -> Option<Event> {
        let (&at, _) = self.events.first_key_value()?;
        self.take(at)
    }

    /// Takes the oldest data of a session, or its end.
    pub(super) fn of_session(&mut self, session: Session) -> Option<Event> {
        let at = *self.sessions.get(&session)?.front()?;
        self.take(at)
    }

    /// Takes the answer to a request.
    pub(super) fn answer(&mut self, request: Request) -> Option<Event> {
        let at = *self.answers.get(&request)?;
        self.take(at)
    }

    fn take(&mut self, at: u64) -> Option<Event> {
        let event = self.events.remove(&at)?;
        match stay(&event) {
            Stay::Latest(topic) => {
                self.latest.remove(&topic);
            }
            Stay::OfSession(session) => {
                if let Some(of_session) = self.sessions.get_mut(&session) {
                    // They are taken in order only.
                    of_session.pop_front();
                    if of_session.is_empty() {
                        self.sessions.remove(&session);
                    }
                }
            }
            Stay::News(request) => {
                self.news.remove(&at);
                if let Some(request) = request {
                    self.answers.remove(&request);
                }
            }
            Stay::Always => {}
        }
        self.count(&event, usize::saturating_sub);
        Some(event)
    }

    fn count(&mut self, event: &Event, change: impl Fn(usize, usize) -> usize) {
        let (data, returned) = sizes(event);
        self.unread = change(self.unread, data);
        self.returned = change(self.returned, returned);
    }
}

fn stay(event: &Event) -> Stay {
    match event {
        Event::Cookie { session, .. } => Stay::Latest(Topic::Cookie(*session)),
        Event::BusinessCard { session, .. } => Stay::Latest(Topic::Card(*session)),
        Event::Home { .. } => Stay::Latest(Topic::Home),
        Event::Changed { request, .. } => Stay::Latest(Topic::Changed(*request)),
        Event::Watching { request, .. } => Stay::Latest(Topic::Watching(*request)),
        Event::Data { session, .. } | Event::Failed { session, .. } | Event::Closed { session } => {
            Stay::OfSession(*session)
        }
        Event::Resolved { request, .. } | Event::NotResolved { request, .. } => {
            Stay::News(Some(*request))
        }
        Event::Up { .. } | Event::FailingOver { .. } | Event::Returned { .. } => Stay::News(None),
        Event::WatchEnded { .. } => Stay::Always,
    }
}

/// Octets of data and returned messages, with the storage of each, so that empty messages have a limit too.
fn sizes(event: &Event) -> (usize, usize) {
    match event {
        Event::Data { octets, .. } => (size_of::<Event>() + octets.len(), 0),
        Event::Returned { messages, .. } => {
            let sizes = messages.iter();
            let sizes = sizes.map(|message| size_of::<Message>() + message.octets.len());
            (0, size_of::<Event>() + sizes.sum::<usize>())
        }
        Event::Resolved { .. }
        | Event::NotResolved { .. }
        | Event::Watching { .. }
        | Event::Changed { .. }
        | Event::WatchEnded { .. }
        | Event::Up { .. }
        | Event::FailingOver { .. }
        | Event::Cookie { .. }
        | Event::BusinessCard { .. }
        | Event::Closed { .. }
        | Event::Failed { .. }
        | Event::Home { .. } => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use rsp_proto::pool_user::{Failure, Fault, Unsent};
    use rsp_wire::PeIdentifier;

    use super::*;

    const PE: PeIdentifier = PeIdentifier(1);

    fn data(session: u64, octets: usize) -> Event {
        Event::Data {
            session: Session(session),
            from: PE,
            ppid: 0,
            octets: vec![0; octets],
        }
    }

    fn cookie(session: u64, octets: usize) -> Event {
        let session = Session(session);
        Event::Cookie { session, octets }
    }

    fn failing_over(session: u64) -> Event {
        Event::FailingOver {
            session: Session(session),
            from: PE,
            why: Fault::Lost,
        }
    }

    fn all(inbox: &mut Inbox) -> Vec<Event> {
        std::iter::from_fn(|| inbox.pop()).collect()
    }

    #[test]
    fn only_the_latest_cookie_of_a_session_stays() {
        let mut inbox = Inbox::default();
        for n in 0..10_000 {
            inbox.push(cookie(1, n)).unwrap();
            inbox.push(data(1, 4)).unwrap();
            assert_eq!(inbox.of_session(Session(1)), Some(data(1, 4)));
            assert_eq!(inbox.of_session(Session(1)), None);
            assert_eq!(inbox.events.len(), 1);
        }
        inbox.push(cookie(2, 5)).unwrap();
        assert_eq!(all(&mut inbox), [cookie(1, 9_999), cookie(2, 5)]);
        assert_eq!((inbox.unread, inbox.latest.len()), (0, 0));
    }

    #[test]
    fn events_keep_their_order() {
        let mut inbox = Inbox::default();
        let closed = Event::Closed {
            session: Session(1),
        };
        let events = [
            failing_over(1),
            data(1, 1),
            data(2, 2),
            cookie(1, 3),
            closed,
        ];
        for event in events.clone() {
            inbox.push(event).unwrap();
        }
        assert_eq!(inbox.of_session(Session(2)), Some(data(2, 2)));
        let rest = [0, 1, 3, 4].map(|n: usize| events[n].clone());
        assert_eq!(all(&mut inbox), rest);
        assert!(inbox.sessions.is_empty() && inbox.news.is_empty());
    }

    #[test]
    fn old_news_make_room() {
        let mut inbox = Inbox::default();
        let not_resolved = |n| Event::NotResolved {
            request: Request(n),
            why: Failure::TimedOut,
        };
        inbox.push(data(1, 1)).unwrap();
        inbox.push(not_resolved(1)).unwrap();
        for _ in 1..MAX_NEWS {
            inbox.push(failing_over(1)).unwrap();
        }
        assert_eq!(inbox.answer(Request(1)), Some(not_resolved(1)));
        inbox.push(not_resolved(2)).unwrap();
        for _ in 0..MAX_NEWS {
            inbox.push(failing_over(1)).unwrap();
        }
        assert_eq!(
            inbox.answer(Request(2)),
            None,
            "dropped before it was taken"
        );
        assert_eq!(inbox.news.len(), MAX_NEWS);
        assert_eq!(inbox.of_session(Session(1)), Some(data(1, 1)));
        let returned = || Event::Returned {
            session: Session(1),
            pe: None,
            why: Unsent::QueueFull,
            messages: vec![Message::new(vec![0; MAX_UNREAD / 2])],
        };
        for _ in 0..5 {
            inbox.push(returned()).unwrap();
        }
        assert_eq!(all(&mut inbox), [returned()]);
        assert_eq!((inbox.returned, inbox.answers.len()), (0, 0));
    }

    #[test]
    fn unread_data_ends_the_session() {
        let mut inbox = Inbox::default();
        let mut taken = 0;
        while inbox.push(data(1, 1 << 20)).is_ok() {
            taken += 1;
        }
        assert_eq!(taken, 63);
        assert_eq!(inbox.push(data(2, 1 << 20)), Err(Session(2)));
        inbox.of_session(Session(1));
        assert_eq!(inbox.push(data(2, 1 << 20)), Ok(()));
        let room = MAX_UNREAD - inbox.unread;
        let mut taken = 0;
        while inbox.push(data(1, 0)).is_ok() {
            taken += 1;
        }
        assert_eq!(taken, room / size_of::<Event>(), "empty ones count too");
    }
}
