//! The report of a running registrar: over a local socket to `rserpool status`, and over HTTP to Prometheus.
//!
//! ```text
//!   rserpool status ──► local socket, mode 0600 ─┐  one request per connection   ┌─► JSON
//!   Prometheus ──► HTTP, GET /metrics ───────────┴─► service loop: snapshot ───┴─► Prometheus text
//! ```
//!
//! The loop takes a snapshot between two events. The request and [`MAX_LISTED`] limit its lists; totals cover the
//! rest. Requests are read and answers written beside the loop, with limits on connections, octets and time, so
//! that a slow reader delays neither the registrar nor other readers.

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

/// Most pools and most PEs in one answer.
pub const MAX_LISTED: usize = 10_000;

/// A request, as one line of JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The form of the answer.
    #[serde(default, rename = "as")]
    pub form: Form,
    /// Only this pool, by its handle as text, or as `0x` and hexadecimal digits.
    #[serde(default)]
    pub pool: Option<String>,
    /// Most pools and most PEs to list.
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

/// Returns the default path of the socket: `rserpool-registrar.sock` in `$XDG_RUNTIME_DIR`, else in `/run`.
pub fn default_path() -> PathBuf {
    let dir = std::env::var_os("XDG_RUNTIME_DIR").filter(|dir| !dir.is_empty());
    let dir = dir.map_or_else(|| PathBuf::from("/run"), PathBuf::from);
    dir.join("rserpool-registrar.sock")
}
