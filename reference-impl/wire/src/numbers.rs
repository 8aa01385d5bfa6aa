//! The number spaces that readers and writers need: parameter types (RFC 5354 §3) and flags (RFC 5354 §4).
//!
//! Unknown numbers are preserved, so that a registrar can report them and send them on. Message types are in
//! `message.rs`, error causes and policies in their parameters' files.

use std::fmt;

/// The 16-bit type of a parameter (RFC 5354 §3, Table 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterType(pub u16);

impl ParameterType {
    /// IPv4 Address (§3.1).
    pub const IPV4_ADDRESS: Self = Self(0x1);
    /// IPv6 Address (§3.2).
    pub const IPV6_ADDRESS: Self = Self(0x2);
    /// DCCP Transport (§3.3).
    pub const DCCP_TRANSPORT: Self = Self(0x3);
    /// SCTP Transport (§3.4).
    pub const SCTP_TRANSPORT: Self = Self(0x4);
    /// TCP Transport (§3.5).
    pub const TCP_TRANSPORT: Self = Self(0x5);
    /// UDP Transport (§3.6).
    pub const UDP_TRANSPORT: Self = Self(0x6);
    /// UDP-Lite Transport (§3.7).
    pub const UDP_LITE_TRANSPORT: Self = Self(0x7);
    /// Pool Member Selection Policy (§3.8).
    pub const POLICY: Self = Self(0x8);
    /// Pool Handle (§3.9).
    pub const POOL_HANDLE: Self = Self(0x9);
    /// Pool Element (§3.10).
    pub const POOL_ELEMENT: Self = Self(0xa);
    /// Server Information (§3.11).
    pub const SERVER_INFORMATION: Self = Self(0xb);
    /// Operation Error (§3.12).
    pub const OPERATION_ERROR: Self = Self(0xc);
    /// Cookie (§3.13).
    pub const COOKIE: Self = Self(0xd);
    /// PE Identifier (§3.14).
    pub const PE_IDENTIFIER: Self = Self(0xe);
    /// PE Checksum (§3.15).
    pub const PE_CHECKSUM: Self = Self(0xf);
    /// Opaque Transport (§3.16).
    pub const OPAQUE_TRANSPORT: Self = Self(0x10);

    /// Returns whether RFC 5354 defines it; [`crate::reaction`] has the treatment of the other types.
    pub const fn is_known(self) -> bool {
        matches!(self.0, 0x1..=0x10)
    }

    /// Returns the name in field paths, if RFC 5354 defines the type.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::IPV4_ADDRESS => "ipv4-address",
            Self::IPV6_ADDRESS => "ipv6-address",
            Self::DCCP_TRANSPORT => "dccp-transport",
            Self::SCTP_TRANSPORT => "sctp-transport",
            Self::TCP_TRANSPORT => "tcp-transport",
            Self::UDP_TRANSPORT => "udp-transport",
            Self::UDP_LITE_TRANSPORT => "udp-lite-transport",
            Self::POLICY => "policy",
            Self::POOL_HANDLE => "pool-handle",
            Self::POOL_ELEMENT => "pool-element",
            Self::SERVER_INFORMATION => "server-information",
            Self::OPERATION_ERROR => "operation-error",
            Self::COOKIE => "cookie",
            Self::PE_IDENTIFIER => "pe-identifier",
            Self::PE_CHECKSUM => "pe-checksum",
            Self::OPAQUE_TRANSPORT => "opaque-transport",
            _ => return None,
        })
    }
}

/// The name in field paths; `0x7fff` for a type without one.
impl fmt::Display for ParameterType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

/// Flags octet of a message. Each message names its own bits; the others are preserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Flags(pub u8);

impl Flags {
    /// No flag is set.
    pub const NONE: Self = Self(0);

    /// Returns whether all bits of `flag` are set.
    pub const fn contains(self, flag: Self) -> bool {
        self.0 & flag.0 == flag.0
    }

    /// Returns these flags with the bits of `flag` set or cleared.
    pub const fn with(self, flag: Self, set: bool) -> Self {
        if set {
            Self(self.0 | flag.0)
        } else {
            Self(self.0 & !flag.0)
        }
    }
}
