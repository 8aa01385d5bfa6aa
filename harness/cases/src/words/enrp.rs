//! Words about ENRP peers.

use super::{answers_plain, gets_answer};
use rspcheck_testkit::prelude::*;

/// Time for the effect of a message that the target handles at once.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(1);

/// Returns peers of a target that has just been started with the first of them as its mentor and knows them all.
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn joined<const N: usize>(t: &mut Tester) -> Result<[EnrpPeer; N], Stop> {
    joined_holding(t, |_, _| {})
}

/// As [`joined`]; `prepare` puts PEs into the handlespaces of the peers before the target starts.
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn joined_holding<const N: usize>(
    t: &mut Tester,
    prepare: impl FnOnce(&mut Tester, &[EnrpPeer; N]),
) -> Result<[EnrpPeer; N], Stop> {
    let mut peers = Vec::new();
    for _ in 0..N {
        peers.push(t.enrp_peer()?);
    }
    let peers: [EnrpPeer; N] = match peers.try_into() {
        Ok(peers) => peers,
        Err(_) => return Err(t.inconclusive("no peers")),
    };
    prepare(t, &peers);
    t.preamble(|t| {
        t.join(&[&peers[0]])?;
        for peer in &peers[1..] {
            meet(t, peer)?;
        }
        t.pass_time(AT_ONCE)
    })?;
    for peer in &peers {
        t.forget(peer);
    }
    Ok(peers)
}

/// As [`joined`]; each peer owns a PE, because a registrar may leave a dead peer without PEs out of its takeovers: that a
/// takeover begins is a SHOULD (RFC 5353 §3.4.3).
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn joined_with_pes<const N: usize>(t: &mut Tester) -> Result<[EnrpPeer; N], Stop> {
    joined_holding(t, |t, peers| {
        for peer in peers {
            let pool = t.unused_pool_handle();
            let entry = t.element_of(peer, &pool);
            t.holds(peer, &entry);
            t.holds(&peers[0], &entry);
        }
    })
}

/// Starts the target with a mentor whose table it requests; `prepare` puts PEs into the mentor's handlespace before.
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn downloaded(t: &mut Tester, prepare: impl FnOnce(&mut Tester, &EnrpPeer)) -> Outcome {
    let mentor = t.enrp_peer()?;
    prepare(t, &mentor);
    t.preamble(|t| {
        t.join_by_download(None, &mentor)?;
        t.pass_time(AT_ONCE)
    })?;
    t.forget(&mentor);
    Ok(())
}

/// Makes a peer known to the target, which asks it for its presence.
///
/// # Errors
/// As [`Tester::expect`].
pub(crate) fn meet(t: &mut Tester, peer: &EnrpPeer) -> Outcome {
    t.presence(peer, false)?;
    t.expect(R5353_3_4_1_2, peer, ENRP_PRESENCE, AT_ONCE)?;
    Ok(())
}

/// Requests the target's list of registrars, and returns the response.
///
/// # Errors
/// As [`Tester::expect`].
pub(crate) fn list_of_target(t: &mut Tester, peer: &EnrpPeer) -> Result<Message, Stop> {
    let to = t.target_server();
    t.send(peer, forge::list_request(peer.id, to))?;
    let within = t.timers().max_time_no_response;
    t.expect(R5353_3_2_2_2_1, peer, ENRP_LIST_RESPONSE, within)
}

/// Returns the server IDs in a list response.
pub(crate) fn servers(list: &Message) -> Vec<u32> {
    let ids = list.each("server-information", "server-identifier");
    ids.into_iter().map(|id| id as u32).collect()
}

/// Requests one part of the target's table, and returns the response.
///
/// # Errors
/// As [`Tester::expect`].
pub(crate) fn part_of_table(t: &mut Tester, peer: &EnrpPeer, own: bool) -> Result<Message, Stop> {
    let to = t.target_server();
    t.send(peer, forge::handle_table_request(peer.id, to, own))?;
    let within = t.timers().table_request;
    t.expect(R5353_3_2_3_1, peer, ENRP_HANDLE_TABLE_RESPONSE, within)
}

