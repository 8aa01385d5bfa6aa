//! What the field does otherwise than the RFCs say, and a pool element takes if it is told to. Nothing of it is
//! taken by default. Here are the names; the engine knows what to do (`proto/src/pool_element/tolerance.rs`).

use serde::Deserialize;

/// One deviation to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Tolerance {
    /// ENDPOINT_KEEP_ALIVE with a PE Identifier behind the pool handle, which RFC 5352 §2.2.7 does not have
    /// there: rspregistrar sends it. One that names another PE is not answered.
    KeepAliveIdentifier,
}
