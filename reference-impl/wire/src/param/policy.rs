//! Pool Member Selection Policy (RFC 5354 §3.8); the policies and their data are those of RFC 5356 §4 and §5.
//!
//! ```text
//! | Type = 0x8 : 16 | Length = 8 + n : 16 |
//! | Policy Type : 32                      |
//! | Policy-specific Data : n octets       |
//! ```

use crate::error::{DecodeResult, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader};
use crate::writer::{WriteParameter, Writer};

/// The 32-bit type of a policy (RFC 5356 §7.1). Bit 31 marks private ones, bit 30 those that need load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyType(pub u32);

impl PolicyType {
    /// Round Robin (§4.1).
    pub const ROUND_ROBIN: Self = Self(0x0000_0001);
    /// Weighted Round Robin (§4.2).
    pub const WEIGHTED_ROUND_ROBIN: Self = Self(0x0000_0002);
    /// Random (§4.3).
    pub const RANDOM: Self = Self(0x0000_0003);
    /// Weighted Random (§4.4).
    pub const WEIGHTED_RANDOM: Self = Self(0x0000_0004);
    /// Priority (§4.5).
    pub const PRIORITY: Self = Self(0x0000_0005);
    /// Least Used (§5.1).
    pub const LEAST_USED: Self = Self(0x4000_0001);
    /// Least Used with Degradation (§5.2).
    pub const LEAST_USED_DEGRADATION: Self = Self(0x4000_0002);
    /// Priority Least Used (§5.3).
    pub const PRIORITY_LEAST_USED: Self = Self(0x4000_0003);
    /// Randomized Least Used (§5.4).
    pub const RANDOMIZED_LEAST_USED: Self = Self(0x4000_0004);

    /// Returns true if the type is for private use.
    pub const fn is_private(self) -> bool {
        self.0 & 0x8000_0000 != 0
    }

    /// Returns true if the policy needs load information.
    pub const fn is_adaptive(self) -> bool {
        self.0 & 0x4000_0000 != 0
    }

    /// Returns true if the type is one of the two values that RFC 5356 §7.1 declares invalid.
    pub const fn is_invalid(self) -> bool {
        matches!(self.0, 0x0000_0000 | 0x4000_0000)
    }
}

/// A policy with the values of one pool element. Loads go from 0 (idle) to 0xffff_ffff (100 %).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Round Robin.
    RoundRobin,
    /// Weighted Round Robin.
    WeightedRoundRobin {
        /// Service capacity; 0 means no service.
        weight: u32,
    },
    /// Random.
    Random,
    /// Weighted Random.
    WeightedRandom {
        /// Service capacity; 0 means no service.
        weight: u32,
    },
    /// Priority.
    Priority {
        /// The larger, the better.
        priority: u32,
    },
    /// Least Used.
    LeastUsed {
        /// Current load.
        load: u32,
    },
    /// Least Used with Degradation.
    LeastUsedDegradation {
        /// Current load.
        load: u32,
        /// Load that one more user adds.
        load_degradation: u32,
    },
    /// Priority Least Used.
    PriorityLeastUsed {
        /// Current load.
        load: u32,
        /// Load that one more user adds.
        load_degradation: u32,
    },
    /// Randomized Least Used.
    RandomizedLeastUsed {
        /// Current load.
        load: u32,
    },
    /// A policy that RFC 5356 does not define.
    Other {
        /// Its type, none of the nine above.
        policy_type: PolicyType,
        /// Its data.
        data: Box<[u8]>,
    },
}

impl Policy {
    /// Returns the type, which is the same for all members of a pool.
    pub const fn policy_type(&self) -> PolicyType {
        match self {
            Self::RoundRobin => PolicyType::ROUND_ROBIN,
            Self::WeightedRoundRobin { .. } => PolicyType::WEIGHTED_ROUND_ROBIN,
            Self::Random => PolicyType::RANDOM,
            Self::WeightedRandom { .. } => PolicyType::WEIGHTED_RANDOM,
            Self::Priority { .. } => PolicyType::PRIORITY,
            Self::LeastUsed { .. } => PolicyType::LEAST_USED,
            Self::LeastUsedDegradation { .. } => PolicyType::LEAST_USED_DEGRADATION,
            Self::PriorityLeastUsed { .. } => PolicyType::PRIORITY_LEAST_USED,
            Self::RandomizedLeastUsed { .. } => PolicyType::RANDOMIZED_LEAST_USED,
            Self::Other { policy_type, .. } => *policy_type,
        }
    }
}

impl ReadParameter for Policy {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::POLICY
    }

    #[inline]
    fn decode(_: ParameterType, mut reader: Reader<'_>) -> DecodeResult<Self> {
        let policy_type = PolicyType(reader.u32()?);
        Ok(match policy_type {
            PolicyType::ROUND_ROBIN => {
                reader.whole::<0>()?;
                Self::RoundRobin
            }
            PolicyType::WEIGHTED_ROUND_ROBIN => Self::WeightedRoundRobin {
                weight: one(reader)?,
            },
            PolicyType::RANDOM => {
                reader.whole::<0>()?;
                Self::Random
            }
            PolicyType::WEIGHTED_RANDOM => Self::WeightedRandom {
                weight: one(reader)?,
            },
            PolicyType::PRIORITY => Self::Priority {
                priority: one(reader)?,
            },
            PolicyType::LEAST_USED => Self::LeastUsed { load: one(reader)? },
            PolicyType::LEAST_USED_DEGRADATION => {
                let (load, load_degradation) = two(reader)?;
                Self::LeastUsedDegradation {
                    load,
                    load_degradation,
                }
            }
            PolicyType::PRIORITY_LEAST_USED => {
                let (load, load_degradation) = two(reader)?;
                Self::PriorityLeastUsed {
                    load,
                    load_degradation,
                }
            }
            PolicyType::RANDOMIZED_LEAST_USED => Self::RandomizedLeastUsed { load: one(reader)? },
            _ => Self::Other {
                policy_type,
                data: reader.rest().into(),
            },
        })
    }
}

impl WriteParameter for Policy {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::POLICY
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        writer.u32(self.policy_type().0);
        match self {
            Self::RoundRobin | Self::Random => {}
            Self::WeightedRoundRobin { weight: value }
            | Self::WeightedRandom { weight: value }
            | Self::Priority { priority: value }
            | Self::LeastUsed { load: value }
            | Self::RandomizedLeastUsed { load: value } => writer.u32(*value),
            Self::LeastUsedDegradation {
                load,
                load_degradation,
            }
            | Self::PriorityLeastUsed {
                load,
                load_degradation,
            } => {
                writer.u32(*load);
                writer.u32(*load_degradation);
            }
            Self::Other { data, .. } => writer.octets(data),
        }
        Ok(())
    }
}

#[inline]
fn one(reader: Reader<'_>) -> DecodeResult<u32> {
    Ok(u32::from_be_bytes(*reader.whole::<4>()?))
}

#[inline]
fn two(reader: Reader<'_>) -> DecodeResult<(u32, u32)> {
    let [a, b, c, d, e, f, g, h] = *reader.whole::<8>()?;
    Ok((
        u32::from_be_bytes([a, b, c, d]),
        u32::from_be_bytes([e, f, g, h]),
    ))
}
