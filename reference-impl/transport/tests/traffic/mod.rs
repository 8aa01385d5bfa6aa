//! Endpoints and messages for the tests of all stacks.

use rsp_transport::{AssocId, Event, Local, Outgoing};

/// Returns an SCTP endpoint on the stack's own address.
pub(crate) fn sctp(port: u16, listen: bool) -> Local {
    Local::Sctp {
        addrs: vec![],
        port,
        listen,
    }
}

/// Returns a message to send.
pub(crate) fn message(stream: u16, ppid: u32, unordered: bool, octets: &[u8]) -> Outgoing<'_> {
    Outgoing {
        stream,
        ppid,
        unordered,
        octets,
    }
}

/// Returns the event with which `sent` arrives over `assoc`.
pub(crate) fn arrival(assoc: AssocId, sent: Outgoing<'_>) -> Event {
    Event::Message {
        assoc,
        stream: sent.stream,
        ppid: sent.ppid,
        unordered: Some(sent.unordered),
        octets: sent.octets.to_vec(),
    }
}
