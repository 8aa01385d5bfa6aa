//! A question about a pool, sent in HANDLE_RESOLUTIONs until a registrar answers. Its states are in `resolution.rs`.

use std::time::Duration;

use rsp_wire::MAX_LENGTH;

use super::Assoc;

/// Octets of the longest pool handle that a HANDLE_RESOLUTION can carry: without the message's header and that of the
/// parameter.
pub(super) const MAX_HANDLE: usize = MAX_LENGTH - 8;

/// A question about one pool that is not answered yet.
#[derive(Debug)]
pub(super) struct Question {
    /// Number of the attempt, from 1.
    pub(super) attempt: u32,
    /// True once T1 was started anew for a new home in this attempt.
    pub(super) is_moved: bool,
    /// The association it was sent over last; none while it is held because there is no home.
    pub(super) sent: Option<Assoc>,
    /// True once it was sent.
    pub(super) is_asked: bool,
    /// The S flag of all its copies, so that the A flag of the answer is about it.
    pub(super) wants_updates: bool,
    /// The end of all its attempts. An attempt begins when T1 is noticed, which is late if the caller was suspended
    /// or its clock jumped; the owner does not wait for longer because of that.
    pub(super) end: Duration,
}

impl Question {
    #[cfg(test)]
    pub(super) fn state_name(question: Option<&Self>) -> &'static str {
        match question {
            None => "(none)",
            Some(Self { sent: None, .. }) => "Held",
            Some(Self { sent: Some(_), .. }) => "Asked",
        }
    }
}
