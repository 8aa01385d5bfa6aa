//! Tests that the loader rejects wrong vector files and names file, line and vector.

use rspcheck_vectors::{Expect, LoadError, Vector, load};
use std::path::{Path, PathBuf};

const HEAD: &str = "format = \"rspcheck-vectors/1\"\nprotocol = \"ASAP\"\n";

fn load(text: &str) -> Result<Vec<Vector>, LoadError> {
    load::texts([(Path::new("some/asap/probe.toml"), text)])
}

/// Returns the text of a file with a right vector `good` and a vector `probe` that has these lines.
fn with(lines: &str) -> String {
    format!(
        "{HEAD}\n[[vector]]\nid = \"good\"\nabout = \"a\"\norigin = \"o\"\nexpect = \"accept\"\noctets = \"05 00 0004\"\n\
         \n[[vector]]\nid = \"probe\"\nabout = \"a\"\norigin = \"o\"\n{lines}\n"
    )
}

/// Returns the error of a wrong file as text, after checking that it names the file.
fn refused(text: &str) -> String {
    let error = load(text).expect_err("must be refused").to_string();
    assert!(error.starts_with("some/asap/probe.toml:"), "{error}");
    error
}

#[test]
fn patches_are_applied_in_order() {
    let octets = |patch: &str| {
        let error = "error = { offset = 0, kind = \"truncated\" }";
        let lines = format!("expect = \"reject\"\nbase = \"good\"\npatch = {patch}\n{error}");
        load(&with(&lines)).expect("it is right").remove(1).octets
    };
    assert_eq!(octets("[{ at = 2, octets = \"0003\" }]"), [5, 0, 0, 3]);
    assert_eq!(octets("[{ at = 1, remove = 2 }]"), [5, 4]);
    assert_eq!(
        octets("[{ at = 4, remove = 0, octets = \"61*2\" }]"),
        [5, 0, 0, 4, 0x61, 0x61]
    );
    assert_eq!(
        octets("[{ at = 0, remove = 1, octets = \"aabb\" }, { cut = 2 }]"),
        [0xaa, 0xbb]
    );
}

#[test]
fn base_may_follow_its_vector_and_have_a_base() {
    let lines = "expect = \"accept\"\nbase = \"last\"\npatch = [{ at = 0, octets = \"02\" }]\n\
                 [[vector]]\nid = \"last\"\nabout = \"a\"\norigin = \"o\"\nexpect = \"accept\"\n\
                 base = \"good\"\npatch = [{ at = 1, octets = \"01\" }]";
    let vectors = load(&with(lines)).expect("it is right");
    assert_eq!(vectors[1].octets, [2, 1, 0, 4]);
    assert_eq!(vectors[1].id, "asap/probe/probe");
    assert_eq!(vectors[1].expect, Expect::Accept);
    assert_eq!(vectors[1].place, "some/asap/probe.toml:11");
}

#[test]
fn unknown_key_is_reported_with_line_and_vector() {
    let error = refused(&with("expect = \"accept\"\noctets = \"00\"\nexpcet = 1"));
    assert!(
        error.starts_with("some/asap/probe.toml:17: vector \"probe\": "),
        "{error}"
    );
    assert!(error.contains("expcet"), "{error}");
    let error = refused(&with(
        "expect = \"reject\"\nbase = \"good\"\npatch = [{ at = 0, delete = 1 }]",
    ));
    assert!(
        error.contains("delete") && error.contains("\"probe\""),
        "{error}"
    );
    let error = refused(&format!("{HEAD}licence = 1\n"));
    assert!(
        error.starts_with("some/asap/probe.toml:3: ") && error.contains("licence"),
        "{error}"
    );
}

