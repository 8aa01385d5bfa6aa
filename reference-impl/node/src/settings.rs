//! Settings of the registrar: command-line flags and a TOML file with the same names, flags first.

use std::fmt;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use rsp_proto::registrar::{Config, enrp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, de};

use crate::driver::{EnrpEndpoint, Setup};

/// IANA's port for ASAP over SCTP, TCP and UDP (RFC 5352 §8.2).
pub const ASAP_PORT: u16 = 3863;
/// IANA's port for ENRP over SCTP (RFC 5353 §5.3).
pub const ENRP_PORT: u16 = 9901;
/// IANA's port for SCTP over UDP (RFC 6951).
pub const UDP_ENCAPSULATION_PORT: u16 = 9899;

/// Everything that can be set, each thing absent until it is.
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// ASAP endpoint over SCTP, ADDR:PORT; several (comma or repeated) for multi-homing; port 0 picks one [default: 127.0.0.1:3863]
    #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',')]
    #[serde(default, deserialize_with = "one_or_many")]
    pub asap: Option<Vec<SocketAddr>>,
    /// How SCTP is carried: in user space over UDP, by the kernel, or by the kernel where it can [default: udp]
    #[arg(long, visible_alias = "carrier")]
    #[serde(alias = "carrier")]
    pub transport: Option<Carrier>,
    /// Local UDP port that carries SCTP, 0 for any free one [default: 9899]
    #[arg(long, value_name = "PORT")]
    pub udp_port: Option<u16>,
    /// Accept pool users over TCP
    #[arg(long, value_name = "ADDR:PORT")]
    pub tcp: Option<SocketAddr>,
    /// Multicast group for announcements, GROUP:PORT or "off" [default: off]
    #[arg(long, value_name = "GROUP:PORT|off")]
    pub announce: Option<Announce>,
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
    /// Download sessions to other registrars [default: 16]
    #[arg(long, value_name = "N")]
    pub max_table_sessions: Option<NonZeroUsize>,
    /// PEs in one ENRP_HANDLE_TABLE_RESPONSE [default: 256]
    #[arg(long, value_name = "N")]
    pub max_table_elements: Option<NonZeroUsize>,
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
    /// Associations and TCP connections [default: 65536]
    #[arg(long, value_name = "N")]
    pub max_associations: Option<NonZeroUsize>,
    /// Subscriptions to pools [default: 65536]
    #[arg(long, value_name = "N")]
    pub max_subscriptions: Option<usize>,
    /// Octets of one message [default: 65532]
    #[arg(long, value_name = "N")]
    pub max_message: Option<MessageSize>,
    /// Other servers remembered from their announcements [default: 256]
    #[arg(long, value_name = "N")]
    pub max_servers: Option<usize>,
}

macro_rules! overlay {
    ($over:ident, $under:ident, $($field:ident),+ $(,)?) => {
        Settings { $($field: $over.$field.or($under.$field)),+ }
    };
}

