//! The programs of both sides with the arguments that every check gives them.

use super::process::Process;
use super::scene::{START, Scene, Side, words};
use anyhow::{Context, bail};
use std::time::Duration;

/// Timers of both registrars, alike: PEER-HEARTBEAT-CYCLE, MAX-TIME-LAST-HEARD, MAX-TIME-NO-RESPONSE, and the
/// keep-alives of PEs. The RFC's would make one check take minutes.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(2);
pub(crate) const LAST_HEARD: Duration = Duration::from_secs(6);
pub(crate) const NO_RESPONSE: Duration = Duration::from_secs(2);
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(3);
pub(crate) const KEEP_ALIVE_ACK: Duration = Duration::from_secs(2);
/// The longest a pool element that is gone stays listed: the longest distance of two keep-alives (+50 %), the time for
/// the answer, and some for slow machines.
pub(crate) const REMOVAL: Duration = Duration::from_secs(15);
/// The longest until a dead registrar is taken over: both thresholds, the arbitration, and some.
pub(crate) const TAKEOVER: Duration = Duration::from_secs(30);
/// Keep-alives of registrars with a thousand pool elements: a burst of them takes its time on a slow machine.
pub(crate) const OUR_RARE_KEEP_ALIVES: &str = "--keep-alive-interval=60s";
/// The same for rsplib's registrar.
pub(crate) const THEIR_RARE_KEEP_ALIVES: [&str; 2] = [
    "-endpointkeepalivetransmissioninterval=60000",
    "-endpointkeepalivetimeoutinterval=30000",
];
/// For what follows from one message at once.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// Starts our registrar and waits until it serves.
pub(crate) fn our_registrar(
    scene: &mut Scene<'_>,
    host: u8,
    id: u32,
    peers: &[u8],
    more: &[&str],
) -> anyhow::Result<Process> {
    let mut argv = scene.tool("rserpool", &["registrar", "--transport", scene.transport()]);
    argv.extend([
        format!("--asap={}", scene.asap(host)),
        format!("--enrp={}", scene.enrp(host)),
        format!("--id={id:#010x}"),
        format!("--status-socket={}", scene.socket(host)),
    ]);
    let timers = [
        ("--peer-heartbeat-cycle", HEARTBEAT),
        ("--max-time-last-heard", LAST_HEARD),
        ("--max-time-no-response", NO_RESPONSE),
        ("--keep-alive-interval", KEEP_ALIVE),
        ("--keep-alive-timeout", KEEP_ALIVE_ACK),
    ];
    for (flag, span) in timers {
        // What a check sets itself stands.
        if !more.iter().any(|word| word.starts_with(flag)) {
            argv.push(format!("{flag}={}s", span.as_secs()));
        }
    }
    for peer in peers {
        argv.push(format!("--peer={}", scene.enrp(*peer)));
    }
    argv.extend(words(more));
    let name = format!("our-registrar-{host}");
    let mut registrar = scene.start(Side::Ours, host, &name, &argv)?;
    registrar.line("that it is ready", |line| line.starts_with("ready "), START)?;
    Ok(registrar)
}

/// What our registrar on a host tells of itself.
pub(crate) fn our_status(scene: &mut Scene<'_>, host: u8) -> anyhow::Result<serde_json::Value> {
    let socket = scene.socket(host);
    let argv = scene.tool("rserpool", &["status", "--json", "--socket", &socket]);
    let (told, lines) = scene.run(Side::Ours, host, "status", &argv, START)?;
    let text = lines.join("\n");
    if !told {
        bail!("the status of our registrar on host {host}: {text}");
    }
    serde_json::from_str(&text).with_context(|| format!("its status: {text}"))
}

/// Starts rsplib's registrar and waits until it listens.
pub(crate) fn their_registrar(
    scene: &mut Scene<'_>,
    host: u8,
    id: u32,
    peers: &[u8],
    more: &[&str],
) -> anyhow::Result<Process> {
    let milliseconds = |span: Duration| span.as_millis();
    let mut timers: Vec<String> = [
        ("peerheartbeatcycle", milliseconds(HEARTBEAT)),
        ("peermaxtimelastheard", milliseconds(LAST_HEARD)),
        ("peermaxtimenoresponse", milliseconds(NO_RESPONSE)),
        ("takeoverexpiryinterval", 3000),
        ("mentordiscoverytimeout", 2000),
        (
            "endpointkeepalivetransmissioninterval",
            milliseconds(KEEP_ALIVE),
        ),
        (
            "endpointkeepalivetimeoutinterval",
            milliseconds(KEEP_ALIVE_ACK),
        ),
        ("maxhresitems", 32),
        ("loglevel", 3),
    ]
    .iter()
    .map(|(name, value)| format!("-{name}={value}"))
    .collect();
    timers.extend(words(more));
    let timers: Vec<&str> = timers.iter().map(String::as_str).collect();
    their_registrar_as(scene, host, id, peers, &timers)
}

