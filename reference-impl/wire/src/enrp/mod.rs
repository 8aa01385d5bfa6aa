//! The ten ENRP messages (RFC 5353 §2).
//!
//! Each begins with the identifiers of the registrar that sends it and of the one it is meant for; 0 means all
//! of them.

mod error;
mod handle_table_request;
mod handle_table_response;
mod handle_update;
mod init_takeover;
mod init_takeover_ack;
mod list_request;
mod list_response;
mod presence;
mod takeover_server;

use crate::message::messages;
use crate::param::ServerId;

pub use handle_table_response::{PoolEntry, TablePart};
pub use handle_update::UpdateAction;

messages! {
    /// A registrar announces that it is alive, with the checksum over the PEs that it owns.
    PRESENCE = 0x01, from 12 octets => presence::Presence,
    /// Asks for a part of the handlespace.
    HANDLE_TABLE_REQUEST = 0x02, from 12 octets => handle_table_request::HandleTableRequest,
    /// A part of the handlespace.
    HANDLE_TABLE_RESPONSE = 0x03, from 12 octets => handle_table_response::HandleTableResponse,
    /// A PE is new, changed or gone.
    HANDLE_UPDATE = 0x04, from 16 octets => handle_update::HandleUpdate,
    /// Asks for the known registrars.
    LIST_REQUEST = 0x05, from 12 octets => list_request::ListRequest,
    /// The known registrars.
    LIST_RESPONSE = 0x06, from 12 octets => list_response::ListResponse,
    /// A registrar wants to take over another one.
    INIT_TAKEOVER = 0x07, from 16 octets => init_takeover::InitTakeover,
    /// Agrees to a takeover.
    INIT_TAKEOVER_ACK = 0x08, from 16 octets => init_takeover_ack::InitTakeoverAck,
    /// A registrar has taken over another one.
    TAKEOVER_SERVER = 0x09, from 16 octets => takeover_server::TakeoverServer,
    /// Reports an error.
    ERROR = 0x0a, from 12 octets => error::Error,
}

/// Returns sender and receiver of a message, read from its fixed part alone: also of one whose type is unknown or
/// whose parameters are wrong, so that the caller can answer with an error.
pub fn sender_and_receiver(octets: &[u8]) -> Option<(ServerId, ServerId)> {
    let identifiers = octets.get(4..12)?;
    let (sender, receiver) = identifiers.split_first_chunk::<4>()?;
    let receiver = receiver.first_chunk::<4>()?;
    Some((
        ServerId(u32::from_be_bytes(*sender)),
        ServerId(u32::from_be_bytes(*receiver)),
    ))
}

impl Message {
    /// Returns the registrar that sends it.
    pub const fn sender(&self) -> ServerId {
        self.identifiers().0
    }

    /// Returns the registrar it is meant for; [`ServerId::UNDETERMINED`] means all.
    pub const fn receiver(&self) -> ServerId {
        self.identifiers().1
    }

    const fn identifiers(&self) -> (ServerId, ServerId) {
        match self {
            Self::Presence(body) => (body.sender, body.receiver),
            Self::HandleTableRequest(body) => (body.sender, body.receiver),
            Self::HandleTableResponse(body) => (body.sender, body.receiver),
            Self::HandleUpdate(body) => (body.sender, body.receiver),
            Self::ListRequest(body) => (body.sender, body.receiver),
            Self::ListResponse(body) => (body.sender, body.receiver),
            Self::InitTakeover(body) => (body.sender, body.receiver),
            Self::InitTakeoverAck(body) => (body.sender, body.receiver),
            Self::TakeoverServer(body) => (body.sender, body.receiver),
            Self::Error(body) => (body.sender, body.receiver),
        }
    }
}
