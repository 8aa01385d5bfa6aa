//! Kinds of message, by their names in the RFC.

/// Kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Message type of the header (RFC 5352 §2.2, RFC 5353 §2).
    pub code: u8,
    /// The RFC's name; that of an ASAP message without its prefix.
    pub name: &'static str,
}

macro_rules! kinds {
    ($($name:ident = $code:literal: $doc:literal;)*) => {$(
        #[doc = $doc]
        pub const $name: Kind = Kind { code: $code, name: stringify!($name) };
    )*};
}

kinds! {
    REGISTRATION = 0x01: "RFC 5352 §2.2.1.";
    DEREGISTRATION = 0x02: "RFC 5352 §2.2.2.";
    REGISTRATION_RESPONSE = 0x03: "RFC 5352 §2.2.3.";
    DEREGISTRATION_RESPONSE = 0x04: "RFC 5352 §2.2.4.";
    HANDLE_RESOLUTION = 0x05: "RFC 5352 §2.2.5.";
    HANDLE_RESOLUTION_RESPONSE = 0x06: "RFC 5352 §2.2.6.";
    ENDPOINT_KEEP_ALIVE = 0x07: "RFC 5352 §2.2.7.";
    ENDPOINT_KEEP_ALIVE_ACK = 0x08: "RFC 5352 §2.2.8.";
    ENDPOINT_UNREACHABLE = 0x09: "RFC 5352 §2.2.9.";
    SERVER_ANNOUNCE = 0x0a: "RFC 5352 §2.2.10.";
    COOKIE = 0x0b: "RFC 5352 §2.2.11.";
    COOKIE_ECHO = 0x0c: "RFC 5352 §2.2.12.";
    BUSINESS_CARD = 0x0d: "RFC 5352 §2.2.13.";
    ERROR = 0x0e: "RFC 5352 §2.2.14.";
    ENRP_PRESENCE = 0x01: "RFC 5353 §2.1.";
    ENRP_HANDLE_TABLE_REQUEST = 0x02: "RFC 5353 §2.2.";
    ENRP_HANDLE_TABLE_RESPONSE = 0x03: "RFC 5353 §2.3.";
    ENRP_HANDLE_UPDATE = 0x04: "RFC 5353 §2.4.";
    ENRP_LIST_REQUEST = 0x05: "RFC 5353 §2.5.";
    ENRP_LIST_RESPONSE = 0x06: "RFC 5353 §2.6.";
    ENRP_INIT_TAKEOVER = 0x07: "RFC 5353 §2.7.";
    ENRP_INIT_TAKEOVER_ACK = 0x08: "RFC 5353 §2.8.";
    ENRP_TAKEOVER_SERVER = 0x09: "RFC 5353 §2.9.";
    ENRP_ERROR = 0x0a: "RFC 5353 §2.10.";
}
