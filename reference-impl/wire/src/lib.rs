//! The octets of ASAP (RFC 5352 §2) and ENRP (RFC 5353 §2) as types, and back.
//!
//! It is strict: a value of these types has the structure that the RFCs draw, every Length has been checked, and
//! an error has its offset, field and kind. It has no clock, socket, peer or state, and it decides nothing: the
//! table of reactions to errors is in [`reaction`], and the caller executes them.
//!
//! Additions of a later RFC survive decoding and encoding: unknown flags, skipped parameters (with their place),
//! unknown policies and cause codes. A message in the form that the RFCs demand of senders is encoded octet for
//! octet as it was received.
//!
//! Enter at [`asap::Message`] and [`enrp::Message`]. One message is one file in `asap/` or `enrp/`, one
//! parameter one file in `param/`; only `reader.rs` and `writer.rs` handle lengths and padding.

pub mod asap;
pub mod enrp;
pub mod param;
pub mod reaction;
pub mod text;

mod error;
mod layout;
mod message;
mod numbers;
mod reader;
mod skipped;
mod unknown;
mod writer;

pub use error::{DecodeError, EncodeError, ErrorKind};
pub use message::Decoded;
pub use numbers::{Flags, ParameterType};
pub use param::{
    Addresses, CauseCode, Cookie, DccpTransport, EncodedElement, ErrorCause, OpaqueTransport,
    OperationError, PeChecksum, PeIdentifier, Policy, PolicyType, PoolElement, PoolHandle,
    RegistrationLife, SctpTransport, ServerId, ServerInformation, TcpTransport, Transport,
    TransportUse, UdpLiteTransport, UdpTransport,
};
pub use skipped::{Reaction, Reports};
pub use unknown::{UnknownParameter, UnknownParameters};

/// The largest Length of a message, a parameter or a cause: the field has 16 bits.
pub const MAX_LENGTH: usize = 0xffff;
