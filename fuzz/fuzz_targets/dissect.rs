//! The judge's dissector: it survives any octets, its scan finds the same defects, a path denotes one place, and the
//! printers hold memory in proportion to the octets.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rspcheck_dissect::{Protocol, dissect, scan};
use rspcheck_fuzz::{linear, seeds};

#[path = "../../harness/dissect/tests/paths/mod.rs"]
mod paths;

fuzz_target!(init: seeds::write(seeds::messages), |octets: &[u8]| {
    for protocol in [Protocol::Asap, Protocol::Enrp] {
        let mut dissection = None;
        linear("dissect", octets, 16_384, 200, || {
            dissection = Some(dissect(protocol, octets));
        });
        let dissection = dissection.expect("it was dissected");
        assert_eq!(scan(protocol, octets).defects, dissection.defects());
        assert_eq!(dissection.rejection().is_none(), dissection.well_formed());
        paths::check(&dissection);
        for (path, value) in dissection.fields() {
            assert_eq!(dissection.value(&path), Some(value), "{path}");
        }
        for defect in dissection.defects() {
            assert!(defect.offset <= octets.len(), "{defect}");
        }
        linear("text", octets, 16_384, 200, || drop(dissection.to_text()));
        linear("JSON", octets, 65_536, 800, || drop(dissection.to_json().to_string()));
        assert!(!dissection.summary().is_empty());
    }
});
