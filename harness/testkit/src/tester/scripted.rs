//! A world for tests: a target with prepared answers.

use crate::world::{
    Assoc, Deed, Disturbance, Endpoint, EndpointKind, Happening, Link, Signal, Start, World,
    WorldError,
};
use rspcheck_spec::event::Instance;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

/// A target that answers each message with the next of these.
#[derive(Default)]
pub(super) struct Scripted {
    pub(super) now: Duration,
    pub(super) answers: VecDeque<Vec<u8>>,
    pub(super) happenings: VecDeque<Happening>,
    /// Lateness of the harness in the next waits; later ones are in time.
    pub(super) pauses: Rc<RefCell<VecDeque<Duration>>>,
    pub(super) lateness: Duration,
    /// The target serves other cases too.
    pub(super) shared: bool,
}

const ASSOC: Assoc = Assoc(1);
const ADDR: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 3863);

fn impossible() -> Deed {
    Deed::Impossible("the target is scripted".to_owned())
}

impl World for Scripted {
    fn now(&self) -> Duration {
        self.now
    }
    fn open(&mut self, _: EndpointKind) -> Result<Endpoint, WorldError> {
        Ok(Endpoint(1))
    }
    fn local_addr(&self, _: Endpoint) -> SocketAddr {
        ADDR
    }
    fn target_addr(&self, _: Instance, _: EndpointKind) -> SocketAddr {
        ADDR
    }
    fn connect(&mut self, endpoint: Endpoint, instance: Instance) -> Result<Assoc, WorldError> {
        self.happenings.push_back(Happening::Up {
            endpoint,
            assoc: ASSOC,
            instance,
            peer: ADDR,
        });
        Ok(ASSOC)
    }
    fn send(&mut self, assoc: Assoc, ppid: u32, _: &[u8]) -> Result<bool, WorldError> {
        let answer = self.answers.pop_front();
        self.happenings
            .extend(answer.map(|octets| Happening::Message {
                assoc,
                ppid: Some(ppid),
                stream: Some(0),
                octets,
            }));
        Ok(true)
    }
    fn send_datagram(&mut self, _: Endpoint, _: &[u8]) -> Result<(), WorldError> {
        Ok(())
    }
    fn shutdown(&mut self, _: Assoc) -> Result<(), WorldError> {
        Ok(())
    }
    fn abort(&mut self, _: Assoc) -> Result<(), WorldError> {
        Ok(())
    }
    fn vanish(&mut self, _: Endpoint) -> Result<Deed, WorldError> {
        Ok(impossible())
    }
    fn start(&mut self, _: Instance, _: &Start) -> Result<Deed, WorldError> {
        Ok(impossible())
    }
    fn stop(&mut self, _: Instance, _: Signal) -> Result<Deed, WorldError> {
        Ok(impossible())
    }
    fn freeze(&mut self, _: Instance) -> Result<Deed, WorldError> {
        Ok(impossible())
    }
    fn thaw(&mut self, _: Instance) -> Result<Deed, WorldError> {
        Ok(impossible())
    }
    fn disturb(&mut self, _: Disturbance) -> Result<Deed, WorldError> {
        Ok(impossible())
    }
    fn link(&mut self, _: Instance, _: Instance, _: Link) -> Result<Deed, WorldError> {
        Ok(impossible())
    }
    fn wait(&mut self, until: Duration) -> Result<Option<Happening>, WorldError> {
        self.lateness = self.pauses.borrow_mut().pop_front().unwrap_or_default();
        let next = self.happenings.pop_front();
        if next.is_none() {
            self.now = until;
        }
        Ok(next)
    }
    fn outlives_case(&self) -> bool {
        self.shared
    }
    fn take_lateness(&mut self) -> Duration {
        std::mem::take(&mut self.lateness)
    }
}
