//! Rules for *every* message of a target, from any case or capture.
//!
//! A monitor is a row in [`ALL`]: which defects of a dissection it collects. It has one verdict for a whole run.
//! Findings with the same [`Finding::name`] are one habit of the target: the same message, kind of defect and place.
//! Each names the requirement that the message breaks there.

mod name;
mod requirement;
#[cfg(test)]
mod tests;

pub use name::{Fault, check as check_name};
pub use requirement::{covered, judged};

use rspcheck_dissect::{Brief, Defect, Dissection, Kind, Protocol, Reaction};
use rspcheck_spec::ReqId;
use rspcheck_spec::id::*;
use rspcheck_spec::verdict::Level;

/// Monitor, a rule for every message.
#[derive(Clone, Copy, Debug)]
pub struct Monitor {
    /// Id, which no other monitor and no case has.
    pub id: &'static str,
    /// Purpose, in one sentence.
    pub purpose: &'static str,
    /// Requirement that its verdict belongs to if there is no finding.
    pub requirement: ReqId,
    /// True if a finding is a deviation at any level of the requirement, because the RFC is unclear.
    pub lenient: bool,
}

impl Monitor {
    /// Returns the level that a finding counts with.
    pub fn level(&self) -> Level {
        let level = self.requirement.requirement().counts_as();
        if self.lenient {
            level.max(Level::Should)
        } else {
            level
        }
    }
}

/// Defect in one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Id of the monitor.
    pub monitor: &'static str,
    /// Message, kind of defect and place, as in `ASAP_ERROR: padding-counted length`. Findings of the same name are
    /// one habit of the sender.
    pub name: String,
    /// The broken requirement.
    pub requirement: ReqId,
    /// The defect, in a sentence.
    pub note: String,
    /// Offset of the defect from the message's first octet, if it has one.
    pub offset: Option<usize>,
    level: Level,
}

impl Finding {
    /// Returns a finding of a monitor that is not a row of [`ALL`]; such findings have no name.
    pub(crate) fn new(
        monitor: &'static str,
        requirement: ReqId,
        level: Level,
        note: String,
    ) -> Finding {
        Finding {
            monitor,
            name: String::new(),
            requirement,
            note,
            offset: None,
            level,
        }
    }

    /// Returns the level that the finding counts with.
    pub fn level(&self) -> Level {
        self.level
    }
}

const fn strict(id: &'static str, purpose: &'static str, requirement: ReqId) -> Monitor {
    Monitor {
        id,
        purpose,
        requirement,
        lenient: false,
    }
}

const LENGTHS: Monitor = strict(
    "monitor/lengths",
    "Every Length covers header, fields and nested parameters, and stays inside its parent.",
    R5354_3_12,
);
const LAYOUT: Monitor = strict(
    "monitor/layout",
    "Every message has its parameters, each in its place and not more often than the RFC allows.",
    R5354_4_1,
);
const ADDRESSES: Monitor = strict(
    "monitor/address-count",
    "Every transport parameter has the addresses it needs.",
    R5354_3_4_5,
);
const KNOWN_MESSAGES: Monitor = strict(
    "monitor/known-messages",
    "Only message types that the RFC assigns are sent.",
    R5352_2_2_2,
);
const KNOWN_PARAMETERS: Monitor = strict(
    "monitor/known-parameters",
    "Only parameter types that the RFC assigns are sent.",
    R5354_3_3,
);
/// The RFC provides for parameters of later documents that a receiver is to skip: sending one is a deviation.
const EXTENSIONS: Monitor = Monitor {
    id: "monitor/extension-parameters",
    purpose: "No parameter is sent that the RFC does not assign, also none that a receiver is to skip.",
    requirement: R5354_3_3,
    lenient: true,
};
const VALUES: Monitor = strict(
    "monitor/values",
    "Every field has a value that the RFC defines for it.",
    R5354_3_10,
);
const RESERVED_FLAGS: Monitor = strict(
    "monitor/reserved-flags",
    "Flags that a message does not define are zero.",
    R5354_4_7,
);
const ZERO_PADDING: Monitor = strict("monitor/zero-padding", "Padding is zero.", R5354_3_14);
const PADDED: Monitor = strict(
    "monitor/padded",
    "The size of a message is a multiple of four octets.",
    R5354_4_11,
);
/// "Should never pad with more than 3 bytes" of RFC 5354 §4 is no key word, so a finding is only a deviation.
const PADDING_SIZE: Monitor = Monitor {
    id: "monitor/padding-size",
    purpose: "At most three octets follow the end of a message.",
    requirement: R5354_4_13,
    lenient: true,
};
/// RFC 5354 §2 and §4 permit both forms (ambiguity T5), so a finding is only a deviation.
const UNCOUNTED_PADDING: Monitor = Monitor {
    id: "monitor/padding-is-not-counted",
    purpose: "No Length counts the padding after it.",
    requirement: R5354_4_10,
    lenient: true,
};
/// Most RFC text on reserved fields and numbers has no rule for the sender, so a finding is only a deviation; where
/// a MUST requires zero, [`level`] makes it a failure.
const RESERVED_FIELDS: Monitor = Monitor {
    id: "monitor/reserved-fields",
    purpose: "Reserved fields are zero, and reserved numbers are not used.",
    requirement: R5354_3_10,
    lenient: true,
};
const PPID: Monitor = strict(
    "monitor/ppid",
    "ASAP messages over SCTP carry PPID 11, ENRP messages PPID 12.",
    R5352_5_2,
);

