//! A codec in a process of its own.

use crate::codec::{Answer, Codec, CodecFailure};
use crate::hex::shortened;
use crate::line::{answer, question};
use crate::model::Vector;
use rspcheck_child::{Child, NoLine, Options, WhenFull, deadline};
use std::process::Command;
use std::time::Duration;

/// The longest answer that is read: a message of 64 KiB in hex, and its fields, fit many times.
const LONGEST_LINE: usize = 4 << 20;

/// A child process that answers JSON lines on its standard output. Its errors go to our standard error.
///
/// It has a process group of its own, which is killed when this is dropped.
pub struct ProcessCodec {
    command: String,
    timeout: Duration,
    child: Child,
    /// Lines that have come so far.
    lines: usize,
}

impl ProcessCodec {
    /// Starts `command` with the shell. Each answer must come within `timeout`.
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
        // Its output closes a little before it ends; to kill it in between would hide how it ended.
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
        // An error means that the codec has closed its input; the missing answer is reported.
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
            // A codec that does not end with its input has answered everything all the same.
            Ok(None) | Err(CodecFailure::Silent { .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }
}
