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

/// The pool does not exist, or is empty.
pub const UNKNOWN_POOL: u8 = 4;
/// A session was lost: no pool element of the pool could go on with it.
pub const SESSION_LOST: u8 = 5;
/// A request of the load client was not answered, or not as it must be.
pub const WRONG_ANSWERS: u8 = 6;

/// Octets of a request at most; no stack here carries a longer message.
const MAX_SIZE: u64 = 1 << 20;

/// How often the registrar is asked for a pool that is waited for.
const WAIT_CYCLE: Duration = Duration::from_millis(250);

/// What a pool user can do.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum PuCommand {
    /// List the pool elements of a pool, once or whenever they change
    Resolve(Box<ResolveArgs>),
    /// Hold a session with a pool: a terminal, or with --service a client that puts load on it
    Session(Box<SessionArgs>),
}

/// What both have.
#[derive(Clone, Debug, clap::Args)]
pub struct CommonArgs {
    /// Handle of the pool: text, or hex:… for octets
    #[arg(value_name = "HANDLE", value_parser = pool_handle)]
    pub pool: PoolHandle,
    /// Read settings from this TOML file; its keys are the names of the flags, and flags win
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Check the settings and end
    #[arg(long)]
    pub check_config: bool,
    /// How to log on standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
    /// Write results as JSON
    #[arg(long)]
    pub json: bool,
    /// How long to wait for the pool to come, if the registrar does not know it
    #[arg(long, value_name = "SPAN", default_value = "0s")]
    pub wait: Span,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// Arguments of `pu resolve`.
#[derive(Clone, Debug, clap::Args)]
pub struct ResolveArgs {
    /// What all have.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Stay, and print the pool whenever it changes
    #[arg(long)]
    pub watch: bool,
}

/// Arguments of `pu session`.
#[derive(Clone, Debug, clap::Args)]
pub struct SessionArgs {
    /// What all have.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Do not go on with another pool element when one fails
    #[arg(long)]
    pub no_failover: bool,

    /// Put load on the pool by this protocol and check the answers
    #[arg(long)]
    pub service: Option<Service>,
    /// Requests per second; 0 for as many as are answered
    #[arg(long, value_name = "N", default_value_t = 10.0, requires = "service", value_parser = rate)]
    pub rate: f64,
    /// Requests in all [default: no limit]
    #[arg(long, value_name = "N", requires = "service")]
    pub count: Option<u64>,
    /// How long to send requests [default: no limit]
    #[arg(long, value_name = "SPAN", requires = "service")]
    pub duration: Option<Span>,
    /// Octets of a request, 1048576 at most, or calculations of a job [default: 64, or 1000000]
    #[arg(long, value_name = "N", requires = "service")]
    pub size: Option<u64>,
    /// Requests of echo that may be unanswered at a time
    #[arg(long, value_name = "N", default_value_t = 1, requires = "service", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub window: u64,
    /// How long a pool element may be silent while an answer is due, before it is left
    #[arg(long, value_name = "SPAN", default_value = "5s", requires = "service")]
    pub answer_timeout: Period,
    /// How often to say how it goes; 0s for never
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
    /// Terminal: after a failover, send the lines again that came after the last answer
    #[arg(long, conflicts_with = "service")]
    pub repeat: bool,
    /// Terminal: how long to wait for more answers after the end of the input
    #[arg(
        long,
        value_name = "SPAN",
        default_value = "1s",
        conflicts_with = "service"
    )]
    pub linger: Span,
}

/// Runs the command to its end. Sets the process's `tracing` subscriber.
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

/// The settings of file and flags, which make sense.
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

    /// The load, if it is to be one. The error names the flag.
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
                "size: a request of {size} octets is too long, {most} are possible"
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

/// Asks for the pool until it exists, as long as is to be waited. Returns why there is no use in going on.
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

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// As it should.
    Well,
    /// Otherwise.
    Badly {
        /// The exit code.
        code: u8,
        /// For people.
        why: String,
    },
}

impl Ended {
    /// The pool handle could not be resolved.
    pub(super) fn unresolved(pool: &PoolHandle, why: &Unresolved) -> Self {
        let code = match why {
            Unresolved::Rejected(causes) if causes.contains(&CauseCode::UNKNOWN_POOL_HANDLE) => {
                let why = format!("{pool}: the registrar knows no such pool");
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

    /// The session is gone; `had` tells whether it ever had a pool element.
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
