//! Two targets in one world: one is the first instance, the other is all others.

use super::{Addresses, Peers, Target};
use rspcheck_spec::ics::Ics;
use rspcheck_spec::ixit::Timers;
use std::net::IpAddr;
use std::time::Duration;

/// The key of a file whose command does not take the UDP port of the peers.
const PORT: &str = "{peer-udp-port}";

impl Target {
    /// Returns this target as the first instance of a world whose other instances are `other`, and `other` as those. Both
    /// have the same timers then: of each, the longer one, so that deadlines allow what the slower target needs. They
    /// claim what both claim. The known deviations are those of both. `is_same`: both are from the same file.
    ///
    /// # Errors
    /// A sentence with the file, the place and the remedy if they cannot be each other's peers.
    pub fn beside(&self, other: &Target, is_same: bool) -> Result<(Target, Target), String> {
        for target in [self, other] {
            if let Some(why) = target.refuses_several() {
                return Err(format!("{}: {why}", target.name));
            }
        }
        let timers = [&self.timers, &other.timers];
        suit_each_other(timers).map_err(|what| {
            format!(
                "{} and {}: {what}; give both the same",
                self.label(),
                other.label()
            )
        })?;
        let udp_port = common_port(self, other)?;
        let (mut first, mut others) = (self.clone(), other.clone());
        let players = match of_wider_reach(peers(self), peers(other)) {
            true => self,
            false => other,
        };
        for (target, its) in [(&mut first, self), (&mut others, other)] {
            let mut own = peers(its).clone();
            own.udp_port = udp_port;
            own.port = peers(players).port;
            own.addresses = peers(players).addresses.clone();
            target.peers = Some(own);
            target.local = players.local;
            target.timers = slower(timers);
            target.ics = self.ics.intersection(&other.ics).copied().collect();
            target.ics.extend([Ics::EnrpPeers, Ics::SeveralTargets]);
            target.silence = self.silence.max(other.silence);
            target.case_limit = self.case_limit.max(other.case_limit);
            target.jobs = self.jobs.min(other.jobs);
            target.fresh = true;
            let range = if of_wider_reach_of(instances(self), instances(other)) {
                instances(self)
            } else {
                instances(other)
            };
            if is_loopback(instances(its)) {
                target.instances = Some(range.clone());
            }
            if target.udp_port == udp_port {
                return Err(format!(
                    "{}: its udp-port {udp_port} is the port of the relay (peer-udp-port); give udp-port the port 0, or \
                     another peer-udp-port in both files",
                    its.label()
                ));
            }
        }
        if !is_same {
            first.name = format!("{} with {}", self.name, other.name);
            first.version = String::new();
            let new = other
                .expect
                .iter()
                .filter(|it| !self.expect.iter().any(|mine| mine.repeats(it)));
            first.expect.extend(new.cloned());
        }
        Ok((first, others))
    }

    /// Returns its file, or its name where it has none.
    fn label(&self) -> String {
        let file = self.file.as_ref();
        file.map_or_else(|| self.name.clone(), |file| file.display().to_string())
    }
}

fn peers(target: &Target) -> &Peers {
    let peers = target.peers.as_ref();
    peers.expect("a target without peers refuses several instances")
}

fn instances(target: &Target) -> &Addresses {
    let instances = target.instances.as_ref();
    instances.expect("a target without their addresses refuses several instances")
}

fn of_wider_reach(one: &Peers, other: &Peers) -> bool {
    of_wider_reach_of(&one.addresses, &other.addresses)
}

/// Returns false if the other addresses are reached from more places: those off the loopback.
fn of_wider_reach_of(one: &Addresses, other: &Addresses) -> bool {
    !is_loopback(one) || is_loopback(other)
}

fn is_loopback(addresses: &Addresses) -> bool {
    let first: IpAddr = addresses.range.nth(0);
    first.is_loopback()
}

/// Returns a UDP port at which both targets look for their peers: that of a command that has no place for another one.
fn common_port(one: &Target, other: &Target) -> Result<u16, String> {
    let takes_any = |target: &Target| target.command.iter().any(|word| word.contains(PORT));
    let ports = (peers(one).udp_port, peers(other).udp_port);
    match (takes_any(one), takes_any(other)) {
        (false, false) if ports.0 != ports.1 => Err(format!(
            "{} and {} look for their peers at different UDP ports, {} and {}; give both the same peer-udp-port, or add \
             {PORT} to a command",
            one.label(),
            other.label(),
            ports.0,
            ports.1
        )),
        (true, false) => Ok(ports.1),
        _ => Ok(ports.0),
    }
}

/// Checks that neither target takes the other one for dead by its timers alone.
fn suit_each_other([one, other]: [&Timers; 2]) -> Result<(), String> {
    let span = |time: Duration| format!("{} s", time.as_secs_f64());
    let heard = (one.max_time_last_heard, other.max_time_last_heard);
    let (short, long) = (heard.0.min(heard.1), heard.0.max(heard.1));
    if long > short.mul_f64(1.5) {
        return Err(format!(
            "max-time-last-heard is {} and {}, so that a silence which one allows is a death for the other",
            span(heard.0),
            span(heard.1)
        ));
    }
    let cycle = one.peer_heartbeat_cycle.max(other.peer_heartbeat_cycle);
    if cycle >= short {
        return Err(format!(
            "a peer-heartbeat-cycle of {} is too long for a max-time-last-heard of {}",
            span(cycle),
            span(short)
        ));
    }
    Ok(())
}

