//! Reads vector files. An error names file, line and vector; unknown keys are errors.

use crate::model::Vector;
use crate::raw;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Error in reading vectors.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file or directory cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
    /// A file has wrong content.
    #[error("{file}:{line}: {}{what}", vector.as_deref().map(|id| format!("vector \"{id}\": ")).unwrap_or_default())]
    Wrong {
        /// The file.
        file: String,
        /// Line in the file, from 1.
        line: usize,
        /// Id of the vector that is wrong, if the error lies in one whose id can be read.
        vector: Option<String>,
        /// The error, in a sentence.
        what: String,
    },
    /// The paths contain no vector file.
    #[error("no vector file (*.toml) in {}", paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "))]
    Empty {
        /// The searched files and directories.
        paths: Vec<PathBuf>,
    },
}

/// Reads the vectors of files, and of all files `*.toml` below directories, in the order of paths and names.
///
/// # Errors
///
/// If a path cannot be read, no vector file is found, or a file is wrong.
pub fn paths(paths: &[PathBuf]) -> Result<Vec<Vector>, LoadError> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    if files.is_empty() {
        return Err(LoadError::Empty {
            paths: paths.to_vec(),
        });
    }
    let mut sources = Vec::new();
    for path in files {
        match fs::read_to_string(&path) {
            Ok(text) => sources.push((path, text)),
            Err(source) => return Err(LoadError::Unreadable { path, source }),
        }
    }
    texts(
        sources
            .iter()
            .map(|(path, text)| (path.as_path(), text.as_str())),
    )
}

/// Reads the vectors of files given as path and text.
///
/// # Errors
///
/// [`LoadError::Wrong`] for the first file that is wrong.
pub fn texts<'a>(
    files: impl IntoIterator<Item = (&'a Path, &'a str)>,
) -> Result<Vec<Vector>, LoadError> {
    let mut vectors: Vec<Vector> = Vec::new();
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in files {
        for (line, vector) in file(path, text)? {
            if let Some(place) = places.insert(vector.id.clone(), vector.place.clone()) {
                let what = format!("{place} has a vector of this id already");
                return Err(wrong(path, line, Some(vector.id), what));
            }
            vectors.push(vector);
        }
    }
    Ok(vectors)
}

fn file(path: &Path, text: &str) -> Result<Vec<(usize, Vector)>, LoadError> {
    let line_of = |offset: usize| 1 + text[..offset.min(text.len())].matches('\n').count();
    let file: raw::File = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        wrong(
            path,
            line_of(offset),
            id_before(text, offset),
            error.message().to_owned(),
        )
    })?;
    if file.format.as_ref() != raw::FORMAT {
        let what = format!(
            "format is \"{}\", not \"{}\"",
            file.format.as_ref(),
            raw::FORMAT
        );
        return Err(wrong(path, line_of(file.format.span().start), None, what));
    }
    if file.vector.is_empty() {
        return Err(wrong(
            path,
            1,
            None,
            "the file has no [[vector]]".to_owned(),
        ));
    }
    let prefix = prefix(path);
    let resolve = |raw: &toml::Spanned<raw::RawVector>| {
        let line = line_of(raw.span().start);
        let id = &raw.as_ref().id;
        let resolved = raw.as_ref().resolve(file.protocol, &file.vector);
        let mut vector = resolved.map_err(|what| wrong(path, line, Some(id.clone()), what))?;
        vector.id = format!("{prefix}/{id}");
        vector.place = format!("{}:{line}", path.display());
        Ok((line, vector))
    };
    file.vector.iter().map(resolve).collect()
}

/// Returns the last directory and the stem of a path: `asap/registration` for `…/asap/registration.toml`.
fn prefix(path: &Path) -> String {
    let name =
        |part: Option<&std::ffi::OsStr>| part.map(|part| part.to_string_lossy().into_owned());
    let stem = name(path.file_stem()).unwrap_or_default();
    match name(path.parent().and_then(Path::file_name)) {
        Some(directory) => format!("{directory}/{stem}"),
        None => stem,
    }
}

/// Returns the id of the vector that contains `offset`, for an error in a text that TOML cannot be read from.
fn id_before(text: &str, offset: usize) -> Option<String> {
    let start = text.get(..offset)?.rfind("[[vector]]")?;
    let own = &text[start + 1..];
    let own = &own[..own.find("[[vector]]").unwrap_or(own.len())];
    let line = own
        .lines()
        .find(|line| line.trim_start().starts_with("id"))?;
    Some(line.split('"').nth(1)?.to_owned())
}

fn wrong(path: &Path, line: usize, vector: Option<String>, what: String) -> LoadError {
    LoadError::Wrong {
        file: path.display().to_string(),
        line,
        vector,
        what,
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), LoadError> {
    let unreadable = |source| LoadError::Unreadable {
        path: path.to_owned(),
        source,
    };
    if !fs::metadata(path).map_err(unreadable)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).map_err(unreadable)?;
    let mut below = Vec::new();
    for entry in entries {
        below.push(entry.map_err(unreadable)?.path());
    }
    below.sort();
    for path in below {
        let is_vectors = path
            .extension()
            .is_some_and(|extension| extension == "toml");
        if path.is_dir() || is_vectors {
            collect(&path, files)?;
        }
    }
    Ok(())
}
