//! Words about the forms of ENRP messages: every legal one, malformed ones, and unknown parameters.

use super::*;
use rspcheck_testkit::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Change that spoils or varies a message.
pub(crate) type Spoil = fn(Forge) -> Result<Forge, ForgeError>;

/// Spoilt forms of a message, each with a description.
pub(crate) type Forms = [(&'static str, Spoil)];

/// Malformed messages that consist of the server IDs: requests of a list or of a table.
pub(crate) const REQUESTS: &Forms = &[
    ("no server IDs", |m| Ok(m.truncate(4).patch(2, &[0, 4]))),
    ("no Receiving Server's ID", |m| {
        Ok(m.truncate(8).patch(2, &[0, 8]))
    }),
    ("half a server ID", |m| {
        Ok(m.truncate(10).patch(2, &[0, 10]))
    }),
    ("Length 0", |m| m.set("length", 0)),
    ("Length 11", |m| m.set("length", 11)),
    ("Length 13", |m| m.set("length", 13)),
    ("Length beyond the message", |m| m.set("length", 0xffff)),
    ("four zero octets more", |m| {
        Ok(m.patch(2, &[0, 16]).raw(&[0; 4]))
    }),
    ("a Pool Handle more", |m| {
        Ok(m.parameter(Parameter::pool_handle(b"more")))
    }),
    ("octets behind the message", |m| Ok(m.raw(b"more"))),
];

/// Malformed messages about a takeover, and one about the server ID 0.
pub(crate) const TAKEOVERS: &Forms = &[
    ("no server IDs", |m| Ok(m.truncate(4).patch(2, &[0, 4]))),
    ("no Targeting Server's ID", |m| {
        Ok(m.truncate(12).patch(2, &[0, 12]))
    }),
    ("half a Targeting Server's ID", |m| {
        Ok(m.truncate(14).patch(2, &[0, 14]))
    }),
    ("Length 0", |m| m.set("length", 0)),
    ("Length 12", |m| m.set("length", 12)),
    ("Length 15", |m| m.set("length", 15)),
    ("Length beyond the message", |m| m.set("length", 0xffff)),
    ("a PE Identifier more", |m| {
        Ok(m.parameter(Parameter::pe_identifier(7)))
    }),
    ("octets behind the message", |m| Ok(m.raw(b"more"))),
    ("target 0", |m| m.set("targeting-server-id", 0)),
];

/// Messages about a takeover without a part of their layout.
pub(crate) const CUT_TAKEOVERS: &Forms = &[
    ("no server IDs", |m| Ok(m.truncate(4).patch(2, &[0, 4]))),
    ("no Targeting Server's ID", |m| {
        Ok(m.truncate(12).patch(2, &[0, 12]))
    }),
    ("half a Targeting Server's ID", |m| {
        Ok(m.truncate(14).patch(2, &[0, 14]))
    }),
    ("Length 0", |m| m.set("length", 0)),
    ("Length 12", |m| m.set("length", 12)),
    ("Length beyond the message", |m| m.set("length", 0xffff)),
];

/// Waits for a message whose layout a case checks. Other cases judge that the target sends it, so without one this case
/// is inconclusive.
///
/// # Errors
/// [`Stop::Inconclusive`] if none comes in time; the [`Stop`] of the world.
pub(crate) fn sample(
    t: &mut Tester,
    peer: &EnrpPeer,
    kind: Kind,
    within: Duration,
    wanted: impl Fn(&Message) -> bool,
) -> Result<Message, Stop> {
    let until = t.now() + t.latest(within);
    match t.next_of(peer, until, |m| m.is(kind) && wanted(m))? {
        Some(message) => Ok(message),
        None => Err(t.inconclusive(format!(
            "cannot be seen: the target does not send {}",
            kind.name
        ))),
    }
}

/// As [`sample`], of an ENRP_HANDLE_UPDATE about a PE.
///
/// # Errors
/// As [`sample`].
pub(crate) fn update_sample(
    t: &mut Tester,
    peer: &EnrpPeer,
    action: u16,
    pe: &PoolElement,
) -> Result<Message, Stop> {
    let id = pe.pe_identifier();
    sample(t, peer, ENRP_HANDLE_UPDATE, AT_ONCE, |m| {
        is_update_about(m, action, id)
    })
}

/// Most parts of the table of a target that has a few PEs.
const MOST_PARTS: usize = 100;

/// Returns an address of the other family than the peer's own one; no host has it.
pub(crate) fn other_family(own: IpAddr) -> IpAddr {
    if own.is_ipv4() { FOREIGN_V6 } else { FOREIGN }
}

/// Returns an ENRP_HANDLE_UPDATE of the peer to all registrars.
pub(crate) fn update_of(peer: &EnrpPeer, action: u16, entry: &Entry) -> Forge {
    forge::handle_update(peer.id, 0, action, &entry.handle.0, &entry.element)
}

/// Sends octets of a peer and checks that the target answers them with a message of this kind whose R flag is clear, as
/// it answers the plain form of the message.
///
/// # Errors
/// As [`answers_plain`] and [`Tester::send_octets`].
pub(crate) fn is_answered(
    t: &mut Tester,
    requirement: ReqId,
    peer: &EnrpPeer,
    kind: Kind,
    (what, octets): (&str, &[u8]),
) -> Result<Option<Message>, Stop> {
    answers_plain(t, peer, kind, octets)?;
    gets_answer(t, requirement, peer, kind, (what, octets))
}

/// As [`is_answered`], without the plain form.
///
/// # Errors
/// As [`Tester::send_octets`].
pub(crate) fn gets_answer(
    t: &mut Tester,
    requirement: ReqId,
    peer: &EnrpPeer,
    kind: Kind,
    (what, octets): (&str, &[u8]),
) -> Result<Option<Message>, Stop> {
    t.take_all(peer, kind);
    t.send_octets(peer, octets)?;
    let until = t.now() + t.latest(t.timers().max_time_no_response);
    let answer = t.next_of(peer, until, |m| m.is(kind) && !m.flag('R'))?;
    let note = format!("{what}: no {} in answer", kind.name);
    t.check_that(requirement, answer.is_some(), note);
    Ok(answer)
}

/// Sends the octets of a message without the variation that a case is about. A target that does not answer them has
/// another fault than the one that the case could show, so the case is inconclusive.
///
/// # Errors
/// [`Stop::Inconclusive`] without an answer of this kind; as [`Tester::send_octets`].
pub(crate) fn control(t: &mut Tester, peer: &EnrpPeer, kind: Kind, octets: &[u8]) -> Outcome {
    t.take_all(peer, kind);
    t.send_octets(peer, octets)?;
    let until = t.now() + t.latest(t.timers().max_time_no_response);
    if t.next_of(peer, until, |m| m.is(kind))?.is_some() {
        return Ok(());
    }
    let what = "cannot be seen: the message is not answered without the variation either";
    Err(t.inconclusive(what))
}

/// The control of a message in an unusual form: the target answers its plain form with a message of this kind. Without
/// that, the form is not the reason that an answer is missing.
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn answers_plain(t: &mut Tester, peer: &EnrpPeer, kind: Kind, octets: &[u8]) -> Outcome {
    let target = octets.get(12..16).and_then(|id| id.try_into().ok());
    let target = target.map_or(0, u32::from_be_bytes);
    t.preamble(|t| match kind {
        ENRP_PRESENCE => presence_of_target(t, peer).map(drop),
        ENRP_LIST_RESPONSE => list_of_target(t, peer).map(drop),
        ENRP_HANDLE_TABLE_RESPONSE => table_of_target(t, peer, false, MOST_PARTS).map(drop),
        _ => {
            t.initiates_takeover(peer, target)?;
            t.expect(R5353_3_5_1_11, peer, kind, AT_ONCE).map(drop)
        }
    })
}

/// Checks that the target continues to serve a new PU, a new PE and the peer, after messages for which no rule
/// prescribes a reaction: `R5352_3_3_25`, `R5352_3_1_53` and `R5353_3_2_2_2_1`. The target may have closed the peer's
/// association.
///
/// # Errors
/// As [`Tester::expect`].
pub(crate) fn serves_all(t: &mut Tester, peer: &EnrpPeer) -> Outcome {
    observe_reaction(t, peer)?;
    next_pu_is_served(t)?;
    let pool = t.unused_pool_handle();
    let pe = t.pool_element(&pool);
    t.register_response(&pe)?;
    t.forget(peer);
    list_of_target(t, peer).map(drop)
}

/// Sends each spoilt form of a message, and checks that the target continues to serve.
///
/// # Errors
/// As [`serves_all`].
pub(crate) fn survives(
    t: &mut Tester,
    forms: &Forms,
    message: impl Fn(&Tester, &EnrpPeer) -> Forge,
) -> Outcome {
    let [peer] = joined::<1>(t)?;
    for (what, spoil) in forms {
        t.observe(*what);
        let octets = spoil(message(t, &peer))?.octets();
        throw(t, &peer, &octets)?;
    }
    serves_all(t, &peer)
}

/// Sends a message with an unknown parameter of each class, and checks that the two highest bits of its type decide
/// about the answer of the target (`R5353_3_7_2`) and about its report the parameter (`R5353_3_7_3`).
/// `message` returns the message with the parameter, or one of another layout where that has no place for it.
///
/// # Errors
/// As [`Tester::send_octets`].
pub(crate) fn by_the_highest_bits(
    t: &mut Tester,
    peer: &EnrpPeer,
    kind: Kind,
    message: impl Fn(&Tester, Parameter) -> Result<Forge, ForgeError>,
) -> Outcome {
    for code in [DROP, DROP_REPORT, SKIP, SKIP_REPORT] {
        let octets = message(t, odd(code))?.octets();
        answers_plain(t, peer, kind, &octets)?;
        t.forget(peer);
        t.send_octets(peer, &octets)?;
        t.pass_time(AT_ONCE)?;
        let mut answers = t.take_all(peer, kind);
        // A heartbeat of the target is no answer.
        let own = i64::from(peer.id);
        let skipped = code & 0x8000 != 0;
        answers.retain(|m| skipped || m.number("receiver-server-id") == Some(own));
        let answered = answers.iter().any(|m| !m.flag('R'));
        let what = format!("an answer to a message with parameter {code:#06x}");
        t.check_eq(R5353_3_7_2, &what, answered, skipped);
        is_reported(t, peer, code);
    }
    Ok(())
}

/// Checks that the peer has got a report of the unknown parameter of this type if the type asks for one, and otherwise
/// none (`R5353_3_7_3`).
pub(crate) fn is_reported(t: &mut Tester, peer: &EnrpPeer, code: u16) {
    let reports = t.take_all(peer, ENRP_ERROR);
    let quotations = quoted(&reports, UNRECOGNIZED_PARAMETER);
    let unknown = odd(code).octets();
    let expected = code & 0x4000 != 0;
    let reported = match expected {
        true => quotations.iter().any(|q| quotes(q, &unknown)),
        false => !quotations.is_empty(),
    };
    let what = format!("a report of parameter {code:#06x}");
    t.check_eq(R5353_3_7_3, &what, reported, expected);
}

/// Announces a PE in each spoilt form, and checks that none of them adds the PE (`R5353_2_4`) and that the target
/// continues to serve.
///
/// # Errors
/// As [`serves_all`].
pub(crate) fn adds_no_pe(t: &mut Tester, forms: &Forms) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let mut pools = Vec::new();
    for (what, spoil) in forms {
        let pool = t.unused_pool_handle();
        let entry = t.element_of(&peer, &pool);
        throw(t, &peer, &spoil(update_of(&peer, ADD_PE, &entry))?.octets())?;
        pools.push((what, pool));
    }
    observe_reaction(t, &peer)?;
    for (what, pool) in pools {
        let listed = t.listed(&pu, &pool)?;
        let note = format!("{what}: the PEs {listed:x?} are listed");
        t.check_that(R5353_2_4, listed.is_empty(), note);
    }
    serves_all(t, &peer)
}

/// Announces the removal of a PE in each spoilt form, and checks that the PE stays (`R5353_2_4`) and that the target
/// continues to serve.
///
/// # Errors
/// As [`serves_all`].
pub(crate) fn removes_no_pe(t: &mut Tester, forms: &Forms) -> Outcome {
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let mut entries = Vec::new();
    for (what, _) in forms {
        let pool = t.unused_pool_handle();
        let entry = t.element_of(&peer, &pool);
        t.preamble(|t| t.adds_pe(&peer, &entry))?;
        entries.push((*what, entry));
    }
    t.preamble(|t| handled(t, &peer))?;
    for ((_, spoil), (_, entry)) in forms.iter().zip(&entries) {
        throw(t, &peer, &spoil(update_of(&peer, DEL_PE, entry))?.octets())?;
    }
    observe_reaction(t, &peer)?;
    for (what, entry) in &entries {
        let listed = t.listed(&pu, &entry.handle)?;
        let note = format!("{what}: the PE is removed");
        t.check_that(R5353_2_4, !listed.is_empty(), note);
    }
    serves_all(t, &peer)
}

/// Checks that a resolution lists one PE with the transport and the policy of this entry. Addresses can come in any
/// order.
///
/// # Errors
/// As [`Tester::resolve`].
pub(crate) fn resolves_to(
    t: &mut Tester,
    requirement: ReqId,
    pu: &PoolUser,
    entry: &Entry,
) -> Outcome {
    let resolution = t.resolve(pu, &entry.handle)?;
    let (listed, expected) = (resolution.pool_elements(), vec![entry.pe_identifier()]);
    t.check_eq(requirement, "PEs listed", listed, expected);
    has_values_of(t, requirement, &resolution, &entry.element);
    Ok(())
}

/// Checks that the Pool Element of a message has the user transport and the policy of this one.
pub(crate) fn has_values_of(
    t: &mut Tester,
    requirement: ReqId,
    message: &Message,
    element: &forge::PoolElement,
) {
    has_transport_of(t, requirement, message, element);
    let sent = Parameter::policy(&element.policy).octets();
    let seen = message.octets_of("pool-element/policy");
    t.check_eq(requirement, "policy", seen, Some(&sent[..]));
}

/// Checks that the Pool Element of a message has the user transport of this one.
pub(crate) fn has_transport_of(
    t: &mut Tester,
    requirement: ReqId,
    message: &Message,
    element: &forge::PoolElement,
) {
    let sent = sorted(&Parameter::transport(&element.user_transport).octets());
    let seen = message.octets_of("pool-element/user-transport");
    let seen = seen.map(sorted);
    t.check_eq(requirement, "user transport", seen, Some(sent));
}

/// Returns the octets of a transport, with its address parameters in order: eight octets of header, port and use, and
/// then addresses of 8 or 20 octets. Those of other transports with one address, or none, stay as they are.
fn sorted(transport: &[u8]) -> Vec<u8> {
    let (head, mut rest) = transport.split_at(transport.len().min(8));
    let mut addresses = Vec::new();
    while let Some(size) = match rest.get(1) {
        Some(1) if rest.len() >= 8 => Some(8),
        Some(2) if rest.len() >= 20 => Some(20),
        _ => None,
    } {
        let (address, more) = rest.split_at(size);
        addresses.push(address);
        rest = more;
    }
    addresses.sort_unstable();
    [head, &addresses.concat(), rest].concat()
}

/// Returns transports of every type that any registrar takes, at this address, each with a description.
pub(crate) fn transports(own: IpAddr) -> Vec<(&'static str, Transport)> {
    let addrs = vec![own];
    let sctp = |transport_use, addrs: Vec<_>| Transport::Sctp {
        port: 4711,
        transport_use,
        addrs,
    };
    let tcp = Transport::Tcp {
        port: 4712,
        addrs: addrs.clone(),
    };
    let tcp_of_other_family = Transport::Tcp {
        port: 4713,
        addrs: vec![other_family(own)],
    };
    let udp = Transport::Udp {
        port: 4714,
        addrs: addrs.clone(),
    };
    let udp_of_other_family = Transport::Udp {
        port: 65535,
        addrs: vec![other_family(own)],
    };
    vec![
        ("SCTP", sctp(0, addrs.clone())),
        ("SCTP, data and control", sctp(1, addrs)),
        ("SCTP, other family", sctp(0, vec![other_family(own)])),
        ("SCTP, both families", sctp(0, vec![own, other_family(own)])),
        ("TCP", tcp),
        ("TCP, other family", tcp_of_other_family),
        ("UDP", udp),
        ("UDP, other family", udp_of_other_family),
    ]
}

/// Returns a policy of every type, with the capability that a target needs for it; Round Robin needs none.
pub(crate) fn policies() -> Vec<(Policy, Option<Ics>)> {
    use Policy::*;
    let (load, degradation) = (0x1234_5678, 0x0001_0203);
    vec![
        (RoundRobin, None),
        (
            WeightedRoundRobin { weight: 7 },
            Some(Ics::PolicyWeightedRoundRobin),
        ),
        (Random, Some(Ics::PolicyRandom)),
        (
            WeightedRandom { weight: u32::MAX },
            Some(Ics::PolicyWeightedRandom),
        ),
        (Priority { priority: u32::MAX }, Some(Ics::PolicyPriority)),
        (LeastUsed { load }, Some(Ics::PolicyLeastUsed)),
        (
            LeastUsedDegradation { load, degradation },
            Some(Ics::PolicyLeastUsedWithDegradation),
        ),
        (
            PriorityLeastUsed { load, degradation },
            Some(Ics::PolicyPriorityLeastUsed),
        ),
        (
            RandomizedLeastUsed { load },
            Some(Ics::PolicyRandomizedLeastUsed),
        ),
    ]
}

/// Returns entries of the peer with every policy that the target supports, each in a pool of its own.
pub(crate) fn entries_of_every_policy(t: &mut Tester, peer: &EnrpPeer) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (policy, needs) in policies() {
        if needs.is_none_or(|ics| t.claims(ics)) {
            let pool = t.unused_pool_handle();
            let mut entry = t.element_of(peer, &pool);
            entry.element.policy = policy;
            entries.push(entry);
        }
    }
    entries
}

