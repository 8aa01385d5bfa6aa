//! The conformance cases: one file per RFC section, one constant per case.
//!
//! A case is a constant directly above its function. The constant lists the requirements that the case
//! checks; the function reads from top to bottom as a conversation in words of the test kit and of `words`.
//! The id is `rfcNNNN/section/words`; it never changes and is never used again. [`all`] returns every case
//! in the order of the RFCs.
//!
//! To add a case: write the constant and its function in the file of the section, add the constant to that
//! file's `CASES`, and run `RSPCHECK_BLESS=1 cargo test -p rspcheck-cases`, which writes the title of each
//! requirement behind its ID.

pub mod rfc5352;
pub mod rfc5353;
pub mod rfc5354;
pub mod rfc5355;
pub mod rfc5356;
mod words;

use rspcheck_testkit::Case;

/// Every case, in the order of RFC and section.
pub fn all() -> impl Iterator<Item = &'static Case> {
    [
        rfc5352::CASES,
        rfc5353::CASES,
        rfc5354::CASES,
        rfc5355::CASES,
        rfc5356::CASES,
    ]
    .into_iter()
    .flatten()
    .copied()
    .flatten()
}
