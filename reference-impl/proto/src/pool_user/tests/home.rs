//! The home: found, announced, lost, replaced.

use super::*;
use crate::log::Inbound;
use rsp_wire::asap::{AnnouncedTransport, MessageType, ServerAnnounce};
use rsp_wire::{Cookie, TcpTransport};

fn announce(world: &mut World, transports: Vec<AnnouncedTransport>) {
    let octets = drive::asap(ServerAnnounce::new(ServerId(7), transports));
    let from = "198.51.100.9:40000".parse().unwrap();
    let octets = &octets;
    world.input(Input::Datagram { from, octets });
}

#[test]
fn the_hunt_begins_with_the_pool_user() {
    let mut world = World::with(|_| {});
    assert_eq!(world.calls.len(), 2);
    assert!(world.out.contains(&Output::Log(Log::Hunting)));
    let [first, second] = [world.calls[0].assoc, world.calls[1].assoc];
    world.up(second);
    assert!(world.out.contains(&Output::Abort { assoc: first }));
    assert_eq!(world.events(), [Event::Home { found: true }]);
    assert_eq!(world.user.associations(), 1);
}

#[test]
fn a_registrar_may_be_reached_over_tcp() {
    let addr: SocketAddr = "198.51.100.1:3863".parse().unwrap();
    let mut world = World::with(|c| c.registrars = vec![Server::tcp(addr)]);
    let call = world.calls.pop().unwrap();
    assert_eq!(
        (call.channel, call.carrier, call.to),
        (Channel::Registrar, Carrier::Tcp, vec![addr])
    );
    world.up(call.assoc);
    world.resolve(1, "p");
    assert_eq!(world.questions().len(), 1);
}

#[test]
fn announced_registrars_are_called_and_grow_old() {
    let mut world = World::with(|c| c.registrars.clear());
    assert_eq!(world.calls, []);
    let address: std::net::IpAddr = "198.51.100.8".parse().unwrap();
    let tcp = AnnouncedTransport::Tcp(TcpTransport::new(3863, address));
    announce(&mut world, vec![tcp]);
    announce(&mut world, vec![]);
    let called: Vec<_> = world.calls.iter().map(|c| (c.carrier, c.to[0])).collect();
    let [tcp, sctp] = ["198.51.100.8:3863", "198.51.100.9:3863"].map(|a| a.parse().unwrap());
    assert_eq!(called, [(Carrier::Tcp, tcp), (Carrier::Sctp, sctp)]);
    assert_eq!(world.user.registrars(world.now).count(), 2);
    world.pass_secs(5);
    assert_eq!(world.user.registrars(world.now).count(), 0);
}

#[test]
fn other_datagrams_are_not_answered() {
    let mut world = World::with(|c| c.registrars.clear());
    world.out.clear();
    let from = "198.51.100.9:3863".parse().unwrap();
    let octets = &[0x40, 0, 0, 4];
    world.input(Input::Datagram { from, octets });
    let log = Inbound::BadDatagram { from };
    assert_eq!(world.out, [Output::Log(log.into())]);
}

#[test]
fn a_lost_home_is_replaced_at_once() {
    let (mut world, home) = World::at_home(|_| {});
    let lost = world.user.home().cloned().unwrap();
    world.down(home, Fault::Lost);
    assert_eq!(world.events(), [Event::Home { found: false }]);
    let call = world.calls.remove(0);
    assert_ne!(call.to, lost.addrs);
    world.up(call.assoc);
    assert_eq!(world.events(), [Event::Home { found: true }]);
}

#[test]
fn there_are_never_more_than_three_associations() {
    let (mut world, home) = World::at_home(|c| c.registrars.extend([registrar(3), registrar(4)]));
    world.resolve(1, "p");
    world.pass_secs(15);
    // The home is kept during set-ups to two others.
    assert_eq!((world.calls.len(), world.user.associations()), (2, 3));
    let second = world.calls[0].assoc;
    world.calls.clear();
    world.up(second);
    assert!(world.out.contains(&Output::Shutdown { assoc: home }));
    assert_eq!(world.user.associations(), 2);
    world.pass_secs(15);
    assert!(world.out.contains(&Output::Abort { assoc: home }));
    assert_eq!((world.calls.len(), world.user.associations()), (2, 3));
}

#[test]
fn cookies_of_a_registrar_are_out_of_place() {
    let (mut world, home) = World::at_home(|_| {});
    world.deliver(home, asap::Cookie::new(Cookie([1].into())));
    let log = Inbound::OutOfPlace {
        assoc: home,
        message: MessageType::COOKIE,
    };
    assert_eq!(world.out, [Output::Log(log.into())]);
}

#[test]
fn a_home_that_answers_and_drops_is_called_once_a_second() {
    let mut world = World::with(|c| {
        c.registrars.truncate(1);
        c.stale_cache_value = Duration::ZERO;
    });
    world.resolve(1, "p");
    for request in 2..5 {
        let home = world.calls.pop().unwrap().assoc;
        world.up(home);
        world.deliver(home, list("p", None, &[5]));
        world.down(home, Fault::Lost);
        world.resolve(request, "p");
        world.pass(Duration::from_millis(999));
        assert!(world.calls_nobody());
        world.pass(Duration::from_millis(1));
    }
}
