//! Deviations of existing implementations from the RFCs that a pool element accepts if they are set; by default it
//! accepts none. This file has the names, the engine the behaviour (`proto/src/pool_element/tolerance.rs`).

use serde::Deserialize;

/// A deviation to accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Tolerance {
    /// ENDPOINT_KEEP_ALIVE with a PE Identifier after the pool handle, as rspregistrar sends it, against RFC 5352
    /// §2.2.7. The PE does not answer one that names another PE.
    KeepAliveIdentifier,
}
