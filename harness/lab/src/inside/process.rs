//! Programs that run inside: their lines are logged and waited for, and they end with their owner.

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How many lines an error shows.
const SHOWN: usize = 6;

/// A running program.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    stdin: Option<ChildStdin>,
    output: Arc<Output>,
    /// Lines that were waited for already.
    seen: usize,
}

/// What it has written so far.
#[derive(Debug, Default)]
struct Output {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<String>,
    /// Readers that have seen the end.
    closed: usize,
}

impl Process {
    /// Starts a program; what it writes goes to `<dir>/<name>.log` too.
    pub(crate) fn start(name: &str, mut command: Command, dir: &Path) -> anyhow::Result<Process> {
        let file = dir.join(format!("{name}.log"));
        let log = Arc::new(Mutex::new(
            File::create(&file).with_context(|| file.display().to_string())?,
        ));
        let mut child = command
            .current_dir(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name}: {command:?}"))?;
        let output = Arc::new(Output::default());
        let stdout = child.stdout.take().context("standard output")?;
        let stderr = child.stderr.take().context("standard error")?;
        follow(stdout, &output, &log);
        follow(stderr, &output, &log);
        Ok(Process {
            name: name.to_owned(),
            stdin: child.stdin.take(),
            child,
            output,
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
        let output = Arc::clone(&self.output);
        let mut state = output.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            while let Some(line) = state.lines.get(self.seen) {
                self.seen += 1;
                if is_it(line) {
                    return Ok(line.clone());
                }
            }
            let left = deadline.saturating_duration_since(clock());
            if left.is_zero() || state.closed == 2 {
                let why = match state.closed {
                    2 => "it ended before".to_owned(),
                    _ => format!("none within {:.1} s", within.as_secs_f64()),
                };
                let from = state.lines.len().saturating_sub(SHOWN);
                bail!(
                    "{}: no line with {what}: {why}; the last ones:\n    {}",
                    self.name,
                    state.lines[from..].join("\n    ")
                );
            }
            state = output
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Waits for a line that contains this text.
    pub(crate) fn says(&mut self, text: &str, within: Duration) -> anyhow::Result<String> {
        self.line(&format!("`{text}`"), |line| line.contains(text), within)
    }

    /// Types a line.
    pub(crate) fn types(&mut self, line: &str) -> anyhow::Result<()> {
        let stdin = self.stdin.as_mut().context("standard input is closed")?;
        writeln!(stdin, "{line}")
            .and_then(|()| stdin.flush())
            .with_context(|| format!("{}: typing `{line}`", self.name))
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).with_context(|| format!("{}: {signal:?}", self.name))
    }

    /// SIGKILL, and waits for the end.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.child
            .kill()
            .and_then(|()| self.child.wait())
            .with_context(|| self.name.clone())?;
        Ok(())
    }

    /// Waits for the end and gives the exit status.
    pub(crate) fn end(&mut self, within: Duration) -> anyhow::Result<ExitStatus> {
        let deadline = clock() + within;
        let output = Arc::clone(&self.output);
        let mut state = output.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.closed < 2 {
            let left = deadline.saturating_duration_since(clock());
            if left.is_zero() {
                bail!(
                    "{}: did not end within {:.1} s",
                    self.name,
                    within.as_secs_f64()
                );
            }
            state = output
                .changed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        drop(state);
        self.child.wait().with_context(|| self.name.clone())
    }

    /// Whether a line with this text has come, waited for or not.
    pub(crate) fn said(&self, text: &str) -> bool {
        let state = self
            .output
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.lines.iter().any(|line| line.contains(text))
    }

    /// Everything it wrote so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let state = self
            .output
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        state.lines.clone()
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads lines to their end on a thread of its own.
fn follow(from: impl Read + Send + 'static, output: &Arc<Output>, log: &Arc<Mutex<File>>) {
    let (output, log) = (Arc::clone(output), Arc::clone(log));
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut octets = Vec::new();
        while from
            .read_until(b'\n', &mut octets)
            .is_ok_and(|read| read > 0)
        {
            let line = plain(&String::from_utf8_lossy(&octets));
            octets.clear();
            let _ = writeln!(log.lock().unwrap_or_else(PoisonError::into_inner), "{line}");
            let mut state = output.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.lines.push(line);
            output.changed.notify_all();
        }
        let mut state = output.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.closed += 1;
        output.changed.notify_all();
    });
}

/// Without the colours of a terminal.
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
