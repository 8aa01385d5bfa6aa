//! Several addresses, of both families, on either side.

use super::*;
use rsp_wire::asap::{AnnouncedTransport, EndpointUnreachable};
use rsp_wire::{Addresses, TcpTransport, Transport, TransportUse};
use std::net::IpAddr;

const V4: &str = "198.51.100.1";
const OTHER_V4: &str = "203.0.113.1";
const V6: &str = "2001:db8::1";

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Sets up an association whose peer has all three addresses, the IPv4 ones as an IPv6 socket reports them.
fn multi_homed(world: &mut World) -> Assoc {
    let assoc = Assoc(1);
    let peer = [
        "[2001:db8::1]:5000",
        "[::ffff:198.51.100.1]:5000",
        "203.0.113.1:5000",
    ];
    world.input(Input::Up {
        assoc,
        kind: Kind::Sctp,
        peer: peer.map(|addr| addr.parse().unwrap()).to_vec(),
    });
    assoc
}

fn at(pe: u32, transport: impl Into<Transport>) -> PoolElement {
    PoolElement {
        user_transport: transport.into(),
        ..element(1, pe)
    }
}

fn sctp(addresses: &[&str]) -> SctpTransport {
    let addresses = Addresses::collect(addresses.iter().map(|text| ip(text))).unwrap();
    SctpTransport::new(7, addresses)
}

#[test]
fn user_addresses_are_any_part_of_the_association_s() {
    let mut world = World::new();
    let pe = multi_homed(&mut world);
    let parts: [&[&str]; 4] = [&[V4], &[V6], &[OTHER_V4, V6], &[V4, OTHER_V4, V6]];
    for (number, part) in (1..).zip(parts) {
        assert_eq!(
            world.register(pe, "p", at(number, sctp(part))),
            [],
            "{part:?}"
        );
    }
    let foreign: [&[&str]; 3] = [&["192.0.2.9"], &[V4, "192.0.2.9"], &[V6, "2001:db8::9"]];
    for part in foreign {
        let causes = world.register(pe, "p", at(9, sctp(part)));
        assert_eq!(causes, [CauseCode::INVALID_VALUES], "{part:?}");
    }
    // Of whatever transport (RFC 5352 §2.2.1).
    let tcp = |text| at(1, Transport::Tcp(TcpTransport::new(80, ip(text))));
    assert_eq!(world.register(pe, "web", tcp(V6)), []);
    let causes = world.register(pe, "web", tcp("2001:db8::9"));
    assert_eq!(causes, [CauseCode::INVALID_VALUES]);
}

#[test]
fn its_asap_transport_has_all_addresses() {
    let mut world = World::new();
    let pe = multi_homed(&mut world);
    world.register(pe, "p", at(7, sctp(&[V4])));
    let resolved = world.resolve(pe, "p");
    let transport = resolved.pool_elements[0].asap_transport.clone().unwrap();
    assert_eq!(transport.port, 5000);
    let addresses: Vec<IpAddr> = transport.addresses.iter().collect();
    assert_eq!(
        addresses,
        [ip(V6), ip(V4), ip(OTHER_V4)],
        "IPv4 ones as such"
    );
}

/// After its association broke, a PE is known by its ASAP Transport, whichever address it comes from.
#[test]
fn it_deregisters_from_any_of_its_addresses() {
    let from = [
        "198.51.100.1:5000",
        "203.0.113.1:5000",
        "[2001:db8::1]:5000",
    ];
    for (addr, allowed) in from
        .iter()
        .map(|addr| (*addr, true))
        .chain([("198.51.100.1:5001", false), ("192.0.2.9:5000", false)])
    {
        let mut world = World::new();
        let pe = multi_homed(&mut world);
        world.register(pe, "p", at(7, sctp(&[V4])));
        world.down(pe);
        let back = world.up_from(2, Kind::Sctp, addr);
        let refused = world.deregister(back, "p", 7);
        assert_eq!(refused.is_empty(), allowed, "{addr}: {refused:?}");
        assert_eq!(world.members(back, "p").is_empty(), allowed);
    }
}

