//! The kernel's SCTP, alone and against user space. Without kernel SCTP, each test prints that it is skipped;
//! `cargo run --release -p lab -- transport` runs them in user-mode Linux.
#![cfg(target_os = "linux")]

mod traffic;

use rsp_transport::live::{Mode, Stack, StackConfig};
use rsp_transport::udp::UDP_PORT;
use rsp_transport::{
    AssocId, DownKind, Event, Local, Outgoing, Peer, SctpOptions, Transport, probe,
};
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};
use traffic::{arrival, message, sctp};

const GUARD: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "a deadline for a live stack")]
fn within(span: Duration) -> Option<Instant> {
    Some(Instant::now() + span)
}

fn run(test: impl Future<Output = ()>) {
    if let Err(unavailable) = probe::kernel_sctp() {
        println!("kernel SCTP absent, skipped: {}", unavailable.why);
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(test);
}

fn options() -> SctpOptions {
    SctpOptions {
        rto_initial: Duration::from_millis(200),
        rto_min: Duration::from_millis(200),
        ..SctpOptions::impatient()
    }
}

fn kernel_on(ip: &str, encaps: Option<u16>) -> Stack {
    let config = StackConfig {
        encaps,
        options: options(),
        ..StackConfig::new(ip.parse().expect("addr"))
    };
    Stack::start(Mode::Kernel, config).expect("probed")
}

fn kernel() -> Stack {
    kernel_on("127.0.0.1", None)
}

fn user_space(ip: &str) -> Stack {
    let config = StackConfig {
        udp_port: 0,
        options: options(),
        ..StackConfig::new(ip.parse().expect("addr"))
    };
    Stack::start(Mode::Udp, config).expect("loopback")
}

async fn either(a: &mut Stack, b: &mut Stack) -> (usize, Event) {
    let (index, event) = tokio::select! {
        event = a.recv(within(GUARD)) => (0, event),
        event = b.recv(within(GUARD)) => (1, event),
    };
    (
        index,
        event.expect("sockets work").expect("something happens"),
    )
}

async fn one(stack: &mut Stack) -> Event {
    stack
        .recv(within(GUARD))
        .await
        .expect("sockets work")
        .expect("something happens")
}

fn down(event: &Event) -> DownKind {
    if let Event::Down { kind, .. } = event {
        *kind
    } else {
        panic!("{event:?}")
    }
}

/// Connects `a` to a free port of `b`.
async fn associate(a: &mut Stack, b: &mut Stack) -> (AssocId, AssocId) {
    let listener = b.open(&sctp(0, true)).expect("free");
    let from = a.open(&sctp(0, false)).expect("free");
    let udp_port = Some(b.udp_addr().map_or(UDP_PORT, |addr| addr.port()));
    let assoc = a
        .connect(
            from,
            &Peer {
                addrs: b.local_addrs(listener),
                udp_port,
            },
        )
        .expect("starts");
    let mut ids = [None, None];
    while ids.contains(&None) {
        match either(a, b).await {
            (
                index,
                Event::Up {
                    assoc,
                    streams_in: 16,
                    streams_out: 16,
                    peer,
                    ..
                },
            ) => {
                assert!(!peer.is_empty());
                ids[index] = Some(assoc);
            }
            (index, event) => panic!("{index}: {event:?}"),
        }
    }
    assert_eq!(ids[0], Some(assoc));
    (assoc, ids[1].expect("both are up"))
}

/// Runs an association through all its operations, between any two stacks.
async fn suite(mut a: Stack, mut b: Stack) {
    let (at_a, at_b) = associate(&mut a, &mut b).await;
    for (stream, ppid, unordered, len) in [
        (0, 11, false, 1),
        (1, 12, true, 64),
        (7, 0xdead_beef, false, 5000),
        (15, 11, true, 1000),
        (3, 12, false, 100_000),
    ] {
        let octets: Vec<u8> = (0..len).map(|n: u32| n as u8).collect();
        let sent = message(stream, ppid, unordered, &octets);
        a.send(at_a, sent).expect("queued");
        let there = either(&mut a, &mut b).await;
        assert!(there == (1, arrival(at_b, sent)), "{len} octets there");
        b.send(at_b, sent).expect("queued");
        let back = either(&mut a, &mut b).await;
        assert!(back == (0, arrival(at_a, sent)), "{len} octets back");
    }
    let hello = message(0, 11, false, b"hello");
    assert!(
        a.send(
            at_a,
            Outgoing {
                stream: 16,
                ..hello
            }
        )
        .is_err()
    );
    assert!(
        a.send(
            at_a,
            Outgoing {
                octets: &[],
                ..hello
            }
        )
        .is_err()
    );
    assert!(a.send(AssocId(4711), hello).is_err());

    a.shutdown(at_a).expect("starts");
    for _ in 0..2 {
        assert_eq!(down(&either(&mut a, &mut b).await.1), DownKind::Closed);
    }
    assert!(a.send(at_a, hello).is_err());

    let (at_a, _) = associate(&mut a, &mut b).await;
    a.abort(at_a);
    let event = one(&mut b).await;
    assert!(
        matches!(
            event,
            Event::Down {
                kind: DownKind::Aborted,
                cause: Some(12),
                ..
            }
        ),
        "{event:?}"
    );

    let (_, at_b) = associate(&mut a, &mut b).await;
    b.abort(at_b);
    assert_eq!(down(&one(&mut a).await), DownKind::Aborted);

    let udp_port = Some(b.udp_addr().map_or(UDP_PORT, |addr| addr.port()));
    let from = a.open(&sctp(0, false)).expect("free");
    let deaf = b.open(&sctp(0, false)).expect("free");
    a.connect(
        from,
        &Peer {
            addrs: b.local_addrs(deaf),
            udp_port,
        },
    )
    .expect("starts");
    assert_eq!(down(&either(&mut a, &mut b).await.1), DownKind::Refused);

    associate(&mut a, &mut b).await;
    drop(b);
    assert_eq!(
        down(&one(&mut a).await),
        DownKind::Aborted,
        "a stack that ends sends an ABORT"
    );
}

#[test]
fn kernel_to_kernel() {
    run(async { suite(kernel(), kernel()).await });
}

#[test]
fn kernel_to_kernel_over_ipv6() {
    run(async { suite(kernel_on("::1", None), kernel_on("::1", None)).await });
}

fn encapsulates() -> bool {
    probe::kernel_encapsulation()
        .inspect_err(|unavailable| {
            println!(
                "kernel SCTP does not encapsulate, skipped: {}",
                unavailable.why
            )
        })
        .is_ok()
}

#[test]
fn kernel_to_kernel_over_udp() {
    run(async {
        if encapsulates() {
            suite(
                kernel_on("127.0.0.1", Some(UDP_PORT)),
                kernel_on("127.0.0.1", Some(UDP_PORT)),
            )
            .await;
        }
    });
}

#[test]
fn user_space_to_kernel() {
    run(async {
        if encapsulates() {
            suite(
                user_space("127.0.0.1"),
                kernel_on("127.0.0.1", Some(UDP_PORT)),
            )
            .await;
            suite(user_space("::1"), kernel_on("::1", Some(UDP_PORT))).await;
        }
    });
}

#[test]
fn kernel_to_user_space() {
    run(async {
        if encapsulates() {
            suite(
                kernel_on("127.0.0.1", Some(UDP_PORT)),
                user_space("127.0.0.1"),
            )
            .await;
            suite(kernel_on("::1", Some(UDP_PORT)), user_space("::1")).await;
        }
    });
}

#[test]
fn the_kernel_notices_a_user_space_process_that_restarts_or_vanishes() {
    run(async {
        if !encapsulates() {
            return;
        }
        let mut k = kernel_on("127.0.0.1", Some(UDP_PORT));
        let listener = k.open(&sctp(0, true)).expect("free");
        let to = Peer {
            addrs: k.local_addrs(listener),
            udp_port: Some(UDP_PORT),
        };
        let start = |udp_port| {
            let config = StackConfig {
                udp_port,
                options: options(),
                ..StackConfig::default()
            };
            let mut stack = Stack::start(Mode::Udp, config).expect("loopback");
            let port = stack.open(&sctp(9901, true)).expect("free");
            stack.connect(port, &to).expect("starts");
            stack
        };
        let mut u = start(0);
        let mut at_k = None;
        for _ in 0..2 {
            if let (0, Event::Up { assoc, .. }) = either(&mut k, &mut u).await {
                at_k = Some(assoc);
            }
        }
        let at_k = at_k.expect("both sides come up");
        let udp_port = u.udp_addr().expect("user space").port();
        let Stack::Udp(gone) = u else { panic!() };
        gone.vanish();

        let mut u = start(udp_port);
        let mut restarted = false;
        for _ in 0..2 {
            match either(&mut k, &mut u).await {
                (0, Event::Restart { assoc }) => restarted = assoc == at_k,
                (1, Event::Up { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(restarted);
        let Stack::Udp(gone) = u else { panic!() };
        gone.vanish();
        assert_eq!(down(&one(&mut k).await), DownKind::Lost);
    });
}

#[test]
fn silence_is_unreachable_and_not_refused() {
    run(async {
        let mut k = kernel();
        let from = k
            .open(&Local::Sctp {
                addrs: vec!["0.0.0.0".parse().expect("addr")],
                port: 0,
                listen: false,
            })
            .expect("free");
        // Documentation addresses: no host answers, if there is a route at all.
        let absent = Peer {
            addrs: vec!["192.0.2.1:3863".parse().expect("addr")],
            udp_port: None,
        };
        match k.connect(from, &absent) {
            Ok(_) => assert_eq!(down(&one(&mut k).await), DownKind::Unreachable),
            Err(error) => println!("no route to a silent address ({error}), skipped"),
        }
    });
}

#[test]
fn messages_longer_than_the_limit_end_the_association() {
    run(async {
        let mut a = kernel();
        let small = SctpOptions {
            max_message: 10_000,
            ..options()
        };
        let config = StackConfig {
            options: small,
            ..StackConfig::default()
        };
        let mut b = Stack::start(Mode::Kernel, config).expect("probed");
        let (at_a, _) = associate(&mut a, &mut b).await;
        let octets = vec![1; 50_000];
        a.send(at_a, message(0, 11, false, &octets))
            .expect("queued");
        for _ in 0..2 {
            assert_eq!(down(&either(&mut a, &mut b).await.1), DownKind::Aborted);
        }
    });
}

fn ip(arguments: &str) {
    let status = Command::new("ip")
        .args(arguments.split(' '))
        .status()
        .expect("iproute2 is there");
    assert!(status.success(), "ip {arguments}");
}

/// Needs a separate network: `RSPCHECK_LAB` states that the test may change `dummy0`.
#[test]
fn a_multi_homed_association_survives_the_loss_of_a_path() {
    run(async {
        if std::env::var_os("RSPCHECK_LAB").is_none() {
            println!("not in the lab (RSPCHECK_LAB unset), skipped");
            return;
        }
        for addr in ["10.31.1.1", "10.31.2.1", "10.31.1.2", "10.31.2.2"] {
            ip(&format!("addr add {addr}/24 dev dummy0"));
        }
        let (mut a, mut b) = (kernel(), kernel());
        let addrs =
            |last: u8| -> Vec<IpAddr> { vec![[10, 31, 1, last].into(), [10, 31, 2, last].into()] };
        let sctp = |last, port, listen| Local::Sctp {
            addrs: addrs(last),
            port,
            listen,
        };
        let from = a.open(&sctp(1, 0, false)).expect("free");
        let to = b.open(&sctp(2, 3863, true)).expect("free");
        assert_eq!(b.local_addrs(to).len(), 2);
        let at_a = a
            .connect(
                from,
                &Peer {
                    addrs: b.local_addrs(to),
                    udp_port: None,
                },
            )
            .expect("starts");
        for _ in 0..2 {
            let (_, Event::Up { peer, .. }) = either(&mut a, &mut b).await else {
                panic!()
            };
            assert_eq!(peer.len(), 2, "{peer:?}");
        }
        ip("addr del 10.31.1.2/24 dev dummy0");
        let cut: SocketAddr = "10.31.1.2:3863".parse().expect("addr");
        let (mut unreachable, mut came) = (false, 0u8);
        for n in 0..60 {
            a.send(at_a, message(0, 11, false, &[n])).expect("queued");
            let until = within(Duration::from_millis(100));
            while let Some((index, event)) = tokio::select! {
                event = a.recv(until) => event.expect("works").map(|event| (0, event)),
                event = b.recv(until) => event.expect("works").map(|event| (1, event)),
            } {
                match event {
                    Event::Message { octets, .. } => {
                        assert_eq!(octets, [came], "in order, none lost");
                        came += 1;
                    }
                    Event::Path {
                        addr,
                        reachable: false,
                        ..
                    } if index == 0 => unreachable |= addr == cut,
                    Event::Path { .. } => {}
                    event => panic!("{event:?}"),
                }
            }
        }
        assert!(unreachable, "the cut path is reported");
        assert!(
            came >= 55,
            "{came} of 60 messages arrived over the other path"
        );
    });
}
