//! Bursts of keep-alives, seen by order and not by the time of receipt.
//!
//! A busy machine delivers messages late and together, so the times at which they are received prove neither a
//! burst nor its absence. The player sends handle resolutions all the time over the association of the
//! keep-alives. A keep-alive that comes between two answers was sent after the registrar had read the first
//! request and before it had read the second one. Both requests limit the time in which it was sent, however late
//! the harness was.

use std::collections::BTreeSet;
use std::time::Duration;

/// Keep-alives that came between two answers.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    /// Time at which the request of the first answer was sent: no keep-alive was sent before it.
    pub(crate) from: Duration,
    /// Time at which the second answer was received: no keep-alive was sent after it.
    pub(crate) until: Duration,
    /// Numbers of the PEs, in the order of the keep-alives.
    pub(crate) pes: Vec<usize>,
}

/// Result of the windows of several periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traffic {
    /// Period for period, nearly all keep-alives are sent in one burst.
    Bursts,
    /// The keep-alives are spread, but for so many bursts.
    Spread { bursts: usize },
    /// The windows are too long to distinguish bursts from spread keep-alives.
    Unclear,
}

/// Returns the kind of traffic to so many PEs. A burst is keep-alives to three quarters of them `within` this time.
/// The first keep-alive to each PE is left out: PEs that register together are due together once, and only the time
/// *between* two keep-alives can be varied (RFC 5352 §3.5).
pub(crate) fn traffic(windows: &[Window], pes: usize, within: Duration) -> Traffic {
    let windows = without_the_first(windows);
    let many = (pes * 3).div_ceil(4);
    let all: usize = windows.iter().map(|window| window.pes.len()).sum();
    let (mut sure, mut possible) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < windows.len() {
        let short = windows[at..]
            .iter()
            .take_while(|window| window.until.saturating_sub(windows[at].from) <= within)
            .count();
        // A burst at the end of a window may reach into the next one.
        let (sight, bursts) = match short {
            0 => (2, &mut possible),
            1 if distinct(&windows[at..at + 1]) < many => (2, &mut possible),
            _ => (short, &mut sure),
        };
        let group = &windows[at..windows.len().min(at + sight)];
        if distinct(group) >= many {
            bursts.push(group.iter().map(|window| window.pes.len()).sum::<usize>());
            at += group.len();
        } else {
            at += 1;
        }
    }
    let in_bursts = |bursts: &[usize]| bursts.iter().sum::<usize>() * 4 >= all * 3;
    let bursts = sure.len();
    if bursts >= 2 && in_bursts(&sure) {
        return Traffic::Bursts;
    }
    sure.extend(possible);
    match sure.len() {
        2.. if in_bursts(&sure) => Traffic::Unclear,
        _ => Traffic::Spread { bursts },
    }
}

/// Returns the windows without the first keep-alive to each PE.
fn without_the_first(windows: &[Window]) -> Vec<Window> {
    let mut known = BTreeSet::new();
    let mut windows = windows.to_vec();
    for window in &mut windows {
        window.pes.retain(|pe| !known.insert(*pe));
    }
    windows
}

fn distinct(windows: &[Window]) -> usize {
    let pes = windows.iter().flat_map(|window| &window.pes);
    pes.collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PES: usize = 24;
    const INTERVAL: Duration = Duration::from_secs(1);
    const WITHIN: Duration = Duration::from_millis(100);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Returns the windows of requests at these times, answered after `delay`, for keep-alives sent at `sent`.
    fn windows(requests: &[u64], delay: u64, sent: &[(u64, usize)]) -> Vec<Window> {
        let pairs = requests.iter().zip(&requests[1..]);
        let window = |(first, second): (&u64, &u64)| Window {
            from: ms(*first),
            until: ms(*second + delay),
            pes: sent
                .iter()
                .filter(|(at, _)| at >= first && at < second)
                .map(|(_, pe)| *pe)
                .collect(),
        };
        pairs.map(window).collect()
    }

    /// Requests every 25 ms for six seconds.
    fn often() -> Vec<u64> {
        (0..=6000).step_by(25).collect()
    }

    fn judged(sent: &[(u64, usize)]) -> Traffic {
        traffic(&windows(&often(), 1, sent), PES, WITHIN)
    }

    /// Keep-alives in every period, at this time after its beginning.
    fn periods(after: impl Fn(u64, usize) -> u64) -> Vec<(u64, usize)> {
        let all = (1..=4).flat_map(|period| (0..PES).map(move |pe| (period, pe)));
        let mut sent: Vec<_> = all
            .map(|(period, pe)| (period * 1000 + after(period, pe), pe))
            .collect();
        sent.sort_unstable();
        sent
    }

    /// Keep-alives whose interval varies by this share of it, in percent, from a common beginning.
    fn varied(percent: u64) -> Vec<(u64, usize)> {
        let mut state = 7_u64;
        let mut sent = Vec::new();
        for pe in 0..PES {
            let mut at = 0;
            while at < 5000 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                at += 1000 - percent * 10 + (state >> 33) % (percent * 20 + 1);
                sent.push((at, pe));
            }
        }
        sent.sort_unstable();
        sent
    }

    #[test]
    fn keep_alives_at_one_moment_are_bursts() {
        assert_eq!(judged(&periods(|_, _| 0)), Traffic::Bursts);
        // The moment lies between two requests, or the registrar takes 40 ms for all.
        assert_eq!(
            judged(&periods(|_, pe| 24 + pe as u64 / 12)),
            Traffic::Bursts
        );
        assert_eq!(
            judged(&periods(|_, pe| pe as u64 * 40 / 24)),
            Traffic::Bursts
        );
    }

    #[test]
    fn keep_alives_over_the_interval_are_spread() {
        let spread = Traffic::Spread { bursts: 0 };
        assert_eq!(judged(&periods(|_, pe| pe as u64 * 1000 / 24)), spread);
        assert_eq!(judged(&varied(50)), spread);
        assert_eq!(judged(&varied(20)), spread);
    }

    #[test]
    fn first_keep_alives_may_come_in_one_burst() {
        let mut sent = varied(50);
        sent.iter_mut().for_each(|(at, _)| *at += 1000);
        sent.extend((0..PES).map(|pe| (1000, pe)));
        sent.sort_unstable();
        assert_eq!(judged(&sent), Traffic::Spread { bursts: 0 });
    }

    #[test]
    fn single_burst_is_counted() {
        let sent = periods(|period, pe| if period == 3 { 0 } else { pe as u64 * 40 });
        assert_eq!(judged(&sent), Traffic::Spread { bursts: 1 });
    }

    /// A harness that stops for half of each second receives spread keep-alives in groups, and bursts late.
    #[test]
    fn late_harness_makes_the_traffic_unclear() {
        let requests: Vec<u64> = (0..=6).flat_map(|s| [s * 1000, s * 1000 + 500]).collect();
        for sent in [
            periods(|_, _| 250),
            periods(|_, pe| 100 + pe as u64 * 16),
            varied(50),
        ] {
            let windows = windows(&requests, 300, &sent);
            assert_eq!(traffic(&windows, PES, WITHIN), Traffic::Unclear);
        }
    }

    #[test]
    fn burst_needs_a_short_time() {
        let sent = periods(|_, pe| pe as u64 * 8);
        assert_eq!(INTERVAL / 10, WITHIN);
        assert_eq!(judged(&sent), Traffic::Spread { bursts: 0 });
    }
}
