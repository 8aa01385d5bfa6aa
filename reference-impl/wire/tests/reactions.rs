//! Content of errors, the reactions to them, and the limits of encoding.

use rsp_wire::asap::{self, Message};
use rsp_wire::reaction::report;
use rsp_wire::{
    Addresses, CauseCode, Cookie, DecodeError, EncodeError, ErrorCause, OperationError,
    ParameterType, Policy, PolicyType, PoolHandle, Reaction, enrp, text,
};

/// Returns a HANDLE_RESOLUTION of "abc" with one more parameter behind the handle.
fn resolution_with(parameter: &[u8]) -> Vec<u8> {
    let mut octets = vec![0x05, 0, 0, 0, 0, 9, 0, 7, b'a', b'b', b'c', 0];
    octets.extend_from_slice(parameter);
    let length = u16::try_from(octets.len()).expect("a small message");
    octets[2..4].copy_from_slice(&length.to_be_bytes());
    octets
}

fn error(octets: &[u8]) -> DecodeError {
    Message::decode(octets).expect_err("the octets are wrong")
}

#[test]
fn the_top_bits_decide_the_reaction_to_unknown_types() {
    let parameters = [
        (0x0000, Reaction::Drop),
        (0x3fff, Reaction::Drop),
        (0x4000, Reaction::DropReport),
        (0x7fff, Reaction::DropReport),
        (0x8000, Reaction::Skip),
        (0xbfff, Reaction::Skip),
        (0xc000, Reaction::SkipReport),
        (0xffff, Reaction::SkipReport),
    ];
    for (number, reaction) in parameters {
        assert_eq!(
            Reaction::to_parameter(ParameterType(number)),
            reaction,
            "{number:#x}"
        );
    }
    let messages = [
        (0x00, Reaction::Drop),
        (0x3f, Reaction::Drop),
        (0x40, Reaction::DropReport),
        (0x7f, Reaction::DropReport),
        (0x80, Reaction::Drop),
        (0xff, Reaction::Drop),
    ];
    for (number, reaction) in messages {
        assert_eq!(Reaction::to_message(number), reaction, "{number:#x}");
    }
}

#[test]
fn a_parameter_that_drops_the_message_is_reported_whole_and_unpadded() {
    let octets = resolution_with(&[0x7f, 0xff, 0, 5, 0xaa, 0, 0, 0]);
    let report = report(&error(&octets), &octets).expect("class 01 is reported");
    let cause = ErrorCause::new(CauseCode::UNRECOGNIZED_PARAMETER, &[0x7f, 0xff, 0, 5, 0xaa]);
    assert_eq!(report, OperationError::from(cause));

    let silent = resolution_with(&[0x3f, 0xff, 0, 4]);
    assert_eq!(rsp_wire::reaction::report(&error(&silent), &silent), None);
}

#[test]
fn an_unknown_message_is_reported_whole() {
    let octets = [0x40, 0, 0, 8, 1, 2, 3, 4];
    let report = report(&error(&octets), &octets).expect("class 01 is reported");
    assert_eq!(
        report.causes,
        [ErrorCause::new(CauseCode::UNRECOGNIZED_MESSAGE, &octets)]
    );
    assert_eq!(
        rsp_wire::reaction::report(&error(&[0x80, 0, 0, 4]), &[0x80, 0, 0, 4]),
        None
    );
}

#[test]
fn the_largest_unknown_message_still_fits_into_a_report() {
    let mut octets = vec![0xee; 0x10000];
    octets[..4].copy_from_slice(&[0x40, 0, 0xff, 0xff]);
    let error = enrp::Message::decode(&octets).expect_err("0x40 is no ENRP message");
    let report = report(&error, &octets).expect("class 01 is reported");
    let (sender, receiver) = enrp::sender_and_receiver(&octets).expect("twelve octets are there");
    let mut answer = Vec::new();
    enrp::Message::from(enrp::Error::new(receiver, sender, report))
        .encode(&mut answer)
        .expect("the report is cut to fit");
    assert_eq!(answer.len(), 0x10000);
}

