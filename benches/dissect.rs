//! The dissector: `scan` decides the speed of checking a capture, `dissect` that of showing one message.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rspcheck_dissect::forge::{self, Forge, Policy, PoolElement, ServerInformation, Transport};
use rspcheck_dissect::{dissect, scan};
use std::hint::black_box;
use std::net::Ipv4Addr;

fn sctp(port: u16, transport_use: u16) -> Transport {
    Transport::Sctp {
        port,
        transport_use,
        addrs: vec![Ipv4Addr::new(192, 0, 2, 1).into()],
    }
}

fn element(id: u32) -> PoolElement {
    PoolElement {
        id,
        home: 0x1234_5678,
        life: 600,
        user_transport: sctp(7, 0),
        policy: Policy::LeastUsed { load: 0x4000_0000 },
        asap_transport: Some(sctp(3863, 1)),
    }
}

fn messages() -> Vec<(&'static str, Forge)> {
    let elements = [element(1), element(2), element(3)];
    let policy = Policy::LeastUsed { load: 0 };
    let server = ServerInformation {
        id: 1,
        transport: sctp(9901, 1),
    };
    let response =
        || forge::handle_resolution_response(b"EchoPool", false, Some(&policy), &elements, &[]);
    vec![
        ("handle_resolution_response_3_pes", response()),
        // One deviation in an octet that is not read: the cost of the step from `scan` to `dissect`.
        (
            "handle_resolution_response_3_pes_flagged",
            response().patch(1, &[0x80]),
        ),
        (
            "registration",
            forge::registration(b"EchoPool", &element(1)),
        ),
        (
            "presence",
            forge::presence(1, 0, false, Some(0xf649), Some(&server)),
        ),
    ]
}

fn bench(criterion: &mut Criterion) {
    for (name, message) in messages() {
        let octets = message.octets();
        let protocol = message.protocol();
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(octets.len() as u64));
        group.bench_function("scan", |bencher| {
            bencher.iter(|| scan(protocol, black_box(&octets)))
        });
        group.bench_function("dissect", |bencher| {
            bencher.iter(|| dissect(protocol, black_box(&octets)))
        });
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
