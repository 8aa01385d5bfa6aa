//! Pool member selection policies (RFC 5356 §4, §5), one row each.

use super::{Field, Policy, fields, number};

const WEIGHT: Field = number("Weight", "weight");
const PRIORITY: Field = number("Priority", "priority");
const LOAD: Field = number("Load", "load");
const DEGRADATION: Field = number("Load Degradation", "load-degradation");

const fn row(
    code: u32,
    name: &'static str,
    section: &'static str,
    list: &'static [Field],
) -> Policy {
    Policy {
        code,
        name,
        section,
        fields: fields(list),
    }
}

/// The policies.
pub static POLICIES: [Policy; 9] = [
    row(0x0000_0001, "Round Robin", "RFC 5356 §4.1.4", &[]),
    row(
        0x0000_0002,
        "Weighted Round Robin",
        "RFC 5356 §4.2.4",
        &[WEIGHT],
    ),
    row(0x0000_0003, "Random", "RFC 5356 §4.3.4", &[]),
    row(0x0000_0004, "Weighted Random", "RFC 5356 §4.4.4", &[WEIGHT]),
    row(0x0000_0005, "Priority", "RFC 5356 §4.5.4", &[PRIORITY]),
    row(0x4000_0001, "Least Used", "RFC 5356 §5.1.4", &[LOAD]),
    row(
        0x4000_0002,
        "Least Used with Degradation",
        "RFC 5356 §5.2.4",
        &[LOAD, DEGRADATION],
    ),
    row(
        0x4000_0003,
        "Priority Least Used",
        "RFC 5356 §5.3.4",
        &[LOAD, DEGRADATION],
    ),
    row(
        0x4000_0004,
        "Randomized Least Used",
        "RFC 5356 §5.4.4",
        &[LOAD],
    ),
];
