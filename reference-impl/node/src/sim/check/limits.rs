//! Memory and queues stay within limits: never more than the settings allow, and once faults have stopped no
//! more than is needed; and time goes on.

use rsp_proto::registrar::enrp::UnderWay;

use super::super::World;
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
        Ok(())
    }
}

/// Never more than the settings say.
fn within(world: &World, number: usize) -> Result<(), String> {
    let config = &world.registrars()[number].config;
    let engine = world.driver(number).engine();
    let UnderWay {
        sessions,
        setting_up,
        waiting,
        forgotten,
        ..
    } = engine.under_way();
    let most = [
        (
            "associations",
            engine.associations(),
            config.max_associations,
        ),
        (
            "pool elements",
            engine.handlespace().len(),
            config.max_pool_elements,
        ),
        ("peers", engine.peers().count(), config.enrp.max_peers),
        (
            "download sessions",
            sessions,
            config.enrp.max_table_sessions,
        ),
        (
            "peers that were taken over",
            forgotten,
            config.enrp.max_peers,
        ),
        (
            "messages waiting for associations",
            waiting,
            config.enrp.max_waiting_messages * (config.enrp.max_peers + config.enrp.peers.len()),
        ),
        (
            "associations being set up",
            setting_up,
            config.enrp.max_adoptions + config.enrp.max_peers + config.enrp.peers.len(),
        ),
    ];
    for (what, count, limit) in most {
        if count > limit {
            return Err(format!("{count} {what}, more than {limit}"));
        }
    }
    Ok(())
}

/// Nothing is left of what was under way when faults stopped.
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
        ("PEs that wait to be adopted", deferred),
        (
            "messages that wait for an association",
            waiting.saturating_sub(greetings),
        ),
        ("octets that wait to be sent", driver.backlog()),
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
            "{engine} associations and {setting_up} to come, and its stack has {sctp} and {tcp} over TCP"
        ));
    }
    // Both sides know of each. A TCP connection whose peer vanished in silence stays: nothing is sent over it.
    let others = world.running().len() - 1;
    let needed = world.associations_of_others() + 2 * others + setting_up;
    if sctp > needed {
        return Err(format!(
            "{sctp} associations, and no more than {needed} are needed"
        ));
    }
    Ok(())
}
