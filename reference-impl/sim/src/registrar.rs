//! A registrar's host in the world: the real driver and engine, with what a restart needs.

use std::net::SocketAddr;
use std::time::Duration;

use rsp_proto::registrar::Config;
use rsp_transport::frame::LONGEST;
use rsp_transport::sim::{HostId, SimHost};
use rsp_wire::ServerId;

use super::{ASAP_PORT, ENRP_PORT, GROUP};
use rserpool::registrar::driver::{EnrpEndpoint, RegistrarDriver, Setup};

/// A registrar, running or not.
#[derive(Debug)]
pub struct RegistrarHost {
    pub(super) host: HostId,
    /// Its identifier, now or at its next start.
    pub id: u32,
    /// Numbers of its configured peers.
    pub mentors: Vec<usize>,
    /// Number of starts.
    pub starts: u64,
    /// Time since which it runs, or does not run.
    pub since: Duration,
    pub(super) config: Config,
    pub(super) driver: Option<RegistrarDriver>,
    /// The peaks of quantities that may rise and fall between two checks.
    pub(super) peaks: Peaks,
}

/// Quantities that may rise and fall between two checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Peaks {
    /// Associations being set up to PEs.
    pub(super) adopting: usize,
    /// Associations being set up.
    pub(super) setting_up: usize,
    /// Messages that wait for one association to come up.
    pub(super) line: usize,
    /// Octets that wait for one association.
    pub(super) backlog: usize,
}

impl RegistrarHost {
    pub(super) fn new(host: HostId, id: u32) -> Self {
        Self {
            host,
            id,
            mentors: Vec::new(),
            starts: 0,
            since: Duration::ZERO,
            config: Config::default(),
            driver: None,
            peaks: Peaks::default(),
        }
    }

    /// Notes the present quantities.
    pub(super) fn note_peaks(&mut self) {
        let Some(driver) = &self.driver else {
            return;
        };
        let (under_way, old) = (driver.engine().under_way(), self.peaks);
        self.peaks = Peaks {
            adopting: old.adopting.max(under_way.adopting),
            setting_up: old.setting_up.max(under_way.setting_up),
            line: old.line.max(under_way.longest_line),
            backlog: old.backlog.max(driver.longest_backlog()),
        };
    }

    /// Returns the driver, while the registrar runs.
    pub fn driver(&self) -> Option<&RegistrarDriver> {
        self.driver.as_ref()
    }

    pub(super) fn server_id(&self) -> ServerId {
        ServerId(self.id)
    }

    pub(super) fn start(
        &mut self,
        peers: Vec<SocketAddr>,
        services: Services,
        seed: u64,
        transport: &mut SimHost<'_>,
        now: Duration,
    ) {
        self.starts += 1;
        self.config.id = self.id.try_into().ok();
        self.config.enrp.peers = peers;
        let address = services.address;
        let mut setup = Setup {
            config: self.config.clone(),
            asap_port: ASAP_PORT,
            tcp: services.tcp.then_some(SocketAddr::new(address, ASAP_PORT)),
            announce: services.announce.then_some(GROUP).into_iter().collect(),
            enrp: Some(EnrpEndpoint {
                addrs: Vec::new(),
                port: ENRP_PORT,
            }),
            ..Setup::default()
        };
        if let Some(octets) = services.max_backlog {
            // The stack's share comes first.
            setup.max_backlog = usize::from(octets) + LONGEST;
            setup.max_peer_backlog = usize::from(octets);
        }
        let driver = RegistrarDriver::start(setup, seed ^ self.starts, transport, now);
        self.driver = Some(driver.expect("a running host has its well-known ports free"));
    }
}

/// The endpoints of a registrar besides SCTP.
#[derive(Clone, Copy, Debug)]
pub(super) struct Services {
    pub(super) address: std::net::IpAddr,
    pub(super) tcp: bool,
    pub(super) announce: bool,
    pub(super) max_backlog: Option<u16>,
}
