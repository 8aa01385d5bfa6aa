//! The bundled registrar as a target.

use crate::target::Target;
use rserpool::registrar::driver::Setup;
/// The `rserpool registrar` command: the harness carries it, so that one binary is enough.
pub use rserpool_cli::registrar::{RegistrarArgs, registrar};
use rsp_proto::registrar::Config;
use rspcheck_spec::ics::Ics;
use rspcheck_spec::ixit::Timers;
use rspcheck_spec::run::Driver;
use std::path::Path;

/// Its target file, which is also a template for other target files.
const FILE: &str = include_str!("../../profiles/bundled.toml");

/// Returns it as a process of its own over SCTP on loopback.
pub fn spawned() -> Target {
    let path = Path::new("harness/profiles/bundled.toml");
    let mut target =
        Target::parse(FILE, path).expect("the bundled target file is checked by a test");
    target.file = None;
    target
}

/// Returns it as a process of its own with settings for measurements: keep-alives at the default period, no ENRP.
pub fn measured() -> Target {
    let mut target = spawned();
    let mut words = std::mem::take(&mut target.command).into_iter();
    while let Some(word) = words.next() {
        if matches!(
            word.as_str(),
            "--keep-alive-interval" | "--keep-alive-timeout" | "--enrp"
        ) {
            words.next();
        } else {
            target.command.push(word);
        }
    }
    target
}

/// Returns it in this process on virtual time, with the RFC's timers of ENRP.
pub fn in_process() -> Target {
    let mut target = Target {
        driver: Driver::InProcess,
        name: "rserpool registrar".into(),
        ..spawned()
    };
    target.ics.insert(Ics::LongWaits);
    let rfc = Timers::default();
    target.timers = Timers {
        peer_heartbeat_cycle: rfc.peer_heartbeat_cycle,
        max_time_last_heard: rfc.max_time_last_heard,
        max_time_no_response: rfc.max_time_no_response,
        table_request: rfc.table_request,
        mentor_session: rfc.mentor_session,
        rejected_request: rfc.rejected_request,
        ..target.timers
    };
    target
}

/// Returns the registrar's settings for a target's timers.
pub(crate) fn setup(timers: &Timers) -> Setup {
    let defaults = Config::default();
    let enrp = rsp_proto::registrar::enrp::Config {
        peer_heartbeat_cycle: timers.peer_heartbeat_cycle,
        max_time_last_heard: timers.max_time_last_heard,
        max_time_no_response: timers.max_time_no_response,
        table_request_timeout: timers.table_request,
        table_session_timeout: timers.mentor_session,
        ..defaults.enrp.clone()
    };
    let config = Config {
        enrp,
        t6_serverannounce: timers.t6_serverannounce,
        max_bad_pe_report: timers
            .max_bad_pe_report
            .unwrap_or(defaults.max_bad_pe_report),
        keep_alive_interval: timers
            .keep_alive_interval
            .unwrap_or(defaults.keep_alive_interval),
        keep_alive_timeout: timers
            .keep_alive_timeout
            .unwrap_or(defaults.keep_alive_timeout),
        ..defaults
    };
    Setup {
        config,
        ..Setup::default()
    }
}
