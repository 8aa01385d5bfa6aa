//! Between the harness and what it tests: target files, drivers, worlds.
//!
//! A [`target::Target`] says what to test. [`worlds::Worlds`] makes a `World` of the test kit for each
//! case: [`in_process`] on virtual time, [`live`] over SCTP, TCP and UDP on wall time, with a
//! [`process`] of its own where the target is spawned.

pub mod bundled;
pub mod carrier;
pub mod codec;
pub mod crowd;
pub mod doctor;
mod event_map;
pub mod fault;
pub mod in_process;
pub mod live;
pub mod load;
pub mod process;
pub mod target;
pub mod worlds;

/// Processor time that this process has used so far.
pub fn cpu_time() -> std::time::Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    std::time::Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
