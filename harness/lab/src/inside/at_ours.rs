//! rsplib's pool elements and pool users at our registrar.
//!
//! Hosts: 1 our registrar, 2 and 3 pool elements, 4 the pool user, 5 who asks.

use super::Check;
use super::process::Process;
use super::programs::{KEEP_ALIVE, REMOVAL, SOON, lists_pool, our_registrar, their_pe, their_pu};
use super::scene::{START, Scene};
use anyhow::{Context, ensure};
use rustix::process::Signal;
use std::time::Duration;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "at-ours/echo-survives-a-killed-pe",
        run: echo_survives_a_killed_pe,
    },
    Check {
        name: "at-ours/ping-pong-goes-on-by-its-cookie",
        run: ping_pong_goes_on_by_its_cookie,
    },
    Check {
        name: "at-ours/calculation-survives-a-killed-pe",
        run: calculation_survives_a_killed_pe,
    },
    Check {
        name: "at-ours/pe-that-does-not-answer-is-removed",
        run: pe_that_does_not_answer_is_removed,
    },
    Check {
        name: "at-ours/pe-that-vanishes-is-removed",
        run: pe_that_vanishes_is_removed,
    },
    Check {
        name: "at-ours/pe-re-registers-and-leaves",
        run: pe_re_registers_and_leaves,
    },
];

const REGISTRAR: u8 = 1;
const ID: u32 = 0x1111_1111;
const PES: [u8; 2] = [2, 3];
const PU: u8 = 4;
const ASKER: u8 = 5;

/// Two pool elements of one service, registered.
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

fn pe_id(host: u8) -> u32 {
    0x00aa_0000 | u32::from(host)
}

/// Which of our pool elements a line is about: rsplib writes `$00aa0002`.
fn serving(line: &str) -> anyhow::Result<usize> {
    PES.iter()
        .position(|host| line.contains(&format!("{:08x}", pe_id(*host))))
        .with_context(|| format!("no pool element of ours in `{line}`"))
}

/// Types until the answer comes: what is typed while a session fails over is lost, as rspterminal does it.
pub(super) fn echo(pu: &mut Process, text: &str, within: Duration) -> anyhow::Result<String> {
    let tries = within.as_secs().max(1);
    for nth in 1..=tries {
        let word = format!("{text}-{nth}");
        pu.types(&word)?;
        match pu.line(
            "an echo",
            |line| line.contains("from PE") && line.ends_with(&word),
            Duration::from_secs(1),
        ) {
            Ok(line) => return Ok(line),
            Err(error) if nth == tries => return Err(error),
            Err(_) => {}
        }
    }
    unreachable!("the last try returns")
}

fn echo_survives_a_killed_pe(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = our_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let mut pes = two_pes(scene, "-echo", "EchoPool", &[])?;
    let mut pu = their_pu(
        scene,
        PU,
        "rspterminal",
        &[REGISTRAR],
        &["-poolhandle=EchoPool"],
    )?;
    let first = serving(&echo(&mut pu, "before", START)?)?;
    pes[first].kill()?;
    let second = serving(&echo(&mut pu, "after", START)?)?;
    ensure!(first != second, "the killed pool element answered");
    lists_pool(scene, ASKER, REGISTRAR, "EchoPool", 1, REMOVAL).context("the killed one must go")
}

fn ping_pong_goes_on_by_its_cookie(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = our_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let mut pes = two_pes(scene, "-pingpong", "PingPongPool", &[])?;
    let mut pu = their_pu(
        scene,
        PU,
        "pingpongclient",
        &[REGISTRAR],
        &["-interval=200"],
    )?;
    let tenth = pu.prints("(reply #10)", START)?;
    let first = serving(&tenth)?;
    pes[first].kill()?;
    counts_on(&mut pu, 10, pe_id(PES[first]))?;
    lists_pool(scene, ASKER, REGISTRAR, "PingPongPool", 1, REMOVAL)
}