/// Returns the longer of each timer and the larger of each threshold.
fn slower([one, other]: [&Timers; 2]) -> Timers {
    Timers {
        t1_enrprequest: one.t1_enrprequest.max(other.t1_enrprequest),
        t2_registration: one.t2_registration.max(other.t2_registration),
        t3_deregistration: one.t3_deregistration.max(other.t3_deregistration),
        t4_reregistration: one.t4_reregistration.max(other.t4_reregistration),
        t5_serverhunt: one.t5_serverhunt.max(other.t5_serverhunt),
        t6_serverannounce: one.t6_serverannounce.max(other.t6_serverannounce),
        t7_enrpoutdate: one.t7_enrpoutdate.max(other.t7_enrpoutdate),
        max_reg_attempt: one.max_reg_attempt.max(other.max_reg_attempt),
        max_request_retransmit: one.max_request_retransmit.max(other.max_request_retransmit),
        retran_max: one.retran_max.max(other.retran_max),
        max_bad_pe_report: one.max_bad_pe_report.max(other.max_bad_pe_report),
        keep_alive_interval: one.keep_alive_interval.max(other.keep_alive_interval),
        keep_alive_timeout: one.keep_alive_timeout.max(other.keep_alive_timeout),
        peer_heartbeat_cycle: one.peer_heartbeat_cycle.max(other.peer_heartbeat_cycle),
        max_time_last_heard: one.max_time_last_heard.max(other.max_time_last_heard),
        max_time_no_response: one.max_time_no_response.max(other.max_time_no_response),
        table_request: one.table_request.max(other.table_request),
        mentor_session: one.mentor_session.max(other.mentor_session),
        rejected_request: one.rejected_request.max(other.rejected_request),
        stale_cache_value: one.stale_cache_value.max(other.stale_cache_value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundled;
    use std::path::Path;

    /// Returns the bundled target with changes in its file.
    fn target(changes: &[(&str, &str)]) -> Target {
        let mut text = include_str!("../../../profiles/bundled.toml").to_owned();
        for (old, new) in changes {
            assert!(text.contains(old), "{old}");
            text = text.replacen(old, new, 1);
        }
        Target::parse(&text, Path::new("t.toml")).expect("it is good")
    }

    #[test]
    fn deadlines_are_those_of_the_slower_one() {
        let slow = target(&[
            (
                "max-time-last-heard = \"1500ms\"",
                "max-time-last-heard = \"2s\"",
            ),
            (
                "keep-alive-timeout = \"500ms\"",
                "keep-alive-timeout = \"100ms\"",
            ),
        ]);
        let (first, others) = bundled::spawned().beside(&slow, false).expect("they fit");
        assert_eq!(first.timers, others.timers);
        assert_eq!(first.timers.max_time_last_heard, Duration::from_secs(2));
        let timeout = first.timers.keep_alive_timeout;
        assert_eq!(timeout, Some(Duration::from_millis(500)));
        assert_ne!(first.command, [""; 0]);
        assert_eq!(others.command, slow.command);
    }

    #[test]
    fn timers_by_which_one_is_dead_for_the_other_are_refused() {
        let slow = target(&[(
            "max-time-last-heard = \"1500ms\"",
            "max-time-last-heard = \"61s\"",
        )]);
        let why = bundled::spawned().beside(&slow, false);
        let why = why.expect_err("1.5 s and 61 s");
        assert!(
            why.contains("is 1.5 s and 61 s, so that a silence"),
            "{why}"
        );
        assert!(why.contains("t.toml"), "{why}");
    }

    #[test]
    fn port_of_the_command_that_takes_no_other_is_used() {
        let fixed = |port: &str| {
            let key = format!("peer-udp-port = {port}");
            let word = "\"--peer-udp-port\", \"{peer-udp-port}\", ";
            target(&[("peer-udp-port = 9899", &key), (word, "")])
        };
        let (first, others) = bundled::spawned()
            .beside(&fixed("9898"), false)
            .expect("they fit");
        let port = |target: &Target| target.peers.as_ref().map(|peers| peers.udp_port);
        assert_eq!((port(&first), port(&others)), (Some(9898), Some(9898)));
        let why = fixed("9898").beside(&fixed("9897"), false);
        let why = why.expect_err("each has its own");
        assert!(
            why.contains("9898 and 9897; give both the same peer-udp-port"),
            "{why}"
        );
    }

    #[test]
    fn addresses_off_the_loopback_are_used_for_both() {
        let off = target(&[
            ("127.64.0.1-127.127.255.254", "10.255.2.1-10.255.2.99"),
            ("127.128.0.1-127.191.255.254", "10.255.3.1-10.255.3.99"),
        ]);
        for (one, other) in [(bundled::spawned(), off.clone()), (off, bundled::spawned())] {
            let (first, others) = one.beside(&other, false).expect("they fit");
            for target in [first, others] {
                assert_eq!(
                    peers(&target).addresses.range.to_string(),
                    "10.255.2.1-10.255.2.99"
                );
                assert_eq!(
                    instances(&target).range.to_string(),
                    "10.255.3.1-10.255.3.99"
                );
            }
        }
    }
}
