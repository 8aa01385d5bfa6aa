//! Pool Element (RFC 5354 §3.10): a member of a pool with all that is known of it.
//!
//! ```text
//! | Type = 0xa : 16 | Length : 16               |
//! | PE Identifier : 32                          |
//! | Home ENRP Server Identifier : 32            |
//! | Registration Life : 32, signed, seconds     |
//! | User Transport parameter, of any kind       |
//! | Pool Member Selection Policy parameter      |
//! | ASAP Transport: SCTP Transport, optional    |
//! ```
//!
//! The ASAP Transport is drawn without a word on whether it may be left out; RFC 5352 §3.1 calls it optional,
//! so it is optional here.

use std::time::Duration;

use super::{PeIdentifier, Policy, SctpTransport, ServerId, Transport};
use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::unknown::UnknownParameters;
use crate::writer::{WriteParameter, Writer};

/// How long a registration lasts, in seconds as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationLife(pub i32);

impl RegistrationLife {
    /// It never ends.
    pub const INFINITE: Self = Self(-1);

    /// Does it never end?
    pub const fn is_infinite(self) -> bool {
        self.0 == Self::INFINITE.0
    }

    /// The span; none if infinite. Values below -1 have no meaning in the RFC and no span either.
    pub fn duration(self) -> Option<Duration> {
        u64::try_from(self.0).ok().map(Duration::from_secs)
    }
}

/// Pool Element.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PoolElement {
    /// The PE's number in its pool.
    pub identifier: PeIdentifier,
    /// Its Home ENRP server, or [`ServerId::UNDETERMINED`].
    pub home: ServerId,
    /// How long the registration lasts.
    pub life: RegistrationLife,
    /// Where users reach it.
    pub user_transport: Transport,
    /// Its policy and the policy's values.
    pub policy: Policy,
    /// Where registrars reach it.
    pub asap_transport: Option<SctpTransport>,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl ReadParameter for PoolElement {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::POOL_ELEMENT
    }

    fn decode(_: ParameterType, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            identifier: PeIdentifier(reader.u32()?),
            home: ServerId(reader.u32()?),
            life: RegistrationLife(reader.i32()?),
            user_transport: reader.mandatory("user-transport")?,
            policy: reader.mandatory("policy")?,
            asap_transport: reader.optional("asap-transport")?,
            unknown: reader.finish()?,
        })
    }
}

impl WriteParameter for PoolElement {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::POOL_ELEMENT
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.identifier.0);
        writer.u32(self.home.0);
        writer.i32(self.life.0);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.user_transport)?;
        parameters.put(&self.policy)?;
        parameters.put_all(&self.asap_transport)?;
        parameters.finish()
    }
}