/// Waits for a reply of another pool element than the dead one: it must count on, not begin anew. Each reply comes
/// with the cookie of the count so far.
pub(super) fn counts_on(pu: &mut Process, from: u32, dead: u32) -> anyhow::Result<()> {
    let dead = format!("{dead:08x}");
    let next = pu.line(
        "a reply of another pool element",
        |line| line.contains("(reply #") && !line.contains(&dead),
        2 * START,
    )?;
    let count = next
        .split_once("(reply #")
        .and_then(|(_, rest)| rest.split_once(')'))
        .and_then(|(count, _)| count.parse::<u32>().ok())
        .with_context(|| next.clone())?;
    // The last cookies may not have come any more; without any it would begin with 1.
    ensure!(
        count > from / 2,
        "it began anew with reply {count}: the cookie was not brought along"
    );
    Ok(())
}

fn calculation_survives_a_killed_pe(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = our_registrar(scene, REGISTRAR, ID, &[], &[])?;
    // Least Used: the load that the service tells decides.
    let service = ["-capcapacity=1000000", "-policy=LeastUsed"];
    let mut pes = two_pes(scene, "-calcapp", "CalcAppPool", &service)?;
    let jobs = [
        "-jobinterval=0.5",
        "-jobsize=1000000",
        "-object=lab",
        "-vector=jobs.vec",
        "-scalar=jobs.sca",
    ];
    let mut pu = their_pu(scene, PU, "calcappclient", &[REGISTRAR], &jobs)?;
    pu.prints("Job #2 completed", START)?;
    // One after the other, so that whichever has the job is killed once and there is one left.
    pu.prints(" accepted", START)?;
    pes[0].kill()?;
    pu.prints(" completed", START)?;
    lists_pool(scene, ASKER, REGISTRAR, "CalcAppPool", 1, REMOVAL)?;
    let _again = their_pe(scene, 6, "-calcapp", 0x00aa_0006, &[REGISTRAR], &service)?;
    lists_pool(scene, ASKER, REGISTRAR, "CalcAppPool", 2, START)?;
    pu.prints(" accepted", START)?;
    pes[1].kill()?;
    pu.prints(" completed", START)?;
    pu.prints(" completed", START)?;
    Ok(())
}

fn pe_that_does_not_answer_is_removed(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = our_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let pes = two_pes(scene, "-echo", "EchoPool", &[])?;
    // Its kernel still acknowledges what SCTP brings.
    pes[0].signal(Signal::STOP)?;
    lists_pool(scene, ASKER, REGISTRAR, "EchoPool", 1, REMOVAL)?;
    let mut pu = their_pu(
        scene,
        PU,
        "rspterminal",
        &[REGISTRAR],
        &["-poolhandle=EchoPool"],
    )?;
    ensure!(
        serving(&echo(&mut pu, "alive", START)?)? == 1,
        "the stopped one answered"
    );
    Ok(())
}

fn pe_that_vanishes_is_removed(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = our_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let _pes = two_pes(scene, "-echo", "EchoPool", &[])?;
    scene.link(PES[0], false)?;
    lists_pool(scene, ASKER, REGISTRAR, "EchoPool", 1, REMOVAL)
}

fn pe_re_registers_and_leaves(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let mut registrar = our_registrar(scene, REGISTRAR, ID, &[], &[])?;
    // The first one registers again and again, the second one is asked whether it lives: a registration says so too.
    let often = ["-rereginterval=500"];
    let (first, second) = (pe_id(PES[0]), pe_id(PES[1]));
    let mut pe = their_pe(scene, PES[0], "-echo", first, &[REGISTRAR], &often)?;
    let _other = their_pe(scene, PES[1], "-echo", second, &[REGISTRAR], &[])?;
    for _ in 0..3 {
        registrar.prints(&format!("re-registered {first:#010x}"), START)?;
    }
    let from = scene.written(PES[1]);
    scene.captured(
        "ASAP_ENDPOINT_KEEP_ALIVE_ACK",
        &from,
        2,
        4 * KEEP_ALIVE + SOON,
    )?;
    lists_pool(scene, ASKER, REGISTRAR, "EchoPool", 2, SOON)?;
    pe.signal(Signal::INT)?;
    registrar.prints(&format!("{first:#010x} left EchoPool: de-registered"), SOON)?;
    pe.end(SOON)?;
    lists_pool(scene, ASKER, REGISTRAR, "EchoPool", 1, SOON)
}
