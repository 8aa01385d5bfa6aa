//! Link layers, IP and UDP.

use crate::build::*;
use rspcheck_capture::{Protocol, Settings, Transport};

fn one(link: u16, frame: Vec<u8>) {
    let reading = read(&pcap(link, &[frame]));
    assert_eq!(reading.frames(), [[1]], "link type {link}");
    assert_eq!(reading.messages[0].octets, MESSAGE);
}

#[test]
fn every_link_type() {
    let packet = simple_packet(1);
    let behind = |header: &[u8]| [header, &packet].concat();
    one(1, ethernet(&[0x0800], &packet));
    one(1, ethernet(&[0x8100, 0x0800], &packet));
    one(1, ethernet(&[0x88a8, 0x8100, 0x0800], &packet));
    one(1, ethernet(&[0x0800], &behind(&[])));
    for raw in [12, 14, 101, 228] {
        one(raw, packet.clone());
    }
    one(0, behind(&[2, 0, 0, 0]));
    one(108, behind(&[0, 0, 0, 2]));
    one(
        113,
        behind(&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0]),
    );
    one(
        276,
        behind(&[8, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]),
    );
    one(248, sctp(PORTS, 0xaa, &[data(WHOLE, 1, 1, &MESSAGE)]));
}

#[test]
fn linux_cooked_frames_of_any_device() {
    let packet = simple_packet(1);
    // Ethernet, loopback, PPP, and a tunnel without a header of its own.
    for device in [1_u16, 772, 512, 65_534] {
        let [high, low] = device.to_be_bytes();
        let cooked = [0, 0, high, low, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0];
        one(113, [&cooked[..], &packet].concat());
        let cooked = [
            8, 0, 0, 0, 0, 0, 0, 2, high, low, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        one(276, [&cooked[..], &packet].concat());
    }
}

#[test]
fn four_vlan_tags_and_snap() {
    let packet = simple_packet(1);
    one(
        1,
        ethernet(&[0x88a8, 0x9100, 0x9200, 0x8100, 0x0800], &packet),
    );
    let snap = [&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0][..], &packet].concat();
    one(1, ethernet(&[snap.len() as u16], &snap));
}

#[test]
fn an_unsupported_link_type_is_counted() {
    let reading = read(&pcap(147, &[simple_packet(1)]));
    assert_eq!(
        (reading.messages.len(), reading.counters.unsupported_links),
        (0, 1)
    );
    assert_eq!(reading.counters.unsupported_link, Some(147));
}

#[test]
fn ethernet_padding_is_no_part_of_the_packet() {
    let mut frame = ethernet(&[0x0800], &simple_packet(1));
    frame.extend_from_slice(&[0xee; 10]);
    one(1, frame);
}

