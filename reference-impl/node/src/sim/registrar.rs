//! A registrar's host in the world: the real driver and engine, and what the schedule may do to them.

use std::net::SocketAddr;
use std::time::Duration;

use rsp_proto::registrar::Config;
use rsp_transport::sim::{HostId, SimHost};
use rsp_wire::ServerId;

use super::{ASAP_PORT, ENRP_PORT, GROUP};
use crate::driver::{EnrpEndpoint, RegistrarDriver, Setup};

/// A registrar, running or not.
#[derive(Debug)]
pub struct RegistrarHost {
    pub(super) host: HostId,
    /// Its identifier, when it is started next or now.
    pub id: u32,
    /// Numbers of the registrars it is told of.
    pub mentors: Vec<usize>,
    /// How often it was started.
    pub starts: u64,
    /// Since when it runs, or does not.
    pub since: Duration,
    pub(super) config: Config,
    pub(super) driver: Option<RegistrarDriver>,
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
        }
    }

    /// The driver, while it runs.
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
        let setup = Setup {
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
        let driver = RegistrarDriver::start(setup, seed ^ self.starts, transport, now);
        self.driver = Some(driver.expect("a running host has its well-known ports free"));
    }
}

/// What a registrar offers beside SCTP.
#[derive(Clone, Copy, Debug)]
pub(super) struct Services {
    pub(super) address: std::net::IpAddr,
    pub(super) tcp: bool,
    pub(super) announce: bool,
}
