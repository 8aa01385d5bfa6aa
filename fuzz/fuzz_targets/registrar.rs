//! The engine of a registrar under any sequence of inputs that a transport can give: it survives, sends well-formed
//! messages over associations that are up, its deadlines move, and its limits hold.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rsp_proto::registrar::{Config, Input, Kind, Output, Reach, Registrar};
use rsp_proto::{ASAP_PPID, ENRP_PPID};
use rspcheck_fuzz::{Assocs, Source, State, linear, same_time, seeds, sent};
use rspcheck_vectors::Protocol;
use std::net::SocketAddr;
use std::time::Duration;

/// Steps of a sequence: the first octet of each modulo their number.
const PASS: u8 = 0;
const UP: u8 = 1;
const MESSAGE: u8 = 2;
const DATAGRAM: u8 = 3;
const ESTABLISHED: u8 = 4;
const DOWN: u8 = 5;
const RESTART: u8 = 6;
const DRAIN: u8 = 7;
const STOP: u8 = 8;
const STEPS: u8 = 9;

/// Bits of the first octet.
const ENRP: u8 = 1;
const MENTOR: u8 = 2;
const SMALL: u8 = 4;
const NO_ADDRESS_CHECK: u8 = 8;

/// Longest time that one step takes, as an exponent of two in milliseconds: 36 hours.
const LONGEST: u8 = 27;
/// Deadlines that one step meets; it passes over later ones.
const DEADLINES: usize = 64;

fn written() -> Vec<Vec<u8>> {
    // An association, the message, an answer to a keep-alive, and time for each timer.
    let sctp = |flags: u8| [flags, UP, 0, 0, MESSAGE, 0];
    let enrp = |flags: u8| [flags, UP, 2, 0, MESSAGE, 0];
    let after = [
        MESSAGE, 0, 0, 8, 5, 1, 0, 8, 0, 9, 0, 4, PASS, 12, PASS, 16, PASS, 20, DOWN, 0, PASS, 22,
    ];
    let mut written = seeds::around_messages(Protocol::Asap, &sctp(NO_ADDRESS_CHECK), &after);
    written.extend(seeds::around_messages(
        Protocol::Asap,
        &sctp(ENRP | SMALL),
        &after,
    ));
    written.extend(seeds::around_messages(Protocol::Enrp, &enrp(ENRP), &after));
    written.extend(seeds::around_messages(
        Protocol::Enrp,
        &enrp(ENRP | MENTOR),
        &after,
    ));
    written.extend(seeds::around_messages(
        Protocol::Enrp,
        &[ENRP, DATAGRAM, 0],
        &after,
    ));
    written
}

fuzz_target!(init: seeds::write(written), |octets: &[u8]| {
    linear("registrar", octets, 1 << 22, 4096, || World::new(octets).run());
});

struct World<'a> {
    source: Source<'a>,
    registrar: Registrar,
    assocs: Assocs,
    now: Duration,
    max_associations: usize,
}

fn address(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, last], 3863))
}

fn config(flags: u8) -> Config {
    let mut config = Config {
        id: std::num::NonZeroU32::new(0x0a0b_0c0d),
        check_addresses: flags & NO_ADDRESS_CHECK == 0,
        ..Config::default()
    };
    if flags & MENTOR != 0 {
        config.enrp.peers = vec![address(9)];
    }
    if flags & SMALL != 0 {
        config = Config {
            max_pools: 2,
            max_pool_elements: 4,
            max_pool_elements_per_pool: 3,
            max_associations: 3,
            max_subscriptions: 2,
            max_subscriptions_per_association: 1,
            max_message_rate: 4,
            max_registration_rate: 2,
            max_report_rate: 2,
            max_peer_message_rate: 4,
            max_servers: 2,
            ..config
        };
        let enrp = &mut config.enrp;
        (
            enrp.max_peers,
            enrp.max_table_elements,
            enrp.max_table_sessions,
        ) = (2, 4, 2);
        (
            enrp.max_adoptions,
            enrp.max_waiting_messages,
            enrp.max_table_parts,
        ) = (2, 2, 2);
    }
    config
}

