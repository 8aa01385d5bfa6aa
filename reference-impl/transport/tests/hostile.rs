//! Packets that no correct peer sends: the endpoint must neither panic nor grow.

use rsp_transport::endpoint::Endpoint;
use rsp_transport::{AssocId, CookieKey, Event, LocalPort, Outgoing, SctpOptions, chunk};
use std::net::SocketAddr;
use std::time::Duration;

/// Two endpoints without a network between them.
struct Two {
    sides: [Endpoint; 2],
    assocs: [Option<AssocId>; 2],
    now: Duration,
    /// Every packet that was exchanged, and to whom.
    packets: Vec<(usize, Vec<u8>)>,
}

fn addr(side: usize) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1 + side as u8], 9899))
}

impl Two {
    fn new() -> Two {
        let side = |n| {
            let mut endpoint = Endpoint::new(SctpOptions::impatient(), CookieKey([n, n]));
            endpoint.open(LocalPort(1), 3863, true).expect("free");
            endpoint
        };
        Two {
            sides: [side(0), side(1)],
            assocs: [None, None],
            now: Duration::ZERO,
            packets: Vec::new(),
        }
    }

    /// Carries packets until both are silent.
    fn settle(&mut self) {
        while let Some((from, transmit)) =
            (0..2).find_map(|side| Some((side, self.sides[side].poll_transmit()?)))
        {
            self.now += Duration::from_micros(10);
            self.packets.push((1 - from, transmit.packet.clone()));
            self.sides[1 - from].handle_datagram(self.now, addr(from), &transmit.packet);
            self.events();
        }
    }

    fn events(&mut self) {
        for side in 0..2 {
            while let Some(event) = self.sides[side].poll_event() {
                match event {
                    Event::Up { assoc, .. } => self.assocs[side] = Some(assoc),
                    Event::Down { .. } => self.assocs[side] = None,
                    _ => {}
                }
            }
        }
    }

    /// Runs a conversation that uses every kind of chunk.
    fn talk() -> Two {
        let mut two = Two::new();
        two.sides[0]
            .connect(two.now, 3863, addr(1), 3863)
            .expect("starts");
        two.settle();
        for len in [10, 5000] {
            for side in 0..2 {
                let octets = vec![7; len];
                let message = Outgoing {
                    stream: 1,
                    ppid: 11,
                    unordered: len == 10,
                    octets: &octets,
                };
                two.sides[side]
                    .send(two.now, two.assocs[side].expect("up"), message)
                    .expect("queued");
                two.settle();
            }
        }
        two.now += Duration::from_millis(700);
        for side in 0..2 {
            two.sides[side].handle_timeout(two.now); // Heartbeats.
        }
        two.settle();
        two
    }
}

fn mutate(rng: &mut fastrand::Rng, packet: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..rng.usize(1..4) {
        let at = rng.usize(0..packet.len());
        match rng.u8(0..8) {
            0..3 => packet[at] = rng.u8(..),
            3 => packet[at] ^= 1 << rng.u8(0..8),
            // The length of the first chunk.
            4 if packet.len() > 16 => packet[15] = rng.u8(..),
            5 => packet.truncate(at.max(16)),
            6 => packet.extend_from_slice(&other[12..]),
            _ => packet[12] = rng.u8(0..20),
        }
    }
    if packet.len() >= 12 {
        chunk::seal(packet);
    }
}

#[test]
fn mutated_packets_neither_panic_nor_accumulate() {
    let mut rng = fastrand::Rng::with_seed(7);
    fastrand::seed(7);
    for round in 0..150 {
        let mut two = Two::talk();
        if round % 3 == 0 {
            let assoc = two.assocs[0].expect("up");
            two.sides[0].shutdown(two.now, assoc).expect("starts");
        }
        let packets = two.packets.clone();
        for _ in 0..60 {
            let (to, mut packet) = packets[rng.usize(0..packets.len())].clone();
            let other = &packets[rng.usize(0..packets.len())].1;
            mutate(&mut rng, &mut packet, other);
            two.now += Duration::from_millis(rng.u64(0..50));
            two.sides[to].handle_timeout(two.now);
            two.sides[to].handle_datagram(two.now, addr(1 - to), &packet);
            two.events();
            if rng.bool() {
                two.settle();
            }
        }
        for endpoint in &two.sides {
            assert!(endpoint.associations() <= 2, "{endpoint:?}");
        }
    }
}

