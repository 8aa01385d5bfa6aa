//! Requirements that findings break: those about the message, parameter or cause in which the defect is.

use super::{Monitor, monitor_of_kind};
use rspcheck_dissect::{Defect, Dissection, Kind, Node, Protocol, schema};
use rspcheck_spec::ReqId;
use rspcheck_spec::id::*;
use std::collections::BTreeSet;

/// Layouts of messages, parameters, causes and policies: the section that defines one, and the requirement.
#[rustfmt::skip]
const LAYOUTS: &[(&str, ReqId)] = &[
    ("RFC 5352 §2.2.1", R5352_2_2_1_6), ("RFC 5352 §2.2.2", R5352_2_2_2_2),
    ("RFC 5352 §2.2.3", R5352_2_2_3_3), ("RFC 5352 §2.2.4", R5352_2_2_4_3),
    ("RFC 5352 §2.2.5", R5352_2_2_5_2), ("RFC 5352 §2.2.6", R5352_2_2_6_4),
    ("RFC 5352 §2.2.7", R5352_2_2_7_4), ("RFC 5352 §2.2.8", R5352_2_2_8_3),
    ("RFC 5352 §2.2.9", R5352_2_2_9_3), ("RFC 5352 §2.2.10", R5352_2_2_10_2),
    ("RFC 5352 §2.2.11", R5352_2_2_11_2), ("RFC 5352 §2.2.12", R5352_2_2_12_3),
    ("RFC 5352 §2.2.13", R5352_2_2_13_2), ("RFC 5352 §2.2.14", R5352_2_2_14_3),
    ("RFC 5353 §2.1", R5353_2_1_9), ("RFC 5353 §2.2", R5353_2_2_1),
    ("RFC 5353 §2.3", R5353_2_3_4), ("RFC 5353 §2.4", R5353_2_4_4),
    ("RFC 5353 §2.5", R5353_2_5_1), ("RFC 5353 §2.6", R5353_2_6_2),
    ("RFC 5353 §2.7", R5353_2_7_1), ("RFC 5353 §2.8", R5353_2_8_1),
    ("RFC 5353 §2.9", R5353_2_9_1), ("RFC 5353 §2.10", R5353_2_10_1),
    ("RFC 5354 §3.1", R5354_3_1_1), ("RFC 5354 §3.2", R5354_3_2_1),
    ("RFC 5354 §3.3", R5354_3_3_1), ("RFC 5354 §3.4", R5354_3_4_1),
    ("RFC 5354 §3.5", R5354_3_5_1), ("RFC 5354 §3.6", R5354_3_6_1),
    ("RFC 5354 §3.7", R5354_3_7_1), ("RFC 5354 §3.8", R5354_3_8_1),
    ("RFC 5354 §3.9", R5354_3_9_1), ("RFC 5354 §3.10", R5354_3_10_1),
    ("RFC 5354 §3.11", R5354_3_11_1), ("RFC 5354 §3.12", R5354_3_12_1),
    ("RFC 5354 §3.13", R5354_3_13_1), ("RFC 5354 §3.14", R5354_3_14_1),
    ("RFC 5354 §3.15", R5354_3_15_1), ("RFC 5354 §3.16", R5354_3_16_1),
    ("RFC 5354 §3.12.1", R5354_3_12_1_1), ("RFC 5354 §3.12.2", R5354_3_12_2_1),
    ("RFC 5354 §3.12.3", R5354_3_12_3_1), ("RFC 5354 §3.12.4", R5354_3_12_4_1),
    ("RFC 5354 §3.12.5", R5354_3_12_5_1), ("RFC 5354 §3.12.6", R5354_3_12_6_1),
    ("RFC 5354 §3.12.7", R5354_3_12_7_1), ("RFC 5354 §3.12.8", R5354_3_12_8_1),
    ("RFC 5354 §3.12.9", R5354_3_12_9_1), ("RFC 5354 §3.12.10", R5354_3_12_10_1),
    ("RFC 5354 §3.12.11", R5354_3_12_11_1),
    ("RFC 5356 §4.1.4", R5356_4_1_4_1), ("RFC 5356 §4.2.4", R5356_4_2_4_1),
    ("RFC 5356 §4.3.4", R5356_4_3_4_1), ("RFC 5356 §4.4.4", R5356_4_4_4_1),
    ("RFC 5356 §4.5.4", R5356_4_5_4_1), ("RFC 5356 §5.1.4", R5356_5_1_4_1),
    ("RFC 5356 §5.2.4", R5356_5_2_4_1), ("RFC 5356 §5.3.4", R5356_5_3_4_1),
    ("RFC 5356 §5.4.4", R5356_5_4_4_1),
];

