//! The `pe` command: a pool element as a process, until a signal ends it.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use rserpool::Failure;
use rserpool::pool_element::settings::{ServiceKind, Settings};
use rserpool::pool_element::text::written;
use rserpool::pool_element::{AsapEvent, Cookies, Event, PoolElement};
use rserpool::registrar::service::ReadyLine;
use rserpool::services::seal::PoolKey;
use rserpool::signals::Signals;
use rsp_wire::{CauseCode, ErrorCause};
use tokio::sync::mpsc::Receiver;

use crate::command::{BAD_ENVIRONMENT, BAD_SETTINGS, LogFormat, fail, log_to_stderr};
use front::Change;

mod front;

/// Arguments of the command.
#[derive(Clone, Debug, clap::Args)]
pub struct PeArgs {
    /// TOML file with settings; its keys are the names of the flags; flags win
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Check the settings, then end
    #[arg(long)]
    pub check_config: bool,
    /// Format of logs on standard error and of the ready line on standard output
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// Runs the command. Returns 0 after a signal, else [`BAD_SETTINGS`] or [`BAD_ENVIRONMENT`] with a line on standard
/// error. Sets the `tracing` subscriber of the process.
pub fn pe(args: PeArgs) -> ExitCode {
    let from_file = match args.config.as_deref().map(Settings::read).transpose() {
        Ok(settings) => settings.unwrap_or_default(),
        Err(error) => return fail(BAD_SETTINGS, &error),
    };
    let settings = args.settings.over(from_file);
    if let Err(why) = check(&settings) {
        return fail(BAD_SETTINGS, &why);
    }
    if args.check_config {
        return ExitCode::SUCCESS;
    }
    log_to_stderr(args.log);
    let line = match args.log {
        LogFormat::Text => ReadyLine::Text,
        LogFormat::Json => ReadyLine::Json,
    };
    match serve(&settings, line, &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure @ Failure::Settings(_)) => fail(BAD_SETTINGS, &failure),
        Err(failure @ Failure::Environment(_)) => fail(BAD_ENVIRONMENT, &failure),
    }
}

/// Checks the settings of a pool element that no program owns.
fn check(settings: &Settings) -> Result<(), String> {
    settings.setup()?;
    settings.carriage()?;
    if settings.service.is_none() && settings.transport.is_none() {
        return Err(
            "service: not set; set a service, or a transport for an existing server".to_owned(),
        );
    }
    Ok(())
}

/// Runs a pool element until SIGTERM or SIGINT. Writes one line to `ready` as soon as it is registered.
///
/// # Errors
/// A setting cannot be used, the registration was rejected, or the host or its stack failed.
pub fn serve(settings: &Settings, line: ReadyLine, ready: &mut dyn Write) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = tokio::task::LocalSet::new();
    runtime.block_on(local.run_until(until_signal(settings, line, ready)))
}

async fn until_signal(
    settings: &Settings,
    line: ReadyLine,
    ready: &mut dyn Write,
) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    let mut element = PoolElement::outside(settings, settings.built_in())?;
    warn_about_cookies(settings);
    let mut changes = front::watch(settings).map_err(Failure::Settings)?;
    if settings.probing().is_none() {
        tracing::info!("looking for a registrar: {}", whereabouts(settings));
        element.register();
    } else {
        tracing::info!("waiting for the server to be up");
    }
    let (mut is_ready, mut home) = (false, String::new());
    loop {
        tokio::select! {
            biased;
            () = signals.next() => break,
            change = next_change(&mut changes) => match change {
                Change::Up => element.register(),
                Change::Down => element.deregister(),
                Change::Load(load) => element.set_load(load),
            },
            event = element.next_event() => {
                let event = event?;
                log(&event, &element, &mut home);
                if let Some(why) = ends(&event, settings) {
                    element.stop().await?;
                    return Err(Failure::Settings(why));
                }
                if !is_ready && element.is_registered() {
                    write_ready(&element, line, ready)?;
                    is_ready = true;
                }
            }
        }
    }
    tracing::info!("shutting down");
    tokio::select! {
        events = element.stop() => {
            let mut is_out = false;
            for event in events? {
                if let Event::Asap(event) = event {
                    tracing::info!("{}", sentence(&event));
                    is_out |= event == AsapEvent::Deregistered;
                }
            }
            if !is_out {
                tracing::warn!("ended without de-registration: registrars list it until they notice its end");
            }
        }
        () = signals.next() => tracing::warn!("ended at once, without de-registration"),
    }
    Ok(())
}

async fn next_change(changes: &mut Option<Receiver<Change>>) -> Change {
    if let Some(receiver) = changes
        && let Some(change) = receiver.recv().await
    {
        return change;
    }
    std::future::pending().await
}

fn warn_about_cookies(settings: &Settings) {
    let open = Cookies::Sealed(PoolKey::open_to_all());
    let has_cookies = match settings.service {
        Some(ServiceKind::Pingpong | ServiceKind::Calc) => true,
        Some(ServiceKind::Echo) | None => false,
    };
    if has_cookies && settings.setup().is_ok_and(|setup| setup.cookies == open) {
        tracing::warn!("cookies can be forged: no cookie-key-file is set");
    }
}

/// Returns the registrars and the group of their announcements, for the log.
fn whereabouts(settings: &Settings) -> String {
    let set = settings.registrars();
    let mut places: Vec<String> = set.iter().map(ToString::to_string).collect();
    if let Ok(Some(group)) = settings.announcements() {
        places.push(format!("announced to {group}"));
    }
    places.join(", ")
}

