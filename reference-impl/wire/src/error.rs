//! Errors of decoding octets and of encoding values.

use std::fmt;
use std::ops::Range;

use crate::numbers::ParameterType;
use crate::skipped::Reports;

/// Result with a boxed error, for use inside the crate: it is little larger than its value, and a decoded message
/// is moved through a dozen results.
pub(crate) type DecodeResult<T> = Result<T, Box<DecodeError>>;

/// Error of octets that are not a message: its place, its field and its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at offset {offset}{}", InPath(path))]
pub struct DecodeError {
    /// Octets from the start of the message.
    pub offset: usize,
    /// The field, as in `pool-element[1]/user-transport`; empty for the message itself.
    pub path: String,
    /// The kind of error.
    pub kind: ErrorKind,
    /// The innermost parameter or cause around the error, from its type to its Length; none if the error is
    /// the message's own. An "Invalid Values" cause carries it.
    pub around: Option<Range<usize>>,
    /// The parameters that were skipped before the error, and those of them that ask for a report.
    pub reports: Reports,
}

impl DecodeError {
    #[cold]
    pub(crate) fn new(offset: usize, kind: ErrorKind) -> Box<Self> {
        let path = String::new();
        Box::new(Self {
            offset,
            path,
            kind,
            around: None,
            reports: Reports::default(),
        })
    }

    /// Adds the parameter `name` (the `index`th of its name) that spans `extent` around the error.
    #[cold]
    pub(crate) fn within(
        mut self: Box<Self>,
        name: &str,
        index: usize,
        extent: Range<usize>,
    ) -> Box<Self> {
        let mut path = name.to_owned();
        if index > 0 {
            path.push_str(&format!("[{index}]"));
        }
        if !self.path.is_empty() {
            path.push('/');
            path.push_str(&self.path);
        }
        self.path = path;
        self.around.get_or_insert(extent);
        self
    }
}

/// Kind of error in octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The octets end before a header or before the message's Length.
    Truncated,
    /// A Length is below its header or its fixed part.
    LengthTooSmall,
    /// A parameter or a cause runs past the end of its parent.
    LengthOverrun,
    /// A parameter of fixed size has another Length.
    WrongLength,
    /// Octets follow the message's padded end.
    TrailingOctets,
    /// A message type that the protocol does not define.
    UnknownMessage(u8),
    /// A parameter type that RFC 5354 does not define and that stops processing.
    UnknownParameter(ParameterType),
    /// A mandatory parameter is not in its place.
    MissingParameter,
    /// A parameter that may occur once occurs again.
    DuplicateParameter,
    /// A known parameter in a place or order that the message does not have.
    UnexpectedParameter,
    /// A transport has no address, or more than its kind allows.
    AddressCount,
    /// A field has a value that it must not have.
    InvalidValue,
}

impl ErrorKind {
    /// Returns the name used in vectors and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::LengthTooSmall => "length-too-small",
            Self::LengthOverrun => "length-overrun",
            Self::WrongLength => "wrong-length",
            Self::TrailingOctets => "trailing-octets",
            Self::UnknownMessage(_) => "unknown-message",
            Self::UnknownParameter(_) => "unknown-parameter",
            Self::MissingParameter => "missing-parameter",
            Self::DuplicateParameter => "duplicate-parameter",
            Self::UnexpectedParameter => "unexpected-parameter",
            Self::AddressCount => "address-count",
            Self::InvalidValue => "invalid-value",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::UnknownMessage(number) => write!(f, " {number:#04x}"),
            Self::UnknownParameter(number) => write!(f, " {number}"),
            _ => Ok(()),
        }
    }
}

/// Error of a value that cannot become octets. Peers can cause both with their registrations, so neither is a
/// panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A message, parameter or cause is longer than its Length field can express.
    #[error("{what} needs {octets} octets, its Length has 16 bits")]
    TooLong {
        /// Message, parameter or cause.
        what: &'static str,
        /// The octets it needs.
        octets: usize,
    },
    /// A list of which the RFC demands one or more entries is empty.
    #[error("no {what}: one or more are required")]
    Empty {
        /// The entries of the list.
        what: &'static str,
    },
}

struct InPath<'a>(&'a str);

impl fmt::Display for InPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, " in {}", self.0)
        }
    }
}
