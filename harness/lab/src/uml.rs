//! Boots user-mode Linux on the host's own file tree.

use anyhow::{Context, bail};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Directory in which Debian installs the modules of its user-mode kernel.
const MODULES: &str = "/usr/lib/uml/modules";
/// Modules that the lab needs. [`load_order`] puts their dependencies before them.
const WANTED: [&str; 7] = [
    "crypto/hmac.ko",
    "net/sctp/sctp.ko",
    "net/sctp/sctp_diag.ko",
    "drivers/net/dummy.ko",
    "drivers/net/veth.ko",
    "net/bridge/bridge.ko",
    "net/sched/sch_netem.ko",
];
/// Memory of one kernel, as `linux.uml` reads it.
const MEMORY: &str = "2G";

/// Returns the programs and directories that the lab needs and this machine lacks.
pub(crate) fn missing() -> Vec<String> {
    let mut missing: Vec<String> = [
        "linux.uml",
        "insmod",
        "ip",
        "sysctl",
        "timeout",
        "tcpdump",
        "rspregistrar",
    ]
    .into_iter()
    .filter(|program| !on_path(program))
    .map(str::to_owned)
    .collect();
    if modules().is_none() {
        missing.push(MODULES.to_owned());
    }
    missing
}

fn on_path(program: &str) -> bool {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':')
        .chain(["/usr/sbin", "/sbin"])
        .any(|dir| Path::new(dir).join(program).exists())
}

fn modules() -> Option<PathBuf> {
    fs::read_dir(MODULES)
        .ok()?
        .next()?
        .ok()
        .map(|entry| entry.path())
}

/// Runs a shell script as root inside a fresh kernel, prints its output at the end, and returns its exit status.
///
/// # Errors
///
/// If the kernel cannot boot, or the script does not end within `limit`.
pub(crate) fn boot(script: &str, limit: Duration) -> anyhow::Result<u8> {
    let modules = modules().context("no modules of user-mode Linux are installed")?;
    let dir = tempfile::Builder::new()
        .prefix("lab-")
        .tempdir()
        .context("temporary directory")?;
    let inside = |name: &str| dir.path().join(name);
    fs::write(inside("job"), script)?;
    fs::write(inside("init"), init(&modules, dir.path())?)?;
    fs::set_permissions(inside("init"), fs::Permissions::from_mode(0o755))?;
    let status = Command::new("timeout")
        .arg(limit.as_secs().to_string())
        .arg("linux.uml")
        .args(["root=/dev/root", "rootfstype=hostfs", "rootflags=/", "rw"])
        .args([&format!("mem={MEMORY}"), "con=null", "con0=null,fd:1"])
        .arg(format!("init={}", inside("init").display()))
        .stdin(Stdio::null())
        .stdout(fs::File::create(inside("console"))?)
        .stderr(Stdio::null())
        .status()
        .context("linux.uml")?;
    let output = fs::read_to_string(inside("out")).unwrap_or_default();
    print!("{output}");
    let Ok(code) = fs::read_to_string(inside("rc")) else {
        let console = fs::read_to_string(inside("console")).unwrap_or_default();
        let tail: Vec<_> = console.lines().rev().take(15).collect();
        let tail = tail.into_iter().rev().collect::<Vec<_>>().join("\n");
        bail!(
            "the job did not end within {} s ({status}); last lines of the console:\n{tail}",
            limit.as_secs()
        );
    };
    code.trim().parse().context("exit status of the job")
}

/// Returns the script of the kernel's first process: it mounts, loads modules, sets addresses, runs the job and powers
/// off.
fn init(modules: &Path, dir: &Path) -> anyhow::Result<String> {
    let load: String = load_order(modules)?
        .iter()
        .map(|m| format!("insmod {} 2>/dev/null\n", m.display()))
        .collect();
    let here = std::env::current_dir()?;
    Ok(format!(
        "#!/bin/sh\n\
         export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root\n\
         mount -t proc proc /proc\nmount -t sysfs sysfs /sys\nmount -t tmpfs tmpfs /run\n\
         mount -t tmpfs tmpfs /dev/shm 2>/dev/null\n\
         ip link set lo up\nip link set lo multicast on\n\
         {load}\
         # This kernel has no MD5, and without it SCTP can listen only if its state cookie is not keyed.\n\
         sysctl -qw net.sctp.cookie_hmac_alg=none\n\
         ip link add dummy0 type dummy\nfor n in $(seq 120); do ip addr add 10.255.1.$n/24 dev dummy0; done\n\
         ip link set dummy0 up multicast on\nip route add 224.0.0.0/4 dev dummy0\n\
         cd '{here}'\nsh '{dir}/job' >'{dir}/out' 2>&1\necho $? >'{dir}/rc'\nsync\n\
         poweroff -f 2>/dev/null || halt -f\n",
        here = here.display(),
        dir = dir.display(),
    ))
}

/// Returns the modules of [`WANTED`] and their dependencies, each dependency before the modules that need it.
fn load_order(modules: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let table = fs::read_to_string(modules.join("modules.dep")).context("modules.dep")?;
    let mut order: Vec<String> = Vec::new();
    for wanted in WANTED {
        let own = format!("kernel/{wanted}");
        let needs = table
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{own}:")))
            .unwrap_or("");
        // `modules.dep` lists direct dependencies before indirect ones.
        for module in needs.split_whitespace().rev().chain([own.as_str()]) {
            if !order.iter().any(|known| known == module) {
                order.push(module.to_owned());
            }
        }
    }
    Ok(order
        .into_iter()
        .map(|module| modules.join(module))
        .collect())
}
