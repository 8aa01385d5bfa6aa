//! The pool user: it resolves pool handles, and holds sessions with pools that outlive their pool elements.

pub mod settings;

pub use settings::Settings;
