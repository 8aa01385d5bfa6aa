//! The octets of ASAP (RFC 5352 §2) and ENRP (RFC 5353 §2) as types, and back.
//!
//! It is strict: a value of these types has the structure the RFCs draw, every Length has been checked, and an
//! error says at which offset, in which field and why. It knows no clock, no socket, no peer and no state, and
//! it decides nothing: what to do about an error is the one table in [`reaction`], doing it is the caller's.
//!
//! What a later RFC may add survives decoding and encoding: unknown flags, skipped parameters (with their
//! place), unknown policies and cause codes. A message that came in the form the RFCs demand of senders leaves
//! octet for octet as it came.
//!
//! Enter at [`asap::Message`] and [`enrp::Message`]. One message is one file in `asap/` or `enrp/`, one
//! parameter one file in `param/`; lengths and padding are the business of `reader.rs` and `writer.rs` alone.

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
