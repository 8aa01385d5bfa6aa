//! Selectors of cases.
//!
//! | selector | selects |
//! |---|---|
//! | `rfc5352/3.1`, `rfc5352/3` | the cases of a section and of its subsections |
//! | `rfc5352/3.1/new-pool` | one case |
//! | `*mismatch*` | ids by glob; `*` also matches `/` |
//! | `area:registration` | the cases of the sections with this title |
//! | `req:R5352_3_1_23`, `req:R5352_3_1*` | the cases that cover a requirement |
//! | `role:registrar` | the cases for this role |
//! | `level:must` | the cases in which a breach can count as a broken requirement of this level, and of no stronger one |
//! | `!…` | leaves out what the rest selects |
//!
//! Several selectors select the union of their cases. If all of them begin with `!`, they select all other cases.
//! A selector without a match is an error, because a run of no case proves nothing.

use anyhow::{anyhow, bail};
use globset::{GlobBuilder, GlobMatcher};
use rspcheck_report::{area_of, section_slug, section_title};
use rspcheck_spec::Requirement;
use rspcheck_spec::catalogue::catalogue;
use rspcheck_spec::verdict::Level;
use rspcheck_testkit::{Case, Role};
use strsim::levenshtein;

/// Returns the cases of the suite that these selectors select, in the order of the suite; all without a selector.
pub(crate) fn cases(selectors: &[String]) -> anyhow::Result<Vec<&'static Case>> {
    select(&rspcheck_cases::all().collect::<Vec<_>>(), selectors)
}

/// Returns the cases of `all` that these selectors select, in the same order.
fn select<'c>(all: &[&'c Case], selectors: &[String]) -> anyhow::Result<Vec<&'c Case>> {
    let parsed = selectors
        .iter()
        .map(|text| Selector::parse(text))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for (selector, text) in parsed.iter().zip(selectors) {
        if !all.iter().any(|case| selector.test.matches(case)) {
            return Err(nothing(text, selector, all));
        }
    }
    let some_add = parsed.iter().any(|selector| !selector.negated);
    let any = |case: &Case, negated| {
        parsed
            .iter()
            .any(|s| s.negated == negated && s.test.matches(case))
    };
    let selected = all
        .iter()
        .filter(|case| (!some_add || any(case, false)) && !any(case, true));
    let selected: Vec<&Case> = selected.copied().collect();
    if selected.is_empty() {
        bail!(
            "the selectors leave no case: what some select, others leave out ({})",
            selectors.join(" ")
        );
    }
    Ok(selected)
}

/// Returns the strongest level that a breach in this case can count with.
pub(crate) fn level(case: &Case) -> Level {
    let levels = case
        .covers
        .iter()
        .filter_map(|id| catalogue().get(id.0))
        .map(Requirement::counts_as);
    levels.min().unwrap_or(Level::May)
}

/// Returns the word of a level in reports.
pub(crate) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
    }
}

struct Selector {
    negated: bool,
    test: Test,
}

enum Test {
    /// A case, or a section with its subsections.
    Path(String),
    Glob(GlobMatcher),
    Area(String),
    Requirement(GlobMatcher),
    Role(Role),
    Level(Level),
}

const ROLES: [Role; 3] = [Role::Registrar, Role::PoolElement, Role::PoolUser];

impl Selector {
    fn parse(text: &str) -> anyhow::Result<Selector> {
        let (negated, rest) = text
            .strip_prefix('!')
            .map_or((false, text), |rest| (true, rest));
        let test = match rest.split_once(':') {
            Some(("area", area)) => Test::Area(area.trim_end_matches('/').to_lowercase()),
            Some(("req", id)) => Test::Requirement(glob(id)?),
            Some(("role", role)) => Test::Role(parse_role(role)?),
            Some(("level", level)) => Test::Level(parse_level(level)?),
            Some((kind, _)) => {
                bail!("selector {text:?}: {kind:?} is none of area, req, role, level")
            }
            None if rest.is_empty() => {
                bail!("an empty selector selects nothing; leave it out to select everything")
            }
            None if rest.contains(['*', '?', '[', '{']) => Test::Glob(glob(rest)?),
            None => Test::Path(rest.trim_end_matches('/').to_owned()),
        };
        Ok(Selector { negated, test })
    }
}

fn glob(pattern: &str) -> anyhow::Result<GlobMatcher> {
    let glob = GlobBuilder::new(pattern).literal_separator(false).build();
    Ok(glob.map_err(|wrong| anyhow!("{wrong}"))?.compile_matcher())
}

fn parse_role(word: &str) -> anyhow::Result<Role> {
    let known = ROLES.into_iter().find(|role| role.word() == word);
    known.ok_or_else(|| {
        anyhow!(
            "role {word:?} is none of {}",
            ROLES.map(Role::word).join(", ")
        )
    })
}

