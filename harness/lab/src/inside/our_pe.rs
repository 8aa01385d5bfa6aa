//! Checks of our pool elements at rsplib's registrar, used by rsplib's pool users.
//!
//! Hosts as in [`failover`].

use super::Check;
use super::failover::{
    self, CALCULATION_JOBS, Cast, PES, PU, REGISTRAR, Service, continues_count, listed,
    ping_pong_client,
};
use super::programs::{BARE, KEEP_ALIVE, REMOVAL, SOON, their_pe, their_pu};
use super::scene::{START, Scene, Side};
use anyhow::ensure;
use rustix::process::Signal;
use std::time::Duration;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "our-pe/echo-survives-a-killed-pe",
        run: |scene| failover::echo_survives_a_killed_pe(scene, &CAST),
    },
    Check {
        name: "our-pe/ping-pong-goes-on-by-its-cookie",
        run: |scene| failover::ping_pong_continues_by_its_cookie(scene, &CAST, |_| Ok(())),
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

const CAST: Cast = Cast {
    registrar: Side::Theirs,
    registrar_id: 0x2222_2222,
    pes: Side::Ours,
    pe_ids: 0x00bb_0000,
    failover: Duration::from_secs(2 * START.as_secs()),
};

/// Checks that a session moves from our pool element to rsplib's and back. Both read the state in each other's cookie
/// if ours does not sign it.
fn ping_pong_goes_on_at_rspserver_and_back(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    let mut ours = CAST.pe(scene, PES[0], Service::PingPong, &[BARE])?;
    let mut pu = ping_pong_client(scene)?;
    pu.prints("(reply #5)", START)?;
    let their_id = CAST.pe_id(PES[1]);
    let mut theirs = their_pe(scene, PES[1], "-pingpong", their_id, &[REGISTRAR], &[])?;
    listed(scene, Service::PingPong, 2, START)?;
    ours.kill()?;
    continues_count(&mut pu, 5, CAST.pe_id(PES[0]))?;
    let _ours = CAST.pe(scene, 6, Service::PingPong, &[BARE])?;
    listed(scene, Service::PingPong, 2, REMOVAL + START)?;
    theirs.kill()?;
    continues_count(&mut pu, 6, their_id)
}

fn calculation_survives_a_killed_pe(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    let mut pes = CAST.two_pes(scene, Service::Calculation, &["--policy=least-used"])?;
    let mut pu = their_pu(scene, PU, "calcappclient", &[REGISTRAR], &CALCULATION_JOBS)?;
    pu.prints("Job #2 completed", START)?;
    pu.prints(" accepted", START)?;
    pes[0].kill()?;
    pu.prints(" completed", 2 * START)?;
    pu.prints(" completed", 2 * START)?;
    listed(scene, Service::Calculation, 1, REMOVAL)
}

fn stays_and_leaves(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    let _registrar = CAST.registrar(scene)?;
    // A registrar need not send keep-alives to a PE that re-registers more often. So one PE re-registers each second, and
    // another one acknowledges keep-alives.
    let often = ["--t4-reregistration=1s"];
    let mut first = CAST.pe(scene, PES[0], Service::Echo, &often)?;
    let _second = CAST.pe(scene, PES[1], Service::Echo, &[])?;
    let (first_from, second_from) = (scene.written(PES[0]), scene.written(PES[1]));
    scene.captured("ASAP_REGISTRATION", &first_from, 5, 4 * START)?;
    scene.captured(
        "ASAP_ENDPOINT_KEEP_ALIVE_ACK",
        &second_from,
        3,
        6 * KEEP_ALIVE + START,
    )?;
    listed(scene, Service::Echo, 2, SOON)?;
    first.signal(Signal::TERM)?;
    ensure!(
        first.end(SOON)?.success(),
        "the pool element ended with an error"
    );
    listed(scene, Service::Echo, 1, SOON)?;
    scene.captured("ASAP_DEREGISTRATION_RESPONSE", "EchoPool", 1, SOON)
}
