//! The reference codec and the judge's dissector accept the same messages, name the same first defect, and require the
//! same reaction to unknown parameters.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rspcheck_dissect::Protocol;
use rspcheck_fuzz::seeds;

#[path = "../../harness/adapters/tests/codecs/mod.rs"]
#[expect(dead_code, reason = "the class is for the test of the adapters")]
mod codecs;

fuzz_target!(init: seeds::write(seeds::messages), |octets: &[u8]| {
    for protocol in [Protocol::Asap, Protocol::Enrp] {
        if let Err(difference) = codecs::compare(protocol, octets) {
            panic!("{}: {difference}", protocol.word());
        }
    }
});
