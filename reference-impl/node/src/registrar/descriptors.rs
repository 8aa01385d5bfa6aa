//! File descriptors of the process. Each TCP connection of a pool user takes one, so their number follows from the
//! limit on open files.

/// Descriptors that are kept for the sockets of SCTP, announcements and listeners, and for status requests.
#[cfg(unix)]
const KEPT: u64 = 32;
/// Descriptors that are assumed to be open where the system does not list them.
#[cfg(unix)]
const ASSUMED_OPEN: u64 = 16;

/// Room for TCP connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// Connections that fit, at most as many as wanted.
    pub(super) connections: usize,
    /// The limit on open files; none if there is no limit.
    pub(super) open_files: Option<u64>,
}

/// Returns the room for `wanted` TCP connections. Raises the limit on open files for them, as far as the process may.
#[cfg(unix)]
pub(super) fn room(wanted: usize) -> Room {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let listed = std::fs::read_dir("/proc/self/fd").map(Iterator::count);
    let open = listed.map_or(ASSUMED_OPEN, |count| count as u64);
    let needed = (wanted as u64).saturating_add(open + KEPT);
    let mut open_files = current;
    let raised = maximum.map_or(needed, |maximum| maximum.min(needed));
    if current.is_some_and(|current| current < raised) {
        let limit = Rlimit {
            current: Some(raised),
            maximum,
        };
        // Where the system refuses it, the old limit stays in force.
        if setrlimit(Resource::Nofile, limit).is_ok() {
            open_files = Some(raised);
        }
    }
    let fits = open_files.map_or(wanted, |all| {
        usize::try_from(all.saturating_sub(open + KEPT)).unwrap_or(usize::MAX)
    });
    Room {
        connections: fits.min(wanted),
        open_files,
    }
}

/// Returns the room for `wanted` TCP connections: all of them, as the system has no limit on sockets.
#[cfg(not(unix))]
pub(super) fn room(wanted: usize) -> Room {
    Room {
        connections: wanted,
        open_files: None,
    }
}