#[test]
fn wrong_vectors_are_reported_with_their_error() {
    let reject = "expect = \"reject\"\nerror = { offset = 0, kind = \"truncated\" }\n";
    for (lines, text) in [
        ("expect = \"maybe\"\noctets = \"00\"", "maybe"),
        (
            "expect = \"accept\"\noctets = \"0\"",
            "even number of hex digits",
        ),
        ("expect = \"accept\"", "`octets`, or `base` and `patch`"),
        (
            "expect = \"accept\"\noctets = \"00\"\nbase = \"good\"",
            "`octets`, or `base` and `patch`",
        ),
        ("expect = \"either\"\noctets = \"00\"", "needs a `why`"),
        (
            "expect = \"accept\"\noctets = \"00\"\nwhy = \"w\"",
            "`why` belongs",
        ),
        ("expect = \"reject\"\noctets = \"00\"", "needs an `error`"),
        (
            "expect = \"accept\"\noctets = \"00\"\nerror = { offset = 0, kind = \"truncated\" }",
            "has no `error`",
        ),
        (
            "expect = \"reject\"\noctets = \"00\"\nerror = { offset = 0, kind = \"odd\" }",
            "\"odd\" is none of",
        ),
        (
            "expect = \"reject\"\noctets = \"00\"\nerror = { offset = 2, kind = \"truncated\" }",
            "beyond the 1 octets",
        ),
        (
            "expect = \"accept\"\noctets = \"00\"\ncovers = [\"R\"]",
            "no requirement id",
        ),
        (
            "expect = \"accept\"\noctets = \"00\"\nfields = { a = 1.5 }",
            "\"a\" must be",
        ),
        (
            "expect = \"accept\"\noctets = \"00\"\nreaction = \"shout\"",
            "shout",
        ),
        (
            "expect = \"accept\"\noctets = \"00\"\nreencodes = \"zz\"",
            "reencodes: ",
        ),
        (&format!("{reject}base = \"absent\""), "no base \"absent\""),
        (
            &format!("{reject}base = \"probe\""),
            "form a circle: probe → probe",
        ),
        (
            &format!("{reject}base = \"good\"\npatch = [{{ at = 3, octets = \"0000\" }}]"),
            "patch step 1: octets 3 to 3+2",
        ),
        (
            &format!("{reject}base = \"good\"\npatch = [{{ cut = 4 }}, {{ cut = 5 }}]"),
            "patch step 2: cut at 5 of 4",
        ),
        (
            &format!("{reject}base = \"good\"\npatch = [{{ at = 9, remove = 0 }}]"),
            "patch step 1: ",
        ),
        (
            &format!("{reject}base = \"good\"\npatch = [{{ cut = 2, at = 1 }}]"),
            "a step is",
        ),
        (
            &format!(
                "{reject}base = \"good\"\npatch = [{{ at = 1, remove = 18446744073709551615 }}]"
            ),
            "probe.toml",
        ),
        (
            &format!("{reject}octets = \"00\"\nfields = {{ type = 1 }}"),
            "neither `fields`",
        ),
    ] {
        let error = refused(&with(lines));
        assert!(
            error.contains(text),
            "{lines}\nerror: {error}\nexpected: {text}"
        );
        assert!(error.contains("vector \"probe\""), "{error}");
    }
}

#[test]
fn wrong_files_are_reported() {
    assert!(refused(&HEAD.replace("/1", "/2")).contains("rspcheck-vectors/2"));
    assert!(refused(HEAD).contains("no [[vector]]"));
    assert!(refused("format = ").contains(":1: "));
    assert!(refused(&HEAD.replace("ASAP", "SCTP")).contains("SCTP"));
}

#[test]
fn ids_are_unique_in_all_files() {
    let text = with("expect = \"accept\"\noctets = \"00\"");
    let error = refused(&text.replace("\"probe\"", "\"good\""));
    assert!(
        error.contains("some/asap/probe.toml:4 has a vector of this id already"),
        "{error}"
    );

    let files = [
        (Path::new("a/asap/x.toml"), text.as_str()),
        (Path::new("b/asap/x.toml"), text.as_str()),
    ];
    let error = load::texts(files)
        .expect_err("the same directory name and file name")
        .to_string();
    assert!(
        error.starts_with("b/asap/x.toml:4: vector \"asap/x/good\""),
        "{error}"
    );
}

#[test]
fn directories_are_searched_and_missing_ones_reported() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let below = directory.path().join("asap");
    std::fs::create_dir(&below).expect("it is new");
    std::fs::write(below.join("notes.txt"), "not a vector").expect("it can be written");
    let empty = load::paths(&[directory.path().to_owned()]).expect_err("there is none");
    assert!(matches!(empty, LoadError::Empty { .. }), "{empty}");

    std::fs::write(
        below.join("x.toml"),
        with("expect = \"accept\"\noctets = \"00\""),
    )
    .expect("it can be written");
    let found = load::paths(&[directory.path().to_owned()]).expect("one file");
    assert_eq!(
        found
            .iter()
            .map(|vector| vector.id.as_str())
            .collect::<Vec<_>>(),
        ["asap/x/good", "asap/x/probe"]
    );

    let missing = load::paths(&[PathBuf::from("no/such/place")]).expect_err("it is not there");
    assert_eq!(missing.to_string(), "cannot read no/such/place");
    assert!(matches!(missing, LoadError::Unreadable { .. }));
}