/// Requirements on the Length of a parameter with a fixed part and parameters after it.
const LENGTHS: &[(&str, ReqId)] = &[
    ("RFC 5354 §3.3", R5354_3_3_2),
    ("RFC 5354 §3.4", R5354_3_4_2),
    ("RFC 5354 §3.5", R5354_3_5_2),
    ("RFC 5354 §3.6", R5354_3_6_2),
    ("RFC 5354 §3.7", R5354_3_7_2),
    ("RFC 5354 §3.8", R5354_3_8_2),
    ("RFC 5354 §3.10", R5354_3_10_2),
];

/// Requirements on the number of addresses of a transport.
const ADDRESS_COUNTS: &[(&str, ReqId)] = &[
    ("RFC 5354 §3.3", R5354_3_3_3),
    ("RFC 5354 §3.4", R5354_3_4_5),
    ("RFC 5354 §3.5", R5354_3_5_3),
    ("RFC 5354 §3.6", R5354_3_6_3),
    ("RFC 5354 §3.7", R5354_3_7_3),
];

/// Parts of layouts with a requirement of their own: kind, section, last segment of the path, requirement.
#[rustfmt::skip]
const PARTS: &[(Kind, &str, &str, ReqId)] = &[
    (Kind::MissingParameter, "RFC 5352 §2.2.6", "pool-element", R5352_2_2_6_12),
    (Kind::UnexpectedParameter, "RFC 5352 §2.2.6", "policy", R5352_2_2_6_9),
    (Kind::UnexpectedParameter, "RFC 5352 §2.2.6", "pool-element", R5352_2_2_6_13),
    (Kind::MissingParameter, "RFC 5353 §2.1", "pe-checksum", R5353_3_6_1_1),
    (Kind::UnexpectedParameter, "RFC 5353 §2.3", "pool-handle", R5353_2_3_1),
    (Kind::UnexpectedParameter, "RFC 5353 §2.6", "server-information", R5353_2_6_1),
    (Kind::MissingParameter, "RFC 5354 §3.10", "user-transport", R5354_3_10_7),
    (Kind::MissingParameter, "RFC 5354 §3.10", "policy", R5354_3_10_8),
    (Kind::InvalidValue, "RFC 5354 §3.4", "transport-use", R5354_3_4_3),
    (Kind::InvalidValue, "RFC 5353 §2.4", "update-action", R5353_2_4_1),
    (Kind::InvalidValue, "RFC 5356 §7.1", "type", R5356_7_1_3),
    (Kind::ReservedValue, "RFC 5356 §7.1", "type", R5356_7_1_4),
    (Kind::ReservedNotZero, "RFC 5353 §2.4", "reserved", R5353_2_4_2),
];

/// Requirements that do not depend on one message or parameter, with the kind of defect that breaks them.
#[rustfmt::skip]
const GENERAL: &[(Kind, ReqId)] = &[
    (Kind::UnknownMessage, R5352_2_2_2), (Kind::UnknownMessage, R5353_2_1),
    (Kind::UnexpectedParameter, R5352_2_2_10_4),
    (Kind::PaddingCounted, R5354_2_2), (Kind::PaddingCounted, R5354_3_10_2),
    (Kind::PaddingCounted, R5354_3_12_2), (Kind::PaddingCounted, R5354_4_10),
    (Kind::Truncated, R5354_3_1), (Kind::Truncated, R5354_3_12_3),
    (Kind::Truncated, R5354_4_1), (Kind::Truncated, R5354_4_9),
    (Kind::UnknownParameter, R5354_3_2), (Kind::UnknownParameter, R5354_3_3),
    (Kind::LengthTooSmall, R5354_3_12), (Kind::LengthTooSmall, R5354_3_12_5),
    (Kind::LengthTooSmall, R5354_4_9),
    (Kind::ReservedValue, R5354_3_12_4),
    (Kind::PaddingNotZero, R5354_3_14), (Kind::PaddingNotZero, R5354_4_12),
    (Kind::ReservedFlagSet, R5354_4_7),
    (Kind::PaddingMissing, R5354_4_11),
    (Kind::TrailingOctets, R5354_4_13),
];

