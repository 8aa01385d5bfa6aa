//! `rserpool pu resolve`: the answer of a registrar about a pool.

use std::io::Write;
use std::time::Duration;

use rsp_proto::pool_user::{Event, Resolution};

use rserpool::Failure;
use rserpool::pool_user::{PoolUser, ResolveError, Settings};
use rserpool::signals::Signals;

use super::session::report;
use super::{Ended, ResolveArgs, await_pool, show};

/// Least time between two requests to a registrar that does not report changes.
const SHORTEST_CYCLE: Duration = Duration::from_secs(1);

/// Prints the pool, once or until a signal.
pub(super) async fn run(
    args: &ResolveArgs,
    settings: &Settings,
    out: &mut dyn Write,
) -> Result<Ended, Failure> {
    let mut signals = Signals::new()?;
    let mut user = PoolUser::start(settings)?;
    let ended = tokio::select! {
        biased;
        () = signals.next() => Ok(Ended::Well),
        ended = show_pool(args, settings, &mut user, out) => ended,
    }?;
    user.stop().await?;
    Ok(ended)
}

async fn show_pool(
    args: &ResolveArgs,
    settings: &Settings,
    user: &mut PoolUser,
    out: &mut dyn Write,
) -> Result<Ended, Failure> {
    if let Some(ended) = await_pool(&args.common, user).await? {
        return Ok(ended);
    }
    if args.watch {
        return watch(args, settings, user, out).await;
    }
    let pool = &args.common.pool;
    match user.resolve(pool.clone()).await {
        Ok(answer) if args.common.json => {
            let mut object = show::object(&answer.resolution);
            object["preferred"] = answer.preferred.to_string().into();
            writeln!(out, "{object}")?;
            Ok(Ended::Well)
        }
        Ok(answer) => {
            let table = show::table(&answer.resolution, Some(answer.preferred));
            write!(out, "{table}")?;
            Ok(Ended::Well)
        }
        Err(ResolveError::Failure(why)) => Ok(Ended::unresolved(pool, &why)),
        Err(ResolveError::Io(error)) => Err(error.into()),
    }
}

async fn watch(
    args: &ResolveArgs,
    settings: &Settings,
    user: &mut PoolUser,
    out: &mut dyn Write,
) -> Result<Ended, Failure> {
    let pool = &args.common.pool;
    let cycle = settings.stale_cache_value().max(SHORTEST_CYCLE);
    // Time of the next request, if the registrar does not report changes.
    let mut ask_at = None;
    let mut shown = None;
    user.watch(pool.clone());
    loop {
        match user.next_event_until(ask_at).await? {
            Some(Event::Changed { resolution, .. }) => {
                if shown.as_ref() != Some(&resolution) {
                    show_change(args, &resolution, out)?;
                    shown = Some(resolution);
                }
            }
            Some(Event::Watching { accepted: true, .. }) => {
                ask_at = None;
                tracing::info!("the registrar reports changes");
            }
            Some(Event::Watching {
                accepted: false, ..
            }) => {
                ask_at = Some(user.now() + cycle);
                tracing::warn!("the registrar does not report changes, asking it every {cycle:?}");
            }
            Some(Event::WatchEnded { why, .. }) => return Ok(Ended::unresolved(pool, &why)),
            Some(event) => report(&event, user),
            None => {
                ask_at = Some(user.now() + cycle);
                user.populate(pool.clone());
            }
        }
    }
}

fn show_change(
    args: &ResolveArgs,
    resolution: &Resolution,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    if args.common.json {
        writeln!(out, "{}", show::object(resolution))?;
    } else {
        write!(out, "{}", show::table(resolution, None))?;
    }
    out.flush()
}
