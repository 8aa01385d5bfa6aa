//! Our registrar and rsplib's under the same load: what each needs of a processor per handle resolution and per
//! registration, and how a starting registrar of either kind downloads a handlespace from its own kind.
//!
//! Everything goes over kernel SCTP and in one kernel. The load is ours and the same for both; both list three pool
//! elements in an answer and send no keep-alives. A processor's time is what the system charged the process with
//! (`/proc/PID/stat`). System calls are slow in user-mode Linux, so the part outside of them stands beside it.

use super::process::{Process, clock};
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
    /// Where the results go, and captures and logs.
    #[arg(long)]
    out: PathBuf,
    /// Where `rserpool` and `rspcheck` are.
    #[arg(long)]
    tools: PathBuf,
    /// Pool elements of the pools that are asked for.
    #[arg(long, value_delimiter = ',')]
    pes: Vec<usize>,
    /// Handle resolutions of each measurement.
    #[arg(long)]
    requests: usize,
    /// Pool elements of the handlespace that is downloaded.
    #[arg(long)]
    table: usize,
}

const REGISTRAR: u8 = 1;
const JOINING: u8 = 2;
const LOAD: u8 = 11;
const OUTSTANDING: [usize; 3] = [1, 16, 64];
const POLICIES: [&str; 2] = ["round-robin", "least-used"];
/// Pool elements of a pool in the handlespace that is downloaded.
const POOL: usize = 100;
/// Clock ticks per second in `/proc`.
const TICKS: f64 = 100.0;
/// The longest a measurement may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// A processor's time.
#[derive(Clone, Copy, Debug, Default)]
struct Cpu {
    user: f64,
    system: f64,
}

impl Cpu {
    fn of(process: &Process) -> anyhow::Result<Cpu> {
        let file = format!("/proc/{}/stat", process.id());
        let text = std::fs::read_to_string(&file).context(file)?;
        // The second field is the name, in brackets.
        let (_, rest) = text.rsplit_once(") ").context("no name")?;
        let mut fields = rest.split(' ').skip(11);
        let mut ticks =
            || -> anyhow::Result<f64> { Ok(fields.next().context("too short")?.parse::<f64>()?) };
        Ok(Cpu {
            user: ticks()? / TICKS,
            system: ticks()? / TICKS,
        })
    }

    fn since(self, before: Cpu) -> Cpu {
        Cpu {
            user: self.user - before.user,
            system: self.system - before.system,
        }
    }

    fn all(self) -> f64 {
        self.user + self.system
    }
}

/// What one side needed for one thing.
#[derive(Clone, Copy, Debug)]
struct Cost {
    cpu: Cpu,
    seconds: f64,
    count: usize,
}

/// Measures both sides and writes `compare.md`.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let tools = Tools {
        dir: args.tools.clone(),
    };
    let mut text = String::from(
        "| what | ours, µs of CPU (user part) | rsplib's | ratio (user part) |\n|---|---|---|---|\n",
    );
    let mut nth = 0;
    for policy in POLICIES {
        for &pes in &args.pes {
            let mut costs = Vec::new();
            for side in [Side::Ours, Side::Theirs] {
                nth += 1;
                costs.push(pool(args, &tools, nth, side, policy, pes)?);
            }
            for (ours, theirs) in costs[0].iter().zip(&costs[1]) {
                row(&mut text, &ours.0, ours.1, theirs.1);
            }
        }
    }
    let mut downloads = Vec::new();
    for side in [Side::Ours, Side::Theirs] {
        nth += 1;
        downloads.push(download(args, &tools, nth, side)?);
    }
    let (ours, theirs) = (downloads[0], downloads[1]);
    row(
        &mut text,
        &format!("download of {} PEs, starting registrar, per PE", args.table),
        ours,
        theirs,
    );
    let _ = writeln!(
        text,
        "\nDownload of {} PEs: ours from ours {:.2} s, rsplib's from rsplib's {:.2} s, ratio {:.2}.",
        args.table,
        ours.seconds,
        theirs.seconds,
        ours.seconds / theirs.seconds
    );
    print!("{text}");
    std::fs::write(args.out.join("compare.md"), text)?;
    Ok(())
}

