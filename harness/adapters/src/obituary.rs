//! Reason for the end of a target: how it ended, and everything that was sent to it since its last answer.

use data_encoding::HEXLOWER;
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_testkit::{
    Assoc, DEREGISTRATION, DEREGISTRATION_RESPONSE, ERROR, HANDLE_RESOLUTION,
    HANDLE_RESOLUTION_RESPONSE, REGISTRATION, REGISTRATION_RESPONSE,
};
use std::collections::VecDeque;
use std::fmt::Write as _;

/// Most messages that the reason shows; the events have all.
const MESSAGES: usize = 16;
/// Most octets of a message that the reason shows; the events have all.
const OCTETS: usize = 64;

/// Message to the target.
#[derive(Debug)]
struct Sent {
    /// Association that carried it; none for a datagram.
    assoc: Option<Assoc>,
    summary: String,
    /// Its first octets.
    octets: Vec<u8>,
    length: usize,
}

/// Messages that the target has not answered, in the order in which they were sent.
///
/// An answer covers its request and what was sent before over the same association, because a target reads an
/// association in order. A message that asks for no answer counts as unanswered until then.
#[derive(Debug, Default)]
pub(crate) struct Unanswered {
    sent: VecDeque<Sent>,
    /// Older messages that are not kept.
    left_out: u64,
    /// The last message that was answered.
    answered: Option<Sent>,
}

impl Unanswered {
    /// Notes a message to the target.
    pub(crate) fn sent(&mut self, assoc: Option<Assoc>, octets: &[u8]) {
        if self.sent.len() >= MESSAGES {
            self.sent.pop_front();
            self.left_out += 1;
        }
        self.sent.push_back(Sent {
            assoc,
            summary: dissect(Protocol::Asap, octets).summary(),
            octets: octets[..octets.len().min(OCTETS)].to_vec(),
            length: octets.len(),
        });
    }

    /// Notes a message of the target.
    pub(crate) fn received(&mut self, assoc: Assoc, octets: &[u8]) {
        let request = match octets.first() {
            Some(code) if *code == REGISTRATION_RESPONSE.code => Some(REGISTRATION.code),
            Some(code) if *code == DEREGISTRATION_RESPONSE.code => Some(DEREGISTRATION.code),
            Some(code) if *code == HANDLE_RESOLUTION_RESPONSE.code => Some(HANDLE_RESOLUTION.code),
            // An error can be about any message.
            Some(code) if *code == ERROR.code => None,
            // Everything else, such as a keep-alive, is no answer.
            _ => return,
        };
        let asks = |sent: &Sent| {
            sent.assoc == Some(assoc)
                && request.is_none_or(|code| sent.octets.first() == Some(&code))
        };
        let Some(last) = self.sent.iter().position(asks) else {
            return;
        };
        let sent = std::mem::take(&mut self.sent);
        for (nth, message) in sent.into_iter().enumerate() {
            if nth <= last && message.assoc == Some(assoc) {
                self.answered = Some(message);
            } else {
                self.sent.push_back(message);
            }
        }
    }

    /// Returns the reason for the end of the target, which ended like this, with its last line of output.
    pub(crate) fn obituary(&self, end: &str, last_line: Option<&str>) -> String {
        let mut text = end.to_owned();
        match (self.sent.len(), &self.answered) {
            (0, None) => text.push_str("; nothing had been sent to it"),
            (0, Some(last)) => {
                let _ = write!(text, "; it had answered everything, at last {last}");
            }
            (1, _) => {
                let _ = write!(text, "; sent since its last answer: {}", self.sent[0]);
            }
            (count, _) => {
                let _ = write!(text, "; {count} messages sent since its last answer:");
                if self.left_out > 0 {
                    let _ = write!(text, "\n  … {} older ones", self.left_out);
                }
                for message in &self.sent {
                    let _ = write!(text, "\n  {message}");
                }
            }
        }
        if let Some(line) = last_line {
            let separator = if self.sent.len() > 1 { "\n" } else { "; " };
            let _ = write!(text, "{separator}its last line: {line}");
        }
        text
    }
}

impl std::fmt::Display for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {}", self.summary, HEXLOWER.encode(&self.octets))?;
        if self.length > self.octets.len() {
            write!(f, "… ({} octets)", self.length)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rspcheck_testkit::forge;

    const PE: Assoc = Assoc(1);
    const PU: Assoc = Assoc(2);

    fn resolution(handle: &[u8]) -> Vec<u8> {
        forge::handle_resolution(handle, false).octets()
    }

    fn answer(handle: &[u8]) -> Vec<u8> {
        forge::handle_resolution_response(handle, false, None, &[], &[]).octets()
    }

    fn obituary(unanswered: &Unanswered) -> String {
        unanswered.obituary("exit status 3", Some("oops"))
    }

    #[test]
    fn one_message_is_on_the_line_of_the_end() {
        let mut unanswered = Unanswered::default();
        assert_eq!(
            obituary(&unanswered),
            "exit status 3; nothing had been sent to it; its last line: oops"
        );
        unanswered.sent(Some(PU), &resolution(b"pool"));
        assert_eq!(
            obituary(&unanswered),
            "exit status 3; sent since its last answer: ASAP_HANDLE_RESOLUTION S=0 \"pool\" = \
             0500000c00090008706f6f6c; its last line: oops"
        );
        unanswered.received(PU, &answer(b"pool"));
        assert_eq!(
            obituary(&unanswered),
            "exit status 3; it had answered everything, at last ASAP_HANDLE_RESOLUTION S=0 \"pool\" = \
             0500000c00090008706f6f6c; its last line: oops"
        );
    }

    #[test]
    fn answer_covers_what_was_sent_before_over_its_association() {
        let mut unanswered = Unanswered::default();
        unanswered.sent(
            Some(PE),
            &forge::endpoint_keep_alive_ack(b"pool", 7).octets(),
        );
        unanswered.sent(Some(PU), &[0xff; 7]);
        unanswered.sent(Some(PU), &resolution(b"one1"));
        unanswered.sent(Some(PU), &resolution(b"two2"));
        unanswered.received(PU, &forge::endpoint_keep_alive(9, b"pool", false).octets());
        assert_eq!(unanswered.sent.len(), 4, "a keep-alive is no answer");
        unanswered.received(PU, &answer(b"one1"));
        assert_eq!(
            obituary(&unanswered),
            "exit status 3; 2 messages sent since its last answer:\n  \
             ASAP_ENDPOINT_KEEP_ALIVE_ACK \"pool\" 0x00000007 = 0800001400090008706f6f6c000e000800000007\n  \
             ASAP_HANDLE_RESOLUTION S=0 \"two2\" = 0500000c0009000874776f32\nits last line: oops"
        );
    }

    #[test]
    fn messages_and_octets_are_bounded() {
        let mut unanswered = Unanswered::default();
        for _ in 0..MESSAGES + 3 {
            unanswered.sent(Some(PE), &[0xff; 1000]);
        }
        let text = obituary(&unanswered);
        assert_eq!(text.lines().count(), MESSAGES + 3);
        assert!(text.contains("\n  … 3 older ones\n"), "{text}");
        assert!(text.contains("ffff… (1000 octets)"), "{text}");
        assert!(
            text.len() < MESSAGES * (2 * OCTETS + 200),
            "{} octets",
            text.len()
        );
    }
}
