//! Mutants for the cases with several registrars: each of them has the same fault, or one of them alone.

use super::mutants::both;
use super::{SEED, enrp, profile, target};
use rspcheck_adapters::carrier::Carrier;
use rspcheck_adapters::fault::Fault;
use rspcheck_adapters::worlds::Worlds;
use rspcheck_spec::event::{Event, EventKind, Instance};
use rspcheck_spec::verdict::Verdict;
use rspcheck_testkit::runner::{self, Ran};

/// The mutants on which the cases with several registrars run, by name: the cases take longer than others, and mutants
/// beyond these fail no further check of them.
pub(crate) const MUTANTS: &[&str] = &[
    "acknowledges-for-its-rivals",
    "asks-too-early",
    "chatters-table-requests",
    "ignores-additions",
    "ignores-removals",
    "ignores-takeovers",
    "resolves-to-other-homes",
    "resolves-to-other-pes",
    "sends-empty-tables",
    "sends-keep-alives-as-another-registrar",
    "sends-no-init-takeover",
    "sends-no-keep-alive-to-orphans",
    "sends-no-presence",
    "sends-no-update",
    "sends-one-table",
    "sends-wrong-checksums",
    "skips-the-first-peer",
    "updates-another-pool",
];

/// PPID of ENRP (RFC 5353 §5.4).
const ENRP: u32 = 12;
const INIT_TAKEOVER: u8 = 0x07;
const INIT_TAKEOVER_ACK: u8 = 0x08;

/// All mutants of this file.
pub(crate) const ALL: &[Fault] = &[
    // Every one of them wins every arbitration: it does not see the ENRP_INIT_TAKEOVER of others, and acknowledges
    // theirs in advance.
    both(
        "acknowledges-for-its-rivals",
        |s| {
            if s.ppid == ENRP && s.octets.first() == Some(&INIT_TAKEOVER) {
                let mut ack = s.octets.clone();
                ack[0] = INIT_TAKEOVER_ACK;
                s.extra.push(ack);
            }
        },
        |r| r.ppid != ENRP || r.octets.first() != Some(&INIT_TAKEOVER),
    ),
];

/// Runs a case whose registrars are right, apart from this one.
fn run_with(case: &str, instance: Instance, mutant: &str) -> Ran {
    let case = rspcheck_cases::all().find(|it| it.id == case);
    let mutant = enrp::all().find(|it| it.name == mutant);
    let worlds = Worlds::new(
        target().clone(),
        Carrier::Udp,
        "rspcheck".into(),
        Default::default(),
    );
    let worlds = worlds.expect("in process");
    let worlds = worlds.with_fault_in(instance, *mutant.expect("the mutant has this name"));
    let mut world = worlds.world(SEED).expect("in process");
    let case = case.expect("the case has this id");
    runner::run_case(case, world.as_mut(), profile(), SEED)
}

/// Returns the instance that sent the last message before the first check that did not hold.
fn blamed(events: &[Event]) -> Option<Instance> {
    let broken = |event: &Event| match &event.kind {
        EventKind::Check { outcome, .. } => !outcome.holds(),
        _ => false,
    };
    let at = events.iter().position(broken)?;
    events[..at]
        .iter()
        .rev()
        .find_map(|event| match &event.kind {
            EventKind::Received(traffic) | EventKind::Between(traffic) => Some(traffic.instance),
            _ => None,
        })
}

#[test]
fn fault_of_one_registrar_is_found_and_blamed_on_it() {
    for instance in Instance::all(3) {
        let case = "rfc5353/3.3.1/updates-reach-every-registrar";
        let ran = run_with(case, instance, "resolves-to-other-pes");
        assert_eq!(ran.record.verdict, Verdict::Fail, "{}", ran.record.reason);
        assert_eq!(blamed(&ran.events), Some(instance));
    }
    // The home is dead before it is asked.
    let case = "rfc5353/3.5.2/last-of-two-takes-over";
    for (instance, verdict) in [(Instance(1), Verdict::Pass), (Instance(2), Verdict::Warn)] {
        let ran = run_with(case, instance, "resolves-to-other-homes");
        assert_eq!(ran.record.verdict, verdict, "{}", ran.record.reason);
    }
}
