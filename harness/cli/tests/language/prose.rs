//! Finds the prose of a file: comments, string literals, the text of documents.

/// The kind of prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A comment in code; `first` where a doc comment begins.
    Comment {
        /// True if the line opens a doc comment.
        first: bool,
    },
    /// A string literal, or a value of a TOML file.
    Text,
    /// A line of a document.
    Document,
}

/// One line of prose.
#[derive(Clone, Debug)]
pub(crate) struct Prose {
    /// Its line in the file, from 1.
    pub line: usize,
    /// Its kind.
    pub kind: Kind,
    /// The prose without quotes and comment signs.
    pub text: String,
}

/// Returns the prose of a file, by the ending of its name.
pub(crate) fn of(path: &str, text: &str) -> Vec<Prose> {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("rs") => of_rust(text),
        Some("toml") => of_hashed(text, true),
        Some("sh") => of_hashed(text, false),
        Some("md") => of_document(text),
        _ if path.starts_with(".ci/") => of_hashed(text, true),
        _ => Vec::new(),
    }
}

fn of_document(text: &str) -> Vec<Prose> {
    let lines = (1..).zip(text.lines());
    lines
        .map(|(line, text)| Prose {
            line,
            kind: Kind::Document,
            text: text.to_owned(),
        })
        .collect()
}

/// Returns the comments that begin with `#`, and the quoted values of TOML.
fn of_hashed(text: &str, quoted: bool) -> Vec<Prose> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let (mut open, mut start, mut at_comment) = (None, 0, None);
        for (at, sign) in text.char_indices() {
            match (open, sign) {
                (None, '#') => {
                    at_comment = Some(at);
                    break;
                }
                (None, '"' | '\'') => (open, start) = (Some(sign), at + 1),
                (Some(quote), _) if sign == quote && !text[..at].ends_with('\\') => {
                    open = None;
                    if quoted {
                        let text = text[start..at].to_owned();
                        found.push(Prose {
                            line,
                            kind: Kind::Text,
                            text,
                        });
                    }
                }
                _ => {}
            }
        }
        if let Some(at) = at_comment {
            let text = text[at + 1..].to_owned();
            let kind = Kind::Comment { first: false };
            found.push(Prose { line, kind, text });
        }
    }
    found
}

/// Returns the comments and string literals of Rust. A string of several lines is one piece of prose per line.
fn of_rust(text: &str) -> Vec<Prose> {
    let mut found = Vec::new();
    let (mut rest, mut line, mut doc) = (text, 1, false);
    while let Some(sign) = rest.chars().next() {
        if sign == '\n' {
            line += 1;
        }
        let taken = match sign {
            '/' if rest.starts_with("//") => {
                let end = rest.find('\n').unwrap_or(rest.len());
                let is_doc = rest.starts_with("///") || rest.starts_with("//!");
                let text = rest[..end].trim_start_matches(['/', '!']).to_owned();
                let kind = Kind::Comment {
                    first: is_doc && !doc,
                };
                doc = is_doc;
                found.push(Prose { line, kind, text });
                end
            }
            '/' if rest.starts_with("/*") => {
                let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
                lines(
                    &rest[..end],
                    Kind::Comment { first: false },
                    &mut line,
                    &mut found,
                );
                end
            }
            'r' | 'b' | '"' if string(rest).is_some() => {
                let (open, close, whole) = string(rest).expect("just matched");
                lines(
                    &rest[open..whole - close],
                    Kind::Text,
                    &mut line,
                    &mut found,
                );
                whole
            }
            // A character, so that '"' does not open a string; a lifetime has no second quote.
            '\'' => character(rest).unwrap_or(1),
            'a'..='z' | 'A'..='Z' | '_' => {
                let word = |c: char| !c.is_alphanumeric() && c != '_';
                rest.find(word).unwrap_or(rest.len())
            }
            _ => sign.len_utf8(),
        };
        if !sign.is_whitespace() && !rest.starts_with("//") {
            doc = false;
        }
        rest = &rest[taken..];
    }
    found
}

fn lines(text: &str, kind: Kind, line: &mut usize, found: &mut Vec<Prose>) {
    for (nth, text) in text.split('\n').enumerate() {
        *line += usize::from(nth > 0);
        let text = text.trim_end_matches('\\').to_owned();
        found.push(Prose {
            line: *line,
            kind,
            text,
        });
    }
}

/// Returns the lengths of the opening, of the closing and of all of the string literal with which `rest` begins.
fn string(rest: &str) -> Option<(usize, usize, usize)> {
    let prefix = rest.len() - rest.trim_start_matches(['b', 'r']).len();
    let raw = rest[..prefix].contains('r');
    let hashes = rest[prefix..].len() - rest[prefix..].trim_start_matches('#').len();
    if !rest[prefix + hashes..].starts_with('"') || (hashes > 0 && !raw) || prefix > 2 {
        return None;
    }
    let open = prefix + hashes + 1;
    if raw {
        let close = format!("\"{}", "#".repeat(hashes));
        let end = rest[open..].find(&close)?;
        return Some((open, close.len(), open + end + close.len()));
    }
    let mut escaped = false;
    for (at, sign) in rest[open..].char_indices() {
        match sign {
            '"' if !escaped => return Some((open, 1, open + at + 1)),
            _ => escaped = sign == '\\' && !escaped,
        }
    }
    None
}

/// Returns the length of the character literal with which `rest` begins.
fn character(rest: &str) -> Option<usize> {
    let mut signs = rest.char_indices().skip(1);
    let (_, first) = signs.next()?;
    if first == '\\' {
        let after = rest[3..].find('\'')?;
        return Some(3 + after + 1);
    }
    let (at, second) = signs.next()?;
    (second == '\'').then_some(at + 1)
}

#[test]
fn rust_is_taken_apart_into_comments_and_texts() {
    let source = "/// Opens.\n/// More.\nfn f<'a>() { let c = '\"'; g(\"a \\\" b\", r#\"raw \" c\"#); } // end\n";
    let found: Vec<_> = of_rust(source)
        .into_iter()
        .map(|p| (p.line, p.kind, p.text.trim().to_owned()))
        .collect();
    let comment = |first| Kind::Comment { first };
    let expected = [
        (1, comment(true), "Opens."),
        (2, comment(false), "More."),
        (3, Kind::Text, "a \\\" b"),
        (3, Kind::Text, "raw \" c"),
        (3, comment(false), "end"),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(line, kind, text)| (line, kind, text.to_owned()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn lines_are_counted_through_strings() {
    let found = of_rust("f(\"one\ntwo\");\n// three\n");
    let lines: Vec<_> = found.iter().map(|p| (p.line, p.text.trim())).collect();
    assert_eq!(lines, [(1, "one"), (2, "two"), (3, "three")]);
}

#[test]
fn toml_has_comments_and_values() {
    let found = of_hashed("a = \"x # y\" # z\n", true);
    let texts: Vec<_> = found.iter().map(|p| (p.kind, p.text.trim())).collect();
    let comment = Kind::Comment { first: false };
    assert_eq!(texts, [(Kind::Text, "x # y"), (comment, "z")]);
}