impl<'a> World<'a> {
    fn new(octets: &'a [u8]) -> Self {
        let mut source = Source::new(octets);
        let flags = source.octet();
        let reach = Reach {
            sctp: vec![address(1)],
            tcp: Some(address(1)),
            multicast: true,
            enrp: if flags & ENRP != 0 {
                vec![SocketAddr::from(([192, 0, 2, 1], 9901))]
            } else {
                Vec::new()
            },
        };
        let config = config(flags);
        let max_associations = config.all_associations();
        let now = Duration::from_secs(1);
        let registrar = Registrar::new(config, &reach, 7, now);
        let mut world = Self {
            source,
            registrar,
            assocs: Assocs::default(),
            now,
            max_associations,
        };
        world.settle();
        world
    }

    fn run(mut self) {
        while !self.source.is_empty() {
            self.step();
            assert!(self.registrar.associations() <= self.max_associations);
            assert!(self.registrar.associations() <= self.assocs.len());
        }
    }

    fn step(&mut self) {
        let step = self.source.octet() % STEPS;
        let number = self.source.octet();
        match step {
            PASS => self.pass(Duration::from_millis(1 << (number % LONGEST))),
            UP => {
                let kind = [Kind::Sctp, Kind::Tcp, Kind::Enrp][usize::from(number % 3)];
                let last = self.source.octet();
                // Without an ENRP endpoint there are no associations to it.
                let assoc = self.assocs.add(State::Up);
                self.handle(Input::Up {
                    assoc,
                    kind,
                    peer: vec![address(last)],
                });
            }
            MESSAGE => {
                let octets = self.source.octets();
                if let Some(assoc) = self.assocs.pick(number, &[State::Up, State::Closing]) {
                    let ppid = if number & 0x80 == 0 {
                        ASAP_PPID
                    } else {
                        ENRP_PPID
                    };
                    self.handle(Input::Message {
                        assoc,
                        ppid,
                        octets,
                    });
                }
            }
            DATAGRAM => {
                let octets = self.source.octets();
                self.handle(Input::Datagram {
                    from: address(number),
                    octets,
                });
            }
            ESTABLISHED => {
                if let Some(assoc) = self.assocs.pick(number, &[State::SettingUp]) {
                    self.assocs.set(assoc, State::Up);
                    let peer = vec![address(self.source.octet())];
                    self.handle(Input::Up {
                        assoc,
                        kind: Kind::Enrp,
                        peer,
                    });
                }
            }
            DOWN => {
                let any = [State::SettingUp, State::Up, State::Closing];
                if let Some(assoc) = self.assocs.pick(number, &any) {
                    self.assocs.remove(assoc);
                    self.handle(Input::Down { assoc });
                }
            }
            RESTART => {
                if let Some(assoc) = self.assocs.pick(number, &[State::Up]) {
                    self.handle(Input::Restart { assoc });
                }
            }
            DRAIN => self.handle(Input::Drain),
            STOP => self.handle(Input::Stop),
            _ => unreachable!("steps are counted modulo their number"),
        }
    }

    fn handle(&mut self, input: Input<'_>) {
        self.registrar.handle(self.now, input);
        self.settle();
    }

    /// Lets time pass, and meets the deadlines on the way.
    fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        for _ in 0..DEADLINES {
            match self.settle() {
                Some(at) if at <= end => {
                    self.now = self.now.max(at);
                    self.registrar.handle(self.now, Input::Tick);
                }
                _ => break,
            }
        }
        self.now = end;
        self.handle(Input::Tick);
    }

    /// Takes what the engine wants, and returns its next deadline, which is later than now.
    fn settle(&mut self) -> Option<Duration> {
        let mut times = 0;
        loop {
            match self.registrar.poll() {
                Output::Send {
                    assoc,
                    ppid,
                    octets,
                    ..
                } => {
                    self.assocs.sends(assoc);
                    sent(ppid, &octets);
                }
                Output::Announce { octets } => sent(ASAP_PPID, &octets),
                Output::Connect { dial, to, .. } => {
                    assert!(!to.is_empty());
                    let begun = self.source.octet() & 1 == 0;
                    let assoc = begun.then(|| self.assocs.add(State::SettingUp));
                    self.registrar
                        .handle(self.now, Input::Dialled { dial, assoc });
                }
                Output::Abort { assoc } => self.assocs.remove(assoc),
                Output::Shutdown { assoc } => self.assocs.set(assoc, State::Closing),
                Output::Log(log) => drop(log.to_string()),
                Output::Wait(Some(at)) if at <= self.now => {
                    same_time(&mut times);
                    self.registrar.handle(self.now, Input::Tick);
                }
                Output::Wait(at) => return at,
            }
        }
    }
}
