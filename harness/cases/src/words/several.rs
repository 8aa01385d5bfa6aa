//! Words about several instances of the target that are each other's peers.

use super::{AT_ONCE, has_checksum, time_to_takeover};
use rspcheck_testkit::Start;
use rspcheck_testkit::prelude::*;

/// Time for updates and audits between registrars that answer at once.
pub(crate) const SETTLED: Duration = Duration::from_secs(2);

/// Starts an instance with these as its peers, the mentor first, and waits until it has a whole handlespace.
///
/// # Errors
/// As [`Tester::start_instance`] and [`Tester::expect_exchanged`].
pub(crate) fn joins(t: &mut Tester, new: Instance, known: &[Instance]) -> Outcome {
    let peers = known.iter().map(|peer| t.enrp_address(*peer));
    let peers = peers.collect();
    joins_as(t, new, None, peers)
}

/// Starts an instance with this server ID and peers; otherwise as [`joins`].
///
/// # Errors
/// As [`joins`].
pub(crate) fn joins_as(
    t: &mut Tester,
    new: Instance,
    server_id: Option<u32>,
    peers: Vec<std::net::SocketAddr>,
) -> Outcome {
    let (began, alone) = (t.now(), peers.is_empty());
    t.start_instance(new, &Start { peers, server_id })?;
    if !alone {
        // A registrar may begin with its first heartbeat, or after that of the older one.
        let within = 2 * time_to_takeover(t) + t.timers().table_request;
        let last = move |to, m: &Message| to == new && !m.flag('M') && !m.flag('R');
        let table = ENRP_HANDLE_TABLE_RESPONSE;
        t.expect_exchanged(R5353_3_2_3_1, table, began, within, last)?;
    }
    t.pass_time(AT_ONCE)
}

/// Returns instances that were started one after the other, each with all earlier ones as its peers.
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn group<const N: usize>(t: &mut Tester) -> Result<[Instance; N], Stop> {
    let all: [Instance; N] = std::array::from_fn(|nth| Instance(nth as u8 + 1));
    t.preamble(|t| {
        for (nth, new) in all.into_iter().enumerate() {
            joins(t, new, &all[..nth])?;
        }
        Ok(())
    })?;
    Ok(all)
}

/// Returns a pool user of each of these instances.
pub(crate) fn pool_users(t: &mut Tester, all: &[Instance]) -> Vec<PoolUser> {
    all.iter().map(|at| t.pool_user_at(*at)).collect()
}

/// Returns a PE of an instance that answers keep-alives at its own address, so that a takeover can reach it.
///
/// # Errors
/// [`Stop::Error`] if its endpoint cannot be opened.
pub(crate) fn reachable_pe(
    t: &mut Tester,
    home: Instance,
    pool: &PoolHandle,
) -> Result<PoolElement, Stop> {
    let pe = t.pool_element_at(home, pool);
    let addr = t.address(&pe)?;
    Ok(pe.asap_transport(Some(Transport::Sctp {
        port: addr.port(),
        transport_use: 0,
        addrs: vec![addr.ip()],
    })))
}

/// Returns PEs of an instance, `count` in each of these pools, which share an association.
pub(crate) fn crowd(
    t: &mut Tester,
    home: Instance,
    pools: &[PoolHandle],
    count: usize,
) -> Vec<PoolElement> {
    let first = t.pool_element_at(home, &pools[0]);
    let pes = pools
        .iter()
        .flat_map(|pool| std::iter::repeat_n(pool, count));
    pes.map(|pool| t.pool_element_beside(&first, pool))
        .collect()
}

/// Checks that every pool user gets exactly these PEs of a pool.
///
/// # Errors
/// As [`Tester::resolve`].
#[track_caller]
pub(crate) fn all_list(
    t: &mut Tester,
    requirement: ReqId,
    pus: &[PoolUser],
    pool: &PoolHandle,
    pes: &[&PoolElement],
) -> Outcome {
    for pu in pus {
        t.lists(requirement, pu, pool, pes)?;
    }
    Ok(())
}

