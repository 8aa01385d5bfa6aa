//! Settings of a pool element: its pool and identifier, the timers and thresholds of RFC 5352 §7 that concern it,
//! the values that the RFC leaves open, and a limit on everything that a peer can grow.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use rsp_wire::asap::{self, Registration};
use rsp_wire::{
    EncodeError, PeIdentifier, Policy, PolicyType, PoolElement, PoolHandle, RegistrationLife,
    SctpTransport, ServerId, Transport, TransportUse, UnknownParameters,
};

use crate::hunt;

/// Settings of an [`Element`](super::Element). The defaults of [`Config::new`] are the RFC's where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The pool.
    pub pool: PoolHandle,
    /// The PE identifier; drawn from the seed when absent (RFC 5352 §3.1 R2.2: random).
    pub id: Option<PeIdentifier>,
    /// Registration life: whole seconds, or [`RegistrationLife::INFINITE`].
    pub life: RegistrationLife,
    /// Policy with this PE's values; its type must be the pool's.
    pub policy: Policy,
    /// Where users reach it. With [`TransportUse::DATA_PLUS_CONTROL`](rsp_wire::TransportUse::DATA_PLUS_CONTROL)
    /// the PE has a control channel with pool users, else none.
    pub user_transport: Transport,
    /// The ASAP Transport to register. Registrars fill it in themselves (RFC 5352 §3.1), so it may be absent.
    pub asap_transport: Option<SctpTransport>,
    /// Registrars by their SCTP transport addresses; without any, the PE finds only announced ones.
    pub registrars: Vec<Vec<SocketAddr>>,
    /// T2-registration (RFC 5352 §7.1): time for a registrar to answer a REGISTRATION.
    pub t2_registration: Duration,
    /// T3-deregistration (RFC 5352 §7.1): time for a registrar to answer a DEREGISTRATION.
    pub t3_deregistration: Duration,
    /// The longest T4-reregistration (RFC 5352 §7.1); see [`Config::t4`].
    pub t4_reregistration: Duration,
    /// MAX-REG-ATTEMPT (RFC 5352 §7.3): after more registrations in a row without an answer, the PE reports
    /// [`Event::Failed`](super::Event::Failed). It gives up a de-registration after as many.
    pub max_reg_attempt: u32,
    /// Pause between that and the next registration, at most RETRAN-MAX (RFC 5352 §7.3); zero waits for the
    /// owner.
    pub retry_failed: Duration,
    /// Pause between a rejection and the next registration; zero, as in RFC 5352 §3.1, waits until the owner has
    /// corrected the error.
    pub retry_rejected: Duration,
    /// Minimum time between a registration and the next one that carries a change, so that many changes of load
    /// become one message.
    pub update_interval: Duration,
    /// Minimum time between two ENDPOINT_UNREACHABLE about one PE: RFC 5352 §3.5 requires one report of each
    /// event.
    pub report_interval: Duration,
    /// T5-Serverhunt, RETRAN-MAX, T7-ENRPoutdate, and the number of announced servers remembered.
    pub hunt: hunt::Config,
    /// Maximum number of associations that others have set up: registrars and, with a control channel, pool
    /// users.
    pub max_associations: usize,
    /// Maximum length of a message in octets, in both directions.
    pub max_message: usize,
    /// Maximum length of a cookie in octets, in both directions.
    pub max_cookie: usize,
    /// Maximum number of ENDPOINT_UNREACHABLE within `report_interval`.
    pub max_reports: usize,
    /// Maximum number of entries of a received business card that the owner gets, the first ones.
    pub max_business_card: usize,
    /// True to accept an ENDPOINT_KEEP_ALIVE with a PE Identifier behind the pool handle, as rspregistrar sends
    /// it. RFC 5352 §2.2.7 has no such parameter there: if false, the PE discards it like any other malformed
    /// message.
    pub tolerate_named_keep_alive: bool,
}

impl Config {
    /// Returns the settings of a PE of this pool with a life of 5 minutes and Round Robin that knows no
    /// registrar.
    pub fn new(pool: PoolHandle, user_transport: Transport) -> Self {
        let hunt = hunt::Config::default();
        Self {
            pool,
            id: None,
            life: RegistrationLife(300),
            policy: Policy::RoundRobin,
            user_transport,
            asap_transport: None,
            registrars: Vec::new(),
            t2_registration: Duration::from_secs(30),
            t3_deregistration: Duration::from_secs(30),
            t4_reregistration: Duration::from_secs(600),
            max_reg_attempt: 2,
            retry_failed: hunt.retran_max,
            retry_rejected: Duration::ZERO,
            update_interval: Duration::from_secs(1),
            report_interval: Duration::from_secs(1),
            hunt,
            max_associations: 65_536,
            max_message: 65_536,
            max_cookie: 16_384,
            max_reports: 64,
            max_business_card: 64,
            tolerate_named_keep_alive: false,
        }
    }

