//! Areas: sections of the RFCs, by which cases are grouped.

use crate::judge::Totals;
use rspcheck_spec::catalogue::Rfc;
use rspcheck_spec::run::{CaseRun, Run};
use serde::Serialize;

/// Area of a run: the cases of one section.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Area {
    /// Prefix of the cases' ids, for example `rfc5352/3.1`.
    pub id: String,
    /// Title of the section in lower case; empty if the section has none.
    pub title: String,
    /// Counts of the cases' results.
    pub totals: Totals,
    /// Time on the cases' clocks, in milliseconds.
    pub duration_ms: u64,
}

/// Returns the area of a case: its id up to the last `/`.
pub fn area_of(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(area, _)| area)
}

/// Returns the title of the section that an area such as `rfc5352/3.1` names.
pub fn section_title<'a>(rfcs: &'a [Rfc], area: &str) -> Option<&'a str> {
    let (rfc, section) = area.strip_prefix("rfc")?.split_once('/')?;
    let rfc = rfcs.iter().find(|known| known.number.to_string() == rfc)?;
    rfc.sections
        .iter()
        .find(|(number, _)| number == section)
        .map(|(_, title)| title.as_str())
}

/// Returns a title as one word, for example `handle-resolution` for `Handle Resolution`.
pub fn section_slug(title: &str) -> String {
    let lower = title.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-")
}

/// Returns RFC and section number of an area by component, for example 5354 and 3, 12, 6 for `rfc5354/3.12.6`.
pub(crate) fn section_of(area: &str) -> Option<(u32, Vec<u32>)> {
    let (rfc, section) = area.strip_prefix("rfc")?.split_once('/')?;
    let numbers = section.split('.').map(|part| part.parse().ok());
    Some((rfc.parse().ok()?, numbers.collect::<Option<_>>()?))
}

/// Returns the areas of a run in the order of the RFCs and their sections, then other areas such as the monitors'.
pub fn areas(run: &Run, rfcs: &[Rfc]) -> Vec<Area> {
    let mut order: Vec<&str> = run.cases.iter().map(|case| area_of(&case.id)).collect();
    order.sort_by_key(|area| (section_of(area).is_none(), section_of(area), *area));
    order.dedup();
    let area = |id: &str| Area {
        id: id.to_owned(),
        title: section_title(rfcs, id).unwrap_or_default().to_lowercase(),
        totals: Totals::of(cases_of(run, id)),
        duration_ms: cases_of(run, id).map(|case| case.duration_ms).sum(),
    };
    order.into_iter().map(area).collect()
}

/// Returns the cases of an area, in order.
pub(crate) fn cases_of<'a>(run: &'a Run, area: &str) -> impl Iterator<Item = &'a CaseRun> {
    run.cases
        .iter()
        .filter(move |case| area_of(&case.id) == area)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_sections_with_their_titles() {
        let rfcs = [Rfc {
            number: 5352,
            title: "ASAP".to_owned(),
            sections: vec![("3.2".to_owned(), "De-Registration".to_owned())],
        }];
        assert_eq!(area_of("rfc5352/3.2/unknown-pe-is-granted"), "rfc5352/3.2");
        assert_eq!(section_title(&rfcs, "rfc5352/3.2"), Some("De-Registration"));
        assert_eq!(section_title(&rfcs, "rfc5352/3.3"), None);
        assert_eq!(section_title(&rfcs, "monitor"), None);
        assert_eq!(section_of("rfc5354/3.12.6"), Some((5354, vec![3, 12, 6])));
        assert_eq!(section_of("monitor"), None);
        assert!(section_of("rfc5354/3.12.6") < section_of("rfc5354/3.12.11"));
        assert_eq!(section_slug("De-Registration"), "de-registration");
        assert_eq!(
            section_slug("ENRP Server Hunt Procedures"),
            "enrp-server-hunt-procedures"
        );
    }
}