/// Returns entries of the peer with every transport of [`transports`], each in a pool of its own.
///
/// # Errors
/// As [`Tester::address`].
pub(crate) fn entries_of_every_transport(
    t: &mut Tester,
    peer: &EnrpPeer,
) -> Result<Vec<Entry>, Stop> {
    let own = t.address(peer)?.ip();
    let mut entries = Vec::new();
    for (_, transport) in transports(own) {
        let pool = t.unused_pool_handle();
        let mut entry = t.element_of(peer, &pool);
        entry.element.user_transport = transport;
        entries.push(entry);
    }
    Ok(entries)
}

/// Returns the transports that the Server Information of a peer can have: its own address alone, or among others.
pub(crate) fn server_transports(own: SocketAddr) -> Vec<(&'static str, Transport)> {
    let (ip, other) = (own.ip(), other_family(own.ip()));
    let sctp = |transport_use, addrs: Vec<_>| Transport::Sctp {
        port: own.port(),
        transport_use,
        addrs,
    };
    vec![
        ("one address", sctp(0, vec![ip])),
        ("data and control", sctp(1, vec![ip])),
        ("both families", sctp(0, vec![ip, other])),
        (
            "eight addresses",
            sctp(0, [ip].into_iter().chain(addresses_of(7)).collect()),
        ),
    ]
}

