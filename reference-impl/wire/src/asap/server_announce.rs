//! ASAP_SERVER_ANNOUNCE (RFC 5352 §2.2.10): a registrar announces itself on the multicast channel.
//!
//! ```text
//! | Type = 0x0a : 8 | Flags = 0 : 8 | Length : 16 |
//! | Server Identifier : 32               |
//! | SCTP or TCP Transport parameter, 0…n |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::{Flags, ParameterType};
use crate::param::{SctpTransport, ServerId, TcpTransport};
use crate::reader::{ReadParameter, Reader};
use crate::unknown::UnknownParameters;
use crate::writer::{WriteParameter, Writer};

/// ASAP_SERVER_ANNOUNCE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAnnounce {
    /// The flags; none is defined.
    pub flags: Flags,
    /// The registrar.
    pub server_id: ServerId,
    /// Its transports for ASAP; if empty, it uses the source address of the message.
    pub transports: Vec<AnnouncedTransport>,
    /// Skipped parameters.
    pub unknown: UnknownParameters,
}

impl ServerAnnounce {
    /// Returns an announcement of this registrar.
    pub fn new(server_id: ServerId, transports: Vec<AnnouncedTransport>) -> Self {
        Self {
            flags: Flags::NONE,
            server_id,
            transports,
            unknown: UnknownParameters::NONE,
        }
    }

    pub(super) fn decode(flags: Flags, mut reader: Reader<'_>) -> DecodeResult<Self> {
        Ok(Self {
            flags,
            server_id: ServerId(reader.u32()?),
            transports: reader.list("transport")?,
            unknown: reader.finish()?,
        })
    }

    pub(super) fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.server_id.0);
        let mut parameters = writer.parameters(&self.unknown);
        parameters.put_all(&self.transports)?;
        parameters.finish()
    }
}

/// A transport that an announcement may hold: no other kind is allowed in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnnouncedTransport {
    /// For PEs and PUs.
    Sctp(SctpTransport),
    /// For PUs only.
    Tcp(TcpTransport),
}

impl ReadParameter for AnnouncedTransport {
    fn accepts(parameter_type: ParameterType) -> bool {
        SctpTransport::accepts(parameter_type) || TcpTransport::accepts(parameter_type)
    }

    fn decode(parameter_type: ParameterType, reader: Reader<'_>) -> DecodeResult<Self> {
        if SctpTransport::accepts(parameter_type) {
            SctpTransport::decode(parameter_type, reader).map(Self::Sctp)
        } else {
            TcpTransport::decode(parameter_type, reader).map(Self::Tcp)
        }
    }
}

impl WriteParameter for AnnouncedTransport {
    fn parameter_type(&self) -> ParameterType {
        match self {
            Self::Sctp(_) => ParameterType::SCTP_TRANSPORT,
            Self::Tcp(_) => ParameterType::TCP_TRANSPORT,
        }
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        match self {
            Self::Sctp(transport) => transport.encode(writer),
            Self::Tcp(transport) => transport.encode(writer),
        }
    }
}
