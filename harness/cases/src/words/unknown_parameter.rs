//! Words about parameters of unknown type (RFC 5354 §3): requests that carry one, and what became of them.

use super::{Report, UNRECOGNIZED_PARAMETER, welcome};
use rspcheck_testkit::prelude::*;

/// Top bits 00: stop and discard.
pub(crate) const DROP: u16 = 0x3fff;
/// Top bits 01: stop, discard and report.
pub(crate) const DROP_REPORT: u16 = 0x7fff;
/// Top bits 10: skip and go on.
pub(crate) const SKIP: u16 = 0xbfff;
/// Top bits 11: skip, go on and report. 0xffff is reserved.
pub(crate) const SKIP_REPORT: u16 = 0xfffe;

/// The value of every unknown parameter here.
pub(crate) const VALUE: &[u8] = b"odd!";

/// Place of an unknown parameter in a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Start,
    Middle,
    End,
    BeforeUserTransport,
    EndOfPoolElement,
    EndOfUserTransport,
}

pub(crate) const FLAT: &[Place] = &[Place::Start, Place::Middle, Place::End];
pub(crate) const NESTED: &[Place] = &[
    Place::BeforeUserTransport,
    Place::EndOfPoolElement,
    Place::EndOfUserTransport,
];

/// Request that carries the unknown parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ask {
    Registration,
    Deregistration,
    Resolution,
}

/// Players of a request: a PE, registered unless the request is its registration, and a PU.
pub(crate) struct Scene {
    pub(crate) ask: Ask,
    pub(crate) pe: PoolElement,
    pub(crate) pu: PoolUser,
}

impl Scene {
    /// Prepares the players for a request, and shows that the registrar answers it in its plain form.
    pub(crate) fn set(t: &mut Tester, ask: Ask) -> Result<Scene, Stop> {
        let pool = t.unused_pool_handle();
        let pe = t.pool_element(&pool);
        let pu = t.pool_user();
        match ask {
            Ask::Registration => welcome(t, &pe)?,
            Ask::Deregistration => {
                welcome(t, &pe)?;
                t.preamble(|t| t.register(&pe))?;
            }
            Ask::Resolution => t.control(|t| {
                t.register(&pe)?;
                t.resolve(&pu, &pool).map(drop)
            })?,
        }
        Ok(Scene { ask, pe, pu })
    }

    /// Returns the player that sends the request.
    pub(crate) fn asker(&self) -> Player {
        match self.ask {
            Ask::Registration | Ask::Deregistration => (&self.pe).into(),
            Ask::Resolution => (&self.pu).into(),
        }
    }

    /// Returns the request without an unknown parameter.
    pub(crate) fn request(&self) -> Forge {
        let handle = &self.pe.handle.0;
        match self.ask {
            Ask::Registration => forge::registration(handle, &self.pe.element),
            Ask::Deregistration => forge::deregistration(handle, self.pe.pe_identifier()),
            Ask::Resolution => forge::handle_resolution(handle, false),
        }
    }

    /// Sends the request with an unknown parameter at this place.
    pub(crate) fn ask_with(&self, t: &mut Tester, odd: Parameter, place: Place) -> Outcome {
        let message = self.request();
        let message = match place {
            Place::Start => message.insert_before("pool-handle", odd),
            Place::Middle => message.insert_after("pool-handle", odd),
            Place::End => message.append("", odd),
            Place::BeforeUserTransport => message.insert_before("pool-element/user-transport", odd),
            Place::EndOfPoolElement => message.append("pool-element", odd),
            Place::EndOfUserTransport => message.append("pool-element/user-transport", odd),
        };
        t.send_octets(self.asker(), &message?.octets())
    }

    /// Returns the kind of the response and its time limit.
    pub(crate) fn response(&self) -> (Kind, fn(&Tester) -> Duration) {
        match self.ask {
            Ask::Registration => (REGISTRATION_RESPONSE, |t| t.timers().t2_registration),
            Ask::Deregistration => (DEREGISTRATION_RESPONSE, |t| t.timers().t3_deregistration),
            Ask::Resolution => (HANDLE_RESOLUTION_RESPONSE, |t| t.timers().t1_enrprequest),
        }
    }

    /// Waits for the response, which this requirement demands.
    pub(crate) fn answer(&self, t: &mut Tester, requirement: ReqId) -> Result<Message, Stop> {
        let (kind, within) = self.response();
        let within = within(t);
        t.expect(requirement, self.asker(), kind, within)
    }

    /// Returns true if the request has had its effect: on the handlespace, or in the response.
    pub(crate) fn carried_out(
        &self,
        t: &mut Tester,
        response: Option<&Message>,
    ) -> Result<bool, Stop> {
        let id = self.pe.pe_identifier();
        if let Ask::Resolution = self.ask {
            return Ok(response.is_some_and(|m| m.pool_elements().contains(&id)));
        }
        let listed = t.listed(&self.pu, &self.pe.handle)?.contains(&id);
        let refused = response.is_some_and(|m| m.flag('R'));
        Ok(match self.ask {
            Ask::Registration => listed && !refused,
            Ask::Deregistration | Ask::Resolution => !listed,
        })
    }
}

/// Returns a parameter of this unknown type.
pub(crate) fn odd(code: u16) -> Parameter {
    Parameter::new(code, VALUE)
}

/// Checks the report of an unknown parameter. Its value fills four octets or is quoted without padding.
pub(crate) fn judge_parameter(
    t: &mut Tester,
    requirement: ReqId,
    reports: &[Message],
    unknown: &Parameter,
) {
    let octets = unknown.octets();
    let length = usize::from(u16::from_be_bytes([octets[2], octets[3]]));
    let report = Report {
        cause: UNRECOGNIZED_PARAMETER,
        quotes: &octets[..length],
        rules: [requirement, R5354_3_12_2_1],
    };
    report.judge(t, reports);
}
