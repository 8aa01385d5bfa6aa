//! A spawned target: a child process whose whole group ends with it.

use rspcheck_child::{Child, Options, Stream, WhenFull, adopt, orphans};
use rspcheck_spec::event::OutputStream;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Octets of a target's line that are kept together; a longer line becomes several.
const LINE_LIMIT: usize = 4096;
/// Lines that are kept until the harness takes them; further ones are only counted.
const LINES_LIMIT: usize = 4096;
/// Environment variable of every target: identifies its harness, also after the target left its process group.
const MARK: &str = "RSPCHECK_RUN";
/// Most times that orphans are looked for after others were killed.
const GENERATIONS_LIMIT: usize = 100;

/// A line of output: its stream and the text.
pub type Line = (OutputStream, String);

/// A running target. Dropping it ends its whole process group.
#[derive(Debug)]
pub struct Process {
    child: Child,
    grace: Duration,
}

impl Process {
    /// Starts a command. With `guard` (the harness's own binary), the target also ends when the harness is killed.
    ///
    /// # Errors
    ///
    /// Returns the error of the operating system if the command cannot be started, and `InvalidInput` if it is
    /// empty.
    pub fn start(command: &[String], guard: Option<&Path>, grace: Duration) -> io::Result<Process> {
        let mut command = command_of(command, guard)?;
        let options = Options {
            input: false,
            errors: true,
            line_limit: LINE_LIMIT,
            queue_limit: LINES_LIMIT,
            when_full: WhenFull::Drop,
            log: None,
        };
        // Until it is in the list, a child looks like an orphan.
        let mut groups = lock(&GROUPS);
        let child = Child::start(command.env(MARK, mark()), options)?;
        let process = Process { child, grace };
        groups.running.insert(process.group());
        Ok(process)
    }

    /// Returns its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Takes a line that it has printed already, without waiting and without a count of dropped lines.
    pub fn printed(&self) -> Option<Line> {
        let line = self.child.try_line()?;
        Some((stream_of(line.stream), line.text()))
    }

    /// Returns the number of lines that were dropped since the last call: too many waited to be taken.
    pub fn take_dropped(&self) -> u64 {
        self.child.take_dropped()
    }

    /// Takes a line that it has printed already, without waiting; after the last one, the number of dropped ones.
    pub fn line(&self) -> Option<Line> {
        if let Some(line) = self.printed() {
            return Some(line);
        }
        let dropped = self.child.take_dropped();
        (dropped > 0).then(|| {
            let text = format!("… {dropped} lines more, left out by rspcheck");
            (OutputStream::Stdout, text)
        })
    }

    /// Takes the next line, and waits for it until `deadline`. Returns nothing if none came or all output ended.
    pub fn line_until(&self, deadline: Instant) -> Option<Line> {
        match self.child.line(deadline) {
            Ok(line) => Some((stream_of(line.stream), line.text())),
            Err(_) => self.line(),
        }
    }

    /// Returns a description of its end, if it has ended.
    pub fn ended(&self) -> Option<String> {
        self.child.ended().map(|end| end.to_string())
    }

    /// Waits until `deadline` for its end and then for its last output. Returns a description of its end, if it has
    /// ended.
    pub fn ended_until(&self, deadline: Instant) -> Option<String> {
        let end = self.child.wait_for_end(deadline)?;
        self.child.wait_for_output(deadline);
        Some(end.to_string())
    }

    /// Returns true if both streams of its output are closed and all of it was taken.
    pub fn is_over(&self) -> bool {
        self.child.is_over()
    }

    /// Returns the last lines that it printed, taken or not.
    pub fn tail(&self) -> Vec<String> {
        self.child.tail()
    }

    /// Sends SIGTERM, waits for the grace period, then kills what is left of the group.
    pub fn stop(&mut self) {
        let grace = if lock(&GROUPS).killed {
            Duration::ZERO
        } else {
            self.grace
        };
        self.child.stop(grace);
        let mut groups = lock(&GROUPS);
        groups.running.remove(&self.group());
        groups.ended.insert(self.group());
        groups.reap();
    }

    /// Asks the processes of the group to end (SIGTERM), also frozen ones, and returns at once.
    pub fn terminate(&self) {
        self.child.signal_group(Signal::TERM);
        self.child.signal_group(Signal::CONT);
    }

    /// Kills the group with SIGKILL: the target sends no message any more.
    pub fn kill(&mut self) {
        // An error means that it has ended, and its status is lost.
        let _ = self.child.kill();
        self.stop();
    }

    /// Stops the processes of the group where they are (SIGSTOP).
    pub fn freeze(&self) {
        self.child.signal_group(Signal::STOP);
    }

    /// Lets the processes of a frozen group go on (SIGCONT).
    pub fn thaw(&self) {
        self.child.signal_group(Signal::CONT);
    }