const MESSAGE_FORMAT: &str = "RFC 5354 §4";
const PARAMETER_FORMAT: &str = "RFC 5354 §3";

/// Returns every requirement that a finding can break, with a monitor that reports it. A pair can occur twice.
pub fn judged() -> impl Iterator<Item = (&'static Monitor, ReqId)> {
    let own = super::ALL
        .iter()
        .map(|monitor| (monitor, monitor.requirement));
    let table = |kind, table: &'static [(&str, ReqId)]| {
        table
            .iter()
            .map(move |(_, id)| (monitor_of_kind(kind, true), *id))
    };
    let parts = PARTS.iter().map(|(kind, .., id)| (*kind, *id));
    let by_kind = parts.chain(GENERAL.iter().copied());
    own.chain([(&super::PPID, R5353_5_4_1)])
        .chain(table(Kind::MissingParameter, LAYOUTS))
        .chain(table(Kind::WrongLength, LENGTHS))
        .chain(table(Kind::AddressCount, ADDRESS_COUNTS))
        .chain(by_kind.map(|(kind, id)| (monitor_of_kind(kind, true), id)))
}

/// Returns the requirement that a defect breaks.
pub(super) fn broken(protocol: Protocol, defect: &Defect) -> ReqId {
    let place = Place::of(&defect.path);
    let of_message = defect.section == MESSAGE_FORMAT;
    match defect.kind {
        Kind::Truncated if of_message && defect.offset < 4 => R5354_4_1,
        Kind::Truncated | Kind::LengthTooSmall if of_message => R5354_4_9,
        Kind::Truncated if place.element == "operation-error" => R5354_3_12_3,
        Kind::Truncated => R5354_3_1,
        Kind::LengthTooSmall | Kind::LengthOverrun if place.in_cause() => R5354_3_12_5,
        Kind::LengthTooSmall if defect.section != PARAMETER_FORMAT => length(defect.section),
        Kind::LengthTooSmall | Kind::LengthOverrun => R5354_3_12,
        Kind::WrongLength => length(defect.section),
        Kind::TrailingOctets => R5354_4_13,
        Kind::UnknownMessage if protocol == Protocol::Asap => R5352_2_2_2,
        Kind::UnknownMessage => R5353_2_1,
        Kind::UnknownParameter if place.last == "0xffff" => R5354_3_2,
        Kind::UnknownParameter => R5354_3_3,
        Kind::UnexpectedParameter if defect.section == "RFC 5352 §2.2.10" => R5352_2_2_10_4,
        Kind::AddressCount => in_table(ADDRESS_COUNTS, defect.section),
        Kind::PaddingMissing => R5354_4_11,
        Kind::PaddingCounted if place.element.is_empty() => R5354_4_10,
        Kind::PaddingCounted if place.element == "operation-error" => R5354_3_12_2,
        Kind::PaddingCounted if place.element == "pool-element" => R5354_3_10_2,
        Kind::PaddingCounted => R5354_2_2,
        Kind::PaddingNotZero if of_message => R5354_4_12,
        Kind::PaddingNotZero => R5354_3_14,
        Kind::ReservedFlagSet => R5354_4_7,
        Kind::ReservedValue if place.in_cause() => R5354_3_12_4,
        Kind::MissingParameter
        | Kind::DuplicateParameter
        | Kind::UnexpectedParameter
        | Kind::InvalidValue
        | Kind::ReservedNotZero
        | Kind::ReservedValue => PARTS
            .iter()
            .find(|(kind, section, last, _)| {
                *kind == defect.kind && *section == defect.section && *last == place.last
            })
            .map_or_else(
                || in_table(LAYOUTS, defect.section),
                |(.., requirement)| *requirement,
            ),
    }
}

/// Requirements that any message with a parameter gives occasion to judge.
const OF_EVERY_MESSAGE: &[ReqId] = &[R5354_3_1, R5354_3_2, R5354_4_1, R5354_4_9, R5354_4_12];