/// Requests the target's table part by part, and returns all responses. Every part but the last should have a PE, so a
/// table of `most` PEs that has more parts does not end: R5353_3_2_3_7 is broken.
///
/// # Errors
/// [`Stop::Broken`] if the table does not end; else as [`Tester::expect`].
pub(crate) fn table_of_target(
    t: &mut Tester,
    peer: &EnrpPeer,
    own: bool,
    most: usize,
) -> Result<Vec<Message>, Stop> {
    let mut parts = Vec::new();
    while parts.len() <= most {
        let part = part_of_table(t, peer, own)?;
        let more = part.flag('M');
        parts.push(part);
        if !more {
            break;
        }
    }
    let ends = parts.last().is_some_and(|part| !part.flag('M'));
    let note = format!("{} parts for {most} PEs, and M is still set", parts.len());
    t.require(R5353_3_2_3_7, ends, note)?;
    Ok(parts)
}

/// Sends octets that request a table, checks that they are answered as [`gets_answer`] does after [`answers_plain`], and returns all parts of
/// the table: the same octets request each further part.
///
/// # Errors
/// As [`Tester::send_octets`].
pub(crate) fn parts_for(
    t: &mut Tester,
    requirement: ReqId,
    peer: &EnrpPeer,
    request: (&str, &[u8]),
    most: usize,
) -> Result<Vec<Message>, Stop> {
    let kind = ENRP_HANDLE_TABLE_RESPONSE;
    answers_plain(t, peer, kind, request.1)?;
    let mut parts = Vec::new();
    while parts.len() <= most {
        let part = gets_answer(t, requirement, peer, kind, request)?;
        let more = part.as_ref().is_some_and(|part| part.flag('M'));
        parts.extend(part);
        if !more {
            break;
        }
    }
    Ok(parts)
}

/// Returns the PE Identifiers in the parts of a table, in ascending order.
pub(crate) fn elements_of_table(parts: &[Message]) -> Vec<u32> {
    let mut ids: Vec<u32> = parts.iter().flat_map(Message::pool_elements).collect();
    ids.sort_unstable();
    ids
}

/// Checks that a table has exactly these PEs.
pub(crate) fn table_has(t: &mut Tester, requirement: ReqId, parts: &[Message], ids: &[u32]) {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let seen = elements_of_table(parts);
    t.check_eq(requirement, "PEs of the table", seen, ids);
}

/// Waits for the ENRP_HANDLE_UPDATE about a PE, and returns it.
///
/// # Errors
/// As [`Tester::expect_that`].
pub(crate) fn update_about(
    t: &mut Tester,
    requirement: ReqId,
    peer: &EnrpPeer,
    action: u16,
    id: u32,
) -> Result<Message, Stop> {
    let wanted = move |m: &Message| is_update_about(m, action, id);
    t.expect_that(requirement, peer, ENRP_HANDLE_UPDATE, AT_ONCE, wanted)
}

/// Waits until the registration of a PE has been announced (ADD_PE), and forgets what the peer has got up to then: a
/// registrar with two associations to a peer can send it the announcement on both.
///
/// # Errors
/// As [`Tester::expect_that`].
pub(crate) fn is_announced(
    t: &mut Tester,
    requirement: ReqId,
    peer: &EnrpPeer,
    pe: &PoolElement,
) -> Outcome {
    update_about(t, requirement, peer, ADD_PE, pe.pe_identifier())?;
    t.pass_time(AT_ONCE)?;
    t.forget(peer);
    Ok(())
}

/// Returns true for an ENRP_HANDLE_UPDATE with this Update Action and PE Identifier.
pub(crate) fn is_update_about(message: &Message, action: u16, id: u32) -> bool {
    message.number("update-action") == Some(i64::from(action))
        && message.number("pool-element/pe-identifier") == Some(i64::from(id))
}

