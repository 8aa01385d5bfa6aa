//! User messages and associations.

use crate::build::*;
use rspcheck_capture::AssociationKind::{Abort, Down, Init, Shutdown, Up};
use rspcheck_capture::Protocol;

fn forth(chunks: &[Vec<u8>]) -> Vec<u8> {
    ipv4(132, (1, 2), &sctp(PORTS, 0xaa, chunks))
}

fn back(chunks: &[Vec<u8>]) -> Vec<u8> {
    ipv4(132, (2, 1), &sctp(BACK, 0xbb, chunks))
}

fn init_from_1(tsn: u32) -> Vec<u8> {
    ipv4(132, (1, 2), &sctp(PORTS, 0, &[init(1, 0xbb, tsn)]))
}

#[test]
fn bundled_chunks_are_messages_of_one_frame() {
    let reading = read(&pcap(
        RAW,
        &[forth(&[
            bare(3, 0),
            data(WHOLE, 1, 0, &MESSAGE),
            data(WHOLE, 2, 1, &long_message(9)),
            bare(11, 0),
        ])],
    ));
    assert_eq!(reading.frames(), [[1], [1]]);
    assert_eq!(
        reading.messages[1].octets.len(),
        9,
        "the padding of a chunk is not user data"
    );
}

#[test]
fn fragments_in_every_order_with_a_message_between() {
    let message = long_message(1000);
    let pieces = [
        data(FIRST, u32::MAX, 7, &message[..300]),
        data(MIDDLE, 0, 7, &message[300..600]),
        data(MIDDLE, 1, 7, &message[600..900]),
        data(LAST, 2, 7, &message[900..]),
    ];
    for order in [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
        [1, 0, 3, 2],
        [2, 0, 1, 3],
        [0, 3, 1, 2],
        [3, 0, 2, 1],
    ] {
        let mut frames: Vec<Vec<u8>> = order
            .iter()
            .map(|&at| forth(&[pieces[at].clone()]))
            .collect();
        frames.insert(2, forth(&[data(WHOLE, u32::MAX - 1, 6, &MESSAGE)]));
        frames.push(forth(&[pieces[order[0]].clone()])); // A retransmission adds nothing.
        let reading = read(&pcap(RAW, &frames));
        assert_eq!(reading.frames(), [vec![3], vec![1, 2, 4, 5]], "{order:?}");
        assert_eq!(reading.messages[1].octets, message, "{order:?}");
        assert_eq!(reading.counters.retransmissions, 1);
    }
}

#[test]
fn neighbouring_fragmented_messages_are_kept_apart() {
    let (one, two) = (long_message(80), long_message(120));
    let pieces = [
        data(FIRST, 1, 1, &one[..40]),
        data(LAST, 2, 1, &one[40..]),
        data(FIRST, 3, 2, &two[..60]),
        data(LAST, 4, 2, &two[60..]),
    ];
    let frames: Vec<Vec<u8>> = [1, 2, 3, 0]
        .iter()
        .map(|&at| forth(&[pieces[at].clone()]))
        .collect();
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[2, 3], [1, 4]]);
    assert_eq!(
        (&reading.messages[0].octets, &reading.messages[1].octets),
        (&two, &one)
    );
}

#[test]
fn interleaved_messages_of_i_data() {
    let (one, two) = (long_message(90), long_message(60));
    let frames = [
        forth(&[i_data(FIRST, 1, 0, 11, &one[..30])]),
        forth(&[i_data(FIRST, 2, 1, 11, &two[..30])]),
        forth(&[i_data(MIDDLE, 3, 0, 1, &one[30..60])]),
        forth(&[i_data(LAST, 4, 1, 1, &two[30..])]),
        forth(&[i_data(LAST, 5, 0, 2, &one[60..])]),
        forth(&[i_data(WHOLE, 6, 2, 11, &MESSAGE)]),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [vec![2, 4], vec![1, 3, 5], vec![6]]);
    assert_eq!(
        (&reading.messages[0].octets, &reading.messages[1].octets),
        (&two, &one)
    );
    assert!(
        reading
            .messages
            .iter()
            .all(|message| message.protocol == Some(Protocol::Asap))
    );
}

