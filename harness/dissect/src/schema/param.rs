//! Parameters (RFC 5354 §3), one row each, in the order of their types.

use super::{
    Count, Field, Grammar, Layout, Parameter, RESERVED, Shape, Values, fields, identifier, role,
    sequence, slot,
};

macro_rules! codes {
    ($($name:ident = $code:literal)*) => {$(
        #[doc = concat!("Parameter Type ", stringify!($code), ".")]
        pub const $name: u16 = $code;
    )*};
}

codes! {
    IPV4_ADDRESS = 0x1
    IPV6_ADDRESS = 0x2
    DCCP_TRANSPORT = 0x3
    SCTP_TRANSPORT = 0x4
    TCP_TRANSPORT = 0x5
    UDP_TRANSPORT = 0x6
    UDP_LITE_TRANSPORT = 0x7
    POLICY = 0x8
    POOL_HANDLE = 0x9
    POOL_ELEMENT = 0xa
    SERVER_INFORMATION = 0xb
    OPERATION_ERROR = 0xc
    COOKIE = 0xd
    PE_IDENTIFIER = 0xe
    PE_CHECKSUM = 0xf
    OPAQUE_TRANSPORT = 0x10
}

/// Parameter types that can be a User Transport.
pub const USER_TRANSPORTS: &[u16] = &[
    DCCP_TRANSPORT,
    SCTP_TRANSPORT,
    TCP_TRANSPORT,
    UDP_TRANSPORT,
    UDP_LITE_TRANSPORT,
    OPAQUE_TRANSPORT,
];

const ADDRESSES: &[u16] = &[IPV4_ADDRESS, IPV6_ADDRESS];

const ONE_ADDRESS: Grammar =
    sequence(&[slot("IPv4 or IPv6 Address", ADDRESSES, Count::OneAddress)]);

const SOME_ADDRESSES: Grammar = sequence(&[slot(
    "IPv4 or IPv6 Address",
    ADDRESSES,
    Count::SomeAddresses,
)]);

const TRANSPORT_USE: Field = Field {
    name: "Transport Use",
    segment: "transport-use",
    octets: 2,
    shape: Shape::Number,
    values: Values::Named(&["DATA ONLY", "DATA plus CONTROL"]),
};

const REGISTRATION_LIFE: Field = Field {
    name: "Registration Life",
    segment: "registration-life",
    octets: 4,
    shape: Shape::Signed,
    values: Values::Any,
};

const DCCP: Layout = Layout::Fields(
    fields(&[
        port("DCCP Port"),
        RESERVED,
        identifier("DCCP Service Code", "service-code"),
    ]),
    ONE_ADDRESS,
);
const SCTP: Layout = Layout::Fields(fields(&[port("SCTP Port"), TRANSPORT_USE]), SOME_ADDRESSES);
const TCP: Layout = Layout::Fields(fields(&[port("TCP Port"), RESERVED]), ONE_ADDRESS);
const UDP: Layout = Layout::Fields(fields(&[port("UDP Port"), RESERVED]), ONE_ADDRESS);
const UDP_LITE: Layout = Layout::Fields(fields(&[port("UDP-Lite Port"), RESERVED]), ONE_ADDRESS);

const ELEMENT: Layout = Layout::Fields(
    fields(&[
        identifier("PE Identifier", "pe-identifier"),
        identifier("Home ENRP Server Identifier", "home-enrp-server-identifier"),
        REGISTRATION_LIFE,
    ]),
    sequence(&[
        role(
            "User Transport",
            "user-transport",
            USER_TRANSPORTS,
            Count::One,
        ),
        slot("Member Selection Policy", &[POLICY], Count::One),
        role(
            "ASAP Transport",
            "asap-transport",
            &[SCTP_TRANSPORT],
            Count::Optional,
        ),
    ]),
);

const SERVER: Layout = Layout::Fields(
    fields(&[identifier("Server ID", "server-identifier")]),
    sequence(&[slot("Server Transport", &[SCTP_TRANSPORT], Count::One)]),
);

const PE: Layout = value("PE Identifier", 4, Shape::Hex);
const CHECKSUM: Layout = value("PE Checksum", 2, Shape::Hex);
const IPV4: Layout = value("Address", 4, Shape::Address);
const IPV6: Layout = value("Address", 16, Shape::Address);

const fn port(name: &'static str) -> Field {
    Field {
        name,
        segment: "port",
        octets: 2,
        shape: Shape::Number,
        values: Values::Any,
    }
}

const fn value(name: &'static str, octets: usize, shape: Shape) -> Layout {
    Layout::Value(Field {
        name,
        segment: "",
        octets,
        shape,
        values: Values::Any,
    })
}

const fn row(
    code: u16,
    name: &'static str,
    segment: &'static str,
    section: &'static str,
    layout: Layout,
) -> Parameter {
    let (least, exact, plain) = match &layout {
        Layout::Value(field) => (4 + field.octets, true, true),
        Layout::Opaque => (4, false, true),
        Layout::Fields(fields, _) => (4 + fields.octets, false, false),
        Layout::Policy => (8, false, false),
        Layout::Causes => (4, false, false),
    };
    Parameter {
        code,
        name,
        segment,
        section,
        layout,
        least,
        exact,
        plain,
    }
}

/// The parameters, in the order of their types from 1.
#[rustfmt::skip]
pub static PARAMETERS: [Parameter; 16] = [
    row(IPV4_ADDRESS, "IPv4 Address", "ipv4-address", "RFC 5354 §3.1", IPV4),
    row(IPV6_ADDRESS, "IPv6 Address", "ipv6-address", "RFC 5354 §3.2", IPV6),
    row(DCCP_TRANSPORT, "DCCP Transport", "dccp-transport", "RFC 5354 §3.3", DCCP),
    row(SCTP_TRANSPORT, "SCTP Transport", "sctp-transport", "RFC 5354 §3.4", SCTP),
    row(TCP_TRANSPORT, "TCP Transport", "tcp-transport", "RFC 5354 §3.5", TCP),
    row(UDP_TRANSPORT, "UDP Transport", "udp-transport", "RFC 5354 §3.6", UDP),
    row(UDP_LITE_TRANSPORT, "UDP-Lite Transport", "udp-lite-transport", "RFC 5354 §3.7", UDP_LITE),
    row(POLICY, "Pool Member Selection Policy", "policy", "RFC 5354 §3.8", Layout::Policy),
    row(POOL_HANDLE, "Pool Handle", "pool-handle", "RFC 5354 §3.9", Layout::Opaque),
    row(POOL_ELEMENT, "Pool Element", "pool-element", "RFC 5354 §3.10", ELEMENT),
    row(SERVER_INFORMATION, "Server Information", "server-information", "RFC 5354 §3.11", SERVER),
    row(OPERATION_ERROR, "Operation Error", "operation-error", "RFC 5354 §3.12", Layout::Causes),
    row(COOKIE, "Cookie", "cookie", "RFC 5354 §3.13", Layout::Opaque),
    row(PE_IDENTIFIER, "PE Identifier", "pe-identifier", "RFC 5354 §3.14", PE),
    row(PE_CHECKSUM, "PE Checksum", "pe-checksum", "RFC 5354 §3.15", CHECKSUM),
    row(OPAQUE_TRANSPORT, "Opaque Transport", "opaque-transport", "RFC 5354 §3.16", Layout::Opaque),
];
