//! How pool elements and pool users reach registrars and each other: the settings that both have, and what
//! becomes of them.

use std::net::IpAddr;
use std::time::Duration;

use rsp_transport::live::{Mode, StackConfig};
use rsp_transport::udp::Peers;
use rsp_transport::{SctpOptions, udp};

use crate::values::{Carrier, UdpPeer};

/// The usual SCTP options of pool elements and pool users.
///
/// RFC 9260's own find a dead peer after minutes; a pool is there so that nobody has to wait that long. With
/// these, a peer that is gone is given up 2.4 to 3.4 s after a message was sent to it (timeouts of 0.2, 0.4, 0.8
/// and 1 s, and a fifth one or a missed heartbeat), an idle association after five heartbeats without an answer,
/// which takes about five seconds, and an address that does not answer a set-up after 3.5 s. A round trip may
/// take up to a second; five losses in a row end an association, and then the session goes on elsewhere.
pub fn watchful() -> SctpOptions {
    SctpOptions {
        rto_initial: Duration::from_millis(500),
        rto_min: Duration::from_millis(200),
        rto_max: Duration::from_secs(1),
        heartbeat_interval: Duration::from_secs(1),
        max_retransmissions: 4,
        max_init_retransmits: 3,
        ..SctpOptions::default()
    }
}

/// A stack's mode and configuration, from the settings of [`settings_with_reach`].
pub(crate) struct Carriage<'a> {
    pub(crate) carrier: Option<Carrier>,
    pub(crate) udp_port: Option<u16>,
    pub(crate) peer_udp_port: Option<u16>,
    pub(crate) udp_peer: &'a [UdpPeer],
    pub(crate) options: SctpOptions,
}

impl Carriage<'_> {
    pub(crate) fn stack(self, ip: IpAddr, default_udp_port: u16) -> (Mode, StackConfig) {
        let mode = match self.carrier.unwrap_or(Carrier::Udp) {
            Carrier::Udp => Mode::Udp,
            Carrier::Kernel => Mode::Kernel,
            Carrier::Auto => Mode::Auto,
        };
        let peers: Peers = self
            .udp_peer
            .iter()
            .map(|entry| (entry.peer, entry.udp_port))
            .collect();
        let config = StackConfig {
            udp_port: self.udp_port.unwrap_or(default_udp_port),
            peer_udp_port: self.peer_udp_port.unwrap_or(udp::UDP_PORT),
            peers,
            options: self.options,
            ..StackConfig::new(ip)
        };
        (mode, config)
    }
}

