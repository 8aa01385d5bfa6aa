//! Pools to measure with: every policy of RFC 5356, elements with the addresses that most have.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rsp_handlespace::{Handlespace, Limits, Rng};
use rsp_proto::registrar::{Assoc, Config, Input, Kind, Output, Reach, Registrar};
use rsp_wire::asap::{self, Registration};
use rsp_wire::{
    PeIdentifier, Policy, PoolElement, PoolHandle, RegistrationLife, SctpTransport, ServerId,
    UnknownParameters,
};

/// A policy with random values.
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

/// An element with a user transport of one address.
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

/// An element as a registrar keeps it: with the transport it registered over.
pub fn registered(number: u32, policy: Policy) -> PoolElement {
    PoolElement {
        asap_transport: Some(SctpTransport::new(5000, ADDRESS)),
        ..element(number, policy)
    }
}

/// No limits that are reached.
pub const ROOM: Limits = Limits {
    pools: usize::MAX,
    pool_elements: usize::MAX,
    pool_elements_per_pool: usize::MAX,
};

/// The handles of so many pools.
pub fn handles(pools: u32) -> Vec<PoolHandle> {
    let name = |pool| format!("pool {pool:05}");
    (0..pools).map(|pool| name(pool).as_str().into()).collect()
}

/// A handlespace of `size` elements, registered in random order, evenly in `handles`. The element of each
/// number is in the pool of that number.
pub fn handlespace(handles: &[PoolHandle], size: u32, policy: MakePolicy) -> Handlespace {
    let mut rng = Rng::with_seed(1);
    let mut space = Handlespace::new(ROOM);
    let mut numbers: Vec<u32> = (0..size).collect();
    rng.shuffle(&mut numbers);
    for (turn, number) in (0..).zip(numbers) {
        let handle = &handles[number as usize % handles.len()];
        let element = registered(number, policy(&mut rng));
        // Registered one after the other, not all at one moment.
        let now = Duration::from_micros(turn);
        space.put(handle, element, now).expect("there is room");
    }
    space
}

/// An engine with `size` elements in one pool, all registered over the association that is told too.
pub fn registrar(
    config: Config,
    reach: &Reach,
    size: u32,
    policy: MakePolicy,
) -> (Registrar, Assoc) {
    let mut rng = Rng::with_seed(1);
    // No time passes here.
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

/// An ASAP message as it comes.
pub fn message_over(assoc: Assoc, octets: &[u8]) -> Input<'_> {
    Input::Message {
        assoc,
        ppid: 11,
        octets,
    }
}

/// A message in octets.
pub fn octets(message: impl Into<asap::Message>) -> Vec<u8> {
    let mut octets = Vec::new();
    let done = message.into().encode(&mut octets);
    done.expect("the message is small");
    octets
}

/// How many octets the engine sends.
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
