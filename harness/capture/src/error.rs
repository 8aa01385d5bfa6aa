//! What can end the reading of a capture.

use std::io;

/// Why a capture could not be read to its end. All messages before that point have been handed over.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file does not begin like a capture.
    #[error("not a capture: {0}")]
    NotACapture(&'static str),
    /// The file ends inside a record.
    #[error(
        "cut off at offset {offset}, inside record {record}: {missing} more octets were announced"
    )]
    CutOff {
        /// Offset of the record that is not whole.
        offset: u64,
        /// Its number, from 1: the frame number for pcap, the block number for pcapng.
        record: u64,
        /// How many octets are missing at least.
        missing: u64,
    },
    /// A record contradicts the format, so what follows cannot be found.
    #[error("broken at offset {offset}, record {record}: {what}")]
    Broken {
        /// Offset of the record.
        offset: u64,
        /// Its number, from 1: the frame number for pcap, the block number for pcapng.
        record: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The operating system could not read on.
    #[error("cannot read: {0}")]
    Io(#[from] io::Error),
}