#[test]
fn users_over_ipv6_are_served_over_sctp_and_tcp() {
    let mut world = World::new();
    let pe = multi_homed(&mut world);
    world.register(pe, "p", at(7, sctp(&[V4, V6])));
    for (number, kind) in [(10, Kind::Sctp), (11, Kind::Tcp)] {
        let pu = world.up_from(number, kind, "[2001:db8::77]:6000");
        assert_eq!(world.members(pu, "p"), [7]);
        world.out.clear();
        world.send(pu, EndpointUnreachable::new("p".into(), PeIdentifier(7)));
        let asap::Message::EndpointKeepAlive(asked) = world.answer(pe) else {
            panic!("a KEEP_ALIVE");
        };
        assert!(!asked.wants_to_be_home());
        world.pass_secs(1);
        world.register(pe, "p", at(7, sctp(&[V4, V6])));
    }
}

#[test]
fn a_change_of_use_is_refused_to_members_and_newcomers() {
    let mut world = World::new();
    let pe = multi_homed(&mut world);
    let control = |pe| {
        let transport_use = TransportUse::DATA_PLUS_CONTROL;
        let transport = SctpTransport {
            transport_use,
            ..sctp(&[V4])
        };
        at(pe, transport)
    };
    assert_eq!(world.register(pe, "p", control(7)), []);
    // The only member cannot change it either (RFC 5352 §3.1 rule 3).
    for number in [7, 8] {
        let causes = world.register(pe, "p", at(number, sctp(&[V4])));
        assert_eq!(causes, [CauseCode::INCONSISTENT_DATA_CONTROL]);
    }
    let resolved = world.resolve(pe, "p");
    let usage = resolved.pool_elements[0].user_transport.transport_use();
    assert_eq!(usage, TransportUse::DATA_PLUS_CONTROL, "it is as it was");
    assert_eq!(world.deregister(pe, "p", 7), []);
    assert_eq!(
        world.register(pe, "p", at(7, sctp(&[V4]))),
        [],
        "a new pool"
    );
}

#[test]
fn addresses_without_meaning_on_other_hosts_are_not_announced() {
    let announced = |sctp: &[&str], tcp: &str| {
        let reach = Reach {
            sctp: sctp.iter().map(|addr| addr.parse().unwrap()).collect(),
            tcp: Some(tcp.parse().unwrap()),
            multicast: true,
            enrp: Vec::new(),
        };
        let mut world = World::reached_at(Config::default(), &reach);
        world.input(Input::Tick);
        let octets = world.out.iter().find_map(|output| match output {
            Output::Announce { octets } => Some(octets.clone()),
            _ => None,
        });
        match asap::Message::decode(&octets.unwrap()).unwrap().message {
            asap::Message::ServerAnnounce(message) => message.transports,
            other => panic!("an announcement: {other:?}"),
        }
    };
    assert_eq!(announced(&["0.0.0.0:3863"], "[::]:3863"), []);
    // With any transport in the announcement, no receiver takes the source for SCTP (RFC 5352 §3.6).
    assert_eq!(announced(&["0.0.0.0:3863"], "192.0.2.1:3864"), []);
    for (tcp, address) in [("0.0.0.0:3864", "192.0.2.1"), ("[::]:3864", V6)] {
        let own = ["192.0.2.1:3863", "[2001:db8::1]:3863"];
        let [AnnouncedTransport::Sctp(_), AnnouncedTransport::Tcp(tcp)] = &announced(&own, tcp)[..]
        else {
            panic!("SCTP, and TCP at the address of its family");
        };
        assert_eq!((tcp.port, tcp.address), (3864, ip(address)));
    }
    let both = announced(&["0.0.0.0:3863", "[2001:db8::1]:3863"], "192.0.2.1:3864");
    let [AnnouncedTransport::Sctp(one), AnnouncedTransport::Tcp(two)] = &both[..] else {
        panic!("{both:?}");
    };
    let addresses: Vec<IpAddr> = one.addresses.iter().collect();
    assert_eq!((addresses, two.address), (vec![ip(V6)], ip("192.0.2.1")));
}