    /// Returns T4-reregistration: 20 s less than the registration life, and at most
    /// [`t4_reregistration`](Self::t4_reregistration). The RFC's rule has no result for a life of 20 s or less,
    /// which the PE renews after half of it, and none for an infinite one, which the PE renews all the same: only
    /// so does it notice that its registrar has forgotten it. The result is at least half a second, which is
    /// right for a life of 1 s.
    pub fn t4(&self) -> Duration {
        const AHEAD: Duration = Duration::from_secs(20);
        const LEAST: Duration = Duration::from_millis(500);
        let by_life = match self.life.duration() {
            None => self.t4_reregistration,
            Some(life) if life <= AHEAD => life / 2,
            Some(life) => life - AHEAD,
        };
        by_life.min(self.t4_reregistration).max(LEAST)
    }

    /// Checks that a PE can work with these settings, and that its messages can carry them.
    ///
    /// # Errors
    /// If a setting has no valid value.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.life.0 < 1 && !self.life.is_infinite() {
            return Err(Invalid::Life(self.life));
        }
        if let Policy::Other { policy_type, .. } = self.policy
            && !policy_type.is_private()
        {
            return Err(Invalid::Policy(policy_type));
        }
        let asap_use = self.asap_transport.as_ref().map(|asap| asap.transport_use);
        let uses = [Some(self.user_transport.transport_use()), asap_use];
        if let Some(&other) = uses.iter().flatten().find(|used| used.0 > 1) {
            return Err(Invalid::TransportUse(other));
        }
        if self.registrars.iter().any(Vec::is_empty) {
            return Err(Invalid::Registrar);
        }
        let timers = [
            ("T2-registration", self.t2_registration),
            ("T3-deregistration", self.t3_deregistration),
            ("T4-reregistration", self.t4_reregistration),
            ("T5-Serverhunt", self.hunt.t5_serverhunt),
        ];
        if let Some((name, _)) = timers.iter().find(|(_, value)| value.is_zero()) {
            return Err(Invalid::Zero(name));
        }
        let registration = self.registration(PeIdentifier(0), ServerId::UNDETERMINED);
        let mut octets = Vec::new();
        asap::Message::from(registration)
            .encode(&mut octets)
            .map_err(Invalid::Registration)
    }

    /// Returns the element to register (RFC 5352 §3.1 R2).
    pub(super) fn registration(&self, identifier: PeIdentifier, home: ServerId) -> Registration {
        let element = PoolElement {
            identifier,
            home,
            life: self.life,
            user_transport: self.user_transport.clone(),
            policy: self.policy.clone(),
            asap_transport: self.asap_transport.clone(),
            unknown: UnknownParameters::NONE,
        };
        Registration::new(self.pool.clone(), element)
    }
}

/// Reason for which settings are invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// A registration life that is neither positive nor infinite.
    Life(RegistrationLife),
    /// A policy that RFC 5356 neither defines nor leaves to private use.
    Policy(PolicyType),
    /// A Transport Use that RFC 5354 does not define.
    TransportUse(TransportUse),
    /// A registrar without an address.
    Registrar,
    /// A timer that must not be zero.
    Zero(&'static str),
    /// The registration does not fit its format.
    Registration(EncodeError),
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Life(life) => write!(
                f,
                "a registration life of {} s: it must be at least 1 s, or -1 for one that never ends",
                life.0
            ),
            Self::Policy(policy_type) => write!(
                f,
                "policy type {:#010x}: it is neither one of RFC 5356 nor for private use",
                policy_type.0
            ),
            Self::TransportUse(other) => write!(
                f,
                "transport use {:#06x}: it is 0 for data only, or 1 for data and control",
                other.0
            ),
            Self::Registrar => f.write_str("a registrar without an address"),
            Self::Zero(name) => write!(f, "{name} must not be zero"),
            Self::Registration(error) => write!(f, "it cannot be registered: {error}"),
        }
    }
}

impl std::error::Error for Invalid {}
