//! Cookies, business cards, reports.

use super::*;
use rsp_wire::asap::{BusinessCard, Cookie, CookieEcho, EndpointUnreachable};
use rsp_wire::{PoolElement, UnknownParameters};

fn card(entries: u32) -> BusinessCard {
    let element = |id| PoolElement {
        identifier: PeIdentifier(id),
        home: ServerId::UNDETERMINED,
        life: RegistrationLife(300),
        user_transport: SctpTransport::new(7, IpAddr::from([198, 51, 100, 7])).into(),
        policy: Policy::RoundRobin,
        asap_transport: None,
        unknown: UnknownParameters::NONE,
    };
    BusinessCard::new("p".into(), (1..=entries).map(element).collect())
}

fn cookie(octets: &[u8]) -> rsp_wire::Cookie {
    rsp_wire::Cookie(octets.into())
}

#[test]
fn a_cookie_goes_to_its_pool_user() {
    let (mut world, _) = World::registered();
    let user = world.called(9);
    world.out.clear();
    let octets = b"state".to_vec();
    world.input(Input::Cookie {
        assoc: user,
        cookie: octets,
    });
    let sent = Cookie::new(cookie(b"state"));
    assert_eq!(world.sent(), [(user, sent.into())]);
}

#[test]
fn cookie_echo_is_reported_before_later_messages() {
    let (mut world, _) = World::registered();
    let user = world.called(9);
    world.out.clear();
    world.send(user, CookieEcho::new(cookie(b"state")));
    let event = Event::CookieEcho {
        assoc: user,
        cookie: b"state"[..].into(),
    };
    assert_eq!(world.events(), [event]);
    assert!(!world.element.is_control(user, 0), "data goes beside");
    assert!(world.element.is_control(user, 11));
}

#[test]
fn cookies_are_limited() {
    let (mut world, _) = World::registered_with(|config| config.max_cookie = 4);
    let user = world.called(9);
    world.out.clear();
    world.send(user, CookieEcho::new(cookie(b"12345")));
    world.input(Input::Cookie {
        assoc: user,
        cookie: b"12345".to_vec(),
    });
    assert_eq!(world.events(), []);
    assert_eq!(world.sent(), []);
    world.send(user, CookieEcho::new(cookie(b"1234")));
    assert_eq!(world.events().len(), 1);
}

#[test]
fn the_card_is_sent_when_communication_begins() {
    let (mut world, _) = World::registered();
    world.input(Input::Card {
        card: Some(card(2)),
    });
    let (first, second) = (world.called(8), world.called(9));
    assert_eq!(world.sent(), []);
    world.input(Input::Began { assoc: first });
    world.input(Input::Began { assoc: first });
    assert_eq!(world.sent(), [(first, card(2).into())]);
    world.send(second, CookieEcho::new(cookie(b"state")));
    assert_eq!(world.sent(), [(second, card(2).into())]);
    world.input(Input::Card {
        card: Some(card(1)),
    });
    assert_eq!(
        world.sent(),
        [(first, card(1).into()), (second, card(1).into())]
    );
    world.input(Input::Restart { assoc: first });
    world.input(Input::Began { assoc: first });
    assert_eq!(world.sent(), [(first, card(1).into())]);
}

#[test]
fn card_is_reported_up_to_its_limit() {
    let (mut world, _) = World::registered_with(|config| config.max_business_card = 3);
    let user = world.called(9);
    world.out.clear();
    world.send(user, card(5));
    let event = Event::BusinessCard {
        assoc: user,
        card: card(3),
    };
    assert_eq!(world.events(), [event]);
}

#[test]
fn without_a_control_channel_nothing_is_sent() {
    let tcp = rsp_wire::Transport::Tcp(TcpTransport::new(7, [198, 51, 100, 7].into()));
    let sctp = SctpTransport::new(7, IpAddr::from([198, 51, 100, 7]));
    for transport in [tcp, sctp.into()] {
        let (mut world, _) = World::registered_with(|config| config.user_transport = transport);
        let user = world.called(9);
        world.out.clear();
        world.input(Input::Card {
            card: Some(card(1)),
        });
        world.input(Input::Began { assoc: user });
        world.input(Input::Cookie {
            assoc: user,
            cookie: Vec::new(),
        });
        assert_eq!(world.sent(), []);
    }
}

#[test]
fn an_unreachable_pe_is_reported_to_the_home() {
    let (mut world, home) = World::registered();
    let report = Input::Unreachable {
        pool: "q".into(),
        pe: PeIdentifier(9),
    };
    world.input(report.clone());
    let sent = EndpointUnreachable::new("q".into(), PeIdentifier(9));
    assert_eq!(world.sent(), [(home, sent.clone().into())]);
    world.input(report.clone());
    assert_eq!(world.sent(), [], "it is the same event");
    world.pass_secs(1);
    world.input(report.clone());
    assert_eq!(world.sent(), [(home, sent.into())]);
    world.pass_secs(1);
    world.down(home);
    world.out.clear();
    world.input(report);
    assert_eq!(world.sent(), []);
}

#[test]
fn reports_are_limited() {
    let (mut world, _) = World::registered_with(|config| config.max_reports = 3);
    let mut sent = 0;
    for pe in 0..30 {
        let (pool, pe) = ("q".into(), PeIdentifier(pe));
        world.input(Input::Unreachable { pool, pe });
        world.pass(Duration::from_millis(100));
        sent += world.sent().len();
    }
    assert_eq!(sent, 9, "three a second");
}
