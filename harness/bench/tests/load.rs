//! The load generator against registrars that do not keep up or list a part of a pool.

use rsp_transport::live::{Mode, Stack, StackConfig};
use rsp_transport::{AssocId, Event, Local, Outgoing, Transport};
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::live::Place;
use rspcheck_bench::load::{self, Model, Plan};
use rspcheck_bench::{LoadError, listed};
use rspcheck_testkit::forge::{self, Policy};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);
const HANDLE: &[u8] = b"pool";

/// A registrar with one behaviour.
#[derive(Clone, Copy)]
enum Registrar {
    /// Answers this many handle resolutions, then aborts each association that sends one.
    Aborts { after: usize },
    /// Answers nothing but registrations.
    Registers,
    /// Lists this many of its pool elements in turn.
    Lists { at_most: u32, of: u32 },
    /// Lists the same pool elements in each response.
    ListsFirst(u32),
}

impl Registrar {
    /// Starts it on a thread that ends with the test.
    fn start(self) -> Place {
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("there are timers");
            runtime.block_on(self.serve(&sender));
        });
        let (asap, udp_port) = receiver.recv().expect("it is ready");
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        Place {
            asap,
            udp_port,
            tcp: None,
            enrp: None,
            announce: SocketAddr::new(local, 0),
            local,
            carrier: Carrier::Udp,
        }
    }

    async fn serve(self, ready: &Sender<(SocketAddr, u16)>) {
        let config = StackConfig {
            udp_port: 0,
            ..StackConfig::default()
        };
        let mut stack = Stack::start(Mode::Udp, config).expect("UDP works on the loopback");
        let local = Local::Sctp {
            addrs: Vec::new(),
            port: 0,
            listen: true,
        };
        let port = stack.open(&local).expect("there is a free port");
        let udp = stack.udp_addr().expect("it is the stack over UDP");
        let place = (stack.local_addrs(port)[0], udp.port());
        ready.send(place).expect("the test waits for it");
        let mut resolutions = 0;
        while let Ok(Some(event)) = stack.recv(None).await {
            let Event::Message { assoc, octets, .. } = event else {
                continue;
            };
            let answer = match octets.first() {
                Some(1) => Some(forge::registration_response(HANDLE, 1, false, &[]).octets()),
                Some(5) => {
                    resolutions += 1;
                    self.resolution(resolutions)
                }
                _ => None,
            };
            match answer {
                Some(octets) => send(&mut stack, assoc, &octets),
                None if matches!(self, Registrar::Aborts { .. }) => stack.abort(assoc),
                None => {}
            }
        }
    }

    /// Returns the response to the handle resolution with this number, from 1.
    fn resolution(self, nth: usize) -> Option<Vec<u8>> {
        let nth = u32::try_from(nth).expect("the tests ask for less");
        let ids: Vec<u32> = match self {
            Registrar::Aborts { after } if nth as usize <= after => vec![1],
            Registrar::Aborts { .. } | Registrar::Registers => return None,
            Registrar::Lists { at_most, of } => {
                let first = (nth - 1) * at_most;
                (0..at_most).map(|id| (first + id) % of).collect()
            }
            Registrar::ListsFirst(count) => (0..count).collect(),
        };
        let elements: Vec<_> = ids.into_iter().map(element).collect();
        Some(forge::handle_resolution_response(HANDLE, false, None, &elements, &[]).octets())
    }
}

fn send(stack: &mut Stack, assoc: AssocId, octets: &[u8]) {
    let message = Outgoing {
        stream: 0,
        ppid: 11,
        unordered: false,
        octets,
    };
    // The generator may have left already.
    let _ = stack.send(assoc, message);
}

fn element(id: u32) -> forge::PoolElement {
    forge::PoolElement {
        id,
        home: 1,
        life: 60,
        user_transport: forge::Transport::Sctp {
            port: 1,
            transport_use: 0,
            addrs: vec![Ipv4Addr::LOCALHOST.into()],
        },
        policy: Policy::RoundRobin,
        asap_transport: None,
    }
}

