//! The `status` command: requests the status of a running registrar and prints it.

mod table;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use rserpool::registrar::status::{Form, MAX_LISTED, Request, Status, default_path};

use crate::command::{BAD_ENVIRONMENT, BAD_SETTINGS, fail};

/// Time limit of the registrar for its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most octets of an answer; one that lists the most pools and PEs is far below.
const MAX_ANSWER: u64 = 256 << 20;

/// Arguments of `rserpool status`.
#[derive(Clone, Debug, clap::Args)]
pub struct StatusArgs {
    /// Path of the registrar's --status-socket [default: rserpool-registrar.sock in $XDG_RUNTIME_DIR, else in /run]
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,
    /// Print JSON; its `format` field names the version
    #[arg(long, conflicts_with = "prometheus")]
    pub json: bool,
    /// Print Prometheus' text format
    #[arg(long)]
    pub prometheus: bool,
    /// List the PEs of this pool: its handle as text, or as 0x and hexadecimal digits
    #[arg(long, value_name = "HANDLE")]
    pub pool: Option<String>,
    /// Most pools and most PEs to list, up to 10000
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

/// Runs the command. Returns 0, 2 for a pool that does not exist, 3 if no registrar answers.
pub fn status(args: &StatusArgs) -> ExitCode {
    let path = args.socket.clone().unwrap_or_else(default_path);
    let request = Request {
        form: match args.prometheus {
            true => Form::Prometheus,
            false => Form::Json,
        },
        pool: args.pool.clone(),
        limit: args.limit.min(MAX_LISTED),
    };
    let text = match ask(&path, &request) {
        Ok(text) => text,
        Err(error) => {
            let why = format!(
                "{}: {error}; check that a registrar runs with this --status-socket, and that you may read it",
                path.display()
            );
            return fail(BAD_ENVIRONMENT, &why);
        }
    };
    let shown = if args.prometheus {
        refused(&text).map_or(Ok(text), Err)
    } else {
        in_form(args.json, text)
    };
    match shown {
        Ok(text) => match io::stdout().lock().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            // The reader has closed the pipe.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => fail(BAD_ENVIRONMENT, &error),
        },
        Err(why) => fail(BAD_SETTINGS, &why),
    }
}

fn in_form(json: bool, text: String) -> Result<String, String> {
    if let Some(why) = refused(&text) {
        return Err(why);
    }
    if json {
        return Ok(text);
    }
    let status: Status = serde_json::from_str(&text)
        .map_err(|error| format!("the registrar has another version: {error}"))?;
    Ok(table::text(&status))
}

fn refused(text: &str) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(answer.get("error")?.as_str()?.to_owned())
}

/// Sends a request to the registrar at a local socket. Returns the text in the requested form, or a JSON object with
/// an `error`.
///
/// # Errors
/// No registrar answers at `path` within 10 s.
#[cfg(unix)]
pub fn ask(path: &Path, request: &Request) -> io::Result<String> {
    let mut stream = std::os::unix::net::UnixStream::connect(path)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    let mut text = String::new();
    stream.take(MAX_ANSWER).read_to_string(&mut text)?;
    if text.is_empty() {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "no answer"));
    }
    Ok(text)
}

/// Sends a request to the registrar at a local socket.
///
/// # Errors
/// Always: this system has no local sockets.
#[cfg(not(unix))]
pub fn ask(_path: &Path, _request: &Request) -> io::Result<String> {
    Err(io::ErrorKind::Unsupported.into())
}
