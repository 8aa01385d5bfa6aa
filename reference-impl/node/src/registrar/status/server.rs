//! The connections to the local socket and to the HTTP port.
//!
//! Each connection is a task beside the loop, on the same thread. At most [`CONNECTIONS`] are served at a time, the
//! next ones wait in the kernel's queue. A request has at most [`MAX_REQUEST`] octets; a request and its answer
//! take at most [`PATIENCE`] each.

use std::fs;
use std::future::poll_fn;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream as StdStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::fs::Mode;
use rustix::process::umask;
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use super::{Form, Request, Status, http, prometheus};
use crate::registrar::RegistrarDriver;

/// Most connections of a listener at a time.
const CONNECTIONS: usize = 8;
/// Most octets of a request.
pub(super) const MAX_REQUEST: usize = 64 * 1024;
/// Time limit of a request, and of an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// A request to the loop for a snapshot.
struct Question {
    request: Request,
    answer: oneshot::Sender<Result<Status, String>>,
}

/// The listeners and their requests. Dropping it removes the socket's file.
pub(crate) struct Desk {
    questions: mpsc::Receiver<Question>,
    /// Keeps the channel open without listeners.
    ask: mpsc::Sender<Question>,
    socket: Option<Socket>,
    metrics: Option<std::net::SocketAddr>,
}

impl Desk {
    /// Returns a desk without listeners.
    pub(crate) fn new() -> Self {
        let (ask, questions) = mpsc::channel(CONNECTIONS);
        Self {
            questions,
            ask,
            socket: None,
            metrics: None,
        }
    }

    /// Opens the local socket.
    pub(crate) fn open_socket(&mut self, path: &Path) -> io::Result<()> {
        let (socket, listener) = Socket::bind(path)?;
        self.socket = Some(socket);
        tokio::spawn(accept("status socket", listener, self.ask.clone(), local));
        Ok(())
    }

    /// Opens the HTTP port.
    pub(crate) fn open_metrics(&mut self, addr: std::net::SocketAddr) -> io::Result<()> {
        let listener = std::net::TcpListener::bind(addr)
            .map_err(|error| io::Error::new(error.kind(), format!("metrics, {addr}: {error}")))?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        self.metrics = Some(listener.local_addr()?);
        tokio::spawn(accept("metrics", listener, self.ask.clone(), scrape));
        Ok(())
    }

    /// Returns the address of the HTTP port.
    pub(crate) fn metrics_addr(&self) -> Option<std::net::SocketAddr> {
        self.metrics
    }

    /// Waits for the next request, to [`answer`](Asked::answer). Dropping the future loses no request.
    pub(crate) async fn next(&mut self) -> Asked {
        match self.questions.recv().await {
            Some(question) => Asked(question),
            // The desk itself holds a sender.
            None => std::future::pending().await,
        }
    }
}

/// A request that waits for its answer.
pub(crate) struct Asked(Question);

impl Asked {
    /// Answers the request, if its connection still exists.
    pub(crate) fn answer(self, driver: &RegistrarDriver, now: Duration) {
        let Question { request, answer } = self.0;
        let _ = answer.send(Status::of(driver, now, &request));
    }
}

/// A listener of either kind.
trait Listener {
    type Stream: Send + 'static;
    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Self::Stream>>;
}

macro_rules! listener {
    ($($listener:ty => $stream:ty),+) => {$(
        impl Listener for $listener {
            type Stream = $stream;

            fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<$stream>> {
                <$listener>::poll_accept(self, cx).map_ok(|(stream, _)| stream)
            }
        }
    )+};
}

listener!(UnixListener => UnixStream, TcpListener => TcpStream);

/// Accepts connections, at most [`CONNECTIONS`] at a time, and runs `serve` for each one as a task.
async fn accept<L, F>(
    what: &'static str,
    listener: L,
    ask: mpsc::Sender<Question>,
    serve: fn(L::Stream, mpsc::Sender<Question>) -> F,
) where
    L: Listener,
    F: Future<Output = ()> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let place = places.clone().acquire_owned().await;
        match poll_fn(|cx| listener.poll_accept(cx)).await {
            Ok(stream) => {
                let served = serve(stream, ask.clone());
                tokio::spawn(async move {
                    served.await;
                    drop(place);
                });
            }
            Err(error) => pause(what, &error).await,
        }
    }
}

/// Waits a second: file descriptors may have run out, and an immediate retry would fail too.
async fn pause(what: &str, error: &io::Error) {
    tracing::warn!("{what}: {error}");
    let never = std::future::pending::<()>();
    let _ = timeout(Duration::from_secs(1), never).await;
}

async fn snapshot(ask: &mpsc::Sender<Question>, request: Request) -> Result<Status, String> {
    let gone = || "the registrar is ending".to_owned();
    let (answer, answered) = oneshot::channel();
    let question = Question { request, answer };
    ask.send(question).await.map_err(|_| gone())?;
    answered.await.map_err(|_| gone())?
}

