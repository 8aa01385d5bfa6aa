//! Passes each frame to the reader of its transport.

use crate::carrier::{Carrier, Visit};
use crate::file::Record;
use crate::fragment::Fragments;
use crate::network::{self, Carried};
use crate::sctp::{self, Sctp};
use crate::tcp::Tcp;
use crate::tunnel::{self, VXLAN_PORT};
use crate::{Counters, Endpoint, Item, Message, Settings, Transport, limits};
use etherparse::{IpNumber, TcpSlice, UdpSlice, ip_number};
use std::collections::HashSet;
use std::ops::ControlFlow;

/// All state between frames.
pub(crate) struct Demux {
    settings: Settings,
    pub(crate) counters: Counters,
    fragments: Fragments,
    sctp: Sctp,
    tcp: Tcp,
    /// Source and destination UDP ports found to carry SCTP.
    udp_pairs: HashSet<(u16, u16)>,
    next_assoc: u64,
}

impl Demux {
    pub(crate) fn new(settings: Settings) -> Demux {
        Demux {
            settings,
            counters: Counters::default(),
            fragments: Fragments::default(),
            sctp: Sctp::default(),
            tcp: Tcp::default(),
            udp_pairs: HashSet::new(),
            next_assoc: 0,
        }
    }

    pub(crate) fn record(&mut self, record: &Record<'_>, visit: &mut Visit<'_>) -> ControlFlow<()> {
        self.counters.frames += 1;
        let frame = self.counters.frames;
        match network::carried(record.link, record.octets) {
            Carried::Ip(octets) => self.ip(octets, frame, record.time_ns, 0, visit),
            Carried::Sctp(octets) => {
                let carrier = Carrier {
                    frames: &[frame],
                    time_ns: record.time_ns,
                    transport: Transport::Sctp,
                    src: None,
                    dst: None,
                    whole: true,
                    tunnels: 0,
                };
                self.sctp(octets, &carrier, visit)
            }
            Carried::Other => ControlFlow::Continue(()),
            Carried::Malformed => self.malformed(),
            Carried::Unsupported => {
                self.counters.unsupported_links += 1;
                self.counters.unsupported_link = Some(u32::from(record.link) as u16);
                ControlFlow::Continue(())
            }
        }
    }

    /// Yields what still waited for a missing segment when the capture ended, and counts what stays incomplete.
    pub(crate) fn end(&mut self, visit: &mut Visit<'_>) -> ControlFlow<()> {
        self.counters.ip_datagrams_given_up += self.fragments.waiting();
        self.counters.messages_given_up += self.sctp.waiting();
        self.tcp.end(&self.settings, &mut self.counters, visit)
    }

    fn ip(
        &mut self,
        octets: &[u8],
        frame: u64,
        time_ns: u64,
        tunnels: usize,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let Some(packet) = network::packet(octets) else {
            return self.malformed();
        };
        let carrier = |frames, whole| Carrier {
            frames,
            time_ns,
            transport: Transport::Sctp,
            src: Some(packet.src),
            dst: Some(packet.dst),
            whole,
            tunnels,
        };
        let Some(fragment) = packet.fragment else {
            return self.transport(
                packet.protocol,
                packet.payload,
                carrier(&[frame], packet.whole),
                visit,
            );
        };
        let whole = self.fragments.add(&packet, fragment, frame);
        self.counters.ip_datagrams_given_up = self.fragments.given_up;
        let Some(datagram) = whole else {
            return ControlFlow::Continue(());
        };
        match network::after_extensions(packet.src, datagram.protocol, &datagram.octets) {
            Some((protocol, payload)) => {
                self.transport(protocol, payload, carrier(&datagram.frames, true), visit)
            }
            None => self.malformed(),
        }
    }

    fn transport(
        &mut self,
        protocol: IpNumber,
        payload: &[u8],
        mut carrier: Carrier<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        match protocol {
            ip_number::SCTP => self.sctp(payload, &carrier, visit),
            ip_number::UDP => self.udp(payload, carrier, visit),
            ip_number::TCP => {
                carrier.transport = Transport::Tcp;
                let Ok(segment) = TcpSlice::from_slice(payload) else {
                    return self.unreadable(&carrier);
                };
                let (src, dst) = (segment.source_port(), segment.destination_port());
                if !self.settings.is_asap_port(src) && !self.settings.is_asap_port(dst) {
                    return ControlFlow::Continue(());
                }
                self.counters.cut += u64::from(!carrier.whole);
                self.tcp.segment(
                    &segment,
                    &carrier,
                    &self.settings,
                    &mut self.counters,
                    &mut self.next_assoc,
                    visit,
                )
            }
            _ => match tunnel::carried(protocol, payload) {
                Some(inner) => self.tunnel(inner, &carrier, visit),
                None => ControlFlow::Continue(()),
            },
        }
    }

