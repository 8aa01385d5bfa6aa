//! The interface of a codec under test: its answers and its failures.

use crate::model::{Fields, Reaction, Vector};
use serde::Deserialize;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// Codec under test.
pub trait Codec {
    /// Returns the name of the codec in reports.
    fn name(&self) -> &str;

    /// Decodes the octets of a vector.
    ///
    /// # Errors
    ///
    /// If the codec fails as a program. A rejected message is an [`Answer`].
    fn decode(&mut self, vector: &Vector) -> Result<Answer, CodecFailure>;

    /// Ends the codec after the last vector.
    ///
    /// # Errors
    ///
    /// If the codec fails as a program, or sends more answers than it has questions.
    fn finish(&mut self) -> Result<(), CodecFailure> {
        Ok(())
    }
}

/// Verdict of a codec on a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The codec decoded the message.
    Accept,
    /// The codec rejected the message.
    Reject,
}

/// Answer of a codec to a vector. Only the verdict is obligatory; absent parts are not judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Accept or reject.
    pub verdict: Verdict,
    /// First error of a rejected message.
    pub error: Option<AnswerError>,
    /// Reaction to an unknown message or parameter type.
    pub reaction: Option<Reaction>,
    /// Decoded values by field path.
    pub fields: Option<Fields>,
    /// The decoded message, encoded again.
    pub octets: Option<Vec<u8>>,
}

impl Answer {
    /// Returns an answer that has only a verdict.
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

/// Error that a codec reports for a rejected message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerError {
    /// Offset from the message's first octet.
    pub offset: Option<usize>,
    /// Kind of error, a word that vector files use.
    pub kind: Option<String>,
    /// Field path of the error; for people, not judged.
    pub path: Option<String>,
}

/// Failure of a codec as a program: it cannot be started, or violates the line protocol.
#[derive(Debug, thiserror::Error)]
pub enum CodecFailure {
    /// The shell cannot be started.
    #[error("the codec \"{command}\" does not start")]
    DoesNotStart {
        /// The command.
        command: String,
        /// Error of the system.
        source: io::Error,
    },
    /// The shell did not find the command, or is not permitted to execute it.
    #[error(
        "the codec \"{command}\" does not start ({status}): is the command right and executable?"
    )]
    NotFound {
        /// The command.
        command: String,
        /// Exit status of the shell.
        status: ExitStatus,
    },
    /// The codec ended before its last answer.
    #[error("the codec ended ({status}) instead of answering {vector} (answer line {line})")]
    Died {
        /// The vector that was asked.
        vector: String,
        /// The line of its output that was due, from 1.
        line: usize,
        /// Exit status of the codec.
        status: ExitStatus,
    },
    /// The codec did not answer in time.
    #[error(
        "the codec did not answer {vector} (answer line {line}) within {timeout:?}; is it flushing its output?"
    )]
    Silent {
        /// The vector that was asked.
        vector: String,
        /// The line of its output that was due, from 1.
        line: usize,
        /// Time limit of an answer.
        timeout: Duration,
    },
    /// The answer breaks the line protocol.
    #[error("the codec's answer to {vector} (answer line {line}) is wrong: {what}; it was: {text}")]
    Garbage {
        /// The vector that was asked.
        vector: String,
        /// The line of its output, from 1.
        line: usize,
        /// The fault, in a sentence.
        what: String,
        /// The line, shortened.
        text: String,
    },
    /// The codec sent a line after its last answer.
    #[error("the codec sent more after its last answer (line {line}): {text}")]
    Talks {
        /// The line of its output, from 1.
        line: usize,
        /// The line, shortened.
        text: String,
    },
    /// The system reported an error on the codec's pipes or process.
    #[error("communication with the codec failed")]
    Io(#[from] io::Error),
}

impl CodecFailure {
    /// Returns true if the codec never ran, so that the failure is one of the command line and not of the codec.
    pub fn never_started(&self) -> bool {
        matches!(
            self,
            CodecFailure::DoesNotStart { .. } | CodecFailure::NotFound { .. }
        )
    }
}