/// Checks that a list names a peer with the port and the addresses of its Server Information, in any order
/// (`R5353_2_6_3`).
pub(crate) fn lists_information(
    t: &mut Tester,
    list: &Message,
    information: &forge::ServerInformation,
) {
    let nth = servers(list).iter().position(|id| *id == information.id);
    let path = match nth {
        Some(0) | None => "server-information/sctp-transport".to_owned(),
        Some(nth) => format!("server-information[{nth}]/sctp-transport"),
    };
    let seen = nth.map(|_| {
        let mut seen = addresses(list, &path);
        seen.sort_unstable();
        (list.number(&format!("{path}/port")), seen)
    });
    let sent = match &information.transport {
        Transport::Sctp { port, addrs, .. } => {
            let mut sent: Vec<_> = addrs.iter().map(IpAddr::to_string).collect();
            sent.sort_unstable();
            Some((Some(i64::from(*port)), sent))
        }
        _ => None,
    };
    t.check_eq(R5353_2_6_3, "port and addresses of the peer", seen, sent);
}

/// Checks the Length of a message that consists of fixed fields. A monitor judges octets behind it.
pub(crate) fn has_length(t: &mut Tester, requirement: ReqId, message: &Message, length: i64) {
    t.field(requirement, message, "length", length);
}

