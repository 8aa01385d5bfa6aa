//! Memory and queues stay within limits: never more than the settings allow, and once faults have ended no more
//! than needed; and virtual time advances.

use rsp_handlespace::Pool;
use rsp_proto::pool_user::Config;
use rsp_proto::registrar::Limit;
use rsp_proto::registrar::enrp::UnderWay;

use super::super::{ElementBody, EngineElement, EngineUser, UserBody, World};
use super::{Property, When};

#[derive(Debug)]
pub(super) struct Limits;

impl Property for Limits {
    fn name(&self) -> &'static str {
        "limits"
    }

    fn look(&mut self, world: &World, when: When) -> Result<(), String> {
        if let Some(stuck) = world.stuck() {
            return Err(stuck.to_owned());
        }
        for number in world.running() {
            within(world, number).map_err(|what| format!("registrar {number} has {what}"))?;
            if when.settled() {
                idle(world, number).map_err(|what| format!("registrar {number} has {what}"))?;
            }
        }
        for (number, element) in &world.elements {
            if let Some(ElementBody::Engine(engine)) = &element.body {
                of_element(engine, when).map_err(|what| format!("PE {number} has {what}"))?;
            }
        }
        for (number, user) in world.users.iter().enumerate() {
            if let UserBody::Engine(engine) = &user.body {
                of_user(engine, when).map_err(|what| format!("PU {number} has {what}"))?;
            }
        }
        Ok(())
    }
}

/// Associations that an engine keeps with registrars (RFC 5352 §3.6 SH1).
const WITH_REGISTRARS: usize = 3;

fn of_element(element: &EngineElement, when: When) -> Result<(), String> {
    let driver = element.driver();
    let (all, users) = (driver.engine().associations(), driver.sessions());
    let setups = driver.engine().setups();
    if when.settled() && all > users + WITH_REGISTRARS {
        return Err(format!("{all} associations, but {users} pool users"));
    }
    if when.settled() && setups > 0 {
        return Err(format!(
            "{setups} set-ups in progress, long after the last fault"
        ));
    }
    Ok(())
}

fn of_user(user: &EngineUser, when: When) -> Result<(), String> {
    let config = Config::default();
    let size = user.driver().engine().size();
    let most = [
        ("pools", size.pools, config.max_pools),
        ("requests", size.requests, config.max_requests),
        ("sessions", size.sessions, 1),
        ("waiting messages", size.queued, config.max_queued),
        (
            "waiting octets",
            size.queued_octets,
            config.max_queued_octets,
        ),
        ("contacts", size.contacts, config.max_contacts),
        ("waiting reports", size.reports, config.max_reports),
    ];
    if let Some((what, count, limit)) = most.into_iter().find(|&(_, count, limit)| count > limit) {
        return Err(format!("{count} {what}, more than {limit}"));
    }
    let associations = user.driver().engine().associations();
    if when.settled() && associations > size.sessions + WITH_REGISTRARS {
        return Err(format!(
            "{associations} associations, but {} sessions",
            size.sessions
        ));
    }
    Ok(())
}

/// Checks that a registrar has no more than its settings allow.
fn within(world: &World, number: usize) -> Result<(), String> {
    let registrar = &world.registrars()[number];
    let (config, peaks) = (&registrar.config, registrar.peaks);
    let engine = world.driver(number).engine();
    let space = engine.handlespace();
    let largest_pool = space.pools().map(Pool::len).max().unwrap_or(0);
    let UnderWay {
        sessions,
        forgotten,
        ..
    } = engine.under_way();
    let enrp = &config.enrp;
    let servers = engine.limits().find(|used| used.limit == Limit::Servers);
    let servers = servers.and_then(|used| usize::try_from(used.used?).ok());
    let most = [
        ("pools", space.pool_count(), config.max_pools),
        ("pool elements", space.len(), config.max_pool_elements),
        (
            "pool elements in one pool",
            largest_pool,
            config.max_pool_elements_per_pool,
        ),
        ("associations", engine.callers(), config.max_associations),
        (
            "associations of all kinds",
            engine.associations(),
            config.all_associations(),
        ),
        (
            "subscriptions",
            engine.subscriptions(),
            config.max_subscriptions,
        ),
        (
            "subscriptions of one association",
            engine.most_subscriptions(),
            config.max_subscriptions_per_association,
        ),
        (
            "registrars known from announcements",
            servers.unwrap_or(0),
            config.max_servers,
        ),
        ("peers", engine.peers().count(), enrp.max_peers),
        ("download sessions", sessions, enrp.max_table_sessions),
        ("peers taken over", forgotten, enrp.max_peers),
        (
            "messages waiting for one association",
            peaks.line,
            enrp.max_waiting_messages,
        ),
        (
            "associations being set up to PEs",
            peaks.adopting,
            enrp.max_adoptions,
        ),
        (
            "associations being set up",
            peaks.setting_up,
            enrp.max_adoptions + enrp.max_peers + enrp.peers.len(),
        ),
        (
            "octets waiting for one association",
            peaks.backlog,
            world.max_backlog(number),
        ),
    ];
    for (what, count, limit) in most {
        if count > limit {
            return Err(format!("{count} {what}, more than {limit}"));
        }
    }
    Ok(())
}

/// Checks that nothing from the time of faults is left.
fn idle(world: &World, number: usize) -> Result<(), String> {
    let driver = world.driver(number);
    let UnderWay {
        sessions,
        audits,
        deferred,
        waiting,
        setting_up,
        ..
    } = driver.engine().under_way();
    // Configured peers that are down are greeted again and again.
    let greetings = world.registrars()[number].config.enrp.peers.len();
    for (what, count) in [
        ("download sessions", sessions),
        ("re-synchronizations", audits),
        ("PEs waiting for adoption", deferred),
        (
            "messages waiting for an association",
            waiting.saturating_sub(greetings),
        ),
        ("octets waiting to be sent", driver.backlog()),
    ] {
        if count > 0 {
            return Err(format!("{count} {what}, long after the last fault"));
        }
    }
    let (sctp, tcp) = world.associations_of(number);
    let engine = driver.engine().associations();
    // Those being set up are the stack's alone.
    if engine > sctp + tcp || engine + setting_up < sctp + tcp {
        return Err(format!(
            "{engine} associations and {setting_up} in set-up, but its stack has {sctp} and {tcp} over TCP"
        ));
    }
    // Both sides know of each. A TCP connection whose peer vanished in silence stays: nothing is sent over it.
    let others = world.running().len() - 1;
    let needed = world.associations_of_others() + 2 * others + setting_up;
    if sctp > needed {
        return Err(format!(
            "{sctp} associations, but at most {needed} are needed"
        ));
    }
    Ok(())
}
