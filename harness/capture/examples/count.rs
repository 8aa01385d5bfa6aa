//! Counts the messages of capture files, to measure the cost of reading.
//!
//! `cargo run --release -p rspcheck-capture --example count -- FILE…`

use rspcheck_capture::{Capture, Error, Item};

fn main() -> Result<(), Error> {
    for path in std::env::args_os().skip(1) {
        let mut capture = Capture::open(&path)?;
        let (mut messages, mut associations) = (0_u64, 0_u64);
        let read = capture.for_each(|item| match item {
            Item::Message(message) => messages += u64::from(message.protocol.is_some()),
            Item::Association(_) => associations += 1,
        });
        println!(
            "{messages} ASAP and ENRP messages, {associations} association events, {:?}",
            capture.counters()
        );
        read?;
    }
    Ok(())
}
