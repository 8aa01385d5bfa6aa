//! Reason for the end of a target: how it ended, and everything that was sent to it since its last answer.

use data_encoding::HEXLOWER;
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_testkit::{
    Assoc, DEREGISTRATION, DEREGISTRATION_RESPONSE, ENRP_ERROR, ENRP_HANDLE_TABLE_REQUEST,
    ENRP_HANDLE_TABLE_RESPONSE, ENRP_INIT_TAKEOVER, ENRP_INIT_TAKEOVER_ACK, ENRP_LIST_REQUEST,
    ENRP_LIST_RESPONSE, ENRP_PRESENCE, ERROR, HANDLE_RESOLUTION, HANDLE_RESOLUTION_RESPONSE, Kind,
    REGISTRATION, REGISTRATION_RESPONSE,
};
use std::collections::VecDeque;
use std::fmt::Write as _;

/// Most messages that the reason shows; the events have all.
const MESSAGES: usize = 16;
/// Most octets of a message that the reason shows; the events have all.
const OCTETS: usize = 64;

/// PPID of ENRP (RFC 5353 §5.4).
const ENRP_PPID: u32 = 12;
/// Answers of a registrar over ASAP, each with the message that it answers.
const ASAP_ANSWERS: &[(Kind, Kind)] = &[
    (REGISTRATION_RESPONSE, REGISTRATION),
    (DEREGISTRATION_RESPONSE, DEREGISTRATION),
    (HANDLE_RESOLUTION_RESPONSE, HANDLE_RESOLUTION),
];
/// Answers of a registrar to its peers.
const ENRP_ANSWERS: &[(Kind, Kind)] = &[
    (ENRP_PRESENCE, ENRP_PRESENCE),
    (ENRP_HANDLE_TABLE_RESPONSE, ENRP_HANDLE_TABLE_REQUEST),
    (ENRP_LIST_RESPONSE, ENRP_LIST_REQUEST),
    (ENRP_INIT_TAKEOVER_ACK, ENRP_INIT_TAKEOVER),
];

/// Message to the target.
#[derive(Debug)]
struct Sent {
    /// Association that carried it; none for a datagram.
    assoc: Option<Assoc>,
    protocol: Protocol,
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
    pub(crate) fn sent(&mut self, assoc: Option<Assoc>, ppid: u32, octets: &[u8]) {
        let protocol = protocol_of(ppid);
        if self.sent.len() >= MESSAGES {
            self.sent.pop_front();
            self.left_out += 1;
        }
        self.sent.push_back(Sent {
            assoc,
            protocol,
            summary: dissect(protocol, octets).summary(),
            octets: octets[..octets.len().min(OCTETS)].to_vec(),
            length: octets.len(),
        });
    }

    /// Notes a message of the target.
    pub(crate) fn received(&mut self, assoc: Assoc, ppid: u32, octets: &[u8]) {
        let protocol = protocol_of(ppid);
        let (answers, error) = match protocol {
            Protocol::Asap => (ASAP_ANSWERS, ERROR),
            Protocol::Enrp => (ENRP_ANSWERS, ENRP_ERROR),
        };
        let is = |kind: &Kind| octets.first() == Some(&kind.code);
        let request = match answers.iter().find(|(answer, _)| is(answer)) {
            Some((_, request)) => Some(request.code),
            // An error can be about any message.
            None if is(&error) => None,
            // Everything else, such as a keep-alive, is no answer.
            None => return,
        };
        let asks = |sent: &Sent| {
            sent.assoc == Some(assoc)
                && sent.protocol == protocol
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

fn protocol_of(ppid: u32) -> Protocol {
    match ppid {
        ENRP_PPID => Protocol::Enrp,
        _ => Protocol::Asap,
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
    const PEER: Assoc = Assoc(3);
    const ASAP: u32 = 11;

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
        unanswered.sent(Some(PU), ASAP, &resolution(b"pool"));
        assert_eq!(
            obituary(&unanswered),
            "exit status 3; sent since its last answer: ASAP_HANDLE_RESOLUTION S=0 \"pool\" = \
             0500000c00090008706f6f6c; its last line: oops"
        );
        unanswered.received(PU, ASAP, &answer(b"pool"));
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
            ASAP,
            &forge::endpoint_keep_alive_ack(b"pool", 7).octets(),
        );
        unanswered.sent(Some(PU), ASAP, &[0xff; 7]);
        unanswered.sent(Some(PU), ASAP, &resolution(b"one1"));
        unanswered.sent(Some(PU), ASAP, &resolution(b"two2"));
        unanswered.received(
            PU,
            ASAP,
            &forge::endpoint_keep_alive(9, b"pool", false).octets(),
        );
        assert_eq!(unanswered.sent.len(), 4, "a keep-alive is no answer");
        unanswered.received(PU, ASAP, &answer(b"one1"));
        assert_eq!(
            obituary(&unanswered),
            "exit status 3; 2 messages sent since its last answer:\n  \
             ASAP_ENDPOINT_KEEP_ALIVE_ACK \"pool\" 0x00000007 = 0800001400090008706f6f6c000e000800000007\n  \
             ASAP_HANDLE_RESOLUTION S=0 \"two2\" = 0500000c0009000874776f32\nits last line: oops"
        );
    }

    #[test]
    fn messages_of_peers_are_enrp() {
        let mut unanswered = Unanswered::default();
        unanswered.sent(Some(PEER), ENRP_PPID, &forge::list_request(7, 9).octets());
        unanswered.received(
            PEER,
            ENRP_PPID,
            &forge::list_response(9, 7, false, &[]).octets(),
        );
        unanswered.sent(
            Some(PEER),
            ENRP_PPID,
            &forge::takeover_server(7, 9, 5).octets(),
        );
        assert_eq!(
            obituary(&unanswered),
            "exit status 3; sent since its last answer: ENRP_TAKEOVER_SERVER 0x00000007 0x00000009 0x00000005 = \
             09000010000000070000000900000005; its last line: oops"
        );
    }

    #[test]
    fn messages_and_octets_are_bounded() {
        let mut unanswered = Unanswered::default();
        for _ in 0..MESSAGES + 3 {
            unanswered.sent(Some(PE), ASAP, &[0xff; 1000]);
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
