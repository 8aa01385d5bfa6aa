//! Recognizes ENRP messages by the layouts of RFC 5353 §2 and RFC 5354 §3, for mutants that treat malformed ones wrongly.

use super::{
    BODY, ERROR, INIT_TAKEOVER, INIT_TAKEOVER_ACK, LIST_REQUEST, LIST_RESPONSE, PRESENCE,
    TABLE_REQUEST, TABLE_RESPONSE, TAKEOVER_SERVER, UPDATE, UPDATED,
};

/// Parameter with its padding.
pub(super) struct Parameter<'a> {
    kind: u16,
    value: &'a [u8],
    pub(super) padding: &'a [u8],
}

/// Returns the parameters in these octets; none if a Length is wrong.
pub(super) fn parameters(octets: &[u8]) -> Option<Vec<Parameter<'_>>> {
    let mut found = Vec::new();
    let mut rest = octets;
    while !rest.is_empty() {
        let (kind, length) = (half(rest, 0)?, usize::from(half(rest, 2)?));
        let value = rest.get(4..length)?;
        let end = length.next_multiple_of(4).min(rest.len());
        let padding = &rest[length..end];
        found.push(Parameter {
            kind,
            value,
            padding,
        });
        rest = &rest[end..];
    }
    Some(found)
}

/// Returns true for a whole ENRP message with known parameters alone and with usual values.
pub(super) fn is_well_formed(octets: &[u8]) -> bool {
    well_formed(octets).is_some()
}

fn well_formed(octets: &[u8]) -> Option<()> {
    let length = usize::from(half(octets, 2)?);
    let padded = octets.len().checked_sub(length)? < 4;
    let kind = *octets.first()?;
    let from = if kind == UPDATE { UPDATED } else { BODY };
    let octets = octets.get(..length).filter(|_| padded)?;
    if [INIT_TAKEOVER, INIT_TAKEOVER_ACK, TAKEOVER_SERVER].contains(&kind) {
        return (length == BODY + 4 && octets[BODY..] != [0; 4]).then_some(());
    }
    let found = parameters(octets.get(from..)?)?;
    let kinds: Vec<_> = found.iter().map(|p| p.kind).collect();
    let fits = match kind {
        PRESENCE => [&[][..], &[0xf], &[0xb], &[0xf, 0xb]].contains(&&kinds[..]),
        TABLE_REQUEST | LIST_REQUEST => kinds.is_empty(),
        TABLE_RESPONSE => {
            let starts = kinds.first().is_none_or(|first| *first == 9);
            let pairs = kinds.windows(2).all(|pair| pair.contains(&0xa));
            starts && pairs && kinds.last().is_none_or(|last| *last == 0xa)
        }
        UPDATE => kinds == [9, 0xa],
        LIST_RESPONSE => octets[1] & 1 == 0 || kinds.is_empty(),
        ERROR => kinds == [0xc],
        _ => false,
    };
    let unfit = found.iter().any(|p| !has_value(p, kind));
    (fits && !unfit).then_some(())
}

fn has_value(parameter: &Parameter<'_>, message: u8) -> bool {
    let value = parameter.value;
    match parameter.kind {
        0x9 => !value.is_empty() && value.len() < 0x8000,
        0xa => element(value).is_some(),
        0xb => server(value).is_some(),
        0xc => parameters(value).is_some_and(|causes| !causes.is_empty()),
        0xf => value.len() == 2 && message == PRESENCE,
        _ => false,
    }
}

fn element(value: &[u8]) -> Option<()> {
    let life = i32::from_be_bytes(value.get(8..12)?.try_into().ok()?);
    let inside = parameters(value.get(12..)?)?;
    let [user, policy, asap @ ..] = &inside[..] else {
        return None;
    };
    let usual = value[..4] != [0; 4] && value[4..8] != [0; 4] && (life == -1 || life > 0);
    let asap = match asap {
        [] => true,
        [only] => only.kind == 4 && transport(only).is_some(),
        _ => false,
    };
    let kind = policy.value.get(..4)?;
    let data = policy.value.len() - 4;
    let known = match kind {
        [0, 0, 0, 1 | 3] => data == 0,
        [0, 0, 0, 2 | 4 | 5] | [0x40, 0, 0, 1 | 4] => data == 4,
        [0x40, 0, 0, 2 | 3] => data == 8,
        _ => false,
    };
    transport(user)?;
    (usual && asap && policy.kind == 8 && known).then_some(())
}

fn server(value: &[u8]) -> Option<()> {
    let inside = parameters(value.get(4..)?)?;
    let only = inside.first().filter(|p| p.kind == 4)?;
    transport(only)?;
    (inside.len() == 1 && value[..4] != [0; 4]).then_some(())
}

fn transport(parameter: &Parameter<'_>) -> Option<()> {
    let fixed = match parameter.kind {
        0x10 => return Some(()),
        3 => 8,
        4..=7 => 4,
        _ => return None,
    };
    let value = parameter.value;
    let addresses = parameters(value.get(fixed..)?)?;
    let sized = addresses.iter().all(|address| match address.kind {
        1 => address.value.len() == 4,
        2 => address.value.len() == 16,
        _ => false,
    });
    let usual = value[..2] != [0; 2] && (parameter.kind != 4 || value[2..4] < [0, 2][..]);
    (sized && usual && !addresses.is_empty()).then_some(())
}

fn half(octets: &[u8], at: usize) -> Option<u16> {
    let half = octets.get(at..at + 2)?;
    Some(u16::from_be_bytes([half[0], half[1]]))
}
