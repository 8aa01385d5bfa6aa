//! PE checksums: compares the checksum in a registrar's ENRP_PRESENCE with the PEs that it announced.
//!
//! A registrar can become the home of PEs in ways that a capture does not show, and messages on several streams
//! or associations overtake each other. So a registrar is judged only after a checksum agreed and while no PE
//! may be unknown, and a difference counts only if the next ENRP_PRESENCE still has it.

use super::{Judge, Seen, handle, number};
use rspcheck_dissect::{Node, Protocol};
use rspcheck_spec::ReqId;
use rspcheck_spec::id::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Limit on the PEs remembered, over all registrars and associations. Above it, checksums are not judged.
const ELEMENT_LIMIT: usize = 1_000_000;
/// Limit on the PEs that are copied for a new association; a registrar with more starts there without any.
const COPY_LIMIT: usize = 4096;
/// Limit on the pairs of association and registrar.
const SERVER_LIMIT: usize = 8192;
/// Time without judgement of a registrar after a PE changed its home without an announcement.
const SETTLING: Duration = Duration::from_secs(60);

pub(super) const JUDGED: &[ReqId] = &[R5353_3_6_2_1];

/// PEs and the sum over them. A PE is stored as a hash, because a capture can have millions.
#[derive(Clone, Default)]
struct Elements {
    keys: BTreeSet<u64>,
    sum: u64,
}

/// PEs of a registrar as announced on one association.
#[derive(Default)]
struct Announced {
    elements: Elements,
    /// True after a PRESENCE agreed, which shows that no PE from before the capture is missing.
    known: bool,
    /// Time before which `known` does not become true.
    settled: Duration,
    /// True if the last PRESENCE differed and no update came since.
    differs: bool,
}

/// PEs of all registrars.
#[derive(Default)]
pub(super) struct Ledger {
    announced: BTreeMap<(u64, u32), Announced>,
    /// PEs of each registrar, as announced on all associations.
    all: BTreeMap<u32, Elements>,
    /// Home of each PE by its last announcement.
    homes: BTreeMap<u64, u32>,
    /// Registrars that took part in a takeover, after which they do not announce their PEs.
    distrusted: BTreeSet<u32>,
    /// Number of PEs in `announced` and `all`.
    kept: usize,
    /// True if a limit prevented that a PE or registrar was remembered.
    overfull: bool,
}

impl Ledger {
    /// Returns the number of PEs remembered.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.kept
    }

    pub(super) fn association_ended(&mut self, assoc: u64) {
        let ended: Vec<_> = self
            .announced
            .range((assoc, 0)..=(assoc, u32::MAX))
            .map(|(key, _)| *key)
            .collect();
        for key in ended {
            self.kept -= self
                .announced
                .remove(&key)
                .map_or(0, |announced| announced.elements.keys.len());
        }
    }

    /// Returns the PEs that `server` announced on `assoc`. A new association starts with those of all others.
    fn announced(&mut self, assoc: u64, server: u32) -> Option<&mut Announced> {
        if !self.announced.contains_key(&(assoc, server)) {
            let all = self
                .all
                .get(&server)
                .filter(|all| all.keys.len() <= COPY_LIMIT);
            let elements = all.cloned().unwrap_or_default();
            if self.announced.len() >= SERVER_LIMIT
                || self.kept + elements.keys.len() > ELEMENT_LIMIT
            {
                self.overfull = true;
                return None;
            }
            self.kept += elements.keys.len();
            self.announced.insert(
                (assoc, server),
                Announced {
                    elements,
                    ..Announced::default()
                },
            );
        }
        self.announced.get_mut(&(assoc, server))
    }

    fn distrust(&mut self, server: Option<u32>) {
        if self.distrusted.len() < SERVER_LIMIT {
            self.distrusted.extend(server);
        } else {
            self.overfull = true;
        }
    }

    /// Suspends the judgement of `server`, whose PEs are not known for certain.
    fn unsettle(&mut self, server: u32, time: Duration) {
        for ((_, other), announced) in &mut self.announced {
            if *other == server {
                (announced.known, announced.differs, announced.settled) =
                    (false, false, time + SETTLING);
            }
        }
    }
}

