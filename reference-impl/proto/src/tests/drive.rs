//! Driving an engine on virtual time, without a transport.

use std::time::Duration;

use rsp_wire::{asap, enrp};

/// A world with one engine.
pub(crate) trait Drive {
    /// Returns the clock.
    fn now(&mut self) -> &mut Duration;

    /// Takes what the engine wants, and returns its deadline.
    fn deadline(&mut self) -> Option<Duration>;

    /// Lets the engine do what is due.
    fn tick(&mut self);

    /// Lets time pass, and meets every deadline on the way at its time.
    fn pass(&mut self, span: Duration) {
        let end = *self.now() + span;
        while let Some(at) = self.deadline().filter(|&at| at <= end) {
            assert!(at >= *self.now(), "deadlines lie ahead");
            *self.now() = at;
            self.tick();
        }
        *self.now() = end;
        self.tick();
    }

    fn pass_secs(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }
}

/// Returns the octets of an ASAP message.
pub(crate) fn asap(message: impl Into<asap::Message>) -> Vec<u8> {
    let mut octets = Vec::new();
    message.into().encode(&mut octets).unwrap();
    octets
}

/// Returns the octets of an ENRP message.
pub(crate) fn enrp(message: impl Into<enrp::Message>) -> Vec<u8> {
    let mut octets = Vec::new();
    message.into().encode(&mut octets).unwrap();
    octets
}

/// Returns the ASAP message that an engine sends with this PPID, padded.
pub(crate) fn sent(ppid: u32, octets: &[u8]) -> asap::Message {
    assert_eq!((ppid, octets.len() % 4), (11, 0));
    asap::Message::decode(octets).unwrap().message
}
