//! The peers that the harness plays, in a target file: their addresses, and the words that name them to the target.

use super::{Reader, Section, TargetError};
use rspcheck_spec::ics::Ics;
use rspcheck_spec::run::Driver;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use toml::Spanned;

/// ENRP's SCTP port (RFC 5353 §5.3).
const ENRP_PORT: u16 = 9901;
/// The UDP port that carries SCTP (RFC 6951).
pub const UDP_PORT: u16 = 9899;
/// Addresses of the peers of a target on the IPv4 loopback.
const ON_LOOPBACK: Range = Range {
    first: IpAddr::V4(Ipv4Addr::new(127, 64, 0, 1)),
    last: IpAddr::V4(Ipv4Addr::new(127, 127, 255, 254)),
};

/// Addresses of the instances of a target on the IPv4 loopback, where a case needs several.
const OF_INSTANCES: Range = Range {
    first: IpAddr::V4(Ipv4Addr::new(127, 128, 0, 1)),
    last: IpAddr::V4(Ipv4Addr::new(127, 191, 255, 254)),
};
/// Instances of the target that a case has at most.
pub const INSTANCES: u8 = 5;

/// The word that the peers of a start replace, whole or as a part of a longer word.
pub(super) const PEERS: &str = "{peers}";
/// The placeholders of one peer, in the words of the key `peer`.
pub(super) const OF_ONE_PEER: [&str; 2] = ["{peer-ip}", "{peer-port}"];

/// A range of IP addresses of one family, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    first: IpAddr,
    last: IpAddr,
}

impl Range {
    /// Returns the number of its addresses, at most `u64::MAX`.
    pub fn len(self) -> u64 {
        let span = bits(self.last).saturating_sub(bits(self.first));
        u64::try_from(span).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// Returns false: a range has at least one address.
    pub fn is_empty(self) -> bool {
        false
    }

    /// Returns its address number `nth`, from 0; after the last one follows the first one.
    pub fn nth(self, nth: u64) -> IpAddr {
        let at = bits(self.first) + u128::from(nth % self.len());
        match self.first {
            // The sum is not above the last address, which fits.
            IpAddr::V4(_) => Ipv4Addr::from_bits(at as u32).into(),
            IpAddr::V6(_) => Ipv6Addr::from_bits(at).into(),
        }
    }
}

fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_bits().into(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl<'de> Deserialize<'de> for Range {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Range, D::Error> {
        let text = String::deserialize(from)?;
        let (first, last) = text.split_once('-').unwrap_or((&text, &text));
        let ip = |text: &str| text.trim().parse::<IpAddr>().ok();
        match (ip(first), ip(last)) {
            (Some(first), Some(last))
                if first.is_ipv4() == last.is_ipv4() && bits(first) <= bits(last) =>
            {
                Ok(Range { first, last })
            }
            _ => Err(D::Error::custom(
                "no range of addresses; write FIRST-LAST, as in \"127.0.1.1-127.0.1.99\"",
            )),
        }
    }
}

/// Addresses of this machine, of which a case takes free ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// The range; each address is a host of its own.
    pub range: Range,
    /// The key of the file that has the range.
    pub key: &'static str,
    /// The host that gets an address, for errors.
    pub owner: &'static str,
    /// True if the file has this key, false for its default.
    pub given: bool,
    /// File and line that decide on the addresses, for errors.
    pub place: String,
}

/// The peers that the harness plays for a target that it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peers {
    /// Words of the command for one peer, in place of the word `{peers}`.
    words: Option<Vec<String>>,
    /// Their addresses.
    pub addresses: Addresses,
    /// The UDP port at which the target looks for the SCTP of their hosts.
    pub udp_port: u16,
    /// Their ENRP port.
    pub port: u16,
}

impl Peers {
    /// Returns a command with the peers at these ENRP addresses in place of `{peers}`. Without a peer, each word that
    /// has this placeholder is left out.
    pub fn named(&self, command: &[String], peers: &[SocketAddr]) -> Vec<String> {
        let list: Vec<String> = peers.iter().map(SocketAddr::to_string).collect();
        let list = list.join(",");
        let mut words = Vec::new();
        for word in command {
            match &self.words {
                _ if !word.contains(PEERS) => words.push(word.clone()),
                Some(each) if word == PEERS => {
                    words.extend(peers.iter().flat_map(|peer| of_peer(each, peer)));
                }
                _ if peers.is_empty() => {}
                _ => words.push(word.replace(PEERS, &list)),
            }
        }
        words
    }
}

