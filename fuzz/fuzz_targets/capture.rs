//! The reader of captures: it survives any file, yields messages within its limits, and holds memory in proportion to
//! the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rspcheck_capture::{Capture, Item, Settings, limits};
use rspcheck_fuzz::{linear, seeds};
use std::io::Cursor;

fuzz_target!(init: seeds::write(seeds::captures), |octets: &[u8]| {
    // A mutation seldom has the right checksum, so those are not required.
    let settings = Settings {
        wrong_checksums: true,
        ..Settings::default()
    };
    let base = limits::READ_BUFFER_OCTETS + limits::MESSAGE_OCTETS;
    linear("capture", octets, base, 256, || read(octets, settings));
});

fn read(octets: &[u8], settings: Settings) {
    let Ok(mut capture) = Capture::from_reader(Cursor::new(octets.to_vec()), settings) else {
        return;
    };
    let mut frames = 0;
    let mut messages = 0;
    // An error ends the file; what came before it has been yielded.
    let _ = capture.for_each(|item| {
        if let Item::Message(message) = item {
            messages += 1;
            assert!(message.octets.len() <= limits::MESSAGE_OCTETS);
            assert!(
                message.last_frame() >= frames,
                "messages are in the order of frames"
            );
            frames = message.last_frame();
        }
    });
    let counters = capture.counters();
    assert_eq!(counters.messages, messages);
    assert!(counters.frames >= frames);
}
