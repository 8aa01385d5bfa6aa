//! The procedures of ASAP and ENRP as engines without IO: octets and time go in, octets and
//! deadlines come out.
//!
//! A caller drives an engine by `handle(now, Input)`, then `poll()` until it returns `Output::Wait`. The engine
//! has no socket, clock, thread or global randomness; `now` is the time since any fixed origin and the seed is an
//! argument, so the same inputs give the same outputs. The caller carries the messages.
//!
//! Enter at [`registrar::Registrar`], [`pool_element::Element`] or [`pool_user::PoolUser`].

pub mod hunt;
mod inbound;
pub mod log;
pub mod pool_element;
pub mod pool_user;
pub mod registrar;
mod timers;

/// One association or TCP connection, as numbered by the caller. A number is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assoc(pub u64);

/// An association that an engine asked for, as numbered by the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dial(pub u64);

/// The payload protocol identifier of ASAP, in host order (RFC 5352 §8.3).
pub const ASAP_PPID: u32 = 11;

/// The payload protocol identifier of ENRP, in host order (RFC 5353 §5.4).
pub const ENRP_PPID: u32 = 12;

#[cfg(test)]
mod tests;
