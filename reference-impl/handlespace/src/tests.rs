//! The handlespace as a whole: content, ownership, expiry, limits.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use rsp_wire::{
    PeIdentifier, Policy, PolicyType, PoolElement, PoolHandle, RegistrationLife, SctpTransport,
    ServerId, TcpTransport, Transport, TransportUse, UnknownParameters,
};

use super::{Full, Handlespace, Limits, Mismatch, Put};

const NOW: Duration = Duration::from_secs(100);
const HERE: ServerId = ServerId(1);
const THERE: ServerId = ServerId(2);
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

fn handlespace() -> Handlespace {
    Handlespace::new(Limits {
        pools: 100,
        pool_elements: 1000,
        pool_elements_per_pool: 500,
    })
}

fn element(identifier: u32) -> PoolElement {
    PoolElement {
        identifier: PeIdentifier(identifier),
        home: HERE,
        life: RegistrationLife(60),
        user_transport: SctpTransport::new(7, ADDRESS).into(),
        policy: Policy::RoundRobin,
        asap_transport: None,
        unknown: UnknownParameters::NONE,
    }
}

fn identifiers(space: &mut Handlespace, handle: &str, count: usize) -> Vec<u32> {
    let mut rng = fastrand::Rng::with_seed(1);
    let selection = space.select(handle.as_bytes(), count, &mut rng);
    selection.map_or_else(Vec::new, |s| s.elements().map(|e| e.identifier.0).collect())
}

#[test]
fn a_pool_exists_from_its_first_to_its_last_element() {
    let mut space = handlespace();
    let echo = PoolHandle::from("echo");
    let first = space.put(&echo, element(1), NOW).unwrap().key();
    let second = space.put(&echo, element(2), NOW).unwrap().key();
    assert_eq!(identifiers(&mut space, "echo", 9), [1, 2]);
    assert_eq!(identifiers(&mut space, "echo", 1), [2]);
    assert!(!space.remove(first).unwrap().pool_is_gone);
    assert!(space.remove(first).is_none());
    let removed = space.remove(second).unwrap();
    assert!(removed.pool_is_gone && removed.handle == echo);
    assert!(space.is_empty() && space.pool(b"echo").is_none());
    assert!(identifiers(&mut space, "echo", 9).is_empty());
}

#[test]
fn handles_are_compared_octet_by_octet() {
    let mut space = handlespace();
    space
        .put(&PoolHandle::from("abc"), element(1), NOW)
        .unwrap();
    assert!(space.find(b"abc\0", PeIdentifier(1)).is_none());
    assert!(space.find(b"abc", PeIdentifier(1)).is_some());
}

#[test]
fn mismatches_name_each_difference_from_the_pool() {
    let mut space = handlespace();
    let echo = PoolHandle::from("echo");
    let tcp: Transport = Transport::Tcp(TcpTransport::new(7, ADDRESS));
    let control = SctpTransport {
        transport_use: TransportUse::DATA_PLUS_CONTROL,
        ..SctpTransport::new(7, ADDRESS)
    };
    let policy = PoolElement {
        policy: Policy::Random,
        ..element(2)
    };
    let both = PoolElement {
        user_transport: tcp,
        ..policy.clone()
    };
    let usage = PoolElement {
        user_transport: control.into(),
        ..element(2)
    };
    assert!(
        space.mismatches(b"echo", &both).is_empty(),
        "no pool, no rules"
    );
    space.put(&echo, element(1), NOW).unwrap();
    assert_eq!(space.mismatches(b"echo", &policy), [Mismatch::PolicyType]);
    assert_eq!(
        space.mismatches(b"echo", &both),
        [Mismatch::PolicyType, Mismatch::TransportType]
    );
    assert_eq!(space.mismatches(b"echo", &usage), [Mismatch::TransportUse]);
}

#[test]
fn limits_refuse_new_elements_only() {
    let mut space = Handlespace::new(Limits {
        pools: 2,
        pool_elements: 3,
        pool_elements_per_pool: 2,
    });
    let [a, b, c] = ["a", "b", "c"].map(PoolHandle::from);
    space.put(&a, element(1), NOW).unwrap();
    space.put(&a, element(2), NOW).unwrap();
    assert_eq!(space.put(&a, element(3), NOW), Err(Full::Pool));
    assert!(matches!(
        space.put(&a, element(2), NOW),
        Ok(Put::Replaced { .. })
    ));
    space.put(&b, element(1), NOW).unwrap();
    assert_eq!(space.put(&b, element(2), NOW), Err(Full::PoolElements));
    let key = space.find(b"a", PeIdentifier(1)).unwrap();
    space.remove(key);
    assert_eq!(space.put(&c, element(1), NOW), Err(Full::Pools));
}

