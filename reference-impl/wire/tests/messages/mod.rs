//! Strategies of any message, for property tests.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rsp_wire::asap::{self, AnnouncedTransport};
use rsp_wire::enrp::{self, PoolEntry, UpdateAction};
use rsp_wire::{
    Addresses, CauseCode, Cookie, DccpTransport, ErrorCause, Flags, OpaqueTransport,
    OperationError, ParameterType, PeChecksum, PeIdentifier, Policy, PolicyType, PoolElement,
    PoolHandle, RegistrationLife, SctpTransport, ServerId, ServerInformation, TcpTransport,
    Transport, TransportUse, UdpLiteTransport, UdpTransport, UnknownParameters,
};

/// Returns a strategy of messages whose fields have the values of these strategies.
macro_rules! any_of {
    ($protocol:ident::$message:ident { $($field:ident: $strategy:expr),+ $(,)? }) => {
        ($($strategy,)+).prop_map(|($($field,)+)| $protocol::$message { $($field),+ }.into())
    };
}

pub(crate) fn asap_message() -> impl Strategy<Value = asap::Message> {
    prop_oneof![
        any_of!(asap::Registration {
            flags: flags(),
            pool_handle: handle(),
            pool_element: element(),
            unknown: unknown(2)
        }),
        any_of!(asap::Deregistration {
            flags: flags(),
            pool_handle: handle(),
            pe_identifier: identifier(),
            unknown: unknown(2)
        }),
        any_of!(asap::RegistrationResponse {
            flags: flags(),
            pool_handle: handle(),
            pe_identifier: identifier(),
            operation_error: option::of(error()),
            unknown: unknown(2)
        }),
        any_of!(asap::DeregistrationResponse {
            flags: flags(),
            pool_handle: handle(),
            pe_identifier: identifier(),
            operation_error: option::of(error()),
            unknown: unknown(2)
        }),
        any_of!(asap::HandleResolution {
            flags: flags(),
            pool_handle: handle(),
            unknown: unknown(1)
        }),
        any_of!(asap::HandleResolutionResponse {
            flags: flags(),
            pool_handle: handle(),
            policy: option::of(policy()),
            pool_elements: vec(element(), 1..4),
            operation_error: Just(None),
            unknown: unknown(2)
        }),
        (handle(), error()).prop_map(|(pool_handle, error)| {
            asap::HandleResolutionResponse::negative(pool_handle, error).into()
        }),
        any_of!(asap::EndpointKeepAlive {
            flags: flags(),
            server_id: server_id(),
            pool_handle: handle(),
            unknown: unknown(1)
        }),
        any_of!(asap::EndpointKeepAliveAck {
            flags: flags(),
            pool_handle: handle(),
            pe_identifier: identifier(),
            unknown: unknown(2)
        }),
        any_of!(asap::EndpointUnreachable {
            flags: flags(),
            pool_handle: handle(),
            pe_identifier: identifier(),
            unknown: unknown(2)
        }),
        any_of!(asap::ServerAnnounce {
            flags: flags(),
            server_id: server_id(),
            transports: vec(announced(), 0..3),
            unknown: unknown(0)
        }),
        any_of!(asap::Cookie {
            flags: flags(),
            cookie: cookie(),
            unknown: unknown(1)
        }),
        any_of!(asap::CookieEcho {
            flags: flags(),
            cookie: cookie(),
            unknown: unknown(1)
        }),
        any_of!(asap::BusinessCard {
            flags: flags(),
            pool_handle: handle(),
            pool_elements: vec(element(), 1..3),
            unknown: unknown(2)
        }),
        any_of!(asap::Error {
            flags: flags(),
            operation_error: error(),
            unknown: unknown(1)
        }),
    ]
}

pub(crate) fn enrp_message() -> impl Strategy<Value = enrp::Message> {
    prop_oneof![
        any_of!(enrp::Presence {
            flags: flags(),
            sender: server_id(),
            receiver: server_id(),
            pe_checksum: option::of(any::<u16>().prop_map(PeChecksum)),
            server_information: option::of(server()),
            unknown: unknown(0)
        }),
        any_of!(enrp::HandleTableRequest {
            flags: flags(),
            sender: server_id(),
            receiver: server_id(),
            unknown: unknown(0)
        }),
        any_of!(enrp::HandleTableResponse {
            flags: flags(),
            sender: server_id(),
            receiver: server_id(),
            entries: vec(entry(), 0..3),
            unknown: unknown(0)
        }),
        any_of!(enrp::HandleUpdate {
            flags: flags(),
            sender: server_id(),
            receiver: server_id(),
            action: any::<u16>().prop_map(UpdateAction),
            pool_handle: handle(),
            pool_element: element(),
            unknown: unknown(2)
        }),
        any_of!(enrp::ListRequest {
            flags: flags(),
            sender: server_id(),
            receiver: server_id(),
            unknown: unknown(0)
        }),
        any_of!(enrp::ListResponse {
            flags: flags(),
            sender: server_id(),
            receiver: server_id(),
            servers: vec(server(), 0..3),
            unknown: unknown(0)
        }),
        any_of!(enrp::InitTakeover {
            flags: flags(),
            sender: server_id(),
            receiver: server_id(),
            target: server_id(),
            unknown: unknown(0)
        }),
        any_of!(enrp::InitTakeoverAck {
            flags: flags(),
            sender: server_id(),
            receiver: server_id(),
            target: server_id(),
            unknown: unknown(0)
        }),
        any_of!(enrp::TakeoverServer {
            flags: flags(),
            sender: server_id(),
            receiver: server_id(),
            target: server_id(),
            unknown: unknown(0)
        }),
        any_of!(enrp::Error {
            flags: flags(),
            sender: server_id(),
            receiver: server_id(),
            operation_error: error(),
            unknown: unknown(1)
        }),
    ]
}

