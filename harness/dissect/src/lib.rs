//! The judge's own decoder and forge for ASAP and ENRP messages (RFC 5352, 5353, 5354, 5356).
//!
//! [`dissect`] reads any octets, valid or not, and returns a tree of their elements and fields together
//! with *every* defect. [`scan`] does the same check without building a tree, for captures of
//! gigabytes. [`forge`] writes any octets, valid or not, addressed by field path.
//!
//! The layouts are data: one row per message, parameter, cause and policy in [`schema`]. The code only
//! walks these rows. This crate is lax where a receiver is strict: after a defect it continues as long
//! as it can still locate the next element. It never panics, its depth is bounded, and its work is
//! linear in the number of octets. It shares nothing with the reference implementation: a judge that shares the codec it
//! judges cannot see its mistakes.
//!
//! Entry points: [`dissect`] and [`Dissection`]; [`forge::registration`] and its neighbours; the rows
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
