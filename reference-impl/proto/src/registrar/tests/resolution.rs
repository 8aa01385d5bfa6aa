//! Handle resolution and updates.

use super::*;
use rsp_wire::asap::HandleResolutionResponse;

fn pool_of(world: &mut World, handle: &str, size: u32) -> Assoc {
    let pe = world.up(1);
    for number in 0..size {
        assert_eq!(world.register(pe, handle, element(1, number)), []);
    }
    pe
}

#[test]
fn a_small_pool_is_listed_whole_and_in_turns() {
    let mut world = World::new();
    let pe = pool_of(&mut world, "p", 3);
    let mut first = || world.resolve(pe, "p").pool_elements[0].identifier.0;
    assert_eq!([first(), first(), first(), first()], [0, 1, 2, 0]);
    assert_eq!(world.members(pe, "p"), [0, 1, 2]);
}

#[test]
fn a_large_pool_is_listed_in_part() {
    let mut world = World::with(|config| config.max_items = 5);
    let pe = pool_of(&mut world, "p", 9);
    assert_eq!(world.members(pe, "p"), [0, 1, 2, 3, 4]);
}

#[test]
fn an_answer_fits_its_message() {
    let mut world = World::with(|config| {
        config.max_items = 200;
        config.max_message = 4096;
    });
    let pe = pool_of(&mut world, "p", 150);
    let listed = world.resolve(pe, "p").pool_elements.len();
    assert!(
        (40..100).contains(&listed),
        "{listed} of 150 fit into 4096 octets"
    );
}

#[test]
fn a_negative_answer_leaves_no_subscription() {
    let mut world = World::new();
    let pe = pool_of(&mut world, "p", 1);
    let pu = world.up(2);
    world.registrar.core.config.max_message = 24; // No PE fits.
    let response = subscribe(&mut world, pu, "p");
    assert!(response.operation_error.is_some() && !response.accepts_updates());
    assert_eq!(world.registrar.subscriptions(), 0);
    world.registrar.core.config.max_message = 65_532;
    world.register(pe, "p", element(1, 1));
    world.pass_secs(5);
    assert_eq!(world.sent(), [], "no subscriber");
}

#[test]
fn the_longest_handles_are_answered_too() {
    let mut world = World::new();
    let pu = world.up(1);
    for length in 65_512..=65_524_usize {
        let handle = "p".repeat(length);
        world.out.clear();
        world.send(pu, HandleResolution::new(handle.as_str().into(), false));
        let causes = match world.answer(pu) {
            asap::Message::HandleResolutionResponse(response) => {
                assert_eq!(response.pool_handle, handle.as_str().into());
                codes(response.operation_error)
            }
            // A response names the handle, and with it no cause would fit.
            asap::Message::Error(error) => codes(Some(error.operation_error)),
            other => panic!("{other:?}"),
        };
        assert_eq!(causes, [CauseCode::UNKNOWN_POOL_HANDLE], "{length} octets");
    }
}

#[test]
fn tcp_users_are_served() {
    let mut world = World::new();
    pool_of(&mut world, "p", 1);
    let pu = world.up_from(9, Kind::Tcp, "203.0.113.1:40000");
    assert_eq!(world.members(pu, "p"), [0]);
}

fn subscribe(world: &mut World, assoc: Assoc, handle: &str) -> HandleResolutionResponse {
    world.out.clear();
    world.send(assoc, HandleResolution::new(handle.into(), true));
    update(world, assoc)
}

fn update(world: &mut World, assoc: Assoc) -> HandleResolutionResponse {
    match world.answer(assoc) {
        asap::Message::HandleResolutionResponse(response) => response,
        other => panic!("a response: {other:?}"),
    }
}

#[test]
fn subscribers_get_changes() {
    let mut world = World::with(|config| config.keep_alive_interval = Duration::ZERO);
    let pe = pool_of(&mut world, "p", 1);
    let pu = world.up(2);
    assert!(subscribe(&mut world, pu, "p").accepts_updates());
    world.register(pe, "p", element(1, 1));
    world.pass(Duration::ZERO);
    let first = update(&mut world, pu);
    assert!(first.accepts_updates());
    assert_eq!(first.pool_elements.len(), 2);
    // Changes that come close together share one update.
    world.register(pe, "p", element(1, 2));
    world.register(pe, "p", element(1, 3));
    world.pass(Duration::from_millis(900));
    assert_eq!(world.sent(), []);
    world.pass(Duration::from_millis(100));
    assert_eq!(update(&mut world, pu).pool_elements.len(), 4);
    world.pass_secs(100);
    assert_eq!(world.sent(), [], "no change, no update");
}

#[test]
fn vanished_pool_is_reported_once() {
    let mut world = World::with(|config| config.keep_alive_interval = Duration::ZERO);
    let pe = pool_of(&mut world, "p", 1);
    let pu = world.up(2);
    subscribe(&mut world, pu, "p");
    world.deregister(pe, "p", 0);
    world.pass_secs(5);
    assert!(update(&mut world, pu).operation_error.is_some());
    world.register(pe, "p", element(1, 1));
    world.pass_secs(5);
    assert_eq!(world.sent(), [], "a negative answer ends the subscription");
}

#[test]
fn subscriptions_end_and_have_limits() {
    let mut world = World::with(|config| {
        config.keep_alive_interval = Duration::ZERO;
        config.max_subscriptions = 1;
    });
    let pe = pool_of(&mut world, "p", 1);
    let (pu, other) = (world.up(2), world.up(3));
    let tcp = world.up_from(4, Kind::Tcp, "203.0.113.1:40000");
    assert!(!subscribe(&mut world, pu, "nowhere").accepts_updates());
    assert!(!subscribe(&mut world, tcp, "p").accepts_updates());
    assert!(subscribe(&mut world, pu, "p").accepts_updates());
    assert!(
        subscribe(&mut world, pu, "p").accepts_updates(),
        "asking again is no second one"
    );
    assert!(!subscribe(&mut world, other, "p").accepts_updates());
    world.down(pu);
    assert!(
        subscribe(&mut world, other, "p").accepts_updates(),
        "there is room again"
    );
    world.input(Input::Restart { assoc: other });
    world.register(pe, "p", element(1, 1));
    world.pass_secs(5);
    assert_eq!(world.sent(), [], "a restarted peer knows nothing of it");

    let mut none = World::with(|config| config.update_interval = Duration::ZERO);
    let pe = pool_of(&mut none, "p", 1);
    assert!(!subscribe(&mut none, pe, "p").accepts_updates());
}
