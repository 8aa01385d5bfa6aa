//! Each carrier of the user-space stack has its turn, however much arrives over another one.
//!
//! The tests count what is handled before, and read no clock: all octets are in the sockets before the stack looks.

use rsp_transport::udp::{UdpConfig, UdpStack};
use rsp_transport::{Event, Kind, Local, Outgoing, Peer, SctpOptions, Transport};
use std::future::Future;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

/// A HANDLE_RESOLUTION of the pool "pool".
const QUESTION: [u8; 12] = [5, 0, 0, 12, 0, 9, 0, 8, b'p', b'o', b'o', b'l'];
/// Messages of one connection before other sockets are served.
const TURN: usize = 16;

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(test);
}

fn sctp(port: u16, listen: bool) -> Local {
    Local::Sctp {
        addrs: vec![],
        port,
        listen,
    }
}

fn stack() -> UdpStack {
    let config = UdpConfig {
        udp_port: 0,
        options: SctpOptions::impatient(),
        ..UdpConfig::new(Ipv4Addr::LOCALHOST.into())
    };
    UdpStack::new(config).expect("loopback")
}

fn tcp_listener(stack: &mut UdpStack) -> SocketAddr {
    let local = Local::Tcp {
        addr: (Ipv4Addr::LOCALHOST, 0).into(),
        listen: true,
    };
    let port = stack.open(&local).expect("free");
    stack.local_addrs(port)[0]
}

#[expect(clippy::disallowed_methods, reason = "a deadline for a live stack")]
fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_millis(20))
}

async fn next(stack: &mut UdpStack) -> Event {
    loop {
        if let Some(event) = stack.recv(None).await.expect("sockets work") {
            return event;
        }
    }
}

#[test]
fn pipelined_questions_over_tcp_delay_sctp_by_a_few_turns() {
    run(async {
        let (mut pu, mut registrar) = (stack(), stack());
        let from = pu.open(&sctp(0, false)).expect("free");
        registrar.open(&sctp(3863, true)).expect("free");
        let to = Peer {
            addrs: vec![SocketAddr::new(registrar.udp_addr().ip(), 3863)],
            udp_port: Some(registrar.udp_addr().port()),
        };
        let assoc = pu.connect(from, &to).expect("starts");
        let (mut here, mut there) = (None, None);
        while here.is_none() || there.is_none() {
            tokio::select! {
                event = next(&mut pu) => here = Some(event),
                event = next(&mut registrar) => there = Some(event),
            }
        }

        let addr = tcp_listener(&mut registrar);
        let clients: Vec<TcpStream> = (0..20)
            .map(|_| TcpStream::connect(addr).expect("the kernel takes it"))
            .collect();
        for mut client in &clients {
            client.write_all(&QUESTION.repeat(1000)).expect("room");
        }
        while !matches!(next(&mut registrar).await, Event::Message { .. }) {}
        let question = Outgoing {
            stream: 0,
            ppid: 11,
            unordered: false,
            octets: &QUESTION,
        };
        pu.send(assoc, question).expect("queued");
        let mut before = 0;
        while matches!(next(&mut registrar).await, Event::Message { ppid: 0, .. }) {
            before += 1;
        }
        assert!(before <= 5 * TURN, "{before} questions over TCP came first");
    });
}

#[test]
fn peer_that_reads_no_answers_is_not_read() {
    run(async {
        let mut registrar = stack();
        let addr = tcp_listener(&mut registrar);
        let mut client = TcpStream::connect(addr).expect("the kernel takes it");
        let Event::Up { assoc, .. } = next(&mut registrar).await else {
            panic!("it came up");
        };
        let answer = |stack: &mut UdpStack| {
            let mut octets = [0; 32_768];
            octets[..4].copy_from_slice(&[6, 0, 0x80, 0]);
            let answer = Outgoing {
                stream: 0,
                ppid: 11,
                unordered: false,
                octets: &octets,
            };
            stack.send(assoc, answer)
        };
        // Many times what the kernel keeps of a connection: 32 KiB for each 12 octets.
        client.set_nonblocking(true).expect("settable");
        client.write_all(&QUESTION.repeat(1000)).expect("room");
        let mut answered = 0;
        while let Some(event) = registrar.recv(soon()).await.expect("works") {
            assert!(matches!(event, Event::Message { .. }), "{event:?}");
            answer(&mut registrar).expect("its queue is not full");
            answered += 1;
        }
        assert!(answered < 1000, "all are answered");
        client.set_nonblocking(false).expect("settable");
        let mut rest = (answered as u64) * 32_768;
        while rest > 0 {
            rest -= client.read(&mut vec![0; 1 << 20]).expect("answers") as u64;
            while let Some(event) = registrar.recv(soon()).await.expect("works") {
                assert!(matches!(event, Event::Message { .. }), "{event:?}");
                answer(&mut registrar).expect("its queue is not full");
                answered += 1;
                rest += 32_768;
            }
        }
        assert_eq!(answered, 1000, "reading goes on with the peer");
    });
}

#[test]
fn a_flood_of_datagrams_leaves_turns_for_tcp() {
    run(async {
        let mut registrar = stack();
        let addr = tcp_listener(&mut registrar);
        let flood = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("free");
        for _ in 0..200 {
            flood
                .send_to(&[0; 4], registrar.udp_addr())
                .expect("the kernel takes it");
        }
        let mut client = TcpStream::connect(addr).expect("the kernel takes it");
        client.write_all(&QUESTION).expect("room");
        let up = next(&mut registrar).await;
        assert!(matches!(
            up,
            Event::Up {
                kind: Kind::Tcp,
                ..
            }
        ));
        assert!(matches!(next(&mut registrar).await, Event::Message { .. }));
        let before = registrar.counters().malformed;
        assert!(before <= 96, "{before} datagrams came first");
    });
}
