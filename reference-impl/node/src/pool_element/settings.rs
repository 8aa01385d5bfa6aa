//! Settings of a pool element. A TOML file and the flags of the command line use the same names; flags win.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use rsp_proto::hunt;
use rsp_proto::pool_element::Config;
use rsp_transport::live::{Mode, StackConfig};
use rsp_wire::{Policy, PoolHandle, RegistrationLife, SctpTransport};
use serde::Deserialize;

use super::card::Card;
use super::cookies::Cookies;
use super::setup::{Setup, Users};
use super::text::{PeId, Protocol, TransportText};
use super::tolerance::Tolerance;
use crate::carrier::settings_with_reach;
use crate::policy::{PolicyText, is_adaptive};
use crate::services::seal::PoolKey;
use crate::services::{Service, calculation, echo, ping_pong};
use crate::values::{
    Period, PoolName, RegistrarAddr, Span, UDP_ENCAPSULATION_PORT, deserialize_from_text,
};

/// A built-in service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum ServiceKind {
    /// Sends each message back.
    Echo,
    /// Answers each Ping by a Pong; cookies count the replies across failovers.
    Pingpong,
    /// Runs jobs of calculations; after a failover a job continues at its last cookie.
    Calc,
}

impl ServiceKind {
    /// Returns the pool that existing pool users of the service use.
    pub fn usual_pool(self) -> &'static str {
        match self {
            Self::Echo => "EchoPool",
            Self::Pingpong => "PingPongPool",
            Self::Calc => "CalcAppPool",
        }
    }
}

/// The form of cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum CookieForm {
    /// Signed with the key of the pool.
    Sealed,
    /// Unsigned, as rspserver's are: for a pool that has rspserver as a member.
    Bare,
}

