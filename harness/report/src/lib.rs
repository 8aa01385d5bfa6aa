//! Reports of a run, and its exit code.
//!
//! Every report is a pure function of a [`Report`], which contains the run's record, its events and the
//! catalogue: [`text`] is for people at a terminal, [`markdown`] for a forge, [`junit`] for a build server,
//! [`json`] for programs. [`RunDir`] reads the record of a run from its directory. [`exit_code`] is
//! the exit code of the process that ran it.
//!
//! This crate never judges a message: it renders the verdicts of the run. It contains no message format; a
//! caller passes an [`Annotate`] to have the fields of a hexdump named.

mod area;
mod block;
mod coverage;
mod folding;
mod hexdump;
mod json;
mod judge;
mod junit;
mod load;
mod markdown;
mod place;
mod text;

pub use area::{Area, area_of, areas, section_slug, section_title};
pub use coverage::{Coverage, LevelCoverage, Standing as RequirementStanding, coverage};
pub use hexdump::{Span, hexdump};
pub use json::{FORMAT as JSON_FORMAT, json};
pub use judge::{Options, Standing, Totals, exit_code, exit_meaning};
pub use junit::junit;
pub use load::{LoadError, RunDir};
pub use markdown::markdown;
pub use place::{citation, clean, clean_lines, plain};
pub use text::text;

use rspcheck_spec::catalogue::{Catalogue, Requirement, Rfc};
use rspcheck_spec::event::{Event, Traffic};
use rspcheck_spec::run::Run;

/// Function that returns the events of a case, in order.
pub type Events<'a> = &'a dyn Fn(&str) -> Result<Vec<Event>, LoadError>;

/// Function that returns the fields of a message for its hexdump.
pub type Annotate<'a> = &'a dyn Fn(&Traffic) -> Vec<Span>;

/// Input of a report.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The record of the run.
    pub run: &'a Run,
    /// The requirements of the RFCs.
    pub statements: Statements<'a>,
    /// The events of each case.
    pub events: Events<'a>,
    /// Fields for hexdumps; `&|_| Vec::new()` for none.
    pub annotate: Annotate<'a>,
    /// The run's directory as shown to people, the prefix of a case's files.
    pub place: Option<&'a str>,
    /// Options for judging the run as a whole.
    pub options: Options,
    /// True if the text's table has a row for every section, also for those that passed.
    pub verbose: bool,
    /// Notes on the record itself, as in "the last line was cut off".
    pub notes: &'a [String],
}

/// Part of the catalogue that reports need.
#[derive(Clone, Copy, Debug)]
pub struct Statements<'a> {
    /// The RFCs with the titles of their sections.
    pub rfcs: &'a [Rfc],
    /// All requirements.
    pub requirements: &'a [Requirement],
}

impl<'a> Statements<'a> {
    /// Returns the requirement with this id.
    pub fn find(&self, id: &str) -> Option<&'a Requirement> {
        self.requirements.iter().find(|r| r.id.0 == id)
    }
}

impl<'a> From<&'a Catalogue> for Statements<'a> {
    fn from(catalogue: &'a Catalogue) -> Self {
        Statements {
            rfcs: catalogue.rfcs(),
            requirements: catalogue.requirements(),
        }
    }
}
