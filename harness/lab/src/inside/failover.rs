//! Scenarios of failover that several groups of checks share: only the programs that play them differ.
//!
//! Hosts: 1 the registrar, 2 and 3 pool elements, 4 the pool user, 5 the observer that resolves pool handles.

use super::process::Process;
use super::programs::{
    REMOVAL, lists_pool, our_pe, our_registrar, their_pe, their_pu, their_registrar,
};
use super::scene::{START, Scene, Side};
use anyhow::{Context, ensure};
use std::time::Duration;

/// Host of the registrar.
pub(super) const REGISTRAR: u8 = 1;
/// Hosts of the pool elements.
pub(super) const PES: [u8; 2] = [2, 3];
/// Host of the pool user.
pub(super) const PU: u8 = 4;
/// Host of the observer.
pub(super) const OBSERVER: u8 = 5;

/// Arguments of rsplib's `calcappclient`.
pub(super) const CALCULATION_JOBS: [&str; 5] = [
    "-jobinterval=0.5",
    "-jobsize=1000000",
    "-object=lab",
    "-vector=jobs.vec",
    "-scalar=jobs.sca",
];

/// Service of a pool element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Echo,
    PingPong,
    Calculation,
}

impl Service {
    /// Returns the pool handle under which both sides register the service.
    fn pool(self) -> &'static str {
        match self {
            Service::Echo => "EchoPool",
            Service::PingPong => "PingPongPool",
            Service::Calculation => "CalcAppPool",
        }
    }

    /// Returns the argument that selects the service in the programs of a side.
    fn argument(self, side: Side) -> &'static str {
        match (self, side) {
            (Service::Echo, Side::Ours) => "echo",
            (Service::Echo, Side::Theirs) => "-echo",
            (Service::PingPong, Side::Ours) => "pingpong",
            (Service::PingPong, Side::Theirs) => "-pingpong",
            (Service::Calculation, Side::Ours) => "calc",
            (Service::Calculation, Side::Theirs) => "-calcapp",
        }
    }
}

/// Programs that play the registrar and the pool elements of a group of checks.
pub(super) struct Cast {
    pub(super) registrar: Side,
    pub(super) registrar_id: u32,
    pub(super) pes: Side,
    /// PE identifiers: this number with the host in the lowest octet.
    pub(super) pe_ids: u32,
    /// Limit on the time until a pool user of the group has an answer of another pool element.
    pub(super) failover: Duration,
}

impl Cast {
    /// Returns the PE identifier of the pool element on a host.
    pub(super) fn pe_id(&self, host: u8) -> u32 {
        self.pe_ids | u32::from(host)
    }

    /// Starts the registrar.
    pub(super) fn registrar(&self, scene: &mut Scene<'_>) -> anyhow::Result<Process> {
        match self.registrar {
            Side::Ours => our_registrar(scene, REGISTRAR, self.registrar_id, &[], &[]),
            Side::Theirs => their_registrar(scene, REGISTRAR, self.registrar_id, &[], &[]),
        }
    }

    /// Starts a pool element on a host, with the identifier of that host.
    pub(super) fn pe(
        &self,
        scene: &mut Scene<'_>,
        host: u8,
        service: Service,
        more: &[&str],
    ) -> anyhow::Result<Process> {
        let (service, id) = (service.argument(self.pes), self.pe_id(host));
        match self.pes {
            Side::Ours => our_pe(scene, host, service, id, &[REGISTRAR], more),
            Side::Theirs => their_pe(scene, host, service, id, &[REGISTRAR], more),
        }
    }

    /// Starts a pool element on each host of [`PES`] and waits until the registrar lists both.
    pub(super) fn two_pes(
        &self,
        scene: &mut Scene<'_>,
        service: Service,
        more: &[&str],
    ) -> anyhow::Result<Vec<Process>> {
        let pes = PES
            .iter()
            .map(|host| self.pe(scene, *host, service, more))
            .collect::<anyhow::Result<_>>()?;
        listed(scene, service, 2, START)?;
        Ok(pes)
    }

