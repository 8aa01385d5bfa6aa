//! Target files: any text is read or refused with the name of the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rspcheck_adapters::Target;
use rspcheck_fuzz::{linear, seeds};
use std::path::Path;

/// A file with each section and most keys.
const SEED: &str = r#"
[target]
name = "example"
version = "1.0"
driver = "spawn"
command = ["./registrar", "--asap={asap}", "--udp-port={udp-port}", "--id={id}"]
ready = "probe"
start-timeout = "10s"
stop-grace = "2s"
asap = "127.0.0.1:0"
tcp = "127.0.0.1:0"
udp-port = 0
local = "127.0.0.2"
announce = "239.0.0.1:3863"
fresh = true

[run]
jobs = 2
silence = "300ms"
case-limit = "2m"

[capabilities]
tcp = true
multicast = false

[timers]
keep-alive-interval = "3s"
max-bad-pe-report = 3

[[expect]]
case = "rfc5352/3.4/*"
requirement = "R5352_3_5_17"
verdict = "WARN"
transports = ["udp"]
reason = "a reason"
"#;

fn written() -> Vec<Vec<u8>> {
    let attach = SEED
        .replace("\"spawn\"", "\"attach\"")
        .replace("fresh = true", "fresh = false");
    let mut seeds: Vec<Vec<u8>> = [SEED, &attach].map(|text| text.as_bytes().to_vec()).into();
    let sections = SEED
        .split("\n\n")
        .map(|section| section.as_bytes().to_vec());
    seeds.extend(sections);
    seeds
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