settings_with_reach! {
    /// Settings of a pool element. An absent setting has the default that its text names.
    pub struct Settings {
        /// Pool handle, text or hex:… [default: EchoPool, PingPongPool or CalcAppPool, by the service]
        #[arg(long, value_name = "HANDLE")]
        pub pool: Option<PoolName>,
        /// Built-in service that the pool element runs
        #[arg(long)]
        pub service: Option<ServiceKind>,
        /// User transport, tcp://ADDR:PORT, udp://ADDR:PORT or sctp://ADDR:PORT: without --service that of an existing server, with --service the endpoint that the service opens
        #[arg(long, value_name = "TRANSPORT")]
        pub transport: Option<TransportText>,
        /// Address of this host; several (comma or repeated) for multi-homing [default: the address of --transport, else 127.0.0.1]
        #[arg(long, value_name = "ADDR", value_delimiter = ',', value_parser = crate::address::host)]
        #[serde(default, deserialize_with = "crate::address::one_or_many_hosts")]
        pub address: Option<Vec<IpAddr>>,
        /// SCTP port of the ASAP endpoint, 0 for any free port [default: 0]
        #[arg(long, value_name = "PORT")]
        pub asap_port: Option<u16>,
        /// PE identifier, decimal or 0x…; random by default
        #[arg(long)]
        pub id: Option<PeId>,
        /// Policy, such as round-robin, weighted-round-robin:5, priority:9, least-used, priority-least-used:10; it must be the policy of the pool [default: round-robin]
        #[arg(long)]
        pub policy: Option<PolicyText>,
        /// Registration life: whole seconds, or "infinite" [default: 5min]
        #[arg(long, value_name = "SPAN|infinite")]
        pub life: Option<Life>,

        /// Period of probes of the server behind --transport; 0s sends none. A probe over TCP only connects: a server that hangs counts as up until its queue of new connections is full; use --probe-command to test more [default: 1s for TCP and SCTP]
        #[arg(long, value_name = "SPAN")]
        pub probe: Option<Span>,
        /// Time limit of a probe [default: 2s]
        #[arg(long, value_name = "SPAN")]
        pub probe_timeout: Option<Period>,
        /// Failed probes in a row after which the pool element de-registers [default: 2]
        #[arg(long, value_name = "N")]
        pub probe_failures: Option<NonZeroU32>,
        /// Shell command that probes the server instead of a connection; exit code 0 means that the server is up
        #[arg(long, value_name = "COMMAND")]
        pub probe_command: Option<String>,
        /// Shell command that prints the load, 0 to 100 percent, for adaptive policies [default: the load of the service]
        #[arg(long, value_name = "COMMAND")]
        pub load_command: Option<String>,
        /// Period and time limit of --load-command [default: 5s]
        #[arg(long, value_name = "SPAN")]
        pub load_interval: Option<Period>,

        /// File with the key that signs cookies, 16 to 1024 octets, the same for all pool elements of the pool
        #[arg(long, value_name = "FILE")]
        pub cookie_key_file: Option<PathBuf>,
        /// Form of cookies [default: sealed]
        #[arg(long)]
        pub cookies: Option<CookieForm>,
        /// Business card that pool users receive over SCTP (RFC 5352 §3.9): own lists this pool element, none sends none [default: own]
        #[arg(long)]
        pub business_card: Option<Card>,
        /// Most sessions of the service [default: 1024]
        #[arg(long, value_name = "N")]
        pub max_sessions: Option<NonZeroUsize>,
        /// calc: most jobs at a time [default: 10]
        #[arg(long, value_name = "N")]
        pub max_jobs: Option<NonZeroUsize>,
        /// calc: calculations per second of all jobs together [default: 1000000]
        #[arg(long, value_name = "N")]
        pub capacity: Option<NonZeroU64>,
        /// calc: period of cookies to a pool user [default: 1s]
        #[arg(long, value_name = "SPAN")]
        pub cookie_interval: Option<Period>,
        /// calc: period of keep-alives to a pool user [default: 1s]
        #[arg(long, value_name = "SPAN")]
        pub job_keep_alive_interval: Option<Period>,
        /// calc: time limit of a pool user for its keep-alive ack [default: 5s]
        #[arg(long, value_name = "SPAN")]
        pub job_keep_alive_timeout: Option<Period>,
        /// pingpong: replies after which each session ends, to provoke a failover [default: no limit]
        #[arg(long, value_name = "N")]
        pub end_after: Option<NonZeroU64>,

        /// T2-registration: time limit of a registrar for the answer to a registration [default: 30s]
        #[arg(long, value_name = "SPAN")]
        pub t2_registration: Option<Period>,
        /// T3-deregistration: time limit of a registrar for the answer to a de-registration [default: 30s]
        #[arg(long, value_name = "SPAN")]
        pub t3_deregistration: Option<Period>,
        /// T4-reregistration: longest time between registrations; at least 20s before the life ends, the PE registers again [default: 10min]
        #[arg(long, value_name = "SPAN")]
        pub t4_reregistration: Option<Period>,
        /// MAX-REG-ATTEMPT: registrations without an answer before the PE reports a failure [default: 2]
        #[arg(long, value_name = "N")]
        pub max_reg_attempt: Option<u32>,
        /// Pause after such a failure before the next registration [default: 60s]
        #[arg(long, value_name = "SPAN")]
        pub retry_failed: Option<Period>,
        /// Pause after a rejection before the next registration, which RFC 5352 §3.1 forbids until the error is corrected; 0s ends the program [default: 0s]
        #[arg(long, value_name = "SPAN")]
        pub retry_rejected: Option<Span>,
        /// Least time between two registrations that announce a change of load [default: 1s]
        #[arg(long, value_name = "SPAN")]
        pub update_interval: Option<Span>,
        /// Most registrars that are kept from their announcements [default: 64]
        #[arg(long, value_name = "N")]
        pub max_servers: Option<NonZeroUsize>,
        /// Most associations that pool users and registrars set up [default: 65536]
        #[arg(long, value_name = "N")]
        pub max_associations: Option<NonZeroUsize>,
        /// Most octets of a cookie [default: 16384]
        #[arg(long, value_name = "N")]
        pub max_cookie: Option<NonZeroUsize>,
        /// Most entries that are kept of a pool user's business card, the first ones [default: 64]
        #[arg(long, value_name = "N")]
        pub max_business_card: Option<NonZeroUsize>,
        /// Most reports of unreachable pool elements per second [default: 64]
        #[arg(long, value_name = "N")]
        pub max_reports: Option<NonZeroUsize>,
        /// Most octets of an ASAP message; a longer one is ignored [default: 65536]
        #[arg(long, value_name = "N")]
        pub max_message: Option<NonZeroUsize>,
        /// Deviations of existing implementations from the RFCs to accept (comma or repeated) [default: none]
        #[arg(long, value_name = "NAME", value_delimiter = ',')]
        pub tolerate: Option<Vec<Tolerance>>,
        /// Time from SIGTERM or SIGINT until the pool element ends, in which it de-registers and shuts associations down [default: 5s]
        #[arg(long, value_name = "SPAN")]
        pub grace: Option<Period>,
    }
}