impl Settings {
    /// Reads a file; an error says file, line and key.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        read_file(path)
    }

    /// Parses the text of a file named `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, SettingsError> {
        parse_text(text, path)
    }

    /// These settings, and where one is absent that of `under`.
    pub fn over(self, under: Self) -> Self {
        let over = self;
        overlay!(
            over,
            under,
            asap,
            transport,
            udp_port,
            tcp,
            announce,
            enrp,
            peer,
            id,
            seed,
            t6_serverannounce,
            max_bad_pe_report,
            keep_alive_interval,
            keep_alive_timeout,
            max_items,
            update_interval,
            check_addresses,
            peer_heartbeat_cycle,
            max_time_last_heard,
            max_time_no_response,
            table_request_timeout,
            table_session_timeout,
            mentor_retry,
            mentor_rounds,
            peer_list_cycle,
            max_peers,
            max_table_sessions,
            max_table_elements,
            max_adoptions,
            max_waiting_messages,
            max_pools,
            max_pool_elements,
            max_pool_elements_per_pool,
            max_handle_length,
            max_element_length,
            max_associations,
            max_subscriptions,
            max_message,
            max_servers,
        )
    }

    /// What the driver needs, with the defaults filled in. The error names the key.
    pub fn setup(&self) -> Result<Setup, String> {
        let asap = self
            .asap
            .clone()
            .unwrap_or_else(|| vec![SocketAddr::from(([127, 0, 0, 1], ASAP_PORT))]);
        let Some(first) = asap.first() else {
            return Err("asap: at least one ADDR:PORT is needed".to_owned());
        };
        if asap.iter().any(|addr| addr.port() != first.port()) {
            return Err("asap: all addresses of the endpoint share one port".to_owned());
        }
        let announce = match self.announce {
            Some(Announce::To(group)) if !group.ip().is_multicast() => {
                return Err(format!("announce: {} is not a multicast group", group.ip()));
            }
            Some(Announce::To(group)) => vec![group],
            Some(Announce::Off) | None => Vec::new(),
        };
        Ok(Setup {
            config: self.config(),
            asap_addrs: asap.iter().map(SocketAddr::ip).collect(),
            asap_port: first.port(),
            tcp: self.tcp,
            announce,
            enrp: self.enrp_endpoint()?,
            ..Setup::default()
        })
    }

    fn enrp_endpoint(&self) -> Result<Option<EnrpEndpoint>, String> {
        let Some(addrs) = self.enrp.as_deref().filter(|addrs| !addrs.is_empty()) else {
            return match &self.peer {
                Some(peers) if !peers.is_empty() => {
                    Err("peer: an own ENRP endpoint is needed, set enrp".to_owned())
                }
                Some(_) | None => Ok(None),
            };
        };
        let port = addrs[0].port();
        if addrs.iter().any(|addr| addr.port() != port) {
            return Err("enrp: all addresses of the endpoint share one port".to_owned());
        }
        if self.peer.iter().flatten().any(|peer| peer.port() == 0) {
            return Err("peer: port 0 is no destination".to_owned());
        }
        Ok(Some(EnrpEndpoint {
            addrs: addrs.iter().map(SocketAddr::ip).collect(),
            port,
        }))
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
            max_table_sessions: count(self.max_table_sessions, d.max_table_sessions),
            max_table_elements: count(self.max_table_elements, d.max_table_elements),
            max_adoptions: count(self.max_adoptions, d.max_adoptions),
            max_waiting_messages: count(self.max_waiting_messages, d.max_waiting_messages),
        }
    }

    fn config(&self) -> Config {
        let d = Config::default();
        let count = |set: Option<NonZeroUsize>, default| set.map_or(default, NonZeroUsize::get);
        Config {
            id: self.id.map(|id| id.0).or(d.id),
            t6_serverannounce: self.t6_serverannounce.map_or(d.t6_serverannounce, |p| p.0),
            max_bad_pe_report: self.max_bad_pe_report.unwrap_or(d.max_bad_pe_report),
            keep_alive_interval: self
                .keep_alive_interval
                .map_or(d.keep_alive_interval, |s| s.0),
            keep_alive_timeout: self
                .keep_alive_timeout
                .map_or(d.keep_alive_timeout, |p| p.0),
            max_items: count(self.max_items, d.max_items),
            update_interval: self.update_interval.map_or(d.update_interval, |s| s.0),
            check_addresses: self.check_addresses.unwrap_or(d.check_addresses),
            max_pools: count(self.max_pools, d.max_pools),
            max_pool_elements: count(self.max_pool_elements, d.max_pool_elements),
            max_pool_elements_per_pool: count(
                self.max_pool_elements_per_pool,
                d.max_pool_elements_per_pool,
            ),
            max_handle_length: count(self.max_handle_length, d.max_handle_length),
            max_element_length: count(self.max_element_length, d.max_element_length),
            max_associations: count(self.max_associations, d.max_associations),
            max_subscriptions: self.max_subscriptions.unwrap_or(d.max_subscriptions),
            max_message: self.max_message.map_or(d.max_message, |size| size.0),
            max_servers: self.max_servers.unwrap_or(d.max_servers),
            enrp: self.enrp_config(),
        }
    }
}

/// Reads settings of any kind from a TOML file.
pub(crate) fn read_file<T: DeserializeOwned>(path: &Path) -> Result<T, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|error| SettingsError {
        file: path.to_owned(),
        line: None,
        key: None,
        why: error.to_string(),
    })?;
    parse_text(&text, path)
}

/// Reads settings of any kind from the text of a file named `path`.
pub(crate) fn parse_text<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T, SettingsError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map(|span| span.start.min(text.len()));
        let line = at.map(|at| text[..at].matches('\n').count() + 1);
        let key = line
            .and_then(|line| text.lines().nth(line - 1))
            .and_then(|line| line.split_once('='))
            .map(|(key, _)| key.trim().to_owned());
        SettingsError {
            file: path.to_owned(),
            line,
            key,
            why: error.message().to_owned(),
        }
    })
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The file.
    pub file: PathBuf,
    /// Its line, from 1.
    pub line: Option<usize>,
    /// The key on that line.
    pub key: Option<String>,
    /// What is wrong.
    pub why: String,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ": {key}")?;
        }
        write!(f, ": {}", self.why)
    }
}

impl std::error::Error for SettingsError {}

/// How SCTP is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// SCTP in user space over UDP (RFC 6951).
    Udp,
    /// The kernel's SCTP.
    Kernel,
    /// The kernel's where it has SCTP, else user space.
    Auto,
}

/// A span of time as text: `30s`, `500ms`, `10min`, `1h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = &text[number.len()..];
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "min" => 60.0,
            "h" => 3600.0,
            _ => {
                return Err(format!(
                    "`{text}` is no span of time; write 500ms, 30s, 10min or 1h"
                ));
            }
        };
        let number: f64 = number
            .trim()
            .parse()
            .map_err(|_| format!("`{text}` does not begin with a number"))?;
        Duration::try_from_secs_f64(number * seconds)
            .map(Self)
            .map_err(|_| format!("`{text}` is negative or too long"))
    }
}

/// A [`Span`] longer than zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period(pub Duration);

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Span(span) = text.parse()?;
        if span.is_zero() {
            return Err(format!("`{text}` must be longer than zero"));
        }
        Ok(Self(span))
    }
}

