//! The load client against pool elements that are played here.

use super::*;
use rserpool::services::calculation::message::{Calculation, Kind};
use rserpool::services::ping_pong::message::PingPong;
use rsp_proto::pool_user::{Failover, Fault};
use rsp_wire::{
    PeIdentifier, Policy, PoolElement, RegistrationLife, SctpTransport, ServerId, UnknownParameters,
};
use std::net::IpAddr;

const FIRST: PeIdentifier = PeIdentifier(1);
const SECOND: PeIdentifier = PeIdentifier(2);

fn plan(service: Service) -> Plan {
    Plan {
        service,
        interval: ms(100),
        count: Some(3),
        duration: None,
        size: 40,
        window: 1,
        answer_timeout: ms(1000),
    }
}

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn up(session: Session, pe: PeIdentifier, failover: Option<Failover>) -> Event {
    let element = PoolElement {
        identifier: pe,
        home: ServerId(1),
        life: RegistrationLife(1),
        user_transport: SctpTransport::new(7, IpAddr::from([127, 0, 0, 1])).into(),
        policy: Policy::RoundRobin,
        asap_transport: None,
        unknown: UnknownParameters::NONE,
    };
    Event::Up {
        session,
        element: Box::new(element),
        failover,
    }
}

fn moved(session: Session, cookie_echoed: bool) -> Event {
    let failover = Failover {
        from: FIRST,
        cookie_echoed,
    };
    up(session, SECOND, Some(failover))
}

fn failing(session: Session) -> Event {
    Event::FailingOver {
        session,
        from: FIRST,
        why: Fault::Lost,
    }
}

/// The client, its clock and its session.
struct Play {
    load: Load,
    now: Duration,
    session: Session,
}

impl Play {
    fn new(plan: Plan) -> Self {
        let mut load = Load::new(plan, Duration::ZERO);
        assert_eq!(load.poll(), Some(Act::Open));
        let session = Session(1);
        load.opened(session);
        let mut play = Self {
            load,
            now: Duration::ZERO,
            session,
        };
        play.event(up(session, FIRST, None));
        play
    }

    fn event(&mut self, event: Event) {
        self.load.event(self.now, &event);
    }

    fn data(&mut self, octets: Vec<u8>) {
        self.event(Event::Data {
            session: self.session,
            from: FIRST,
            ppid: 0,
            octets,
        });
    }

    /// Advances the time to the next message, and returns it.
    fn sent(&mut self) -> Vec<u8> {
        match self.act() {
            Some(Act::Send(session, message)) if session == self.session => message.octets,
            other => panic!("a message: {other:?}"),
        }
    }

    fn act(&mut self) -> Option<Act> {
        loop {
            if let Some(act) = self.load.poll() {
                return Some(act);
            }
            let at = self.load.deadline()?;
            assert!(at >= self.now, "{at:?} is past at {:?}", self.now);
            self.now = at;
            self.load.timeout(at);
        }
    }

    fn ping(&mut self) -> (u64, Vec<u8>) {
        match PingPong::decode(&self.sent()) {
            Ok(PingPong::Ping { number, data }) => (number, data),
            other => panic!("a Ping: {other:?}"),
        }
    }

    fn pong(&mut self, (number, data): (u64, Vec<u8>), reply: u64) {
        let pong = PingPong::Pong {
            number,
            reply,
            data,
        };
        self.data(pong.encode());
    }

    /// Lets it end.
    fn over(mut self) -> Summary {
        assert_eq!(self.act(), Some(Act::Close(self.session)));
        self.event(Event::Closed {
            session: self.session,
        });
        assert_eq!(self.load.end(), Some(&End::Done));
        self.load.summary().clone()
    }
}

#[test]
fn echoes_are_compared_octet_by_octet() {
    let mut play = Play::new(plan(Service::Echo));
    let first = play.sent();
    assert_eq!(first.len(), 40);
    play.data(first[..7].to_vec());
    play.data(first[7..].to_vec());
    assert_eq!(play.load.summary().answers, 1);
    let second = play.sent();
    assert_ne!(first, second);
    assert_eq!(play.now, ms(100));
    play.data(first);
    assert_eq!(play.load.summary().wrong, 1, "that was the first one");
    let third = play.sent();
    play.data(third);
    let summary = play.over();
    assert_eq!((summary.requests, summary.answers), (3, 2));
    assert!(!summary.is_right());
}

#[test]
fn a_window_of_requests_goes_out_again_after_a_failover() {
    let mut play = Play::new(Plan {
        window: 2,
        ..plan(Service::Echo)
    });
    let requests = [play.sent(), play.sent()];
    assert_eq!(play.load.deadline(), Some(ms(1000)), "the window is full");
    play.event(failing(play.session));
    assert_eq!(play.load.deadline(), None);
    play.now = ms(5000);
    play.event(moved(play.session, false));
    for request in requests {
        assert_eq!(play.sent(), request);
        play.data(request);
    }
    let last = play.sent();
    play.data(last);
    let summary = play.over();
    assert!(summary.is_right(), "{summary}");
    assert_eq!(summary.failovers, 1);
    assert_eq!(summary.longest_gap, ms(5000));
}