fn parse_level(word: &str) -> anyhow::Result<Level> {
    match word.to_ascii_lowercase().as_str() {
        "must" => Ok(Level::Must),
        "should" => Ok(Level::Should),
        "may" => Ok(Level::May),
        _ => bail!("level {word:?} is none of must, should, may"),
    }
}

impl Test {
    fn matches(&self, case: &Case) -> bool {
        match self {
            Test::Path(path) => match case.id.strip_prefix(path.as_str()) {
                // The subsections of 3 are 3.1, 3.2 …; 3.10 is not one of 3.1.
                Some(rest) => rest.is_empty() || rest.starts_with(['/', '.']),
                None => false,
            },
            Test::Glob(glob) => glob.is_match(case.id),
            Test::Area(area) => {
                area_of(case.id) == area || slug(case).is_some_and(|slug| slug == *area)
            }
            Test::Requirement(glob) => case.covers.iter().any(|id| glob.is_match(id.0)),
            Test::Role(role) => case.target == *role,
            Test::Level(wanted) => level(case) == *wanted,
        }
    }
}

fn slug(case: &Case) -> Option<String> {
    section_title(catalogue().rfcs(), area_of(case.id)).map(section_slug)
}

/// Returns the error for a selector without a match, with similar selectors.
fn nothing(text: &str, selector: &Selector, all: &[&Case]) -> anyhow::Error {
    let meant: Vec<String> = match &selector.test {
        Test::Path(path) => near(path, paths(all)),
        Test::Glob(glob) => near(glob.glob().glob().trim_matches('*'), paths(all)),
        Test::Area(area) => near(area, all.iter().filter_map(|case| slug(case))),
        Test::Requirement(glob) => {
            let covered = all
                .iter()
                .flat_map(|case| case.covers)
                .map(|id| id.0.to_owned());
            near(glob.glob().glob().trim_end_matches('*'), covered)
        }
        Test::Role(_) | Test::Level(_) => Vec::new(),
    };
    let unknown = match &selector.test {
        Test::Requirement(glob)
            if !catalogue()
                .requirements()
                .iter()
                .any(|r| glob.is_match(r.id.0)) =>
        {
            " (nor is there such a requirement)"
        }
        _ => "",
    };
    if meant.is_empty() {
        return anyhow!(
            "selector {text:?} matches no case{unknown}; `rspcheck list` shows all of them"
        );
    }
    anyhow!(
        "selector {text:?} matches no case{unknown}; near to it: {}",
        meant.join(", ")
    )
}

/// Returns the ids of the cases and the areas they are in.
fn paths(all: &[&Case]) -> impl Iterator<Item = String> {
    all.iter()
        .flat_map(|case| [case.id.to_owned(), area_of(case.id).to_owned()])
}

