//! Settings of a pool user: command-line flags and a TOML file with the same names, flags first.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use rsp_transport::live::{Mode, StackConfig};

use crate::reach::{RegistrarAddr, settings_with_reach};
use crate::settings::Period;

settings_with_reach! {
    /// Everything a pool user can be told, each thing absent until it is.
    pub struct Settings {
        /// Address of this host to call from [default: what the system chooses]
        #[arg(long, value_name = "ADDR")]
        pub local: Option<IpAddr>,
        /// T1-ENRPrequest: how long the registrar has to answer [default: 15s]
        #[arg(long, value_name = "SPAN")]
        pub t1_enrprequest: Option<Period>,
        /// MAX-REQUEST-RETRANSMIT: how often a request is repeated before it is given up [default: 2]
        #[arg(long, value_name = "N")]
        pub max_request_retransmit: Option<u32>,
    }
}

impl Settings {
    /// The stack to start: from any address of the host, unless one is set, of the registrars' family.
    pub fn carrier(&self) -> Result<(Mode, StackConfig), String> {
        let ip = self.local.unwrap_or_else(|| {
            let first = self.registrars().first().map(RegistrarAddr::ip);
            let group = self.announcements().ok().flatten();
            match first.or(group.as_ref().map(SocketAddr::ip)) {
                Some(IpAddr::V6(_)) => Ipv6Addr::UNSPECIFIED.into(),
                Some(IpAddr::V4(_)) | None => Ipv4Addr::UNSPECIFIED.into(),
            }
        });
        self.stack(ip, 0)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::reach::watchful;

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
