//! Resolutions of the pools of a crowd: the elements that a registrar lists, and its speed.

use crate::crowd::{CONNECT, SILENCE};
use crate::line::Line;
use crate::{LoadError, clock};
use rsp_transport::Event;
use rspcheck_adapters::live::Place;
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_testkit::forge;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Pause before a pool that is not listed as wanted is resolved again.
const AGAIN: Duration = Duration::from_millis(200);

const HANDLE_RESOLUTION_RESPONSE: u8 = 0x06;
const POOL_ELEMENT: u16 = 0x0a;

/// Resolves pools until each lists `elements` elements; 0: until the registrar does not know it. Returns what was
/// listed at the end.
///
/// # Errors
///
/// [`LoadError::Io`] if a socket fails, [`LoadError::Target`] if the registrar does not answer or ends the
/// association.
pub fn listed(
    place: &Place,
    pools: &[Vec<u8>],
    elements: usize,
    within: Duration,
    stop: &AtomicBool,
) -> Result<Listed, LoadError> {
    let mut line = Line::start(place, 0)?;
    let (port, _) = line.open()?;
    let assoc = line.connect(port, place, clock() + CONNECT)?;
    let deadline = clock() + within;
    let mut listed = Listed::default();
    for handle in pools {
        let request = forge::handle_resolution(handle, false).octets();
        let mut seen;
        loop {
            line.send(assoc, &request)?;
            listed.requests += 1;
            seen = self::elements(&mut line, deadline)?;
            if seen == elements || clock() >= deadline || stop.load(Ordering::Relaxed) {
                break;
            }
            // A pause: no message is under way.
            line.recv((clock() + AGAIN).min(deadline))?;
        }
        listed.elements += seen;
        listed.as_wanted &= seen == elements;
    }
    Ok(listed)
}

/// The elements that a registrar lists.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// Elements in all pools together.
    pub elements: usize,
    /// True if each pool has the wanted number of elements.
    pub as_wanted: bool,
    /// Requests that were sent.
    pub requests: usize,
}

impl Default for Listed {
    fn default() -> Listed {
        Listed {
            elements: 0,
            as_wanted: true,
            requests: 0,
        }
    }
}

/// Resolves one pool `count` times, `outstanding` at a time, each over an association of its own. Returns the
/// time from the first request to the last answer.
///
/// # Errors
///
/// [`LoadError::Io`] if a socket fails, [`LoadError::Target`] if the registrar does not answer for 20 s or ends an
/// association.
pub fn ask(
    place: &Place,
    handle: &[u8],
    count: usize,
    outstanding: usize,
) -> Result<Duration, LoadError> {
    let mut line = Line::start(place, 0)?;
    let (port, _) = line.open()?;
    let mut assocs = vec![line.connect(port, place, clock() + CONNECT)?];
    while assocs.len() < outstanding.min(count) {
        let (port, _) = line.open()?;
        assocs.push(line.connect(port, place, clock() + CONNECT)?);
    }
    let request = forge::handle_resolution(handle, false).octets();
    let begin = clock();
    for assoc in &assocs {
        line.send(*assoc, &request)?;
    }
    let (mut sent, mut answered) = (assocs.len(), 0);
    while answered < count {
        match line.recv(clock() + SILENCE)? {
            Some(Event::Message { assoc, octets, .. })
                if octets.first() == Some(&HANDLE_RESOLUTION_RESPONSE) =>
            {
                answered += 1;
                if sent < count {
                    line.send(assoc, &request)?;
                    sent += 1;
                }
            }
            Some(Event::Down { why, .. }) => {
                return Err(LoadError::Target(format!(
                    "an association ended after {answered} answers: {why}"
                )));
            }
            Some(_) => {}
            None => {
                return Err(LoadError::Target(format!(
                    "{answered} of {count} requests were answered, then none for {} s",
                    SILENCE.as_secs()
                )));
            }
        }
    }
    Ok(begin.elapsed())
}

/// Returns the number of elements that the next resolution lists.
fn elements(line: &mut Line, deadline: Instant) -> Result<usize, LoadError> {
    let last = deadline.max(clock() + CONNECT);
    loop {
        match line.recv(last)? {
            Some(Event::Message { octets, .. })
                if octets.first() == Some(&HANDLE_RESOLUTION_RESPONSE) =>
            {
                let message = dissect(Protocol::Asap, &octets);
                let elements = message.root().children();
                return Ok(elements.filter(|c| c.code() == Some(POOL_ELEMENT)).count());
            }
            Some(Event::Down { why, .. }) => {
                return Err(LoadError::Target(format!("the association ended: {why}")));
            }
            Some(_) => {}
            None => {
                return Err(LoadError::Target(
                    "a handle resolution was not answered".to_owned(),
                ));
            }
        }
    }
}
