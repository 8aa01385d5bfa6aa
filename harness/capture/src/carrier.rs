//! A transport packet's way to its reader, and the visitor of what is found in it.

use crate::{Item, Transport};
use std::net::IpAddr;
use std::ops::ControlFlow;

/// The visitor that receives the items. `Break` ends the reading.
pub(crate) type Visit<'v> = dyn FnMut(Item<'_>) -> ControlFlow<()> + 'v;

/// The frames and addresses that carried a transport's packet.
pub(crate) struct Carrier<'a> {
    /// Several in the case of IP fragments; never empty.
    pub(crate) frames: &'a [u64],
    pub(crate) time_ns: u64,
    pub(crate) transport: Transport,
    pub(crate) src: Option<IpAddr>,
    pub(crate) dst: Option<IpAddr>,
    /// Nothing of the packet was left out by the capture.
    pub(crate) whole: bool,
}

impl Carrier<'_> {
    pub(crate) fn last_frame(&self) -> u64 {
        self.frames[self.frames.len() - 1]
    }
}
