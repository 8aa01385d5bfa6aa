//! Handle updates, both ways.

use super::*;
use rsp_wire::ParameterType;

fn update(action: UpdateAction, element: PoolElement) -> HandleUpdate {
    HandleUpdate::new(SMALL, ALL, action, "p".into(), element)
}

/// Returns action, PE and Home of the updates sent since the last call.
fn updates(world: &mut World) -> Vec<(Assoc, UpdateAction, u32, ServerId)> {
    let sent = world.sent_enrp().into_iter();
    let update = |(assoc, message)| match message {
        Message::HandleUpdate(m) => {
            assert_eq!((m.sender, m.receiver), (OWN, ALL));
            Some((
                assoc,
                m.action,
                m.pool_element.identifier.0,
                m.pool_element.home,
            ))
        }
        _ => None,
    };
    sent.filter_map(update).collect()
}

#[test]
fn registrations_and_removals_are_announced_to_all_peers() {
    let mut world = World::alone();
    let (a, b) = (world.peer(2, SMALL), world.peer(3, LARGE));
    let pe = world.up(1);
    let message = || Registration::new("p".into(), element(1, 7));
    for _ in 0..2 {
        world.out.clear();
        world.send(pe, message());
        let add = UpdateAction::ADD_PE;
        assert_eq!(updates(&mut world), [(a, add, 7, OWN), (b, add, 7, OWN)]);
    }
    world.send(pe, Deregistration::new("p".into(), PeIdentifier(7)));
    let del = UpdateAction::DEL_PE;
    assert_eq!(updates(&mut world), [(a, del, 7, OWN), (b, del, 7, OWN)]);
    // A life that ends, too.
    world.send(pe, message());
    world.out.clear();
    world.pass_secs(40);
    for (assoc, id, number) in [(a, SMALL, 2), (b, LARGE, 3)] {
        let hello = Presence::new(id, ALL, None, Some(information(id, number)));
        world.enrp(assoc, hello);
    }
    world.registrar.core.config.enrp.max_time_last_heard = Duration::from_secs(10_000);
    world.out.clear();
    world.pass_secs(600);
    assert_eq!(updates(&mut world), [(a, del, 7, OWN), (b, del, 7, OWN)]);
}

#[test]
fn rejected_registrations_are_not_announced() {
    let mut world = World::alone();
    world.peer(2, SMALL);
    let pe = world.up(1);
    world.send(pe, Registration::new("p".into(), element(9, 7)));
    assert_eq!(updates(&mut world), []);
}

#[test]
fn additions_of_peers_are_accepted_unchanged() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    world.enrp(peer, update(UpdateAction::ADD_PE, owned(SMALL, 9, 1)));
    // Another policy is no reason to refuse it here (§3.3.1 (2)).
    let other = PoolElement {
        policy: Policy::LeastUsed { load: 1 },
        ..owned(SMALL, 9, 2)
    };
    world.enrp(peer, update(UpdateAction::ADD_PE, other.clone()));
    assert_eq!(world.known(), [(1, SMALL), (2, SMALL)]);
    // (3): everything is replaced, the Home too.
    let moved = PoolElement {
        life: RegistrationLife(17),
        ..owned(LARGE, 8, 1)
    };
    world.enrp(peer, update(UpdateAction::ADD_PE, moved.clone()));
    let key = world.registrar.handlespace().find(b"p", PeIdentifier(1));
    let element = world.registrar.handlespace().element(key.unwrap());
    assert_eq!(element, Some(moved));
    let pu = world.up(1);
    assert_eq!(world.members(pu, "p"), [1, 2], "PUs get the entry");
}

#[test]
fn unknown_parameters_of_copies_are_not_passed_on() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    let plain = owned(SMALL, 9, 1);
    let mut odd = plain.clone();
    odd.unknown.push(2, ParameterType(0xbfff), &[1, 2, 3, 4]);
    let in_transport = odd.user_transport.unknown_mut().unwrap();
    in_transport.push(1, ParameterType(0xbfff), &[1, 2, 3, 4]);
    world.enrp(peer, update(UpdateAction::ADD_PE, odd));
    let key = world.registrar.handlespace().find(b"p", PeIdentifier(1));
    let element = world.registrar.handlespace().element(key.unwrap());
    assert_eq!(element, Some(plain));
}