/// Waits until every pool user gets exactly these PEs of a pool, and checks it at the latest after `within`.
///
/// # Errors
/// As [`Tester::resolve`].
pub(crate) fn all_list_within(
    t: &mut Tester,
    requirement: ReqId,
    pus: &[PoolUser],
    pool: &PoolHandle,
    pes: &[&PoolElement],
    within: Duration,
) -> Outcome {
    let mut expected: Vec<u32> = pes.iter().map(|pe| pe.pe_identifier()).collect();
    expected.sort_unstable();
    let until = t.now() + t.latest(within);
    for pu in pus {
        let mut listed = Vec::new();
        while t.now() < until && listed != expected {
            listed = t.listed(pu, pool)?;
            listed.sort_unstable();
            if listed != expected {
                t.pass_time(AT_ONCE)?;
            }
        }
    }
    all_list(t, requirement, pus, pool, pes)
}

/// Waits for the ENRP_TAKEOVER_SERVER of the registrar `dead`, which was heard last at `since`, and returns the
/// instance that takes over.
///
/// # Errors
/// As [`Tester::expect_exchanged`].
pub(crate) fn successor_of(
    t: &mut Tester,
    requirement: ReqId,
    dead: u32,
    since: Duration,
) -> Result<Instance, Stop> {
    let within = time_to_takeover(t) + t.timers().max_time_no_response;
    let about = move |_, m: &Message| is_about(m, dead);
    let kind = ENRP_TAKEOVER_SERVER;
    let (_, declared) = t.expect_exchanged(requirement, kind, since, within, about)?;
    Ok(declared.from)
}

/// Returns true if a message is about the takeover of this registrar.
pub(crate) fn is_about(message: &Message, target: u32) -> bool {
    message.number("targeting-server-id") == Some(i64::from(target))
}

/// Checks that one instance alone has declared the takeover of the registrar `dead`.
pub(crate) fn one_takes_over(t: &mut Tester, requirement: ReqId, dead: u32) {
    let declared = t.exchanged(ENRP_TAKEOVER_SERVER);
    let mut by: Vec<_> = declared
        .filter(|(_, m)| is_about(m, dead))
        .map(|(_, m)| m.from.to_string())
        .collect();
    by.sort();
    by.dedup();
    t.check_eq(requirement, "registrars that take over", by.len(), 1);
}

/// Checks that the last ENRP_PRESENCE of an instance since this time has the PE checksum over these PEs.
///
/// # Errors
/// As [`Tester::expect_exchanged`].
pub(crate) fn checksum_covers(
    t: &mut Tester,
    requirement: ReqId,
    owner: Instance,
    since: Duration,
    pes: &[PoolElement],
) -> Outcome {
    let own: Vec<_> = pes
        .iter()
        .map(|pe| (&pe.handle, pe.pe_identifier()))
        .collect();
    let expected = t.checksum_of(&own);
    let within = t.timers().peer_heartbeat_cycle;
    let by_owner = move |_, m: &Message| m.from == owner;
    let kind = ENRP_PRESENCE;
    let (_, presence) = t.expect_exchanged(requirement, kind, since, within, by_owner)?;
    has_checksum(t, requirement, &presence, expected);
    Ok(())
}

/// Checks that every pool user gets this Home ENRP server of every PE of a pool.
///
/// # Errors
/// As [`Tester::resolve`].
pub(crate) fn all_have_home(
    t: &mut Tester,
    requirement: ReqId,
    pus: &[PoolUser],
    pool: &PoolHandle,
    home: u32,
) -> Outcome {
    for pu in pus {
        let resolution = t.resolve(pu, pool)?;
        let homes = resolution.each("pool-element", "home-enrp-server-identifier");
        let expected = vec![i64::from(home); homes.len().max(1)];
        t.check_eq(requirement, "Home ENRP servers", homes, expected);
    }
    Ok(())
}
