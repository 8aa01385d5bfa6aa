//! The user-space stack on real sockets of the loopback interface, every port chosen by the system.

mod traffic;

use rsp_transport::endpoint::{Counters, Endpoint};
use rsp_transport::udp::{UdpConfig, UdpStack, parse_peer};
use rsp_transport::{
    AssocId, CookieKey, DownKind, Event, Kind, Local, LocalPort, Outgoing, Peer, SctpOptions,
    Transport, chunk,
};
use std::future::Future;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};
use traffic::{arrival, sctp};

/// Deadline of each step, far beyond its duration; reached only because of a defect.
const GUARD: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "a deadline for a live stack")]
fn guard() -> Option<Instant> {
    Some(Instant::now() + GUARD)
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(test);
}

fn config(ip: IpAddr) -> UdpConfig {
    UdpConfig {
        udp_port: 0,
        options: SctpOptions::impatient(),
        ..UdpConfig::new(ip)
    }
}

fn stack() -> UdpStack {
    UdpStack::new(config(Ipv4Addr::LOCALHOST.into())).expect("loopback")
}

fn peer_at(stack: &UdpStack, sctp_port: u16) -> Peer {
    let udp = stack.udp_addr();
    Peer {
        addrs: vec![SocketAddr::new(udp.ip(), sctp_port)],
        udp_port: Some(udp.port()),
    }
}

fn message(octets: &[u8]) -> Outgoing<'_> {
    traffic::message(1, 11, false, octets)
}

/// Returns the next event of either stack, with the stack's number, 0 or 1.
async fn either(a: &mut UdpStack, b: &mut UdpStack) -> (usize, Event) {
    let (index, event) = tokio::select! {
        event = a.recv(guard()) => (0, event),
        event = b.recv(guard()) => (1, event),
    };
    (
        index,
        event.expect("sockets work").expect("something happens"),
    )
}

async fn one(stack: &mut UdpStack) -> Event {
    stack
        .recv(guard())
        .await
        .expect("sockets work")
        .expect("something happens")
}

/// Connects `a` to `b`, which listens on 3863.
async fn associate(a: &mut UdpStack, b: &mut UdpStack) -> (AssocId, AssocId) {
    let from = a.open(&sctp(0, false)).expect("free");
    b.open(&sctp(3863, true)).expect("free");
    let assoc = a.connect(from, &peer_at(b, 3863)).expect("starts");
    up(a, b, assoc).await
}

async fn up(a: &mut UdpStack, b: &mut UdpStack, expected: AssocId) -> (AssocId, AssocId) {
    let mut ids = [None, None];
    while ids.contains(&None) {
        let (index, event) = either(a, b).await;
        let Event::Up { assoc, .. } = event else {
            panic!("{event:?}")
        };
        ids[index] = Some(assoc);
    }
    assert_eq!(ids[0], Some(expected));
    (expected, ids[1].expect("both are up"))
}

fn down(event: &Event) -> DownKind {
    if let Event::Down { kind, .. } = event {
        *kind
    } else {
        panic!("{event:?}")
    }
}

#[test]
fn associations_carry_messages_both_ways() {
    run(async {
        let (mut a, mut b) = (stack(), stack());
        let (at_a, at_b) = associate(&mut a, &mut b).await;
        for (stream, ppid, unordered, len) in [
            (0, 11, false, 1),
            (1, 12, true, 64),
            (7, 0xdead_beef, false, 5000),
            (15, 11, true, 65_536),
            (3, 12, false, 1 << 18),
        ] {
            let octets: Vec<u8> = (0..len).map(|n: u32| n as u8).collect();
            let sent = traffic::message(stream, ppid, unordered, &octets);
            a.send(at_a, sent).expect("queued");
            assert!(either(&mut a, &mut b).await == (1, arrival(at_b, sent)));
            b.send(at_b, sent).expect("queued");
            assert!(either(&mut a, &mut b).await == (0, arrival(at_a, sent)));
        }
    });
}

#[test]
fn a_passed_deadline_returns_nothing_and_loses_nothing() {
    run(async {
        let (mut a, mut b) = (stack(), stack());
        let (at_a, _) = associate(&mut a, &mut b).await;
        #[expect(clippy::disallowed_methods, reason = "a deadline that is past")]
        let now = Some(Instant::now());
        assert_eq!(a.recv(now).await.expect("works"), None);
        a.send(at_a, message(b"hello")).expect("queued");
        assert!(matches!(one(&mut b).await, Event::Message { .. }));
    });
}

