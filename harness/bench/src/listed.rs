//! Resolutions of the pools of a crowd: the elements that a registrar lists, and its speed.

use crate::crowd::{CONNECT, SILENCE};
use crate::line::Line;
use crate::{LoadError, clock};
use rsp_transport::Event;
use rspcheck_adapters::live::Place;
use rspcheck_dissect::{Protocol, dissect};
use rspcheck_testkit::forge;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Pause before a pool that is not listed as wanted is resolved again.
const AGAIN: Duration = Duration::from_millis(200);

const HANDLE_RESOLUTION_RESPONSE: u8 = 0x06;
const POOL_ELEMENT: u16 = 0x0a;

/// Resolves pools until each lists `elements` elements; 0: until the registrar does not know it. Returns what was
/// listed at the end. Ends early with a pool whose registrar knows the elements and lists a part of them only.
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
        let mut known = BTreeSet::new();
        let mut seen = BTreeSet::new();
        loop {
            line.send(assoc, &request)?;
            listed.requests += 1;
            let last = std::mem::replace(&mut seen, self::elements(&mut line, deadline)?);
            // A registrar that lists a part of the elements comes back to those that it left out.
            let back = seen.intersection(&known).any(|id| !last.contains(id));
            let new = seen.difference(&known).count();
            known.extend(&seen);
            let part = back && seen.len() < elements && known.len() >= elements;
            if seen.len() == elements || part || clock() >= deadline || stop.load(Ordering::Relaxed)
            {
                break;
            }
            // A registrar that goes through the elements has the next ones at once.
            if last.is_empty() || !back && new == 0 {
                // A pause: no message is under way.
                line.recv((clock() + AGAIN).min(deadline))?;
            }
        }
        listed.elements += seen.len();
        listed.as_wanted &= seen.len() == elements;
        if !seen.is_empty() && seen.len() < elements {
            let at_most = listed.at_most.unwrap_or((0, 0));
            listed.at_most = Some(at_most.max((seen.len(), known.len())));
        }
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
    /// Of the pool with the longest last response among those that list too few: the elements of that response, and
    /// of all responses together.
    pub at_most: Option<(usize, usize)>,
}

impl Default for Listed {
    fn default() -> Listed {
        Listed {
            elements: 0,
            as_wanted: true,
            requests: 0,
            at_most: None,
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
    let mut deadline = begin + SILENCE;
    while answered < count {
        // Other events must not prolong the wait.
        match line.recv(deadline)?.filter(|_| clock() < deadline) {
            Some(Event::Message { assoc, octets, .. })
                if octets.first() == Some(&HANDLE_RESOLUTION_RESPONSE) =>
            {
                answered += 1;
                deadline = clock() + SILENCE;
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

/// Returns the identifiers of the elements that the next resolution lists.
fn elements(line: &mut Line, deadline: Instant) -> Result<BTreeSet<u32>, LoadError> {
    let last = deadline.max(clock() + CONNECT);
    loop {
        // Other events must not prolong the wait.
        match line.recv(last)?.filter(|_| clock() < last) {
            Some(Event::Message { octets, .. })
                if octets.first() == Some(&HANDLE_RESOLUTION_RESPONSE) =>
            {
                let message = dissect(Protocol::Asap, &octets);
                let elements = message.root().children();
                return Ok(elements
                    .filter(|child| child.code() == Some(POOL_ELEMENT))
                    .filter_map(|child| identifier(&octets, child.offset()))
                    .collect());
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

/// Returns the PE Identifier of the Pool Element parameter at `offset`: it follows the parameter's header.
fn identifier(octets: &[u8], offset: usize) -> Option<u32> {
    let identifier = octets.get(offset + 4..offset + 8)?;
    identifier.try_into().ok().map(u32::from_be_bytes)
}
