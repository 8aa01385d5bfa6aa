//! PE checksums: what a server's ENRP_PRESENCE says against the PEs that it announced.
//!
//! A server can come to own PEs in ways that a capture does not show, and messages on several streams or
//! associations overtake each other. So a server is judged only while everything known of it agrees, and
//! only by a difference that the next ENRP_PRESENCE still has.

use super::{Judge, Seen, handle, number};
use rspcheck_dissect::{Node, Protocol};
use rspcheck_spec::ReqId;
use rspcheck_spec::id::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// PEs remembered, over all servers and associations. Beyond it, nothing is judged any more.
const ELEMENT_LIMIT: usize = 1_000_000;
/// PEs that a new association starts with; a server with more is not judged there.
const COPY_LIMIT: usize = 4096;
/// Servers times associations.
const SERVER_LIMIT: usize = 8192;
/// After a PE changed hands in a way that is not announced, for so long nothing is judged.
const SETTLING: Duration = Duration::from_secs(60);

pub(super) const JUDGED: &[ReqId] = &[R5353_3_6_2_1];

/// PEs, with the sum over them. A PE is kept as a hash: a capture can have millions.
#[derive(Clone, Default)]
struct Elements {
    keys: BTreeSet<u64>,
    sum: u64,
}

/// A server's PEs as one association told them.
#[derive(Default)]
struct Told {
    elements: Elements,
    /// A PRESENCE agreed once: nothing from before the capture is missing.
    known: bool,
    /// Not before this time.
    settled: Duration,
    /// The last PRESENCE differed, and nothing was announced since.
    differs: bool,
}

/// All servers.
#[derive(Default)]
pub(super) struct Ledger {
    told: BTreeMap<(u64, u32), Told>,
    /// The same over all associations.
    all: BTreeMap<u32, Elements>,
    /// Who announced a PE last.
    homes: BTreeMap<u64, u32>,
    /// Servers that took part in a takeover: what they own is not announced.
    distrusted: BTreeSet<u32>,
    /// PEs kept in `told` and `all`.
    kept: usize,
    /// Something had to be forgotten.
    overfull: bool,
}

impl Ledger {
    /// PEs kept.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.kept
    }

    pub(super) fn association_ended(&mut self, assoc: u64) {
        let ended: Vec<_> = self
            .told
            .range((assoc, 0)..=(assoc, u32::MAX))
            .map(|(key, _)| *key)
            .collect();
        for key in ended {
            self.kept -= self
                .told
                .remove(&key)
                .map_or(0, |told| told.elements.keys.len());
        }
    }

    /// What `server` told on `assoc`. A new association starts with what is known from the others.
    fn told(&mut self, assoc: u64, server: u32) -> Option<&mut Told> {
        if !self.told.contains_key(&(assoc, server)) {
            let all = self
                .all
                .get(&server)
                .filter(|all| all.keys.len() <= COPY_LIMIT);
            let elements = all.cloned().unwrap_or_default();
            if self.told.len() >= SERVER_LIMIT || self.kept + elements.keys.len() > ELEMENT_LIMIT {
                self.overfull = true;
                return None;
            }
            self.kept += elements.keys.len();
            self.told.insert(
                (assoc, server),
                Told {
                    elements,
                    ..Told::default()
                },
            );
        }
        self.told.get_mut(&(assoc, server))
    }

    fn distrust(&mut self, server: Option<u32>) {
        if self.distrusted.len() < SERVER_LIMIT {
            self.distrusted.extend(server);
        } else {
            self.overfull = true;
        }
    }

    /// What `server` owns is in doubt.
    fn unsettle(&mut self, server: u32, time: Duration) {
        for ((_, other), told) in &mut self.told {
            if *other == server {
                (told.known, told.differs, told.settled) = (false, false, time + SETTLING);
            }
        }
    }
}

impl Judge {
    pub(super) fn checksum(&mut self, seen: Seen<'_>, side: Option<usize>) {
        let d = seen.dissection;
        if seen.protocol == Protocol::Asap {
            // By a keep-alive with H a server makes a PE its own, and need not announce it.
            if d.flag('H') {
                self.ledger.distrust(number(d, "server-identifier"));
            }
            return;
        }
        let Some(sender) = number(d, "sender-server-id") else {
            return;
        };
        match d.message_type() {
            Some(0x01) => self.presence(seen, sender, side),
            Some(0x03) => self.table(seen, sender),
            Some(0x04) => self.update(seen, sender),
            Some(0x07..=0x09) => {
                let receiver = number(d, "receiver-server-id");
                for server in [Some(sender), receiver, number(d, "targeting-server-id")] {
                    self.ledger.distrust(server);
                }
            }
            _ => {}
        }
    }

    /// A table can give PEs to a server that was started anew.
    fn table(&mut self, seen: Seen<'_>, sender: u32) {
        let is = |node: &Node<'_>, segment: &str| node.segment() == segment;
        let root = seen.dissection.root();
        let homes = root
            .children()
            .filter(|node| is(node, "pool-element"))
            .filter_map(|pe| {
                pe.children()
                    .find(|field| is(field, "home-enrp-server-identifier"))?
                    .value()?
                    .number()
            });
        let mut homes: Vec<u32> = homes.map(|home| home as u32).collect();
        homes.sort_unstable();
        homes.dedup();
        for home in homes.into_iter().filter(|home| *home != sender) {
            self.ledger.unsettle(home, seen.time);
        }
    }