fn plan(model: Model) -> Plan {
    Plan {
        model,
        clients: 2,
        pool_elements: 1,
        policy: Policy::RoundRobin,
        warm_up: Duration::ZERO,
        duration: PATIENCE,
        timeout: PATIENCE,
        seed: 1,
    }
}

#[test]
fn associations_that_end_under_load_make_the_measurement_invalid() {
    let place = Registrar::Aborts { after: 10 }.start();
    // It is over when no association is left, not after its duration.
    let outcome = load::run(&place, &plan(Model::Closed)).expect("it has a result");
    let answered = outcome.samples.iter().filter(|sample| sample.answered);
    assert_eq!((answered.count(), outcome.samples.len()), (10, 12));
    assert_eq!(outcome.ended.as_ref().map(|(count, _)| *count), Some(2));
    let [reason] = &outcome.invalid[..] else {
        panic!("{:?}", outcome.invalid)
    };
    assert!(
        reason.starts_with("2 of 2 associations ended under load, the first because "),
        "{reason}"
    );
}

#[test]
fn requests_of_ended_associations_are_not_sent() {
    let place = Registrar::Aborts { after: 0 }.start();
    let plan = Plan {
        duration: Duration::from_secs(1),
        ..plan(Model::Open { rate: 500.0 })
    };
    let outcome = load::run(&place, &plan).expect("it has a result");
    assert_eq!(outcome.offered, 500);
    assert!(outcome.unsent > 0, "{:?}", outcome.invalid);
    assert_eq!(
        outcome.samples.len() as u64,
        outcome.offered - outcome.unsent
    );
    assert!(outcome.samples.iter().all(|sample| !sample.answered));
    let reasons = outcome.invalid.join("; ");
    assert!(
        reasons.contains("2 of 2 associations ended")
            && reasons.contains("of 500 requests could be sent"),
        "{reasons}"
    );
}

/// No generator sends so many requests in time; it must not work off its timetable after the duration.
#[test]
fn late_generator_ends_with_the_duration() {
    let place = Registrar::Registers.start();
    let plan = Plan {
        duration: Duration::from_millis(200),
        timeout: Duration::from_millis(100),
        ..plan(Model::Open { rate: 1e6 })
    };
    let outcome = load::run(&place, &plan).expect("it has a result");
    assert_eq!(outcome.offered, 200_000);
    assert!((outcome.lateness.len() as u64) < outcome.offered);
    let reasons = outcome.invalid.join("; ");
    assert!(
        reasons.contains("of 200000 requests could be sent"),
        "{reasons}"
    );
}

#[test]
fn part_of_a_pool_ends_the_wait_for_all_of_it() {
    let place = Registrar::Lists { at_most: 4, of: 10 }.start();
    let ask = |elements, within| {
        let pools = [HANDLE.to_vec()];
        listed::listed(&place, &pools, elements, within, &AtomicBool::new(false))
    };
    let all = ask(10, PATIENCE).expect("it answers");
    assert_eq!((all.as_wanted, all.at_most), (false, Some((4, 10))));
    // Three responses list all of them, one more shows that the registrar comes back.
    assert!(all.requests <= 5, "{} requests", all.requests);
    let part = ask(4, PATIENCE).expect("it answers");
    assert_eq!((part.as_wanted, part.at_most), (true, None));
}

#[test]
fn pool_that_stays_short_is_reported_with_its_size() {
    let place = Registrar::ListsFirst(3).start();
    let pools = [HANDLE.to_vec()];
    let stop = AtomicBool::new(false);
    let short: Result<_, LoadError> = listed::listed(&place, &pools, 4, Duration::ZERO, &stop);
    let short = short.expect("it answers");
    assert_eq!((short.as_wanted, short.at_most), (false, Some((3, 3))));
}