#[test]
fn skipped_parameters_are_reported_and_preserved() {
    let octets = resolution_with(&[0xff, 0xfe, 0, 5, 0xaa, 0, 0, 0, 0xbf, 0xff, 0, 4]);
    let decoded = Message::decode(&octets).expect("both are skipped");
    assert_eq!(decoded.reports.reaction(), Some(Reaction::SkipReport));
    let reported: Vec<_> = decoded.reports.iter().collect();
    assert_eq!(reported, [(12, &[0xff, 0xfe, 0, 5, 0xaa][..])]);
    let report = decoded
        .reports
        .operation_error()
        .expect("one is to be reported");
    assert!(report.has(CauseCode::UNRECOGNIZED_PARAMETER));
    let mut again = Vec::new();
    decoded
        .message
        .encode(&mut again)
        .expect("it came in one message");
    assert_eq!(again, octets);
}

#[test]
fn parameters_skipped_before_the_stop_are_reported_too() {
    const SKIPPED: [u8; 4] = [0xff, 0xfe, 0, 4];
    let reported = |last: [u8; 8]| {
        let octets = resolution_with(&[&SKIPPED[..], &last].concat());
        let causes = report(&error(&octets), &octets).map(|report| report.causes);
        causes.map_or_else(Vec::new, |causes| {
            causes
                .iter()
                .map(|cause| (cause.code, cause.information.to_vec()))
                .collect::<Vec<_>>()
        })
    };
    let unrecognized = |octets: &[u8]| (CauseCode::UNRECOGNIZED_PARAMETER, octets.to_vec());
    let loud = [0x7f, 0xff, 0, 8, 1, 2, 3, 4];
    assert_eq!(
        reported(loud),
        [unrecognized(&SKIPPED), unrecognized(&loud)]
    );
    let silent = [0x3f, 0xff, 0, 8, 1, 2, 3, 4];
    assert_eq!(reported(silent), [unrecognized(&SKIPPED)]);
    let overrun = [0xff, 0xff, 0, 12, 1, 2, 3, 4];
    assert_eq!(reported(overrun), [], "no message at all");
}

#[test]
fn a_flood_before_a_large_stop_fits_into_a_report() {
    let mut parameters = [0xff, 0xfe, 0, 4].repeat(8000);
    parameters.extend_from_slice(&[0x7f, 0xff, 0x78, 0]);
    parameters.resize(8000 * 4 + 0x7800, 0);
    let octets = resolution_with(&parameters);
    let report = report(&error(&octets), &octets).expect("class 01 is reported");
    let last = report.causes.last().expect("causes");
    assert_eq!(last.information.len(), 0x7800, "the one that stopped");
    assert!(report.causes.len() > 4000);
    let mut answer = Vec::new();
    Message::from(asap::Error::new(report))
        .encode(&mut answer)
        .expect("as many as fit");
}

#[test]
fn a_flood_of_parameters_to_report_fits_into_a_report() {
    let flood = [0xff, 0xfe, 0, 4].repeat(16_000);
    let decoded = Message::decode(&resolution_with(&flood)).expect("all are skipped");
    let report = decoded
        .reports
        .operation_error()
        .expect("many are to be reported");
    assert!(report.causes.len() > 8_000);
    let mut answer = Vec::new();
    Message::from(asap::Error::new(report))
        .encode(&mut answer)
        .expect("as many as fit");
}

#[test]
fn an_error_names_the_field_and_the_parameter_around_it() {
    // A REGISTRATION whose TCP transport has two addresses.
    let octets = [
        0x01, 0, 0, 60, //
        0, 9, 0, 8, b'E', b'c', b'h', b'o', //
        0, 10, 0, 48, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0x2c, //
        0, 5, 0, 24, 0, 7, 0, 0, 0, 1, 0, 8, 192, 0, 2, 1, 0, 1, 0, 8, 192, 0, 2, 2, //
        0, 8, 0, 8, 0, 0, 0, 1,
    ];
    let error = error(&octets);
    assert_eq!((error.kind.name(), error.offset), ("address-count", 44));
    assert_eq!(error.path, "pool-element/user-transport");
    assert_eq!(error.around, Some(28..52));
    let text = "address-count at offset 44 in pool-element/user-transport";
    assert_eq!(error.to_string(), text);
    let report = report(&error, &octets).expect("invalid values are reported");
    assert_eq!(
        report.causes,
        [ErrorCause::new(CauseCode::INVALID_VALUES, &octets[28..52])]
    );
}

