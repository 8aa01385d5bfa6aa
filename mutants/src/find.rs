//! Mutants of one source file: places and the texts that take effect there.

mod expressions;
mod items;

use proc_macro2::Span;
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::Visit;

/// One mutant.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    /// Path of the file below the root of the project.
    pub(crate) file: String,
    /// First line of the place in the file.
    pub(crate) line: usize,
    /// Function with its type, as in `Enrp::on_checksum`.
    pub(crate) function: String,
    /// The change, as in `replace < by <=`.
    pub(crate) change: String,
    /// Source text of the place, shortened.
    pub(crate) text: String,
    /// Number among the mutants of the function with the same change and text.
    pub(crate) nth: usize,
    /// Octets of the file around which the texts are inserted.
    pub(crate) at: Range<usize>,
    /// Text before the place; the number of the mutant replaces `{N}`.
    before: String,
    after: &'static str,
}

impl Mutant {
    /// Returns a name that stays the same while its function does.
    pub(crate) fn key(&self) -> String {
        let Mutant {
            file,
            function,
            change,
            text,
            nth,
            ..
        } = self;
        let nth = if *nth == 0 {
            String::new()
        } else {
            format!(" #{}", nth + 1)
        };
        format!("{file}: {function}: {change}: {text}{nth}")
    }

    /// Returns the text to insert before the place.
    pub(crate) fn before(&self, number: u32) -> String {
        let is = format!("::rspcheck_mutants_switch::is({number})");
        self.before.replace("{IS}", &is)
    }

    /// Returns the text to insert after the place.
    pub(crate) fn after(&self) -> &'static str {
        self.after
    }
}

/// Returns all mutants of a file.
pub(crate) fn in_file(file: &str, source: &str) -> syn::Result<Vec<Mutant>> {
    let mut finder = Finder {
        file,
        source,
        scope: Vec::new(),
        is_unit: false,
        found: Vec::new(),
    };
    finder.visit_file(&syn::parse_file(source)?);
    let mut found = finder.found;
    for nth in 0..found.len() {
        let same = |other: &&Mutant| {
            let one: &Mutant = &found[nth];
            (&one.function, &one.change, &one.text) == (&other.function, &other.change, &other.text)
        };
        found[nth].nth = found[..nth].iter().filter(same).count();
    }
    Ok(found)
}

struct Finder<'a> {
    file: &'a str,
    source: &'a str,
    /// Types and functions around the place.
    scope: Vec<String>,
    /// True in a function without a return type.
    is_unit: bool,
    found: Vec<Mutant>,
}

impl Finder<'_> {
    fn text(&self, of: &impl Spanned) -> &str {
        &self.source[of.span().byte_range()]
    }

    fn push(&mut self, at: Span, change: impl Into<String>, before: String, after: &'static str) {
        self.push_at(at.byte_range(), at.byte_range(), change, before, after);
    }

    fn push_at(
        &mut self,
        at: Range<usize>,
        shown: Range<usize>,
        change: impl Into<String>,
        before: String,
        after: &'static str,
    ) {
        if self.scope.is_empty() {
            return;
        }
        let text = self.source[shown]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let text = match text.char_indices().nth(70) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        };
        self.found.push(Mutant {
            file: self.file.to_owned(),
            line: self.source[..at.start].matches('\n').count() + 1,
            function: self.scope.join("::"),
            change: change.into(),
            text,
            nth: 0,
            at,
            before,
            after,
        });
    }

    /// An expression that has another value.
    fn instead(&mut self, of: &impl Spanned, change: impl Into<String>, other: &str) {
        let before = format!("(if {{IS}} {{ {other} }} else {{ ");
        self.push(of.span(), change, before, " })");
    }

    /// A statement that is left out.
    fn without(&mut self, of: &impl Spanned, change: &str) {
        self.push(of.span(), change, "if !{IS} { ".to_owned(), " }");
    }
}
