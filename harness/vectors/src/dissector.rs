//! The harness's own dissector as a codec, so that the vectors test it too.

use crate::codec::{Answer, AnswerError, Codec, CodecFailure, Verdict};
use crate::model::{Protocol, Reaction, Vector};
use rspcheck_dissect as dissect;

/// `rspcheck-dissect` as a codec. It does not encode messages, so its answers have no octets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dissector;

impl Codec for Dissector {
    fn name(&self) -> &str {
        "rspcheck-dissect"
    }

    fn decode(&mut self, vector: &Vector) -> Result<Answer, CodecFailure> {
        let protocol = match vector.protocol {
            Protocol::Asap => dissect::Protocol::Asap,
            Protocol::Enrp => dissect::Protocol::Enrp,
        };
        let dissection = dissect::dissect(protocol, &vector.octets);
        let rejection = dissection.rejection();
        // The dissection's list of fields omits those of headers (`#length`), so each path is looked up instead.
        let asked = vector.fields.keys();
        let fields = asked.filter_map(|path| Some((path.clone(), shown(dissection.value(path)?))));
        Ok(Answer {
            verdict: if rejection.is_some() {
                Verdict::Reject
            } else {
                Verdict::Accept
            },
            error: rejection.as_ref().map(|rejection| AnswerError {
                offset: Some(rejection.offset),
                kind: Some(rejection.kind.word().to_owned()),
                path: None,
            }),
            reaction: dissection.reaction().map(reaction),
            fields: Some(fields.collect()),
            octets: None,
        })
    }
}

fn shown(value: dissect::Value) -> serde_json::Value {
    match value {
        dissect::Value::Flag(flag) => flag.into(),
        dissect::Value::Number(number) => number.into(),
        other => other.to_string().into(),
    }
}

fn reaction(reaction: dissect::Reaction) -> Reaction {
    match reaction {
        dissect::Reaction::Drop => Reaction::Drop,
        dissect::Reaction::DropReport => Reaction::DropReport,
        dissect::Reaction::Skip => Reaction::Skip,
        dissect::Reaction::SkipReport => Reaction::SkipReport,
    }
}
