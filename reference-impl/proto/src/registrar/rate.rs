//! Limits on the rates of messages over one association (RFC 5355 §2.2, §2.13): token buckets that hold one
//! second's worth.

use std::time::Duration;

use rsp_wire::asap::MessageType;

use super::{Config, Kind, Limit};

const SECOND: u64 = 1_000_000_000;

/// One bucket, as the time at which it will be full again, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bucket(u64);

impl Bucket {
    /// Takes one of `size` tokens, of which one returns every `step`. Returns false if there is none.
    pub(super) fn take(&mut self, now: Duration, step: Duration, size: u64) -> bool {
        self.draw(nanoseconds(now), nanoseconds(step), size)
    }

    /// Takes one of a second's worth of tokens. Returns false if there is none.
    fn take_of(&mut self, now: Duration, rate: u32) -> bool {
        rate == 0 || self.draw(nanoseconds(now), SECOND / u64::from(rate), u64::from(rate))
    }

    fn draw(&mut self, now: u64, step: u64, size: u64) -> bool {
        let full_at = self.0.max(now);
        if full_at - now > step.saturating_mul(size.saturating_sub(1)) {
            return false;
        }
        self.0 = full_at.saturating_add(step);
        true
    }

    fn is_full(self, now: Duration) -> bool {
        self.0 <= nanoseconds(now)
    }
}

/// The buckets of one association.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rates {
    messages: Bucket,
    /// Dropped messages. A peer that empties this bucket too sends more than twice the rate allowed.
    excess: Bucket,
    registrations: Bucket,
    reports: Bucket,
}

/// Admission of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    Taken,
    /// Above the rate; `first` is true for the first message of a flood.
    Dropped {
        limit: Limit,
        first: bool,
    },
    /// Above twice the rate: the association is aborted.
    Aborted {
        limit: Limit,
    },
}

impl Rates {
    /// Decides by its type if a message may be read.
    pub(super) fn admit(
        &mut self,
        now: Duration,
        kind: Kind,
        message_type: u8,
        config: &Config,
    ) -> Admission {
        let (rate, limit) = match kind {
            Kind::Sctp | Kind::Tcp => (config.max_message_rate, Limit::MessageRate),
            Kind::Enrp => (config.max_peer_message_rate, Limit::PeerMessageRate),
        };
        if !self.messages.take_of(now, rate) {
            let first = self.excess.is_full(now);
            return match self.excess.take_of(now, rate) {
                true => Admission::Dropped { limit, first },
                false => Admission::Aborted { limit },
            };
        }
        if kind == Kind::Enrp {
            return Admission::Taken;
        }
        let (bucket, rate, limit) = match MessageType(message_type) {
            MessageType::REGISTRATION | MessageType::DEREGISTRATION => (
                &mut self.registrations,
                config.max_registration_rate,
                Limit::RegistrationRate,
            ),
            MessageType::ENDPOINT_UNREACHABLE => {
                (&mut self.reports, config.max_report_rate, Limit::ReportRate)
            }
            _ => return Admission::Taken,
        };
        match bucket.take_of(now, rate) {
            true => Admission::Taken,
            false => Admission::Dropped {
                limit,
                first: false,
            },
        }
    }
}

fn nanoseconds(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_s_worth_at_once_then_the_rate() {
        let mut bucket = Bucket::default();
        let mut taken = |now| (0..1000).filter(|_| bucket.take_of(now, 100)).count();
        assert_eq!(taken(Duration::from_secs(5)), 100);
        assert_eq!(taken(Duration::from_millis(5500)), 50);
        assert_eq!(taken(Duration::from_millis(5505)), 0);
        assert_eq!(taken(Duration::from_secs(50)), 100);
    }

    #[test]
    fn no_rate_is_no_limit() {
        let mut bucket = Bucket::default();
        assert!((0..10_000_000).all(|_| bucket.take_of(Duration::ZERO, 0)));
    }

    #[test]
    fn time_that_goes_back_gives_nothing() {
        let mut bucket = Bucket::default();
        assert!(bucket.take(Duration::from_secs(9), Duration::from_secs(1), 1));
        assert!(!bucket.take(Duration::from_secs(1), Duration::from_secs(1), 1));
    }
}
