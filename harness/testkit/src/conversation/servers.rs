//! Identities of senders, and fields that ENRP messages must have.

use super::{Judge, Seen, number};
use rspcheck_dissect::Protocol;
use rspcheck_spec::ReqId;
use rspcheck_spec::id::*;

pub(super) const JUDGED: &[ReqId] = &[
    R5352_2_2_7_6,
    R5353_2_1_5,
    R5353_2_1_6,
    R5353_3_3_1_1,
    R5353_3_3_1_2,
    R5353_3_3_2_1,
];

impl Judge {
    /// Judges identity and fields. `side`: the end of the association that sent the message; `None` for datagrams.
    pub(super) fn server(&mut self, seen: Seen<'_>, side: Option<usize>) {
        if !seen.dissection.well_formed() {
            return;
        }
        match seen.protocol {
            Protocol::Asap => self.registrar(seen, side),
            Protocol::Enrp => {
                self.identity(seen, side);
                self.fields(seen);
            }
        }
    }

    /// Judges the Server Identifier of an ASAP message. Only registrars send one, always their own.
    fn registrar(&mut self, seen: Seen<'_>, side: Option<usize>) {
        let (Some(id), Some(side)) = (number(seen.dissection, "server-identifier"), side) else {
            return;
        };
        let association = self.association(seen.carried.assoc);
        if let Some(known) = association.sides[side]
            .registrar
            .replace(id)
            .filter(|known| *known != id)
        {
            let note = format!(
                "the Server Identifier was {known:#010x} on this association and is {id:#010x} now"
            );
            self.report("monitor/sender-id", R5352_2_2_7_6, None, seen.frame, note);
        }
    }

    fn identity(&mut self, seen: Seen<'_>, side: Option<usize>) {
        let Some(id) = number(seen.dissection, "sender-server-id") else {
            return;
        };
        if id == 0 {
            self.report(
                "monitor/sender-id",
                R5353_2_1_5,
                None,
                seen.frame,
                "the Sending Server's ID is 0".into(),
            );
        }
        let Some(side) = side else { return };
        let association = self.association(seen.carried.assoc);
        if let Some(known) = association.sides[side]
            .server
            .replace(id)
            .filter(|known| *known != id)
        {
            let note = format!(
                "the Sending Server's ID was {known:#010x} on this association and is {id:#010x} now"
            );
            self.report("monitor/sender-id", R5353_2_1_6, None, seen.frame, note);
        }
    }

    fn fields(&mut self, seen: Seen<'_>) {
        if seen.dissection.message_type() == Some(0x04) {
            self.update_fields(seen);
        }
    }

    fn update_fields(&mut self, seen: Seen<'_>) {
        let d = seen.dissection;
        let receiver = number(d, "receiver-server-id").unwrap_or(0);
        let wrong = |action: &str| {
            format!("{action} has the Receiving Server's ID {receiver:#010x} instead of 0")
        };
        match number(d, "update-action") {
            Some(0) if receiver != 0 => {
                self.report(
                    "monitor/receiver-id",
                    R5353_3_3_1_1,
                    None,
                    seen.frame,
                    wrong("ADD_PE"),
                );
            }
            Some(1) if receiver != 0 => {
                self.report(
                    "monitor/receiver-id",
                    R5353_3_3_2_1,
                    None,
                    seen.frame,
                    wrong("DEL_PE"),
                );
            }
            _ => {}
        }
        let sender = number(d, "sender-server-id");
        let home = number(d, "pool-element/home-enrp-server-identifier");
        if number(d, "update-action") == Some(0) && home != sender {
            let note = "a server other than the PE's Home ENRP server sent ADD_PE".into();
            self.report(
                "monitor/update-from-home",
                R5353_3_3_1_2,
                None,
                seen.frame,
                note,
            );
        }
    }
}