#[test]
fn a_flood_of_inits_leaves_nothing_behind() {
    let mut endpoint = Endpoint::new(SctpOptions::default(), CookieKey([1, 2]));
    endpoint.open(LocalPort(1), 3863, true).expect("free");
    let mut init = vec![0; 16];
    init[8..12].copy_from_slice(&[0, 16, 0, 16]);
    for n in 1..2000u32 {
        init[..4].copy_from_slice(&n.to_be_bytes());
        init[4..8].copy_from_slice(&100_000u32.to_be_bytes());
        let packet = chunk::packet((n as u16, 3863), 0, chunk::kind::INIT, 0, &init);
        endpoint.handle_datagram(Duration::ZERO, addr(1), &packet);
        let answer = endpoint.poll_transmit().expect("INIT ACK");
        assert_eq!(answer.packet[12], chunk::kind::INIT_ACK);
        assert!(answer.packet.len() < 200);
    }
    assert_eq!(
        (endpoint.associations(), endpoint.poll_timeout()),
        (0, None)
    );
}

#[test]
fn a_cookie_ages() {
    let mut two = Two::new();
    two.sides[0]
        .connect(two.now, 3863, addr(1), 3863)
        .expect("starts");
    let init = two.sides[0].poll_transmit().expect("INIT").packet;
    two.sides[1].handle_datagram(two.now, addr(0), &init);
    let init_ack = two.sides[1].poll_transmit().expect("INIT ACK").packet;
    two.sides[0].handle_datagram(two.now, addr(1), &init_ack);
    let echo = two.sides[0].poll_transmit().expect("COOKIE ECHO").packet;
    two.sides[1].handle_datagram(Duration::from_secs(61), addr(0), &echo);
    assert_eq!(
        (
            two.sides[1].associations(),
            two.sides[1].counters().bad_cookie
        ),
        (0, 1)
    );
    two.sides[1].handle_datagram(Duration::from_secs(59), addr(0), &echo);
    assert_eq!(two.sides[1].associations(), 1);
}

#[test]
fn a_peer_that_moves_to_another_udp_port_is_followed_if_it_knows_the_tag() {
    let mut two = Two::talk();
    let assoc = two.assocs[0].expect("up");
    let send = |two: &mut Two| {
        let message = Outgoing {
            stream: 1,
            ppid: 11,
            unordered: false,
            octets: b"moved",
        };
        two.sides[0].send(two.now, assoc, message).expect("queued");
        two.sides[0].poll_transmit().expect("DATA").packet
    };
    let moved = SocketAddr::from(([10, 0, 0, 1], 1234));
    let packet = send(&mut two);
    let mut wrong = packet.clone();
    wrong[4] ^= 1;
    chunk::seal(&mut wrong);
    two.sides[1].handle_datagram(two.now, moved, &wrong);
    let there = two.assocs[1].expect("up");
    assert_eq!(two.sides[1].udp_address(there), Some(addr(0)));
    while two.sides[1].poll_transmit().is_some() {}

    two.sides[1].handle_datagram(two.now, moved, &packet);
    assert_eq!(two.sides[1].udp_address(there), Some(moved));
    assert!(matches!(
        two.sides[1].poll_event(),
        Some(Event::Message { .. })
    ));
}

#[test]
fn no_event_follows_an_abort_by_this_side() {
    let mut two = Two::talk();
    let [mine, theirs] = two.assocs.map(|assoc| assoc.expect("up"));
    let message = Outgoing {
        stream: 1,
        ppid: 11,
        unordered: false,
        octets: b"unread",
    };
    two.sides[1].send(two.now, theirs, message).expect("queued");
    let packet = two.sides[1].poll_transmit().expect("DATA").packet;
    two.sides[0].handle_datagram(two.now, addr(1), &packet);
    two.sides[0].abort(two.now, mine);
    assert_eq!(two.sides[0].poll_event(), None);
    assert_eq!(
        (two.sides[0].associations(), two.sides[0].poll_timeout()),
        (0, None)
    );
    two.settle();
    assert_eq!(two.assocs[1], None, "the peer sees the ABORT");
}
