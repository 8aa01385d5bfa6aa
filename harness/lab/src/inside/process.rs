//! Programs that a check runs: each logs its output, can be waited for line by line, and ends when it is dropped.

use anyhow::{Context, bail};
use rspcheck_child::{Child, Line, NoLine, Options, WhenFull};
use rustix::process::Signal;
use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// Lines of output that an error quotes.
const SHOWN: usize = 6;
/// Length at which a line is split, in octets.
const LINE_LIMIT: usize = 1 << 20;
/// Lines that are queued between two waits; further ones are only in the log.
const LINES_LIMIT: usize = 100_000;

/// Running program of a check.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    /// Lines read from the program so far.
    lines: Vec<String>,
    /// Number of lines that earlier waits have passed.
    seen: usize,
}

impl Process {
    /// Starts a program, whose output is also written to `<dir>/<name>.log`.
    pub(crate) fn start(name: &str, mut command: Command, dir: &Path) -> anyhow::Result<Process> {
        let file = dir.join(format!("{name}.log"));
        let log = File::create(&file).with_context(|| file.display().to_string())?;
        let options = Options {
            input: true,
            errors: true,
            line_limit: LINE_LIMIT,
            queue_limit: LINES_LIMIT,
            when_full: WhenFull::Drop,
            log: Some(log),
        };
        let child = Child::start(command.current_dir(dir), options)
            .with_context(|| format!("{name}: {command:?}"))?;
        Ok(Process {
            name: name.to_owned(),
            child,
            lines: Vec::new(),
            seen: 0,
        })
    }

    /// Waits for a line for which `is_it` holds, behind those that earlier waits have passed, and returns it. `what`
    /// names the line in the error.
    pub(crate) fn line(
        &mut self,
        what: &str,
        is_it: impl Fn(&str) -> bool,
        within: Duration,
    ) -> anyhow::Result<String> {
        let deadline = clock() + within;
        loop {
            while let Some(line) = self.lines.get(self.seen) {
                self.seen += 1;
                if is_it(line) {
                    return Ok(line.clone());
                }
            }
            let why = match self.child.line(deadline) {
                Ok(line) => {
                    self.keep(&line);
                    continue;
                }
                Err(NoLine::Over) => "the program ended before".to_owned(),
                Err(NoLine::Late) => format!("none within {:.1} s", within.as_secs_f64()),
            };
            let from = self.lines.len().saturating_sub(SHOWN);
            bail!(
                "{}: no line with {what}: {why}; last lines:\n    {}",
                self.name,
                self.lines[from..].join("\n    ")
            );
        }
    }

    /// Waits for a line that contains this text.
    pub(crate) fn prints(&mut self, text: &str, within: Duration) -> anyhow::Result<String> {
        self.line(&format!("`{text}`"), |line| line.contains(text), within)
    }

    /// Writes a line to the program's standard input.
    pub(crate) fn types(&mut self, line: &str) -> anyhow::Result<()> {
        self.child
            .send(format!("{line}\n").into_bytes())
            .with_context(|| format!("{}: writing `{line}`", self.name))
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        self.child
            .signal(signal)
            .with_context(|| format!("{}: {signal:?}", self.name))
    }

    /// Sends SIGKILL and waits until the program has ended.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().with_context(|| self.name.clone())?;
        Ok(())
    }

    /// Waits until the program has ended and returns its exit status.
    pub(crate) fn end(&mut self, within: Duration) -> anyhow::Result<ExitStatus> {
        let deadline = clock() + within;
        if !self.child.wait_for_output(deadline) || self.child.wait_for_end(deadline).is_none() {
            bail!(
                "{}: did not end within {:.1} s",
                self.name,
                within.as_secs_f64()
            );
        }
        self.child.kill().with_context(|| self.name.clone())
    }

    /// Returns true if the program has printed a line that contains this text, waited for or not.
    pub(crate) fn printed(&mut self, text: &str) -> bool {
        self.lines().iter().any(|line| line.contains(text))
    }

    /// Returns all lines that the program has printed so far.
    pub(crate) fn lines(&mut self) -> &[String] {
        while let Some(line) = self.child.try_line() {
            self.keep(&line);
        }
        &self.lines
    }

    /// Returns the process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    fn keep(&mut self, line: &Line) {
        self.lines.push(plain(&line.text()));
    }
}

/// Removes trailing blanks and the escape sequences that colour a terminal.
fn plain(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line.trim_end();
    while let Some((before, behind)) = rest.split_once("\u{1b}[") {
        text.push_str(before);
        rest = behind.split_once('m').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    text
}

#[expect(
    clippy::disallowed_methods,
    reason = "the programs of both sides run on wall time"
)]
pub(crate) fn clock() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_removed() {
        assert_eq!(
            plain("\u{1b}[34mfrom PE $00bbbbbb> hello\u{1b}[0m\n"),
            "from PE $00bbbbbb> hello"
        );
        assert_eq!(plain("plain\n"), "plain");
        assert_eq!(plain("cut \u{1b}[3"), "cut ");
    }

    #[test]
    fn each_wait_begins_behind_the_line_before() {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two; read word; echo got $word"]);
        let mut shell = Process::start("shell", command, dir.path()).unwrap();
        let long = Duration::from_secs(20);
        assert_eq!(shell.prints("two", long).unwrap(), "two");
        assert!(
            shell.prints("one", Duration::ZERO).is_err(),
            "an earlier wait passed that line"
        );
        shell.types("this").unwrap();
        assert_eq!(shell.prints("got", long).unwrap(), "got this");
        assert!(shell.end(long).unwrap().success());
        let error = shell.prints("more", long).unwrap_err().to_string();
        assert!(error.contains("the program ended before"), "{error}");
        assert!(shell.printed("one"));
    }
}
