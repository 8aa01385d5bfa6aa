//! Cost of decoding and encoding.
//!
//! The aim: the answer to a handle resolution with three pool elements is decoded within 500 ns.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rsp_wire::{
    PeChecksum, PeIdentifier, Policy, PoolElement, PoolHandle, RegistrationLife, SctpTransport,
    ServerId, ServerInformation, UnknownParameters, asap, enrp,
};

fn codec(criterion: &mut Criterion) {
    let response = asap_octets(&resolution_response());
    let registration =
        asap_octets(&asap::Registration::new(PoolHandle::from("EchoPool"), pool_element(1)).into());
    let presence = enrp_octets(&presence());
    let table = enrp_octets(&handle_table());

    let mut group = criterion.benchmark_group("codec");
    let mut decode_asap = |name: &str, octets: &[u8]| {
        group.throughput(Throughput::Bytes(octets.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| asap::Message::decode(black_box(octets)))
        });
    };
    decode_asap("decode HANDLE_RESOLUTION_RESPONSE, 3 PEs", &response);
    decode_asap("decode REGISTRATION", &registration);
    let mut decode_enrp = |name: &str, octets: &[u8]| {
        group.throughput(Throughput::Bytes(octets.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| enrp::Message::decode(black_box(octets)))
        });
    };
    decode_enrp("decode PRESENCE", &presence);
    decode_enrp("decode HANDLE_TABLE_RESPONSE, 100 PEs", &table);

    let message = resolution_response();
    let mut out = Vec::with_capacity(response.len());
    group.throughput(Throughput::Bytes(response.len() as u64));
    group.bench_function("encode HANDLE_RESOLUTION_RESPONSE, 3 PEs", |b| {
        b.iter(|| {
            out.clear();
            black_box(&message).encode(&mut out)
        });
    });
    group.finish();
}

fn resolution_response() -> asap::Message {
    let elements = (1..=3).map(pool_element).collect();
    let policy = Some(Policy::LeastUsed { load: 0 });
    asap::HandleResolutionResponse::new(PoolHandle::from("EchoPool"), policy, elements).into()
}

fn presence() -> enrp::Message {
    let server = ServerInformation::new(ServerId(1), SctpTransport::new(9901, address(1)));
    enrp::Presence::new(
        ServerId(1),
        ServerId::UNDETERMINED,
        Some(PeChecksum(0x4deb)),
        Some(server),
    )
    .into()
}

/// Returns a table of ten pools of ten elements.
fn handle_table() -> enrp::Message {
    let entries = (0..10_u8).map(|pool| enrp::PoolEntry {
        pool_handle: PoolHandle::from(format!("pool-{pool}").as_str()),
        pool_elements: (1..=10).map(pool_element).collect(),
    });
    enrp::HandleTableResponse::new(ServerId(1), ServerId(2), entries.collect(), false).into()
}

fn pool_element(number: u8) -> PoolElement {
    PoolElement {
        identifier: PeIdentifier(u32::from(number)),
        home: ServerId(1),
        life: RegistrationLife(300),
        user_transport: SctpTransport::new(7, address(number)).into(),
        policy: Policy::LeastUsed { load: 0x1000_0000 },
        asap_transport: Some(SctpTransport::new(3863, address(number))),
        unknown: UnknownParameters::NONE,
    }
}

fn address(number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, number))
}

fn asap_octets(message: &asap::Message) -> Vec<u8> {
    let mut octets = Vec::new();
    message.encode(&mut octets).expect("the message fits");
    octets
}

fn enrp_octets(message: &enrp::Message) -> Vec<u8> {
    let mut octets = Vec::new();
    message.encode(&mut octets).expect("the message fits");
    octets
}

criterion_group!(benches, codec);
criterion_main!(benches);
