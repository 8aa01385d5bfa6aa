//! Registration and re-registration (RFC 5352 §2.2.1, §2.2.3, §3.1).
//!
//! ```text
//!   REGISTRATION ──► judged ──► causes: REGISTRATION_RESPONSE R=1, nothing changes
//!                      │
//!                      └──────► none: element added or replaced, Home = this registrar,
//!                               REGISTRATION_RESPONSE R=0
//! ```
//!
//! Readings where the RFCs are open:
//! - A PE identifier that is registered over another association is taken (cause 0x4) while that association is
//!   up. Once it is gone, a registration over a new one counts as the return of that PE.
//! - A rejected re-registration leaves the registration as it was.
//! - Each address must be among all addresses of the association that the stack reports; the first address that
//!   is not rejects the registration with cause 0x3.
//! - A registration life of 0 or below -1 has no meaning and is an invalid value.

use std::time::Duration;

use rsp_handlespace::{Full, Mismatch, PeKey, Put};
use rsp_wire::asap::{Registration, RegistrationResponse};
use rsp_wire::enrp::UpdateAction;
use rsp_wire::{
    CauseCode, EncodeError, EncodedElement, ErrorCause, OperationError, PoolElement, PoolHandle,
    SctpTransport,
};

use super::association::Association;
use super::{Assoc, Core, Limit, Log, Registrar};

impl Registrar {
    /// Takes a REGISTRATION; `octets` is the length of the whole message.
    pub(super) fn on_registration(
        &mut self,
        now: Duration,
        assoc: Assoc,
        message: Registration,
        octets: usize,
    ) {
        let Some(association) = self.core.assocs.get(&assoc) else {
            return;
        };
        let causes = match self.core.judge(association, assoc, &message, octets) {
            Ok(causes) => causes,
            Err(limit) => {
                self.core.counters.hit(limit);
                vec![ErrorCause::bare(CauseCode::LACK_OF_RESOURCES)]
            }
        };
        if !causes.is_empty() {
            self.core.reject(assoc, &message, causes);
            return;
        }
        let asap_transport = association.asap_transport();
        let Registration {
            pool_handle: handle,
            pool_element,
            ..
        } = message;
        let pe = pool_element.identifier;
        match self.core.keep(now, &handle, pool_element, asap_transport) {
            Ok(put) => {
                self.core.watch(now, put.key(), assoc);
                self.core
                    .send(assoc, RegistrationResponse::new(handle.clone(), pe, None));
                self.core.on_pool_changed(now, &handle);
                self.announce_registration(&handle, put.key());
                let again = matches!(put, Put::Replaced { .. });
                self.core.log(Log::Registered { handle, pe, again });
            }
            Err(full) => {
                self.core.counters.hit(full.into());
                let cause = ErrorCause::bare(CauseCode::LACK_OF_RESOURCES);
                self.core.answer_rejected(assoc, handle, pe, vec![cause]);
            }
        }
    }

    fn announce_registration(&mut self, handle: &PoolHandle, key: PeKey) {
        if let Some(enrp) = &mut self.enrp
            && let Some(element) = self.core.space.encoded(key).cloned()
        {
            enrp.announce_update(&mut self.core, UpdateAction::ADD_PE, handle, &element);
        }
    }
}

impl Core {
    /// Puts a PE into the handlespace, with this registrar as its Home.
    fn keep(
        &mut self,
        now: Duration,
        handle: &PoolHandle,
        mut element: PoolElement,
        asap_transport: Option<SctpTransport>,
    ) -> Result<Put, Full> {
        element.home = self.id;
        element.forget_unknown();
        element.asap_transport = asap_transport;
        let encoded = EncodedElement::new_with(&element, &mut self.scratch);
        let encoded = encoded.map_err(|_too_long| Full::Element)?;
        self.space
            .put_encoded(handle, encoded, &element.policy, now)
    }

