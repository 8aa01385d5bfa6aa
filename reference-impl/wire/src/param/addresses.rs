//! The addresses of a transport (RFC 5354 §3.1, §3.2): always one, rarely more.

use std::net::IpAddr;

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::writer::{WriteParameter, Writer};

/// One or more addresses. The first one needs no allocation: most endpoints have no other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Addresses {
    /// The address that is always there.
    pub first: IpAddr,
    /// The others, in their order.
    pub rest: Vec<IpAddr>,
}

impl Addresses {
    /// Collects a list from an iterator; `None` if the iterator is empty.
    pub fn collect(addresses: impl IntoIterator<Item = IpAddr>) -> Option<Self> {
        let mut addresses = addresses.into_iter();
        let first = addresses.next()?;
        Some(Self {
            first,
            rest: addresses.collect(),
        })
    }

    /// Iterates over all addresses in their order.
    pub fn iter(&self) -> impl Iterator<Item = IpAddr> + Clone + '_ {
        std::iter::once(self.first).chain(self.rest.iter().copied())
    }

    /// Returns true if the address is one of them.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.iter().any(|own| own == address)
    }
}

impl From<IpAddr> for Addresses {
    fn from(first: IpAddr) -> Self {
        Self {
            first,
            rest: Vec::new(),
        }
    }
}

/// An address is an IPv4 Address or an IPv6 Address parameter.
impl ReadParameter for IpAddr {
    fn accepts(parameter_type: ParameterType) -> bool {
        matches!(
            parameter_type,
            ParameterType::IPV4_ADDRESS | ParameterType::IPV6_ADDRESS
        )
    }

    #[inline]
    fn decode(parameter_type: ParameterType, reader: Reader<'_>) -> DecodeResult<Self> {
        if parameter_type == ParameterType::IPV4_ADDRESS {
            super::ipv4_address::decode(reader).map(Self::V4)
        } else {
            super::ipv6_address::decode(reader).map(Self::V6)
        }
    }
}

impl WriteParameter for IpAddr {
    fn parameter_type(&self) -> ParameterType {
        match self {
            Self::V4(_) => ParameterType::IPV4_ADDRESS,
            Self::V6(_) => ParameterType::IPV6_ADDRESS,
        }
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        match self {
            Self::V4(address) => writer.octets(&address.octets()),
            Self::V6(address) => writer.octets(&address.octets()),
        }
        Ok(())
    }
}
