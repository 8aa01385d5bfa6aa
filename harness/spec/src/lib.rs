//! Requirements, verdicts and the record of a run.
//!
//! This crate holds data. The catalogue contains every testable statement of the RFCs in our own words
//! ([`mod@catalogue`]) and [`mod@effect`] the rule by which a breach counts; a case names the requirements it checks by the constants in [`id`], and what its
//! target must be able to do in the words of [`ics`]; a run is a list of [`event`]s and a [`run`]
//! record, from which reports are a pure function. This crate knows no octets, no transport and no clock.

pub mod ambiguity;
pub mod catalogue;
pub mod effect;
pub mod event;
pub mod ics;
pub mod id;
pub mod ixit;
pub mod octets;
pub mod run;
pub mod verdict;

pub use catalogue::{ReqId, Requirement};