/// Returns the few words that are nearest to the typed one, nearest first: those that contain it, then those with at
/// most a third of its letters changed.
pub(crate) fn near(typed: &str, words: impl IntoIterator<Item = String>) -> Vec<String> {
    const SHOWN: usize = 3;
    // Longer words than any id are not worth the quadratic comparison.
    const LONGEST: usize = 120;
    if typed.is_empty() || typed.len() > LONGEST {
        return Vec::new();
    }
    let typed = typed.to_lowercase();
    let mut ranked: Vec<(usize, String)> = Vec::new();
    for word in words {
        let lower = word.to_lowercase();
        let last = lower.rsplit('/').next().unwrap_or(&lower);
        let apart = levenshtein(&typed, &lower).min(levenshtein(&typed, last));
        let rank = if lower.contains(&typed) { 0 } else { apart };
        if rank <= typed.chars().count() / 3 && !ranked.iter().any(|(_, known)| *known == word) {
            ranked.push((rank, word));
        }
    }
    ranked.sort_by_key(|(rank, word)| (*rank, word.len()));
    ranked
        .into_iter()
        .take(SHOWN)
        .map(|(_, word)| word)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rspcheck_spec::ReqId;
    use rspcheck_spec::id::{R5352_3_1_1, R5352_3_1_2, R5352_3_2_1};
    use rspcheck_testkit::{Outcome, Tester};

    fn nothing_to_do(_: &mut Tester<'_>) -> Outcome {
        Ok(())
    }

    const fn case(id: &'static str, target: Role, covers: &'static [ReqId]) -> Case {
        Case {
            id,
            purpose: "A sample.",
            target,
            needs: &[],
            covers,
            run: nothing_to_do,
        }
    }

    static SAMPLE: [Case; 5] = [
        case(
            "rfc5352/3.1/new-pool",
            Role::Registrar,
            &[R5352_3_1_1, R5352_3_1_2],
        ),
        case(
            "rfc5352/3.1/policy-mismatch-is-rejected",
            Role::Registrar,
            &[R5352_3_1_2],
        ),
        case("rfc5352/3.2/unknown-pe", Role::Registrar, &[R5352_3_2_1]),
        case("rfc5352/3.10/far-away", Role::PoolElement, &[]),
        case("rfc5353/3.1/new-pool", Role::Registrar, &[]),
    ];

    fn ids(selectors: &[&str]) -> Result<Vec<&'static str>, String> {
        let all: Vec<&Case> = SAMPLE.iter().collect();
        let selectors: Vec<String> = selectors.iter().map(|s| (*s).to_owned()).collect();
        let selected = select(&all, &selectors).map_err(|wrong| wrong.to_string())?;
        Ok(selected.into_iter().map(|case| case.id).collect())
    }

    const NEW: &str = "rfc5352/3.1/new-pool";
    const POLICY: &str = "rfc5352/3.1/policy-mismatch-is-rejected";
    const UNKNOWN: &str = "rfc5352/3.2/unknown-pe";
    const FAR: &str = "rfc5352/3.10/far-away";
    const PEER: &str = "rfc5353/3.1/new-pool";

    #[test]
    fn each_kind_selects_what_it_says() {
        let rows: [(&[&str], &[&str]); 17] = [
            (&[], &[NEW, POLICY, UNKNOWN, FAR, PEER]),
            (&["rfc5352/3.1"], &[NEW, POLICY]),
            (&["rfc5352/3.1/"], &[NEW, POLICY]),
            (&["rfc5352/3"], &[NEW, POLICY, UNKNOWN, FAR]),
            (&["rfc5352"], &[NEW, POLICY, UNKNOWN, FAR]),
            (&[NEW], &[NEW]),
            (&["*/new-pool"], &[NEW, PEER]),
            (&["rfc*mismatch*"], &[POLICY]),
            (&["area:registration"], &[NEW, POLICY]),
            (&["area:de-registration"], &[UNKNOWN]),
            (&["area:rfc5352/3.1"], &[NEW, POLICY]),
            (&["req:R5352_3_1_2"], &[NEW, POLICY]),
            (&["req:R5352_3_*"], &[NEW, POLICY, UNKNOWN]),
            (&["role:pool-element"], &[FAR]),
            (&["!rfc5352/3.1"], &[UNKNOWN, FAR, PEER]),
            (
                &["rfc5352", "!req:R5352_3_1*", "!role:pool-element"],
                &[UNKNOWN],
            ),
            (&[UNKNOWN, NEW, "*new-pool"], &[NEW, UNKNOWN, PEER]),
        ];
        for (selectors, expected) in rows {
            assert_eq!(ids(selectors).as_deref(), Ok(expected), "{selectors:?}");
        }
    }

    #[test]
    fn the_level_is_that_of_the_strongest_requirement() {
        for case in &SAMPLE {
            let levels = case.covers.iter().map(|id| id.requirement().counts_as());
            assert_eq!(
                level(case),
                levels.min().unwrap_or(Level::May),
                "{}",
                case.id
            );
        }
        assert_eq!(ids(&["level:MAY"]), Ok(vec![FAR, PEER]));
    }

    #[test]
    fn a_selector_without_a_match_is_an_error_that_helps() {
        let told = |selector: &str| ids(&["rfc5352", selector]).expect_err("it matches nothing");
        let near = told("rfc5352/3.1/new-pol");
        assert_eq!(
            near,
            format!("selector \"rfc5352/3.1/new-pol\" matches no case; near to it: {NEW}, {PEER}")
        );
        assert!(told("new-pool").contains(NEW), "{}", told("new-pool"));
        assert!(
            told("!rfc5352/3.3").contains("rfc5352/3.1"),
            "{}",
            told("!rfc5352/3.3")
        );
        assert!(
            told("area:registratoin").contains("registration"),
            "{}",
            told("area:registratoin")
        );
        assert!(told("req:R5352_3_1_999").contains("nor is there such a requirement"));
        assert!(told("zzz*zzz").ends_with("matches no case; `rspcheck list` shows all of them"));
        assert_eq!(
            told("role:server"),
            "role \"server\" is none of registrar, pool-element, pool-user"
        );
        assert_eq!(
            told("level:maybe"),
            "level \"maybe\" is none of must, should, may"
        );
        assert_eq!(
            told("tag:slow"),
            "selector \"tag:slow\": \"tag\" is none of area, req, role, level"
        );
        assert!(told("").starts_with("an empty selector"));
        assert!(told("[").contains("error parsing glob"), "{}", told("["));
    }

    #[test]
    fn selectors_that_cancel_each_other_are_an_error() {
        let told = ids(&["rfc5352/3.1", "!rfc5352"]).expect_err("nothing is left");
        assert!(told.starts_with("the selectors leave no case"), "{told}");
    }
}
