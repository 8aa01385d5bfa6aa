//! Our pool elements at rsplib's registrar, used by rsplib's pool users.
//!
//! Hosts: 1 rsplib's registrar, 2 and 3 pool elements, 4 the pool user, 5 who asks.

use super::Check;
use super::at_ours::{counts_on, echo};
use super::process::Process;
use super::programs::{
    BARE, KEEP_ALIVE, REMOVAL, SOON, lists_pool, our_pe, their_pe, their_pu, their_registrar,
};
use super::scene::{START, Scene};
use anyhow::{Context, ensure};
use rustix::process::Signal;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "our-pe/echo-survives-a-killed-pe",
        run: echo_survives_a_killed_pe,
    },
    Check {
        name: "our-pe/ping-pong-goes-on-by-its-cookie",
        run: ping_pong_goes_on_by_its_cookie,
    },
    Check {
        name: "our-pe/ping-pong-goes-on-at-rspserver-and-back",
        run: ping_pong_goes_on_at_rspserver_and_back,
    },
    Check {
        name: "our-pe/calculation-survives-a-killed-pe",
        run: calculation_survives_a_killed_pe,
    },
    Check {
        name: "our-pe/stays-and-leaves",
        run: stays_and_leaves,
    },
];

const REGISTRAR: u8 = 1;
const ID: u32 = 0x2222_2222;
const PES: [u8; 2] = [2, 3];
const PU: u8 = 4;
const ASKER: u8 = 5;

fn pe_id(host: u8) -> u32 {
    0x00bb_0000 | u32::from(host)
}

fn two_pes(
    scene: &mut Scene<'_>,
    service: &str,
    pool: &str,
    more: &[&str],
) -> anyhow::Result<Vec<Process>> {
    let pes = PES
        .iter()
        .map(|host| our_pe(scene, *host, service, pe_id(*host), &[REGISTRAR], more))
        .collect::<anyhow::Result<_>>()?;
    lists_pool(scene, ASKER, REGISTRAR, pool, 2, START)?;
    Ok(pes)
}

fn serving(line: &str) -> anyhow::Result<usize> {
    PES.iter()
        .position(|host| line.contains(&format!("{:08x}", pe_id(*host))))
        .with_context(|| format!("no pool element of ours in `{line}`"))
}

fn echo_survives_a_killed_pe(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = their_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let mut pes = two_pes(scene, "echo", "EchoPool", &[])?;
    let mut pu = their_pu(
        scene,
        PU,
        "rspterminal",
        &[REGISTRAR],
        &["-poolhandle=EchoPool"],
    )?;
    let first = serving(&echo(&mut pu, "before", START)?)?;
    pes[first].kill()?;
    let second = serving(&echo(&mut pu, "after", 2 * START)?)?;
    ensure!(first != second, "the killed pool element answered");
    lists_pool(scene, ASKER, REGISTRAR, "EchoPool", 1, REMOVAL).context("the killed one must go")
}

fn ping_pong_goes_on_by_its_cookie(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = their_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let mut pes = two_pes(scene, "pingpong", "PingPongPool", &[])?;
    let mut pu = their_pu(
        scene,
        PU,
        "pingpongclient",
        &[REGISTRAR],
        &["-interval=200"],
    )?;
    let first = serving(&pu.prints("(reply #10)", START)?)?;
    pes[first].kill()?;
    counts_on(&mut pu, 10, pe_id(PES[first]))
}

/// The pool has one of each: the state of a session is the same to both when cookies are bare.
fn ping_pong_goes_on_at_rspserver_and_back(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = their_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let bare = [BARE];
    let mut ours = our_pe(
        scene,
        PES[0],
        "pingpong",
        pe_id(PES[0]),
        &[REGISTRAR],
        &bare,
    )?;
    let mut pu = their_pu(
        scene,
        PU,
        "pingpongclient",
        &[REGISTRAR],
        &["-interval=200"],
    )?;
    pu.prints("(reply #5)", START)?;
    let mut theirs = their_pe(scene, PES[1], "-pingpong", pe_id(PES[1]), &[REGISTRAR], &[])?;
    lists_pool(scene, ASKER, REGISTRAR, "PingPongPool", 2, START)?;
    ours.kill()?;
    counts_on(&mut pu, 5, pe_id(PES[0]))?;
    let _ours = our_pe(scene, 6, "pingpong", pe_id(6), &[REGISTRAR], &bare)?;
    lists_pool(scene, ASKER, REGISTRAR, "PingPongPool", 2, REMOVAL + START)?;
    theirs.kill()?;
    counts_on(&mut pu, 6, pe_id(PES[1]))
}

fn calculation_survives_a_killed_pe(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = their_registrar(scene, REGISTRAR, ID, &[], &[])?;
    let mut pes = two_pes(scene, "calc", "CalcAppPool", &["--policy=least-used"])?;
    let jobs = [
        "-jobinterval=0.5",
        "-jobsize=1000000",
        "-object=lab",
        "-vector=jobs.vec",
        "-scalar=jobs.sca",
    ];
    let mut pu = their_pu(scene, PU, "calcappclient", &[REGISTRAR], &jobs)?;
    pu.prints("Job #2 completed", START)?;
    pu.prints(" accepted", START)?;
    pes[0].kill()?;
    pu.prints(" completed", 2 * START)?;
    pu.prints(" completed", 2 * START)?;
    lists_pool(scene, ASKER, REGISTRAR, "CalcAppPool", 1, REMOVAL)
}

fn stays_and_leaves(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = their_registrar(scene, REGISTRAR, ID, &[], &[])?;
    // The first one registers again and again, the second one is asked whether it lives: a registration says so too.
    let often = ["--t4-reregistration=1s"];
    let mut first = our_pe(scene, PES[0], "echo", pe_id(PES[0]), &[REGISTRAR], &often)?;
    let _second = our_pe(scene, PES[1], "echo", pe_id(PES[1]), &[REGISTRAR], &[])?;
    let (first_from, second_from) = (scene.written(PES[0]), scene.written(PES[1]));
    scene.captured("ASAP_REGISTRATION", &first_from, 5, 4 * START)?;
    scene.captured(
        "ASAP_ENDPOINT_KEEP_ALIVE_ACK",
        &second_from,
        3,
        6 * KEEP_ALIVE + START,
    )?;
    lists_pool(scene, ASKER, REGISTRAR, "EchoPool", 2, SOON)?;
    first.signal(Signal::TERM)?;
    ensure!(first.end(SOON)?.success(), "it must end well");
    lists_pool(scene, ASKER, REGISTRAR, "EchoPool", 1, SOON)?;
    scene.captured("ASAP_DEREGISTRATION_RESPONSE", "EchoPool", 1, SOON)
}
