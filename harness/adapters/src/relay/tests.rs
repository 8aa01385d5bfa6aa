use super::*;
use rspcheck_testkit::{ENRP_PRESENCE, PacketFate};
use std::net::Ipv4Addr;

const ONE: Instance = Instance(1);
const TWO: Instance = Instance(2);

fn address(nth: u8) -> IpAddr {
    Ipv4Addr::new(127, 191, 255, nth).into()
}

/// Returns a packet with one ENRP message whole in its DATA chunk. Its checksum is right.
fn packet(tsn: u32, message: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x26, 0xad, 0x26, 0xad, 1, 2, 3, 4, 0, 0, 0, 0];
    packet.extend([0, 3]);
    packet.extend((16 + message.len() as u16).to_be_bytes());
    packet.extend(tsn.to_be_bytes());
    packet.extend([0, 5, 0, 0]);
    packet.extend(12_u32.to_be_bytes());
    packet.extend(message);
    let sum = crc32c(&packet).to_le_bytes();
    packet[8..12].copy_from_slice(&sum);
    packet
}

/// Computes CRC32c bit by bit (RFC 9260, appendix A).
fn crc32c(octets: &[u8]) -> u32 {
    !octets.iter().fold(u32::MAX, |sum, octet| {
        (0..8).fold(sum ^ u32::from(*octet), |sum, _| {
            (sum >> 1) ^ (0x82f6_3b78 * (sum & 1))
        })
    })
}

fn presence(tsn: u32) -> Vec<u8> {
    packet(tsn, &[ENRP_PRESENCE.code, 0, 0, 4])
}

/// Two instances, and the packets that were forwarded.
struct Bench {
    switch: Switch,
    now: Instant,
    forwarded: Vec<(Instance, SocketAddr, Vec<u8>)>,
}

impl Bench {
    fn new() -> Bench {
        let now = clock();
        let mut switch = Switch::new(vec![address(1), address(2)], now);
        switch.set_port(ONE, 1001);
        switch.set_port(TWO, 1002);
        Bench {
            switch,
            now,
            forwarded: Vec::new(),
        }
    }

    fn arrives(&mut self, from: IpAddr, to: Instance, packet: &[u8]) {
        let forwarded = &mut self.forwarded;
        let mut send = |from, to, packet: &[u8]| forwarded.push((from, to, packet.to_vec()));
        self.switch
            .arrives(self.now, from, to.index(), packet, &mut send);
    }

    fn passes(&mut self, time: Duration) {
        self.now += time;
        let forwarded = &mut self.forwarded;
        let mut send = |from, to, packet: &[u8]| forwarded.push((from, to, packet.to_vec()));
        self.switch.release(self.now, &mut send);
    }

    fn disturb(&mut self, fate: PacketFate, times: u32) {
        self.switch.disturb(Disturbance {
            from: ONE,
            to: TWO,
            kind: ENRP_PRESENCE,
            fate,
            times,
        });
    }

    fn taken(&mut self) -> usize {
        self.switch.take().expect("there is room").len()
    }
}

#[test]
fn packet_goes_on_from_the_socket_of_its_sender() {
    let mut bench = Bench::new();
    let sent = presence(1);
    bench.arrives(address(1), TWO, &sent);
    let to = SocketAddr::new(address(2), 1002);
    assert_eq!(bench.forwarded, [(ONE, to, sent)]);
    let expected = Exchanged {
        from: ONE,
        to: TWO,
        ppid: 12,
        stream: 5,
        octets: vec![ENRP_PRESENCE.code, 0, 0, 4],
    };
    assert_eq!(bench.switch.take(), Ok(vec![expected]));
}

#[test]
fn packet_of_a_stranger_is_dropped() {
    let mut bench = Bench::new();
    bench.arrives(address(9), TWO, &presence(1));
    bench.arrives(address(2), TWO, &presence(1));
    assert!(bench.forwarded.is_empty());
}

#[test]
fn lost_packet_gets_through_when_it_is_sent_again() {
    let mut bench = Bench::new();
    bench.disturb(PacketFate::Lost, 1);
    bench.arrives(address(1), TWO, &presence(1));
    assert_eq!((bench.forwarded.len(), bench.taken()), (0, 0));
    bench.arrives(address(1), TWO, &presence(1));
    assert_eq!((bench.forwarded.len(), bench.taken()), (1, 1));
}

#[test]
fn doubled_packet_has_one_message() {
    let mut bench = Bench::new();
    bench.disturb(PacketFate::Doubled, 1);
    bench.arrives(address(1), TWO, &presence(1));
    assert_eq!((bench.forwarded.len(), bench.taken()), (2, 1));
}

