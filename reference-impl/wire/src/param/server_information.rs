//! Server Information (RFC 5354 §3.11), ENRP only: a registrar and its transport for ENRP.
//!
//! ```text
//! | Type = 0xb : 16 | Length : 16     |
//! | Server ID : 32                    |
//! | Server Transport: SCTP Transport  |
//! ```

use std::fmt;

use super::SctpTransport;
use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::unknown::UnknownParameters;
use crate::writer::{WriteParameter, Writer};

/// The number of a registrar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(pub u32);

impl ServerId {
    /// No registrar in particular: as a receiver all of them, as a Home ENRP server none yet.
    pub const UNDETERMINED: Self = Self(0);
}

impl fmt::Display for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

/// Server Information.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServerInformation {
    /// The registrar.
    pub server_id: ServerId,
    /// Its transport for ENRP.
    pub transport: SctpTransport,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl ServerInformation {
    /// Returns the information that this registrar is at this transport.
    pub const fn new(server_id: ServerId, transport: SctpTransport) -> Self {
        Self {
            server_id,
            transport,
            unknown: UnknownParameters::NONE,
        }
    }
}

impl ReadParameter for ServerInformation {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::SERVER_INFORMATION
    }

    fn decode(_: ParameterType, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            server_id: ServerId(reader.u32()?),
            transport: reader.mandatory("sctp-transport")?,
            unknown: reader.finish()?,
        })
    }
}

impl WriteParameter for ServerInformation {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::SERVER_INFORMATION
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.server_id.0);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put(&self.transport)?;
        parameters.finish()
    }
}