#[test]
fn refused_unreachable_and_bad_destinations() {
    run(async {
        let (mut a, mut b) = (stack(), stack());
        let from = a.open(&sctp(0, false)).expect("free");
        a.connect(from, &peer_at(&b, 3863)).expect("starts");
        let (index, event) = either(&mut a, &mut b).await;
        assert_eq!((index, down(&event)), (0, DownKind::Refused));

        let silent = UdpSocket::bind("127.0.0.1:0")
            .expect("loopback")
            .local_addr()
            .expect("bound");
        let absent = Peer {
            addrs: vec![SocketAddr::new(silent.ip(), 1)],
            udp_port: Some(silent.port()),
        };
        a.connect(from, &absent).expect("starts");
        assert_eq!(down(&one(&mut a).await), DownKind::Unreachable);

        let v6 = Peer {
            addrs: vec!["[::1]:3863".parse().expect("addr")],
            udp_port: None,
        };
        assert!(a.connect(from, &v6).is_err());
        let foreign = Local::Sctp {
            addrs: vec!["192.0.2.1".parse().expect("addr")],
            port: 0,
            listen: true,
        };
        assert!(a.open(&foreign).is_err());
        assert!(
            UdpStack::new(UdpConfig {
                udp_port: a.udp_addr().port(),
                ..config(a.udp_addr().ip())
            })
            .expect_err("taken")
            .to_string()
            .contains("another stack may own it")
        );
    });
}

#[test]
fn abort_close_and_drop_are_seen_by_the_peer() {
    run(async {
        let (mut a, mut b) = (stack(), stack());
        let (at_a, _) = associate(&mut a, &mut b).await;
        a.abort(at_a);
        assert_eq!(down(&one(&mut b).await), DownKind::Aborted);

        let (mut a, mut b) = (stack(), stack());
        let (at_a, _) = associate(&mut a, &mut b).await;
        a.shutdown(at_a).expect("starts");
        for _ in 0..2 {
            assert_eq!(down(&either(&mut a, &mut b).await.1), DownKind::Closed);
        }

        let (mut a, mut b) = (stack(), stack());
        associate(&mut a, &mut b).await;
        drop(a);
        assert_eq!(down(&one(&mut b).await), DownKind::Aborted);
    });
}

#[test]
fn leaving_aborts_as_many_as_the_caller_allows() {
    for (slices, aborted) in [(0_u32, 0), (1, 256), (2, 300), (9, 300)] {
        run(async {
            let (mut a, mut b) = (stack(), stack());
            b.open(&sctp(3863, true)).expect("free");
            for _ in 0..300 {
                let from = a.open(&sctp(0, false)).expect("free");
                let assoc = a.connect(from, &peer_at(&b, 3863)).expect("starts");
                up(&mut a, &mut b, assoc).await;
            }
            let mut left = slices;
            let goes_on = || {
                let is_left = left > 0;
                left -= u32::from(is_left);
                is_left
            };
            assert_eq!(a.leave(goes_on), aborted);
            for _ in 0..aborted {
                assert_eq!(down(&one(&mut b).await), DownKind::Aborted);
            }
        });
    }
}

#[test]
fn a_silent_peer_is_lost() {
    run(async {
        let (mut a, mut b) = (stack(), stack());
        let (at_a, _) = associate(&mut a, &mut b).await;
        // Nothing drives `b` any more.
        let event = one(&mut a).await;
        assert!(
            matches!(event, Event::Down { assoc, kind: DownKind::Lost, .. } if assoc == at_a),
            "{event:?}"
        );
    });
}

