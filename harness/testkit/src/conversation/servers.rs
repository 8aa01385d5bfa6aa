//! Identities of senders, and fields that ENRP messages must have.

use super::{Judge, Seen, number};
use rspcheck_dissect::Protocol;
use rspcheck_spec::ReqId;
use rspcheck_spec::id::*;

pub(super) const JUDGED: &[ReqId] = &[
    R5352_2_2_7_6,
    R5353_2_1_5,
    R5353_2_1_6,
    R5353_2_3_1,
    R5353_2_4_1,
    R5353_2_6_1,
    R5353_3_3_1_1,
    R5353_3_3_1_2,
    R5353_3_3_2_1,
    R5353_3_6_1_1,
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
        let d = seen.dissection;
        match d.message_type() {
            Some(0x01) if !d.has("pe-checksum") => {
                let note = "ENRP_PRESENCE has no PE Checksum".into();
                self.report("monitor/presence", R5353_3_6_1_1, None, seen.frame, note);
            }
            Some(0x03) if d.flag('R') && d.has("pool-handle") => {
                let note = "a rejecting ENRP_HANDLE_TABLE_RESPONSE has pool entries".into();
                self.report(
                    "monitor/reject-is-empty",
                    R5353_2_3_1,
                    None,
                    seen.frame,
                    note,
                );
            }
            Some(0x06) if d.flag('R') && d.has("server-information") => {
                let note = "a rejecting ENRP_LIST_RESPONSE has Server Information".into();
                self.report(
                    "monitor/reject-is-empty",
                    R5353_2_6_1,
                    None,
                    seen.frame,
                    note,
                );
            }
            Some(0x04) => self.update_fields(seen),
            _ => {}
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
            Some(action) if action > 1 => {
                let note = format!("Update Action {action} is reserved");
                self.report("monitor/update-action", R5353_2_4_1, None, seen.frame, note);
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
