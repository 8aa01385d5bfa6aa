//! Timers and thresholds of a target that the suite needs to test it (its IXIT, extra information for testing).
//!
//! A target file sets them in its table `timers`, under the RFC's names in lower case; a value that it
//! omits has the RFC's default. Cases derive their deadlines only from these values.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::time::Duration;

/// Timers and thresholds of a target (RFC 5352 §7, RFC 5353 §4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Timers {
    /// T1-ENRPrequest: longest wait for the response to a handle resolution. Default: 15 s.
    #[serde(with = "span")]
    pub t1_enrprequest: Duration,
    /// T2-registration: longest wait for the response to a registration. Default: 30 s.
    #[serde(with = "span")]
    pub t2_registration: Duration,
    /// T3-deregistration: longest wait for the response to a de-registration. Default: 30 s.
    #[serde(with = "span")]
    pub t3_deregistration: Duration,
    /// T4-reregistration: longest time between two registrations of a PE. Default: 10 min.
    #[serde(with = "span")]
    pub t4_reregistration: Duration,
    /// T5-Serverhunt: duration of the first round of a server hunt. Default: 10 s.
    #[serde(with = "span")]
    pub t5_serverhunt: Duration,
    /// T6-Serverannounce: time between two announcements of a single registrar. Default: 1 s.
    #[serde(with = "span")]
    pub t6_serverannounce: Duration,
    /// T7-ENRPoutdate: time for which an announced address is valid. Default: 5 s.
    #[serde(with = "span")]
    pub t7_enrpoutdate: Duration,
    /// MAX-REG-ATTEMPT: number of registration attempts. Default: 2.
    pub max_reg_attempt: u32,
    /// MAX-REQUEST-RETRANSMIT: number of attempts of a request. Default: 2.
    pub max_request_retransmit: u32,
    /// RETRAN-MAX: upper limit of a timer that backs off. Default: 60 s.
    #[serde(with = "span")]
    pub retran_max: Duration,
    /// MAX-BAD-PE-REPORT: largest number of unreachable reports that does not remove a PE. No default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bad_pe_report: Option<u32>,
    /// Time between two periodic keep-alives to a PE. The RFC has neither name nor default.
    #[serde(with = "maybe_span", skip_serializing_if = "Option::is_none")]
    pub keep_alive_interval: Option<Duration>,
    /// Time after which an unanswered keep-alive counts as failed. The RFC has neither name nor default.
    #[serde(with = "maybe_span", skip_serializing_if = "Option::is_none")]
    pub keep_alive_timeout: Option<Duration>,
    /// PEER-HEARTBEAT-CYCLE: time between two ENRP_PRESENCE to all peers. Default: 30 s.
    #[serde(with = "span")]
    pub peer_heartbeat_cycle: Duration,
    /// MAX-TIME-LAST-HEARD: silence of a peer after which it is asked for its presence. Default: 61 s.
    #[serde(with = "span")]
    pub max_time_last_heard: Duration,
    /// MAX-TIME-NO-RESPONSE: longest wait for the answer of a peer. Default: 5 s.
    #[serde(with = "span")]
    pub max_time_no_response: Duration,
    /// Longest wait for the response to an ENRP_HANDLE_TABLE_REQUEST. The RFC has neither name nor value. Default: 5 s.
    #[serde(with = "span")]
    pub table_request: Duration,
    /// Time for which a mentor keeps a download whose next part is not requested. The RFC has neither name nor value.
    /// Default: 30 s.
    #[serde(with = "span")]
    pub mentor_session: Duration,
    /// "A few seconds" after which a rejected request is repeated (RFC 5353 §3.2.2.2, §3.2.3): the longest such time.
    /// The RFC has neither name nor value. Default: 60 s.
    #[serde(with = "span")]
    pub rejected_request: Duration,
    /// stale_cache_value: time for which a cache entry is valid. The RFC has no default.
    #[serde(with = "maybe_span", skip_serializing_if = "Option::is_none")]
    pub stale_cache_value: Option<Duration>,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            t1_enrprequest: Duration::from_secs(15),
            t2_registration: Duration::from_secs(30),
            t3_deregistration: Duration::from_secs(30),
            t4_reregistration: Duration::from_secs(600),
            t5_serverhunt: Duration::from_secs(10),
            t6_serverannounce: Duration::from_secs(1),
            t7_enrpoutdate: Duration::from_secs(5),
            max_reg_attempt: 2,
            max_request_retransmit: 2,
            retran_max: Duration::from_secs(60),
            max_bad_pe_report: None,
            keep_alive_interval: None,
            keep_alive_timeout: None,
            peer_heartbeat_cycle: Duration::from_secs(30),
            max_time_last_heard: Duration::from_secs(61),
            max_time_no_response: Duration::from_secs(5),
            table_request: Duration::from_secs(5),
            mentor_session: Duration::from_secs(30),
            rejected_request: Duration::from_secs(60),
            stale_cache_value: None,
        }
    }
}

