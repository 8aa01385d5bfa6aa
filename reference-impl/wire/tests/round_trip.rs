//! Any message survives encoding and decoding, and no octets make the decoder panic.

mod messages;

use messages::{asap_message, enrp_message};
use proptest::collection::vec;
use proptest::prelude::*;
use rsp_wire::{asap, enrp};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn asap_survives(message in asap_message()) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("small messages fit");
        prop_assert_eq!(octets.len() % 4, 0);
        let decoded = asap::Message::decode(&octets).map(|decoded| decoded.message);
        prop_assert_eq!(decoded.as_ref(), Ok(&message));
    }

    #[test]
    fn enrp_survives(message in enrp_message()) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("small messages fit");
        let decoded = enrp::Message::decode(&octets).map(|decoded| decoded.message);
        prop_assert_eq!(decoded.as_ref(), Ok(&message));
        let ids = enrp::sender_and_receiver(&octets);
        prop_assert_eq!(ids, Some((message.sender(), message.receiver())));
    }

    /// Checks that a message cut anywhere is too short, and that one without its final padding is the same.
    #[test]
    fn cut_messages_are_truncated(message in asap_message()) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("small messages fit");
        let length = usize::from(u16::from_be_bytes([octets[2], octets[3]]));
        for cut in 0..octets.len() {
            let decoded = asap::Message::decode(&octets[..cut]);
            if cut < length {
                let error = decoded.expect_err("octets are missing");
                prop_assert_eq!((error.offset, error.kind.name()), (cut, "truncated"));
            } else {
                prop_assert_eq!(decoded.map(|decoded| decoded.message), Ok(message.clone()));
            }
        }
    }

    /// Checks that a Length that counts the final padding means the same message.
    #[test]
    fn counted_padding_is_accepted(message in enrp_message()) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("small messages fit");
        let padded = u16::try_from(octets.len()).expect("a small message");
        octets[2..4].copy_from_slice(&padded.to_be_bytes());
        let decoded = enrp::Message::decode(&octets).map(|decoded| decoded.message);
        prop_assert_eq!(decoded, Ok(message));
    }

    #[test]
    fn octets_do_not_panic(octets in vec(any::<u8>(), 0..200)) {
        let _ = asap::Message::decode(&octets);
        let _ = enrp::Message::decode(&octets);
    }

    /// Checks that accepted octets have a stable form and that every error points into the octets. Arbitrary octets
    /// rarely pass the header, so messages with changes are decoded too.
    #[test]
    fn changed_messages_do_not_panic(
        message in asap_message(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("small messages fit");
        for (at, value) in changes {
            let at = at.index(octets.len());
            octets[at] = value;
        }
        match asap::Message::decode(&octets) {
            Ok(decoded) => {
                let mut again = Vec::new();
                decoded.message.encode(&mut again).expect("not longer than what came");
                prop_assert!(again.len() <= octets.len().next_multiple_of(4));
                let twice = asap::Message::decode(&again).map(|decoded| decoded.message);
                prop_assert_eq!(twice, Ok(decoded.message));
            }
            Err(error) => {
                prop_assert!(error.offset <= octets.len(), "{}", error);
                let _ = rsp_wire::reaction::report(&error, &octets);
            }
        }
    }
}
