//! Names of findings: message, kind of defect and place, as in
//! `ASAP_HANDLE_RESOLUTION_RESPONSE: missing-parameter operation-error/0x5/info`.
//!
//! The place is the field path without the indices of repeated elements, so a defect in each of 30 Pool Elements is
//! one finding. Known findings in a target's profile have these names, so the form stays as it is.

use super::{ALL, Monitor, PPID, PPID_SWAPPED, PPID_WRONG, monitor_of_kind};
use rspcheck_dissect::schema::{self, Fields, Layout};
use rspcheck_dissect::{Defect, Kind, Protocol};
use std::collections::BTreeSet;

/// Message of a finding.
pub(super) struct Message {
    pub(super) protocol: Protocol,
    pub(super) code: Option<u8>,
    pub(super) name: Option<&'static str>,
}

/// Returns the name of a finding about a defect.
pub(super) fn of_defect(message: &Message, defect: &Defect) -> String {
    of(message, defect.kind.word(), &defect.path)
}

pub(super) fn of(message: &Message, kind: &str, path: &str) -> String {
    let mut name = match (message.name, message.code) {
        (Some(name), _) => name.to_owned(),
        (None, Some(code)) => format!("{} 0x{code:02x}", message.protocol.word()),
        (None, None) => format!("{} (empty)", message.protocol.word()),
    };
    name.push_str(": ");
    name.push_str(kind);
    if !path.is_empty() {
        name.push(' ');
        name.push_str(&without_indices(path));
    }
    name
}

/// Removes the index of each segment: `pool-element[2]/policy` becomes `pool-element/policy`.
fn without_indices(path: &str) -> String {
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| segment.split_once('[').map_or(segment, |(name, _)| name))
        .collect();
    segments.join("/")
}

/// Part of a name that no finding can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The mistake, in a sentence without its full stop.
    pub what: String,
    /// The wrong part; empty where a part is missing.
    pub part: String,
    /// Words that are possible in its place.
    pub possible: Vec<String>,
}

/// Checks that a monitor can have a finding of this name.
///
/// # Errors
/// The first part that is wrong, with the words that are possible there.
pub fn check(monitor: &str, name: &str) -> Result<(), Fault> {
    let fault = |what: &str, part: &str, possible: Vec<String>| Fault {
        what: what.to_owned(),
        part: part.to_owned(),
        possible,
    };
    let Some((message, rest)) = name.split_once(": ") else {
        let what = "a finding is written as MESSAGE: KIND PLACE";
        return Err(fault(what, "", Vec::new()));
    };
    if schema::message_named(message).is_none() && !is_numbered(message) {
        let what = format!("there is no message {message:?}");
        return Err(fault(&what, message, messages()));
    }
    let (kind, place) = rest.split_once(' ').unwrap_or((rest, ""));
    let monitors = monitors_of(kind);
    if !monitors.iter().any(|of_kind| of_kind.id == monitor) {
        let here = kinds().filter(|kind| monitors_of(kind).iter().any(|m| m.id == monitor));
        let what = match monitors.first() {
            Some(other) => format!("{kind} belongs to {}", other.id),
            None => format!("there is no kind of defect {kind:?}"),
        };
        return Err(fault(&what, kind, here.map(str::to_owned).collect()));
    }
    let segments = segments();
    let odd = place
        .split('/')
        .find(|part| !place.is_empty() && !segments.contains(*part) && !is_code(part));
    match odd {
        Some(part) if part.contains('[') => {
            let what = format!("the place {part:?} has an index, which no finding has");
            Err(fault(&what, &without_indices(part), Vec::new()))
        }
        Some(part) => {
            let what = format!("there is no parameter or field {part:?}");
            let possible = segments.into_iter().map(str::to_owned).collect();
            Err(fault(&what, part, possible))
        }
        None => Ok(()),
    }
}

fn messages() -> Vec<String> {
    let rows = schema::asap::MESSAGES.iter().chain(&schema::enrp::MESSAGES);
    rows.map(|row| row.name.to_owned()).collect()
}

/// Returns true for a message without a name, as in `ASAP 0x3f`.
fn is_numbered(message: &str) -> bool {
    let number = [Protocol::Asap, Protocol::Enrp]
        .iter()
        .find_map(|protocol| message.strip_prefix(protocol.word())?.strip_prefix(' '));
    number.is_some_and(|number| number == "(empty)" || is_code(number))
}

/// Returns true for the hexadecimal code of a parameter type, cause or message type.
fn is_code(part: &str) -> bool {
    let digits = part.strip_prefix("0x").unwrap_or_default();
    (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

fn kinds() -> impl Iterator<Item = &'static str> {
    let kinds = Kind::ALL.iter().map(|kind| kind.word());
    kinds.chain([PPID_WRONG, PPID_SWAPPED])
}

/// Returns the monitors that collect this kind of defect.
fn monitors_of(kind: &str) -> Vec<&'static Monitor> {
    if kind == PPID_WRONG || kind == PPID_SWAPPED {
        return vec![&PPID];
    }
    let kinds = Kind::ALL.iter().filter(|known| known.word() == kind);
    let ids: BTreeSet<&str> = kinds
        .flat_map(|kind| [true, false].map(|drops| monitor_of_kind(*kind, drops).id))
        .collect();
    ALL.iter().filter(|row| ids.contains(row.id)).collect()
}

/// Returns every segment that a path can have, apart from codes.
fn segments() -> BTreeSet<&'static str> {
    let mut segments = BTreeSet::from(["type", "length", "flags", "#length", "#padding", "info"]);
    let mut fields = |fields: &'static Fields| {
        segments.extend(fields.list.iter().map(|field| field.segment));
    };
    let messages = schema::asap::MESSAGES.iter().chain(&schema::enrp::MESSAGES);
    messages.for_each(|row| fields(&row.fields));
    schema::policy::POLICIES
        .iter()
        .for_each(|row| fields(&row.fields));
    for row in &schema::param::PARAMETERS {
        if let Layout::Fields(list, _) = &row.layout {
            fields(list);
        }
    }
    for row in &schema::param::PARAMETERS {
        segments.insert(row.segment);
        if let Layout::Fields(_, grammar) = &row.layout {
            segments.extend(grammar.slots.iter().filter_map(|slot| slot.alias));
        }
    }
    segments
}
