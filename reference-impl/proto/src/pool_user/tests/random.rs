//! Random schedules: registrars and PEs that drop, refuse, are silent, die and come back, and owners that make
//! any request in any order. In every schedule each request is answered within its bound, at most three set-ups
//! to registrars are under way, the limits hold, COOKIE_ECHO is the first message to a new PE, and deadlines lie
//! ahead. Once the faults stop, every session has a PE again.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

const POOLS: [&str; 4] = ["p", "q", "r", "missing"];
const PES: [u32; 3] = [5, 6, 7];
/// 2 × (1 + MAX-REQUEST-RETRANSMIT) × T1-ENRPrequest.
const BOUND: Duration = Duration::from_secs(90);

/// Peer at the other end.
#[derive(Clone, Debug)]
enum Peer {
    Registrar,
    Element(u32),
}

/// An association at the other end, up or not yet.
#[derive(Clone, Debug)]
struct Line {
    peer: Peer,
    is_up: bool,
    /// True once a message was sent over it.
    is_used: bool,
}

/// The world around one pool user.
struct Chaos {
    user: PoolUser,
    now: Duration,
    rng: fastrand::Rng,
    lines: BTreeMap<Assoc, Line>,
    next_assoc: u64,
    next_number: u64,
    requests: BTreeMap<Request, Duration>,
    watches: BTreeSet<Request>,
    sessions: BTreeMap<Session, bool>,
    /// The session of a set-up, by the order in which both are logged and put out.
    cookies: BTreeMap<Session, Vec<u8>>,
    session_of: BTreeMap<Assoc, Session>,
    chosen: Option<Session>,
    dead: BTreeSet<u32>,
    /// Number of times that each PE was dialled, less the reports of it.
    called: BTreeMap<u32, u32>,
    reports: usize,
    is_calm: bool,
    failovers: usize,
    /// Inputs and outputs, if they are to be printed.
    trace: Option<Vec<String>>,
}

impl Chaos {
    fn new(seed: u64, is_traced: bool) -> Self {
        let config = Config {
            registrars: vec![registrar(1), registrar(2), registrar(3), registrar(4)],
            max_pools: 3,
            max_requests: 6,
            max_sessions: 5,
            max_queued: 3,
            max_queued_octets: 64,
            max_cookie: 4,
            max_contacts: 4,
            max_reports: 2,
            // Sessions do not give up while nothing works; other tests cover giving up.
            session_rounds: u32::MAX,
            ..Config::default()
        };
        let mut chaos = Self {
            user: PoolUser::new(config, seed, Duration::ZERO),
            now: Duration::ZERO,
            rng: fastrand::Rng::with_seed(seed),
            lines: BTreeMap::new(),
            next_assoc: 0,
            next_number: 0,
            requests: BTreeMap::new(),
            watches: BTreeSet::new(),
            sessions: BTreeMap::new(),
            cookies: BTreeMap::new(),
            session_of: BTreeMap::new(),
            chosen: None,
            dead: BTreeSet::new(),
            called: BTreeMap::new(),
            reports: 0,
            is_calm: false,
            failovers: 0,
            trace: is_traced.then(Vec::new),
        };
        chaos.drain();
        chaos
    }

