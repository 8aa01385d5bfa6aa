//! Settings of a stack's SCTP.

use dcsctp::api::Options;
use std::time::Duration;

/// Protocol parameters (RFC 9260 §16) and limits, the same for every stack.
///
/// The defaults are the RFC's, except for `RTO.Min`, which is 400 ms instead of 1 s. They detect a dead peer
/// within minutes; shorter heartbeats and RTO and fewer retransmissions detect it sooner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SctpOptions {
    /// `RTO.Initial`; also the first timeout of INIT and COOKIE ECHO.
    pub rto_initial: Duration,
    /// `RTO.Min`.
    pub rto_min: Duration,
    /// `RTO.Max`.
    pub rto_max: Duration,
    /// `HB.interval`, zero for no heartbeats.
    pub heartbeat_interval: Duration,
    /// `Association.Max.Retrans`, and `Path.Max.Retrans` in stacks with several paths.
    pub max_retransmissions: u32,
    /// `Max.Init.Retransmits`.
    pub max_init_retransmits: u32,
    /// Largest SCTP packet that the user-space stack sends.
    pub mtu: usize,
    /// Streams to request and to offer, in each direction.
    pub streams: u16,
    /// Largest user message in either direction. A longer one ends its association.
    pub max_message: usize,
    /// Limit on octets waiting to be sent per association or TCP connection: beyond it, sending is `WouldBlock`.
    /// Kernel SCTP has one such queue for all associations of an endpoint, whose length the system caps.
    pub send_queue: usize,
    /// Limit on associations of one stack; further ones are refused.
    pub max_associations: usize,
    /// Limit on TCP connections of one stack; further ones are reset as soon as they are accepted.
    pub max_connections: usize,
}

impl Default for SctpOptions {
    fn default() -> SctpOptions {
        SctpOptions {
            rto_initial: Duration::from_secs(1),
            rto_min: Duration::from_millis(400),
            rto_max: Duration::from_secs(60),
            heartbeat_interval: Duration::from_secs(30),
            max_retransmissions: 10,
            max_init_retransmits: 8,
            mtu: 1400,
            streams: 16,
            max_message: 1 << 20,
            send_queue: 2_000_000,
            max_associations: 16_384,
            max_connections: 16_384,
        }
    }
}

impl SctpOptions {
    /// Returns options for a network where an answer takes milliseconds: an idle association detects a dead
    /// peer in about two seconds, a set-up an address without a stack in about one.
    pub fn impatient() -> SctpOptions {
        SctpOptions {
            rto_initial: Duration::from_millis(100),
            rto_min: Duration::from_millis(100),
            rto_max: Duration::from_millis(400),
            heartbeat_interval: Duration::from_millis(500),
            max_retransmissions: 3,
            max_init_retransmits: 3,
            ..SctpOptions::default()
        }
    }

    /// Returns the user-space stack's own options for an association between two ports.
    pub(crate) fn for_ports(&self, local: u16, peer: u16) -> Options {
        Options {
            local_port: local,
            remote_port: peer,
            announced_maximum_incoming_streams: self.streams,
            announced_maximum_outgoing_streams: self.streams,
            mtu: self.mtu,
            max_message_size: self.max_message,
            // A message that does not fit below the window's high watermark could never be completed.
            max_receiver_window_buffer_size: self.max_message.saturating_mul(2).max(256 * 1024),
            max_send_buffer_size: self.send_queue,
            per_stream_send_queue_limit: self.send_queue,
            total_buffered_amount_low_threshold: self.send_queue / 2,
            rto_initial: self.rto_initial,
            rto_min: self.rto_min,
            rto_max: self.rto_max,
            t1_init_timeout: self.rto_initial,
            t1_cookie_timeout: self.rto_initial,
            t2_shutdown_timeout: self.rto_initial,
            max_timer_backoff_duration: Some(self.rto_max),
            min_rtt_variance: Duration::from_millis(220).min(self.rto_min / 2),
            heartbeat_interval: self.heartbeat_interval,
            max_retransmissions: Some(self.max_retransmissions),
            max_init_retransmits: Some(self.max_init_retransmits),
            enable_partial_reliability: false,
            enable_message_interleaving: false,
            // The endpoint checks it, because it must distinguish a wrong checksum from one left to the hardware.
            disable_checksum_verification: true,
            ..Options::default()
        }
    }
}
