//! The effective settings: defaults filled in, contradictions found.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use rsp_proto::registrar::{Config, enrp};
use rsp_transport::SctpOptions;
use rsp_transport::frame::LONGEST;
use rsp_transport::live::{Mode, StackConfig};

use super::Settings;
use crate::carrier::Carriage;
use crate::registrar::driver::{EnrpEndpoint, Setup};
use crate::values::{
    ASAP_PORT, Announce, Carrier, MessageSize, Period, Span, StatusSocket, UDP_ENCAPSULATION_PORT,
};

/// Default time limit for the end after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// Octets of a REGISTRATION besides the handle and the Pool Element parameter: its header, the handle's
/// header and padding.
const AROUND_A_REGISTRATION: usize = 11;

impl Settings {
    /// Returns the set-up of the driver, with the defaults filled in.
    ///
    /// # Errors
    /// Settings contradict each other; the text names the keys of each contradiction.
    pub fn setup(&self) -> Result<Setup, String> {
        let contradictions = self.contradictions();
        if !contradictions.is_empty() {
            return Err(contradictions.join("; "));
        }
        let asap = self.asap_addrs();
        let groups = self.announce.iter().flatten();
        let announce = groups.filter_map(|announce| match announce {
            Announce::To(group) => Some(*group),
            Announce::Off => None,
        });
        let d = Setup::default();
        Ok(Setup {
            config: self.config(),
            asap_port: asap.first().map_or(ASAP_PORT, SocketAddr::port),
            asap_addrs: asap.iter().map(SocketAddr::ip).collect(),
            tcp: self.tcp,
            announce: announce.collect(),
            enrp: self.enrp_endpoint(),
            max_backlog: self.max_backlog.map_or(d.max_backlog, NonZeroUsize::get),
            max_peer_backlog: self
                .max_peer_backlog
                .map_or(d.max_peer_backlog, NonZeroUsize::get),
        })
    }

    /// Returns the stack to start.
    pub fn stack(&self, setup: &Setup) -> (Mode, StackConfig) {
        let ip = setup.asap_addrs.first().copied();
        let ip = ip.unwrap_or(IpAddr::from([127, 0, 0, 1]));
        let carriage = Carriage {
            carrier: self.transport,
            udp_port: self.udp_port,
            peer_udp_port: self.peer_udp_port,
            udp_peer: self.udp_peer.as_deref().unwrap_or_default(),
            options: self.options(setup),
        };
        carriage.stack(ip, UDP_ENCAPSULATION_PORT)
    }

    /// Returns the time limit for the end after a signal.
    pub fn grace(&self) -> Duration {
        self.grace.map_or(GRACE, |grace| grace.0)
    }

