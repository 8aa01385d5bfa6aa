//! Target files: any text is read or refused with the name of the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rspcheck_adapters::target::Target;
use rspcheck_fuzz::{linear, seeds};
use std::path::Path;

/// The file of the registrar that comes with the harness.
const BUNDLED: &str = include_str!("../../harness/profiles/bundled.toml");
/// A file with the other keys.
const ATTACHED: &str = r#"
[target]
name = "example"
version = "1.0"
driver = "attach"
ready = "association"
start-timeout = "10s"
restart-timeout = "20s"
stop-grace = "2s"
asap = "127.0.0.1:3863"
tcp = "[::1]:3863"
udp-port = 9899
local = "127.0.0.2"
announce = "239.0.0.1:3863"
fresh = false
capabilities = ["keep-alive", "policy-priority"]

[run]
jobs = 1
silence = "300ms"
case-limit = "2min"

[timers]
t2-registration = "2s"

[[expect]]
case = "rfc5352/3.4/*"
requirement = "R5352_3_5_17"
verdict = "WARN"
transports = ["udp"]
reason = "a reason"
"#;

fn written() -> Vec<Vec<u8>> {
    for text in [BUNDLED, ATTACHED] {
        Target::parse(text, Path::new("seed.toml")).expect("the seeds are target files");
    }
    let sections = ATTACHED.split("\n\n").chain([BUNDLED, ATTACHED]);
    sections.map(|text| text.as_bytes().to_vec()).collect()
}

fuzz_target!(init: seeds::write(written), |octets: &[u8]| {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    linear("target file", octets, 262_144, 4096, || {
        match Target::parse(text, Path::new("fuzz.toml")) {
            Ok(target) => {
                assert!(target.jobs > 0);
                drop(target.timer_table());
            }
            Err(error) => assert!(error.to_string().starts_with("fuzz.toml"), "{error}"),
        }
    });
});
