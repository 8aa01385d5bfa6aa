//! Rules for *every* message of a target, from any case or capture.
//!
//! A monitor is a row in [`ALL`]: which defects of a dissection it collects, and the requirement they
//! break. It has one verdict for a whole run, so that one habit of a target is one finding.

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
    /// Requirement that its verdict belongs to.
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
    /// The broken requirement.
    pub requirement: ReqId,
    /// The defect, in a sentence.
    pub note: String,
    /// Offset of the defect from the message's first octet, if it has one.
    pub offset: Option<usize>,
    level: Level,
}

impl Finding {
    /// Returns a finding of a monitor that is not a row of [`ALL`].
    pub(crate) fn new(
        monitor: &'static str,
        requirement: ReqId,
        level: Level,
        note: String,
    ) -> Finding {
        Finding {
            monitor,
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
/// No RFC requires that reserved fields are sent as zero, but no other value can be right.
const RESERVED_FIELDS: Monitor = Monitor {
    id: "monitor/reserved-fields",
    purpose: "Reserved fields are zero, and reserved numbers are not used.",
    requirement: R5354_3_10,
    lenient: true,
};
const PPID: Monitor = strict(
    "monitor/ppid",
    "ASAP messages over SCTP carry PPID 11.",
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
    findings(
        protocol,
        ppid,
        dissection.message_name(),
        dissection.defects(),
    )
}

/// Returns the findings as [`message`] does, for a message of which only a [`Brief`] was made.
pub fn brief(protocol: Protocol, ppid: Option<u32>, brief: &Brief) -> Vec<Finding> {
    findings(protocol, ppid, brief.name, &brief.defects)
}

fn findings(
    protocol: Protocol,
    ppid: Option<u32>,
    name: Option<&str>,
    defects: &[Defect],
) -> Vec<Finding> {
    let name = name.unwrap_or("a message of unknown type");
    let mut findings: Vec<Finding> = defects
        .iter()
        .map(|defect| Finding {
            offset: Some(defect.offset),
            ..finding(monitor_of(defect), format!("{name}: {defect}"))
        })
        .collect();
    let wanted = match protocol {
        Protocol::Asap => 11,
        Protocol::Enrp => 12,
    };
    if let Some(ppid) = ppid.filter(|ppid| *ppid != wanted) {
        let mut found = finding(
            &PPID,
            format!("{name} came with PPID {ppid} instead of {wanted}"),
        );
        // The SHOULD is about the number; one in host byte order is no number that the RFC knows (T24).
        if ppid.swap_bytes() == wanted {
            found.level = Level::Must;
        }
        findings.push(found);
    }
    findings
}

fn finding(monitor: &Monitor, note: String) -> Finding {
    Finding {
        monitor: monitor.id,
        requirement: monitor.requirement,
        note,
        offset: None,
        level: monitor.level(),
    }
}

fn monitor_of(defect: &Defect) -> &'static Monitor {
    match defect.kind {
        Kind::Truncated | Kind::LengthTooSmall | Kind::LengthOverrun | Kind::WrongLength => {
            &LENGTHS
        }
        Kind::TrailingOctets => &PADDING_SIZE,
        Kind::MissingParameter | Kind::DuplicateParameter | Kind::UnexpectedParameter => &LAYOUT,
        Kind::AddressCount => &ADDRESSES,
        Kind::UnknownMessage => &KNOWN_MESSAGES,
        Kind::UnknownParameter if defect.reaction.is_some_and(Reaction::drops) => &KNOWN_PARAMETERS,
        Kind::UnknownParameter => &EXTENSIONS,
        Kind::InvalidValue => &VALUES,
        Kind::ReservedFlagSet => &RESERVED_FLAGS,
        Kind::PaddingNotZero => &ZERO_PADDING,
        Kind::PaddingMissing => &PADDED,
        Kind::PaddingCounted => &UNCOUNTED_PADDING,
        Kind::ReservedNotZero | Kind::ReservedValue => &RESERVED_FIELDS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rspcheck_dissect::forge::{self, Forge, Parameter};
    use rspcheck_dissect::{dissect, scan};

    fn monitors(protocol: Protocol, ppid: u32, octets: &[u8]) -> Vec<&'static str> {
        let found = message(protocol, Some(ppid), &dissect(protocol, octets));
        assert_eq!(
            found,
            brief(protocol, Some(ppid), &scan(protocol, octets)),
            "the brief gives the same findings"
        );
        found.iter().map(|finding| finding.monitor).collect()
    }

    fn asap(forge: &Forge) -> Vec<&'static str> {
        monitors(Protocol::Asap, 11, &forge.octets())
    }

    fn resolution() -> Forge {
        forge::handle_resolution(b"abc", false)
    }

    #[test]
    fn correct_message_gives_no_finding() {
        assert!(asap(&resolution()).is_empty());
        assert!(asap(&forge::deregistration(b"pool", 7)).is_empty());
        let presence = forge::presence(1, 0, true, Some(0xffff), None);
        assert!(monitors(Protocol::Enrp, 12, &presence.octets()).is_empty());
    }

    #[test]
    fn ppid_in_host_byte_order_breaks_a_must() {
        let dissection = dissect(Protocol::Asap, &resolution().octets());
        let level = |ppid| message(Protocol::Asap, Some(ppid), &dissection)[0].level();
        assert_eq!(level(0), Level::Should);
        assert_eq!(level(0x0b00_0000), Level::Must);
    }

    #[test]
    fn every_monitor_fires() {
        let unknown = |code: u16| resolution().parameter(Parameter::new(code, [0, 0, 0, 0]));
        let homeless = forge::Transport::Tcp {
            port: 80,
            addrs: Vec::new(),
        };
        let policy = |kind: u8, last: u8| {
            let value = [kind, 0, 0, last];
            forge::handle_resolution_response(b"abcd", false, None, &[], &[])
                .parameter(Parameter::new(8, value))
        };
        let update = forge::enrp_error(1, 0, &[]);
        let found = [
            ("monitor/lengths", asap(&resolution().truncate(6))),
            (
                "monitor/layout",
                asap(&resolution().parameter(Parameter::pool_handle(b"x"))),
            ),
            (
                "monitor/address-count",
                asap(&forge::server_announce(1, &[homeless])),
            ),
            ("monitor/known-messages", asap(&Forge::asap(0x3f))),
            ("monitor/known-parameters", asap(&unknown(0x7fff))),
            ("monitor/extension-parameters", asap(&unknown(0xbfff))),
            (
                "monitor/reserved-flags",
                asap(&resolution().patch(1, &[0x80])),
            ),
            ("monitor/zero-padding", asap(&resolution().patch(11, &[1]))),
            ("monitor/padding-size", asap(&resolution().raw(&[0; 4]))),
            ("monitor/padded", asap(&resolution().without_padding())),
            ("monitor/values", asap(&policy(0, 0))),
            ("monitor/reserved-fields", asap(&policy(0, 9))),
            (
                "monitor/padding-is-not-counted",
                asap(&resolution().count_padding()),
            ),
            (
                "monitor/ppid",
                monitors(Protocol::Asap, 0, &resolution().octets()),
            ),
            (
                "monitor/layout",
                monitors(Protocol::Enrp, 12, &update.octets()),
            ),
        ];
        for (monitor, findings) in &found {
            assert!(
                findings.contains(monitor),
                "{monitor} is silent: {findings:?}"
            );
        }
    }
}
