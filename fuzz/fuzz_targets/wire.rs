//! The reference codec: what it decodes it can encode, what it encodes it decodes to the same value, its reports are
//! messages, and it holds memory in proportion to the octets.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rsp_wire::reaction::report;
use rsp_wire::{ServerId, asap, enrp};
use rspcheck_fuzz::{linear, seeds};

/// Octets of memory for any message, and for each of its octets.
const MEMORY: (usize, usize) = (4096, 32);

/// Checks the codec of one protocol; the closure makes an ERROR message of a report.
macro_rules! check {
    ($protocol:ident, $octets:expr, $error:expr) => {
        linear("decode", $octets, MEMORY.0, MEMORY.1, || {
            drop($protocol::Message::decode($octets));
        });
        match $protocol::Message::decode($octets) {
            Ok(first) => {
                let mut octets = Vec::new();
                let encoded = first.message.encode(&mut octets);
                encoded.expect("what was decoded can be encoded");
                let second = $protocol::Message::decode(&octets);
                assert_eq!(second.expect("what was encoded can be decoded"), first);
            }
            Err(error) => {
                if let Some(report) = report(&error, $octets) {
                    let message = $protocol::Message::from($error(report));
                    let mut octets = Vec::new();
                    message.encode(&mut octets).expect("a report fits");
                    let decoded = $protocol::Message::decode(&octets);
                    assert_eq!(decoded.expect("a report is a message").message, message);
                }
            }
        }
    };
}

fuzz_target!(init: seeds::write(seeds::messages), |octets: &[u8]| {
    check!(asap, octets, asap::Error::new);
    check!(enrp, octets, |report| {
        enrp::Error::new(ServerId(1), ServerId(2), report)
    });
    // The short way to read a question gives what the long one gives.
    if let Some(question) = asap::Question::read(octets) {
        let decoded = asap::Message::decode(octets).map(|decoded| decoded.message);
        let Ok(asap::Message::HandleResolution(message)) = decoded else {
            panic!("a question is a HANDLE_RESOLUTION, not {decoded:?}");
        };
        assert_eq!(question, message.question());
    }
});
