//! Starts the programs of both sides with the arguments that all checks share.

use super::process::Process;
use super::scene::{START, Scene, Side, words};
use anyhow::{Context, bail};
use std::time::Duration;

// Both registrars have the same timers, far below the defaults of RFC 5353, with which one check would take minutes.
/// PEER-HEARTBEAT-CYCLE of both registrars.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(2);
/// MAX-TIME-LAST-HEARD of both registrars.
pub(crate) const LAST_HEARD: Duration = Duration::from_secs(6);
/// MAX-TIME-NO-RESPONSE of both registrars.
pub(crate) const NO_RESPONSE: Duration = Duration::from_secs(2);
/// Interval at which both registrars send ENDPOINT_KEEP_ALIVE to a PE.
pub(crate) const KEEP_ALIVE: Duration = Duration::from_secs(3);
/// Time limit for the PE's ENDPOINT_KEEP_ALIVE_ACK.
pub(crate) const KEEP_ALIVE_ACK: Duration = Duration::from_secs(2);
/// Limit on the time for which a failed pool element stays listed: the longest keep-alive interval (+50 %), the limit
/// for the ACK, and a margin for slow machines.
pub(crate) const REMOVAL: Duration = Duration::from_secs(15);
/// Limit on the time from a registrar's failure to its takeover: both thresholds, the arbitration, and a margin.
pub(crate) const TAKEOVER: Duration = Duration::from_secs(30);
/// Argument of our registrar for rare keep-alives, because a slow machine needs long for those of 1000 pool elements.
pub(crate) const OUR_RARE_KEEP_ALIVES: &str = "--keep-alive-interval=60s";
/// Arguments of rsplib's registrar for rare keep-alives.
pub(crate) const THEIR_RARE_KEEP_ALIVES: [&str; 2] = [
    "-endpointkeepalivetransmissioninterval=60000",
    "-endpointkeepalivetimeoutinterval=30000",
];
/// Limit on the time for an effect that follows from one message without a timer.
pub(crate) const SOON: Duration = Duration::from_secs(10);

/// Starts our registrar and waits until it accepts associations. An argument in `more` replaces the timer that it
/// sets.
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

/// Returns the status of our registrar on a host.
pub(crate) fn our_status(scene: &mut Scene<'_>, host: u8) -> anyhow::Result<serde_json::Value> {
    let socket = scene.socket(host);
    let argv = scene.tool("rserpool", &["status", "--json", "--socket", &socket]);
    let (succeeded, lines) = scene.run(Side::Ours, host, "status", &argv, START)?;
    let text = lines.join("\n");
    if !succeeded {
        bail!("our registrar on host {host} reports no status: {text}");
    }
    serde_json::from_str(&text).with_context(|| format!("the status is no JSON: {text}"))
}

/// Starts rsplib's registrar with the timers of the checks and waits until it listens.
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

/// Starts rsplib's registrar with its default timers, unless `more` sets them, and waits until it listens.
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
        // The default rate limits would delay the messages of 1000 pool elements.
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

/// Waits until the kernel of a host lists an SCTP endpoint with this local port.
fn listens(scene: &mut Scene<'_>, host: u8, port: u16) -> anyhow::Result<()> {
    // The sixth column is the local port.
    let condition =
        format!("awk \"\\$6 == {port} {{found=1}} END {{exit !found}}\" /proc/net/sctp/eps");
    scene.until(Side::Theirs, host, &condition, START)
}

/// Starts a pool element of rsplib; `service` is `-echo`, `-pingpong` or `-calcapp`.
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
    // The program reports its registration only after the first keep-alive, so callers ask the registrar.
    pe.prints("rsplib is ready", START)?;
    Ok(pe)
}

/// Starts a pool user of rsplib; `program` is `rspterminal`, `pingpongclient` or `calcappclient`.
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

/// Returns the arguments that name registrars to rsplib's programs. Without registrars there are none, and the programs
/// listen to announcements.
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

/// Registers a crowd, `pools` pools of `elements` Round Robin PEs each; it stays registered until it is dropped.
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

/// Registers a crowd with this policy; all registrations must be granted within `patience`.
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
    crowd.prints("registered ", patience)?;
    Ok(crowd)
}

/// Waits until the registrar on host `at` lists `elements` PEs in each pool of a crowd.
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

/// Waits until the registrar on host `at` lists `elements` PEs in a pool. The pool user that asks is on `host`.
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
            "the registrar on host {at} does not list {elements} PEs ({}): {}",
            which.join(" "),
            lines.join("; ")
        );
    }
    Ok(())
}

/// Returns the arguments of `rspcheck bench` on `host` for the registrar on host `at`.
fn bench(scene: &Scene<'_>, what: &str, host: u8, at: u8) -> Vec<String> {
    let mut argv = scene.tool(
        "rspcheck",
        &["bench", what, "--transport", scene.transport()],
    );
    argv.push(format!("--at={}", scene.asap(at)));
    argv.push(format!("--local={}", scene.ip(host)));
    argv
}

/// Argument of our pool elements that share a pool with rsplib's, whose cookies are not signed.
pub(crate) const BARE: &str = "--cookies=bare";

/// Starts a pool element of ours and waits until it is registered; `service` is `echo`, `pingpong` or `calc`.
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
        // Another PE of the pool must accept the cookies that this one signs.
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

/// Starts a pool user of ours; `what` is `resolve` or `session`.
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
