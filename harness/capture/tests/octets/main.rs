//! Packets that the recorded captures lack, made here layer by layer.

mod build;
mod files;
mod links;
mod sctp;
mod tcp;
mod writer;
