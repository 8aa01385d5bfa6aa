//! Cases with a block in the report. Of inconclusive cases with one reason, the first has a block, and a line counts
//! the others: an answer that a target does not give can hide the purpose of a hundred cases.

use crate::place::counted;
use crate::text::has_block;
use crate::{Report, Standing};
use rspcheck_spec::run::CaseRun;

/// Case that has a block, with the ids of the cases that are inconclusive for the same reason.
pub(crate) struct Shown<'a> {
    pub(crate) case: &'a CaseRun,
    pub(crate) others: Vec<&'a str>,
}

impl Shown<'_> {
    /// Returns the line that counts the other cases, and names them in a verbose report; `None` without others.
    pub(crate) fn line(&self, verbose: bool) -> Option<String> {
        let others = self.others.len();
        let cases = counted(others, "more case is", "more cases are");
        let line = format!("{cases} inconclusive for this reason");
        match verbose {
            _ if others == 0 => None,
            true => Some(format!("{line}: {}", self.others.join(", "))),
            false => Some(line),
        }
    }
}

/// Returns the cases that have a block, in the order of the record.
pub(crate) fn shown<'a>(report: &Report<'a>) -> Vec<Shown<'a>> {
    let mut shown: Vec<Shown<'a>> = Vec::new();
    for case in report
        .run
        .cases
        .iter()
        .filter(|case| has_block(report, case))
    {
        let same =
            |first: &&mut Shown<'_>| inconclusive(first.case) && first.case.reason == case.reason;
        match shown.iter_mut().find(same) {
            Some(first) if inconclusive(case) => first.others.push(&case.id),
            _ => shown.push(Shown {
                case,
                others: Vec::new(),
            }),
        }
    }
    shown
}

fn inconclusive(case: &CaseRun) -> bool {
    Standing::of(case) == Standing::Inconclusive
}