#[test]
fn late_packet_is_overtaken() {
    let mut bench = Bench::new();
    bench.disturb(PacketFate::Late(Duration::from_millis(50)), 1);
    bench.arrives(address(1), TWO, &presence(1));
    bench.arrives(address(1), TWO, &presence(2));
    assert_eq!((bench.forwarded.len(), bench.taken()), (1, 1));
    assert_eq!(
        bench.switch.due(),
        Some(bench.now + Duration::from_millis(50))
    );
    bench.passes(Duration::from_millis(49));
    assert_eq!(bench.forwarded.len(), 1);
    bench.passes(Duration::from_millis(1));
    assert_eq!((bench.forwarded.len(), bench.taken()), (2, 1));
    assert_eq!(bench.forwarded[1].2, presence(1));
}

#[test]
fn cut_loses_packets_on_their_way_too() {
    let mut bench = Bench::new();
    bench.disturb(PacketFate::Late(Duration::from_millis(50)), 1);
    bench.arrives(address(1), TWO, &presence(1));
    bench.switch.link(TWO, ONE, Link::Cut);
    bench.passes(Duration::from_secs(1));
    bench.arrives(address(1), TWO, &presence(2));
    bench.arrives(address(2), ONE, &presence(2));
    assert!(bench.forwarded.is_empty());
    bench.switch.link(ONE, TWO, Link::Open);
    bench.arrives(address(2), ONE, &presence(2));
    assert_eq!((bench.forwarded.len(), bench.taken()), (1, 1));
}

#[test]
fn hostile_datagrams_are_carried_and_do_no_harm() {
    let mut bench = Bench::new();
    bench.disturb(PacketFate::Doubled, 1000);
    let good = presence(1);
    for cut in 0..good.len() {
        bench.arrives(address(1), TWO, &good[..cut]);
    }
    let mut rng = fastrand::Rng::with_seed(1);
    for length in 0..2000 {
        let octets: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(length).collect();
        bench.arrives(address(1), TWO, &octets);
    }
    assert!(bench.forwarded.len() >= good.len() + 2000);
    assert_eq!(bench.taken(), 0);
}

#[test]
fn delayed_packets_and_messages_are_limited() {
    let mut bench = Bench::new();
    bench.disturb(PacketFate::Late(Duration::from_millis(1)), u32::MAX);
    for _ in 0..12_000 {
        bench.arrives(address(1), TWO, &presence(1));
    }
    bench.passes(Duration::from_millis(1));
    assert_eq!((bench.forwarded.len(), bench.taken()), (10_000, 1));
    for tsn in 2..100_003 {
        bench.arrives(address(2), ONE, &presence(tsn));
    }
    let why = bench.switch.take().expect_err("one more than it keeps");
    assert!(why.contains("more than 100000 messages"), "{why}");
}

#[test]
fn lateness_of_the_thread_is_taken_once() {
    let mut bench = Bench::new();
    let (tick, late) = (Duration::from_millis(10), Duration::from_millis(300));
    bench.switch.served(bench.now + late, bench.now);
    let now = bench.now + late;
    assert_eq!(bench.switch.take_lateness(now, tick), late);
    assert_eq!(bench.switch.take_lateness(now + tick, tick), Duration::ZERO);
    let away = bench.switch.take_lateness(now + tick + late, tick);
    assert_eq!(away, late, "it is not back yet");
}

/// The octets of a datagram go through the sockets of a relay, while its owner does not wait.
#[test]
fn datagrams_go_both_ways_through_the_sockets() {
    let bind = |nth| UdpSocket::bind((address(nth), 0)).expect("the loopback has it");
    let instances = [bind(11), bind(12)];
    let first = bind(11);
    let port = first.local_addr().expect("it is bound").port();
    let second = UdpSocket::bind((address(12), port)).expect("the port is free there");
    let relay = Relay::start(vec![(address(11), first), (address(12), second)]);
    let relay = relay.expect("it starts");
    for (nth, socket) in [ONE, TWO].into_iter().zip(&instances) {
        let own = socket.local_addr().expect("it is bound").port();
        relay.set_port(nth, own);
        let patience = Some(Duration::from_secs(60));
        socket.set_read_timeout(patience).expect("it is a span");
    }
    for (from, to) in [(0, 1), (1, 0)] {
        let at = |nth: usize| SocketAddr::new(address(11 + nth as u8), port);
        // Both directions have the same tag and ports here.
        let sent = presence(1 + from as u32);
        let sender = &instances[from];
        sender.send_to(&sent, at(to)).expect("there is room");
        let mut buffer = [0; 100];
        let (length, seen) = instances[to].recv_from(&mut buffer).expect("it comes");
        assert_eq!((&buffer[..length], seen), (&sent[..], at(from)));
    }
    assert_eq!(relay.take().expect("there is room").len(), 2);
}
