//! Players of the harness, and the messages that the target sends to them.

use crate::forge;
use crate::kind::Kind;
use rspcheck_dissect::Dissection;
use rspcheck_spec::event::Instance;
use std::fmt;
use std::ops::Deref;
use std::time::Duration;

/// Pool handle: opaque octets (RFC 5354 §3.9).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolHandle(pub Vec<u8>);

impl fmt::Debug for PoolHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl fmt::Display for PoolHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Player: an endpoint with at most one association at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Player(pub(crate) usize);

/// Pool element played by the harness. The setters return a changed copy with the same identity and the same
/// association, as a re-registration needs it.
#[derive(Clone, Debug)]
pub struct PoolElement {
    pub(crate) player: Player,
    /// Handle of its pool.
    pub handle: PoolHandle,
    /// Pool Element parameter of its registrations.
    pub element: forge::PoolElement,
}

impl PoolElement {
    /// Sets the policy.
    #[must_use]
    pub fn policy(mut self, policy: forge::Policy) -> PoolElement {
        self.element.policy = policy;
        self
    }

    /// Sets the registration life, in seconds (-1: infinite).
    #[must_use]
    pub fn life(mut self, seconds: i32) -> PoolElement {
        self.element.life = seconds;
        self
    }

    /// Sets the PE Identifier.
    #[must_use]
    pub fn id(mut self, id: u32) -> PoolElement {
        self.element.id = id;
        self
    }

    /// Sets the field Home ENRP Server Identifier.
    #[must_use]
    pub fn home(mut self, home: u32) -> PoolElement {
        self.element.home = home;
        self
    }

    /// Sets the user transport.
    #[must_use]
    pub fn user_transport(mut self, transport: forge::Transport) -> PoolElement {
        self.element.user_transport = transport;
        self
    }

    /// Sets the ASAP transport.
    #[must_use]
    pub fn asap_transport(mut self, transport: Option<forge::Transport>) -> PoolElement {
        self.element.asap_transport = transport;
        self
    }

    /// Sets the pool.
    #[must_use]
    pub fn in_pool(mut self, handle: &PoolHandle) -> PoolElement {
        self.handle = handle.clone();
        self
    }

    /// Returns the PE Identifier.
    pub fn pe_identifier(&self) -> u32 {
        self.element.id
    }
}

/// Pool user played by the harness.
#[derive(Clone, Copy, Debug)]
pub struct PoolUser {
    pub(crate) player: Player,
}

impl From<&PoolElement> for Player {
    fn from(pe: &PoolElement) -> Player {
        pe.player
    }
}

impl From<&PoolUser> for Player {
    fn from(pu: &PoolUser) -> Player {
        pu.player
    }
}

impl From<&Player> for Player {
    fn from(player: &Player) -> Player {
        *player
    }
}

/// Message of the target. Dereferences to its [`Dissection`], which has the fields by path.
#[derive(Clone, Debug)]
pub struct Message {
    /// Number of the message among those that the case received, from 1.
    pub(crate) number: usize,
    /// Instance of the target that sent it.
    pub from: Instance,
    /// Time of arrival, on the world's clock.
    pub at: Duration,
    /// PPID (SCTP only).
    pub ppid: Option<u32>,
    /// The octets.
    pub octets: Vec<u8>,
    pub(crate) dissection: Dissection,
}

impl Message {
    /// Returns true if it is of this kind.
    pub fn is(&self, kind: Kind) -> bool {
        self.octets.first() == Some(&kind.code)
    }

    /// Returns the pool handle, if the message has one.
    pub fn pool_handle(&self) -> Option<PoolHandle> {
        let value = self.value("pool-handle")?;
        Some(PoolHandle(value.octets()?.to_vec()))
    }

    /// Returns the PE Identifiers of the Pool Element parameters, in order.
    pub fn pool_elements(&self) -> Vec<u32> {
        self.each("pool-element", "pe-identifier")
            .into_iter()
            .map(|n| n as u32)
            .collect()
    }

    /// Returns the number at a path below every occurrence of a parameter, in order, for example
    /// `each("pool-element", "policy/load")`.
    pub fn each(&self, parameter: &str, below: &str) -> Vec<i64> {
        let mut found = Vec::new();
        for n in 0.. {
            let base = if n == 0 {
                parameter.to_owned()
            } else {
                format!("{parameter}[{n}]")
            };
            if !self.has(&base) {
                break;
            }
            found.extend(self.number(&format!("{base}/{below}")));
        }
        found
    }

    /// Returns the types of the message's own parameters, in order.
    pub fn parameters(&self) -> Vec<u16> {
        let root = self.root();
        let own = root.children().filter(|node| !node.is_filler());
        own.filter_map(|node| node.code()).collect()
    }

    /// Returns the codes of the error causes in all Operation Errors, in the order of the message.
    pub fn causes(&self) -> Vec<u16> {
        self.root()
            .children()
            .filter(|node| node.segment() == "operation-error")
            .flat_map(|error| error.children())
            .filter(|node| !node.is_filler())
            .filter_map(|cause| cause.code())
            .collect()
    }
}

impl Deref for Message {
    type Target = Dissection;
    fn deref(&self) -> &Dissection {
        &self.dissection
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forge::Cause;
    use rspcheck_dissect::{Protocol, dissect};

    fn received(message: &forge::Forge) -> Message {
        let octets = message.octets();
        Message {
            number: 1,
            from: Instance::FIRST,
            at: Duration::ZERO,
            ppid: Some(11),
            dissection: dissect(Protocol::Asap, &octets),
            octets,
        }
    }

    #[test]
    fn causes_are_complete_and_in_the_order_of_the_message() {
        let of = |codes: &[u16]| {
            let causes: Vec<Cause> = codes.iter().map(|code| Cause::new(*code)).collect();
            received(&forge::handle_resolution_response(
                b"abcd",
                false,
                None,
                &[],
                &causes,
            ))
            .causes()
        };
        assert_eq!(of(&[]), [0u16; 0]);
        assert_eq!(of(&[0x9]), [0x9]);
        // A check for exactly [0x9] does not pass here.
        assert_eq!(of(&[0x9, 0x100b]), [0x9, 0x100b]);
        assert_eq!(of(&[0x100b, 0x9, 0x6, 0x9]), [0x100b, 0x9, 0x6, 0x9]);
    }

    #[test]
    fn causes_of_every_operation_error_count() {
        let error = |code| forge::Parameter::operation_error(&[Cause::new(code)]);
        let message = forge::deregistration_response(b"abcd", 7, &[Cause::new(0x9)]);
        let message = message.parameter(error(0xffff));
        assert_eq!(received(&message).causes(), [0x9, 0xffff]);
    }

    #[test]
    fn parameters_inside_a_cause_are_no_causes() {
        let cause = Cause::with_parameter(0x1, forge::Parameter::new(0x7fff, [0, 0, 0, 0]));
        let message = forge::deregistration_response(b"abcd", 7, &[cause]);
        assert_eq!(received(&message).causes(), [0x1]);
    }
}