#[test]
fn one_association_over_two_address_pairs() {
    let packet = |tsn| sctp(PORTS, 0xaa, &[data(WHOLE, tsn, tsn as u16, &MESSAGE)]);
    let frames = [
        init_from_1(1),
        ipv4(132, (2, 1), &sctp(BACK, 0xbb, &[init(2, 0xaa, 100)])),
        ipv4(132, (1, 2), &packet(1)),
        ipv4(132, (11, 12), &packet(1)), // Retransmitted over the other pair.
        ipv4(132, (11, 12), &packet(2)),
        ipv4(
            132,
            (12, 11),
            &sctp(BACK, 0xbb, &[data(WHOLE, 100, 1, &MESSAGE)]),
        ),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[3], [5], [6]]);
    assert!(reading.messages.iter().all(|message| message.assoc == 1));
    assert_eq!(reading.messages[1].ends.0, "192.0.2.11:49152");
}

#[test]
fn association_from_handshake_to_shutdown() {
    let cookie = bare(10, 0);
    let frames = [
        init_from_1(5),
        init_from_1(5),
        ipv4(132, (2, 1), &sctp(BACK, 0xbb, &[init(2, 0xaa, 9)])),
        forth(&[cookie, data(WHOLE, 5, 0, &MESSAGE)]),
        back(&[bare(11, 0), data(WHOLE, 9, 0, &MESSAGE)]),
        back(&[data(WHOLE, 8, 0, &MESSAGE)]), // Before the initial TSN: not of this association.
        forth(&[bare(7, 0)]),
        forth(&[bare(7, 0)]),
        back(&[bare(8, 0)]),
        forth(&[bare(14, 0)]),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[4], [5]]);
    assert_eq!(
        reading.events(),
        [(Init, 1), (Up, 1), (Shutdown, 1), (Down, 1)]
    );
    assert_eq!(reading.associations[2].src.to_string(), "192.0.2.1:49152");
}

#[test]
fn the_same_tags_again_after_a_new_init() {
    let handshake = |tsn| {
        [
            init_from_1(tsn),
            ipv4(132, (2, 1), &sctp(BACK, 0xbb, &[init(2, 0xaa, tsn)])),
        ]
    };
    let mut frames = handshake(1).to_vec();
    frames.push(forth(&[data(WHOLE, 1, 0, &MESSAGE)]));
    frames.push(back(&[bare(6, 0)]));
    frames.extend(handshake(1));
    frames.push(forth(&[data(WHOLE, 1, 0, &MESSAGE)]));
    frames.push(ipv4(132, (2, 1), &sctp(BACK, 0xaa, &[bare(6, 1)]))); // T bit: its tag is the other side's.
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[3], [7]]);
    assert_eq!(
        reading.events(),
        [(Init, 1), (Abort, 1), (Init, 2), (Abort, 2)]
    );
    assert_eq!(
        (reading.messages[0].assoc, reading.messages[1].assoc),
        (1, 2)
    );
}

#[test]
fn simultaneous_inits_make_one_association() {
    let ports = (9901, 9901);
    let packet = |hosts, vtag, chunk| ipv4(132, hosts, &sctp(ports, vtag, &[chunk]));
    let frames = [
        packet((1, 2), 0, init(1, 0xb1, 10)),
        packet((2, 1), 0, init(1, 0xa2, 20)),
        packet((1, 2), 0xa2, init(2, 0xb1, 10)),
        packet((2, 1), 0xb1, init(2, 0xa2, 20)),
        packet((1, 2), 0xa2, data_with_ppid(WHOLE, 10, 0, 12, &MESSAGE)),
        packet((2, 1), 0xb1, data_with_ppid(WHOLE, 20, 0, 12, &MESSAGE)),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[5], [6]]);
    assert_eq!(
        (reading.messages[0].assoc, reading.messages[1].assoc),
        (1, 1)
    );
}

