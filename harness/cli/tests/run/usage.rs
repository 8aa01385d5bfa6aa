//! Runs that never begin, and runs in process.

use super::{Place, REGISTERS, RESOLVES, Ran, ran};
use rspcheck_adapters::target::Target;
use rspcheck_testkit::monitor;
use std::path::Path;
use std::process::Stdio;

#[test]
fn slips_are_told_before_anything_is_started_or_created() {
    let place = Place::new();
    let started = place.path("started");
    let touch = ["/bin/sh", "-c", &format!("touch {}", started.display())].map(str::to_owned);
    let expect = |case: &str, requirement: &str| {
        format!(
            "[[expect]]\ncase = \"{case}\"\nverdict = \"FAIL\"\nrequirement = \"{requirement}\"\nreason = \"so\"\n"
        )
    };
    let rows: [(&[&str], String, &[&str]); 9] = [
        (
            &["--jobs", "0"],
            String::new(),
            &["--jobs 0: 0 runs nothing"],
        ),
        (
            &["--jobs", "2"],
            "fresh = false".into(),
            &["--jobs 2: 2 need a target", "fake serves all of them"],
        ),
        (
            &["rfc5352/9.9"],
            String::new(),
            &["selector \"rfc5352/9.9\" matches no case"],
        ),
        (
            &["--seed", "soon"],
            String::new(),
            &["--seed", "42 or 0x9f3c51d0"],
        ),
        (
            &["--transport", "tcp"],
            String::new(),
            &["there are udp, kernel and auto"],
        ),
        (
            &[],
            "speed = 3".into(),
            &["target.toml: ", "line 8", "unknown field `speed`"],
        ),
        (
            &[],
            expect("rfc5352/9.9/*", "R5352_3_1_1"),
            &["[[expect]] for \"rfc5352/9.9/*\"", "matches no case"],
        ),
        (
            &[],
            expect("rfc5352/*", "R5352_3_1_999"),
            &[
                "target.toml:8: [[expect]]",
                "no requirement \"R5352_3_1_999\"",
            ],
        ),
        (
            &[],
            "[run]\njobs = 0".into(),
            &["target.toml:9: jobs: 0 runs nothing"],
        ),
    ];
    for (arguments, more, told) in rows {
        let file = place.target(&touch, &more);
        let ran = place.run(&[&["--target", &file], arguments].concat());
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (2, ""),
            "{arguments:?} {more}: {}",
            ran.err
        );
        for part in told {
            assert!(ran.err.contains(part), "{part:?} is not in {}", ran.err);
        }
        assert!(
            !started.exists() && !place.out().exists(),
            "{arguments:?} {more}"
        );
    }
    let ran = place.run(&["--target", "no-such-file.toml"]);
    assert!(
        ran.code == 2 && ran.err.contains("no-such-file.toml: No such file"),
        "{}",
        ran.err
    );
    std::fs::create_dir(place.out()).expect("it is new");
    let ran = place.run(&["--target", &place.target(&touch, "")]);
    assert!(
        ran.code == 2 && ran.err.contains("exists already; choose another"),
        "{}",
        ran.err
    );
    assert!(!started.exists());
}

#[test]
fn every_profile_expects_something_of_the_suite() {
    let ids: Vec<_> = rspcheck_cases::all()
        .map(|c| c.id)
        .chain(monitor::ALL.iter().map(|m| m.id))
        .collect();
    let profiles = Path::new(env!("CARGO_MANIFEST_DIR")).join("../profiles");
    for entry in std::fs::read_dir(profiles).expect("there are profiles") {
        let path = entry.expect("it can be listed").path();
        for known in Target::load(&path)
            .unwrap_or_else(|wrong| panic!("{wrong}"))
            .expect
        {
            let glob = globset::Glob::new(&known.case)
                .expect("it was checked")
                .compile_matcher();
            assert!(
                ids.iter().any(|id| glob.is_match(id)),
                "{}: {} names nothing",
                path.display(),
                known.case
            );
            if let Some(finding) = &known.finding {
                monitor::check_name(&known.case, finding)
                    .unwrap_or_else(|wrong| panic!("{}: {}", path.display(), wrong.what));
            }
        }
    }
}

#[test]
fn one_seed_gives_one_run_whatever_the_jobs() {
    let events = |jobs: &str| {
        let place = Place::new();
        let ran = place.run(&[
            "--target",
            "in-process",
            "--seed",
            "7",
            "--jobs",
            jobs,
            "rfc5352/3",
            "rfc5352/2.2.3",
        ]);
        assert!([0, 1].contains(&ran.code), "{}", ran.err);
        assert!(
            !ran.err.contains('\u{1b}') && !ran.out.contains('\u{1b}'),
            "no styles where there is no terminal"
        );
        for file in ["run.json", "events.jsonl", "junit.xml"] {
            assert!(place.out().join(file).exists(), "{file}");
        }
        assert!(!place.out().join("run.json.part").exists());
        assert_eq!(place.record()["complete"], true);
        std::fs::read_to_string(place.out().join("events.jsonl")).expect("there are events")
    };
    let first = events("1");
    assert!(
        first.lines().count() > 500,
        "{} events",
        first.lines().count()
    );
    for jobs in ["1", "4"] {
        // assert_eq would print megabytes.
        assert!(
            events(jobs) == first,
            "--jobs {jobs} gives other events than the first run"
        );
    }
}

