//! The events and errors of the transport as those of the test kit.

use rsp_transport::DownKind;
use rspcheck_testkit::{Change, WorldError};

/// Returns the change that the test kit records for the end of an association.
pub(crate) fn change_of(kind: DownKind) -> Change {
    match kind {
        DownKind::Closed => Change::Closed,
        DownKind::Lost => Change::Lost,
        DownKind::Aborted => Change::Aborted,
        DownKind::Refused => Change::Refused,
        DownKind::Unreachable => Change::Unreachable,
    }
}

/// Returns the error of a socket call as an error of the environment, not of the target.
pub(crate) fn environment(error: std::io::Error) -> WorldError {
    WorldError::Environment(error.to_string())
}
