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
    /// Read settings from this TOML file; its keys are the names of the flags, and flags win
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Check the settings and end
    #[arg(long)]
    pub check_config: bool,
    /// How to log on standard error, and how to say that it is ready on standard output
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log: LogFormat,
    /// The settings.
    #[command(flatten)]
    pub settings: Settings,
}

/// Runs the command to its end: 0 after a signal, [`BAD_SETTINGS`] or [`BAD_ENVIRONMENT`] with a line on
/// standard error. Sets the process's `tracing` subscriber.
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

/// What a program needs that has no owner to serve its pool users.
fn check(settings: &Settings) -> Result<(), String> {
    settings.setup()?;
    settings.carriage()?;
    if settings.service.is_none() && settings.transport.is_none() {
        return Err(
            "service: what is it to serve? Set a service, or a transport for an existing server"
                .to_owned(),
        );
    }
    Ok(())
}

/// Is a pool element until SIGTERM or SIGINT. Writes one line to `ready` as soon as it is registered.
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
    let (mut said, mut home) = (false, String::new());
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
                tell(&event, &element, &mut home);
                if let Some(why) = ends(&event, settings) {
                    element.stop().await?;
                    return Err(Failure::Settings(why));
                }
                if !said && element.is_registered() {
                    say_ready(&element, line, ready)?;
                    said = true;
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
                tracing::warn!("ended without de-registration: it stays listed until that is noticed");
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
        tracing::warn!("cookies can be forged, since no cookie-key-file is set");
    }
}

/// Where registrars may be found.
fn whereabouts(settings: &Settings) -> String {
    let set = settings.registrars();
    let mut places: Vec<String> = set.iter().map(ToString::to_string).collect();
    if let Ok(Some(group)) = settings.announcements() {
        places.push(format!("announced to {group}"));
    }
    places.join(", ")
}

/// Whether it makes no sense to go on.
fn ends(event: &Event, settings: &Settings) -> Option<String> {
    // RFC 5352 §3.1: nobody here corrects the error, so it is told, and not tried again unless that is set.
    let for_good = settings.retry_rejected.is_none_or(|span| span.0.is_zero());
    match event {
        Event::Asap(event @ AsapEvent::Rejected { .. }) if for_good => Some(sentence(event)),
        _ => None,
    }
}

/// Logs an event. `home` is the registrar that was named last.
fn tell(event: &Event, element: &PoolElement, home: &mut String) {
    let event = match event {
        Event::Asap(event) => event,
        Event::Card { session, card } => {
            return tracing::info!(
                "session {}: its user is of pool {}",
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
                tracing::warn!("registered, but the registrar warns{}", reasons(warnings));
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

/// An event for people.
fn sentence(event: &AsapEvent) -> String {
    match event {
        AsapEvent::Registered { .. } => "registered".to_owned(),
        AsapEvent::Rejected { causes } => format!("registration rejected{}", reasons(causes)),
        AsapEvent::Failed { attempts } => {
            format!("{attempts} registrations got no answer: is there a registrar?")
        }
        AsapEvent::Renamed { id } => format!("its identifier is another PE's, now it is {id}"),
        AsapEvent::HomeChanged { home } => format!("registrar {home} has taken over"),
        AsapEvent::HomeLost => "the registrar is lost, looking for another one".to_owned(),
        AsapEvent::Expired => "the registration has ended, registering again".to_owned(),
        AsapEvent::Deregistered => "de-registered".to_owned(),
        AsapEvent::NotDeregistered { causes } => format!("not de-registered{}", reasons(causes)),
        AsapEvent::CookieEcho { .. } => "a cookie came back".to_owned(),
        AsapEvent::BusinessCard { .. } => "a business card came".to_owned(),
        AsapEvent::Stopped => "all associations have ended".to_owned(),
    }
}

fn reasons(causes: &[ErrorCause]) -> String {
    let reasons: Vec<String> = causes.iter().map(|cause| reason(cause.code)).collect();
    if reasons.is_empty() {
        return " without a reason".to_owned();
    }
    format!(": {}", reasons.join(", "))
}

fn reason(code: CauseCode) -> String {
    match code {
        CauseCode::NON_UNIQUE_PE_IDENTIFIER => "another PE has this identifier",
        CauseCode::INCONSISTENT_POOL_POLICY => "the pool has another policy",
        CauseCode::LACK_OF_RESOURCES => "the registrar has no room for it",
        CauseCode::INCONSISTENT_TRANSPORT_TYPE => "the pool has another kind of transport",
        CauseCode::INCONSISTENT_DATA_CONTROL => {
            "the pool has another use of transports, data only or data and control"
        }
        CauseCode::INVALID_VALUES => "a value is invalid, perhaps an address that it does not have",
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

fn say_ready(element: &PoolElement, line: ReadyLine, ready: &mut dyn Write) -> io::Result<()> {
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
