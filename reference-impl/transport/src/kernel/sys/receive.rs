//! Reception of several messages or notifications with one system call.

use super::{
    ASSOC_CHANGE, Control, PARTIAL_DELIVERY, PEER_ADDR_CHANGE, SOL_SCTP, UNORDERED, unpack,
};
use socket2::Socket;
use std::io;
use std::mem::size_of;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;

/// Ancillary data: receive information.
const CMSG_RCVINFO: libc::c_int = 3;
/// Receive flag: this is a notification.
const MSG_NOTIFICATION: libc::c_int = 0x8000;
/// Messages or pieces that one call takes.
const SLOTS: usize = 16;
/// Octets of a slot: a longer message arrives in pieces.
const SLOT_LEN: usize = 16 * 1024;

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct RcvInfo {
    stream: u16,
    ssn: u16,
    flags: u16,
    pad: u16,
    ppid_be: u32,
    tsn: u32,
    cumulative_tsn: u32,
    context: u32,
    assoc: i32,
}

/// Content of one slot of a [`Batch`].
#[derive(Debug)]
pub(in crate::kernel) enum Received {
    /// A message or, if not `whole`, a piece of it.
    Data {
        assoc: i32,
        stream: u16,
        ppid: u32,
        unordered: bool,
        len: usize,
        whole: bool,
    },
    /// The state of an association changed.
    Association {
        assoc: i32,
        state: Change,
        cause: u16,
        with_chunk: bool,
        streams_out: u16,
        streams_in: u16,
    },
    /// A path of an association changed.
    Path {
        assoc: i32,
        addr: Option<SocketAddr>,
        state: i32,
    },
    /// A message of which pieces arrived will never be complete.
    PartialDeliveryAborted { assoc: i32 },
    /// A notification without effect here.
    Other,
}

/// States of an association change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kernel) enum Change {
    Up,
    Lost,
    Restart,
    ShutdownComplete,
    CannotStart,
}

/// Messages and notifications that one call received.
pub(in crate::kernel) struct Batch {
    octets: Vec<u8>,
    controls: [Control; SLOTS],
    received: Vec<Received>,
}

impl Batch {
    pub(in crate::kernel) fn new() -> Batch {
        Batch {
            octets: vec![0; SLOTS * SLOT_LEN],
            controls: std::array::from_fn(|_| Control::default()),
            received: Vec::with_capacity(SLOTS),
        }
    }

    /// Returns true if the last call emptied the socket.
    pub(in crate::kernel) fn is_last(&self) -> bool {
        self.received.len() < SLOTS
    }

    /// Takes the received list; an entry's index is its slot. The caller returns it with [`Batch::give_back`].
    pub(in crate::kernel) fn take(&mut self) -> Vec<Received> {
        std::mem::take(&mut self.received)
    }

    /// Takes the list back, so that the next call does not allocate one.
    pub(in crate::kernel) fn give_back(&mut self, received: Vec<Received>) {
        self.received = received;
    }

    /// Returns the first octets of a slot.
    pub(in crate::kernel) fn octets(&self, slot: usize, len: usize) -> &[u8] {
        &self.octets[slot * SLOT_LEN..][..len]
    }

    /// Receives up to [`SLOTS`] messages, pieces of messages or notifications.
    pub(in crate::kernel) fn receive(&mut self, socket: &Socket) -> io::Result<()> {
        self.received.clear();
        let mut iovs: [libc::iovec; SLOTS] = std::array::from_fn(|slot| libc::iovec {
            iov_base: self.octets[slot * SLOT_LEN..].as_mut_ptr().cast(),
            iov_len: SLOT_LEN,
        });
        // SAFETY: an all-zero `mmsghdr` is a valid empty one.
        let mut headers: [libc::mmsghdr; SLOTS] = unsafe { std::mem::zeroed() };
        for ((header, iov), control) in headers.iter_mut().zip(&mut iovs).zip(&mut self.controls) {
            header.msg_hdr.msg_iov = iov;
            header.msg_hdr.msg_iovlen = 1;
            header.msg_hdr.msg_control = control.0.as_mut_ptr().cast();
            header.msg_hdr.msg_controllen = control.0.len() as _;
        }
        // SAFETY: `headers` has `SLOTS` entries, each with buffers of the lengths that it names, which live until the
        // call returns; the kernel writes no more than that. The call does not wait, and takes no time limit.
        let count = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                headers.as_mut_ptr(),
                SLOTS as u32,
                libc::MSG_DONTWAIT as _,
                std::ptr::null_mut(),
            )
        };
        let Ok(count) = usize::try_from(count) else {
            return Err(io::Error::last_os_error());
        };
        for (slot, header) in headers[..count].iter().enumerate() {
            let octets = &self.octets[slot * SLOT_LEN..][..header.msg_len as usize];
            self.received.push(read(&header.msg_hdr, octets));
        }
        Ok(())
    }
}