fn of_peer(words: &[String], peer: &SocketAddr) -> Vec<String> {
    let [ip, port] = OF_ONE_PEER;
    let fill = |word: &String| {
        let word = word.replace(ip, &peer.ip().to_string());
        word.replace(port, &peer.port().to_string())
    };
    words.iter().map(fill).collect()
}

/// Reads the keys about the peers of a target. Returns none for a target whose peers the harness cannot play.
pub(super) fn peers(
    reader: &Reader<'_>,
    section: &Section,
    command: &[String],
    local: IpAddr,
) -> Result<Option<Peers>, TargetError> {
    let Some(enrp) = &section.enrp else {
        let unused = section.keys_of_peers().into_iter().next();
        return unused.map_or(Ok(None), |(key, at)| {
            let what = format!(
                "{key} has no effect without the target's ENRP address; add enrp = \"IP:PORT\""
            );
            Err(reader.wrong(at, &what))
        });
    };
    if let Some(port) = section
        .peer_udp_port
        .as_ref()
        .filter(|port| *port.get_ref() == 0)
    {
        let what = "peer-udp-port: 0 is no port at which a peer can be found; give the port that the target uses";
        return Err(reader.wrong(port.span(), what));
    }
    if *section.driver.get_ref() != Driver::Spawn {
        return Ok(None);
    }
    if let Some(each) = &section.peer {
        one_peer(reader, each, section, command)?;
    }
    let given = section.peer_addresses.as_ref();
    let keys = ("peer-addresses", "a peer of the target");
    let Some(addresses) = addresses(reader, given, keys, ON_LOOPBACK, enrp.span(), local)? else {
        return Ok(None);
    };
    Ok(Some(Peers {
        words: section.peer.as_ref().map(|words| words.get_ref().clone()),
        addresses,
        udp_port: section
            .peer_udp_port
            .as_ref()
            .map_or(UDP_PORT, |port| *port.get_ref()),
        port: section
            .peer_port
            .as_ref()
            .map_or(ENRP_PORT, |port| *port.get_ref()),
    }))
}

/// Returns the addresses of a key, or their default on the loopback, whose reason is at `at`. Returns none where there is
/// no default.
fn addresses(
    reader: &Reader<'_>,
    given: Option<&Spanned<Range>>,
    (key, owner): (&'static str, &'static str),
    on_loopback: Range,
    at: std::ops::Range<usize>,
    local: IpAddr,
) -> Result<Option<Addresses>, TargetError> {
    let (range, at) = match given {
        Some(range) => (*range.get_ref(), range.span()),
        None if local.is_loopback() && local.is_ipv4() => (on_loopback, at),
        None => return Ok(None),
    };
    if range.first.is_ipv4() != local.is_ipv4() {
        let what = format!(
            "{key}: {range} and the harness's own address {local} are of different families; give addresses from \
             which the target can be reached"
        );
        return Err(reader.wrong(at, &what));
    }
    Ok(Some(Addresses {
        range,
        key,
        owner,
        given: given.is_some(),
        place: format!("{}:{}", reader.path.display(), reader.line(at.start)),
    }))
}

/// Reads the addresses of the instances of a target. Returns none for a target of which the harness cannot start several.
pub(super) fn of_instances(
    reader: &Reader<'_>,
    section: &Section,
    local: IpAddr,
) -> Result<Option<Addresses>, TargetError> {
    let Some(enrp) = &section.enrp else {
        return Ok(None);
    };
    if *section.driver.get_ref() != Driver::Spawn {
        return Ok(None);
    }
    let given = section.instance_addresses.as_ref();
    if let Some(range) = given.filter(|range| range.get_ref().len() < u64::from(INSTANCES)) {
        let what = format!(
            "instance-addresses: {} has {} addresses, and a case has {INSTANCES} instances; give at least that many",
            range.get_ref(),
            range.get_ref().len()
        );
        return Err(reader.wrong(range.span(), &what));
    }
    let keys = ("instance-addresses", "an instance of the target");
    addresses(reader, given, keys, OF_INSTANCES, enrp.span(), local)
}

