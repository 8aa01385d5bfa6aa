//! The `pu` command: arguments and exit codes.

pub mod load;
mod resolve;
mod session;
mod show;
mod terminal;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use rsp_proto::pool_user::{Failure as Unresolved, SessionFailure, Target};
use rsp_wire::{CauseCode, PoolHandle};

use rserpool::Failure;
use rserpool::pool_user::{PoolUser, ResolveError, Settings};
use rserpool::values::{Period, PoolName, Span};

use crate::command::{BAD_ENVIRONMENT, BAD_SETTINGS, LogFormat, fail, log_to_stderr};
use load::{Plan, Service};

/// Exit code: the pool does not exist, or is empty.
pub const UNKNOWN_POOL: u8 = 4;
/// Exit code: a session was lost, as no pool element of the pool could continue it.
pub const SESSION_LOST: u8 = 5;
/// Exit code: a request of the load client has no answer or a wrong one.
pub const WRONG_ANSWERS: u8 = 6;

/// Most octets of a request; the stacks carry no longer message.
const MAX_SIZE: u64 = 1 << 20;

/// Period of requests for a pool that does not exist yet.
const WAIT_CYCLE: Duration = Duration::from_millis(250);

/// The commands of a pool user.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum PuCommand {
    /// List the pool elements of a pool, once or at every change
    Resolve(Box<ResolveArgs>),
    /// Keep a session with a pool: a terminal, or with --service a load client
    Session(Box<SessionArgs>),
}

/// Arguments of both commands.
#[derive(Clone, Debug, clap::Args)]
pub struct CommonArgs {
    /// Pool handle: text, or hex:… for octets
    #[arg(value_name = "HANDLE", value_parser = pool_handle)]
    pub pool: PoolHandle,
    /// TOML file with settings; its keys are the names of the flags; flags win
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Check the settings, then end
    #[arg(long)]
    pub check_config: bool,
    /// Format of logs on standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
    /// Print results as JSON
    #[arg(long)]
    pub json: bool,
    /// Time to wait for the pool, if the registrar does not know it
    #[arg(long, value_name = "SPAN", default_value = "0s")]
    pub wait: Span,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// Arguments of `pu resolve`.
#[derive(Clone, Debug, clap::Args)]
pub struct ResolveArgs {
    /// Arguments of both commands.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Print the pool again at every change, until SIGTERM or SIGINT
    #[arg(long)]
    pub watch: bool,
}

/// Arguments of `pu session`.
#[derive(Clone, Debug, clap::Args)]
pub struct SessionArgs {
    /// Arguments of both commands.
    #[command(flatten)]
    pub common: CommonArgs,
    /// End the session when its pool element fails, without failover
    #[arg(long)]
    pub no_failover: bool,

    /// Send requests of this protocol to the pool and check the answers
    #[arg(long)]
    pub service: Option<Service>,
    /// Requests per second; 0 sends the next request with each answer
    #[arg(long, value_name = "N", default_value_t = 10.0, requires = "service", value_parser = rate)]
    pub rate: f64,
    /// Number of requests [default: no limit]
    #[arg(long, value_name = "N", requires = "service")]
    pub count: Option<u64>,
    /// Time in which to send requests [default: no limit]
    #[arg(long, value_name = "SPAN", requires = "service")]
    pub duration: Option<Span>,
    /// Octets of a request, at most 1048576, or calculations of a job [default: 64, or 1000000]
    #[arg(long, value_name = "N", requires = "service")]
    pub size: Option<u64>,
    /// Most requests of echo without an answer at a time
    #[arg(long, value_name = "N", default_value_t = 1, requires = "service", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub window: u64,
    /// Time without a message of the pool element, while an answer is due, after which the session leaves it
    #[arg(long, value_name = "SPAN", default_value = "5s", requires = "service")]
    pub answer_timeout: Period,
    /// Period of progress lines; 0s prints none
    #[arg(long, value_name = "SPAN", default_value = "1s", requires = "service")]
    pub progress: Span,

    /// Terminal: payload protocol identifier of the lines
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        conflicts_with = "service"
    )]
    pub ppid: u32,
    /// Terminal: SCTP stream of the lines
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        conflicts_with = "service"
    )]
    pub stream: u16,
    /// Terminal: send lines unordered
    #[arg(long, conflicts_with = "service")]
    pub unordered: bool,
    /// Terminal: after a failover, send all lines since the last answer again
    #[arg(long, conflicts_with = "service")]
    pub repeat: bool,
    /// Terminal: time to wait for more answers after the end of the input
    #[arg(
        long,
        value_name = "SPAN",
        default_value = "1s",
        conflicts_with = "service"
    )]
    pub linger: Span,
}

