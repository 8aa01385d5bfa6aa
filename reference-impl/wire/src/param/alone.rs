//! One parameter without a message around it, for programs that dissect messages.

use crate::error::{DecodeError, EncodeError};
use crate::numbers::ParameterType;
use crate::reader::{self, ReadParameter};
use crate::writer::{self, WriteParameter};

/// A value that one parameter holds.
pub trait Parameter: Sized {
    /// Returns whether a parameter of this type can hold such a value.
    fn accepts(parameter_type: ParameterType) -> bool;

    /// Returns the type of the parameter that holds this value.
    fn parameter_type(&self) -> ParameterType;

    /// Decodes octets that are this parameter and nothing else.
    ///
    /// # Errors
    /// The octets are another parameter or none, or are followed by others. Offsets count from the first octet.
    fn decode_alone(octets: &[u8]) -> Result<Self, DecodeError>;

    /// Encodes the parameter from its type to its Length, without padding.
    ///
    /// # Errors
    /// The value does not fit into a Length of 16 bits.
    fn encode_alone(&self) -> Result<Vec<u8>, EncodeError>;
}

impl<P: ReadParameter + WriteParameter> Parameter for P {
    fn accepts(parameter_type: ParameterType) -> bool {
        <P as ReadParameter>::accepts(parameter_type)
    }

    fn parameter_type(&self) -> ParameterType {
        WriteParameter::parameter_type(self)
    }

    fn decode_alone(octets: &[u8]) -> Result<Self, DecodeError> {
        reader::decode_alone(octets, "").map_err(|error| *error)
    }

    fn encode_alone(&self) -> Result<Vec<u8>, EncodeError> {
        writer::encode_alone(self)
    }
}
