//! The load generator: measures handle resolution, and fills a registrar with pool elements.
//!
//! [`load`] measures rate and latency of handle resolution in closed or open loop; [`measured`] makes a result
//! of what it recorded. [`crowd`] registers many pool elements; [`listed`] checks and times resolutions of such
//! pools. The crate judges nothing and prints nothing.

pub mod crowd;
mod line;
pub mod listed;
pub mod load;
pub mod measured;

use std::time::Duration;

/// An error that ends a measurement.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A socket of the generator failed.
    #[error("the generator's own transport: {0}")]
    Io(#[from] std::io::Error),
    /// The target rejected a request, did not answer, or ended an association.
    #[error("{0}")]
    Target(String),
}

/// Returns the processor time that this process has used so far.
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[expect(clippy::disallowed_methods, reason = "a measurement is on wall time")]
pub(crate) fn clock() -> std::time::Instant {
    std::time::Instant::now()
}