/// Defines settings that hold, beside their own, everything a pool element or pool user must be told to reach
/// others. One struct, so that a TOML file is flat and its errors have a line.
macro_rules! settings_with_reach {
    ($(#[$meta:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $crate::settings::settings! {
            $(#[$meta])*
            pub struct $name {
                $($own)*

                /// Registrars, ADDR:PORT over SCTP or tcp://ADDR:PORT (pool users only); several (comma or repeated) [default: 127.0.0.1:3863 if there are no announcements to hear]
                #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',')]
                #[serde(default, deserialize_with = "crate::values::one_or_many_texts")]
                pub registrar: Option<Vec<crate::values::RegistrarAddr>>,
                /// Hear the announcements of registrars to this multicast group, GROUP:PORT or "off" [default: off]
                #[arg(long, value_name = "GROUP:PORT|off")]
                pub announce: Option<crate::values::Announce>,
                /// How SCTP is carried: in user space over UDP, by the kernel, or by the kernel where it can [default: udp]
                #[arg(long)]
                pub carrier: Option<crate::values::Carrier>,
                /// Local UDP port that carries SCTP, 0 for any free one
                #[arg(long, value_name = "PORT")]
                pub udp_port: Option<u16>,
                /// UDP port that carries SCTP at others [default: 9899]
                #[arg(long, value_name = "PORT")]
                pub peer_udp_port: Option<u16>,
                /// UDP port of one address, ADDR=UDP-PORT or ADDR:PORT=UDP-PORT; several (comma or repeated)
                #[arg(long, value_name = "ADDR=PORT", value_delimiter = ',')]
                #[serde(default, deserialize_with = "crate::values::one_or_many_texts")]
                pub udp_peer: Option<Vec<crate::values::UdpPeer>>,
                /// Seed of all random choices; drawn by the system when absent
                #[arg(long)]
                pub seed: Option<u64>,

                /// T5-Serverhunt: how long registrars have to answer before others are tried [default: 10s]
                #[arg(long, value_name = "SPAN")]
                pub t5_serverhunt: Option<crate::values::Period>,
                /// T7-ENRPoutdate: how long an announced address is valid [default: 5s]
                #[arg(long, value_name = "SPAN")]
                pub t7_enrpoutdate: Option<crate::values::Period>,
                /// RETRAN-MAX: the longest T5-Serverhunt [default: 60s]
                #[arg(long, value_name = "SPAN")]
                pub retran_max: Option<crate::values::Period>,

                /// SCTP's RTO.Initial, also the first timeout of a set-up [default: 500ms]
                #[arg(long, value_name = "SPAN")]
                pub rto_initial: Option<crate::values::Period>,
                /// SCTP's RTO.Min [default: 200ms]
                #[arg(long, value_name = "SPAN")]
                pub rto_min: Option<crate::values::Period>,
                /// SCTP's RTO.Max [default: 1s]
                #[arg(long, value_name = "SPAN")]
                pub rto_max: Option<crate::values::Period>,
                /// SCTP's HB.interval; 0s for no heartbeats [default: 1s]
                #[arg(long, value_name = "SPAN")]
                pub hb_interval: Option<crate::values::Span>,
                /// SCTP's Association.Max.Retrans: with one more timeout in a row, a peer is given up [default: 4]
                #[arg(long, value_name = "N")]
                pub association_max_retrans: Option<u32>,
                /// SCTP's Max.Init.Retransmits [default: 3]
                #[arg(long, value_name = "N")]
                pub max_init_retransmits: Option<u32>,
            }
        }

        impl $name {
            /// Where announcements are heard. The error names the key.
            pub fn announcements(&self) -> Result<Option<std::net::SocketAddr>, String> {
                match self.announce {
                    Some(crate::values::Announce::To(group)) if !group.ip().is_multicast() => {
                        Err(format!("announce: {} is not a multicast group", group.ip()))
                    }
                    Some(crate::values::Announce::To(group)) => Ok(Some(group)),
                    Some(crate::values::Announce::Off) | None => Ok(None),
                }
            }

            /// The registrars that are set, or the usual one where none is set or announced.
            pub fn registrars(&self) -> Vec<crate::values::RegistrarAddr> {
                match &self.registrar {
                    Some(registrars) => registrars.clone(),
                    None if matches!(self.announce, Some(crate::values::Announce::To(_))) => Vec::new(),
                    None => vec![crate::values::RegistrarAddr::Sctp(std::net::SocketAddr::from((
                        [127, 0, 0, 1],
                        crate::values::ASAP_PORT,
                    )))],
                }
            }

            /// The stack to start, at `ip` if nothing else is said. The error names the key.
            pub fn stack(
                &self,
                ip: std::net::IpAddr,
                default_udp_port: u16,
            ) -> Result<(rsp_transport::live::Mode, rsp_transport::live::StackConfig), String> {
                let d = crate::carrier::watchful();
                let options = rsp_transport::SctpOptions {
                    rto_initial: self.rto_initial.map_or(d.rto_initial, |p| p.0),
                    rto_min: self.rto_min.map_or(d.rto_min, |p| p.0),
                    rto_max: self.rto_max.map_or(d.rto_max, |p| p.0),
                    heartbeat_interval: self.hb_interval.map_or(d.heartbeat_interval, |s| s.0),
                    max_retransmissions: self.association_max_retrans.unwrap_or(d.max_retransmissions),
                    max_init_retransmits: self.max_init_retransmits.unwrap_or(d.max_init_retransmits),
                    ..d
                };
                if options.rto_min > options.rto_max {
                    return Err(format!(
                        "rto-min: {:?} is more than rto-max, which is {:?}",
                        options.rto_min, options.rto_max
                    ));
                }
                if !options.heartbeat_interval.is_zero()
                    && options.heartbeat_interval <= options.rto_initial
                {
                    // A heartbeat has rto-initial to be answered; the next one ends that wait.
                    return Err(format!(
                        "hb-interval: {:?} must be longer than rto-initial, which is {:?}, or no \
                         heartbeat is ever missed",
                        options.heartbeat_interval, options.rto_initial
                    ));
                }
                let carriage = crate::carrier::Carriage {
                    carrier: self.carrier,
                    udp_port: self.udp_port,
                    peer_udp_port: self.peer_udp_port,
                    udp_peer: self.udp_peer.as_deref().unwrap_or_default(),
                    options,
                };
                Ok(carriage.stack(ip, default_udp_port))
            }
        }
    };
}
pub(crate) use settings_with_reach;
