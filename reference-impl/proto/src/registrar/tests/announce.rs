//! Announcements.

use super::*;
use rsp_wire::TransportUse;
use rsp_wire::asap::{AnnouncedTransport, ServerAnnounce};

fn announcing() -> World {
    let reach = Reach {
        sctp: vec![
            "192.0.2.1:3863".parse().unwrap(),
            "[2001:db8::1]:3863".parse().unwrap(),
        ],
        tcp: Some("192.0.2.1:3864".parse().unwrap()),
        multicast: true,
        enrp: Vec::new(),
    };
    let config = Config {
        id: ID.try_into().ok(),
        ..Config::default()
    };
    World::reached_at(config, &reach)
}

fn announcements(world: &mut World) -> Vec<ServerAnnounce> {
    let announcement = |output| match output {
        Output::Announce { octets } => match asap::Message::decode(&octets).unwrap().message {
            asap::Message::ServerAnnounce(message) => Some(message),
            other => panic!("an announcement: {other:?}"),
        },
        _ => None,
    };
    std::mem::take(&mut world.out)
        .into_iter()
        .filter_map(announcement)
        .collect()
}

fn hear(world: &mut World, id: u32) {
    let octets = drive::asap(ServerAnnounce::new(ServerId(id), Vec::new()));
    world.input(Input::Datagram {
        from: "192.0.2.9:3863".parse().unwrap(),
        octets: &octets,
    });
}

#[test]
fn all_transports_are_announced_every_t6() {
    let mut world = announcing();
    world.pass_secs(10);
    let heard = announcements(&mut world);
    assert_eq!(heard.len(), 11, "at the start and every second");
    assert_eq!(heard[0].server_id, ServerId(ID));
    let [AnnouncedTransport::Sctp(sctp), AnnouncedTransport::Tcp(tcp)] = &heard[0].transports[..]
    else {
        panic!("SCTP, then TCP: {heard:?}");
    };
    assert_eq!((sctp.port, tcp.port), (3863, 3864));
    assert_eq!(sctp.transport_use, TransportUse::DATA_PLUS_CONTROL);
    assert_eq!(sctp.addresses.iter().count(), 2);
}

#[test]
fn the_gap_grows_with_the_servers_heard() {
    let mut world = announcing();
    for _ in 0..40 {
        for id in [1, 2, ID] {
            hear(&mut world, id);
        }
        world.pass_secs(1);
    }
    let count = announcements(&mut world).len();
    assert!(
        (13..=14).contains(&count),
        "every three seconds, its own do not count: {count}"
    );
    // They fall silent: after three periods they count no more.
    world.pass_secs(10);
    announcements(&mut world);
    world.pass_secs(10);
    assert_eq!(announcements(&mut world).len(), 10);
}

#[test]
fn servers_have_a_limit_and_other_datagrams_no_effect() {
    let mut world = announcing();
    world.registrar.core.config.max_servers = 2;
    for id in 1..=100 {
        hear(&mut world, id);
    }
    let from = "192.0.2.9:1".parse().unwrap();
    for octets in [
        &b""[..],
        b"\x0a\x00\x00\x04",
        b"\x40\x00\x00\x04",
        b"\x05\x00\x00\x08\x00\x09\x00\x04",
    ] {
        world.input(Input::Datagram { from, octets });
    }
    world.pass_secs(6);
    let periods = announcements(&mut world).len();
    assert_eq!(periods, 3, "at 0, 3 and 6 seconds");
    assert_eq!(world.sent(), []);
}

#[test]
fn without_multicast_nothing_is_announced() {
    let mut world = World::new();
    world.pass_secs(100);
    assert_eq!(announcements(&mut world), []);
    assert_eq!(world.registrar.poll(), Output::Wait(None));
}
