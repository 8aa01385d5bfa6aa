//! The registrar's engine, octets in and octets out, in processor time: handle resolutions of a pool of 1 000
//! answered with three elements, registrations, and a handlespace of 100 000 elements served to a registrar that
//! starts.
//!
//! The aims: 1 000 000 resolutions a second; the table served and applied within a second, both engines together.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rsp_benches::cpu::{CpuTime, criterion, thread_time, times};
use rsp_benches::pools::{HANDLE, POLICIES, drain, element, message_over, octets, registrar};
use rsp_handlespace::Rng;
use rsp_proto::registrar::enrp::Config as EnrpConfig;
use rsp_proto::registrar::{Assoc, Config, Input, Kind, Output, Reach, Registrar};
use rsp_wire::ServerId;
use rsp_wire::asap::{HandleResolution, Registration};
use rsp_wire::enrp::{Message, Presence};

const POOL: u32 = 1_000;
const TABLE: u32 = 100_000;

fn config() -> Config {
    Config {
        max_items: 3,
        ..Config::default()
    }
}

fn resolution(c: &mut Criterion<CpuTime>) {
    let request = octets(HandleResolution::new(HANDLE.into(), false));
    let mut group = c.benchmark_group("engine/resolve 3");
    group.throughput(times(1));
    for (name, policy) in POLICIES {
        let mut made = None;
        group.bench_function(BenchmarkId::new(name, POOL), |b| {
            let (engine, user) =
                made.get_or_insert_with(|| registrar(config(), &Reach::default(), POOL, policy));
            b.iter(|| {
                engine.handle(Duration::ZERO, message_over(*user, &request));
                black_box(drain(engine))
            });
        });
    }
    group.finish();
}

fn registration(c: &mut Criterion<CpuTime>) {
    re_register(c, "engine/re-register", &Reach::default(), |_| {});
}

/// Measures registrations that are announced to one peer.
fn announced(c: &mut Criterion<CpuTime>) {
    re_register(c, "engine/re-register and announce", &reach(1), |engine| {
        let (own, peer) = (engine.id(), ServerId(9));
        let mut presence = Vec::new();
        Message::from(Presence::new(peer, own, None, None))
            .encode(&mut presence)
            .expect("it fits");
        let line = Assoc(2);
        engine.handle(Duration::ZERO, up(line, 2));
        engine.handle(Duration::ZERO, message(line, &presence));
        drain(engine);
    });
}

fn re_register(c: &mut Criterion<CpuTime>, what: &str, reach: &Reach, prepare: fn(&mut Registrar)) {
    let mut group = c.benchmark_group(what);
    group.throughput(times(1));
    for (name, policy) in POLICIES {
        let mut rng = Rng::with_seed(3);
        let again: Vec<Vec<u8>> = (0..POOL)
            .map(|number| {
                octets(Registration::new(
                    HANDLE.into(),
                    element(number, policy(&mut rng)),
                ))
            })
            .collect();
        let mut made = None;
        group.bench_function(BenchmarkId::new(name, POOL), |b| {
            let (engine, user) = made.get_or_insert_with(|| {
                let (mut engine, user) = registrar(config(), reach, POOL, policy);
                prepare(&mut engine);
                (engine, user)
            });
            let mut turn = again.iter().cycle();
            b.iter(|| {
                let request = turn.next().expect("it goes round");
                engine.handle(Duration::ZERO, message_over(*user, request));
                black_box(drain(engine))
            });
        });
    }
    group.finish();
}

fn host(number: u8) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)), 9901)
}

fn reach(number: u8) -> Reach {
    Reach {
        enrp: vec![host(number)],
        ..Reach::default()
    }
}

fn table(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("engine/table");
    group.sample_size(10).throughput(times(TABLE));
    let mut made = None;
    let what = ["serve", "apply"];
    for (side, what) in what.into_iter().enumerate() {
        group.bench_function(BenchmarkId::new(what, TABLE), |b| {
            let mentor = made.get_or_insert_with(|| {
                let policy = POLICIES[5].1;
                registrar(Config::default(), &reach(1), TABLE, policy).0
            });
            b.iter_custom(|count| {
                let mut sum = Duration::ZERO;
                for round in 0..count {
                    sum += download(mentor, Assoc(1000 + round))[side];
                }
                sum
            });
        });
    }
    group.finish();
}

/// Starts a registrar with `mentor`. Returns the time of each of the two.
fn download(mentor: &mut Registrar, line: Assoc) -> [Duration; 2] {
    let config = Config {
        id: std::num::NonZeroU32::new(7),
        enrp: EnrpConfig {
            peers: vec![host(1)],
            ..EnrpConfig::default()
        },
        ..Config::default()
    };
    let mut pair = Pair {
        mentor,
        starter: Registrar::new(config, &reach(2), 2, Duration::ZERO),
        line,
        spent: [Duration::ZERO; 2],
    };
    while !pair.starter.is_serving() {
        pair.take_starters();
        pair.take_mentors();
    }
    pair.take_starters();
    assert_eq!(pair.starter.handlespace().len(), TABLE as usize);
    pair.mentor
        .handle(Duration::ZERO, Input::Down { assoc: line });
    drain(pair.mentor);
    pair.spent
}

struct Pair<'a> {
    mentor: &'a mut Registrar,
    starter: Registrar,
    line: Assoc,
    /// Time of the mentor and of the starter.
    spent: [Duration; 2],
}

impl Pair<'_> {
    fn take_starters(&mut self) {
        loop {
            let start = thread_time();
            let output = self.starter.poll();
            self.spent[1] += thread_time() - start;
            match output {
                Output::Connect { dial, .. } => {
                    let assoc = Some(self.line);
                    self.give_starter(Input::Dialled { dial, assoc });
                    self.give_starter(up(self.line, 1));
                    self.give_mentor(up(self.line, 2));
                }
                Output::Send { octets, .. } => self.give_mentor(message(self.line, &octets)),
                Output::Wait(_) => return,
                _ => {}
            }
        }
    }

    fn take_mentors(&mut self) {
        loop {
            let start = thread_time();
            let output = self.mentor.poll();
            self.spent[0] += thread_time() - start;
            match output {
                Output::Send { assoc, octets, .. } if assoc == self.line => {
                    self.give_starter(message(assoc, &octets));
                }
                Output::Wait(_) => return,
                _ => {}
            }
        }
    }

    fn give_mentor(&mut self, input: Input<'_>) {
        let start = thread_time();
        self.mentor.handle(Duration::ZERO, input);
        self.spent[0] += thread_time() - start;
    }

    fn give_starter(&mut self, input: Input<'_>) {
        let start = thread_time();
        self.starter.handle(Duration::ZERO, input);
        self.spent[1] += thread_time() - start;
    }
}

fn up(assoc: Assoc, peer: u8) -> Input<'static> {
    Input::Up {
        assoc,
        kind: Kind::Enrp,
        peer: vec![host(peer)],
    }
}

fn message(assoc: Assoc, octets: &[u8]) -> Input<'_> {
    Input::Message {
        assoc,
        ppid: 12,
        octets,
    }
}

criterion_group! {
    name = benches;
    config = criterion();
    targets = resolution, registration, announced, table
}
criterion_main!(benches);
