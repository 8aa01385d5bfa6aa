//! The snapshot in Prometheus' text format 0.0.4.

use std::fmt::{Display, Write};

use super::Status;
use super::snapshot::EVENTS;

const NO_LABELS: &[(&str, &str)] = &[];

/// Returns the text; every family has its `# HELP` and `# TYPE`.
pub(super) fn text(status: &Status) -> String {
    let mut page = Page(String::new());
    gauges(&mut page, status);
    limits(&mut page, status);
    counters(&mut page, status);
    page.0
}

fn gauges(page: &mut Page, status: &Status) {
    page.family("info", "gauge", "Version and server identifier");
    let who = [("version", &status.version), ("id", &status.id)];
    page.sample("info", &who, 1);
    page.gauge(
        "uptime_seconds",
        "Time since the start, in seconds",
        status.uptime,
    );
    let serving = u8::from(status.state == "Serving");
    page.gauge("serving", "Whether PEs and PUs are served", serving);
    let totals = &status.totals;
    page.gauge("pools", "Pools", totals.pools);
    page.gauge("pool_elements", "PEs in all pools", totals.pool_elements);
    page.gauge("subscriptions", "Subscriptions", totals.subscriptions);
    let sessions = status.table_sessions.len();
    page.gauge("table_sessions", "Downloads by peers", sessions);
    page.family("home_pool_elements", "gauge", "PEs by their Home");
    for owner in &status.owners {
        page.sample(
            "home_pool_elements",
            &[("home", &owner.id)],
            owner.pool_elements,
        );
    }
    page.family("associations", "gauge", "Associations that are up");
    for (kind, count) in [
        ("sctp", totals.associations_sctp),
        ("tcp", totals.associations_tcp),
        ("enrp", totals.associations_enrp),
    ] {
        page.sample("associations", &[("kind", &kind)], count);
    }
    page.family("peers", "gauge", "Peers by state");
    for state in ["Active", "Probed", "Dead", "NotActive"] {
        let count = status.peers.iter().filter(|peer| peer.state == state);
        page.sample("peers", &[("state", &state)], count.count());
    }
}

fn limits(page: &mut Page, status: &Status) {
    page.family("limit", "gauge", "Limits, by setting");
    for limit in &status.limits {
        if let Some(max) = limit.max {
            page.sample("limit", &[("limit", &limit.key)], max);
        }
    }
    page.family("limit_used", "gauge", "Use of limits");
    for limit in &status.limits {
        if let Some(used) = limit.used {
            page.sample("limit_used", &[("limit", &limit.key)], used);
        }
    }
    page.family(
        "limit_hits_total",
        "counter",
        "Times that limits were reached",
    );
    for limit in &status.limits {
        page.sample("limit_hits_total", &[("limit", &limit.key)], limit.hits);
    }
}

fn counters(page: &mut Page, status: &Status) {
    let n = &status.counters;
    let directions = [
        (
            "messages_received_total",
            "Messages received",
            &n.asap_in,
            &n.enrp_in,
        ),
        (
            "messages_sent_total",
            "Messages sent",
            &n.asap_out,
            &n.enrp_out,
        ),
    ];
    for (name, help, asap, enrp) in directions {
        page.family(name, "counter", help);
        for (protocol, types) in [("asap", asap), ("enrp", enrp)] {
            for (kind, count) in types {
                page.sample(name, &[("protocol", protocol), ("type", kind)], count);
            }
        }
    }
    page.family(
        "refusals_total",
        "counter",
        "Refusals by procedure and cause",
    );
    let procedures = [
        ("registration", &n.registrations_rejected),
        ("deregistration", &n.deregistrations_refused),
        ("resolution", &n.resolutions_refused),
    ];
    for (procedure, causes) in procedures {
        for (cause, count) in causes {
            let labels: [(&str, &dyn Display); 2] = [("procedure", &procedure), ("cause", cause)];
            page.sample("refusals_total", &labels, count);
        }
    }
    page.family("departures_total", "counter", "PEs that left, by reason");
    for (reason, count) in &n.departed {
        page.sample("departures_total", &[("reason", reason)], count);
    }
    for (name, help, _) in EVENTS {
        let family = format!("{name}_total");
        page.family(&family, "counter", help);
        let count = n.events.get(name).copied().unwrap_or(0);
        page.sample(&family, NO_LABELS, count);
    }
}

/// The growing text. All names begin with `rserpool_`.
struct Page(String);

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let page = &mut self.0;
        // Writing to a String does not fail.
        let _ = write!(
            page,
            "# HELP rserpool_{name} {help}.\n# TYPE rserpool_{name} {kind}\n"
        );
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", help);
        self.sample(name, NO_LABELS, value);
    }

    fn sample(&mut self, name: &str, labels: &[(&str, impl Display)], value: impl Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(key, text)| format!("{key}=\"{}\"", escape(&text.to_string())))
            .collect();
        let labels = match labels.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", labels.join(",")),
        };
        let _ = writeln!(self.0, "rserpool_{name}{labels} {value}");
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
