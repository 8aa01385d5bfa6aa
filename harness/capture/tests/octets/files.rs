//! File formats and files that are not whole.

use crate::build::*;
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapWriter};
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketBlock;
use pcap_file::pcapng::blocks::interface_description::{
    InterfaceDescriptionBlock, InterfaceDescriptionOption,
};
use pcap_file::pcapng::blocks::section_header::SectionHeaderBlock;
use pcap_file::pcapng::blocks::simple_packet::SimplePacketBlock;
use pcap_file::pcapng::{Block, PcapNgWriter};
use pcap_file::{DataLink, Endianness, TsResolution};
use rspcheck_capture::{Capture, Error, Settings};
use std::borrow::Cow;
use std::io::Cursor;
use std::time::Duration;

#[test]
fn pcap_in_both_byte_orders_and_resolutions() {
    for endianness in [Endianness::Big, Endianness::Little] {
        for (resolution, expected) in [
            (TsResolution::MicroSecond, 7_123_456_000),
            (TsResolution::NanoSecond, 7_123_456_789),
        ] {
            let header = PcapHeader {
                datalink: DataLink::RAW,
                ts_resolution: resolution,
                endianness,
                ..PcapHeader::default()
            };
            let mut writer = PcapWriter::with_header(Vec::new(), header).expect("memory takes it");
            let packet = simple_packet(1);
            let record = PcapPacket::new(
                Duration::from_nanos(7_123_456_789),
                packet.len() as u32,
                &packet,
            );
            writer.write_packet(&record).expect("memory takes it");
            let reading = read(&writer.into_writer());
            assert_eq!(reading.messages.len(), 1);
            assert_eq!(reading.messages[0].time_ns, expected);
            assert_eq!(reading.messages[0].octets, MESSAGE);
            assert!(reading.error.is_none());
        }
    }
}

fn pcapng(endianness: Endianness) -> Vec<u8> {
    let section = SectionHeaderBlock {
        endianness,
        ..SectionHeaderBlock::default()
    };
    let mut writer =
        PcapNgWriter::with_section_header(Vec::new(), section).expect("memory takes it");
    let interface = |linktype, option| InterfaceDescriptionBlock {
        linktype,
        snaplen: 0,
        options: vec![option],
    };
    let mut write = |block: Block<'static>| {
        writer.write_block(&block).expect("memory takes it");
    };
    write(Block::InterfaceDescription(interface(
        DataLink::ETHERNET,
        InterfaceDescriptionOption::IfTsResol(9),
    )));
    write(Block::InterfaceDescription(interface(
        DataLink::RAW,
        InterfaceDescriptionOption::IfTsResol(0x80 | 10),
    )));
    let mut enhanced = |interface_id, units: u64, data: Vec<u8>| {
        write(Block::EnhancedPacket(EnhancedPacketBlock {
            interface_id,
            // The writer puts the duration's nanoseconds into the field as they are: units of the interface.
            timestamp: Duration::from_nanos(units),
            original_len: data.len() as u32,
            data: Cow::Owned(data),
            options: Vec::new(),
        }));
    };
    enhanced(0, 5_000_000_001, ethernet(&[0x0800], &simple_packet(1)));
    enhanced(1, 3 * 1024 + 512, simple_packet(2));
    let data = ethernet(&[0x0800], &simple_packet(3));
    write(Block::SimplePacket(SimplePacketBlock {
        original_len: data.len() as u32,
        data: Cow::Owned(data),
    }));
    writer.into_inner()
}

#[test]
fn pcapng_with_two_interfaces_in_both_byte_orders() {
    for endianness in [Endianness::Big, Endianness::Little] {
        let reading = read(&pcapng(endianness));
        assert!(reading.error.is_none(), "{:?}", reading.error);
        assert_eq!(reading.frames(), [[1], [2], [3]]);
        let times: Vec<u64> = reading
            .messages
            .iter()
            .map(|message| message.time_ns)
            .collect();
        assert_eq!(
            times,
            [5_000_000_001, 3_500_000_000, 0],
            "nanoseconds, 2^-10 seconds, no time"
        );
    }
}

#[test]
fn pcapng_obsolete_packet_block_time_offset_and_unknown_block() {
    let mut file = Vec::new();
    let mut block = |kind: u32, body: &[u8]| {
        let length = (12 + body.len() as u32).to_le_bytes();
        file.extend_from_slice(&kind.to_le_bytes());
        file.extend_from_slice(&length);
        file.extend_from_slice(body);
        file.extend_from_slice(&length);
    };
    block(
        0x0a0d_0d0a,
        &[
            0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        ],
    );
    // Raw IP, snap length 0, if_tsoffset (14) of 100 s, end of options.
    block(
        1,
        &[
            101, 0, 0, 0, 0, 0, 0, 0, 14, 0, 8, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ],
    );
    block(0xbad, &[0; 8]);
    let packet = simple_packet(1);
    let mut body = vec![0, 0, 0, 0];
    for field in [0, 2_000_000, packet.len() as u32, packet.len() as u32] {
        body.extend_from_slice(&u32::to_le_bytes(field));
    }
    body.extend_from_slice(&packet);
    block(2, &body);
    let reading = read(&file);
    assert!(reading.error.is_none(), "{:?}", reading.error);
    assert_eq!(reading.frames(), [[1]]);
    assert_eq!(reading.messages[0].time_ns, 102_000_000_000);
}