#[test]
fn the_count_of_pongs_goes_on_with_the_cookie() {
    let mut play = Play::new(plan(Service::PingPong));
    let ping = play.ping();
    play.pong(ping, 1);
    let ping = play.ping();
    play.event(failing(play.session));
    play.event(moved(play.session, true));
    assert_eq!(play.ping(), ping);
    play.pong(ping, 2);
    let ping = play.ping();
    play.pong(ping, 3);
    let summary = play.over();
    assert!(summary.is_right(), "{summary}");
    assert_eq!((summary.failovers, summary.cookies), (1, 1));
}

#[test]
fn a_count_that_begins_again_in_spite_of_the_cookie_is_wrong() {
    let mut play = Play::new(plan(Service::PingPong));
    for reply in 1..=2 {
        let ping = play.ping();
        play.pong(ping, reply);
    }
    play.event(failing(play.session));
    play.event(moved(play.session, true));
    let ping = play.ping();
    play.pong(ping, 1);
    assert_eq!(play.over().wrong, 1);
}

#[test]
fn replies_without_a_failover_follow_each_other() {
    let mut play = Play::new(plan(Service::PingPong));
    for reply in [1, 3, 4] {
        let ping = play.ping();
        play.pong(ping, reply);
    }
    assert_eq!(play.over().wrong, 1);
}

#[test]
fn a_silent_pool_element_is_left() {
    let mut play = Play::new(plan(Service::PingPong));
    let ping = play.ping();
    assert_eq!(play.act(), Some(Act::Fail(play.session)));
    assert_eq!(play.now, ms(1000));
    assert_eq!(play.act(), None, "nothing is asked of it any more");
    play.event(failing(play.session));
    play.event(moved(play.session, false));
    assert_eq!(play.ping(), ping);
    assert_eq!(play.load.summary().silences, 1);
}

fn calculation(octets: &[u8]) -> Calculation {
    Calculation::decode(octets).expect("a message of the calculation service")
}

#[test]
fn a_job_goes_on_with_its_cookie_and_begins_again_without() {
    for (echoed, size) in [(true, 40), (false, 40), (true, 39)] {
        let mut play = Play::new(Plan {
            count: Some(1),
            ..plan(Service::Calculation)
        });
        assert_eq!(calculation(&play.sent()), Calculation::request(1, 40));
        play.data(Calculation::about(Kind::Accept, 1).encode());
        play.event(failing(play.session));
        play.event(moved(play.session, echoed));
        if !echoed {
            assert_eq!(calculation(&play.sent()), Calculation::request(1, 40));
        }
        play.data(Calculation::about(Kind::Accept, 1).encode());
        play.data(Calculation::complete(1, size).encode());
        assert_eq!(play.over().is_right(), size == 40);
    }
}

#[test]
fn keep_alives_go_both_ways_during_a_job() {
    let mut play = Play::new(plan(Service::Calculation));
    play.sent();
    play.data(Calculation::about(Kind::KeepAlive, 1).encode());
    assert_eq!(calculation(&play.sent()).kind, Kind::KeepAliveAck);
    assert_eq!(calculation(&play.sent()).kind, Kind::KeepAlive);
    assert_eq!(play.now, ms(500));
    play.data(Calculation::about(Kind::KeepAliveAck, 1).encode());
    assert_eq!(calculation(&play.sent()).kind, Kind::KeepAlive);
    assert_eq!(play.act(), Some(Act::Fail(play.session)));
    assert_eq!(play.now, ms(1500));
}

#[test]
fn each_job_has_a_session_and_a_rejected_one_another() {
    let mut play = Play::new(Plan {
        count: Some(2),
        ..plan(Service::Calculation)
    });
    play.sent();
    play.data(Calculation::complete(1, 40).encode());
    assert_eq!(play.act(), Some(Act::Close(play.session)));
    assert_eq!(play.act(), Some(Act::Open));
    assert_eq!(play.now, ms(100));
    play.session = Session(2);
    play.load.opened(play.session);
    play.event(up(play.session, SECOND, None));
    play.sent();
    play.data(Calculation::about(Kind::Reject, 2).encode());
    assert_eq!(play.act(), Some(Act::Close(play.session)));
    assert_eq!(play.act(), Some(Act::Open));
    assert_eq!(play.now, ms(100) + REJECTED_PAUSE);
    play.session = Session(3);
    play.load.opened(play.session);
    play.event(up(play.session, FIRST, None));
    assert_eq!(calculation(&play.sent()), Calculation::request(2, 40));
    play.data(Calculation::complete(2, 40).encode());
    let summary = play.over();
    assert!(summary.is_right(), "{summary}");
    assert_eq!(summary.rejections, 1);
}

#[test]
fn it_ends_with_its_time_or_its_session() {
    let mut play = Play::new(Plan {
        count: None,
        duration: Some(ms(250)),
        ..plan(Service::Echo)
    });
    for _ in 0..3 {
        let request = play.sent();
        play.data(request);
    }
    let summary = play.over();
    assert_eq!(summary.requests, 3);

    let mut play = Play::new(plan(Service::Echo));
    play.sent();
    play.load.stop(play.now);
    assert_eq!(play.load.end(), None, "an answer is due");
    let why = SessionFailure::NoElementLeft { rounds: 3 };
    play.event(Event::Failed {
        session: play.session,
        why: why.clone(),
    });
    assert_eq!(play.load.end(), Some(&End::Lost(why)));
}
