//! The values that the constructors take.

use super::Parameter;
use std::net::IpAddr;

/// A Pool Element parameter (RFC 5354 §3.10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolElement {
    /// PE Identifier.
    pub id: u32,
    /// Home ENRP Server Identifier; 0: undetermined.
    pub home: u32,
    /// Registration Life in seconds; -1: unlimited.
    pub life: i32,
    /// User Transport.
    pub user_transport: Transport,
    /// Member Selection Policy.
    pub policy: Policy,
    /// ASAP Transport.
    pub asap_transport: Option<Transport>,
}

/// A transport parameter (RFC 5354 §3.3 to §3.7, §3.16). The number of addresses is not checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// DCCP Transport.
    Dccp {
        /// DCCP port.
        port: u16,
        /// DCCP service code.
        service_code: u32,
        /// Addresses; the RFC requires exactly one.
        addrs: Vec<IpAddr>,
    },
    /// SCTP Transport.
    Sctp {
        /// SCTP port.
        port: u16,
        /// 0: data only; 1: data plus control.
        transport_use: u16,
        /// Addresses; the RFC requires at least one.
        addrs: Vec<IpAddr>,
    },
    /// TCP Transport.
    Tcp {
        /// TCP port.
        port: u16,
        /// Addresses; the RFC requires exactly one.
        addrs: Vec<IpAddr>,
    },
    /// UDP Transport.
    Udp {
        /// UDP port.
        port: u16,
        /// Addresses; the RFC requires exactly one.
        addrs: Vec<IpAddr>,
    },
    /// UDP-Lite Transport.
    UdpLite {
        /// UDP-Lite port.
        port: u16,
        /// Addresses; the RFC requires exactly one.
        addrs: Vec<IpAddr>,
    },
    /// Opaque Transport.
    Opaque(Vec<u8>),
}

/// A Pool Member Selection Policy parameter (RFC 5354 §3.8, RFC 5356).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Round Robin (RFC 5356 §4.1).
    RoundRobin,
    /// Weighted Round Robin (§4.2).
    WeightedRoundRobin {
        /// Weight.
        weight: u32,
    },
    /// Random (§4.3).
    Random,
    /// Weighted Random (§4.4).
    WeightedRandom {
        /// Weight.
        weight: u32,
    },
    /// Priority (§4.5).
    Priority {
        /// Priority; larger is higher.
        priority: u32,
    },
    /// Least Used (§5.1).
    LeastUsed {
        /// Load; 0xffffffff is 100 %.
        load: u32,
    },
    /// Least Used with Degradation (§5.2).
    LeastUsedDegradation {
        /// Load.
        load: u32,
        /// Load Degradation.
        degradation: u32,
    },
    /// Priority Least Used (§5.3).
    PriorityLeastUsed {
        /// Load.
        load: u32,
        /// Load Degradation.
        degradation: u32,
    },
    /// Randomized Least Used (§5.4).
    RandomizedLeastUsed {
        /// Load.
        load: u32,
    },
    /// Any other policy type with any data.
    Other {
        /// Policy Type.
        kind: u32,
        /// Policy-specific data.
        data: Vec<u8>,
    },
}

impl Policy {
    /// The Policy Type on the wire.
    pub fn kind(&self) -> u32 {
        match self {
            Policy::RoundRobin => 0x0000_0001,
            Policy::WeightedRoundRobin { .. } => 0x0000_0002,
            Policy::Random => 0x0000_0003,
            Policy::WeightedRandom { .. } => 0x0000_0004,
            Policy::Priority { .. } => 0x0000_0005,
            Policy::LeastUsed { .. } => 0x4000_0001,
            Policy::LeastUsedDegradation { .. } => 0x4000_0002,
            Policy::PriorityLeastUsed { .. } => 0x4000_0003,
            Policy::RandomizedLeastUsed { .. } => 0x4000_0004,
            Policy::Other { kind, .. } => *kind,
        }
    }
}

/// A Server Information parameter (RFC 5354 §3.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInformation {
    /// Server identifier.
    pub id: u32,
    /// Server transport; the RFC requires SCTP.
    pub transport: Transport,
}

/// A pool entry of ENRP_HANDLE_TABLE_RESPONSE (RFC 5353 §2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolEntry {
    /// Pool handle.
    pub handle: Vec<u8>,
    /// Its pool elements; the RFC requires at least one.
    pub elements: Vec<PoolElement>,
}

/// An error cause (RFC 5354 §3.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Cause code.
    pub code: u16,
    /// Cause-specific information.
    pub info: CauseInfo,
}

/// Cause-specific information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CauseInfo {
    /// None.
    Empty,
    /// Octets, such as a whole unrecognized message.
    Octets(Vec<u8>),
    /// A parameter.
    Parameter(Parameter),
}

impl Cause {
    /// Unspecified error.
    pub const UNSPECIFIED: u16 = 0x0;
    /// Unrecognized parameter.
    pub const UNRECOGNIZED_PARAMETER: u16 = 0x1;
    /// Unrecognized message.
    pub const UNRECOGNIZED_MESSAGE: u16 = 0x2;
    /// Invalid values.
    pub const INVALID_VALUES: u16 = 0x3;
    /// Non-unique PE Identifier.
    pub const NON_UNIQUE_PE_IDENTIFIER: u16 = 0x4;
    /// Inconsistent pool policy.
    pub const INCONSISTENT_POLICY: u16 = 0x5;
    /// Lack of resources.
    pub const LACK_OF_RESOURCES: u16 = 0x6;
    /// Inconsistent transport type.
    pub const INCONSISTENT_TRANSPORT_TYPE: u16 = 0x7;
    /// Inconsistent data/control configuration.
    pub const INCONSISTENT_DATA_CONTROL: u16 = 0x8;
    /// Unknown pool handle.
    pub const UNKNOWN_POOL_HANDLE: u16 = 0x9;
    /// Rejected due to security considerations.
    pub const SECURITY: u16 = 0xa;

    /// A cause without information.
    pub fn new(code: u16) -> Cause {
        Cause {
            code,
            info: CauseInfo::Empty,
        }
    }

    /// A cause that contains octets.
    pub fn with_octets(code: u16, octets: impl Into<Vec<u8>>) -> Cause {
        Cause {
            code,
            info: CauseInfo::Octets(octets.into()),
        }
    }

    /// A cause that contains a parameter.
    pub fn with_parameter(code: u16, parameter: Parameter) -> Cause {
        Cause {
            code,
            info: CauseInfo::Parameter(parameter),
        }
    }

    /// Cause 0x5 with the pool's policy.
    pub fn inconsistent_policy(policy: &Policy) -> Cause {
        Cause::with_parameter(Cause::INCONSISTENT_POLICY, Parameter::policy(policy))
    }

    /// Cause 0x7 with the pool's transport.
    pub fn inconsistent_transport_type(transport: &Transport) -> Cause {
        Cause::with_parameter(
            Cause::INCONSISTENT_TRANSPORT_TYPE,
            Parameter::transport(transport),
        )
    }
}
