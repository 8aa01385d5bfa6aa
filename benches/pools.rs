//! Pools for measurements: every policy of RFC 5356, elements with the usual addresses.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rsp_handlespace::{Handlespace, Limits, Rng};
use rsp_proto::registrar::{Assoc, Config, Input, Kind, Output, Reach, Registrar};
use rsp_wire::asap::{self, Registration};
use rsp_wire::{
    PeIdentifier, Policy, PoolElement, PoolHandle, RegistrationLife, SctpTransport, ServerId,
    UnknownParameters,
};

/// Function that returns a policy with random values.
pub type MakePolicy = fn(&mut Rng) -> Policy;

/// The policies of RFC 5356.
pub const POLICIES: [(&str, MakePolicy); 9] = [
    ("RR", |_| Policy::RoundRobin),
    ("WRR", |rng| Policy::WeightedRoundRobin {
        weight: rng.u32(1..100),
    }),
    ("RAND", |_| Policy::Random),
    ("WRAND", |rng| Policy::WeightedRandom {
        weight: rng.u32(1..100),
    }),
    ("PRIO", |rng| Policy::Priority {
        priority: rng.u32(1..100),
    }),
    ("LU", |rng| Policy::LeastUsed { load: rng.u32(..) }),
    ("LUD", |rng| Policy::LeastUsedDegradation {
        load: rng.u32(..),
        load_degradation: rng.u32(1..1 << 28),
    }),
    ("PLU", |rng| Policy::PriorityLeastUsed {
        load: rng.u32(..),
        load_degradation: rng.u32(1..1 << 28),
    }),
    ("RLU", |rng| Policy::RandomizedLeastUsed {
        load: rng.u32(..),
    }),
];

/// The address of all elements and associations.
pub const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// Returns an element with a user transport of one address.
pub fn element(number: u32, policy: Policy) -> PoolElement {
    PoolElement {
        identifier: PeIdentifier(number),
        home: ServerId(1),
        life: RegistrationLife(600),
        user_transport: SctpTransport::new(7, ADDRESS).into(),
        policy,
        asap_transport: None,
        unknown: UnknownParameters::NONE,
    }
}

/// Returns an element as a registrar stores it, with the transport of its registration.
pub fn registered(number: u32, policy: Policy) -> PoolElement {
    PoolElement {
        asap_transport: Some(SctpTransport::new(5000, ADDRESS)),
        ..element(number, policy)
    }
}

/// Limits that no bench reaches.
pub const ROOM: Limits = Limits {
    pools: usize::MAX,
    pool_elements: usize::MAX,
    pool_elements_per_pool: usize::MAX,
};

/// Returns the handles of `pools` pools.
pub fn handles(pools: u32) -> Vec<PoolHandle> {
    let name = |pool| format!("pool {pool:05}");
    (0..pools).map(|pool| name(pool).as_str().into()).collect()
}

/// Returns a handlespace of `size` elements, registered in random order, evenly in `handles`. The element of each
/// number is in the pool of that number.
///
/// # Panics
/// If `size` exceeds the limits of [`ROOM`].
pub fn handlespace(handles: &[PoolHandle], size: u32, policy: MakePolicy) -> Handlespace {
    let mut rng = Rng::with_seed(1);
    let mut space = Handlespace::new(ROOM);
    let mut numbers: Vec<u32> = (0..size).collect();
    rng.shuffle(&mut numbers);
    for (turn, number) in (0..).zip(numbers) {
        let handle = &handles[number as usize % handles.len()];
        let element = registered(number, policy(&mut rng));
        // Registered one after the other, not all at the same time.
        let now = Duration::from_micros(turn);
        space.put(handle, element, now).expect("there is room");
    }
    space
}

/// Returns an engine with `size` elements in one pool, and the association over which all of them registered.
pub fn registrar(
    config: Config,
    reach: &Reach,
    size: u32,
    policy: MakePolicy,
) -> (Registrar, Assoc) {
    let mut rng = Rng::with_seed(1);
    // Virtual time does not advance here.
    let config = Config {
        max_message_rate: 0,
        max_registration_rate: 0,
        ..config
    };
    let mut registrar = Registrar::new(config, reach, 1, Duration::ZERO);
    let assoc = Assoc(1);
    let up = Input::Up {
        assoc,
        kind: Kind::Sctp,
        peer: vec![SocketAddr::new(ADDRESS, 5000)],
    };
    registrar.handle(Duration::ZERO, up);
    for number in 0..size {
        let message = octets(Registration::new(
            HANDLE.into(),
            element(number, policy(&mut rng)),
        ));
        registrar.handle(Duration::ZERO, message_over(assoc, &message));
        drain(&mut registrar);
    }
    (registrar, assoc)
}

/// The pool of [`registrar`].
pub const HANDLE: &[u8] = b"EchoPool";

/// Returns the input of an ASAP message that arrives.
pub fn message_over(assoc: Assoc, octets: &[u8]) -> Input<'_> {
    Input::Message {
        assoc,
        ppid: 11,
        octets,
    }
}

/// Encodes a message.
///
/// # Panics
/// If the message is too long.
pub fn octets(message: impl Into<asap::Message>) -> Vec<u8> {
    let mut octets = Vec::new();
    let done = message.into().encode(&mut octets);
    done.expect("the message is small");
    octets
}

/// Takes the engine's output and returns the number of octets that it sends.
pub fn drain(registrar: &mut Registrar) -> usize {
    let mut sent = 0;
    loop {
        match registrar.poll() {
            Output::Wait(_) => return sent,
            Output::Send { octets, .. } => sent += octets.len(),
            _ => {}
        }
    }
}
