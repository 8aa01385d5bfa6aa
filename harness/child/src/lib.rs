//! Child processes of the harness: targets, codecs, programs of the lab.
//!
//! A [`Child`] has a process group of its own. Threads read its output line by line into a bounded queue, write
//! its input, and wait for its end, so that the owner waits with a deadline and never polls. Dropping the child
//! kills the group.
//!
//! Processes that a child leaves behind outside its group are [`orphans`] of it, if the harness [`adopt`]s them.
//!
//! The end is observed without reaping: until [`Child::kill`] or [`Child::stop`] the process id belongs to this
//! child, and a signal to its group cannot reach a foreign process. The crate `process-wrap` does not serve
//! here, because its `wait` reaps the child and borrows it mutably: no other thread can signal the group
//! meanwhile, and a later signal may reach a foreign group with the same number.

mod end;
mod orphans;
mod output;

pub use end::End;
pub use orphans::{Orphan, adopt, orphans};
pub use output::{Line, NoLine, Stream};

use output::{Output, start_thread};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Pieces of input that may wait for the child to read them.
const INPUT_LIMIT: usize = 64;

/// A deadline that no clock can hold is this far away.
const FAR: Duration = Duration::from_secs(86_400);

/// Settings with which a child is started.
#[derive(Debug)]
pub struct Options {
    /// Gives the child a pipe as its standard input, for [`Child::send`]; without it, the input is empty.
    pub input: bool,
    /// Reads its standard error too; without it, its errors go to the harness's own standard error.
    pub errors: bool,
    /// Octets of a line that are kept together; a longer line becomes several.
    pub line_limit: usize,
    /// Lines that wait for [`Child::line`] at most.
    pub queue_limit: usize,
    /// The action when the queue is full.
    pub when_full: WhenFull,
    /// A file that receives every line when it is read.
    pub log: Option<File>,
}

/// The action when the queue of output lines is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// Stops reading until the owner takes a line: the child waits at a full pipe.
    Wait,
    /// Drops further lines and counts them.
    Drop,
}

/// A running child process. Dropping it kills its process group.
#[derive(Debug)]
pub struct Child {
    child: std::process::Child,
    group: Pid,
    output: Arc<Output>,
    input: Option<SyncSender<Vec<u8>>>,
    status: Option<ExitStatus>,
}

impl Child {
    /// Starts a command in a process group of its own.
    ///
    /// # Errors
    ///
    /// Returns the error of the operating system if the command, or a thread to serve it, cannot be started.
    pub fn start(command: &mut Command, options: Options) -> io::Result<Child> {
        let pipe_if = |wanted| if wanted { Stdio::piped } else { Stdio::null };
        command
            .stdin(pipe_if(options.input)())
            .stdout(Stdio::piped())
            .stderr(if options.errors {
                Stdio::piped()
            } else {
                Stdio::inherit()
            })
            .process_group(0);
        let child = command.spawn()?;
        let group = Pid::from_child(&child);
        let streams = 1 + u8::from(options.errors);
        // If a thread cannot be started, dropping this kills the child.
        let mut this = Child {
            child,
            group,
            output: Arc::new(Output::new(streams, options.queue_limit, options.when_full)),
            input: None,
            status: None,
        };
        this.start_threads(options.line_limit, options.log)?;
        Ok(this)
    }

    fn start_threads(&mut self, line_limit: usize, log: Option<File>) -> io::Result<()> {
        let (child, output, group) = (&mut self.child, &self.output, self.group);
        let log = log.map(|file| Arc::new(Mutex::new(file)));
        if let Some(stdout) = child.stdout.take() {
            output::follow(Stream::Stdout, stdout, line_limit, output, log.clone())?;
        }
        if let Some(stderr) = child.stderr.take() {
            output::follow(Stream::Stderr, stderr, line_limit, output, log)?;
        }
        if let Some(stdin) = child.stdin.take() {
            let (sender, queue) = sync_channel(INPUT_LIMIT);
            start_thread(move || write(stdin, &queue))?;
            self.input = Some(sender);
        }
        let ended = output.clone();
        start_thread(move || {
            if let Some(end) = end_of(group) {
                ended.end(end);
            }
        })
    }

    /// Returns its process id, which is also the id of its group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Queues octets for its standard input. A child that does not read does not block the caller.
    ///
    /// # Errors
    ///
    /// `BrokenPipe` if the input is closed, `WouldBlock` if 64 such calls wait already.
    pub fn send(&self, octets: Vec<u8>) -> io::Result<()> {
        let Some(input) = &self.input else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        input.try_send(octets).map_err(|error| match error {
            TrySendError::Full(_) => io::ErrorKind::WouldBlock.into(),
            TrySendError::Disconnected(_) => io::ErrorKind::BrokenPipe.into(),
        })
    }

