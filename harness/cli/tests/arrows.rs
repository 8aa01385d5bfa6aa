//! The arrows of ARCHITECTURE: who may depend on whom. A new arrow is a decision, taken here and there.

use cargo_metadata::{DependencyKind, MetadataCommand, Package};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every crate of the workspace with the crates of the workspace it may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("rsp-wire", &[]),
    ("rsp-handlespace", &["rsp-wire"]),
    ("rsp-proto", &["rsp-wire", "rsp-handlespace"]),
    ("rsp-transport", &[]),
    (
        "rserpool",
        &["rsp-wire", "rsp-handlespace", "rsp-proto", "rsp-transport"],
    ),
    (
        "rserpool-sim",
        &[
            "rsp-wire",
            "rsp-handlespace",
            "rsp-proto",
            "rsp-transport",
            "rserpool",
        ],
    ),
    (
        "rserpool-cli",
        &[
            "rsp-wire",
            "rsp-proto",
            "rsp-transport",
            "rserpool",
            "rserpool-sim",
        ],
    ),
    ("rspcheck-child", &[]),
    ("rspcheck-spec", &[]),
    ("rspcheck-dissect", &[]),
    ("rspcheck-capture", &[]),
    ("rspcheck-vectors", &["rspcheck-dissect", "rspcheck-child"]),
    ("rspcheck-testkit", &["rspcheck-spec", "rspcheck-dissect"]),
    ("rspcheck-cases", &["rspcheck-testkit", "rspcheck-spec"]),
    ("rspcheck-report", &["rspcheck-spec", "rspcheck-dissect"]),
    (
        "rspcheck-adapters",
        &[
            "rspcheck-testkit",
            "rspcheck-spec",
            "rspcheck-dissect",
            "rspcheck-vectors",
            "rspcheck-child",
            "rsp-proto",
            "rsp-transport",
            "rserpool",
            "rserpool-cli",
        ],
    ),
    (
        "rspcheck",
        &[
            "rspcheck-spec",
            "rspcheck-dissect",
            "rspcheck-capture",
            "rspcheck-vectors",
            "rspcheck-testkit",
            "rspcheck-cases",
            "rspcheck-adapters",
            "rspcheck-report",
        ],
    ),
    ("lab", &["rspcheck-child"]),
    ("rsp-benches", &["rsp-wire", "rsp-handlespace", "rsp-proto"]),
];

/// Crates without a clock, socket, thread or randomness, with every foreign crate they may use.
/// `fastrand` is a generator that is given its seed; its global one is among [`IMPURE`].
const PURE: &[(&str, &[&str])] = &[
    ("rsp-wire", &["thiserror"]),
    ("rsp-handlespace", &["fastrand"]),
    ("rsp-proto", &["fastrand"]),
];

/// Words whose use would give such a crate one of these.
const IMPURE: &[&str] = &[
    "Instant::now",
    "SystemTime",
    "net::Udp",
    "net::Tcp",
    "std::thread",
    "std::fs",
    "std::env",
    "Rng::new()",
    "fastrand::u",
];

fn workspace() -> BTreeMap<String, Package> {
    let metadata = MetadataCommand::new()
        .no_deps()
        .exec()
        .expect("cargo metadata runs in the workspace");
    metadata
        .packages
        .into_iter()
        .map(|p| (p.name.to_string(), p))
        .collect()
}

fn dependencies(package: &Package) -> impl Iterator<Item = &str> {
    let normal = package
        .dependencies
        .iter()
        .filter(|d| d.kind == DependencyKind::Normal);
    normal.map(|d| d.name.as_str())
}

#[test]
fn crates_depend_only_along_the_arrows() {
    let packages = workspace();
    let mut wrong = Vec::new();
    for (name, package) in &packages {
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| known == name) else {
            wrong.push(format!("{name} is not in the picture"));
            continue;
        };
        for dependency in dependencies(package).filter(|d| packages.contains_key(*d)) {
            if !allowed.contains(&dependency) {
                wrong.push(format!("{name} -> {dependency}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that ARCHITECTURE does not have: {}",
        wrong.join(", ")
    );
}

#[test]
fn what_judges_never_reaches_the_reference_implementation() {
    let packages = workspace();
    let judges = [
        "spec", "dissect", "capture", "vectors", "testkit", "cases", "report",
    ];
    for judge in judges.map(|name| format!("rspcheck-{name}")) {
        // Tests and build scripts count too.
        let all = packages[&judge]
            .dependencies
            .iter()
            .map(|d| d.name.as_str());
        let named: Vec<_> = all
            .filter(|d| d.starts_with("rsp-") || d.starts_with("rserpool"))
            .collect();
        assert!(
            named.is_empty(),
            "{judge} judges, yet it depends on {named:?}"
        );
    }
}

#[test]
fn the_reference_implementation_never_names_the_harness() {
    let packages = workspace();
    for name in [
        "rsp-wire",
        "rsp-handlespace",
        "rsp-proto",
        "rsp-transport",
        "rserpool",
        "rserpool-sim",
        "rserpool-cli",
    ] {
        let all = packages[name].dependencies.iter().map(|d| d.name.as_str());
        let named: Vec<_> = all.filter(|d| d.starts_with("rspcheck")).collect();
        assert!(named.is_empty(), "{name} depends on {named:?}");
    }
}

/// A program that uses `rserpool::PoolElement` compiles neither a command line nor the simulation.
#[test]
fn the_library_needs_no_command_line_and_no_simulation() {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--offline", "--locked", "--package", "rserpool"])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{lib}"])
        .output()
        .expect("cargo tree runs in the workspace");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree: {error}");
    let tree = String::from_utf8(output.stdout).expect("names of crates are text");
    let crates: BTreeSet<&str> = tree.split_whitespace().collect();
    assert!(crates.contains("rsp_proto"), "not a tree: {tree}");
    for unwanted in ["clap", "tracing_subscriber", "rserpool_sim", "rserpool_cli"] {
        assert!(!crates.contains(unwanted), "rserpool depends on {unwanted}");
    }
}

#[test]
fn engines_have_no_clock_socket_thread_or_randomness() {
    let packages = workspace();
    for (name, allowed) in PURE {
        let package = &packages[*name];
        for dependency in dependencies(package).filter(|d| !packages.contains_key(*d)) {
            assert!(
                allowed.contains(&dependency),
                "{name} must not use {dependency}: time and seed are arguments"
            );
        }
        let root = package
            .manifest_path
            .parent()
            .expect("a manifest stands in a folder")
            .join("src");
        for file in sources(root.as_std_path()) {
            let text = std::fs::read_to_string(&file).expect("a source file is text");
            for word in IMPURE {
                assert!(!text.contains(word), "{}: `{word}`", file.display());
            }
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)
        .expect("a source folder can be read")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}
