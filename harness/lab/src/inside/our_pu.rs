//! Checks of our pool user at rsplib's registrar, with rsplib's pool elements.
//!
//! Hosts as in [`failover`](super::failover).

use super::Check;
use super::failover::{Cast, PES, PU, REGISTRAR, Service};
use super::process::Process;
use super::programs::{SOON, our_pu};
use super::scene::{START, Scene, Side};
use anyhow::ensure;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "our-pu/resolves",
        run: resolves,
    },
    Check {
        name: "our-pu/echo-survives-a-killed-pe",
        run: echo_survives_a_killed_pe,
    },
    Check {
        name: "our-pu/ping-pong-goes-on-by-its-cookie",
        run: ping_pong_goes_on_by_its_cookie,
    },
    Check {
        name: "our-pu/calculation-survives-a-killed-pe",
        run: calculation_survives_a_killed_pe,
    },
    Check {
        name: "our-pu/reports-a-pe-that-vanished",
        run: reports_a_pe_that_vanished,
    },
];

const CAST: Cast = Cast {
    registrar: Side::Theirs,
    registrar_id: 0x2222_2222,
    pes: Side::Theirs,
    pe_ids: 0x00cc_0000,
    failover: START,
};

/// Waits until a session has selected a pool element and returns its position in [`PES`].
fn serving(pu: &mut Process) -> anyhow::Result<usize> {
    CAST.serving(&pu.prints("with pool element", 2 * START)?)
}

/// Starts an echo session, exchanges two lines, and returns the program and the position of its pool element.
fn echo_session(scene: &mut Scene<'_>) -> anyhow::Result<(Process, usize)> {
    let repeat = ["--repeat"];
    let mut pu = our_pu(scene, PU, "session", "EchoPool", &[REGISTRAR], &repeat)?;
    pu.types("first")?;
    let first = serving(&mut pu)?;
    // The first echo may precede the line that names its pool element, so only a second one can be waited for.
    pu.types("before")?;
    echoed(&mut pu, "before")?;
    Ok((pu, first))
}

/// Waits for the echo of a line.
fn echoed(pu: &mut Process, text: &str) -> anyhow::Result<()> {
    pu.line("the echo", |line| line.ends_with(text), START)?;
    Ok(())
}

fn resolves(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    let _pes = CAST.two_pes(scene, Service::Echo, &[])?;
    let mut known = our_pu(scene, PU, "resolve", "EchoPool", &[REGISTRAR], &["--json"])?;
    ensure!(known.end(START)?.success(), "{}", known.lines().join("; "));
    let text = known.lines().join("\n");
    for host in PES {
        ensure!(
            text.contains(&format!("{:08x}", CAST.pe_id(host))),
            "PE on host {host} is not listed: {text}"
        );
    }
    let mut unknown = our_pu(scene, PU, "resolve", "NoPool", &[REGISTRAR], &[])?;
    let status = unknown.end(START)?;
    ensure!(
        status.code() == Some(4),
        "for an unknown pool the program ended with {status}"
    );
    Ok(())
}

fn echo_survives_a_killed_pe(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    let mut pes = CAST.two_pes(scene, Service::Echo, &[])?;
    let (mut pu, first) = echo_session(scene)?;
    pes[first].kill()?;
    let second = serving(&mut pu)?;
    ensure!(
        first != second,
        "the session stays with the killed pool element"
    );
    pu.types("after")?;
    echoed(&mut pu, "after")
}

fn ping_pong_goes_on_by_its_cookie(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    let mut pes = CAST.two_pes(scene, Service::PingPong, &[])?;
    load(
        scene,
        "PingPongPool",
        &["--service=pingpong", "--rate=10", "--count=60"],
        &mut pes,
    )?;
    scene.captured("ASAP_COOKIE_ECHO", "", 1, SOON)
}

fn calculation_survives_a_killed_pe(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    let more = [
        "-capcapacity=1000000",
        "-policy=LeastUsed",
        "-capcookiemaxtime=0.2",
    ];
    let mut pes = CAST.two_pes(scene, Service::Calculation, &more)?;
    load(
        scene,
        "CalcAppPool",
        &["--service=calc", "--rate=2", "--count=8", "--size=2000000"],
        &mut pes,
    )
}

/// Runs sessions under load and kills their pool element. Checks that a session continues with the other one and that
/// the program, which compares all answers, succeeds.
fn load(
    scene: &mut Scene<'_>,
    pool: &str,
    more: &[&str],
    pes: &mut [Process],
) -> anyhow::Result<()> {
    let mut pu = our_pu(scene, PU, "session", pool, &[REGISTRAR], more)?;
    let mut first = serving(&mut pu)?;
    pu.line(
        "some answers",
        |line| line.contains("in all") && !line.contains(" 0 in all"),
        START,
    )?;
    if more.contains(&"--service=calc") {
        // Each job is a session. Wait until the next one has a cookie, without which it cannot fail over.
        first = serving(&mut pu)?;
        pu.prints("a cookie of", START)?;
    }
    pes[first].kill()?;
    let status = pu.end(4 * START)?;
    ensure!(
        status.success(),
        "the program ended with {status}: {}",
        pu.lines().join("; ")
    );
    ensure!(
        pu.printed("session continues with pool element"),
        "no session failed over"
    );
    Ok(())
}

fn reports_a_pe_that_vanished(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    let _pes = CAST.two_pes(scene, Service::Echo, &[])?;
    let (mut pu, first) = echo_session(scene)?;
    scene.link(PES[first], false)?;
    pu.types("after")?;
    let second = serving(&mut pu)?;
    ensure!(
        first != second,
        "the session stays with the disconnected pool element"
    );
    // The other PE answers the line that was written to the disconnected one, maybe before the line that names the PE.
    pu.types("later")?;
    echoed(&mut pu, "later")?;
    ensure!(
        pu.lines().iter().any(|line| line == "after"),
        "the line written before the failover was not echoed"
    );
    scene.captured(
        "ASAP_ENDPOINT_UNREACHABLE",
        &format!("{:#010x}", CAST.pe_id(PES[first])),
        1,
        SOON,
    )
}
