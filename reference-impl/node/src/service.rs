//! A registrar as a process: the driver on a live stack, with the clock, until a signal ends it.

use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use rsp_transport::live::Stack;

use crate::driver::RegistrarDriver;
use crate::live::{Clock, Signals, with_way_out};
use crate::settings::Settings;

/// Why a registrar could not run.
#[derive(Debug)]
pub enum Failure {
    /// A setting cannot be used.
    Settings(String),
    /// The machine does not play along: port taken, address not here, no such transport.
    Environment(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settings(why) => f.write_str(why),
            Self::Environment(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Environment(error)
    }
}

/// How the line that says "ready" is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyLine {
    /// `ready asap=127.0.0.1:3863 udp-port=9899 id=0x0badcafe`
    Text,
    /// One JSON object.
    Json,
}

/// Serves until SIGTERM or SIGINT. Writes one line to `ready` as soon as requests are taken.
pub fn run(settings: &Settings, line: ReadyLine, ready: &mut dyn Write) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(settings, line, ready))
}

async fn serve(settings: &Settings, line: ReadyLine, ready: &mut dyn Write) -> Result<(), Failure> {
    let setup = settings.setup().map_err(Failure::Settings)?;
    let (mode, config) = settings.stack(&setup);
    let mut signals = Signals::new()?;
    let mut stack = Stack::start(mode, config)?;
    let clock = Clock::start();
    let seed = settings.seed.unwrap_or_else(|| fastrand::u64(..));
    let mut driver =
        RegistrarDriver::start(setup, seed, &mut stack, clock.now()).map_err(with_way_out)?;
    tracing::info!("registrar {:#010x}, seed {seed}", driver.server_id());

    let mut said = false;
    let mut end: Option<Duration> = None;
    while end.is_none_or(|end| !driver.stopped() && clock.now() < end) {
        // With an ENRP mentor, requests are taken once its handlespace is here.
        if !said && driver.is_serving() {
            say_ready(&driver, stack.udp_addr(), line, ready)?;
            said = true;
        }
        let until = driver
            .deadline()
            .into_iter()
            .chain(end)
            .min()
            .map(|at| clock.at(at));
        tokio::select! {
            biased;
            () = signals.next() => {
                if end.is_some() {
                    break;
                }
                tracing::info!("shutting down");
                end = Some(clock.now() + settings.grace());
                driver.stop(clock.now(), &mut stack);
            }
            event = stack.recv(until) => match event? {
                Some(event) => driver.event(clock.now(), event, &mut stack),
                None => driver.timeout(clock.now(), &mut stack),
            },
        }
    }
    Ok(())
}

fn say_ready(
    driver: &RegistrarDriver,
    udp: Option<SocketAddr>,
    line: ReadyLine,
    ready: &mut dyn Write,
) -> io::Result<()> {
    let asap: Vec<String> = driver
        .asap_addrs()
        .iter()
        .map(SocketAddr::to_string)
        .collect();
    let enrp: Vec<String> = driver
        .enrp_addrs()
        .into_iter()
        .flatten()
        .map(SocketAddr::to_string)
        .collect();
    let udp_port = udp.map(|addr| addr.port());
    let id = format!("{:#010x}", driver.server_id());
    match line {
        ReadyLine::Text => {
            write!(ready, "ready asap={}", asap.join(","))?;
            if let Some(port) = udp_port {
                write!(ready, " udp-port={port}")?;
            }
            if let Some(tcp) = driver.tcp_addr() {
                write!(ready, " tcp={tcp}")?;
            }
            if !enrp.is_empty() {
                write!(ready, " enrp={}", enrp.join(","))?;
            }
            writeln!(ready, " id={id}")?;
        }
        ReadyLine::Json => {
            let tcp = driver.tcp_addr();
            let mut object = serde_json::json!({
                "event": "ready", "asap": asap, "udp-port": udp_port, "tcp": tcp, "id": id,
            });
            if !enrp.is_empty() {
                object["enrp"] = enrp.into();
            }
            writeln!(ready, "{object}")?;
        }
    }
    ready.flush()
}