#[test]
fn removals_of_peers_remove_the_pool_with_its_last_pe() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    world.enrp(peer, update(UpdateAction::DEL_PE, owned(SMALL, 9, 1)));
    world.announce_pe(peer, SMALL, "p", owned(SMALL, 9, 1));
    world.enrp(peer, update(UpdateAction::DEL_PE, owned(SMALL, 9, 1)));
    assert_eq!(world.known(), []);
    assert!(world.registrar.handlespace().pool(b"p").is_none());
    assert!(world.sent_enrp().is_empty(), "no message follows");
}

#[test]
fn a_reserved_action_changes_nothing() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    world.enrp(peer, update(UpdateAction(2), owned(SMALL, 9, 1)));
    assert_eq!(world.known(), []);
    assert!(world.sent_enrp().is_empty());
}

#[test]
fn a_pe_that_moves_is_not_watched_any_more() {
    let mut world = World::with_mentors(&[], |config| {
        config.keep_alive_interval = Duration::from_secs(10);
    });
    let peer = world.peer(2, SMALL);
    let pe = world.up(1);
    world.register(pe, "p", element(1, 7));
    world.announce_pe(peer, SMALL, "p", owned(SMALL, 1, 7));
    world.pass_secs(50);
    assert_eq!(world.sent_asap(), 0);
    assert_eq!(world.known(), [(7, SMALL)]);
}

#[test]
fn updates_about_owned_pes_are_ignored() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    let pe = world.up(1);
    world.enrp(peer, update(UpdateAction::ADD_PE, owned(OWN, 9, 5)));
    assert_eq!(world.known(), [], "it would have no registration");
    world.register(pe, "p", element(1, 7));
    // A removal that was overtaken by a registration here.
    world.enrp(peer, update(UpdateAction::DEL_PE, owned(SMALL, 1, 7)));
    assert_eq!(world.known(), [(7, OWN)]);
    // A PU's report had it removed at a peer.
    world.enrp(peer, update(UpdateAction::DEL_PE, owned(OWN, 1, 7)));
    assert_eq!(world.known(), []);
}

#[test]
fn copies_outlast_the_life_at_their_home() {
    let mut world = World::alone();
    let peer = world.peer(2, SMALL);
    world.registrar.core.config.enrp.max_time_last_heard = Duration::from_secs(61);
    let short = PoolElement {
        life: RegistrationLife(10),
        ..owned(SMALL, 9, 1)
    };
    world.announce_pe(peer, SMALL, "p", short);
    world.pass_secs(50);
    assert_eq!(world.known(), [(1, SMALL)]);
    world.enrp(peer, Presence::new(SMALL, ALL, None, None));
    world.out.clear();
    world.pass_secs(22);
    assert_eq!(world.known(), []);
    let sent = world.sent_enrp();
    assert!(
        sent.iter()
            .all(|(_, m)| !matches!(m, Message::HandleUpdate(_))),
        "it is not this registrar's to announce: {sent:?}"
    );
}

impl World {
    fn sent_asap(&mut self) -> usize {
        let asap = |output: &Output| matches!(output, Output::Send { ppid: 11, .. });
        let count = self.out.iter().filter(|output| asap(output)).count();
        self.out.clear();
        count
    }
}

#[test]
fn stopping_registrar_leaves_its_pes_to_its_peers() {
    let mut world = World::with_mentors(&[], |config| {
        config.keep_alive_interval = Duration::from_secs(1);
    });
    let peer = world.peer(2, SMALL);
    let pe = world.up(1);
    world.register(pe, "p", element(1, 7));
    world.pass_secs(2);
    world.out.clear();
    world.input(Input::Stop);
    world.down(peer);
    world.down(pe);
    world.pass_secs(100);
    assert!(world.sent_enrp().is_empty(), "no DEL_PE");
    assert_eq!(world.dials(), []);
    assert_eq!(world.registrar.poll(), Output::Wait(None));
}
