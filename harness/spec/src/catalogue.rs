//! The requirement catalogue: every normative or testable statement of the RFCs, in our own words.
//!
//! The statements live in `catalogue/*.toml`, one file per RFC, in the order of its text. They are
//! compiled in and parsed once; [`catalogue`] gives the whole, [`crate::id`] a constant for each id.
//! An id, once published, keeps its meaning for ever: a statement that turns out wrong is mended in
//! place or classed anew, a forgotten one goes to the end of its section.

use crate::verdict::Level;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

/// Format name of the catalogue's files.
pub const FORMAT: &str = "rspcheck-catalogue/1";

const FILES: [(&str, &str); 4] = [
    ("rfc5352.toml", include_str!("../catalogue/rfc5352.toml")),
    ("rfc5353.toml", include_str!("../catalogue/rfc5353.toml")),
    ("rfc5354.toml", include_str!("../catalogue/rfc5354.toml")),
    ("rfc5356.toml", include_str!("../catalogue/rfc5356.toml")),
];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let files = FILES.iter().map(|(name, text)| {
        parse(text).unwrap_or_else(|wrong| panic!("catalogue/{name} is compiled in, yet {wrong}"))
    });
    Catalogue::of(files.collect())
});

/// The whole catalogue.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

/// The requirement of this id, as in `R5352_3_1_23`.
pub fn get(id: &str) -> Option<&'static Requirement> {
    CATALOGUE.get(id)
}

/// The id of a requirement: `R`, the RFC, the section and the ordinal in the section, as in
/// `R5352_3_1_23`. The constants are in [`crate::id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ReqId(pub &'static str);

impl ReqId {
    /// The requirement itself.
    ///
    /// # Panics
    /// If the id is not in the catalogue; those of [`crate::id`] are.
    pub fn requirement(self) -> &'static Requirement {
        get(self.0).unwrap_or_else(|| panic!("{} is not an id of the catalogue", self.0))
    }
}

impl fmt::Display for ReqId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Its id.
    pub id: ReqId,
    /// RFC number.
    pub rfc: u16,
    /// Section, as in `3.12.6`.
    pub section: String,
    /// Place in the section, from 1.
    pub ordinal: u16,
    /// How strongly it is asked for.
    pub level: Level,
    /// Where that level comes from.
    pub basis: Basis,
    /// Whom it binds.
    pub roles: Vec<Role>,
    /// Short title, at most 60 characters, as printed beside the id in cases and lists.
    pub title: String,
    /// The statement, in our own words, one sentence.
    pub statement: String,
    /// What the suite does about it.
    pub class: Class,
    /// Why it is not tested; always there where [`Class::needs_reason`].
    pub reason: Option<String>,
    /// How it is tested, or is to be.
    pub how: Vec<How>,
    /// The ambiguity it stands on, an id of [`mod@crate::ambiguity`].
    pub ambiguity: Option<String>,
}

impl Requirement {
    /// Whether it binds this role. A statement on formats ([`Role::Any`]) binds all.
    pub fn binds(&self, role: Role) -> bool {
        self.roles.contains(&role) || self.roles.contains(&Role::Any)
    }
}

/// Where a requirement's level comes from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// An upper-case key word at the statement, or at the head of the list it stands in.
    #[default]
    Keyword,
    /// A layout or a number space: what departs from it is another format.
    Format,
    /// Plain text without a key word; the level is our reading of it.
    Text,
}

/// Whom a requirement binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The registrar (ENRP server).
    Registrar,
    /// The pool element.
    Pe,
    /// The pool user.
    Pu,
    /// Whoever sends or receives messages.
    Any,
}

impl Role {
    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            Role::Registrar => "registrar",
            Role::Pe => "pe",
            Role::Pu => "pu",
            Role::Any => "any",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What the suite does about a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A case, a monitor or a vector judges it.
    Tested,
    /// It can be tested, and is not yet.
    Open,
    /// Nothing that can be seen from outside tells whether it holds.
    Untestable,
    /// It binds a role that this suite does not test.
    OtherRole,
    /// Another requirement says the same; the reason names it.
    Duplicate,
    /// The RFC's text is wrong or contradicts itself; the reason says how it is read.
    Defect,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 6] = [
        Class::Tested,
        Class::Open,
        Class::Untestable,
        Class::OtherRole,
        Class::Duplicate,
        Class::Defect,
    ];

    /// Whether a requirement of this class says why it is not tested. [`Class::Open`] says how it will be.
    pub fn needs_reason(self) -> bool {
        match self {
            Class::Tested | Class::Open => false,
            Class::Untestable | Class::OtherRole | Class::Duplicate | Class::Defect => true,
        }
    }

    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            Class::Tested => "tested",
            Class::Open => "open",
            Class::Untestable => "untestable",
            Class::OtherRole => "other-role",
            Class::Duplicate => "duplicate",
            Class::Defect => "defect",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How a requirement is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// By a case with this purpose.
    Case,
    /// By a look at every message of the target, in runs and in captures.
    Monitor,
    /// By golden octets given to a codec.
    Vector,
}