#[test]
fn a_restarted_process_keeps_the_association_at_its_peer() {
    run(async {
        let (mut a, mut b) = (stack(), stack());
        b.open(&sctp(9901, true)).expect("free");
        let from = a.open(&sctp(9901, true)).expect("free");
        let assoc = a.connect(from, &peer_at(&b, 9901)).expect("starts");
        let (_, at_b) = up(&mut a, &mut b, assoc).await;

        let addr = a.udp_addr();
        a.vanish();
        let mut a = UdpStack::new(UdpConfig {
            udp_port: addr.port(),
            ..config(addr.ip())
        })
        .expect("free again");
        let from = a.open(&sctp(9901, true)).expect("free");
        let again = a.connect(from, &peer_at(&b, 9901)).expect("starts");
        let mut seen = [either(&mut a, &mut b).await, either(&mut a, &mut b).await];
        seen.sort_by_key(|(index, _)| *index);
        assert!(
            matches!(seen[0], (0, Event::Up { assoc, .. }) if assoc == again),
            "{seen:?}"
        );
        assert_eq!(seen[1], (1, Event::Restart { assoc: at_b }));
        b.send(at_b, message(b"after")).expect("queued");
        assert!(matches!(
            either(&mut a, &mut b).await,
            (0, Event::Message { .. })
        ));
    });
}

#[test]
fn the_udp_port_of_a_peer_is_learnt_from_its_packets() {
    run(async {
        let (mut a, mut b) = (stack(), stack());
        let (_, at_b) = associate(&mut a, &mut b).await;
        a.open(&sctp(4000, true)).expect("free");
        // `b` has no entry for `a`; another SCTP port of `a` is behind the same UDP port.
        let from = b.open(&sctp(0, false)).expect("free");
        let to = Peer {
            addrs: vec![SocketAddr::new(a.udp_addr().ip(), 4000)],
            udp_port: None,
        };
        let back = b.connect(from, &to).expect("starts");
        assert_ne!(back, at_b);
        up(&mut b, &mut a, back).await;
    });
}

#[test]
fn peer_tables_are_read() {
    let ip: IpAddr = "192.0.2.1".parse().expect("addr");
    assert_eq!(parse_peer("192.0.2.1=9900"), Some(((ip, None), 9900)));
    assert_eq!(
        parse_peer("192.0.2.1:3863=9900"),
        Some(((ip, Some(3863)), 9900))
    );
    assert_eq!(
        parse_peer("[::1]:3863=1"),
        Some((("::1".parse().expect("addr"), Some(3863)), 1))
    );
    for wrong in [
        "192.0.2.1",
        "=1",
        "192.0.2.1=0",
        "192.0.2.1=70000",
        "host=1",
    ] {
        assert_eq!(parse_peer(wrong), None, "{wrong}");
    }
}

#[test]
fn ipv6_works_where_the_host_has_it() {
    run(async {
        let Ok(mut a) = UdpStack::new(config("::1".parse().expect("addr"))) else {
            println!("no IPv6 loopback here, skipped");
            return;
        };
        let mut b = UdpStack::new(config("::1".parse().expect("addr"))).expect("as the first");
        let (at_a, _) = associate(&mut a, &mut b).await;
        a.send(at_a, message(b"six")).expect("queued");
        assert!(matches!(one(&mut b).await, Event::Message { .. }));
    });
}

/// Peer made of a plain socket and the state machine, which sends packets that a stack does not.
struct Hand {
    socket: UdpSocket,
    endpoint: Endpoint,
    to: SocketAddr,
}

impl Hand {
    fn new(to: &UdpStack) -> Hand {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        socket.set_read_timeout(Some(GUARD)).expect("settable");
        let mut endpoint = Endpoint::new(SctpOptions::impatient(), CookieKey([1, 2]));
        endpoint.open(LocalPort(1), 5000, false).expect("free");
        Hand {
            socket,
            endpoint,
            to: to.udp_addr(),
        }
    }

    /// Starts an association from port 5000 to 3863 and returns its INIT.
    fn init(&mut self) -> Vec<u8> {
        self.endpoint
            .connect(Duration::ZERO, 5000, self.to, 3863)
            .expect("starts");
        self.endpoint.poll_transmit().expect("INIT").packet
    }

    fn raw(&self, packet: &[u8]) {
        self.socket.send_to(packet, self.to).expect("sent");
    }

    fn answer(&self) -> Vec<u8> {
        let mut buffer = vec![0; 65_536];
        let len = self.socket.recv(&mut buffer).expect("an answer");
        buffer.truncate(len);
        buffer
    }
}

