//! Operation Error (RFC 5354 §3.12): why something failed, as one or more causes.
//!
//! ```text
//! | Type = 0xc : 16  | Length : 16           |
//! | Cause Code : 16  | Cause Length : 16     |  one or more times,
//! | Cause-specific Information              |  padded between but not after the last one
//! ```

use std::fmt;

use super::{Policy, Transport};
use crate::error::{DecodeError, DecodeResult, EncodeError, ErrorKind};
use crate::numbers::ParameterType;
use crate::reader::{ReadParameter, Reader, decode_alone};
use crate::writer::{WriteParameter, Writer, encode_alone};

/// The 16-bit code of an error cause (RFC 5354 §3.12, Table 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CauseCode(pub u16);

impl CauseCode {
    /// Unspecified error (§3.12.1).
    pub const UNSPECIFIED: Self = Self(0x0);
    /// Unrecognized parameter (§3.12.2); carries it whole.
    pub const UNRECOGNIZED_PARAMETER: Self = Self(0x1);
    /// Unrecognized message (§3.12.3); carries it whole.
    pub const UNRECOGNIZED_MESSAGE: Self = Self(0x2);
    /// Invalid values (§3.12.4); carries the parameter that has them.
    pub const INVALID_VALUES: Self = Self(0x3);
    /// The PE Identifier is taken (§3.12.5).
    pub const NON_UNIQUE_PE_IDENTIFIER: Self = Self(0x4);
    /// The policy is not that of the pool (§3.12.6); carries the pool's.
    pub const INCONSISTENT_POOL_POLICY: Self = Self(0x5);
    /// Lack of resources (§3.12.7).
    pub const LACK_OF_RESOURCES: Self = Self(0x6);
    /// The user transport is not of the pool's kind (§3.12.8); carries the pool's.
    pub const INCONSISTENT_TRANSPORT_TYPE: Self = Self(0x7);
    /// The Transport Use is not that of the pool (§3.12.9).
    pub const INCONSISTENT_DATA_CONTROL: Self = Self(0x8);
    /// No registrar knows the pool (§3.12.11).
    pub const UNKNOWN_POOL_HANDLE: Self = Self(0x9);
    /// Refused for the sake of security (§3.12.10).
    pub const SECURITY_CONSIDERATIONS: Self = Self(0xa);

    /// Returns the RFC's name of the code, if it has one.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::UNSPECIFIED => "Unspecified Error",
            Self::UNRECOGNIZED_PARAMETER => "Unrecognized Parameter",
            Self::UNRECOGNIZED_MESSAGE => "Unrecognized Message",
            Self::INVALID_VALUES => "Invalid Values",
            Self::NON_UNIQUE_PE_IDENTIFIER => "Non-unique PE Identifier",
            Self::INCONSISTENT_POOL_POLICY => "Inconsistent Pooling Policy",
            Self::LACK_OF_RESOURCES => "Lack of Resources",
            Self::INCONSISTENT_TRANSPORT_TYPE => "Inconsistent Transport Type",
            Self::INCONSISTENT_DATA_CONTROL => "Inconsistent Data/Control Configuration",
            Self::UNKNOWN_POOL_HANDLE => "Unknown Pool Handle",
            Self::SECURITY_CONSIDERATIONS => "Rejected due to security considerations",
            _ => return None,
        })
    }
}

impl fmt::Display for CauseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "cause {:#x}", self.0),
        }
    }
}

/// Error cause. Its information is stored as it was received: a report about malformed octets may itself contain
/// malformed octets, and the error must not be lost because of them. [`policy`](Self::policy) and
/// [`transport`](Self::transport) read it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ErrorCause {
    /// The kind of error.
    pub code: CauseCode,
    /// The cause-specific information, unpadded.
    pub information: Box<[u8]>,
}

impl ErrorCause {
    /// Returns a cause with this information.
    pub fn new(code: CauseCode, information: &[u8]) -> Self {
        Self {
            code,
            information: information.into(),
        }
    }

