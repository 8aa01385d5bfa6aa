//! The watches of a pool element for an existing server: whether the server is up, and its load.
//!
//! ```text
//!             a probe succeeds
//!   down ───────────────────────► up ─┐ a probe succeeds: failures = 0
//!    ▲                            │ ▲ │ a probe fails: failures + 1
//!    └────────────────────────────┘ └─┘
//!       failures in a row reach the configured limit
//! ```
//!
//! The server is down at first, so that no pool user is sent to a server that never answered. Each watch is
//! a task of its own; it ends when its channel is closed.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::Stdio;
use std::time::Duration;

use rsp_transport::live::{Mode, Stack, StackConfig};
use rsp_transport::{Event, Local, Peer, Transport};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{MissedTickBehavior, interval, timeout};

use rserpool::policy::load_from_percent;
use rserpool::pool_element::settings::{Probe, Probing, Settings};

/// A change of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The server answers.
    Up,
    /// The server does not answer.
    Down,
    /// The server has this load.
    Load(u32),
}

/// Starts the watches of the settings and returns the channel of changes; none without watches. Must be called
/// inside a `LocalSet`.
pub(super) fn watch(settings: &Settings) -> Result<Option<Receiver<Change>>, String> {
    let (probing, load) = (settings.probing(), settings.load_source());
    if probing.is_none() && load.is_none() {
        return Ok(None);
    }
    let (changes, out) = channel(1);
    if let Some(probing) = probing {
        // Checked once here, so that it cannot fail later.
        settings.carriage()?;
        let task = probe_again_and_again(probing, settings.clone(), changes.clone());
        tokio::task::spawn_local(task);
    }
    if let Some((command, every)) = load {
        tokio::task::spawn_local(ask_for_load(command, every, changes));
    }
    Ok(Some(out))
}

/// The known state of the server.
#[derive(Debug)]
struct Health {
    is_up: bool,
    failures: u32,
    limit: u32,
}

impl Health {
    fn on_try(&mut self, succeeded: bool) -> Option<Change> {
        if succeeded {
            self.failures = 0;
            let was_up = std::mem::replace(&mut self.is_up, true);
            return (!was_up).then_some(Change::Up);
        }
        self.failures = self.failures.saturating_add(1);
        if !self.is_up || self.failures < self.limit {
            return None;
        }
        self.is_up = false;
        Some(Change::Down)
    }
}

async fn probe_again_and_again(probing: Probing, settings: Settings, changes: Sender<Change>) {
    let mut health = Health {
        is_up: false,
        failures: 0,
        limit: probing.failures,
    };
    let mut ticks = interval(probing.interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = changes.closed() => return,
        }
        let outcome = timeout(probing.timeout, probe(&probing.how, &settings)).await;
        let outcome = outcome.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let failures = health.failures;
        let change = health.on_try(outcome.is_ok());
        match (&outcome, change) {
            (Err(why), Some(_)) => tracing::warn!("the server is down: {why}"),
            (Err(why), None) if failures == 0 => {
                tracing::info!("the server does not answer: {why}")
            }
            (Ok(()), Some(_)) => tracing::info!("the server is up"),
            (Ok(()) | Err(_), _) => {}
        }
        if let Some(change) = change
            && changes.send(change).await.is_err()
        {
            return;
        }
    }
}

async fn probe(how: &Probe, settings: &Settings) -> io::Result<()> {
    match how {
        Probe::Tcp(addr) => TcpStream::connect(addr).await.map(drop),
        Probe::Sctp(addrs) => probe_sctp(addrs, settings).await,
        Probe::Command(command) => run(command).await.map(drop),
    }
}

/// Sets up an association from a stack of its own, so that the pool element's stack has no event of it.
async fn probe_sctp(addrs: &[SocketAddr], settings: &Settings) -> io::Result<()> {
    let (mode, config) = settings.carriage().map_err(io::Error::other)?;
    let config = StackConfig {
        udp_port: 0,
        ..config
    };
    let ip = config.ip;
    let mut stack = Stack::start(mode, config)?;
    let local = Local::Sctp {
        addrs: match mode {
            Mode::Udp => Vec::new(),
            Mode::Kernel | Mode::Auto => vec![ip],
        },
        port: 0,
        listen: false,
    };
    let port = stack.open(&local)?;
    let peer = Peer {
        addrs: addrs.to_vec(),
        udp_port: None,
    };
    let assoc = stack.connect(port, &peer)?;
    loop {
        match stack.recv(None).await? {
            Some(Event::Up { .. }) => {
                stack.abort(assoc);
                return Ok(());
            }
            Some(Event::Down { why, .. }) => return Err(io::Error::other(why)),
            Some(_) | None => {}
        }
    }
}

