//! Test vectors for codecs of ASAP and ENRP: reads vectors, has a codec decode them, judges its answers.
//!
//! A vector is a message in octets, written by hand from the RFCs, and the result that a strict receiver must
//! obtain from it; `vectors/README.md` describes the format. [`load`] reads vector files; an error names file,
//! line and vector. [`builtin`] returns the project's own vectors, which are compiled in. A [`Codec`] decodes
//! the vectors: a child process that answers in JSON lines ([`ProcessCodec`]), the harness's own dissector
//! ([`Dissector`]), or a codec of the caller. [`judge`] compares an answer with the expectation.
//!
//! This crate never encodes a message, and does not depend on the reference implementation.

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
