//! What is asked of a codec, and what it answers.

use crate::model::{Fields, Reaction, Vector};
use serde::Deserialize;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// Something that decodes messages.
pub trait Codec {
    /// A name for reports.
    fn name(&self) -> &str;

    /// Decodes the octets of a vector. A failure is one of the codec as a program, not a rejection.
    fn decode(&mut self, vector: &Vector) -> Result<Answer, CodecFailure>;

    /// Called once after the last vector.
    fn finish(&mut self) -> Result<(), CodecFailure> {
        Ok(())
    }
}

/// Taken or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The message was decoded.
    Accept,
    /// The message was refused.
    Reject,
}

/// What a codec makes of a message. Only the verdict is obligatory; what is absent is not judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Taken or refused.
    pub verdict: Verdict,
    /// Why it was refused.
    pub error: Option<AnswerError>,
    /// What an unknown type made it do.
    pub reaction: Option<Reaction>,
    /// What it read, by field path.
    pub fields: Option<Fields>,
    /// What it decoded, encoded again.
    pub octets: Option<Vec<u8>>,
}

impl Answer {
    /// An answer with nothing but a verdict.
    pub fn of(verdict: Verdict) -> Answer {
        Answer {
            verdict,
            error: None,
            reaction: None,
            fields: None,
            octets: None,
        }
    }
}

/// The error a codec names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerError {
    /// From the message's first octet.
    pub offset: Option<usize>,
    /// A kind of the vocabulary.
    pub kind: Option<String>,
    /// Field path of what is wrong; for people, not judged.
    pub path: Option<String>,
}

/// A codec that cannot be asked, or does not answer as it must.
#[derive(Debug, thiserror::Error)]
pub enum CodecFailure {
    /// The command cannot be started.
    #[error("the codec \"{command}\" does not start")]
    DoesNotStart {
        /// The command.
        command: String,
        /// What the system says.
        source: io::Error,
    },
    /// The shell did not find the command, or may not run it.
    #[error(
        "the codec \"{command}\" does not start ({status}): is the command right and can it be run?"
    )]
    NotFound {
        /// The command.
        command: String,
        /// How the shell ended.
        status: ExitStatus,
    },
    /// It ended in the middle.
    #[error("the codec ended ({status}) instead of answering {vector} (answer line {line})")]
    Died {
        /// The vector that was asked.
        vector: String,
        /// The line of its output that was due, from 1.
        line: usize,
        /// How it ended.
        status: ExitStatus,
    },
    /// It does not answer in time.
    #[error(
        "the codec did not answer {vector} (answer line {line}) within {timeout:?}; is it flushing its output?"
    )]
    Silent {
        /// The vector that was asked.
        vector: String,
        /// The line of its output that was due, from 1.
        line: usize,
        /// The deadline.
        timeout: Duration,
    },
    /// It answers something else than the protocol says.
    #[error("the codec's answer to {vector} (answer line {line}) is wrong: {what}; it was: {text}")]
    Garbage {
        /// The vector that was asked.
        vector: String,
        /// The line of its output, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
        /// The line, shortened.
        text: String,
    },
    /// It says more than it was asked.
    #[error("the codec goes on after the last answer (line {line}): {text}")]
    Talks {
        /// The line of its output, from 1.
        line: usize,
        /// The line, shortened.
        text: String,
    },
    /// The system failed us while talking to it.
    #[error("talking to the codec failed")]
    Io(#[from] io::Error),
}

impl CodecFailure {
    /// The codec was never there, so nothing can be said about it.
    pub fn never_started(&self) -> bool {
        matches!(
            self,
            CodecFailure::DoesNotStart { .. } | CodecFailure::NotFound { .. }
        )
    }
}