    /// Returns the settings that the registrar runs with: every default filled in. They give themselves again.
    ///
    /// # Errors
    /// Settings contradict each other; the text names the keys of each contradiction.
    pub fn effective(&self) -> Result<Self, String> {
        let setup = self.setup()?;
        let (_, stack) = self.stack(&setup);
        let (c, e, o) = (&setup.config, &setup.config.enrp, &stack.options);
        let period = |span: Duration| Some(Period(span));
        let count = NonZeroUsize::new;
        let announce = match setup.announce.as_slice() {
            [] => vec![Announce::Off],
            groups => groups.iter().copied().map(Announce::To).collect(),
        };
        Ok(Self {
            asap: Some(self.asap_addrs()),
            transport: Some(self.transport.unwrap_or(Carrier::Udp)),
            udp_port: Some(stack.udp_port),
            peer_udp_port: Some(stack.peer_udp_port),
            udp_peer: self.udp_peer.clone(),
            tcp: self.tcp,
            announce: Some(announce),
            enrp: self.enrp.clone(),
            peer: self.peer.clone(),
            id: self.id,
            // A larger one has no place in TOML; as a flag it can be given all the same.
            seed: self.seed.filter(|&seed| i64::try_from(seed).is_ok()),
            status_socket: Some(self.status_socket.clone().unwrap_or(StatusSocket::Off)),
            metrics: self.metrics,
            grace: period(self.grace()),
            t6_serverannounce: period(c.t6_serverannounce),
            max_bad_pe_report: Some(c.max_bad_pe_report),
            keep_alive_interval: Some(Span(c.keep_alive_interval)),
            keep_alive_timeout: period(c.keep_alive_timeout),
            keep_alive_gap: Some(Span(c.keep_alive_gap)),
            tcp_idle: Some(Span(c.tcp_idle)),
            max_items: count(c.max_items),
            update_interval: Some(Span(c.update_interval)),
            check_addresses: Some(c.check_addresses),
            peer_heartbeat_cycle: period(e.peer_heartbeat_cycle),
            max_time_last_heard: period(e.max_time_last_heard),
            max_time_no_response: period(e.max_time_no_response),
            table_request_timeout: period(e.table_request_timeout),
            table_session_timeout: period(e.table_session_timeout),
            mentor_retry: period(e.mentor_retry),
            mentor_rounds: Some(e.mentor_rounds),
            peer_list_cycle: Some(Span(e.peer_list_cycle)),
            max_peers: count(e.max_peers),
            max_peer_addresses: count(e.max_peer_addresses),
            max_table_sessions: count(e.max_table_sessions),
            max_table_elements: count(e.max_table_elements),
            max_table_parts: count(e.max_table_parts),
            max_adoptions: count(e.max_adoptions),
            max_waiting_messages: count(e.max_waiting_messages),
            max_pools: count(c.max_pools),
            max_pool_elements: count(c.max_pool_elements),
            max_pool_elements_per_pool: count(c.max_pool_elements_per_pool),
            max_handle_length: count(c.max_handle_length),
            max_element_length: count(c.max_element_length),
            max_associations: count(c.max_associations),
            max_associations_per_address: count(c.associations_per_address()),
            max_subscriptions: Some(c.max_subscriptions),
            max_subscriptions_per_association: Some(c.max_subscriptions_per_association),
            max_message_rate: Some(c.max_message_rate),
            max_registration_rate: Some(c.max_registration_rate),
            max_report_rate: Some(c.max_report_rate),
            max_peer_message_rate: Some(c.max_peer_message_rate),
            max_backlog: count(setup.max_backlog),
            max_peer_backlog: count(setup.max_peer_backlog),
            max_message: Some(MessageSize(c.max_message)),
            max_servers: Some(c.max_servers),
            rto_initial: period(o.rto_initial),
            rto_min: period(o.rto_min),
            rto_max: period(o.rto_max),
            hb_interval: Some(Span(o.heartbeat_interval)),
            association_max_retrans: Some(o.max_retransmissions),
            max_init_retransmits: Some(o.max_init_retransmits),
        })
    }

    /// Returns the contradictions between settings, each with its keys.
    fn contradictions(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.endpoint_contradictions(&mut found);
        self.peer_contradictions(&mut found);
        self.timer_contradictions(&mut found);
        self.limit_contradictions(&mut found);
        found
    }

    fn endpoint_contradictions(&self, found: &mut Vec<String>) {
        let asap = self.asap_addrs();
        let enrp = self.enrp.as_deref().unwrap_or_default();
        if asap.is_empty() {
            found.push("asap: set at least one ADDR:PORT".to_owned());
        }
        for (key, addrs) in [("asap", asap.as_slice()), ("enrp", enrp)] {
            if addrs.iter().any(|addr| addr.port() != addrs[0].port()) {
                found.push(format!(
                    "{key}: all addresses of the endpoint share one port"
                ));
            }
            let over_udp = self.transport.unwrap_or(Carrier::Udp) == Carrier::Udp;
            if addrs.len() > 1 && over_udp {
                found.push(format!(
                    "{key}, transport: over UDP an endpoint has one address; for several set transport to kernel or auto"
                ));
            }
        }
        let both = |addr: &SocketAddr| addr.port() != 0 && enrp.contains(addr);
        if let Some(addr) = asap.iter().find(|addr| both(addr)) {
            found.push(format!("asap, enrp: both use {addr}"));
        }
        if let Some(addr) = self.metrics.filter(|addr| addr.port() != 0)
            && self.tcp == Some(addr)
        {
            found.push(format!("tcp, metrics: both use {addr}"));
        }
        let announce = self.announce.as_deref().unwrap_or_default();
        if announce.len() > 1 && announce.contains(&Announce::Off) {
            found.push("announce: off cannot be combined with a group".to_owned());
        }
        let vague = |addr: &SocketAddr| addr.ip().is_unspecified() && addr.port() != ASAP_PORT;
        let announces = announce.iter().any(|announce| *announce != Announce::Off);
        if let Some(addr) = asap.iter().find(|addr| announces && vague(addr)) {
            found.push(format!(
                "asap, announce: {addr} cannot be announced; set an address of this host, or the port {ASAP_PORT}"
            ));
        }
        for announce in announce {
            match announce {
                Announce::To(group) if !group.ip().is_multicast() => {
                    found.push(format!("announce: {} is not a multicast group", group.ip()))
                }
                Announce::To(group) if group.port() == 0 => {
                    found.push("announce: port 0 is not a destination".to_owned());
                }
                Announce::To(_) | Announce::Off => {}
            }
        }
    }