#[test]
fn out_of_the_blue_packets_are_answered_as_rfc_9260_requires() {
    run(async {
        let mut b = stack();
        b.open(&sctp(3863, true)).expect("free");
        let hand = Hand::new(&b);
        let probe = async |b: &mut UdpStack, kind, value: &[u8]| {
            let before = b.counters().out_of_the_blue;
            hand.raw(&chunk::packet((5000, 3863), 0x0abc_def1, kind, 0, value));
            turns(b, |counters| counters.out_of_the_blue > before).await;
        };
        probe(&mut b, chunk::kind::SHUTDOWN_ACK, &[]).await;
        let complete = hand.answer();
        assert_eq!(
            complete,
            chunk::packet(
                (3863, 5000),
                0x0abc_def1,
                chunk::kind::SHUTDOWN_COMPLETE,
                1,
                &[]
            )
        );
        for silent in [
            chunk::kind::ABORT,
            chunk::kind::SHUTDOWN_COMPLETE,
            chunk::kind::COOKIE_ACK,
            chunk::kind::ERROR,
        ] {
            probe(&mut b, silent, &[]).await;
        }
        probe(&mut b, chunk::kind::DATA, &[0; 16]).await;
        assert_eq!(
            hand.answer(),
            chunk::packet((3863, 5000), 0x0abc_def1, chunk::kind::ABORT, 1, &[])
        );
    });
}

/// Drives a stack until its counters are as expected.
async fn turns(stack: &mut UdpStack, done: impl Fn(Counters) -> bool) {
    for _ in 0..5000 {
        if done(stack.counters()) {
            return;
        }
        turn(stack).await;
    }
    panic!("{:?}", stack.counters());
}

/// Drives a stack for a short time.
async fn turn(stack: &mut UdpStack) {
    #[expect(clippy::disallowed_methods, reason = "a deadline for a live stack")]
    let soon = Some(Instant::now() + Duration::from_millis(1));
    assert_eq!(stack.recv(soon).await.expect("works"), None);
}

#[test]
fn checksums_are_checked_but_for_unsegmented_super_packets() {
    run(async {
        let mut b = stack();
        b.open(&sctp(3863, true)).expect("free");
        let mut hand = Hand::new(&b);
        let init = hand.init();

        let mut wrong = init.clone();
        wrong[8] ^= 1;
        hand.raw(&wrong);
        let mut zero = init.clone();
        zero[8..12].fill(0);
        hand.raw(&zero);
        hand.raw(&[0; 3]);
        hand.raw(&chunk::packet((0, 3863), 0, chunk::kind::INIT, 0, &[1; 16]));
        turns(&mut b, |counters| {
            counters.malformed == 2 && counters.bad_checksum == 2
        })
        .await;
        assert_eq!(b.counters().offloaded_checksum, 0);

        hand.raw(&init);
        turn(&mut b).await;
        let from = hand.to;
        hand.endpoint
            .handle_datagram(Duration::ZERO, from, &hand.answer());
        let echo = hand.endpoint.poll_transmit().expect("COOKIE ECHO").packet;
        hand.raw(&echo);
        let Event::Up { assoc, .. } = one(&mut b).await else {
            panic!()
        };
        hand.endpoint
            .handle_datagram(Duration::ZERO, from, &hand.answer());
        let Some(Event::Up { assoc: mine, .. }) = hand.endpoint.poll_event() else {
            panic!()
        };

        // Two packets' DATA in one datagram of more than 1500 octets, checksum left out.
        hand.endpoint
            .send(Duration::ZERO, mine, message(&[7; 2600]))
            .expect("queued");
        let mut super_packet = hand
            .endpoint
            .poll_transmit()
            .expect("first fragment")
            .packet;
        super_packet.extend_from_slice(
            &hand
                .endpoint
                .poll_transmit()
                .expect("second fragment")
                .packet[12..],
        );
        assert!(super_packet.len() > 1500);
        super_packet[8..12].fill(0);
        hand.raw(&super_packet);
        let event = one(&mut b).await;
        assert!(
            matches!(&event, Event::Message { assoc: a, octets, .. } if *a == assoc && octets.len() == 2600)
        );
        assert_eq!(b.counters().offloaded_checksum, 1);
    });
}

#[test]
fn a_forged_or_foreign_cookie_opens_nothing() {
    run(async {
        let mut b = stack();
        b.open(&sctp(3863, true)).expect("free");
        let mut hand = Hand::new(&b);
        let to = hand.to;
        let init = hand.init();
        hand.raw(&init);
        turn(&mut b).await;
        hand.endpoint
            .handle_datagram(Duration::ZERO, to, &hand.answer());
        let echo = hand.endpoint.poll_transmit().expect("COOKIE ECHO").packet;
        for at in [16, 30, 66, 70] {
            let mut forged = echo.clone();
            forged[at] ^= 1;
            chunk::seal(&mut forged);
            hand.raw(&forged);
        }
        turns(&mut b, |counters| counters.bad_cookie == 4).await;
        hand.raw(&echo);
        assert!(matches!(one(&mut b).await, Event::Up { .. }));
    });
}

