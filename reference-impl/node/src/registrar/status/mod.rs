//! What a running registrar says about itself: over a local socket to `rserpool status`, and over HTTP to
//! Prometheus.
//!
//! ```text
//!   rserpool status ──► local socket, mode 0600 ─┐  one request a connection   ┌─► JSON
//!   Prometheus ──► HTTP, GET /metrics ───────────┴─► service loop: snapshot ───┴─► Prometheus text
//! ```
//!
//! The loop takes a snapshot between two events; its size is bounded by what is asked for and by
//! [`MAX_LISTED`], and everything beyond is told in totals. Reading requests and writing answers happens
//! beside the loop, with a limit on connections, octets and time: a slow reader delays nobody.

#[cfg(unix)]
mod http;
mod prometheus;
#[cfg(unix)]
mod server;
pub mod snapshot;

#[cfg(unix)]
pub(crate) use server::Desk;
pub use snapshot::{FORMAT, Status};

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Pools and PEs listed in one answer at most, whatever is asked for.
pub const MAX_LISTED: usize = 10_000;

/// What is asked, as one line of JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// How to answer.
    #[serde(default, rename = "as")]
    pub form: Form,
    /// Only this pool, by its handle as text, or as `0x` and hexadecimal digits.
    #[serde(default)]
    pub pool: Option<String>,
    /// How many pools and how many PEs to list.
    #[serde(default)]
    pub limit: usize,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// One JSON object, see [`Status`].
    #[default]
    Json,
    /// Prometheus' text format 0.0.4.
    Prometheus,
}

/// Where the socket is unless told otherwise: `rserpool-registrar.sock` in `$XDG_RUNTIME_DIR`, else in `/run`.
pub fn default_path() -> PathBuf {
    let dir = std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty());
    let dir = dir.map_or_else(|| PathBuf::from("/run"), PathBuf::from);
    dir.join("rserpool-registrar.sock")
}