/// Checks the PE checksum of an ENRP_PRESENCE. 0x0000 and 0xffff are the same number in one's complement (E46).
pub(crate) fn has_checksum(t: &mut Tester, requirement: ReqId, presence: &Message, sum: u16) {
    let seen = presence.number("pe-checksum");
    let zero = |sum: i64| sum == 0 || sum == 0xffff;
    let same = seen.is_some_and(|seen| zero(seen) && zero(sum.into()));
    let expected = if same { seen } else { Some(sum.into()) };
    t.check_eq(requirement, "pe-checksum", seen, expected);
}

/// Checks the Registration Life of the PE in a message; a registrar may send what is left of it.
pub(crate) fn has_life(t: &mut Tester, requirement: ReqId, message: &Message, life: i64) {
    let seen = message.number("pool-element/registration-life");
    let holds = seen.is_some_and(|seen| seen == life || life > 0 && is_left_of(seen, life));
    let note = format!("registration-life {seen:?} instead of {life}");
    t.check_that(requirement, holds, note);
}

/// Returns true for a life in seconds that can be what is left of this one a short time later.
pub(crate) fn is_left_of(seen: i64, life: i64) -> bool {
    (life - 30..=life).contains(&seen)
}

/// Asks the target for its presence, and returns the answer.
///
/// # Errors
/// As [`Tester::expect`].
pub(crate) fn presence_of_target(t: &mut Tester, peer: &EnrpPeer) -> Result<Message, Stop> {
    t.take_all(peer, ENRP_PRESENCE);
    t.presence(peer, true)?;
    let within = t.timers().max_time_no_response;
    t.expect_that(R5353_3_4_3_1, peer, ENRP_PRESENCE, within, |m| !m.flag('R'))
}

/// Waits until the target has handled the peer's messages: it answers a list request on the same association. An
/// ENRP_PRESENCE would start an audit, which repairs what a case is about to look at.
///
/// # Errors
/// As [`Tester::expect`].
pub(crate) fn handled(t: &mut Tester, peer: &EnrpPeer) -> Outcome {
    list_of_target(t, peer).map(|_| ())
}

/// Checks that the target sends no message of this kind to the peer in answer to earlier messages: it must answer an
/// ENRP_PRESENCE on the same association, and then stay silent.
///
/// # Errors
/// As [`Tester::expect`].
pub(crate) fn peer_gets_none(
    t: &mut Tester,
    requirement: ReqId,
    peer: &EnrpPeer,
    kind: Kind,
) -> Outcome {
    presence_of_target(t, peer)?;
    t.pass_time(AT_ONCE)?;
    let came = t.take_all(peer, kind);
    let note = came.first().map_or_else(String::new, |m| m.summary());
    t.check_that(requirement, came.is_empty(), note);
    Ok(())
}

/// Checks that a peer whose PE checksum is as the target knows it gets no table request. A target that requests tables
/// all the same gives no sign of the PE checksum that it computes.
///
/// # Errors
/// [`Stop::Broken`] if a request comes; else as [`Tester::expect`].
pub(crate) fn equal_checksum_is_enough(t: &mut Tester, peer: &EnrpPeer) -> Outcome {
    t.take_all(peer, ENRP_HANDLE_TABLE_REQUEST);
    t.presence(peer, false)?;
    presence_of_target(t, peer)?;
    t.pass_time(AT_ONCE)?;
    let came = t.take_all(peer, ENRP_HANDLE_TABLE_REQUEST);
    let note = came.first().map_or_else(String::new, |m| m.summary());
    t.require(R5353_3_6_1_5, came.is_empty(), note)
}

/// As [`equal_checksum_is_enough`], where that is not what the case is about.
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn audits_by_checksum(t: &mut Tester, peer: &EnrpPeer) -> Outcome {
    t.preamble(|t| equal_checksum_is_enough(t, peer))
}

