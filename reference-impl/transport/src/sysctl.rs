//! The sysctls of the kernel's SCTP that decide how associations run.

use crate::unavailable::Unavailable;

/// Returns the UDP port on which the kernel takes encapsulated SCTP (RFC 6951).
///
/// # Errors
/// If the port is 0 or the kernel has no such sysctl.
pub fn kernel_encapsulation() -> Result<u16, Unavailable> {
    let set = "as root, before any SCTP socket is made: sysctl -w net.sctp.udp_port=9899";
    match std::fs::read_to_string("/proc/sys/net/sctp/udp_port") {
        Ok(text) => match text.trim().parse() {
            Ok(0) => Err(Unavailable::new("the sysctl net.sctp.udp_port is 0", set)),
            Ok(port) => Ok(port),
            Err(_) => Err(Unavailable::new(
                format!("net.sctp.udp_port is {:?}", text.trim()),
                set,
            )),
        },
        Err(error) => Err(Unavailable::new(
            format!("no sysctl net.sctp.udp_port ({error})"),
            "load the sctp module of a kernel from 5.11 on",
        )),
    }
}

/// Checks that the kernel keeps a separate buffer for each association, in both directions.
///
/// # Errors
/// If all associations of an endpoint share one buffer, so that a peer that does not read takes the room of
/// all others.
pub fn kernel_buffers() -> Result<(), Unavailable> {
    let read = |name| std::fs::read_to_string(format!("/proc/sys/net/sctp/{name}")).ok();
    shared_buffers(POLICIES.map(|name| (name, read(name))))
}

/// The sysctls that are 1 if each association has separate buffers.
const POLICIES: [&str; 2] = ["sndbuf_policy", "rcvbuf_policy"];

/// Names the policies that are not 1. A policy that cannot be read counts as 1.
fn shared_buffers(policies: [(&str, Option<String>); 2]) -> Result<(), Unavailable> {
    let is_shared = |text: &String| text.trim() != "1";
    let shared: Vec<&str> = policies
        .iter()
        .filter(|(_, text)| text.as_ref().is_some_and(is_shared))
        .map(|&(name, _)| name)
        .collect();
    if shared.is_empty() {
        return Ok(());
    }
    let listed = |before: &str, after: &str, between: &str| {
        let named = shared.iter().map(|name| format!("{before}{name}{after}"));
        named.collect::<Vec<_>>().join(between)
    };
    Err(Unavailable::new(
        format!(
            "all associations of an SCTP endpoint share one buffer ({} not 1), so that a peer that does not \
             read delays the others",
            listed("net.sctp.", "", " and ")
        ),
        format!(
            "as root, before any SCTP socket is made: sysctl -w {}",
            listed("net.sctp.", "=1", " ")
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_buffers_are_named_with_their_remedy() {
        let report = |send: Option<&str>, receive: Option<&str>| {
            let [first, second] = POLICIES;
            let text = |text: Option<&str>| text.map(str::to_owned);
            let shared = shared_buffers([(first, text(send)), (second, text(receive))]);
            shared.map_err(|error| error.to_string())
        };
        assert_eq!(report(Some("1\n"), Some("1\n")), Ok(()));
        assert_eq!(report(None, None), Ok(()), "nothing is known");
        let both = report(Some("0\n"), Some("0\n")).unwrap_err();
        assert!(both.contains("net.sctp.sndbuf_policy and net.sctp.rcvbuf_policy not 1"));
        assert!(both.ends_with("sysctl -w net.sctp.sndbuf_policy=1 net.sctp.rcvbuf_policy=1"));
        let one = report(Some("1\n"), Some("0\n")).unwrap_err();
        assert!(one.contains("(net.sctp.rcvbuf_policy not 1)"), "{one}");
        assert!(one.ends_with("sysctl -w net.sctp.rcvbuf_policy=1"));
    }
}
