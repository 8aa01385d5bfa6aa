//! Our pool user at rsplib's registrar, with rsplib's pool elements.
//!
//! Hosts: 1 rsplib's registrar, 2 and 3 pool elements, 4 the pool user, 5 who asks.

use super::Check;
use super::process::Process;
use super::programs::{SOON, lists_pool, our_pu, their_pe, their_registrar};
use super::scene::{START, Scene};
use anyhow::{Context, ensure};

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

const REGISTRAR: u8 = 1;
const ID: u32 = 0x2222_2222;
const PES: [u8; 2] = [2, 3];
const PU: u8 = 4;
const ASKER: u8 = 5;

fn pe_id(host: u8) -> u32 {
    0x00cc_0000 | u32::from(host)
}

fn two_pes(
    scene: &mut Scene<'_>,
    service: &str,
    pool: &str,
    more: &[&str],
) -> anyhow::Result<Vec<Process>> {
    let pes = PES
        .iter()
        .map(|host| their_pe(scene, *host, service, pe_id(*host), &[REGISTRAR], more))
        .collect::<anyhow::Result<_>>()?;
    lists_pool(scene, ASKER, REGISTRAR, pool, 2, START)?;
    Ok(pes)
}

/// Waits until a session has a pool element, and tells which.
fn serving(pu: &mut Process) -> anyhow::Result<usize> {
    let line = pu.prints("with pool element", 2 * START)?;
    PES.iter()
        .position(|host| line.contains(&format!("{:08x}", pe_id(*host))))
        .with_context(|| format!("no pool element of theirs in `{line}`"))
}

fn resolves(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = their_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let _pes = two_pes(scene, "-echo", "EchoPool", &[])?;
    let mut known = our_pu(scene, PU, "resolve", "EchoPool", &[REGISTRAR], &["--json"])?;
    ensure!(known.end(START)?.success(), "{}", known.lines().join("; "));
    let text = known.lines().join("\n");
    for host in PES {
        ensure!(
            text.contains(&format!("{:08x}", pe_id(host))),
            "not listed: {text}"
        );
    }
    let mut unknown = our_pu(scene, PU, "resolve", "NoPool", &[REGISTRAR], &[])?;
    let status = unknown.end(START)?;
    ensure!(
        status.code() == Some(4),
        "an unknown pool ends with {status}"
    );
    Ok(())
}

fn echo_survives_a_killed_pe(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = their_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let mut pes = two_pes(scene, "-echo", "EchoPool", &[])?;
    let mut pu = our_pu(
        scene,
        PU,
        "session",
        "EchoPool",
        &[REGISTRAR],
        &["--repeat"],
    )?;
    pu.types("first")?;
    let first = serving(&mut pu)?;
    // The first echo may have been printed before the line that names its pool element.
    pu.types("before")?;
    pu.line("the echo", |line| line.ends_with("before"), START)?;
    pes[first].kill()?;
    let second = serving(&mut pu)?;
    ensure!(first != second, "it stays with the killed pool element");
    pu.types("after")?;
    pu.line("the echo", |line| line.ends_with("after"), START)?;
    Ok(())
}

fn ping_pong_goes_on_by_its_cookie(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = their_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let mut pes = two_pes(scene, "-pingpong", "PingPongPool", &[])?;
    load(
        scene,
        "PingPongPool",
        &["--service=pingpong", "--rate=10", "--count=60"],
        &mut pes,
    )?;
    scene.captured("ASAP_COOKIE_ECHO", "", 1, SOON)
}

fn calculation_survives_a_killed_pe(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = their_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let service = [
        "-capcapacity=1000000",
        "-policy=LeastUsed",
        "-capcookiemaxtime=0.2",
    ];
    let mut pes = two_pes(scene, "-calcapp", "CalcAppPool", &service)?;
    load(
        scene,
        "CalcAppPool",
        &["--service=calc", "--rate=2", "--count=8", "--size=2000000"],
        &mut pes,
    )
}

/// A load client whose pool element is killed meanwhile: it goes on with the other one, and all answers are right.
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
        // Each job is a session: it is the next one that is to fail over, once it can.
        first = serving(&mut pu)?;
        pu.prints("a cookie of", START)?;
    }
    pes[first].kill()?;
    let status = pu.end(4 * START)?;
    ensure!(
        status.success(),
        "it ended with {status}: {}",
        pu.lines().join("; ")
    );
    ensure!(
        pu.printed("session continues with pool element"),
        "nothing failed over"
    );
    Ok(())
}

fn reports_a_pe_that_vanished(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = their_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let _pes = two_pes(scene, "-echo", "EchoPool", &[])?;
    let mut pu = our_pu(
        scene,
        PU,
        "session",
        "EchoPool",
        &[REGISTRAR],
        &["--repeat"],
    )?;
    pu.types("first")?;
    let first = serving(&mut pu)?;
    // The first echo may have been printed before the line that names its pool element.
    pu.types("before")?;
    pu.line("the echo", |line| line.ends_with("before"), START)?;
    scene.link(PES[first], false)?;
    pu.types("after")?;
    let second = serving(&mut pu)?;
    ensure!(first != second, "it stays with the one that vanished");
    // What was typed for the one that vanished is answered by the other one, maybe before the line that names it.
    pu.types("later")?;
    pu.line("the echo", |line| line.ends_with("later"), START)?;
    ensure!(
        pu.lines().iter().any(|line| line == "after"),
        "what was typed meanwhile got no answer"
    );
    scene.captured(
        "ASAP_ENDPOINT_UNREACHABLE",
        &format!("{:#010x}", pe_id(PES[first])),
        1,
        SOON,
    )
}