/// Reads the message or notification that the kernel wrote to one slot.
fn read(header: &libc::msghdr, octets: &[u8]) -> Received {
    if header.msg_flags & MSG_NOTIFICATION != 0 {
        return notification(octets);
    }
    let Some(info) = receive_info(header) else {
        return Received::Other;
    };
    Received::Data {
        assoc: info.assoc,
        stream: info.stream,
        ppid: u32::from_be(info.ppid_be),
        unordered: info.flags & UNORDERED != 0,
        len: octets.len(),
        whole: header.msg_flags & libc::MSG_EOR != 0,
    }
}

fn receive_info(header: &libc::msghdr) -> Option<RcvInfo> {
    // SAFETY: the kernel filled the control buffer and set its length; the macros stay inside of it, and the
    // length of each entry is checked before it is read.
    unsafe {
        let mut entry = libc::CMSG_FIRSTHDR(header);
        while !entry.is_null() {
            let enough =
                (*entry).cmsg_len as usize >= libc::CMSG_LEN(size_of::<RcvInfo>() as u32) as usize;
            if (*entry).cmsg_level == SOL_SCTP && (*entry).cmsg_type == CMSG_RCVINFO && enough {
                return Some(libc::CMSG_DATA(entry).cast::<RcvInfo>().read_unaligned());
            }
            entry = libc::CMSG_NXTHDR(header, entry);
        }
    }
    None
}

fn notification(octets: &[u8]) -> Received {
    read_notification(octets).unwrap_or(Received::Other)
}

fn read_notification(octets: &[u8]) -> Option<Received> {
    let half = |at: usize| Some(u16::from_ne_bytes(octets.get(at..at + 2)?.try_into().ok()?));
    let word = |at: usize| Some(i32::from_ne_bytes(octets.get(at..at + 4)?.try_into().ok()?));
    Some(match half(0)? {
        ASSOC_CHANGE => Received::Association {
            assoc: word(16)?,
            state: match half(8)? {
                0 => Change::Up,
                1 => Change::Lost,
                2 => Change::Restart,
                3 => Change::ShutdownComplete,
                4 => Change::CannotStart,
                _ => return None,
            },
            // The only field of the structure in network order.
            cause: u16::from_be(half(10)?),
            with_chunk: octets.len() > 20,
            streams_out: half(12)?,
            streams_in: half(14)?,
        },
        PEER_ADDR_CHANGE => Received::Path {
            addr: unpack(octets.get(8..136)?, 1).first().copied(),
            state: word(136)?,
            assoc: word(144)?,
        },
        // type, flags, length, indication, association
        PARTIAL_DELIVERY => Received::PartialDeliveryAborted { assoc: word(12)? },
        _ => Received::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receive_information_has_the_kernels_size() {
        assert_eq!(size_of::<RcvInfo>(), 28);
    }

    #[test]
    fn short_notifications_are_ignored() {
        for len in 0..20 {
            let mut octets = vec![0; len];
            octets
                .iter_mut()
                .zip(ASSOC_CHANGE.to_ne_bytes())
                .for_each(|(to, from)| *to = from);
            assert!(matches!(notification(&octets), Received::Other), "{len}");
        }
    }
}