    /// Returns the causes against a registration, none if it is granted.
    ///
    /// # Errors
    /// If it is beyond a limit.
    fn judge(
        &self,
        association: &Association,
        assoc: Assoc,
        message: &Registration,
        octets: usize,
    ) -> Result<Vec<ErrorCause>, Limit> {
        if !association.is_for_elements() {
            // The RFCs have no cause for it.
            return Ok(vec![ErrorCause::bare(CauseCode::UNSPECIFIED)]);
        }
        if message.pool_handle.as_octets().len() > self.config.max_handle_length {
            return Err(Limit::HandleLength);
        }
        let values = self.judge_values(association, message, octets)?;
        if !values.is_empty() {
            return Ok(values);
        }
        if self.is_taken(assoc, message) {
            return Ok(vec![ErrorCause::bare(CauseCode::NON_UNIQUE_PE_IDENTIFIER)]);
        }
        Ok(self.judge_consistency(message))
    }

    fn judge_values(
        &self,
        association: &Association,
        message: &Registration,
        octets: usize,
    ) -> Result<Vec<ErrorCause>, Limit> {
        let too_long = |_: EncodeError| Limit::ElementLength;
        let element = &message.pool_element;
        let longest = self.config.max_element_length;
        // An element is shorter than its message, and most messages are within the limit.
        if octets > longest {
            let encoded = EncodedElement::new(element).map_err(too_long)?;
            if encoded.as_octets().len() > longest {
                return Err(Limit::ElementLength);
            }
        }
        let mut causes = Vec::new();
        if element.life.0 == 0 || element.life.0 < -1 {
            let encoded = EncodedElement::new(element).map_err(too_long)?;
            let cause = ErrorCause::new(CauseCode::INVALID_VALUES, encoded.as_octets());
            causes.push(cause);
        }
        if element.policy.policy_type().is_invalid() {
            causes.push(ErrorCause::invalid_policy(&element.policy).map_err(too_long)?);
        }
        let mut addresses = element.user_transport.addresses();
        let foreign = addresses.any(|address| !association.has_address(address));
        if self.config.check_addresses && foreign {
            causes.push(ErrorCause::invalid_transport(&element.user_transport).map_err(too_long)?);
        }
        Ok(causes)
    }

    fn is_taken(&self, assoc: Assoc, message: &Registration) -> bool {
        let handle = message.pool_handle.as_octets();
        self.space
            .find(handle, message.pool_element.identifier)
            .and_then(|key| self.watches.assoc(key))
            .is_some_and(|owner| owner != assoc && !self.was_adopted_over(owner))
    }

    /// Returns true if this registrar set the association up to adopt PEs: they come back over their own.
    fn was_adopted_over(&self, assoc: Assoc) -> bool {
        self.assocs
            .get(&assoc)
            .is_some_and(|association| association.dialled)
    }

    /// Returns the causes against an element that does not fit its pool (RFC 5352 §3.1 rules 2 and 3), the same for
    /// members and newcomers.
    fn judge_consistency(&self, message: &Registration) -> Vec<ErrorCause> {
        let handle = message.pool_handle.as_octets();
        let Some(pool) = self.space.pool(handle) else {
            return Vec::new();
        };
        let mut causes = Vec::new();
        for mismatch in self.space.mismatches(handle, &message.pool_element) {
            let cause = match mismatch {
                Mismatch::PolicyType => ErrorCause::inconsistent_pool_policy(pool.policy())
                    .unwrap_or_else(|_| ErrorCause::bare(CauseCode::INCONSISTENT_POOL_POLICY)),
                Mismatch::TransportType => {
                    ErrorCause::inconsistent_transport_type(pool.transport()).unwrap_or_else(|_| {
                        ErrorCause::bare(CauseCode::INCONSISTENT_TRANSPORT_TYPE)
                    })
                }
                Mismatch::TransportUse => ErrorCause::bare(CauseCode::INCONSISTENT_DATA_CONTROL),
            };
            causes.push(cause);
        }
        causes
    }

    fn reject(&mut self, assoc: Assoc, message: &Registration, causes: Vec<ErrorCause>) {
        let (handle, pe) = (message.pool_handle.clone(), message.pool_element.identifier);
        self.answer_rejected(assoc, handle, pe, causes);
    }

    fn answer_rejected(
        &mut self,
        assoc: Assoc,
        handle: PoolHandle,
        pe: rsp_wire::PeIdentifier,
        causes: Vec<ErrorCause>,
    ) {
        let codes = causes.iter().map(|cause| cause.code).collect();
        let error = OperationError { causes };
        self.send(
            assoc,
            RegistrationResponse::rejection(handle.clone(), pe, error),
        );
        self.log(Log::Rejected {
            handle,
            pe,
            causes: codes,
        });
    }
}