/// A registration life: a span of whole seconds, or `infinite`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life(pub RegistrationLife);

impl std::str::FromStr for Life {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "infinite" {
            return Ok(Self(RegistrationLife::INFINITE));
        }
        let Period(span) = text.parse()?;
        match i32::try_from(span.as_secs()) {
            Ok(seconds) if span.subsec_nanos() == 0 => Ok(Self(RegistrationLife(seconds))),
            _ => Err(format!(
                "`{text}` is neither whole seconds up to 68 years nor infinite"
            )),
        }
    }
}

deserialize_from_text!(Text: Life);

/// The probes of the server behind the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probing {
    /// The kind of probe.
    pub how: Probe,
    /// Time between two probes, longer than zero.
    pub interval: Duration,
    /// Time limit of a probe, longer than zero.
    pub timeout: Duration,
    /// Failed probes in a row after which the server counts as down.
    pub failures: u32,
}

/// A kind of probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Connects over TCP to this address.
    Tcp(SocketAddr),
    /// Sets up an SCTP association to these addresses.
    Sctp(Vec<SocketAddr>),
    /// Runs this shell command.
    Command(String),
}

impl Settings {
    /// Returns the set-up of the driver, with the defaults filled in. Reads the file of the cookies' key.
    ///
    /// # Errors
    /// A setting cannot be used; the text names the key.
    pub fn setup(&self) -> Result<Setup, String> {
        let config = self.config()?;
        config.check().map_err(|error| error.to_string())?;
        self.check()?;
        Ok(Setup {
            config,
            addrs: self.addresses()?,
            asap_port: self.asap_port.unwrap_or(0),
            users: self.users(),
            announce: self.announcements()?,
            cookies: self.cookies()?,
            card: self.business_card.unwrap_or_default(),
        })
    }

    /// Returns the built-in service to run, if one is set.
    pub fn built_in(&self) -> Option<Box<dyn Service>> {
        let max_sessions = self.max_sessions.map_or(1024, NonZeroUsize::get);
        Some(match self.service? {
            ServiceKind::Echo => Box::new(echo::Echo::new(max_sessions)),
            ServiceKind::Pingpong => Box::new(ping_pong::PingPong::new(ping_pong::Config {
                max_sessions,
                end_after: self.end_after,
            })),
            ServiceKind::Calc => Box::new(calculation::Calculation::new(self.calculation())),
        })
    }

    fn calculation(&self) -> calculation::Config {
        let d = calculation::Config::default();
        let period = |set: Option<Period>, default| set.map_or(default, |period| period.0);
        calculation::Config {
            capacity: self.capacity.map_or(d.capacity, NonZeroU64::get),
            max_jobs: self.max_jobs.map_or(d.max_jobs, NonZeroUsize::get),
            max_sessions: self.max_sessions.map_or(d.max_sessions, NonZeroUsize::get),
            cookie_interval: period(self.cookie_interval, d.cookie_interval),
            keep_alive_interval: period(self.job_keep_alive_interval, d.keep_alive_interval),
            keep_alive_timeout: period(self.job_keep_alive_timeout, d.keep_alive_timeout),
        }
    }

    /// Returns the stack to start, at the first address.
    ///
    /// # Errors
    /// Settings contradict each other; the text names the key.
    pub fn carriage(&self) -> Result<(Mode, StackConfig), String> {
        self.stack(self.addresses()?[0], UDP_ENCAPSULATION_PORT)
    }

    /// Returns the addresses of the pool element: one or more.
    ///
    /// # Errors
    /// No address is left, or one is unspecified; the text names the key.
    pub fn addresses(&self) -> Result<Vec<IpAddr>, String> {
        let addrs = match (&self.address, &self.transport) {
            (Some(addrs), _) => addrs.clone(),
            (None, Some(transport)) => transport.addrs.clone(),
            (None, None) => vec![Ipv4Addr::LOCALHOST.into()],
        };
        if addrs.is_empty() {
            return Err("address: set at least one".to_owned());
        }
        if let Some(addr) = addrs.iter().find(|addr| addr.is_unspecified()) {
            return Err(format!(
                "address: {addr} is unspecified, others cannot reach it; name the addresses of this host"
            ));
        }
        Ok(addrs)
    }

