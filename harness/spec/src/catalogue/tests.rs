use super::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;

#[test]
fn parse_id_accepts_only_well_formed_ids() {
    assert_eq!(
        parse_id("R5354_3_12_6_1"),
        Some((5354, "3.12.6".to_owned(), 1))
    );
    for wrong in [
        "",
        "R5352",
        "R5352_1",
        "5352_3_1",
        "R5352_3_01",
        "R5352_3__1",
        "R5352_3_x",
        "R5352_3_+1",
        "R_3_1",
        "R5352_3_0",
    ] {
        assert_eq!(parse_id(wrong), None, "{wrong:?}");
    }
}

#[test]
fn every_id_is_unique_and_found() {
    let all = catalogue().requirements();
    assert_eq!(
        all.len(),
        catalogue().by_id.len(),
        "two requirements have the same id"
    );
    for requirement in all {
        assert_eq!(get(requirement.id.0), Some(requirement));
        assert_eq!(requirement.id.requirement(), requirement);
    }
    assert_eq!(get("R5352_3_1_999"), None);
}

/// Each file contains one RFC; sections are listed, used and in order; ordinals count 1, 2, 3 ….
#[test]
fn requirements_are_in_the_order_of_the_text() {
    let mut seen = 0;
    for (rfc, section, title, requirements) in catalogue().by_section() {
        let place = format!("RFC {} section {section}", rfc.number);
        assert!(!title.is_empty(), "{place} has no title");
        assert!(!requirements.is_empty(), "{place} has no requirement");
        for (expected, requirement) in (1..).zip(&requirements) {
            assert_eq!(
                requirement.ordinal, expected,
                "{place}: {} is out of order",
                requirement.id
            );
            let here = &catalogue().requirements()[seen];
            assert_eq!(
                here.id, requirement.id,
                "{place}: sections are not in order"
            );
            seen += 1;
        }
    }
    assert_eq!(
        seen,
        catalogue().requirements().len(),
        "a requirement's section is not in [sections], or it is in another RFC's file"
    );
}

#[test]
fn every_requirement_states_its_treatment() {
    for r in catalogue().requirements() {
        let id = r.id;
        assert!(!r.roles.is_empty(), "{id} binds no role");
        assert_eq!(
            r.class.needs_reason() || r.reason.is_some(),
            r.reason.is_some(),
            "{id} is not tested and has no reason"
        );
        assert!(
            r.reason.as_ref().is_none_or(|reason| reason.ends_with('.')),
            "{id}: the reason is not a sentence"
        );
        if matches!(r.class, Class::Tested | Class::Open) {
            assert!(!r.how.is_empty(), "{id} does not state how it is tested");
        }
        if r.class == Class::OtherRole {
            assert!(
                !r.binds(Role::Registrar),
                "{id} binds the registrar, so its class cannot be other-role"
            );
        }
        let unique: BTreeSet<_> = r.how.iter().collect();
        assert_eq!(
            unique.len(),
            r.how.len(),
            "{id} lists a way of testing twice"
        );
    }
}

/// The suite tests every statement that binds a registrar, or states why it does not.
#[test]
fn no_requirement_of_the_registrar_is_open() {
    let open = catalogue().requirements().iter();
    let open = open.filter(|r| r.class == Class::Open && r.binds(Role::Registrar));
    let open: Vec<_> = open.map(|r| r.id.0).collect();
    assert_eq!(open, [""; 0]);
}

/// Statements become doc comments and table cells, so they are one line without markup.
#[test]
fn every_statement_is_a_plain_sentence() {
    let mut statements = BTreeSet::new();
    for r in catalogue().requirements() {
        let (id, text) = (r.id, &r.statement);
        assert!(
            text.ends_with('.') && text.len() >= 20,
            "{id} is not a sentence: {text:?}"
        );
        assert!(
            !text.contains(['\n', '\t', '[', ']', '<', '>', '`', '*']) && text.trim() == text,
            "{id}: {text:?}"
        );
        assert!(!text.contains("  "), "{id}: two spaces in {text:?}");
        assert!(
            statements.insert(text),
            "{id} repeats another statement: {text:?}"
        );
    }
}

