//! Errors that end the reading of a capture.

use std::io;

/// The reason why a capture was not read to its end. All messages before that point have been yielded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file does not begin like a capture.
    #[error("not a capture: {0}")]
    NotACapture(&'static str),
    /// The file ends inside a record: it was cut off.
    #[error(
        "cut off at offset {offset}, inside record {record}: at least {missing} octets are missing"
    )]
    CutOff {
        /// Offset of the incomplete record, in octets from the start of the file.
        offset: u64,
        /// Its number, from 1: the frame number for pcap, the block number for pcapng.
        record: u64,
        /// Number of octets that are missing at least.
        missing: u64,
    },
    /// A record contradicts the format, so the next one cannot be found.
    #[error("broken at offset {offset}, record {record}: {what}")]
    Broken {
        /// Offset of the record, in octets from the start of the file.
        offset: u64,
        /// Its number, from 1: the frame number for pcap, the block number for pcapng.
        record: u64,
        /// The contradiction.
        what: &'static str,
    },
    /// The operating system reported an error.
    #[error("cannot read: {0}")]
    Io(#[from] io::Error),
}
