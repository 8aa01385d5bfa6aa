//! Rules for the files of cases: each case is in the file of its section and fits a screen, a check fits a
//! line, and each requirement ID has its title beside it.

use rspcheck_spec::catalogue;
use std::fs;
use std::path::{Path, PathBuf};

/// Limit on the lines of a function in a case file.
const SCREEN: usize = 40;

/// Indentation of a requirement ID in the list of a case.
const INDENT: &str = "        ";

/// The comments behind the IDs are written by this test, with `RSPCHECK_BLESS=1` in the environment.
#[test]
fn titles_beside_the_requirement_ids_are_fresh() {
    let bless = std::env::var_os("RSPCHECK_BLESS").is_some_and(|value| value == "1");
    let mut ids = 0;
    for path in case_files() {
        let there = read(&path);
        let (fresh, here) = with_titles(&there);
        ids += here;
        if bless && fresh != there {
            fs::write(&path, &fresh).expect("the source tree can be written when blessing");
        }
        let differs = fresh
            .lines()
            .zip(there.lines())
            .find(|(new, old)| new != old);
        assert!(
            bless || fresh == there,
            "{}: titles do not match the catalogue; run `RSPCHECK_BLESS=1 cargo test -p rspcheck-cases titles`. First difference: {differs:?}",
            path.display()
        );
    }
    let covered: usize = rspcheck_cases::all().map(|case| case.covers.len()).sum();
    assert_eq!(
        ids, covered,
        "a case has its requirements in a form that this test does not see"
    );
}

/// `rfc5352/3.1/words` is in `rfc5352/s3_1_*.rs`; where a section has no file, in its parent section's.
#[test]
fn cases_are_in_the_file_of_their_section() {
    let files: Vec<_> = case_files()
        .iter()
        .map(|path| (section(path), read(path)))
        .collect();
    for case in rspcheck_cases::all() {
        let of_case = case.section();
        let holds = |section: &str| {
            let below = of_case.strip_prefix(section);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let nearest = files
            .iter()
            .map(|(section, _)| section)
            .filter(|section| holds(section));
        let nearest = nearest.max_by_key(|section| section.len());
        let quoted = format!("\"{}\"", case.id);
        let found: Vec<_> = files
            .iter()
            .filter(|(_, text)| text.contains(&quoted))
            .collect();
        assert_eq!(found.len(), 1, "{} is in {} files", case.id, found.len());
        assert_eq!(
            Some(&found[0].0),
            nearest,
            "{} is in the file of another section",
            case.id
        );
    }
}

/// A reader sees the whole case at once. Values that make a check longer than a line get a name before it.
#[test]
fn cases_fit_a_screen_and_checks_fit_a_line() {
    for path in case_files() {
        let text = read(&path);
        let mut start = 0;
        for (at, line) in text.lines().enumerate() {
            let place = format!("{}:{}", path.display(), at + 1);
            if line.starts_with("fn ") {
                start = at;
            }
            let height = at + 1 - start;
            assert!(
                line != "}" || height <= SCREEN,
                "{place}: ends a function of {height} lines"
            );
            let broken = line.trim().starts_with("t.") && line.ends_with('(');
            assert!(!broken, "{place}: the arguments are on lines of their own");
        }
    }
}

/// The section in a file's name: `rfc5352/3.1` of `rfc5352/s3_1_registration.rs`.
fn section(path: &Path) -> String {
    let name = |path: &Path| {
        path.file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned()
    };
    let rfc = name(path.parent().expect("a folder"));
    let numbers: Vec<_> = name(path)
        .trim_start_matches('s')
        .split('_')
        .map_while(|part| part.parse::<u16>().ok())
        .map(|number| number.to_string())
        .collect();
    format!("{rfc}/{}", numbers.join("."))
}

/// The file with the title of each requirement behind its ID, one ID to a line, and the number of IDs.
fn with_titles(text: &str) -> (String, usize) {
    let mut out = String::new();
    let mut count = 0;
    let mut rest = text;
    while let Some((start, end)) = next_list(rest) {
        let ids: Vec<_> = rest[start..end]
            .lines()
            .flat_map(|line| line.split("//").next().unwrap_or_default().split(','))
            .map(str::trim)
            .filter(|id| !id.is_empty())
            .collect();
        out.push_str(&rest[..start]);
        out.push_str(&list(&ids));
        count += ids.len();
        rest = &rest[end..];
    }
    out.push_str(rest);
    (out, count)
}

/// Start and end of what is inside the next list of requirements.
fn next_list(text: &str) -> Option<(usize, usize)> {
    let case = text.find(": Case = registrar(")?;
    let start = case + text[case..].find("&[")? + 2;
    let end = start + text[start..].find(']')?;
    Some((start, end))
}

/// The lines of a list, as rustfmt leaves them: comments are aligned.
fn list(ids: &[&str]) -> String {
    let width = 1 + ids.iter().map(|id| id.len()).max().unwrap_or(0);
    let mut out = String::from("\n");
    for id in ids {
        let title = catalogue::get(id).map_or("", |requirement| &requirement.title);
        assert!(!title.is_empty(), "{id} has no title in the catalogue");
        let id = format!("{id},");
        out.push_str(&format!("{INDENT}{id:width$} // {title}\n"));
    }
    out + &INDENT[4..]
}

/// The files under `src` with cases in them, in order.
fn case_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for rfc in children(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        if rfc.is_dir() {
            files.extend(
                children(&rfc)
                    .into_iter()
                    .filter(|path| read(path).contains(": Case = ")),
            );
        }
    }
    files
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the source tree can be read");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a source file is text")
}