#[test]
fn lives_end_in_their_order() {
    let mut space = handlespace();
    let echo = PoolHandle::from("echo");
    for (identifier, life) in [(1, 30), (2, 10), (3, -1), (4, 20)] {
        let life = RegistrationLife(life);
        space
            .put(
                &echo,
                PoolElement {
                    life,
                    ..element(identifier)
                },
                NOW,
            )
            .unwrap();
    }
    assert_eq!(space.next_expiry(), Some(NOW + Duration::from_secs(10)));
    assert_eq!(space.expired(NOW + Duration::from_secs(9)), None);
    // A re-registration starts the life anew.
    space
        .put(
            &echo,
            PoolElement {
                life: RegistrationLife(40),
                ..element(2)
            },
            NOW,
        )
        .unwrap();
    let mut order = Vec::new();
    while let Some(key) = space.expired(Duration::from_secs(1000)) {
        order.push(space.remove(key).unwrap().element.identifier().0);
    }
    assert_eq!(order, [4, 1, 2]);
    assert_eq!((space.len(), space.next_expiry()), (1, None));
}

#[test]
fn ownership_moves_with_the_home() {
    let mut space = handlespace();
    let echo = PoolHandle::from("EchoPool");
    space.put(&echo, element(0x1122_3344), NOW).unwrap();
    assert_eq!(
        (space.checksum(HERE), space.checksum(THERE)),
        (0x4deb, 0xffff)
    );
    let moved = PoolElement {
        home: THERE,
        ..element(0x1122_3344)
    };
    let key = space.put(&echo, moved, NOW).unwrap().key();
    assert_eq!(
        (space.checksum(HERE), space.checksum(THERE)),
        (0xffff, 0x4deb)
    );
    assert_eq!(space.owned(THERE, None).collect::<Vec<_>>(), [key]);
    assert_eq!(space.owned(THERE, Some(key)).count(), 0);
    assert_eq!(space.owned(HERE, None).count(), 0);
    space.remove(key);
    assert_eq!(space.checksum(THERE), 0xffff);
}

#[test]
fn renewal_changes_home_and_life_only() {
    let mut space = handlespace();
    let echo = PoolHandle::from("echo");
    let key = space.put(&echo, element(1), NOW).unwrap().key();
    let later = NOW + Duration::from_secs(50);
    let (handle, kept) = space.renew(key, THERE, later).unwrap();
    let expected = PoolElement {
        home: THERE,
        ..element(1)
    };
    assert_eq!((handle, kept.decode()), (echo, expected.clone()));
    assert_eq!(space.element(key), Some(expected));
    assert_eq!(space.expires(key), Some(later + Duration::from_secs(60)));
    assert_eq!(space.owned(HERE, None).count(), 0);
    assert!(space.owned(THERE, None).eq([key]));
    space.remove(key);
    assert_eq!(space.renew(key, HERE, later), None);
}

#[test]
fn an_unknown_policy_is_served_in_turns() {
    let mut space = handlespace();
    let own = PoolHandle::from("own");
    let policy = Policy::Other {
        policy_type: PolicyType(0x8000_0001),
        data: [1, 2, 3].into(),
    };
    for identifier in 1..=3 {
        let policy = policy.clone();
        space
            .put(
                &own,
                PoolElement {
                    policy,
                    ..element(identifier)
                },
                NOW,
            )
            .unwrap();
    }
    let lists: Vec<_> = (0..4).map(|_| identifiers(&mut space, "own", 2)).collect();
    assert_eq!(lists, [[1, 2], [2, 3], [3, 1], [1, 2]]);
}

/// The elements by pool and identifier, each with its time of registration.
type Model = BTreeMap<(String, u32), (PoolElement, Duration)>;

/// Runs a long random history against a map and compares all indexes at every step.
#[test]
fn histories_agree_with_a_map() {
    for seed in 0..20 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut space = handlespace();
        let mut model = Model::new();
        let mut now = NOW;
        for _ in 0..600 {
            now += Duration::from_millis(rng.u64(0..5000));
            let handle = format!("pool{}", rng.u8(0..4));
            let identifier = rng.u32(0..6);
            let home = if rng.bool() { HERE } else { THERE };
            if rng.u8(0..3) > 0 {
                let life = RegistrationLife(rng.i32(-1..100));
                let element = PoolElement {
                    home,
                    life,
                    ..element(identifier)
                };
                space
                    .put(&PoolHandle::from(handle.as_str()), element.clone(), now)
                    .unwrap();
                model.insert((handle, identifier), (element, now));
            } else if let Some(key) = space.find(handle.as_bytes(), PeIdentifier(identifier)) {
                let removed = space.remove(key).unwrap().element.decode();
                let expected = model.remove(&(handle, identifier));
                assert_eq!(expected.map(|(element, _)| element), Some(removed));
            } else {
                assert!(!model.contains_key(&(handle, identifier)));
            }
            agree(&mut space, &model);
        }
    }
}