    /// Returns the time limit for the end, longer than zero.
    pub fn grace(&self) -> Duration {
        self.grace.map_or(Duration::from_secs(5), |period| period.0)
    }

    /// Returns the probes of the server behind the transport, if it is probed.
    pub fn probing(&self) -> Option<Probing> {
        let transport = self.transport.as_ref()?;
        let how = match (&self.probe_command, transport.protocol) {
            (Some(command), _) => Probe::Command(command.clone()),
            (None, Protocol::Tcp) => Probe::Tcp(transport.first()),
            (None, Protocol::Sctp) => {
                let addrs = transport.addrs.iter();
                Probe::Sctp(
                    addrs
                        .map(|&ip| SocketAddr::new(ip, transport.port))
                        .collect(),
                )
            }
            (None, Protocol::Udp) => return None,
        };
        let interval = self.probe.map_or(Duration::from_secs(1), |span| span.0);
        if self.service.is_some() || interval.is_zero() {
            return None;
        }
        let seconds =
            |set: Option<Period>, n| set.map_or(Duration::from_secs(n), |period| period.0);
        Some(Probing {
            how,
            interval,
            timeout: seconds(self.probe_timeout, 2),
            failures: self.probe_failures.map_or(2, NonZeroU32::get),
        })
    }

    /// Returns the command that prints the load, and its period, if one is set.
    pub fn load_source(&self) -> Option<(String, Duration)> {
        let interval = self.load_interval.map_or(Duration::from_secs(5), |p| p.0);
        Some((self.load_command.clone()?, interval))
    }

    fn pool(&self) -> Result<PoolHandle, String> {
        match (&self.pool, self.service) {
            (Some(name), _) => Ok(name.0.clone()),
            (None, Some(service)) => Ok(service.usual_pool().into()),
            (None, None) => Err("pool: not set; set a pool handle, or a service".to_owned()),
        }
    }

    fn policy(&self) -> Policy {
        let set = self.policy.as_ref();
        set.map_or(Policy::RoundRobin, |text| text.0.clone())
    }

    fn users(&self) -> Users {
        match (&self.transport, self.service) {
            (Some(transport), None) => Users::Elsewhere(transport.data_only()),
            (Some(transport), Some(_)) if transport.protocol == Protocol::Tcp => Users::Tcp {
                port: transport.port,
            },
            (Some(transport), Some(_)) => Users::Sctp {
                port: transport.port,
            },
            (None, _) => Users::Sctp { port: 0 },
        }
    }

    fn config(&self) -> Result<Config, String> {
        // The driver puts the real transport in its place.
        let placeholder = SctpTransport::new(0, self.addresses()?[0]);
        let d = Config::new(self.pool()?, placeholder.into());
        let period = |set: Option<Period>, default| set.map_or(default, |period| period.0);
        let span = |set: Option<Span>, default| set.map_or(default, |span| span.0);
        let count = |set: Option<NonZeroUsize>, default| set.map_or(default, NonZeroUsize::get);
        Ok(Config {
            id: self.id.map(|id| id.0),
            life: self.life.map_or(d.life, |life| life.0),
            policy: self.policy(),
            registrars: self.registrar_addrs()?,
            t2_registration: period(self.t2_registration, d.t2_registration),
            t3_deregistration: period(self.t3_deregistration, d.t3_deregistration),
            t4_reregistration: period(self.t4_reregistration, d.t4_reregistration),
            max_reg_attempt: self.max_reg_attempt.unwrap_or(d.max_reg_attempt),
            retry_failed: period(self.retry_failed, d.retry_failed),
            retry_rejected: span(self.retry_rejected, d.retry_rejected),
            update_interval: span(self.update_interval, d.update_interval),
            hunt: hunt::Config {
                t5_serverhunt: period(self.t5_serverhunt, d.hunt.t5_serverhunt),
                retran_max: period(self.retran_max, d.hunt.retran_max),
                t7_enrpoutdate: period(self.t7_enrpoutdate, d.hunt.t7_enrpoutdate),
                max_servers: count(self.max_servers, d.hunt.max_servers),
                ..d.hunt.clone()
            },
            max_associations: count(self.max_associations, d.max_associations),
            max_cookie: count(self.max_cookie, d.max_cookie),
            max_business_card: count(self.max_business_card, d.max_business_card),
            max_reports: count(self.max_reports, d.max_reports),
            max_message: count(self.max_message, d.max_message),
            tolerate_named_keep_alive: self
                .tolerate
                .as_ref()
                .is_some_and(|tolerated| tolerated.contains(&Tolerance::KeepAliveIdentifier)),
            ..d
        })
    }

