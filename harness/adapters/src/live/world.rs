//! The world of a case against a live target: what a case does to it and waits for.

use super::hosts::Role;
use super::{Contact, ECHOES_LIMIT, FAR, Live, PlayerEndpoint, clock};
use crate::event_map::environment;
use crate::process::Process;
use crate::relay::Relay;
use rsp_transport::{Local, Outgoing, Peer};
use rspcheck_testkit::{
    Assoc, Deed, Disturbance, Endpoint, EndpointKind, Happening, Instance, Link, Signal, Start,
    World, WorldError,
};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

impl World for Live {
    fn outlives_case(&self) -> bool {
        self.attached || self.slot.is_some()
    }

    fn output_left_out(&mut self) -> Option<String> {
        self.look_after_target();
        let lines = std::mem::take(&mut self.output.left_out);
        (lines > 0).then(|| format!("… {lines} lines of this case are left out by rspcheck"))
    }

    fn now(&self) -> Duration {
        clock().duration_since(self.origin)
    }

    fn open(&mut self, kind: EndpointKind) -> Result<Endpoint, WorldError> {
        let local = match kind {
            EndpointKind::Sctp | EndpointKind::Enrp => Local::Sctp {
                addrs: vec![self.place().local],
                port: 0,
                listen: true,
            },
            EndpointKind::Tcp => Local::Tcp {
                addr: SocketAddr::new(self.place().local, 0),
                listen: false,
            },
            EndpointKind::Announcements => {
                // The own address selects the interface on which to listen.
                let (local, group) = (self.place().local, self.place().announce);
                let any: IpAddr = match group.ip() {
                    IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
                    IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
                };
                let ip = if local.is_ipv4() == group.is_ipv4() {
                    local
                } else {
                    any
                };
                Local::Udp {
                    addr: SocketAddr::new(ip, group.port()),
                    groups: vec![group.ip()],
                }
            }
        };
        let role = match kind {
            EndpointKind::Enrp => Role::Peer,
            EndpointKind::Sctp | EndpointKind::Tcp | EndpointKind::Announcements => Role::Plain,
        };
        let _entered = self.runtime.enter();
        let (host, port, mut addr) = self.hosts.open(local, role).map_err(environment)?;
        if kind == EndpointKind::Announcements {
            // The target may send from the same address and port, so that it does not identify an own datagram.
            addr = None;
        }
        let addr = addr.unwrap_or(SocketAddr::new(self.place().local, 0));
        self.players.push(PlayerEndpoint {
            host,
            port,
            addr,
            kind,
        });
        Ok(Endpoint(self.players.len() as u32 - 1))
    }

    fn local_addr(&self, endpoint: Endpoint) -> SocketAddr {
        self.players[endpoint.0 as usize].addr
    }

    fn target_addr(&self, instance: Instance, kind: EndpointKind) -> SocketAddr {
        let place = &self.registrar(instance).place;
        match kind {
            EndpointKind::Sctp => place.asap,
            EndpointKind::Enrp => place.enrp.unwrap_or(place.asap),
            EndpointKind::Tcp => place.tcp.unwrap_or(place.asap),
            EndpointKind::Announcements => place.announce,
        }
    }

