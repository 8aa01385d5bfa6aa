//! Compares the processor time of our registrar and rsplib's under the same load: per registration, per handle
//! resolution, and per PE that a starting registrar downloads from a mentor of its own implementation.
//!
//! All programs run in one kernel and use its SCTP. `rspcheck bench` makes the load. Both registrars list three PEs in a
//! response and send no keep-alives. Both run at the same time and are loaded one after the other, in rounds, so that
//! other load on the machine affects both; the result is the median of the rounds' ratios. Processor time is user and
//! system time of the process (`/proc/PID/stat`).

use super::process::Process;
use super::programs::{crowd_of, their_registrar_as};
use super::scene::{Scene, Side};
use super::{Carrier, Family, Tools};
use anyhow::Context;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

/// Arguments of the hidden command that the job of the kernel runs.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Directory for the results, captures and logs.
    #[arg(long)]
    out: PathBuf,
    /// Directory that contains `rserpool` and `rspcheck`.
    #[arg(long)]
    tools: PathBuf,
    /// Pool elements in the pool, for each series of measurements.
    #[arg(long, value_delimiter = ',')]
    pes: Vec<usize>,
    /// Handle resolutions per registrar and round.
    #[arg(long)]
    requests: usize,
    /// Rounds of each measurement.
    #[arg(long)]
    rounds: usize,
    /// Pool elements in the handlespace that a starting registrar downloads.
    #[arg(long)]
    table: usize,
}

const REGISTRAR: u8 = 1;
const JOINING: u8 = 2;
/// Hosts of the two registrars that are loaded one after the other.
const SIDES: [(Side, u8); 2] = [(Side::Ours, REGISTRAR), (Side::Theirs, 3)];
const LOAD: u8 = 11;
const OBSERVER: u8 = 12;
const OUTSTANDING: [usize; 3] = [1, 16, 64];
const POLICIES: [&str; 2] = ["round-robin", "least-used"];
/// Pool elements per pool of the downloaded handlespace.
const POOL: usize = 100;
/// Clock ticks per second in `/proc`.
const TICKS: f64 = 100.0;
/// Limit on the time of each step of a measurement.
const PATIENCE: Duration = Duration::from_secs(600);

/// Returns the user and system time of a process, in microseconds.
fn cpu_time(process: &Process) -> anyhow::Result<f64> {
    let file = format!("/proc/{}/stat", process.id());
    let text = std::fs::read_to_string(&file).context(file)?;
    // The second field is the name, in parentheses. The times are the 14th and 15th.
    let (_, rest) = text.rsplit_once(") ").context("the process has no name")?;
    let ticks: Vec<f64> = rest
        .split(' ')
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / TICKS * 1e6)
}

/// Processor time per operation in one round, in microseconds: ours, rsplib's.
type Round = [f64; 2];

/// Measures both registrars and writes `compare.md`.
///
/// # Errors
///
/// If a program fails, or a step does not end within [`PATIENCE`].
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let tools = Tools {
        dir: args.tools.clone(),
    };
    let mut text = String::from(
        "| what | ours, µs of CPU | rsplib's | ratio | least and greatest ratio of a round |\n|---|--:|--:|--:|--:|\n",
    );
    let mut nth = 0;
    for policy in POLICIES {
        for &pes in &args.pes {
            nth += 1;
            pool(args, &tools, nth, policy, pes, &mut text)?;
        }
    }
    let (mut each, mut seconds) = ([0.0; 2], [0.0; 2]);
    for (at, (side, _)) in SIDES.into_iter().enumerate() {
        nth += 1;
        (each[at], seconds[at]) = download(args, &tools, nth, side)?;
    }
    let what = format!("download of {} PEs, starting registrar, per PE", args.table);
    row(&mut text, &what, &[each]);
    let _ = writeln!(
        text,
        "\nDownload of {} PEs: ours from ours {:.2} s, rsplib's from rsplib's {:.2} s, ratio {:.2}.",
        args.table,
        seconds[0],
        seconds[1],
        seconds[0] / seconds[1]
    );
    print!("{text}");
    std::fs::write(args.out.join("compare.md"), text)?;
    Ok(())
}

/// Writes a row of the table: the medians of the rounds, and the least and the greatest ratio.
fn row(text: &mut String, what: &str, rounds: &[Round]) {
    let ours = sorted(rounds.iter().map(|round| round[0]));
    let theirs = sorted(rounds.iter().map(|round| round[1]));
    let ratios = sorted(rounds.iter().map(|round| round[0] / round[1]));
    let middle = rounds.len() / 2;
    let _ = writeln!(
        text,
        "| {what} | {:.0} | {:.0} | {:.2} | {:.2} to {:.2} |",
        ours[middle],
        theirs[middle],
        ratios[middle],
        ratios[0],
        ratios[ratios.len() - 1],
    );
    eprintln!("{what}: {rounds:?}");
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn scene<'a>(args: &Args, tools: &'a Tools, nth: usize) -> anyhow::Result<Scene<'a>> {
    let dir = args.out.join(format!("compare-{nth}"));
    Scene::capturing(
        Carrier::Kernel,
        Family::V4,
        tools,
        nth,
        dir,
        "sctp port 9901",
    )
}