    fn input(&mut self, input: Input<'_>) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:?} {input:?}", self.now));
        }
        self.user.handle(self.now, input);
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            let output = self.user.poll();
            if let Some(trace) = &mut self.trace {
                trace.push(format!("{:?} {output:?}", self.now));
            }
            match output {
                Output::Wait(at) => {
                    assert!(at.is_none_or(|at| at > self.now), "deadlines lie ahead");
                    break;
                }
                Output::Connect {
                    dial, channel, to, ..
                } => self.on_connect(dial, channel, to),
                Output::Send { assoc, octets, .. } => self.on_send(assoc, &octets),
                Output::Data { assoc, message } => {
                    let line = self.lines.get_mut(&assoc).expect("data over a line");
                    assert!(line.is_up);
                    line.is_used = true;
                    assert_ne!(message.ppid, 11);
                }
                Output::Abort { assoc } => {
                    self.lines.remove(&assoc).expect("what is aborted is there");
                    self.session_of.remove(&assoc);
                }
                Output::Shutdown { assoc } => {
                    assert!(self.lines.contains_key(&assoc));
                }
                Output::Event(event) => self.on_told(&event),
                Output::Log(Log::Chosen { session, .. }) => self.chosen = Some(session),
                Output::Log(_) => {}
            }
        }
        self.check();
    }

    fn on_connect(&mut self, dial: crate::Dial, channel: Channel, to: Vec<SocketAddr>) {
        let assoc = Assoc(self.next_assoc);
        self.next_assoc += 1;
        let peer = match channel {
            Channel::Registrar => Peer::Registrar,
            Channel::Element => {
                let session = self.chosen.take().expect("a choice is logged");
                self.session_of.insert(assoc, session);
                Peer::Element(u32::from(to[0].port()))
            }
        };
        let begins = self.is_calm || self.rng.u8(..10) > 0;
        let assoc = begins.then_some(assoc);
        if let (Peer::Element(pe), true) = (&peer, begins) {
            *self.called.entry(*pe).or_default() += 1;
        }
        if let Some(assoc) = assoc {
            let line = Line {
                peer,
                is_up: false,
                is_used: false,
            };
            self.lines.insert(assoc, line);
        }
        self.user.handle(self.now, Input::Dialled { dial, assoc });
    }

    fn on_send(&mut self, assoc: Assoc, octets: &[u8]) {
        let line = self.lines.get_mut(&assoc).expect("a message over a line");
        assert!(line.is_up);
        let is_first = !std::mem::replace(&mut line.is_used, true);
        match asap::Message::decode(octets).unwrap().message {
            asap::Message::CookieEcho(m) => {
                assert!(is_first, "COOKIE_ECHO is the first message");
                let session = self.session_of[&assoc];
                assert_eq!(Some(&m.cookie.0.to_vec()), self.cookies.get(&session));
            }
            asap::Message::EndpointUnreachable(m) => {
                let calls = self.called.get_mut(&m.pe_identifier.0);
                let calls = calls.filter(|calls| **calls > 0);
                *calls.expect("each report is about a call") -= 1;
                self.reports += 1;
            }
            _ => {}
        }
    }

    fn on_told(&mut self, event: &Event) {
        match event {
            Event::Resolved { request, .. } | Event::NotResolved { request, .. } => {
                let at = self.requests.remove(request).expect("reported once");
                assert!(self.now <= at + BOUND);
            }
            Event::WatchEnded { request, .. } => assert!(self.watches.remove(request)),
            Event::Watching { request, .. } | Event::Changed { request, .. } => {
                assert!(self.watches.contains(request));
            }
            Event::Up {
                session, failover, ..
            } => {
                *self.sessions.get_mut(session).expect("it is open") = true;
                self.failovers += usize::from(failover.is_some());
                let has_cookie = self.cookies.contains_key(session);
                let echoed = failover.is_some_and(|failover| failover.cookie_echoed);
                assert_eq!(echoed, has_cookie && failover.is_some());
            }
            Event::FailingOver { session, .. } => {
                *self.sessions.get_mut(session).expect("it is open") = false;
            }
            Event::Closed { session } | Event::Failed { session, .. } => {
                assert!(self.sessions.remove(session).is_some());
                self.cookies.remove(session);
            }
            Event::Data { session, .. }
            | Event::Cookie { session, .. }
            | Event::BusinessCard { session, .. } => assert!(self.sessions.contains_key(session)),
            Event::Returned { .. } | Event::Home { .. } => {}
        }
    }

    fn check(&self) {
        let size = self.user.size();
        assert!(
            size.pools <= 3 && size.requests <= 6 && size.sessions <= 5,
            "{size:?}"
        );
        assert!(size.contacts <= 4 && size.reports <= 2, "{size:?}");
        assert!(size.queued <= 5 * 3, "{size:?}");
        assert!(self.user.associations() <= self.lines.len());
        let calls = self.lines.values().filter(|line| !line.is_up);
        let hunts = calls.filter(|line| matches!(line.peer, Peer::Registrar));
        assert!(hunts.count() <= 3);
        let lines = self.lines.values();
        let registrars = lines.filter(|line| matches!(line.peer, Peer::Registrar));
        assert!(registrars.count() <= 3, "RFC 5352 §3.6 SH1: MUST NOT");
        assert_eq!(size.sessions, self.sessions.len());
        for at in self.requests.values() {
            assert!(self.now <= *at + BOUND, "a request has no answer");
        }
    }

    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    fn some_line(&mut self) -> Option<(Assoc, Line)> {
        let index = self.rng.usize(..self.lines.len().max(1));
        let found = self.lines.iter().nth(index);
        found.map(|(assoc, line)| (*assoc, line.clone()))
    }

    fn owner(&mut self) {
        let pool = PoolHandle::from(POOLS[self.rng.usize(..POOLS.len())]);
        let number = self.number();
        let sessions: Vec<Session> = self.sessions.keys().copied().collect();
        let session = sessions.get(self.rng.usize(..8)).copied();
        match self.rng.u8(..12) {
            0..=2 => {
                let request = Request(number);
                self.requests.insert(request, self.now);
                self.input(Input::Resolve { request, pool });
            }
            3 => {
                let request = Request(number);
                self.watches.insert(request);
                self.input(Input::Watch { request, pool });
            }
            4 => {
                if let Some(request) = self.watches.pop_first() {
                    self.input(Input::Unwatch { request });
                }
            }
            5 => self.input(Input::Populate { pool }),
            6 => self.input(Input::Purge { pool }),
            7 => {
                let session = Session(number);
                self.sessions.insert(session, false);
                self.input(Input::Open {
                    session,
                    target: Target::Pool(pool),
                    failover: true,
                });
            }
            8 | 9 => {
                if let Some(session) = session {
                    let message = Message {
                        failover: [None, Some(true), Some(false)][self.rng.usize(..3)],
                        ..Message::new("data")
                    };
                    self.input(Input::Send { session, message });
                }
            }
            10 => {
                if let Some(session) = session {
                    self.input(Input::Fail { session });
                }
            }
            _ => {
                if let Some(session) = session.filter(|_| self.rng.u8(..4) == 0) {
                    self.input(Input::Close { session });
                }
            }
        }
    }

    /// Lets something happen at the other ends.
    fn network(&mut self) {
        let Some((assoc, line)) = self.some_line() else {
            return;
        };
        let fault = [
            Fault::Lost,
            Fault::Aborted,
            Fault::Closed,
            Fault::Refused,
            Fault::Unreachable,
        ][self.rng.usize(..5)];
        match (self.rng.u8(..10), line.is_up) {
            (0, _) => self.drop_line(assoc, fault),
            (1, true) => self.input(Input::Restart { assoc }),
            (2..=5, false) => self.come_up(assoc),
            (6..=9, true) => self.talk(assoc, &line),
            _ => {}
        }
    }

    fn drop_line(&mut self, assoc: Assoc, why: Fault) {
        self.lines.remove(&assoc);
        let unsent = vec![Message::new("unsent"); self.rng.usize(..2)];
        self.input(Input::Down { assoc, why, unsent });
        self.session_of.remove(&assoc);
    }

    fn come_up(&mut self, assoc: Assoc) {
        let line = self.lines.get_mut(&assoc).expect("it is being set up");
        let peer = line.peer.clone();
        if let Peer::Element(pe) = peer
            && self.dead.contains(&pe)
        {
            return self.drop_line(assoc, Fault::Refused);
        }
        line.is_up = true;
        self.input(Input::Up { assoc });
    }

    fn talk(&mut self, assoc: Assoc, line: &Line) {
        let message: asap::Message = match line.peer {
            Peer::Registrar => {
                let pool = POOLS[self.rng.usize(..POOLS.len())];
                match (pool, self.rng.u8(..6)) {
                    ("missing", _) | (_, 0) => unknown_pool(pool).into(),
                    (_, 1..=3) => list(pool, None, &PES).into(),
                    _ => update(pool, &PES[self.rng.usize(..PES.len())..]).into(),
                }
            }
            Peer::Element(_) if self.rng.bool() => {
                let octets = vec![self.rng.u8(..); self.rng.usize(..6)];
                let session = self.session_of[&assoc];
                let is_up = self.sessions.get(&session) == Some(&true);
                if octets.len() <= 4 && is_up {
                    self.cookies.insert(session, octets.clone());
                } else if is_up {
                    self.cookies.remove(&session);
                }
                asap::Cookie::new(rsp_wire::Cookie(octets.into())).into()
            }
            Peer::Element(_) => {
                let pe = element(PES[self.rng.usize(..3)], Policy::RoundRobin);
                asap::BusinessCard::new("p".into(), vec![pe]).into()
            }
        };
        let octets = drive::asap(message);
        let ppid = 11;
        let octets = &octets;
        self.input(Input::Message {
            assoc,
            ppid,
            octets,
        });
    }

    fn tick(&mut self) {
        let step = Duration::from_millis(self.rng.u64(1..4000));
        self.pass(step);
    }

    fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while let Output::Wait(Some(at)) = self.user.poll() {
            if at > end {
                break;
            }
            self.now = at;
            self.input(Input::Tick);
        }
        self.now = end;
        self.input(Input::Tick);
    }

    /// Makes registrars answer at once, and PEs accept except for a dead one.
    fn be_kind(&mut self) {
        for _ in 0..2 {
            let lines: Vec<(Assoc, Line)> = self.lines.clone().into_iter().collect();
            for (assoc, line) in lines {
                if !self.lines.contains_key(&assoc) {
                    continue;
                }
                match (line.peer, line.is_up) {
                    (_, false) => self.come_up(assoc),
                    (Peer::Registrar, true) => {
                        for pool in POOLS {
                            self.answer_calmly(assoc, pool);
                        }
                    }
                    (Peer::Element(_), true) => {}
                }
            }
        }
    }

    fn answer_calmly(&mut self, assoc: Assoc, pool: &str) {
        if !self.lines.contains_key(&assoc) {
            return;
        }
        let octets = drive::asap(list(pool, None, &PES));
        let ppid = 11;
        let octets = &octets;
        self.input(Input::Message {
            assoc,
            ppid,
            octets,
        });
    }
}

