//! Settings from a TOML file or from the flags of a command line, each one defined once.
//!
//! The macro `settings!` defines the struct of a role's settings. With the feature `cli` each setting is a flag of
//! the same name too (`clap::Args`); without it, this crate knows nothing of command lines.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// Defines settings: absent until they are set, keys in a file are the names of the fields in kebab-case.
/// The doc comment of a field is the text of `--help`; `arg` is for clap.
macro_rules! settings {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $(
                $(#[doc = $doc:tt])+
                #[arg($($arg:tt)*)]
                $(#[serde($($serde:tt)*)])?
                pub $field:ident: Option<$type:ty>,
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, serde::Deserialize)]
        #[cfg_attr(feature = "cli", derive(clap::Args))]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[doc = $doc])+
                #[cfg_attr(feature = "cli", arg($($arg)*))]
                $(#[serde($($serde)*)])?
                pub $field: Option<$type>,
            )+
        }

        impl $name {
            /// Reads a TOML file.
            ///
            /// # Errors
            /// The file cannot be read, or has a key or value that cannot be used.
            pub fn read(path: &std::path::Path) -> Result<Self, $crate::settings::SettingsError> {
                $crate::settings::read(path)
            }

            /// Parses the text of a TOML file; `path` is for errors.
            ///
            /// # Errors
            /// The text has a key or value that cannot be used.
            pub fn parse(
                text: &str,
                path: &std::path::Path,
            ) -> Result<Self, $crate::settings::SettingsError> {
                $crate::settings::parse(text, path)
            }

            /// Returns these settings; where one is absent, that of `under`.
            pub fn over(self, under: Self) -> Self {
                Self { $($field: self.$field.or(under.$field)),+ }
            }
        }
    };
}
pub(crate) use settings;

/// Reads settings from a TOML file.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|error| SettingsError {
        file: path.to_owned(),
        line: None,
        key: None,
        why: error.to_string(),
    })?;
    parse(&text, path)
}

/// Reads settings from the text of a TOML file; `path` is for errors.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T, SettingsError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map(|span| span.start.min(text.len()));
        let line = at.map(|at| text[..at].matches('\n').count() + 1);
        let key = line
            .and_then(|line| text.lines().nth(line - 1))
            .and_then(|line| line.split_once('='))
            .map(|(key, _)| key.trim().to_owned());
        SettingsError {
            file: path.to_owned(),
            line,
            key,
            why: error.message().to_owned(),
        }
    })
}

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The key on that line.
    pub key: Option<String>,
    /// The reason.
    pub why: String,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ": {key}")?;
        }
        write!(f, ": {}", self.why)
    }
}

impl std::error::Error for SettingsError {}