/// One RFC of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rfc {
    /// Its number.
    pub number: u16,
    /// Its name, shortened.
    pub title: String,
    /// The sections with requirements, in order: number and title.
    pub sections: Vec<(String, String)>,
}

/// Every requirement, in order of RFC, section and ordinal.
#[derive(Debug)]
pub struct Catalogue {
    rfcs: Vec<Rfc>,
    requirements: Vec<Requirement>,
    by_id: BTreeMap<&'static str, usize>,
}

impl Catalogue {
    fn of(files: Vec<(Rfc, Vec<Requirement>)>) -> Self {
        let mut rfcs = Vec::new();
        let mut requirements = Vec::new();
        for (rfc, of_rfc) in files {
            rfcs.push(rfc);
            requirements.extend(of_rfc);
        }
        let by_id = requirements.iter().enumerate();
        let by_id = by_id
            .map(|(at, r): (usize, &Requirement)| (r.id.0, at))
            .collect();
        Self {
            rfcs,
            requirements,
            by_id,
        }
    }

    /// The RFCs, in order.
    pub fn rfcs(&self) -> &[Rfc] {
        &self.rfcs
    }

    /// Every requirement, in order.
    pub fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// The requirement of this id.
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.by_id.get(id).map(|&at| &self.requirements[at])
    }

    /// The requirements of one section (not of its subsections), in order.
    pub fn section<'a>(
        &'a self,
        rfc: u16,
        section: &'a str,
    ) -> impl Iterator<Item = &'a Requirement> {
        let of_section = move |r: &&Requirement| r.rfc == rfc && r.section == section;
        self.requirements.iter().filter(of_section)
    }

    /// The sections in order, each with its RFC, number, title and requirements.
    pub fn by_section(&self) -> impl Iterator<Item = (&Rfc, &str, &str, Vec<&Requirement>)> {
        self.rfcs.iter().flat_map(move |rfc| {
            rfc.sections.iter().map(move |(number, title)| {
                let of_section = self.section(rfc.number, number).collect();
                (rfc, number.as_str(), title.as_str(), of_section)
            })
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    rfc: u16,
    title: String,
    sections: BTreeMap<String, String>,
    requirement: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    level: Word,
    #[serde(default)]
    basis: Basis,
    role: Vec<Role>,
    title: String,
    statement: String,
    class: Class,
    reason: Option<String>,
    #[serde(default)]
    how: Vec<How>,
    ambiguity: Option<String>,
}

/// [`Level`] as the catalogue's files write it, in lower case.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Must,
    Should,
    May,
}

/// Parses one file. What a person can get wrong in it and still parse is checked by the tests.
fn parse(text: &str) -> Result<(Rfc, Vec<Requirement>), String> {
    let file: File = toml::from_str(text).map_err(|wrong| wrong.to_string())?;
    if file.format != FORMAT {
        return Err(format!("its format is {:?}, not {FORMAT:?}", file.format));
    }
    let mut requirements = Vec::with_capacity(file.requirement.len());
    for entry in file.requirement {
        let (rfc, section, ordinal) = parse_id(&entry.id)
            .ok_or_else(|| format!("{:?} is not of the form R5352_3_1_23", entry.id))?;
        requirements.push(Requirement {
            // Once per process and entry, so that an id is a plain copy everywhere.
            id: ReqId(Box::leak(entry.id.into_boxed_str())),
            rfc,
            section,
            ordinal,
            level: match entry.level {
                Word::Must => Level::Must,
                Word::Should => Level::Should,
                Word::May => Level::May,
            },
            basis: entry.basis,
            roles: entry.role,
            title: entry.title,
            statement: entry.statement,
            class: entry.class,
            reason: entry.reason,
            how: entry.how,
            ambiguity: entry.ambiguity,
        });
    }
    let mut sections: Vec<(String, String)> = file.sections.into_iter().collect();
    sections.sort_by_key(|(number, _)| section_order(number));
    Ok((
        Rfc {
            number: file.rfc,
            title: file.title,
            sections,
        },
        requirements,
    ))
}

/// RFC, section and ordinal out of `R5352_3_1_23`.
fn parse_id(id: &str) -> Option<(u16, String, u16)> {
    let mut parts = id.strip_prefix('R')?.split('_').map(number);
    let rfc = parts.next()??;
    let mut rest = parts.collect::<Option<Vec<u16>>>()?;
    let ordinal = rest.pop()?;
    if rest.is_empty() {
        return None;
    }
    let section: Vec<String> = rest.iter().map(u16::to_string).collect();
    Some((rfc, section.join("."), ordinal))
}

/// A number without sign or leading zero.
fn number(text: &str) -> Option<u16> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}

fn section_order(section: &str) -> Vec<u16> {
    section
        .split('.')
        .map(|part| part.parse().unwrap_or(u16::MAX))
        .collect()
}

#[cfg(test)]
mod tests;