fn flags() -> impl Strategy<Value = Flags> {
    any::<u8>().prop_map(Flags)
}

fn handle() -> impl Strategy<Value = PoolHandle> {
    vec(any::<u8>(), 0..10).prop_map(PoolHandle::new)
}

fn identifier() -> impl Strategy<Value = PeIdentifier> {
    any::<u32>().prop_map(PeIdentifier)
}

fn server_id() -> impl Strategy<Value = ServerId> {
    any::<u32>().prop_map(ServerId)
}

fn cookie() -> impl Strategy<Value = Cookie> {
    vec(any::<u8>(), 0..10).prop_map(|octets| Cookie(octets.into()))
}

/// Returns skippable parameters before, between and after `known` known ones.
fn unknown(known: u16) -> impl Strategy<Value = UnknownParameters> {
    let one = (0..=known, 0x8000..=0xffff_u16, vec(any::<u8>(), 0..6));
    vec(one, 0..3).prop_map(|mut list| {
        list.sort_by_key(|(position, ..)| *position);
        let mut unknown = UnknownParameters::default();
        for (position, number, value) in list {
            unknown.push(position, ParameterType(number), &value);
        }
        unknown
    })
}

fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))),
        any::<u128>().prop_map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits))),
    ]
}

fn sctp() -> impl Strategy<Value = SctpTransport> {
    (
        any::<u16>(),
        any::<u16>(),
        address(),
        vec(address(), 0..3),
        unknown(1),
    )
        .prop_map(|(port, transport_use, first, rest, unknown)| {
            let addresses = Addresses { first, rest };
            SctpTransport {
                port,
                transport_use: TransportUse(transport_use),
                addresses,
                unknown,
            }
        })
}

fn tcp() -> impl Strategy<Value = TcpTransport> {
    (any::<u16>(), address(), unknown(1)).prop_map(|(port, address, unknown)| TcpTransport {
        port,
        address,
        unknown,
    })
}

fn transport() -> impl Strategy<Value = Transport> {
    prop_oneof![
        (any::<u16>(), any::<u32>(), address(), unknown(1)).prop_map(
            |(port, service_code, address, unknown)| {
                Transport::Dccp(DccpTransport {
                    port,
                    service_code,
                    address,
                    unknown,
                })
            }
        ),
        sctp().prop_map(Transport::Sctp),
        tcp().prop_map(Transport::Tcp),
        (any::<u16>(), address(), unknown(1)).prop_map(|(port, address, unknown)| {
            Transport::Udp(UdpTransport {
                port,
                address,
                unknown,
            })
        }),
        (any::<u16>(), address(), unknown(1)).prop_map(|(port, address, unknown)| {
            Transport::UdpLite(UdpLiteTransport {
                port,
                address,
                unknown,
            })
        }),
        vec(any::<u8>(), 0..10).prop_map(|data| Transport::Opaque(OpaqueTransport(data.into()))),
    ]
}

fn announced() -> impl Strategy<Value = AnnouncedTransport> {
    prop_oneof![
        sctp().prop_map(AnnouncedTransport::Sctp),
        tcp().prop_map(AnnouncedTransport::Tcp)
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let value = || any::<u32>();
    prop_oneof![
        Just(Policy::RoundRobin),
        value().prop_map(|weight| Policy::WeightedRoundRobin { weight }),
        Just(Policy::Random),
        value().prop_map(|weight| Policy::WeightedRandom { weight }),
        value().prop_map(|priority| Policy::Priority { priority }),
        value().prop_map(|load| Policy::LeastUsed { load }),
        (value(), value()).prop_map(|(load, load_degradation)| Policy::LeastUsedDegradation {
            load,
            load_degradation
        }),
        (value(), value()).prop_map(|(load, load_degradation)| Policy::PriorityLeastUsed {
            load,
            load_degradation
        }),
        value().prop_map(|load| Policy::RandomizedLeastUsed { load }),
        (0x8000_0000..=u32::MAX, vec(any::<u8>(), 0..10)).prop_map(|(number, data)| {
            Policy::Other {
                policy_type: PolicyType(number),
                data: data.into(),
            }
        }),
    ]
}

fn element() -> impl Strategy<Value = PoolElement> {
    (
        identifier(),
        server_id(),
        any::<i32>(),
        transport(),
        policy(),
        option::of(sctp()),
        unknown(2),
    )
        .prop_map(
            |(identifier, home, life, user_transport, policy, asap_transport, unknown)| {
                let life = RegistrationLife(life);
                PoolElement {
                    identifier,
                    home,
                    life,
                    user_transport,
                    policy,
                    asap_transport,
                    unknown,
                }
            },
        )
}

fn entry() -> impl Strategy<Value = PoolEntry> {
    (handle(), vec(element(), 1..3)).prop_map(|(pool_handle, pool_elements)| PoolEntry {
        pool_handle,
        pool_elements,
    })
}

fn server() -> impl Strategy<Value = ServerInformation> {
    (server_id(), sctp(), unknown(1)).prop_map(|(server_id, transport, unknown)| {
        ServerInformation {
            server_id,
            transport,
            unknown,
        }
    })
}

fn error() -> impl Strategy<Value = OperationError> {
    let cause = prop_oneof![
        (any::<u16>(), vec(any::<u8>(), 0..10))
            .prop_map(|(code, information)| ErrorCause::new(CauseCode(code), &information)),
        policy().prop_map(|policy| ErrorCause::inconsistent_pool_policy(&policy).expect("it fits")),
        transport().prop_map(|transport| {
            ErrorCause::inconsistent_transport_type(&transport).expect("it fits")
        }),
    ];
    vec(cause, 1..3).prop_map(|causes| OperationError { causes })
}
