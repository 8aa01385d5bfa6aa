//! Test vectors for ASAP and ENRP codecs: reading them, asking a codec, judging its answers.
//!
//! A vector is a message in octets, written by hand from the RFCs, with what a strict receiver must make
//! of it; `vectors/README.md` is the format's description. [`load`] reads vector files and refuses what it
//! does not understand, naming file, line and vector; [`builtin`] is a copy of the project's own vectors
//! inside the binary. A [`Codec`] is asked about each: a child process speaking JSON lines
//! ([`ProcessCodec`]), the judge's own dissector ([`Dissector`]), or one that a caller brings. [`judge`]
//! compares answer and expectation.
//!
//! This crate never encodes a message, and knows no reference implementation.

mod builtin;
mod codec;
mod dissector;
mod hex;
mod judge;
mod line;
pub mod load;
mod model;
mod process;
mod raw;

pub use builtin::builtin;
pub use codec::{Answer, AnswerError, Codec, CodecFailure, Verdict};
pub use dissector::Dissector;
pub use judge::{Aspect, Judgement, Mismatch, check, judge};
pub use line::{answer, question};
pub use load::LoadError;
pub use model::{Expect, ExpectedError, Fields, Protocol, Reaction, Vector};
pub use process::ProcessCodec;
