//! Settings of a pool user. A TOML file and the flags of the command line use the same names; flags win.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use rsp_proto::hunt::{self, Server};
use rsp_proto::pool_user::Config;
use rsp_transport::live::{Mode, StackConfig};

use super::driver::Setup;
use crate::carrier::settings_with_reach;
use crate::values::{Period, RegistrarAddr, Span};

settings_with_reach! {
    /// Settings of a pool user. An absent setting has the default that its text names.
    pub struct Settings {
        /// Local address of associations [default: the system's choice]
        #[arg(long, value_name = "ADDR", value_parser = crate::address::host)]
        #[serde(default, deserialize_with = "crate::address::one_host")]
        pub local: Option<IpAddr>,
        /// T1-ENRPrequest: time limit of a registrar for its answer [default: 15s]
        #[arg(long, value_name = "SPAN")]
        pub t1_enrprequest: Option<Period>,
        /// MAX-REQUEST-RETRANSMIT: repetitions of a request before it fails [default: 2]
        #[arg(long, value_name = "N")]
        pub max_request_retransmit: Option<u32>,
        /// stale_cache_value: time that the cache keeps an answer of a registrar; 0s asks for each resolution [default: 30s]
        #[arg(long, value_name = "SPAN")]
        pub stale_cache_value: Option<Span>,
        /// Time limit of the set-up of an association to a pool element [default: 10s]
        #[arg(long, value_name = "SPAN")]
        pub set_up_timeout: Option<Period>,
        /// Rounds over all pool elements before a session fails [default: 3]
        #[arg(long, value_name = "N")]
        pub session_rounds: Option<NonZeroU32>,
        /// Most registrars that are kept from their announcements [default: 64]
        #[arg(long, value_name = "N")]
        pub max_servers: Option<NonZeroUsize>,
        /// Most pool elements that are kept of one pool, in the registrar's order [default: 1024]
        #[arg(long, value_name = "N")]
        pub max_pool_elements: Option<NonZeroUsize>,
        /// Most octets of a cookie; a longer one is ignored [default: 65535]
        #[arg(long, value_name = "N")]
        pub max_cookie: Option<NonZeroUsize>,
        /// Most entries that are kept of a business card, the first ones [default: 64]
        #[arg(long, value_name = "N")]
        pub max_business_card: Option<NonZeroUsize>,
        /// Most octets of an ASAP message; a longer one is ignored [default: 65536]
        #[arg(long, value_name = "N")]
        pub max_message: Option<NonZeroUsize>,
    }
}

impl Settings {
    /// Returns the set-up of the driver, with the defaults filled in.
    ///
    /// # Errors
    /// A setting cannot be used; the text names the key.
    pub fn setup(&self) -> Result<Setup, String> {
        Ok(Setup {
            config: self.config(),
            local: self.address(),
            announce: self.announcements()?,
        })
    }

    /// Returns the time that the cache keeps an answer of a registrar.
    pub fn stale_cache_value(&self) -> Duration {
        self.stale_cache_value
            .map_or(Config::default().stale_cache_value, |span| span.0)
    }

    fn config(&self) -> Config {
        let d = Config::default();
        let h = d.hunt;
        let period = |set: Option<Period>, default| set.map_or(default, |period| period.0);
        let count = |set: Option<NonZeroUsize>, default| set.map_or(default, NonZeroUsize::get);
        Config {
            hunt: hunt::Config {
                t5_serverhunt: period(self.t5_serverhunt, h.t5_serverhunt),
                retran_max: period(self.retran_max, h.retran_max),
                t7_enrpoutdate: period(self.t7_enrpoutdate, h.t7_enrpoutdate),
                max_servers: count(self.max_servers, h.max_servers),
                ..h
            },
            registrars: self.registrars().into_iter().map(server).collect(),
            t1_enrp_request: period(self.t1_enrprequest, d.t1_enrp_request),
            max_request_retransmit: self
                .max_request_retransmit
                .unwrap_or(d.max_request_retransmit),
            stale_cache_value: self.stale_cache_value(),
            set_up_timeout: period(self.set_up_timeout, d.set_up_timeout),
            session_rounds: self
                .session_rounds
                .map_or(d.session_rounds, NonZeroU32::get),
            max_pool_elements: count(self.max_pool_elements, d.max_pool_elements),
            max_cookie: count(self.max_cookie, d.max_cookie),
            max_business_card: count(self.max_business_card, d.max_business_card),
            max_message: count(self.max_message, d.max_message),
            ..d
        }
    }