    fn group(&self) -> i32 {
        // A process id fits: the operating system counts them in an `i32`.
        self.child.id().cast_signed()
    }
}

fn stream_of(stream: Stream) -> OutputStream {
    match stream {
        Stream::Stdout => OutputStream::Stdout,
        Stream::Stderr => OutputStream::Stderr,
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Process groups of all targets of this harness.
struct Groups {
    running: BTreeSet<i32>,
    ended: BTreeSet<i32>,
    /// True after [`kill_all`].
    killed: bool,
    /// True after [`adopt_orphans`].
    adopts: bool,
    left: Vec<Leftover>,
}

impl Groups {
    /// Frees the process ids of orphans that have ended. Kills and notes the others if no target runs to which they may
    /// belong.
    fn reap(&mut self) {
        if !self.adopts {
            return;
        }
        // Each killed one may leave children of its own.
        for _ in 0..GENERATIONS_LIMIT {
            let orphans = orphans(|id| self.running.contains(&id));
            let mut killed = false;
            for orphan in orphans {
                if orphan.has_ended() {
                    orphan.kill();
                } else if self.running.is_empty() {
                    orphan.kill();
                    killed = true;
                    self.left.push(Leftover {
                        id: orphan.id(),
                        command: orphan.command,
                    });
                }
            }
            if !killed {
                break;
            }
        }
    }
}

static GROUPS: Mutex<Groups> = Mutex::new(Groups {
    running: BTreeSet::new(),
    ended: BTreeSet::new(),
    killed: false,
    adopts: false,
    left: Vec::new(),
});

/// Makes the harness the parent of processes that targets leave behind, so that [`sweep`] finds each of them. Every child
/// of the harness is a target from now on. Without it, `sweep` finds those that kept their environment.
pub fn adopt_orphans() {
    // Without this service of the operating system there is nothing to adopt.
    lock(&GROUPS).adopts = adopt().is_ok();
}

/// Kills every running target at once, and each later one when it is stopped, for an end of the harness without a wait.
pub fn kill_all() {
    let mut groups = lock(&GROUPS);
    groups.killed = true;
    for group in groups.running.iter().filter_map(|raw| Pid::from_raw(*raw)) {
        // An error means that the group is empty already.
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

/// Finds processes that targets of this harness left behind in other process groups and kills them: its orphans, and
/// those with the mark in their environment. Returns them and those that were found when a target was stopped. Finds
/// none where there is no `/proc`.
pub fn sweep() -> Vec<Leftover> {
    let mut found = {
        let mut groups = lock(&GROUPS);
        groups.reap();
        std::mem::take(&mut groups.left)
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten();
    let numbers =
        processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok());
    let marked: Vec<_> = numbers.filter_map(leftover).collect();
    for pid in marked.iter().filter_map(|left| Pid::from_raw(left.id)) {
        // An error means that it has ended.
        let _ = kill_process(pid, Signal::KILL);
    }
    found.extend(marked);
    found.sort_by_key(|left| left.id);
    found
}

fn leftover(id: i32) -> Option<Leftover> {
    let read = |file: &str| std::fs::read(format!("/proc/{id}/{file}")).ok();
    let wanted = format!("{MARK}={}", mark());
    // A process that has ended and is not reaped has no environment any more.
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
    // Every statement leaves the content valid, also where a thread panicked.
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

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Process {
        let command = ["/bin/sh", "-c", script].map(str::to_owned);
        Process::start(&command, None, PATIENCE).expect("there is a shell")
    }

    #[test]
    fn stopped_target_is_reported_with_its_last_lines() {
        let mut process = shell("sleep 1000 & echo up; kill -STOP $$");
        let deadline = rspcheck_child::deadline(PATIENCE);
        assert_eq!(
            process.line_until(deadline),
            Some((OutputStream::Stdout, "up".to_owned()))
        );
        process.stop();
        assert_eq!(
            process.ended_until(deadline).as_deref(),
            Some("killed by signal 15 (SIGTERM)")
        );
        assert!(process.is_over() && process.tail() == ["up"]);
    }

    #[test]
    fn flood_of_output_is_cut_and_the_rest_counted() {
        let process = shell("i=0; while [ $i -lt 5000 ]; do echo $i; i=$((i+1)); done");
        assert!(
            process
                .ended_until(rspcheck_child::deadline(PATIENCE))
                .is_some()
        );
        let lines: Vec<_> = std::iter::from_fn(|| process.line()).collect();
        assert_eq!(lines.len(), LINES_LIMIT + 1);
        let last = &lines[LINES_LIMIT].1;
        assert!(last.contains("904 lines more"), "{last}");
        assert_eq!(process.tail().last().map(String::as_str), Some("4999"));
    }

    #[test]
    fn empty_command_is_an_error() {
        assert!(Process::start(&[], None, PATIENCE).is_err());
    }
}