impl Timers {
    /// Returns T4 of a PE with the registration life `life` in seconds (RFC 5352 §7.1).
    ///
    /// Returns `None` if the RFC's formula leaves no time to wait, that is for a life of 20 s or less.
    /// For an infinite life (-1), it returns the configured T4.
    pub fn reregistration_after(&self, life: i32) -> Option<Duration> {
        if life == -1 {
            return Some(self.t4_reregistration);
        }
        let before_the_end = u64::try_from(life)
            .ok()?
            .checked_sub(20)
            .filter(|&s| s > 0)?;
        Some(
            self.t4_reregistration
                .min(Duration::from_secs(before_the_end)),
        )
    }

    /// Returns all known values by name for the record of a run: the RFC's name, or a lower-case name if
    /// the RFC has none.
    pub fn table(&self) -> BTreeMap<String, String> {
        let spans = [
            ("T1-ENRPrequest", Some(self.t1_enrprequest)),
            ("T2-registration", Some(self.t2_registration)),
            ("T3-deregistration", Some(self.t3_deregistration)),
            ("T4-reregistration", Some(self.t4_reregistration)),
            ("T5-Serverhunt", Some(self.t5_serverhunt)),
            ("T6-Serverannounce", Some(self.t6_serverannounce)),
            ("T7-ENRPoutdate", Some(self.t7_enrpoutdate)),
            ("RETRAN-MAX", Some(self.retran_max)),
            ("stale_cache_value", self.stale_cache_value),
            ("keep-alive-interval", self.keep_alive_interval),
            ("keep-alive-timeout", self.keep_alive_timeout),
            ("PEER-HEARTBEAT-CYCLE", Some(self.peer_heartbeat_cycle)),
            ("MAX-TIME-LAST-HEARD", Some(self.max_time_last_heard)),
            ("MAX-TIME-NO-RESPONSE", Some(self.max_time_no_response)),
            ("table-request", Some(self.table_request)),
            ("mentor-session", Some(self.mentor_session)),
            ("rejected-request", Some(self.rejected_request)),
        ];
        let counts = [
            ("MAX-REG-ATTEMPT", Some(self.max_reg_attempt)),
            ("MAX-REQUEST-RETRANSMIT", Some(self.max_request_retransmit)),
            ("MAX-BAD-PE-REPORT", self.max_bad_pe_report),
        ];
        let spans = spans.map(|(name, span)| (name, span.map(format_duration)));
        let counts = counts.map(|(name, count)| (name, count.map(|count| count.to_string())));
        let known = spans.into_iter().chain(counts);
        known
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

/// Error for a text that is not a span of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a span of time; write a whole number and a unit (ms, s, min), as in \"1500ms\" or \"30s\""
)]
pub struct NoDuration(pub String);

/// Parses a span of time such as `1500ms`, `30s` or `10min`.
///
/// # Errors
/// Returns [`NoDuration`] if the text is not a whole number followed by `ms`, `s` or `min`, or if the
/// span exceeds `u64::MAX` milliseconds.
pub fn parse_duration(text: &str) -> Result<Duration, NoDuration> {
    let wrong = || NoDuration(text.to_owned());
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (count, unit) = text.split_at(unit_at);
    let count: u64 = count.parse().map_err(|_| wrong())?;
    let millis_each = match unit {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        _ => return Err(wrong()),
    };
    count
        .checked_mul(millis_each)
        .map(Duration::from_millis)
        .ok_or_else(wrong)
}