/// The same with its own timers, but for what is told.
pub(crate) fn their_registrar_as(
    scene: &mut Scene<'_>,
    host: u8,
    id: u32,
    peers: &[u8],
    more: &[&str],
) -> anyhow::Result<Process> {
    let mut argv = words(&["stdbuf", "-oL", "rspregistrar", "-quiet", "-logcolor=off"]);
    argv.extend([
        format!("-asap={}", scene.asap(host)),
        format!("-enrp={}", scene.enrp(host)),
        format!("-identifier={id:#010x}"),
        "-asapannounce=off".to_owned(),
        "-enrpannounce=off".to_owned(),
        // The limits against floods would slow a thousand pool elements down.
        "-maxhrrate=100000".to_owned(),
        "-maxeurate=100000".to_owned(),
    ]);
    for peer in peers {
        argv.push(format!("-peer={}", scene.enrp(*peer)));
    }
    argv.extend(words(more));
    let registrar = scene.start(
        Side::Theirs,
        host,
        &format!("their-registrar-{host}"),
        &argv,
    )?;
    listens(scene, host, 3863)?;
    Ok(registrar)
}

/// Waits until a kernel's SCTP endpoint of a host listens.
fn listens(scene: &mut Scene<'_>, host: u8, port: u16) -> anyhow::Result<()> {
    // The sixth column is the local port.
    let condition =
        format!("awk \"\\$6 == {port} {{found=1}} END {{exit !found}}\" /proc/net/sctp/eps");
    scene.until(Side::Theirs, host, &condition, START)
}

/// Starts a pool element of rsplib (`-echo`, `-pingpong`, `-calcapp`, with more arguments).
pub(crate) fn their_pe(
    scene: &mut Scene<'_>,
    host: u8,
    service: &str,
    id: u32,
    registrars: &[u8],
    more: &[&str],
) -> anyhow::Result<Process> {
    let mut argv = words(&[
        "stdbuf",
        "-oL",
        "rspserver",
        service,
        "-logcolor=off",
        "-loglevel=4",
    ]);
    argv.push(format!("-identifier={id:#010x}"));
    argv.extend(their_registrars(scene, registrars));
    argv.extend(words(more));
    let name = format!("their-pe{service}-{host}");
    let mut pe = scene.start(Side::Theirs, host, &name, &argv)?;
    // A registration only shows when a registrar's first keep-alive comes, so callers look at the registrar.
    pe.says("rsplib is ready", START)?;
    Ok(pe)
}

/// Starts a pool user of rsplib (`rspterminal`, `pingpongclient`, `calcappclient`).
pub(crate) fn their_pu(
    scene: &mut Scene<'_>,
    host: u8,
    program: &str,
    registrars: &[u8],
    more: &[&str],
) -> anyhow::Result<Process> {
    let mut argv = words(&["stdbuf", "-oL", program, "-logcolor=off", "-loglevel=2"]);
    argv.extend(their_registrars(scene, registrars));
    argv.extend(words(more));
    scene.start(Side::Theirs, host, &format!("{program}-{host}"), &argv)
}

/// Their arguments that name registrars; without any they listen to announcements.
fn their_registrars(scene: &Scene<'_>, registrars: &[u8]) -> Vec<String> {
    let mut argv: Vec<String> = registrars
        .iter()
        .map(|host| format!("-registrar={}", scene.asap(*host)))
        .collect();
    if !registrars.is_empty() {
        argv.push("-asapannounce=off".to_owned());
    }
    argv
}

/// Registers a crowd of pool elements, which stays until it is dropped.
pub(crate) fn crowd(
    scene: &mut Scene<'_>,
    host: u8,
    at: u8,
    prefix: &str,
    pools: usize,
    elements: usize,
) -> anyhow::Result<Process> {
    let patience = START + Duration::from_millis(20) * (pools * elements) as u32;
    crowd_of(
        scene,
        host,
        at,
        prefix,
        (pools, elements),
        "round-robin",
        patience,
    )
}

