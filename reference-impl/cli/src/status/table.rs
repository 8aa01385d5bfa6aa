//! The snapshot as text in columns.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::net::SocketAddr;
use std::time::Duration;

use rserpool::registrar::status::Status;
use rserpool::registrar::status::snapshot::{ElementState, PoolState};

/// Returns the snapshot as text with aligned columns.
pub(super) fn text(status: &Status) -> String {
    let mut page = String::new();
    summary(&mut page, status);
    peers(&mut page, status);
    pools(&mut page, status);
    limits(&mut page, status);
    counters(&mut page, status);
    page
}

fn summary(page: &mut String, status: &Status) {
    let (totals, endpoints) = (&status.totals, &status.endpoints);
    let mut rows = vec![
        [
            "registrar".to_owned(),
            format!("{}, {}", status.id, status.state),
        ],
        ["version".to_owned(), status.version.clone()],
        ["up".to_owned(), span(status.uptime)],
        ["ASAP".to_owned(), addresses(&endpoints.asap)],
    ];
    let further = [
        ("ASAP over TCP", addresses(endpoints.tcp.as_slice())),
        ("ENRP", addresses(&endpoints.enrp)),
        ("announced to", addresses(&endpoints.announce)),
    ];
    for (what, addrs) in further {
        if !addrs.is_empty() {
            rows.push([what.to_owned(), addrs]);
        }
    }
    rows.push([
        "handlespace".to_owned(),
        format!(
            "{} pools, {} PEs, {} of them own (checksum {})",
            totals.pools, totals.pool_elements, totals.own_pool_elements, status.checksum
        ),
    ]);
    rows.push([
        "associations".to_owned(),
        format!(
            "{} SCTP, {} TCP, {} ENRP; {} subscriptions",
            totals.associations_sctp,
            totals.associations_tcp,
            totals.associations_enrp,
            totals.subscriptions
        ),
    ]);
    columns(page, &rows);
}

fn peers(page: &mut String, status: &Status) {
    if !status.peers.is_empty() {
        let mut rows =
            vec![["PEER", "STATE", "SILENT", "PES", "CHECKSUM", "ADDRESSES"].map(String::from)];
        rows.extend(status.peers.iter().map(|peer| {
            let audit = if peer.in_audit { ", audit" } else { "" };
            [
                peer.id.clone(),
                format!("{}{audit}", peer.state),
                span(peer.silent),
                peer.pool_elements.to_string(),
                peer.checksum.clone(),
                addresses(&peer.addresses),
            ]
        }));
        page.push('\n');
        columns(page, &rows);
    }
    let known = |id: &String| *id == status.id || status.peers.iter().any(|peer| peer.id == *id);
    let strangers = status.owners.iter().filter(|owner| !known(&owner.id));
    for owner in strangers {
        line(
            page,
            format_args!(
                "{} PEs of {}, which is not a peer",
                owner.pool_elements, owner.id
            ),
        );
    }
    for session in &status.table_sessions {
        let what = if session.own_only {
            "own PEs"
        } else {
            "all PEs"
        };
        line(
            page,
            format_args!(
                "{} downloads {what}, {} left for its next request",
                session.peer,
                span(session.remaining)
            ),
        );
    }
}

fn pools(page: &mut String, status: &Status) {
    if status.pools.is_empty() {
        return;
    }
    let mut rows = vec![["POOL", "POLICY", "TRANSPORT", "PES"].map(String::from)];
    rows.extend(status.pools.iter().map(|pool| {
        [
            pool.handle.clone(),
            pool.policy.clone(),
            pool.transport.clone(),
            pool.pool_elements.to_string(),
        ]
    }));
    page.push('\n');
    columns(page, &rows);
    let more = status.totals.pools - status.pools.len();
    if more > 0 {
        line(
            page,
            format_args!("… and {more} more pool{} (--limit, --pool)", plural(more)),
        );
    }
    let listed = |pool: &&PoolState| !pool.listed.is_empty();
    let mut rows = vec![
        [
            "POOL",
            "PE",
            "HOME",
            "LIFE",
            "POLICY",
            "USER TRANSPORT",
            "ASAP TRANSPORT",
        ]
        .map(String::from),
    ];
    for pool in status.pools.iter().filter(listed) {
        rows.extend(pool.listed.iter().map(|element| element_row(pool, element)));
    }
    if rows.len() > 1 {
        page.push('\n');
        columns(page, &rows);
    }
    let shown: usize = status.pools.iter().map(|pool| pool.pool_elements).sum();
    let more = shown - status.totals.pool_elements_listed;
    if more > 0 {
        line(
            page,
            format_args!(
                "… and {more} more PE{} in these pools (--limit, --pool)",
                plural(more)
            ),
        );
    }
}

