//! ASAP over TCP.

use crate::build::*;
use rspcheck_capture::AssociationKind::{Abort, Gap, Init, Shutdown, Up};
use rspcheck_capture::{Protocol, Transport};

const FIN: u8 = 0x11;
const SYN: u8 = 0x02;
const SYN_ACK: u8 = 0x12;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// Sequence number of the first octet; the stream goes through 0.
const START: u32 = u32::MAX - 20;

fn syn() -> Vec<u8> {
    ipv4(6, (1, 2), &tcp(PORTS, START.wrapping_sub(1), 0, SYN, &[]))
}

/// Octets from `at` on of the stream.
fn part(stream: &[u8], at: usize, octets: usize) -> Vec<u8> {
    let sequence = START.wrapping_add(at as u32);
    ipv4(
        6,
        (1, 2),
        &tcp(PORTS, sequence, 1, ACK, &stream[at..at + octets]),
    )
}

/// The other side has everything before `at`.
fn acknowledge(at: usize) -> Vec<u8> {
    ipv4(
        6,
        (2, 1),
        &tcp(BACK, 1, START.wrapping_add(at as u32), ACK, &[]),
    )
}

/// Messages of 12, 40 and 100 octets.
fn stream() -> Vec<u8> {
    [MESSAGE.to_vec(), long_message(40), long_message(100)].concat()
}

fn octets(reading: &Reading) -> Vec<u8> {
    reading
        .messages
        .iter()
        .flat_map(|message| message.octets.clone())
        .collect()
}

#[test]
fn segments_that_are_not_messages() {
    let stream = stream();
    let frames = [
        syn(),
        part(&stream, 0, 5),
        part(&stream, 5, 20),
        part(&stream, 25, 27),
        part(&stream, 52, 100),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [vec![2, 3], vec![3, 4], vec![5]]);
    assert_eq!(octets(&reading), stream);
    assert!(
        reading
            .messages
            .iter()
            .all(|m| m.transport == Transport::Tcp && m.protocol == Some(Protocol::Asap))
    );
    assert_eq!(reading.events(), [(Init, 1)]);
}

#[test]
fn every_cut_in_three_gives_the_same_messages() {
    let stream = stream();
    for one in 1..stream.len() - 1 {
        for two in [one + 1, (one + stream.len()) / 2 + 1]
            .into_iter()
            .filter(|&two| two < stream.len())
        {
            let parts = [
                part(&stream, 0, one),
                part(&stream, one, two - one),
                part(&stream, two, stream.len() - two),
            ];
            for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
                let mut frames = vec![syn()];
                frames.extend(order.iter().map(|&at| parts[at].clone()));
                let reading = read(&pcap(RAW, &frames));
                assert_eq!(octets(&reading), stream, "{one} {two} {order:?}");
                assert_eq!(reading.messages.len(), 3);
                assert_eq!(reading.counters.tcp_gaps, 0);
            }
        }
    }
}

#[test]
fn retransmissions_and_overlaps() {
    let stream = stream();
    let frames = [
        syn(),
        syn(),
        part(&stream, 0, 30),
        part(&stream, 0, 30),
        part(&stream, 10, 60),
        part(&stream, 60, 92),
        part(&stream, 60, 92),
        part(&stream, 40, 40),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(octets(&reading), stream);
    assert_eq!(reading.frames(), [vec![3], vec![3, 5], vec![5, 6]]);
    assert_eq!(reading.counters.retransmissions, 3);
}

#[test]
fn a_lost_segment_is_a_gap_once_it_is_acknowledged() {
    let stream = [MESSAGE, MESSAGE, MESSAGE].concat();
    let frames = [
        syn(),
        part(&stream, 0, 12),
        part(&stream, 24, 12),
        acknowledge(36),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[2], [3]]);
    assert_eq!(reading.events(), [(Init, 1), (Gap, 1)]);
    let frames = [
        syn(),
        part(&stream, 0, 6),
        acknowledge(24),
        part(&stream, 24, 12),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(
        reading.frames(),
        [[4]],
        "the beginning of a message is given up with its lost end"
    );
    assert_eq!(reading.events(), [(Init, 1), (Gap, 1)]);
}

#[test]
fn a_gap_at_the_end_of_the_capture() {
    let stream = [MESSAGE, MESSAGE].concat();
    let reading = read(&pcap(RAW, &[syn(), part(&stream, 12, 12)]));
    assert_eq!(octets(&reading), MESSAGE);
    assert_eq!(reading.frames(), [[2]]);
    assert_eq!(reading.counters.tcp_gaps, 1);
}

#[test]
fn early_segments_are_bounded() {
    let stream = [MESSAGE; 100].concat();
    let mut frames = vec![syn()];
    frames.extend((1..100).map(|n| part(&stream, n * 12, 12)));
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.messages.len(), 99);
    assert_eq!(reading.counters.tcp_gaps, 1);
}

#[test]
fn in_the_middle_reading_begins_where_octets_divide_into_messages() {
    let stream = [long_message(40), MESSAGE.to_vec(), MESSAGE.to_vec()].concat();
    let reading = read(&pcap(
        RAW,
        &[
            part(&stream, 6, 34),
            part(&stream, 40, 12),
            part(&stream, 52, 12),
        ],
    ));
    assert_eq!(reading.frames(), [[2], [3]]);
}

#[test]
fn an_impossible_length_loses_step_until_the_next_message() {
    let stream = [MESSAGE, [5, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0], MESSAGE].concat();
    let reading = read(&pcap(
        RAW,
        &[syn(), part(&stream, 0, 24), part(&stream, 24, 12)],
    ));
    assert_eq!(reading.frames(), [[2], [3]]);
    assert_eq!(
        (reading.counters.malformed, reading.counters.tcp_gaps),
        (1, 1)
    );
}

#[test]
fn connection_and_another_on_the_same_ports() {
    let answer =
        |sequence, flags, data: &[u8]| ipv4(6, (2, 1), &tcp(BACK, sequence, START, flags, data));
    let fin = ipv4(6, (1, 2), &tcp(PORTS, START.wrapping_add(12), 13, FIN, &[]));
    let life = [
        syn(),
        answer(0, SYN_ACK, &[]),
        part(&MESSAGE, 0, 12),
        answer(1, ACK, &MESSAGE),
        fin,
    ];
    let again = ipv4(6, (1, 2), &tcp(PORTS, 0x4000_0000, 0, SYN, &[]));
    let data = ipv4(6, (1, 2), &tcp(PORTS, 0x4000_0001, 1, ACK, &MESSAGE));
    let reset = ipv4(6, (2, 1), &tcp(BACK, 1, 0, RST, &[]));
    let mut frames = life.to_vec();
    frames.extend([again, data, reset]);
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[3], [4], [7]]);
    assert_eq!(
        reading.events(),
        [(Init, 1), (Up, 1), (Shutdown, 1), (Init, 2), (Abort, 2)]
    );
    let connections: Vec<u64> = reading
        .messages
        .iter()
        .map(|message| message.assoc)
        .collect();
    assert_eq!(connections, [1, 1, 2]);
}

#[test]
fn other_ports_are_not_read() {
    let frame = ipv4(6, (1, 2), &tcp((1000, 80), 1, 1, ACK, &MESSAGE));
    assert!(read(&pcap(RAW, &[frame])).messages.is_empty());
}
