//! The common part of ASAP and ENRP messages (RFC 5354 §4): the header and the dispatch by type.

use crate::skipped::Reports;

/// Decoded message with the reports that its sender expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<M> {
    /// The message.
    pub message: M,
    /// The parameters that were skipped, and which of them ask for a report.
    pub reports: Reports,
}

/// Declares the number space and the enum of one protocol's messages from one table: type, least Length,
/// module and struct. The `mod` lines are written by hand, since rustfmt does not format inside a macro.
macro_rules! messages {
    ($($(#[$doc:meta])+ $constant:ident = $number:literal, from $fixed:literal octets => $module:ident::$name:ident,)+) => {
        $(pub use $module::$name;)+

        /// The 8-bit type of a message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct MessageType(pub u8);

        impl MessageType {
            $($(#[$doc])+ pub const $constant: Self = Self($number);)+

            /// Returns the RFC's name of the type, if it has one.
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$constant => Some(stringify!($constant)),)+
                    _ => None,
                }
            }
        }

        /// A message of the protocol.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Message {
            $($(#[$doc])+ $name($name),)+
        }

        impl Message {
            /// Decodes one message, which is all of one SCTP user message.
            ///
            /// The padding after the last parameter may be counted in the Length or not, and may be missing.
            ///
            /// # Errors
            /// If the octets are not one message of this protocol; [`crate::reaction`] has the reaction.
            pub fn decode(octets: &[u8]) -> Result<$crate::Decoded<Self>, $crate::DecodeError> {
                Self::decode_boxed(octets).map_err(|error| *error)
            }

            fn decode_boxed(octets: &[u8]) -> $crate::error::DecodeResult<$crate::Decoded<Self>> {
                let mut reports = $crate::Reports::default();
                match Self::read(octets, &mut reports) {
                    Ok(message) => Ok($crate::Decoded { message, reports }),
                    Err(mut error) => {
                        error.reports = reports;
                        Err(error)
                    }
                }
            }

            fn read(
                octets: &[u8],
                reports: &mut $crate::Reports,
            ) -> $crate::error::DecodeResult<Self> {
                let fixed = |message_type| match MessageType(message_type) {
                    $(MessageType::$constant => Some($fixed),)+
                    _ => None,
                };
                let (header, reader) = $crate::reader::Reader::message(octets, fixed, reports)?;
                match MessageType(header.message_type) {
                    $(MessageType::$constant => {
                        $name::decode(header.flags, reader).map(Self::$name)
                    })+
                    MessageType(unknown) => {
                        let kind = $crate::ErrorKind::UnknownMessage(unknown);
                        Err($crate::DecodeError::new(0, kind))
                    }
                }
            }

            /// Appends the message to `out`, padded.
            ///
            /// # Errors
            /// If a Length exceeds 16 bits, or a list that needs an entry is empty. `out` is unchanged then.
            pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), $crate::EncodeError> {
                $crate::writer::message(out, self.message_type().0, self.flags(), |w| match self {
                    $(Self::$name(body) => body.encode(w),)+
                })
            }

            /// Returns the message's type.
            pub const fn message_type(&self) -> MessageType {
                match self {
                    $(Self::$name(_) => MessageType::$constant,)+
                }
            }

            /// Returns the message's flags.
            pub const fn flags(&self) -> $crate::Flags {
                match self {
                    $(Self::$name(body) => body.flags,)+
                }
            }
        }

        $(impl From<$name> for Message {
            fn from(body: $name) -> Self {
                Self::$name(body)
            }
        })+
    };
}

pub(crate) use messages;
