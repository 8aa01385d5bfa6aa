//! Words about hostile peers.

use super::presence_of_target;
use rspcheck_testkit::prelude::*;

/// Players that use the target while one of its peers is hostile.
pub(crate) struct Service {
    pool: PoolHandle,
    /// PE that was registered before.
    pe: PoolElement,
    pu: PoolUser,
    /// Peer that behaves well.
    witness: EnrpPeer,
}

/// Registers a PE, and returns it with a pool user and a peer that behaves well.
///
/// # Errors
/// As [`Tester::register`].
pub(crate) fn service(t: &mut Tester, witness: &EnrpPeer) -> Result<Service, Stop> {
    let pool = t.unused_pool_handle();
    let (pe, pu) = (t.pool_element(&pool), t.pool_user());
    t.preamble(|t| {
        t.register(&pe)?;
        t.probe(&pu)
    })?;
    let witness = *witness;
    Ok(Service {
        pool,
        pe,
        pu,
        witness,
    })
}

/// Checks that the target still grants registrations, resolves the pool, and answers a peer that behaves well.
///
/// # Errors
/// As [`Tester::answered`].
#[track_caller]
pub(crate) fn goes_on(t: &mut Tester, requirement: ReqId, service: &Service) -> Outcome {
    let another = t.pool_element(&service.pool);
    let pes = [&service.pe, &another];
    for pe in pes {
        let response = t.answered(requirement, |t| t.register_response(pe))?;
        t.granted(&[requirement], &response);
    }
    t.lists(requirement, &service.pu, &service.pool, &pes)?;
    t.answered(requirement, |t| presence_of_target(t, &service.witness))?;
    Ok(())
}

impl Service {
    /// Returns the pool of the PE that was registered before.
    pub(crate) fn pool(&self) -> &PoolHandle {
        &self.pool
    }

    /// Returns the PE that was registered before, as a peer announces it.
    pub(crate) fn entry(&self, t: &mut Tester, peer: &EnrpPeer) -> Entry {
        let mut entry = t.element_of(peer, &self.pool);
        entry.element.id = self.pe.pe_identifier();
        entry.element.user_transport = self.pe.element.user_transport.clone();
        entry
    }
}

/// Sends messages of a hostile peer until all are sent, or the target has ended the association: it may defend itself.
///
/// # Errors
/// The [`Stop`] of the world.
pub(crate) fn flood(
    t: &mut Tester,
    peer: &EnrpPeer,
    messages: impl IntoIterator<Item = Forge>,
) -> Outcome {
    for message in messages {
        match t.send(peer, message) {
            Err(Stop::Inconclusive(why)) => {
                t.observe(format!("the flood ends: {why}"));
                return Ok(());
            }
            other => other?,
        }
        if t.association_end(peer).is_some() {
            t.observe("the target has ended the association");
            return Ok(());
        }
    }
    Ok(())
}