/// Returns the reason to end the program, if the event is one.
fn ends(event: &Event, settings: &Settings) -> Option<String> {
    // RFC 5352 §3.1: the program cannot correct the error, so it does not register again unless that is set.
    let for_good = settings.retry_rejected.is_none_or(|span| span.0.is_zero());
    match event {
        Event::Asap(event @ AsapEvent::Rejected { .. }) if for_good => Some(sentence(event)),
        _ => None,
    }
}

/// Logs an event. `home` is the registrar of the last log.
fn log(event: &Event, element: &PoolElement, home: &mut String) {
    let event = match event {
        Event::Asap(event) => event,
        Event::Card { session, card } => {
            return tracing::info!(
                "session {}: the pool user is in pool {}",
                session.0,
                card.pool_handle
            );
        }
        Event::Session { .. } | Event::Data { .. } | Event::State { .. } | Event::Ended { .. } => {
            return;
        }
    };
    match event {
        AsapEvent::Registered { warnings, .. } => {
            if !warnings.is_empty() {
                tracing::warn!(
                    "registered, with a warning of the registrar{}",
                    reasons(warnings)
                );
            }
            let now = addresses(element.home_addrs());
            if *home == now {
                tracing::debug!("registered again at {now}");
            } else {
                tracing::info!("registered at {now}");
                *home = now;
            }
        }
        AsapEvent::Rejected { .. }
        | AsapEvent::Failed { .. }
        | AsapEvent::HomeLost
        | AsapEvent::Expired
        | AsapEvent::NotDeregistered { .. } => tracing::warn!("{}", sentence(event)),
        AsapEvent::Renamed { .. }
        | AsapEvent::HomeChanged { .. }
        | AsapEvent::CookieEcho { .. }
        | AsapEvent::BusinessCard { .. }
        | AsapEvent::Stopped => tracing::info!("{}", sentence(event)),
        AsapEvent::Deregistered => {
            home.clear();
            tracing::info!("{}", sentence(event));
        }
    }
}

/// Returns an event as a sentence.
fn sentence(event: &AsapEvent) -> String {
    match event {
        AsapEvent::Registered { .. } => "registered".to_owned(),
        AsapEvent::Rejected { causes } => format!("registration rejected{}", reasons(causes)),
        AsapEvent::Failed { attempts } => {
            format!("no answer to {attempts} registrations: check that a registrar runs")
        }
        AsapEvent::Renamed { id } => format!("another PE has its identifier, the new one is {id}"),
        AsapEvent::HomeChanged { home } => format!("registrar {home} is the new Home"),
        AsapEvent::HomeLost => "lost the registrar, looking for another one".to_owned(),
        AsapEvent::Expired => "the registration expired, registering again".to_owned(),
        AsapEvent::Deregistered => "de-registered".to_owned(),
        AsapEvent::NotDeregistered { causes } => format!("not de-registered{}", reasons(causes)),
        AsapEvent::CookieEcho { .. } => "received a cookie".to_owned(),
        AsapEvent::BusinessCard { .. } => "received a business card".to_owned(),
        AsapEvent::Stopped => "all associations ended".to_owned(),
    }
}

fn reasons(causes: &[ErrorCause]) -> String {
    let reasons: Vec<String> = causes.iter().map(|cause| reason(cause.code)).collect();
    if reasons.is_empty() {
        return " without a cause".to_owned();
    }
    format!(": {}", reasons.join(", "))
}

fn reason(code: CauseCode) -> String {
    match code {
        CauseCode::NON_UNIQUE_PE_IDENTIFIER => "another PE has this identifier",
        CauseCode::INCONSISTENT_POOL_POLICY => "the pool has another policy",
        CauseCode::LACK_OF_RESOURCES => "the registrar lacks resources",
        CauseCode::INCONSISTENT_TRANSPORT_TYPE => "the pool has another transport type",
        CauseCode::INCONSISTENT_DATA_CONTROL => {
            "the pool has another transport use, data only or data and control"
        }
        CauseCode::INVALID_VALUES => {
            "a value is invalid, such as an address that the association does not have"
        }
        CauseCode::UNKNOWN_POOL_HANDLE => "the pool is unknown",
        CauseCode::SECURITY_CONSIDERATIONS => "security considerations",
        other => return other.to_string(),
    }
    .to_owned()
}

fn addresses(addrs: &[SocketAddr]) -> String {
    let addrs: Vec<String> = addrs.iter().map(SocketAddr::to_string).collect();
    addrs.join(",")
}

fn write_ready(element: &PoolElement, line: ReadyLine, ready: &mut dyn Write) -> io::Result<()> {
    let pool = element.pool().to_string();
    let id = format!("{:#010x}", element.id().0);
    let transport = written(element.user_transport());
    let asap = addresses(element.asap_addrs());
    let udp_port = element.udp_addr().map(|addr| addr.port());
    let home = addresses(element.home_addrs());
    match line {
        ReadyLine::Text => {
            write!(ready, "ready pool={pool} id={id} transport={transport}")?;
            write!(ready, " asap={asap}")?;
            if let Some(port) = udp_port {
                write!(ready, " udp-port={port}")?;
            }
            writeln!(ready, " home={home}")?;
        }
        ReadyLine::Json => {
            let object = serde_json::json!({
                "event": "ready", "pool": pool, "id": id, "transport": transport,
                "asap": element.asap_addrs(), "udp-port": udp_port, "home": element.home_addrs(),
            });
            writeln!(ready, "{object}")?;
        }
    }
    ready.flush()
}
