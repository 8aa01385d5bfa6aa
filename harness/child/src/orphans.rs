//! Orphans: descendants of children that outlive their parents, also in other process groups and with other
//! environments. After [`adopt`] they become children of this process.

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpid, kill_process, set_child_subreaper, waitid,
};
use std::fs;
use std::io;

/// An adopted process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pid: Pid,
    /// Its command line; empty after its end.
    pub command: String,
    ended: bool,
}

/// Makes this process the parent of each descendant whose own parent ends.
///
/// # Errors
///
/// Returns the error of the operating system; `Unsupported` where there is no such parent.
pub fn adopt() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    set_child_subreaper(Some(getpid()))?;
    #[cfg(not(target_os = "linux"))]
    return Err(io::ErrorKind::Unsupported.into());
    Ok(())
}

/// Returns the children of this process other than those with an `own` process id. Returns none where there is no
/// `/proc`.
pub fn orphans(own: impl Fn(i32) -> bool) -> Vec<Orphan> {
    let parent = Pid::as_raw(Some(getpid())).to_string();
    let ids = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let id: i32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
            (!own(id)).then_some(id)
        });
    ids.filter_map(|id| orphan(id, &parent)).collect()
}

fn orphan(id: i32, wanted: &str) -> Option<Orphan> {
    let stat = fs::read(format!("/proc/{id}/stat")).ok()?;
    // After the name, which may hold anything up to the last bracket: state, parent.
    let stat = String::from_utf8_lossy(&stat).into_owned();
    let mut words = stat.rsplit_once(')')?.1.split_whitespace();
    let (state, parent) = (words.next()?, words.next()?);
    if parent != wanted {
        return None;
    }
    let command = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let command = String::from_utf8_lossy(&command).replace('\0', " ");
    Some(Orphan {
        pid: Pid::from_raw(id)?,
        command: command.trim().to_owned(),
        ended: matches!(state, "Z" | "X"),
    })
}

impl Orphan {
    /// Returns its process id.
    pub fn id(&self) -> i32 {
        self.pid.as_raw_pid()
    }

    /// Returns true if it has ended by itself.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Kills it with SIGKILL and frees its process id. Its children become orphans.
    pub fn kill(&self) {
        // An error means that it has ended.
        let _ = kill_process(self.pid, Signal::KILL);
        let _ = waitid(WaitId::Pid(self.pid), WaitIdOptions::EXITED);
    }
}
