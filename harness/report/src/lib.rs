//! Reports of a run, and its exit code.
//!
//! Every report is a pure function of the run's record, its events and the catalogue, all gathered in
//! [`Report`]: [`text`] for people at a terminal, [`markdown`] for a forge, [`junit`] for a build server,
//! [`json`] for programs. [`RunDir`] reads the record of a run from its directory. [`exit_code`] is
//! the exit code of the process that ran it.
//!
//! This crate never judges a message: it renders verdicts that were given while the run went on. It knows
//! no message format either; a caller that wants the fields of a hexdump named passes an [`Annotate`].

mod area;
mod block;
mod coverage;
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
pub use place::{citation, clean, plain};
pub use text::text;

use rspcheck_spec::catalogue::{Catalogue, Requirement, Rfc};
use rspcheck_spec::event::{Event, Traffic};
use rspcheck_spec::run::Run;

/// Gives the events of a case, in order.
pub type Events<'a> = &'a dyn Fn(&str) -> Result<Vec<Event>, LoadError>;

/// Names the fields of a message, so that its hexdump can be read.
pub type Annotate<'a> = &'a dyn Fn(&Traffic) -> Vec<Span>;

/// Everything a report is made of.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The record of the run.
    pub run: &'a Run,
    /// The requirements of the RFCs.
    pub statements: Statements<'a>,
    /// The events of each case.
    pub events: Events<'a>,
    /// Field names for hexdumps; `&|_| Vec::new()` where there are none.
    pub annotate: Annotate<'a>,
    /// The run's directory as people write it, put before the files of a case.
    pub place: Option<&'a str>,
    /// Options for judging the run as a whole.
    pub options: Options,
    /// Shows every section in the text's table, also those that passed.
    pub verbose: bool,
    /// Notes on the record itself, as in "the last line was cut off".
    pub notes: &'a [String],
}

/// The catalogue, as far as reports need it.
#[derive(Clone, Copy, Debug)]
pub struct Statements<'a> {
    /// The RFCs with the titles of their sections.
    pub rfcs: &'a [Rfc],
    /// Every requirement.
    pub requirements: &'a [Requirement],
}

impl<'a> Statements<'a> {
    /// The requirement of this id.
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