fn run(seed: u64, is_traced: bool) -> Chaos {
    let mut chaos = Chaos::new(seed, is_traced);
    for _ in 0..400 {
        match chaos.rng.u8(..10) {
            0..=2 => chaos.owner(),
            3..=7 => chaos.network(),
            8 => chaos.tick(),
            _ => {
                let pe = PES[chaos.rng.usize(..3)];
                if !chaos.dead.remove(&pe) {
                    chaos.dead.insert(pe);
                }
            }
        }
    }
    chaos.is_calm = true;
    chaos.dead = [PES[chaos.rng.usize(..3)]].into();
    let gone = |line: &Line| match &line.peer {
        Peer::Element(pe) => chaos.dead.contains(pe),
        Peer::Registrar => false,
    };
    let gone: Vec<Assoc> = chaos
        .lines
        .iter()
        .filter(|(_, l)| gone(l))
        .map(|(a, _)| *a)
        .collect();
    for assoc in gone {
        if chaos.lines.contains_key(&assoc) {
            chaos.drop_line(assoc, Fault::Lost);
        }
    }
    for _ in 0..120 {
        chaos.be_kind();
        chaos.pass(Duration::from_secs(1));
    }
    let without: Vec<_> = chaos
        .sessions
        .iter()
        .filter(|(_, is_up)| !**is_up)
        .collect();
    assert!(
        without.is_empty(),
        "seed {seed}: sessions without a PE: {without:?}"
    );
    assert!(chaos.requests.is_empty(), "seed {seed}");
    chaos.input(Input::Stop);
    for assoc in chaos.lines.keys().copied().collect::<Vec<_>>() {
        if chaos.lines.contains_key(&assoc) {
            chaos.drop_line(assoc, Fault::Closed);
        }
    }
    assert_eq!(chaos.user.associations(), 0, "seed {seed}");
    assert_eq!(chaos.user.size().sessions + chaos.user.size().requests, 0);
    assert!(matches!(chaos.user.poll(), Output::Wait(None)));
    chaos
}

#[test]
fn invariants_hold_in_random_schedules() {
    let (mut failovers, mut reports) = (0, 0);
    for seed in 0..100 {
        let chaos = run(seed, false);
        failovers += chaos.failovers;
        reports += chaos.reports;
    }
    assert!(
        failovers > 100 && reports > 100,
        "the schedules reach {failovers} failovers and {reports} reports"
    );
}

#[test]
fn same_seed_gives_the_same_run() {
    assert_eq!(run(7, true).trace, run(7, true).trace);
}
