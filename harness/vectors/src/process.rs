//! A codec that runs as a child process.

use crate::codec::{Answer, Codec, CodecFailure};
use crate::hex::shortened;
use crate::line::{answer, question};
use crate::model::Vector;
use rspcheck_child::{Child, NoLine, Options, WhenFull, deadline};
use std::process::Command;
use std::time::Duration;

/// Limit on the length of an answer, in octets: more than 30 times a message of 64 KiB in hex.
const LONGEST_LINE: usize = 4 << 20;

/// Child process that answers with JSON lines on its standard output and inherits our standard error.
///
/// The child has its own process group, which is killed when this value is dropped.
pub struct ProcessCodec {
    command: String,
    timeout: Duration,
    child: Child,
    /// Number of lines read so far.
    lines: usize,
}

impl ProcessCodec {
    /// Starts `command` with `/bin/sh`. The codec must send each answer within `timeout`.
    ///
    /// # Errors
    ///
    /// [`CodecFailure::DoesNotStart`] if the shell cannot be started.
    pub fn start(command: &str, timeout: Duration) -> Result<ProcessCodec, CodecFailure> {
        let options = Options {
            input: true,
            errors: false,
            line_limit: LONGEST_LINE,
            queue_limit: 1,
            when_full: WhenFull::Wait,
            log: None,
        };
        let child = Child::start(Command::new("/bin/sh").args(["-c", command]), options).map_err(
            |source| CodecFailure::DoesNotStart {
                command: command.to_owned(),
                source,
            },
        )?;
        Ok(ProcessCodec {
            command: command.to_owned(),
            timeout,
            child,
            lines: 0,
        })
    }

    /// Returns the next line, or `None` if the output has ended.
    fn line(&mut self, vector: &str) -> Result<Option<Vec<u8>>, CodecFailure> {
        match self.child.line(deadline(self.timeout)) {
            Ok(line) => {
                self.lines += 1;
                Ok(Some(line.octets))
            }
            Err(NoLine::Over) => Ok(None),
            Err(NoLine::Late) => Err(CodecFailure::Silent {
                vector: vector.to_owned(),
                line: self.lines + 1,
                timeout: self.timeout,
            }),
        }
    }

    /// Returns the failure of a codec whose output ended while an answer was due.
    fn died(&mut self, vector: &str) -> CodecFailure {
        // The output closes shortly before the process ends; a signal in between would replace its exit status.
        self.child.wait_for_end(deadline(self.timeout));
        match self.child.kill() {
            Ok(status) if self.lines == 0 && matches!(status.code(), Some(126 | 127)) => {
                CodecFailure::NotFound {
                    command: self.command.clone(),
                    status,
                }
            }
            Ok(status) => CodecFailure::Died {
                vector: vector.to_owned(),
                line: self.lines + 1,
                status,
            },
            Err(error) => CodecFailure::Io(error),
        }
    }
}

impl Codec for ProcessCodec {
    fn name(&self) -> &str {
        &self.command
    }

    fn decode(&mut self, vector: &Vector) -> Result<Answer, CodecFailure> {
        // Sending fails if the codec has closed its input; then the missing answer is reported.
        let _ = self.child.send(question(vector).into_bytes());
        let Some(line) = self.line(&vector.id)? else {
            return Err(self.died(&vector.id));
        };
        answer(&line, &vector.id).map_err(|what| CodecFailure::Garbage {
            vector: vector.id.clone(),
            line: self.lines,
            what,
            text: shortened(&String::from_utf8_lossy(&line)),
        })
    }

    fn finish(&mut self) -> Result<(), CodecFailure> {
        self.child.close_input();
        match self.line("the end of the questions") {
            Ok(Some(line)) => Err(CodecFailure::Talks {
                line: self.lines,
                text: shortened(&String::from_utf8_lossy(&line)),
            }),
            // A codec that keeps running after its input has ended has still answered every question.
            Ok(None) | Err(CodecFailure::Silent { .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }
}
