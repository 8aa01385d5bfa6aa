//! The conformance cases: one file per RFC section, one constant per case.
//!
//! A case reads from top to bottom as a conversation and names only words of the test kit. Its id is
//! `rfcNNNN/section/words` and never changes or is used again; [`all`] gives every case in the order of
//! the RFCs. To add one: write it in the file of its section and list it in that file's `CASES`.

pub mod rfc5352;
pub mod rfc5354;
pub mod rfc5356;
mod words;

use rspcheck_testkit::Case;

/// Every case, in the order of RFC and section.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [rfc5352::CASES, rfc5354::CASES, rfc5356::CASES]
        .into_iter()
        .flatten()
        .copied()
        .flatten()
}