    /// Closes its input after what is queued.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// Takes a line of output that has come already, without waiting.
    pub fn try_line(&self) -> Option<Line> {
        self.output.try_line()
    }

    /// Takes the next line of output, and waits for it until `deadline`.
    ///
    /// # Errors
    ///
    /// [`NoLine::Late`] if none came in time, [`NoLine::Over`] if all output has ended and all lines were taken.
    pub fn line(&self, deadline: Instant) -> Result<Line, NoLine> {
        self.output.line(deadline)
    }

    /// Returns the number of lines that were dropped since the last call.
    pub fn take_dropped(&self) -> u64 {
        self.output.take_dropped()
    }

    /// Returns the last lines of output, at most 12, taken or not.
    pub fn tail(&self) -> Vec<String> {
        self.output.tail()
    }

    /// Returns true if all output has ended and all lines were taken.
    pub fn is_over(&self) -> bool {
        self.output.is_over()
    }

    /// Waits until all its output has ended, also that of its children, or until `deadline`; returns true if it
    /// has.
    pub fn wait_for_output(&self, deadline: Instant) -> bool {
        self.output.wait_for_output(deadline)
    }

    /// Returns how it ended, if it has.
    pub fn ended(&self) -> Option<End> {
        self.output.ended()
    }

    /// Waits until it has ended or until `deadline`; returns how it ended, if it has.
    pub fn wait_for_end(&self, deadline: Instant) -> Option<End> {
        self.output.wait_for_end(deadline)
    }

    /// Sends a signal to the child alone. Does nothing after [`Child::kill`] or [`Child::stop`].
    ///
    /// # Errors
    ///
    /// Returns the error of the operating system; a child that has ended is none.
    pub fn signal(&self, signal: Signal) -> io::Result<()> {
        if self.status.is_none() {
            kill_process(self.group, signal)?;
        }
        Ok(())
    }

    /// Sends SIGTERM to the group, waits up to `grace` for its end, then kills what is left of it.
    pub fn stop(&mut self, grace: Duration) {
        if self.status.is_some() {
            return;
        }
        self.signal_group(Signal::TERM);
        // A process that was stopped (SIGSTOP) receives no other signal before this one.
        self.signal_group(Signal::CONT);
        // The streams end with the last process that holds them, so children that are still ending have time too.
        self.output.wait_for_all(output::now() + grace);
        // The status is kept; an error means that there is none to keep.
        let _ = self.kill();
    }

    /// Kills the group with SIGKILL and reaps the child; returns its exit status.
    ///
    /// # Errors
    ///
    /// Returns the error of the operating system if the status cannot be read.
    pub fn kill(&mut self) -> io::Result<ExitStatus> {
        if let Some(status) = self.status {
            return Ok(status);
        }
        self.signal_group(Signal::KILL);
        // Only now does the operating system free the process id.
        let status = self.child.wait()?;
        self.output.end(End::from(status));
        self.status = Some(status);
        Ok(status)
    }

    /// Sends a signal to the child's process group. Does nothing after [`Child::kill`] or [`Child::stop`].
    pub fn signal_group(&self, signal: Signal) {
        if self.status.is_none() {
            // An error means that the group is empty.
            let _ = kill_process_group(self.group, signal);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.output.close();
        // There is no caller left for an error.
        let _ = self.kill();
    }
}

/// Writes what is queued until the last sender is gone or the child has closed its input.
fn write(mut stdin: ChildStdin, queue: &Receiver<Vec<u8>>) {
    for octets in queue {
        if stdin
            .write_all(&octets)
            .and_then(|()| stdin.flush())
            .is_err()
        {
            return;
        }
    }
}

/// Waits for the end of a process without reaping it. Returns nothing if [`Child::kill`] has reaped it meanwhile.
fn end_of(pid: Pid) -> Option<End> {
    loop {
        match waitid(
            WaitId::Pid(pid),
            WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
        ) {
            Ok(Some(status)) => return Some(End::from(status)),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}

/// Returns the time that is `within` from now.
pub fn deadline(within: Duration) -> Instant {
    let now = output::now();
    now.checked_add(within).unwrap_or(now + FAR)
}

#[cfg(test)]
mod tests;
