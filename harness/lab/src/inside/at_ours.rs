//! Checks of rsplib's pool elements and pool users at our registrar.
//!
//! Hosts as in [`failover`].

use super::Check;
use super::failover::{
    self, CALCULATION_JOBS, Cast, PES, PU, REGISTRAR, Service, echo, echo_terminal, listed,
};
use super::programs::{KEEP_ALIVE, REMOVAL, SOON, their_pu};
use super::scene::{START, Scene, Side};
use anyhow::{Context, ensure};
use rustix::process::Signal;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "at-ours/echo-survives-a-killed-pe",
        run: |scene| failover::echo_survives_a_killed_pe(scene, &CAST),
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

const CAST: Cast = Cast {
    registrar: Side::Ours,
    registrar_id: 0x1111_1111,
    pes: Side::Theirs,
    pe_ids: 0x00aa_0000,
    failover: START,
};

fn ping_pong_goes_on_by_its_cookie(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    failover::ping_pong_continues_by_its_cookie(scene, &CAST, |scene| {
        listed(scene, Service::PingPong, 1, REMOVAL).context("the registrar keeps the killed PE")
    })
}

fn calculation_survives_a_killed_pe(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    // Least Used: the registrar selects by the load that the service reports.
    let more = ["-capcapacity=1000000", "-policy=LeastUsed"];
    let mut pes = CAST.two_pes(scene, Service::Calculation, &more)?;
    let mut pu = their_pu(scene, PU, "calcappclient", &[REGISTRAR], &CALCULATION_JOBS)?;
    pu.prints("Job #2 completed", START)?;
    // The client does not print which PE has the job. Killing both, one after the other, fails over at least once.
    pu.prints(" accepted", START)?;
    pes[0].kill()?;
    pu.prints(" completed", START)?;
    listed(scene, Service::Calculation, 1, REMOVAL)?;
    let _third = CAST.pe(scene, 6, Service::Calculation, &more)?;
    listed(scene, Service::Calculation, 2, START)?;
    pu.prints(" accepted", START)?;
    pes[1].kill()?;
    pu.prints(" completed", START)?;
    pu.prints(" completed", START)?;
    Ok(())
}

fn pe_that_does_not_answer_is_removed(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    let pes = CAST.two_pes(scene, Service::Echo, &[])?;
    // The kernel of a stopped program still acknowledges DATA, so only ASAP's keep-alive can detect the failure.
    pes[0].signal(Signal::STOP)?;
    listed(scene, Service::Echo, 1, REMOVAL)?;
    let mut pu = echo_terminal(scene)?;
    ensure!(
        CAST.serving(&echo(&mut pu, "alive", START)?)? == 1,
        "the stopped pool element answered"
    );
    Ok(())
}

fn pe_that_vanishes_is_removed(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    let _pes = CAST.two_pes(scene, Service::Echo, &[])?;
    scene.link(PES[0], false)?;
    listed(scene, Service::Echo, 1, REMOVAL)
}

fn pe_re_registers_and_leaves(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let mut registrar = CAST.registrar(scene)?;
    // A registrar need not send keep-alives to a PE that re-registers more often. So one PE re-registers each 0.5 s, and
    // another one acknowledges keep-alives.
    let first = CAST.pe_id(PES[0]);
    let mut pe = CAST.pe(scene, PES[0], Service::Echo, &["-rereginterval=500"])?;
    let _other = CAST.pe(scene, PES[1], Service::Echo, &[])?;
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
    listed(scene, Service::Echo, 2, SOON)?;
    pe.signal(Signal::INT)?;
    registrar.prints(&format!("{first:#010x} left EchoPool: de-registered"), SOON)?;
    pe.end(SOON)?;
    listed(scene, Service::Echo, 1, SOON)
}