async fn tcp_listener(b: &mut UdpStack) -> SocketAddr {
    let local = Local::Tcp {
        addr: "127.0.0.1:0".parse().expect("addr"),
        listen: true,
    };
    let port = b.open(&local).expect("free");
    b.local_addrs(port)[0]
}

#[test]
fn tcp_between_stacks() {
    run(async {
        let (mut a, mut b) = (stack(), stack());
        let addr = tcp_listener(&mut b).await;
        let from = a
            .open(&Local::Tcp {
                addr: "127.0.0.1:0".parse().expect("addr"),
                listen: false,
            })
            .expect("opens");
        let to = Peer {
            addrs: vec![addr],
            udp_port: None,
        };
        let assoc = a.connect(from, &to).expect("starts");
        let (at_a, at_b) = up(&mut a, &mut b, assoc).await;

        let mut long = vec![9; 65_536];
        long[..4].copy_from_slice(&[1, 0, 0xff, 0xfe]);
        for n in 0..10 {
            a.send(at_a, message(&long)).expect("queued");
            a.send(at_a, message(&[2, 0, 0, 5, n, 0, 0, 0]))
                .expect("queued");
        }
        for n in 0..10 {
            let expected = |octets| {
                (
                    1,
                    Event::Message {
                        assoc: at_b,
                        stream: 0,
                        ppid: 0,
                        unordered: None,
                        octets,
                    },
                )
            };
            assert!(either(&mut a, &mut b).await == expected(long.clone()));
            assert_eq!(
                either(&mut a, &mut b).await,
                expected(vec![2, 0, 0, 5, n, 0, 0, 0])
            );
        }
        a.shutdown(at_a).expect("starts");
        for _ in 0..2 {
            assert_eq!(down(&either(&mut a, &mut b).await.1), DownKind::Closed);
        }
        let assoc = a.connect(from, &to).expect("starts");
        let (at_a, _) = up(&mut a, &mut b, assoc).await;
        a.abort(at_a);
        assert_eq!(down(&one(&mut b).await), DownKind::Aborted);
        assert!(a.send(at_a, message(&long)).is_err());

        drop(b);
        a.connect(from, &to).expect("starts");
        assert_eq!(down(&one(&mut a).await), DownKind::Refused);
    });
}

#[test]
fn a_request_that_comes_with_the_end_is_answered() {
    run(async {
        let mut b = stack();
        let addr = tcp_listener(&mut b).await;
        let mut client = TcpStream::connect(addr).expect("the kernel takes it");
        client.write_all(&[5, 0, 0, 4]).expect("room");
        client.shutdown(std::net::Shutdown::Write).expect("open");
        let Event::Up { assoc, .. } = one(&mut b).await else {
            panic!("it came up");
        };
        assert!(matches!(one(&mut b).await, Event::Message { .. }));
        b.send(assoc, message(&[6, 0, 0, 4])).expect("still there");
        assert_eq!(down(&one(&mut b).await), DownKind::Closed);
        assert!(b.send(assoc, message(&[6, 0, 0, 4])).is_err());
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).expect("closed in order");
        assert_eq!(answer, [6, 0, 0, 4]);
    });
}

#[test]
fn tcp_connections_beyond_the_limit_are_reset_and_counted() {
    run(async {
        let mut config = config(Ipv4Addr::LOCALHOST.into());
        config.options.max_connections = 2;
        let mut b = UdpStack::new(config).expect("loopback");
        let addr = tcp_listener(&mut b).await;
        let connect = || TcpStream::connect(addr).expect("the kernel takes it");
        let _two = [connect(), connect()];
        for _ in 0..2 {
            assert!(matches!(one(&mut b).await, Event::Up { .. }));
        }
        assert_eq!(b.refused(), 0);
        let mut third = connect();
        for _ in 0..5000 {
            if b.refused() > 0 {
                break;
            }
            turn(&mut b).await;
        }
        let end = third.read(&mut [0; 1]).expect_err("reset");
        assert_eq!(end.kind(), std::io::ErrorKind::ConnectionReset);
        assert_eq!(b.refused(), 1);
    });
}