fn row(text: &mut String, what: &str, ours: Cost, theirs: Cost) {
    let each = |cost: Cost, part: f64| part * 1e6 / cost.count as f64;
    let cell = |cost: Cost| {
        format!(
            "{:.1} ({:.1})",
            each(cost, cost.cpu.all()),
            each(cost, cost.cpu.user)
        )
    };
    let _ = writeln!(
        text,
        "| {what} | {} | {} | {:.2} ({:.2}) |",
        cell(ours),
        cell(theirs),
        ours.cpu.all() / theirs.cpu.all().max(1.0 / TICKS),
        ours.cpu.user / theirs.cpu.user.max(1.0 / TICKS),
    );
    eprintln!("{what}: {ours:?} / {theirs:?}");
}

fn scene<'a>(args: &Args, tools: &'a Tools, nth: usize) -> anyhow::Result<Scene<'a>> {
    let dir = args.out.join(format!("compare-{nth}"));
    Scene::watching(
        Carrier::Kernel,
        Family::V4,
        tools,
        nth,
        dir,
        "sctp port 9901",
    )
}

/// A registrar without keep-alives, with three elements in an answer.
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
            // No line for each resolution: theirs has none either.
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

fn pool(
    args: &Args,
    tools: &Tools,
    nth: usize,
    side: Side,
    policy: &str,
    pes: usize,
) -> anyhow::Result<Vec<(String, Cost)>> {
    let mut scene = scene(args, tools, nth)?;
    let registrar = registrar(&mut scene, side, REGISTRAR, &[])?;
    let before = Cpu::of(&registrar)?;
    let begin = clock();
    let _crowd = crowd_of(
        &mut scene,
        LOAD,
        REGISTRAR,
        "crowd",
        (1, pes),
        policy,
        PATIENCE,
    )?;
    let mut costs = vec![(
        format!("registration, {policy}, {pes} PEs in one pool"),
        Cost {
            cpu: Cpu::of(&registrar)?.since(before),
            seconds: begin.elapsed().as_secs_f64(),
            count: pes,
        },
    )];
    for outstanding in OUTSTANDING {
        let mut argv = scene.tool("rspcheck", &["bench", "ask", "--transport=kernel"]);
        argv.push(format!("--at={}", scene.asap(REGISTRAR)));
        argv.push(format!("--local={}", scene.ip(12)));
        argv.push(format!("--requests={}", args.requests));
        argv.push(format!("--outstanding={outstanding}"));
        let before = Cpu::of(&registrar)?;
        let begin = clock();
        let (well, lines) = scene.run(Side::Ours, 12, "ask", &argv, PATIENCE)?;
        anyhow::ensure!(well, "{}", lines.join("; "));
        costs.push((
            format!("resolution, {policy}, {pes} PEs, {outstanding} outstanding"),
            Cost {
                cpu: Cpu::of(&registrar)?.since(before),
                seconds: begin.elapsed().as_secs_f64(),
                count: args.requests,
            },
        ));
    }
    Ok(costs)
}

fn download(args: &Args, tools: &Tools, nth: usize, side: Side) -> anyhow::Result<Cost> {
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
    let cpu = Cpu::of(&joining)?;
    let at = |line: &String| -> anyhow::Result<f64> {
        let word = line.split_whitespace().nth(1).context("no time")?;
        Ok(word.parse()?)
    };
    let asked = scene.messages("ENRP_HANDLE_TABLE_REQUEST")?;
    let told = scene.messages("ENRP_HANDLE_TABLE_RESPONSE")?;
    let last = told.iter().find(|line| line.contains(" M=0 "));
    Ok(Cost {
        cpu,
        seconds: at(last.context("no last part")?)? - at(asked.first().context("no request")?)?,
        count: args.table,
    })
}
