//! Pool Element (RFC 5354 §3.10): a member of a pool with all its properties.
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
//! RFC 5354 does not state if the ASAP Transport is mandatory; RFC 5352 §3.1 calls it optional, so it is optional
//! here.

use std::time::Duration;

use super::{PeIdentifier, Policy, SctpTransport, ServerId, Transport};
use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::unknown::UnknownParameters;
use crate::writer::{WriteParameter, Writer};

/// Duration of a registration, in seconds as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationLife(pub i32);

impl RegistrationLife {
    /// It never ends.
    pub const INFINITE: Self = Self(-1);

    /// Returns true if it never ends.
    pub const fn is_infinite(self) -> bool {
        self.0 == Self::INFINITE.0
    }

    /// Returns the duration; `None` if infinite. Values below -1 have no meaning in the RFC and no duration either.
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
    /// The duration of the registration.
    pub life: RegistrationLife,
    /// Its transport for pool users.
    pub user_transport: Transport,
    /// Its policy and the policy's values.
    pub policy: Policy,
    /// Its transport for registrars.
    pub asap_transport: Option<SctpTransport>,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl PoolElement {
    /// Removes the skipped parameters of unknown type, those inside its transports too. No RFC assigns their types, so
    /// an endpoint that passes the Pool Element on does not send them (RFC 5354 §3).
    pub fn forget_unknown(&mut self) {
        self.unknown = UnknownParameters::NONE;
        if let Some(unknown) = self.user_transport.unknown_mut() {
            *unknown = UnknownParameters::NONE;
        }
        if let Some(transport) = &mut self.asap_transport {
            transport.unknown = UnknownParameters::NONE;
        }
    }
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
            user_transport: {
                let transport = reader.mandatory("user-transport")?;
                // The ASAP Transport is another one, so a second SCTP Transport is not a duplicate.
                reader.expect_again(ParameterType::SCTP_TRANSPORT);
                transport
            },
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