async fn local(stream: UnixStream, ask: mpsc::Sender<Question>) {
    let line = timeout(PATIENCE, read(&stream, |octets| octets.contains(&b'\n'))).await;
    let Ok(Ok(line)) = line else {
        return;
    };
    let answered = match serde_json::from_slice::<Request>(&line) {
        Ok(request) => {
            let form = request.form;
            snapshot(&ask, request).await.map(|status| match form {
                Form::Json => in_json(&status),
                Form::Prometheus => prometheus::text(&status),
            })
        }
        Err(error) => Err(format!("not a request: {error}")),
    };
    let text = answered.unwrap_or_else(|error| in_json(&serde_json::json!({ "error": error })));
    let _ = timeout(PATIENCE, write(&stream, text.as_bytes())).await;
}

async fn scrape(stream: TcpStream, ask: mpsc::Sender<Question>) {
    let head = timeout(PATIENCE, read(&stream, http::is_whole)).await;
    let Ok(Ok(head)) = head else {
        return;
    };
    let answer = match http::judge(&head) {
        Ok(asked) => match snapshot(&ask, Request::default()).await {
            Ok(status) => http::found(asked, &prometheus::text(&status)),
            Err(error) => http::unavailable(&error),
        },
        Err(refusal) => refusal,
    };
    let _ = timeout(PATIENCE, write(&stream, &answer)).await;
}

fn in_json(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string(value);
    // All keys are text, and numbers that JSON does not know do not occur.
    text.unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}")) + "\n"
}

/// A stream of either kind, used without blocking.
trait Stream {
    async fn readable(&self) -> io::Result<()>;
    async fn writable(&self) -> io::Result<()>;
    fn try_read(&self, octets: &mut [u8]) -> io::Result<usize>;
    fn try_write(&self, octets: &[u8]) -> io::Result<usize>;
}

macro_rules! stream {
    ($($stream:ty),+) => {$(
        impl Stream for $stream {
            async fn readable(&self) -> io::Result<()> {
                <$stream>::readable(self).await
            }
            async fn writable(&self) -> io::Result<()> {
                <$stream>::writable(self).await
            }
            fn try_read(&self, octets: &mut [u8]) -> io::Result<usize> {
                <$stream>::try_read(self, octets)
            }
            fn try_write(&self, octets: &[u8]) -> io::Result<usize> {
                <$stream>::try_write(self, octets)
            }
        }
    )+};
}

stream!(UnixStream, TcpStream);

/// Reads until `is_whole`, the end of the stream, or [`MAX_REQUEST`] octets.
async fn read(stream: &impl Stream, is_whole: impl Fn(&[u8]) -> bool) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    let mut part = [0; 4096];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut part) {
            Ok(0) => return Ok(octets),
            Ok(length) => octets.extend_from_slice(&part[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        }
        if octets.len() > MAX_REQUEST || is_whole(&octets) {
            return Ok(octets);
        }
    }
}

async fn write(stream: &impl Stream, mut octets: &[u8]) -> io::Result<()> {
    while !octets.is_empty() {
        stream.writable().await?;
        match stream.try_write(octets) {
            Ok(length) => octets = &octets[length..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The socket's file, removed when this is dropped.
struct Socket {
    path: PathBuf,
    /// Device and inode: the path may later be another file.
    file: (u64, u64),
}

impl Socket {
    fn bind(path: &Path) -> io::Result<(Self, UnixListener)> {
        let named = |error: io::Error| {
            let (path, way_out) = (path.display(), way_out(error.kind()));
            io::Error::new(
                error.kind(),
                format!("status socket {path}: {error}{way_out}"),
            )
        };
        remove_stale(path).map_err(named)?;
        // No other user may connect, not even for a moment.
        let before = umask(Mode::RWXG | Mode::RWXO | Mode::XUSR);
        let listener = UnixListener::bind(path);
        umask(before);
        let listener = listener.map_err(named)?;
        let about = fs::symlink_metadata(path).map_err(named)?;
        let socket = Self {
            path: path.to_owned(),
            file: (about.dev(), about.ino()),
        };
        Ok((socket, listener))
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let own = |about: fs::Metadata| (about.dev(), about.ino()) == self.file;
        if fs::symlink_metadata(&self.path).is_ok_and(own) {
            // It may have been removed meanwhile.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Returns advice about a socket that cannot be created, to follow the error. An existing file has an error of its
/// own.
fn way_out(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            "; create its directory, or choose another one with --status-socket PATH"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; choose a writable directory with --status-socket PATH"
        }
        io::ErrorKind::InvalidInput => "; choose a shorter path with --status-socket PATH",
        _ => "",
    }
}

/// Removes the socket of a registrar that crashed. Keeps a socket in use, and a file that is not a socket.
fn remove_stale(path: &Path) -> io::Result<()> {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !about.file_type().is_socket() {
        let why = "the path exists and is not a socket; choose another path";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, why));
    }
    match StdStream::connect(path) {
        Ok(_) => {
            let why = "another registrar uses this path; choose another one";
            Err(io::Error::new(io::ErrorKind::AlreadyExists, why))
        }
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) => Err(error),
    }
}
