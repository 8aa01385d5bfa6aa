//! The layouts that several messages or parameters share, one body each.
//!
//! A macro writes the struct with its fields, its constructor and its coding. The file of each message or
//! parameter draws the layout and names the type.

/// A message of a Pool Handle and a PE Identifier: `$name::new(pool_handle, pe_identifier)`.
macro_rules! handle_and_identifier {
    ($(#[$doc:meta])+ $name:ident, $(#[$new:meta])+ new) => {
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            /// The flags; none is defined.
            pub flags: $crate::Flags,
            /// The pool.
            pub pool_handle: $crate::PoolHandle,
            /// The pool element.
            pub pe_identifier: $crate::PeIdentifier,
            /// Skipped parameters.
            pub unknown: $crate::UnknownParameters,
        }

        impl $name {
            $(#[$new])+
            pub fn new(pool_handle: $crate::PoolHandle, pe_identifier: $crate::PeIdentifier) -> Self {
                Self {
                    flags: $crate::Flags::NONE,
                    pool_handle,
                    pe_identifier,
                    unknown: $crate::UnknownParameters::NONE,
                }
            }

            pub(super) fn decode(
                flags: $crate::Flags,
                mut reader: $crate::reader::Reader<'_>,
            ) -> $crate::error::DecodeResult<Self> {
                Ok(Self {
                    flags,
                    pool_handle: reader.mandatory("pool-handle")?,
                    pe_identifier: reader.mandatory("pe-identifier")?,
                    unknown: reader.finish()?,
                })
            }

            pub(super) fn encode(
                &self,
                writer: &mut $crate::writer::Writer<'_>,
            ) -> Result<(), $crate::EncodeError> {
                let mut parameters = writer.parameters(&self.unknown);
                parameters.put(&self.pool_handle)?;
                parameters.put(&self.pe_identifier)?;
                parameters.finish()
            }
        }
    };
}

/// A message of one Cookie: `$name::new(cookie)`.
macro_rules! cookie {
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            /// The flags; none is defined.
            pub flags: $crate::Flags,
            /// The state of the session.
            pub cookie: $crate::Cookie,
            /// Skipped parameters.
            pub unknown: $crate::UnknownParameters,
        }

        impl $name {
            /// Returns a message with this cookie.
            pub fn new(cookie: $crate::Cookie) -> Self {
                Self {
                    flags: $crate::Flags::NONE,
                    cookie,
                    unknown: $crate::UnknownParameters::NONE,
                }
            }

            pub(super) fn decode(
                flags: $crate::Flags,
                mut reader: $crate::reader::Reader<'_>,
            ) -> $crate::error::DecodeResult<Self> {
                Ok(Self {
                    flags,
                    cookie: reader.mandatory("cookie")?,
                    unknown: reader.finish()?,
                })
            }

            pub(super) fn encode(
                &self,
                writer: &mut $crate::writer::Writer<'_>,
            ) -> Result<(), $crate::EncodeError> {
                let mut parameters = writer.parameters(&self.unknown);
                parameters.put(&self.cookie)?;
                parameters.finish()
            }
        }
    };
}

/// An ENRP message about a third registrar: `$name::new(sender, receiver, target)`.
macro_rules! takeover {
    ($(#[$doc:meta])+ $name:ident, $(#[$new:meta])+ new) => {
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            /// The flags; none is defined.
            pub flags: $crate::Flags,
            /// The registrar that sends it.
            pub sender: $crate::ServerId,
            /// The registrar that it is for, or all.
            pub receiver: $crate::ServerId,
            /// The registrar that is taken over.
            pub target: $crate::ServerId,
            /// Skipped parameters.
            pub unknown: $crate::UnknownParameters,
        }

        impl $name {
            $(#[$new])+
            pub fn new(
                sender: $crate::ServerId,
                receiver: $crate::ServerId,
                target: $crate::ServerId,
            ) -> Self {
                Self {
                    flags: $crate::Flags::NONE,
                    sender,
                    receiver,
                    target,
                    unknown: $crate::UnknownParameters::NONE,
                }
            }

            pub(super) fn decode(
                flags: $crate::Flags,
                mut reader: $crate::reader::Reader<'_>,
            ) -> $crate::error::DecodeResult<Self> {
                Ok(Self {
                    flags,
                    sender: $crate::ServerId(reader.u32()?),
                    receiver: $crate::ServerId(reader.u32()?),
                    target: $crate::ServerId(reader.u32()?),
                    unknown: reader.finish()?,
                })
            }

            pub(super) fn encode(
                &self,
                writer: &mut $crate::writer::Writer<'_>,
            ) -> Result<(), $crate::EncodeError> {
                writer.u32(self.sender.0);
                writer.u32(self.receiver.0);
                writer.u32(self.target.0);
                writer.parameters(&self.unknown).finish()
            }
        }
    };
}

/// A transport of one port and one address: `$name::new(port, address)`.
macro_rules! one_address_transport {
    ($(#[$doc:meta])+ $name:ident = $parameter_type:ident) => {
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name {
            /// The port.
            pub port: u16,
            /// The one address.
            pub address: std::net::IpAddr,
            /// Skipped parameters.
            pub unknown: $crate::UnknownParameters,
        }

        impl $name {
            /// Returns a transport at this port and address.
            pub const fn new(port: u16, address: std::net::IpAddr) -> Self {
                Self {
                    port,
                    address,
                    unknown: $crate::UnknownParameters::NONE,
                }
            }
        }

        impl $crate::reader::ReadParameter for $name {
            fn accepts(parameter_type: $crate::ParameterType) -> bool {
                parameter_type == $crate::ParameterType::$parameter_type
            }

            fn decode(
                _: $crate::ParameterType,
                mut reader: $crate::reader::Reader<'_>,
            ) -> $crate::error::DecodeResult<Self> {
                let port = reader.u16()?;
                reader.reserved_u16()?;
                let address = reader.one_address()?;
                Ok(Self {
                    port,
                    address,
                    unknown: reader.finish()?,
                })
            }
        }

        impl $crate::writer::WriteParameter for $name {
            fn parameter_type(&self) -> $crate::ParameterType {
                $crate::ParameterType::$parameter_type
            }

            fn encode(
                &self,
                writer: &mut $crate::writer::Writer<'_>,
            ) -> Result<(), $crate::EncodeError> {
                writer.u16(self.port);
                writer.u16(0);
                let mut parameters = writer.parameters(&self.unknown);
                parameters.put(&self.address)?;
                parameters.finish()
            }
        }
    };
}

pub(crate) use {cookie, handle_and_identifier, one_address_transport, takeover};
