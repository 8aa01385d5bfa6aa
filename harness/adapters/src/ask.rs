//! A handle resolution that shows if a target answers.

use crate::target::Ready;
use rspcheck_testkit::{Change, EndpointKind, Happening, Instance, World, WorldError, forge};
use std::time::Duration;

/// The result of a handle resolution.
pub(crate) enum Answer {
    /// The target answered after this time.
    After(Duration),
    /// The target did not answer; `last` is its last event.
    None { last: String },
}

/// The reason of a target that is silent about a pool that it does not know, and the remedy.
const UNANSWERED: &str = "the association is up, and no answer came; for a target that does not answer about \
                          unknown pools, ready = \"association\" in its file suffices";
/// Time for an association to come up before another attempt is made; it doubles with each.
const FIRST_ATTEMPT: Duration = Duration::from_millis(250);
/// The longest such time: an attempt that began before the target could hear it is given up.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(4);
/// Pause between a refusal and the next attempt, so that the attempts are no busy loop.
const PAUSE: Duration = Duration::from_millis(100);

/// Handle of no pool. A multiple of four octets needs no padding, which a target may treat wrongly.
const PROBE: &[u8; 16] = b"rspcheck-probe-0";

/// Asks for a pool that does not exist until something answers, or until an association is up where that suffices.
pub(crate) fn ask(
    world: &mut dyn World,
    ready: Ready,
    within: Duration,
) -> Result<Answer, WorldError> {
    let octets = forge::handle_resolution(PROBE, false).octets();
    let until = world.now() + within;
    let endpoint = world.open(EndpointKind::Sctp)?;
    let mut last = "no answer to the association's set-up".to_owned();
    let mut attempt = FIRST_ATTEMPT;
    // A target that is still starting refuses associations or is not there yet: try again until the time is up.
    while world.now() < until {
        let assoc = world.connect(endpoint, Instance::FIRST)?;
        let began = world.now();
        let mut next = began + attempt;
        attempt = attempt.saturating_mul(2).min(LONGEST_ATTEMPT);
        while let Some(happening) = world.wait(next.min(until))? {
            match happening {
                Happening::Up { assoc: up, .. } if up == assoc && ready == Ready::Association => {
                    let took = world.now().saturating_sub(began);
                    world.abort(assoc)?;
                    return Ok(Answer::After(took));
                }
                Happening::Up { assoc: up, .. } if up == assoc => {
                    world.send(assoc, 11, &octets)?;
                    UNANSWERED.clone_into(&mut last);
                    next = until;
                }
                Happening::Message { assoc: from, .. } if from == assoc => {
                    let took = world.now().saturating_sub(began);
                    world.abort(assoc)?;
                    return Ok(Answer::After(took));
                }
                Happening::Changed {
                    assoc: down,
                    change,
                    why,
                } if down == assoc && change != Change::Restarted => {
                    last = format!("association {change}: {why}");
                    next = world.now() + PAUSE;
                }
                _ => {}
            }
        }
        world.abort(assoc)?;
    }
    Ok(Answer::None { last })
}
