//! Associations under the identities of the stack and of the engines, which have equal numbers.

use rsp_proto::Assoc;
use rsp_transport::AssocId;

/// Returns the engine's identity of an association of the stack.
pub(crate) fn engine_side(assoc: AssocId) -> Assoc {
    Assoc(assoc.0)
}

/// Returns the stack's identity of an association of the engine.
pub(crate) fn stack_side(assoc: Assoc) -> AssocId {
    AssocId(assoc.0)
}