impl Judge {
    pub(super) fn checksum(&mut self, seen: Seen<'_>, side: Option<usize>) {
        let d = seen.dissection;
        if seen.protocol == Protocol::Asap {
            // A keep-alive with the H flag makes the sender the PE's home without an announcement.
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

    /// Suspends the judgement of registrars whose PEs a table lists: one that restarted may adopt them.
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
            // The former home loses the PE; the capture does not show when it learns that.
            former
                .into_iter()
                .for_each(|former| ledger.lose(former, key, share, seen.time));
        }
        if home != sender {
            // Another registrar than the home sent the update, so the PEs of both are not known for certain.
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
        let Some(association) = self.associations.get(&seen.carried.assoc) else {
            return;
        };
        let flow = &association.sides[side].flow;
        let in_order = flow.complete() && !flow.late();
        let ledger = &mut self.ledger;
        let trusted = !ledger.overfull && !ledger.distrusted.contains(&sender);
        if !trusted || !in_order {
            return;
        }
        let all = ledger.all.get(&sender).map_or(0, |elements| elements.sum);
        let Some(announced) = ledger.announced(seen.carried.assoc, sender) else {
            return;
        };
        let expected = folded(announced.elements.sum);
        // 0x0000 and 0xffff are the same number in one's complement arithmetic.
        let zero = |sum: u16| sum == 0 || sum == 0xffff;
        let same = checksum == expected || (zero(checksum) && zero(expected));
        if !announced.known {
            announced.known = same && seen.time >= announced.settled;
            return;
        }
        self.checksums += 1;
        // If other associations have other PEs of this registrar, an update for this one may be in flight.
        if same || all != announced.elements.sum {
            announced.differs = false;
        } else if !announced.differs {
            announced.differs = true;
        } else {
            // One finding is enough; each further PRESENCE would repeat it.
            announced.known = false;
            let count = announced.elements.keys.len();
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
        // The association goes first: if it is new, it starts with a copy of the union.
        if assoc != 0 {
            let room = self.kept < ELEMENT_LIMIT;
            let Some(announced) = self.announced(assoc, server) else {
                return;
            };
            announced.differs = false;
            let change = announced.elements.change(key, share, owned && room);
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
        let announced = self
            .announced
            .iter_mut()
            .filter(|((_, other), _)| *other == server)
            .map(|(_, announced)| &mut announced.elements);
        for elements in announced.chain(self.all.get_mut(&server)) {
            self.kept = self
                .kept
                .saturating_add_signed(elements.change(key, share, false));
        }
    }
}

impl Elements {
    /// Adds or removes a PE and returns the change of the number of PEs.
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

/// Returns the PE checksum over these PEs, each given by its pool handle and PE Identifier (RFC 5353 §3.6.2).
pub(crate) fn pe_checksum<'a>(elements: impl Iterator<Item = (&'a [u8], u32)>) -> u16 {
    folded(elements.map(|(handle, id)| share(handle, id)).sum())
}

/// Returns the FNV-1a hash of a PE.
fn hash(handle: &[u8], id: u32) -> u64 {
    let octets = handle.iter().copied().chain(id.to_be_bytes());
    octets.fold(0xcbf2_9ce4_8422_2325, |hash, octet| {
        (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Returns the sum over a PE: its padded handle and its identifier, in words of 16 bits (RFC 5353 §3.6.2).
fn share(handle: &[u8], id: u32) -> u64 {
    let words = handle
        .chunks(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]));
    words.map(u64::from).sum::<u64>() + u64::from(id >> 16) + u64::from(id & 0xffff)
}

/// Returns the Internet checksum (RFC 1071): the complement of the sum with its carries added.
fn folded(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values were computed by hand from RFC 5353 §3.6.2.
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
