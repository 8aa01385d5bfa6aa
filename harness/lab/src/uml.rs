//! Booting user-mode Linux over the host's own file tree.

use anyhow::{Context, bail};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Where Debian keeps the modules of its user-mode kernel.
const MODULES: &str = "/usr/lib/uml/modules";
/// Modules that the lab needs, with all they depend on loaded first.
const WANTED: [&str; 7] = [
    "crypto/hmac.ko",
    "net/sctp/sctp.ko",
    "net/sctp/sctp_diag.ko",
    "drivers/net/dummy.ko",
    "drivers/net/veth.ko",
    "net/bridge/bridge.ko",
    "net/sched/sch_netem.ko",
];
/// Memory of the kernel.
const MEMORY: &str = "2G";

/// What this machine lacks, by the name of the program or folder.
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

/// Runs a shell script as root inside a fresh kernel, passing its output on. Gives its exit status.
pub(crate) fn boot(script: &str, limit: Duration) -> anyhow::Result<u8> {
    let modules = modules().context("no modules of user-mode Linux")?;
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
            "the job did not end within {} s ({status}); the console's last lines:\n{tail}",
            limit.as_secs()
        );
    };
    code.trim().parse().context("exit status of the job")
}

/// The first process inside: mounts, modules, addresses, then the job, then power off.
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
         # This kernel has no MD5; SCTP listens only without a keyed cookie then.\n\
         sysctl -qw net.sctp.cookie_hmac_alg=none\n\
         ip link add dummy0 type dummy\nip addr add 10.255.1.1/24 dev dummy0\nip addr add 10.255.1.2/24 dev dummy0\n\
         ip link set dummy0 up multicast on\nip route add 224.0.0.0/4 dev dummy0\n\
         cd '{here}'\nsh '{dir}/job' >'{dir}/out' 2>&1\necho $? >'{dir}/rc'\nsync\n\
         poweroff -f 2>/dev/null || halt -f\n",
        here = here.display(),
        dir = dir.display(),
    ))
}

/// The wanted modules and what they need, in the order in which they can be loaded.
fn load_order(modules: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let table = fs::read_to_string(modules.join("modules.dep")).context("modules.dep")?;
    let mut order: Vec<String> = Vec::new();
    for wanted in WANTED {
        let own = format!("kernel/{wanted}");
        let needs = table
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{own}:")))
            .unwrap_or("");
        // The table lists a module's needs from the nearest to the deepest.
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
