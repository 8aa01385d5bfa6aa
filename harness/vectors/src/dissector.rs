//! The judge's own decoder as a codec: the vectors keep it honest, too.

use crate::codec::{Answer, AnswerError, Codec, CodecFailure, Verdict};
use crate::model::{Protocol, Reaction, Vector};
use rspcheck_dissect as dissect;

/// `rspcheck-dissect`. It shows messages and does not encode them, so it gives no octets back.
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
        // Its list of fields leaves out what stands in headers (`#length`); asked for a path, it knows it.
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