/// Checks that a message has parameters of these types, in this order. Extensions that a receiver skips are left out.
pub(crate) fn has_parameters(t: &mut Tester, requirement: ReqId, message: &Message, types: &[u16]) {
    let mut seen = message.parameters();
    seen.retain(|code| *code < 0x8000);
    t.check_eq(requirement, "parameters", &seen[..], types);
}

/// Checks that the Receiving Server's ID of a message is the peer's ID, or 0, which a message to one registrar may have
/// (`R5353_2_1_13`).
pub(crate) fn is_for(t: &mut Tester, message: &Message, peer: &EnrpPeer) {
    let receiver = message.number("receiver-server-id");
    let holds = receiver == Some(0) || receiver == Some(peer.id.into());
    t.check_that(R5353_2_1_13, holds, message);
}

/// Starts the target with this mentor, which answers the table request with the message that `table` makes of the two
/// server IDs.
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn downloads(
    t: &mut Tester,
    mentor: &EnrpPeer,
    table: impl FnOnce(u32, u32) -> Forge,
) -> Outcome {
    t.preamble(|t| {
        t.habits(mentor).table = Reaction::Silent;
        t.start_with_mentors(&[mentor])?;
        let within = t.timers().max_time_no_response;
        t.expect(R5353_3_2_3_2, mentor, ENRP_HANDLE_TABLE_REQUEST, within)?;
        let octets = table(mentor.id, t.target_server()).octets();
        t.habits(mentor).table = Reaction::Answers;
        t.send_octets(mentor, &octets)?;
        t.pass_time(AT_ONCE)
    })
}

