//! From the words of the transport to the words of the test kit.

use rsp_transport::DownKind;
use rspcheck_testkit::{Change, WorldError};

/// How an end of an association is told.
pub(crate) fn change_of(kind: DownKind) -> Change {
    match kind {
        DownKind::Closed => Change::Closed,
        DownKind::Lost => Change::Lost,
        DownKind::Aborted => Change::Aborted,
        DownKind::Refused => Change::Refused,
        DownKind::Unreachable => Change::Unreachable,
    }
}

/// An error of a socket call is an error of our side.
pub(crate) fn environment(error: std::io::Error) -> WorldError {
    WorldError::Environment(error.to_string())
}