/// Formats a span of time in the syntax of [`parse_duration`], rounded down to milliseconds.
pub fn format_duration(span: Duration) -> String {
    if span.subsec_millis() == 0 {
        format!("{}s", span.as_secs())
    } else {
        format!("{}ms", span.as_millis())
    }
}

mod span {
    use super::*;

    pub(super) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&format_duration(*span))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let span = parse_duration(&String::deserialize(from)?).map_err(D::Error::custom)?;
        if span.is_zero() {
            return Err(D::Error::custom(
                "a timer must be longer than zero; omit it to use the default",
            ));
        }
        Ok(span)
    }
}

mod maybe_span {
    use super::*;

    pub(super) fn serialize<S: Serializer>(
        span: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match span {
            Some(span) => super::span::serialize(span, to),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        super::span::deserialize(from).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Timers, String> {
        toml::from_str(text).map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn an_empty_table_has_the_defaults_of_the_rfc() {
        assert_eq!(read(""), Ok(Timers::default()));
    }

    #[test]
    fn values_are_read_under_the_names_of_the_rfc() {
        let timers = read(
            "t2-registration = \"1500ms\"\nmax-bad-pe-report = 3\nkeep-alive-interval = \"2s\"\n",
        )
        .expect("these are keys");
        assert_eq!(timers.t2_registration, Duration::from_millis(1500));
        assert_eq!(timers.max_bad_pe_report, Some(3));
        assert_eq!(timers.keep_alive_interval, Some(Duration::from_secs(2)));
        assert_eq!(timers.t3_deregistration, Duration::from_secs(30));
    }

    #[test]
    fn timers_survive_writing_and_reading() {
        let all = Timers {
            keep_alive_interval: Some(Duration::from_millis(250)),
            max_bad_pe_report: Some(0),
            ..Timers::default()
        };
        for timers in [all, Timers::default()] {
            let text = toml::to_string(&timers).expect("timers are a table");
            assert_eq!(read(&text), Ok(timers));
        }
    }

    #[test]
    fn mistakes_are_rejected_with_the_allowed_values() {
        assert!(
            read("t8-lunch = \"1s\"")
                .unwrap_err()
                .contains("t2-registration")
        );
        for wrong in [
            "",
            "30",
            "s",
            "1.5s",
            "-1s",
            "1h",
            "1 s",
            "1m",
            "99999999999999999999s",
            "18446744073709551615min",
        ] {
            let message = parse_duration(wrong).unwrap_err().to_string();
            assert!(message.contains("ms, s, min"), "{message}");
        }
        assert!(
            read("t2-registration = \"soon\"")
                .unwrap_err()
                .contains("ms, s, min")
        );
        assert!(
            read("t2-registration = \"0s\"")
                .unwrap_err()
                .contains("longer than zero")
        );
    }

    #[test]
    fn spans_are_read_and_written() {
        for (text, millis, again) in [
            ("1500ms", 1500, "1500ms"),
            ("30s", 30_000, "30s"),
            ("10min", 600_000, "600s"),
            ("0s", 0, "0s"),
        ] {
            let span = Duration::from_millis(millis);
            assert_eq!(parse_duration(text), Ok(span));
            assert_eq!(format_duration(span), again);
        }
    }

    #[test]
    fn reregistration_comes_before_the_end_of_the_life() {
        let timers = Timers::default();
        assert_eq!(
            timers.reregistration_after(60),
            Some(Duration::from_secs(40))
        );
        assert_eq!(
            timers.reregistration_after(i32::MAX),
            Some(Duration::from_secs(600))
        );
        assert_eq!(
            timers.reregistration_after(-1),
            Some(Duration::from_secs(600))
        );
        for none in [20, 0, -2, i32::MIN] {
            assert_eq!(timers.reregistration_after(none), None, "{none}");
        }
    }

    #[test]
    fn the_table_contains_the_known_values() {
        let table = Timers::default().table();
        assert_eq!(table["T1-ENRPrequest"], "15s");
        assert_eq!(table["MAX-REG-ATTEMPT"], "2");
        assert_eq!(table.get("MAX-BAD-PE-REPORT"), None);
        assert_eq!(table.len(), 16);
    }
}
