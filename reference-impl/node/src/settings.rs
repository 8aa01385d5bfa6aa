//! Settings that a TOML file or flags of a command line give, each one written down once.
//!
//! [`settings`] makes the struct of a role's settings. With the feature `cli` each setting is a flag of the
//! same name too (`clap::Args`); without it, this crate knows nothing of command lines.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// Defines settings: absent until they are set, with the names of the fields in kebab-case as keys of a file.
/// The doc comment is the text of `--help`, and `arg` is for clap.
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
            /// Reads a file; an error says file, line and key.
            pub fn read(path: &std::path::Path) -> Result<Self, $crate::settings::SettingsError> {
                $crate::settings::read(path)
            }

            /// Parses the text of a file named `path`.
            pub fn parse(
                text: &str,
                path: &std::path::Path,
            ) -> Result<Self, $crate::settings::SettingsError> {
                $crate::settings::parse(text, path)
            }

            /// These settings, and where one is absent that of `under`.
            pub fn over(self, under: Self) -> Self {
                Self { $($field: self.$field.or(under.$field)),+ }
            }
        }
    };
}
pub(crate) use settings;

/// Reads settings of any kind from a TOML file.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, SettingsError> {
    let text = std::fs::read_to_string(path).map_err(|error| SettingsError {
        file: path.to_owned(),
        line: None,
        key: None,
        why: error.to_string(),
    })?;
    parse(&text, path)
}

/// Reads settings of any kind from the text of a file named `path`.
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
    /// Its line, from 1.
    pub line: Option<usize>,
    /// The key on that line.
    pub key: Option<String>,
    /// What is wrong.
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
