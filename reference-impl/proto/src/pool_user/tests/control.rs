//! Cookies and business cards.

use super::*;
use crate::log::Inbound;
use rsp_wire::Cookie;
use rsp_wire::asap::{BusinessCard, MessageType};

fn cookie(text: &str) -> asap::Cookie {
    asap::Cookie::new(Cookie(text.as_bytes().into()))
}

fn card(pool: &str, pes: &[u32]) -> BusinessCard {
    let elements = pes.iter().map(|&pe| element(pe, Policy::RoundRobin));
    BusinessCard::new(pool.into(), elements.collect())
}

/// Returns the messages sent over the association since the last call, data as "data".
fn sent_to(world: &mut World, assoc: Assoc) -> Vec<String> {
    let describe = |output: &Output| match output {
        Output::Send {
            assoc: to, octets, ..
        } if *to == assoc => match asap::Message::decode(octets).unwrap().message {
            asap::Message::CookieEcho(m) => Some(String::from_utf8(m.cookie.0.into_vec()).unwrap()),
            message => message.message_type().name().map(str::to_owned),
        },
        Output::Data { assoc: to, .. } if *to == assoc => Some("data".to_owned()),
        _ => None,
    };
    std::mem::take(&mut world.out)
        .iter()
        .filter_map(describe)
        .collect()
}

#[test]
fn the_latest_cookie_is_the_first_message_to_the_next_pe() {
    let (mut world, _, assoc, _) = World::session(|_| {}, &[5, 6, 7]);
    world.input(Input::Card {
        card: Some(card("mine", &[9])),
    });
    world.deliver(assoc, cookie("old"));
    world.deliver(assoc, cookie("new"));
    world.down(assoc, Fault::Lost);
    world.send(1, "waits");
    let (assoc, _) = world.called();
    world.up(assoc);
    assert_eq!(sent_to(&mut world, assoc), ["new", "BUSINESS_CARD", "data"]);
    // The next PE sent no cookie, so the last one is echoed again.
    world.down(assoc, Fault::Lost);
    let (assoc, _) = world.called();
    world.up(assoc);
    let events = world.events();
    let echoed =
        |event: &Event| matches!(event, Event::Up { failover: Some(f), .. } if f.cookie_echoed);
    assert!(events.iter().any(echoed));
    assert_eq!(sent_to(&mut world, assoc), ["new", "BUSINESS_CARD"]);
}

#[test]
fn an_empty_cookie_is_one_too() {
    let (mut world, _, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.deliver(assoc, cookie(""));
    world.down(assoc, Fault::Lost);
    let (assoc, _) = world.called();
    world.up(assoc);
    assert_eq!(sent_to(&mut world, assoc), [""]);
}

#[test]
fn a_cookie_that_is_too_long_is_not_replaced_by_an_old_one() {
    let (mut world, _, assoc, _) = World::session(|c| c.max_cookie = 3, &[5, 6]);
    world.deliver(assoc, cookie("old"));
    world.deliver(assoc, cookie("long"));
    let log = Log::CookieTooLong {
        session: Session(1),
        octets: 4,
    };
    assert!(world.out.contains(&Output::Log(log)));
    world.down(assoc, Fault::Lost);
    let (assoc, _) = world.called();
    world.up(assoc);
    assert_eq!(sent_to(&mut world, assoc), [""; 0]);
}

#[test]
fn without_a_control_channel_there_is_no_asap() {
    let (mut world, home) = World::at_home(|_| {});
    world.input(Input::Card {
        card: Some(card("mine", &[9])),
    });
    let mut answer = list("p", None, &[5, 6]);
    for element in &mut answer.pool_elements {
        let address = "203.0.113.1".parse().unwrap();
        let port = u16::try_from(element.identifier.0).unwrap();
        element.user_transport = SctpTransport::new(port, std::net::IpAddr::clone(&address)).into();
    }
    world.open(1, "p");
    world.deliver(home, answer);
    let (assoc, _) = world.called();
    world.up(assoc);
    assert_eq!(sent_to(&mut world, assoc), [""; 0]);
    world.deliver(assoc, cookie("x"));
    let log = Inbound::OutOfPlace {
        assoc,
        message: MessageType::COOKIE,
    };
    assert_eq!(
        world.out,
        [Output::Log(log.into())],
        "neither data nor a cookie"
    );
}

#[test]
fn the_business_card_orders_the_failover() {
    let (mut world, _, assoc, _) = World::session(|_| {}, &[5, 6, 7, 8]);
    world.deliver(assoc, card("p", &[8, 5, 9, 6]));
    let events = Event::BusinessCard {
        session: Session(1),
        pool: "p".into(),
        order: [8, 5, 9, 6].map(PeIdentifier).into(),
    };
    assert_eq!(world.events(), [events]);
    world.down(assoc, Fault::Lost);
    let mut order = Vec::new();
    for _ in 0..4 {
        let (assoc, pe) = world.called();
        order.push(pe);
        world.down(assoc, Fault::Refused);
    }
    // 5 failed before it; 9 is on the card only; 7 is in the list only.
    assert_eq!(order, [8, 9, 6, 7]);
}

#[test]
fn a_new_card_replaces_the_old_one_and_is_cut() {
    let (mut world, _, assoc, _) = World::session(|c| c.max_business_card = 1, &[5, 6, 7, 8]);
    world.deliver(assoc, card("p", &[8]));
    world.deliver(assoc, card("p", &[7, 8]));
    world.down(assoc, Fault::Lost);
    let (assoc, pe) = world.called();
    assert_eq!(pe, 7);
    world.down(assoc, Fault::Refused);
    assert_eq!(world.called().1, 6, "Round Robin again");
}

#[test]
fn the_pool_of_a_card_is_resolved_once() {
    let (mut world, home, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.deliver(assoc, card("p", &[6]));
    assert_eq!(world.questions(), [], "it is known");
    for pool in ["q", "r"] {
        world.deliver(assoc, card(pool, &[6]));
    }
    assert_eq!(world.questions(), [(home, "q".into(), false)]);
    world.down(assoc, Fault::Lost);
    assert_eq!(world.called().1, 6);
}

#[test]
fn a_new_card_of_ones_own_goes_to_all_pes() {
    let (mut world, _, assoc, _) = World::session(|_| {}, &[5, 6]);
    world.open(2, "p");
    let (other, _) = world.called();
    world.input(Input::Card {
        card: Some(card("mine", &[9])),
    });
    assert_eq!(sent_to(&mut world, assoc), ["BUSINESS_CARD"]);
    world.up(other);
    assert_eq!(sent_to(&mut world, other), ["BUSINESS_CARD"]);
    world.input(Input::Card { card: None });
    assert_eq!(world.out, []);
}
