//! The requirement catalogue: every normative or testable statement of the RFCs, in our own words.
//!
//! The statements live in `catalogue/*.toml`, one file per RFC, in the order of its text. They are
//! compiled in and parsed once; [`catalogue`] returns all of them, [`crate::id`] has a constant per id.
//! A published id never changes its meaning: a wrong statement is corrected in place or gets another
//! class, a missing one is appended to its section.

use crate::ambiguity::Treatment;
use crate::verdict::Level;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

/// Format name of the catalogue's files.
pub const FORMAT: &str = "rspcheck-catalogue/1";

const FILES: [(&str, &str); 5] = [
    ("rfc5352.toml", include_str!("../catalogue/rfc5352.toml")),
    ("rfc5353.toml", include_str!("../catalogue/rfc5353.toml")),
    ("rfc5354.toml", include_str!("../catalogue/rfc5354.toml")),
    ("rfc5355.toml", include_str!("../catalogue/rfc5355.toml")),
    ("rfc5356.toml", include_str!("../catalogue/rfc5356.toml")),
];

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let files = FILES.iter().map(|(name, text)| {
        parse(text).unwrap_or_else(|wrong| {
            panic!("catalogue/{name}, which is compiled in, is invalid: {wrong}")
        })
    });
    Catalogue::of(files.collect())
});

/// Returns the catalogue of all RFCs.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

/// Returns the requirement with this id, for example `R5352_3_1_23`.
pub fn get(id: &str) -> Option<&'static Requirement> {
    CATALOGUE.get(id)
}

/// Id of a requirement: `R`, the RFC, the section and the ordinal in the section, for example
/// `R5352_3_1_23`. The constants are in [`crate::id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ReqId(pub &'static str);

impl ReqId {
    /// Returns the requirement with this id.
    ///
    /// # Panics
    /// Panics if the catalogue does not contain the id; it contains all ids of [`crate::id`].
    pub fn requirement(self) -> &'static Requirement {
        get(self.0).unwrap_or_else(|| panic!("{} is not an id of the catalogue", self.0))
    }
}

impl fmt::Display for ReqId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

/// Requirement of an RFC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Id.
    pub id: ReqId,
    /// RFC number.
    pub rfc: u16,
    /// Section, as in `3.12.6`.
    pub section: String,
    /// Position in the section, from 1.
    pub ordinal: u16,
    /// Requirement level: MUST, SHOULD or MAY.
    pub level: Level,
    /// Origin of the level.
    pub basis: Basis,
    /// Roles that the requirement binds.
    pub roles: Vec<Role>,
    /// Short title, at most 60 characters, as printed beside the id in cases and lists.
    pub title: String,
    /// Statement in our own words, one sentence.
    pub statement: String,
    /// Treatment by the suite.
    pub class: Class,
    /// Reason why the suite does not test it; always present if [`Class::needs_reason`].
    pub reason: Option<String>,
    /// Ways in which the suite tests it, or will test it.
    pub how: Vec<How>,
    /// Ambiguity that affects it, an id of [`mod@crate::ambiguity`].
    pub ambiguity: Option<String>,
    /// Treatment of that ambiguity for this requirement, where it differs from the ambiguity's own: an ambiguity can
    /// leave one detail open while every reading demands another.
    pub treatment: Option<Treatment>,
}

impl Requirement {
    /// Returns `true` if the requirement binds `role`. A statement on formats ([`Role::Any`]) binds all.
    pub fn binds(&self, role: Role) -> bool {
        self.roles.contains(&role) || self.roles.contains(&Role::Any)
    }
}

/// Origin of a requirement's level.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// An upper-case key word in the statement, in the sentence that introduces its list, or in another section that
    /// requires the same.
    #[default]
    Keyword,
    /// A layout, a number space, or the meaning of a field: a receiver that reads the message by the RFC cannot decode
    /// it otherwise, or is misled by it.
    Format,
    /// Plain text without a key word; the level is our reading of it, and a breach is at most a deviation
    /// ([`mod@crate::effect`]).
    Text,
}

/// Role that a requirement binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The registrar (ENRP server).
    Registrar,
    /// The pool element.
    Pe,
    /// The pool user.
    Pu,
    /// Every sender and receiver of messages.
    Any,
}

impl Role {
    /// Returns the word used in files.
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

/// Treatment of a requirement by the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A case, a monitor or a vector tests it.
    Tested,
    /// It is testable but not yet tested.
    Open,
    /// It cannot be observed from outside the target.
    Untestable,
    /// It binds only roles that this suite does not test.
    OtherRole,
    /// Another requirement states the same; the reason names it.
    Duplicate,
    /// The RFC's text is wrong or contradicts itself; the reason states how the suite reads it.
    Defect,
}

impl Class {
    /// All classes.
    pub const ALL: [Class; 6] = [
        Class::Tested,
        Class::Open,
        Class::Untestable,
        Class::OtherRole,
        Class::Duplicate,
        Class::Defect,
    ];

    /// Returns `true` if a requirement of this class must state why it is not tested. [`Class::Open`]
    /// needs no reason: it states how the suite will test it.
    pub fn needs_reason(self) -> bool {
        match self {
            Class::Tested | Class::Open => false,
            Class::Untestable | Class::OtherRole | Class::Duplicate | Class::Defect => true,
        }
    }

    /// Returns the word used in files.
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

/// Way in which a requirement is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// A case has this purpose.
    Case,
    /// A monitor checks every message of the target, in runs and in captures.
    Monitor,
    /// A codec gets golden octets.
    Vector,
}

/// RFC of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rfc {
    /// Number.
    pub number: u16,
    /// Title, abridged.
    pub title: String,
    /// Sections that have requirements, in order: number and title.
    pub sections: Vec<(String, String)>,
}

/// All requirements, in order of RFC, section and ordinal.
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

    /// Returns the RFCs, in order.
    pub fn rfcs(&self) -> &[Rfc] {
        &self.rfcs
    }

    /// Returns all requirements, in order.
    pub fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// Returns the requirement with this id.
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.by_id.get(id).map(|&at| &self.requirements[at])
    }

    /// Returns the requirements of one section (not of its subsections), in order.
    pub fn section<'a>(
        &'a self,
        rfc: u16,
        section: &'a str,
    ) -> impl Iterator<Item = &'a Requirement> {
        let of_section = move |r: &&Requirement| r.rfc == rfc && r.section == section;
        self.requirements.iter().filter(of_section)
    }

    /// Returns the sections in order, each with its RFC, number, title and requirements.
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
    treatment: Option<Treatment>,
}

/// [`Level`] as the catalogue's files write it, in lower case.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Must,
    Should,
    May,
}

/// Parses one file. The tests check the rules that a file can break without failing to parse.
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
            treatment: entry.treatment,
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

/// Splits an id such as `R5352_3_1_23` into RFC, section and ordinal.
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

/// Parses a number without sign and leading zero.
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
