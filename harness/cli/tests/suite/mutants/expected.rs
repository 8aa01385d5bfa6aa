//! Expectations of the tests about mutants.

/// Mutants with the case and the requirement that must see them.
pub(super) const SEEN: &[(&str, &str, &str)] = &[
    (
        "sends-keep-alives-in-bursts",
        "rfc5352/3.5/keep-alives-to-many-pes-are-spread",
        "R5352_3_5_17",
    ),
    (
        "takes-every-address",
        "rfc5352/2.2.1/address-outside-the-association",
        "R5352_2_2_1_7",
    ),
    (
        "takes-every-address",
        "rfc5352/2.2.1/one-of-two-addresses-outside-the-association",
        "R5352_2_2_1_7",
    ),
    (
        "takes-every-address",
        "rfc5352/2.2.1/tcp-address-outside-the-association",
        "R5352_2_2_1_7",
    ),
    (
        "ignores-other-announcements",
        "rfc5352/3.6/another-registrar-makes-announcements-rarer",
        "R5352_3_6_5",
    ),
    (
        "clears-the-a-flag",
        "rfc5352/2.2.6/updates-can-be-refused",
        "R5352_2_2_6_6",
    ),
    (
        "gives-the-unspecified-cause",
        "rfc5352/3.1/identifier-of-another-pe",
        "R5354_3_12_5_2",
    ),
    (
        "leaves-out-the-second-best",
        "rfc5356/4.5.2/highest-priority-comes-first",
        "R5356_4_5_2_1",
    ),
    (
        "leaves-out-the-second-best",
        "rfc5356/5.1.2/lowest-load-comes-first",
        "R5356_5_1_2_2",
    ),
    (
        "leaves-out-the-second-best",
        "rfc5356/5.2.2/without-degradation-it-is-least-used",
        "R5356_5_2_2_5",
    ),
    (
        "leaves-out-the-second-best",
        "rfc5356/5.3.2/lowest-sum-comes-first",
        "R5356_5_3_2_2",
    ),
    (
        "lists-pes-for-ever",
        "rfc5352/2.2.1/registration-over-tcp",
        "R5352_2_1_1",
    ),
    (
        "lists-pes-for-ever",
        "rfc5352/3.4/vanished-pe-is-removed",
        "R5352_3_5_15",
    ),
    (
        "lists-the-newest-first",
        "rfc5356/4.2.2/new-weights-count-at-once",
        "R5352_3_1_45",
    ),
    (
        "lists-the-newest-first",
        "rfc5356/5.3.2/new-loads-count-at-once",
        "R5352_3_1_45",
    ),
    (
        "lists-the-newest-first",
        "rfc5356/5.3.2/sum-does-not-wrap",
        "R5356_5_3_2_2",
    ),
    (
        "names-one-pool-in-all-keep-alives",
        "rfc5352/2.2.7/two-pools-over-one-association",
        "R5352_2_2_7_7",
    ),
    (
        "rejects-unlimited-lives",
        "rfc5352/3.1/infinite-life",
        "R5354_3_10_5",
    ),
    (
        "shortens-pool-handles",
        "rfc5352/2.2.6/handle-is-echoed-in-a-negative-response",
        "R5354_3_9_1",
    ),
    (
        "shortens-pool-handles",
        "rfc5352/2.2.6/handle-is-echoed-in-a-positive-response",
        "R5352_2_2_6_5",
    ),
];

/// Mutants that give a cause as a report, but not the right one, or not all of it.
pub(crate) const WRONG_CAUSES: &[&str] = &[
    "gives-the-unspecified-cause",
    "gives-causes-without-information",
];

/// Reason for a check behind a control of the case.
const CONTROLLED: &str =
    "the mutants that break it break the control before it, which makes the case inconclusive";

