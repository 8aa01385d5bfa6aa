//! The property that a field path denotes one place of a message, also of a malformed one.

use rspcheck_dissect::{Dissection, Kind, Node};
use std::collections::BTreeMap;

/// Checks that no two places of a message have the same path, that each path leads back to its place, and that the
/// defects of one kind and path have one offset, which is in the element of that path.
///
/// # Panics
/// If a path is ambiguous.
pub(crate) fn check(dissection: &Dissection) {
    let mut places = BTreeMap::new();
    collect(&dissection.root(), &mut places);
    for (path, &(offset, length)) in &places {
        let found = dissection.octets_of(path).map(<[u8]>::len);
        assert_eq!(found, Some(length), "{path} leads elsewhere");
        let found = dissection.number(&format!("{path}/#offset"));
        let offset = i64::try_from(offset).expect("a message has less than 2^63 octets");
        assert!(
            found.is_none_or(|found| found == offset),
            "{path} leads elsewhere"
        );
    }
    let mut defects: BTreeMap<(&str, Kind), usize> = BTreeMap::new();
    for defect in dissection.defects() {
        let first = defects.insert((&defect.path, defect.kind), defect.offset);
        assert!(
            first.is_none_or(|first| first == defect.offset),
            "two places of {defect}"
        );
        let element = defect
            .path
            .rsplit_once("/#")
            .map_or(&*defect.path, |(path, _)| path);
        if let Some(&(offset, length)) = places.get(element) {
            let end = (offset + length).next_multiple_of(4);
            assert!(
                (offset..=end).contains(&defect.offset),
                "{defect} is outside of its element"
            );
        }
    }
}

fn collect(parent: &Node<'_>, places: &mut BTreeMap<String, (usize, usize)>) {
    for child in parent.children() {
        // A field without a name is the value of its parent.
        let is_named = !child.is_filler() && !child.segment().is_empty();
        if is_named {
            let place = (child.offset(), child.length());
            let other = places.insert(child.path(), place);
            assert_eq!(other, None, "{} is at {place:?} too", child.path());
        }
        collect(&child, places);
    }
}
