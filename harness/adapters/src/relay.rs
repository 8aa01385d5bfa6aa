//! The relay between the instances of a live target: it carries the UDP datagrams with their SCTP, and changes no octet.
//!
//! Instance `i` has the address `A_i`, and receives SCTP in UDP at a port of its own. It looks for the SCTP of its peers
//! at another port `P`, which the relay has at the address of every instance. A datagram that arrives at `A_j:P` from
//! `A_i` goes from the relay's socket `A_i:P` to the own port of `j`, so that `j` sees the address of `i` and answers to
//! `A_i:P`, which is the relay again. Players of the harness and instances reach each other without it.
//!
//! The relay has a thread, so that it carries packets while a case does not wait. A wait of the case carries those that
//! have come as well: what an instance has sent to another one before a message to a player is then known before that
//! message.

mod switch;

use rspcheck_testkit::{Disturbance, Instance, Link};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
pub(crate) use switch::Exchanged;
use switch::Switch;
use tokio::sync::Notify;

/// Period at which the thread looks at the clock, so that its lateness is known with this accuracy.
const TICK: Duration = Duration::from_millis(10);
/// Octets of the longest UDP datagram.
const DATAGRAM: usize = 65_535;
/// Datagrams of one socket that are carried before the others have their turn.
const TURN: usize = 64;
/// Turns of all sockets after which the relay looks at the clock.
const ROUNDS: usize = 16;

/// The relay of one world. Dropping it ends its thread and frees its addresses.
#[derive(Debug)]
pub(crate) struct Relay {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    switch: Mutex<Switch>,
    /// One for each instance, at its address.
    sockets: Vec<(IpAddr, UdpSocket)>,
    over: AtomicBool,
    /// Notified when there is a message to take.
    news: Notify,
}

impl Relay {
    /// Starts a relay with these sockets, one at the address of each instance, all with the same port.
    ///
    /// # Errors
    /// Those of the operating system about sockets and threads.
    pub(crate) fn start(sockets: Vec<(IpAddr, UdpSocket)>) -> io::Result<Relay> {
        for (_, socket) in &sockets {
            socket.set_nonblocking(true)?;
        }
        let addresses = sockets.iter().map(|(ip, _)| *ip).collect();
        let shared = Arc::new(Shared {
            switch: Mutex::new(Switch::new(addresses, clock())),
            sockets,
            over: AtomicBool::new(false),
            news: Notify::new(),
        });
        let carrying = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("relay".to_owned())
            .spawn(move || carrying.run())?;
        Ok(Relay {
            shared,
            thread: Some(thread),
        })
    }

    /// Sets the UDP port at which an instance receives SCTP.
    pub(crate) fn set_port(&self, instance: Instance, udp_port: u16) {
        self.shared.lock().set_port(instance, udp_port);
    }

    /// Cuts two instances off from each other, with the packets on their way, or connects them again.
    pub(crate) fn link(&self, a: Instance, b: Instance, link: Link) {
        // Packets that came before belong to the old state.
        self.shared.carry();
        self.shared.lock().link(a, b, link);
    }

    /// Disturbs some packets from now on.
    pub(crate) fn disturb(&self, disturbance: Disturbance) {
        self.shared.carry();
        self.shared.lock().disturb(disturbance);
    }

    /// Carries everything that has come, and takes the messages that have got through since the last call, in order.
    ///
    /// # Errors
    /// A sentence if there were more than the relay keeps.
    pub(crate) fn take(&self) -> Result<Vec<Exchanged>, String> {
        self.shared.carry();
        self.shared.lock().take()
    }

    /// Waits until there may be a message to take.
    pub(crate) async fn news(&self) {
        self.shared.news.notified().await;
    }

    /// Returns the greatest lateness of the relay since the last call.
    pub(crate) fn take_lateness(&self) -> Duration {
        self.shared.lock().take_lateness(clock(), TICK)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported already.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Switch> {
        self.switch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries packets until the relay is over.
    fn run(&self) {
        while !self.over.load(Ordering::Relaxed) {
            let due = self.carry();
            let now = clock();
            let wait = due.map_or(TICK, |due| due.saturating_duration_since(now).min(TICK));
            let until = now + wait;
            self.wait(wait);
            self.lock().served(clock(), until);
        }
    }

    /// Waits until a datagram has come, or for this time.
    fn wait(&self, wait: Duration) {
        let sockets = self.sockets.iter();
        let mut polled: Vec<PollFd<'_>> = sockets
            .map(|(_, socket)| PollFd::new(socket, PollFlags::IN))
            .collect();
        let timeout = Timespec {
            tv_sec: 0,
            // A tick is shorter than a second.
            tv_nsec: i64::from(wait.subsec_nanos()),
        };
        // An error is an interruption, after which the next turn waits again.
        let _ = poll(&mut polled, Some(&timeout));
    }

    /// Carries every datagram that has come, and those whose delay is over. Returns the time at which the next delay is
    /// over.
    fn carry(&self) -> Option<Instant> {
        let mut switch = self.lock();
        let mut buffer = [0; DATAGRAM];
        let mut send = |from: Instance, to: SocketAddr, packet: &[u8]| {
            // A packet that cannot be sent is lost, as on any network.
            let _ = self.sockets[from.index()].1.send_to(packet, to);
        };
        for _ in 0..ROUNDS {
            let mut came = false;
            for (nth, (_, socket)) in self.sockets.iter().enumerate() {
                for _ in 0..TURN {
                    let Ok((length, from)) = socket.recv_from(&mut buffer) else {
                        break;
                    };
                    came = true;
                    let packet = &buffer[..length];
                    switch.arrives(clock(), from.ip(), nth, packet, &mut send);
                }
            }
            switch.release(clock(), &mut send);
            if !came {
                break;
            }
        }
        if switch.has_news() {
            self.news.notify_one();
        }
        switch.due()
    }
}

#[expect(clippy::disallowed_methods, reason = "a live target runs on wall time")]
fn clock() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests;