/// Starts a registrar that sends no keep-alives and lists three PEs in a response.
fn registrar(scene: &mut Scene<'_>, side: Side, host: u8, peers: &[u8]) -> anyhow::Result<Process> {
    match side {
        Side::Ours => {
            let mut argv = scene.tool(
                "rserpool",
                &[
                    "registrar",
                    "--transport=kernel",
                    "--max-items=3",
                    "--keep-alive-interval=0s",
                ],
            );
            argv.push(format!("--asap={}", scene.asap(host)));
            argv.push(format!("--enrp={}", scene.enrp(host)));
            argv.extend(
                peers
                    .iter()
                    .map(|peer| format!("--peer={}", scene.enrp(*peer))),
            );
            // rsplib's registrar logs no line per handle resolution either.
            scene.quiet();
            let mut registrar = scene.start(side, host, &format!("our-registrar-{host}"), &argv)?;
            registrar.line(
                "that it is ready",
                |line| line.starts_with("ready "),
                PATIENCE,
            )?;
            Ok(registrar)
        }
        Side::Theirs => {
            let more = [
                "-maxhresitems=3",
                "-endpointkeepalivetransmissioninterval=3600000",
                "-endpointkeepalivetimeoutinterval=3600000",
                "-loglevel=2",
            ];
            their_registrar_as(scene, host, 0x1000_0000 | u32::from(host), peers, &more)
        }
    }
}

/// Measures registrations into pools of `pes` PEs, then handle resolutions in the first of these pools.
fn pool(
    args: &Args,
    tools: &Tools,
    nth: usize,
    policy: &str,
    pes: usize,
    text: &mut String,
) -> anyhow::Result<()> {
    let mut scene = scene(args, tools, nth)?;
    let registrars: Vec<(Process, u8)> = SIDES
        .into_iter()
        .map(|(side, host)| Ok((registrar(&mut scene, side, host, &[])?, host)))
        .collect::<anyhow::Result<_>>()?;
    let mut crowds = Vec::new();
    let mut rounds = Vec::new();
    for round in 0..args.rounds {
        // Each round fills an empty pool.
        let prefix = format!("crowd{round}");
        rounds.push(in_turn(&registrars, pes, |host| {
            let crowd = crowd_of(&mut scene, LOAD, host, &prefix, (1, pes), policy, PATIENCE)?;
            crowds.push(crowd);
            Ok(())
        })?);
    }
    row(
        text,
        &format!("registration, {policy}, {pes} PEs in one pool"),
        &rounds,
    );
    for outstanding in OUTSTANDING {
        let mut rounds = Vec::new();
        for _ in 0..args.rounds {
            rounds.push(in_turn(&registrars, args.requests, |host| {
                let mut argv = scene.tool("rspcheck", &["bench", "ask", "--transport=kernel"]);
                argv.push(format!("--at={}", scene.asap(host)));
                argv.push(format!("--local={}", scene.ip(OBSERVER)));
                argv.push("--pool=crowd0-0".to_owned());
                argv.push(format!("--requests={}", args.requests));
                argv.push(format!("--outstanding={outstanding}"));
                let (well, lines) = scene.run(Side::Ours, OBSERVER, "ask", &argv, PATIENCE)?;
                anyhow::ensure!(well, "{}", lines.join("; "));
                Ok(())
            })?);
        }
        let what = format!("resolution, {policy}, {pes} PEs, {outstanding} outstanding");
        row(text, &what, &rounds);
    }
    Ok(())
}

/// Loads one registrar after the other and returns the processor time of each per operation; a load is `count`
/// operations.
fn in_turn(
    registrars: &[(Process, u8)],
    count: usize,
    mut load: impl FnMut(u8) -> anyhow::Result<()>,
) -> anyhow::Result<Round> {
    let mut round = [0.0; 2];
    for (each, (registrar, host)) in round.iter_mut().zip(registrars) {
        let before = cpu_time(registrar)?;
        load(*host)?;
        *each = (cpu_time(registrar)? - before) / count as f64;
    }
    Ok(round)
}

/// Returns the processor time of a starting registrar per PE that it downloads, in microseconds, and the time from its
/// first HANDLE_TABLE_REQUEST to the last HANDLE_TABLE_RESPONSE, in seconds.
fn download(args: &Args, tools: &Tools, nth: usize, side: Side) -> anyhow::Result<(f64, f64)> {
    let mut scene = scene(args, tools, nth)?;
    let _mentor = registrar(&mut scene, side, REGISTRAR, &[])?;
    let pools = args.table.div_ceil(POOL);
    let _crowd = crowd_of(
        &mut scene,
        LOAD,
        REGISTRAR,
        "crowd",
        (pools, POOL),
        "round-robin",
        PATIENCE,
    )?;
    let joining = registrar(&mut scene, side, JOINING, &[REGISTRAR])?;
    scene.captured("ENRP_HANDLE_TABLE_RESPONSE", " M=0 ", 1, PATIENCE)?;
    let each = cpu_time(&joining)? / args.table as f64;
    let at = |line: &String| -> anyhow::Result<f64> {
        let word = line
            .split_whitespace()
            .nth(1)
            .context("the message has no time")?;
        Ok(word.parse()?)
    };
    let requests = scene.messages("ENRP_HANDLE_TABLE_REQUEST")?;
    let responses = scene.messages("ENRP_HANDLE_TABLE_RESPONSE")?;
    let last = responses.iter().find(|line| line.contains(" M=0 "));
    let seconds = at(last.context("no HANDLE_TABLE_RESPONSE with M=0")?)?
        - at(requests.first().context("no HANDLE_TABLE_REQUEST")?)?;
    Ok((each, seconds))
}
