//! Bounds on what a decoder or an engine may do for an input.

use allocation_counter::measure;
use rsp_proto::{ASAP_PPID, ENRP_PPID};
use rspcheck_dissect::{Protocol, dissect};

/// Most times that an engine may name a deadline that has come already: then it makes no progress.
const SAME_TIME: usize = 10_000;

/// Runs `work`, and checks that it never holds more than `factor` octets for each octet of the input, and `base`.
///
/// # Panics
/// If it holds more.
pub fn linear(name: &str, input: &[u8], base: usize, factor: usize, work: impl FnOnce()) {
    let used = measure(work).bytes_max;
    let limit = base + factor * input.len();
    assert!(
        used <= limit as u64,
        "{name}: {used} octets of memory for {} octets of input, limit {limit}",
        input.len()
    );
}

/// Checks a message that an engine sends: the judge finds no defect for which a receiver rejects it.
///
/// # Panics
/// If it is malformed.
pub fn sent(ppid: u32, octets: &[u8]) {
    let protocol = match ppid {
        ASAP_PPID => Protocol::Asap,
        ENRP_PPID => Protocol::Enrp,
        other => panic!("an engine sends a message with PPID {other}"),
    };
    let dissection = dissect(protocol, octets);
    assert!(
        dissection.well_formed(),
        "an engine sends a malformed message:\n{}",
        dissection.to_text()
    );
}

/// Counts a deadline of an engine that has come already.
///
/// # Panics
/// If the engine has named too many in a row.
pub fn same_time(times: &mut usize) {
    *times += 1;
    assert!(*times < SAME_TIME, "the deadline does not move");
}
