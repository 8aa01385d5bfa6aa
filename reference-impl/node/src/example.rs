//! A registrar for the examples of this crate.

use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::registrar::Settings;
use crate::registrar::service::{self, ReadyLine};
use crate::values::{RegistrarAddr, UdpPeer};

/// A registrar that serves in a thread of this process, on any free port.
#[derive(Clone, Copy, Debug)]
pub struct Registrar {
    /// Its ASAP endpoint over SCTP.
    pub addr: RegistrarAddr,
    /// The UDP port that carries its SCTP.
    pub udp_peer: UdpPeer,
}

impl Registrar {
    /// Starts a registrar and waits until it is ready.
    ///
    /// # Errors
    /// The registrar cannot run here.
    pub fn start() -> io::Result<Self> {
        let (ready, mut out) = io::pipe()?;
        std::thread::spawn(move || {
            let settings = Settings {
                asap: Some(vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]),
                udp_port: Some(0),
                ..Settings::default()
            };
            // An error ends the thread and closes the pipe, which the reader notices.
            let _ = service::run(&settings, ReadyLine::Text, &mut out);
        });
        let mut line = String::new();
        BufReader::new(ready).read_line(&mut line)?;
        Self::of(&line).ok_or_else(|| io::Error::other("the registrar is not ready"))
    }

    fn of(line: &str) -> Option<Self> {
        let word = |key| {
            let mut words = line.split_whitespace();
            words.find_map(|word| word.strip_prefix(key))
        };
        let asap: SocketAddr = word("asap=")?.parse().ok()?;
        let peer: (IpAddr, Option<u16>) = (asap.ip(), Some(asap.port()));
        Some(Self {
            addr: RegistrarAddr::Sctp(asap),
            udp_peer: UdpPeer {
                peer,
                udp_port: word("udp-port=")?.parse().ok()?,
            },
        })
    }
}