/// Checks the words for one peer.
fn one_peer(
    reader: &Reader<'_>,
    each: &Spanned<Vec<String>>,
    section: &Section,
    command: &[String],
) -> Result<(), TargetError> {
    let wrong = |what: &str| Err(reader.wrong(each.span(), what));
    let words = each.get_ref();
    if let Some(odd) = words
        .iter()
        .find_map(|word| super::misspelt(word, &OF_ONE_PEER))
    {
        let known = OF_ONE_PEER.join(", ");
        return wrong(&format!(
            "peer: unknown placeholder \"{odd}\"; known are {known}"
        ));
    }
    if !OF_ONE_PEER.into_iter().all(|part| has(words, part)) {
        return wrong(
            "peer: these words do not name a peer; they need {peer-ip} and {peer-port}, as in [\"--peer\", \
             \"{peer-ip}:{peer-port}\"]",
        );
    }
    if section.command.is_some() && !command.iter().any(|word| word == PEERS) {
        return wrong(
            "peer: its words replace the word \"{peers}\", which the command does not have; add it there",
        );
    }
    Ok(())
}

/// Checks that the harness can start a target with peers if the file claims that.
pub(super) fn are_possible(
    reader: &Reader<'_>,
    section: &Section,
    command: &[String],
    peers: Option<&Peers>,
) -> Result<(), TargetError> {
    let claimed = section.capabilities.get_ref().contains(&Ics::EnrpPeers);
    if !claimed || *section.driver.get_ref() != Driver::Spawn {
        return Ok(());
    }
    let wrong = |what: &str| Err(reader.wrong(section.capabilities.span(), what));
    let Some(enrp) = &section.enrp else {
        return wrong(
            "the capability enrp-peers needs the target's ENRP address; add enrp = \"IP:PORT\", or drop it",
        );
    };
    let at = section.command.as_ref().map_or(0..0, Spanned::span);
    if !has(command, PEERS) {
        let what = "the capability enrp-peers needs a command that names the peers of the target; add the word {peers}";
        return Err(reader.wrong(at, what));
    }
    if peers.is_none() {
        return wrong(
            "the capability enrp-peers needs addresses of this machine for the peers that rspcheck plays; add \
             peer-addresses = \"FIRST-LAST\"",
        );
    }
    // Peers are part of the start-up, so a case needs the ports before the target is ready.
    let selected = [
        (
            "asap",
            section.asap.is_some_and(|addr| addr.port() == 0),
            "{asap-port}",
        ),
        ("enrp", enrp.get_ref().port() == 0, "{enrp-port}"),
        (
            "tcp",
            section.tcp.is_some_and(|addr| addr.port() == 0),
            "{tcp-port}",
        ),
        ("udp-port", section.udp_port == Some(0), "{udp-port}"),
    ];
    match selected
        .into_iter()
        .find(|(_, zero, part)| *zero && !has(command, part))
    {
        Some((key, _, part)) => {
            let what = format!(
                "{key} has the port 0, so rspcheck selects it at each start, and the command does not pass it on; add \
                 {part}"
            );
            Err(reader.wrong(at, &what))
        }
        None => Ok(()),
    }
}

impl Section {
    /// Returns the keys about peers and the placeholders about ENRP that the file has.
    fn keys_of_peers(&self) -> Vec<(&'static str, std::ops::Range<usize>)> {
        let used = |part: &str| {
            let command = self.command.as_ref()?;
            has(command.get_ref(), part).then(|| command.span())
        };
        let keys = [
            ("peer", self.peer.as_ref().map(Spanned::span)),
            (
                "peer-addresses",
                self.peer_addresses.as_ref().map(Spanned::span),
            ),
            (
                "peer-udp-port",
                self.peer_udp_port.as_ref().map(Spanned::span),
            ),
            (
                "instance-addresses",
                self.instance_addresses.as_ref().map(Spanned::span),
            ),
            ("peer-port", self.peer_port.as_ref().map(Spanned::span)),
            ("{enrp-ip}", used("{enrp-ip}")),
            ("{enrp-port}", used("{enrp-port}")),
        ];
        keys.into_iter()
            .filter_map(|(key, at)| Some((key, at?)))
            .collect()
    }
}

fn has(command: &[String], part: &str) -> bool {
    command.iter().any(|word| word.contains(part))
}
