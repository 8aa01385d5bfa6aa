//! Settings of the registrar. A TOML file and the flags of the command line use the same names; flags win.

mod effective;

use std::net::SocketAddr;
use std::num::NonZeroUsize;

use serde::Serialize;

use crate::settings::settings;
use crate::values::{
    Announce, Carrier, MessageSize, Period, ServerId, Span, StatusSocket, UdpPeer,
};

settings! {
    /// Settings of a registrar. An absent setting has the default that its text names.
    #[derive(PartialEq, Eq, Serialize)]
    pub struct Settings {
        /// ASAP endpoint over SCTP, ADDR:PORT; several (comma or repeated) for multi-homing; port 0 takes any free port [default: 127.0.0.1:3863]
        #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',', value_parser = crate::address::endpoint)]
        #[serde(default, deserialize_with = "crate::address::one_or_many")]
        pub asap: Option<Vec<SocketAddr>>,
        /// Carrier of SCTP: udp for SCTP in user space over UDP, kernel for the kernel's SCTP, auto for the kernel's SCTP where it exists, else udp. The kernel needs net.sctp.sndbuf_policy=1 and net.sctp.rcvbuf_policy=1, else a PU that does not read delays the others [default: udp]
        #[arg(long, visible_alias = "carrier")]
        #[serde(alias = "carrier")]
        pub transport: Option<Carrier>,
        /// Local UDP port that carries SCTP, 0 for any free port [default: 9899]
        #[arg(long, value_name = "PORT")]
        pub udp_port: Option<u16>,
        /// UDP port that carries SCTP at peers, PEs and PUs [default: 9899]
        #[arg(long, value_name = "PORT")]
        pub peer_udp_port: Option<u16>,
        /// UDP port that carries SCTP at one address, ADDR=UDP-PORT or ADDR:PORT=UDP-PORT; several (comma or repeated)
        #[arg(long, value_name = "ADDR=PORT", value_delimiter = ',')]
        #[serde(
            default,
            deserialize_with = "crate::values::one_or_many_texts",
            serialize_with = "crate::values::udp_peers"
        )]
        pub udp_peer: Option<Vec<UdpPeer>>,
        /// Endpoint that accepts pool users over TCP [default: none]
        #[arg(long, value_name = "ADDR:PORT", value_parser = crate::address::endpoint)]
        #[serde(default, deserialize_with = "crate::address::one")]
        pub tcp: Option<SocketAddr>,
        /// Multicast groups for announcements, GROUP:PORT or "off"; several (comma or repeated), of either family [default: off]
        #[arg(long, value_name = "GROUP:PORT|off", value_delimiter = ',')]
        #[serde(default, deserialize_with = "crate::values::one_or_many_texts")]
        pub announce: Option<Vec<Announce>>,
        /// ENRP endpoint over SCTP, ADDR:PORT (IANA's port is 9901); several (comma or repeated) for multi-homing; without it the registrar has no peers
        #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',', value_parser = crate::address::endpoint)]
        #[serde(default, deserialize_with = "crate::address::one_or_many")]
        pub enrp: Option<Vec<SocketAddr>>,
        /// ENRP endpoint of another registrar; several (comma or repeated): the first one is the mentor, the others replace it if it fails
        #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',', value_parser = crate::address::endpoint)]
        #[serde(default, deserialize_with = "crate::address::one_or_many")]
        pub peer: Option<Vec<SocketAddr>>,
        /// Server identifier, decimal or 0x…, not 0; random by default
        #[arg(long)]
        pub id: Option<ServerId>,
        /// Seed of all random choices; random by default
        #[arg(long)]
        pub seed: Option<u64>,

        /// Local socket that answers `rserpool status`: a path, "default" or "off" [default: off]
        #[arg(long, value_name = "PATH|default|off")]
        pub status_socket: Option<StatusSocket>,
        /// Endpoint that answers Prometheus over HTTP at /metrics, without access control: choose a local address [default: none]
        #[arg(long, value_name = "ADDR:PORT", value_parser = crate::address::endpoint)]
        #[serde(default, deserialize_with = "crate::address::one")]
        pub metrics: Option<SocketAddr>,
        /// Time from SIGTERM or SIGINT until the registrar ends, in which it answers pending messages and shuts associations down [default: 5s]
        #[arg(long, value_name = "SPAN")]
        pub grace: Option<Period>,

        /// T6-Serverannounce: period of ASAP_SERVER_ANNOUNCE [default: 1s]
        #[arg(long, value_name = "SPAN")]
        pub t6_serverannounce: Option<Period>,
        /// MAX-BAD-PE-REPORT: a PE that is reported unreachable more often is removed [default: 3]
        #[arg(long, value_name = "N")]
        pub max_bad_pe_report: Option<u32>,
        /// Period of ENDPOINT_KEEP_ALIVE per PE, spread by ±50 %; 0s sends none [default: 30s]
        #[arg(long, value_name = "SPAN")]
        pub keep_alive_interval: Option<Span>,
        /// Time limit of a PE for its ENDPOINT_KEEP_ALIVE_ACK [default: 15s]
        #[arg(long, value_name = "SPAN")]
        pub keep_alive_timeout: Option<Period>,
        /// Least time between two ENDPOINT_KEEP_ALIVEs that reports cause at one PE, after the first eight [default: 1s]
        #[arg(long, value_name = "SPAN")]
        pub keep_alive_gap: Option<Span>,
        /// Time without a message after which the TCP connection of a PU ends; 0s ends none [default: 5min]
        #[arg(long, value_name = "SPAN")]
        pub tcp_idle: Option<Span>,
        /// Most PEs in one HANDLE_RESOLUTION_RESPONSE [default: 32]
        #[arg(long, value_name = "N")]
        pub max_items: Option<NonZeroUsize>,
        /// Least time between two updates to the subscribers of a pool; 0s declines subscriptions [default: 1s]
        #[arg(long, value_name = "SPAN")]
        pub update_interval: Option<Span>,
        /// Reject a PE with an address that its association does not have: true or false [default: true]
        #[arg(long, value_name = "BOOL")]
        pub check_addresses: Option<bool>,

        /// PEER-HEARTBEAT-CYCLE: period of ENRP_PRESENCE to all peers [default: 30s]
        #[arg(long, value_name = "SPAN")]
        pub peer_heartbeat_cycle: Option<Period>,
        /// MAX-TIME-LAST-HEARD: a peer silent for longer is probed [default: 61s]
        #[arg(long, value_name = "SPAN")]
        pub max_time_last_heard: Option<Period>,
        /// MAX-TIME-NO-RESPONSE: time limit of a peer for the answer to a probe or a list request [default: 5s]
        #[arg(long, value_name = "SPAN")]
        pub max_time_no_response: Option<Period>,
        /// Time limit of a peer for the answer to a handle table request [default: 5s]
        #[arg(long, value_name = "SPAN")]
        pub table_request_timeout: Option<Period>,
        /// Time that a download session waits for the next request [default: 10s]
        #[arg(long, value_name = "SPAN")]
        pub table_session_timeout: Option<Period>,
        /// Pause after all mentors rejected a request [default: 3s]
        #[arg(long, value_name = "SPAN")]
        pub mentor_retry: Option<Period>,
        /// Rounds of requests to all mentors before the registrar serves without a mentor [default: 3]
        #[arg(long, value_name = "N")]
        pub mentor_rounds: Option<u32>,

        /// Period of list requests to peers; 0s sends none [default: 5min]
        #[arg(long, value_name = "SPAN")]
        pub peer_list_cycle: Option<Span>,
        /// Most peers [default: 256]
        #[arg(long, value_name = "N")]
        pub max_peers: Option<NonZeroUsize>,
        /// Most addresses that are kept of one peer [default: 8]
        #[arg(long, value_name = "N")]
        pub max_peer_addresses: Option<NonZeroUsize>,
        /// Most download sessions of other registrars at a time [default: 16]
        #[arg(long, value_name = "N")]
        pub max_table_sessions: Option<NonZeroUsize>,
        /// Most PEs in one ENRP_HANDLE_TABLE_RESPONSE [default: 256]
        #[arg(long, value_name = "N")]
        pub max_table_elements: Option<NonZeroUsize>,
        /// Most ENRP_HANDLE_TABLE_RESPONSEs that are accepted of one table [default: 16384]
        #[arg(long, value_name = "N")]
        pub max_table_parts: Option<NonZeroUsize>,
        /// Most associations to PEs of a registrar taken over that are set up at a time [default: 64]
        #[arg(long, value_name = "N")]
        pub max_adoptions: Option<NonZeroUsize>,
        /// Most messages that wait until the association to a peer is up [default: 256]
        #[arg(long, value_name = "N")]
        pub max_waiting_messages: Option<NonZeroUsize>,
        /// Most pools [default: 100000]
        #[arg(long, value_name = "N")]
        pub max_pools: Option<NonZeroUsize>,
        /// Most PEs in all pools together [default: 1000000]
        #[arg(long, value_name = "N")]
        pub max_pool_elements: Option<NonZeroUsize>,
        /// Most PEs in one pool [default: 1000000]
        #[arg(long, value_name = "N")]
        pub max_pool_elements_per_pool: Option<NonZeroUsize>,
        /// Most octets of a pool handle [default: 1024]
        #[arg(long, value_name = "N")]
        pub max_handle_length: Option<NonZeroUsize>,
        /// Most octets of the Pool Element parameter of a registration [default: 2048]
        #[arg(long, value_name = "N")]
        pub max_element_length: Option<NonZeroUsize>,
        /// Most associations and TCP connections of PEs and PUs; those of peers do not count, and the limit on open files (ulimit -n) may allow fewer TCP connections [default: 65536]
        #[arg(long, value_name = "N")]
        pub max_associations: Option<NonZeroUsize>,
        /// Most associations and TCP connections of PEs and PUs from one address; the first 64 bits of an IPv6 address count as one [default: a quarter of max-associations, at least 16]
        #[arg(long, value_name = "N")]
        pub max_associations_per_address: Option<NonZeroUsize>,
        /// Most subscriptions to pools [default: 65536]
        #[arg(long, value_name = "N")]
        pub max_subscriptions: Option<usize>,
        /// Most subscriptions of one association [default: 4096]
        #[arg(long, value_name = "N")]
        pub max_subscriptions_per_association: Option<usize>,
        /// Most messages per second over one association of a PE or PU; 0 for no limit [default: 200000]
        #[arg(long, value_name = "N")]
        pub max_message_rate: Option<u32>,
        /// Most registrations and de-registrations per second over one association; 0 for no limit [default: 50000]
        #[arg(long, value_name = "N")]
        pub max_registration_rate: Option<u32>,
        /// Most reports of unreachable PEs per second over one association; 0 for no limit [default: 1000]
        #[arg(long, value_name = "N")]
        pub max_report_rate: Option<u32>,
        /// Most messages per second over one association of a peer; 0 for no limit [default: 200000]
        #[arg(long, value_name = "N")]
        pub max_peer_message_rate: Option<u32>,
        /// Most octets that wait to be sent over one association; with more, the association is aborted [default: 2097152]
        #[arg(long, value_name = "N")]
        pub max_backlog: Option<NonZeroUsize>,
        /// Most octets that wait to be sent over one association of a peer, without those that the SCTP stack keeps; with more, the association is aborted [default: 16777216]
        #[arg(long, value_name = "N")]
        pub max_peer_backlog: Option<NonZeroUsize>,
        /// Most octets of a message, 4096 to 65532 [default: 65532]
        #[arg(long, value_name = "N")]
        pub max_message: Option<MessageSize>,
        /// Most other registrars that are kept from their announcements [default: 256]
        #[arg(long, value_name = "N")]
        pub max_servers: Option<usize>,

        /// SCTP's RTO.Initial, also the first timeout of a set-up [default: 1s]
        #[arg(long, value_name = "SPAN")]
        pub rto_initial: Option<Period>,
        /// SCTP's RTO.Min [default: 400ms]
        #[arg(long, value_name = "SPAN")]
        pub rto_min: Option<Period>,
        /// SCTP's RTO.Max [default: 60s]
        #[arg(long, value_name = "SPAN")]
        pub rto_max: Option<Period>,
        /// SCTP's HB.interval; 0s sends none [default: 30s]
        #[arg(long, value_name = "SPAN")]
        pub hb_interval: Option<Span>,
        /// SCTP's Association.Max.Retrans: one more timeout in a row ends the association [default: 10]
        #[arg(long, value_name = "N")]
        pub association_max_retrans: Option<u32>,
        /// SCTP's Max.Init.Retransmits [default: 8]
        #[arg(long, value_name = "N")]
        pub max_init_retransmits: Option<u32>,
    }
}