/// Returns the requirements of monitors that a message gives occasion to judge: those about the message and about each
/// parameter and cause in it.
pub fn covered(dissection: &Dissection) -> BTreeSet<ReqId> {
    let mut covered = BTreeSet::new();
    let message = dissection
        .message_type()
        .and_then(|code| schema::message(dissection.protocol(), code));
    if let Some(row) = message {
        covered.extend(OF_EVERY_MESSAGE);
        covered.extend(of_section(row.section));
        inside(&dissection.root(), &mut covered);
    }
    covered
}

fn inside(node: &Node<'_>, covered: &mut BTreeSet<ReqId>) {
    for element in node.children() {
        let Some(code) = element.code() else { continue };
        let in_error = node.segment() == "operation-error";
        let section = if in_error {
            covered.extend([R5354_3_12_2, R5354_3_12_3, R5354_3_12_4, R5354_3_12_5]);
            schema::cause(code).map(|row| row.section)
        } else {
            schema::parameter(code).map(|row| row.section)
        };
        covered.extend(section.into_iter().flat_map(of_section));
        match &*element.segment() {
            "policy" => covered.extend([R5356_7_1_3, R5356_7_1_4]),
            "pool-element" => covered.extend([R5354_2_2]),
            _ => {}
        }
        // A cause quotes what another endpoint sent.
        if !in_error {
            inside(&element, covered);
        }
    }
}

/// Returns the requirements about the message or parameter of a section. Those about a parameter that must be absent are
/// left out, because not every message of the type gives occasion for them.
fn of_section(section: &str) -> impl Iterator<Item = ReqId> {
    let tables = [LAYOUTS, LENGTHS, ADDRESS_COUNTS].into_iter().flatten();
    let rows = tables.filter(move |(of, _)| *of == section);
    let parts = PARTS
        .iter()
        .filter(move |(kind, of, ..)| *of == section && *kind != Kind::UnexpectedParameter);
    rows.map(|(_, id)| *id).chain(parts.map(|(.., id)| *id))
}

fn length(section: &str) -> ReqId {
    let own = LENGTHS.iter().find(|(of, _)| *of == section);
    own.map_or_else(
        || in_table(LAYOUTS, section),
        |(_, requirement)| *requirement,
    )
}

/// Returns the row of a section. Sections without one have a format of RFC 5354 §3 or §4 alone.
fn in_table(table: &[(&str, ReqId)], section: &str) -> ReqId {
    let row = table.iter().find(|(of, _)| *of == section);
    row.map_or(R5354_3_1, |(_, requirement)| *requirement)
}

/// Last elements of a field path.
struct Place<'a> {
    /// Last segment, without its index.
    last: &'a str,
    /// Innermost parameter or cause; empty for the message.
    element: &'a str,
    /// The one around it.
    parent: &'a str,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Place<'a> {
        let mut segments = path
            .rsplit('/')
            .map(|segment| segment.split_once('[').map_or(segment, |(name, _)| name));
        let last = segments.next().unwrap_or_default();
        let is_field = last.starts_with('#') || ["info", "length"].contains(&last);
        let element = if is_field {
            segments.next().unwrap_or_default()
        } else {
            last
        };
        Place {
            last,
            element,
            parent: segments.next().unwrap_or_default(),
        }
    }

    /// Returns true if the innermost element is an error cause.
    fn in_cause(&self) -> bool {
        self.element.starts_with("0x") && self.parent == "operation-error"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every section that a defect can name leads to the requirement about that section.
    #[test]
    fn every_section_of_the_schema_has_a_requirement() {
        let messages = schema::asap::MESSAGES.iter().chain(&schema::enrp::MESSAGES);
        let sections: BTreeSet<&str> = messages
            .map(|row| row.section)
            .chain(schema::param::PARAMETERS.iter().map(|row| row.section))
            .chain(schema::cause::CAUSES.iter().map(|row| row.section))
            .chain(schema::policy::POLICIES.iter().map(|row| row.section))
            .collect();
        let listed: BTreeSet<&str> = LAYOUTS.iter().map(|(section, _)| *section).collect();
        assert_eq!(listed, sections);
        for (section, id) in [LAYOUTS, LENGTHS, ADDRESS_COUNTS].into_iter().flatten() {
            let requirement = id.requirement();
            let place = format!("RFC {} §{}", requirement.rfc, requirement.section);
            assert_eq!(&place, section, "{id}");
        }
    }
}
