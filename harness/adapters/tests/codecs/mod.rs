//! Comparison of the reference codec with the judge's dissector on one message.

use rsp_wire::{DecodeError, ErrorKind, Reports, asap, enrp};
use rspcheck_dissect::{Protocol, dissect};
use std::fmt;

/// Difference between the answers of the two codecs.
#[derive(Debug)]
pub(crate) struct Difference {
    reference: Answer,
    judge: Answer,
}

impl Difference {
    /// Returns the two kinds of defect, which many differences share.
    pub(crate) fn class(&self) -> String {
        let kind = |answer: &Answer| answer.defect.map_or("accept", |(_, kind)| kind);
        format!("{} / {}", kind(&self.reference), kind(&self.judge))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "codec {:?}, dissector {:?}", self.reference, self.judge)
    }
}

/// Compares the verdicts, the first defects and the reactions to unknown parameters.
///
/// # Errors
/// The answers, if they differ.
pub(crate) fn compare(protocol: Protocol, octets: &[u8]) -> Result<(), Difference> {
    let (reference, judge) = (reference(protocol, octets), judge(protocol, octets));
    if reference == judge {
        Ok(())
    } else {
        Err(Difference { reference, judge })
    }
}

/// Result of a codec for a message, in words that both codecs share.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    /// Offset and kind of the first defect; none if the message is accepted.
    defect: Option<(usize, &'static str)>,
    /// The reaction to the unknown parameters.
    reaction: Option<&'static str>,
}

fn reference(protocol: Protocol, octets: &[u8]) -> Answer {
    match protocol {
        Protocol::Asap => of_decoded(asap::Message::decode(octets).map(|decoded| decoded.reports)),
        Protocol::Enrp => of_decoded(enrp::Message::decode(octets).map(|decoded| decoded.reports)),
    }
}

fn of_decoded(decoded: Result<Reports, DecodeError>) -> Answer {
    match decoded {
        Ok(reports) => Answer {
            defect: None,
            reaction: reports.reaction().map(|reaction| reaction.name()),
        },
        Err(error) => Answer {
            defect: Some((error.offset, error.kind.name())),
            reaction: match error.kind {
                ErrorKind::UnknownParameter(_) => {
                    Some(rsp_wire::Reaction::to_error(error.kind).name())
                }
                _ => None,
            },
        },
    }
}

fn judge(protocol: Protocol, octets: &[u8]) -> Answer {
    let dissection = dissect(protocol, octets);
    let rejection = dissection.rejection();
    let is_message = rejection.is_some_and(|r| r.kind.word() == "unknown-message");
    let reaction = dissection.reaction().filter(|_| !is_message);
    Answer {
        defect: rejection.map(|rejection| (rejection.offset, rejection.kind.word())),
        reaction: reaction.map(|reaction| reaction.word()),
    }
}
