//! RFC 5353 §2.3: ENRP_HANDLE_TABLE_RESPONSE, received in every form and sent by the target.

use crate::words::*;
use rspcheck_testkit::prelude::*;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    EMPTY_TABLE_IS_ACCEPTED,
    POOL_IN_SEVERAL_ENTRIES,
    PE_IN_TWO_ENTRIES_HAS_THE_VALUES_OF_THE_LAST,
    TABLE_WITH_EVERY_POLICY,
    TABLE_WITH_EVERY_TRANSPORT,
    UNDEFINED_FLAGS_OF_A_TABLE_ARE_IGNORED,
    PADDING_IN_A_TABLE_IS_IGNORED,
    UNKNOWN_PARAMETER_THAT_STOPS_A_TABLE,
    UNKNOWN_PARAMETER_THAT_A_TABLE_SURVIVES,
    MALFORMED_TABLE_CHANGES_NO_PE,
    TABLE_OF_THE_TARGET,
];

const EMPTY_TABLE_IS_ACCEPTED: Case = registrar(
    "rfc5353/2.3/empty-table-is-accepted",
    "A registrar whose mentor has no PE serves after the table response without pool entries.",
    &[
        R5353_3_2_3_15, // A registrar serves after the last table response.
        R5352_3_1_53,   // Every registration is answered.
    ],
    empty_table_is_accepted,
)
.needs(&[Ics::EnrpPeers]);

fn empty_table_is_accepted(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let mentor = t.enrp_peer()?;
    let (pe, pu) = (t.pool_element(&pool), t.pool_user());
    t.preamble(|t| {
        t.join_by_download(None, &mentor)?;
        t.pass_time(AT_ONCE)
    })?;

    let response = t.register_response(&pe)?;
    t.granted(&[R5353_3_2_3_15], &response);
    t.lists(R5353_3_2_3_15, &pu, &pool, &[&pe])
}

const POOL_IN_SEVERAL_ENTRIES: Case = registrar(
    "rfc5353/2.3/pool-in-several-entries",
    "A pool whose PEs are in several entries of one table response gets all of them.",
    &[
        R5353_3_2_3_13, // Downloaded PEs join a pool that exists.
    ],
    pool_in_several_entries,
)
.needs(&[Ics::EnrpPeers]);

fn pool_in_several_entries(t: &mut Tester) -> Outcome {
    let (pool, other) = (t.unused_pool_handle(), t.unused_pool_handle());
    let pu = t.pool_user();
    let mut entries = Vec::new();
    downloaded(t, |t, mentor| {
        for handle in [&pool, &other, &pool, &other, &pool] {
            let entry = t.element_of(mentor, handle);
            t.holds(mentor, &entry);
            entries.push(entry);
        }
    })?;

    for handle in [&pool, &other] {
        let of_pool = entries.iter().filter(|entry| entry.handle == *handle);
        let ids: Vec<_> = of_pool.map(Entry::pe_identifier).collect();
        lists_ids(t, R5353_3_2_3_13, &pu, handle, &ids)?;
    }
    Ok(())
}

const PE_IN_TWO_ENTRIES_HAS_THE_VALUES_OF_THE_LAST: Case = registrar(
    "rfc5353/2.3/pe-in-two-entries-has-the-values-of-the-last",
    "A PE that a download contains twice is listed once, with the values that came last.",
    &[
        R5353_3_2_3_14, // Downloaded data replaces a PE that is known.
    ],
    pe_in_two_entries_has_the_values_of_the_last,
)
.needs(&[Ics::EnrpPeers, Ics::PolicyPriority]);

fn pe_in_two_entries_has_the_values_of_the_last(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let mentor = t.enrp_peer()?;
    let mut entry = t.element_of(&mentor, &pool);
    entry.element.policy = priority(3);
    let first = entry.element.clone();
    entry.element.policy = priority(9);
    let elements = vec![first, entry.element.clone()];
    t.holds(&mentor, &entry);
    let table = [forge::PoolEntry {
        handle: pool.0.clone(),
        elements,
    }];
    downloads(t, &mentor, |from, to| {
        forge::handle_table_response(from, to, false, false, &table)
    })?;

    resolves_to(t, R5353_3_2_3_14, &pu, &entry)
}

