//! Each carrier of the user-space stack has its turn, however much arrives over another one.
//!
//! The tests count what is handled before, and read no clock: all octets are in the sockets before the stack looks.

use rsp_transport::udp::{UdpConfig, UdpStack};
use rsp_transport::{Event, Kind, Local, Outgoing, Peer, SctpOptions, Transport};
use std::future::Future;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};

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