#[test]
fn ipv6_with_extension_headers() {
    let packet = sctp(PORTS, 0xaa, &[data(WHOLE, 1, 1, &MESSAGE)]);
    // Hop-by-hop options of 8 octets, destination options of 16, authentication header of 12, an atomic fragment.
    let mut payload = vec![60, 0, 1, 4, 0, 0, 0, 0];
    payload.extend_from_slice(&[51, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    payload.extend_from_slice(&[44, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
    payload.extend_from_slice(&[132, 0, 0, 0, 0, 0, 0, 9]);
    payload.extend_from_slice(&packet);
    let reading = read(&pcap(229, &[ipv6(0, &payload)]));
    assert_eq!(reading.messages.len(), 1);
    assert_eq!(
        reading.messages[0].ends,
        ("[2001:db8::1]:49152".into(), "[2001:db8::2]:3863".into())
    );
}

#[test]
fn ipv4_fragments_in_any_order() {
    let message = long_message(1200);
    let packet = sctp(PORTS, 0xaa, &[data(WHOLE, 1, 1, &message)]);
    let parts: Vec<Vec<u8>> = packet
        .chunks(400)
        .enumerate()
        .map(|(at, part)| {
            ipv4_fragment(
                132,
                (1, 2),
                77,
                at * 400,
                (at + 1) * 400 < packet.len(),
                part,
            )
        })
        .collect();
    assert_eq!(parts.len(), 4);
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]] {
        let mut frames: Vec<Vec<u8>> = order.iter().map(|&at| parts[at].clone()).collect();
        frames.insert(2, parts[order[0]].clone()); // A duplicate adds nothing.
        frames.insert(1, ipv4_fragment(132, (1, 2), 78, 0, true, &[0; 64])); // One of another datagram.
        let reading = read(&pcap(RAW, &frames));
        assert_eq!(reading.frames(), [[1, 3, 5, 6]]);
        assert_eq!(reading.messages[0].octets, message);
    }
}

#[test]
fn ipv6_fragments() {
    let message = long_message(700);
    let packet = sctp(PORTS, 0xaa, &[data(WHOLE, 1, 1, &message)]);
    let fragment = |offset: usize, more: u8, part: &[u8]| {
        let field = (offset as u16 | u16::from(more)).to_be_bytes();
        // Only the first fragment's next header counts (RFC 8200, 4.5).
        let next = if offset == 0 { 132 } else { 59 };
        ipv6(
            44,
            &[&[next, 0, field[0], field[1], 0, 0, 0, 5], part].concat(),
        )
    };
    let reading = read(&pcap(
        RAW,
        &[
            fragment(400, 0, &packet[400..]),
            fragment(0, 1, &packet[..400]),
        ],
    ));
    assert_eq!(reading.frames(), [[1, 2]]);
    assert_eq!(reading.messages[0].octets, message);
}

#[test]
fn fragments_that_look_like_headers() {
    // Behind the first fragment no octets are a header. Here they all look like one: 51 and 60 are the numbers
    // of the authentication header and of destination options, and the lengths fit.
    let body = [[51, 1, 60, 1].repeat(150), [60, 1, 51, 1].repeat(150)].concat();
    let mut message = long_message(4 + body.len());
    message[4..].copy_from_slice(&body);
    let packet = sctp(PORTS, 0xaa, &[data(WHOLE, 1, 1, &message)]);
    let v6 = |offset: usize, more: u8, next: u8, part: &[u8]| {
        let field = (offset as u16 | u16::from(more)).to_be_bytes();
        ipv6(
            44,
            &[&[next, 0, field[0], field[1], 0, 0, 0, 5], part].concat(),
        )
    };
    for next in [51, 60, 0, 43, 44] {
        let frames = [
            v6(400, 1, next, &packet[400..800]),
            v6(800, 0, next, &packet[800..]),
            v6(0, 1, 132, &packet[..400]),
        ];
        let reading = read(&pcap(RAW, &frames));
        assert_eq!(reading.frames(), [[1, 2, 3]], "next header {next}");
        assert_eq!(reading.messages[0].octets, message);
        assert_eq!(reading.counters.malformed, 0);
    }
}

#[test]
fn destination_options_before_fragmented_sctp() {
    let message = long_message(700);
    let packet = sctp(PORTS, 0xaa, &[data(WHOLE, 1, 1, &message)]);
    // Destination options in the unfragmented part, and others in the fragmented one.
    let whole = [&[132, 0, 1, 4, 0, 0, 0, 0][..], &packet].concat();
    let fragment = |offset: usize, more: u8, part: &[u8]| {
        let field = (offset as u16 | u16::from(more)).to_be_bytes();
        let headers = [
            44, 0, 1, 4, 0, 0, 0, 0, 60, 0, field[0], field[1], 0, 0, 0, 5,
        ];
        ipv6(60, &[&headers[..], part].concat())
    };
    let reading = read(&pcap(
        RAW,
        &[
            fragment(0, 1, &whole[..400]),
            fragment(400, 0, &whole[400..]),
        ],
    ));
    assert_eq!(reading.frames(), [[1, 2]]);
    assert_eq!(reading.messages[0].octets, message);
}

#[test]
fn extension_headers_cut_off_anywhere() {
    let packet = sctp(PORTS, 0xaa, &[data(WHOLE, 1, 1, &MESSAGE)]);
    let mut payload = vec![60, 0, 1, 4, 0, 0, 0, 0];
    payload.extend_from_slice(&[44, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    payload.extend_from_slice(&[51, 0, 0, 1, 0, 0, 0, 9]);
    payload.extend_from_slice(&[132, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
    payload.extend_from_slice(&packet);
    for length in 0..44 {
        // As the IPv6 header announces it, and as the capture cut it off.
        let announced = ipv6(0, &payload[..length]);
        let mut snapped = ipv6(0, &payload);
        snapped.truncate(40 + length);
        let reading = read(&pcap(RAW, &[announced, snapped]));
        assert!(reading.messages.is_empty(), "{length} octets");
    }
}

#[test]
fn endless_fragments_are_given_up() {
    let lone = |n: u16| ipv4_fragment(132, (1, 2), n, 8, true, &[0; 1000]);
    let mut frames: Vec<Vec<u8>> = (0..1000).map(lone).collect();
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.counters.ip_datagrams_given_up, 1000);
    // The last 256 are kept: they become whole, but are no SCTP packets.
    for n in 1000 - 256..1000 {
        frames.push(ipv4_fragment(132, (1, 2), n, 0, true, &[0; 8]));
        frames.push(ipv4_fragment(132, (1, 2), n, 1008, false, &[0; 8]));
    }
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.counters.ip_datagrams_given_up, 1000 - 256);
    assert_eq!(reading.counters.malformed, 256);
    // The identification comes round again, long after: the old part does not spoil the new datagram.
    let packet = sctp(PORTS, 0xaa, &[data(WHOLE, 1, 1, &long_message(400))]);
    let mut frames = vec![ipv4_fragment(132, (1, 2), 9, 200, false, &[0; 300])];
    frames.extend((0..20_001).map(|_| ethernet(&[0x0806], &[])));
    frames.push(ipv4_fragment(132, (1, 2), 9, 0, true, &packet[..200]));
    frames.push(ipv4_fragment(132, (1, 2), 9, 200, false, &packet[200..]));
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[20_003, 20_004]]);
}

#[test]
fn contradicting_ends_begin_a_new_datagram() {
    let message = long_message(564);
    let packet = sctp(PORTS, 0xaa, &[data(WHOLE, 1, 1, &message)]);
    let fragment =
        |offset: usize, more, part: &[u8]| ipv4_fragment(132, (1, 2), 9, offset, more, part);
    let frames = [
        fragment(400, false, &[0; 100]), // The end of an earlier datagram with this identification.
        fragment(200, false, &packet[200..]),
        fragment(0, true, &packet[..200]),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[2, 3]]);
    assert_eq!(reading.messages[0].octets, message);
    assert_eq!(reading.counters.ip_datagrams_given_up, 1);
}

#[test]
fn announcements_over_udp() {
    let asap = ipv4(17, (1, 2), &udp((5000, 3863), &MESSAGE));
    let enrp = ipv4(17, (1, 2), &udp((9901, 9901), &MESSAGE));
    let other = ipv4(17, (1, 2), &udp((53, 5353), &MESSAGE));
    let reading = read(&pcap(RAW, &[asap, enrp, other.clone()]));
    let seen: Vec<_> = reading
        .messages
        .iter()
        .map(|m| (m.frames[0], m.protocol, m.transport, m.assoc))
        .collect();
    assert_eq!(
        seen,
        [
            (1, Some(Protocol::Asap), Transport::Udp, 0),
            (2, Some(Protocol::Enrp), Transport::Udp, 0)
        ]
    );
    let settings = Settings {
        asap_ports: vec![5353],
        ..Settings::default()
    };
    assert_eq!(read_with(&pcap(RAW, &[other]), settings).messages.len(), 1);
}

#[test]
fn sctp_in_udp_on_known_and_unknown_ports() {
    let packet = |tsn| sctp(PORTS, 0xaa, &[data(WHOLE, tsn, 1, &MESSAGE)]);
    let unchecked = |tsn| {
        let mut packet = packet(tsn);
        packet[8..12].fill(0);
        packet
    };
    let frame = |ports, packet: Vec<u8>| ipv4(17, (1, 2), &udp(ports, &packet));
    let reading = read(&pcap(
        RAW,
        &[
            frame((9899, 9899), packet(1)),
            frame((9899, 9899), unchecked(2)), // Left to the network card on a port that is known.
            frame((40000, 40001), unchecked(3)), // No setting and no checksum shows that this is SCTP.
            frame((40000, 40001), packet(4)),    // The checksum shows it,
            frame((40001, 40000), unchecked(5)), // and from now on the ports are known, both ways.
        ],
    ));
    assert_eq!(reading.frames(), [[1], [2], [4], [5]]);
    assert!(
        reading
            .messages
            .iter()
            .all(|message| message.transport == Transport::SctpUdp)
    );
}

#[test]
fn a_wrong_checksum_is_counted_and_read_only_on_request() {
    let mut packet = sctp(PORTS, 0xaa, &[data(WHOLE, 1, 1, &MESSAGE)]);
    packet[9] ^= 1;
    let file = pcap(RAW, &[ipv4(132, (1, 2), &packet)]);
    let reading = read(&file);
    assert_eq!(
        (reading.messages.len(), reading.counters.wrong_checksums),
        (0, 1)
    );
    let settings = Settings {
        wrong_checksums: true,
        ..Settings::default()
    };
    let reading = read_with(&file, settings);
    assert_eq!(
        (reading.messages.len(), reading.counters.wrong_checksums),
        (1, 1)
    );
}

#[test]
fn a_snapped_packet_gives_its_whole_chunks() {
    let chunks = [
        data(WHOLE, 1, 1, &MESSAGE),
        data(WHOLE, 2, 2, &long_message(400)),
    ];
    let mut frame = ipv4(132, (1, 2), &sctp(PORTS, 0xaa, &chunks));
    frame.truncate(96);
    let reading = read(&pcap(RAW, &[frame]));
    assert_eq!((reading.messages.len(), reading.counters.cut), (1, 1));
    assert_eq!(
        reading.counters.wrong_checksums, 0,
        "a packet that was cut off cannot be checked"
    );
}
