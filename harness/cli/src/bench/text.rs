//! The text of a measurement.

use rspcheck_bench::measured::Measured;
use std::fmt::Write as _;

/// Renders a measurement. An invalid one shows the reasons before its figures.
pub(super) fn text(measured: &Measured) -> String {
    let about = &measured.about;
    let mut text = String::new();
    let load = &measured.load;
    let model = match load.rate_per_second {
        Some(rate) => format!(
            "open loop, {rate} requests/s over {} associations",
            load.clients
        ),
        None => format!(
            "closed loop, {} client{}",
            load.clients,
            if load.clients == 1 { "" } else { "s" }
        ),
    };
    let _ = writeln!(
        text,
        "handle resolution   {} {} over {}\n{model}; pool of {} ({}); {} s after {} s of warm-up; seed {}",
        about.target["name"],
        about.target["version"],
        about.target["transport"],
        load.pool_elements,
        load.policy,
        load.duration_s,
        load.warm_up_s,
        load.seed
    );
    if !measured.generator.valid {
        let _ = writeln!(
            text,
            "INVALID: {}",
            measured.generator.invalid_because.join("; ")
        );
    }
    if measured.requests == 0 {
        return text;
    }
    let _ = writeln!(
        text,
        "  {:>10.0} answers/s   {} requests, {} unanswered within {} s, {} negative, {} octets an answer",
        measured.answers_per_second,
        measured.requests,
        measured.timeouts,
        load.timeout_s,
        measured.negative,
        measured.answer_octets
    );
    if measured.generator.unsent > 0 {
        let _ = writeln!(
            text,
            "  {} requests were not sent",
            measured.generator.unsent
        );
    }
    let _ = writeln!(text, "  latency from the intended send time, in µs:");
    for name in ["min", "p50", "p90", "p99", "p99.9", "max", "mean"] {
        let _ = writeln!(text, "    {name:<6}{:>12.1}", measured.latency_us[name]);
    }
    let generator = &measured.generator;
    let _ = writeln!(
        text,
        "  generator: late p99 {:.1} µs, max {:.1} µs; {:.0} % of a processor{}",
        generator.late_p99_us,
        generator.late_max_us,
        generator.cpu_share * 100.0,
        if generator.busy {
            " (it may itself be the limit)"
        } else {
            ""
        }
    );
    let cpu = about
        .environment
        .get("cpu")
        .map_or("unknown processor", String::as_str);
    let _ = writeln!(
        text,
        "  machine: {cpu}, {} processors",
        about.environment["cpus"]
    );
    text
}
