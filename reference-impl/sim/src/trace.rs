//! The trace of a run: every packet, every scheduled event and, if it is kept, every line that a node logged.
//!
//! A trace has at least a digest; two runs of one seed have the same digest. Lines are kept on request.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::time::Duration;

use rsp_transport::{Layer, Tap, Tapped};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer as SubscriberLayer, SubscriberExt};

/// The part of a trace that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Only the digest.
    Digest,
    /// Scheduled events and the logs of nodes.
    Lines,
    /// Scheduled events, the logs of nodes, and every packet in hex.
    Packets,
}

/// The trace of one run. Clones share it.
#[derive(Clone)]
pub struct Trace {
    inner: Rc<RefCell<Inner>>,
    keep: Keep,
}

struct Inner {
    // Its keys are fixed, so the digest depends on nothing but the octets.
    digest: DefaultHasher,
    packets: u64,
    lines: Vec<String>,
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("keep", &self.keep).finish()
    }
}

impl Trace {
    /// Returns an empty trace.
    pub fn new(keep: Keep) -> Self {
        let inner = Inner {
            digest: DefaultHasher::new(),
            packets: 0,
            lines: Vec::new(),
        };
        Self {
            inner: Rc::new(RefCell::new(inner)),
            keep,
        }
    }

    /// Adds a scheduled event.
    pub fn say(&self, at: Duration, what: &dyn fmt::Display) {
        let line = format!("{} {what}", Clock(at));
        let mut inner = self.inner.borrow_mut();
        line.hash(&mut inner.digest);
        if self.keep != Keep::Digest {
            inner.lines.push(line);
        }
    }

    /// Adds the logs of this thread's nodes since the last call, as those of `who`.
    pub(super) fn overhear(&self, at: Duration, who: &dyn fmt::Display) {
        if self.keep == Keep::Digest {
            return;
        }
        let said = SAID.with(|said| std::mem::take(&mut *said.borrow_mut()));
        let mut inner = self.inner.borrow_mut();
        for line in said {
            inner.lines.push(format!("{}   {who}: {line}", Clock(at)));
        }
    }

    /// Returns the observer of a simulated network's packets.
    pub(super) fn tap(&self) -> Tap {
        let trace = self.clone();
        Box::new(move |packet| trace.packet(packet))
    }

    fn packet(&self, packet: Tapped<'_>) {
        let mut inner = self.inner.borrow_mut();
        inner.packets += 1;
        packet.at.hash(&mut inner.digest);
        packet.from.hash(&mut inner.digest);
        packet.to.hash(&mut inner.digest);
        packet.octets.hash(&mut inner.digest);
        if self.keep == Keep::Packets {
            let layer = match packet.layer {
                Layer::Sctp => "sctp",
                Layer::Udp => "udp",
                Layer::Tcp => "tcp",
            };
            let mut line = format!(
                "{}     {} > {} {layer} ",
                Clock(packet.at),
                packet.from,
                packet.to
            );
            for octet in packet.octets {
                let _ = write!(line, "{octet:02x}");
            }
            inner.lines.push(line);
        }
    }

    /// Returns a digest of all packets and events.
    pub fn digest(&self) -> u64 {
        self.inner.borrow().digest.finish()
    }

    /// Returns the number of packets, lost ones included.
    pub fn packets(&self) -> u64 {
        self.inner.borrow().packets
    }

    /// Returns the lines that were kept.
    pub fn lines(&self) -> Vec<String> {
        self.inner.borrow().lines.clone()
    }

    /// Calls `run` while the logs of this thread go to [`overhear`](Self::overhear).
    pub(super) fn listening<T>(&self, run: impl FnOnce() -> T) -> T {
        if self.keep == Keep::Digest {
            return run();
        }
        SAID.with(|said| said.borrow_mut().clear());
        let subscriber = tracing_subscriber::registry().with(Overhearing);
        tracing::subscriber::with_default(subscriber, run)
    }
}

/// Virtual time, in a column of fixed width.
struct Clock(Duration);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:13.6}", self.0.as_secs_f64())
    }
}

thread_local! {
    /// A run is on one thread, and `tracing` has no other way to hand a line back.
    static SAID: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct Overhearing;

impl<S: Subscriber> SubscriberLayer<S> for Overhearing {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        SAID.with(|said| said.borrow_mut().push(line.0));
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