    fn connect(&mut self, endpoint: Endpoint, instance: Instance) -> Result<Assoc, WorldError> {
        if instance.is_first() {
            self.started()?;
        }
        let player = &self.players[endpoint.0 as usize];
        let (host, port) = (player.host, player.port);
        let udp_port = Some(self.registrar(instance).place.udp_port);
        let peer = Peer {
            addrs: vec![self.target_addr(instance, player.kind)],
            udp_port,
        };
        if self.contact == Contact::Unasked {
            self.contact = Contact::Missed;
        }
        let begun = {
            let _entered = self.runtime.enter();
            self.hosts.connect(host, port, &peer)
        };
        match begun {
            // The target has set one up at the same moment; its happening is still on its way to the tester.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let known = self.association_of(host, instance);
                known.ok_or_else(|| environment(error))
            }
            begun => {
                let assoc = begun.map_err(environment)?;
                self.ends.insert(assoc, instance);
                Ok(assoc)
            }
        }
    }

    fn send(&mut self, assoc: Assoc, ppid: u32, octets: &[u8]) -> Result<bool, WorldError> {
        let message = Outgoing {
            stream: 0,
            ppid,
            unordered: false,
            octets,
        };
        let sent = self.send_with_patience(assoc, message);
        match sent {
            Ok(()) => {
                let end = self.end_of(assoc);
                let registrar = self.registrar_mut(end);
                registrar.unanswered.sent(Some(assoc), ppid, octets);
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(false),
            Err(error) => Err(environment(error)),
        }
    }

    fn send_datagram(&mut self, endpoint: Endpoint, octets: &[u8]) -> Result<(), WorldError> {
        self.started()?;
        let player = &self.players[endpoint.0 as usize];
        let (host, port) = (player.host, player.port);
        let _entered = self.runtime.enter();
        for registrar in &mut self.registrars.0 {
            registrar.unanswered.sent(None, 0, octets);
        }
        let announce = self.place().announce;
        let hears = |player: &&PlayerEndpoint| player.kind == EndpointKind::Announcements;
        let echoes = self
            .players
            .iter()
            .filter(hears)
            .map(|player| (player.port, octets.to_vec()));
        self.echoes
            .extend(echoes.take(ECHOES_LIMIT.saturating_sub(self.echoes.len())));
        self.hosts
            .send_datagram(host, port, announce, octets)
            .map_err(environment)
    }

    fn shutdown(&mut self, assoc: Assoc) -> Result<(), WorldError> {
        let _entered = self.runtime.enter();
        self.ending.insert(assoc);
        // An association that is gone already needs no shutdown.
        let _ = self.hosts.shutdown(assoc);
        Ok(())
    }

    fn abort(&mut self, assoc: Assoc) -> Result<(), WorldError> {
        let _entered = self.runtime.enter();
        self.hosts.abort(assoc);
        Ok(())
    }

    fn vanish(&mut self, endpoint: Endpoint) -> Result<Deed, WorldError> {
        let _entered = self.runtime.enter();
        let vanished = self.hosts.vanish(self.players[endpoint.0 as usize].host);
        Ok(if vanished {
            Deed::Done
        } else {
            Deed::Impossible("this transport cannot make a host vanish".to_owned())
        })
    }

    fn start(&mut self, instance: Instance, start: &Start) -> Result<Deed, WorldError> {
        let launcher = match self.launcher_of(instance) {
            Ok(launcher) => launcher,
            Err(why) => return Ok(Deed::Impossible(why)),
        };
        if let Some(why) = launcher.refuses(start) {
            return Ok(Deed::Impossible(why));
        }
        self.kill(instance);
        self.launch(instance, &launcher, start)?;
        Ok(Deed::Done)
    }

    fn stop(&mut self, instance: Instance, signal: Signal) -> Result<Deed, WorldError> {
        self.act_on(instance, |live| match signal {
            Signal::Terminate => live.terminate(instance),
            Signal::Kill => live.kill(instance),
        })
    }

    fn freeze(&mut self, instance: Instance) -> Result<Deed, WorldError> {
        self.act_on(instance, |live| {
            let process = &live.registrar(instance).process;
            process.iter().for_each(Process::freeze);
        })
    }

    fn thaw(&mut self, instance: Instance) -> Result<Deed, WorldError> {
        self.act_on(instance, |live| {
            let process = &live.registrar(instance).process;
            process.iter().for_each(Process::thaw);
        })
    }

    fn disturb(&mut self, disturbance: Disturbance) -> Result<Deed, WorldError> {
        let Some(relay) = &self.relay else {
            return Ok(no_relay());
        };
        relay.disturb(disturbance);
        Ok(Deed::Done)
    }

    fn link(&mut self, a: Instance, b: Instance, link: Link) -> Result<Deed, WorldError> {
        let Some(relay) = &self.relay else {
            return Ok(no_relay());
        };
        relay.link(a, b, link);
        Ok(Deed::Done)
    }

    fn wait(&mut self, until: Duration) -> Result<Option<Happening>, WorldError> {
        let deadline = self
            .origin
            .checked_add(until)
            .unwrap_or(clock() + self.limit.min(FAR));
        self.serve(deadline)
    }

    fn take_lateness(&mut self) -> Duration {
        // The stacks are served only during a wait.
        let away = clock().saturating_duration_since(self.served);
        let of_relay = self.relay.as_ref().map(Relay::take_lateness);
        let own = std::mem::take(&mut self.lateness).max(away);
        own.max(of_relay.unwrap_or_default())
    }
}

/// Returns the sentence about a deed between two instances that needs the relay.
fn no_relay() -> Deed {
    Deed::Impossible("a case that does not need several-targets has no relay".to_owned())
}