const TABLE_WITH_EVERY_POLICY: Case = registrar(
    "rfc5353/2.3/table-with-every-policy",
    "PEs of every policy are downloaded with their values.",
    &[
        R5353_3_2_3_9, // A starting registrar takes over the downloaded entries.
    ],
    table_with_every_policy,
)
.needs(&[Ics::EnrpPeers]);

fn table_with_every_policy(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    let mut entries = Vec::new();
    downloaded(t, |t, mentor| {
        entries = entries_of_every_policy(t, mentor);
        for entry in &entries {
            t.holds(mentor, entry);
        }
    })?;
    for entry in &entries {
        resolves_to(t, R5353_3_2_3_9, &pu, entry)?;
    }
    Ok(())
}

const TABLE_WITH_EVERY_TRANSPORT: Case = registrar(
    "rfc5353/2.3/table-with-every-transport",
    "PEs of SCTP, TCP and UDP, over IPv4 and IPv6, are downloaded with their transports.",
    &[
        R5353_3_2_3_9, // A starting registrar takes over the downloaded entries.
    ],
    table_with_every_transport,
)
.needs(&[Ics::EnrpPeers]);

fn table_with_every_transport(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    let mentor = t.enrp_peer()?;
    let entries = entries_of_every_transport(t, &mentor)?;
    for entry in &entries {
        t.holds(&mentor, entry);
    }
    t.preamble(|t| {
        t.join_by_download(None, &mentor)?;
        t.pass_time(AT_ONCE)
    })?;
    for entry in &entries {
        resolves_to(t, R5353_3_2_3_9, &pu, entry)?;
    }
    Ok(())
}

