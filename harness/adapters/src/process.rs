//! A spawned target: started in a process group of its own, its output kept, the group gone at the end.
//!
//! Two threads follow its output and one its end, so that nothing here polls. The end is looked at without
//! reaping: until [`Process::stop`] the process id belongs to this target, and a signal to its group cannot
//! hit anybody else.

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, kill_process, kill_process_group, waitid,
};
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Longest line of a target's output that is kept whole; a longer one is several.
const LINE_LIMIT: u64 = 4096;
/// Lines kept until somebody takes them; further ones are counted only.
const LINES_LIMIT: usize = 4096;
/// Last lines of output that messages about a target's end show.
const TAIL: usize = 12;
/// In the environment of every target: which harness it belongs to, also where it has left its group.
const MARK: &str = "RSPCHECK_RUN";

/// A line of output: `stdout` or `stderr`, and the text.
pub type Line = (&'static str, String);

/// A running target. Dropping it ends its whole process group.
#[derive(Debug)]
pub struct Process {
    child: Child,
    group: Pid,
    feed: Arc<Feed>,
    grace: Duration,
    stopped: bool,
}

/// What the threads tell.
#[derive(Debug, Default)]
struct Feed {
    told: Mutex<Told>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Told {
    lines: VecDeque<Line>,
    left_out: u64,
    tail: VecDeque<String>,
    streams_ended: u8,
    end: Option<String>,
}

impl Process {
    /// Starts a command. With `guard` (the harness's own binary), the target also ends when the harness is killed.
    pub fn start(command: &[String], guard: Option<&Path>, grace: Duration) -> io::Result<Process> {
        let mut child = command_of(command, guard)?
            .env(MARK, mark())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let group = Pid::from_child(&child);
        lock(&GROUPS).running.insert(group.as_raw_pid());
        let feed = Arc::new(Feed::default());
        follow(
            "stdout",
            child.stdout.take().expect("stdout is piped"),
            feed.clone(),
        );
        follow(
            "stderr",
            child.stderr.take().expect("stderr is piped"),
            feed.clone(),
        );
        let process = Process {
            child,
            group,
            feed: feed.clone(),
            grace,
            stopped: false,
        };
        thread::spawn(move || {
            let end = end_of(group);
            feed.tell(|told| told.end = Some(end));
        });
        Ok(process)
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A line that it has printed and nobody took yet, without waiting.
    pub fn line(&self) -> Option<Line> {
        next_line(&mut lock(&self.feed.told))
    }

    /// The next line, waiting until `deadline`. `None` when it came or all output ended.
    pub fn line_until(&self, deadline: Instant) -> Option<Line> {
        self.feed.wait(deadline, |told| {
            told.lines.front().is_some() || told.streams_ended == 2
        });
        self.line()
    }

    /// How it ended, if it did.
    pub fn ended(&self) -> Option<String> {
        lock(&self.feed.told).end.clone()
    }

    /// How it ended, waiting for that until `deadline`. Once it has ended, its last output is waited for, too.
    pub fn ended_until(&self, deadline: Instant) -> Option<String> {
        self.feed.wait(deadline, |told| told.end.is_some());
        let end = self.ended()?;
        self.feed.wait(deadline, |told| told.streams_ended == 2);
        Some(end)
    }

    /// Whether both streams of its output are closed and all of it was taken.
    pub fn is_over(&self) -> bool {
        let told = lock(&self.feed.told);
        told.lines.is_empty() && told.streams_ended == 2
    }

    /// The last lines that it printed, taken or not.
    pub fn tail(&self) -> Vec<String> {
        lock(&self.feed.told).tail.iter().cloned().collect()
    }

    /// Sends SIGTERM, waits for the grace period, then SIGKILLs what is left of the group.
    pub fn stop(&mut self) {
        if std::mem::replace(&mut self.stopped, true) {
            return;
        }
        self.signal(Signal::TERM);
        // A target that was stopped (SIGSTOP) sees no other signal before this one.
        self.signal(Signal::CONT);
        let deadline = now() + self.grace;
        // The streams end with the last process that holds them: children that are still ending are waited for.
        self.feed.wait(deadline, |told| {
            told.end.is_some() && told.streams_ended == 2
        });
        self.signal(Signal::KILL);
        // Only now is the process id given back.
        let _ = self.child.wait();
        let mut groups = lock(&GROUPS);
        groups.running.remove(&self.group.as_raw_pid());
        groups.ended.insert(self.group.as_raw_pid());
    }

    fn signal(&self, signal: Signal) {
        // Nobody left in the group is what we want.
        let _ = kill_process_group(self.group, signal);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Feed {
    fn tell(&self, what: impl FnOnce(&mut Told)) {
        what(&mut lock(&self.told));
        self.changed.notify_all();
    }

    /// Waits until `enough` holds or `deadline` has come.
    fn wait(&self, deadline: Instant, enough: impl Fn(&Told) -> bool) {
        let mut told = lock(&self.told);
        while !enough(&told) {
            let left = deadline.saturating_duration_since(now());
            if left.is_zero() {
                return;
            }
            let waited = self.changed.wait_timeout(told, left);
            told = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Process groups of all targets of this harness.
struct Groups {
    running: BTreeSet<i32>,
    ended: BTreeSet<i32>,
}

static GROUPS: Mutex<Groups> = Mutex::new(Groups {
    running: BTreeSet::new(),
    ended: BTreeSet::new(),
});

/// Kills every running target at once: for an end of the harness that waits for nothing.
pub fn kill_all() {
    for group in lock(&GROUPS)
        .running
        .iter()
        .filter_map(|raw| Pid::from_raw(*raw))
    {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// A process that a target left behind outside its process group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Its process id.
    pub id: i32,
    /// Its command line.
    pub command: String,
}

/// Finds processes that targets of this harness left behind in other process groups, and kills them. Their
/// environment tells whose they are. Only where there is `/proc`.
pub fn sweep() -> Vec<Leftover> {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let numbers =
        processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let mut found: Vec<_> = numbers.filter_map(leftover).collect();
    found.sort_by_key(|l| l.id);
    for left in &found {
        if let Some(pid) = Pid::from_raw(left.id) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
    found
}

fn leftover(id: i32) -> Option<Leftover> {
    let read = |file: &str| std::fs::read(format!("/proc/{id}/{file}")).ok();
    let wanted = format!("{MARK}={}", mark());
    // A process that is only still to be reaped has no environment any more.
    let ours = read("environ")?
        .split(|octet| *octet == 0)
        .any(|entry| entry == wanted.as_bytes());
    if !ours {
        return None;
    }
    // After the name, which may hold anything up to the last bracket: state, parent, group.
    let stat = String::from_utf8_lossy(&read("stat")?).into_owned();
    let group = stat
        .rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(2)?
        .parse::<i32>()
        .ok()?;
    let groups = lock(&GROUPS);
    if groups.running.contains(&group) || groups.ended.contains(&group) {
        return None;
    }
    let command = String::from_utf8_lossy(&read("cmdline")?)
        .replace('\0', " ")
        .trim()
        .to_owned();
    Some(Leftover { id, command })
}

fn mark() -> String {
    std::process::id().to_string()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is inside is whole after every statement, also when a thread died.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn command_of(command: &[String], guard: Option<&Path>) -> io::Result<Command> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the command is empty",
        ));
    };
    Ok(match guard {
        Some(harness) => {
            let mut guarded = Command::new(harness);
            guarded
                .args(["guard", "--parent", &mark(), "--"])
                .args(command);
            guarded
        }
        None => {
            let mut plain = Command::new(program);
            plain.args(arguments);
            plain
        }
    })
}

fn next_line(told: &mut Told) -> Option<Line> {
    if let Some(line) = told.lines.pop_front() {
        return Some(line);
    }
    let left_out = std::mem::take(&mut told.left_out);
    (left_out > 0).then(|| {
        (
            "stdout",
            format!("… {left_out} lines more, left out by rspcheck"),
        )
    })
}

/// Reads a stream line by line on a thread of its own until it ends.
fn follow(name: &'static str, stream: impl Read + Send + 'static, feed: Arc<Feed>) {
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        loop {
            line.clear();
            match reader
                .by_ref()
                .take(LINE_LIMIT)
                .read_until(b'\n', &mut line)
            {
                Ok(0) | Err(_) => break,
                Ok(_) => {
                    let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                    feed.tell(|told| told.take(name, text));
                }
            }
        }
        feed.tell(|told| told.streams_ended += 1);
    });
}

impl Told {
    fn take(&mut self, stream: &'static str, text: String) {
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(text.clone());
        if self.lines.len() < LINES_LIMIT {
            self.lines.push_back((stream, text));
        } else {
            self.left_out += 1;
        }
    }
}

/// Waits for the end of a process without reaping it; the sentence on how it ended.
fn end_of(pid: Pid) -> String {
    loop {
        match waitid(
            WaitId::Pid(pid),
            WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
        ) {
            Ok(Some(status)) => return said(&status),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return format!("nobody knows how ({error})"),
        }
    }
}

fn said(status: &WaitIdStatus) -> String {
    if let Some(signal) = status.terminating_signal() {
        return format!("killed by signal {signal}{}", name_of(signal));
    }
    format!("exit status {}", status.exit_status().unwrap_or(-1))
}

/// The name of a signal with which programs end, in brackets; nothing for others.
fn name_of(signal: i32) -> &'static str {
    let names = [
        (Signal::HUP, " (SIGHUP)"),
        (Signal::INT, " (SIGINT)"),
        (Signal::QUIT, " (SIGQUIT)"),
        (Signal::ILL, " (SIGILL)"),
        (Signal::ABORT, " (SIGABRT)"),
        (Signal::BUS, " (SIGBUS)"),
        (Signal::FPE, " (SIGFPE)"),
        (Signal::KILL, " (SIGKILL)"),
        (Signal::SEGV, " (SIGSEGV)"),
        (Signal::PIPE, " (SIGPIPE)"),
        (Signal::TERM, " (SIGTERM)"),
    ];
    names
        .iter()
        .find(|(known, _)| known.as_raw() == signal)
        .map_or("", |(_, name)| name)
}

#[expect(clippy::disallowed_methods, reason = "a live target runs on wall time")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Process {
        let command = ["/bin/sh", "-c", script].map(str::to_owned);
        Process::start(&command, None, PATIENCE).expect("there is a shell")
    }

    #[test]
    fn output_and_end_are_told() {
        let process = shell("echo one; echo two >&2; kill -9 $$");
        assert_eq!(
            process.ended_until(now() + PATIENCE).as_deref(),
            Some("killed by signal 9 (SIGKILL)")
        );
        let mut lines: Vec<_> = std::iter::from_fn(|| process.line()).collect();
        lines.sort();
        assert_eq!(
            lines,
            [("stderr", "two".to_owned()), ("stdout", "one".to_owned())]
        );
        assert!(process.is_over() && process.tail().len() == 2);
        let process = shell("exit 7");
        assert_eq!(
            process.ended_until(now() + PATIENCE).as_deref(),
            Some("exit status 7")
        );
    }

    #[test]
    fn the_whole_group_ends_even_when_it_was_stopped() {
        let mut process = shell("sleep 1000 & echo up; kill -STOP $$");
        assert_eq!(
            process.line_until(now() + PATIENCE),
            Some(("stdout", "up".to_owned()))
        );
        process.stop();
        assert!(process.ended().is_some());
        // The sleep held the output open; it is gone too.
        process
            .feed
            .wait(now() + PATIENCE, |told| told.streams_ended == 2);
        assert!(process.is_over());
    }

    #[test]
    fn a_flood_of_output_is_cut_and_the_rest_counted() {
        let process = shell("i=0; while [ $i -lt 5000 ]; do echo $i; i=$((i+1)); done");
        process
            .feed
            .wait(now() + PATIENCE, |told| told.streams_ended == 2);
        let lines: Vec<_> = std::iter::from_fn(|| process.line()).collect();
        assert_eq!(lines.len(), LINES_LIMIT + 1);
        assert!(
            lines[LINES_LIMIT].1.contains("904 lines more"),
            "{:?}",
            lines[LINES_LIMIT]
        );
        assert_eq!(process.tail().last().map(String::as_str), Some("4999"));
    }

    #[test]
    fn an_empty_command_is_an_error() {
        assert!(Process::start(&[], None, PATIENCE).is_err());
    }
}
