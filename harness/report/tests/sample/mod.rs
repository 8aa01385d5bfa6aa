//! A small handwritten run with one case of every standing.

#![allow(dead_code, reason = "each test file uses its own part of the sample")]

use rspcheck_report::{LoadError, Options, Report, Span, Statements};
use rspcheck_spec::catalogue::{Basis, Class, How, ReqId, Requirement, Rfc, Role};
use rspcheck_spec::event::{
    Change, Event, EventKind, Instance, OutputStream, Phase, Traffic, Transport,
};
use rspcheck_spec::run::{
    CaseRun, CheckRun, Driver, Expected, FORMAT, FindingRun, Origin, Run, RunOptions, Stack,
    StackChoice, Target,
};
use rspcheck_spec::verdict::{CheckOutcome, Level, Verdict};
use std::collections::BTreeMap;

/// A response with R = 0 where R = 1 was due.
pub(crate) const RESPONSE: &str = "03000014000900084563686f000e000812345678";

pub(crate) fn requirement(
    id: &'static str,
    section: &str,
    ordinal: u16,
    level: Level,
    statement: &str,
) -> Requirement {
    Requirement {
        id: ReqId(id),
        rfc: 5352,
        section: section.to_owned(),
        ordinal,
        level,
        basis: Basis::Keyword,
        roles: vec![Role::Registrar],
        title: String::new(),
        statement: statement.to_owned(),
        class: Class::Tested,
        reason: None,
        how: vec![How::Case],
        ambiguity: None,
        treatment: None,
    }
}

pub(crate) fn requirements() -> Vec<Requirement> {
    let mut all = vec![
        requirement(
            "R5352_3_1_1",
            "3.1",
            1,
            Level::Must,
            "A refused registration is answered with the R flag set.",
        ),
        // Judged as SHOULD: text without a key word.
        Requirement {
            basis: Basis::Text,
            ..requirement(
                "R5352_3_1_2",
                "3.1",
                2,
                Level::Must,
                "The answer carries the fitting cause.",
            )
        },
        requirement(
            "R5352_3_2_1",
            "3.2",
            1,
            Level::Must,
            "De-registration takes the PE out of the handlespace.",
        ),
        requirement(
            "R5352_3_2_2",
            "3.2",
            2,
            Level::Must,
            "Every de-registration is answered.",
        ),
        requirement(
            "R5352_3_2_3",
            "3.2",
            3,
            Level::May,
            "Late requests are served.",
        ),
        requirement(
            "R5352_3_2_4",
            "3.2",
            4,
            Level::Must,
            "Only a codec can show this one.",
        ),
        requirement(
            "R5352_3_2_5",
            "3.2",
            5,
            Level::Must,
            "This one binds the pool element.",
        ),
    ];
    all[5].how = vec![How::Vector];
    all[6].class = Class::OtherRole;
    all
}

pub(crate) fn rfcs() -> Vec<Rfc> {
    let sections = [("3.1", "Registration"), ("3.2", "De-Registration")];
    let sections = sections
        .map(|(number, title)| (number.to_owned(), title.to_owned()))
        .to_vec();
    vec![Rfc {
        number: 5352,
        title: "Aggregate Server Access Protocol (ASAP)".to_owned(),
        sections,
    }]
}

pub(crate) fn case(id: &str, verdict: Verdict, reason: &str, checks: Vec<CheckRun>) -> CaseRun {
    CaseRun {
        id: id.to_owned(),
        origin: Origin::Case,
        purpose: format!("Purpose of {}.", id.rsplit('/').next().unwrap_or(id)),
        verdict,
        reason: reason.to_owned(),
        expected: None,
        checks,
        duration_ms: 1500,
        seed: 0xabc,
        files: Vec::new(),
    }
}

/// Returns a check that held, or that was broken with this note.
pub(crate) fn check(requirement: &str, level: Level, holds: bool, note: &str) -> CheckRun {
    let broken = CheckOutcome::Broken {
        note: note.to_owned(),
    };
    CheckRun {
        requirement: requirement.to_owned(),
        level,
        outcome: if holds { CheckOutcome::Holds } else { broken },
        finding: None,
    }
}

/// Returns the outcome of the check that fails in [`POLICY`].
pub(crate) fn r_flag() -> CheckOutcome {
    CheckOutcome::Differs {
        what: "flag R".to_owned(),
        expected: "true".to_owned(),
        actual: "false".to_owned(),
    }
}

