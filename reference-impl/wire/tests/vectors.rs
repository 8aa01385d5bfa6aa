//! Runs every vector of `vectors/wire` against the codec.

#[expect(dead_code, reason = "fields are for the test of the codec program")]
mod vector_files;

use rsp_wire::text::hex;
use rsp_wire::{DecodeError, EncodeError, Reaction, asap, enrp};
use vector_files::{Expect, ExpectedError, File, Vector, check_all, from_hex, octets};

/// Result of the codec for the octets of a vector.
struct Outcome {
    result: Result<Vec<u8>, DecodeError>,
    reaction: Option<Reaction>,
}

#[test]
fn every_vector_agrees() {
    check_all(check);
}

fn check(file: &File, vector: &Vector) -> Result<(), String> {
    let octets = octets(file, vector)?;
    let Outcome { result, reaction } = decode(&file.protocol, &octets);
    let reaction_agrees = vector.reaction.as_deref() == reaction.map(Reaction::name);
    if vector.reaction.is_some() && !reaction_agrees {
        return Err(format!(
            "reaction {reaction:?}, expected {:?}",
            vector.reaction
        ));
    }
    match (vector.expect, result) {
        (Expect::Reject, Ok(_)) => Err("accepted".to_owned()),
        (Expect::Accept, Err(error)) => Err(format!("rejected: {error}")),
        (Expect::Reject | Expect::Either, Err(error)) => check_error(vector.error.as_ref(), &error),
        (Expect::Accept | Expect::Either, Ok(reencoded)) => {
            let sent = vector
                .reencodes
                .as_deref()
                .map_or_else(|| Ok(octets.clone()), from_hex)?;
            check_reencoding(&octets, sent, &reencoded)
        }
    }
}

/// Checks re-encoded octets. The vectors clear unknown flags, as a sender must; this codec leaves that to its
/// caller, so the flags must be those received.
fn check_reencoding(octets: &[u8], mut sent: Vec<u8>, reencoded: &[u8]) -> Result<(), String> {
    sent[1] = octets[1];
    if sent == reencoded {
        return Ok(());
    }
    Err(format!(
        "re-encoded as {}, expected {}",
        hex(reencoded),
        hex(&sent)
    ))
}

fn check_error(expected: Option<&ExpectedError>, error: &DecodeError) -> Result<(), String> {
    let Some(expected) = expected else {
        return Err("the vector names no error".to_owned());
    };
    let kind = error.kind.name();
    let kind_agrees = expected.kind == kind || expected.or.iter().any(|other| other == kind);
    if expected.offset == error.offset && kind_agrees {
        return Ok(());
    }
    Err(format!(
        "{error}, expected {} at offset {}",
        expected.kind, expected.offset
    ))
}

fn decode(protocol: &str, octets: &[u8]) -> Outcome {
    match protocol {
        "ASAP" => outcome(
            asap::Message::decode(octets).map(|decoded| (decoded.message, decoded.reports)),
            asap::Message::encode,
        ),
        "ENRP" => outcome(
            enrp::Message::decode(octets).map(|decoded| (decoded.message, decoded.reports)),
            enrp::Message::encode,
        ),
        other => panic!("no protocol {other}"),
    }
}

fn outcome<M>(
    decoded: Result<(M, rsp_wire::Reports), DecodeError>,
    encode: impl Fn(&M, &mut Vec<u8>) -> Result<(), EncodeError>,
) -> Outcome {
    match decoded {
        Ok((message, reports)) => {
            let mut octets = Vec::new();
            encode(&message, &mut octets).expect("what was decoded can be encoded");
            Outcome {
                result: Ok(octets),
                reaction: reports.reaction(),
            }
        }
        Err(error) => {
            let reaction = Some(Reaction::to_error(error.kind));
            Outcome {
                result: Err(error),
                reaction,
            }
        }
    }
}
