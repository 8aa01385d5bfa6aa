//! Processor time instead of the wall clock, so that other programs do not count.

use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput};
use rustix::time::{ClockId, clock_gettime};

/// Returns the processor time that the calling thread has used.
///
/// # Panics
/// If the system returns a negative time.
pub fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let secs = u64::try_from(time.tv_sec).expect("processor time is not negative");
    Duration::from_secs(secs) + Duration::from_nanos(time.tv_nsec.unsigned_abs())
}

/// Returns Criterion with [`CpuTime`].
pub fn criterion() -> Criterion<CpuTime> {
    Criterion::default().with_measurement(CpuTime(WallTime))
}

/// Criterion's measurement by [`thread_time`].
pub struct CpuTime(WallTime);

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        thread_time()
    }

    fn end(&self, start: Duration) -> Duration {
        thread_time() - start
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        self.0.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self.0.formatter()
    }
}

/// Returns the throughput of a bench that does `count` operations at once.
pub fn times(count: u32) -> Throughput {
    Throughput::Elements(count.into())
}
