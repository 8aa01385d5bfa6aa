//! Test code that all engines share.

pub(crate) mod drive;
