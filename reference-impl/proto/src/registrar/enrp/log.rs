//! Log entries of the ENRP side of a registrar.

use std::fmt;
use std::net::SocketAddr;

use rsp_wire::enrp::MessageType;
use rsp_wire::{EncodeError, PeIdentifier, PoolHandle, ServerId};

use super::super::{Assoc, Limit};

/// One log entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "names and types of the fields describe them")]
pub enum Log {
    /// A mentor did not answer, or cannot be reached.
    MentorSilent { mentor: SocketAddr },
    /// A mentor rejected a request.
    MentorRejected { mentor: SocketAddr },
    /// The initialization is completed; `alone` if without a mentor's handlespace.
    Serving { alone: bool, elements: usize },
    /// A peer is new.
    PeerFound { peer: ServerId },
    /// A peer is not taken into the list: there is no room.
    PeerNotTaken { peer: ServerId },
    /// A peer is silent and was probed.
    PeerProbed { peer: ServerId },
    /// A peer is heard again.
    PeerBack { peer: ServerId },
    /// A peer is considered dead.
    PeerDead { peer: ServerId },
    /// A takeover of `target` is stopped: the target is heard, or `by` has the larger identifier.
    TakeoverStopped {
        target: ServerId,
        by: Option<ServerId>,
    },
    /// `target` was taken over from this registrar's side, or by a peer; `elements` changed their Home.
    TakenOver {
        target: ServerId,
        by: ServerId,
        elements: usize,
    },
    /// A peer wants to take over this registrar, which lives.
    Targeted { by: ServerId },
    /// The checksum of a peer is not what this registrar has.
    Mismatch {
        peer: ServerId,
        announced: u16,
        own: u16,
    },
    /// A re-synchronization is complete; `purged` PEs were removed.
    Synchronized { peer: ServerId, purged: usize },
    /// A re-synchronization came to nothing: rejected, or no answer.
    NotSynchronized { peer: ServerId },
    /// A download session to a peer ended without its last request.
    SessionExpired { peer: ServerId },
    /// A peer announced a PE.
    Announced {
        handle: PoolHandle,
        pe: PeIdentifier,
        home: ServerId,
    },
    /// A PE was taken away by a peer.
    Withdrawn {
        handle: PoolHandle,
        pe: PeIdentifier,
    },
    /// The entry or update of a peer is ignored: this registrar has newer knowledge of the PE.
    NotTaken {
        handle: PoolHandle,
        pe: PeIdentifier,
        home: ServerId,
    },
    /// There is no room for a PE that a peer announced.
    NoRoom {
        handle: PoolHandle,
        pe: PeIdentifier,
        limit: Limit,
    },
    /// A message that is meant for another registrar, or carries this registrar's or no identifier as sender.
    Misdirected {
        assoc: Assoc,
        sender: ServerId,
        receiver: ServerId,
    },
    /// A message that was not requested, or with a reserved value.
    Unexpected {
        peer: ServerId,
        message: MessageType,
    },
    /// A message could not be sent: no association and no address of the peer.
    NotSent { peer: ServerId },
    /// A message does not fit its format.
    NotEncoded {
        message: MessageType,
        error: EncodeError,
    },
}

impl Log {
    /// Returns true if the entry is about an error or a failure.
    pub fn is_trouble(&self) -> bool {
        match self {
            Self::Serving { .. }
            | Self::PeerFound { .. }
            | Self::PeerProbed { .. }
            | Self::PeerBack { .. }
            | Self::Synchronized { .. }
            | Self::Announced { .. }
            | Self::Withdrawn { .. } => false,
            Self::MentorSilent { .. }
            | Self::MentorRejected { .. }
            | Self::PeerNotTaken { .. }
            | Self::PeerDead { .. }
            | Self::TakeoverStopped { .. }
            | Self::TakenOver { .. }
            | Self::Targeted { .. }
            | Self::Mismatch { .. }
            | Self::NotSynchronized { .. }
            | Self::SessionExpired { .. }
            | Self::NotTaken { .. }
            | Self::NoRoom { .. }
            | Self::Misdirected { .. }
            | Self::Unexpected { .. }
            | Self::NotSent { .. }
            | Self::NotEncoded { .. } => true,
        }
    }
}

impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MentorSilent { mentor } => write!(f, "mentor {mentor} does not answer"),
            Self::MentorRejected { mentor } => write!(f, "mentor {mentor} rejects"),
            Self::Serving {
                alone: true,
                elements,
            } => write!(f, "serving alone with {elements} pool elements"),
            Self::Serving {
                alone: false,
                elements,
            } => write!(f, "serving with {elements} pool elements of the mentor"),
            Self::PeerFound { peer } => write!(f, "new peer {peer}"),
            Self::PeerNotTaken { peer } => write!(f, "no room for peer {peer}"),
            Self::PeerProbed { peer } => write!(f, "peer {peer} is silent, probed"),
            Self::PeerBack { peer } => write!(f, "peer {peer} is heard again"),
            Self::PeerDead { peer } => write!(f, "peer {peer} is dead"),
            Self::TakeoverStopped { target, by: None } => {
                write!(f, "takeover of {target} stopped: it lives")
            }
            Self::TakeoverStopped {
                target,
                by: Some(by),
            } => write!(f, "takeover of {target} left to {by}"),
            Self::TakenOver {
                target,
                by,
                elements,
            } => write!(f, "{target} taken over by {by}: {elements} pool elements"),
            Self::Targeted { by } => write!(f, "{by} wants to take this registrar over"),
            Self::Mismatch {
                peer,
                announced,
                own,
            } => write!(
                f,
                "peer {peer} has the PE checksum {announced:#06x}, here it is {own:#06x}"
            ),
            Self::Synchronized { peer, purged } => {
                write!(
                    f,
                    "re-synchronized with {peer}, {purged} pool elements purged"
                )
            }
            Self::NotSynchronized { peer } => write!(f, "not re-synchronized with {peer}"),
            Self::SessionExpired { peer } => {
                write!(f, "download session to {peer} given up")
            }
            Self::Announced { handle, pe, home } => write!(f, "{pe} in {handle} is of {home}"),
            Self::Withdrawn { handle, pe } => write!(f, "{pe} in {handle} withdrawn by a peer"),
            Self::NotTaken { handle, pe, home } => {
                write!(f, "{pe} in {handle} is not taken as of {home}")
            }
            Self::NoRoom { handle, pe, limit } => {
                write!(f, "no room for {pe} in {handle}: {}", limit.key())
            }
            Self::Misdirected {
                assoc,
                sender,
                receiver,
            } => write!(
                f,
                "association {}: message from {sender} to {receiver} ignored",
                assoc.0
            ),
            Self::Unexpected { peer, message } => {
                let name = message.name().unwrap_or("message");
                write!(f, "unexpected {name} of {peer}")
            }
            Self::NotSent { peer } => write!(f, "{peer} cannot be reached"),
            Self::NotEncoded { message, error } => write!(
                f,
                "{} not sent: {error}",
                message.name().unwrap_or("message")
            ),
        }
    }
}
