//! Attempts to set up an association with a target that is starting, until one comes up.

use super::hosts::{Hosts, Role};
use super::{Place, clock};
use rsp_transport::live::Mode;
use rsp_transport::{Event, Local, LocalPort, Peer};
use rspcheck_testkit::Assoc;
use std::io;
use std::time::{Duration, Instant};

/// Time for an association to come up before another attempt is made; it doubles with each.
const FIRST_ATTEMPT: Duration = Duration::from_millis(10);
/// The longest such time.
const LONGEST_ATTEMPT: Duration = Duration::from_millis(320);
/// Pause between a refusal and the next attempt.
const PAUSE: Duration = Duration::from_millis(10);

/// An endpoint beside those of the case. It has a stack of its own, so that its events are not theirs.
pub(super) struct Knock {
    hosts: Hosts,
    host: usize,
    port: LocalPort,
    peer: Peer,
    assoc: Option<Assoc>,
    attempt: Duration,
    next: Instant,
}

impl Knock {
    /// Returns an endpoint that knocks at the ASAP address of a place. Must be called inside the runtime of the world.
    pub(super) fn at(place: &Place) -> io::Result<Knock> {
        let mut hosts = Hosts::start(Mode::from(place.carrier), place.local, None)?;
        let local = Local::Sctp {
            addrs: vec![place.local],
            port: 0,
            listen: false,
        };
        let (host, port, _) = hosts.open(local, Role::Plain)?;
        Ok(Knock {
            hosts,
            host,
            port,
            peer: Peer {
                addrs: vec![place.asap],
                udp_port: Some(place.udp_port),
            },
            assoc: None,
            attempt: FIRST_ATTEMPT,
            next: clock(),
        })
    }

    /// Goes on until `until`. Returns true if an association is up.
    pub(super) async fn is_answered(&mut self, until: Instant) -> io::Result<bool> {
        if self.next <= clock() {
            if let Some(assoc) = self.assoc.take() {
                self.hosts.abort(assoc);
            }
            self.assoc = Some(self.hosts.connect(self.host, self.port, &self.peer)?);
            self.next = clock() + self.attempt;
            self.attempt = self.attempt.saturating_mul(2).min(LONGEST_ATTEMPT);
        }
        while let Some((_, event)) = self.hosts.recv(until).await? {
            match event {
                Event::Up { .. } => {
                    if let Some(assoc) = self.assoc.take() {
                        self.hosts.abort(assoc);
                    }
                    return Ok(true);
                }
                Event::Down { .. } => {
                    self.assoc = None;
                    self.next = clock() + PAUSE;
                }
                _ => {}
            }
        }
        Ok(false)
    }
}