    fn registrar_addrs(&self) -> Result<Vec<Vec<SocketAddr>>, String> {
        let registrars = self.registrars();
        let addrs = registrars.iter().map(|registrar| match registrar {
            RegistrarAddr::Sctp(addr) => Ok(vec![*addr]),
            RegistrarAddr::Tcp(_) => Err(format!(
                "registrar: {registrar}: pool elements reach registrars over SCTP only"
            )),
        });
        addrs.collect()
    }

    /// Checks for settings that contradict each other.
    fn check(&self) -> Result<(), String> {
        if let (Some(transport), Some(service)) = (&self.transport, self.service) {
            let addresses = self.addresses()?;
            if let Some(foreign) = transport.addrs.iter().find(|ip| !addresses.contains(ip)) {
                return Err(format!(
                    "transport: {foreign} is not among the addresses of the pool element"
                ));
            }
            match (transport.protocol, service) {
                (Protocol::Sctp, _) | (Protocol::Tcp, ServiceKind::Echo) => {}
                (Protocol::Tcp, _) => {
                    return Err("transport: only the service echo runs over TCP".to_owned());
                }
                (Protocol::Udp, _) => {
                    return Err("transport: no service runs over UDP".to_owned());
                }
            }
        }
        if let Some(transport) = &self.transport
            && self.service.is_none()
            && transport.port == 0
        {
            return Err("transport: port 0 is not the port of a server".to_owned());
        }
        if self.load_command.is_some() && !is_adaptive(&self.policy()) {
            return Err(
                "load-command: the policy has no load; choose an adaptive policy".to_owned(),
            );
        }
        Ok(())
    }

    fn cookies(&self) -> Result<Cookies, String> {
        let key = match (&self.cookie_key_file, self.cookies) {
            (Some(_), Some(CookieForm::Bare)) => {
                return Err("cookie-key-file: bare cookies are not signed".to_owned());
            }
            (None, Some(CookieForm::Bare)) => return Ok(Cookies::Bare),
            (None, Some(CookieForm::Sealed) | None) => PoolKey::open_to_all(),
            (Some(path), Some(CookieForm::Sealed) | None) => {
                let octets = std::fs::read(path)
                    .map_err(|error| format!("cookie-key-file: {}: {error}", path.display()))?;
                PoolKey::new(octets)
                    .map_err(|error| format!("cookie-key-file: {}: {error}", path.display()))?
            }
        };
        Ok(Cookies::Sealed(key))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(text, Path::new("pe.toml")).map_err(|error| error.to_string())
    }

    fn setup(text: &str) -> Result<Setup, String> {
        parse(text)?.setup()
    }

    #[test]
    fn a_whole_file() {
        let text = "service = \"calc\"\naddress = [\"127.0.0.2\", \"::1\"]\nid = 0x10\npolicy = \"least-used\"\n\
                    life = \"90s\"\nregistrar = \"192.0.2.1:3863\"\nt2-registration = \"3s\"\nmax-jobs = 3\n\
                    t5-serverhunt = \"2s\"\nretry-rejected = \"0s\"\nbusiness-card = \"none\"\n\
                    max-business-card = 7\nmax-reports = 8\nmax-message = 9\n\
                    tolerate = [\"keep-alive-identifier\"]\n";
        let setup = setup(text).unwrap();
        assert_eq!(setup.config.pool.as_octets(), b"CalcAppPool");
        assert_eq!(setup.addrs.len(), 2);
        assert_eq!(setup.config.life, RegistrationLife(90));
        assert_eq!(setup.config.policy, Policy::LeastUsed { load: 0 });
        assert_eq!(setup.config.t2_registration, Duration::from_secs(3));
        assert_eq!(setup.config.hunt.t5_serverhunt, Duration::from_secs(2));
        assert_eq!(setup.config.retry_rejected, Duration::ZERO);
        assert_eq!(setup.users, Users::Sctp { port: 0 });
        assert_eq!(setup.card, Card::None);
        let limits = [
            setup.config.max_business_card,
            setup.config.max_reports,
            setup.config.max_message,
        ];
        assert_eq!(limits, [7, 8, 9]);
        assert!(setup.config.tolerate_named_keep_alive);
    }

