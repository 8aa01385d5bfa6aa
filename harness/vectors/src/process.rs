//! A codec in a process of its own: one JSON line asks, one JSON line answers.

use crate::codec::{Answer, AnswerError, Codec, CodecFailure, Verdict};
use crate::hex::{plain, shortened, to_hex};
use crate::model::{Fields, Reaction, Vector};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde::Deserialize;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// The longest answer that is read: a message of 64 KiB in hex, and its fields, fit many times.
const LONGEST_LINE: u64 = 4 << 20;

/// A child process speaking JSON lines on its standard input and output. Its errors go where ours go.
///
/// It has a process group of its own, which is killed when this is dropped.
pub struct ProcessCodec {
    command: String,
    timeout: Duration,
    child: Child,
    /// To the thread that writes; `None` after the last question. A codec that does not read must not block us.
    questions: Option<Sender<String>>,
    answers: Receiver<io::Result<Vec<u8>>>,
    /// Lines that have come so far.
    lines: usize,
    /// Its status was taken: its number may belong to somebody else.
    has_ended: bool,
}

impl ProcessCodec {
    /// Starts `command` with the shell. Each answer must come within `timeout`.
    pub fn start(command: &str, timeout: Duration) -> Result<ProcessCodec, CodecFailure> {
        let does_not_start = |source| CodecFailure::DoesNotStart {
            command: command.to_owned(),
            source,
        };
        let mut child = Command::new("/bin/sh")
            .args(["-c", command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(does_not_start)?;
        let (questions, to_write) = channel();
        let (line_read, answers) = sync_channel(1);
        let stdin = child.stdin.take().expect("it was asked for");
        let stdout = child.stdout.take().expect("it was asked for");
        thread::spawn(move || write_lines(stdin, &to_write));
        thread::spawn(move || read_lines(stdout, &line_read));
        let questions = Some(questions);
        Ok(ProcessCodec {
            command: command.to_owned(),
            timeout,
            child,
            questions,
            answers,
            lines: 0,
            has_ended: false,
        })
    }

    /// The next line, or `None` if the output has ended.
    fn line(&mut self, vector: &str) -> Result<Option<Vec<u8>>, CodecFailure> {
        match self.answers.recv_timeout(self.timeout) {
            Ok(line) => {
                self.lines += 1;
                Ok(Some(line?))
            }
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => Err(CodecFailure::Silent {
                vector: vector.to_owned(),
                line: self.lines + 1,
                timeout: self.timeout,
            }),
        }
    }

    /// Its output has ended while an answer was due.
    fn died(&mut self, vector: &str) -> CodecFailure {
        self.await_its_end();
        match self.end() {
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

    /// Waits until the process has ended by itself, or the time is over: its output closes a little earlier,
    /// and killing it in between would hide how it ended.
    fn await_its_end(&self) {
        let Some(pid) = self.pid() else { return };
        let (ended, is_ended) = channel();
        thread::spawn(move || {
            // It stays a zombie, so that its number cannot become another process's before `end`.
            let _ = waitid(
                WaitId::Pid(pid),
                WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
            );
            let _ = ended.send(());
        });
        let _ = is_ended.recv_timeout(self.timeout);
    }

    /// Kills what is left of its group, and takes its status.
    fn end(&mut self) -> io::Result<ExitStatus> {
        if let Some(group) = self.pid().filter(|_| !self.has_ended) {
            // The group may be gone already, and then all is well.
            let _ = kill_process_group(group, Signal::KILL);
        }
        self.has_ended = true;
        self.child.wait()
    }

    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }
}

impl Codec for ProcessCodec {
    fn name(&self) -> &str {
        &self.command
    }

    fn decode(&mut self, vector: &Vector) -> Result<Answer, CodecFailure> {
        if let Some(questions) = &self.questions {
            // If the writer has ended, the codec does not read any more, and the missing answer tells.
            let _ = questions.send(question(vector));
        }
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
        self.questions = None;
        match self.line("the end of the questions") {
            Ok(Some(line)) => Err(CodecFailure::Talks {
                line: self.lines,
                text: shortened(&String::from_utf8_lossy(&line)),
            }),
            // One that does not end with its input has answered everything all the same.
            Ok(None) | Err(CodecFailure::Silent { .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }
}

impl Drop for ProcessCodec {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = self.end();
    }
}

/// The line of the codec protocol that asks about a vector.
pub fn question(vector: &Vector) -> String {
    let question = serde_json::json!({
        "id": vector.id, "protocol": vector.protocol, "octets": to_hex(&vector.octets),
    });
    format!("{question}\n")
}

fn write_lines(mut stdin: ChildStdin, lines: &Receiver<String>) {
    for line in lines {
        if stdin
            .write_all(line.as_bytes())
            .and_then(|()| stdin.flush())
            .is_err()
        {
            return;
        }
    }
}

fn read_lines(stdout: ChildStdout, lines: &SyncSender<io::Result<Vec<u8>>>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let read = stdout
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line);
        let line = match read {
            Ok(0) => return,
            Ok(_) => Ok(line),
            Err(error) => Err(error),
        };
        let last = line.is_err();
        if lines.send(line).is_err() || last {
            return;
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    verdict: Verdict,
    error: Option<AnswerError>,
    reaction: Option<Reaction>,
    fields: Option<Fields>,
    octets: Option<String>,
}

pub(crate) fn answer(line: &[u8], asked: &str) -> Result<Answer, String> {
    if line.last() != Some(&b'\n') {
        return Err("it does not end with a newline, or is longer than 4 MiB".to_owned());
    }
    let line: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if line.id != asked {
        return Err(format!("its id is \"{}\"", shortened(&line.id)));
    }
    let octets = line.octets.as_deref().map(plain).transpose();
    Ok(Answer {
        verdict: line.verdict,
        error: line.error,
        reaction: line.reaction,
        fields: line.fields,
        octets: octets.map_err(|wrong| format!("octets: {wrong}"))?,
    })
}
