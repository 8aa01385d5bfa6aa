//! Messages of a session that wait for a PE.

use std::collections::VecDeque;

use super::Message;

/// Messages that wait for a PE.
#[derive(Debug, Default)]
pub(super) struct Queue {
    messages: VecDeque<Message>,
    octets: usize,
}

impl Queue {
    /// Returns true if a message of `more` octets fits: at most `count` messages, and `octets` octets unless it is the
    /// only message.
    pub(super) fn has_room(&self, more: usize, count: usize, octets: usize) -> bool {
        self.messages.len() < count && (self.messages.is_empty() || self.octets + more <= octets)
    }

    /// Appends a message.
    ///
    /// # Errors
    /// Returns the message if there is no room for it.
    pub(super) fn push(
        &mut self,
        message: Message,
        count: usize,
        octets: usize,
    ) -> Result<(), Message> {
        if !self.has_room(message.octets.len(), count, octets) {
            return Err(message);
        }
        self.octets += message.octets.len();
        self.messages.push_back(message);
        Ok(())
    }

    /// Removes all messages and returns them in order.
    pub(super) fn take(&mut self) -> Vec<Message> {
        self.octets = 0;
        std::mem::take(&mut self.messages).into()
    }

    /// Returns the number of messages and of their octets.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.messages.len(), self.octets)
    }
}
