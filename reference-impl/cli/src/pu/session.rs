//! `rserpool pu session --service …`: the load client on a live pool user.

use std::collections::VecDeque;
use std::io::Write;
use std::time::Duration;

use rsp_proto::pool_user::{Event, Message, Session};

use rserpool::Failure;
use rserpool::pool_user::{PoolUser, Refused, Settings};
use rserpool::signals::Signals;

use super::load::{Act, End, Load, Plan, Summary};
use super::{Ended, SESSION_LOST, SessionArgs, WRONG_ANSWERS, await_pool, show};
use crate::command::LogFormat;

/// Time until the next test for room to send.
pub(super) const ROOM_CYCLE: Duration = Duration::from_millis(20);

/// Runs the load client until its plan is done or a signal arrives, and prints a summary.
pub(super) async fn run(
    args: &SessionArgs,
    plan: Plan,
    settings: &Settings,
    out: &mut dyn Write,
) -> Result<Ended, Failure> {
    let mut signals = Signals::new()?;
    let mut user = PoolUser::start(settings)?;
    tokio::select! {
        biased;
        () = signals.next() => return Ok(Ended::Well),
        ended = await_pool(&args.common, &mut user) => if let Some(ended) = ended? {
            return Ok(ended);
        },
    }
    let mut load = Load::new(plan, user.now());
    let mut progress = Progress::new(args.progress.0, user.now());
    let mut held = Held::default();
    let mut stopping = false;
    let mut had = false;
    let end = loop {
        act(args, &mut user, &mut load, &mut held)?;
        progress.show(args, user.now(), load.summary(), out)?;
        if let Some(end) = load.end() {
            break end.clone();
        }
        let again = held.again_at(user.now());
        let until = [load.deadline(), progress.at, again];
        let until = until.into_iter().flatten().min();
        tokio::select! {
            biased;
            () = signals.next() => {
                if stopping {
                    break End::Done;
                }
                stopping = true;
                load.stop(user.now());
            }
            event = user.next_event_until(until) => {
                let now = user.now();
                match event? {
                    Some(event) => {
                        report(&event, &user);
                        if let Event::Up { element, .. } = &event && !had {
                            had = true;
                            progress.begin(now);
                            ready(args, &element.identifier.to_string(), out)?;
                        }
                        if let Event::FailingOver { session, .. } = &event {
                            // Drops its unsent requests: the load sends unanswered requests again to the next PE.
                            held.forget(*session);
                        }
                        load.event(now, &event);
                    }
                    None => load.timeout(now),
                }
            }
        }
    };
    user.stop().await?;
    Ok(conclude(args, &load, &end, had, out)?)
}

/// Prints the progress.
struct Progress {
    every: Duration,
    /// The time of the next line; none before the session, or without progress lines.
    at: Option<Duration>,
    began: Duration,
    answers: u64,
}

impl Progress {
    fn new(every: Duration, now: Duration) -> Self {
        Self {
            every,
            at: None,
            began: now,
            answers: 0,
        }
    }

    fn begin(&mut self, now: Duration) {
        self.began = now;
        self.at = (!self.every.is_zero()).then(|| now + self.every);
    }

    fn show(
        &mut self,
        args: &SessionArgs,
        now: Duration,
        summary: &Summary,
        out: &mut dyn Write,
    ) -> std::io::Result<()> {
        if self.at.is_none_or(|at| at > now) {
            return Ok(());
        }
        self.at = Some(now + self.every);
        let seconds = (now - self.began).as_secs_f64();
        let new = summary.answers - self.answers;
        self.answers = summary.answers;
        if args.common.json {
            let mut object = summary.object();
            object["event"] = "progress".into();
            writeln!(out, "{object}")?;
        } else {
            let (all, failovers) = (summary.answers, summary.failovers);
            writeln!(
                out,
                "{seconds:6.1} s: {new} answers, {all} in all, failovers {failovers}, wrong {}",
                summary.wrong
            )?;
        }
        out.flush()
    }
}

/// Messages for which there is no room, the oldest first. The client continues meanwhile, so that it notices a pool
/// element that neither reads nor answers.
#[derive(Default)]
struct Held(VecDeque<(Session, Message)>);

impl Held {
    /// The time of the next retry, if messages wait: no event reports room.
    fn again_at(&self, now: Duration) -> Option<Duration> {
        (!self.0.is_empty()).then(|| now + ROOM_CYCLE)
    }

    fn forget(&mut self, session: Session) {
        self.0.retain(|(of, _)| *of != session);
    }