    #[test]
    fn in_front_of_a_server_it_is_where_that_is() {
        let text = "pool = \"Web\"\ntransport = \"tcp://192.0.2.9:80\"\nprobe = \"5s\"\n";
        let settings = parse(text).unwrap();
        let setup = settings.setup().unwrap();
        assert!(matches!(&setup.users, Users::Elsewhere(web) if web.port() == Some(80)));
        assert_eq!(setup.addrs, [IpAddr::from([192, 0, 2, 9])]);
        let probing = settings.probing().unwrap();
        assert_eq!(probing.how, Probe::Tcp("192.0.2.9:80".parse().unwrap()));
        assert_eq!(probing.interval, Duration::from_secs(5));
        let probed = |text| parse(text).unwrap().probing().is_some();
        assert!(!probed("transport = \"udp://192.0.2.9:80\""));
        assert!(probed(
            "transport = \"udp://192.0.2.9:80\"\nprobe-command = \"true\""
        ));
        assert!(!probed(
            "transport = \"tcp://192.0.2.9:80\"\nprobe = \"0s\""
        ));
        assert!(!probed(
            "service = \"echo\"\ntransport = \"tcp://192.0.2.9:80\""
        ));
    }

    #[test]
    fn lives_are_whole_seconds() {
        let life = |text: &str| text.parse::<Life>().map(|life| life.0.0);
        assert_eq!((life("1h"), life("infinite")), (Ok(3600), Ok(-1)));
        for wrong in ["0s", "1500ms", "999999999h", "5"] {
            assert!(life(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn errors_name_the_key() {
        for (text, key) in [
            ("", "pool: "),
            ("service = \"echo\"\naddress = \"0.0.0.0\"", "address: "),
            ("service = \"echo\"\naddress = []", "address: "),
            (
                "service = \"echo\"\nregistrar = \"tcp://192.0.2.1:1\"",
                "registrar: ",
            ),
            (
                "service = \"echo\"\nannounce = \"192.0.2.1:1\"",
                "announce: ",
            ),
            (
                "service = \"calc\"\ntransport = \"tcp://192.0.2.1:1\"",
                "transport: ",
            ),
            (
                "service = \"echo\"\ntransport = \"udp://192.0.2.1:1\"",
                "transport: ",
            ),
            (
                "service = \"echo\"\ntransport = \"sctp://192.0.2.1:1\"\naddress = \"192.0.2.2\"",
                "transport: ",
            ),
            (
                "pool = \"a\"\ntransport = \"tcp://192.0.2.1:0\"",
                "transport: ",
            ),
            (
                "service = \"echo\"\nload-command = \"true\"",
                "load-command: ",
            ),
            (
                "service = \"echo\"\ncookie-key-file = \"/nowhere/at/all\"",
                "cookie-key-file: ",
            ),
            (
                "service = \"echo\"\ncookie-key-file = \"key\"\ncookies = \"bare\"",
                "cookie-key-file: ",
            ),
        ] {
            let error = setup(text).unwrap_err();
            assert!(error.starts_with(key), "{text}: {error}");
        }
        let quick = parse("service = \"echo\"\nhb-interval = \"300ms\"").unwrap();
        assert!(quick.carriage().unwrap_err().starts_with("hb-interval: "));
        let error = parse("service = \"echo\"\npolicy = \"fair\"").unwrap_err();
        assert!(error.starts_with("pe.toml:2: policy: `fair`"), "{error}");
        let error = parse("t9-nothing = 1").unwrap_err();
        assert!(error.starts_with("pe.toml:1: t9-nothing: "), "{error}");
    }
}
