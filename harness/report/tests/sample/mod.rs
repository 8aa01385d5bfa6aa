//! A small run with one case of every kind, made by hand.

#![allow(dead_code, reason = "each test file uses its own part of the sample")]

use rspcheck_report::{LoadError, Options, Report, Span, Statements};
use rspcheck_spec::catalogue::{Basis, Class, How, ReqId, Requirement, Rfc, Role};
use rspcheck_spec::event::{Event, Traffic, What};
use rspcheck_spec::run::{CaseRun, CheckRun, Expected, FORMAT, Run, Target};
use rspcheck_spec::verdict::{Level, Verdict};
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
        requirement(
            "R5352_3_1_2",
            "3.1",
            2,
            Level::Should,
            "The answer carries the fitting cause.",
        ),
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
        purpose: format!("What {} says.", id.rsplit('/').next().unwrap_or(id)),
        verdict,
        reason: reason.to_owned(),
        expected: None,
        checks,
        duration_ms: 1500,
        seed: 0xabc,
        files: Vec::new(),
    }
}

pub(crate) fn check(requirement: &str, level: Level, holds: bool, note: &str) -> CheckRun {
    CheckRun {
        requirement: requirement.to_owned(),
        level,
        holds,
        note: note.to_owned(),
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
        started: "2026-11-22T10:00:00Z".to_owned(),
        duration_ms: 38_250,
        seed: 0x9f3c_51d0,
        complete: true,
        target: Target {
            name: "acme-registrar".to_owned(),
            version: "2.3.1".to_owned(),
            driver: "spawn".to_owned(),
            transport: "udp".to_owned(),
            timers: BTreeMap::new(),
        },
        environment: BTreeMap::new(),
        cases,
    }
}

pub(crate) const POLICY: &str = "rfc5352/3.1/policy-mismatch-is-rejected";

pub(crate) fn sample() -> Run {
    use Level::{May, Must, Should};
    let r_flag = "flag/R: expected true, got false (offset 1)";
    let mut failed = case(
        POLICY,
        Verdict::Fail,
        r_flag,
        vec![
            check("R5352_3_1_1", Must, false, r_flag),
            check("R5352_3_1_2", Should, false, "there is no operation-error"),
        ],
    );
    failed.files = vec![
        "policy-mismatch-is-rejected.pcapng".to_owned(),
        "target.log".to_owned(),
    ];
    let flags = format!("a reserved flag is set at offset 1 (3 in all, first in {POLICY})");
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
        case(
            "monitor/flags",
            Verdict::Fail,
            &flags,
            vec![check("R5352_3_2_2", Must, false, &flags)],
        ),
    ])
}

pub(crate) fn event(case: &str, at_us: u64, what: What) -> Event {
    Event {
        case: case.to_owned(),
        at_us,
        what,
    }
}

fn traffic(octets: &str, summary: &str) -> Traffic {
    Traffic {
        who: "PE1".to_owned(),
        transport: "sctp".to_owned(),
        src: "127.0.0.1:40000".to_owned(),
        dst: "127.0.0.1:3863".to_owned(),
        ppid: Some(11),
        stream: Some(0),
        octets: octets.to_owned(),
        summary: summary.to_owned(),
    }
}

pub(crate) fn events(case: &str) -> Result<Vec<Event>, LoadError> {
    let started = || What::Started { seed: 0xabc };
    let phase = |name: &str| What::Phase {
        name: name.to_owned(),
    };
    let whats = match case {
        POLICY => vec![
            started(),
            phase("preamble"),
            What::Association {
                who: "PE1".into(),
                change: "up".into(),
                why: String::new(),
            },
            What::Sent(traffic(
                "01000004",
                "ASAP_REGISTRATION \"Echo\" Round Robin",
            )),
            What::Received(traffic(RESPONSE, "ASAP_REGISTRATION_RESPONSE R=0 \"Echo\"")),
            What::Monitor {
                requirement: "R5352_3_2_2".into(),
                level: Level::Must,
                note: "a reserved flag is set at offset 1".into(),
            },
            phase("body"),
            What::Sent(traffic("01000004", "ASAP_REGISTRATION \"Echo\" Random")),
            What::Received(traffic(RESPONSE, "ASAP_REGISTRATION_RESPONSE R=0 \"Echo\"")),
            What::Check {
                requirement: "R5352_3_1_1".into(),
                level: Level::Must,
                holds: false,
                note: "flag/R: expected true, got false (offset 1)".into(),
            },
            What::Received(traffic("ffff0004", "this came later and is not shown")),
        ],
        "rfc5352/3.2/unknown-pe" => (0..12)
            .map(|n| {
                What::Sent(traffic(
                    "02000004",
                    &format!("ASAP_DEREGISTRATION number {n}"),
                ))
            })
            .collect(),
        "rfc5352/3.2/garbage" => vec![
            What::Sent(traffic("0a0b0c0d0e", "")),
            What::Target {
                stream: "stderr".into(),
                line: "panic: index out of range\u{7}".into(),
            },
            What::Association {
                who: "PE1".into(),
                change: "lost".into(),
                why: "no heartbeat ack".into(),
            },
        ],
        _ => Vec::new(),
    };
    Ok(whats
        .into_iter()
        .zip(0..)
        .map(|(what, n)| event(case, n * 1500, what))
        .collect())
}

pub(crate) fn spans(traffic: &Traffic) -> Vec<Span> {
    if traffic.octets != RESPONSE {
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

/// Calls `of` with the report of a run.
pub(crate) fn with<T>(run: &Run, options: Options, of: impl FnOnce(&Report<'_>) -> T) -> T {
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
        notes: &notes,
    })
}
