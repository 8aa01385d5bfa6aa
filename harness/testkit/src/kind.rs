//! Kinds of message, by their names in the RFC.

/// Kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Message type of the ASAP header (RFC 5352 §2.2).
    pub code: u8,
    /// The RFC's name without the `ASAP_` prefix.
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
}
