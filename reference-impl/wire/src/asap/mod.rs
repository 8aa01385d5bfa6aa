//! The fourteen ASAP messages (RFC 5352 §2.2).

mod business_card;
mod cookie;
mod cookie_echo;
mod deregistration;
mod deregistration_response;
mod endpoint_keep_alive;
mod endpoint_keep_alive_ack;
mod endpoint_unreachable;
mod error;
mod handle_resolution;
mod handle_resolution_response;
mod registration;
mod registration_response;
mod server_announce;

use crate::message::messages;

pub use handle_resolution::Question;
pub use handle_resolution_response::PositiveAnswer;
pub use server_announce::AnnouncedTransport;

messages! {
    /// A PE registers itself in a pool.
    REGISTRATION = 0x01, from 4 octets => registration::Registration,
    /// A PE leaves its pool.
    DEREGISTRATION = 0x02, from 4 octets => deregistration::Deregistration,
    /// The answer to a registration.
    REGISTRATION_RESPONSE = 0x03, from 4 octets => registration_response::RegistrationResponse,
    /// The answer to a de-registration, or the notification that a registration ended.
    DEREGISTRATION_RESPONSE = 0x04, from 4 octets => deregistration_response::DeregistrationResponse,
    /// Asks for the members of a pool.
    HANDLE_RESOLUTION = 0x05, from 4 octets => handle_resolution::HandleResolution,
    /// The members of a pool, or why there are none.
    HANDLE_RESOLUTION_RESPONSE = 0x06, from 4 octets => handle_resolution_response::HandleResolutionResponse,
    /// A registrar checks that a PE is alive.
    ENDPOINT_KEEP_ALIVE = 0x07, from 8 octets => endpoint_keep_alive::EndpointKeepAlive,
    /// A PE answers that it is alive.
    ENDPOINT_KEEP_ALIVE_ACK = 0x08, from 4 octets => endpoint_keep_alive_ack::EndpointKeepAliveAck,
    /// Reports a PE that does not answer.
    ENDPOINT_UNREACHABLE = 0x09, from 4 octets => endpoint_unreachable::EndpointUnreachable,
    /// A registrar announces its addresses.
    SERVER_ANNOUNCE = 0x0a, from 8 octets => server_announce::ServerAnnounce,
    /// A PE stores its state at a PU.
    COOKIE = 0x0b, from 4 octets => cookie::Cookie,
    /// A PU sends the state to the next PE.
    COOKIE_ECHO = 0x0c, from 4 octets => cookie_echo::CookieEcho,
    /// Names the pool and the order of failover.
    BUSINESS_CARD = 0x0d, from 4 octets => business_card::BusinessCard,
    /// Reports an error.
    ERROR = 0x0e, from 4 octets => error::Error,
}