/// A server identifier, not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerId(pub NonZeroU32);

impl FromStr for ServerId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = match text.strip_prefix("0x") {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => text.parse(),
        };
        number
            .ok()
            .and_then(NonZeroU32::new)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a number from 1 to 0xffffffff"))
    }
}

/// Where announcements go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announce {
    /// Nowhere.
    Off,
    /// To a group and port.
    To(SocketAddr),
}

impl FromStr for Announce {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        text.parse()
            .map(Self::To)
            .map_err(|_| format!("`{text}` is neither GROUP:PORT nor off"))
    }
}

/// Octets of a message: room for a handle and a PE, and no more than 16 bits of Length can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageSize(pub usize);

impl FromStr for MessageSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(size @ 4096..=65_532) => Ok(Self(size)),
            _ => Err(format!("`{text}` is not a number from 4096 to 65532")),
        }
    }
}

macro_rules! deserialize_from_text {
    ($($name:ident),+) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Text).and_then(|text| {
                    text.parse().map_err(de::Error::custom)
                })
            }
        }
    )+};
}

deserialize_from_text!(Span, Period, ServerId, Announce, MessageSize);

/// Takes a string, or a number as its decimal text.
struct Text;

impl de::Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a number")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(text, Path::new("registrar.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_whole_file() {
        let settings = parse(
            "asap = [\"127.0.0.1:0\", \"[::1]:0\"]\ntransport = \"auto\"\nannounce = \"off\"\nid = 0x10\n\
             t6-serverannounce = \"500ms\"\nkeep-alive-interval = \"0s\"\nmax-items = 7\n",
        )
        .unwrap();
        let setup = settings.setup().unwrap();
        assert_eq!(setup.asap_addrs.len(), 2);
        assert_eq!(setup.config.id.map(NonZeroU32::get), Some(16));
        assert_eq!(setup.config.t6_serverannounce, Duration::from_millis(500));
        assert_eq!(setup.config.keep_alive_interval, Duration::ZERO);
        assert_eq!(setup.config.max_items, 7);
        assert_eq!(
            setup.config.max_bad_pe_report,
            Config::default().max_bad_pe_report
        );
    }

    #[test]
    fn peers_need_an_endpoint() {
        let setup = |text| parse(text).unwrap().setup();
        let both = setup(
            "enrp = \"127.0.0.1:9901\"\npeer = [\"127.0.0.2:9901\", \"127.0.0.3:9901\"]\n\
             peer-heartbeat-cycle = \"3s\"\nmax-time-last-heard = \"6s\"\npeer-list-cycle = \"0s\"\n",
        )
        .unwrap();
        assert_eq!(both.enrp.map(|enrp| enrp.port), Some(9901));
        let enrp = both.config.enrp;
        assert_eq!(enrp.peers.len(), 2);
        assert_eq!(enrp.peer_heartbeat_cycle, Duration::from_secs(3));
        assert_eq!(enrp.max_time_last_heard, Duration::from_secs(6));
        assert_eq!(enrp.peer_list_cycle, Duration::ZERO);
        assert_eq!(enrp.max_time_no_response, Duration::from_secs(5));
        assert_eq!(setup("").unwrap().enrp, None);
        let error = |text| setup(text).unwrap_err();
        assert!(error("peer = \"127.0.0.2:9901\"").starts_with("peer: "));
        assert!(error("enrp = \"127.0.0.1:1\"\npeer = \"127.0.0.2:0\"").starts_with("peer: "));
        assert!(error("enrp = [\"127.0.0.1:1\", \"127.0.0.2:2\"]").starts_with("enrp: "));
    }

    #[test]
    fn errors_say_line_and_key() {
        let error = |text| parse(text).unwrap_err();
        assert!(error("id = 1\nmax-items = 0\n").starts_with("registrar.toml:2: max-items: "));
        assert!(
            error("t6-serverannounce = \"0s\"")
                .starts_with("registrar.toml:1: t6-serverannounce: ")
        );
        assert!(error("\n\nt6-serverannounce = \"5\"").contains("500ms, 30s"));
        assert!(error("t9-nothing = 1").starts_with("registrar.toml:1: t9-nothing: unknown field"));
        assert!(error("asap = \"here\"").starts_with("registrar.toml:1: asap: `here`"));
    }

    #[test]
    fn flags_win() {
        let flags = Settings {
            max_bad_pe_report: Some(1),
            ..Settings::default()
        };
        let merged = flags.over(parse("max-bad-pe-report = 9\nudp-port = 7\n").unwrap());
        assert_eq!(
            (merged.max_bad_pe_report, merged.udp_port),
            (Some(1), Some(7))
        );
    }

    #[test]
    fn impossible_setups_name_the_key() {
        let ports = parse("asap = [\"127.0.0.1:1\", \"127.0.0.2:2\"]").unwrap();
        assert!(ports.setup().unwrap_err().starts_with("asap: "));
        let group = parse("announce = \"10.0.0.1:3863\"").unwrap();
        assert!(group.setup().unwrap_err().starts_with("announce: "));
    }
}