/// Titles are printed beside the ids in cases, so they are short, and none occurs twice in an RFC.
#[test]
fn every_title_is_one_short_sentence() {
    let mut titles = BTreeSet::new();
    for r in catalogue().requirements() {
        let (id, title) = (r.id, &r.title);
        let sentence = title.strip_suffix('.').unwrap_or_default();
        assert!(
            !sentence.is_empty() && !sentence.contains(". "),
            "{id}: the title is not one sentence: {title:?}"
        );
        assert!(
            title.chars().count() <= 60,
            "{id}: the title has more than 60 characters: {title:?}"
        );
        assert!(
            !title.contains(['\n', '\t', '`']) && title.trim() == title && !title.contains("  "),
            "{id}: {title:?}"
        );
        assert!(
            titles.insert((r.rfc, title)),
            "{id} has the title of another requirement: {title:?}"
        );
    }
}

/// An id in a reason exists in the catalogue.
#[test]
fn references_name_other_requirements() {
    for r in catalogue().requirements() {
        let reason = r.reason.as_deref().unwrap_or_default();
        let mut named = 0;
        for word in reason.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            if word.starts_with('R') && word.contains('_') {
                named += 1;
                assert!(
                    get(word).is_some_and(|other| other.id != r.id),
                    "{} refers to {word}",
                    r.id
                );
            }
        }
        assert!(
            r.class != Class::Duplicate || named > 0,
            "{} is a duplicate but names no requirement",
            r.id
        );
    }
}

#[test]
fn every_ambiguity_is_in_the_list() {
    for r in catalogue().requirements() {
        if let Some(ambiguity) = &r.ambiguity {
            let found = crate::ambiguity::find(ambiguity);
            assert!(
                found.is_some(),
                "{} names {ambiguity}, which is not in ambiguities.toml",
                r.id
            );
            assert_ne!(
                r.treatment,
                found.map(|unclear| unclear.treatment),
                "{} repeats the treatment of {ambiguity}",
                r.id
            );
        } else {
            assert_eq!(r.treatment, None, "{} treats no ambiguity", r.id);
        }
    }
}

#[test]
fn an_invalid_file_is_rejected_with_a_reason() {
    let entry = |more: &str| {
        format!(
            "format = \"{FORMAT}\"\nrfc = 1\ntitle = \"t\"\n[sections]\n\"1\" = \"s\"\n[[requirement]]\nid = \"R1_1_1\"\nlevel = \"must\"\nrole = [\"any\"]\ntitle = \"t.\"\nstatement = \"s.\"\nclass = \"open\"\nhow = [\"case\"]\n{more}"
        )
    };
    assert!(parse(&entry("")).is_ok());
    assert!(parse(&entry("color = 1\n")).unwrap_err().contains("color"));
    let untitled = entry("").replace("title = \"t.\"\n", "");
    assert!(parse(&untitled).unwrap_err().contains("title"));
    assert!(
        parse(&entry("").replace("R1_1_1", "R1_1"))
            .unwrap_err()
            .contains("R1_1")
    );
    assert!(
        parse(&entry("").replace("catalogue/1", "catalogue/2"))
            .unwrap_err()
            .contains("catalogue/2")
    );
    assert!(
        parse(&entry("").replace("must", "MUST"))
            .unwrap_err()
            .contains("MUST")
    );
}

/// `src/id.rs` is written by this test, with `RSPCHECK_BLESS=1` in the environment.
#[test]
fn the_constants_are_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/id.rs");
    let text = constants();
    if std::env::var_os("RSPCHECK_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(path, &text).expect("the source tree can be written when blessing");
    }
    let there = std::fs::read_to_string(path).expect("src/id.rs is part of this crate");
    let differs = text
        .lines()
        .zip(there.lines())
        .find(|(new, old)| new != old);
    assert!(
        text == there,
        "src/id.rs does not match the catalogue; run `RSPCHECK_BLESS=1 cargo test -p rspcheck-spec constants`. First difference: {differs:?}"
    );
}

fn constants() -> String {
    let mut text = String::from(
        "//! The ids of the requirements, as constants.\n//!\n//! Generated from `catalogue/*.toml`; a test of [`crate::catalogue`] keeps it fresh and writes it with\n//! `RSPCHECK_BLESS=1`. Do not edit.\n\npub use crate::catalogue::ReqId;\n",
    );
    for (rfc, section, title, requirements) in catalogue().by_section() {
        write!(text, "\n// RFC {} section {section}: {title}\n", rfc.number)
            .expect("a String takes all");
        for r in requirements {
            let id = r.id;
            write!(
                text,
                "/// {}\npub const {id}: ReqId = ReqId(\"{id}\");\n",
                r.statement
            )
            .expect("a String takes all");
        }
    }
    text
}
