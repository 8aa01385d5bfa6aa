//! The sixteen parameters (RFC 5354 §3), one file each.

mod addresses;
mod cookie;
mod dccp_transport;
mod encoded_element;
mod ipv4_address;
mod ipv6_address;
mod opaque_transport;
mod operation_error;
mod pe_checksum;
mod pe_identifier;
mod policy;
mod pool_element;
mod pool_handle;
mod sctp_transport;
mod server_information;
mod tcp_transport;
mod transport;
mod udp_lite_transport;
mod udp_transport;

pub use addresses::Addresses;
pub use cookie::Cookie;
pub use dccp_transport::DccpTransport;
pub use encoded_element::EncodedElement;
pub use opaque_transport::OpaqueTransport;
pub use operation_error::{CauseCode, ErrorCause, OperationError};
pub use pe_checksum::PeChecksum;
pub use pe_identifier::PeIdentifier;
pub use policy::{Policy, PolicyType};
pub use pool_element::{PoolElement, RegistrationLife};
pub use pool_handle::PoolHandle;
pub use sctp_transport::{SctpTransport, TransportUse};
pub use server_information::{ServerId, ServerInformation};
pub use tcp_transport::TcpTransport;
pub use transport::Transport;
pub use udp_lite_transport::UdpLiteTransport;
pub use udp_transport::UdpTransport;
