//! Words about the announcements of registrars.

use super::HOME;
use rspcheck_testkit::prelude::*;

/// Number of registrars that are expected on one channel at most (T20).
pub(crate) const SCOPE: u32 = 4;

/// Returns the next announcement of any registrar. A registrar without peers sends one every T6; peers make
/// them rarer.
#[track_caller]
pub(crate) fn next_announcement(t: &mut Tester, listener: &Player) -> Result<Message, Stop> {
    let within = t.timers().t6_serverannounce * SCOPE;
    t.expect(R5352_3_6_2, listener, SERVER_ANNOUNCE, within)
}

/// Returns the next announcement with this Server Identifier.
pub(crate) fn announcement_of(
    t: &mut Tester,
    listener: &Player,
    id: i64,
) -> Result<Option<Message>, Stop> {
    let until = t.now() + t.latest(t.timers().t6_serverannounce * SCOPE);
    t.next_of(listener, until, |m| {
        m.is(SERVER_ANNOUNCE) && m.number("server-identifier") == Some(id)
    })
}

/// Returns the target's own ID, which is the Home ENRP Server Identifier of its PEs.
pub(crate) fn home_of(t: &mut Tester) -> Result<i64, Stop> {
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    let mut home = None;
    t.preamble(|t| {
        t.register(&pe)?;
        let resolution = t.resolve(&pe, &pool)?;
        home = resolution.number(HOME);
        Ok(())
    })?;
    home.ok_or_else(|| t.inconclusive("the response lists no Home ENRP server"))
}