/// Returns the time up to the next heartbeat of a target that has just started. The RFC does not give the beginning of
/// its first cycle.
pub(crate) fn time_to_heartbeat(t: &Tester) -> Duration {
    2 * t.timers().peer_heartbeat_cycle
}

/// Returns the most heartbeats that the target may send to a peer in this time, with one that was due before.
pub(crate) fn heartbeats_in(t: &Tester, span: Duration) -> usize {
    let cycles = span.as_millis() / t.timers().peer_heartbeat_cycle.as_millis().max(1);
    usize::try_from(cycles).map_or(usize::MAX, |cycles| cycles + 1)
}

/// The longest time from the last message of a peer to the start of its takeover.
pub(crate) fn time_to_takeover(t: &Tester) -> Duration {
    t.timers().max_time_last_heard + t.timers().max_time_no_response
}

/// Makes a peer silent and waits for the ENRP_INIT_TAKEOVER that names it, at a witness.
///
/// # Errors
/// As [`Tester::expect`].
pub(crate) fn takeover_of(
    t: &mut Tester,
    requirement: ReqId,
    dead: &EnrpPeer,
    witness: &EnrpPeer,
) -> Result<Message, Stop> {
    t.habits(dead).fall_silent();
    let within = time_to_takeover(t);
    let target = i64::from(dead.id);
    t.expect_that(requirement, witness, ENRP_INIT_TAKEOVER, within, move |m| {
        m.number("targeting-server-id") == Some(target)
    })
}

/// Checks that the target completes the takeover of a peer that owns PEs: a witness gets its ENRP_TAKEOVER_SERVER.
///
/// # Errors
/// As [`Tester::expect`]; [`Stop::Inconclusive`] if the target becomes the Home of the PEs without this message, which
/// breaks another requirement (RFC 5353 §3.5.2).
#[track_caller]
pub(crate) fn completes(
    t: &mut Tester,
    requirement: ReqId,
    witness: &EnrpPeer,
    dead: &EnrpPeer,
) -> Outcome {
    let until = t.now() + t.latest(AT_ONCE);
    let declared = |m: &Message| m.is(ENRP_TAKEOVER_SERVER);
    if t.next_of(witness, until, declared)?.is_some() {
        t.check_that(requirement, true, "");
        return Ok(());
    }
    if let Some(pool) = t.pool_of(dead) {
        let pu = t.pool_user();
        let mut home = None;
        t.preamble(|t| {
            home = home_in(t, &pu, &pool)?;
            Ok(())
        })?;
        if home == Some(i64::from(t.target_server())) {
            let what = "cannot be seen: the target takes over without an ENRP_TAKEOVER_SERVER";
            return Err(t.inconclusive(what));
        }
    }
    t.expect(requirement, witness, ENRP_TAKEOVER_SERVER, AT_ONCE)?;
    Ok(())
}

/// Returns the Home ENRP Server Identifier of the only PE of a pool, as a resolution gives it.
///
/// # Errors
/// As [`Tester::resolve`].
pub(crate) fn home_in(
    t: &mut Tester,
    pu: &PoolUser,
    pool: &PoolHandle,
) -> Result<Option<i64>, Stop> {
    Ok(t.resolve(pu, pool)?
        .number("pool-element/home-enrp-server-identifier"))
}

/// Returns a PE of the peer that answers keep-alives at its own address, so that a takeover can reach it, and its
/// entry in the peer's handlespace.
///
/// # Errors
/// [`Stop::Error`] if its endpoint cannot be opened.
pub(crate) fn orphan(
    t: &mut Tester,
    peer: &EnrpPeer,
    pool: &PoolHandle,
) -> Result<(PoolElement, Entry), Stop> {
    let pe = t.pool_element(pool);
    let addr = t.address(&pe)?;
    let mut entry = t.element_of(peer, pool);
    entry.element.id = pe.pe_identifier();
    entry.element.user_transport = pe.element.user_transport.clone();
    entry.element.asap_transport = Some(Transport::Sctp {
        port: addr.port(),
        transport_use: 0,
        addrs: vec![addr.ip()],
    });
    t.awaits_keep_alives(&pe);
    Ok((pe, entry))
}

