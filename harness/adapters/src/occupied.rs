//! The check before the start of a target that no process answers at its addresses. Otherwise an older process would
//! be tested in its place.

use crate::carrier::Carrier;
use crate::live::{Live, Place};
use rspcheck_testkit::{EndpointKind, Happening, Instance, World, WorldError};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Time for an association or a TCP connection to come up, unless [`LONG_LOOK`] applies.
const LOOK: Duration = Duration::from_millis(250);
/// The same if another socket has the UDP port, because its process may be slow.
const LONG_LOOK: Duration = Duration::from_secs(1);

/// Returns the address of `place` at which something answers, if there is one.
pub(crate) fn answering(
    place: &Place,
    interrupted: &Arc<AtomicBool>,
) -> Result<Option<String>, WorldError> {
    let wait = match (
        place.carrier,
        UdpSocket::bind((place.asap.ip(), place.udp_port)),
    ) {
        (Carrier::Kernel, _) => Some(LOOK),
        // The port is free, so no process answers at it.
        (_, Ok(_)) => None,
        (_, Err(error)) if error.kind() == ErrorKind::AddrInUse => Some(LONG_LOOK),
        // For example, the address is not one of this machine.
        (_, Err(_)) => Some(LOOK),
    };
    if let Some(wait) = wait
        && is_associating(place, wait, interrupted)?
    {
        let address = match place.carrier {
            Carrier::Kernel => format!("{} (SCTP)", place.asap),
            Carrier::Udp | Carrier::Auto => {
                format!("{} (SCTP over UDP port {})", place.asap, place.udp_port)
            }
        };
        return Ok(Some(address));
    }
    let tcp = place.tcp.filter(is_connecting);
    Ok(tcp.map(|tcp| format!("{tcp} (TCP)")))
}

/// Returns true if an association with the place comes up.
fn is_associating(
    place: &Place,
    wait: Duration,
    interrupted: &Arc<AtomicBool>,
) -> Result<bool, WorldError> {
    let mut world = Live::new(place.clone(), None, interrupted.clone())?;
    let endpoint = world.open(EndpointKind::Sctp)?;
    let assoc = world.connect(endpoint, Instance::FIRST)?;
    let until = world.now() + wait;
    while let Some(happening) = world.wait(until)? {
        match happening {
            Happening::Up { assoc: up, .. } if up == assoc => {
                world.abort(assoc)?;
                return Ok(true);
            }
            Happening::Changed { assoc: down, .. } if down == assoc => return Ok(false),
            _ => {}
        }
    }
    world.abort(assoc)?;
    Ok(false)
}

fn is_connecting(addr: &SocketAddr) -> bool {
    let Ok(stream) = TcpStream::connect_timeout(addr, LOOK) else {
        return false;
    };
    // On the loopback a socket can be connected to itself.
    stream.local_addr().ok() != stream.peer_addr().ok()
}
