//! `rserpool pu resolve`: what a registrar says about a pool.

use std::io::Write;

use rsp_proto::pool_user::Event;

use super::command::{Ended, ResolveArgs, await_pool};
use super::live::{PoolUser, ResolveError};
use super::settings::Settings;
use super::show;
use crate::live::Signals;
use crate::service::Failure;

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
        ended = show_pool(args, &mut user, out) => ended,
    }?;
    user.stop().await?;
    Ok(ended)
}

async fn show_pool(
    args: &ResolveArgs,
    user: &mut PoolUser,
    out: &mut dyn Write,
) -> Result<Ended, Failure> {
    if let Some(ended) = await_pool(&args.common, user).await? {
        return Ok(ended);
    }
    if args.watch {
        return watch(args, user, out).await;
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
    user: &mut PoolUser,
    out: &mut dyn Write,
) -> Result<Ended, Failure> {
    let pool = &args.common.pool;
    user.watch(pool.clone());
    loop {
        match user.next_event().await? {
            Event::Changed { resolution, .. } => {
                if args.common.json {
                    writeln!(out, "{}", show::object(&resolution))?;
                } else {
                    write!(out, "{}", show::table(&resolution, None))?;
                }
                out.flush()?;
            }
            Event::Watching { accepted: true, .. } => {
                tracing::info!("the registrar tells of changes");
            }
            Event::Watching {
                accepted: false, ..
            } => tracing::warn!("the registrar does not tell of changes, it is asked now and then"),
            Event::WatchEnded { why, .. } => return Ok(Ended::unresolved(pool, &why)),
            _ => {}
        }
    }
}