#[test]
fn pcapng_accepts_faulty_options() {
    let mut file = Vec::new();
    let mut block = |kind: u32, parts: &[&[u8]]| {
        let body = parts.concat();
        let length = (12 + body.len() as u32).to_le_bytes();
        file.extend_from_slice(&kind.to_le_bytes());
        file.extend_from_slice(&length);
        file.extend_from_slice(&body);
        file.extend_from_slice(&length);
    };
    // A comment that is not UTF-8, and no end of the options: so in the section, its interface and a packet.
    let comment = [1, 0, 2, 0, 0xff, 0xfe, 0, 0];
    block(
        0x0a0d_0d0a,
        &[&[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0], &[0xff; 8], &comment],
    );
    block(
        1,
        &[
            &[101, 0, 1, 1, 0, 0, 0, 0],
            &comment,
            &[9, 0, 1, 0, 9, 0, 0, 0],
        ],
    );
    let packet = simple_packet(1);
    let length = (packet.len() as u32).to_le_bytes();
    block(
        6,
        &[
            &[0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0],
            &length,
            &length,
            &packet,
            &comment,
        ],
    );
    let reading = read(&file);
    assert!(reading.error.is_none(), "{:?}", reading.error);
    assert_eq!(reading.frames(), [[1]]);
    assert_eq!(reading.messages[0].time_ns, 7);
}

#[test]
fn cut_off_pcap_yields_whole_records_and_the_offset() {
    let file = pcap(RAW, &[simple_packet(1), simple_packet(2)]);
    let record = (file.len() - 24) / 2;
    for cut in 1..record {
        let reading = read(&file[..file.len() - cut]);
        assert_eq!(reading.frames(), [[1]], "cut by {cut}");
        match reading.error {
            Some(Error::CutOff {
                offset,
                record: 2,
                missing,
            }) => {
                assert_eq!(offset, 24 + record as u64);
                assert!(missing >= 1 && missing <= cut as u64);
            }
            other => panic!("cut by {cut}: {other:?}"),
        }
    }
    let whole = read(&file[..file.len() - record]);
    assert!(whole.error.is_none() && whole.messages.len() == 1);
}

#[test]
fn cut_off_pcapng_yields_whole_blocks() {
    let file = pcapng(Endianness::Little);
    let reading = read(&file[..file.len() - 5]);
    assert_eq!(reading.messages.len(), 2);
    assert!(
        matches!(reading.error, Some(Error::CutOff { record: 6, .. })),
        "{:?}",
        reading.error
    );
}

#[test]
fn a_broken_length_ends_the_reading_with_its_offset() {
    let mut file = pcap(RAW, &[simple_packet(1), simple_packet(2)]);
    let second = 24 + (file.len() - 24) / 2;
    file[second + 8..second + 12].copy_from_slice(&[0xff; 4]);
    let reading = read(&file);
    assert_eq!(reading.frames(), [[1]]);
    match reading.error {
        Some(Error::Broken {
            offset, record: 2, ..
        }) => assert_eq!(offset, second as u64),
        other => panic!("{other:?}"),
    }
}

#[test]
fn other_files_are_not_captures() {
    for octets in [&b""[..], b"\x1f\x8b\x08\x00", b"hello, world", b"abc"] {
        let opened = Capture::from_reader(Cursor::new(octets.to_vec()), Settings::default());
        assert!(matches!(opened, Err(Error::NotACapture(_))), "{octets:?}");
    }
}

#[test]
fn spoilt_files_do_not_panic() {
    // A linear congruential generator spoils two octets in each of many copies. No copy may panic or hang.
    let mut random = 12345_u32;
    let mut next = move |below: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % below
    };
    let originals = [
        pcapng(Endianness::Big),
        pcap(RAW, &[simple_packet(1), simple_packet(2)]),
    ];
    for _ in 0..2000 {
        for original in &originals {
            let mut file = original.clone();
            for _ in 0..2 {
                let at = 4 + next(file.len() - 4);
                file[at] = next(256) as u8;
            }
            let settings = Settings {
                wrong_checksums: true,
                ..Settings::default()
            };
            let _ = Capture::from_reader(Cursor::new(file), settings)
                .map(|mut capture| capture.for_each(|_| {}));
        }
    }
}
