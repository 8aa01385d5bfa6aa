//! The fields of messages: as the vectors name them, and where their octets are.

#[path = "../../wire/tests/messages/mod.rs"]
mod messages;
#[path = "../../wire/tests/vector_files/mod.rs"]
#[expect(dead_code, reason = "verdicts are for the test of the codec")]
mod vector_files;

use std::collections::BTreeMap;

use messages::{asap_message, enrp_message};
use proptest::prelude::*;
use rserpool_cli::fields::{self, Fields, Value};
use rsp_wire::text::hex;
use rsp_wire::{asap, enrp};
use vector_files::{File, Vector, check_all, octets};

#[test]
fn fields_are_those_of_the_vectors() {
    check_all(|file, vector| match of(file, vector)? {
        Some(fields) => check_fields(&vector.fields, &fields),
        None => Ok(()),
    });
}

/// Returns the fields, if the codec accepts the octets.
fn of(file: &File, vector: &Vector) -> Result<Option<Fields>, String> {
    let octets = octets(file, vector)?;
    let fields = match file.protocol.as_str() {
        "ASAP" => match asap::Message::decode(&octets) {
            Ok(decoded) => fields::of_asap(&decoded.message, &octets),
            Err(_) => return Ok(None),
        },
        _ => match enrp::Message::decode(&octets) {
            Ok(decoded) => fields::of_enrp(&decoded.message, &octets),
            Err(_) => return Ok(None),
        },
    };
    fields.map(Some).map_err(|error| error.to_string())
}

fn check_fields(expected: &BTreeMap<String, toml::Value>, fields: &Fields) -> Result<(), String> {
    for (path, expected) in expected {
        let agrees = match (expected, fields.get(path)) {
            (toml::Value::Boolean(expected), Some(Value::Bool(value))) => expected == value,
            (toml::Value::Integer(expected), Some(Value::Unsigned(value))) => {
                u64::try_from(*expected) == Ok(*value)
            }
            (toml::Value::Integer(expected), Some(Value::Signed(value))) => expected == value,
            (toml::Value::String(expected), Some(Value::Text(value))) => expected == value,
            _ => false,
        };
        if !agrees {
            return Err(format!(
                "{path} is {:?}, expected {expected}",
                fields.get(path)
            ));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn asap_messages_have_fields(message in asap_message()) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("small messages fit");
        let described = fields::of_asap(&message, &octets).expect("small messages fit");
        prop_assert_eq!(&described["type"], &Value::Unsigned(octets[0].into()));
    }

    #[test]
    fn enrp_messages_have_fields(message in enrp_message()) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("small messages fit");
        let described = fields::of_enrp(&message, &octets).expect("small messages fit");
        prop_assert_eq!(&described["type"], &Value::Unsigned(octets[0].into()));
    }

    /// The `#octets` of a parameter are in the message at its `#offset`.
    #[test]
    fn fields_point_at_their_octets(message in asap_message()) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("small messages fit");
        let described = fields::of_asap(&message, &octets).expect("small messages fit");
        for (path, value) in &described {
            let Some(parent) = path.strip_suffix("/#octets") else { continue };
            let Value::Text(expected) = value else { panic!("{path} is text") };
            let Value::Unsigned(at) = described[&format!("{parent}/#offset")] else {
                panic!("{parent}/#offset is a number")
            };
            let at = usize::try_from(at).expect("a small message");
            let there = hex(&octets[at..at + expected.len() / 2]);
            prop_assert_eq!(&there, expected, "{}", path);
        }
    }

    /// A changed message that is accepted has fields too.
    #[test]
    fn changed_messages_have_fields(
        message in asap_message(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut octets = Vec::new();
        message.encode(&mut octets).expect("small messages fit");
        for (at, value) in changes {
            let at = at.index(octets.len());
            octets[at] = value;
        }
        if let Ok(decoded) = asap::Message::decode(&octets) {
            fields::of_asap(&decoded.message, &octets).expect("not longer than what came");
        }
    }
}