#[test]
fn tcp_of_a_pool_is_passed_on_piece_by_piece() {
    run(async {
        let mut b = stack();
        let local = Local::TcpOctets {
            addr: "127.0.0.1:0".parse().expect("addr"),
            listen: true,
        };
        let port = b.open(&local).expect("free");
        let mut client = TcpStream::connect(b.local_addrs(port)[0]).expect("listens");
        assert!(matches!(one(&mut b).await, Event::Up { .. }));
        // Read as an ASAP header it would have Length 0.
        client.write_all(&[0; 5]).expect("sent");
        let mut came = 0;
        while came < 5 {
            match one(&mut b).await {
                Event::Message { octets, .. } => came += octets.len(),
                other => panic!("{other:?}"),
            }
        }
        drop(client);
        assert_eq!(down(&one(&mut b).await), DownKind::Closed);
    });
}

#[test]
fn tcp_framing_survives_split_segments_and_rejects_garbage() {
    run(async {
        let mut b = stack();
        let addr = tcp_listener(&mut b).await;
        let mut client = TcpStream::connect(addr).expect("listens");
        client.set_nodelay(true).expect("settable");
        assert!(matches!(
            one(&mut b).await,
            Event::Up {
                kind: Kind::Tcp,
                ..
            }
        ));
        for octet in [1, 0, 0, 6, 7, 7, 0, 0] {
            client.write_all(&[octet]).expect("sent");
            turn_any(&mut b, octet).await;
        }
        client.write_all(&[3, 0, 0, 4, 3, 0, 0, 3]).expect("sent");
        assert!(
            matches!(one(&mut b).await, Event::Message { octets, .. } if octets == [3, 0, 0, 4])
        );
        let event = one(&mut b).await;
        let Event::Down {
            kind: DownKind::Aborted,
            why,
            ..
        } = &event
        else {
            panic!("{event:?}")
        };
        assert!(why.contains("Length 3"), "{why}");
        let error = client.read(&mut [0; 1]).expect_err("reset");
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    });
}

/// Drives a stack: no message is complete before the last octet of the split one, which is the only event.
async fn turn_any(b: &mut UdpStack, _octet: u8) {
    #[expect(clippy::disallowed_methods, reason = "a deadline for a live stack")]
    let soon = Some(Instant::now() + Duration::from_millis(1));
    if let Some(event) = b.recv(soon).await.expect("works") {
        assert!(
            matches!(&event, Event::Message { octets, .. } if *octets == [1, 0, 0, 6, 7, 7, 0, 0]),
            "{event:?}"
        );
    }
}

#[test]
fn datagrams_and_multicast() {
    run(async {
        let (mut a, mut b) = (stack(), stack());
        let local = |groups: &[&str]| Local::Udp {
            addr: "127.0.0.1:0".parse().expect("addr"),
            groups: groups.iter().map(|g| g.parse().expect("addr")).collect(),
        };
        let at_a = a.open(&local(&[])).expect("free");
        let at_b = b.open(&local(&[])).expect("free");
        let (from, to) = (a.local_addrs(at_a)[0], b.local_addrs(at_b)[0]);
        a.send_datagram(at_a, to, b"uni").expect("sent");
        assert_eq!(
            one(&mut b).await,
            Event::Datagram {
                port: at_b,
                from,
                octets: b"uni".to_vec()
            }
        );

        let group: IpAddr = "239.255.99.1".parse().expect("addr");
        let member = match b.open(&local(&["239.255.99.1"])) {
            Ok(member) => member,
            Err(error) => return println!("multicast is not possible here ({error}), skipped"),
        };
        let to = SocketAddr::new(group, b.local_addrs(member)[0].port());
        let sender = a
            .open(&Local::Udp {
                addr: "127.0.0.1:0".parse().expect("addr"),
                groups: vec![],
            })
            .expect("free");
        if let Err(error) = a.send_datagram(sender, to, b"multi") {
            return println!("multicast is not possible here ({error}), skipped");
        }
        if rsp_transport::probe::multicast(group).is_err() {
            return println!("multicast does not come back here, skipped");
        }
        assert!(
            matches!(one(&mut b).await, Event::Datagram { port, octets, .. } if port == member && octets == b"multi")
        );
    });
}
