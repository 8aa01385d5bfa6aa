//! A pool as text and as JSON.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use rserpool::policy::{self, Amount};
use rsp_proto::pool_user::Resolution;
use rsp_wire::{PeIdentifier, Policy, PolicyType, PoolElement, Transport, TransportUse};
use serde_json::{Value, json};

/// Returns the pool as a table. A star marks the preferred pool element.
pub(super) fn table(resolution: &Resolution, preferred: Option<PeIdentifier>) -> String {
    let rows: Vec<[String; 5]> = resolution
        .elements
        .iter()
        .map(|element| {
            [
                element.identifier.to_string(),
                element.home.to_string(),
                life(element),
                policy_text(&element.policy),
                transport(&element.user_transport),
            ]
        })
        .collect();
    let heads = ["PE", "HOME", "LIFE", "POLICY", "USER TRANSPORT"];
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].len());
        cells.chain([heads[column].len()]).max().unwrap_or(0)
    };
    let widths: [usize; 4] = std::array::from_fn(width);
    let mut text = format!(
        "{}: {}, {} pool element{}\n",
        resolution.pool,
        policy_name(resolution.policy),
        rows.len(),
        if rows.len() == 1 { "" } else { "s" }
    );
    let mut line = |mark: &str, cells: &[&str]| {
        text.push_str(mark);
        for (cell, width) in cells.iter().zip(widths) {
            write!(text, " {cell:width$} ").expect("memory does not fail");
        }
        writeln!(text, " {}", cells[4]).expect("memory does not fail");
    };
    line(" ", &heads);
    for (element, row) in resolution.elements.iter().zip(&rows) {
        let mark = if preferred == Some(element.identifier) {
            "*"
        } else {
            " "
        };
        line(mark, &row.each_ref().map(String::as_str));
    }
    text
}

/// Returns the pool as one JSON object.
pub(super) fn object(resolution: &Resolution) -> Value {
    let elements: Vec<Value> = resolution.elements.iter().map(element).collect();
    json!({
        "pool": resolution.pool.to_string(),
        "policy": policy_name(resolution.policy),
        "elements": elements,
    })
}

fn element(element: &PoolElement) -> Value {
    let asap: Option<Vec<String>> = element
        .asap_transport
        .as_ref()
        .map(|asap| endpoints("sctp", asap.addresses.iter(), asap.port));
    json!({
        "id": element.identifier.to_string(),
        "home": element.home.to_string(),
        "life-seconds": element.life.duration().map(|life| life.as_secs()),
        "policy": policy_text(&element.policy),
        "user-transport": transports(&element.user_transport),
        "control-channel": has_control_channel(&element.user_transport),
        "asap-transport": asap,
    })
}

fn life(element: &PoolElement) -> String {
    match element.life.duration() {
        Some(life) => format!("{}s", life.as_secs()),
        None => "infinite".to_owned(),
    }
}

/// Returns the user transport, such as `sctp://127.0.0.2:7`.
pub(super) fn transport(transport: &Transport) -> String {
    let control = if has_control_channel(transport) {
        " +control"
    } else {
        ""
    };
    format!("{}{control}", transports(transport).join(","))
}

fn transports(transport: &Transport) -> Vec<String> {
    let one = |address: IpAddr| std::iter::once(address);
    match transport {
        Transport::Sctp(sctp) => endpoints("sctp", sctp.addresses.iter(), sctp.port),
        Transport::Tcp(tcp) => endpoints("tcp", one(tcp.address), tcp.port),
        Transport::Udp(udp) => endpoints("udp", one(udp.address), udp.port),
        Transport::UdpLite(udp) => endpoints("udp-lite", one(udp.address), udp.port),
        Transport::Dccp(dccp) => endpoints("dccp", one(dccp.address), dccp.port),
        Transport::Opaque(_) => vec!["opaque".to_owned()],
    }
}

fn endpoints(scheme: &str, addresses: impl Iterator<Item = IpAddr>, port: u16) -> Vec<String> {
    addresses
        .map(|address| format!("{scheme}://{}", SocketAddr::new(address, port)))
        .collect()
}

fn has_control_channel(transport: &Transport) -> bool {
    matches!(transport, Transport::Sctp(sctp) if sctp.transport_use == TransportUse::DATA_PLUS_CONTROL)
}

fn policy_name(policy: PolicyType) -> String {
    match policy::Names::of(policy) {
        Some(names) => names.keyword.to_owned(),
        None => format!("{:#010x}", policy.0),
    }
}

fn policy_text(policy: &Policy) -> String {
    let name = policy_name(policy.policy_type());
    let amounts = policy::amounts(policy).into_iter();
    amounts.fold(name, |text, (name, amount)| match amount {
        Amount::Number(number) => format!("{text} {name}={number}"),
        Amount::Percent(percent) => format!("{text} {name}={percent:.1}%"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsp_wire::{RegistrationLife, SctpTransport, ServerId, TcpTransport, UnknownParameters};

    fn pool() -> Resolution {
        let element = |id, user_transport: Transport, policy| PoolElement {
            identifier: PeIdentifier(id),
            home: ServerId(0x10),
            life: RegistrationLife(300),
            user_transport,
            policy,
            asap_transport: None,
            unknown: UnknownParameters::NONE,
        };
        let mut sctp = SctpTransport::new(7, IpAddr::from([127, 0, 0, 2]));
        sctp.transport_use = TransportUse::DATA_PLUS_CONTROL;
        let tcp = Transport::Tcp(TcpTransport::new(80, "::1".parse().unwrap()));
        let load = u32::MAX / 2;
        let elements = vec![
            element(7, sctp.into(), Policy::LeastUsed { load }),
            element(0xabc, tcp, Policy::LeastUsed { load: 0 }),
        ];
        Resolution {
            pool: "EchoPool".into(),
            policy: PolicyType::LEAST_USED,
            elements,
        }
    }

    #[test]
    fn a_table_for_people() {
        let text = table(&pool(), Some(PeIdentifier(0xabc)));
        let expected = "\
EchoPool: least-used, 2 pool elements
  PE          HOME        LIFE  POLICY                 USER TRANSPORT
  0x00000007  0x00000010  300s  least-used load=50.0%  sctp://127.0.0.2:7 +control
* 0x00000abc  0x00000010  300s  least-used load=0.0%   tcp://[::1]:80
";
        assert_eq!(text, expected);
    }

    #[test]
    fn an_object_for_programs() {
        let object = object(&pool());
        assert_eq!(object["policy"], "least-used");
        assert_eq!(object["elements"][0]["id"], "0x00000007");
        assert_eq!(object["elements"][0]["control-channel"], true);
        assert_eq!(object["elements"][1]["user-transport"][0], "tcp://[::1]:80");
    }
}