    /// Sends the messages that there is room for, in order.
    fn send(&mut self, user: &mut PoolUser) -> Result<(), Failure> {
        while let Some((session, message)) = self.0.pop_front() {
            match user.try_send(session, message) {
                Ok(()) => {}
                Err(Refused::Full(message)) => {
                    self.0.push_front((session, message));
                    return Ok(());
                }
                Err(why @ (Refused::TooLong { .. } | Refused::AsapPpid)) => {
                    return Err(Failure::Settings(format!("size: {why}")));
                }
            }
        }
        Ok(())
    }
}

fn act(
    args: &SessionArgs,
    user: &mut PoolUser,
    load: &mut Load,
    held: &mut Held,
) -> Result<(), Failure> {
    while let Some(act) = load.poll() {
        match act {
            Act::Open => {
                let session = user.open_with(args.target(), !args.no_failover);
                load.opened(session);
            }
            Act::Send(session, message) => held.0.push_back((session, message)),
            Act::Fail(session) => {
                held.forget(session);
                user.fail(session);
            }
            Act::Close(session) => {
                held.forget(session);
                user.close(session);
            }
        }
    }
    held.send(user)
}

/// Writes the ready line: the session has a pool element, requests follow.
fn ready(args: &SessionArgs, pe: &str, out: &mut dyn Write) -> std::io::Result<()> {
    let pool = &args.common.pool;
    match args.common.log {
        LogFormat::Text => writeln!(out, "ready pool={pool} pe={pe}")?,
        LogFormat::Json => {
            let object =
                serde_json::json!({ "event": "ready", "pool": pool.to_string(), "pe": pe });
            writeln!(out, "{object}")?;
        }
    }
    out.flush()
}

fn conclude(
    args: &SessionArgs,
    load: &Load,
    end: &End,
    had: bool,
    out: &mut dyn Write,
) -> std::io::Result<Ended> {
    let summary = load.summary();
    let survived = *end == End::Done;
    if args.common.json {
        let mut object = summary.object();
        object["event"] = "summary".into();
        object["survived"] = survived.into();
        writeln!(out, "{object}")?;
    } else if had {
        let fate = if survived { "survived" } else { "was lost" };
        writeln!(out, "{summary}; the session {fate}")?;
    }
    out.flush()?;
    Ok(match end {
        End::Lost(why) => Ended::lost(&args.common.pool, why, had),
        End::Done if summary.is_right() => Ended::Well,
        End::Done if summary.answers == 0 && summary.wrong == 0 => Ended::Badly {
            code: SESSION_LOST,
            why: "no request has an answer".to_owned(),
        },
        End::Done => Ended::Badly {
            code: WRONG_ANSWERS,
            why: format!(
                "{} of {} requests have a correct answer, {} answers are wrong",
                summary.answers, summary.requests, summary.wrong
            ),
        },
    })
}

/// Logs an event of the session.
pub(super) fn report(event: &Event, user: &PoolUser) {
    match event {
        Event::Up {
            element,
            failover: None,
            ..
        } => tracing::info!(
            "session with pool element {} at {}",
            element.identifier,
            show::transport(&element.user_transport)
        ),
        Event::Up {
            element,
            failover: Some(failover),
            ..
        } => tracing::info!(
            "session continues with pool element {} at {}{}",
            element.identifier,
            show::transport(&element.user_transport),
            if failover.cookie_echoed {
                ", which has its cookie"
            } else {
                ""
            }
        ),
        Event::FailingOver { from, why, .. } => {
            tracing::warn!("pool element {from} failed: {why}; looking for another pool element");
        }
        Event::Cookie { octets, .. } => tracing::debug!("received a cookie of {octets} octets"),
        Event::BusinessCard { pool, order, .. } => {
            tracing::debug!("failover order of {pool}: {order:?}");
        }
        Event::Home { found: true } => {
            if let Some(home) = user.home() {
                tracing::info!("found registrar {home}");
            }
        }
        Event::Home { found: false } => tracing::warn!("lost the registrar"),
        Event::Returned { messages, why, .. } => {
            tracing::debug!("{} messages returned: {why:?}", messages.len());
        }
        Event::Failed { why, .. } => tracing::warn!("session lost: {why}"),
        Event::Resolved { .. }
        | Event::NotResolved { .. }
        | Event::Watching { .. }
        | Event::Changed { .. }
        | Event::WatchEnded { .. }
        | Event::Data { .. }
        | Event::Closed { .. } => {}
    }
}