/// Runs the command and returns its exit code. Sets the `tracing` subscriber of the process.
pub fn pu(command: PuCommand) -> ExitCode {
    let common = match &command {
        PuCommand::Resolve(args) => &args.common,
        PuCommand::Session(args) => &args.common,
    };
    let settings = match read(common) {
        Ok(settings) => settings,
        Err(why) => return fail(BAD_SETTINGS, &why),
    };
    let plan = match &command {
        PuCommand::Resolve(_) => Ok(None),
        PuCommand::Session(args) => args.plan(),
    };
    let plan = match plan {
        Ok(plan) => plan,
        Err(why) => return fail(BAD_SETTINGS, &why),
    };
    if common.check_config {
        return ExitCode::SUCCESS;
    }
    log_to_stderr(common.log);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(async {
            match &command {
                PuCommand::Resolve(args) => resolve::run(args, &settings, &mut io::stdout()).await,
                PuCommand::Session(args) => match plan {
                    Some(plan) => session::run(args, plan, &settings, &mut io::stdout()).await,
                    None => terminal::run(args, &settings, &mut io::stdout()).await,
                },
            }
        }),
        Err(error) => Err(Failure::Environment(error)),
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Badly { code, why }) => fail(code, &why),
        Err(failure @ Failure::Settings(_)) => fail(BAD_SETTINGS, &failure),
        Err(failure @ Failure::Environment(_)) => fail(BAD_ENVIRONMENT, &failure),
    }
}

/// Returns the settings of file and flags, checked.
fn read(common: &CommonArgs) -> Result<Settings, String> {
    let from_file = match &common.config {
        Some(path) => Settings::read(path).map_err(|error| error.to_string())?,
        None => Settings::default(),
    };
    let settings = common.settings.clone().over(from_file);
    settings.setup()?;
    settings.carrier()?;
    Ok(settings)
}

impl SessionArgs {
    pub(super) fn target(&self) -> Target {
        Target::Pool(self.common.pool.clone())
    }

    /// Returns the plan of the load client, if a service is set. The error names the flag.
    fn plan(&self) -> Result<Option<Plan>, String> {
        let Some(service) = self.service else {
            return Ok(None);
        };
        let (usual, most) = match service {
            Service::Echo | Service::PingPong => (64, MAX_SIZE),
            Service::Calculation => (1_000_000, u64::MAX),
        };
        let size = self.size.unwrap_or(usual);
        if size > most {
            return Err(format!(
                "size: a request of {size} octets is longer than {most}"
            ));
        }
        Ok(Some(Plan {
            service,
            interval: if self.rate > 0.0 {
                Duration::from_secs_f64(1.0 / self.rate)
            } else {
                Duration::ZERO
            },
            count: self.count,
            duration: self.duration.map(|span| span.0),
            size,
            window: self.window as usize,
            answer_timeout: self.answer_timeout.0,
        }))
    }
}

fn pool_handle(text: &str) -> Result<PoolHandle, String> {
    text.parse::<PoolName>().map(|name| name.0)
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate == 0.0 || (0.001..=1e9).contains(&rate) => Ok(rate),
        _ => Err(format!(
            "`{text}` is neither 0 nor from 0.001 to 1000000000"
        )),
    }
}

/// Waits for the pool until the limit of `--wait`. Returns the end of the command if the registrar fails.
pub(super) async fn await_pool(
    args: &CommonArgs,
    user: &mut PoolUser,
) -> Result<Option<Ended>, Failure> {
    let end = user.now() + args.wait.0;
    while user.now() < end {
        let why = match user.resolve(args.pool.clone()).await {
            Ok(_) => return Ok(None),
            Err(ResolveError::Failure(why)) => why,
            Err(ResolveError::Io(error)) => return Err(error.into()),
        };
        let ended = Ended::unresolved(&args.pool, &why);
        if !matches!(
            ended,
            Ended::Badly {
                code: UNKNOWN_POOL,
                ..
            }
        ) {
            return Ok(Some(ended));
        }
        let again = end.min(user.now() + WAIT_CYCLE);
        while let Some(event) = user.next_event_until(Some(again)).await? {
            session::report(&event, user);
        }
    }
    Ok(None)
}

/// The end of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Success.
    Well,
    /// Failure.
    Badly {
        /// The exit code.
        code: u8,
        /// The reason, as text.
        why: String,
    },
}

impl Ended {
    /// Returns the end for a pool handle that could not be resolved.
    pub(super) fn unresolved(pool: &PoolHandle, why: &Unresolved) -> Self {
        let code = match why {
            Unresolved::Rejected(causes) if causes.contains(&CauseCode::UNKNOWN_POOL_HANDLE) => {
                let why = format!("{pool}: the registrar does not know this pool");
                return Self::Badly {
                    code: UNKNOWN_POOL,
                    why,
                };
            }
            Unresolved::HandleTooLong => BAD_SETTINGS,
            Unresolved::Rejected(_)
            | Unresolved::TimedOut
            | Unresolved::NoRegistrar
            | Unresolved::TooMany
            | Unresolved::Stopping => BAD_ENVIRONMENT,
        };
        let why = format!("{pool}: {why}");
        Self::Badly { code, why }
    }

    /// Returns the end for a lost session; `had` is whether it ever had a pool element.
    pub(super) fn lost(pool: &PoolHandle, why: &SessionFailure, had: bool) -> Self {
        match why {
            SessionFailure::NotResolved(why) if !had => Self::unresolved(pool, why),
            _ => Self::Badly {
                code: SESSION_LOST,
                why: format!("session with {pool} lost: {why}"),
            },
        }
    }
}