const UNDEFINED_FLAGS_OF_A_TABLE_ARE_IGNORED: Case = registrar(
    "rfc5353/2.3/undefined-flags-of-a-table-are-ignored",
    "A table response with all undefined flags ends the download as one without them.",
    &[
        R5354_4_8, // The receiver ignores undefined flags.
    ],
    undefined_flags_of_a_table_are_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn undefined_flags_of_a_table_are_ignored(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let pu = t.pool_user();
    let mentor = t.enrp_peer()?;
    let entry = t.element_of(&mentor, &pool);
    t.holds(&mentor, &entry);
    let elements = vec![entry.element.clone()];
    let table = [forge::PoolEntry {
        handle: pool.0.clone(),
        elements,
    }];
    downloads(t, &mentor, |from, to| {
        forge::handle_table_response(from, to, false, false, &table).patch(1, &[0xfc])
    })?;

    lists_ids(t, R5354_4_8, &pu, &pool, &[entry.pe_identifier()])
}

const PADDING_IN_A_TABLE_IS_IGNORED: Case = registrar(
    "rfc5353/2.3/padding-in-a-table-is-ignored",
    "The padding of a Pool Handle in a table response is ignored, whatever it contains.",
    &[
        R5354_3_17, // The receiver ignores the content of parameter padding.
    ],
    padding_in_a_table_is_ignored,
)
.needs(&[Ics::EnrpPeers]);

fn padding_in_a_table_is_ignored(t: &mut Tester) -> Outcome {
    let pool = PoolHandle([&t.unused_pool_handle().0[..], b"5"].concat());
    let pu = t.pool_user();
    let mentor = t.enrp_peer()?;
    let entry = t.element_of(&mentor, &pool);
    t.holds(&mentor, &entry);
    let elements = vec![entry.element.clone()];
    let table = [forge::PoolEntry {
        handle: pool.0.clone(),
        elements,
    }];
    let at = 16 + pool.0.len();
    downloads(t, &mentor, |from, to| {
        forge::handle_table_response(from, to, false, false, &table).patch(at, &[0xff; 3])
    })?;

    lists_ids(t, R5354_3_17, &pu, &pool, &[entry.pe_identifier()])
}

const UNKNOWN_PARAMETER_THAT_STOPS_A_TABLE: Case = registrar(
    "rfc5353/2.3/unknown-parameter-that-stops-a-table",
    "A PE of an audit's table response is not added if the response has an unknown parameter that stops it.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    unknown_parameter_that_stops_a_table,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_that_stops_a_table(t: &mut Tester) -> Outcome {
    for code in [DROP, DROP_REPORT] {
        let (peer, listed) = audited_with_unknown(t, code)?;
        let note = format!("parameter {code:#06x}: the PE is listed");
        t.check_that(R5353_3_7_2, !listed, note);
        is_reported(t, &peer, code);
    }
    Ok(())
}

const UNKNOWN_PARAMETER_THAT_A_TABLE_SURVIVES: Case = registrar(
    "rfc5353/2.3/unknown-parameter-that-a-table-survives",
    "A PE of an audit's table response is added if the unknown parameter in the response is to be skipped.",
    &[
        R5353_3_7_2, // Unknown parameters are handled by their highest bits.
        R5353_3_7_3, // Error reports go back in an ENRP_ERROR.
    ],
    unknown_parameter_that_a_table_survives,
)
.needs(&[Ics::EnrpPeers]);

fn unknown_parameter_that_a_table_survives(t: &mut Tester) -> Outcome {
    for code in [SKIP, SKIP_REPORT] {
        let (peer, listed) = audited_with_unknown(t, code)?;
        let note = format!("parameter {code:#06x}: the PE is not listed");
        t.check_that(R5353_3_7_2, listed, note);
        is_reported(t, &peer, code);
    }
    Ok(())
}

/// Audits a new peer, whose table has an unknown parameter at its end; returns the peer, and true if its PE is listed
/// afterwards.
fn audited_with_unknown(t: &mut Tester, code: u16) -> Result<(EnrpPeer, bool), Stop> {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let entry = t.element_of(&peer, &pool);
    t.holds(&peer, &entry);
    let elements = vec![entry.element.clone()];
    let table = [forge::PoolEntry {
        handle: pool.0.clone(),
        elements,
    }];
    let to = t.target_server();
    let message = forge::handle_table_response(peer.id, to, false, false, &table);
    audited(t, &peer, &message.parameter(odd(code)).octets())?;
    let listed = t.listed(&pu, &pool)?;
    Ok((peer, listed.contains(&entry.pe_identifier())))
}

/// Malformed ENRP_HANDLE_TABLE_RESPONSE.
const MALFORMED: &Forms = &[
    ("no server IDs", |m| Ok(m.truncate(4).patch(2, &[0, 4]))),
    ("half a server ID", |m| {
        Ok(m.truncate(10).patch(2, &[0, 10]))
    }),
    ("Length 0", |m| m.set("length", 0)),
    ("Length in the Pool Element", |m| m.set("length", 52)),
    ("Length beyond the message", |m| m.set("length", 0xffff)),
    ("no Pool Handle", |m| m.remove("pool-handle")),
    ("Pool Handle of 3 octets", |m| {
        m.set("pool-handle/#length", 3)
    }),
    ("Pool Handle beyond the message", |m| {
        m.set("pool-handle/#length", 0x7fff)
    }),
    ("Cookie for a Pool Handle", |m| {
        m.set("pool-handle/#type", 0xd)
    }),
    ("Pool Element of 15 octets", |m| {
        m.set("pool-element/#length", 15)
    }),
    ("Pool Element beyond the message", |m| {
        m.set("pool-element/#length", 0x7fff)
    }),
    ("no user transport", |m| {
        m.remove("pool-element/user-transport")
    }),
    ("no policy", |m| m.remove("pool-element/policy")),
    ("user transport of 7 octets", |m| {
        m.set("pool-element/user-transport/#length", 7)
    }),
    ("policy of 7 octets", |m| {
        m.set("pool-element/policy/#length", 7)
    }),
    ("cut in the Pool Element", |m| Ok(m.truncate(68))),
];

const MALFORMED_TABLE_CHANGES_NO_PE: Case = registrar(
    "rfc5353/2.3/malformed-table-changes-no-pe",
    "A malformed table response of an audit adds no PE and removes none, and the target continues to serve.",
    &[
        R5353_2_4,       // A malformed message changes no PE.
        R5352_3_3_25,    // A handle resolution of an unknown pool is rejected.
        R5352_3_1_53,    // Every registration is answered.
        R5353_3_2_2_2_1, // Every list request is answered by a list response.
    ],
    malformed_table_changes_no_pe,
)
.needs(&[Ics::EnrpPeers]);

fn malformed_table_changes_no_pe(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [peer] = joined::<1>(t)?;
    let pu = t.pool_user();
    let (known, missing) = (t.element_of(&peer, &pool), t.element_of(&peer, &pool));
    t.preamble(|t| {
        t.adds_pe(&peer, &known)?;
        handled(t, &peer)
    })?;
    let elements = vec![missing.element.clone()];
    let table = [forge::PoolEntry {
        handle: pool.0.clone(),
        elements,
    }];
    for (what, spoil) in MALFORMED {
        let to = t.target_server();
        let message = forge::handle_table_response(peer.id, to, false, false, &table);
        audited(t, &peer, &spoil(message)?.octets())?;
        let listed = t.listed(&pu, &pool)?;
        let note = format!("{what}: the PEs {listed:x?} are listed");
        t.check_that(R5353_2_4, listed == [known.pe_identifier()], note);
        ends_audit(t, &peer, &known)?;
    }
    serves_all(t, &peer)
}

const TABLE_OF_THE_TARGET: Case = registrar(
    "rfc5353/2.3/table-of-the-target",
    "The target's table has a Pool Handle and PEs in each entry, with the values that the PEs have registered.",
    &[
        R5353_3_2_3_4, // A download contains the mentor's whole handlespace.
        R5353_3_2_3_7, // M is clear in the last response of a download.
        R5353_2_3_4,   // A pool entry is a Pool Handle followed by its PEs.
        R5353_2_3_3,   // An accepting table response has a pool entry.
        R5353_2_1_1,   // The Sending Server's ID is the sender's own ID.
        R5353_2_3_1,   // A rejecting table response has R set and no pool entry.
        R5353_2_1_13,  // A message to one registrar has its ID or 0.
    ],
    table_of_the_target,
)
.needs(&[Ics::EnrpPeers, Ics::PolicyPriority]);

fn table_of_the_target(t: &mut Tester) -> Outcome {
    let pool = t.unused_pool_handle();
    let [_, peer] = joined::<2>(t)?;
    let pe = t.pool_element(&pool).life(-1).policy(priority(5));
    let sibling = t.pool_element(&pool).life(250).policy(priority(6));
    t.preamble(|t| [&pe, &sibling].iter().try_for_each(|pe| t.register(pe)))?;
    let server = t.target_server();

    let parts = table_of_target(t, &peer, false, 2)?;
    for part in &parts {
        let entries = part.parameters();
        t.check_eq(R5353_2_3_4, "first parameter", entries.first(), Some(&0x9));
        t.check_that(R5353_2_3_3, entries.contains(&0xa), part);
        t.names_pool(R5353_2_3_4, part, &pool);
        t.flag_clear(R5353_2_3_1, part, 'R');
        t.field(R5353_2_1_1, part, "sender-server-id", server);
        is_for(t, part, &peer);
    }
    let ports = [t.address(&pe)?.port(), t.address(&sibling)?.port()];
    lists_values(t, &parts, "user-transport/port", ports.map(i64::from));
    lists_values(t, &parts, "policy/priority", [5, 6]);
    lists_values(t, &parts, "registration-life", [-1, 250]);
    Ok(())
}

/// Checks the values at this path of the two PEs of a table, in any order (`R5353_3_2_3_4`).
fn lists_values(t: &mut Tester, parts: &[Message], path: &str, mut expected: [i64; 2]) {
    let of_part = |part: &Message| part.each("pool-element", path);
    // A registrar may send the remaining life in place of the whole one.
    let whole = |value: i64| match path {
        "registration-life" if is_left_of(value, 250) => 250,
        _ => value,
    };
    let mut seen: Vec<_> = parts.iter().flat_map(of_part).map(whole).collect();
    seen.sort_unstable();
    expected.sort_unstable();
    t.check_eq(R5353_3_2_3_4, path, &seen[..], &expected);
}