/// The same of a policy, with more or less patience.
pub(crate) fn crowd_of(
    scene: &mut Scene<'_>,
    host: u8,
    at: u8,
    prefix: &str,
    (pools, elements): (usize, usize),
    policy: &str,
    patience: Duration,
) -> anyhow::Result<Process> {
    let mut argv = bench(scene, "register", host, at);
    argv.extend(words(&[
        "--prefix",
        prefix,
        "--hold",
        "--own-udp-port",
        "9899",
    ]));
    argv.push(format!("--policy={policy}"));
    argv.push(format!("--pools={pools}"));
    argv.push(format!("--pes={elements}"));
    let mut crowd = scene.start(Side::Ours, host, &format!("crowd-{prefix}"), &argv)?;
    crowd.says("registered ", patience)?;
    Ok(crowd)
}

/// Waits until a registrar lists so many elements of each pool of a crowd.
pub(crate) fn lists_crowd(
    scene: &mut Scene<'_>,
    host: u8,
    at: u8,
    prefix: &str,
    pools: usize,
    elements: usize,
    within: Duration,
) -> anyhow::Result<()> {
    let pools = pools.to_string();
    let which = ["--prefix", prefix, "--pools", &pools];
    lists(scene, host, at, &which, elements, within)
}

/// Waits until a registrar lists so many elements of a pool.
pub(crate) fn lists_pool(
    scene: &mut Scene<'_>,
    host: u8,
    at: u8,
    pool: &str,
    elements: usize,
    within: Duration,
) -> anyhow::Result<()> {
    lists(scene, host, at, &["--pool", pool], elements, within)
}

fn lists(
    scene: &mut Scene<'_>,
    host: u8,
    at: u8,
    which: &[&str],
    elements: usize,
    within: Duration,
) -> anyhow::Result<()> {
    let mut argv = bench(scene, "listed", host, at);
    argv.extend(words(which));
    argv.push(format!("--pes={elements}"));
    argv.push(format!("--within={}ms", within.as_millis()));
    let (as_wanted, lines) = scene.run(Side::Ours, host, "listed", &argv, within + 2 * START)?;
    if !as_wanted {
        bail!(
            "registrar on host {at}, {}, {elements} each: {}",
            which.join(" "),
            lines.join("; ")
        );
    }
    Ok(())
}

/// `rspcheck bench …` on a host of ours, towards a registrar.
fn bench(scene: &Scene<'_>, what: &str, host: u8, at: u8) -> Vec<String> {
    let mut argv = scene.tool(
        "rspcheck",
        &["bench", what, "--transport", scene.transport()],
    );
    argv.push(format!("--at={}", scene.asap(at)));
    argv.push(format!("--local={}", scene.ip(host)));
    argv
}

/// For pool elements of ours in a pool with rsplib's, whose cookies are not signed.
pub(crate) const BARE: &str = "--cookies=bare";

/// Starts a pool element of ours with a built-in service (`echo`, `pingpong`, `calc`) and waits until it is registered.
pub(crate) fn our_pe(
    scene: &mut Scene<'_>,
    host: u8,
    service: &str,
    id: u32,
    registrars: &[u8],
    more: &[&str],
) -> anyhow::Result<Process> {
    let mut argv = scene.tool("rserpool", &["pe", "--carrier", scene.transport()]);
    argv.extend([
        format!("--service={service}"),
        format!("--address={}", scene.ip(host)),
        "--tolerate=keep-alive-identifier".to_owned(),
        format!("--id={id:#010x}"),
    ]);
    if !more.contains(&BARE) {
        // The cookies of one must open at the other.
        let key = scene.dir().join("cookie-key");
        std::fs::write(&key, "the pool elements of this check")?;
        argv.push(format!("--cookie-key-file={}", key.display()));
    }
    argv.extend(our_registrars(scene, registrars));
    argv.extend(words(more));
    let mut pe = scene.start(Side::Ours, host, &format!("our-pe-{service}-{host}"), &argv)?;
    pe.line(
        "that it is registered",
        |line| line.starts_with("ready "),
        START,
    )?;
    Ok(pe)
}

/// Starts a pool user of ours: `what` is `resolve` or `session`.
pub(crate) fn our_pu(
    scene: &mut Scene<'_>,
    host: u8,
    what: &str,
    pool: &str,
    registrars: &[u8],
    more: &[&str],
) -> anyhow::Result<Process> {
    let mut argv = scene.tool(
        "rserpool",
        &["pu", what, pool, "--carrier", scene.transport()],
    );
    argv.push(format!("--local={}", scene.ip(host)));
    argv.extend(our_registrars(scene, registrars));
    argv.extend(words(more));
    scene.start(Side::Ours, host, &format!("our-pu-{what}-{host}"), &argv)
}

fn our_registrars(scene: &Scene<'_>, registrars: &[u8]) -> Vec<String> {
    registrars
        .iter()
        .map(|host| format!("--registrar={}", scene.asap(*host)))
        .collect()
}