    fn peer_contradictions(&self, found: &mut Vec<String>) {
        let peers = self.peer.as_deref().unwrap_or_default();
        let own = self.enrp.as_deref().unwrap_or_default();
        if own.is_empty() && !peers.is_empty() {
            found.push("peer: the registrar has no ENRP endpoint; set enrp".to_owned());
        }
        if let Some(addr) = own.iter().find(|addr| addr.ip().is_unspecified()) {
            found.push(format!(
                "enrp: {addr} is unspecified, peers cannot reach it; set an address of this host"
            ));
        }
        for peer in peers {
            if peer.port() == 0 {
                found.push("peer: port 0 is not a destination".to_owned());
            } else if own.contains(peer) {
                found.push(format!("peer, enrp: {peer} is this registrar itself"));
            }
        }
    }

    fn timer_contradictions(&self, found: &mut Vec<String>) {
        let (c, setup) = (self.config(), Setup::default());
        let o = self.options(&setup);
        let shown = |span: Duration| Span(span).to_string();
        if c.enrp.max_time_last_heard <= c.enrp.peer_heartbeat_cycle {
            found.push(format!(
                "max-time-last-heard, peer-heartbeat-cycle: a peer that is heard every {} would \
                 count as silent after {}",
                shown(c.enrp.peer_heartbeat_cycle),
                shown(c.enrp.max_time_last_heard),
            ));
        }
        if o.rto_min > o.rto_max {
            found.push(format!(
                "rto-min, rto-max: {} is more than {}",
                shown(o.rto_min),
                shown(o.rto_max)
            ));
        }
        // A heartbeat has RTO.Initial to be answered; the next one ends that wait.
        if !o.heartbeat_interval.is_zero() && o.heartbeat_interval <= o.rto_initial {
            found.push(format!(
                "hb-interval, rto-initial: with {} and {} a missing heartbeat ack is never noticed",
                shown(o.heartbeat_interval),
                shown(o.rto_initial)
            ));
        }
        if o.rto_initial > o.rto_max {
            found.push(format!(
                "rto-initial, rto-max: {} is more than {}",
                shown(o.rto_initial),
                shown(o.rto_max)
            ));
        }
    }

    fn limit_contradictions(&self, found: &mut Vec<String>) {
        let c = self.config();
        let total = c.max_pool_elements;
        // A pool has at least one PE. The defaults of the parts are not above the whole.
        let parts = [
            ("max-pools", c.max_pools),
            ("max-pool-elements-per-pool", c.max_pool_elements_per_pool),
        ];
        for (key, part) in parts {
            if part > total {
                found.push(format!(
                    "{key}, max-pool-elements: {part} is more than the {total} PEs in all pools"
                ));
            }
        }
        let (one, all) = (c.associations_per_address(), c.max_associations);
        if one > all {
            found.push(format!(
                "max-associations-per-address, max-associations: {one} is more than {all}"
            ));
        }
        let (one, all) = (c.max_subscriptions_per_association, c.max_subscriptions);
        if one > all {
            found.push(format!(
                "max-subscriptions-per-association, max-subscriptions: {one} is more than {all}"
            ));
        }
        let longest = c.max_handle_length + c.max_element_length + AROUND_A_REGISTRATION;
        if longest > c.max_message {
            found.push(format!(
                "max-handle-length, max-element-length, max-message: a registration of {longest} octets \
                 would be allowed, but no message above {}",
                c.max_message
            ));
        }
    }

    fn asap_addrs(&self) -> Vec<SocketAddr> {
        let usual = || vec![SocketAddr::from(([127, 0, 0, 1], ASAP_PORT))];
        self.asap.clone().unwrap_or_else(usual)
    }

    fn enrp_endpoint(&self) -> Option<EnrpEndpoint> {
        let addrs = self.enrp.as_deref()?;
        Some(EnrpEndpoint {
            port: addrs.first()?.port(),
            addrs: addrs.iter().map(SocketAddr::ip).collect(),
        })
    }

    fn options(&self, setup: &Setup) -> SctpOptions {
        let d = SctpOptions::default();
        SctpOptions {
            rto_initial: self.rto_initial.map_or(d.rto_initial, |p| p.0),
            rto_min: self.rto_min.map_or(d.rto_min, |p| p.0),
            rto_max: self.rto_max.map_or(d.rto_max, |p| p.0),
            heartbeat_interval: self.hb_interval.map_or(d.heartbeat_interval, |s| s.0),
            max_retransmissions: self
                .association_max_retrans
                .unwrap_or(d.max_retransmissions),
            max_init_retransmits: self.max_init_retransmits.unwrap_or(d.max_init_retransmits),
            // What is longer than `max-message`, but a message all the same, is the engine's to drop.
            max_message: LONGEST,
            send_queue: setup.send_queue(),
            max_associations: setup.config.all_associations(),
            max_connections: setup.config.max_tcp_connections,
            ..d
        }
    }