pub(crate) fn expecting(
    mut case: CaseRun,
    verdict: Verdict,
    reason: &str,
    matched: bool,
) -> CaseRun {
    case.expected = Some(Expected {
        verdict,
        reason: reason.to_owned(),
        matched,
        missing: Vec::new(),
        new: Vec::new(),
    });
    case
}

pub(crate) fn run_of(cases: Vec<CaseRun>) -> Run {
    let command = [
        "rspcheck",
        "run",
        "--target",
        "acme target.toml",
        "--transport=udp",
        "rfc5352/*",
        "--jobs",
        "2",
    ];
    Run {
        format: FORMAT.to_owned(),
        version: "0.1.0".to_owned(),
        command: command.map(str::to_owned).to_vec(),
        options: RunOptions {
            selection: vec!["rfc5352/*".to_owned()],
            target: "acme target.toml".to_owned(),
            transport: StackChoice::Udp,
            seed: 0x9f3c_51d0,
            jobs: 2,
            strict: false,
            min_run: 1,
        },
        started: "2026-11-22T10:00:00Z".to_owned(),
        duration_ms: 38_250,
        complete: true,
        broken_off: None,
        interrupted: None,
        crashed: None,
        target: Target {
            name: "acme-registrar".to_owned(),
            version: "2.3.1".to_owned(),
            driver: Driver::Spawn,
            transport: Stack::Udp,
            timers: BTreeMap::new(),
        },
        environment: BTreeMap::new(),
        cases,
        not_run: Vec::new(),
    }
}

pub(crate) const POLICY: &str = "rfc5352/3.1/policy-mismatch-is-rejected";

const FLAGS: &str = "ASAP_REGISTRATION_RESPONSE: reserved-flag-set flags";

pub(crate) fn sample() -> Run {
    use Level::{May, Must, Should};
    let first = CheckRun {
        outcome: r_flag(),
        ..check("R5352_3_1_1", Must, false, "")
    };
    let mut failed = case(
        POLICY,
        Verdict::Fail,
        &r_flag().to_string(),
        vec![
            first,
            check("R5352_3_1_2", Should, false, "there is no operation-error"),
        ],
    );
    failed.files = vec![
        "policy-mismatch-is-rejected.pcapng".to_owned(),
        "target.log".to_owned(),
    ];
    run_of(vec![
        case(
            "rfc5352/3.1/new-pool",
            Verdict::Pass,
            "",
            vec![check("R5352_3_1_1", Must, true, "")],
        ),
        failed,
        case(
            "rfc5352/3.1/cause-is-told",
            Verdict::Warn,
            "no cause | in the answer",
            vec![check(
                "R5352_3_1_2",
                Should,
                false,
                "no cause | in the answer",
            )],
        ),
        case(
            "rfc5352/3.1/peers-are-told",
            Verdict::Skip,
            "the target does not claim enrp-peers",
            vec![],
        ),
        case(
            "rfc5352/3.2/unknown-pe",
            Verdict::Inconc,
            "preamble: expected the target to send \u{1b}[31mREGISTRATION_RESPONSE within 30 s",
            vec![],
        ),
        expecting(
            case(
                "rfc5352/3.2/last-pe-ends-the-pool",
                Verdict::Fail,
                "the pool is still there",
                vec![check("R5352_3_2_1", Must, false, "the pool is still there")],
            ),
            Verdict::Fail,
            "pools are kept for 5 s, issue 417",
            true,
        ),
        expecting(
            case(
                "rfc5352/3.2/twice-is-granted",
                Verdict::Pass,
                "",
                vec![check("R5352_3_2_3", May, true, "")],
            ),
            Verdict::Fail,
            "answers nothing the second time",
            false,
        ),
        case(
            "rfc5352/3.2/garbage",
            Verdict::Crash,
            "the target died of signal 11",
            vec![],
        ),
        flags_monitor(),
    ])
}

/// Returns a monitor with two distinct findings.
fn flags_monitor() -> CaseRun {
    let flags = "ASAP_REGISTRATION_RESPONSE: reserved-flag-set at 0x0001";
    let finding = |name: &str, count, note| CheckRun {
        finding: Some(FindingRun {
            name: name.to_owned(),
            count,
            first_in: POLICY.to_owned(),
        }),
        ..check("R5352_3_2_2", Level::Must, false, note)
    };
    let mut monitor = case(
        "monitor/flags",
        Verdict::Fail,
        flags,
        vec![
            finding(FLAGS, 3, flags),
            finding("ASAP_ERROR: reserved-flag-set flags", 1, "ASAP_ERROR: 0x80"),
        ],
    );
    monitor.origin = Origin::Monitor {
        first_in: Some(POLICY.to_owned()),
        count: 4,
    };
    monitor
}