fn element_row(pool: &PoolState, element: &ElementState) -> [String; 7] {
    [
        pool.handle.clone(),
        element.id.clone(),
        element.home.clone(),
        element.remaining.map_or_else(|| "no end".to_owned(), span),
        element.policy.clone(),
        element.user_transport.clone(),
        element.asap_transport.clone().unwrap_or_default(),
    ]
}

fn limits(page: &mut String, status: &Status) {
    let mut rows = vec![["LIMIT", "USED", "OF", "MET"].map(String::from)];
    let worth = status
        .limits
        .iter()
        .filter(|limit| limit.used.is_some_and(|used| used > 0) || limit.hits > 0);
    rows.extend(worth.map(|limit| {
        let number = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
        [
            limit.key.clone(),
            number(limit.used),
            number(limit.max),
            limit.hits.to_string(),
        ]
    }));
    if rows.len() > 1 {
        page.push('\n');
        columns(page, &rows);
    }
}

fn counters(page: &mut String, status: &Status) {
    let n = &status.counters;
    let types = |received: &BTreeMap<String, u64>, sent: &BTreeMap<String, u64>| {
        let mut rows = Vec::new();
        for (name, count) in received {
            let sent = sent.get(name).copied().unwrap_or(0);
            if *count + sent > 0 {
                rows.push([name.clone(), count.to_string(), sent.to_string()]);
            }
        }
        rows
    };
    let mut rows = vec![["MESSAGES", "RECEIVED", "SENT"].map(String::from)];
    rows.extend(types(&n.asap_in, &n.asap_out));
    rows.extend(types(&n.enrp_in, &n.enrp_out));
    if rows.len() > 1 {
        page.push('\n');
        columns(page, &rows);
    }
    let groups = [
        ("", &n.events),
        ("left, ", &n.departed),
        ("registrations rejected, ", &n.registrations_rejected),
        ("de-registrations refused, ", &n.deregistrations_refused),
        ("resolutions refused, ", &n.resolutions_refused),
    ];
    let mut rows = vec![["COUNTED", ""].map(String::from)];
    for (group, numbers) in groups {
        let counted = numbers.iter().filter(|&(_, count)| *count > 0);
        rows.extend(counted.map(|(name, count)| {
            [
                format!("{group}{}", name.replace('_', " ")),
                count.to_string(),
            ]
        }));
    }
    if rows.len() > 1 {
        page.push('\n');
        columns(page, &rows);
    }
}

/// Appends rows of cells, each column as wide as its widest cell.
fn columns<const N: usize>(page: &mut String, rows: &[[String; N]]) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; N] = std::array::from_fn(|column| width(column).unwrap_or(0));
    for row in rows {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        line(page, cells.join("  ").trim_end());
    }
}

fn line(page: &mut String, text: impl Display) {
    // Writing to a String does not fail.
    let _ = writeln!(page, "{text}");
}

/// Returns the ending of a noun after this number.
const fn plural(number: usize) -> &'static str {
    if number == 1 { "" } else { "s" }
}

fn addresses(addrs: &[SocketAddr]) -> String {
    let texts: Vec<String> = addrs.iter().map(SocketAddr::to_string).collect();
    texts.join(", ")
}

/// Formats a span in its two largest units.
fn span(seconds: f64) -> String {
    let Ok(span) = Duration::try_from_secs_f64(seconds) else {
        return "?".to_owned();
    };
    let whole = span.as_secs();
    match whole {
        0..60 => format!("{:.1} s", span.as_secs_f64()),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        3600..86_400 => format!("{} h {} min", whole / 3600, whole / 60 % 60),
        _ => format!("{} d {} h", whole / 86_400, whole / 3600 % 24),
    }
}
