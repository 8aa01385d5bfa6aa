//! The judge's own decoder and forge for ASAP and ENRP messages (RFC 5352, 5353, 5354, 5356).
//!
//! [`dissect`] reads any octets, right or wrong, and gives a tree of what stands where together with
//! *every* defect it saw. [`scan`] does the same check without building a tree, for captures of
//! gigabytes. [`forge`] makes any octets, right or wrong, addressed by field path.
//!
//! What a message looks like is data: one row per message, parameter, cause and policy in [`schema`].
//! The code only walks these rows. This crate is lax where a receiver is strict: it goes on after a
//! defect as far as that makes sense. It never panics, its depth is bounded and its work is linear in
//! the octets. It shares nothing with the reference implementation: a judge that shares the codec it
//! judges cannot see its mistakes.
//!
//! Where to enter: [`dissect`] and [`Dissection`]; [`forge::registration`] and its neighbours; the rows
//! in [`schema`].

mod defect;
mod dissection;
pub mod forge;
mod json;
pub mod schema;
mod sink;
mod text;
mod tree;
mod value;
mod walk;

pub use defect::{Defect, Kind, Reaction, Rejection, Severity};
pub use dissection::{Brief, Dissection, dissect, scan};
pub use schema::Protocol;
pub use tree::Node;
pub use value::Value;
