//! Programs that run inside: their lines are logged and waited for, and they end with their owner.

use anyhow::{Context, bail};
use rspcheck_child::{Child, Line, NoLine, Options, WhenFull};
use rustix::process::Signal;
use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

/// Lines that an error shows.
const SHOWN: usize = 6;
/// Octets of a line that are kept together.
const LINE_LIMIT: usize = 1 << 20;
/// Lines that may come between two waits; further ones are only in the log.
const LINES_LIMIT: usize = 100_000;

/// A running program.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    /// Everything it wrote that was taken so far.
    lines: Vec<String>,
    /// Lines that an earlier wait has passed.
    seen: usize,
}

impl Process {
    /// Starts a program; its output goes to `<dir>/<name>.log` too.
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

    /// Waits for a line that none of the earlier waits has passed.
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
                Err(NoLine::Over) => "it ended before".to_owned(),
                Err(NoLine::Late) => format!("none within {:.1} s", within.as_secs_f64()),
            };
            let from = self.lines.len().saturating_sub(SHOWN);
            bail!(
                "{}: no line with {what}: {why}; the last ones:\n    {}",
                self.name,
                self.lines[from..].join("\n    ")
            );
        }
    }

    /// Waits for a line that contains this text.
    pub(crate) fn says(&mut self, text: &str, within: Duration) -> anyhow::Result<String> {
        self.line(&format!("`{text}`"), |line| line.contains(text), within)
    }

    /// Types a line.
    pub(crate) fn types(&mut self, line: &str) -> anyhow::Result<()> {
        self.child
            .send(format!("{line}\n").into_bytes())
            .with_context(|| format!("{}: typing `{line}`", self.name))
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        self.child
            .signal(signal)
            .with_context(|| format!("{}: {signal:?}", self.name))
    }

    /// Sends SIGKILL and waits for the end.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().with_context(|| self.name.clone())?;
        Ok(())
    }

    /// Waits for the end and returns the exit status.
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

    /// Returns true if a line with this text has come, waited for or not.
    pub(crate) fn said(&mut self, text: &str) -> bool {
        self.lines().iter().any(|line| line.contains(text))
    }

    /// Returns everything it wrote so far.
    pub(crate) fn lines(&mut self) -> &[String] {
        while let Some(line) = self.child.try_line() {
            self.keep(&line);
        }
        &self.lines
    }

    /// Returns its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    fn keep(&mut self, line: &Line) {
        self.lines.push(plain(&line.text()));
    }
}

/// Removes the colours of a terminal.
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
    reason = "programs are waited for on wall time"
)]
pub(crate) fn clock() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_left_out() {
        assert_eq!(
            plain("\u{1b}[34mfrom PE $00bbbbbb> hello\u{1b}[0m\n"),
            "from PE $00bbbbbb> hello"
        );
        assert_eq!(plain("plain\n"), "plain");
        assert_eq!(plain("cut \u{1b}[3"), "cut ");
    }

    #[test]
    fn lines_are_waited_for_once_and_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two; read word; echo got $word"]);
        let mut shell = Process::start("shell", command, dir.path()).unwrap();
        let long = Duration::from_secs(20);
        assert_eq!(shell.says("two", long).unwrap(), "two");
        assert!(shell.says("one", Duration::ZERO).is_err(), "it came before");
        shell.types("this").unwrap();
        assert_eq!(shell.says("got", long).unwrap(), "got this");
        assert!(shell.end(long).unwrap().success());
        let error = shell.says("more", long).unwrap_err().to_string();
        assert!(error.contains("it ended before"), "{error}");
        assert!(shell.said("one"));
    }
}
