//! Settings of the registrar: command-line flags and a TOML file with the same names, flags first.

mod effective;

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;

use serde::{Deserializer, Serialize, de};

use crate::settings::settings;
use crate::values::{
    Announce, Carrier, MessageSize, Period, ServerId, Span, StatusSocket, UdpPeer,
};

settings! {
    /// Everything that can be set, each thing absent until it is.
    #[derive(PartialEq, Eq, Serialize)]
    pub struct Settings {
        /// ASAP endpoint over SCTP, ADDR:PORT; several (comma or repeated) for multi-homing; port 0 picks one [default: 127.0.0.1:3863]
        #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',')]
        #[serde(default, deserialize_with = "one_or_many")]
        pub asap: Option<Vec<SocketAddr>>,
        /// How SCTP is carried: in user space over UDP, by the kernel, or by the kernel where it can; the kernel wants net.sctp.sndbuf_policy=1 and rcvbuf_policy=1, or a PU that does not read delays the others [default: udp]
        #[arg(long, visible_alias = "carrier")]
        #[serde(alias = "carrier")]
        pub transport: Option<Carrier>,
        /// Local UDP port that carries SCTP, 0 for any free one [default: 9899]
        #[arg(long, value_name = "PORT")]
        pub udp_port: Option<u16>,
        /// UDP port that carries SCTP at others [default: 9899]
        #[arg(long, value_name = "PORT")]
        pub peer_udp_port: Option<u16>,
        /// UDP port of one address, ADDR=UDP-PORT or ADDR:PORT=UDP-PORT; several (comma or repeated)
        #[arg(long, value_name = "ADDR=PORT", value_delimiter = ',')]
        #[serde(
            default,
            deserialize_with = "crate::values::one_or_many_texts",
            serialize_with = "crate::values::udp_peers"
        )]
        pub udp_peer: Option<Vec<UdpPeer>>,
        /// Accept pool users over TCP
        #[arg(long, value_name = "ADDR:PORT")]
        pub tcp: Option<SocketAddr>,
        /// Multicast groups for announcements, GROUP:PORT or "off"; several (comma or repeated), of either family [default: off]
        #[arg(long, value_name = "GROUP:PORT|off", value_delimiter = ',')]
        #[serde(default, deserialize_with = "crate::values::one_or_many_texts")]
        pub announce: Option<Vec<Announce>>,
        /// ENRP endpoint over SCTP, ADDR:PORT (IANA's port is 9901); several (comma or repeated) for multi-homing; without it there are no peers
        #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',')]
        #[serde(default, deserialize_with = "one_or_many")]
        pub enrp: Option<Vec<SocketAddr>>,
        /// ENRP endpoint of another registrar; several (comma or repeated): the first is the mentor, the others are its backups
        #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',')]
        #[serde(default, deserialize_with = "one_or_many")]
        pub peer: Option<Vec<SocketAddr>>,
        /// Server identifier, decimal or 0x…, not 0; random when absent
        #[arg(long)]
        pub id: Option<ServerId>,
        /// Seed of all random choices; drawn by the system when absent
        #[arg(long)]
        pub seed: Option<u64>,

        /// Local socket that `rserpool status` asks: a path, "default" or "off" [default: off]
        #[arg(long, value_name = "PATH|default|off")]
        pub status_socket: Option<StatusSocket>,
        /// Answer Prometheus over HTTP here, at /metrics; there is no access control, so choose a local address
        #[arg(long, value_name = "ADDR:PORT")]
        pub metrics: Option<SocketAddr>,
        /// How long a registrar that was told to end has to answer what is on its way and to shut its associations down [default: 5s]
        #[arg(long, value_name = "SPAN")]
        pub grace: Option<Period>,

        /// T6-Serverannounce [default: 1s]
        #[arg(long, value_name = "SPAN")]
        pub t6_serverannounce: Option<Period>,
        /// MAX-BAD-PE-REPORT: a PE reported more often is removed [default: 3]
        #[arg(long, value_name = "N")]
        pub max_bad_pe_report: Option<u32>,
        /// Period of ENDPOINT_KEEP_ALIVE per PE, spread by ±50 %; 0s for none [default: 30s]
        #[arg(long, value_name = "SPAN")]
        pub keep_alive_interval: Option<Span>,
        /// How long a PE has for its ENDPOINT_KEEP_ALIVE_ACK [default: 15s]
        #[arg(long, value_name = "SPAN")]
        pub keep_alive_timeout: Option<Period>,
        /// Shortest time between two ENDPOINT_KEEP_ALIVEs that reports provoke at one PE, after eight in a row [default: 1s]
        #[arg(long, value_name = "SPAN")]
        pub keep_alive_gap: Option<Span>,
        /// PEs listed in one HANDLE_RESOLUTION_RESPONSE at most [default: 32]
        #[arg(long, value_name = "N")]
        pub max_items: Option<NonZeroUsize>,
        /// Shortest time between two updates to the subscribers of a pool; 0s declines subscriptions [default: 1s]
        #[arg(long, value_name = "SPAN")]
        pub update_interval: Option<Span>,
        /// Whether addresses of a PE must be addresses of its association [default: true]
        #[arg(long, value_name = "BOOL")]
        pub check_addresses: Option<bool>,

        /// PEER-HEARTBEAT-CYCLE: period of ENRP_PRESENCE to all peers [default: 30s]
        #[arg(long, value_name = "SPAN")]
        pub peer_heartbeat_cycle: Option<Period>,
        /// MAX-TIME-LAST-HEARD: a peer silent for longer is probed [default: 61s]
        #[arg(long, value_name = "SPAN")]
        pub max_time_last_heard: Option<Period>,
        /// MAX-TIME-NO-RESPONSE: how long a peer has to answer a probe or a list request [default: 5s]
        #[arg(long, value_name = "SPAN")]
        pub max_time_no_response: Option<Period>,
        /// How long a peer has to answer a handle table request [default: 5s]
        #[arg(long, value_name = "SPAN")]
        pub table_request_timeout: Option<Period>,
        /// How long a download session waits for the next request [default: 10s]
        #[arg(long, value_name = "SPAN")]
        pub table_session_timeout: Option<Period>,
        /// Pause after all mentors rejected [default: 3s]
        #[arg(long, value_name = "SPAN")]
        pub mentor_retry: Option<Period>,
        /// How often all mentors are asked before it serves alone [default: 3]
        #[arg(long, value_name = "N")]
        pub mentor_rounds: Option<u32>,

        /// How often a peer is asked for its list; 0s for never [default: 5min]
        #[arg(long, value_name = "SPAN")]
        pub peer_list_cycle: Option<Span>,
        /// Peers known [default: 256]
        #[arg(long, value_name = "N")]
        pub max_peers: Option<NonZeroUsize>,
        /// Addresses of one peer that are remembered [default: 8]
        #[arg(long, value_name = "N")]
        pub max_peer_addresses: Option<NonZeroUsize>,
        /// Download sessions to other registrars [default: 16]
        #[arg(long, value_name = "N")]
        pub max_table_sessions: Option<NonZeroUsize>,
        /// PEs in one ENRP_HANDLE_TABLE_RESPONSE [default: 256]
        #[arg(long, value_name = "N")]
        pub max_table_elements: Option<NonZeroUsize>,
        /// ENRP_HANDLE_TABLE_RESPONSEs taken of one table [default: 16384]
        #[arg(long, value_name = "N")]
        pub max_table_parts: Option<NonZeroUsize>,
        /// Associations being set up to PEs of a registrar taken over [default: 64]
        #[arg(long, value_name = "N")]
        pub max_adoptions: Option<NonZeroUsize>,
        /// Messages waiting for one association to a peer to come up [default: 256]
        #[arg(long, value_name = "N")]
        pub max_waiting_messages: Option<NonZeroUsize>,
        /// Pools [default: 100000]
        #[arg(long, value_name = "N")]
        pub max_pools: Option<NonZeroUsize>,
        /// PEs in all pools together [default: 1000000]
        #[arg(long, value_name = "N")]
        pub max_pool_elements: Option<NonZeroUsize>,
        /// PEs in one pool [default: 1000000]
        #[arg(long, value_name = "N")]
        pub max_pool_elements_per_pool: Option<NonZeroUsize>,
        /// Octets of a pool handle [default: 1024]
        #[arg(long, value_name = "N")]
        pub max_handle_length: Option<NonZeroUsize>,
        /// Octets of the Pool Element parameter of a registration [default: 2048]
        #[arg(long, value_name = "N")]
        pub max_element_length: Option<NonZeroUsize>,
        /// Associations and TCP connections of PEs and PUs; peers have room beyond [default: 65536]
        #[arg(long, value_name = "N")]
        pub max_associations: Option<NonZeroUsize>,
        /// Subscriptions to pools [default: 65536]
        #[arg(long, value_name = "N")]
        pub max_subscriptions: Option<usize>,
        /// Subscriptions of one association [default: 4096]
        #[arg(long, value_name = "N")]
        pub max_subscriptions_per_association: Option<usize>,
        /// Messages per second over one association of a PE or PU; 0 for no limit [default: 200000]
        #[arg(long, value_name = "N")]
        pub max_message_rate: Option<u32>,
        /// Registrations and de-registrations per second over one association; 0 for no limit [default: 50000]
        #[arg(long, value_name = "N")]
        pub max_registration_rate: Option<u32>,
        /// Reports of unreachable PEs per second over one association; 0 for no limit [default: 1000]
        #[arg(long, value_name = "N")]
        pub max_report_rate: Option<u32>,
        /// Messages per second over one association of a peer; 0 for no limit [default: 200000]
        #[arg(long, value_name = "N")]
        pub max_peer_message_rate: Option<u32>,
        /// Octets waiting for one association before it is given up [default: 2097152]
        #[arg(long, value_name = "N")]
        pub max_backlog: Option<NonZeroUsize>,
        /// Octets waiting for one association of a peer beyond what the stack keeps [default: 16777216]
        #[arg(long, value_name = "N")]
        pub max_peer_backlog: Option<NonZeroUsize>,
        /// Octets of one message [default: 65532]
        #[arg(long, value_name = "N")]
        pub max_message: Option<MessageSize>,
        /// Other servers remembered from their announcements [default: 256]
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
        /// SCTP's HB.interval; 0s for no heartbeats [default: 30s]
        #[arg(long, value_name = "SPAN")]
        pub hb_interval: Option<Span>,
        /// SCTP's Association.Max.Retrans: with one more timeout in a row, a peer is given up [default: 10]
        #[arg(long, value_name = "N")]
        pub association_max_retrans: Option<u32>,
        /// SCTP's Max.Init.Retransmits [default: 8]
        #[arg(long, value_name = "N")]
        pub max_init_retransmits: Option<u32>,
    }
}

/// One `ADDR:PORT`, or a list of them.
pub(crate) fn one_or_many<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<SocketAddr>>, D::Error> {
    struct Addresses;

    impl<'de> de::Visitor<'de> for Addresses {
        type Value = Vec<SocketAddr>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("ADDR:PORT or a list of them")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            match text.parse() {
                Ok(addr) => Ok(vec![addr]),
                Err(_) => Err(E::custom(format!("`{text}` is not ADDR:PORT"))),
            }
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut addrs = Vec::new();
            while let Some(addr) = seq.next_element()? {
                addrs.push(addr);
            }
            Ok(addrs)
        }
    }

    deserializer.deserialize_any(Addresses).map(Some)
}