/// Makes the target request the peer's own PEs by a PE checksum that the target cannot have, and sends these octets as
/// the response.
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn audited(t: &mut Tester, peer: &EnrpPeer, octets: &[u8]) -> Outcome {
    let habits = t.habits(peer);
    (habits.checksum, habits.table) = (Some(0x1111), Reaction::Silent);
    t.preamble(|t| {
        t.take_all(peer, ENRP_HANDLE_TABLE_REQUEST);
        t.presence(peer, false)?;
        t.expect(R5353_3_6_1_3, peer, ENRP_HANDLE_TABLE_REQUEST, AT_ONCE)?;
        Ok(())
    })?;
    t.send_octets(peer, octets)?;
    t.pass_time(AT_ONCE)
}

/// Announces PEs of the peer and waits until the target has handled the updates.
///
/// # Errors
/// As [`Tester::preamble`].
pub(crate) fn announces(t: &mut Tester, peer: &EnrpPeer, entries: &[Entry]) -> Outcome {
    for entry in entries {
        t.adds_pe(peer, entry)?;
    }
    t.preamble(|t| handled(t, peer))
}

/// Returns this number of addresses, of both families in turn.
pub(crate) fn addresses_of(count: u8) -> Vec<IpAddr> {
    let address = |n: u8| match n % 2 {
        0 => Ipv4Addr::new(203, 0, 113, 100 + n).into(),
        _ => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, n.into()).into(),
    };
    (0..count).map(address).collect()
}

/// Returns an ENRP message of an unknown type.
pub(crate) fn unknown_message(code: u8, peer: &EnrpPeer, to: u32) -> Forge {
    Forge::enrp(code)
        .field("sender-server-id", peer.id)
        .field("receiver-server-id", to)
}

/// Ends an audit of the peer that the last response has not ended, by a table of what the peer holds: this PE.
///
/// # Errors
/// As [`Tester::send`].
pub(crate) fn ends_audit(t: &mut Tester, peer: &EnrpPeer, holds: &Entry) -> Outcome {
    let table = [forge::PoolEntry {
        handle: holds.handle.0.clone(),
        elements: vec![holds.element.clone()],
    }];
    let to = t.target_server();
    let message = forge::handle_table_response(peer.id, to, false, false, &table);
    // The next ENRP_PRESENCE starts no other audit.
    t.habits(peer).checksum = None;
    t.send(peer, message)?;
    t.pass_time(AT_ONCE / 4)
}