async fn ask_for_load(command: String, every: Duration, changes: Sender<Change>) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_failing = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = changes.closed() => return,
        }
        let outcome = timeout(every, run(&command)).await;
        let load = outcome
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .and_then(|text| {
                let why = || format!("the output {text:?} is not a number from 0 to 100");
                load_from_percent(&text).ok_or_else(|| io::Error::other(why()))
            });
        match load {
            Ok(load) => {
                is_failing = false;
                if changes.send(Change::Load(load)).await.is_err() {
                    return;
                }
            }
            // Once is enough until it works again; the load stays what it was.
            Err(why) if !is_failing => {
                is_failing = true;
                tracing::warn!("no load from `{command}`: {why}");
            }
            Err(_) => {}
        }
    }
}

/// Runs a shell command and returns its output, if its exit code is 0. Dropping the future kills the command and all
/// processes that it started.
async fn run(command: &str) -> io::Result<String> {
    let mut shell = Shell::start(command)?;
    let printed = shell.printed(command).await?;
    let status = shell.0.wait().await?;
    if !status.success() {
        return Err(io::Error::other(format!("`{command}` ended with {status}")));
    }
    Ok(String::from_utf8_lossy(&printed).into_owned())
}

/// A shell that runs a command in a process group of its own.
struct Shell(Child);

impl Shell {
    fn start(command: &str) -> io::Result<Self> {
        let mut shell = Command::new("sh");
        #[cfg(unix)]
        shell.process_group(0);
        shell
            .args(["-c", command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        Ok(Self(shell.spawn()?))
    }

    /// Returns all output.
    async fn printed(&mut self, command: &str) -> io::Result<Vec<u8>> {
        let stdout = self.0.stdout.take();
        let mut stdout = stdout.expect("standard output is a pipe, and taken once");
        let mut printed = Vec::new();
        let mut octets = [0; 512];
        loop {
            let mut room = ReadBuf::new(&mut octets);
            poll_fn(|cx| Pin::new(&mut stdout).poll_read(cx, &mut room)).await?;
            if room.filled().is_empty() {
                return Ok(printed);
            }
            printed.extend_from_slice(room.filled());
            if printed.len() > MAX_PRINTED {
                return Err(io::Error::other(format!(
                    "`{command}` printed more than {MAX_PRINTED} octets"
                )));
            }
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};

            // Not after it was waited for: the number may be another group's by then.
            let id = self.0.id().and_then(|id| i32::try_from(id).ok());
            if let Some(group) = id.and_then(Pid::from_raw) {
                // The group may have no process left.
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
    }
}

/// Most octets of output.
const MAX_PRINTED: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_down_after_some_failures_and_up_after_one_success() {
        let mut health = Health {
            is_up: false,
            failures: 0,
            limit: 2,
        };
        let tries = [
            (false, None),
            (false, None),
            (true, Some(Change::Up)),
            (true, None),
            (false, None),
            (true, None),
            (false, None),
            (false, Some(Change::Down)),
            (false, None),
            (true, Some(Change::Up)),
        ];
        for (n, (succeeded, change)) in tries.into_iter().enumerate() {
            assert_eq!(health.on_try(succeeded), change, "try {n}");
        }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn commands_report_by_output_and_status() {
        block_on(async {
            assert_eq!(run("echo 12.5").await.unwrap(), "12.5\n");
            let error = run("exit 7").await.unwrap_err();
            assert!(error.to_string().contains('7'), "{error}");
        });
    }

    #[test]
    fn a_command_that_prints_too_much_fails() {
        block_on(async {
            let most = run("head -c 4096 /dev/zero").await.unwrap();
            assert_eq!(most.len(), 4096);
            let error = run("head -c 4097 /dev/zero").await.unwrap_err();
            assert!(error.to_string().contains("4096 octets"), "{error}");
        });
    }

    #[cfg(unix)]
    #[test]
    fn a_dropped_command_leaves_no_process() {
        use std::io::Read;

        let dir = std::env::temp_dir().join(format!("rserpool-group-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let pipe = dir.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        // The pipe stays open at its other end while a process of the pipeline lives.
        let (opened, is_open) = tokio::sync::oneshot::channel();
        let (closed, is_closed) = std::sync::mpsc::channel();
        let path = pipe.clone();
        std::thread::spawn(move || {
            let mut pipe = std::fs::File::open(path).unwrap();
            opened.send(()).unwrap();
            pipe.read_to_end(&mut Vec::new()).unwrap();
            closed.send(()).unwrap();
        });
        let command = format!("sleep 30 3> '{}' | cat", pipe.display());
        block_on(async {
            tokio::select! {
                ended = run(&command) => panic!("it ended: {ended:?}"),
                open = is_open => open.unwrap(),
            }
        });
        let gone = is_closed.recv_timeout(Duration::from_secs(10));
        gone.expect("the children are gone too");
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn tcp_is_tried_by_connecting() {
        block_on(async {
            let settings = Settings::default();
            // Bound, but without a listener.
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let how = Probe::Tcp(socket.local_addr().unwrap());
            assert!(probe(&how, &settings).await.is_err());
            let _listener = socket.listen(1).unwrap();
            assert!(probe(&how, &settings).await.is_ok());
        });
    }
}