pub(crate) fn event(case: &str, at_us: u64, kind: EventKind) -> Event {
    Event {
        case: case.to_owned(),
        at_us,
        kind,
    }
}

fn traffic(octets: &str, summary: &str) -> Traffic {
    Traffic {
        instance: Instance::FIRST,
        player: "PE1".to_owned(),
        transport: Transport::Sctp,
        src: ([127, 0, 0, 1], 40000).into(),
        dst: ([127, 0, 0, 1], 3863).into(),
        ppid: Some(11),
        stream: Some(0),
        octets: octets.parse().expect("the sample has hex"),
        summary: summary.to_owned(),
    }
}

pub(crate) fn events(case: &str) -> Result<Vec<Event>, LoadError> {
    let started = || EventKind::Started { seed: 0xabc };
    let phase = |phase| EventKind::Phase { phase };
    let kinds = match case {
        POLICY => vec![
            started(),
            phase(Phase::Preamble),
            EventKind::Associated {
                instance: Instance::FIRST,
                player: "PE1".into(),
            },
            EventKind::Sent(traffic(
                "01000004",
                "ASAP_REGISTRATION \"Echo\" Round Robin",
            )),
            EventKind::Received(traffic(RESPONSE, "ASAP_REGISTRATION_RESPONSE R=0 \"Echo\"")),
            EventKind::Monitor {
                monitor: "monitor/flags".into(),
                requirement: "R5352_3_2_2".into(),
                level: Level::Must,
                finding: FLAGS.into(),
                note: "ASAP_REGISTRATION_RESPONSE: reserved-flag-set at 0x0001".into(),
                offset: Some(1),
            },
            phase(Phase::Body),
            EventKind::Sent(traffic("01000004", "ASAP_REGISTRATION \"Echo\" Random")),
            EventKind::Received(traffic(RESPONSE, "ASAP_REGISTRATION_RESPONSE R=0 \"Echo\"")),
            EventKind::Check {
                requirement: "R5352_3_1_1".into(),
                level: Level::Must,
                message: Some(2),
                outcome: r_flag(),
            },
            EventKind::Received(traffic("ffff0004", "this came later and is not shown")),
        ],
        "rfc5352/3.2/unknown-pe" => (0..12)
            .map(|n| {
                EventKind::Sent(traffic(
                    "02000004",
                    &format!("ASAP_DEREGISTRATION number {n}"),
                ))
            })
            .collect(),
        "rfc5352/3.2/garbage" => vec![
            EventKind::Sent(traffic("0a0b0c0d0e", "")),
            EventKind::Target {
                instance: Instance::FIRST,
                stream: OutputStream::Stderr,
                line: "panic: index out of range\u{7}".into(),
            },
            EventKind::AssociationChanged {
                instance: Instance::FIRST,
                player: "PE1".into(),
                change: Change::Lost,
                why: "no heartbeat ack".into(),
            },
        ],
        _ => Vec::new(),
    };
    Ok(kinds
        .into_iter()
        .zip(0..)
        .map(|(kind, n)| event(case, n * 1500, kind))
        .collect())
}

pub(crate) fn spans(traffic: &Traffic) -> Vec<Span> {
    if traffic.octets.to_string() != RESPONSE {
        return Vec::new();
    }
    let span = |offset, len, label: &str| Span {
        offset,
        len,
        label: label.to_owned(),
    };
    vec![
        span(0, 4, "REGISTRATION_RESPONSE"),
        span(4, 8, "pool-handle \"Echo\""),
        span(12, 8, "pe-identifier 0x12345678"),
    ]
}

/// Calls `of` with the report of a run and returns its result.
pub(crate) fn with<T>(run: &Run, options: Options, of: impl FnOnce(&Report<'_>) -> T) -> T {
    shown(run, options, false, of)
}

/// Calls `of` with the report of a run, verbose or not.
pub(crate) fn shown<T>(
    run: &Run,
    options: Options,
    verbose: bool,
    of: impl FnOnce(&Report<'_>) -> T,
) -> T {
    let (rfcs, requirements) = (rfcs(), requirements());
    let notes = ["the last line (42) of events.jsonl is cut off and was left out".to_owned()];
    of(&Report {
        run,
        statements: Statements {
            rfcs: &rfcs,
            requirements: &requirements,
        },
        events: &events,
        annotate: &spans,
        place: Some("runs/0142"),
        options,
        verbose,
        notes: &notes,
    })
}