/// Checks that hold on every mutant: case, requirement, number of such checks, and the reason.
pub(crate) const UNBROKEN: &[(&str, &str, usize, &str)] = &[
    ("rfc5352/3.1/binary-handle", "R5352_3_1_53", 1, CONTROLLED),
    (
        "rfc5352/3.1/handle-without-padding",
        "R5352_3_1_53",
        1,
        CONTROLLED,
    ),
    (
        "rfc5352/3.3/requests-in-flight-are-all-answered",
        "R5352_3_3_21",
        1,
        CONTROLLED,
    ),
    (
        "rfc5354/3/empty-unknown-parameter",
        "R5354_3_8",
        2,
        CONTROLLED,
    ),
    (
        "rfc5354/3/padded-unknown-parameter",
        "R5354_3_15",
        1,
        CONTROLLED,
    ),
    (
        "rfc5354/3/padded-unknown-parameter",
        "R5354_3_12_2_1",
        1,
        CONTROLLED,
    ),
    (
        "rfc5354/3.9/octets-that-are-no-text-are-echoed",
        "R5352_3_3_25",
        1,
        CONTROLLED,
    ),
    (
        "rfc5354/3.9/handle-with-its-padding-is-another",
        "R5352_3_3_25",
        1,
        CONTROLLED,
    ),
    (
        "rfc5354/3.9/part-of-a-handle-is-another",
        "R5352_3_3_25",
        1,
        CONTROLLED,
    ),
    (
        "rfc5354/3.9/one-bit-makes-another-handle",
        "R5352_3_3_25",
        1,
        CONTROLLED,
    ),
    (
        "rfc5352/2.2.5/end-of-the-pool-brings-no-positive-update",
        "R5352_2_2_6_12",
        1,
        "records that no update comes, which is permitted",
    ),
    (
        "rfc5352/2.2.6/round-robin-need-not-be-told",
        "R5356_4_1_4_1",
        1,
        "records that the policy is left out, which is permitted",
    ),
    (
        "rfc5352/2.2.6/updates-can-be-refused",
        "R5352_2_2_6_7",
        1,
        "records that updates are refused, which is permitted",
    ),
    (
        "rfc5352/2.2.6/user-and-asap-transport-are-told-apart",
        "R5354_3_10_9",
        1,
        "a transport of another type in that place is a finding of monitor/layout, and no ASAP Transport",
    ),
    (
        "rfc5352/3.4/acknowledging-pe-stays",
        "R5352_3_4_1",
        1,
        "records a keep-alive, which is optional: without one the case is inconclusive",
    ),
    (
        "rfc5352/3.5/keep-alives-come-periodically",
        "R5352_3_5_13",
        1,
        "records periodic keep-alives, which are optional: without them the case is inconclusive",
    ),
    (
        "rfc5352/3.6/registrar-announces-itself",
        "R5352_3_6_2",
        1,
        "without the announcement the requirement about its channel is broken",
    ),
    (
        "rfc5352/4/server-announce-over-an-association",
        "R5352_4_13",
        1,
        "records an option when the next PU is served: without that R5352_3_3_25 is broken",
    ),
    (
        "rfc5356/4.5.2/equal-priorities-in-any-order",
        "R5356_4_5_2_3",
        1,
        "records the order, which can be any",
    ),
    (
        "rfc5356/7.1/private-policy-is-granted-or-refused",
        "R5356_7_1_5",
        1,
        "records that the policy is refused, which is permitted",
    ),
];

/// Mutants that do not answer, with the requirements that they break, in order.
pub(crate) const SILENT: &[(&str, &[&str])] = &[
    ("never-answers-registrations", &["R5352_3_1_53"]),
    (
        "never-answers-deregistrations",
        &["R5352_3_2_20", "R5352_3_2_22", "R5352_3_2_3"],
    ),
    (
        "never-answers-resolutions-of-unknown-pools",
        &["R5352_3_3_25"],
    ),
    (
        "never-answers-resolutions",
        &["R5352_3_3_18", "R5352_3_3_21", "R5352_3_3_25"],
    ),
    (
        "never-answers",
        &["R5352_3_1_53", "R5352_3_2_20", "R5352_3_3_25"],
    ),
];