    fn enrp_config(&self) -> enrp::Config {
        let d = enrp::Config::default();
        let count = |set: Option<NonZeroUsize>, default| set.map_or(default, NonZeroUsize::get);
        let period = |set: Option<Period>, default| set.map_or(default, |period| period.0);
        enrp::Config {
            peers: self.peer.clone().unwrap_or_default(),
            peer_heartbeat_cycle: period(self.peer_heartbeat_cycle, d.peer_heartbeat_cycle),
            max_time_last_heard: period(self.max_time_last_heard, d.max_time_last_heard),
            max_time_no_response: period(self.max_time_no_response, d.max_time_no_response),
            table_request_timeout: period(self.table_request_timeout, d.table_request_timeout),
            table_session_timeout: period(self.table_session_timeout, d.table_session_timeout),
            mentor_retry: period(self.mentor_retry, d.mentor_retry),
            mentor_rounds: self.mentor_rounds.unwrap_or(d.mentor_rounds),
            peer_list_cycle: self
                .peer_list_cycle
                .map_or(d.peer_list_cycle, |span| span.0),
            max_peers: count(self.max_peers, d.max_peers),
            max_peer_addresses: count(self.max_peer_addresses, d.max_peer_addresses),
            max_table_sessions: count(self.max_table_sessions, d.max_table_sessions),
            max_table_elements: count(self.max_table_elements, d.max_table_elements),
            max_table_parts: count(self.max_table_parts, d.max_table_parts),
            max_adoptions: count(self.max_adoptions, d.max_adoptions),
            max_waiting_messages: count(self.max_waiting_messages, d.max_waiting_messages),
        }
    }

    fn config(&self) -> Config {
        let d = Config::default();
        let count = |set: Option<NonZeroUsize>, default| set.map_or(default, NonZeroUsize::get);
        let period = |set: Option<Period>, default| set.map_or(default, |period| period.0);
        let span = |set: Option<Span>, default| set.map_or(default, |span| span.0);
        let total = count(self.max_pool_elements, d.max_pool_elements);
        let subscriptions = self.max_subscriptions.unwrap_or(d.max_subscriptions);
        Config {
            id: self.id.map(|id| id.0).or(d.id),
            t6_serverannounce: period(self.t6_serverannounce, d.t6_serverannounce),
            max_bad_pe_report: self.max_bad_pe_report.unwrap_or(d.max_bad_pe_report),
            keep_alive_interval: span(self.keep_alive_interval, d.keep_alive_interval),
            keep_alive_timeout: period(self.keep_alive_timeout, d.keep_alive_timeout),
            keep_alive_gap: span(self.keep_alive_gap, d.keep_alive_gap),
            tcp_idle: span(self.tcp_idle, d.tcp_idle),
            max_items: count(self.max_items, d.max_items),
            update_interval: span(self.update_interval, d.update_interval),
            check_addresses: self.check_addresses.unwrap_or(d.check_addresses),
            max_pools: count(self.max_pools, d.max_pools.min(total)),
            max_pool_elements: total,
            max_pool_elements_per_pool: count(
                self.max_pool_elements_per_pool,
                d.max_pool_elements_per_pool.min(total),
            ),
            max_handle_length: count(self.max_handle_length, d.max_handle_length),
            max_element_length: count(self.max_element_length, d.max_element_length),
            max_associations: count(self.max_associations, d.max_associations),
            max_associations_per_address: self.max_associations_per_address.map(NonZeroUsize::get),
            max_tcp_connections: count(self.max_associations, d.max_tcp_connections),
            max_subscriptions: subscriptions,
            max_subscriptions_per_association: self
                .max_subscriptions_per_association
                .unwrap_or(d.max_subscriptions_per_association.min(subscriptions)),
            max_message_rate: self.max_message_rate.unwrap_or(d.max_message_rate),
            max_registration_rate: self
                .max_registration_rate
                .unwrap_or(d.max_registration_rate),
            max_report_rate: self.max_report_rate.unwrap_or(d.max_report_rate),
            max_peer_message_rate: self
                .max_peer_message_rate
                .unwrap_or(d.max_peer_message_rate),
            max_message: self.max_message.map_or(d.max_message, |size| size.0),
            max_servers: self.max_servers.unwrap_or(d.max_servers),
            enrp: self.enrp_config(),
        }
    }
}

#[cfg(test)]
mod tests;