#[test]
fn values_too_long_or_empty_leave_the_buffer_unchanged() {
    let mut out = vec![1, 2, 3];
    let too_long = asap::Cookie::new(Cookie(vec![0; 65_528].into()));
    let result = Message::from(too_long).encode(&mut out);
    assert_eq!(
        result,
        Err(EncodeError::TooLong {
            what: "message",
            octets: 65_536
        })
    );
    let parameter = asap::Cookie::new(Cookie(vec![0; 65_532].into()));
    let result = Message::from(parameter).encode(&mut out);
    assert_eq!(
        result,
        Err(EncodeError::TooLong {
            what: "parameter",
            octets: 65_536
        })
    );
    let card = asap::BusinessCard::new(PoolHandle::from("EchoPool"), Vec::new());
    let result = Message::from(card).encode(&mut out);
    assert_eq!(
        result,
        Err(EncodeError::Empty {
            what: "pool element"
        })
    );
    let no_cause = asap::Error::new(OperationError { causes: Vec::new() });
    let result = Message::from(no_cause).encode(&mut out);
    assert_eq!(
        result,
        Err(EncodeError::Empty {
            what: "error cause"
        })
    );
    assert_eq!(out, [1, 2, 3]);
}

#[test]
fn alignment_counts_from_the_message_not_from_the_buffer() {
    let mut out = vec![1, 2, 3];
    Message::from(asap::HandleResolution::new("abc".into(), true))
        .encode(&mut out)
        .expect("it fits");
    assert_eq!(out[3..], [5, 1, 0, 11, 0, 9, 0, 7, b'a', b'b', b'c', 0]);
}

#[test]
fn a_cause_returns_the_policy_that_it_carries() {
    let policy = Policy::LeastUsedDegradation {
        load: 1,
        load_degradation: 2,
    };
    let cause = ErrorCause::inconsistent_pool_policy(&policy).expect("it fits");
    assert_eq!(cause.information.len(), 16);
    assert_eq!(cause.policy(), Ok(policy));
    assert!(cause.transport().is_err());
    assert!(
        ErrorCause::bare(CauseCode::INCONSISTENT_POOL_POLICY)
            .policy()
            .is_err()
    );
}

#[test]
fn handles_are_shown_as_text_only_if_that_is_unambiguous() {
    assert_eq!(PoolHandle::from("EchoPool").to_string(), "EchoPool");
    assert_eq!(PoolHandle::from("abc\0").to_string(), "hex:61626300");
    assert_eq!(PoolHandle::from("hex:").to_string(), "hex:6865783a");
    assert_eq!(text::text_or_hex(&[0xc3, 0xa9]), "hex:c3a9");
}

#[test]
fn policy_types_have_the_kind_of_their_number() {
    assert!(PolicyType::LEAST_USED.is_adaptive() && !PolicyType::PRIORITY.is_adaptive());
    assert!(PolicyType(0xb000_0001).is_private() && !PolicyType::LEAST_USED.is_private());
    assert!(PolicyType(0).is_invalid() && PolicyType(0x4000_0000).is_invalid());
    assert!(!PolicyType(6).is_invalid());
}

#[test]
fn octets_after_the_padded_end_are_refused() {
    let mut octets = resolution_with(&[]);
    octets[3] = 11;
    assert!(Message::decode(&octets).is_ok());
    octets.push(0);
    assert_eq!(
        (error(&octets).kind.name(), error(&octets).offset),
        ("trailing-octets", 12)
    );
    octets.extend_from_slice(&[0; 3]);
    assert_eq!(
        (error(&octets).kind.name(), error(&octets).offset),
        ("trailing-octets", 12)
    );
}

#[test]
fn addresses_keep_their_order() {
    let own =
        ["192.0.2.2", "2001:db8::1", "192.0.2.1"].map(|text| text.parse().expect("an address"));
    let addresses = Addresses::collect(own).expect("three are some");
    assert_eq!(addresses.iter().collect::<Vec<_>>(), own);
    assert!(own.iter().all(|&address| addresses.contains(address)));
    assert_eq!(Addresses::collect([]), None);
}