    fn update(&mut self, seen: Seen<'_>, sender: u32) {
        let d = seen.dissection;
        let ledger = &mut self.ledger;
        let home = number(d, "pool-element/home-enrp-server-identifier");
        let (Some(handle), Some(id), Some(home), true) = (
            handle(d),
            number(d, "pool-element/pe-identifier"),
            home,
            d.well_formed(),
        ) else {
            ledger.unsettle(sender, seen.time);
            return;
        };
        let (key, share) = (hash(&handle, id), share(&handle, id));
        let adds = number(d, "update-action") == Some(0);
        let former = ledger.homes.get(&key).copied();
        if adds && former != Some(home) {
            // A PE that moves is lost to its former home; when that one learns of it the capture does not show.
            former
                .into_iter()
                .for_each(|former| ledger.lose(former, key, share, seen.time));
        }
        if home != sender {
            // Its home did not say it: who owns what is in doubt.
            ledger.unsettle(home, seen.time);
            ledger.unsettle(sender, seen.time);
        }
        if !adds {
            ledger.homes.remove(&key);
        } else if ledger.homes.len() < ELEMENT_LIMIT {
            ledger.homes.insert(key, home);
        } else {
            ledger.overfull = true;
        }
        ledger.announce(
            seen.carried.assoc,
            sender,
            key,
            share,
            adds && home == sender,
        );
    }

    fn presence(&mut self, seen: Seen<'_>, sender: u32, side: Option<usize>) {
        let (Some(checksum), Some(side)) = (number(seen.dissection, "pe-checksum"), side) else {
            return;
        };
        let checksum = checksum as u16;
        let Some(talk) = self.talks.get(&seen.carried.assoc) else {
            return;
        };
        let flow = &talk.sides[side].flow;
        let in_order = flow.complete() && !flow.late();
        let ledger = &mut self.ledger;
        let trusted = !ledger.overfull && !ledger.distrusted.contains(&sender);
        if !trusted || !in_order {
            return;
        }
        let all = ledger.all.get(&sender).map_or(0, |elements| elements.sum);
        let Some(told) = ledger.told(seen.carried.assoc, sender) else {
            return;
        };
        let expected = folded(told.elements.sum);
        // 0x0000 and 0xffff are the same number in one's complement arithmetic.
        let zero = |sum: u16| sum == 0 || sum == 0xffff;
        let same = checksum == expected || (zero(checksum) && zero(expected));
        if !told.known {
            told.known = same && seen.time >= told.settled;
            return;
        }
        self.checksums += 1;
        // Another association of this server told something else: the copy for this one may be on its way.
        if same || all != told.elements.sum {
            told.differs = false;
        } else if !told.differs {
            told.differs = true;
        } else {
            // Said once: all that follows would repeat it.
            told.known = false;
            let count = told.elements.keys.len();
            let note = format!(
                "ENRP_PRESENCE has PE checksum {checksum:#06x}, as the one before it; the {count} PEs that \
                 {sender:#010x} announced give {expected:#06x}"
            );
            self.report("monitor/pe-checksum", R5353_3_6_2_1, None, seen.frame, note);
        }
    }
}

impl Ledger {
    fn announce(&mut self, assoc: u64, server: u32, key: u64, share: u64, owned: bool) {
        // Before the union: a new association starts with a copy of it.
        if assoc != 0 {
            let room = self.kept < ELEMENT_LIMIT;
            let Some(told) = self.told(assoc, server) else {
                return;
            };
            told.differs = false;
            let change = told.elements.change(key, share, owned && room);
            self.kept = self.kept.saturating_add_signed(change);
            self.overfull |= !room;
        }
        let room = self.kept < ELEMENT_LIMIT;
        let known = self.all.len() < SERVER_LIMIT || self.all.contains_key(&server);
        if room && known {
            let change = self
                .all
                .entry(server)
                .or_default()
                .change(key, share, owned);
            self.kept = self.kept.saturating_add_signed(change);
        } else {
            self.overfull = true;
        }
    }

    fn lose(&mut self, server: u32, key: u64, share: u64, time: Duration) {
        self.unsettle(server, time);
        let told = self
            .told
            .iter_mut()
            .filter(|((_, other), _)| *other == server)
            .map(|(_, told)| &mut told.elements);
        for elements in told.chain(self.all.get_mut(&server)) {
            self.kept = self
                .kept
                .saturating_add_signed(elements.change(key, share, false));
        }
    }
}

impl Elements {
    /// Gives by how much it grew.
    fn change(&mut self, key: u64, share: u64, owned: bool) -> isize {
        if owned && self.keys.insert(key) {
            self.sum += share;
            1
        } else if !owned && self.keys.remove(&key) {
            self.sum -= share;
            -1
        } else {
            0
        }
    }
}

/// FNV-1a.
fn hash(handle: &[u8], id: u32) -> u64 {
    let octets = handle.iter().copied().chain(id.to_be_bytes());
    octets.fold(0xcbf2_9ce4_8422_2325, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// What a PE adds to the sum: its padded handle and its identifier, in words of 16 bits (RFC 5353 §3.6.2).
fn share(handle: &[u8], id: u32) -> u64 {
    let words = handle
        .chunks(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]));
    words.map(u64::from).sum::<u64>() + u64::from(id >> 16) + u64::from(id & 0xffff)
}

/// The Internet checksum (RFC 1071): the complement of the sum with its carries added.
fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values worked out by hand from RFC 5353 §3.6.2.
    #[test]
    fn checksum_is_the_complement_of_the_folded_sum() {
        let pes: [(&[u8], u32, u16); 3] = [
            (b"EchoPool", 0x1122_3344, 0x4deb),
            (b"Web", 1, 0x4699),
            (b"Calc5", 0xfedc_ba98, 0x61c5),
        ];
        assert_eq!(folded(0), 0xffff);
        for (handle, id, expected) in pes {
            assert_eq!(folded(share(handle, id)), expected);
        }
        assert_eq!(
            folded(pes.iter().map(|(handle, id, _)| share(handle, *id)).sum()),
            0xf649
        );
    }
}