fn agree(space: &mut Handlespace, model: &Model) {
    let listed: Vec<_> = space
        .pools()
        .flat_map(|pool| pool.elements().map(|e| (pool.handle().to_string(), e)))
        .collect();
    let expected: Vec<_> = model
        .iter()
        .map(|((handle, _), (e, _))| (handle.clone(), e.clone()))
        .collect();
    assert_eq!(listed, expected);
    assert_eq!(space.len(), model.len());
    for home in [HERE, THERE] {
        let mut sum = super::PeChecksum::default();
        let mut count = 0;
        for ((handle, identifier), _) in model.iter().filter(|(_, (e, _))| e.home == home) {
            sum.add(handle.as_bytes(), *identifier);
            count += 1;
        }
        assert_eq!(space.checksum(home), sum.value());
        assert_eq!(space.owned(home, None).count(), count);
    }
    let ends = model
        .values()
        .filter_map(|(e, at)| Some(*at + e.life.duration()?));
    assert_eq!(space.next_expiry(), ends.min());
    for handle in ["pool0", "pool1", "pool2", "pool3"] {
        let mut all = identifiers(space, handle, 100);
        all.sort_unstable();
        let members: Vec<u32> = model
            .keys()
            .filter(|(h, _)| h == handle)
            .map(|&(_, id)| id)
            .collect();
        assert_eq!(all, members);
    }
}

#[test]
fn each_place_is_listed_once_and_parts_make_the_whole() {
    let mut space = handlespace();
    for (number, handle) in ["b", "a", "c", "a", "b", "a"].into_iter().enumerate() {
        let number = u32::try_from(number).unwrap();
        space.put(&handle.into(), element(number), NOW).unwrap();
    }
    let gone = space.find(b"c", PeIdentifier(2)).unwrap();
    space.remove(gone);
    let whole: Vec<_> = space.keys(None).collect();
    assert_eq!(whole.len(), 5);
    let mut parts = Vec::new();
    while let Some(key) = space.keys(parts.last().copied()).next() {
        parts.push(key);
    }
    assert_eq!(parts, whole);
    // The removal of an element does not lose the position of the listing.
    space.remove(whole[2]);
    assert!(space.keys(Some(whole[2])).eq(whole[3..].iter().copied()));
    let pools: Vec<_> = whole.iter().map(|&key| key.first_of_pool()).collect();
    assert!(pools.is_sorted(), "pool by pool");
}

#[test]
fn pools_and_expiries_are_listed_in_order() {
    let mut space = handlespace();
    let mut keys = Vec::new();
    for (handle, identifier, home) in [
        ("b", 1, HERE),
        ("a", 2, THERE),
        ("c", 3, HERE),
        ("b", 4, HERE),
    ] {
        let mut element = element(identifier);
        element.home = home;
        if identifier == 3 {
            element.life = RegistrationLife(-1);
        }
        keys.push(
            space
                .put(&PoolHandle::from(handle), element, NOW)
                .unwrap()
                .key(),
        );
    }
    assert_eq!(space.pool_count(), 3);
    let owners: Vec<_> = space.owners().map(|(id, count, _)| (id, count)).collect();
    assert_eq!(owners, [(HERE, 3), (THERE, 1)]);
    assert!(
        space
            .owners()
            .all(|(id, _, checksum)| checksum == space.checksum(id))
    );
    let first = |count| {
        let pools = space.first_pools(count).into_iter();
        pools
            .map(|pool| pool.handle().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(first(0), [""; 0]);
    assert_eq!(first(2), ["a", "b"]);
    assert_eq!(first(9), ["a", "b", "c"]);
    let mut places: Vec<_> = space.places(b"b").collect();
    places.sort_unstable();
    assert_eq!(places, [keys[0], keys[3]]);
    assert_eq!(space.places(b"d").count(), 0);
    assert_eq!(space.expires(keys[0]), Some(NOW + Duration::from_secs(60)));
    assert_eq!(space.expires(keys[2]), None, "no end");
}
