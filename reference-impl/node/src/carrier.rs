//! The settings by which pool elements and pool users reach registrars and each other, and the SCTP stack that
//! follows from them.

use std::net::IpAddr;
use std::time::Duration;

use rsp_transport::live::{Mode, StackConfig};
use rsp_transport::udp::Peers;
use rsp_transport::{SctpOptions, udp};

use crate::values::{Carrier, UdpPeer};

/// Returns the default SCTP options of pool elements and pool users.
///
/// The defaults of RFC 9260 detect a dead peer after minutes, too late for a failover. With these options, an
/// association ends 2.4 to 3.4 s after a message was sent to a dead peer (timeouts of 0.2, 0.4, 0.8 and 1 s, then a
/// fifth timeout or a missed heartbeat), an idle association after five unanswered heartbeats, which takes about
/// 5 s, and a set-up without an answer after 3.5 s. A round trip may take up to 1 s; five losses in a row end an
/// association, and the session continues with another PE.
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

/// The settings of [`settings_with_reach`] that determine a stack.
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

/// Defines the settings of a pool element or pool user: its own, and those by which it reaches others. All are in
/// one struct, so that a TOML file is flat and its errors have a line.
macro_rules! settings_with_reach {
    ($(#[$meta:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $crate::settings::settings! {
            $(#[$meta])*
            pub struct $name {
                $($own)*

                /// Registrars, ADDR:PORT over SCTP or tcp://ADDR:PORT (pool users only); several (comma or repeated) [default: 127.0.0.1:3863 without --announce]
                #[arg(long, value_name = "ADDR:PORT", value_delimiter = ',')]
                #[serde(default, deserialize_with = "crate::values::one_or_many_texts")]
                pub registrar: Option<Vec<crate::values::RegistrarAddr>>,
                /// Multicast group on which registrars announce themselves, GROUP:PORT or "off" [default: off]
                #[arg(long, value_name = "GROUP:PORT|off")]
                pub announce: Option<crate::values::Announce>,
                /// Carrier of SCTP: udp for SCTP in user space over UDP, kernel for the kernel's SCTP, auto for the kernel's SCTP where it exists, else udp [default: udp]
                #[arg(long)]
                pub carrier: Option<crate::values::Carrier>,
                /// Local UDP port that carries SCTP, 0 for any free port
                #[arg(long, value_name = "PORT")]
                pub udp_port: Option<u16>,
                /// UDP port that carries SCTP at registrars, PEs and PUs [default: 9899]
                #[arg(long, value_name = "PORT")]
                pub peer_udp_port: Option<u16>,
                /// UDP port that carries SCTP at one address, ADDR=UDP-PORT or ADDR:PORT=UDP-PORT; several (comma or repeated)
                #[arg(long, value_name = "ADDR=PORT", value_delimiter = ',')]
                #[serde(default, deserialize_with = "crate::values::one_or_many_texts")]
                pub udp_peer: Option<Vec<crate::values::UdpPeer>>,
                /// Seed of all random choices; random by default
                #[arg(long)]
                pub seed: Option<u64>,

                /// T5-Serverhunt: time limit of a registrar for its answer before the next one is tried [default: 10s]
                #[arg(long, value_name = "SPAN")]
                pub t5_serverhunt: Option<crate::values::Period>,
                /// T7-ENRPoutdate: time that an announced address is valid [default: 5s]
                #[arg(long, value_name = "SPAN")]
                pub t7_enrpoutdate: Option<crate::values::Period>,
                /// RETRAN-MAX: longest T5-Serverhunt [default: 60s]
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
                /// SCTP's HB.interval; 0s sends none [default: 1s]
                #[arg(long, value_name = "SPAN")]
                pub hb_interval: Option<crate::values::Span>,
                /// SCTP's Association.Max.Retrans: one more timeout in a row ends the association [default: 4]
                #[arg(long, value_name = "N")]
                pub association_max_retrans: Option<u32>,
                /// SCTP's Max.Init.Retransmits [default: 3]
                #[arg(long, value_name = "N")]
                pub max_init_retransmits: Option<u32>,
            }
        }

        impl $name {
            /// Returns the multicast group on which registrars announce themselves, if it is set.
            ///
            /// # Errors
            /// The address is not a multicast group; the text names the key.
            pub fn announcements(&self) -> Result<Option<std::net::SocketAddr>, String> {
                match self.announce {
                    Some(crate::values::Announce::To(group)) if !group.ip().is_multicast() => {
                        Err(format!("announce: {} is not a multicast group", group.ip()))
                    }
                    Some(crate::values::Announce::To(group)) => Ok(Some(group)),
                    Some(crate::values::Announce::Off) | None => Ok(None),
                }
            }

            /// Returns the registrars that are set; without them and without announcements `127.0.0.1:3863`.
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

            /// Returns the stack to start at `ip`; `default_udp_port` is for an absent `udp-port`.
            ///
            /// # Errors
            /// Settings contradict each other; the text names the key.
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