/// All monitors, in the order of reports.
pub const ALL: &[Monitor] = &[
    LENGTHS,
    LAYOUT,
    ADDRESSES,
    KNOWN_MESSAGES,
    KNOWN_PARAMETERS,
    EXTENSIONS,
    VALUES,
    RESERVED_FLAGS,
    ZERO_PADDING,
    PADDED,
    PADDING_SIZE,
    UNCOUNTED_PADDING,
    RESERVED_FIELDS,
    PPID,
];

/// Returns the defects of one message as findings. `ppid` is `None` where the transport has none.
pub fn message(protocol: Protocol, ppid: Option<u32>, dissection: &Dissection) -> Vec<Finding> {
    let kind = name::Message {
        protocol,
        code: dissection.message_type(),
        name: dissection.message_name(),
    };
    findings(kind, ppid, dissection.defects())
}

/// Returns the findings as [`message`] does, for a message of which only a [`Brief`] was made.
pub fn brief(protocol: Protocol, ppid: Option<u32>, brief: &Brief) -> Vec<Finding> {
    let kind = name::Message {
        protocol,
        code: brief.message_type,
        name: brief.name,
    };
    findings(kind, ppid, &brief.defects)
}

fn findings(kind: name::Message, ppid: Option<u32>, defects: &[Defect]) -> Vec<Finding> {
    let sender = kind.name.unwrap_or("a message of unknown type");
    let mut findings: Vec<Finding> = defects
        .iter()
        .map(|defect| {
            let monitor = monitor_of(defect);
            let requirement = requirement::broken(kind.protocol, defect);
            Finding {
                monitor: monitor.id,
                name: name::of_defect(&kind, defect),
                requirement,
                note: format!("{sender}: {defect}"),
                offset: Some(defect.offset),
                level: level(monitor, requirement),
            }
        })
        .collect();
    findings.extend(ppid.and_then(|ppid| wrong_ppid(&kind, sender, ppid)));
    findings
}

fn wrong_ppid(kind: &name::Message, sender: &str, ppid: u32) -> Option<Finding> {
    let (wanted, requirement) = match kind.protocol {
        Protocol::Asap => (11, PPID.requirement),
        Protocol::Enrp => (12, R5353_5_4_1),
    };
    if ppid == wanted {
        return None;
    }
    // The SHOULD is about the number; one in host byte order is no number that the RFC knows (T24).
    let swapped = ppid.swap_bytes() == wanted;
    let word = if swapped { PPID_SWAPPED } else { PPID_WRONG };
    Some(Finding {
        monitor: PPID.id,
        name: name::of(kind, word, ""),
        requirement,
        note: format!("{sender} came with PPID {ppid} instead of {wanted}"),
        offset: None,
        level: if swapped {
            Level::Must
        } else {
            level(&PPID, requirement)
        },
    })
}

/// Kinds of defects that no dissection shows, as in the names of findings.
const PPID_WRONG: &str = "wrong-ppid";
const PPID_SWAPPED: &str = "ppid-in-host-byte-order";

/// Returns the level of a finding: as the requirement counts, or lower where the monitor is lenient. An ambiguity about
/// the receiver can make a requirement count as a MAY; a wrong message is still a deviation.
fn level(monitor: &Monitor, requirement: ReqId) -> Level {
    let counts = requirement.requirement().counts_as().min(Level::Should);
    // The reserved field of this message has a MUST of its own.
    if monitor.lenient && requirement != R5353_2_4_2 {
        counts.max(Level::Should)
    } else {
        counts
    }
}

fn monitor_of(defect: &Defect) -> &'static Monitor {
    monitor_of_kind(defect.kind, defect.reaction.is_some_and(Reaction::drops))
}

/// Returns the monitor that collects a kind of defect. `drops`: the receiver of the unknown type discards the message.
fn monitor_of_kind(kind: Kind, drops: bool) -> &'static Monitor {
    match kind {
        Kind::Truncated | Kind::LengthTooSmall | Kind::LengthOverrun | Kind::WrongLength => {
            &LENGTHS
        }
        Kind::TrailingOctets => &PADDING_SIZE,
        Kind::MissingParameter | Kind::DuplicateParameter | Kind::UnexpectedParameter => &LAYOUT,
        Kind::AddressCount => &ADDRESSES,
        Kind::UnknownMessage => &KNOWN_MESSAGES,
        Kind::UnknownParameter if drops => &KNOWN_PARAMETERS,
        Kind::UnknownParameter => &EXTENSIONS,
        Kind::InvalidValue => &VALUES,
        Kind::ReservedFlagSet => &RESERVED_FLAGS,
        Kind::PaddingNotZero => &ZERO_PADDING,
        Kind::PaddingMissing => &PADDED,
        Kind::PaddingCounted => &UNCOUNTED_PADDING,
        Kind::ReservedNotZero | Kind::ReservedValue => &RESERVED_FIELDS,
    }
}