    /// Returns the position in [`PES`] of the pool element whose identifier, such as `00aa0002`, a line contains.
    pub(super) fn serving(&self, line: &str) -> anyhow::Result<usize> {
        PES.iter()
            .position(|host| line.contains(&format!("{:08x}", self.pe_id(*host))))
            .with_context(|| format!("no pool element of this check in `{line}`"))
    }
}

/// Waits until the registrar lists `elements` PEs in the pool of a service.
pub(super) fn listed(
    scene: &mut Scene<'_>,
    service: Service,
    elements: usize,
    within: Duration,
) -> anyhow::Result<()> {
    lists_pool(scene, OBSERVER, REGISTRAR, service.pool(), elements, within)
}

/// Starts rsplib's `rspterminal` for the pool of the echo service.
pub(super) fn echo_terminal(scene: &mut Scene<'_>) -> anyhow::Result<Process> {
    let pool = format!("-poolhandle={}", Service::Echo.pool());
    their_pu(scene, PU, "rspterminal", &[REGISTRAR], &[&pool])
}

/// Starts rsplib's `pingpongclient`, which sends five pings per second.
pub(super) fn ping_pong_client(scene: &mut Scene<'_>) -> anyhow::Result<Process> {
    their_pu(
        scene,
        PU,
        "pingpongclient",
        &[REGISTRAR],
        &["-interval=200"],
    )
}

/// Writes a new line each second until its echo comes, and returns the echo. `rspterminal` loses lines that it reads
/// while its session fails over.
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

/// Waits for a reply of another pool element than the failed one, and checks that it continues the count, which the
/// cookie of each reply carries.
pub(super) fn continues_count(
    pu: &mut Process,
    count_before: u32,
    failed: u32,
) -> anyhow::Result<()> {
    let failed = format!("{failed:08x}");
    let next = pu.line(
        "a reply of another pool element",
        |line| line.contains("(reply #") && !line.contains(&failed),
        2 * START,
    )?;
    let count = next
        .split_once("(reply #")
        .and_then(|(_, rest)| rest.split_once(')'))
        .and_then(|(count, _)| count.parse::<u32>().ok())
        .with_context(|| next.clone())?;
    // The pool user may lack the last cookies. Without any cookie the count would restart at 1.
    ensure!(
        count > count_before / 2,
        "the count restarted with reply {count}: the new pool element did not use the cookie"
    );
    Ok(())
}

/// Checks that rsplib's `rspterminal` gets echoes of the other pool element after one is killed, and that the registrar
/// removes the killed one.
pub(super) fn echo_survives_a_killed_pe(scene: &mut Scene<'_>, cast: &Cast) -> anyhow::Result<()> {
    let _registrar = cast.registrar(scene)?;
    let mut pes = cast.two_pes(scene, Service::Echo, &[])?;
    let mut pu = echo_terminal(scene)?;
    let first = cast.serving(&echo(&mut pu, "before", START)?)?;
    pes[first].kill()?;
    let second = cast.serving(&echo(&mut pu, "after", cast.failover)?)?;
    ensure!(first != second, "the killed pool element answered");
    listed(scene, Service::Echo, 1, REMOVAL).context("the registrar keeps the killed PE")
}

/// Checks that rsplib's `pingpongclient` continues its count at the other pool element after one is killed, and then
/// runs `finally` while all programs are still there.
pub(super) fn ping_pong_continues_by_its_cookie(
    scene: &mut Scene<'_>,
    cast: &Cast,
    finally: impl FnOnce(&mut Scene<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let _registrar = cast.registrar(scene)?;
    let mut pes = cast.two_pes(scene, Service::PingPong, &[])?;
    let mut pu = ping_pong_client(scene)?;
    let first = cast.serving(&pu.prints("(reply #10)", START)?)?;
    pes[first].kill()?;
    continues_count(&mut pu, 10, cast.pe_id(PES[first]))?;
    finally(scene)
}