    /// Reads a packet in a tunnel.
    fn tunnel(
        &mut self,
        inner: Carried<'_>,
        carrier: &Carrier<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        match inner {
            Carried::Ip(octets) if carrier.tunnels < limits::TUNNELS => {
                let (frame, tunnels) = (carrier.last_frame(), carrier.tunnels + 1);
                self.ip(octets, frame, carrier.time_ns, tunnels, visit)
            }
            Carried::Other => ControlFlow::Continue(()),
            Carried::Malformed => self.unreadable(carrier),
            Carried::Ip(_) | Carried::Sctp(_) | Carried::Unsupported => {
                self.counters.unread_tunnels += 1;
                ControlFlow::Continue(())
            }
        }
    }

    fn malformed(&mut self) -> ControlFlow<()> {
        self.counters.malformed += 1;
        ControlFlow::Continue(())
    }

    /// Counts a packet that is shorter than its headers: the capture has cut it off, or it contradicts itself.
    fn unreadable(&mut self, carrier: &Carrier<'_>) -> ControlFlow<()> {
        if carrier.whole {
            return self.malformed();
        }
        self.counters.cut += 1;
        ControlFlow::Continue(())
    }

    fn udp(
        &mut self,
        datagram: &[u8],
        mut carrier: Carrier<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        let Ok(datagram) = UdpSlice::from_slice_lax(datagram) else {
            return self.unreadable(&carrier);
        };
        // An offloaded datagram may have length 0: then it ends with the packet.
        let length = usize::from(datagram.length());
        if length != 0 && length < datagram.header_len() {
            return self.malformed();
        }
        carrier.whole &= length <= datagram.slice().len();
        let (src, dst) = (datagram.source_port(), datagram.destination_port());
        let payload = datagram.payload();
        if self.carries_sctp(src, dst, payload) {
            carrier.transport = Transport::SctpUdp;
            return self.sctp(payload, &carrier, visit);
        }
        let Some(protocol) = self.settings.protocol_of_ports(src, dst) else {
            return match dst {
                VXLAN_PORT => self.tunnel(tunnel::vxlan(payload), &carrier, visit),
                _ => ControlFlow::Continue(()),
            };
        };
        if !carrier.whole {
            self.counters.cut += 1;
            return ControlFlow::Continue(());
        }
        self.counters.messages += 1;
        visit(Item::Message(Message {
            frames: carrier.frames,
            time_ns: carrier.time_ns,
            transport: Transport::Udp,
            src: Endpoint {
                address: carrier.src,
                port: src,
            },
            dst: Endpoint {
                address: carrier.dst,
                port: dst,
            },
            assoc: 0,
            sctp: None,
            protocol: Some(protocol),
            octets: payload,
        }))
    }

    /// Returns whether a UDP datagram carries SCTP. RFC 6951 leaves the port to configuration, so the ports in the
    /// settings always do, and others do after a right checksum.
    fn carries_sctp(&mut self, src: u16, dst: u16, payload: &[u8]) -> bool {
        let known = |port| self.settings.udp_encaps_ports.contains(&port);
        if known(src) || known(dst) {
            return true;
        }
        if !sctp::is_plausible(payload) {
            return false;
        }
        if self.udp_pairs.contains(&(src, dst)) {
            return true;
        }
        if !sctp::checksum_is_right(payload) {
            return false;
        }
        if self.udp_pairs.len() < limits::UDP_PAIRS {
            self.udp_pairs.extend([(src, dst), (dst, src)]);
        }
        true
    }

    fn sctp(
        &mut self,
        packet: &[u8],
        carrier: &Carrier<'_>,
        visit: &mut Visit<'_>,
    ) -> ControlFlow<()> {
        // The network card fills in the checksum of packets that it segments, so they are captured with 0, which
        // RFC 9653 also allows. The checksum of a packet that the capture cut off cannot be checked.
        let unchecked = !carrier.whole || sctp::stored_checksum(packet) == Some(0);
        if !unchecked && !sctp::checksum_is_right(packet) {
            self.counters.wrong_checksums += 1;
            if !self.settings.wrong_checksums {
                return ControlFlow::Continue(());
            }
        }
        let Demux {
            sctp,
            settings,
            counters,
            next_assoc,
            ..
        } = self;
        sctp.packet(packet, carrier, settings, counters, next_assoc, visit)
    }
}