/// Registers a PE with a life in seconds at the target, and lets a peer announce it as its own. Returns the PE and its entry
/// in the peer's handlespace.
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn moves_to(
    t: &mut Tester,
    peer: &EnrpPeer,
    pool: &PoolHandle,
    life: i32,
) -> Result<(PoolElement, Entry), Stop> {
    let pe = t.pool_element(pool).life(life);
    t.preamble(|t| t.register(&pe))?;
    let mut entry = t.element_of(peer, pool);
    entry.element.id = pe.pe_identifier();
    entry.element.user_transport = pe.element.user_transport.clone();
    t.claims_pe(peer, &entry)?;
    t.preamble(|t| handled(t, peer))?;
    Ok((pe, entry))
}

/// Checks that the target has announced no removal of a PE to the peer.
///
/// # Errors
/// As [`Tester::expect`].
#[track_caller]
pub(crate) fn removes_none(t: &mut Tester, requirement: ReqId, peer: &EnrpPeer) -> Outcome {
    presence_of_target(t, peer)?;
    let removals = t.take_all(peer, ENRP_HANDLE_UPDATE);
    let removal = |m: &&Message| m.number("update-action") == Some(i64::from(DEL_PE));
    let removals = removals.iter().filter(removal).count();
    t.check_eq(requirement, "removals announced", removals, 0);
    Ok(())
}

/// Resolves a pool handle and checks that exactly these PE Identifiers are listed, in any order.
///
/// # Errors
/// As [`Tester::resolve`].
pub(crate) fn lists_ids(
    t: &mut Tester,
    requirement: ReqId,
    pu: &PoolUser,
    pool: &PoolHandle,
    ids: &[u32],
) -> Outcome {
    let mut listed = t.listed(pu, pool)?;
    listed.sort_unstable();
    let mut expected = ids.to_vec();
    expected.sort_unstable();
    t.check_eq(requirement, "PEs listed", listed, expected);
    Ok(())
}

/// Checks the Home ENRP server of the only PE of a pool, as a resolution gives it.
///
/// # Errors
/// As [`Tester::resolve`].
pub(crate) fn home_is(
    t: &mut Tester,
    requirement: ReqId,
    pu: &PoolUser,
    pool: &PoolHandle,
    server: u32,
) -> Outcome {
    let (home, expected) = (home_in(t, pu, pool)?, Some(i64::from(server)));
    t.check_eq(requirement, "Home ENRP server", home, expected);
    Ok(())
}

/// Sends the acknowledgement of a takeover.
///
/// # Errors
/// As [`Tester::send`].
pub(crate) fn acknowledge_takeover(t: &mut Tester, peer: &EnrpPeer, target: &EnrpPeer) -> Outcome {
    let to = t.target_server();
    t.send(peer, forge::init_takeover_ack(peer.id, to, target.id))
}

/// Checks that a list response names these registrars, or names none of them.
pub(crate) fn list_names(
    t: &mut Tester,
    requirement: ReqId,
    list: &Message,
    peers: &[EnrpPeer],
    named: bool,
) {
    let listed = servers(list);
    for peer in peers {
        let note = format!("registrar {:#010x}, list {listed:x?}", peer.id);
        t.check_that(requirement, listed.contains(&peer.id) == named, note);
    }
}

/// Checks that the peer has not been asked for its presence since its messages were taken.
pub(crate) fn is_not_asked(t: &mut Tester, requirement: ReqId, peer: &EnrpPeer) {
    let presences = t.take_all(peer, ENRP_PRESENCE);
    let asked = presences.iter().filter(|m| m.flag('R')).count();
    t.check_eq(requirement, "questions for the presence", asked, 0);
}
