//! Any messages, for property tests.

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

pub fn asap_message() -> impl Strategy<Value = asap::Message> {
    prop_oneof![
        (flags(), handle(), element(), unknown(2)).prop_map(
            |(flags, pool_handle, pool_element, unknown)| {
                asap::Registration {
                    flags,
                    pool_handle,
                    pool_element,
                    unknown,
                }
                .into()
            }
        ),
        (flags(), handle(), identifier(), unknown(2)).prop_map(
            |(flags, pool_handle, pe_identifier, unknown)| {
                asap::Deregistration {
                    flags,
                    pool_handle,
                    pe_identifier,
                    unknown,
                }
                .into()
            }
        ),
        (
            flags(),
            handle(),
            identifier(),
            option::of(error()),
            unknown(2)
        )
            .prop_map(
                |(flags, pool_handle, pe_identifier, operation_error, unknown)| {
                    asap::RegistrationResponse {
                        flags,
                        pool_handle,
                        pe_identifier,
                        operation_error,
                        unknown,
                    }
                    .into()
                }
            ),
        (
            flags(),
            handle(),
            identifier(),
            option::of(error()),
            unknown(2)
        )
            .prop_map(
                |(flags, pool_handle, pe_identifier, operation_error, unknown)| {
                    asap::DeregistrationResponse {
                        flags,
                        pool_handle,
                        pe_identifier,
                        operation_error,
                        unknown,
                    }
                    .into()
                }
            ),
        (flags(), handle(), unknown(1)).prop_map(|(flags, pool_handle, unknown)| {
            asap::HandleResolution {
                flags,
                pool_handle,
                unknown,
            }
            .into()
        }),
        (
            flags(),
            handle(),
            option::of(policy()),
            vec(element(), 1..4),
            unknown(2)
        )
            .prop_map(|(flags, pool_handle, policy, pool_elements, unknown)| {
                let operation_error = None;
                asap::HandleResolutionResponse {
                    flags,
                    pool_handle,
                    policy,
                    pool_elements,
                    operation_error,
                    unknown,
                }
                .into()
            }),
        (handle(), error()).prop_map(|(pool_handle, error)| {
            asap::HandleResolutionResponse::negative(pool_handle, error).into()
        }),
        (flags(), server_id(), handle(), unknown(1)).prop_map(
            |(flags, server_id, pool_handle, unknown)| {
                asap::EndpointKeepAlive {
                    flags,
                    server_id,
                    pool_handle,
                    unknown,
                }
                .into()
            }
        ),
        (flags(), handle(), identifier(), unknown(2)).prop_map(
            |(flags, pool_handle, pe_identifier, unknown)| {
                asap::EndpointKeepAliveAck {
                    flags,
                    pool_handle,
                    pe_identifier,
                    unknown,
                }
                .into()
            }
        ),
        (flags(), handle(), identifier(), unknown(2)).prop_map(
            |(flags, pool_handle, pe_identifier, unknown)| {
                asap::EndpointUnreachable {
                    flags,
                    pool_handle,
                    pe_identifier,
                    unknown,
                }
                .into()
            }
        ),
        (flags(), server_id(), vec(announced(), 0..3), unknown(0)).prop_map(
            |(flags, server_id, transports, unknown)| {
                asap::ServerAnnounce {
                    flags,
                    server_id,
                    transports,
                    unknown,
                }
                .into()
            }
        ),
        (flags(), cookie(), unknown(1)).prop_map(|(flags, cookie, unknown)| asap::Cookie {
            flags,
            cookie,
            unknown
        }
        .into()),
        (flags(), cookie(), unknown(1)).prop_map(|(flags, cookie, unknown)| asap::CookieEcho {
            flags,
            cookie,
            unknown
        }
        .into()),
        (flags(), handle(), vec(element(), 1..3), unknown(2)).prop_map(
            |(flags, pool_handle, pool_elements, unknown)| {
                asap::BusinessCard {
                    flags,
                    pool_handle,
                    pool_elements,
                    unknown,
                }
                .into()
            }
        ),
        (flags(), error(), unknown(1)).prop_map(|(flags, operation_error, unknown)| {
            asap::Error {
                flags,
                operation_error,
                unknown,
            }
            .into()
        }),
    ]
}

pub fn enrp_message() -> impl Strategy<Value = enrp::Message> {
    let ids = || (server_id(), server_id());
    prop_oneof![
        (
            flags(),
            ids(),
            option::of(any::<u16>()),
            option::of(server()),
            unknown(0)
        )
            .prop_map(
                |(flags, (sender, receiver), checksum, server_information, unknown)| {
                    let pe_checksum = checksum.map(PeChecksum);
                    enrp::Presence {
                        flags,
                        sender,
                        receiver,
                        pe_checksum,
                        server_information,
                        unknown,
                    }
                    .into()
                }
            ),
        (flags(), ids(), unknown(0)).prop_map(|(flags, (sender, receiver), unknown)| {
            enrp::HandleTableRequest {
                flags,
                sender,
                receiver,
                unknown,
            }
            .into()
        }),
        (flags(), ids(), vec(entry(), 0..3), unknown(0)).prop_map(
            |(flags, (sender, receiver), entries, unknown)| {
                enrp::HandleTableResponse {
                    flags,
                    sender,
                    receiver,
                    entries,
                    unknown,
                }
                .into()
            }
        ),
        (
            flags(),
            ids(),
            any::<u16>(),
            handle(),
            element(),
            unknown(2)
        )
            .prop_map(
                |(flags, (sender, receiver), action, pool_handle, pool_element, unknown)| {
                    let action = UpdateAction(action);
                    enrp::HandleUpdate {
                        flags,
                        sender,
                        receiver,
                        action,
                        pool_handle,
                        pool_element,
                        unknown,
                    }
                    .into()
                }
            ),
        (flags(), ids(), unknown(0)).prop_map(|(flags, (sender, receiver), unknown)| {
            enrp::ListRequest {
                flags,
                sender,
                receiver,
                unknown,
            }
            .into()
        }),
        (flags(), ids(), vec(server(), 0..3), unknown(0)).prop_map(
            |(flags, (sender, receiver), servers, unknown)| {
                enrp::ListResponse {
                    flags,
                    sender,
                    receiver,
                    servers,
                    unknown,
                }
                .into()
            }
        ),
        (flags(), ids(), server_id(), unknown(0)).prop_map(
            |(flags, (sender, receiver), target, unknown)| {
                enrp::InitTakeover {
                    flags,
                    sender,
                    receiver,
                    target,
                    unknown,
                }
                .into()
            }
        ),
        (flags(), ids(), server_id(), unknown(0)).prop_map(
            |(flags, (sender, receiver), target, unknown)| {
                enrp::InitTakeoverAck {
                    flags,
                    sender,
                    receiver,
                    target,
                    unknown,
                }
                .into()
            }
        ),
        (flags(), ids(), server_id(), unknown(0)).prop_map(
            |(flags, (sender, receiver), target, unknown)| {
                enrp::TakeoverServer {
                    flags,
                    sender,
                    receiver,
                    target,
                    unknown,
                }
                .into()
            }
        ),
        (flags(), ids(), error(), unknown(1)).prop_map(
            |(flags, (sender, receiver), operation_error, unknown)| {
                enrp::Error {
                    flags,
                    sender,
                    receiver,
                    operation_error,
                    unknown,
                }
                .into()
            }
        ),
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