    /// Returns a cause that carries nothing: codes 0x0, 0x4, 0x6, 0x8, 0x9 and 0xa.
    pub fn bare(code: CauseCode) -> Self {
        Self::new(code, &[])
    }

    /// Returns a cause 0x5 with the policy of the pool.
    ///
    /// # Errors
    /// If the policy is longer than its Length can express.
    pub fn inconsistent_pool_policy(of_the_pool: &Policy) -> Result<Self, EncodeError> {
        Ok(Self::new(
            CauseCode::INCONSISTENT_POOL_POLICY,
            &encode_alone(of_the_pool)?,
        ))
    }

    /// Returns a cause 0x7 with the user transport of the pool.
    ///
    /// # Errors
    /// If the transport is longer than its Length can express.
    pub fn inconsistent_transport_type(of_the_pool: &Transport) -> Result<Self, EncodeError> {
        Ok(Self::new(
            CauseCode::INCONSISTENT_TRANSPORT_TYPE,
            &encode_alone(of_the_pool)?,
        ))
    }

    /// Returns a cause 0x3 with the policy that has an invalid value.
    ///
    /// # Errors
    /// If the policy is longer than its Length can express.
    pub fn invalid_policy(offending: &Policy) -> Result<Self, EncodeError> {
        Ok(Self::new(
            CauseCode::INVALID_VALUES,
            &encode_alone(offending)?,
        ))
    }

    /// Returns a cause 0x3 with the transport that has an invalid value.
    ///
    /// # Errors
    /// If the transport is longer than its Length can express.
    pub fn invalid_transport(offending: &Transport) -> Result<Self, EncodeError> {
        Ok(Self::new(
            CauseCode::INVALID_VALUES,
            &encode_alone(offending)?,
        ))
    }

    /// Decodes the information as a policy.
    ///
    /// # Errors
    /// If it is not a policy. Offsets count from the start of the information.
    pub fn policy(&self) -> Result<Policy, DecodeError> {
        decode_alone(&self.information, "policy").map_err(|error| *error)
    }

    /// Decodes the information as a transport.
    ///
    /// # Errors
    /// If it is not a transport. Offsets count from the start of the information.
    pub fn transport(&self) -> Result<Transport, DecodeError> {
        decode_alone(&self.information, "transport").map_err(|error| *error)
    }
}

/// Operation Error.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OperationError {
    /// The causes; one or more.
    pub causes: Vec<ErrorCause>,
}

impl OperationError {
    /// Returns true if one of the causes has this code.
    pub fn has(&self, code: CauseCode) -> bool {
        self.causes.iter().any(|cause| cause.code == code)
    }
}

impl From<ErrorCause> for OperationError {
    fn from(cause: ErrorCause) -> Self {
        Self {
            causes: vec![cause],
        }
    }
}

impl ReadParameter for OperationError {
    fn accepts(parameter_type: ParameterType) -> bool {
        parameter_type == ParameterType::OPERATION_ERROR
    }

    fn decode(_: ParameterType, mut reader: Reader<'_>) -> DecodeResult<Self> {
        let mut causes = Vec::new();
        while let Some((code, information)) = reader.cause()? {
            causes.push(ErrorCause::new(CauseCode(code), information));
        }
        if causes.is_empty() {
            return Err(DecodeError::new(
                reader.offset(),
                ErrorKind::MissingParameter,
            ));
        }
        Ok(Self { causes })
    }
}

impl WriteParameter for OperationError {
    fn parameter_type(&self) -> ParameterType {
        ParameterType::OPERATION_ERROR
    }

    fn encode(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        if self.causes.is_empty() {
            return Err(EncodeError::Empty {
                what: "error cause",
            });
        }
        for cause in &self.causes {
            writer.cause(cause.code.0, &cause.information)?;
        }
        Ok(())
    }
}
