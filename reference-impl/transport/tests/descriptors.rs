//! A stack whose process has no file descriptor left. The limit is that of the process, so this file has one test.
#![cfg(unix)]

use rsp_transport::udp::{UdpConfig, UdpStack};
use rsp_transport::{Event, Kind, Local, Peer, SctpOptions, Transport};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

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

#[expect(clippy::disallowed_methods, reason = "a deadline for a live stack")]
fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_millis(50))
}

async fn next(stack: &mut UdpStack) -> Event {
    loop {
        if let Some(event) = stack.recv(None).await.expect("sockets work") {
            return event;
        }
    }
}

/// Takes all file descriptors but `left`.
fn take_descriptors(left: usize) -> Vec<File> {
    let mut taken = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        taken.push(file);
    }
    taken.truncate(taken.len() - left);
    taken
}

#[test]
fn exhausted_descriptors_stop_neither_timers_nor_sctp() {
    let hard = getrlimit(Resource::Nofile).maximum;
    let limit = Rlimit {
        current: Some(48),
        maximum: hard,
    };
    setrlimit(Resource::Nofile, limit).expect("a limit may be lowered");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (mut pu, mut registrar) = (stack(), stack());
        registrar.open(&sctp(3863, true)).expect("free");
        let from = pu.open(&sctp(0, false)).expect("free");
        let mut taken = take_descriptors(1);
        // The listener takes the last one: there is none for its reserve.
        let local = Local::Tcp {
            addr: (Ipv4Addr::LOCALHOST, 0).into(),
            listen: true,
        };
        let port = registrar.open(&local).expect("free");
        let addr = registrar.local_addrs(port)[0];

        // The clients are in this process too, and take what is free now. Their connections wait in the queue of the
        // listener, which must not take all the time: deadlines and SCTP go on.
        taken.truncate(taken.len() - 2);
        let connect = || TcpStream::connect(addr).expect("the kernel takes it");
        let waiting = [connect(), connect()];
        assert_eq!(registrar.recv(soon()).await.expect("works"), None);
        let to = Peer {
            addrs: vec![SocketAddr::new(registrar.udp_addr().ip(), 3863)],
            udp_port: Some(registrar.udp_addr().port()),
        };
        pu.connect(from, &to).expect("starts");
        let (mut here, mut there) = (None, None);
        while here.is_none() || there.is_none() {
            tokio::select! {
                event = next(&mut pu) => here = Some(event),
                event = next(&mut registrar) => there = Some(event),
            }
        }
        assert_eq!(kind(&there.expect("it came up")), Some(Kind::Sctp));
        assert_eq!(registrar.refused(), 0);

        // With descriptors, they are accepted, and one is held in reserve.
        drop(taken);
        for _ in 0..2 {
            assert_eq!(kind(&next(&mut registrar).await), Some(Kind::Tcp));
        }
        let _taken = take_descriptors(3);
        let mut refused = [connect(), connect(), connect()];
        assert_eq!(registrar.recv(soon()).await.expect("works"), None);
        assert_eq!(registrar.refused(), 3);
        for client in &mut refused {
            let end = client.read(&mut [0; 1]).expect_err("reset");
            assert_eq!(end.kind(), ErrorKind::ConnectionReset);
        }

        // The end of a connection makes room for another one.
        let [_first, second] = waiting;
        drop(second);
        assert!(matches!(next(&mut registrar).await, Event::Down { .. }));
        let _third = connect();
        assert_eq!(kind(&next(&mut registrar).await), Some(Kind::Tcp));
    });
}

fn kind(event: &Event) -> Option<Kind> {
    match event {
        Event::Up { kind, .. } => Some(*kind),
        _ => None,
    }
}