#[test]
fn too_few_cases_are_told_by_their_own_code() {
    let place = Place::new();
    let ran = place.run(&[
        "--target",
        "in-process",
        "--min-run",
        "1000",
        REGISTERS,
        RESOLVES,
    ]);
    assert_eq!(ran.code, 4, "{}", ran.out);
    assert!(ran.out.contains("1000 asked for"), "{}", ran.out);
}

#[test]
fn an_expectation_that_no_longer_holds_fails_the_run() {
    let place = Place::new();
    let file = expecting(
        &place,
        &format!("case = \"{REGISTERS}\"\nrequirement = \"R5352_3_1_1\""),
    );
    is_stale(&place.run(&["--target", &file, REGISTERS]));
}

/// Writes a target file that expects one failure.
fn expecting(place: &Place, entry: &str) -> String {
    place.file(&format!(
        "[target]\nname = \"mine\"\ndriver = \"in-process\"\ncapabilities = []\n\
         [[expect]]\n{entry}\nverdict = \"FAIL\"\nreason = \"once so\"\n"
    ))
}

fn is_stale(ran: &Ran) {
    assert_eq!(ran.code, 1, "{}", ran.out);
    let words = "1 case no longer fails as the profile expects";
    assert!(ran.out.contains(words), "{}", ran.out);
    assert!(ran.out.contains("remove the entry"), "{}", ran.out);
}

/// Cases that were not selected may be those that show the finding.
#[test]
fn a_known_finding_that_does_not_occur_fails_a_run_of_the_whole_suite() {
    let (place, other) = (Place::new(), Place::new());
    let file = expecting(
        &place,
        "case = \"monitor/lengths\"\nfinding = \"ASAP_ERROR: wrong-length operation-error/0x4/#length\"\n\
         requirement = \"R5354_3_12_5_1\"",
    );
    is_stale(&place.run(&["--target", &file]));
    let ran = other.run(&["--target", &file, REGISTERS]);
    assert_eq!(ran.code, 0, "{}", ran.out);
}

#[test]
fn a_transport_that_is_not_there_is_an_error_of_the_environment() {
    let place = Place::new();
    let ran = place.run(&["--transport", "kernel", RESOLVES]);
    // With SCTP in the kernel it just works.
    if ran.code != 0 {
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(
            ran.err.contains("--transport kernel: ") && !place.out().exists(),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_run_that_can_no_longer_be_written_is_broken_off_and_readable() {
    let place = Place::new();
    let out = place.out();
    // A limit on the size of files has the effect of a full disk; the shell ignores the signal SIGXFSZ, so that a
    // write returns an error.
    let script = format!(
        "trap '' XFSZ; ulimit -f 400; exec {} run --target in-process --seed 7 --jobs 1 --out {} rfc5352/3",
        env!("CARGO_BIN_EXE_rspcheck"),
        out.display()
    );
    let mut shell = std::process::Command::new("/bin/sh");
    let broken = ran(shell
        .args(["-c", &script])
        .current_dir(place.0.path())
        .output()
        .expect("there is a shell"));
    assert_eq!(broken.code, 3, "{}\n{}", broken.out, broken.err);
    assert!(
        broken.err.contains("events.jsonl") && broken.err.contains("the run is broken off"),
        "{}",
        broken.err
    );
    let record = place.record();
    assert_eq!(record["complete"], false);
    assert!(
        record["cases"]
            .as_array()
            .is_some_and(|cases| cases.len() > 1),
        "the cases until then are there"
    );
    let mut report = std::process::Command::new(env!("CARGO_BIN_EXE_rspcheck"));
    let report = ran(report
        .arg("report")
        .arg(&out)
        .output()
        .expect("the binary starts"));
    assert_eq!(report.code, 0, "{}", report.err);
    assert!(
        report.out.contains("exit 3: cannot write ") && report.out.contains(" did not run"),
        "{}",
        report.out
    );
}

#[test]
fn of_runs_with_one_directory_one_is_accepted() {
    let place = Place::new();
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let mut command = place.command(&["--target", "in-process", REGISTERS]);
            command.stdout(Stdio::null()).stderr(Stdio::piped());
            command.spawn().expect("the binary starts")
        })
        .collect();
    let mut codes = Vec::new();
    for run in runs {
        let output = run.wait_with_output().expect("it ends");
        let errors = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        assert!(
            code != Some(2) || errors.contains("exists already"),
            "{errors}"
        );
        codes.push(code);
    }
    codes.sort_unstable();
    assert_eq!(codes, [0, 2, 2, 2].map(Some));
}
