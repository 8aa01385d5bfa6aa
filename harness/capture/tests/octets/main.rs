//! What the recorded captures do not have: octets made here, layer by layer.

mod build;
mod files;
mod links;
mod sctp;
mod tcp;
mod writer;