#[test]
fn a_capture_that_begins_in_the_middle() {
    let frames = [
        forth(&[data(WHOLE, 50, 5, &MESSAGE)]),
        back(&[data(WHOLE, 7, 5, &MESSAGE)]),
        forth(&[data(WHOLE, 49, 4, &MESSAGE)]), // Retransmitted; its first transmission is not in the capture.
        forth(&[data(WHOLE, 50, 5, &MESSAGE)]),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[1], [2], [3]]);
    assert!(reading.messages.iter().all(|message| message.assoc == 1));
}

#[test]
fn protocol_by_ppid_else_by_port() {
    let packet = |ports, tsn, ppid| {
        ipv4(
            132,
            (1, 2),
            &sctp(
                ports,
                u32::from(ports.0),
                &[data_with_ppid(WHOLE, tsn, 0, ppid, &MESSAGE)],
            ),
        )
    };
    let frames = [
        packet((1000, 2000), 1, 12),
        packet((1001, 3863), 1, 0),
        packet((1002, 9901), 1, 0x0c00_0000),
        packet((1003, 3863), 1, 12),
        packet((1004, 7), 1, 0),
    ];
    let reading = read(&pcap(RAW, &frames));
    let protocols: Vec<_> = reading
        .messages
        .iter()
        .map(|message| message.protocol)
        .collect();
    let (asap, enrp) = (Some(Protocol::Asap), Some(Protocol::Enrp));
    assert_eq!(protocols, [enrp, asap, enrp, enrp, None]);
}

#[test]
fn forward_tsn_discards_messages() {
    let frames = [
        forth(&[data(FIRST, 1, 0, &[5; 40])]),
        forth(&[vec![192, 0, 0, 8, 0, 0, 0, 2]]),
        forth(&[data(WHOLE, 3, 1, &MESSAGE)]),
    ];
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[3]]);
    assert_eq!(reading.counters.messages_given_up, 1);
}

#[test]
fn unfinished_messages_are_bounded() {
    // Beginnings without an end, more than a direction may have.
    let mut frames: Vec<Vec<u8>> = (0..200)
        .map(|n| forth(&[data(FIRST, 2 * n, n as u16, &[5; 40])]))
        .collect();
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.counters.messages_given_up, 200);
    // The last 64 are kept.
    frames.extend((136..200).map(|n| forth(&[data(LAST, 2 * n + 1, n as u16, &[5; 40])])));
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.messages.len(), 64);
    assert_eq!(reading.counters.messages_given_up, 200 - 64);
    // A message without an end that would fill memory, and one after it.
    let mut frames: Vec<Vec<u8>> = (0..300)
        .map(|n| forth(&[data(if n == 0 { FIRST } else { MIDDLE }, n, 0, &[5; 1000])]))
        .collect();
    frames.push(forth(&[data(LAST, 300, 0, &[5; 10])]));
    frames.push(forth(&[data(WHOLE, 301, 1, &MESSAGE)]));
    let reading = read(&pcap(RAW, &frames));
    assert_eq!(reading.frames(), [[302]]);
    assert_eq!(reading.counters.messages_oversized, 1);
    // More associations than are remembered.
    let frames: Vec<Vec<u8>> = (0..40_000_u32)
        .map(|n| sctp(PORTS, n + 1, &[data(FIRST, 1, 0, &[5; 40])]))
        .collect();
    let reading = read(&pcap(248, &frames));
    assert!(
        reading.counters.associations_dropped > 20_000,
        "{:?}",
        reading.counters
    );
    assert_eq!(reading.counters.messages_given_up, 40_000);
}

#[test]
fn impossible_chunk_lengths() {
    let mut zero = data(WHOLE, 1, 0, &MESSAGE);
    zero[3] = 0;
    let mut long = data(WHOLE, 2, 0, &MESSAGE);
    long[2] = 0xff;
    let empty = data(WHOLE, 3, 0, &[]);
    let reading = read(&pcap(
        RAW,
        &[forth(&[zero]), forth(&[long]), forth(&[empty])],
    ));
    assert_eq!((reading.messages.len(), reading.counters.malformed), (0, 3));
}