    /// Returns the stack to start. Without a local address it uses any address of the registrars' family.
    ///
    /// # Errors
    /// Settings contradict each other; the text names the key.
    pub fn carrier(&self) -> Result<(Mode, StackConfig), String> {
        self.stack(self.address(), 0)
    }

    fn address(&self) -> IpAddr {
        self.local.unwrap_or_else(|| {
            let first = self.registrars().first().map(RegistrarAddr::ip);
            let group = self.announcements().ok().flatten();
            match first.or(group.as_ref().map(SocketAddr::ip)) {
                Some(IpAddr::V6(_)) => Ipv6Addr::UNSPECIFIED.into(),
                Some(IpAddr::V4(_)) | None => Ipv4Addr::UNSPECIFIED.into(),
            }
        })
    }
}

fn server(addr: RegistrarAddr) -> Server {
    match addr {
        RegistrarAddr::Sctp(addr) => Server::sctp([addr]),
        RegistrarAddr::Tcp(addr) => Server::tcp(addr),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::carrier::watchful;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(text, Path::new("pu.toml")).map_err(|error| error.to_string())
    }

    #[test]
    fn registrars_are_reached_in_two_ways() {
        let settings = parse("registrar = [\"192.0.2.1:3863\", \"tcp://[::1]:3863\"]\n").unwrap();
        let registrars: Vec<String> = settings
            .registrars()
            .iter()
            .map(RegistrarAddr::to_string)
            .collect();
        assert_eq!(registrars, ["192.0.2.1:3863", "tcp://[::1]:3863"]);
        assert_eq!(parse("").unwrap().registrars().len(), 1);
        let group = parse("announce = \"224.0.1.185:3863\"").unwrap();
        assert_eq!(group.registrars(), []);
        assert!(group.announcements().unwrap().is_some());
        let error = |text| parse(text).unwrap_err();
        assert!(
            error("\nregistrar = \"udp://192.0.2.1:1\"").starts_with("pu.toml:2: registrar: `udp`")
        );
        assert!(error("registrar = \"192.0.2.1:0\"").contains("port 0"));
        assert!(error("registrars = \"192.0.2.1:1\"").contains("unknown field"));
        let one = parse("announce = \"192.0.2.1:1\"").unwrap();
        assert!(one.announcements().unwrap_err().starts_with("announce: "));
    }

    #[test]
    fn limits_on_peers_can_be_set() {
        let text = "max-servers = 1\nmax-pool-elements = 2\nmax-cookie = 3\nmax-business-card = 4\n\
                    max-message = 5\n";
        let config = parse(text).unwrap().setup().unwrap().config;
        let limits = [
            config.hunt.max_servers,
            config.max_pool_elements,
            config.max_cookie,
            config.max_business_card,
            config.max_message,
        ];
        assert_eq!(limits, [1, 2, 3, 4, 5]);
        assert!(parse("max-cookie = 0").is_err());
        let usual = parse("").unwrap().setup().unwrap().config;
        assert_eq!(usual.max_cookie, Config::default().max_cookie);
    }

    #[test]
    fn flags_become_a_stack() {
        let flags = Settings {
            peer_udp_port: Some(7),
            ..Settings::default()
        };
        let file = "peer-udp-port = 8\nudp-peer = \"192.0.2.1=9900\"\nhb-interval = \"0s\"\nrto-max = \"2s\"\n";
        let settings = flags.over(parse(file).unwrap());
        let (mode, config) = settings.carrier().unwrap();
        assert_eq!(
            (mode, config.udp_port, config.peer_udp_port),
            (Mode::Udp, 0, 7)
        );
        assert_eq!(
            config.peers.get(&([192, 0, 2, 1].into(), None)),
            Some(&9900)
        );
        assert_eq!(config.options.heartbeat_interval, Duration::ZERO);
        assert_eq!(config.options.rto_max, Duration::from_secs(2));
        assert_eq!(config.options.rto_min, watchful().rto_min);
        let crossed = parse("rto-min = \"3s\"").unwrap();
        assert!(crossed.carrier().unwrap_err().starts_with("rto-min: "));
    }

    #[test]
    fn it_calls_from_the_family_of_the_registrars() {
        let ip = |text| parse(text).unwrap().carrier().unwrap().1.ip;
        assert_eq!(ip(""), IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        assert_eq!(
            ip("registrar = \"[::1]:3863\""),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED)
        );
        assert_eq!(
            ip("local = \"127.0.0.9\""),
            IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9))
        );
    }
}
