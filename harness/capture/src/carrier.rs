//! Values that accompany a packet to the readers of SCTP and TCP.

use crate::{Item, Transport};
use std::net::IpAddr;
use std::ops::ControlFlow;

/// Visitor of items. `Break` ends the reading.
pub(crate) type Visit<'v> = dyn FnMut(Item<'_>) -> ControlFlow<()> + 'v;

/// Frames and addresses that carried a packet of SCTP, TCP or UDP.
pub(crate) struct Carrier<'a> {
    /// Several if the datagram was fragmented; never empty.
    pub(crate) frames: &'a [u64],
    pub(crate) time_ns: u64,
    pub(crate) transport: Transport,
    pub(crate) src: Option<IpAddr>,
    pub(crate) dst: Option<IpAddr>,
    /// The capture has the whole packet.
    pub(crate) whole: bool,
    /// Tunnels around the packet.
    pub(crate) tunnels: usize,
}

impl Carrier<'_> {
    pub(crate) fn last_frame(&self) -> u64 {
        self.frames[self.frames.len() - 1]
    }
}
